"""The totals behind an index: what index numbers and the shares of one period imply."""

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.revenue._labelled import Labelled, labelled_floats, require_items
from custintel.revenue._period_columns import by_period, position_of
from custintel.revenue._ratio_bounds import Shares, largest_ratio
from custintel.revenue._rounding import Rounded, require_base, rounded

Label = pd.Period | str | int


def totals_from_index(
    index: pd.DataFrame,
    last_share: Labelled,
    *,
    index_rounding: float = 1.0,
    share_rounding: float = 0.01,
    base: Label | None = None,
) -> pd.DataFrame:
    """Find the development of the total that an index per item and last shares imply.

    An index hides the size of its items, so their total cannot be read from it. With the
    share of each item in the last period it can: the total of period t is proportional to
    Σ shareᵢ × indexᵢₜ / indexᵢ,last. All items must be there: the shares add up to 1.

    The bounds are hard: whatever the unrounded figures were, the total lies within, and there
    are figures for which it reaches each bound. Each index lies within half a unit of the
    printed one, the base is exactly 100, and each share lies within half a unit of the printed
    one such that they add up to 1.

    Parameters
    ----------
    index : DataFrame
        Items (index) × periods (columns), 100 throughout in one period, its base. Columns are
        a `PeriodIndex`, or labels such as 2005, "2005Q1", "2005-03".
    last_share : Series or mapping
        Share of each item in the total of the last period, in 0-1.
    index_rounding : float, default=1.0
        The unit to which the index was rounded: 1.0 for whole numbers.
    share_rounding : float, default=0.01
        The unit to which the shares were rounded: 0.01 for whole percentages.
    base : Period, str or int, optional
        The period whose total becomes 100; by default the first.

    Returns
    -------
    DataFrame
        Indexed by ``period``, in order of time.

        - ``total`` : float, in parts of that of the base, which is 100
        - ``total_low``, ``total_high`` : float, its bounds
        - ``growth`` : float, over the period before, minus 1; NaN in the first period, and
          after a total of zero
        - ``growth_low``, ``growth_high`` : float, its bounds, nearer to each other than
          those of the totals would tell; ``growth_high`` is inf if the total of the period
          before may have been zero

    Raises
    ------
    SchemaError
        If items or periods repeat, an amount is missing or not a number, an index is
        negative or immense, or the shares and the table are not of the same items.
    ValueError
        If no period is 100 throughout, an index of the last period may have been zero, the
        shares are not in 0-1 or cannot add up to 1, `base` is not one of the periods or has
        a total of zero, or a rounding is not above zero.

    References
    ----------
    Dinkelbach, W. (1967). On nonlinear fractional programming. Management Science 13(7),
    492-498.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.DataFrame({2023: [100, 100], 2024: [200, 100]}, index=["new", "old"])
    >>> totals = totals_from_index(index, {"new": 0.25, "old": 0.75})
    >>> totals[["total", "total_low", "total_high"]].round(1)
            total  total_low  total_high
    period
    2023    100.0      100.0       100.0
    2024    114.3      113.4       115.1
    """
    figures, shares = _read(index, last_share, index_rounding, share_rounding)
    start = _start(figures.printed, base)
    return totals_implied(figures, shares, start=start)


def amounts_from_index(
    index: pd.DataFrame,
    last_share: Labelled,
    *,
    share_rounding: float = 0.01,
    base: Label | None = None,
) -> pd.DataFrame:
    """Turn an index per item and last shares into amounts that can be added up.

    `growth_contributions`, `compare_lines` and `concentration_table` read the result, which
    they could not do with the index itself. The columns add up to the totals of
    `totals_from_index`, which gives the bounds that rounding allows.

    Parameters
    ----------
    index : DataFrame
        Items (index) × periods (columns), 100 throughout in one period, its base.
    last_share : Series or mapping
        Share of each item in the total of the last period, in 0-1.
    share_rounding : float, default=0.01
        The unit to which the shares were rounded. If they do not quite add up to 1, each is
        moved by the same part of the way that rounding allows.
    base : Period, str or int, optional
        The period whose total becomes 100; by default the first.

    Returns
    -------
    DataFrame
        Same items, in the same order; columns are a `PeriodIndex` in order of time.

        - each period : float, amount in parts of the total of the base, which is 100

    Raises
    ------
    SchemaError
        If items or periods repeat, an amount is missing or not a number, an index is
        negative or immense, or the shares and the table are not of the same items.
    ValueError
        If no period is 100 throughout, an index of the last period is zero, the shares are
        not in 0-1 or cannot add up to 1, or `base` is not one of the periods or has a total
        of zero.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.DataFrame({2023: [100, 100], 2024: [200, 100]}, index=["new", "old"])
    >>> amounts_from_index(index, {"new": 0.5, "old": 0.5}, base=2024)
         2023  2024
    new  25.0  50.0
    old  50.0  50.0
    """
    # Half of what is printed as 1 is still above zero: only zeros are refused here.
    figures, shares = _read(index, last_share, np.finfo(float).tiny, share_rounding)
    printed = figures.printed
    start = _start(printed, base)
    amounts = printed.div(printed.iloc[:, -1], axis=0).mul(shares.value, axis=0)
    return amounts * (100 / amounts.iloc[:, start].sum())


def _start(printed: pd.DataFrame, base: Label | None) -> int:
    start = 0 if base is None else position_of(printed, base)
    if not printed.iloc[:, start].any():
        raise ValueError(
            _(
                "All index numbers of {period} are zero, so its total cannot be the base. "
                "Choose another one.",
                period=printed.columns[start],
            )
        )
    return start


def totals_implied(
    figures: Rounded, shares: Shares, *, start: int, shared: int = -1
) -> pd.DataFrame:
    """Return the totals of checked index numbers, 100 at `start`; the shares are of `shared`."""
    periods = pd.PeriodIndex(figures.printed.columns)
    ratios = _Ratios(figures, shares, shared % len(periods))
    totals = [ratios.of(each, start) for each in range(len(periods))]
    steps = [ratios.of(each, each - 1) for each in range(1, len(periods))]
    total = 100 * np.array(totals).reshape(-1, 3)
    growth = np.vstack([np.full((1, 3), np.nan), np.array(steps).reshape(-1, 3) - 1])
    return pd.DataFrame(
        np.hstack([total, growth]),
        index=periods.rename("period"),
        columns=["total", "total_low", "total_high", "growth", "growth_low", "growth_high"],
    )


class _Ratios:
    """Ratios of the totals of two periods, with their bounds."""

    def __init__(self, figures: Rounded, shares: Shares, shared: int) -> None:
        self._printed = figures.printed.to_numpy()
        self._low = figures.low.to_numpy().clip(min=0)
        self._high = figures.high.to_numpy()
        self._shares, self._shared = shares, shared

    def of(self, period: int, other: int) -> tuple[float, float, float]:
        """Return total(period) / total(other) as printed, and its bounds."""
        if period == other:
            return 1.0, 1.0, 1.0
        weights = self._shares.value / self._printed[:, self._shared]
        total = weights @ self._printed[:, other]
        ratio = weights @ self._printed[:, period] / total if total > 0 else np.nan
        low = 1 / self._largest(other, period)
        return float(ratio), low, self._largest(period, other)

    def _largest(self, period: int, other: int) -> float:
        # Per unit of its share, an item adds index / index in the period of the shares. The
        # ratio is monotone in each index, so that only ends count; that of the shared period
        # stands both above and below the line, and both its ends are tried.
        shared = np.stack([self._low[:, self._shared], self._high[:, self._shared]])
        top = self._per_share(self._high, period, shared)
        bottom = self._per_share(self._low, other, shared)
        return largest_ratio(top, bottom, self._shares)

    def _per_share(self, index: Floats, period: int, shared: Floats) -> Floats:
        return np.ones_like(shared) if period == self._shared else index[:, period] / shared


def _read(
    index: pd.DataFrame,
    share: Labelled,
    index_rounding: float,
    share_rounding: float,
) -> tuple[Rounded, Shares]:
    figures = rounded(by_period(index), index_rounding, is_index=True)
    require_index(figures)
    return figures, shares_of(share, figures.printed.index, share_rounding)


def require_index(figures: Rounded, *, shared: int = -1) -> None:
    """Raise an error unless totals can be implied by a table of index numbers."""
    require_base(figures)
    wrong = figures.printed.index[(figures.printed < 0).any(axis=1)]
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} item of this table has a negative index: {examples}. "
                "Leave net refunds out before making the index.",
                "{n} items of this table have a negative index: {examples}. "
                "Leave net refunds out before making the index.",
                len(wrong),
                examples=quoted(wrong, most=3),
            )
        )
    vanished = figures.printed.index[figures.low.iloc[:, shared] <= 0]
    if len(vanished):
        raise ValueError(
            _n(
                "{n} item may have an index of zero in the period of the shares, so its size "
                "in the others cannot be told: {examples}. End the table before that.",
                "{n} items may have an index of zero in the period of the shares, so their "
                "size in the others cannot be told: {examples}. End the table before that.",
                len(vanished),
                examples=quoted(vanished, most=3),
            )
        )


def shares_of(share: Labelled, items: pd.Index, rounding: float) -> Shares:
    """Return the shares of all `items`, in their order, with ends that can add up to 1."""
    require_between(rounding, 0, 1, name="share_rounding", open_ends=True)
    printed = _of_items(share, items)
    half = rounding / 2
    low, high = (printed - half).clip(min=0.0), printed + half
    total, least, most = (float(each.sum()) for each in (printed, low, high))
    if not least - 1e-9 <= 1 <= most + 1e-9:
        raise ValueError(
            _(
                "The shares add up to {total:.4g}, and with rounding to between {least:.4g} and "
                "{most:.4g}, not to 1. Give the shares of all items, in 0-1.",
                total=total,
                least=least,
                most=most,
            )
        )
    room = high - printed if total < 1 else printed - low
    step = (1 - total) / room.sum() if room.sum() > 0 else 0.0
    return Shares(printed + step * room, low, high)


def _of_items(share: Labelled, items: pd.Index) -> Floats:
    given = labelled_floats(share, name="last_share")
    require_items(given.index, items, name="last_share")
    without = items.difference(given.index, sort=False)
    if len(without):
        raise SchemaError(
            _n(
                "{n} item of the table has no share: {examples}. Totals need those of all items.",
                "{n} items of the table have no share: {examples}. Totals need those of all items.",
                len(without),
                examples=quoted(without, most=3),
            )
        )
    is_share = given.between(0, 1)
    if not is_share.all():
        raise ValueError(
            _n(
                "{n} share does not lie in 0-1: {examples}. Write 12 % as 0.12.",
                "{n} shares do not lie in 0-1: {examples}. Write 12 % as 0.12.",
                int((~is_share).sum()),
                examples=quoted(given.index[~is_share], most=3),
            )
        )
    return np.asarray(given.reindex(items), np.float64)
