"""What the course tells of Cool Pool, and what is invented to fill its tables."""

import numpy as np
import pandas as pd

CURRENCY = "USD"
FIRST_DAY = pd.Timestamp("2024-01-01")
LAUNCHED_ON = pd.Timestamp("2024-03-11")
AUTUMN_FROM = pd.Timestamp("2024-09-02")
AS_OF = pd.Timestamp("2024-09-30")

# Told by the course.
N_EMPLOYEES = 250
N_MAILED = 100_000
POSTAGE = 17_000.0
RESPONSE_RATE = 0.10
LEAST_INCOME, MOST_INCOME = 75_000, 200_000
CALLED_AFTER_MONTHS = 1
LOWEST_SCORE, HIGHEST_SCORE = 1, 10

# Invented.
MAILING, ADVERTISEMENTS = CAMPAIGNS = ("BEAMER-MAIL", "BEAMER-ADS")
ANNUAL_BUDGET = 450_000.0
N_RETURNED = 1_500
N_READERS = 1_200  # of magazines, who ask for information
LEAD_RATE = 0.30  # of those who ask for information
QUALIFIED_RATE, PITCHED_RATE, CONVERTED_RATE = 0.50, 0.80, 0.50  # each of the step before
N_OTHER_BUYERS = 150  # of the Beamer, who answer no campaign
SKIMMER_RATE, CROSS_SELL_RATE = 0.10, 0.15  # with the Beamer; after a call that was answered
RETURN_RATE = 0.03  # of Beamers
N_COVERS = 120
ANSWERED_RATE = 0.70  # of follow-up calls
COST_PER_CALL = 4.50
REPRESENTATIVES = ("Avery", "Blake", "Casey", "Drew", "Ellis")
REPRESENTATIVE_SHARES = np.array([0.30, 0.25, 0.20, 0.15, 0.10])
AGENTS = ("S1", "S2", "S3", "S4")

BEAMER, SKIMMER, COVER = PRODUCT_CODES = ("SB-100", "HS-010", "PC-200")
PRODUCT_NAMES = ("Skimmer Beamer", "Hand skimmer", "Pool cover")
CATEGORIES = ("Robots", "Accessories", "Covers")
PRICES = np.array([449.00, 24.90, 189.00])
UNIT_COSTS = np.array([262.00, 9.60, 118.00])

COSTS = (
    (MAILING, "Postage", "03/11/2024", POSTAGE),
    (MAILING, "Mailing list", "02/26/2024", 4_500.0),
    (MAILING, "Printing and paper", "03/04/2024", 21_000.0),
    (MAILING, "Design", "02/19/2024", 6_500.0),
    (MAILING, "Website update", "03/07/2024", 4_000.0),
    (MAILING, "Telemarketing", "04/30/2024", 18_000.0),
    (ADVERTISEMENTS, "Magazine pages", "03/18/2024", 28_000.0),
)
BUDGETS = (75_000.0, 30_000.0)

QUESTIONS = (
    *("product met expectations", "service met expectations", "purchase experience"),
    *("would recommend the Beamer", "would recommend the store"),
)
MEAN_SCORES = np.array([8.1, 7.9, 7.6, 8.2, 7.8])
SCORE_SPREAD = 1.6
INBOUND_PER_DAY = 6.0
ABANDONED_RATE = 0.06
REASONS = ("question", "order", "quality problem", "complaint", "replacement", "refund")
REASON_SHARES = np.array([0.40, 0.15, 0.15, 0.10, 0.10, 0.10])

VISITS_FROM = pd.Timestamp("2023-01-02")  # a Monday, as all weeks begin
MEAN_VISITS, SEASON, NOISE, AUTOCORRELATION = 4_000.0, 0.25, 0.06, 0.5
LAUNCH_LIFT, LAUNCH_DECAY = 1.0, 0.75  # share more visits in the first week; kept from week to week
AUTUMN_LIFT, AUTUMN_DECAY = 0.5, 0.70

_COURSE, _INVENTED = "course", "invented"


def facts_table() -> pd.DataFrame:
    """Return what is planted: ``fact``, ``value``, ``unit``, and its ``source``."""
    rows = [
        ("employees", N_EMPLOYEES, "people, about", _COURSE),
        ("pieces mailed", N_MAILED, "households", _COURSE),
        ("postage", POSTAGE, CURRENCY, _COURSE),
        ("response rate", RESPONSE_RATE, "of pieces mailed", _COURSE),
        ("least household income", LEAST_INCOME, CURRENCY, _COURSE),
        ("most household income", MOST_INCOME, CURRENCY, _COURSE),
        ("follow-up call after", CALLED_AFTER_MONTHS, "months from the purchase", _COURSE),
        ("lowest score", LOWEST_SCORE, "points", _COURSE),
        ("highest score", HIGHEST_SCORE, "points", _COURSE),
        ("annual marketing budget", ANNUAL_BUDGET, CURRENCY, _INVENTED),
        ("lead rate", LEAD_RATE, "of information requests", _INVENTED),
        ("qualified rate", QUALIFIED_RATE, "of leads", _INVENTED),
        ("pitched rate", PITCHED_RATE, "of qualified leads", _INVENTED),
        ("converted rate", CONVERTED_RATE, "of leads pitched to", _INVENTED),
        ("attach rate of the hand skimmer", SKIMMER_RATE, "of Beamers sold", _INVENTED),
        ("cross-sell rate of the hand skimmer", CROSS_SELL_RATE, "of calls answered", _INVENTED),
        ("return rate", RETURN_RATE, "of Beamers sold", _INVENTED),
        ("lift of visits at the launch", LAUNCH_LIFT, "of usual visits, first week", _INVENTED),
        ("lift of visits in autumn", AUTUMN_LIFT, "of usual visits, first week", _INVENTED),
    ]
    table = pd.DataFrame(rows, columns=["fact", "value", "unit", "source"])
    return table.astype({"value": float})
