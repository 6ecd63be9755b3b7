"""The customers of a table as points to be clustered, each kind of customer once."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._cluster_features import (
    FeatureSpace,
    Points,
    learn_space,
    names_of,
    read_codes,
    read_numbers,
    require_features,
    warn_of_constants,
)
from custintel.models._cluster_rules import Rule
from custintel.models._cluster_settings import ClusterSettings
from custintel.models._history import read_weights

# Which feature tells the value of a cluster; without any of them, the first number does.
_VALUES = ("monetary", "monetary_value", "revenue", "frequency")


@dataclass(frozen=True, slots=True)
class ClusteredCustomers:
    """The distinct points of a table, in sorted order.

    Attributes
    ----------
    points : Points
        Standardised, each once.
    weight : ndarray
        Customers that each point stands for; 0 for those that are not to be counted.
    row : ndarray
        Point of each customer of the table.
    space : FeatureSpace
        How the features became points.
    """

    points: Points
    weight: Floats
    row: NDArray[np.intp]
    space: FeatureSpace

    def counted(self) -> "ClusteredCustomers":
        """Return the points that stand for a customer; `row` stays that of all of them."""
        kept = np.flatnonzero(self.weight > 0)
        return replace(self, points=self.points.of(kept), weight=self.weight[kept])

    def require_as_many_as(self, n_clusters: int) -> None:
        """Refuse more clusters than there are customers who differ."""
        n_distinct = int(np.count_nonzero(self.weight))
        if n_distinct < n_clusters:
            raise ValueError(
                _(
                    "{n_clusters} clusters need as many customers who differ in the features: "
                    "this table has {n}. Ask for fewer clusters.",
                    n_clusters=n_clusters,
                    n=n_distinct,
                )
            )


def read_customers(
    table: pd.DataFrame, settings: ClusterSettings, sample_weight: ArrayLike | None
) -> ClusteredCustomers:
    """Return the customers of a table as points, their features checked and brought to scale."""
    columns, name = settings.feature_names, settings.table
    names = names_of(table, columns, with_texts=settings.method == "k_prototypes", name=name)
    numbers = read_numbers(table, names.numbers, name=name)
    codes, levels = read_codes(table, names.texts, name=name)
    # Learned from each distinct row once, in sorted order, sums do not depend on that of the
    # table, and equal customers count as one of their weight.
    row, first = _distinct(Points(numbers, codes))
    weight = _summed(row, _counts(sample_weight, len(table)))
    space = learn_space(numbers[first], names.numbers, weight, transform=settings.transform)
    varying = {text: levels[text] for text in names.texts if len(levels[text]) > 1}
    space = replace(space, levels=varying)
    warn_of_constants([name for name in columns if name not in (*space.numbers, *varying)])
    require_features(space.names)
    points = Points(
        space.standardised(numbers[first][:, _places(space.numbers, names.numbers)]),
        codes[first][:, _places(tuple(varying), names.texts)],
    )
    # What differs in the table may not differ any more where the logarithm rounds it.
    again, still_first = _distinct(points)
    return ClusteredCustomers(points.of(still_first), _summed(again, weight), again[row], space)


def value_order(rule: Rule, customers: ClusteredCustomers) -> NDArray[np.intp]:
    """Return the clusters in the order of their numbers: the highest value first.

    Without any number feature the largest cluster comes first.
    """
    names = list(customers.space.numbers)
    if not names:
        sizes = cluster_sizes(rule, customers)
        return np.lexsort([*rule.codes.T[::-1], -sizes])
    value = next((name for name in _VALUES if name in names), names[0])
    others = [name for name in names if name != value]
    keys = [-rule.numbers[:, names.index(name)] for name in (value, *others)]
    return np.lexsort([*rule.codes.T[::-1], *keys[::-1]])


def cluster_sizes(rule: Rule, customers: ClusteredCustomers) -> Floats:
    """Return the number of customers in each cluster."""
    labels = rule.placed(customers.points).cluster
    return np.bincount(labels, customers.weight, len(rule.numbers)).astype(float)


def _distinct(points: Points) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the distinct row of each point, and where each distinct row first stands."""
    row = points.distinct()
    first = np.empty(int(row.max()) + 1, dtype=np.intp)
    first[row[::-1]] = np.arange(len(row))[::-1]
    return row, first


def _summed(row: NDArray[np.intp], weight: Floats) -> Floats:
    return np.bincount(row, weight).astype(float)


def _places(chosen: tuple[str, ...], names: tuple[str, ...]) -> NDArray[np.intp]:
    return np.array([names.index(name) for name in chosen], dtype=np.intp)


def _counts(sample_weight: ArrayLike | None, n: int) -> Floats:
    weight = read_weights(sample_weight, n)
    if weight is None:
        return np.ones(n)
    if (weight != np.floor(weight)).any():
        raise ValueError(
            _("sample_weight says how many customers a row stands for, in whole numbers.")
        )
    return weight
