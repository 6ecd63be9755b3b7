"""Each customer's purchases in order: what every measure of what comes next starts from.

Purchases of one day are ordered by order_id, as text; without order_id each row is an order,
and those of one day are ordered by their item. So the order depends neither on the engine nor
on that of the rows.
"""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._frames import Frame, day_number, has_column, lazy, number_of_day, to_pandas
from custintel._runs import Flags, Ints, starts_of_runs
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, Span, as_day
from custintel._warnings import warn
from custintel.affinity._own_orders import own_orders
from custintel.errors import SchemaError, WeakResultWarning

MISSING = N_("(missing)")

# Beyond this share of steps within a day, the tie rule says more than the customers do.
_MANY_TIES = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Purchase occasions, customer by customer in order, and the items of each.

    ``customer`` and ``day`` are of each occasion, ``occasion`` and ``item`` of each line: an
    occasion has one line per item, and lines are sorted by both. ``items`` are sorted as text.
    """

    customer: Ints
    day: Ints
    occasion: Ints
    item: Ints
    items: pd.Index
    last_day: int
    has_orders: bool

    def first_of_customer(self) -> Ints:
        """Return, for each occasion, the first one of its customer."""
        is_first = np.r_[True, self.customer[1:] != self.customer[:-1]]
        return np.maximum.accumulate(np.where(is_first, np.arange(len(is_first)), 0))

    def has_next(self) -> Flags:
        """Return, for each occasion, whether its customer has a later one."""
        return np.append(self.customer[1:] == self.customer[:-1], False)

    def previous_with_item(self) -> Ints:
        """Return, for each line, its customer's occasion before with the same item, or −1."""
        holder = self.customer[self.occasion] * len(self.items) + self.item
        order = stable_order(holder)
        is_again = holder[order[1:]] == holder[order[:-1]]
        previous = np.full(len(holder), -1)
        previous[order[1:][is_again]] = self.occasion[order[:-1][is_again]]
        return previous

    def warn_of_ties(self) -> None:
        """Warn the caller of the calling function if many steps lie within a day."""
        is_step = self.has_next()[:-1]
        n_steps = int(is_step.sum())
        n_ties = int((is_step & (np.diff(self.day) == 0)).sum())
        if n_ties > _MANY_TIES * n_steps:
            message = _ties(n_ties, n_steps, has_orders=self.has_orders)
            warn(message, WeakResultWarning)

    def warn_unobserved(self, horizon: Span | None) -> None:
        """Warn the caller of the calling function that of no case it is known what followed."""
        warn(_unobserved(self, horizon), WeakResultWarning)


def read_sequences(transactions: Frame, *, as_of: Day, by: str) -> Sequences:
    """Read the purchases of each customer in order, with the values of the column `by` as items.

    The lines of an order are one occasion, on the day of its first line. Refunds are left out;
    lines without an item have the item ``(missing)``.
    """
    last_day = as_day(as_of)
    has_orders = has_column(transactions, "order_id")
    lines = to_pandas(_purchase_lines(transactions, number_of_day(last_day), by, has_orders))
    if lines.empty:
        raise SchemaError(
            _("Table 'transactions' has no purchase on or before {day:%Y-%m-%d}.", day=last_day)
        )
    item, items = coded_as_text(lines["item"])
    orders = _orders(lines, item)
    in_order = orders.in_order()
    place = np.empty_like(in_order)
    place[in_order] = np.arange(len(in_order))
    held = place[orders.of_line] * len(items) + item
    held.sort()
    occasion, item = np.divmod(held[starts_of_runs(held)], len(items))
    customer, day = orders.customer[in_order], orders.day[in_order]
    return Sequences(customer, day, occasion, item, items, number_of_day(last_day), has_orders)


def coded_as_text(values: "pd.Series[Any]") -> tuple[Ints, pd.Index]:
    """Return the place of each value among the distinct ones, as text in order."""
    codes, found = pd.factorize(values)
    # The last is the name of what is missing, whose code is −1.
    names = np.array([*(str(name) for name in found), MISSING], dtype=object)
    codes[codes < 0] = len(found)
    is_used = np.bincount(codes, minlength=len(names)) > 0
    distinct, place = np.unique(names[is_used], return_inverse=True)
    return place[(np.cumsum(is_used) - 1)[codes]], pd.Index(distinct, dtype="str")


def stable_order(keys: Ints) -> Ints:
    """Return the positions that sort whole numbers >= 0, equal ones as they come.

    Sorting each key together with its position is ten times as fast as sorting positions.
    """
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > 62:
        return np.argsort(keys, kind="stable")
    packed = np.sort((keys << bits) | np.arange(len(keys)))
    return packed & ((1 << bits) - 1)


def _purchase_lines(
    transactions: Frame, last_day: int, by: str, has_orders: bool
) -> nw.LazyFrame[Any]:
    needed = ["customer_id", "ordered_at", "revenue", *(["order_id"] if has_orders else [])]
    order = {"order": nw.col("order_id")} if has_orders else {}
    return (
        lazy(transactions, list(dict.fromkeys([*needed, by])))
        .select(
            customer=nw.col("customer_id"),
            item=nw.col(by),
            # Once: on pandas the day of a line takes as long as the rest of its reading.
            day=day_number("ordered_at"),
            revenue=nw.col("revenue"),
            **order,
        )
        .filter(nw.col("day") <= last_day, nw.col("revenue") >= 0)
        .drop("revenue")
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Orders:
    """Orders as they come: the one of each line, and the customer, day and name of each.

    ``name`` is a place in ``names``: which of two orders of a day comes first.
    """

    of_line: Ints
    customer: Ints
    day: Ints
    name: Ints
    names: pd.Index

    def in_order(self) -> Ints:
        """Return the positions that sort the orders by customer, day and name."""
        first = int(self.day.min())
        key = self.customer * (int(self.day.max()) - first + 1) + self.day - first
        order = stable_order(key)
        # Few orders share their customer's day: only their names are compared.
        is_equal = key[order[1:]] == key[order[:-1]]
        is_tied = np.r_[False, is_equal] | np.r_[is_equal, False]
        tied = order[is_tied]
        rank = pd.factorize(self.names[self.name[tied]], sort=True)[0]
        order[is_tied] = tied[np.lexsort((rank, key[tied]))]
        return order


def _orders(lines: pd.DataFrame, item: Ints) -> _Orders:
    customer = pd.factorize(lines["customer"])[0]
    day = lines["day"].to_numpy("int64")
    if "order" not in lines:
        places = pd.Index(np.arange(int(item.max()) + 1))
        return _Orders(np.arange(len(lines)), customer, day, item, places)
    order, names = pd.factorize(lines["order"])
    of_line, owner, name = own_orders(customer, order)
    first_day = np.full(len(owner), day.max())
    np.minimum.at(first_day, of_line, day)
    return _Orders(of_line, owner, first_day, name, names)


def _ties(n_ties: int, n_steps: int, *, has_orders: bool) -> str:
    found = _(
        "{n} of {total} next purchases ({share}) are of the same day as the one before.",
        n=formats.number(n_ties),
        total=formats.number(n_steps),
        share=formats.percent(n_ties / n_steps),
    )
    if has_orders:
        why = _("Which of them comes first is told by order_id alone, as text.")
    else:
        why = _(
            "Without order_id each row is an order, and which comes first is told by the names "
            "of the items alone. Add order_id, so that the lines of one order are one occasion."
        )
    return f"{found} {why}"


def _unobserved(sequences: Sequences, horizon: Span | None) -> str:
    n = formats.number(len(sequences.day))
    if horizon is None:
        return _("None of the {n} orders has a next one: no customer has bought twice.", n=n)
    first = pd.Timestamp(int(sequences.day.min()), unit="D")
    return _(
        "Of none of the {n} orders the {horizon} after it are observed, as the first is of "
        "{first}. Take a shorter horizon.",
        n=n,
        horizon=horizon,
        first=formats.date(first),
    )
