"""What each channel brings, and what it costs."""

from collections.abc import Iterator, Mapping

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._frames import Frame, has_column
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._groups import (
    BEFORE_ALL,
    Days,
    as_text,
    counts_by_group,
    days_observed,
    group_totals,
    keys,
    largest_first,
    read_lines,
    with_rows,
)
from custintel.revenue._labelled import labelled_floats
from custintel.revenue.periods import MISSING

Spend = Mapping[str, float] | pd.Series


def channel_table(
    transactions: Frame,
    *,
    as_of: Day,
    window: str | None = None,
    by: str = "channel",
    spend: Spend | None = None,
) -> pd.DataFrame:
    """Measure what each channel brings: customers, orders, revenue, margin, return on spend.

    A customer counts in each channel that he or she bought in, so that the channels'
    customers may add up to more than all there are; ``n_new_customers`` and
    ``n_only_customers`` count each at most once. Refunds (negative lines) are netted in the
    amounts and are no purchases. What a channel brings is not all its merit: customers who
    would have bought anyway are in it too.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the column `by` and, if there are any,
        ``order_id``, ``product_id`` and ``cost``; pandas, polars, DuckDB, PySpark, pyarrow,
        or the path of a Parquet file. Without ``order_id`` each row is an order.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    window : str, optional
        Length of the time that is measured, such as ``"12M"``, up to `as_of`; by default all
        of it. Months and years are calendar ones.
    by : str, default="channel"
        Column whose values become the rows. Lines without a value are one row, ``(missing)``.
    spend : mapping or Series, optional
        Marketing and sales cost of each channel in the same time, by the names of the
        channels, currency of the table, 0 or more. A channel that sold nothing is a row too.

    Returns
    -------
    DataFrame
        Indexed by `by`, largest revenue first, equal ones by name.

        - ``n_customers`` : int, customers with a purchase in the channel
        - ``n_new_customers`` : int, of these, who made their first purchase of all in it, in
          the window. Of several channels on that first day, that of the lowest ``order_id``
          counts, then of the lowest ``product_id``, then the first by name
        - ``n_only_customers`` : int, who bought in no other channel in the window
        - ``n_orders`` : int, orders with a purchase; one in two channels counts in both
        - ``revenue`` : float, net of refunds, currency
        - ``revenue_share`` : float, part of the revenue of all channels; NaN if that is not
          above zero
        - ``revenue_per_customer``, ``revenue_per_order`` : float, currency; NaN without a
          purchase
        - ``cost`` : float, cost of the goods, of the lines that have one; NaN if none has
        - ``margin`` : float, ``revenue`` − ``cost``; NaN if a line lacks its cost
        - ``margin_rate`` : float, ``margin`` ÷ ``revenue``; NaN if that is not above zero
        - ``n_without_cost`` : int, lines that lack their cost
        - ``spend`` : float, as given, currency; NaN if it is not
        - ``roi`` : float, (``margin`` − ``spend``) ÷ ``spend``: 0 when the spend just comes
          back. NaN without margin, or without spend above zero
        - ``roas`` : float, ``revenue`` ÷ ``spend``, before the cost of the goods

    Raises
    ------
    SchemaError
        If a column is missing, or `spend` has a channel twice or something else than amounts
        of 0 or more.
    TypeError
        If `spend` is no mapping or Series.
    ValueError
        If `as_of` or `window` is not one.

    Warns
    -----
    WeakResultWarning
        If only some lines have a cost, if spend is given but no cost, or if `spend` names
        channels in which nothing was sold.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson. Chapter 10: return on marketing
    investment, from the margin; chapter 9: return on advertising spend, from the revenue.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-03-01", "2024-05-01", "2024-05-01"]),
    ...     "revenue": [10.0, 50.0, 20.0],
    ...     "cost": [4.0, 20.0, 8.0],
    ...     "channel": ["web", "shop", "web"],
    ... })
    >>> table = channel_table(transactions, as_of="2024-12-31", spend={"web": 6.0, "shop": 20.0})
    >>> table[["n_customers", "n_new_customers", "revenue", "margin", "roi"]]
             n_customers  n_new_customers  revenue  margin  roi
    channel
    shop               1                0     50.0    30.0  0.5
    web                2                2     30.0    18.0  2.0
    """
    days = days_observed(as_of, window)
    spent = None if spend is None else _checked(spend, by)
    has_cost = has_column(transactions, "cost")
    totals = group_totals(transactions, by=by, days=days)
    if spent is not None:
        totals = with_rows(totals, spent.index)
    totals = totals.assign(
        n_new_customers=_new_customers(transactions, by, days),
        n_only_customers=_only_customers(transactions, by, days),
    ).fillna({"n_new_customers": 0, "n_only_customers": 0})
    table = largest_first(_measures(totals, spent, has_cost=has_cost))
    for reason in _weaknesses(table, spent, has_cost=has_cost):
        warn(reason, WeakResultWarning)
    return table


def _measures(
    totals: pd.DataFrame, spent: "pd.Series[float] | None", *, has_cost: bool
) -> pd.DataFrame:
    revenue = totals["revenue"].astype(float)
    whole = float(revenue.sum())
    n_lines = totals["n_lines"] + totals["n_refunds"]
    is_costed = has_cost & ((totals["n_without_cost"] < n_lines) | (n_lines == 0))
    cost = totals["cost"].astype(float).where(is_costed)
    margin = (revenue - cost).where(totals["n_without_cost"] == 0)
    spend = revenue * np.nan if spent is None else spent.reindex(totals.index)
    paid = spend.where(spend > 0)
    return pd.DataFrame(
        {
            "n_customers": totals["n_customers"],
            "n_new_customers": totals["n_new_customers"].astype("int64"),
            "n_only_customers": totals["n_only_customers"].astype("int64"),
            "n_orders": totals["n_orders"],
            "revenue": revenue,
            "revenue_share": revenue / whole if whole > 0 else revenue * np.nan,
            "revenue_per_customer": revenue / totals["n_customers"].replace(0, np.nan),
            "revenue_per_order": revenue / totals["n_orders"].replace(0, np.nan),
            "cost": cost,
            "margin": margin,
            "margin_rate": margin / revenue.where(revenue > 0),
            "n_without_cost": totals["n_without_cost"],
            "spend": spend,
            "roi": (margin - paid) / paid,
            "roas": revenue / paid,
        }
    )


def _only_customers(transactions: Frame, by: str, days: Days) -> "pd.Series[int]":
    """Count the customers who bought in each channel and in no other one."""
    named = {"group": by, "customer": "customer_id"}
    bought = read_lines(transactions, days, named).filter(nw.col("bought") == 1)
    used = bought.group_by("group", "customer").agg(n_lines=nw.len())
    loyal = used.group_by("customer").agg(n=nw.len()).filter(nw.col("n") == 1)
    return counts_by_group(used.join(loyal, on="customer"))


def _new_customers(transactions: Frame, by: str, days: Days) -> "pd.Series[int]":
    """Count the customers whose first purchase of all was in each channel, in the window."""
    named = keys(transactions, by)
    named |= {"product": "product_id"} if has_column(transactions, "product_id") else {}
    lines = read_lines(transactions, Days(BEFORE_ALL, days.last), named)
    bought = lines.filter(nw.col("bought") == 1)
    first = bought.group_by("customer").agg(nw.col("day").min())
    on_first_day = bought.join(first.filter(nw.col("day") >= days.first), on=["customer", "day"])
    # One text that sorts as its parts do, with a mark between them that is below all letters.
    parts = [_sortable(key) for key in ("order", "product", "group") if key in named]
    placed = on_first_day.select(
        "group", "customer", place=nw.concat_str([*parts, nw.lit("")], separator="\x01")
    )
    lowest = placed.group_by("customer").agg(nw.col("place").min())
    channels = placed.join(lowest, on=["customer", "place"])
    return counts_by_group(channels.group_by("group", "customer").agg(n_lines=nw.len()))


def _sortable(column: str) -> nw.Expr:
    """Return the values of a column as text, of which nothing is the first, then the empty one."""
    marked = nw.concat_str([nw.lit("\x02"), as_text(column)])
    return nw.when(~nw.col(column).is_null()).then(marked).otherwise(nw.lit(""))


def _checked(spend: Spend, by: str) -> "pd.Series[float]":
    what = _("a mapping or a Series of amounts by channel, such as {'web': 1200.0}")
    require_type(spend, (Mapping, pd.Series), name="spend", what=what)
    given = pd.Series(spend, dtype=object)
    if given.index.hasnans:
        raise SchemaError(
            _(
                "spend has an amount without the name of a channel. Name that of the lines "
                "without one {missing!r}, or leave the amount out.",
                missing=MISSING,
            )
        )
    given.index = given.index.astype("str") if by.endswith("_id") else given.index
    amounts = labelled_floats(given, name="spend")
    negative = amounts.index[amounts < 0]
    if len(negative):
        raise SchemaError(
            _n(
                "{n} channel of spend has an amount below 0: {examples}. Give what was spent.",
                "{n} channels of spend have an amount below 0: {examples}. Give what was spent.",
                len(negative),
                examples=quoted(negative, most=3),
            )
        )
    return amounts


def _weaknesses(
    table: pd.DataFrame, spent: "pd.Series[float] | None", *, has_cost: bool
) -> Iterator[str]:
    """Yield what the reader of the table must know before taking its figures as they are."""
    costless = table.index[table["n_without_cost"] > 0]
    if has_cost and len(costless):
        yield _n(
            "{n} channel has no margin, because {n_lines} lines lack their cost: {examples}. "
            "Fill the column 'cost' of 'transactions', with 0 where there was none.",
            "{n} channels have no margin, because {n_lines} lines lack their cost: {examples}. "
            "Fill the column 'cost' of 'transactions', with 0 where there was none.",
            len(costless),
            n_lines=int(table["n_without_cost"].sum()),
            examples=quoted(costless, most=3),
        )
    if spent is None:
        return
    if not has_cost:
        yield _(
            "Table 'transactions' has no column 'cost', so that the return on spend (roi) is "
            "missing. Add the cost of the goods, or read roas, which is before it."
        )
    is_unsold = table.index.isin(spent.index) & (table["n_orders"] == 0)
    unsold = table.index[is_unsold]
    if len(unsold):
        yield _n(
            "Nothing was sold in {n} channel that has spend: {examples}. Check its spelling.",
            "Nothing was sold in {n} channels that have spend: {examples}. Check their spelling.",
            len(unsold),
            examples=quoted(unsold, most=3),
        )
