"""What campaigns cause: the purchases that would not have been made otherwise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets import _campaign_facts as facts
from custintel.datasets._campaign_calendar import Planned
from custintel.datasets._campaign_orders import Purchases
from custintel.datasets._campaign_people import Contacts
from custintel.datasets._campaign_responses import Clicks, EventLog, log_letters, log_outcomes
from custintel.datasets._campaign_sends import NO_ARM, Sends

_VOUCHER = facts.ARMS.index("voucher")
_CONTROL = facts.ARMS.index("control")
_MEAN_DAYS_TO_SALE = 1.0  # after a click
_LETTER_DAYS = (3, 15)  # from the mailing to the purchase
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """The letters of the year, and who got none for comparison."""

    contact: NDArray[np.intp]
    campaign: NDArray[np.intp]
    arm: NDArray[np.intp]
    arrived: NDArray[np.bool_]


def rates_of(plan: list[Planned], rate: str) -> Floats:
    """Return the planted `rate` after a click on each campaign: 0 of letters."""
    social = {
        "information_request": facts.SOCIAL_INFORMATION_REQUEST_RATE,
        "lead": facts.SOCIAL_LEAD_RATE,
        "sale": facts.SOCIAL_SALE_RATE,
    }
    by_channel = {facts.SOCIAL: social[rate], facts.MAIL: 0.0}
    return np.array(
        [
            getattr(each.email_type(), f"{rate}_rate")
            if each.channel == facts.EMAIL
            else by_channel[each.channel]
            for each in plan
        ]
    )


def voucher_factors(arm: NDArray[np.intp]) -> Floats:
    """Return the factor of the sales per click in each arm."""
    return np.where(arm == _VOUCHER, facts.VOUCHER_FACTOR, 1.0)


def purchases_after(clicks: Clicks, log: EventLog, rng: np.random.Generator) -> Purchases:
    """Draw the requests, leads and purchases that follow clicks; the first two are logged."""
    sale_rate = rates_of(log.plan, "sale")[clicks.campaign] * voucher_factors(clicks.arm)
    rates = {name: rates_of(log.plan, name) for name in ("information_request", "lead")}
    hits = log_outcomes(clicks, {**rates, "sale": sale_rate}, log, rng)
    days = rng.exponential(_MEAN_DAYS_TO_SALE, len(hits))
    seconds = (60 + np.floor(days * _DAY)).astype("timedelta64[s]")
    at = clicks.at + seconds
    return Purchases(clicks.contact[hits], at[hits], clicks.campaign[hits], clicks.arm[hits])


def draw_social_clicks(n_contacts: int, log: EventLog, rng: np.random.Generator) -> Clicks:
    """Draw and log who clicks on the advertisements of each social campaign."""
    parts = []
    for number, each in enumerate(log.plan):
        if each.channel == facts.SOCIAL:
            contact = np.flatnonzero(rng.random(n_contacts) < facts.SOCIAL_CLICK_RATE)
            n_seconds = ((each.ends_on - each.starts_on).days + 1) * int(_DAY)
            second = rng.integers(0, n_seconds, len(contact)).astype("timedelta64[s]")
            at = each.starts_on.to_datetime64().astype("datetime64[us]") + second
            none = np.full(len(contact), NO_ARM)
            parts.append(Clicks(np.full(len(contact), number), contact, none, at))
    clicks = joined(parts)
    log.add("clicked", clicks.campaign, clicks.contact, clicks.at, link=0)
    return clicks


def joined(parts: list[Clicks]) -> Clicks:
    """Return several sets of clicks as one."""
    names = ("campaign", "contact", "arm", "at")
    return Clicks(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def draw_letters(contacts: Contacts, log: EventLog, rng: np.random.Generator) -> Letters:
    """Draw and log the mailings: who is chosen, which arm, and what arrives."""
    parts = []
    is_customer = contacts.audience("direct_mail")
    for number, each in enumerate(log.plan):
        if each.channel == facts.MAIL:
            is_chosen = is_customer & (rng.random(len(contacts)) < facts.MAILED_SHARE)
            contact = np.flatnonzero(is_chosen)
            arm = rng.choice(len(facts.ARMS), len(contact), p=facts.ARM_SHARES)
            sent = arm != _CONTROL
            arrived = np.zeros(len(contact), bool)
            arrived[sent] = log_letters(number, contact[sent], arm[sent], log, rng)
            parts.append(Letters(contact, np.full(len(contact), number), arm, arrived))
    names = ("contact", "campaign", "arm", "arrived")
    return Letters(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def purchases_by_letter(
    letters: Letters, plan: list[Planned], rng: np.random.Generator
) -> Purchases:
    """Draw the purchases that letters cause."""
    n = len(letters.contact)
    rate = facts.MAIL_SALE_RATES[letters.arm] * letters.arrived
    hits = rng.random(n) < rate
    start = np.array([each.starts_on.to_datetime64() for each in plan], dtype="datetime64[us]")
    days = rng.integers(*_LETTER_DAYS, n) + rng.uniform(9 / 24, 20 / 24, n)
    at = start[letters.campaign] + np.floor(days * _DAY).astype("timedelta64[s]")
    return Purchases(letters.contact[hits], at[hits], letters.campaign[hits], letters.arm[hits])


def expected_sales(
    sends: Sends, letters: Letters, n_contacts: int, plan: list[Planned]
) -> pd.DataFrame:
    """Return ``campaign``, ``arm`` and ``n_expected`` purchases caused, given who was sent what."""
    opens = np.array(
        [
            each.email_type().click_to_open_rate if each.channel == facts.EMAIL else 0.0
            for each in plan
        ]
    )
    per_open = opens * rates_of(plan, "sale")
    of_send = sends.open_rate * sends.delivered() * per_open[sends.campaign]
    social = [i for i, each in enumerate(plan) if each.channel == facts.SOCIAL]
    of_social = n_contacts * facts.SOCIAL_CLICK_RATE * facts.SOCIAL_SALE_RATE
    table = pd.DataFrame(
        {
            "campaign": np.concatenate([sends.campaign, letters.campaign, social]),
            "arm": np.concatenate([sends.arm, letters.arm, np.full(len(social), NO_ARM)]),
            "n_expected": np.concatenate(
                [
                    of_send * voucher_factors(sends.arm),
                    facts.MAIL_SALE_RATES[letters.arm] * letters.arrived,
                    np.full(len(social), of_social),
                ]
            ),
        }
    ).astype({"campaign": "int64", "arm": "int64"})
    return table.groupby(["campaign", "arm"])["n_expected"].sum().reset_index()
