"""Calls of Cool Pool's customer service: follow-ups a month after the purchase, and incoming ones.

Canonical columns, for there is no builder of these tables yet.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel.datasets import _cool_pool_facts as facts
from custintel.datasets._cool_pool_funnel import customer_ids
from custintel.datasets._cool_pool_texts import N_DAYS, numbered

Instants = NDArray[np.datetime64]

_OPENS, _CLOSES = 9 * 3600, 18 * 3600
_INBOUND_FROM = 100  # day of the year: by then the first Beamers float
_MEAN_WAIT, _MEAN_TALK = 45.0, 240.0  # seconds


def calls_table(buyers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return all calls in the order of time."""
    calls = pd.concat([_follow_ups(buyers, rng), _inbound(buyers, rng)], ignore_index=True)
    calls = calls.sort_values(["opened_at", "household", "reason"], ignore_index=True)
    calls.insert(0, "call_id", numbered("T", len(calls), 5))
    calls.insert(1, "customer_id", customer_ids().take(calls.pop("household").to_numpy()))
    return calls


def _follow_ups(buyers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one call to each buyer a month after the purchase."""
    bought_on = facts.FIRST_DAY + pd.to_timedelta(buyers["day"], unit="D")
    due_on = bought_on + pd.DateOffset(months=facts.CALLED_AFTER_MONTHS)
    due = buyers[due_on <= facts.AS_OF]
    days = due_on[due.index].to_numpy().astype("datetime64[us]")
    answers = rng.random(len(due)) < facts.ANSWERED_RATE
    return _drawn(due["household"].to_numpy(), days, answers, "outbound", "follow-up", rng)


def _inbound(buyers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the calls of customers."""
    n_by_day = rng.poisson(facts.INBOUND_PER_DAY, N_DAYS - _INBOUND_FROM)
    day = np.repeat(np.arange(_INBOUND_FROM, N_DAYS), n_by_day)
    start = facts.FIRST_DAY.to_datetime64().astype("datetime64[us]")
    days = start + day.astype("timedelta64[D]")
    answers = rng.random(len(day)) >= facts.ABANDONED_RATE
    # Whoever calls has bought by then: positions of buyers are in the order of their purchases.
    n_buyers = np.searchsorted(buyers["day"].to_numpy(), day)
    who = np.floor(rng.random(len(day)) * np.maximum(n_buyers, 1)).astype(np.intp)
    reason = pd.Index(facts.REASONS).take(
        rng.choice(len(facts.REASONS), len(day), p=facts.REASON_SHARES)
    )
    return _drawn(buyers["household"].to_numpy()[who], days, answers, "inbound", reason, rng)


def _drawn(
    household: NDArray[np.int64],
    days: Instants,
    answers: NDArray[np.bool_],
    direction: str,
    reason: Any,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(household)
    opened_at = days + rng.integers(_OPENS, _CLOSES, n).astype("timedelta64[s]")
    met_at = opened_at + np.floor(5 + rng.exponential(_MEAN_WAIT, n)).astype("timedelta64[s]")
    talk = np.floor(30 + rng.exponential(_MEAN_TALK, n)).astype("timedelta64[s]")
    never = np.datetime64("NaT", "us")
    is_abandoned = ~answers & (direction == "inbound")
    return pd.DataFrame(
        {
            "household": household,
            "agent_id": pd.Index(facts.AGENTS).take(rng.integers(0, len(facts.AGENTS), n)),
            "direction": direction,
            "opened_at": opened_at,
            "answered_at": np.where(answers, met_at, never),
            "abandoned_at": np.where(is_abandoned, met_at, never),
            "closed_at": np.where(answers, met_at + talk, met_at),
            "reason": reason,
            "channel": "telephone",
            "product_id": facts.BEAMER,
            "cost": facts.COST_PER_CALL,
        }
    )


def answered_follow_ups(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the follow-up calls that customers answered."""
    is_met = (calls["reason"] == "follow-up") & calls["answered_at"].notna()
    return calls[is_met].reset_index(drop=True)


def surveys_table(calls: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the answers to the questions of the follow-up calls that were answered."""
    met = answered_follow_ups(calls)
    n_questions = len(facts.QUESTIONS)
    felt = rng.normal(facts.MEAN_SCORES, facts.SCORE_SPREAD, (len(met), n_questions)).ravel()
    asked_at = np.repeat(met["answered_at"].to_numpy(), n_questions)
    return pd.DataFrame(
        {
            "response_id": numbered("R", len(felt), 5),
            "customer_id": met["customer_id"].repeat(n_questions).reset_index(drop=True),
            "survey_id": "follow-up",
            "purpose": "satisfaction",
            "sent_at": asked_at,
            "answered_at": asked_at,
            "question": list(facts.QUESTIONS) * len(met),
            "scale_min": facts.LOWEST_SCORE,
            "scale_max": facts.HIGHEST_SCORE,
            "score": np.clip(np.rint(felt), facts.LOWEST_SCORE, facts.HIGHEST_SCORE),
        }
    )


def cross_sold(calls: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return who buys a hand skimmer when called: ``household`` and ``day`` of the year."""
    met = answered_follow_ups(calls)
    buys = met[rng.random(len(met)) < facts.CROSS_SELL_RATE]
    day = (buys["opened_at"].dt.normalize() - facts.FIRST_DAY).dt.days
    household = customer_ids().get_indexer(pd.Index(buys["customer_id"]))
    return pd.DataFrame({"household": household, "day": day.to_numpy(dtype="int64")})
