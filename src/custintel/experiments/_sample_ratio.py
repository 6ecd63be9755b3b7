"""Whether customers are spread over the arms as they should be."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from custintel._checks import quoted, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError


def sample_ratio_p(counts: ArrayLike, shares: ArrayLike) -> Floats:
    """Return the p of the chi-square test that customers fall into arms by `shares`.

    The arms are the last axis.

    >>> round(float(sample_ratio_p([4950, 5050], [0.5, 0.5])), 4)
    0.3173
    """
    observed, share = np.asarray(counts, np.float64), np.asarray(shares, np.float64)
    expected = observed.sum(axis=-1, keepdims=True) * share
    statistic = ((observed - expected) ** 2 / expected).sum(axis=-1)
    return np.asarray(chdtrc(share.shape[-1] - 1, statistic))


def missing_ratio_p(n_customers: ArrayLike, n: ArrayLike) -> float:
    """Return the p of the chi-square test that outcomes are missing as often in each arm."""
    total, known = np.asarray(n_customers, np.float64), np.asarray(n, np.float64)
    missing = total - known
    if not missing.sum() or not known.sum():
        return 1.0
    share = total / total.sum()
    parts = [(each - each.sum() * share) ** 2 / (each.sum() * share) for each in (missing, known)]
    return float(chdtrc(len(total) - 1, np.sum(parts)))


def checked_shares(expected: Mapping[str, float], arms: pd.Index) -> Floats:
    """Return the expected share of each arm, in the order of `arms`."""
    what = _("a mapping of arms to shares, such as {'mail': 0.9, 'none': 0.1}")
    require_type(expected, Mapping, name="expected_shares", what=what)
    shares = pd.Series(dict(expected), dtype=float)
    shares.index = shares.index.astype("str")
    empty = shares.index.difference(arms)
    if len(empty):
        raise SchemaError(
            _(
                "No customer is in the arms {arms} of expected_shares; 'experiment_results' has "
                "{present}. Check their spelling, or what became of these customers.",
                arms=quoted(empty, most=3),
                present=quoted(arms, most=12),
            )
        )
    unnamed = arms.difference(shares.index)
    if len(unnamed) or not (shares > 0).all() or abs(shares.sum() - 1) > 1e-6:
        raise ValueError(
            _(
                "expected_shares gives each arm of {arms} a share above 0, in all 1: got {given}.",
                arms=quoted(arms, most=12),
                given=dict(expected),
            )
        )
    return np.asarray(shares.loc[arms], np.float64)
