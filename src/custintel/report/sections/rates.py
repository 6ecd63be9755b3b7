"""How small rates and their intervals are written."""

import math

import pandas as pd
from markupsafe import Markup

from custintel.report._elements import Figure, share, shares_between

_SMALL = 0.01  # below it a tenth of a percent says too little


def rate(key: str, value: float) -> Figure | str:
    """Return a rate, in 0–1, with one decimal of a percent, two if it is small; – if missing.

    >>> [rate("a", each).text for each in (0.123, 0.0031, 0.0)], rate("a", float("nan"))
    (['12.3%', '0.31%', '0.0%'], '–')
    """
    if math.isnan(value):
        return "–"
    return share(key, value, 2 if 0 < value < _SMALL else 1)


def rate_between(key: str, row: "pd.Series[float]", name: str) -> Markup | str:
    """Return the interval of the rate `name` of a row, – if there is none."""
    low, high = float(row[f"{name}_low"]), float(row[f"{name}_high"])
    if math.isnan(low):
        return "–"
    return shares_between(key, low, high, 2 if high < _SMALL else 1)


def rate_and_interval(
    key: str, row: "pd.Series[float]", name: str, *, is_told: bool = True
) -> Markup | str:
    """Return a cell of a rate with its interval below, – for what is not told."""
    value = float(row[name])
    if not is_told or math.isnan(value):
        return "–"
    whole = f"{key}.{name}"
    return with_below(rate(whole, value), rate_between(whole, row, name))


def with_below(figure: Figure | Markup | str, below: Figure | Markup | str) -> Markup:
    """Return a cell with one more line, in small print.

    >>> with_below("a", "b")
    Markup('a<small>b</small>')
    """
    return Markup("{}<small>{}</small>").format(figure, below)
