"""Whether recommendations would have hit: made in the past, judged by what came after."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custintel import _formats as formats
from custintel._checks import require_between, require_count
from custintel._frames import Frame
from custintel._intervals import wilson_interval
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day, require_after
from custintel._warnings import warn
from custintel.affinity._baskets import Baskets, read_baskets, warn_unnamed
from custintel.affinity._neighbours import Catalogue, Ranked, entries, ranked_items
from custintel.affinity._paired_rates import PairedRates
from custintel.affinity.recommendations import require_items, require_items_column
from custintel.errors import SchemaError, WeakResultWarning

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NEIGHBOURS, POPULARITY = N_("neighbours"), N_("popularity")
EVALUATED = N_("evaluated")
NO_PURCHASE = N_("no purchase after calibration_end")
NOTHING_NEW = N_("bought only what they owned, or without item")
ONLY_LAUNCHED = N_("bought only items that nobody had before")
NEW_CUSTOMER = N_("first purchase after calibration_end")
_HITS = [
    *("n_items", "n_customers", "n_hits", "hit_rate", "hit_rate_low", "hit_rate_high"),
    "catalogue_share",
]
_FEW = 100  # customers below which even a large advantage may be luck


@dataclass(frozen=True, slots=True, eq=False)
class RecommendationTrial:
    """How often recommendations hit what customers then bought, beside popularity.

    Attributes
    ----------
    hits : DataFrame
        Indexed by ``method``: ``neighbours``, the recommendations of `recommend`, and
        ``popularity``, the most bought items that the customer does not own.

        - ``n_items`` : int, items per customer
        - ``n_customers`` : int, customers evaluated
        - ``n_hits`` : int, those who first bought at least one of their items after
          `calibration_end`
        - ``hit_rate``, ``hit_rate_low``, ``hit_rate_high`` : float, 0-1, the second over the
          first, with its Wilson interval
        - ``catalogue_share`` : float, 0-1, part of all items that was put before anybody
    difference, difference_low, difference_high : float
        Hit rate of ``neighbours`` minus that of ``popularity``, on the same customers, with
        its interval (Newcombe 1998, for paired rates).
    customers : DataFrame
        Indexed by ``status``: ``evaluated``, and why the others are not. Their numbers add
        up to all with a purchase by `as_of`.

        - ``n_customers`` : int
    by : str
        Column whose values are the items.
    calibration_end, as_of : Timestamp
        Last day that the recommendations knew, and last day of what they are judged by.
    level : float
        Probability that the intervals aim to cover.
    """

    hits: pd.DataFrame
    difference: float
    difference_low: float
    difference_high: float
    customers: pd.DataFrame
    by: str
    calibration_end: pd.Timestamp
    as_of: pd.Timestamp
    level: float

    @property
    def beats_popularity(self) -> bool:
        """Whether the recommendations hit more often, beyond what chance may explain."""
        return self.difference_low > 0

    def summary(self) -> str:
        """Return what was found, in words."""
        rates = {
            method: _("{rate} ({interval})", rate=formats.percent(rate), interval=_range(low, high))
            for method, rate, low, high in self.hits[
                ["hit_rate", "hit_rate_low", "hit_rate_high"]
            ].itertuples()
        }
        n = int(self.hits["n_customers"].iloc[0])
        found = _n(
            "Of {n} customer who bought something new to them after {cut}, {neighbours} bought "
            "at least one of the {k} items that recommendations name, and {popularity} at least "
            "one of the {k} most popular.",
            "Of {n} customers who bought something new to them after {cut}, {neighbours} bought "
            "at least one of the {k} items that recommendations name, and {popularity} at least "
            "one of the {k} most popular.",
            n,
            n=formats.number(n),
            cut=formats.date(self.calibration_end),
            k=self.hits["n_items"].iloc[0],
            neighbours=rates[NEIGHBOURS],
            popularity=rates[POPULARITY],
        )
        difference = _(
            "The difference is {points} percentage points ({interval}).",
            points=_signed(self.difference),
            interval=formats.interval(_signed(self.difference_low), _signed(self.difference_high)),
        )
        return f"{found} {difference} {self._verdict()}"

    def _verdict(self) -> str:
        if self.beats_popularity:
            return _("Recommendations beat popularity.")
        if self.difference_high < 0:
            return _("Popularity beats recommendations: offer what sells best.")
        return _("The data do not tell which is better: popularity is the simpler choice.")

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the hit rates; see `custintel.plots.recommendation_hits`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.recommendations import recommendation_hits

        return recommendation_hits(self.hits, ax=ax)


def recommendation_trial(
    transactions: Frame,
    *,
    calibration_end: Day,
    as_of: Day,
    by: str = "product_id",
    n: int = 5,
    level: float = 0.95,
) -> RecommendationTrial:
    """Try the recommendations of a past day on what customers bought after it.

    `recommend` is given the purchases up to `calibration_end` alone. Judged are the customers
    it knew who then bought, for the first time, an item that it knew: was one of the `n`
    recommended among what they bought? So is popularity, on the same customers: a method that
    does not beat the best-sellers is not worth its trouble.

    A hit says that the customer bought what was named, not that naming it makes anyone buy:
    that takes an experiment.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and the column `by`; pandas, polars,
        DuckDB, PySpark, pyarrow, or the path of a Parquet file. Refunds are left out.
    calibration_end : date-like
        Last day that the recommendations know, included.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, default="product_id"
        Column whose values are the items.
    n : int, default=5
        Items per customer, 1 or more.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    RecommendationTrial
        Hit rates, their difference, and the customers evaluated and left out.

    Raises
    ------
    SchemaError
        If a column is missing, there is no purchase before or after `calibration_end`, or
        nobody can be evaluated.
    ValueError
        If an argument is not as described.

    Warns
    -----
    SetAsideWarning
        If purchase lines have no item.
    WeakResultWarning
        If fewer than 100 customers can be evaluated.

    References
    ----------
    Deshpande, M. and Karypis, G. (2004). Item-based top-N recommendation algorithms. ACM
    Transactions on Information Systems 22(1), 143-177. (The hit rate.)

    Newcombe, R. G. (1998). Improved confidence intervals for the difference between binomial
    proportions based on paired data. Statistics in Medicine 17, 2635-2650.

    Examples
    --------
    >>> from custintel.datasets import simulate_crm
    >>> crm = simulate_crm(200, random_state=1)
    >>> trial = recommendation_trial(
    ...     crm.transactions, calibration_end="2023-12-31", as_of=crm.as_of, n=3
    ... )
    >>> trial.hits.index.tolist()
    ['neighbours', 'popularity']
    >>> bool(trial.difference_low <= trial.difference <= trial.difference_high)
    True
    """
    require_items_column(by)
    require_count(n, name="n")
    require_between(level, 0, 1, name="level", open_ends=True)
    cut, last_day = as_day(calibration_end, name="calibration_end"), as_day(as_of)
    require_after(cut, last_day)
    past = read_baskets(transactions, as_of=cut, basket="customer", by=by)
    warn_unnamed(past, by)
    require_items(past, by)
    day_after = cut + pd.Timedelta(days=1)
    later = read_baskets(
        transactions, as_of=last_day, basket="customer", by=by, first_day=day_after
    )
    warn_unnamed(later, by)
    catalogue = Catalogue.of_customers(past)
    bought = _BoughtLater.by_customers(past, later, catalogue)
    evaluated = np.flatnonzero(np.diff(bought.first_time.indptr))
    _require_evaluated(len(evaluated), cut)
    offered = _offered(catalogue, catalogue.owned[evaluated], int(n))
    is_hit = {name: _is_hit(each, bought.first_time[evaluated]) for name, each in offered.items()}
    paired = PairedRates.of(is_hit[NEIGHBOURS], is_hit[POPULARITY])
    low, high = paired.interval(level)
    return RecommendationTrial(
        hits=_hit_rates(is_hit, level).assign(
            n_items=int(n),
            catalogue_share=[_share_offered(each, catalogue) for each in offered.values()],
        )[_HITS],
        difference=paired.difference(),
        difference_low=low,
        difference_high=high,
        customers=bought.customers,
        by=by,
        calibration_end=cut,
        as_of=last_day,
        level=level,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _BoughtLater:
    """What the customers of the past bought after it.

    ``first_time`` is customers × items of the catalogue, without what they owned;
    ``customers`` counts by status.
    """

    first_time: "csr_array"
    customers: pd.DataFrame

    @classmethod
    def by_customers(cls, past: Baskets, later: Baskets, catalogue: Catalogue) -> "_BoughtLater":
        customer = past.baskets.get_indexer(later.baskets)
        place = catalogue.items.get_indexer(later.items)
        row = np.repeat(customer, np.diff(later.matrix.indptr))
        item = place[later.matrix.indices]
        is_known = row >= 0
        launched = np.unique(row[is_known & (item < 0)])
        row, item = row[is_known & (item >= 0)], item[is_known & (item >= 0)]
        is_first = entries(catalogue.owned, row, item) == 0
        row, item = row[is_first], item[is_first]
        ones = np.ones(len(row), dtype=np.int32)
        first_time = csr_array((ones, (row, item)), shape=catalogue.owned.shape)
        evaluated = np.unique(row)
        n_known, n_returned = len(past.baskets), int((customer >= 0).sum())
        n_only_launched = len(np.setdiff1d(launched, evaluated))
        counts = {
            EVALUATED: len(evaluated),
            NO_PURCHASE: n_known - n_returned,
            NOTHING_NEW: n_returned - len(evaluated) - n_only_launched,
            ONLY_LAUNCHED: n_only_launched,
            NEW_CUSTOMER: len(later.baskets) - n_returned,
        }
        status = pd.Index(list(counts), name="status", dtype="str")
        return cls(first_time, pd.DataFrame({"n_customers": [*counts.values()]}, index=status))


def _require_evaluated(n_evaluated: int, cut: pd.Timestamp) -> None:
    if not n_evaluated:
        raise SchemaError(
            _(
                "Nobody who had purchased by {cut:%Y-%m-%d} bought another item of the catalogue "
                "of that day afterwards, so that no recommendation can be judged. Take another "
                "calibration_end, or a coarser column with by=….",
                cut=cut,
            )
        )
    if n_evaluated < _FEW:
        message = _n(
            "Only {n} customer can be evaluated, fewer than {few}: the hit rates rest on little. "
            "Take an earlier calibration_end.",
            "Only {n} customers can be evaluated, fewer than {few}: the hit rates rest on "
            "little. Take an earlier calibration_end.",
            n_evaluated,
            few=_FEW,
        )
        warn(message, WeakResultWarning)


def _offered(catalogue: Catalogue, owned: "csr_array", n: int) -> dict[str, Ranked]:
    ways = {NEIGHBOURS: catalogue.similarity, POPULARITY: catalogue.nothing_similar()}
    return {
        method: ranked_items(owned, similarity, n, may_repeat=False)
        for method, similarity in ways.items()
    }


def _is_hit(ranked: Ranked, targets: "csr_array") -> NDArray[np.bool_]:
    found = ranked.customer[entries(targets, ranked.customer, ranked.item) > 0]
    return np.bincount(found, minlength=targets.shape[0]) > 0


def _share_offered(ranked: Ranked, catalogue: Catalogue) -> float:
    return len(np.unique(ranked.item)) / len(catalogue.items)


def _hit_rates(is_hit: dict[str, NDArray[np.bool_]], level: float) -> pd.DataFrame:
    n_hits = np.array([int(each.sum()) for each in is_hit.values()])
    n = np.array([len(each) for each in is_hit.values()])
    low, high = wilson_interval(n_hits, n, level)
    return pd.DataFrame(
        {
            "n_customers": n,
            "n_hits": n_hits,
            "hit_rate": n_hits / n,
            "hit_rate_low": low,
            "hit_rate_high": high,
        },
        index=pd.Index(list(is_hit), name="method", dtype="str"),
    )


def _range(low: float, high: float) -> str:
    return formats.interval(formats.percent(low), formats.percent(high))


def _signed(difference: float) -> str:
    written = formats.number(100 * difference, 1)
    return f"+{written}" if difference >= 0.0005 else written
