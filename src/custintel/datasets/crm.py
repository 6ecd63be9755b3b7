"""A business school's CRM, simulated, with the truth about what is planted in it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_type
from custintel._text import translate as _
from custintel.datasets._crm_calendar import instants
from custintel.datasets._crm_coaches import draw_coaches, draw_ratings
from custintel.datasets._crm_companies import draw_companies
from custintel.datasets._crm_enrolments import Enrolments, draw_enrolments
from custintel.datasets._crm_facts import LAST_DAY, products
from custintel.datasets._crm_habits import draw_habits
from custintel.datasets._crm_lines import as_transactions, draw_orders, draw_refunds, with_coaching
from custintel.datasets._crm_people import customer_ids, customers_table, draw_people, listed
from custintel.datasets._crm_spend import draw_spend
from custintel.datasets._crm_truth import CrmTruth, truth
from custintel.datasets._random import seed_of

# Each table is drawn from a stream of its own: what is added later at the end of this list
# leaves the others as they are.
_STREAMS = "companies people enrolments customers orders coaches ratings spend habits".split()


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedCrm:
    """The tables of a simulated CRM, and the truth about what is planted in them.

    Parameters
    ----------
    accounts : DataFrame
        Companies: ``account_id``, ``account_name``, ``parent_account_id``, ``industry``,
        ``country``, ``n_employees``.
    customers : DataFrame
        People: ``customer_id``, ``account_id`` (missing for those without a company),
        ``first_name``, ``last_name``, ``email``, ``city``, ``country``, ``job_function``,
        ``job_level``, ``email_opt_out``, ``created_at``.
    products : DataFrame
        Programmes and coaching: ``product_id``, ``product_name``, ``category``,
        ``launched_at``, ``unit_price``.
    transactions : DataFrame
        Order lines: ``order_id``, ``line_id``, ``customer_id``, ``ordered_at``,
        ``product_id``, ``category``, ``channel``, ``quantity``, ``revenue``, ``cost``,
        ``discount``, ``currency``, ``partner_id`` (the coach), ``campaign_id``.
    ratings : DataFrame
        Participants' answers: ``response_id``, ``customer_id``, ``order_id``,
        ``product_id``, ``partner_id``, ``answered_at``, ``score`` (1 to 10).
    spend : DataFrame
        Marketing: ``spent_on`` (first day of a month), ``channel``, ``cost``.
    as_of : Timestamp
        Last day of the export, the whole of which is observed.
    truth : CrmTruth
        The planted facts.

    Examples
    --------
    >>> crm = simulate_crm(20, random_state=1)
    >>> crm.as_of
    Timestamp('2024-12-31 00:00:00')
    """

    accounts: pd.DataFrame
    customers: pd.DataFrame
    products: pd.DataFrame
    transactions: pd.DataFrame
    ratings: pd.DataFrame
    spend: pd.DataFrame
    as_of: pd.Timestamp
    truth: CrmTruth


def simulate_crm(n_accounts: int = 200, *, random_state: int | np.random.Generator) -> SimulatedCrm:
    """Draw the CRM of a business school that sells open programmes to companies.

    Three years, 2022 to 2024, of twelve programmes in four categories, and of coaching that
    is sold with some of them in the same order. People come from companies, of which a few
    are large and some belong to others; they take a programme, then perhaps another. The
    school, its programmes, companies and people are invented. What is planted:

    - people differ: each has a pace of his or her own, and an own probability to leave after
      an enrolment, so that models of purchases have something to find;
    - each programme leads to another, which more than half of the next enrolments are for;
    - three companies in ten send their people first to a favourite category;
    - each programme sells above average through one channel;
    - coaching goes with programmes on leadership;
    - coaches differ in quality, and some teach too little for their average to show it;
    - discounts and marketing cost differ by channel, seasons by month, and growth wanes;
    - a few enrolments are free, a few are cancelled, two programmes are launched on the way.

    The transitions hold between programmes: leave out coaching (category ``Services``) to
    find them unmixed. Many people came before the export begins, as ``created_at`` says.

    Parameters
    ----------
    n_accounts : int, default=200
        Number of companies, 1 or more. Each adds about 25 order lines.
    random_state : int or numpy.random.Generator
        The same number gives the same tables.

    Returns
    -------
    SimulatedCrm
        The tables, in canonical columns, and the truth.

    Raises
    ------
    ValueError
        If `n_accounts` is below 1, or `random_state` below 0.

    Examples
    --------
    >>> crm = simulate_crm(50, random_state=1)
    >>> len(crm.accounts), len(crm.products), crm.transactions["category"].nunique()
    (50, 13, 5)
    >>> leads_to = crm.truth.transitions.query("product_id == 'P01' and probability > 0.5")
    >>> leads_to["next_product_id"].tolist()
    ['P02']
    """
    require_type(n_accounts, (int, np.integer), name="n_accounts", what=_("a whole number"))
    if n_accounts < 1:
        raise ValueError(_("n_accounts is 1 or more: got {n}.", n=n_accounts))
    rng = _streams(seed_of(random_state))
    companies = draw_companies(n_accounts, rng["companies"])
    people = draw_people(companies, rng["people"])
    habits = draw_habits(len(people.arrival), rng["habits"])
    favourites = people.favourites(companies)
    enrolments = draw_enrolments(people.arrival, favourites, habits, rng["enrolments"])
    is_listed = listed(people, enrolments, rng["customers"])
    customers = customers_table(people, is_listed, companies, rng["customers"])
    coaches = draw_coaches(rng["coaches"])
    orders = draw_orders(
        _ids_of(enrolments, is_listed),
        instants(enrolments.even_day, rng["orders"]),
        enrolments.programme,
        rng["orders"],
    )
    lines = orders.lines(coaches.ids(), rng["orders"])
    coaching = with_coaching(lines, rng["orders"])
    refunds = draw_refunds(lines, rng["orders"])
    attended = ~lines["order_id"].isin(refunds["order_id"]).to_numpy()
    return SimulatedCrm(
        accounts=companies.table,
        customers=customers,
        products=products(),
        transactions=as_transactions([lines, coaching, refunds]),
        ratings=draw_ratings(lines[attended], orders.coach[attended], coaches, rng["ratings"]),
        spend=draw_spend(lines, rng["spend"]),
        as_of=LAST_DAY,
        truth=truth(companies, coaches, habits.truth(is_listed, customers["customer_id"])),
    )


def _streams(seed: int) -> dict[str, np.random.Generator]:
    return {
        name: np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        for number, name in enumerate(_STREAMS)
    }


def _ids_of(enrolments: Enrolments, is_listed: "np.typing.NDArray[np.bool_]") -> pd.Series:
    place = np.cumsum(is_listed) - 1
    return customer_ids(int(is_listed.sum())).take(place[enrolments.person])
