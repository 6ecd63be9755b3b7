"""How many clusters there are good reasons for: those that are found again in resamples."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_between, require_type
from custintel._intervals import normal_quantile
from custintel._text import translate as _
from custintel.models._cluster_resampling import Trial, resamples, sampled, trial
from custintel.models._cluster_settings import ClusterSettings, require_cluster_count
from custintel.models._clustered_customers import read_customers
from custintel.models._customer_columns import require_count
from custintel.models.clusters import CustomerClusters

# Hennig (2007): below 0.6 a cluster is not to be trusted, from 0.75 on it is a valid pattern.
LEAST_JACCARD = 0.75

_MOST_RESAMPLES = 10_000
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class ClusterChoice:
    """Which numbers of clusters hold, and the one to take.

    Attributes
    ----------
    k : int or None
        The recommended number of clusters; None if no number passes.
    reason : str
        Why, in words.
    table : DataFrame
        Indexed by ``k``, the numbers of clusters tried.

        - ``worst_jaccard`` : float, 0-1, of the cluster that is found again least well
        - ``worst_jaccard_low``, ``worst_jaccard_high`` : float, 95 % interval of it, from the
          number of resamples
        - ``mean_jaccard`` : float, over the clusters
        - ``smallest_n_customers`` : int, customers of the smallest cluster
        - ``smallest_share`` : float, 0-1, of the customers looked at
        - ``silhouette`` : float, −1 to 1, mean over at most 5,000 customers, for reference:
          it decides nothing; NaN if all of these are in one cluster
        - ``criterion`` : float, what the method makes small: the inertia, or a mixture's BIC
        - ``is_stable`` : bool, whether ``worst_jaccard`` is `least_jaccard` or more
        - ``is_large_enough`` : bool, whether ``smallest_share`` is `smallest_share` or more
    clusters : DataFrame
        Indexed by ``k`` and ``cluster``: ``n_customers``, ``customer_share``, ``jaccard`` and
        its 95 % interval ``jaccard_low``, ``jaccard_high``.
    least_jaccard, smallest_share : float
        The two thresholds.
    n_customers, n_sampled : int
        Customers in the table, and how many of them were looked at.
    n_resamples : int
        Resamples clustered for each number of clusters.
    """

    k: int | None
    reason: str
    table: pd.DataFrame
    clusters: pd.DataFrame
    least_jaccard: float
    smallest_share: float
    n_customers: int
    n_sampled: int
    n_resamples: int


def choose_k(
    table: pd.DataFrame,
    *,
    model: CustomerClusters | None = None,
    k: Iterable[int] = range(2, 9),
    n_resamples: int = 50,
    smallest_share: float = 0.05,
    sample_size: int = 25_000,
) -> ClusterChoice:
    """Choose the number of clusters that are found again in resamples and are large enough.

    Customers are drawn with replacement, clustered anew, and each cluster of the first
    clustering is compared with the one of the resample that it resembles most: customers of
    both over customers of either, each customer drawn counted once (Jaccard). The mean over
    resamples tells whether the cluster would be there with slightly other customers. The
    recommended number is the largest whose every cluster has a mean of 0.75 or more, and
    whose smallest cluster holds `smallest_share` of the customers. If none does, none is
    recommended.

    A silhouette rewards a few extreme customers set apart from all the others, and is in the
    table for reference alone. Stable clusters need not be separate ones: where customers form
    a continuum, they are a stable way of cutting it, which is what a mailing needs.

    Parameters
    ----------
    table : DataFrame
        One row per customer, with the features of the model.
    model : CustomerClusters, optional
        How to cluster: method, features, transform, starts and random state; fitted or not,
        and left as it is. Its number of clusters does not matter. The defaults of
        `CustomerClusters` unless given.
    k : iterable of int, default=range(2, 9)
        Numbers of clusters to try, 2 to 100.
    n_resamples : int, default=50
        Resamples per number of clusters, 2 to 10,000.
    smallest_share : float, default=0.05
        Least share of the customers in the smallest cluster, 0-1.
    sample_size : int, default=25000
        Of more customers than this, that many are drawn and looked at. Clusters of few
        customers are found again less well, so that the answer errs on the side of caution.

    Returns
    -------
    ClusterChoice
        ``k``, the ``reason`` in words, and the ``table`` of all numbers tried.

    Raises
    ------
    SchemaError
        If a feature is missing from the table, or for some customers, or no number.
    ValueError
        If an argument is not as described, or fewer customers differ than there are clusters.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics
    & Data Analysis 52(1), 258-271.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rfm = pd.DataFrame({
    ...     "recency_days": np.r_[rng.integers(0, 30, 60), rng.integers(300, 400, 140)],
    ...     "frequency": np.r_[rng.integers(8, 12, 60), rng.integers(1, 3, 140)],
    ...     "monetary": np.r_[rng.normal(800, 50, 60), rng.normal(40, 5, 140)],
    ... })
    >>> choice = choose_k(rfm, k=[2, 3], n_resamples=20)
    >>> choice.k, choice.table["smallest_share"].round(2).tolist()[0]
    (2, 0.3)
    """
    settings = _settings(model)
    tried = _tried(k)
    require_count(n_resamples, name="n_resamples", most=_MOST_RESAMPLES)
    # Of a single resample there is no telling how far chance reaches.
    require_between(n_resamples, 2, _MOST_RESAMPLES, name="n_resamples")
    require_between(smallest_share, 0, 1, name="smallest_share")
    require_count(sample_size, name="sample_size")
    seed = settings.random_state
    customers = sampled(read_customers(table, settings, None), sample_size, seed=seed)
    customers.require_as_many_as(max(tried))
    drawn = resamples(customers.weight, n_resamples, seed=seed)
    trials = {each: trial(customers, settings.search(each), drawn) for each in tried}
    clusters = pd.concat({each: _clusters(trials[each]) for each in tried}, names=["k"])
    summary = _summary(clusters, trials, smallest_share)
    best = _best(summary)
    return ClusterChoice(
        k=best,
        reason=_reason(summary, best, smallest_share),
        table=summary,
        clusters=clusters,
        least_jaccard=LEAST_JACCARD,
        smallest_share=float(smallest_share),
        n_customers=len(table),
        n_sampled=int(customers.weight.sum()),
        n_resamples=int(n_resamples),
    )


def _settings(model: CustomerClusters | None) -> ClusterSettings:
    if model is None:
        return ClusterSettings(**CustomerClusters().get_params())
    require_type(
        model,
        CustomerClusters,
        name="model",
        what=_("a CustomerClusters"),
        hint=_("Such as model=CustomerClusters(method='gaussian_mixture')."),
    )
    return ClusterSettings(**model.get_params())


def _tried(k: Iterable[int]) -> list[int]:
    require_type(k, Iterable, name="k", what=_("several numbers, such as range(2, 9)"))
    tried = sorted({require_cluster_count(each, name="k") for each in k})
    if not tried:
        raise ValueError(_("k names no number of clusters to try, such as range(2, 9)."))
    return tried


def _clusters(trial: Trial) -> pd.DataFrame:
    """Return one row per cluster: its size, and how well it is found again."""
    n = len(trial.jaccards)
    mean = trial.jaccards.mean(axis=0)
    error = trial.jaccards.std(axis=0, ddof=1) / np.sqrt(n)
    half = normal_quantile(_LEVEL) * error
    numbers = pd.RangeIndex(1, len(trial.sizes) + 1, name="cluster")
    return pd.DataFrame(
        {
            "n_customers": trial.sizes.astype(int),
            "customer_share": trial.sizes / trial.sizes.sum(),
            "jaccard": mean,
            "jaccard_low": np.maximum(mean - half, 0.0),
            "jaccard_high": np.minimum(mean + half, 1.0),
        },
        index=numbers,
    )


def _summary(
    clusters: pd.DataFrame, trials: Mapping[int, Trial], smallest_share: float
) -> pd.DataFrame:
    by_k = clusters.groupby("k")
    worst = clusters.loc[by_k["jaccard"].idxmin()].droplevel("cluster")
    smallest = by_k["customer_share"].min()
    return pd.DataFrame(
        {
            "worst_jaccard": worst["jaccard"],
            "worst_jaccard_low": worst["jaccard_low"],
            "worst_jaccard_high": worst["jaccard_high"],
            "mean_jaccard": by_k["jaccard"].mean(),
            "smallest_n_customers": by_k["n_customers"].min(),
            "smallest_share": smallest,
            "silhouette": [each.silhouette for each in trials.values()],
            "criterion": [each.criterion for each in trials.values()],
            "is_stable": worst["jaccard"] >= LEAST_JACCARD,
            "is_large_enough": smallest >= smallest_share,
        }
    )


def _best(table: pd.DataFrame) -> int | None:
    passing = table.index[table["is_stable"] & table["is_large_enough"]]
    return int(passing.max()) if len(passing) else None


def _reason(table: pd.DataFrame, best: int | None, smallest_share: float) -> str:
    least = {
        "least": formats.number(LEAST_JACCARD, 2),
        "least_share": formats.percent(smallest_share, 0),
    }
    if best is None:
        return _(
            "No number of clusters from {first} to {last} passes: {n_unstable} of {n} have a "
            "cluster that resamples do not find again (mean Jaccard below {least}), {n_small} "
            "have one of less than {least_share} of the customers. Cut customers by rules, "
            "such as RFM segments, or try other features.",
            first=table.index.min(),
            last=table.index.max(),
            n=len(table),
            n_unstable=int((~table["is_stable"]).sum()),
            n_small=int((~table["is_large_enough"]).sum()),
            **least,
        )
    worst, low, share = (
        float(table[column].loc[best])
        for column in ("worst_jaccard", "worst_jaccard_low", "smallest_share")
    )
    told = _(
        "{k} clusters: the largest number tried whose clusters are all found again in resamples "
        "(the worst with a mean Jaccard of {jaccard}; {least} or more is asked) and whose "
        "smallest holds {share} of the customers ({least_share} or more is asked).",
        k=best,
        jaccard=formats.number(worst, 2),
        share=formats.percent(share),
        **least,
    )
    if low >= LEAST_JACCARD:
        return told
    doubt = _("The worst Jaccard is within chance of the threshold: take more resamples.")
    return f"{told} {doubt}"
