"""What is planted in the simulated campaigns. The shop, its campaigns and people are invented."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

CURRENCY = "EUR"
FIRST_DAY = pd.Timestamp("2024-01-01")
LAST_DAY = pd.Timestamp("2024-12-31")
N_DAYS = (LAST_DAY - FIRST_DAY).days + 1

EMAIL, MAIL, SOCIAL = CHANNELS = ("e-mail", "direct mail", "social")
AWARENESS, PROSPECTS, LOYALTY, SALES = ("awareness", "prospects", "loyalty", "sales")


@dataclass(frozen=True, slots=True)
class EmailType:
    """One of the nine types of e-mail, and what is planted about it."""

    campaign_type: str
    is_marketing: bool
    objective: str
    open_rate: float  # of delivered, nothing having been sent in the days before
    click_to_open_rate: float
    information_request_rate: float  # this and the next two: of contacts who clicked
    lead_rate: float
    sale_rate: float  # purchases that would not have been made otherwise


EMAIL_TYPES = (
    EmailType("complementary_offer", True, SALES, 0.34, 0.20, 0.02, 0.03, 0.08),
    EmailType("confirmation", False, LOYALTY, 0.65, 0.15, 0.01, 0.00, 0.01),
    EmailType("account_statement", False, LOYALTY, 0.45, 0.12, 0.01, 0.00, 0.01),
    EmailType("satisfaction_survey", False, LOYALTY, 0.40, 0.25, 0.02, 0.00, 0.00),
    EmailType("alert", True, SALES, 0.35, 0.22, 0.01, 0.01, 0.12),
    EmailType("commercial_newsletter", True, SALES, 0.28, 0.16, 0.02, 0.02, 0.06),
    EmailType("informative_newsletter", True, AWARENESS, 0.32, 0.18, 0.04, 0.03, 0.01),
    EmailType("birthday", True, LOYALTY, 0.48, 0.20, 0.00, 0.00, 0.10),
    EmailType("acquisition", True, PROSPECTS, 0.22, 0.10, 0.05, 0.10, 0.02),
)
TYPE_NAMES = [each.campaign_type for each in EMAIL_TYPES]

FATIGUE = 0.94  # factor of the open rate for each e-mail of the days before
FATIGUE_DAYS = 30
LEAST_ENGAGED, MOST_ENGAGED = 0.5, 1.5  # factor of a person's open rate, 1 on average

HARD_BOUNCE_RATE, SOFT_BOUNCE_RATE = 0.004, 0.012  # of sent
UNSUBSCRIBE_RATE, UNSUBSCRIBE_RATE_PER_SEND = 0.0015, 0.0006  # of delivered; more by pressure
COMPLAINT_RATE = 0.0004  # of delivered
IGNORED_REFUSAL_RATE = 0.02  # of those who should not be written to, in each campaign
OPT_OUT_RATE = 0.06  # of contacts, before the year begins

PRIVACY_SHARE = 0.35  # of contacts: their mail program opens everything it gets
MACHINE_OPEN_RATE = 0.95  # of what is delivered to them
MACHINE_CLICK_RATE = 0.01  # of all that is delivered: filters that follow links
FURTHER_OPENS, FURTHER_CLICKS = 0.4, 0.25  # mean, of contacts who opened or clicked

REASONS = ("not relevant", "too many e-mails", "never signed up", "other", None)
REASON_SHARES = np.array([0.38, 0.25, 0.10, 0.07, 0.20])
LINKS = ("/offers", "/catalogue", "/articles", "/account")
LINK_SHARES = np.array([0.50, 0.28, 0.16, 0.06])

ARMS = ("control", "standard", "voucher")
ARM_SHARES = np.array([0.2, 0.4, 0.4])
VOUCHER_FACTOR = 2.0  # of the sales per click of a complementary offer
MAIL_SALE_RATES = np.array([0.0, 0.02, 0.05])  # by arm, of delivered letters
MAIL_INFORMATION_REQUEST_RATE, MAIL_LEAD_RATE = 0.03, 0.015
RETURNED_RATE = 0.02  # of letters
MAILED_SHARE = 0.6  # of customers, in each mailing

SOCIAL_CLICK_RATE = 0.03  # of contacts, in each campaign
SOCIAL_INFORMATION_REQUEST_RATE, SOCIAL_LEAD_RATE, SOCIAL_SALE_RATE = 0.05, 0.05, 0.04

SEGMENTS = ("loyal", "occasional", "prospect")
SEGMENT_SHARES = np.array([0.25, 0.55, 0.20])
PURCHASES_PER_YEAR = np.array([3.0, 1.0, 0.1])  # that no campaign causes
SUBSCRIBED = {"commercial_newsletter": 0.6, "informative_newsletter": 0.5, "alert": 0.35}
MEAN_LOG_REVENUE, SPREAD_LOG_REVENUE = 4.2, 0.6
MARGIN_RATE = 0.45
ATTRIBUTION_DAYS = 7  # a purchase so soon after a click is credited to its campaign

COST_PER_CAMPAIGN = {EMAIL: 250.0, MAIL: 1200.0, SOCIAL: 2500.0}
COST_PER_SEND = {EMAIL: 0.02, MAIL: 1.10, SOCIAL: 0.0}


def email_types() -> pd.DataFrame:
    """Return the planted facts of each type of e-mail."""
    return pd.DataFrame(EMAIL_TYPES)
