"""Growth rates of series of amounts."""

import numpy as np

from custintel.revenue._rounding import Amounts, Ends, ratio_ends


def cagr(first: Amounts, last: Amounts, n_years: float) -> Amounts:
    """Return compound annual growth rates; NaN without a first amount, or below −1."""
    if n_years == 0:
        return first * np.nan
    ratio = last / first.where(first > 0)
    return ratio.where(ratio >= 0) ** (1 / n_years) - 1


def cagr_ends(first: Ends, last: Ends, n_years: float) -> Ends:
    """Return the ends of the growth rates of amounts that were rounded.

    NaN where the first amount cannot have been above zero, or the last only below it: no rate
    leads there.
    """
    if n_years == 0:
        return Ends(first.low * np.nan, first.low * np.nan)
    ratio = ratio_ends(first, last)
    has_rate = ratio.high >= 0
    low, high = (end.clip(lower=0).where(has_rate) ** (1 / n_years) - 1 for end in ratio)
    return Ends(low, high)
