"""How far forecasts of counts are from what happened; arrays in, one entry per customer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy
from scipy.stats import chi2

from custintel._intervals import Bounds, Floats, normal_quantile

_TOP_SHARE = 0.1


def squared_errors(actual: Floats, expected: Floats) -> Floats:
    """Return the squared error of each forecast."""
    return np.asarray((actual - expected) ** 2)


def absolute_errors(actual: Floats, expected: Floats) -> Floats:
    """Return the absolute error of each forecast."""
    return np.abs(actual - expected)


def poisson_deviances(actual: Floats, expected: Floats) -> Floats:
    """Return the Poisson deviance of each forecast; infinite where 0 is forecast in vain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(actual > 0, actual / expected, 1.0)
    return np.asarray(2 * (xlogy(actual, ratio) - (actual - expected)))


# Of each a mean over customers is taken, and compared customer by customer.
LOSSES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "mean_squared_error": squared_errors,
    "mean_absolute_error": absolute_errors,
    "mean_poisson_deviance": poisson_deviances,
}


def forecast_scores(actual: Floats, expected: Floats) -> dict[str, float]:
    """Return the scores of one forecast of each customer's purchases."""
    happened, forecast = float(actual.sum()), float(expected.sum())
    losses = {name: float(loss(actual, expected).mean()) for name, loss in LOSSES.items()}
    return {
        "expected_purchases": forecast,
        "total_error_rate": forecast / happened - 1 if happened else np.nan,
        **losses,
        "root_mean_squared_error": float(np.sqrt(losses["mean_squared_error"])),
        "top_decile_share": share_of_the_best(actual, expected),
    }


def share_of_the_best(actual: Floats, expected: Floats) -> float:
    """Return the share of purchases made by the tenth of customers with the highest forecasts.

    Customers with the forecast at which the tenth ends count in part, so that their order
    decides nothing. NaN if nobody purchased, or nothing was forecast.
    """
    happened = actual.sum()
    if not happened or np.isnan(expected).any():
        return float("nan")
    n_top = _TOP_SHARE * len(expected)
    last = np.sort(expected)[::-1][int(np.ceil(n_top)) - 1]
    above, tied = expected > last, expected == last
    part = (n_top - above.sum()) / tied.sum()
    return float((actual[above].sum() + part * actual[tied].sum()) / happened)


def calibration_deciles(actual: Floats, expected: Floats, level: float) -> pd.DataFrame:
    """Compare means in ten groups of customers by forecast, equal forecasts together."""
    ranks = pd.Series(expected).rank(method="average").to_numpy()
    decile = np.ceil(10 * ranks / len(ranks)).astype(int)
    each = pd.DataFrame({"decile": decile, "actual": actual, "expected": expected})
    groups = each.groupby("decile")
    n, total = groups.size(), groups["actual"].sum()
    variance = groups["actual"].var().fillna(0.0)
    bounds = mean_count_interval(
        np.asarray(total, float), np.asarray(n, float), np.asarray(variance, float), level
    )
    return pd.DataFrame(
        {
            "n_customers": n,
            "expected_mean": groups["expected"].mean(),
            "actual_mean": total / n,
            "actual_mean_low": bounds.low,
            "actual_mean_high": bounds.high,
        }
    )


def mean_count_interval(total: Floats, n: Floats, variance: Floats, level: float) -> Bounds:
    """Return the bounds of the mean of counts that vary at least as much as Poisson's.

    Garwood's (1936) exact Poisson bounds, widened by the dispersion of the counts. Unlike
    those of Student they never fall below 0, nor shrink to a point where nothing happened.
    """
    tail = (1 - level) / 2
    mean = np.maximum(total, 1.0) / n
    dispersion = np.maximum(variance / mean, 1.0)
    counts = total / dispersion
    low = np.where(total > 0, chi2.ppf(tail, 2 * np.maximum(counts, 1e-9)), 0.0)
    high = chi2.ppf(1 - tail, 2 * counts + 2)
    return Bounds(low * dispersion / 2 / n, high * dispersion / 2 / n)


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference of losses, paired by customer, with its interval."""

    value: float
    low: float
    high: float


def paired_difference(losses: Floats, others: Floats, level: float) -> Difference:
    """Return the mean of `losses` minus `others`, with its normal interval.

    Infinite if one of the means is; NaN, between −∞ and ∞, if both are.
    """
    if not np.isfinite(losses.sum() + others.sum()):
        return _infinite_difference(float(losses.mean()), float(others.mean()))
    differences = losses - others
    mean, n = float(differences.mean()), len(differences)
    if n == 1:  # one customer says nothing about others
        return Difference(mean, -np.inf, np.inf)
    half = normal_quantile(level) * float(differences.std(ddof=1)) / np.sqrt(n)
    return Difference(mean, mean - half, mean + half)


def _infinite_difference(loss: float, other: float) -> Difference:
    if np.isinf(loss) and np.isinf(other):
        return Difference(np.nan, -np.inf, np.inf)
    return Difference(*[loss - other] * 3)
