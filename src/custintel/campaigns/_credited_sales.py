"""Sales by campaign: what transactions, or events of the kind sale, credit to each."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._frames import (
    Frame,
    as_narwhals,
    day_number,
    is_missing,
    lazy,
    number_of_day,
    require_sums,
    to_pandas,
)
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Span
from custintel.errors import SchemaError

_FIRST = -1_000_000  # days: no calendar of an engine goes back that far
_LAST = 1_000_000


def sales_lines(sales: Frame, last_day: pd.Timestamp) -> nw.LazyFrame[Any]:
    """Return the lines of sales up to a day: of transactions, or of campaign events.

    Columns: ``campaign`` (null without one), ``customer``, ``sale`` (what tells the sales of a
    customer apart), ``day``, ``bought`` (0 of a refund), ``revenue``, ``cost`` (0 where it is
    not known), ``costless`` (1 there), and ``unpriced`` (1 where the revenue is not known).
    """
    present = as_narwhals(sales).collect_schema().names()
    is_events = "ordered_at" not in present and "event" in present
    lines = (_of_events if is_events else _of_transactions)(sales, present)
    return lines.filter(nw.col("day") <= number_of_day(last_day))


def _of_events(events: Frame, present: list[str]) -> nw.LazyFrame[Any]:
    told = [name for name in ("event_id",) if name in present]
    columns = ["campaign_id", "customer_id", "event", "occurred_at", "revenue", *told]
    found = lazy(events, columns, table="campaign_events").filter(nw.col("event") == "sale")
    require_sums(found, {"revenue": "revenue"})
    amount = _amount("revenue")
    # Dates alone would make one sale of two on a day.
    sale = nw.col("event_id") if told else nw.col("occurred_at").cast(nw.String)
    return found.select(
        campaign=nw.col("campaign_id"),
        customer=nw.col("customer_id"),
        sale=sale,
        day=day_number("occurred_at"),
        bought=nw.lit(1),
        revenue=amount,
        cost=nw.lit(0.0),
        costless=nw.lit(1),
        unpriced=is_missing("revenue", nw.Float64()).cast(nw.Int64),
    )


def _of_transactions(transactions: Frame, present: list[str]) -> nw.LazyFrame[Any]:
    told = [name for name in ("order_id", "cost") if name in present]
    columns = ["customer_id", "ordered_at", "revenue", "campaign_id", *told]
    found = lazy(transactions, columns)
    require_sums(found, {name: name for name in ("revenue", "cost") if name in columns})
    lacks_cost = is_missing("cost", nw.Float64()) if "cost" in told else nw.lit(value=True)
    order = nw.col("order_id") if "order_id" in told else nw.col("ordered_at").cast(nw.String)
    return found.select(
        campaign=nw.col("campaign_id"),
        customer=nw.col("customer_id"),
        sale=order,
        day=day_number("ordered_at"),
        bought=(nw.col("revenue") >= 0).cast(nw.Int64),
        revenue=nw.col("revenue"),
        cost=_amount("cost") if "cost" in told else nw.lit(0.0),
        costless=lacks_cost.cast(nw.Int64),
        unpriced=nw.lit(0),
    )


def _amount(name: str) -> nw.Expr:
    """Return an amount, 0 where it is missing."""
    return nw.when(~is_missing(name, nw.Float64())).then(nw.col(name)).otherwise(0.0)


def credited(lines: nw.LazyFrame[Any], spans: pd.DataFrame) -> pd.DataFrame:
    """Return the sales credited to each campaign within its days, indexed by ``campaign_id``.

    `spans` has ``first`` and ``last`` day by campaign; sales of campaigns that it lacks have
    their row too. Columns: ``n_sales``, ``revenue``, ``cost``, ``n_costless``, ``n_unpriced``,
    ``n_outside`` (sales before or after), ``n_rows`` (lines of them all).
    """
    known = lines.filter(~nw.col("campaign").is_null())
    sales = known.group_by("campaign", "customer", "sale").agg(
        nw.col("day").min(), nw.col("bought").max(), *_sums(), n_rows=nw.len()
    )
    by_day = to_pandas(
        sales.group_by("campaign", "day").agg(nw.col("bought", "n_rows").sum(), *_sums())
    )
    by_day = by_day.assign(campaign_id=by_day["campaign"].astype(object)).join(
        spans, on="campaign_id"
    )
    first, last = by_day["first"].fillna(_FIRST), by_day["last"].fillna(_LAST)
    inside = by_day["day"].between(first, last)
    totals = pd.DataFrame(
        {
            "n_sales": by_day["bought"].where(inside, 0),
            "revenue": by_day["revenue"].where(inside, 0.0),
            "cost": by_day["cost"].where(inside, 0.0),
            "n_costless": by_day["costless"].where(inside, 0),
            "n_unpriced": by_day["unpriced"].where(inside, 0),
            "n_outside": by_day["bought"].where(~inside, 0),
            "n_rows": by_day["n_rows"],
        }
    )
    whole = [name for name in totals.columns if name.startswith("n_")]
    return totals.groupby(by_day["campaign_id"]).sum().astype(dict.fromkeys(whole, "int64"))


def _sums() -> list[nw.Expr]:
    return [nw.col(name).sum() for name in ("revenue", "cost", "costless", "unpriced")]


def days_of(starts: "pd.Series[pd.Timestamp]") -> Floats:
    """Return days counted from 1970-01-01, NaN where there is none."""
    elapsed = starts.astype("datetime64[us]") - pd.Timestamp("1970-01-01")
    return np.asarray(elapsed / pd.Timedelta(days=1), dtype=float)


def window_ends(starts: "pd.Series[pd.Timestamp]", window: str | None) -> Floats:
    """Return the last day of a window that begins on each day; NaN without a window or day."""
    if window is None:
        return np.full(len(starts), np.nan)
    span = Span.parse(window)
    months = span.count * PERIOD_MONTHS.get(span.unit, np.nan)
    if float(months).is_integer():
        return days_of(starts + pd.DateOffset(months=int(months))) - 1
    return days_of(starts) + round(span.to("D")) - 1


def require_margin(margin_rate: float | None, sales: Frame) -> None:
    """Raise `SchemaError` if nothing tells what is left of the revenue."""
    if margin_rate is None and "cost" not in as_narwhals(sales).collect_schema().names():
        raise SchemaError(
            _(
                "The sales have no column 'cost', so that the margin is not known. Give "
                "margin_rate, the part of the revenue left after the cost of the goods (1 if "
                "revenue is all margin), or add the column."
            )
        )


def unpriced(names: "pd.Index[Any]", n_sales: int) -> str:
    """Return the warning that sales have no revenue, and count as 0."""
    return _n(
        "{n} sale has no revenue, and adds nothing to that of its campaign: {examples}. Fill the "
        "column 'revenue', or take the transactions.",
        "{n} sales have no revenue, and add nothing to that of their campaigns: {examples}. Fill "
        "the column 'revenue', or take the transactions.",
        n_sales,
        examples=quoted(names, most=3),
    )
