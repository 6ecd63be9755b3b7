"""From the mailing to the sale: who answers, becomes a lead, is qualified, pitched to and buys."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel.datasets import _cool_pool_facts as facts
from custintel.datasets._cool_pool_texts import N_DAYS, amounts_written, days_written, numbered

Positions = NDArray[np.int64]

_BATCHES = 5  # days over which the mailing goes out
_FIRST_BATCH = (facts.LAUNCHED_ON - facts.FIRST_DAY).days
_ANSWER_SHAPE, _ANSWER_SCALE, _POST_DAYS = 2.0, 6.0, 2
_ADVERTISED_DAYS = 60
_STATUSES = ("New", "Qualified", "Contacted", "Converted", "Disqualified")


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """One row per household that asks for information, and how far it goes; days from 0."""

    household: Positions  # position; readers of magazines come after the households mailed
    campaign: Positions
    asked: Positions
    is_lead: NDArray[np.bool_]
    is_qualified: NDArray[np.bool_]
    is_pitched: NDArray[np.bool_]
    is_sold: NDArray[np.bool_]
    entered: Positions  # day on which it became a lead
    qualified: Positions
    sold: Positions
    representative: Positions


def customer_ids() -> pd.Index:
    """Return the ids of all households: those mailed, readers of magazines, other buyers."""
    return numbered("H", facts.N_MAILED + facts.N_READERS + facts.N_OTHER_BUYERS)


def households_table(rng: np.random.Generator) -> pd.DataFrame:
    """Return the mailing list as the firm bought it."""
    incomes = np.arange(facts.LEAST_INCOME, facts.MOST_INCOME + 1, 1000)
    zip_codes = pd.Index([f"{each:05d}" for each in range(33_101, 33_201)])
    return pd.DataFrame(
        {
            "Customer ID": customer_ids()[: facts.N_MAILED],
            "Household Income": pd.Index(incomes.astype(str), dtype=object).take(
                rng.integers(0, len(incomes), facts.N_MAILED)
            ),
            "ZIP": zip_codes.take(rng.integers(0, len(zip_codes), facts.N_MAILED)),
        }
    )


def returned_pieces(rng: np.random.Generator) -> Positions:
    """Draw the households whose piece comes back."""
    return np.sort(rng.permutation(facts.N_MAILED)[: facts.N_RETURNED])


def draw_funnel(returned: Positions, rng: np.random.Generator) -> Funnel:
    """Draw who answers: exactly the planted share of the mailing, and readers of magazines."""
    arrived = np.setdiff1d(np.arange(facts.N_MAILED), returned)
    n_answers = round(facts.RESPONSE_RATE * facts.N_MAILED)
    answering = np.sort(rng.permutation(arrived)[:n_answers])
    readers = facts.N_MAILED + np.arange(facts.N_READERS)
    delay = _POST_DAYS + np.floor(rng.gamma(_ANSWER_SHAPE, _ANSWER_SCALE, n_answers))
    advertised = _FIRST_BATCH + 7 + rng.integers(0, _ADVERTISED_DAYS, facts.N_READERS)
    asked = np.concatenate([mailed_on(answering) + delay.astype(np.int64), advertised])
    n = len(asked)
    is_lead = rng.random(n) < facts.LEAD_RATE
    is_qualified = is_lead & (rng.random(n) < facts.QUALIFIED_RATE)
    is_pitched = is_qualified & (rng.random(n) < facts.PITCHED_RATE)
    is_sold = is_pitched & (rng.random(n) < facts.CONVERTED_RATE)
    entered = asked + rng.integers(0, 2, n)
    qualified = entered + rng.integers(1, 11, n)
    shares = facts.REPRESENTATIVE_SHARES
    return Funnel(
        household=np.concatenate([answering, readers]),
        campaign=np.repeat([0, 1], [n_answers, facts.N_READERS]),
        asked=asked,
        is_lead=is_lead,
        is_qualified=is_qualified,
        is_pitched=is_pitched,
        is_sold=is_sold,
        entered=entered,
        qualified=qualified,
        sold=qualified + rng.integers(2, 22, n),
        representative=rng.choice(len(shares), n, p=shares),
    )


def mailed_on(household: Positions) -> Positions:
    """Return the day on which each household's piece was mailed."""
    return np.asarray(_FIRST_BATCH + household * _BATCHES // facts.N_MAILED)


def events_table(returned: Positions, funnel: Funnel, rng: np.random.Generator) -> pd.DataFrame:
    """Return the campaign history as exported: pieces sent and returned, answers, leads, sales."""
    mailed = np.arange(facts.N_MAILED)
    back = mailed_on(returned) + rng.integers(5, 20, len(returned))
    lead, sold = funnel.is_lead, funnel.is_sold
    parts = [
        _part("Sent", 0, mailed, mailed_on(mailed)),
        _part("Returned mail", 0, returned, back),
        _part("Information request", funnel.campaign, funnel.household, funnel.asked),
        _part("Lead", funnel.campaign[lead], funnel.household[lead], funnel.entered[lead]),
        _part("Sale", funnel.campaign[sold], funnel.household[sold], funnel.sold[sold]),
    ]
    log = pd.concat(parts, ignore_index=True).sort_values("day", kind="stable", ignore_index=True)
    is_sale = log["event"] == "Sale"
    price = amounts_written(facts.PRICES[:1])[0]
    return pd.DataFrame(
        {
            "Campaign ID": pd.Index(facts.CAMPAIGNS).take(log["campaign"].to_numpy()),
            "Customer ID": customer_ids().take(log["household"].to_numpy()),
            "Event": log["event"],
            "Event Date": days_written(log["day"].to_numpy()),
            "Amount": np.where(is_sale, price, ""),
        }
    )


def _part(
    event: str, campaign: Positions | int, household: Positions, day: Positions
) -> pd.DataFrame:
    columns = {"campaign": campaign, "household": household, "day": day}
    return pd.DataFrame({"event": event} | columns)


def leads_table(funnel: Funnel) -> pd.DataFrame:
    """Return the leads as exported, in the order in which they were entered."""
    rows = np.flatnonzero(funnel.is_lead)
    rows = rows[np.argsort(funnel.entered[rows], kind="stable")]
    qualified, sold = funnel.is_qualified[rows], funnel.is_sold[rows]
    steps = qualified.astype(int) + funnel.is_pitched[rows] + sold
    # Telemarketing looks at every lead: one that it does not qualify is none of the others.
    status = np.where(steps == 0, _STATUSES.index("Disqualified"), steps)
    return pd.DataFrame(
        {
            "Lead ID": numbered("L", len(rows), 5),
            "Customer ID": customer_ids().take(funnel.household[rows]),
            "Campaign ID": pd.Index(facts.CAMPAIGNS).take(funnel.campaign[rows]),
            "Lead Source": pd.Index(["Direct mail", "Magazine"]).take(funnel.campaign[rows]),
            "Lead Owner": pd.Index(facts.REPRESENTATIVES).take(funnel.representative[rows]),
            "Lead Status": pd.Index(_STATUSES).take(status),
            "Created Date": days_written(funnel.entered[rows]),
            "Qualified Date": days_written(np.where(qualified, funnel.qualified[rows], -1)),
            "Converted Date": days_written(np.where(sold, funnel.sold[rows], -1)),
        }
    )


def buyers_table(funnel: Funnel, rng: np.random.Generator) -> pd.DataFrame:
    """Return who buys a Beamer: ``household``, ``campaign`` (-1: none), ``day``, ``seller``."""
    sold = funnel.is_sold
    others = facts.N_MAILED + facts.N_READERS + np.arange(facts.N_OTHER_BUYERS)
    days = rng.integers(_FIRST_BATCH + 7, N_DAYS - 30, facts.N_OTHER_BUYERS)
    table = pd.DataFrame(
        {
            "household": np.concatenate([funnel.household[sold], others]),
            "campaign": np.concatenate([funnel.campaign[sold], np.full(len(others), -1)]),
            "day": np.concatenate([funnel.sold[sold], days]),
            "seller": np.concatenate([funnel.representative[sold], np.full(len(others), -1)]),
        }
    )
    return table.sort_values(["day", "household"], ignore_index=True)
