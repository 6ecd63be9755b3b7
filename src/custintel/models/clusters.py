"""Clusters of customers who resemble one another: k-means, k-prototypes, Gaussian mixture."""

import json
from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._cluster_features import FeatureSpace
from custintel.models._cluster_fits import best_rule, criterion
from custintel.models._cluster_rules import Mixture, Prototypes, Rule
from custintel.models._cluster_settings import SETTINGS, ClusterSettings
from custintel.models._clustered_customers import (
    cluster_sizes,
    read_customers,
    value_order,
)

_CLUSTER = "cluster"


class CustomerClusters(BaseEstimator):  # type: ignore[misc]
    """Group customers who resemble one another, and place new customers in the groups.

    Amounts and counts are skewed: on their own scale a handful of very large customers become
    clusters, and all the others one. Features are therefore brought to logarithms, then to
    mean 0 and standard deviation 1, before distances are measured. Clusters are numbered by
    value, 1 for the highest, so that a number keeps its meaning from fit to fit.

    Every table can be cut into clusters, whether it holds any or not: `choose_k` tells which
    numbers of clusters are found again in resamples, and which are chance.

    Parameters
    ----------
    n_clusters : int, default=4
        Number of clusters, 2 to 100.
    method : {"k_means", "k_prototypes", "gaussian_mixture"}, default="k_means"
        ``"k_means"``: round clusters of similar spread, from numbers alone.
        ``"k_prototypes"``: the same from numbers and texts together (Huang 1998).
        ``"gaussian_mixture"``: long or tilted clusters, with a probability for each customer;
        its components are no narrower than a tenth of a standard deviation.
    features : list of str, optional
        Columns to cluster by; ``recency_days``, ``frequency`` and ``monetary`` unless given.
        Texts and truth values need ``method="k_prototypes"``; a missing text is a group of
        its own, a missing number is refused.
    transform : {"log", "yeo_johnson", "none"}, default="log"
        What is done to numbers before they are standardised. ``"log"``: log(1 + x), and
        −log(1 − x) below zero, for customers whose refunds exceed their purchases.
        ``"yeo_johnson"``: the power that brings each feature closest to a normal distribution
        (Yeo & Johnson 2000).
    gamma : float, default=0.5
        What a text that differs adds to the squared distance in ``"k_prototypes"``, above 0.
        The default is half the standard deviation of the numbers, which is 1; with more, texts
        decide more.
    n_starts : int, default=10
        Random starts, of which the best is kept; tried on 20,000 customers if there are more.
    random_state : int, default=0
        Seed of the starts. The order of the customers makes no difference.

    Attributes
    ----------
    features_ : list of str
        The features used: those that are the same for all customers are left out.
    centers_ : DataFrame
        Indexed by ``cluster``: the typical customer, in the units of the features; the mean on
        the transformed scale, and the most frequent text.
    sizes_ : Series
        Customers of each cluster.
    labels_ : Series
        Cluster of each customer fitted, by the index of the table; absent from a model read
        by `from_json`, as a file of a model holds no customers.
    n_customers_ : int
        Customers fitted, or the sum of their weights.
    inertia_ : float
        Sum of the squared distances to the nearest centre, on the standardised scale; absent
        from mixtures.
    bic_ : float
        Bayesian information criterion, lower is better; of mixtures alone.

    References
    ----------
    Huang, Z. (1998). Extensions to the k-means algorithm for clustering large data sets with
    categorical values. Data Mining and Knowledge Discovery 2(3), 283-304.

    Yeo, I.-K., & Johnson, R. A. (2000). A new family of power transformations to improve
    normality or symmetry. Biometrika 87(4), 954-959.

    Examples
    --------
    >>> rfm = pd.DataFrame({
    ...     "recency_days": [2, 5, 400, 380],
    ...     "frequency": [12, 9, 1, 1],
    ...     "monetary": [800.0, 650.0, 20.0, 35.0],
    ... })
    >>> model = CustomerClusters(n_clusters=2).fit(rfm)
    >>> model.labels_.tolist()
    [1, 1, 2, 2]
    >>> new = pd.DataFrame({"recency_days": [30], "frequency": [7], "monetary": [300.0]})
    >>> model.predict(new).tolist()
    [1]
    """

    def __init__(  # noqa: PLR0913 - one setting each, all optional
        self,
        n_clusters: int = 4,
        *,
        method: str = "k_means",
        features: Sequence[str] | None = None,
        transform: str = "log",
        gamma: float = 0.5,
        n_starts: int = 10,
        random_state: int = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.method = method
        self.features = features
        self.transform = transform
        self.gamma = gamma
        self.n_starts = n_starts
        self.random_state = random_state

    def fit(
        self,
        X: pd.DataFrame,
        y: None = None,  # noqa: ARG002 - scikit-learn passes it
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Find the clusters.

        Parameters
        ----------
        X : DataFrame
            One row per customer, with the features, such as `custintel.segmentation.rfm_table`
            makes it.
        y : None
            Ignored; there for scikit-learn.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for, whole numbers.

        Returns
        -------
        CustomerClusters
            The model itself.

        Raises
        ------
        SchemaError
            If a feature is missing from the table, or for some customers, or no number.
        ValueError
            If a setting is not as described, or fewer customers differ than there are clusters.

        Warns
        -----
        WeakResultWarning
            If a feature is the same for all customers, and left out.
        """
        settings = self._settings()
        customers = read_customers(X, settings, sample_weight)
        customers.require_as_many_as(settings.n_clusters)
        fitted = customers.counted()
        found = best_rule(fitted.points, fitted.weight, settings.search())
        rule = found.reordered(value_order(found, fitted))
        self._keep_rule(rule, customers.space)
        self._keep_measures(
            cluster_sizes(rule, fitted), criterion(rule, fitted.points, fitted.weight)
        )
        labels = rule.placed(customers.points).cluster[customers.row] + 1
        self.labels_ = pd.Series(labels, index=X.index, name=_CLUSTER)
        return self

    def predict(self, X: pd.DataFrame) -> pd.Series:
        """Return the cluster of each customer: that of the nearest centre.

        Of a mixture it is the component that the customer most likely belongs to.

        Parameters
        ----------
        X : DataFrame
            One row per customer, with the features; new customers or those of the fit.

        Returns
        -------
        Series
            Named ``cluster``, with the index of `X`: the number of the cluster, from 1.
        """
        return self.assignments(X)[_CLUSTER]

    def assignments(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the cluster of each customer, and how clear the case is.

        Parameters
        ----------
        X : DataFrame
            One row per customer, with the features.

        Returns
        -------
        DataFrame
            With the index of `X`.

            - ``cluster`` : int, from 1
            - ``second_cluster`` : int, the next best
            - ``distance`` : float, to the centre, on the standardised scale; of a mixture,
              Mahalanobis' distance
            - ``ambiguity`` : float, 0-1, distance to the centre over that to the second centre;
              of a mixture, the ratio of the two probabilities. 0 is as clear as can be, 1 is on
              the border

        Warns
        -----
        WeakResultWarning
            If customers have a text that no customer of the fit had.

        Examples
        --------
        >>> rfm = pd.DataFrame({
        ...     "recency_days": [2, 5, 400, 380, 45],
        ...     "frequency": [12, 9, 1, 1, 3],
        ...     "monetary": [800.0, 650.0, 20.0, 35.0, 130.0],
        ... })
        >>> CustomerClusters(n_clusters=2).fit(rfm.head(4)).assignments(rfm).round(2)
           cluster  second_cluster  distance  ambiguity
        0        1               2      0.22       0.06
        1        1               2      0.22       0.07
        2        2               1      0.16       0.05
        3        2               1      0.16       0.05
        4        2               1      1.55       0.82
        """
        self._require_fitted()
        placed = self._rule_.placed(self._space_.points(X, name="customers"))
        return pd.DataFrame(
            {
                _CLUSTER: placed.cluster + 1,
                "second_cluster": placed.second + 1,
                "distance": placed.distance,
                "ambiguity": placed.ambiguity,
            },
            index=X.index,
        )

    def predict_proba(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the probability that each customer belongs to each component of a mixture.

        Parameters
        ----------
        X : DataFrame
            One row per customer, with the features.

        Returns
        -------
        DataFrame
            With the index of `X`, one column per cluster, 1 to `n_clusters`; rows add up to 1.

        Raises
        ------
        ValueError
            If `method` is not ``"gaussian_mixture"``: the other methods know no probabilities.
        """
        self._require_fitted()
        if not isinstance(self._rule_, Mixture):
            raise ValueError(
                _(
                    "method={method!r} knows no probabilities: assignments(table) has an "
                    "ambiguity. method='gaussian_mixture' has probabilities.",
                    method=self.method,
                )
            )
        chances = self._rule_.probabilities(self._space_.points(X, name="customers"))
        return pd.DataFrame(chances, index=X.index, columns=self.centers_.index)

    def summary(self) -> pd.DataFrame:
        """Return the size of each cluster and its typical customer.

        Returns
        -------
        DataFrame
            Indexed by ``cluster``, of the highest value first.

            - ``n_customers`` : int
            - ``customer_share`` : float, 0-1
            - ``center_…`` : one column per feature, from `centers_`
        """
        self._require_fitted()
        sizes = pd.DataFrame(
            {"n_customers": self.sizes_, "customer_share": self.sizes_ / self.n_customers_}
        )
        return sizes.join(self.centers_.add_prefix("center_"))

    def to_json(self) -> str:
        """Write the fitted model as JSON text, which holds no customers.

        Returns
        -------
        str
            Read by `from_json` into a model with the same predictions.
        """
        self._require_fitted()
        stored = {
            "model": type(self).__name__,
            "settings": self._settings().to_dict(),
            "space": self._space_.to_dict(),
            "clusters": self._rule_.to_dict(),
            "sizes": self.sizes_.tolist(),
            "criterion": self.bic_ if isinstance(self._rule_, Mixture) else self.inertia_,
        }
        return json.dumps(stored, allow_nan=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a model that `to_json` wrote.

        Parameters
        ----------
        text : str
            What `to_json` returned.

        Returns
        -------
        CustomerClusters
            The fitted model, without `labels_`.
        """
        try:
            stored = json.loads(text)
            if stored["model"] != cls.__name__:
                raise ValueError(
                    _("This is a {found}, not a {kind}.", found=stored["model"], kind=cls.__name__)
                )
            model = cls(**{name: stored["settings"][name] for name in SETTINGS})
            kind = Mixture if model.method == "gaussian_mixture" else Prototypes
            rule: Rule = kind.from_dict(stored["clusters"])
            model._keep_rule(rule, FeatureSpace.from_dict(stored["space"]))
            model._keep_measures(np.array(stored["sizes"], dtype=float), stored["criterion"])
        except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(
                _("The text is not a {kind} written by to_json().", kind=cls.__name__)
            ) from error
        return model

    def _settings(self) -> ClusterSettings:
        return ClusterSettings(**self.get_params())

    def _require_fitted(self) -> None:
        check_is_fitted(
            self,
            "centers_",
            msg=_("This {model} has no clusters yet: call fit(table).", model=type(self).__name__),
        )

    def _keep_rule(self, rule: Rule, space: FeatureSpace) -> None:
        """Set as attributes how customers are placed."""
        self._rule_, self._space_ = rule, space
        numbers = pd.DataFrame(space.in_units(rule.numbers), columns=list(space.numbers))
        texts = {
            feature: [texts[code] for code in codes]
            for (feature, texts), codes in zip(space.levels.items(), rule.codes.T, strict=True)
        }
        self.centers_ = numbers.assign(**texts).set_index(_numbered(len(rule.numbers)))
        self.features_ = list(self.centers_)

    def _keep_measures(self, sizes: Floats, measure: float) -> None:
        """Set as attributes how many customers there are, and how well the clusters fit."""
        counts = np.rint(sizes).astype(np.int64)
        self.sizes_ = pd.Series(counts, index=_numbered(len(sizes)), name="n_customers")
        self.n_customers_ = int(counts.sum())
        if isinstance(self._rule_, Mixture):
            self.bic_ = float(measure)
        else:
            self.inertia_ = float(measure)


def _numbered(n_clusters: int) -> pd.Index:
    return pd.Index(range(1, n_clusters + 1), name=_CLUSTER)
