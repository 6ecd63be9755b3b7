"""Purchases of the simulated year: those of their own accord, and those that campaigns cause."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel.datasets import _campaign_facts as facts
from custintel.datasets._campaign_calendar import campaign_ids
from custintel.datasets._campaign_people import Contacts, customer_ids

_SHAPE = 2.0  # of the spread of purchase rates among the people of a segment
_OPENS, _OPEN_SECONDS = 8 * 3600, 14 * 3600
_LEAST_REVENUE = 5.0
_OWN_CHANNEL = "website"
_LINE_COLUMNS = (
    *("order_id", "line_id", "customer_id", "ordered_at", "channel", "revenue", "cost"),
    *("currency", "campaign_id"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """One row per purchase; the campaign is that which caused it, -1 for none."""

    contact: NDArray[np.intp]
    at: NDArray[np.datetime64]
    campaign: NDArray[np.intp]
    arm: NDArray[np.intp]

    def days(self) -> pd.DataFrame:
        """Return ``contact`` and ``day`` of the year, from 0, of each."""
        day = (pd.DatetimeIndex(self.at).normalize() - facts.FIRST_DAY).days
        return pd.DataFrame({"contact": self.contact, "day": day})


def draw_own_purchases(contacts: Contacts, rng: np.random.Generator) -> Purchases:
    """Draw the purchases that no campaign causes, evenly over the year."""
    rate = facts.PURCHASES_PER_YEAR[contacts.segment] * rng.gamma(_SHAPE, 1 / _SHAPE, len(contacts))
    contact = np.repeat(np.arange(len(contacts)), rng.poisson(rate))
    n = len(contact)
    day = rng.integers(0, facts.N_DAYS, n).astype("timedelta64[D]")
    second = (_OPENS + rng.integers(0, _OPEN_SECONDS, n)).astype("timedelta64[s]")
    at = facts.FIRST_DAY.to_datetime64().astype("datetime64[us]") + day + second
    return Purchases(contact, at, np.full(n, -1), np.full(n, -1))


def together(parts: list[Purchases]) -> pd.DataFrame:
    """Return all purchases of the year as one table, in the order of time."""
    columns = ("contact", "at", "campaign", "arm")
    table = pd.DataFrame(
        {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    )
    table = table[table["at"] < facts.LAST_DAY + pd.Timedelta(days=1)]
    return table.sort_values(["at", "contact", "campaign"], ignore_index=True)


def credited(purchases: pd.DataFrame, clicks: pd.DataFrame) -> pd.DataFrame:
    """Return the purchases with the campaign that each is ``credited`` to, and its arm.

    That is the one that caused it; of the others, the one last clicked on, if that was
    within the days in which a shop would credit it.
    """
    found = pd.merge_asof(
        purchases,
        clicks.sort_values(["at", "campaign"]).rename(
            columns={"campaign": "clicked", "arm": "clicked_arm"}
        ),
        on="at",
        by="contact",
        tolerance=pd.Timedelta(days=facts.ATTRIBUTION_DAYS),
    ).fillna({"clicked": -1, "clicked_arm": -1})
    is_caused = (purchases["campaign"] >= 0).to_numpy()
    campaign = np.where(is_caused, found["campaign"], found["clicked"]).astype(np.intp)
    arm = np.where(is_caused, found["arm"], found["clicked_arm"]).astype(np.intp)
    return purchases.assign(credited=campaign, credited_arm=arm)


def transactions_table(
    purchases: pd.DataFrame,
    channels: list[str],
    n_contacts: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the canonical table of purchases; `channels` of the campaigns."""
    n = len(purchases)
    drawn = rng.lognormal(facts.MEAN_LOG_REVENUE, facts.SPREAD_LOG_REVENUE, n)
    revenue = np.round(np.maximum(drawn, _LEAST_REVENUE), 2)
    campaign = purchases["credited"].to_numpy()
    names = pd.Series([*campaign_ids(len(channels)), None])
    table = pd.DataFrame(
        {
            "order_id": "O" + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(6),
            "line_id": "1",
            "customer_id": customer_ids(n_contacts).take(purchases["contact"].to_numpy()),
            "ordered_at": purchases["at"],
            "channel": pd.Index([*channels, _OWN_CHANNEL]).take(campaign),
            "revenue": revenue,
            "cost": np.round(revenue * (1 - facts.MARGIN_RATE), 2),
            "currency": facts.CURRENCY,
            "campaign_id": names.take(campaign).reset_index(drop=True),
        }
    )
    return table[list(_LINE_COLUMNS)]
