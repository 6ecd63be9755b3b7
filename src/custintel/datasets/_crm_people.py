"""The people of the simulated CRM: most belong to companies, some come on their own."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._crm_calendar import N_DAYS, days_of
from custintel.datasets._crm_companies import COUNTRIES, Companies
from custintel.datasets._crm_enrolments import EARLIEST, Enrolments

PER_COMPANY = 28  # people drawn for each company, over four times the length of the export
_ALONE_RATE = 0.08  # without a company
_ABROAD_RATE = 0.15  # elsewhere than their company
_IDLE_KEPT_RATE = 0.1  # contacts without an enrolment during the export who are still listed
_OPT_OUT_RATE = 0.08
_NO_EMAIL_RATE = 0.04

_CITIES = (
    ("Zurich", "Lausanne", "Basel"),
    ("Paris", "Lyon", "Nantes"),
    ("Munich", "Hamburg", "Cologne"),
    ("London", "Leeds", "Edinburgh"),
    ("Stockholm", "Gothenburg", "Malmö"),
    ("Singapore", "Singapore", "Singapore"),
)
_FUNCTIONS = ("Finance", "Human resources", "Marketing", "Operations", "Research", "Sales")
_LEVELS = ("Specialist", "Manager", "Director", "Vice president", "Chief officer")
_LEVEL_SHARES = np.array([0.20, 0.38, 0.25, 0.12, 0.05])
_FIRST_NAMES = "Ada Amir Anouk Bao Chloé Dario Elif Femi Greta Hugo Ines Jonas Kofi Lena".split()
_LAST_NAMES = "Adler Blanc Costa Dubois Eriksen Fontana Gerber Huang Ivanov Keller Lund".split()


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everyone who ever came, in the order of arrival; not all of them are in the export."""

    arrival: Floats  # even day
    company: NDArray[np.intp]  # position in the table of accounts; -1: none

    def favourites(self, companies: Companies) -> NDArray[np.intp]:
        """Return the favourite category of each one's company; -1: none."""
        return np.append(companies.favourites, -1)[self.company]


def draw_people(companies: Companies, rng: np.random.Generator) -> People:
    """Draw people, as many a day before the export as during it."""
    n = PER_COMPANY * len(companies.table)
    arrival = np.sort(rng.uniform(EARLIEST, N_DAYS, n))
    company = rng.choice(len(companies.table), n, p=companies.shares)
    return People(arrival, np.where(rng.random(n) < _ALONE_RATE, -1, company))


def listed(people: People, enrolments: Enrolments, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Say who is in the export: all who enrolled during it, and some of the others."""
    is_listed = rng.random(len(people.arrival)) < _IDLE_KEPT_RATE
    is_listed[enrolments.person] = True
    return is_listed


def customer_ids(n: int) -> pd.Series:
    """Return the ids of `n` listed people."""
    return "C" + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(6)


def customers_table(
    people: People,
    is_listed: NDArray[np.bool_],
    companies: Companies,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the canonical table of customers, one row for each listed person."""
    company = people.company[is_listed]
    n = len(company)
    country = _countries(company, companies, rng)
    city = np.array(_CITIES)[country, rng.integers(0, 3, n)]
    first, last = rng.integers(0, len(_FIRST_NAMES), n), rng.integers(0, len(_LAST_NAMES), n)
    customer_id = customer_ids(n)
    account_id = pd.Series([*companies.table["account_id"], None]).take(company)
    created_on = days_of(people.arrival[is_listed])
    return pd.DataFrame(
        {
            "customer_id": customer_id,
            "account_id": account_id.to_numpy(),
            "first_name": pd.Index(_FIRST_NAMES).take(first),
            "last_name": pd.Index(_LAST_NAMES).take(last),
            "email": _emails(customer_id, rng),
            "city": city,
            "country": pd.Index(COUNTRIES).take(country),
            "job_function": pd.Index(_FUNCTIONS).take(rng.integers(0, len(_FUNCTIONS), n)),
            "job_level": pd.Index(_LEVELS).take(rng.choice(len(_LEVELS), n, p=_LEVEL_SHARES)),
            "email_opt_out": pd.array(rng.random(n) < _OPT_OUT_RATE, dtype="boolean"),
            "created_at": created_on,
        }
    )


def _countries(
    company: NDArray[np.intp], companies: Companies, rng: np.random.Generator
) -> NDArray[np.intp]:
    anywhere = rng.integers(0, len(COUNTRIES), len(company))
    of_company = pd.Index(COUNTRIES).get_indexer(pd.Index(companies.table["country"]))
    is_at_home = (company >= 0) & (rng.random(len(company)) >= _ABROAD_RATE)
    return np.where(is_at_home, of_company[company], anywhere)


def _emails(customer_id: pd.Series, rng: np.random.Generator) -> pd.Series:
    address = customer_id.str.lower() + "@example.com"
    return address.mask(rng.random(len(address)) < _NO_EMAIL_RATE, None)
