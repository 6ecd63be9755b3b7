"""The campaigns of the simulated year, and the days on which they are sent."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets import _campaign_facts as facts

_DAY = pd.Timedelta(days=1)
_AUTOMATIC = ("confirmation", "birthday", "satisfaction_survey")  # each contact on a day of its own
_HOURS = (7, 9, 10, 14, 18)  # of sending, in turn
_ALERTS = "02-09 03-22 05-03 06-14 07-26 09-06 10-18 11-29".split()
_STATEMENTS = "01-08 04-08 07-08 10-07".split()
_ACQUISITIONS = "01-24 04-24 08-28 10-30".split()
_MAILINGS = "02-19 05-20 09-16 11-18".split()
_SOCIAL_MONTHS = (3, 6, 9, 11)


@dataclass(frozen=True, slots=True)
class Planned:
    """One campaign of the plan."""

    campaign_type: str
    channel: str
    objective: str
    starts_on: pd.Timestamp
    ends_on: pd.Timestamp
    hour: int

    def is_automatic(self) -> bool:
        """Return whether contacts are written to on days of their own."""
        return self.campaign_type in _AUTOMATIC

    def name(self) -> str:
        """Return what the campaign is called."""
        words = self.campaign_type.replace("_", " ").capitalize()
        return words if self.is_automatic() else f"{words} {self.starts_on:%Y-%m-%d}"

    def day(self) -> int:
        """Return the day of the year on which it begins, from 0."""
        return int((self.starts_on - facts.FIRST_DAY).days)

    def email_type(self) -> facts.EmailType:
        """Return what is planted about its type."""
        return facts.EMAIL_TYPES[facts.TYPE_NAMES.index(self.campaign_type)]


def planned_campaigns() -> list[Planned]:
    """Return all campaigns in the order of their start."""
    one_day = {
        "commercial_newsletter": [*_weekday(1, 1), *_weekday(1, 3)],
        "informative_newsletter": _weekday(3, 2),
        "complementary_offer": [day for day in _weekday(2, 4) if day.month % 2],
        "alert": _days(_ALERTS),
        "account_statement": _days(_STATEMENTS),
        "acquisition": _days(_ACQUISITIONS),
    }
    dated = [(kind, day) for kind, days in one_day.items() for day in days]
    emails = [
        _email(kind, day, day, _HOURS[i % len(_HOURS)]) for i, (kind, day) in enumerate(dated)
    ]
    automatic = [_email(kind, facts.FIRST_DAY, facts.LAST_DAY, 6) for kind in _AUTOMATIC]
    mailings = [
        Planned("direct_mail", facts.MAIL, facts.SALES, day, day + 14 * _DAY, 12)
        for day in _days(_MAILINGS)
    ]
    months = [pd.Timestamp(facts.FIRST_DAY.year, month, 1) for month in _SOCIAL_MONTHS]
    social = [
        Planned("social", facts.SOCIAL, facts.AWARENESS, day, day + pd.offsets.MonthEnd(), 0)
        for day in months
    ]
    return sorted(
        [*automatic, *emails, *mailings, *social], key=lambda each: (each.starts_on, each.name())
    )


def campaign_ids(n: int) -> pd.Index:
    """Return the ids of `n` campaigns."""
    return pd.Index([f"M{i:03d}" for i in range(1, n + 1)])


def campaigns_table(plan: list[Planned], n_sends: NDArray[np.int64]) -> pd.DataFrame:
    """Return the canonical table of campaigns; `n_sends` of each says what it cost."""
    channel = [each.channel for each in plan]
    fixed = np.array([facts.COST_PER_CAMPAIGN[each] for each in channel])
    cost = np.round(fixed + n_sends * [facts.COST_PER_SEND[each] for each in channel], 2)
    return pd.DataFrame(
        {
            "campaign_id": campaign_ids(len(plan)),
            "campaign_name": [each.name() for each in plan],
            "channel": channel,
            "objective": [each.objective for each in plan],
            "campaign_type": [each.campaign_type for each in plan],
            "cost": cost,
            "budget": _rounded_up(cost),
            "currency": facts.CURRENCY,
            "starts_at": _instants([each.starts_on for each in plan]),
            "ends_at": _instants([each.ends_on for each in plan]),
        }
    )


def _email(kind: str, first: pd.Timestamp, last: pd.Timestamp, hour: int) -> Planned:
    objective = facts.EMAIL_TYPES[facts.TYPE_NAMES.index(kind)].objective
    return Planned(kind, facts.EMAIL, objective, first, last, hour)


def _weekday(weekday: int, which: int) -> list[pd.Timestamp]:
    """Return the first, second … such weekday of each month, Monday being 0."""
    months = pd.date_range(facts.FIRST_DAY, facts.LAST_DAY, freq="MS")
    return [month + ((weekday - month.weekday()) % 7 + 7 * (which - 1)) * _DAY for month in months]


def _days(listed: list[str]) -> list[pd.Timestamp]:
    return [pd.Timestamp(f"{facts.FIRST_DAY.year}-{day}") for day in listed]


def _rounded_up(cost: Floats) -> Floats:
    return np.asarray(np.ceil(cost * 1.05 / 100) * 100)


def _instants(days: list[pd.Timestamp]) -> NDArray[np.datetime64]:
    return np.array([day.to_datetime64() for day in days], dtype="datetime64[us]")
