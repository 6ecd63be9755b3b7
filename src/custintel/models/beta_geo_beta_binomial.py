"""The BG/BB model of purchases on given occasions (Fader, Hardie & Shang 2010)."""

from typing import ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._intervals import Estimates
from custintel.models._beta_geo_beta_binomial_history import merged_occasions, read_occasions
from custintel.models._beta_geo_beta_binomial_likelihood import BetaGeoBetaBinomialLikelihood
from custintel.models._beta_geo_beta_binomial_limits import (
    explain_escape,
    require_information,
    require_occasions,
    usual_starts,
)
from custintel.models._coming_occasions import ComingOccasions
from custintel.models._history import read_weights
from custintel.models._likelihood_model import require_penalty
from custintel.models._newton import Penalty, maximise
from custintel.models._simulated_periods import observed_periods

NAMES = ("alpha", "beta", "gamma", "delta")


class BetaGeoBetaBinomialModel(ComingOccasions):
    """Describe and forecast purchases that happen on given occasions or not (BG/BB).

    For what is bought at most once per period, or on dates that the seller sets: yearly
    donations, events, editions. While active, a customer purchases on each occasion with an
    individual probability, beta distributed over customers with parameters α and β. Before
    each occasion the customer leaves for good with an individual probability, beta distributed
    with parameters γ and δ. Time is counted in occasions, with the acquisition as number 0.

    Parameters
    ----------
    penalty : float, default=0.0
        Weight of a penalty that draws the logarithms of the parameters to usual values, as a
        normal prior of variance ``1 / penalty`` does.

    Attributes
    ----------
    alpha_, beta_ : float
        Parameters of the beta distribution of the probability of a purchase on an occasion;
        its mean is ``alpha_ / (alpha_ + beta_)``.
    gamma_, delta_ : float
        Parameters of the beta distribution of the probability of leaving before an occasion;
        its mean is ``gamma_ / (gamma_ + delta_)``.
    parameters_ : Series
        All of them.
    standard_errors_ : Series
        By parameter; NaN in a model made without covariance.
    covariance_ : DataFrame
        Of the parameters, from the curvature of the likelihood; NaN in a model made without
        one.
    log_likelihood_, aic_, bic_ : float
        At the maximum, without the penalty; absent from a model made by `from_parameters`.
    n_customers_ : int
        Customers fitted, or the sum of their weights; likewise.

    References
    ----------
    Fader, P. S., Hardie, B. G. S., & Shang, J. (2010). Customer-base analysis in a
    discrete-time noncontractual setting. Marketing Science, 29(6), 1086–1108.

    Examples
    --------
    >>> from custintel.datasets import load_donations
    >>> donations = load_donations()
    >>> model = BetaGeoBetaBinomialModel().fit(donations, sample_weight=donations["n_donors"])
    >>> model.parameters_.round(3).to_dict()
    {'alpha': 1.204, 'beta': 0.75, 'gamma': 0.657, 'delta': 2.783}
    """

    _names: ClassVar[tuple[str, ...]] = NAMES

    def __init__(self, *, penalty: float = 0.0) -> None:
        self.penalty = penalty

    def fit(
        self,
        X: pd.DataFrame,
        y: None = None,  # noqa: ARG002 - scikit-learn passes it
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        X : DataFrame
            An occasion history, one row per customer: ``frequency``, ``recency`` and
            ``n_periods``, counted in occasions, as from `custintel.tables.occasion_history`.
        y : None
            Ignored; there for scikit-learn.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        BetaGeoBetaBinomialModel
            The model itself.

        Raises
        ------
        SchemaError
            If a column is missing, or its values are impossible.
        ConvergenceError
            If the likelihood has no maximum, because there are too few occasions or the data
            look like a simpler situation: nobody purchases, nobody leaves, customers all
            alike. The error's ``diagnosis`` says where the search stopped.
        """
        read = read_occasions(X)
        occasions, weights = merged_occasions(read, read_weights(sample_weight, len(X)))
        require_occasions(occasions, weights)
        penalty = require_penalty(self.penalty)
        if not penalty:
            require_information(occasions, weights)
        starts = usual_starts(occasions, weights)
        maximum = maximise(
            BetaGeoBetaBinomialLikelihood(occasions, weights),
            starts,
            names=NAMES,
            explain=explain_escape,
            penalty=Penalty(penalty, starts[0]),
        )
        self._keep_maximum(maximum, float(weights.sum()))
        return self

    @classmethod
    def from_parameters(
        cls,
        *,
        alpha: float,
        beta: float,
        gamma: float,
        delta: float,
        covariance: pd.DataFrame | None = None,
    ) -> "BetaGeoBetaBinomialModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        alpha, beta, gamma, delta : float
            Above zero.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.

        Returns
        -------
        BetaGeoBetaBinomialModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> model = BetaGeoBetaBinomialModel.from_parameters(
        ...     alpha=1.204, beta=0.75, gamma=0.657, delta=2.783
        ... )
        >>> model.expected_purchases_of_new_customer(n_occasions=6).value.round(2).tolist()
        [2.22]
        """
        model = cls()
        given = {"alpha": alpha, "beta": beta, "gamma": gamma, "delta": delta}
        model._keep_given(given, covariance)
        return model

    def expected_purchases_of_new_customer(
        self, *, n_occasions: int | None, discount_rate_per_occasion: float = 0.0
    ) -> Estimates:
        """Return the purchases expected of a customer about whom nothing is known.

        Parameters
        ----------
        n_occasions : int or None
            Occasions after the acquisition, 1 or more; None is without end.
        discount_rate_per_occasion : float, default=0.0
            As for `expected_purchases`; above 0 without end.

        Returns
        -------
        Estimates
            One number, without the purchase that is the acquisition.
        """
        return self.expected_purchases(
            _just_acquired(),
            n_occasions=n_occasions,
            discount_rate_per_occasion=discount_rate_per_occasion,
        )

    def purchase_distribution_of_new_customer(self, *, n_occasions: int) -> pd.Series:
        """Return how many of the occasions after the acquisition a customer purchases on.

        Parameters
        ----------
        n_occasions : int
            Occasions after the acquisition, 1 to 1,000.

        Returns
        -------
        Series
            ``probability``, indexed by ``n_purchases`` from 0 to `n_occasions`; adds up to 1.
        """
        table = self.purchase_distribution(
            _just_acquired(), n_occasions=n_occasions, most=n_occasions
        )
        counts = table.drop(columns="more").iloc[0]
        counts.index = pd.RangeIndex(len(counts), name="n_purchases")
        return counts.rename("probability")

    def simulate(
        self,
        n_customers: int,
        *,
        n_periods: int | ArrayLike,
        random_state: int | np.random.Generator,
    ) -> pd.DataFrame:
        """Draw new customers, each observed for some occasions from the acquisition on.

        Parameters
        ----------
        n_customers : int
            Number of customers, 1 or more.
        n_periods : int or array-like of shape (n_customers,)
            Occasions on which each is observed, 0 or more.
        random_state : int or numpy.random.Generator
            The same number gives the same customers.

        Returns
        -------
        DataFrame
            An occasion history, one row per customer, indexed by ``customer_id``: ``"1"``,
            ``"2"``, …

            - ``frequency`` : int, occasions with a purchase
            - ``recency`` : int, number of the last of them; 0 if there is none
            - ``n_periods`` : int, as given
        """
        observed = observed_periods(n_customers, n_periods, least=0)
        alpha, beta, gamma, delta = self._natural()
        rng = np.random.default_rng(random_state)
        buying, leaving = rng.beta(alpha, beta, n_customers), rng.beta(gamma, delta, n_customers)
        is_active = np.ones(n_customers, dtype=bool)
        frequency = np.zeros(n_customers, dtype=np.int64)
        recency = np.zeros(n_customers, dtype=np.int64)
        for occasion in range(1, int(observed.max()) + 1):
            is_active &= (rng.random(n_customers) >= leaving) & (occasion <= observed)
            bought = is_active & (rng.random(n_customers) < buying)
            frequency += bought
            recency[bought] = occasion
        customers = pd.Index(np.arange(1, n_customers + 1).astype(str), name="customer_id")
        return pd.DataFrame(
            {"frequency": frequency, "recency": recency, "n_periods": observed}, index=customers
        )


def _just_acquired() -> pd.DataFrame:
    return pd.DataFrame({"frequency": [0], "recency": [0], "n_periods": [0]})
