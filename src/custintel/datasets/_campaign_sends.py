"""Who is written to on which day, and what decides whether they are written to again.

Campaigns follow one another: whom one is sent to depends on who unsubscribed, complained or
bounced before, and openings depend on how much was sent in the days before.
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets import _campaign_facts as facts
from custintel.datasets._campaign_calendar import Planned
from custintel.datasets._campaign_people import Contacts

NO_ARM = -1
NOT_BOUNCED, SOFT, HARD = 0, 1, 2
OBSERVED, OPT_OUT, UNSUBSCRIBED, COMPLAINED, BOUNCED = range(5)
REFUSALS = (None, "opt_out", "unsubscribed", "complained", "hard_bounce")
_EXPERIMENT = "complementary_offer"
_SURVEY_AFTER = 14  # days after a purchase


@dataclass(frozen=True, slots=True, eq=False)
class Sends:
    """One row per e-mail sent, in the order of days."""

    campaign: NDArray[np.intp]
    contact: NDArray[np.intp]
    day: NDArray[np.intp]
    pressure: NDArray[np.intp]  # e-mails sent to the contact in the 30 days before
    arm: NDArray[np.intp]
    bounce: NDArray[np.intp]
    open_rate: Floats  # what the opening was drawn with
    opened: NDArray[np.bool_]
    unsubscribed: NDArray[np.bool_]
    complained: NDArray[np.bool_]
    refusal: NDArray[np.intp]  # in spite of which it was sent; position in REFUSALS

    def delivered(self) -> NDArray[np.bool_]:
        """Return whether each was delivered."""
        return np.asarray(self.bounce == NOT_BOUNCED)


@dataclass(frozen=True, slots=True, eq=False)
class Mailed:
    """All e-mails of the year, who was held back from them, and where contacts stand then."""

    sends: Sends
    held_back: pd.DataFrame  # campaign, contact and day of those in the control arm
    refusal: NDArray[np.intp]  # of each contact, at the end
    bounced_on: NDArray[np.intp]  # day of each contact's hard bounce; -1: none


class _Mailing:
    """The state that passes from one campaign to the next."""

    def __init__(self, contacts: Contacts, plan: list[Planned], rng: np.random.Generator) -> None:
        n = len(contacts)
        self.contacts, self.plan, self.rng = contacts, plan, rng
        self.sent = np.zeros((facts.N_DAYS, n), dtype=np.int8)
        self.refusal = np.where(contacts.has_opted_out, OPT_OUT, OBSERVED)
        self.bounced_on = np.full(n, -1)
        self.parts: list[Sends] = []
        self.held_back: list[pd.DataFrame] = []

    def send(self, number: int, day: int, addressed: NDArray[np.intp]) -> None:
        """Send one campaign to those of `addressed` who may be written to, and a few others."""
        kind = self.plan[number].email_type()
        refusal = self._refusals(addressed, kind.is_marketing, day)
        is_ignored = self.rng.random(len(addressed)) < facts.IGNORED_REFUSAL_RATE
        goes = (refusal == OBSERVED) | is_ignored
        addressed, refusal = addressed[goes], refusal[goes]
        arm = np.full(len(addressed), NO_ARM)
        if kind.campaign_type == _EXPERIMENT:
            arm = self.rng.choice(len(facts.ARMS), len(addressed), p=facts.ARM_SHARES)
            held = addressed[arm == 0]
            part = pd.DataFrame({"campaign": number, "contact": held, "day": day})
            self.held_back.append(part)
        is_sent = arm != 0
        self._draw(number, day, addressed[is_sent], arm[is_sent], refusal[is_sent])

    def _refusals(
        self, addressed: NDArray[np.intp], is_marketing: bool, day: int
    ) -> NDArray[np.intp]:
        bounced_on = self.bounced_on[addressed]
        bounced = np.where((bounced_on >= 0) & (bounced_on < day), BOUNCED, OBSERVED)
        refused = self.refusal[addressed]
        return np.where(is_marketing & (refused != OBSERVED), refused, bounced)

    def _draw(
        self,
        number: int,
        day: int,
        contact: NDArray[np.intp],
        arm: NDArray[np.intp],
        refusal: NDArray[np.intp],
    ) -> None:
        n, rng, kind = len(contact), self.rng, self.plan[number].email_type()
        first = max(0, day - facts.FATIGUE_DAYS)
        pressure = self.sent[first:day, contact].sum(axis=0, dtype=np.intp)
        at, hard = rng.random(n), facts.HARD_BOUNCE_RATE
        hard_limit = np.where(self.bounced_on[contact] >= 0, 1.0, hard)
        is_soft = at < hard + facts.SOFT_BOUNCE_RATE
        bounce = np.where(at < hard_limit, HARD, np.where(is_soft, SOFT, NOT_BOUNCED))
        rate = kind.open_rate * facts.FATIGUE**pressure * self.contacts.engagement[contact]
        opened = (rng.random(n) < rate) & (bounce == NOT_BOUNCED)
        leaves = facts.UNSUBSCRIBE_RATE + facts.UNSUBSCRIBE_RATE_PER_SEND * pressure
        # Of those who open, so that of those who get it exactly this share does, engaged or not.
        at = rng.random(n) * rate
        unsubscribed = opened & (at < leaves) & kind.is_marketing
        complained = opened & (at > rate - facts.COMPLAINT_RATE) & kind.is_marketing
        part = Sends(
            campaign=np.full(n, number),
            contact=contact,
            day=np.full(n, day),
            pressure=pressure,
            arm=arm,
            bounce=bounce,
            open_rate=rate,
            opened=opened,
            unsubscribed=unsubscribed,
            complained=complained,
            refusal=refusal,
        )
        self._keep(part, day)

    def _keep(self, part: Sends, day: int) -> None:
        """Let what happened count for all that is sent later."""
        self.parts.append(part)
        np.add.at(self.sent[day], part.contact, 1)
        self.refusal[part.contact[part.unsubscribed]] = UNSUBSCRIBED
        self.refusal[part.contact[part.complained]] = COMPLAINED
        hard = part.contact[part.bounce == HARD]
        self.bounced_on[hard[self.bounced_on[hard] < 0]] = day


def draw_sends(
    contacts: Contacts,
    plan: list[Planned],
    ordered_on: pd.DataFrame,
    rng: np.random.Generator,
) -> Mailed:
    """Draw the e-mails of the year; `ordered_on` says which ``contact`` bought on which ``day``."""
    mailing = _Mailing(contacts, plan, rng)
    for day, number, addressed in _schedule(contacts, plan, ordered_on):
        mailing.send(number, day, addressed)
    together = {
        field.name: np.concatenate([getattr(part, field.name) for part in mailing.parts])
        for field in fields(Sends)
    }
    held_back = pd.concat(mailing.held_back, ignore_index=True)
    return Mailed(Sends(**together), held_back, mailing.refusal, mailing.bounced_on)


def _schedule(
    contacts: Contacts, plan: list[Planned], ordered_on: pd.DataFrame
) -> list[tuple[int, int, NDArray[np.intp]]]:
    """Return day, campaign and whom it addresses, in the order of days and hours."""
    everybody = pd.DataFrame({"contact": np.arange(len(contacts)), "day": contacts.birthdays()})
    days = {
        "confirmation": ordered_on,
        "birthday": everybody,
        "satisfaction_survey": ordered_on.assign(day=ordered_on["day"] + _SURVEY_AFTER),
    }
    due = []
    for number, each in enumerate(plan):
        if each.is_automatic():
            due += [(day, number, who) for day, who in _by_day(days[each.campaign_type])]
        elif each.channel == facts.EMAIL:
            addressed = np.flatnonzero(contacts.audience(each.campaign_type))
            due.append((each.day(), number, addressed))
    return sorted(due, key=lambda send: (send[0], plan[send[1]].hour, send[1]))


def _by_day(table: pd.DataFrame) -> list[tuple[int, NDArray[np.intp]]]:
    """Return the contacts of each day of the year, each once."""
    within = table[table["day"] < facts.N_DAYS].drop_duplicates().sort_values(["day", "contact"])
    days, starts = np.unique(within["day"].to_numpy(), return_index=True)
    parts = np.split(within["contact"].to_numpy(), starts[1:])
    return [(int(day), part) for day, part in zip(days, parts, strict=False)]
