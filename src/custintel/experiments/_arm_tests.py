"""The tests of each treated arm against the control."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from custintel._differences import Groups
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel.experiments._lifts import has_few, pearson_p
from custintel.experiments._moments import Moments
from custintel.experiments._resampling import Studentized
from custintel.experiments.comparison import CHI_SQUARE, FISHER, WELCH


def automatic_test(moments: Moments, *, is_rate: bool) -> str:
    """Return the test that fits: by the chi-square if counts allow, else exact; Welch for means."""
    if not is_rate:
        return WELCH
    control, treated = both(moments.groups(is_rate=True))
    return FISHER if has_few(treated, control).any() else CHI_SQUARE


def both(groups: Groups) -> tuple[Groups, Groups]:
    """Return the control, which comes first, and the treated arms."""
    first = np.zeros(len(groups.n) - 1, dtype=np.intp)
    return groups.take(first), groups.take(first + np.arange(1, len(groups.n)))


def compared(
    groups: Groups, level: float, resampled: Mapping[str, list[Studentized | None]] | None = None
) -> pd.DataFrame:
    """Return p and bounds of each treated arm by each test that fits, `resampled` ones besides."""
    control, treated = both(groups)
    bounds = treated.difference(control, level)
    exact = _known(treated.p(control), treated, control)
    found = {WELCH: exact}
    if groups.is_rate:
        found = {CHI_SQUARE: _known(pearson_p(treated, control), treated, control), FISHER: exact}
    parts = [
        pd.DataFrame({"test": test, "p": p, "lift_low": bounds.low, "lift_high": bounds.high})
        for test, p in found.items()
    ]
    for test, drawn in (resampled or {}).items():
        parts.append(_by_resampling(treated, control, drawn, level).assign(test=test))
    return pd.concat([part.rename_axis("place").reset_index() for part in parts], ignore_index=True)


def _known(p: Floats, treated: Groups, control: Groups) -> Floats:
    return np.where((treated.n > 0) & (control.n > 0), p, np.nan)


def _by_resampling(
    treated: Groups, control: Groups, resampled: list[Studentized | None], level: float
) -> pd.DataFrame:
    gap, error = treated.mean - control.mean, treated.standard_error(control)
    rows = [
        (np.nan, np.nan, np.nan)
        if each is None
        else (each.p(gap[i], error[i]), *each.bounds(gap[i], error[i], level))
        for i, each in enumerate(resampled)
    ]
    return pd.DataFrame(rows, columns=["p", "lift_low", "lift_high"])


def adjusted_p(p: Floats, correction: str) -> Floats:
    """Return p corrected for the number of arms, the last axis; NaN where it is."""
    if correction == "none":
        return p
    if correction == "bh":
        return q_values(p)
    m = (~np.isnan(p)).sum(axis=-1, keepdims=True)
    if correction == "bonferroni":
        return np.asarray(np.minimum(m * p, 1.0))
    order = np.argsort(p, axis=-1)
    steps = (m - np.arange(p.shape[-1])) * np.take_along_axis(p, order, axis=-1)
    found = np.empty_like(p)
    holm = np.minimum(np.maximum.accumulate(steps, axis=-1), 1.0)
    np.put_along_axis(found, order, holm, axis=-1)
    return found
