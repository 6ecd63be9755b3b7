"""What contacts and programs do with what was sent: the rows of the table of events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets import _campaign_facts as facts
from custintel.datasets._campaign_calendar import Planned, campaign_ids
from custintel.datasets._campaign_people import Contacts, customer_ids
from custintel.datasets._campaign_sends import HARD, NO_ARM, NOT_BOUNCED, Sends
from custintel.schemas.event_words import EVENTS

Instants = NDArray[np.datetime64]
Positions = NDArray[np.intp]

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_SENDING = 20 * _MINUTE  # a campaign goes out within so long
_OPENED_WITHIN, _READ_AGAIN_WITHIN = 6 * _DAY, 10 * _DAY
_MEAN_DELAY = 8 * _HOUR  # of the first opening
_LEAVES_WITHIN = 20 * _MINUTE  # who unsubscribes opens so soon, before anything else is sent
_UNSAID = {
    **{"arm": NO_ARM, "bounce": NOT_BOUNCED, "is_machine": 0, "link": -1, "reason": -1},
    "revenue": np.nan,
}


@dataclass(slots=True, eq=False)
class EventLog:
    """Events as they are drawn, one part after the other."""

    n_contacts: int
    plan: list[Planned]
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self, event: str, campaign: Positions, contact: Positions, at: Instants, **more: object
    ) -> None:
        """Add events of one kind; `more` are positions or values of further columns."""
        columns = {"campaign": campaign, "contact": contact, "occurred_at": at} | _UNSAID | more
        self.parts.append(pd.DataFrame({"event": np.full(len(at), EVENTS.index(event))} | columns))

    def add_sales(self, purchases: pd.DataFrame, revenue: pd.Series) -> None:
        """Add the purchases that are credited to a campaign."""
        is_credited = (purchases["credited"] >= 0).to_numpy()
        sales = purchases[is_credited]
        self.add(
            "sale",
            sales["credited"].to_numpy(),
            sales["contact"].to_numpy(),
            sales["at"].to_numpy(),
            arm=sales["credited_arm"].to_numpy(),
            revenue=revenue[is_credited].to_numpy(),
        )

    def table(self) -> pd.DataFrame:
        """Return the canonical table of the events of the year, in the order of time."""
        # Without a single event an empty part still says what the columns are.
        parts = [part for part in self.parts if len(part)] or self.parts[:1]
        log = pd.concat(parts, ignore_index=True)
        log = log[log["occurred_at"] < facts.LAST_DAY + pd.Timedelta(days=1)]
        log = log.sort_values(["occurred_at", "campaign", "contact", "event"], ignore_index=True)
        return pd.DataFrame(
            {
                "event_id": "E" + pd.Series(np.arange(1, len(log) + 1)).astype(str).str.zfill(7),
                "campaign_id": _named(campaign_ids(len(self.plan)), log["campaign"]),
                "customer_id": _named(customer_ids(self.n_contacts), log["contact"]),
                "arm": _named([*facts.ARMS, None], log["arm"]),
                "event": _named(EVENTS, log["event"]),
                "occurred_at": log["occurred_at"],
                "bounce_type": _named([None, "soft", "hard"], log["bounce"]),
                "is_machine": log["is_machine"].astype(bool).astype("boolean"),
                "link": _named([*facts.LINKS, None], log["link"]),
                "reason": _named([*facts.REASONS, None], log["reason"]),
                "revenue": log["revenue"],
                "currency": facts.CURRENCY,
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class Clicks:
    """The first click of each contact who clicked on what was sent."""

    campaign: Positions
    contact: Positions
    arm: Positions
    at: Instants

    def table(self) -> pd.DataFrame:
        """Return the clicks as a table."""
        columns = {"contact": self.contact, "at": self.at}
        return pd.DataFrame({**columns, "campaign": self.campaign, "arm": self.arm})


def log_sends(sends: Sends, contacts: Contacts, log: EventLog, rng: np.random.Generator) -> Clicks:
    """Draw what becomes of e-mails, up to the clicks of people."""
    hour = np.array([each.hour for each in log.plan], float)[sends.campaign]
    sent_at = _after(
        _midnight(sends.day), hour * _HOUR + np.floor(rng.random(len(sends.day)) * _SENDING)
    )
    whole = np.ones(len(sends.day), bool)
    _add(log, "sent", sends, whole, sent_at)
    came_back = sends.bounce != NOT_BOUNCED
    bounced_at = _after(sent_at, rng.integers(1, 60, len(sent_at)))
    _add(log, "bounced", sends, came_back, bounced_at, bounce=sends.bounce[came_back])
    delivered_at = _after(sent_at, rng.integers(1, 60, len(sent_at)))
    _add(log, "delivered", sends, sends.delivered(), delivered_at)
    _log_machines(sends, contacts, delivered_at, log, rng)
    opened_at = _log_openings(sends, delivered_at, log, rng)
    _log_leaving(sends, opened_at, log, rng)
    return _log_clicks(sends, opened_at, log, rng)


def log_outcomes(
    clicks: Clicks,
    rates: dict[str, Floats],
    log: EventLog,
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """Draw requests and leads after clicks, and return which clicks lead to a sale.

    `rates` are those of each campaign: ``information_request``, ``lead`` and ``sale``, the
    last of each click.
    """
    n = len(clicks.at)
    for event, mean in (("information_request", 10 * _MINUTE), ("lead", 4 * _HOUR)):
        hits = rng.random(n) < rates[event][clicks.campaign]
        at = _after(clicks.at, np.floor(rng.exponential(mean, n)) + 30)
        log.add(event, clicks.campaign[hits], clicks.contact[hits], at[hits], arm=clicks.arm[hits])
    return np.asarray(rng.random(n) < rates["sale"])


def log_letters(
    number: int, contact: Positions, arm: Positions, log: EventLog, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw what becomes of the letters of a mailing; returns which of them arrive.

    The post tells what comes back, not what arrives: there are no deliveries in the log.
    """
    n, campaign = len(contact), np.full(len(contact), number)
    day = _midnight(np.full(n, log.plan[number].day()))
    log.add("sent", campaign, contact, _after(day, np.full(n, 12 * _HOUR)), arm=arm)
    is_returned = rng.random(n) < facts.RETURNED_RATE
    at = _after(day, rng.integers(5, 12, n) * _DAY + 10 * _HOUR)
    back = {"arm": arm[is_returned], "bounce": HARD}
    log.add("bounced", campaign[is_returned], contact[is_returned], at[is_returned], **back)
    rates = {
        "information_request": facts.MAIL_INFORMATION_REQUEST_RATE,
        "lead": facts.MAIL_LEAD_RATE,
    }
    for event, rate in rates.items():
        hits = ~is_returned & (rng.random(n) < rate)
        seconds = rng.integers(3, 14, n) * _DAY + np.floor(rng.uniform(9, 18, n) * _HOUR)
        log.add(event, campaign[hits], contact[hits], _after(day, seconds)[hits], arm=arm[hits])
    return ~is_returned


def _add(
    log: EventLog,
    event: str,
    sends: Sends,
    rows: NDArray[np.bool_] | Positions,
    at: Instants,
    **more: object,
) -> None:
    """Add events of some of the e-mails; `at` has one instant for each e-mail."""
    arm = sends.arm[rows]
    log.add(event, sends.campaign[rows], sends.contact[rows], at[rows], arm=arm, **more)


def _log_machines(
    sends: Sends,
    contacts: Contacts,
    delivered_at: Instants,
    log: EventLog,
    rng: np.random.Generator,
) -> None:
    n = len(sends.day)
    is_protected = contacts.is_protected[sends.contact] & sends.delivered()
    opens = is_protected & (rng.random(n) < facts.MACHINE_OPEN_RATE)
    at = _after(delivered_at, rng.integers(10, 1800, n))
    _add(log, "opened", sends, opens, at, is_machine=1)
    follows = sends.delivered() & (rng.random(n) < facts.MACHINE_CLICK_RATE)
    at = _after(delivered_at, rng.integers(1, 30, n))
    _add(log, "clicked", sends, follows, at, is_machine=1, link=0)


def _log_openings(
    sends: Sends, delivered_at: Instants, log: EventLog, rng: np.random.Generator
) -> Instants:
    """Add the openings by people; returns the instant of each e-mail's first one."""
    n = len(sends.day)
    delay = np.minimum(np.floor(rng.exponential(_MEAN_DELAY, n)) + 30, _OPENED_WITHIN)
    soon = np.floor(rng.uniform(_MINUTE, _LEAVES_WITHIN, n))
    leaves = sends.unsubscribed | sends.complained
    opened_at = _after(delivered_at, np.where(leaves, soon, delay))
    _add(log, "opened", sends, sends.opened, opened_at)
    again = np.flatnonzero(sends.opened)
    again = np.repeat(again, rng.poisson(facts.FURTHER_OPENS, len(again)))
    later = np.floor(rng.uniform(_MINUTE, _READ_AGAIN_WITHIN, len(again)))
    log.add(
        "opened",
        sends.campaign[again],
        sends.contact[again],
        _after(opened_at[again], later),
        arm=sends.arm[again],
    )
    return opened_at


def _log_leaving(
    sends: Sends, opened_at: Instants, log: EventLog, rng: np.random.Generator
) -> None:
    n = len(sends.day)
    at = _after(opened_at, rng.integers(10, 300, n))
    reason = rng.choice(len(facts.REASONS), n, p=facts.REASON_SHARES)
    left = sends.unsubscribed
    _add(log, "unsubscribed", sends, left, at, reason=reason[left])
    _add(log, "complained", sends, sends.complained, at)


def _log_clicks(
    sends: Sends, opened_at: Instants, log: EventLog, rng: np.random.Generator
) -> Clicks:
    of_type = [
        each.email_type().click_to_open_rate if each.channel == facts.EMAIL else 0.0
        for each in log.plan
    ]
    hits = sends.opened & (rng.random(len(sends.day)) < np.array(of_type)[sends.campaign])
    first = np.flatnonzero(hits)
    first_at = _after(opened_at[first], rng.integers(3, 300, len(first)))
    which = np.repeat(np.arange(len(first)), 1 + rng.poisson(facts.FURTHER_CLICKS, len(first)))
    is_first = np.append(True, which[1:] != which[:-1])[: len(which)]
    later = np.where(is_first, 0, rng.integers(5, 600, len(which)))
    log.add(
        "clicked",
        sends.campaign[first][which],
        sends.contact[first][which],
        _after(first_at[which], later),
        arm=sends.arm[first][which],
        link=rng.choice(len(facts.LINKS), len(which), p=facts.LINK_SHARES),
    )
    return Clicks(sends.campaign[first], sends.contact[first], sends.arm[first], first_at)


def _midnight(day: Positions) -> Instants:
    start = facts.FIRST_DAY.to_datetime64().astype("datetime64[us]")
    return np.asarray(start + day.astype("timedelta64[D]"))


def _after(at: Instants, seconds: NDArray[Any]) -> Instants:
    return np.asarray(at + seconds.astype("timedelta64[s]"))


def _named(names: Sequence[str | None] | pd.Index, codes: pd.Series) -> pd.Series:
    """Return the name at each position; -1 is the last one, which stands for none."""
    return pd.Series(names).take(codes.to_numpy()).reset_index(drop=True)
