"""The companies of the simulated CRM: a few are large, some belong to others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._crm_facts import CATEGORIES

INDUSTRIES = ("Banking", "Insurance", "Machinery", "Pharmaceuticals", "Retail", "Software")
_OWN_CATEGORY = np.array([2, 2, 0, 3, 0, 1])  # of each industry, a position in CATEGORIES
_HEAVY_SHARE = 0.3  # companies with a favourite category
_OWN_CATEGORY_RATE = 0.6  # of these, those whose favourite is their industry's

COUNTRIES = ("CH", "FR", "DE", "GB", "SE", "SG")
_COUNTRY_SHARES = np.array([0.32, 0.20, 0.18, 0.14, 0.08, 0.08])

SIZE_SPREAD = 1.2  # standard deviation of the logarithm of a company's weight
_SUBSIDIARY_RATE = 0.12
_PARENTS = 0.05  # the largest companies, which others belong to
_EMPLOYEES = 900.0  # of a company of mean weight
_FEWEST_EMPLOYEES = 10.0

_STARTS = "Alba Bre Cor Dal Eri Fen Gal Hel Ister Jur Kor Lum Mer Nor Orb Pal".split()
_MIDDLES = "dano lera mont nis pera qua rio sand tal vance wick zen".split()
_ENDS = ("Bank", "Insurance", "Works", "Pharma", "Stores", "Systems")  # by industry


@dataclass(frozen=True, slots=True, eq=False)
class Companies:
    """The canonical table of accounts, and what is planted about each."""

    table: pd.DataFrame
    shares: Floats  # of each account, among people of companies
    favourites: NDArray[np.intp]  # position in CATEGORIES; -1: none

    def truth(self) -> pd.DataFrame:
        """Return ``account_id``, ``share`` and the ``favourite_category``."""
        names = pd.Series([*CATEGORIES, None]).take(self.favourites)
        return pd.DataFrame(
            {
                "account_id": self.table["account_id"],
                "share": self.shares,
                "favourite_category": names.to_numpy(),
            }
        )


def draw_companies(n: int, rng: np.random.Generator) -> Companies:
    """Draw `n` companies."""
    weight = rng.lognormal(0.0, SIZE_SPREAD, n)
    shares = weight / weight.sum()
    industry = rng.integers(0, len(INDUSTRIES), n)
    account_id = _ids(n)
    table = pd.DataFrame(
        {
            "account_id": account_id,
            "account_name": _names(industry),
            "parent_account_id": _parents(account_id, shares, rng),
            "industry": pd.Index(INDUSTRIES).take(industry),
            "country": pd.Index(COUNTRIES).take(rng.choice(len(COUNTRIES), n, p=_COUNTRY_SHARES)),
            "n_employees": _employees(shares * n, rng),
        }
    )
    return Companies(table, shares, _favourites(industry, rng))


def _ids(n: int) -> pd.Series:
    return "A" + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(5)


def _names(industry: NDArray[np.intp]) -> pd.Series:
    """Return names that differ: with a number once the syllables are used up."""
    number = np.arange(len(industry))
    start = pd.Series(_STARTS).take(number % len(_STARTS)).reset_index(drop=True)
    middle = pd.Series(_MIDDLES).take(number // len(_STARTS) % len(_MIDDLES))
    end = pd.Series(_ENDS).take(industry).reset_index(drop=True)
    turn = pd.Series(number // (len(_STARTS) * len(_MIDDLES)))
    suffix = (" " + (turn + 1).astype(str)).where(turn > 0, "")
    return start + middle.reset_index(drop=True) + " " + end + suffix


def _parents(account_id: pd.Series, shares: Floats, rng: np.random.Generator) -> pd.Series:
    """Return the parent of each subsidiary, a larger company; missing for the others."""
    n = len(shares)
    by_size = np.argsort(-shares, kind="stable")
    rank = np.arange(n)
    n_parents = np.minimum(rank, max(1, int(_PARENTS * n)))
    has_parent = (rng.random(n) < _SUBSIDIARY_RATE) & (rank > 0)
    # A parent is larger than its subsidiary, so that no company can own itself.
    parent_rank = (rng.random(n) * n_parents).astype(np.intp)
    parent = np.full(n, -1)
    parent[by_size[has_parent]] = by_size[parent_rank[has_parent]]
    return pd.Series([*account_id, None]).take(parent).reset_index(drop=True)


def _employees(relative_size: Floats, rng: np.random.Generator) -> Floats:
    drawn = _EMPLOYEES * relative_size * rng.lognormal(0.0, 0.5, len(relative_size))
    return np.maximum(np.rint(drawn), _FEWEST_EMPLOYEES)


def _favourites(industry: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
    n = len(industry)
    is_own = rng.random(n) < _OWN_CATEGORY_RATE
    any_category = rng.integers(0, len(CATEGORIES), n)
    favourite = np.where(is_own, _OWN_CATEGORY[industry], any_category)
    return np.where(rng.random(n) < _HEAVY_SHARE, favourite, -1)
