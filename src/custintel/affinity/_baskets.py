"""Who bought what, as a sparse matrix: what every measure of affinity starts from."""

from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custintel._checks import require_choice
from custintel._frames import Frame, day_number, lazy, number_of_day, to_pandas
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import SchemaError

Basket = Literal["order", "customer"]
_KEYS: dict[str, str] = {"order": "order_id", "customer": "customer_id"}


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """Baskets × items, 1 where a basket holds an item.

    ``items`` are sorted as text; ``baskets`` too. ``n_unnamed`` counts the purchase lines
    without an item, which no basket holds.
    """

    matrix: "csr_array"
    baskets: pd.Index
    items: pd.Index
    n_unnamed: int


def read_baskets(transactions: Frame, *, as_of: Day, basket: Basket, by: str) -> Baskets:
    """Read which baskets hold which values of the column `by`, refunds left out.

    A basket whose purchase lines all lack an item counts as an empty one: it was a basket in
    which nothing that is named was bought.
    """
    require_choice(basket, tuple(_KEYS), name="basket")
    key = _KEYS[basket]
    held = to_pandas(_held(transactions, number_of_day(as_day(as_of)), key, by))
    if held.empty:
        raise SchemaError(
            _(
                "Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.",
                day=as_day(as_of),
            )
        )
    row, baskets = _coded(held["basket"])
    is_named = held["item"].notna().to_numpy()
    column, items = _coded(held.loc[is_named, "item"])
    ones = np.ones(len(column), dtype=np.int32)
    shape = len(baskets), len(items)
    matrix = csr_array((ones, (row[is_named], column)), shape=shape)
    return Baskets(matrix, baskets, items, int(held.loc[~is_named, "n"].sum()))


def _held(transactions: Frame, last_day: int, key: str, by: str) -> nw.LazyFrame[Any]:
    """Return one row per basket and item, with the number of its purchase lines."""
    columns = list(dict.fromkeys([key, "ordered_at", "revenue", by]))
    return (
        lazy(transactions, columns)
        .filter(day_number("ordered_at") <= last_day, nw.col("revenue") >= 0)
        .select(basket=nw.col(key), item=nw.col(by))
        .group_by("basket", "item")
        .agg(nw.len().alias("n"))
    )


def _coded(values: "pd.Series[Any]") -> tuple[NDArray[np.intp], pd.Index]:
    """Return the place of each value among the distinct ones, which are text in order."""
    codes, found = pd.factorize(values)
    names = np.array([str(name) for name in found], dtype=object)
    order = np.argsort(names, kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return place[codes], pd.Index(names[order], dtype="str")
