"""The channel that each customer mainly buys in, and what the customer brings."""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._frames import Frame, as_counts, to_pandas, warn_refunds_alone
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel.errors import SchemaError
from custintel.revenue._groups import Days, as_text, days_observed, keys, labels, read_lines

_NEVER = -2_000_000  # the day of the last purchase where there are refunds alone
_MOST_DAYS = 10_000_000  # between any two: one order more counts for more than all of them


def customer_channels(
    transactions: Frame,
    segments: pd.Series | str,
    *,
    as_of: Day,
    window: str | None = None,
    by: str = "channel",
) -> pd.DataFrame:
    """Give each customer the channel that he or she mainly buys in, for `best_channel`.

    Every customer is in one channel, so that channels can be compared as groups without a
    common member: that with most of the orders, of several the one with the latest purchase
    day, then the first by name. What the customer brings is counted over all channels.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the column `by` and, if there is one,
        ``order_id``; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
        Without ``order_id`` each row is an order.
    segments : Series or str
        Segment of each customer, indexed by ``customer_id``; or the column of the
        transactions that holds it, which has one value at most for each customer. Customers
        without a segment are in ``(missing)``.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    window : str, optional
        Length of the time that is counted, such as ``"12M"``, up to `as_of`; by default all
        of it. Months and years are calendar ones.
    by : str, default="channel"
        Column of the channels. Lines without a value are of the channel ``(missing)``.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted, one row per customer with a purchase in the window.

        - ``segment`` : as given
        - ``channel`` : the main channel
        - ``n_channels`` : int, channels with a purchase of the customer
        - ``n_orders`` : int, orders with a purchase; one in two channels counts once
        - ``revenue`` : float, net of refunds, in all channels, currency
        - ``is_repeat`` : bool, whether there are two orders or more

    Raises
    ------
    SchemaError
        If a column is missing, or `segments` has several values for one customer or one for
        none of them.
    TypeError
        If `segments` is neither a Series nor a text.
    ValueError
        If `as_of` or `window` is not one.

    Warns
    -----
    SetAsideWarning
        If customers have refunds alone.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-03-01", "2024-05-01", "2024-06-01", "2024-05-01"]),
    ...     "revenue": [10.0, 50.0, 5.0, 20.0],
    ...     "channel": ["web", "shop", "web", "web"],
    ... })
    >>> segments = pd.Series({"ann": "small", "bob": "large"})
    >>> customer_channels(transactions, segments, as_of="2024-12-31").drop(columns="is_repeat")
                segment channel  n_channels  n_orders  revenue
    customer_id
    ann           small     web           2         3     65.0
    bob           large     web           1         1     20.0
    """
    what = _("a Series indexed by customer_id, or the name of a column")
    require_type(segments, (pd.Series, str), name="segments", what=what)
    days = days_observed(as_of, window)
    ties = to_pandas(_main_channels(transactions, by, days))
    found = ties.sort_values(["customer", "name"], na_position="first").drop_duplicates("customer")
    found = found.set_index(found.pop("customer").astype("str").rename("customer_id"))
    warn_refunds_alone(found.index[found["n_orders"] == 0])
    bought = found[found["n_orders"] > 0]
    if isinstance(segments, str):
        segments = _segments_in(transactions, segments, days)
    table = as_counts(bought, ["n_channels", "n_orders"]).assign(
        segment=_segment_of(bought.index, segments),
        channel=labels(bought["group"], None),
        is_repeat=bought["n_orders"] > 1,
    )
    return table[["segment", "channel", "n_channels", "n_orders", "revenue", "is_repeat"]]


def _main_channels(transactions: Frame, by: str, days: Days) -> nw.LazyFrame[Any]:
    """Return the main channel of each customer, or those that are so equally, with totals."""
    named = keys(transactions, by) | {"revenue": "revenue"}
    lines = read_lines(transactions, days, named).with_columns(
        last=nw.when(nw.col("bought") == 1).then(nw.col("day")).otherwise(_NEVER)
    )
    has_orders = "order" in named
    if has_orders:
        lines = lines.group_by("group", "customer", "order").agg(
            nw.col("bought").max(), nw.col("last").max(), nw.col("revenue").sum()
        )
    cells = lines.group_by("group", "customer").agg(
        nw.col("bought").sum().alias("orders"), nw.col("last").max(), nw.col("revenue").sum()
    )
    cells = cells.with_columns(
        place=nw.col("orders") * _MOST_DAYS + nw.col("last") - _NEVER,
        used=(nw.col("orders") > 0).cast(nw.Int64),
    )
    customers = cells.group_by("customer").agg(
        nw.col("place").max(), n_channels=nw.col("used").sum(), net=nw.col("revenue").sum()
    )
    # An order with lines in two channels is one order.
    orders = (
        lines.group_by("customer", "order").agg(nw.col("bought").max()) if has_orders else lines
    )
    counts = orders.group_by("customer").agg(n_orders=nw.col("bought").sum())
    totals = customers.join(counts, on="customer")
    return cells.join(totals, on=["customer", "place"]).select(
        "customer", "group", "n_channels", "n_orders", revenue="net", name=as_text("group")
    )


def _segments_in(transactions: Frame, column: str, days: Days) -> "pd.Series[Any]":
    """Return the only value that a column has on the lines of each customer."""
    named = {"customer": "customer_id", "segment": column}
    lines = read_lines(transactions, days, named).filter(~nw.col("segment").is_null())
    found = lines.select("customer", segment=as_text("segment")).group_by("customer")
    ends = to_pandas(
        found.agg(nw.col("segment").min(), nw.col("segment").max().alias("last"))
    ).set_index("customer")
    several = ends.index[ends["segment"] != ends["last"]]
    if len(several):
        raise SchemaError(
            _n(
                "{n} customer has several values of {column!r}: {examples}. Give a Series with "
                "one segment for each, indexed by customer_id.",
                "{n} customers have several values of {column!r}: {examples}. Give a Series with "
                "one segment for each, indexed by customer_id.",
                len(several),
                column=column,
                examples=quoted(sorted(several), most=3),
            )
        )
    return ends["segment"]


def _segment_of(customers: pd.Index, segments: "pd.Series[Any]") -> "pd.Index[Any]":
    given = segments.set_axis(segments.index.astype("str"))
    repeated = given.index[given.index.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "segments has several values for {n} customer: {examples}. Give one for each.",
                "segments has several values for {n} customers: {examples}. Give one for each.",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    found = given.reindex(customers)
    if len(customers) and found.isna().all():
        raise SchemaError(
            _("segments has a value for none of the customers; index it by customer_id, as text.")
        )
    return labels(found, None)
