"""The share of buyers in segments of few customers: exact intervals, and shrunken rates."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, logit

from custintel._checks import quoted
from custintel._frames import plain_text
from custintel._intervals import Floats
from custintel._shrinkage import shrunk_rates
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._labelled_rows import LabelledRows
from custintel.models._predictor_columns import Predictors, Texts

ALL = "all"
OTHER = "other"
_LEVEL = 0.95


def clopper_pearson(k: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the exact interval of proportions of Clopper & Pearson (1934, Biometrika 26, 404).

    >>> low, high = clopper_pearson(np.array([0.0, 8.0]), np.array([10.0, 10.0]), 0.95)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.4439], [0.3085, 0.9748])
    """
    tail = (1 - level) / 2
    failures = n - k
    low, high = np.zeros(len(n)), np.ones(len(n))
    some = k > 0
    low[some] = betaincinv(k[some], failures[some] + 1, tail)
    some = failures > 0
    high[some] = betaincinv(k[some] + 1, failures[some], 1 - tail)
    return low, high


def segment_labels(predictors: Predictors, segment: str | None) -> Texts:
    """Return the segment of each row as text; None where it is unknown."""
    labels = np.empty(len(predictors.index), dtype=object)
    if segment is None:
        labels[:] = ALL
    elif segment in predictors.texts:
        labels[:] = predictors.texts[segment]
    elif segment in predictors.numbers:
        labels[:] = [
            None if np.isnan(value) else plain_text(float(value))
            for value in predictors.numbers[segment]
        ]
    else:
        raise SchemaError(
            _(
                "segment={segment!r} is no feature; there are {names}.",
                segment=segment,
                names=quoted(predictors.names, most=12),
            )
        )
    return labels


def segment_rates(labels: Texts, rows: LabelledRows) -> pd.DataFrame:
    """Return the rate of each segment, and last that of a segment of which nothing is known."""
    names = sorted({label for label in labels if label is not None})
    codes = pd.Index(names, dtype=object).get_indexer(pd.Index(labels, dtype=object))
    is_known = codes >= 0
    code, weight = codes[is_known], rows.weight[is_known]
    events = weight * rows.outcome[is_known]
    n, k = (
        np.asarray(np.bincount(code, weights=each, minlength=len(names)), np.float64)
        for each in (weight, events)
    )
    if not len(names):  # all are unknown: they are one segment
        n, k = np.array([rows.n_rows]), np.array([rows.n_events])
        names = [ALL]
    low, high = clopper_pearson(k, n, _LEVEL)
    # A group without customers gets what the others have in common.
    shrunk = shrunk_rates(np.append(k, 0.0), np.append(n, 0.0), level=_LEVEL)
    return pd.DataFrame(
        {
            "n_rows": np.append(n, 0.0),
            "n_events": np.append(k, 0.0),
            "rate": np.append(k / n, np.nan),
            "rate_low": np.append(low, 0.0),
            "rate_high": np.append(high, 1.0),
            "shrunk_rate": shrunk.value,
            "shrunk_low": shrunk.low,
            "shrunk_high": shrunk.high,
        },
        index=pd.Index([*names, _free_name(names)], name="segment"),
    )


def rates_of(labels: Texts, rates: pd.DataFrame) -> pd.DataFrame:
    """Return the shrunken rate of each row's segment, with its interval."""
    at = known_segments(labels, rates)
    chosen = rates[["shrunk_rate", "shrunk_low", "shrunk_high"]].iloc[at]
    return chosen.set_axis(["probability", "probability_low", "probability_high"], axis=1)


def known_segments(labels: Texts, rates: pd.DataFrame) -> NDArray[np.intp]:
    """Return the place of each row's segment among the rates; the last for those unknown."""
    at = rates.index[:-1].get_indexer(pd.Index(labels, dtype=object))
    return np.where(at >= 0, at, len(rates) - 1)


def _free_name(names: list[str]) -> str:
    name = OTHER
    while name in names:
        name = f"({name})"
    return name


def summary_of_rates(
    rates: pd.DataFrame, features: tuple[str, ...], segment: str | None
) -> pd.DataFrame:
    """Return what the segments count, and that the other features are not used."""
    known = rates.iloc[:-1]
    odds = logit(known["shrunk_rate"].to_numpy())
    weight = known["n_rows"].to_numpy()
    middle = np.average(odds, weights=weight)
    spread = float(np.sqrt(np.average((odds - middle) ** 2, weights=weight)))
    names = sorted(features, key=lambda name: (name != segment, name))
    is_used = np.array([name == segment for name in names])
    return pd.DataFrame(
        {
            "feature": names,
            "coefficient": np.nan,
            "importance": np.where(is_used, spread, 0.0),
            "is_dropped": ~is_used,
        },
        index=pd.Index(names, name="column"),
    )
