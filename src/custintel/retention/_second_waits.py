"""The wait of each customer from the first purchase to the second, and the customer's group."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._frames import Frame, day_number, lazy, text_id, to_pandas
from custintel._product_limit import Waits
from custintel._runs import Ints
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.retention._purchase_days import MISSING, TOTAL, PurchaseDays

SEVERAL = N_("(several)")
NOT_RATED = N_("(not rated in time)")
_EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True, slots=True, eq=False)
class SecondWaits:
    """Waits of customers, one each, and the names of their groups."""

    waits: Waits
    names: pd.Index
    refunds_alone: pd.Index


def second_waits(days: PurchaseDays, groups: "pd.Series[Any]", start: Ints) -> SecondWaits:
    """Return the waits of customers, whose groups are named, from the days on which they start."""
    second = _second(days)
    codes, found = pd.factorize(groups, sort=True)
    end = np.where(second < 0, days.last_day, second)
    customers = np.arange(len(start))
    waits = Waits(end - start, second >= 0, customers, codes.astype(np.int64), len(found))
    names = pd.Index(found, dtype="str").rename(groups.name)
    return SecondWaits(waits, names, days.refunds_alone)


def all_together(days: PurchaseDays) -> SecondWaits:
    """Return the waits of all customers as one group."""
    total = pd.Series([TOTAL] * len(days.customers), dtype="str")
    return second_waits(days, total, days.first())


def by_first_purchase(transactions: Frame, days: PurchaseDays, by: str) -> SecondWaits:
    """Return the waits, by the value of a column on the day of the first purchase."""
    found = to_pandas(_first_values(transactions, days.last_day, by)).set_index("customer_id")
    found.index = found.index.astype("str")
    found = found.reindex(days.customers)
    several = (found["low"] != found["high"]).to_numpy()
    names = found["low"].astype("str").mask(several, SEVERAL).reset_index(drop=True)
    return second_waits(days, names.rename(by), days.first())


def _first_values(transactions: Frame, last_day: int, by: str) -> nw.LazyFrame[Any]:
    """Return the least and the greatest value, as text, on each customer's first day."""
    lines = lazy(transactions, list(dict.fromkeys(["customer_id", "ordered_at", "revenue", by])))
    cast = text_id(by, lines.collect_schema()[by])
    text = nw.col(by) if cast is None else cast
    bought = (
        lines.with_columns(text.fill_null(MISSING).alias("value"), day=day_number("ordered_at"))
        .filter(nw.col("day") <= last_day, nw.col("revenue") >= 0)
        .select("customer_id", "day", "value")
    )
    first = bought.group_by("customer_id").agg(nw.col("day").min().alias("first"))
    return (
        bought.join(first, on="customer_id", how="inner")
        .filter(nw.col("day") == nw.col("first"))
        .group_by("customer_id")
        .agg(nw.col("value").min().alias("low"), nw.col("value").max().alias("high"))
    )


def by_rating(days: PurchaseDays, ratings: Frame, cuts: Sequence[float]) -> SecondWaits:
    """Return the waits by the rating that came first after the first purchase.

    They start on the day of the answer: whoever purchased again before it can no longer be in
    the group, so the days before it would all be without a second purchase.
    """
    answers = _answers(ratings, days.last_day)
    place = days.customers.get_indexer(pd.Index(answers["customer_id"]))
    answers = answers[place >= 0].assign(customer=place[place >= 0])
    customer = answers["customer"].to_numpy()
    first, second = days.first(), _second(days)
    before = np.where(second < 0, days.last_day + 1, second)[customer]
    answers = answers[(answers["day"] >= first[customer]) & (answers["day"] < before)]
    # Of several answers on a day the lowest: a complaint outweighs a courtesy.
    answers = answers.sort_values(["customer", "day", "score"]).drop_duplicates("customer")
    names = np.full(len(first), NOT_RATED, dtype=object)
    start = first.copy()
    names[answers["customer"]] = _bands(answers["score"].to_numpy(float), cuts)
    start[answers["customer"]] = answers["day"]
    return second_waits(days, pd.Series(names, dtype="str", name="rating"), start)


def _answers(ratings: Frame, last_day: int) -> pd.DataFrame:
    answers = to_pandas(lazy(ratings, ["customer_id", "answered_at", "score"], table="ratings"))
    at, score = answers["answered_at"], answers["score"]
    if not pd.api.types.is_datetime64_dtype(at) or not pd.api.types.is_numeric_dtype(score):
        raise SchemaError(
            _(
                "Table 'ratings' has 'answered_at' of type {at} and 'score' of type {score}; "
                "they are dates without time zone, and numbers. Convert them with "
                "pandas.to_datetime and pandas.to_numeric.",
                at=at.dtype,
                score=score.dtype,
            )
        )
    answers = answers[at.notna() & score.notna()]
    day = (answers["answered_at"].dt.normalize() - _EPOCH).dt.days
    answers = answers.assign(day=day, customer_id=answers["customer_id"].astype("str"))
    return answers[answers["day"] <= last_day]


def _bands(scores: "np.ndarray[Any, np.dtype[np.float64]]", cuts: Sequence[float]) -> list[str]:
    written = [formats.number(cut, formats.decimals_of(cut)) for cut in cuts]
    names = [_("below {cut}", cut=written[0])]
    names += [
        _("from {low} to below {high}", low=low, high=high) for low, high in pairwise(written)
    ]
    names.append(_("{cut} and above", cut=written[-1]))
    return [names[place] for place in np.searchsorted(cuts, scores, side="right")]


def _second(days: PurchaseDays) -> Ints:
    """Return the second purchase day of each customer, −1 without one."""
    starts = days.starts()
    has_second = days.count() > 1
    return np.where(has_second, days.day[np.minimum(starts + 1, len(days.day) - 1)], -1)
