"""Who bought what, as a sparse matrix: what every measure of affinity starts from."""

from dataclasses import dataclass
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custintel import _formats as formats
from custintel._checks import require_choice
from custintel._frames import Frame, day_number, has_column, lazy, number_of_day, to_pandas
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.affinity._own_orders import own_orders
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

Basket = Literal["order", "customer"]
Counts = NDArray[np.int64]
_KEYS: dict[str, str] = {"order": "order_id", "customer": "customer_id"}
_UNNAMED = -1


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """Baskets × items, 1 where a basket holds an item.

    ``items`` are sorted as text; ``baskets`` too, unless they are only numbered. ``n_lines``
    counts the purchase lines, ``n_unnamed`` those without an item, which no basket holds.
    """

    matrix: "csr_array"
    baskets: pd.Index
    items: pd.Index
    n_lines: int
    n_unnamed: int

    def item_counts(self) -> Counts:
        """Return the number of baskets that hold each item."""
        return np.bincount(self.matrix.indices, minlength=len(self.items)).astype(np.int64)


def read_baskets(
    transactions: Frame,
    *,
    as_of: Day,
    basket: Basket,
    by: str,
    first_day: pd.Timestamp | None = None,
    name_baskets: bool = True,
) -> Baskets:
    """Read which baskets hold which values of the column `by`, refunds left out.

    An order is one of one customer, where the table has a ``customer_id``. A basket whose
    purchase lines all lack an item counts as an empty one: it was a basket in which nothing
    that is named was bought. Days before `first_day`, if it is given, are
    not read. With ``name_baskets=False`` the baskets are only numbered, which spares the memory
    of millions of names.
    """
    require_choice(basket, tuple(_KEYS), name="basket")
    last_day = as_day(as_of)
    lines = _purchase_lines(transactions, (first_day, last_day), _keys(transactions, basket), by)
    coded = _coded_by_pandas if lines.implementation.is_pandas() else _coded_by_engine
    held = coded(lines, name_baskets=name_baskets)
    if not len(held.item):
        raise SchemaError(_no_purchase(first_day, last_day))
    row, baskets = _numbered(held)
    place, items = _in_order_of_text(held.items)
    column = place[held.item]
    is_named = column != _UNNAMED
    matrix = _ones(row[is_named], column[is_named], (len(baskets), len(items)))
    return Baskets(matrix, baskets, items, len(row), int((~is_named).sum()))


def warn_unnamed(baskets: Baskets, by: str) -> None:
    """Warn the caller of the calling function of purchase lines without an item."""
    if baskets.n_unnamed:
        message = _n(
            "{n} of {total} purchase lines has no {by}: it counts in its basket, but in no "
            "item. Fill the column {by!r}, or take another one with by=….",
            "{n} of {total} purchase lines have no {by}: they count in their baskets, but in "
            "no item. Fill the column {by!r}, or take another one with by=….",
            baskets.n_unnamed,
            total=formats.number(baskets.n_lines),
            by=by,
        )
        warn(message, SetAsideWarning)


def warn_single_items(baskets: Baskets, by: str) -> None:
    """Warn the caller of the calling function if no basket holds two items."""
    if np.diff(baskets.matrix.indptr).max(initial=0) < 2:
        message = _(
            "None of the {n} baskets holds two values of {by!r}, so that nothing was bought "
            "together. Take basket='customer', or a finer column with by=….",
            n=formats.number(baskets.matrix.shape[0]),
            by=by,
        )
        warn(message, WeakResultWarning)


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """Each purchase line's basket and item by number, from 0; an item of -1 is missing.

    ``customer`` tells apart the orders of one number; it is None where no number has several.
    ``names`` of the baskets are None unless they are asked for.
    """

    basket: Counts
    customer: Counts | None
    item: Counts
    names: list[str] | None
    items: list[object]


def _keys(transactions: Frame, basket: Basket) -> dict[str, str]:
    """Return the columns that tell baskets apart."""
    key = _KEYS[basket]
    if basket == "customer":
        return {"basket": key}
    if not has_column(transactions, key):
        raise SchemaError(
            _(
                "Table 'transactions' has no 'order_id', so that each row is an order, and "
                "nothing was ordered together. Add the column, or take basket='customer'."
            )
        )
    owner = {"customer": "customer_id"} if has_column(transactions, "customer_id") else {}
    return {"basket": key, **owner}


def _purchase_lines(
    transactions: Frame,
    days: tuple[pd.Timestamp | None, pd.Timestamp],
    keys: dict[str, str],
    by: str,
) -> nw.LazyFrame[Any]:
    """Return `keys` and ``item`` of the purchase lines of the days from first to last."""
    first_day, last_day = days
    day = day_number("ordered_at")
    within = [day <= number_of_day(last_day)]
    within += [] if first_day is None else [day >= number_of_day(first_day)]
    return (
        lazy(transactions, list(dict.fromkeys([*keys.values(), "ordered_at", "revenue", by])))
        .filter(*within, nw.col("revenue") >= 0)
        .select(item=nw.col(by), **{ours: nw.col(theirs) for ours, theirs in keys.items()})
    )


def _coded_by_pandas(lines: nw.LazyFrame[Any], *, name_baskets: bool) -> _Coded:
    frame = to_pandas(lines)
    basket, names = pd.factorize(frame["basket"])
    item, items = pd.factorize(frame["item"])
    customer = pd.factorize(frame["customer"])[0] if "customer" in frame else None
    return _Coded(basket, customer, item, list(names) if name_baskets else None, list(items))


def _coded_by_engine(lines: nw.LazyFrame[Any], *, name_baskets: bool) -> _Coded:
    """Number baskets and items where they are: texts of millions of lines stay there."""
    ranked = ["basket", "item", *(["customer"] if _are_shared(lines) else [])]
    ranks = to_pandas(lines.select(nw.col(name).rank("dense") for name in ranked))
    codes = {name: ranks[name].fillna(0).to_numpy(np.int64) - 1 for name in ranked}
    return _Coded(
        codes["basket"],
        codes.get("customer"),
        codes["item"],
        _named_by_engine(lines, "basket") if name_baskets else None,
        _named_by_engine(lines, "item"),
    )


def _are_shared(lines: nw.LazyFrame[Any]) -> bool:
    """Return whether several customers have orders of one number."""
    if "customer" not in lines.collect_schema().names():
        return False
    # To rank the customers of all lines takes twice as long, and few tables need it.
    owners = lines.group_by("basket").agg(
        first=nw.col("customer").min(), last=nw.col("customer").max()
    )
    return not to_pandas(owners.filter(nw.col("first") != nw.col("last")).head(1)).empty


def _numbered(held: _Coded) -> tuple[Counts, pd.Index]:
    """Return the basket of each line, and the baskets: in the order of their names, if named."""
    row, name = held.basket, np.arange(int(held.basket.max()) + 1)
    if held.customer is not None:
        row, _owner, name = own_orders(held.customer, held.basket)
    if held.names is None:
        return row, pd.RangeIndex(len(name))
    names = np.array(held.names, dtype=object)[name]
    order = np.argsort(names, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place[row], pd.Index(names[order], dtype="str")


def _named_by_engine(lines: nw.LazyFrame[Any], column: str) -> list[Any]:
    """Return the distinct values of a column, in the order of their dense ranks."""
    ranked = lines.select(name=nw.col(column)).unique()
    named = to_pandas(ranked.select("name", place=nw.col("name").rank("dense")))
    named = named[named["place"].notna()].sort_values("place")
    return named["name"].to_list()


def _in_order_of_text(found: list[object]) -> tuple[Counts, pd.Index]:
    """Return the place of each value among the distinct ones as text, and these in order.

    The last place is that of what is missing, for codes of -1.
    """
    is_missing = np.asarray(pd.isna(np.array(found, dtype=object)), dtype=bool)
    place = np.full(len(found) + 1, _UNNAMED, dtype=np.int64)
    texts = [str(value) for value, gone in zip(found, is_missing, strict=True) if not gone]
    names, place[:-1][~is_missing] = np.unique(np.array(texts, dtype=object), return_inverse=True)
    return place, pd.Index(names, dtype="str")


def _ones(row: Counts, column: Counts, shape: tuple[int, int]) -> "csr_array":
    """Return a matrix that is 1 at the places given, however often they are given."""
    matrix = csr_array((np.ones(len(row), dtype=np.int32), (row, column)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return matrix


def _no_purchase(first_day: pd.Timestamp | None, last_day: pd.Timestamp) -> str:
    if first_day is None:
        return _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=last_day)
    return _(
        "Table 'transactions' has no purchase from {first:%Y-%m-%d} to {day:%Y-%m-%d}.",
        first=first_day,
        day=last_day,
    )
