"""A year of campaigns of a mail-order shop, simulated, with the truth about what is planted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_type
from custintel._text import translate as _
from custintel.datasets import _campaign_facts as facts
from custintel.datasets._campaign_calendar import (
    Planned,
    campaign_ids,
    campaigns_table,
    planned_campaigns,
)
from custintel.datasets._campaign_effects import (
    Letters,
    draw_letters,
    draw_social_clicks,
    expected_sales,
    joined,
    purchases_after,
    purchases_by_letter,
)
from custintel.datasets._campaign_orders import (
    credited,
    draw_own_purchases,
    together,
    transactions_table,
)
from custintel.datasets._campaign_people import customer_ids, customers_table, draw_contacts
from custintel.datasets._campaign_responses import EventLog, log_sends
from custintel.datasets._campaign_sends import OBSERVED, Mailed, draw_sends
from custintel.datasets._campaign_truth import CampaignsTruth, truth
from custintel.datasets._random import seed_of, streams_of

# Each table is drawn from a stream of its own: what is added later at the end of this list
# leaves the others as they are.
_STREAMS = "contacts purchases sends responses outcomes social letters orders customers".split()


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedCampaigns:
    """The tables of a simulated year of campaigns, and the truth about what is planted in them.

    Parameters
    ----------
    campaigns : DataFrame
        ``campaign_id``, ``campaign_name``, ``channel``, ``objective``, ``campaign_type``,
        ``cost``, ``budget``, ``currency``, ``starts_at``, ``ends_at``.
    events : DataFrame
        What happened: ``event_id``, ``campaign_id``, ``customer_id``, ``arm`` (missing where
        there is no experiment), ``event``, ``occurred_at``, ``bounce_type``, ``is_machine``,
        ``link``, ``reason``, ``revenue``, ``currency``.
    customers : DataFrame
        Contacts, customers or prospects: ``customer_id``, ``email``, ``country``,
        ``email_opt_out`` and ``email_bounced_at`` as they stand at the end, ``created_at``,
        ``segment``, ``birth_date``.
    transactions : DataFrame
        Purchases: ``order_id``, ``line_id``, ``customer_id``, ``ordered_at``, ``channel``,
        ``revenue``, ``cost``, ``currency``, ``campaign_id`` that each is credited to.
    arms : DataFrame
        Who was given which variant, those held back for comparison included:
        ``campaign_id``, ``customer_id``, ``arm``, ``assigned_at``.
    as_of : Timestamp
        Last day of the tables, the whole of which is observed.
    truth : CampaignsTruth
        The planted facts.

    Examples
    --------
    >>> simulated = simulate_campaigns(50, random_state=1)
    >>> simulated.as_of
    Timestamp('2024-12-31 00:00:00')
    """

    campaigns: pd.DataFrame
    events: pd.DataFrame
    customers: pd.DataFrame
    transactions: pd.DataFrame
    arms: pd.DataFrame
    as_of: pd.Timestamp
    truth: CampaignsTruth


def simulate_campaigns(
    n_customers: int = 2000, *, random_state: int | np.random.Generator
) -> SimulatedCampaigns:
    """Draw a year of e-mail, mail and social campaigns of a mail-order shop.

    The year is 2024. E-mails are of nine types: complementary offer, confirmation, account
    statement, satisfaction survey, alert, commercial and informative newsletter, birthday,
    acquisition. There are four mailings by post and four campaigns on social networks. The shop,
    its campaigns and its customers are invented. What is planted:

    - each type of e-mail has its own rates of openings and clicks, and after a click of
      information requests, leads and purchases;
    - fatigue: each e-mail of the 30 days before lowers the open rate, and raises the rate of
      those who unsubscribe;
    - a third of the contacts have a mail program that opens everything, and filters follow some
      links: ``is_machine`` tells them apart;
    - complementary offers and mailings have three arms: a fifth of the contacts are held back
      (``control``, only in ``arms``), the others get the ``standard`` or the ``voucher``
      variant, which sells better by a known factor;
    - customers also purchase of their own accord, and a purchase soon after a click is
      credited to that campaign: so credited sales are more than those that campaigns cause;
    - some contacts are written to in spite of an opt-out, a complaint or a hard bounce.

    Confirmations and surveys follow the purchases of customers' own accord. Of letters only
    what comes back is known: there are no ``delivered`` rows, so that delivered is sent less
    bounced. A ``sale`` in ``events`` is a purchase in ``transactions`` with the same campaign,
    customer, instant and revenue.

    Parameters
    ----------
    n_customers : int, default=2000
        Number of contacts, 1 or more. Each adds about 75 events.
    random_state : int or numpy.random.Generator
        The same number gives the same tables.

    Returns
    -------
    SimulatedCampaigns
        The tables, in canonical columns, and the truth.

    Raises
    ------
    ValueError
        If `n_customers` is below 1, or `random_state` below 0.

    Examples
    --------
    >>> simulated = simulate_campaigns(200, random_state=1)
    >>> len(simulated.campaigns), len(simulated.customers)
    (69, 200)
    >>> simulated.truth.sale_rates.query("channel == 'direct mail'")["sale_rate"].tolist()
    [0.0, 0.02, 0.05]
    """
    require_type(n_customers, (int, np.integer), name="n_customers", what=_("a whole number"))
    if n_customers < 1:
        raise ValueError(_("n_customers is 1 or more: got {n}.", n=n_customers))
    rng = streams_of(seed_of(random_state), _STREAMS)
    plan = planned_campaigns()
    contacts = draw_contacts(n_customers, rng["contacts"])
    own = draw_own_purchases(contacts, rng["purchases"])
    mailed = draw_sends(contacts, plan, own.days(), rng["sends"])
    log = EventLog(n_customers, plan)
    clicks = log_sends(mailed.sends, contacts, log, rng["responses"])
    letters = draw_letters(contacts, log, rng["letters"])
    clicks = joined([clicks, draw_social_clicks(n_customers, log, rng["social"])])
    caused = purchases_after(clicks, log, rng["outcomes"])
    by_letter = purchases_by_letter(letters, plan, rng["letters"])
    purchases = credited(together([own, caused, by_letter]), clicks.table())
    channels = [each.channel for each in plan]
    transactions = transactions_table(purchases, channels, n_customers, rng["orders"])
    log.add_sales(purchases, transactions["revenue"])
    events = log.table()
    expected = expected_sales(mailed.sends, letters, n_customers, plan)
    return SimulatedCampaigns(
        campaigns=campaigns_table(plan, _n_sent(events, len(plan))),
        events=events,
        customers=customers_table(
            contacts, mailed.refusal != OBSERVED, mailed.bounced_on, rng["customers"]
        ),
        transactions=transactions,
        arms=_arms_table(mailed, letters, plan, n_customers),
        as_of=facts.LAST_DAY,
        truth=truth(mailed.sends, expected, purchases, transactions["order_id"], len(plan)),
    )


def _n_sent(events: pd.DataFrame, n_campaigns: int) -> "np.typing.NDArray[np.int64]":
    sent = events.loc[events["event"] == "sent", "campaign_id"].value_counts()
    return np.asarray(sent.reindex(campaign_ids(n_campaigns), fill_value=0), dtype=np.int64)


def _arms_table(
    mailed: Mailed, letters: Letters, plan: list[Planned], n_customers: int
) -> pd.DataFrame:
    """Return who was given which variant, by campaign and customer."""
    sends = mailed.sends
    by_email = pd.DataFrame({name: getattr(sends, name) for name in ("campaign", "contact", "arm")})
    by_letter = pd.DataFrame(
        {name: getattr(letters, name) for name in ("campaign", "contact", "arm")}
    )
    held_back = mailed.held_back.assign(arm=facts.ARMS.index("control"))
    given = pd.concat([by_email[by_email["arm"] >= 0], held_back, by_letter], ignore_index=True)
    given = given.sort_values(["campaign", "contact"], ignore_index=True)
    starts = np.array([each.starts_on.to_datetime64() for each in plan], dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "campaign_id": campaign_ids(len(plan)).take(given["campaign"].to_numpy()),
            "customer_id": customer_ids(n_customers).take(given["contact"].to_numpy()),
            "arm": pd.Index(facts.ARMS).take(given["arm"].to_numpy()),
            "assigned_at": starts[given["campaign"].to_numpy()],
        }
    )
