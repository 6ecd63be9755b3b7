"""What the customers of each cluster have in common, in numbers and in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.segmentation._cluster_names import cluster_names

_MISSING = N_("(missing)")


def cluster_profiles(
    table: pd.DataFrame, labels: pd.Series, *, features: Sequence[str] | None = None
) -> pd.DataFrame:
    """Describe each cluster by its size, its revenue and its typical customer, and name it.

    A name says what stands out. Each feature's median in the cluster has a position among all
    customers: the share of them below it, half of those equal to it included. From 2/3 on it is
    high and from 0.9 on very high, up to 1/3 low and up to 0.1 very low; between 1/3 and 2/3 it
    is not named. So a cluster whose median of ``recency_days`` is low is "recent". A text is
    named where half of the cluster has it, and half as many again as among all customers.
    Clusters that would have the same name are told apart by the median whose position differs
    most, then by their number.

    The numbers describe the customers at hand; they estimate nothing, and have no intervals.

    Parameters
    ----------
    table : DataFrame
        One row per customer, such as `rfm_table` makes it.
    labels : Series
        Cluster of each customer, with the index of `table`: `labels_` of a fitted
        `custintel.models.CustomerClusters`, or what its ``predict`` returns.
    features : list of str, optional
        Columns to describe; all number columns unless given.

    Returns
    -------
    DataFrame
        Indexed by ``cluster``, one row each, sorted.

        - ``name`` : str, in the active language, different for each cluster
        - ``n_customers`` : int, >= 1
        - ``customer_share`` : float, 0-1, part of all customers
        - ``revenue`` : float, sum of ``monetary``, in the currency of the table; this column
          and the next are there if the table has ``monetary``
        - ``revenue_share`` : float, part of all revenue, negative for net refunds; NaN if all
          revenue is not above zero
        - ``median_…`` : float, for each number feature, in its own unit
        - ``position_…`` : float, 0-1, for each number feature, of that median among all
        - ``most_common_…`` : str, for each text feature
        - ``most_common_share_…`` : float, 0-1, part of the cluster that has it
        - ``most_common_lift_…`` : float, that share over the share among all customers

    Raises
    ------
    SchemaError
        If a feature is missing from the table, or `labels` and `table` are not about the same
        customers.

    Warns
    -----
    WeakResultWarning
        If customers lack a number: medians are then of the others, and NaN, with its
        position, for a cluster without any.

    Examples
    --------
    >>> rfm = pd.DataFrame({
    ...     "recency_days": [2, 5, 400, 380, 390],
    ...     "frequency": [12, 9, 1, 1, 2],
    ...     "monetary": [800.0, 650.0, 20.0, 35.0, 45.0],
    ... })
    >>> profiles = cluster_profiles(rfm, pd.Series([1, 1, 2, 2, 2]))
    >>> profiles["name"].tolist()
    ['Recent, frequent, high spenders', 'Long silent, infrequent, low spenders']
    >>> profiles[["n_customers", "revenue_share", "median_frequency"]].round(2)
             n_customers  revenue_share  median_frequency
    cluster
    1                  2           0.94              10.5
    2                  3           0.06               1.0
    """
    require_type(table, pd.DataFrame, name="table", what=_("a pandas DataFrame"))
    numbers, texts = _described(table, features)
    cluster = _aligned(labels, table.index)
    sizes = cluster.groupby(cluster, observed=True).size().rename_axis("cluster")
    profile = pd.DataFrame({"n_customers": sizes, "customer_share": sizes / len(table)})
    if "monetary" in table.columns:
        revenue = _numbers(table, "monetary").groupby(cluster, observed=True).sum()
        total = revenue.sum()
        profile["revenue"] = revenue
        profile["revenue_share"] = revenue / (total if total > 0 else np.nan)
    for feature in numbers:
        profile = profile.join(_medians(_numbers(table, feature), cluster, feature))
    for feature in texts:
        profile = profile.join(_most_common(table[feature], cluster, feature))
    profile.insert(0, "name", cluster_names(profile, numbers, texts))
    return profile


def _described(table: pd.DataFrame, features: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the features that are numbers, and those that are texts."""
    chosen = [str(name) for name in table.columns] if features is None else list(features)
    require_columns(table.columns, chosen, table="customers")
    numbers = [name for name in chosen if _holds_numbers(table[name])]
    texts = [name for name in chosen if name not in numbers]
    if features is None:
        texts = []
    if table.empty or not (numbers or texts):
        raise SchemaError(_("Table 'customers' has no customer, or no number, to describe."))
    return numbers, texts


def _holds_numbers(column: pd.Series) -> bool:
    kinds = pd.api.types
    return kinds.is_numeric_dtype(column.dtype) and not kinds.is_bool_dtype(column.dtype)


def _aligned(labels: pd.Series, customers: pd.Index) -> pd.Series:
    """Return the cluster of each customer of the table, in its order."""
    require_type(
        labels,
        pd.Series,
        name="labels",
        what=_("a Series of clusters, by customer"),
        hint=_("Such as model.labels_, or model.predict(table)."),
    )
    if not labels.index.equals(customers):
        strangers = customers.symmetric_difference(labels.index)
        if len(strangers) or not (customers.is_unique and labels.index.is_unique):
            raise SchemaError(
                _n(
                    "labels and table are not about the same customers: {n} is in one of them "
                    "only, or several rows have one index: {examples}. Take "
                    "labels=model.predict(table).",
                    "labels and table are not about the same customers: {n} are in one of them "
                    "only, or several rows have one index: {examples}. Take "
                    "labels=model.predict(table).",
                    len(strangers),
                    examples=quoted(strangers, most=3),
                )
            )
        labels = labels.reindex(customers)
    without = customers[labels.isna()]
    if len(without):
        raise SchemaError(
            _n(
                "{n} customer has no cluster: {examples}. Take labels=model.predict(table).",
                "{n} customers have no cluster: {examples}. Take labels=model.predict(table).",
                len(without),
                examples=quoted(without, most=3),
            )
        )
    return labels


def _numbers(table: pd.DataFrame, feature: str) -> pd.Series:
    """Return a column of numbers; what is infinite counts as missing."""
    values = table[feature].to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(np.where(np.isfinite(values), values, np.nan), index=table.index)


def _medians(values: pd.Series, cluster: pd.Series, feature: str) -> pd.DataFrame:
    """Return the median of each cluster, and its position among all customers."""
    missing = values.index[values.isna()]
    if len(missing):
        warn(
            _n(
                "{feature!r} is missing for {n} of {total} customers: {examples}. Its medians "
                "are those of the others.",
                "{feature!r} is missing for {n} of {total} customers: {examples}. Its medians "
                "are those of the others.",
                len(missing),
                feature=feature,
                total=len(values),
                examples=quoted(missing, most=3),
            ),
            WeakResultWarning,
        )
    medians = values.groupby(cluster, observed=True).median()
    ordered = np.sort(values.dropna().to_numpy())
    below, up_to = (ordered.searchsorted(medians, side) for side in ("left", "right"))
    position = (below + up_to) / (2 * max(len(ordered), 1))
    return pd.DataFrame(
        {
            f"median_{feature}": medians,
            f"position_{feature}": np.where(medians.isna(), np.nan, position),
        }
    )


def _most_common(values: pd.Series, cluster: pd.Series, feature: str) -> pd.DataFrame:
    """Return the most common text of each cluster, of equals the first, and how common it is."""
    texts = values.astype(object).where(values.notna(), _MISSING).map(str)
    counts = pd.crosstab(cluster.to_numpy(), texts.to_numpy())
    shares = counts.div(counts.sum(axis=1), axis=0)
    common = shares.idxmax(axis=1)
    share = shares.max(axis=1)
    among_all = (counts.sum() / counts.to_numpy().sum()).reindex(common).to_numpy()
    return pd.DataFrame(
        {
            f"most_common_{feature}": common,
            f"most_common_share_{feature}": share,
            f"most_common_lift_{feature}": share / among_all,
        }
    )
