"""The BG/NBD model of repeat purchases (Fader, Hardie & Lee 2005)."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel._time import Span, days_in
from custintel.errors import ConvergenceError
from custintel.models._beta_geo_forecast import (
    expected_after_first_purchase,
    expected_purchases_by_parameters,
    odds_of_having_left,
)
from custintel.models._beta_geo_likelihood import BetaGeoLikelihood
from custintel.models._beta_geo_process import draw_beta_geo_customers, draw_beta_geo_purchases
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
from custintel.models._history import Purchases, read_purchases, read_weights
from custintel.models._newton import Escape, climb, maximise
from custintel.models._random import RandomState, random_generator

_NAMES = ("r", "alpha", "a", "b")
_FACTS = ("log_likelihood_", "n_customers_")
_SUBSAMPLE = 20_000  # customers that find the start for a larger number
_NEVER_LEAVES = 1e-3  # mean probability of dropout after a purchase, below which nobody leaves


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
        self, X: pd.DataFrame, y: None = None, sample_weight: ArrayLike | None = None
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
        purchases = read_purchases(X)
        weight = read_weights(sample_weight, len(X))
        _require_repeats(purchases, weight)
        unit = days_in(self.time_unit)
        maximum = maximise(
            BetaGeoLikelihood.of(purchases, weight, unit),
            _starts(purchases, weight, unit),
            names=_NAMES,
            explain=_explanation,
        )
        ParameterEstimates.at_maximum(_NAMES, maximum).keep(self)
        self.log_likelihood_ = maximum.curve.value
        self.n_customers_ = len(X) if weight is None else round(float(weight.sum()))
        return self

    @classmethod
    def from_parameters(  # noqa: PLR0913 - the model has four parameters
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
        >>> model.expected_repeat_purchases([273]).round(2).tolist()
        [1.24]
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
        odds = odds_of_having_left(parameters, read_purchases(history), unit)
        return pd.Series(1 / (1 + odds.value), index=history.index, name="probability_alive")

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
        ends, discounts = _steps(Span.parse(horizon), annual_discount_rate)
        value, jacobian = expected_purchases_by_parameters(
            parameters, purchases, unit, (ends / unit, discounts)
        )
        return Estimates(value, jacobian, log_covariance(self, _NAMES))

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
        0              0.726               1.226
        """
        warn_without_covariance(self)
        expected = self.expected_purchases(history, horizon=horizon)
        low, high = expected.interval(level)
        return pd.DataFrame(
            {
                "probability_alive": self.probability_alive(history),
                "expected_purchases": expected.value,
                "expected_purchases_low": low,
                "expected_purchases_high": high,
            },
            index=history.index,
        )

    def simulate(
        self, n_customers: int, *, duration: str, random_state: RandomState
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
        rng = random_generator(random_state)
        rate, leaving = draw_beta_geo_customers(self._parameters(), n_customers, rng)
        unit = days_in(self.time_unit)
        customer, time = draw_beta_geo_purchases(
            (rate, leaving), np.full(n_customers, Span.parse(duration).to(self.time_unit)), rng
        )
        return pd.DataFrame({"customer_id": (customer + 1).astype(str), "days_since_first": time * unit})

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
        return parameter_table(self, _NAMES, level)

    def to_json(self) -> str:
        """Write the fitted model as JSON text.

        Returns
        -------
        str
            Read by `from_json` into a model with the same forecasts.
        """
        return model_to_json(self, _NAMES, _FACTS)

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
        stored = model_from_json(text, cls, _NAMES)
        model = cls.from_parameters(**stored.arguments)
        stored.give_facts(model)
        return model

    def _parameters(self) -> Floats:
        return parameter_values(self, _NAMES)


def _require_repeats(purchases: Purchases, weight: Floats | None) -> None:
    counted = purchases.frequency > 0 if weight is None else weight * purchases.frequency > 0
    if not counted.any():
        raise ConvergenceError(
            _(
                "None of the {n} customers has purchased again, so nothing tells how often "
                "customers purchase or when they leave. Observe them for longer, or use "
                "BetaGeoModel.from_parameters(…) with the estimates of comparable customers.",
                n=len(counted),
            )
        )


def _starts(purchases: Purchases, weight: Floats | None, unit: float) -> list[Floats]:
    """Return points to start from: by the mean rate, and found on a subsample if there are many."""
    w = np.ones_like(purchases.T) if weight is None else weight
    time_per_repeat = float(w @ purchases.T) / unit / float(w @ purchases.frequency)
    usual = np.log([0.5, 0.5 * time_per_repeat, 0.5, 2.0])
    steady = np.log([1.0, 1.0 * time_per_repeat, 0.1, 5.0])
    stride = len(w) // _SUBSAMPLE
    if stride < 2:
        return [usual, steady]
    part = Purchases(
        purchases.frequency[::stride], purchases.recency[::stride], purchases.T[::stride]
    )
    if not (w[::stride] * part.frequency).any():
        return [usual, steady]
    sampled = climb(BetaGeoLikelihood.of(part, w[::stride] if weight is not None else None, unit), usual)
    return [*([sampled.log_parameters] if sampled.is_maximum else []), usual, steady]


def _steps(horizon: Span, annual_discount_rate: float) -> tuple[Floats, Floats]:
    """Return the ends of the steps of a horizon, in days, and the discount factor of each."""
    if not (np.isfinite(annual_discount_rate) and annual_discount_rate >= 0):
        raise ValueError(
            _(
                "annual_discount_rate is a share such as 0.1, 0 or more: got {value!r}.",
                value=annual_discount_rate,
            )
        )
    n = int(np.ceil(horizon.to("M") - 1e-9))
    middles = (np.arange(n) + 0.5) * horizon.to("Y") / n
    ends = np.arange(1, n + 1) * (horizon.to("D") / n)
    ends[-1] = horizon.to("D")
    return ends, (1 + annual_discount_rate) ** -middles


def _explanation(escape: Escape) -> str:
    """Say what an escape means, and what an analyst can do."""
    return f"{_situation(escape)} {_advice()}"


def _situation(escape: Escape) -> str:
    leaving = escape.parameters["a"] / (escape.parameters["a"] + escape.parameters["b"])
    if leaving < _NEVER_LEAVES or ("a" in escape.shrinking and "b" not in escape.shrinking):
        return _(
            "The data look as if nobody ever dropped out: this is the limit where BG/NBD becomes "
            "the NBD model, without departures."
        )
    if {"a", "b"} <= escape.growing:
        return _(
            "The data look as if every customer left with the same probability after a purchase, "
            "about {probability:.2g}.",
            probability=leaving,
        )
    if {"a", "b"} <= escape.shrinking:
        return _(
            "The data look like two kinds of customers: those who never leave and those who "
            "leave after the first repeat purchase."
        )
    if "b" in escape.shrinking:
        return _("The data look as if customers left right after the first repeat purchase.")
    if {"r", "alpha"} <= escape.growing:
        return _("The data look as if all customers purchased at the same rate.")
    if "r" in escape.shrinking:
        return _("The data look as if hardly anybody purchased again.")
    return _("The data do not tell these parameters apart.")


def _advice() -> str:
    return _(
        "Check that as_of is the last day that the data cover; then observe the customers for "
        "longer, or fit more of them together, or use BetaGeoModel.from_parameters(…) with the "
        "estimates of comparable customers."
    )
