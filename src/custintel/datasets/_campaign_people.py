"""The contacts of the simulated campaigns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets import _campaign_facts as facts

_COUNTRIES = ("FR", "BE", "CH")
_COUNTRY_SHARES = np.array([0.6, 0.2, 0.2])
_YEARS_BEFORE = 5  # contacts were entered over so many years before the campaigns
_OLDEST, _YOUNGEST = 80, 18  # years


@dataclass(frozen=True, slots=True, eq=False)
class Contacts:
    """Who can be written to, and what is planted about each."""

    segment: NDArray[np.intp]  # position in SEGMENTS
    engagement: Floats
    is_protected: NDArray[np.bool_]  # by a mail program that opens everything
    has_opted_out: NDArray[np.bool_]  # before the year begins
    subscribed: dict[str, NDArray[np.bool_]]  # by type of e-mail
    birth_date: NDArray[np.datetime64]

    def __len__(self) -> int:
        """Return the number of contacts."""
        return len(self.segment)

    def audience(self, campaign_type: str) -> NDArray[np.bool_]:
        """Return who is on the list of a type of e-mail, willing or not."""
        if campaign_type in self.subscribed:
            return self.subscribed[campaign_type]
        if campaign_type == "acquisition":
            return self._is("prospect")
        if campaign_type == "account_statement":
            return self._is("loyal")
        return ~self._is("prospect")

    def _is(self, segment: str) -> NDArray[np.bool_]:
        return np.asarray(self.segment == facts.SEGMENTS.index(segment))

    def birthdays(self) -> NDArray[np.int64]:
        """Return the day of the simulated year on which each has their birthday, from 0."""
        dates = pd.DatetimeIndex(self.birth_date)
        in_year = pd.to_datetime(
            {"year": facts.FIRST_DAY.year, "month": dates.month, "day": dates.day}
        )
        return np.asarray((in_year - facts.FIRST_DAY).dt.days, dtype=np.int64)


def draw_contacts(n: int, rng: np.random.Generator) -> Contacts:
    """Draw `n` contacts."""
    age_days = rng.integers(_YOUNGEST * 365, _OLDEST * 365, n).astype("timedelta64[D]")
    return Contacts(
        segment=rng.choice(len(facts.SEGMENTS), n, p=facts.SEGMENT_SHARES),
        engagement=rng.uniform(facts.LEAST_ENGAGED, facts.MOST_ENGAGED, n),
        is_protected=rng.random(n) < facts.PRIVACY_SHARE,
        has_opted_out=rng.random(n) < facts.OPT_OUT_RATE,
        subscribed={name: rng.random(n) < share for name, share in facts.SUBSCRIBED.items()},
        birth_date=facts.FIRST_DAY.to_datetime64().astype("datetime64[us]") - age_days,
    )


def customer_ids(n: int) -> pd.Index:
    """Return the ids of `n` contacts."""
    return pd.Index("C" + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(6))


def customers_table(
    contacts: Contacts,
    refused: NDArray[np.bool_],
    bounced_on: NDArray[np.intp],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the canonical table of customers as it stands at the end of the year.

    `bounced_on` is the day of the year of a hard bounce, -1 for none.
    """
    n = len(contacts)
    customer_id = customer_ids(n)
    start = facts.FIRST_DAY.to_datetime64().astype("datetime64[us]")
    bounced_at = start + bounced_on.astype("timedelta64[D]")
    days_before = rng.integers(1, _YEARS_BEFORE * 365, n).astype("timedelta64[D]")
    country = rng.choice(len(_COUNTRIES), n, p=_COUNTRY_SHARES)
    return pd.DataFrame(
        {
            "customer_id": customer_id,
            "email": customer_id.str.lower() + "@example.com",
            "country": pd.Index(_COUNTRIES).take(country),
            "email_opt_out": pd.array(refused, dtype="boolean"),
            "email_bounced_at": np.where(bounced_on >= 0, bounced_at, np.datetime64("NaT", "us")),
            "created_at": start - days_before,
            "segment": pd.Index(facts.SEGMENTS).take(contacts.segment),
            "birth_date": contacts.birth_date,
        }
    )
