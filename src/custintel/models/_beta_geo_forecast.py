"""What the BG/NBD model expects of a customer, given its parameters."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from custintel._intervals import Floats
from custintel.models._beta_geo_likelihood import dropout_log_odds
from custintel.models._dropout_integral import active_purchases
from custintel.models._history import Purchases

_NUDGE = 1e-4  # of ln a and ln b, for central differences


@dataclass(frozen=True, slots=True)
class Expectation:
    """Numbers, and their derivatives by the log parameters."""

    value: Floats  # shape (n,)
    jacobian: Floats  # shape (n, 4)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Lengths of time after the end of observation, and the weight of what is bought in each."""

    ends: Floats
    discounts: Floats

    def weights(self) -> Floats:
        """Return the weight of the purchases up to each end, cumulative as they are."""
        return np.asarray(self.discounts - np.append(self.discounts[1:], 0.0))


def probability_active(
    parameters: Floats, purchases: Purchases, days_per_unit: float
) -> Expectation:
    """Return the probability that each customer has not left; 1 without repeat purchase."""
    again = np.flatnonzero(purchases.frequency > 0)
    some = purchases.of(again)
    value, jacobian = np.ones(len(purchases.T)), np.zeros((len(purchases.T), 4))
    q, slopes, _bends = dropout_log_odds(
        parameters,
        some.frequency,
        some.recency / days_per_unit,
        some.T / days_per_unit,
    )
    value[again] = expit(-q)
    jacobian[again] = (-expit(q) * expit(-q) * slopes).T
    return Expectation(value, jacobian)


def expected_purchases_of(
    parameters: Floats, purchases: Purchases, days_per_unit: float, horizon: Horizon
) -> Expectation:
    """Return each customer's expected purchases, weighted by when they are made."""
    rows, kind = _kinds(purchases)
    active = _while_active(
        parameters, purchases.frequency[rows], purchases.T[rows] / days_per_unit, horizon
    )
    number, by_parameters = active.value[kind], active.jacobian[kind]
    alive = probability_active(parameters, purchases, days_per_unit)
    return Expectation(
        alive.value * number,
        alive.value[:, None] * by_parameters + alive.jacobian * number[:, None],
    )


def expected_after_first_purchase(parameters: Floats, elapsed: Floats) -> Floats:
    """Return the mean number of repeat purchases of a new customer within each length of time."""
    r, alpha, a, b = parameters
    distinct, which = np.unique(elapsed, return_inverse=True)
    ones = np.ones_like(distinct)
    expected = active_purchases(a, b * ones, r * ones, distinct / alpha).value
    return expected[which].reshape(elapsed.shape)


def _kinds(purchases: Purchases) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return one row for each pair of frequency and T, and the pair's number for each row.

    While a customer is active, nothing else matters.
    """
    age, _ages = pd.factorize(purchases.T)
    most = int(purchases.frequency.max())
    kind, pairs = pd.factorize(age.astype(np.int64) * (most + 1) + purchases.frequency.astype(int))
    rows = np.empty(len(pairs), dtype=np.intp)
    rows[kind] = np.arange(len(kind))
    return rows, kind


def _while_active(parameters: Floats, x: Floats, T: Floats, horizon: Horizon) -> Expectation:
    """Return the expected purchases of customers who are active at T."""
    value, by_r, by_alpha = _at_rates(parameters, x, T, horizon)
    columns = [by_r, by_alpha]
    for position in (2, 3):
        shift = np.ones(4)
        shift[position] = np.exp(_NUDGE)
        above = _at_rates(parameters * shift, x, T, horizon)[0]
        below = _at_rates(parameters / shift, x, T, horizon)[0]
        columns.append((above - below) / (2 * _NUDGE))
    return Expectation(value, np.column_stack(columns))


def _at_rates(
    parameters: Floats, x: Floats, T: Floats, horizon: Horizon
) -> tuple[Floats, Floats, Floats]:
    """Return the weighted expectations, and their derivatives by ln r and ln α."""
    r, alpha, a, b = parameters
    used = horizon.weights() != 0
    ends, weights = horizon.ends[used], horizon.weights()[used]
    s = ends[:, None] / (alpha + T)
    shape = s.shape
    part = active_purchases(
        a, np.broadcast_to(b + x, shape).ravel(), np.broadcast_to(r + x, shape).ravel(), s.ravel()
    )
    by_s = part.by_s.reshape(shape) * s * (-alpha / (alpha + T))
    return (
        weights @ part.value.reshape(shape),
        r * (weights @ part.by_m.reshape(shape)),
        weights @ by_s,
    )
