"""How many kinds of things customers buy, beside what mere activity would bring."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln, stdtrit

from custintel import _formats as formats
from custintel._checks import require_between, require_count
from custintel._frames import Frame, day_number, has_column, lazy, number_of_day, to_pandas
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning


def category_breadth(
    transactions: Frame, *, as_of: Day, by: str = "category", most: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """Count the categories per customer, by how often customers bought.

    Who buys more often meets more categories, without looking for them. So beside the mean
    stands what would be expected if each customer's orders were drawn from all orders:
    customers above it seek variety, customers below it stay with what they know. This is the
    rarefaction of ecology, with categories for species.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the column `by`, and ``order_id`` if there
        is one (without, each row is an order); pandas, polars, DuckDB, PySpark, pyarrow, or the
        path of a Parquet file. Refunds are left out. Lines without a category count in their
        orders alone, and a warning counts them.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, default="category"
        Column whose values are the categories; also ``product_id`` or ``channel``.
    most : int, default=10
        Numbers of orders from here on are one row.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``n_orders``, 1 to `most`, the last of which holds all above too; numbers of
        orders that no customer has are left out.

        - ``n_customers`` : int
        - ``mean_categories`` : float, categories per customer
        - ``mean_categories_low``, ``mean_categories_high`` : float, bounds of the mean, from
          the customers' standard deviation; NaN for one customer
        - ``expected_categories`` : float, of as many orders drawn from all orders, without
          putting back
        - ``single_category_share`` : float, 0-1, customers who bought in one category only

    Raises
    ------
    SchemaError
        If a column is missing, or nobody bought in time.
    ValueError
        If an argument is not as described.

    Warns
    -----
    SetAsideWarning
        If purchase lines have no category.

    References
    ----------
    Hurlbert, S. H. (1971). The nonconcept of species diversity: a critique and alternative
    parameters. Ecology 52(4), 577-586.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "order_id": ["1", "2", "3", "4", "5"],
    ...     "customer_id": ["ann", "ann", "bob", "eve", "eve"],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": 10.0,
    ...     "category": ["finance", "strategy", "finance", "finance", "finance"],
    ... })
    >>> table = category_breadth(transactions, as_of="2024-12-31")
    >>> table[["n_customers", "mean_categories", "expected_categories"]]
              n_customers  mean_categories  expected_categories
    n_orders
    1                   1              1.0                  1.0
    2                   2              1.5                  1.4
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_count(most, name="most")
    last_day = as_day(as_of)
    lines = _lines(transactions, by, number_of_day(last_day))
    customers = _customers(lines)
    if customers.empty:
        raise SchemaError(
            _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=last_day)
        )
    _warn_unnamed(lines, by)
    holding = to_pandas(_counted(lines, "item", ["item", "customer", "order"]))["n"]
    return _by_activity(customers, holding.to_numpy(float), int(most), level)


def _lines(transactions: Frame, by: str, last_day: int) -> nw.LazyFrame[Any]:
    """Return ``customer``, ``order`` and ``item`` of the purchase lines."""
    orders = ["order_id"] if has_column(transactions, "order_id") else []
    columns = dict.fromkeys(["customer_id", "ordered_at", "revenue", by, *orders])
    return (
        lazy(transactions, list(columns))
        .filter(day_number("ordered_at") <= last_day, nw.col("revenue") >= 0)
        .select(
            customer=nw.col("customer_id"),
            item=nw.col(by),
            **({"order": nw.col("order_id")} if orders else {}),
        )
    )


def _counted(lines: nw.LazyFrame[Any], key: str, each: list[str]) -> nw.LazyFrame[Any]:
    """Count the different rows of `each` for every value of `key`; without orders, all rows."""
    named = lines.collect_schema().names()
    cells = lines.filter(~nw.col(key).is_null()).select(*(name for name in each if name in named))
    if set(each) <= set(named):
        cells = cells.unique()
    return cells.group_by(key).agg(nw.len().alias("n"))


def _customers(lines: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Return the orders and categories of each customer."""
    orders = to_pandas(_counted(lines, "customer", ["customer", "order"]))
    named = lines.filter(~nw.col("item").is_null())
    items = to_pandas(_counted(named, "customer", ["customer", "item"])).set_index("customer")["n"]
    n_items = items.reindex(orders["customer"]).fillna(0)
    return pd.DataFrame(
        {"n_orders": orders["n"].to_numpy(np.int64), "n_items": n_items.to_numpy(np.int64)}
    )


def _warn_unnamed(lines: nw.LazyFrame[Any], by: str) -> None:
    counted = to_pandas(
        lines.select(n=nw.col("item").is_null().cast(nw.Int64).sum(), total=nw.len())
    ).iloc[0]
    n = int(counted["n"])
    if n:
        warn(
            _n(
                "{n} of {total} purchase lines has no {by}: it counts in its order, but in no "
                "category.",
                "{n} of {total} purchase lines have no {by}: they count in their orders, but in "
                "no category.",
                n,
                n=formats.number(n),
                total=formats.number(int(counted["total"])),
                by=by,
            ),
            SetAsideWarning,
        )


def _by_activity(customers: pd.DataFrame, holding: Floats, most: int, level: float) -> pd.DataFrame:
    rows = customers.groupby(customers["n_orders"].clip(upper=most))
    n, mean = rows.size(), rows["n_items"].mean()
    # Student's interval; of one customer nothing is known but the customer.
    half = stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * rows["n_items"].std() / np.sqrt(n)
    expected = _expected(customers["n_orders"].to_numpy(), holding)
    return pd.DataFrame(
        {
            "n_customers": n.astype("int64"),
            "mean_categories": mean,
            "mean_categories_low": mean - half,
            "mean_categories_high": mean + half,
            "expected_categories": pd.Series(expected)
            .groupby(customers["n_orders"].clip(upper=most))
            .mean(),
            "single_category_share": rows["n_items"].agg(lambda each: (each == 1).mean()),
        }
    )


def _expected(n_orders: NDArray[np.int64], holding: Floats) -> Floats:
    """Return the categories expected in so many orders of all, drawn without putting back."""
    total = float(n_orders.sum())
    sizes, places = np.unique(n_orders, return_inverse=True)
    drawn = sizes[:, None].astype(float)
    # A category is missed if all orders drawn are among those that do not hold it.
    log_missed = (
        gammaln(total - holding + 1)
        - gammaln(np.maximum(total - holding - drawn, 0) + 1)
        - gammaln(total + 1)
        + gammaln(total - drawn + 1)
    )
    is_possible = drawn <= total - holding
    expected = np.where(is_possible, -np.expm1(np.minimum(log_missed, 0.0)), 1.0).sum(axis=1)
    return np.asarray(expected[places])
