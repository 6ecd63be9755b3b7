"""The truth about the simulated campaigns, as tables and numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel.datasets import _campaign_facts as facts
from custintel.datasets._campaign_calendar import campaign_ids
from custintel.datasets._campaign_people import customer_ids
from custintel.datasets._campaign_sends import OBSERVED, REFUSALS, Sends


@dataclass(frozen=True, slots=True, eq=False)
class CampaignsTruth:
    """The planted facts of simulated campaigns.

    Parameters
    ----------
    email_types : DataFrame
        One row per type of e-mail: ``campaign_type``, ``is_marketing``, ``objective``;
        ``open_rate`` by people, of delivered e-mails before which nothing was sent for 30
        days; ``click_to_open_rate``; ``information_request_rate``, ``lead_rate`` and
        ``sale_rate``, of contacts who clicked.
    fatigue : float
        Factor of the open rate for each e-mail sent to the contact in the 30 days before.
    bounce_rates : Series
        Share of sent e-mails, by ``bounce_type``; of addresses that have not bounced for
        good.
    unsubscribe_rate, unsubscribe_rate_per_send : float
        Share of delivered marketing e-mails, and what each e-mail sent in the 30 days before
        adds to it.
    complaint_rate : float
        Share of delivered marketing e-mails.
    reasons : DataFrame
        ``reason`` given by those who unsubscribe (missing: none), ``probability``.
    machine_open_rate, machine_click_rate : float
        Share of delivered e-mails that a program opens, or follows a link of.
    sale_rates : DataFrame
        Where there are arms: ``channel``, ``arm``, ``sale_rate`` and its ``base``: purchases
        that would not have been made otherwise, per click of an e-mail or letter delivered.
    incremental_sales : DataFrame
        One row per campaign and arm (missing: none): ``campaign_id``, ``arm``, ``n_expected``
        purchases that the campaign causes given who was written to, ``n_sales`` that were
        drawn and fall in the year.
    incremental_orders : DataFrame
        Those purchases: ``order_id``, ``campaign_id``.
    contacted_in_spite : DataFrame
        E-mails sent to those who should not be written to: ``campaign_id``, ``customer_id``,
        ``sent_on``, ``rule``: ``"opt_out"`` before the year, ``"unsubscribed"``,
        ``"complained"`` or ``"hard_bounce"``. Confirmations, statements and surveys are no
        marketing, so that of these only the last counts.
    margin_rate : float
        Gross profit per unit of revenue, in 0–1.
    attribution_days : int
        A purchase that no campaign caused is credited to the campaign last clicked on within
        so many days, as a shop would: credited sales are more than caused ones.

    Examples
    --------
    >>> from custintel.datasets import simulate_campaigns
    >>> simulate_campaigns(50, random_state=1).truth.fatigue
    0.94
    """

    email_types: pd.DataFrame
    fatigue: float
    bounce_rates: pd.Series
    unsubscribe_rate: float
    unsubscribe_rate_per_send: float
    complaint_rate: float
    reasons: pd.DataFrame
    machine_open_rate: float
    machine_click_rate: float
    sale_rates: pd.DataFrame
    incremental_sales: pd.DataFrame
    incremental_orders: pd.DataFrame
    contacted_in_spite: pd.DataFrame
    margin_rate: float
    attribution_days: int


def truth(
    sends: Sends,
    expected: pd.DataFrame,
    purchases: pd.DataFrame,
    order_id: pd.Series,
    n_campaigns: int,
) -> CampaignsTruth:
    """Return the planted facts: most are the same in every simulation."""
    ids = campaign_ids(n_campaigns)
    is_caused = (purchases["campaign"] >= 0).to_numpy()
    caused = purchases[is_caused]
    return CampaignsTruth(
        email_types=facts.email_types(),
        fatigue=facts.FATIGUE,
        bounce_rates=pd.Series({"hard": facts.HARD_BOUNCE_RATE, "soft": facts.SOFT_BOUNCE_RATE}),
        unsubscribe_rate=facts.UNSUBSCRIBE_RATE,
        unsubscribe_rate_per_send=facts.UNSUBSCRIBE_RATE_PER_SEND,
        complaint_rate=facts.COMPLAINT_RATE,
        reasons=pd.DataFrame({"reason": facts.REASONS, "probability": facts.REASON_SHARES}),
        machine_open_rate=facts.PRIVACY_SHARE * facts.MACHINE_OPEN_RATE,
        machine_click_rate=facts.MACHINE_CLICK_RATE,
        sale_rates=_sale_rates(),
        incremental_sales=_incremental_sales(expected, caused, ids),
        incremental_orders=pd.DataFrame(
            {
                "order_id": order_id[is_caused].to_numpy(),
                "campaign_id": ids.take(caused["campaign"].to_numpy()),
            }
        ),
        contacted_in_spite=_contacted_in_spite(sends, ids),
        margin_rate=facts.MARGIN_RATE,
        attribution_days=facts.ATTRIBUTION_DAYS,
    )


def _sale_rates() -> pd.DataFrame:
    offer = facts.EMAIL_TYPES[facts.TYPE_NAMES.index("complementary_offer")].sale_rate
    by_click = [0.0, offer, offer * facts.VOUCHER_FACTOR]
    return pd.DataFrame(
        {
            "channel": np.repeat([facts.EMAIL, facts.MAIL], len(facts.ARMS)),
            "arm": [*facts.ARMS, *facts.ARMS],
            "sale_rate": [*by_click, *facts.MAIL_SALE_RATES],
            "base": np.repeat(["clicked", "delivered"], len(facts.ARMS)),
        }
    )


def _incremental_sales(expected: pd.DataFrame, caused: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    n_sales = caused.groupby(["campaign", "arm"]).size().rename("n_sales").reset_index()
    table = expected.merge(n_sales, on=["campaign", "arm"], how="left")
    arms = pd.Series([*facts.ARMS, None])
    return pd.DataFrame(
        {
            "campaign_id": ids.take(table["campaign"].to_numpy()),
            "arm": arms.take(table["arm"].to_numpy()).reset_index(drop=True),
            "n_expected": table["n_expected"],
            "n_sales": table["n_sales"].fillna(0).astype("int64"),
        }
    )


def _contacted_in_spite(sends: Sends, ids: pd.Index) -> pd.DataFrame:
    rows = np.flatnonzero(sends.refusal != OBSERVED)
    start = facts.FIRST_DAY.to_datetime64().astype("datetime64[us]")
    contacts = customer_ids(int(sends.contact.max(initial=0)) + 1)
    return pd.DataFrame(
        {
            "campaign_id": ids.take(sends.campaign[rows]),
            "customer_id": contacts.take(sends.contact[rows]),
            "sent_on": start + sends.day[rows].astype("timedelta64[D]"),
            "rule": pd.Series(REFUSALS).take(sends.refusal[rows]).reset_index(drop=True),
        }
    )
