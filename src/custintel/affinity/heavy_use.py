"""Which companies, or people, buy more of something than the others do."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_between
from custintel._frames import (
    Frame,
    day_number,
    has_column,
    lazy,
    number_of_day,
    require_sums,
    to_pandas,
)
from custintel._intervals import Floats
from custintel._shrinkage import shrunk_rates
from custintel._significance import fisher_greater, q_values
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning

MISSING = N_("(missing)")
_HEAVY = 0.05


def company_propensity(
    transactions: Frame,
    *,
    as_of: Day,
    by: str = "category",
    unit: str = "account_id",
    level: float = 0.95,
) -> pd.DataFrame:
    """Find which companies take more of what than all companies do.

    A purchase here is an item in an order, and an order one of one customer. The location
    quotient is a company's share of its purchases that are of an item, over that share among
    all purchases: 2 is twice as many as usual. On few purchases it is wild, so beside it stands
    the share drawn towards that of the other companies, with its interval, and the test of more
    purchases than chance would bring. The test takes purchases as made one by one; where a
    company sends whole teams, they are not, and q is too small.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue``, the columns `unit` and `by`, and if there are any
        ``order_id`` (without, each row is an order) and ``customer_id``; pandas, polars, DuckDB,
        PySpark, pyarrow, or the path of a Parquet file. Refunds are no purchases, and netted
        in the revenue.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, default="category"
        Column whose values are the items. Lines without one are an item of their own,
        ``(missing)``. Meant for some dozens of items, each of which takes a fraction of a second.
    unit : str, default="account_id"
        Column that says who bought: companies, ``"customer_id"``, countries … Lines without
        one are left out, with a warning.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per company and item that it bought, the surest heavy users first, then by name.

        - `unit`, `by` : who, and what, as text
        - ``n_purchases`` : int, orders of the company that hold the item
        - ``n_all`` : int, the company's purchases of all items
        - ``share`` : float, 0-1, the first over the second
        - ``base_share`` : float, 0-1, the item's part of all companies' purchases
        - ``location_quotient`` : float, ``share`` / ``base_share``
        - ``shrunk_share``, ``shrunk_share_low``, ``shrunk_share_high`` : float, 0-1, drawn
          towards that of the others
        - ``p`` : float, 0-1, of Fisher's exact test that chance brings as many or more
        - ``q`` : float, 0-1, p after Benjamini and Hochberg, over every company and item
        - ``is_heavy`` : bool, q up to 0.05
        - ``revenue`` : float, net of refunds, currency of the table
        - ``revenue_share`` : float, part of the company's revenue; NaN if that is not above 0

    Raises
    ------
    SchemaError
        If a column is missing, nobody known bought in time, or an amount lies beyond 1e30.
    ValueError
        If `as_of` or `level` is not as described, or `unit` and `by` are the same column.

    Warns
    -----
    SetAsideWarning
        If lines have no company.

    References
    ----------
    Isard, W. (1960). Methods of regional analysis: an introduction to regional science.
    Cambridge, Massachusetts: MIT Press. (The location quotient.)

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "account_id": ["acme"] * 8 + ["bolt"] * 8,
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": 10.0,
    ...     "category": ["finance"] * 7 + ["strategy"] + ["finance"] + ["strategy"] * 7,
    ... })
    >>> users = company_propensity(transactions, as_of="2024-12-31")
    >>> users[["account_id", "category", "n_purchases", "location_quotient", "is_heavy"]]
      account_id  category  n_purchases  location_quotient  is_heavy
    0       acme   finance            7               1.75      True
    1       bolt  strategy            7               1.75      True
    2       acme  strategy            1               0.25     False
    3       bolt   finance            1               0.25     False
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    if unit == by:
        raise ValueError(_("unit and by are the same column, {name!r}.", name=by))
    cells = to_pandas(_cells(transactions, unit, by, number_of_day(as_day(as_of))))
    cells = _known(_plain(cells), unit)
    if not cells["n"].gt(0).any():
        raise SchemaError(
            _(
                "Table 'transactions' has no purchase with a {unit} on or before {day:%Y-%m-%d}.",
                unit=unit,
                day=as_day(as_of),
            )
        )
    table = _measured(cells, level).rename(columns={"unit": unit, "item": by})
    return table.sort_values(["q", "p", unit, by], ignore_index=True)


def _cells(transactions: Frame, unit: str, by: str, last_day: int) -> nw.LazyFrame[Any]:
    """Return purchases and revenue of each company and item, and the lines behind them."""
    has_orders = has_column(transactions, "order_id")
    whose = [name for name in ("order_id", "customer_id") if has_column(transactions, name)]
    orders = {f"key_{i}": nw.col(name) for i, name in enumerate(whose)} if has_orders else {}
    columns = ["ordered_at", "revenue", unit, by, *(whose if has_orders else [])]
    lines = (
        lazy(transactions, list(dict.fromkeys(columns)))
        .filter(day_number("ordered_at") <= last_day)
        .select(
            unit=nw.col(unit),
            item=nw.col(by),
            n=(nw.col("revenue") >= 0).cast(nw.Int64),
            revenue=nw.col("revenue"),
            lines=nw.lit(1),
            **orders,
        )
    )
    require_sums(lines, {"revenue": "revenue"})
    sums = nw.col("revenue").sum(), nw.col("lines").sum()
    if orders:
        lines = lines.group_by("unit", "item", *orders).agg(nw.col("n").max(), *sums)
    return lines.group_by("unit", "item").agg(nw.col("n").sum(), *sums)


def _plain(cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells whose names are text, and None where they are missing, on every engine."""
    for name in ("unit", "item"):
        found = cells[name].astype(object)
        cells[name] = [
            None if gone else str(each) for each, gone in zip(found, found.isna(), strict=True)
        ]
    return cells.assign(item=cells["item"].where(cells["item"].notna(), MISSING))


def _known(cells: pd.DataFrame, unit: str) -> pd.DataFrame:
    is_known = cells["unit"].notna()
    n = int(cells.loc[~is_known, "lines"].sum())
    if n:
        warn(
            _n(
                "{n} of {total} lines has no {unit}, and is left out.",
                "{n} of {total} lines have no {unit}, and are left out.",
                n,
                n=formats.number(n),
                total=formats.number(int(cells["lines"].sum())),
                unit=unit,
            ),
            SetAsideWarning,
        )
    return cells[is_known].groupby(["unit", "item"], as_index=False).sum()


def _measured(cells: pd.DataFrame, level: float) -> pd.DataFrame:
    n_all = cells.groupby("unit")["n"].transform("sum").to_numpy(np.int64)
    of_item = cells.groupby("item")["n"].transform("sum").to_numpy(np.int64)
    revenue = cells.groupby("unit")["revenue"].transform("sum").to_numpy(float)
    total = int(cells["n"].sum())
    table = cells.assign(n_all=n_all, of_item=of_item, unit_revenue=revenue)
    table = _with_shrunk(table, level)
    # Who only returned something, and what was only returned, is nobody's habit.
    table = table[table["n"] > 0].reset_index(drop=True)
    n, all_of_unit = table["n"].to_numpy(float), table["n_all"].to_numpy(float)
    base = table["of_item"].to_numpy(float) / total
    p = fisher_greater(n, all_of_unit, table["of_item"], total)
    q = _q_of_all(p, n_cells=_n_buyers(cells) * int((_purchases_of_items(cells) > 0).sum()))
    paid = table["unit_revenue"].to_numpy(float)
    return pd.DataFrame(
        {
            "unit": table["unit"],
            "item": table["item"],
            "n_purchases": table["n"].astype("int64"),
            "n_all": table["n_all"],
            "share": n / all_of_unit,
            "base_share": base,
            "location_quotient": n / all_of_unit / base,
            **{name: table[name] for name in table if str(name).startswith("shrunk")},
            "p": p,
            "q": q,
            "is_heavy": q <= _HEAVY,
            "revenue": table["revenue"],
            "revenue_share": np.divide(
                table["revenue"], paid, out=np.full(len(paid), np.nan), where=paid > 0
            ),
        }
    )


def _n_buyers(cells: pd.DataFrame) -> int:
    return int(cells.loc[cells["n"] > 0, "unit"].nunique())


def _purchases_of_items(cells: pd.DataFrame) -> "pd.Series[int]":
    """Return the purchases of each item, by all companies together."""
    return cells.groupby("item")["n"].sum()


def _q_of_all(p: Floats, *, n_cells: int) -> Floats:
    """Correct for all companies and items; those never bought together have a p of 1."""
    return np.minimum(q_values(p) * n_cells / max(len(p), 1), 1.0)


def _with_shrunk(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Add each share, drawn towards those of all who bought anything."""
    sizes = table.groupby("unit")["n"].sum()
    sizes = sizes[sizes > 0]
    columns = ["shrunk_share", "shrunk_share_low", "shrunk_share_high"]
    shrunk = np.full((len(table), 3), np.nan)
    for rows in table.groupby("item").indices.values():
        bought = table["n"].to_numpy()[rows]
        counts = pd.Series(bought, index=table["unit"].to_numpy()[rows])
        found = shrunk_rates(counts.reindex(sizes.index, fill_value=0), sizes, level=level)
        places = sizes.index.get_indexer(counts.index)
        kept = places >= 0
        ends = np.column_stack([found.value, found.low, found.high])
        shrunk[rows[kept]] = ends[places[kept]]
    return table.assign(**dict(zip(columns, shrunk.T, strict=True)))
