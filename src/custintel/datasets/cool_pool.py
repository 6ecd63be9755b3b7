"""The course's case of a campaign from launch to decision, as exports of a small firm."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel.datasets import _cool_pool_facts as facts
from custintel.datasets._cool_pool_funnel import (
    buyers_table,
    draw_funnel,
    events_table,
    households_table,
    leads_table,
    returned_pieces,
)
from custintel.datasets._cool_pool_orders import orders_table
from custintel.datasets._cool_pool_service import calls_table, cross_sold, surveys_table
from custintel.datasets._cool_pool_texts import amounts_written
from custintel.datasets._cool_pool_visits import visits_table
from custintel.datasets._random import seed_of, streams_of

# Each table is drawn from a stream of its own: what is added later at the end of this list
# leaves the others as they are.
_STREAMS = "households funnel events buyers calls surveys orders visits".split()


@dataclass(frozen=True, slots=True, eq=False)
class CoolPool:
    """The exports of Cool Pool, Inc., and what is planted in them.

    All but the last three tables are as a CRM exports them: English headers, every cell a text,
    days as ``03/28/2024``, amounts as ``$449.00``, an empty cell for what is missing. The
    builders of `custintel.tables` read them.

    Parameters
    ----------
    campaigns : DataFrame
        Two campaigns: ``Campaign ID``, ``Campaign Name``, ``Type``, ``Objective``, ``Actual
        Cost``, ``Budgeted Cost``, ``Start Date``, ``End Date``.
    events : DataFrame
        Pieces sent and returned, information requests, leads and sales: ``Campaign ID``,
        ``Customer ID``, ``Event``, ``Event Date``, ``Amount``.
    households : DataFrame
        The mailing list: ``Customer ID``, ``Household Income``, ``ZIP``.
    leads : DataFrame
        ``Lead ID``, ``Customer ID``, ``Campaign ID``, ``Lead Source``, ``Lead Owner`` (the sales
        representative), ``Lead Status`` (Disqualified, Qualified, Contacted, Converted),
        ``Created Date``, ``Qualified Date``, ``Converted Date``.
    orders : DataFrame
        ``Order Number``, ``Line``, ``Customer ID``, ``Order Date``, ``Product Code``,
        ``Category``, ``Quantity``, ``Amount``, ``Cost`` (of the goods), ``Campaign ID``,
        ``Sales Rep``.
    products : DataFrame
        ``Product Code``, ``Product Name``, ``Category``, ``Unit Price``, ``Unit Cost``.
    costs : DataFrame
        What the campaigns cost, by kind: ``Campaign ID``, ``Cost Type``, ``Date``, ``Amount``.
    calls : DataFrame
        Typed: ``call_id``, ``customer_id``, ``agent_id``, ``direction``, ``opened_at``,
        ``answered_at``, ``abandoned_at``, ``closed_at``, ``reason``, ``channel``,
        ``product_id``, ``cost``.
    surveys : DataFrame
        Typed, one row per question: ``response_id``, ``customer_id``, ``survey_id``,
        ``purpose``, ``sent_at``, ``answered_at``, ``question``, ``scale_min``, ``scale_max``,
        ``score``.
    visits : DataFrame
        Typed: ``week`` (its Monday), ``n_visits`` of the website.
    annual_budget : float
        Marketing budget of the year, in US dollars.
    as_of : Timestamp
        Last day of the exports, the whole of which is observed.
    facts : DataFrame
        What is planted: ``fact``, ``value``, ``unit``, and whether the ``source`` is the course
        or invented.

    Examples
    --------
    >>> cool_pool = simulate_cool_pool()
    >>> cool_pool.as_of
    Timestamp('2024-09-30 00:00:00')
    """

    campaigns: pd.DataFrame
    events: pd.DataFrame
    households: pd.DataFrame
    leads: pd.DataFrame
    orders: pd.DataFrame
    products: pd.DataFrame
    costs: pd.DataFrame
    calls: pd.DataFrame
    surveys: pd.DataFrame
    visits: pd.DataFrame
    annual_budget: float
    as_of: pd.Timestamp
    facts: pd.DataFrame


def simulate_cool_pool(*, random_state: int | np.random.Generator = 0) -> CoolPool:
    """Draw the exports of Cool Pool, the course's case of a campaign.

    A firm of about 250 employees launches the Skimmer Beamer, a robot that keeps swimming pools
    clean, in March. It buys a list of households with an income of 75,000 to 200,000 $, writes to
    them and advertises in magazines; telemarketing qualifies the leads, sales representatives
    speak to them, customer service calls each buyer a month later, asks for scores of 1 to 10
    and offers a hand skimmer. In September marketing looks at costs, gross profit and visits of
    the website, which rose after the launch and again in early autumn, and decides whether to
    go on for another year.

    These are the facts of the course, and so are the 100,000 pieces mailed, their postage of
    17,000 $ and the response rate of 10 %, which it tells of a mailing in general. Everything
    else is invented: the year 2024, customers, prices, further costs, the rates from answer to
    sale, calls, scores and visits; ``facts`` says which is which. Only who and when are drawn,
    so that the facts of the course hold for every `random_state`.

    Parameters
    ----------
    random_state : int or numpy.random.Generator, default=0
        The same number gives the same exports.

    Returns
    -------
    CoolPool
        The exports, and what is planted in them.

    Raises
    ------
    ValueError
        If `random_state` is below 0.

    Examples
    --------
    >>> from custintel.tables import build_campaigns
    >>> cool_pool = simulate_cool_pool()
    >>> campaigns = build_campaigns(cool_pool.campaigns)
    >>> campaigns[["campaign_id", "channel", "cost", "currency"]].values.tolist()
    [['BEAMER-MAIL', 'Direct mail', 71000.0, 'USD'], ['BEAMER-ADS', 'Print', 28000.0, 'USD']]
    >>> cool_pool.events["Event"].value_counts().loc[["Sent", "Information request"]].tolist()
    [100000, 11200]
    """
    rng = streams_of(seed_of(random_state), _STREAMS)
    returned = returned_pieces(rng["funnel"])
    funnel = draw_funnel(returned, rng["funnel"])
    buyers = buyers_table(funnel, rng["buyers"])
    calls = calls_table(buyers, rng["calls"])
    called = cross_sold(calls, rng["orders"])
    return CoolPool(
        campaigns=_campaigns_table(),
        events=events_table(returned, funnel, rng["events"]),
        households=households_table(rng["households"]),
        leads=leads_table(funnel),
        orders=orders_table(buyers, called, rng["orders"]),
        products=_products_table(),
        costs=_costs_table(),
        calls=calls,
        surveys=surveys_table(calls, rng["surveys"]),
        visits=visits_table(rng["visits"]),
        annual_budget=facts.ANNUAL_BUDGET,
        as_of=facts.AS_OF,
        facts=facts.facts_table(),
    )


def _campaigns_table() -> pd.DataFrame:
    costs = pd.DataFrame(facts.COSTS, columns=["campaign", "kind", "day", "amount"])
    total = costs.groupby("campaign")["amount"].sum()
    return pd.DataFrame(
        {
            "Campaign ID": facts.CAMPAIGNS,
            "Campaign Name": ["Skimmer Beamer mailing", "Skimmer Beamer in magazines"],
            "Type": ["Direct mail", "Print"],
            "Objective": ["sales", "awareness"],
            "Actual Cost": amounts_written(total[list(facts.CAMPAIGNS)].to_numpy()),
            "Budgeted Cost": amounts_written(np.array(facts.BUDGETS)),
            "Start Date": ["03/11/2024", "03/18/2024"],
            "End Date": ["08/31/2024", "08/31/2024"],
        }
    )


def _products_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Product Code": facts.PRODUCT_CODES,
            "Product Name": facts.PRODUCT_NAMES,
            "Category": facts.CATEGORIES,
            "Unit Price": amounts_written(facts.PRICES),
            "Unit Cost": amounts_written(facts.UNIT_COSTS),
        }
    )


def _costs_table() -> pd.DataFrame:
    campaign, kind, day, amount = zip(*facts.COSTS, strict=True)
    return pd.DataFrame(
        {
            "Campaign ID": campaign,
            "Cost Type": kind,
            "Date": day,
            "Amount": amounts_written(np.array(amount)),
        }
    )
