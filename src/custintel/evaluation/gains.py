"""Gains and lift: how many of the events the highest probabilities catch."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._checks import require_between, require_count
from custintel._intervals import Bounds, Floats, wilson_interval
from custintel._text import translate as _
from custintel.evaluation._predictions import Predictions, read_predictions


def gains_table(
    outcome: ArrayLike, probability: ArrayLike, *, n_groups: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """Count the events in each group of a ranking, highest probabilities first.

    The groups are equally large. Customers with the same probability have no order among
    themselves: where a limit between groups falls among them, the customers and their events are
    divided in proportion, as they would be on average if they were shuffled. So the table does
    not depend on the order of the rows, counts may have decimals, and probabilities that are all
    equal have a lift of exactly 1 everywhere.

    Parameters
    ----------
    outcome : array-like of shape (n,)
        1 or True for customers to whom it happened, 0 or False for the others; both occur.
    probability : array-like of shape (n,)
        What was foretold for each of them, 0-1.
    n_groups : int, default=10
        Number of groups, 1 to the number of customers.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``group``, 1 for the highest probabilities.

        - ``n_customers`` : float, customers of the group
        - ``probability`` : float, mean of what was foretold for them, 0-1
        - ``lowest_probability`` : float, of the last of them: the threshold that takes the groups
          down to this one
        - ``n_events`` : float, those of them to whom it happened
        - ``event_rate``, ``event_rate_low``, ``event_rate_high`` : float, 0-1, after Wilson
        - ``lift``, ``lift_low``, ``lift_high`` : float, event rate divided by that of all
        - ``customer_share`` : float, share of all customers in this group and those before it
        - ``gain``, ``gain_low``, ``gain_high`` : float, share of all events in them, 0-1
        - ``cumulative_lift``, ``cumulative_lift_low``, ``cumulative_lift_high`` : float, gain
          divided by customer share

        The intervals of lift and gain come from the ratio of the event rates inside and outside,
        bounded from their Wilson intervals (Donner and Zou 2012); the ranking is taken as given.

    Raises
    ------
    SchemaError
        If outcome and probability do not belong together, values are missing, or only one of the
        outcomes occurs.
    ValueError
        If `n_groups` or `level` is not as described.

    References
    ----------
    Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the normal
    mean and standard deviation. Statistical Methods in Medical Research 21(4), 347-359.

    Examples
    --------
    >>> table = gains_table(
    ...     [1, 1, 0, 1, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.4, 0.3, 0.2, 0.2, 0.1], n_groups=4
    ... )
    >>> table[["n_customers", "n_events", "lift", "gain"]].round(2)
           n_customers  n_events  lift  gain
    group
    1              2.0       2.0  2.67  0.67
    2              2.0       1.0  1.33  1.00
    3              2.0       0.0  0.00  1.00
    4              2.0       0.0  0.00  1.00
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_count(n_groups, name="n_groups")
    given = read_predictions(outcome, probability)
    if n_groups > given.n:
        raise ValueError(
            _(
                "n_groups is at most the {n} customers: got {n_groups}.",
                n=given.n,
                n_groups=n_groups,
            )
        )
    limits = given.n * np.arange(n_groups + 1) / n_groups
    ranking = Ranking.of(given)
    events, foretold = ranking.events_of_first(limits), ranking.foretold_for_first(limits)
    size = np.diff(limits)
    rate_low, rate_high = wilson_interval(np.diff(events), size, level)
    inside = _gain_interval(np.diff(events), size, given, level)
    up_to = _gain_interval(events[1:], limits[1:], given, level)
    share, gain = limits[1:] / given.n, events[1:] / given.n_events
    lift = np.diff(events) / given.n_events * n_groups
    return pd.DataFrame(
        {
            "n_customers": size,
            "probability": np.diff(foretold) / size,
            "lowest_probability": ranking.probability_of_last(limits[1:]),
            "n_events": np.diff(events),
            "event_rate": np.diff(events) / size,
            "event_rate_low": rate_low,
            "event_rate_high": rate_high,
            "lift": lift,
            "lift_low": inside.low * n_groups,
            "lift_high": inside.high * n_groups,
            "customer_share": share,
            "gain": gain,
            "gain_low": up_to.low,
            "gain_high": up_to.high,
            "cumulative_lift": gain / share,
            "cumulative_lift_low": up_to.low / share,
            "cumulative_lift_high": up_to.high / share,
        },
        index=pd.RangeIndex(1, n_groups + 1, name="group"),
    )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Customers by falling probability, those with the same one together.

    Attributes
    ----------
    probability : ndarray of shape (n_levels,)
        The different probabilities, falling.
    size, events : ndarray of shape (n_levels,)
        Customers with each of them, and events among these.
    """

    probability: Floats
    size: Floats
    events: Floats

    @classmethod
    def of(cls, given: Predictions) -> "Ranking":
        """Return the ranking of customers."""
        values, place = np.unique(-given.probability, return_inverse=True)
        size = np.bincount(place, minlength=len(values)).astype(np.float64)
        events = np.bincount(place, weights=given.is_event, minlength=len(values))
        return cls(-values, size, events.astype(np.float64))

    def events_of_first(self, n: Floats) -> Floats:
        """Return the events among the first `n` customers, tied ones in proportion."""
        return self._sum_of_first(self.events, n)

    def foretold_for_first(self, n: Floats) -> Floats:
        """Return the sum of the probabilities of the first `n` customers."""
        return self._sum_of_first(self.probability * self.size, n)

    def probability_of_last(self, n: Floats) -> Floats:
        """Return the probability of the last of the first `n` customers, `n` above 0."""
        # A limit that falls between two levels belongs to the one before it, rounding aside.
        place = np.searchsorted(np.cumsum(self.size), n - 1e-9)
        return np.asarray(self.probability[np.minimum(place, len(self.size) - 1)])

    def _sum_of_first(self, each: Floats, n: Floats) -> Floats:
        upto = np.append(0.0, np.cumsum(self.size))
        return np.asarray(np.interp(n, upto, np.append(0.0, np.cumsum(each))))


def _gain_interval(events: Floats, size: Floats, given: Predictions, level: float) -> Bounds:
    """Return the bounds of the share of all events that fall on `size` of the customers.

    The share is s·r / (s·r + 1 − s), with s the share of the customers and r the ratio of the
    event rates inside and outside: a rising function, so that the bounds of r are those of it.
    """
    outside = given.n - size
    all_inside = outside < 0.5 / given.n
    ratio = _ratio_interval(
        events, size, given.n_events - events, np.where(all_inside, 1.0, outside), level
    )
    share = size / given.n

    def gain(r: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            found = share * r / (share * r + 1 - share)
        return np.where(all_inside | np.isinf(r), 1.0, found)

    return Bounds(gain(ratio.low), gain(ratio.high))


def _ratio_interval(
    first: Floats, n_first: Floats, second: Floats, n_second: Floats, level: float
) -> Bounds:
    """Return bounds of the ratio of two event rates, from their Wilson bounds."""
    # Differences of sums may miss 0 by rounding.
    second = np.clip(second, 0.0, n_second)
    p, q = first / n_first, second / n_second
    low_p, high_p = wilson_interval(first, n_first, level)
    low_q, high_q = wilson_interval(second, n_second, level)
    below = (p * q) ** 2 - low_p * high_q * (2 * p - low_p) * (2 * q - high_q)
    above = (p * q) ** 2 - high_p * low_q * (2 * p - high_p) * (2 * q - low_q)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = low_p * (2 * p - low_p) / (p * q + np.sqrt(np.maximum(below, 0.0)))
        high = (p * q + np.sqrt(np.maximum(above, 0.0))) / (low_q * (2 * q - low_q))
    return Bounds(np.where(first <= 0, 0.0, low), np.where(second <= 0, np.inf, high))
