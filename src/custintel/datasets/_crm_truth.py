"""The truth about the simulated CRM, as tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel.datasets import _crm_facts as facts
from custintel.datasets._crm_coaches import Coaches
from custintel.datasets._crm_companies import Companies


@dataclass(frozen=True, slots=True, eq=False)
class CrmTruth:
    """The planted facts of a simulated CRM.

    Parameters
    ----------
    all_on_offer_from : Timestamp
        Day of the last launch. Before it, programmes that are not there yet are left out
        of the choice, in proportion.
    transitions : DataFrame
        Among enrolments in a further programme: ``product_id`` of the one before,
        ``next_product_id``, ``probability``.
    repeat_rate : float
        Probability that another enrolment ever follows the first one, over all people.
    habits : DataFrame
        How people differ: ``parameter`` (``r`` and ``alpha``, in days, of the gamma
        distribution of their pace; ``a`` and ``b`` of the beta distribution of the probability
        to leave after an enrolment), as `models.ModifiedBetaGeoModel` names them, and ``value``.
    people : DataFrame
        ``customer_id``, ``enrolments_per_year`` as long as the person comes, apart from the
        week that always lies between two, ``leaving_rate``: the probability, after each
        enrolment, that it is the last.
    first_programmes : DataFrame
        Choice of a person's first programme: ``favourite_category`` of the company
        (missing: none), ``product_id``, ``probability``.
    accounts : DataFrame
        ``account_id``, its expected ``share`` of the people of all companies,
        ``favourite_category`` (missing: none).
    channels : DataFrame
        ``product_id``, ``channel``, ``probability``; of programmes, not of coaching.
    attach_rates : DataFrame
        ``category``, ``probability`` that coaching is sold with a programme of it.
    discounts : DataFrame
        ``channel``, ``probability`` of a discount of 10, 15 or 20 %.
    costs_per_order : DataFrame
        ``channel``, ``cost`` of marketing per programme ordered.
    coaches : DataFrame
        ``partner_id``, ``category``, its ``share`` of the enrolments in the category,
        ``mean_score`` that its ratings have in the long run.
    months : DataFrame
        ``month`` (first day), expected ``share`` of the enrolments of the three years.
    free_rate : float
        Share of enrolments that cost nothing.
    refund_rate : float
        Share of the paid enrolments that are cancelled, within 40 days.

    Examples
    --------
    >>> from custintel.datasets import simulate_crm
    >>> simulate_crm(5, random_state=1).truth.repeat_rate
    0.6
    """

    all_on_offer_from: pd.Timestamp
    transitions: pd.DataFrame
    repeat_rate: float
    habits: pd.DataFrame
    people: pd.DataFrame
    first_programmes: pd.DataFrame
    accounts: pd.DataFrame
    channels: pd.DataFrame
    attach_rates: pd.DataFrame
    discounts: pd.DataFrame
    costs_per_order: pd.DataFrame
    coaches: pd.DataFrame
    months: pd.DataFrame
    free_rate: float
    refund_rate: float


def truth(companies: Companies, coaches: Coaches, people: pd.DataFrame) -> CrmTruth:
    """Return the planted facts: most are the same in every simulation."""
    programmes = [each.product_id for each in facts.PROGRAMMES]
    first_days = pd.date_range(facts.FIRST_DAY, facts.LAST_DAY, freq="MS")
    day = facts.launches()[-1]
    transitions = _long(
        facts.transition_shares(day), product_id=programmes, next_product_id=programmes
    )
    return CrmTruth(
        all_on_offer_from=day,
        transitions=transitions[transitions["probability"] > 0].reset_index(drop=True),
        repeat_rate=facts.REPEAT_RATE,
        habits=_habits(),
        people=people,
        first_programmes=_long(
            facts.first_shares(day),
            favourite_category=[None, *facts.CATEGORIES],
            product_id=programmes,
        ),
        accounts=companies.truth(),
        channels=_long(facts.channel_shares(), product_id=programmes, channel=list(facts.CHANNELS)),
        attach_rates=pd.DataFrame(
            {"category": facts.CATEGORIES, "probability": facts.ATTACH_RATES}
        ),
        discounts=pd.DataFrame({"channel": facts.CHANNELS, "probability": facts.DISCOUNT_RATES}),
        costs_per_order=pd.DataFrame({"channel": facts.CHANNELS, "cost": facts.COST_PER_ORDER}),
        coaches=coaches.truth(),
        months=pd.DataFrame({"month": first_days, "share": facts.month_shares()}),
        free_rate=facts.FREE_RATE,
        refund_rate=facts.REFUND_RATE,
    )


def _habits() -> pd.DataFrame:
    values = {
        "r": facts.PACE_R,
        "alpha": facts.PACE_ALPHA,
        "a": facts.LEAVING_A,
        "b": facts.LEAVING_B,
    }
    return pd.DataFrame({"parameter": values.keys(), "value": values.values()})


def _long(shares: Floats, **labels: list[str] | list[str | None]) -> pd.DataFrame:
    """Return a matrix as one row per cell, with the labels of its row and column."""
    rows, columns = labels
    n_rows, n_columns = shares.shape
    return pd.DataFrame(
        {
            rows: np.repeat(np.array(labels[rows], dtype=object), n_columns),
            columns: np.tile(np.array(labels[columns], dtype=object), n_rows),
            "probability": shares.ravel(),
        }
    ).infer_objects()
