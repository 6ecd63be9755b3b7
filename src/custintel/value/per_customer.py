"""Average revenue or margin per customer, as observed."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame, as_counts, day_number, lazy, number_of_day, to_pandas
from custintel._text import mark as N_
from custintel._text import translate_plural as _n
from custintel._time import Day, Span, as_day, window_start
from custintel.errors import SchemaError

TOTAL, MISSING = N_("total"), N_("(missing)")
_KEY = "customer_id"


def value_per_customer(
    transactions: Frame,
    *,
    as_of: Day,
    window: str = "12M",
    basis: Literal["revenue", "margin"] = "revenue",
    by: str | None = None,
) -> pd.DataFrame:
    """Divide the revenue or margin of a window by the customers who purchased in it.

    Refunds (negative lines) are netted, but do not make a customer: who only returned
    something is not counted. What is divided is the past; for what is to come see
    `customer_lifetime_value`.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, for margins ``cost``, and the column
        `by`; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day of the window, included.
    window : str, default="12M"
        Length of the window with its unit. Months and years are calendar ones.
    basis : {"revenue", "margin"}, default="revenue"
        ``"margin"`` is ``revenue`` − ``cost``.
    by : str, optional
        Column of the transactions whose values are told apart: ``channel``, ``category`` …
        A customer counts in each group with a purchase, so that the groups' customers may
        add up to more than the total. By default all lines are one row, ``total``.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the names, lines without a value last as
        ``(missing)``.

        - ``n_customers`` : int, customers with a purchase in the window
        - ``revenue`` or ``margin`` : float, net of refunds, currency of the table
        - ``revenue_per_customer`` or ``margin_per_customer`` : float, currency; NaN if there
          are refunds alone

    Raises
    ------
    SchemaError
        If a column is missing, or a line of the window has no cost.
    ValueError
        If `as_of`, `window` or `basis` is not one.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-03-01", "2024-05-01", "2024-05-01"]),
    ...     "revenue": [10.0, 30.0, 20.0],
    ...     "channel": ["web", "shop", "web"],
    ... })
    >>> value_per_customer(transactions, as_of="2024-12-31", by="channel")
             n_customers  revenue  revenue_per_customer
    channel
    shop               1     30.0                  30.0
    web                2     30.0                  15.0
    """
    require_choice(basis, ("revenue", "margin"), name="basis")
    last_day = as_day(as_of)
    days = number_of_day(window_start(last_day, Span.parse(window))), number_of_day(last_day)
    groups = to_pandas(_by_group(_lines(transactions, by, basis, days)))
    return _per_customer(groups, basis, by)


def _lines(
    transactions: Frame, by: str | None, basis: str, days: tuple[int, int]
) -> nw.LazyFrame[Any]:
    """Return the lines of the window: ``group``, ``customer_id``, ``amount``, ``bought``."""
    needed = [_KEY, "ordered_at", "revenue"]
    needed += ["cost"] if basis == "margin" else []
    columns = dict.fromkeys([*needed, *([] if by is None else [by])])
    seen = (
        lazy(transactions, list(columns))
        # No helper column: the table may have one of that name, and `by` may ask for it.
        .filter(day_number("ordered_at") >= days[0], day_number("ordered_at") <= days[1])
    )
    amount = nw.col("revenue")
    if basis == "margin":
        cost = nw.col("cost").cast(nw.Float64)
        _require_costs(seen.select(missing=(cost.is_null() | cost.is_nan()).cast(nw.Int64)))
        amount = amount - cost
    return seen.select(
        _KEY,
        group=nw.lit(TOTAL) if by is None else nw.col(by),
        amount=amount,
        bought=(nw.col("revenue") >= 0).cast(nw.Int64),
    )


def _by_group(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    customers = lines.group_by("group", _KEY).agg(
        nw.col("amount").sum(), nw.col("bought").max().alias("bought")
    )
    return customers.group_by("group").agg(nw.col("amount").sum(), nw.col("bought").sum())


def _require_costs(missing: nw.LazyFrame[Any]) -> None:
    count = to_pandas(missing.select(nw.col("missing").sum(), n=nw.col("missing").count())).iloc[0]
    n = 0 if pd.isna(count["missing"]) else int(count["missing"])
    if n:
        raise SchemaError(
            _n(
                "{n} line of {total} in the window has no cost, so that margins would be wrong. "
                "Fill the column 'cost' of 'transactions', or take basis='revenue'.",
                "{n} lines of {total} in the window have no cost, so that margins would be "
                "wrong. Fill the column 'cost' of 'transactions', or take basis='revenue'.",
                n,
                total=int(count["n"]),
            )
        )


def _per_customer(groups: pd.DataFrame, basis: str, by: str | None) -> pd.DataFrame:
    # Plain Python objects: every engine has its own type of text and of nothing.
    found = groups["group"].astype(object)
    is_missing = found.isna().to_numpy()
    names = found.where(~is_missing, MISSING).to_list()
    order = np.lexsort((np.array([str(name) for name in names]), is_missing))
    n = groups["bought"].to_numpy(float)
    amount = groups["amount"].to_numpy(float)
    table = pd.DataFrame(
        {
            "n_customers": n,
            basis: amount,
            f"{basis}_per_customer": np.divide(amount, n, where=n > 0, out=np.full(len(n), np.nan)),
        },
        index=pd.Index(names, name=by),
    )
    return as_counts(table.iloc[order], ["n_customers"])
