"""Who is due by each kind of rule, on which day, and why."""

import math
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._frames import Frame, as_narwhals, day_number, lazy, number_of_day, to_pandas
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import PERIOD_MONTHS, Span, as_day
from custintel.campaigns._messages import require_known_events
from custintel.campaigns.trigger_rules import (
    ANSWERS,
    BirthdayRule,
    NoAnswerRule,
    PurchaseRule,
    StageRule,
    StockRule,
)

_EPOCH = pd.Timestamp("1970-01-01")
_AFTER_FIRST = N_("{span} after the first purchase, on {day}")
_AFTER_LAST = N_("{span} after the last purchase, on {day}")


def of_birthdays(rule: BirthdayRule, customers: pd.DataFrame, days: pd.DatetimeIndex) -> Any:
    """Return customers whose birthday, less some days, is one of `days`."""
    born = customers["birth_date"].dropna()
    due = []
    for day in days:
        birthday = day + pd.Timedelta(days=rule.days_before)
        is_theirs = _has_birthday(born, birthday)
        names = customers.loc[is_theirs[is_theirs].index, "customer_id"]
        due.append(_rows(names, day, _("birthday on {day}", day=formats.date(birthday))))
    return pd.concat(due, ignore_index=True)


def _has_birthday(born: "pd.Series[Any]", day: pd.Timestamp) -> "pd.Series[bool]":
    is_theirs = (born.dt.month == day.month) & (born.dt.day == day.day)
    if day.month == 2 and day.day == 28 and not day.is_leap_year:
        is_theirs |= (born.dt.month == 2) & (born.dt.day == 29)
    return pd.Series(is_theirs & (born < day))


def of_purchases(
    rule: PurchaseRule, transactions: Frame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return customers whose first or last purchase was so long ago in the days given."""
    bought = purchase_days(transactions, last, rule.product_id)
    at = bought["first"] if rule.purchase == "first" else bought["last"]
    due = later(at, Span.parse(rule.after))
    chosen = due.between(first, last)
    text = _AFTER_FIRST if rule.purchase == "first" else _AFTER_LAST
    why = [_(text, span=rule.after, day=formats.date(day)) for day in at[chosen]]
    return _rows(bought.loc[chosen, "customer_id"], due[chosen], why)


def of_stages(
    rule: StageRule, leads: Frame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return leads at a stage for whom so many weeks, months … end in the days given."""
    found = lazy(leads, ["lead_id", "customer_id", "status", rule.since], table="leads")
    at_stage = to_pandas(found.filter(nw.col("status") == rule.stage, nw.col(rule.since) <= last))
    since = pd.to_datetime(at_stage[rule.since]).astype("datetime64[us]").dt.normalize()
    due = _latest_multiple(since, Span.parse(rule.every), last)
    chosen = due >= first
    texts = [
        _("at the stage {stage} since {day}", stage=rule.stage, day=formats.date(day))
        for day in since[chosen]
    ]
    return _rows(at_stage.loc[chosen, "customer_id"], due[chosen], texts)


def of_no_answers(
    rule: NoAnswerRule, events: Frame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return who was first written to so long ago, and has not answered until the last day."""
    is_told = "is_machine" in as_narwhals(events).collect_schema().names()
    columns = ["campaign_id", "customer_id", "event", "occurred_at"]
    found = lazy(events, [*columns, *(["is_machine"] if is_told else [])], table="campaign_events")
    require_known_events(found)
    of_campaign = found.filter(
        nw.col("campaign_id") == rule.to_campaign_id,
        day_number("occurred_at") <= number_of_day(last),
    )
    event = nw.col("event")
    answers = event.is_in(ANSWERS[ANSWERS.index(rule.answer) :])
    if is_told:
        answers = answers & ~nw.col("is_machine").fill_null(value=False)
    sent = nw.when(event == "sent").then(day_number("occurred_at"))
    flags = of_campaign.select("customer_id", sent_on=sent, answered=answers.cast(nw.Int64))
    messages = flags.group_by("customer_id").agg(nw.col("sent_on").min(), nw.col("answered").max())
    table = to_pandas(messages.filter(nw.col("answered") == 0, ~nw.col("sent_on").is_null()))
    at = as_days(table["sent_on"])
    due = later(at, Span.parse(rule.after))
    chosen = due.between(first, last)
    texts = [
        _("no answer to {campaign} of {day}", campaign=rule.to_campaign_id, day=formats.date(day))
        for day in at[chosen]
    ]
    return _rows(table.loc[chosen, "customer_id"], due[chosen], texts)


def of_stock(
    rule: StockRule, transactions: Frame, last: pd.Timestamp, willing: "pd.Series[Any]"
) -> pd.DataFrame:
    """Return as many of the willing as it takes to sell what is left, the latest buyers first."""
    deadline = as_day(rule.deadline, name="deadline")
    begins = earlier(deadline, Span.parse(rule.before))
    if not begins <= last <= deadline:
        return _rows(pd.Series([], dtype=object), begins, [])
    bought = purchase_days(transactions, last, rule.product_id)
    bought = bought[bought["customer_id"].isin(willing)]
    ordered = bought.sort_values("customer_id").sort_values("last", ascending=False, kind="stable")
    n = math.ceil(round(rule.n_units / rule.conversion_rate, 6))  # 21 ÷ 0.35 is 60, not 61
    text = _("{n} left until {day}", n=formats.number(rule.n_units), day=formats.date(deadline))
    return _rows(ordered["customer_id"].head(n), begins, text)


def purchase_days(transactions: Frame, last: pd.Timestamp, product_id: str | None) -> pd.DataFrame:
    """Return the first and last day of purchase of each customer: ``customer_id`` and both."""
    told = ["product_id"] if product_id is not None else []
    lines = lazy(transactions, ["customer_id", "ordered_at", "revenue", *told])
    lines = lines.filter(nw.col("revenue") >= 0, day_number("ordered_at") <= number_of_day(last))
    if product_id is not None:
        lines = lines.filter(nw.col("product_id") == product_id)
    days = lines.select("customer_id", day=day_number("ordered_at"))
    found = to_pandas(
        days.group_by("customer_id").agg(first=nw.col("day").min(), last=nw.col("day").max())
    )
    return pd.DataFrame(
        {
            "customer_id": found["customer_id"].astype(object),
            "first": as_days(found["first"]),
            "last": as_days(found["last"]),
        }
    )


def as_days(numbers: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return days counted from 1970-01-01 as instants."""
    return pd.Series(
        _EPOCH + pd.to_timedelta(numbers.astype(float), unit="D"), index=numbers.index
    ).astype("datetime64[us]")


def later(at: "pd.Series[Any]", span: Span) -> "pd.Series[Any]":
    """Return the days that come a span after; months are calendar ones."""
    months = span.count * PERIOD_MONTHS.get(span.unit, math.nan)
    if float(months).is_integer():
        return at + pd.DateOffset(months=int(months))
    return at + pd.Timedelta(days=round(span.to("D")))


def earlier(day: pd.Timestamp, span: Span) -> pd.Timestamp:
    """Return the day that comes a span before; months are calendar ones."""
    months = span.count * PERIOD_MONTHS.get(span.unit, math.nan)
    if float(months).is_integer():
        return day - pd.DateOffset(months=int(months))
    return day - pd.Timedelta(days=round(span.to("D")))


def _latest_multiple(since: "pd.Series[Any]", every: Span, last: pd.Timestamp) -> "pd.Series[Any]":
    """Return the last day up to `last` on which a whole number of spans, 1 or more, has passed."""
    days = (last - since).dt.days.to_numpy(float)
    months = every.count * PERIOD_MONTHS.get(every.unit, math.nan)
    if not float(months).is_integer():
        length = max(round(every.to("D")), 1)
        n = np.floor(days / length)
        due = since + pd.to_timedelta(np.maximum(n, 0) * length, unit="D")
        return pd.Series(due.where(n >= 1))
    step = int(months)
    whole = (last.year - since.dt.year) * 12 + last.month - since.dt.month
    due = pd.Series(pd.NaT, index=since.index, dtype="datetime64[us]")
    # The month of the last day, or the one before it if its day has not come yet.
    for back in (1, 0):
        n = (whole // step - back) * step
        found = pd.Series(
            [
                day + pd.DateOffset(months=int(k)) if k >= step else pd.NaT
                for day, k in zip(since, n, strict=True)
            ],
            index=since.index,
            dtype="datetime64[us]",
        )
        due = found.where(found <= last, due)
    return due


def _rows(customers: Any, due_on: Any, why: Any) -> pd.DataFrame:
    names = list(customers)
    days = pd.Series(list(due_on), dtype="datetime64[us]") if _is_many(due_on) else due_on
    return pd.DataFrame(
        {
            "customer_id": pd.Series(names, dtype=object),
            "due_on": pd.Series(days, index=range(len(names)), dtype="datetime64[us]"),
            "why": pd.Series(why, index=range(len(names)), dtype=object),
        }
    )


def _is_many(value: Any) -> bool:
    return isinstance(value, pd.Series)
