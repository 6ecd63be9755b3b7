"""Revenue that is new: of customers who came in the period, of products launched lately."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import quoted, require_choice
from custintel._frames import (
    Frame,
    as_counts,
    day_number,
    lazy,
    month_number,
    number_of_day,
    to_pandas,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import PERIOD_MONTHS, Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._cycles import whole_months
from custintel.revenue.periods import periods_observed

_CUSTOMER, _PRODUCT = "customer_id", "product_id"


def new_customer_revenue(
    transactions: Frame,
    *,
    as_of: Day,
    period: Literal["Y", "Q", "M"] = "Y",
    warm_up: str = "12M",
) -> pd.DataFrame:
    """Split each period's revenue between its new customers and those from before.

    A customer is new in the period of the first purchase. Where the data begin, everybody
    seems new: periods that begin within `warm_up` of the first line are marked, and their
    figures tell of the data, not of the business.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    period : {"Y", "Q", "M"}, default="Y"
        Calendar years, quarters or months.
    warm_up : str, default="12M"
        Months or years, counted from the month of the first line, in which former customers
        are likely to be taken for new ones: about as long as customers may be silent.

    Returns
    -------
    DataFrame
        Indexed by ``period``, every one from the first line to `as_of`.

        - ``n_customers`` : int, customers with a purchase in the period
        - ``n_new_customers`` : int, those of them whose first purchase it was
        - ``revenue`` : float, net of refunds, currency of the table
        - ``new_revenue`` : float, revenue of the new customers, their whole period
        - ``existing_revenue`` : float, the rest: of former customers, refunds of purchases
          made before the data began included
        - ``new_revenue_share`` : float, ``new_revenue`` / ``revenue``; NaN if that is not
          above zero
        - ``is_warm_up`` : bool, whether the period begins before the warm-up is over
        - ``is_partial`` : bool, whether the period ends after `as_of`

    Raises
    ------
    SchemaError
        If a column is missing, or cells of these columns.
    ValueError
        If `as_of`, `period` or `warm_up` is not one.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2023-01-10", "2024-02-01", "2024-03-01"]),
    ...     "revenue": [10.0, 30.0, 20.0],
    ... })
    >>> split = new_customer_revenue(transactions, as_of="2024-12-31")
    >>> split[["n_customers", "n_new_customers", "new_revenue_share", "is_warm_up"]]
            n_customers  n_new_customers  new_revenue_share  is_warm_up
    period
    2023              1                1                1.0        True
    2024              2                1                0.4       False
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    warm_up_months = whole_months(warm_up, name="warm_up")
    last_day = as_day(as_of)
    found = to_pandas(_by_newness(transactions, number_of_day(last_day), PERIOD_MONTHS[period]))
    first_months = found.pop("first_month")
    begin = int(first_months.min()) if len(found) else 0
    split = _every_period(found, last_day, period)
    split.insert(4, "existing_revenue", split["revenue"] - split["new_revenue"])
    counted = as_counts(split, ["n_customers", "n_new_customers"])
    return _marked(counted, begin + warm_up_months, last_day)


def new_product_revenue(
    transactions: Frame,
    products: Frame | None = None,
    *,
    as_of: Day,
    period: Literal["Y", "Q", "M"] = "Y",
    window: str = "36M",
) -> pd.DataFrame:
    """Measure the part of each period's revenue that young products bring.

    This share is known as the vitality index. A product is young in the month of its launch
    and in those that follow, `window` in all, and in sales ahead of its launch. Companies
    choose windows of one to five years: shares with different windows do not compare.

    Parameters
    ----------
    transactions : DataFrame
        ``product_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    products : DataFrame, optional
        One row per product: ``product_id``, ``launched_at``; of any engine as well. By
        default a product is taken as launched in the month of its first sale, and periods
        that begin within `window` of the first line are marked: where the data begin, every
        product seems young.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    period : {"Y", "Q", "M"}, default="Y"
        Calendar years, quarters or months.
    window : str, default="36M"
        Months or years for which a product is young.

    Returns
    -------
    DataFrame
        Indexed by ``period``, every one from the first line to `as_of`.

        - ``n_products`` : int, products sold in the period
        - ``n_new_products`` : int, the young ones of them
        - ``revenue`` : float, net of refunds, currency of the table
        - ``new_revenue`` : float, revenue of young products
        - ``undated_revenue`` : float, revenue of products without a launch date and of lines
          without a product, which are not counted as young
        - ``new_revenue_share`` : float, ``new_revenue`` / ``revenue``; NaN if that is not
          above zero
        - ``is_warm_up`` : bool, whether the ages of products are in doubt because the data
          begin too late; never with `products`
        - ``is_partial`` : bool, whether the period ends after `as_of`

    Raises
    ------
    SchemaError
        If a column is missing, a product has two rows, or ``launched_at`` holds no dates.
    ValueError
        If `as_of`, `period` or `window` is not one.

    Warns
    -----
    WeakResultWarning
        If products have no launch date, with their number and share of the revenue.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition, chapter 4. Upper Saddle River: Pearson.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "product_id": ["skimmer", "skimmer", "beamer"],
    ...     "ordered_at": pd.to_datetime(["2023-01-10", "2024-02-01", "2024-03-01"]),
    ...     "revenue": [10.0, 30.0, 20.0],
    ... })
    >>> products = pd.DataFrame({
    ...     "product_id": ["skimmer", "beamer"],
    ...     "launched_at": pd.to_datetime(["2015-01-01", "2024-03-01"]),
    ... })
    >>> vitality = new_product_revenue(transactions, products, as_of="2024-12-31")
    >>> vitality[["n_products", "n_new_products", "new_revenue", "new_revenue_share"]]
            n_products  n_new_products  new_revenue  new_revenue_share
    period
    2023             1               0          0.0                0.0
    2024             2               1         20.0                0.4
    """
    require_choice(period, tuple(PERIOD_MONTHS), name="period")
    young_months = whole_months(window, name="window")
    last_day = as_day(as_of)
    sales = to_pandas(_product_months(transactions, number_of_day(last_day)))
    launches = _first_sales(sales) if products is None else _launches(products)
    launched = sales["product"].astype(object).map(launches).to_numpy(np.float64)
    is_undated = np.isnan(launched)
    if products is not None:
        _warn_of_undated(sales, is_undated)
    is_young = sales["month"].to_numpy(float) < launched + young_months
    split = _every_period(
        _vitality(sales, is_young, is_undated, PERIOD_MONTHS[period]), last_day, period
    )
    counted = as_counts(split, ["n_products", "n_new_products"])
    in_doubt = len(sales) and products is None
    return _marked(
        counted, int(sales["month"].min()) + young_months if in_doubt else None, last_day
    )


def _by_newness(transactions: Frame, last_day: int, months: int) -> nw.LazyFrame[Any]:
    """Return the figures of each period with a line, and its first month with one."""
    lines = (
        lazy(transactions, [_CUSTOMER, "ordered_at", "revenue"])
        .select(
            _CUSTOMER, "revenue", day=day_number("ordered_at"), month=month_number("ordered_at")
        )
        .filter(nw.col("day") <= last_day)
    )
    first = (
        lines.filter(nw.col("revenue") >= 0)
        .group_by(_CUSTOMER)
        .agg(nw.col("month").min().alias("first_purchase"))
    )
    is_new = nw.col("period") == nw.col("first_purchase") // months
    return (
        lines.with_columns(
            period=nw.col("month") // months, bought=(nw.col("revenue") >= 0).cast(nw.Int64)
        )
        .group_by(_CUSTOMER, "period")
        .agg(nw.col("revenue").sum(), nw.col("bought").max(), nw.col("month").min())
        .join(first, on=_CUSTOMER, how="left")
        .with_columns(
            new_bought=nw.when(is_new).then(nw.col("bought")).otherwise(0),
            new_revenue=nw.when(is_new).then(nw.col("revenue")).otherwise(0.0),
        )
        .group_by("period")
        .agg(
            nw.col("bought").sum().alias("n_customers"),
            nw.col("new_bought").sum().alias("n_new_customers"),
            nw.col("revenue").sum(),
            nw.col("new_revenue").sum(),
            nw.col("month").min().alias("first_month"),
        )
    )


def _product_months(transactions: Frame, last_day: int) -> nw.LazyFrame[Any]:
    """Return one row per product and month with a line: revenue, and whether it was sold."""
    return (
        lazy(transactions, [_PRODUCT, "ordered_at", "revenue"])
        .filter(day_number("ordered_at") <= last_day)
        .select(
            "revenue",
            product=nw.col(_PRODUCT),
            month=month_number("ordered_at"),
            sold=(nw.col("revenue") >= 0).cast(nw.Int64),
        )
        .group_by("product", "month")
        .agg(nw.col("revenue").sum(), nw.col("sold").max())
    )


def _first_sales(sales: pd.DataFrame) -> dict[object, float]:
    sold = sales[(sales["sold"] > 0) & sales["product"].notna()]
    return dict(sold.groupby("product")["month"].min().items())


def _launches(products: Frame) -> dict[object, float]:
    """Return the month, counted from January 1970, in which each product was launched."""
    table = to_pandas(lazy(products, [_PRODUCT, "launched_at"], table="products"))
    repeated = table[_PRODUCT][table[_PRODUCT].duplicated() & table[_PRODUCT].notna()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} product comes more than once in 'products': {examples}. Keep one row.",
                "{n} products come more than once in 'products': {examples}. Keep one row each.",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    launched = _dates(table["launched_at"])
    month = (launched.dt.year - 1970) * 12 + launched.dt.month - 1
    named = table[_PRODUCT].astype(object)
    is_known = (launched.notna() & named.notna()).to_numpy()
    return dict(zip(named[is_known], month[is_known].astype(float), strict=True))


def _dates(column: "pd.Series[Any]") -> "pd.Series[pd.Timestamp]":
    is_read = pd.api.types.is_datetime64_any_dtype(column) or column.isna().all()
    # Days without a time come from some engines as plain objects.
    if not is_read and pd.api.types.infer_dtype(column, skipna=True) not in {"date", "datetime"}:
        raise SchemaError(
            _(
                "Column 'launched_at' of 'products' holds {kind}; it needs dates. "
                "Convert it with pandas.to_datetime(…, format=…).",
                kind=column.dtype,
            )
        )
    return pd.to_datetime(column)


def _vitality(
    sales: pd.DataFrame, is_young: NDArray[np.bool_], is_undated: NDArray[np.bool_], months: int
) -> pd.DataFrame:
    of_period = sales.assign(
        period=sales["month"].astype("int64") // months,
        new_revenue=sales["revenue"].where(is_young, 0.0),
        undated_revenue=sales["revenue"].where(is_undated, 0.0),
    ).groupby("period")
    sold = sales[(sales["sold"] > 0) & sales["product"].notna()]
    products = pd.DataFrame(
        {
            "period": sold["month"].astype("int64") // months,
            "product": sold["product"],
            "is_young": is_young[sold.index],
        }
    )
    # A product whose youth ends within the period was sold as a young one all the same.
    once = products.groupby(["period", "product"])["is_young"].max().groupby("period")
    return (
        pd.DataFrame(
            {
                "n_products": once.size(),
                "n_new_products": once.sum(),
                "revenue": of_period["revenue"].sum(),
                "new_revenue": of_period["new_revenue"].sum(),
                "undated_revenue": of_period["undated_revenue"].sum(),
            }
        )
        .rename_axis("period")
        .reset_index()
    )


def _warn_of_undated(sales: pd.DataFrame, is_undated: NDArray[np.bool_]) -> None:
    undated = sales[is_undated & sales["product"].notna().to_numpy()]
    names = undated["product"].unique()
    if len(names):
        total = float(sales["revenue"].sum())
        message = _n(
            "{n} product has no launch date in 'products': {examples}. It brings {share} of "
            "the revenue, none of which is counted as new.",
            "{n} products have no launch date in 'products': {examples}. They bring {share} "
            "of the revenue, none of which is counted as new.",
            len(names),
            examples=quoted(sorted(map(str, names)), most=3),
            share=formats.percent(float(undated["revenue"].sum()) / total if total > 0 else np.nan),
        )
        warn(message, WeakResultWarning)


def _every_period(found: pd.DataFrame, last_day: pd.Timestamp, period: str) -> pd.DataFrame:
    """Return the figures with a row for every period up to the last day, zeros where none were."""
    periods = periods_observed(found, last_day, period)
    figures = found.astype({"period": "int64"}).set_index("period").astype(float)
    filled = figures.reindex([each.ordinal for each in periods]).fillna(0.0)
    return filled.set_axis(periods.rename("period"))


def _marked(split: pd.DataFrame, sure_from: int | None, last_day: pd.Timestamp) -> pd.DataFrame:
    """Add the share, and what is to be known of each period; months count from January 1970."""
    periods = pd.PeriodIndex(split.index)
    starts = np.array([each.asfreq("M", "start").ordinal for each in periods], dtype=float)
    revenue = split["revenue"]
    return split.assign(
        new_revenue_share=split["new_revenue"] / revenue.where(revenue > 0),
        is_warm_up=starts < (-np.inf if sure_from is None else sure_from),
        is_partial=periods.end_time.normalize() > last_day,
    )
