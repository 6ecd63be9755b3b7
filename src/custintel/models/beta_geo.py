"""The BG/NBD model of repeat purchases (Fader, Hardie & Lee 2005)."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel._time import Span, days_in
from custintel.models._beta_geo_fit import PARAMETERS, fit_beta_geo
from custintel.models._beta_geo_forecast import (
    Horizon,
    expected_after_first_purchase,
    expected_purchases_of,
    probability_active,
)
from custintel.models._beta_geo_process import draw_beta_geo
from custintel.models._estimates import (
    ParameterEstimates,
    keep_given,
    log_covariance,
    model_from_json,
    model_to_json,
    parameter_table,
    parameter_values,
    warn_without_covariance,
)
from custintel.models._history import read_purchases, read_weights

_FACTS = ("log_likelihood_", "n_customers_")


class BetaGeoModel(BaseEstimator):  # type: ignore[misc]
    """Describe and forecast repeat purchases of customers who may leave unnoticed (BG/NBD).

    While active, a customer purchases at random times at an individual rate; after each repeat
    purchase the customer leaves for good with an individual probability. Rates are gamma
    distributed over customers, with shape r and rate α; probabilities of leaving are beta
    distributed, with parameters a and b. A customer without any repeat purchase has had no
    occasion to leave: the model takes all of them for active.

    Parameters
    ----------
    time_unit : {"W", "D", "M", "Y"}, default="W"
        Unit of time of `alpha_`; purchase histories are in days and converted. It changes
        `alpha_` and nothing else.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of purchase rates; the mean rate is
        ``r_ / alpha_`` purchases per `time_unit`.
    a_, b_ : float
        Parameters of the beta distribution of the probability of leaving; its mean is
        ``a_ / (a_ + b_)``.
    log_likelihood_ : float
        At the maximum; absent from a model made by `from_parameters`.
    standard_errors_ : Series
        By parameter; NaN in a model made without covariance.
    covariance_ : DataFrame
        Of the parameters, from the curvature of the likelihood; NaN in a model made without
        one.
    n_customers_ : int
        Customers fitted, or the sum of their weights; absent from a model made by
        `from_parameters`.

    References
    ----------
    Fader, P. S., Hardie, B. G. S., & Lee, K. L. (2005). "Counting your customers" the easy
    way: an alternative to the Pareto/NBD model. Marketing Science, 24(2), 275–284.

    Examples
    --------
    >>> truth = BetaGeoModel.from_parameters(r=0.24, alpha=4.4, a=0.8, b=2.4)
    >>> purchases = truth.simulate(5000, duration="52W", random_state=1)
    >>> days = purchases.groupby("customer_id")["days_since_first"]
    >>> history = pd.DataFrame(
    ...     {"frequency": days.count() - 1, "recency": days.max(), "T": 364.0}
    ... )
    >>> model = BetaGeoModel().fit(history)
    >>> bool(abs(model.r_ - 0.24) < 3 * model.standard_errors_["r"])
    True
    """

    def __init__(self, *, time_unit: str = "W") -> None:
        self.time_unit = time_unit

    def fit(
        self,
        X: pd.DataFrame,
        y: None = None,  # noqa: ARG002 - scikit-learn passes it
        sample_weight: ArrayLike | None = None,
    ) -> "BetaGeoModel":
        """Estimate the parameters by maximum likelihood.

        Parameters
        ----------
        X : DataFrame
            A purchase history, one row per customer: ``frequency``, ``recency`` and ``T``,
            the times in days.
        y : None
            Ignored; there for scikit-learn.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        BetaGeoModel
            The model itself.

        Raises
        ------
        SchemaError
            If a column is missing, or its values are impossible.
        ConvergenceError
            If the likelihood has no maximum, because the data look like a simpler situation:
            no repeat purchase at all, nobody who leaves, customers all alike.
        """
        weight = read_weights(sample_weight, len(X))
        maximum = fit_beta_geo(read_purchases(X), weight, days_in(self.time_unit))
        ParameterEstimates.at_maximum(PARAMETERS, maximum).keep(self)
        self.log_likelihood_ = maximum.curve.value
        self.n_customers_ = len(X) if weight is None else round(float(weight.sum()))
        return self

    @classmethod
    def from_parameters(
        cls,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
        time_unit: str = "W",
        covariance: pd.DataFrame | None = None,
    ) -> "BetaGeoModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        r, alpha, a, b : float
            Above zero; `alpha` is in `time_unit`.
        time_unit : {"W", "D", "M", "Y"}, default="W"
            Unit of time of `alpha`.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.

        Returns
        -------
        BetaGeoModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> model.expected_repeat_purchases([91, 273]).round(2).tolist()
        [0.53, 1.2]
        """
        days_in(time_unit)
        model = cls(time_unit=time_unit)
        keep_given(model, {"r": r, "alpha": alpha, "a": a, "b": b}, covariance)
        return model

    def probability_alive(self, history: pd.DataFrame) -> pd.Series:
        """Return the probability that each customer has not left by the end of observation.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.

        Returns
        -------
        Series
            ``probability_alive``, in 0–1, with the index of `history`. It is 1 for all
            customers without repeat purchase, who under this model cannot have left.
        """
        parameters, unit = self._parameters(), days_in(self.time_unit)
        alive = probability_active(parameters, read_purchases(history), unit)
        return pd.Series(alive.value, index=history.index, name="probability_alive")

    def expected_repeat_purchases(self, days: ArrayLike) -> Floats:
        """Return the mean number of repeat purchases of a customer about whom nothing is known.

        Summed over the first-purchase dates of a cohort, it gives the cohort's cumulative
        purchases, to be compared with the actual ones.

        Parameters
        ----------
        days : array-like of float
            Days since the customer's first purchase, 0 or more.

        Returns
        -------
        ndarray
            Mean number of repeat purchases within each number of days.
        """
        elapsed = np.asarray(days, dtype=float)
        if not (np.isfinite(elapsed).all() and (elapsed >= 0).all()):
            raise ValueError(_("days are finite numbers since the first purchase, 0 or more."))
        time = elapsed / days_in(self.time_unit)
        return expected_after_first_purchase(self._parameters(), time)

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, annual_discount_rate: float = 0.0
    ) -> Estimates:
        """Return each customer's expected purchases after the end of observation.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str
            Length of time after the end of observation, with its unit, such as ``"52W"``.
        annual_discount_rate : float, default=0.0
            Effective rate per year, 0 or more. The horizon is cut into equal steps of at most
            a mean month, and the purchases of each are discounted from its middle.

        Returns
        -------
        Estimates
            The expected numbers, one per row of `history`, with their derivatives by the
            logarithms of r, α, a and b and the covariance of these (NaN in a model made
            without covariance).
        """
        purchases = read_purchases(history)
        parameters, unit = self._parameters(), days_in(self.time_unit)
        steps = _steps(Span.parse(horizon), annual_discount_rate, self.time_unit)
        expected = expected_purchases_of(parameters, purchases, unit, steps)
        return Estimates(expected.value, expected.jacobian, log_covariance(self, PARAMETERS))

    def forecast(
        self, history: pd.DataFrame, *, horizon: str = "52W", level: float = 0.95
    ) -> pd.DataFrame:
        """Forecast each customer's purchases after the end of observation.

        The bounds are those of the expected number, from the uncertainty of the parameters;
        the number that a single customer will make varies more.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency``, ``recency`` and ``T``, the times in days.
        horizon : str, default="52W"
            Length of time after the end of observation, with its unit.
        level : float, default=0.95
            Probability that the bounds hold the expected number, between 0 and 1.

        Returns
        -------
        DataFrame
            With the index of `history`, one row per customer.

            - ``probability_alive`` : float, in 0–1; 1 for customers without repeat purchase
            - ``expected_purchases`` : float, mean number of purchases within the horizon
            - ``expected_purchases_low``, ``expected_purchases_high`` : float, bounds of the
              expected number; NaN, with a warning, in a model made without covariance

        Examples
        --------
        >>> history = pd.DataFrame({"frequency": [2], "recency": [213.0], "T": [272.0]})
        >>> truth = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
        >>> errors = pd.DataFrame(np.diag([0.013, 0.38, 0.19, 0.71]) ** 2, [*truth], [*truth])
        >>> model = BetaGeoModel.from_parameters(**truth, covariance=errors)
        >>> table = model.forecast(history, horizon="39W")
        >>> table[["probability_alive", "expected_purchases"]].round(3)
           probability_alive  expected_purchases
        0              0.727               1.226
        """
        expected = self.expected_purchases(history, horizon=horizon)
        warn_without_covariance(self)
        bounds = expected.interval(level)
        return pd.DataFrame(
            {
                "probability_alive": self.probability_alive(history),
                "expected_purchases": expected.value,
                "expected_purchases_low": bounds.low,
                "expected_purchases_high": bounds.high,
            },
            index=history.index,
        )

    def simulate(
        self, n_customers: int, *, duration: str, random_state: int | np.random.Generator
    ) -> pd.DataFrame:
        """Draw the purchases of new customers, each observed from the first purchase on.

        Parameters
        ----------
        n_customers : int
            Number of customers, 1 or more.
        duration : str
            Length of time that each is observed, with its unit, such as ``"52W"``.
        random_state : int or numpy.random.Generator
            The same number gives the same customers.

        Returns
        -------
        DataFrame
            One row per purchase, in order.

            - ``customer_id`` : str, ``"1"``, ``"2"``, …
            - ``days_since_first`` : float, 0 for the first purchase
        """
        if n_customers < 1:
            raise ValueError(_("n_customers is 1 or more: got {n}.", n=n_customers))
        observed_for = np.full(n_customers, Span.parse(duration).to(self.time_unit))
        rng = np.random.default_rng(random_state)
        drawn = draw_beta_geo(self._parameters(), observed_for, rng)
        return pd.DataFrame(
            {
                "customer_id": (drawn.customer + 1).astype(str),
                "days_since_first": drawn.time * days_in(self.time_unit),
            }
        )

    def summary(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return the parameters with their intervals.

        Parameters
        ----------
        level : float, default=0.95
            Probability that an interval holds the parameter, between 0 and 1.

        Returns
        -------
        DataFrame
            Indexed by ``parameter``: r, alpha, a, b.

            - ``estimate``, ``standard_error`` : float
            - ``low``, ``high`` : float, bounds that are symmetric on the log scale
        """
        return parameter_table(self, PARAMETERS, level)

    def to_json(self) -> str:
        """Write the fitted model as JSON text.

        Returns
        -------
        str
            Read by `from_json` into a model with the same forecasts.
        """
        return model_to_json(self, PARAMETERS, _FACTS)

    @classmethod
    def from_json(cls, text: str) -> "BetaGeoModel":
        """Read a model that `to_json` wrote.

        Parameters
        ----------
        text : str
            What `to_json` returned.

        Returns
        -------
        BetaGeoModel
            The model, fitted.
        """
        stored = model_from_json(text, cls, PARAMETERS, _FACTS)
        model = cls.from_parameters(**stored.arguments)
        stored.give_facts(model)
        return model

    def _parameters(self) -> Floats:
        return parameter_values(self, PARAMETERS)


def _steps(horizon: Span, annual_discount_rate: float, time_unit: str) -> Horizon:
    """Cut a horizon into equal steps of at most a mean month, each discounted from its middle."""
    if not (np.isfinite(annual_discount_rate) and annual_discount_rate >= 0):
        raise ValueError(
            _(
                "annual_discount_rate is a rate such as 0.1, 0 or more: got {value!r}.",
                value=annual_discount_rate,
            )
        )
    n = int(np.ceil(horizon.to("M") - 1e-9))
    middles = (np.arange(n) + 0.5) / n * horizon.to("Y")
    ends = np.arange(1, n + 1) / n * horizon.to(time_unit)
    return Horizon(ends, (1 + annual_discount_rate) ** -middles)
