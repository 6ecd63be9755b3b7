"""What is planted in the simulated CRM: its programmes, and how people choose among them.

The school, its programmes, companies and people are invented.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._intervals import Floats

CURRENCY = "CHF"
FIRST_DAY = pd.Timestamp("2022-01-01")
LAST_DAY = pd.Timestamp("2024-12-31")

CATEGORIES = ("General management", "Leadership", "Finance", "Strategy")
CHANNELS = ("website", "sales representative", "e-mail", "direct mail", "partner")


@dataclass(frozen=True, slots=True)
class Programme:
    """One open programme, and what is planted about it."""

    product_id: str
    product_name: str
    category: str
    launched_at: str
    unit_price: float
    popularity: float  # weight among first programmes
    followed_by: str  # product_id of the programme that it leads to
    favoured_channel: str


_MANAGEMENT, _LEADERSHIP, _FINANCE, _STRATEGY = CATEGORIES
_WEBSITE, _SALES, _EMAIL, _MAIL, _PARTNER = CHANNELS

PROGRAMMES = (
    Programme("P01", "First-Time Manager", _MANAGEMENT, "2009-03-01", 5900, 14, "P02", _WEBSITE),
    Programme("P02", "The Complete Manager", _MANAGEMENT, "2006-09-01", 9800, 9, "P03", _EMAIL),
    Programme("P03", "The Business Leader", _MANAGEMENT, "2004-02-01", 14500, 5, "P10", _SALES),
    Programme("P04", "Leading Teams", _LEADERSHIP, "2010-09-01", 5400, 12, "P05", _WEBSITE),
    Programme("P05", "Leading Through Change", _LEADERSHIP, "2012-05-01", 6900, 8, "P03", _SALES),
    Programme("P06", "Voice and Influence", _LEADERSHIP, "2016-01-01", 4200, 10, "P04", _PARTNER),
    Programme("P07", "Finance for Managers", _FINANCE, "2007-10-01", 5600, 10, "P08", _MAIL),
    Programme("P08", "Value and Performance", _FINANCE, "2011-04-01", 6400, 6, "P09", _MAIL),
    Programme("P09", "Raising Capital", _FINANCE, "2018-03-01", 7200, 4, "P10", _SALES),
    Programme("P10", "Strategy in Practice", _STRATEGY, "2008-06-01", 6800, 8, "P11", _EMAIL),
    Programme("P11", "Digital Growth", _STRATEGY, "2022-10-01", 6200, 8, "P12", _WEBSITE),
    Programme("P12", "Sustainable Strategy", _STRATEGY, "2023-07-01", 6500, 6, "P05", _PARTNER),
)
COACHING = Programme(
    "S01", "Individual Coaching", "Services", "2015-01-01", 900, 0, "", _WEBSITE
)  # sold with a programme, in the same order

N_PROGRAMMES = len(PROGRAMMES)
CATEGORY_OF = np.array([CATEGORIES.index(each.category) for each in PROGRAMMES])

FOLLOWING = 0.5  # share of next programmes that are the one that the last leads to
# People differ: in their pace by a gamma distribution of so many days, and in the probability
# to leave after an enrolment by a beta distribution.
PACE_R, PACE_ALPHA = 2.0, 130.0
LEAVING_A, LEAVING_B = 3.0, 4.5
REPEAT_RATE = LEAVING_B / (LEAVING_A + LEAVING_B)  # of ever taking another programme
FAVOURITE_FACTOR = 5.0  # weight of a company's favourite category among first programmes
FAVOURED_CHANNEL_FACTOR = 3.0
_CHANNEL_WEIGHTS = np.array([0.40, 0.25, 0.15, 0.10, 0.10])

FREE_RATE = 0.015  # scholarships: amounts of zero
REFUND_RATE = 0.04  # cancelled within `LONGEST_UNTIL_REFUND` days
LONGEST_UNTIL_REFUND = 40
DISCOUNT_RATES = np.array([0.15, 0.20, 0.40, 0.50, 0.25])  # by channel
ATTACH_RATES = np.array([0.04, 0.25, 0.04, 0.04])  # of coaching, by category
COST_SHARES = np.array([0.42, 0.38, 0.45, 0.50])  # of the list price, by category
COST_PER_ORDER = np.array([150.0, 900.0, 60.0, 600.0, 450.0])  # marketing, by channel

SEASONS = np.array([0.8, 1.0, 1.2, 1.1, 1.25, 1.15, 0.6, 0.4, 1.2, 1.4, 1.2, 0.7])  # by month
YEARS = {2022: 100.0, 2023: 109.0, 2024: 112.0}  # index of enrolments: growth wanes


def products() -> pd.DataFrame:
    """Return the canonical table of products, in the order of `PROGRAMMES`, coaching last."""
    offered = (*PROGRAMMES, COACHING)
    launched = np.array([each.launched_at for each in offered], dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "product_id": [each.product_id for each in offered],
            "product_name": [each.product_name for each in offered],
            "category": [each.category for each in offered],
            "launched_at": launched,
            "unit_price": [float(each.unit_price) for each in offered],
        }
    )


def launches() -> list[pd.Timestamp]:
    """Return the days on which programmes were launched after `FIRST_DAY`, in order."""
    days = {pd.Timestamp(each.launched_at) for each in PROGRAMMES}
    return sorted(day for day in days if day > FIRST_DAY)


def on_offer(day: pd.Timestamp) -> Floats:
    """Return 1 for each programme that was launched by `day`, 0 for the others."""
    return np.array([float(pd.Timestamp(each.launched_at) <= day) for each in PROGRAMMES])


def first_shares(day: pd.Timestamp) -> Floats:
    """Return the probabilities of first programmes; row 0 without favourite, then by category."""
    weights = np.array([each.popularity for each in PROGRAMMES]) * on_offer(day)
    is_favourite = np.arange(-1, len(CATEGORIES))[:, None] == CATEGORY_OF
    return _shares(np.where(is_favourite, FAVOURITE_FACTOR, 1.0) * weights)


def transition_shares(day: pd.Timestamp) -> Floats:
    """Return the probability of each next programme (columns) after each programme (rows)."""
    weights = np.array([each.popularity for each in PROGRAMMES])
    others = _shares(np.where(np.eye(N_PROGRAMMES, dtype=bool), 0.0, weights))
    place = {each.product_id: i for i, each in enumerate(PROGRAMMES)}
    leads_to = np.zeros((N_PROGRAMMES, N_PROGRAMMES))
    for i, each in enumerate(PROGRAMMES):
        leads_to[i, place[each.followed_by]] = 1.0
    return _shares((FOLLOWING * leads_to + (1 - FOLLOWING) * others) * on_offer(day))


def channel_shares() -> Floats:
    """Return the probability of each channel (columns) for each programme (rows)."""
    favoured = np.array([CHANNELS.index(each.favoured_channel) for each in PROGRAMMES])
    is_favoured = favoured[:, None] == np.arange(len(CHANNELS))
    return _shares(np.where(is_favoured, FAVOURED_CHANNEL_FACTOR, 1.0) * _CHANNEL_WEIGHTS)


def month_shares() -> Floats:
    """Return the share of enrolments expected in each month from `FIRST_DAY` to `LAST_DAY`."""
    weights = np.array([SEASONS * index for index in YEARS.values()]).ravel()
    return np.asarray(weights / weights.sum())


def _shares(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
