"""Why revenue changed: more sold, higher prices, other products."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame, day_number, lazy, month_number, number_of_day, to_pandas
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue.periods import MISSING, periods_observed, whole_periods

_SUMS = ("quantity", "sold", "unmeasured", "refunds", "n_unmeasured")
_EFFECTS = (
    *("revenue_before", "volume_effect", "price_effect", "mix_effect", "new_items", "lost_items"),
    *("unmeasured", "refunds", "revenue_after"),
)
_COUNTS = ("n_both", "n_new", "n_lost", "n_unmeasured")


def price_volume_mix(
    transactions: Frame,
    *,
    as_of: Day,
    period: Literal["Y", "Q", "M"] = "Y",
    by: str = "product_id",
) -> pd.DataFrame:
    """Split each change of revenue into volume, price, mix, new and lost items.

    The price of an item is its revenue per unit, so discounts count as lower prices. Of items
    sold in both periods, the **volume effect** is the change of the units sold, at the mean
    price of the period before; the **price effect** the change of each price, at the units
    sold now; the **mix effect** what is left: units moved to items that were dearer or cheaper
    than the mean. The effects add up to the change of revenue exactly. Others value prices
    at the units sold before, and show the product of both changes apart.

    Volume and mix make sense if the units of the items can be added up: tickets and tickets,
    not tickets and litres.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue``, ``quantity`` and the column `by`; pandas, polars, DuckDB,
        PySpark, pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    period : {"Y", "Q", "M"}, default="Y"
        Calendar years, quarters or months, each compared with the one before.
    by : str, default="product_id"
        Column whose values are the items. With a coarser one, such as ``category``, what moves
        between the products of a category counts as price. Lines without a value are one
        item, ``(missing)``.

    Returns
    -------
    DataFrame
        Indexed by ``period``, the later one of each two, in order of time. Amounts are in the
        currency of the table. ``revenue_before`` and the seven after it make
        ``revenue_after``.

        - ``revenue_before`` : float, net of refunds
        - ``volume_effect``, ``price_effect``, ``mix_effect`` : float, of the items sold in
          both periods
        - ``new_items`` : float, revenue of items that were not sold in the period before
        - ``lost_items`` : float, <= 0, revenue lost with items that are no longer sold
        - ``unmeasured`` : float, change of the revenue of lines whose quantity is missing or
          not above zero, which has no price
        - ``refunds`` : float, change of the refunds, which count as amounts alone, whatever
          their quantity; negative if there are more of them
        - ``revenue_after`` : float, net of refunds
        - ``n_both``, ``n_new``, ``n_lost`` : int, items sold in both periods, only in the
          later, only in the earlier
        - ``n_unmeasured`` : int, purchase lines of both periods without a usable quantity
        - ``is_complete`` : bool, whether both periods were observed whole: False if the later
          one ends after `as_of`, or the data begin late in the earlier one. Otherwise the
          volume effect is mainly that of the days that are missing

    Raises
    ------
    SchemaError
        If a column is missing, or an amount or quantity is too large to be added up.
    ValueError
        If `as_of` is not a date, or `period` is unknown.

    Warns
    -----
    WeakResultWarning
        If fewer than two periods were observed, so that there is no change to split, or if
        purchase lines have no usable quantity, with their number.

    References
    ----------
    Horngren, C. T., Datar, S. M. and Rajan, M. V. (2015). Cost accounting: a managerial
    emphasis, 15th edition. Pearson. The sales-mix, sales-quantity and selling-price variances.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "ordered_at": pd.to_datetime(["2023-01-02", "2023-05-01", "2024-01-02", "2024-05-01"]),
    ...     "product_id": ["seat", "box", "seat", "box"],
    ...     "quantity": [10, 10, 12, 18],
    ...     "revenue": [100.0, 300.0, 132.0, 540.0],
    ... })
    >>> effects = price_volume_mix(transactions, as_of="2024-12-31")
    >>> effects.loc["2024", ["revenue_before", "revenue_after"]].to_list()
    [400.0, 672.0]
    >>> effects.loc["2024", ["volume_effect", "price_effect", "mix_effect"]].to_list()
    [200.0, 12.0, 60.0]
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    last_day = as_day(as_of)
    # What is too large for a float is refused at the end, in a reader's words.
    with np.errstate(over="ignore", invalid="ignore"):
        cells = to_pandas(_by_item_and_period(transactions, by, PERIOD_MONTHS[period], last_day))
    periods = periods_observed(cells, last_day, period)
    if len(periods) < 2:
        warn(_no_change(len(periods)), WeakResultWarning)
    n_unmeasured = int(cells["n_unmeasured"].sum())
    if n_unmeasured:
        warn(_no_quantity(n_unmeasured), WeakResultWarning)
    return _finished(cells, periods, last_day)


def _by_item_and_period(
    transactions: Frame, by: str, months: int, last_day: pd.Timestamp
) -> nw.LazyFrame[Any]:
    """Return one row per item and period: units and amounts of its lines, by kind."""
    amount, units = nw.col("revenue"), nw.col("quantity")
    is_purchase = amount >= 0
    # Some engines take NaN for larger than any number: it must fail one of the two.
    is_measured = (units > 0) & (units < float("inf"))
    nothing = nw.lit(0.0)
    return (
        lazy(transactions, list(dict.fromkeys(["ordered_at", "revenue", "quantity", by])))
        .select(
            "revenue",
            "quantity",
            item=nw.col(by),
            day=day_number("ordered_at"),
            period=month_number("ordered_at") // months,
        )
        .filter(nw.col("day") <= number_of_day(last_day))
        .with_columns(is_sold=nw.when(is_purchase & is_measured).then(1).otherwise(0))
        .with_columns(
            units=nw.when(nw.col("is_sold") == 1).then(units).otherwise(nothing),
            sold=nw.when(nw.col("is_sold") == 1).then(amount).otherwise(nothing),
            refunds=nw.when(~is_purchase).then(amount).otherwise(nothing),
            is_unmeasured=nw.when(is_purchase & (nw.col("is_sold") == 0)).then(1).otherwise(0),
        )
        .with_columns(
            unmeasured=nw.when(nw.col("is_unmeasured") == 1).then(amount).otherwise(nothing)
        )
        .group_by("item", "period")
        .agg(
            nw.col("units").sum().alias("quantity"),
            nw.col("sold").sum(),
            nw.col("refunds").sum(),
            nw.col("unmeasured").sum(),
            nw.col("is_unmeasured").sum().alias("n_unmeasured"),
            nw.col("day").min().alias("first_day"),
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Period:
    """What was sold of each item in a period, and what has no units."""

    quantity: Floats
    sold: Floats
    unmeasured: float
    refunds: float
    n_unmeasured: int

    @property
    def revenue(self) -> float:
        return float(self.sold.sum()) + self.unmeasured + self.refunds


def _finished(cells: pd.DataFrame, periods: pd.PeriodIndex, last_day: pd.Timestamp) -> pd.DataFrame:
    each = _each_period(cells, periods)
    with np.errstate(over="ignore", invalid="ignore"):
        steps = [_step(before, after) for before, after in pairwise(each)]
    table = pd.DataFrame(steps, index=periods[1:].rename("period"), columns=[*_EFFECTS, *_COUNTS])
    table = table.astype(dict.fromkeys(_EFFECTS, float))
    if not np.isfinite(table[list(_EFFECTS)].to_numpy()).all():
        raise SchemaError(
            _(
                "Amounts or quantities of 'transactions' are too large to be added up. Set lines "
                "with impossible ones aside first."
            )
        )
    if table.empty:
        return table.astype(dict.fromkeys(_COUNTS, "int64")).assign(is_complete=np.array([], bool))
    first_day = pd.Timestamp(int(cells["first_day"].min()), unit="D")
    is_whole = periods.isin(whole_periods(periods, first_day, last_day))
    return table.astype(dict.fromkeys(_COUNTS, "int64")).assign(
        is_complete=is_whole[1:] & is_whole[:-1]
    )


def _each_period(cells: pd.DataFrame, periods: pd.PeriodIndex) -> Iterator[_Period]:
    # Plain Python objects: every engine has its own type of text and of nothing.
    items = cells["item"].astype(object)
    codes, names = pd.factorize(items.where(items.notna(), MISSING))
    ordinals = cells["period"].to_numpy("int64")
    columns = {name: cells[name].to_numpy(float) for name in _SUMS}
    for period in periods:
        rows = np.flatnonzero(ordinals == period.ordinal)
        sums = {
            name: np.bincount(codes[rows], column[rows], len(names)).astype(np.float64)
            for name, column in columns.items()
        }
        yield _Period(
            sums["quantity"],
            sums["sold"],
            float(sums["unmeasured"].sum()),
            float(sums["refunds"].sum()),
            int(sums["n_unmeasured"].sum()),
        )


def _step(before: _Period, after: _Period) -> dict[str, float]:
    was, is_now = before.quantity > 0, after.quantity > 0
    both = was & is_now
    units_before, units = before.quantity[both].sum(), after.quantity[both].sum()
    sold_before, sold = before.sold[both].sum(), after.sold[both].sum()
    mean_price = sold_before / units_before if units_before > 0 else 0.0
    at_old_prices = (before.sold[both] / before.quantity[both] * after.quantity[both]).sum()
    return {
        "revenue_before": before.revenue,
        "volume_effect": mean_price * (units - units_before),
        "price_effect": sold - at_old_prices,
        "mix_effect": at_old_prices - mean_price * units,
        "new_items": after.sold[is_now & ~was].sum(),
        "lost_items": 0.0 - before.sold[was & ~is_now].sum(),
        "unmeasured": after.unmeasured - before.unmeasured,
        "refunds": after.refunds - before.refunds,
        "revenue_after": after.revenue,
        "n_both": both.sum(),
        "n_new": (is_now & ~was).sum(),
        "n_lost": (was & ~is_now).sum(),
        "n_unmeasured": before.n_unmeasured + after.n_unmeasured,
    }


def _no_change(n_periods: int) -> str:
    return _n(
        "{n} period was observed, so there is no change to split. Give earlier transactions, "
        "or compare shorter periods: period='M'.",
        "{n} periods were observed, so there is no change to split. Give earlier transactions, "
        "or compare shorter periods: period='M'.",
        n_periods,
    )


def _no_quantity(n_lines: int) -> str:
    return _n(
        "{n} purchase line has no quantity above zero, and so no price; its revenue is in the "
        "column 'unmeasured'.",
        "{n} purchase lines have no quantity above zero, and so no price; their revenue is in "
        "the column 'unmeasured'.",
        n_lines,
    )
