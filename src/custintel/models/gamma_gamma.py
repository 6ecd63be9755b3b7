"""The gamma-gamma model of spend per purchase (Fader, Hardie & Lee 2005; Fader & Hardie 2013)."""

from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel import _formats
from custintel._intervals import Estimates
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SetAsideWarning, WeakResultWarning
from custintel.models._correlation import fisher_interval, pearson_correlation
from custintel.models._gamma_gamma_fit import PARAMETERS, fit_gamma_gamma
from custintel.models._gamma_gamma_forecast import expected_spend_of
from custintel.models._history import (
    customers_named,
    read_frequency,
    read_spend,
    read_weights,
)
from custintel.models._likelihood_model import LikelihoodModel, require_penalty

_STRONG_CORRELATION = 0.1  # from which the assumption of independence is in doubt


class GammaGammaModel(LikelihoodModel):
    """Describe and forecast the mean amount that customers spend per purchase (gamma-gamma).

    Each customer's amounts are gamma distributed around an individual mean, and the means vary
    over customers. A customer with few purchases is taken to be closer to the mean of all than
    the few amounts say. The model assumes that how much a customer spends does not go with how
    often: `spend_frequency_correlation_` tells how far that holds.

    Parameters
    ----------
    penalty : float, default=0.0
        Draws the logarithms of the parameters to usual ones (p = q = 3, and v from the mean
        amount), as a normal prior of variance 1 / `penalty` does: 0.1 is weak, and enough for
        data that have no maximum. The intervals are those of the penalised likelihood.

    Attributes
    ----------
    p_ : float
        Shape of the distribution of one customer's amounts.
    q_, v_ : float
        Shape and rate of the distribution over customers; `v_` is in the currency of the
        amounts. The mean over customers is ``p_ * v_ / (q_ - 1)``.
    parameters_ : Series
        The three of them.
    log_likelihood_, aic_, bic_ : float
        At the maximum, without the penalty; absent, as the other results of the fit below,
        from a model made by `from_parameters`.
    standard_errors_ : Series
        By parameter; NaN in a model made without covariance.
    covariance_ : DataFrame
        Of the parameters, from the curvature of the likelihood; NaN in a model made without
        one.
    n_customers_ : int
        Customers fitted: those with a repeat purchase and a mean amount above zero.
    n_customers_set_aside_ : int
        The other customers of the table given.
    spend_frequency_correlation_ : float
        Pearson's correlation of frequency and mean amount over the customers fitted; NaN if
        one of the two is the same for all.

    References
    ----------
    Fader, P. S., Hardie, B. G. S., & Lee, K. L. (2005). RFM and CLV: using iso-value curves
    for customer base analysis. Journal of Marketing Research, 42(4), 415–430.

    Fader, P. S., & Hardie, B. G. S. (2013). The gamma-gamma model of monetary value.
    http://www.brucehardie.com/notes/025/

    Examples
    --------
    >>> truth = GammaGammaModel.from_parameters(p=6.25, q=3.74, v=15.44)
    >>> frequency = pd.DataFrame({"frequency": np.arange(3000) % 8})
    >>> history = truth.simulate(frequency, random_state=1)
    >>> model = GammaGammaModel().fit(history)
    >>> model.n_customers_, model.n_customers_set_aside_
    (2625, 375)
    >>> bool(abs(model.q_ - 3.74) < 3 * model.standard_errors_["q"])
    True
    """

    _names: ClassVar[tuple[str, ...]] = PARAMETERS
    _facts: ClassVar[tuple[str, ...]] = (
        *LikelihoodModel._facts,
        "n_customers_set_aside_",
        "spend_frequency_correlation_",
    )

    def __init__(self, *, penalty: float = 0.0) -> None:
        self.penalty = penalty

    def fit(
        self,
        X: pd.DataFrame,
        y: None = None,  # noqa: ARG002 - scikit-learn passes it
        sample_weight: ArrayLike | None = None,
    ) -> "GammaGammaModel":
        """Estimate the parameters by maximum likelihood.

        Customers without repeat purchase, or whose mean amount is not above zero, tell nothing
        and are set aside; `n_customers_set_aside_` counts them.

        Parameters
        ----------
        X : DataFrame
            A purchase history, one row per customer: ``frequency`` and ``monetary_value``.
        y : None
            Ignored; there for scikit-learn.
        sample_weight : array-like of shape (n_customers,), optional
            How many customers each row stands for.

        Returns
        -------
        GammaGammaModel
            The model itself.

        Raises
        ------
        SchemaError
            If a column is missing, or its values are impossible.
        ConvergenceError
            If no customer can be used, or the likelihood has no maximum because the data look
            like a simpler situation, such as amounts that are all alike.

        Warns
        -----
        SetAsideWarning
            If customers with repeat purchases are set aside because of their amounts.
        WeakResultWarning
            If the correlation of spend and frequency is, at 95 % confidence, stronger than 0.1
            in either direction: expected spend times expected purchases is then biased.
        """
        spend = read_spend(X)
        given = read_weights(sample_weight, len(X))
        weight = np.ones(len(X)) if given is None else given
        rows = np.flatnonzero((spend.frequency > 0) & (spend.monetary_value > 0) & (weight > 0))
        if len(rows):
            _warn_of_no_amounts(
                X, (spend.frequency > 0) & (spend.monetary_value <= 0) & (weight > 0)
            )
        fitted, fitted_weight = spend.of(rows), weight[rows]
        penalty = require_penalty(self.penalty)
        maximum = fit_gamma_gamma(fitted, fitted_weight, n_given=len(X), penalty=penalty)
        self._keep_maximum(maximum, float(fitted_weight.sum()))
        self.n_customers_set_aside_ = round(float(weight.sum())) - self.n_customers_
        self.spend_frequency_correlation_ = pearson_correlation(
            fitted.frequency, fitted.monetary_value, fitted_weight
        )
        self._warn_of_correlation()
        return self

    @classmethod
    def from_parameters(
        cls, *, p: float, q: float, v: float, covariance: pd.DataFrame | None = None
    ) -> "GammaGammaModel":
        """Make a model from parameters that are known already.

        Parameters
        ----------
        p, q, v : float
            Above zero; `v` is in the currency of the amounts.
        covariance : DataFrame, optional
            Of the parameters, labelled by their names, as `covariance_` of a fitted model.
            Without it forecasts have no bounds.

        Returns
        -------
        GammaGammaModel
            A model that forecasts like a fitted one.

        Examples
        --------
        >>> model = GammaGammaModel.from_parameters(p=6.25, q=3.74, v=15.44)
        >>> history = pd.DataFrame({"frequency": [2, 0], "monetary_value": [22.35, 0.0]})
        >>> model.expected_spend(history).value.round(1).tolist()
        [24.7, 35.2]
        """
        model = cls()
        model._keep_given({"p": p, "q": q, "v": v}, covariance)
        return model

    def expected_spend(self, history: pd.DataFrame, *, with_errors: bool = True) -> Estimates:
        """Return the mean amount that each customer is expected to spend per purchase.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency`` and ``monetary_value``.
        with_errors : bool, default=True
            False leaves out what intervals need.

        Returns
        -------
        Estimates
            Expected amounts in the currency of the model, one per row of `history`, with
            their derivatives by the logarithms of p, q and v and the covariance of these (NaN
            in a model made without covariance). Customers without repeat purchase have the
            mean over all customers.

        Raises
        ------
        ConvergenceError
            If the expectation is infinite: for customers without repeat purchase when q is
            at most 1, which means that a few spend so much that there is no mean.

        Warns
        -----
        WeakResultWarning
            If the mean amount of a customer is negative, because refunds exceed purchases; the
            model knows no such amounts and takes them for zero.
        """
        spend = read_spend(history)
        value, jacobian = expected_spend_of(
            self._natural(), spend, history, with_slopes=with_errors
        )
        return self._estimates(value, jacobian)

    def forecast(self, history: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
        """Forecast the mean amount that each customer will spend per purchase.

        The bounds are those of the expected amount, from the uncertainty of the parameters;
        the amount of a single purchase varies more.

        Parameters
        ----------
        history : DataFrame
            A purchase history: ``frequency`` and ``monetary_value``.
        level : float, default=0.95
            Probability that the bounds hold the expected amount, between 0 and 1.

        Returns
        -------
        DataFrame
            With the index of `history`, one row per customer, in the currency of the model.

            - ``expected_spend`` : float, mean amount per purchase
            - ``expected_spend_low``, ``expected_spend_high`` : float, bounds of the expected
              amount; NaN, with a warning, in a model made without covariance
        """
        expected = self.expected_spend(history)
        self._warn_without_covariance()
        bounds = expected.interval(level)
        return pd.DataFrame(
            {
                "expected_spend": expected.value,
                "expected_spend_low": bounds.low,
                "expected_spend_high": bounds.high,
            },
            index=history.index,
        )

    def simulate(
        self, frequency: pd.DataFrame, *, random_state: int | np.random.Generator
    ) -> pd.DataFrame:
        """Draw the mean amount of customers whose number of repeat purchases is given.

        Parameters
        ----------
        frequency : DataFrame
            One row per customer, with the column ``frequency``: a purchase history will do.
        random_state : int or numpy.random.Generator
            The same number gives the same amounts.

        Returns
        -------
        DataFrame
            With the index of `frequency`.

            - ``frequency`` : int, as given
            - ``monetary_value`` : float, mean amount of the repeat purchases; 0 without any
        """
        p, q, v = self._natural()
        x = read_frequency(frequency)
        rng = np.random.default_rng(random_state)
        rate = rng.gamma(q, 1 / v, len(x))
        again = np.maximum(x, 1)
        mean = rng.gamma(p * again) / (rate * again)
        return pd.DataFrame(
            {"frequency": x.astype(int), "monetary_value": np.where(x > 0, mean, 0.0)},
            index=frequency.index,
        )

    def summary(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return the parameters, and the correlation of spend and frequency, with intervals.

        Parameters
        ----------
        level : float, default=0.95
            Probability that an interval holds the parameter, between 0 and 1.

        Returns
        -------
        DataFrame
            Indexed by ``parameter``: p, q, v and, of a fitted model,
            spend_frequency_correlation.

            - ``estimate`` : float
            - ``standard_error`` : float; of the correlation, (1 − r²) / √(n − 1)
            - ``low``, ``high`` : float, bounds that are symmetric on the log scale; of the
              correlation, on Fisher's z scale, and NaN for fewer than four customers
        """
        table = super().summary(level=level)
        if not hasattr(self, "spend_frequency_correlation_"):
            return table
        r, n = self.spend_frequency_correlation_, self.n_customers_
        error = (1 - r**2) / np.sqrt(n - 1) if n > 1 else np.nan
        table.loc["spend_frequency_correlation"] = [r, error, *fisher_interval(r, n, level)]
        return table

    def _warn_of_correlation(self) -> None:
        r = self.spend_frequency_correlation_
        low, high = fisher_interval(r, self.n_customers_, 0.95)
        if max(low, -high) > _STRONG_CORRELATION:
            warn(
                _(
                    "Spend and frequency go together (correlation {r}, 95 % interval "
                    "{interval}), while the gamma-gamma model takes them for independent: "
                    "values that multiply its amounts by expected purchases are biased. Fit "
                    "groups of customers apart, such as consumers and resellers.",
                    r=_formats.number(r, 2),
                    interval=_formats.interval(_formats.number(low, 2), _formats.number(high, 2)),
                ),
                WeakResultWarning,
            )


def _warn_of_no_amounts(history: pd.DataFrame, without: NDArray[np.bool_]) -> None:
    n = int(np.count_nonzero(without))
    if n:
        warn(
            _n(
                "{n} customer with repeat purchases has a mean amount (monetary_value) of 0 or "
                "below: {customers}. The gamma-gamma model is fitted without it.",
                "{n} customers with repeat purchases have a mean amount (monetary_value) of 0 or "
                "below, such as {customers}. The gamma-gamma model is fitted without them.",
                n,
                customers=customers_named(history, without),
            ),
            SetAsideWarning,
        )
