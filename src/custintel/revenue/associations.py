"""What sells through which channel: where two characteristics of purchases come together."""

from typing import Any, Literal, get_args

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_choice
from custintel._frames import Frame, has_column, to_pandas
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel._text import translate as _
from custintel._time import Day
from custintel.revenue._groups import days_observed, labels, ranks, read_lines
from custintel.revenue._independence import Crossing

Measure = Literal["orders", "customers", "revenue"]
_MEASURES = (
    *("observed", "expected", "lift", "lift_low", "lift_high"),
    *("residual", "row_share", "column_share", "p", "q"),
)
_MOST_PAIRS = 5_000_000


def channel_mix(
    transactions: Frame,
    *,
    as_of: Day,
    rows: str = "product_id",
    columns: str = "channel",
    measure: Measure = "orders",
    level: float = 0.95,
) -> pd.DataFrame:
    """Tell which products sell better through which channel than both would make one expect.

    Every pair is compared with independence: the same mix of products in each channel. The
    test takes each order's product for one that was decided by itself: where customers buy
    the same again and again through the same channel, p is too small.
    ``measure="customers"`` counts each customer once a pair, and so undercounts what many buy
    repeatedly, the most in the channels that they use most: read it where repeats are few.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the columns `rows` and `columns` and, if
        there is one, ``order_id``; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a
        Parquet file. Without ``order_id`` each row is an order.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    rows, columns : str, default="product_id" and "channel"
        The two columns whose values are paired, such as ``category`` and ``channel``. Lines
        without a value are of the value ``(missing)``.
    measure : {"orders", "customers", "revenue"}, default="orders"
        What is counted: orders, or customers, that hold a purchase of the pair; or revenue
        net of refunds.
    level : float, default=0.95
        Probability that the intervals of the lift aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per pair, also of those that never came; by the rows, largest first, then by
        the columns, largest first.

        - `rows`, `columns` : the two values, named as the columns of the table
        - ``observed`` : float, orders, customers, or revenue in the currency of the table
        - ``expected`` : float, total of the row × total of the column ÷ whole; NaN if the
          whole is 0
        - ``lift`` : float, ``observed`` ÷ ``expected``; NaN where nothing is expected
        - ``lift_low``, ``lift_high`` : float, its interval. NaN without a lift, and for
          revenue that is not above zero
        - ``residual`` : float, adjusted standardised residual: ``observed`` − ``expected`` in
          standard errors under independence, so that beyond ±2 chance is a poor explanation.
          NaN if the row or the column holds all or nothing
        - ``row_share`` : float, part of the row that is in this column: how the product sells;
          NaN if the row's total is not above zero
        - ``column_share`` : float, part of the column that is in this row: what the channel
          sells; likewise
        - ``p`` : float, two-sided. Where fewer than five cases are expected in one of the four
          cells pair/not pair, Fisher's exact test (twice the smaller tail); of revenue it is
          NaN there, as where there is no residual
        - ``q`` : float, Benjamini-Hochberg adjusted over all pairs

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `as_of`, `measure` or `level` is not one, `rows` and `columns` are the same or named
        as a column of the result, or there are more than five million pairs.

    References
    ----------
    Haberman, S. J. (1973). The analysis of residuals in cross-classified tables. Biometrics
    29(1), 205-220.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57(1), 289-300.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": [f"c{i}" for i in range(60)],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": 10.0,
    ...     "category": ["books"] * 30 + ["music"] * 30,
    ...     "channel": ["shop"] * 20 + ["web"] * 10 + ["shop"] * 10 + ["web"] * 20,
    ... })
    >>> mix = channel_mix(transactions, as_of="2024-12-31", rows="category")
    >>> mix[["category", "channel", "observed", "expected", "lift", "residual"]].round(2)
      category channel  observed  expected  lift  residual
    0    books    shop      20.0      15.0  1.33      2.58
    1    books     web      10.0      15.0  0.67     -2.58
    2    music    shop      10.0      15.0  0.67     -2.58
    3    music     web      20.0      15.0  1.33      2.58
    """
    require_choice(measure, get_args(Measure), name="measure")
    _require_two_names(rows, columns)
    pairs = to_pandas(_pairs(transactions, as_of=as_of, names=(rows, columns), measure=measure))
    observed = pairs["revenue" if measure == "revenue" else "n"].astype(float)
    row, row_names = _by_size(labels(pairs["row"], rows), observed)
    column, column_names = _by_size(labels(pairs["column"], columns), observed)
    shape = len(row_names), len(column_names)
    _require_few(shape)
    crossing = _crossing(pairs, row * shape[1] + column, shape, measure)
    names = {
        rows: row_names.repeat(shape[1]),
        columns: column_names.take(np.tile(np.arange(shape[1]), shape[0])),
    }
    return pd.DataFrame(names | _measures(crossing, level))


def _pairs(
    transactions: Frame, *, as_of: Day, names: tuple[str, str], measure: str
) -> nw.LazyFrame[Any]:
    """Return one row per pair: ``n`` orders or customers with a purchase, ``revenue``, squares."""
    unit = "customer_id" if measure == "customers" else "order_id"
    named = {"row": names[0], "column": names[1], "customer": "customer_id", "revenue": "revenue"}
    if has_column(transactions, unit):
        named["unit"] = unit
    units = read_lines(transactions, days_observed(as_of, None), named)
    if "unit" in named:  # without orders each row is one
        units = units.group_by("row", "column", "customer", "unit").agg(
            nw.col("bought").max(), nw.col("revenue").sum()
        )
    units = units.with_columns(square=nw.col("revenue") * nw.col("revenue"))
    return units.group_by("row", "column").agg(
        nw.col("bought").sum().alias("n"), nw.col("revenue").sum(), nw.col("square").sum()
    )


def _by_size(
    values: "pd.Index[Any]", amounts: "pd.Series[float]"
) -> tuple[NDArray[np.intp], "pd.Index[Any]"]:
    """Return the rank of each value from 0, by falling total, and the values in that order."""
    codes, names = pd.factorize(values)
    totals = pd.Series(np.bincount(codes, amounts, len(names)), index=names)
    rank = ranks(totals) - 1
    return rank[codes], names[np.argsort(rank)]


def _crossing(
    pairs: pd.DataFrame, cell: NDArray[np.intp], shape: tuple[int, int], measure: str
) -> Crossing:
    def table(column: str) -> Floats:
        amounts = pairs[column].to_numpy(float)
        sums = np.bincount(cell, amounts, shape[0] * shape[1])
        return sums.astype(float).reshape(shape)

    counts = table("n")
    if measure == "revenue":
        return Crossing(table("revenue"), table("square"), counts, is_count=False)
    return Crossing(counts, counts, counts, is_count=True)


def _measures(crossing: Crossing, level: float) -> dict[str, Floats]:
    observed, p = crossing.observed, crossing.p().ravel()
    lift, bounds = crossing.lift(level)
    row, column = observed.sum(axis=1, keepdims=True), observed.sum(axis=0, keepdims=True)
    values = (
        *(observed, crossing.expected(), lift, bounds.low, bounds.high, crossing.residuals()),
        *(
            observed / np.where(row > 0, row, np.nan),
            observed / np.where(column > 0, column, np.nan),
        ),
        *(p, q_values(p)),
    )
    return {name: each.ravel() for name, each in zip(_MEASURES, values, strict=True)}


def _require_two_names(rows: str, columns: str) -> None:
    taken = next((name for name in (rows, columns) if name in _MEASURES), None)
    if rows == columns or taken:
        raise ValueError(
            _(
                "rows and columns are two columns of 'transactions' that are not named as one of "
                "the result ({measures}): got {rows!r} and {columns!r}.",
                measures=", ".join(_MEASURES),
                rows=rows,
                columns=columns,
            )
        )


def _require_few(shape: tuple[int, int]) -> None:
    if shape[0] * shape[1] > _MOST_PAIRS:
        raise ValueError(
            _(
                "{n_rows} values of rows and {n_columns} of columns make more than {most} pairs. "
                "Take groups instead, such as rows='category'.",
                n_rows=shape[0],
                n_columns=shape[1],
                most=_MOST_PAIRS,
            )
        )
