"""Figures of simulated outcomes, and how far the number of draws lets them be known."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from custintel._intervals import Floats, normal_quantile, wilson_interval


def figure_table(outcome: Floats, *, threshold: float, level: float) -> pd.DataFrame:
    """Return mean, median, bounds and probability of a loss, each with its interval."""
    from scipy.stats import t

    n, tail = len(outcome), (1 - level) / 2
    mean = float(outcome.mean())
    half = float(t.isf(tail, n - 1) * outcome.std(ddof=1) / np.sqrt(n))
    in_order = np.sort(outcome)
    n_losses = int((outcome < threshold).sum())
    low, high = wilson_interval(n_losses, n, level)
    rows = {
        "mean": (mean, mean - half, mean + half),
        "median": _quantile(in_order, 0.5, tail),
        "outcome_low": _quantile(in_order, tail, tail),
        "outcome_high": _quantile(in_order, 1 - tail, tail),
        "loss_probability": (n_losses / n, float(low), float(high)),
    }
    index = pd.Index(list(rows), dtype=object, name="figure")
    return pd.DataFrame(list(rows.values()), index=index, columns=["value", "low", "high"])


def _quantile(in_order: Floats, p: float, tail: float) -> tuple[float, float, float]:
    """Return a quantile, and the draws between which that of endlessly many lies."""
    from scipy.stats import binom

    n = len(in_order)
    # So many draws at least, and so many at most, lie below it but for the tails.
    least, most = int(binom.ppf(tail, n, p)), int(binom.isf(tail, n, p))
    low = in_order[least - 1] if least > 0 else -np.inf
    high = in_order[most] if most < n else np.inf
    return float(np.quantile(in_order, p)), float(low), float(high)


def driver_table(draws: pd.DataFrame, unsure: Sequence[str], *, level: float) -> pd.DataFrame:
    """Return Spearman's correlation of each unsure assumption with the outcome."""
    from scipy.stats import rankdata

    outcome = rankdata(draws["outcome"])
    r = np.array([_correlation(rankdata(draws[name]), outcome) for name in unsure])
    half = normal_quantile(level) * np.sqrt((1 + r**2 / 2) / (len(draws) - 3))
    with np.errstate(divide="ignore"):
        z = np.arctanh(r)
    table = pd.DataFrame(
        {
            "rank_correlation": r,
            "rank_correlation_low": np.tanh(z - half),
            "rank_correlation_high": np.tanh(z + half),
        },
        index=pd.Index(list(unsure), dtype=object, name="driver"),
    )
    strength = table["rank_correlation"].abs()
    return table.loc[strength.sort_values(ascending=False, kind="stable").index]


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(np.clip(a @ b / size, -1, 1)) if size > 0 else np.nan
