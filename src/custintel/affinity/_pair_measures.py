"""How strongly two things go together: the usual measures, from counts of baskets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Bounds, Floats, normal_quantile, wilson_interval
from custintel._significance import q_values

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Of ``n`` baskets, how many hold an antecedent, a consequent, and ``both``.

    All measures are quotients of whole numbers, so that equal counts give equal figures.
    """

    both: Counts
    antecedent: Counts
    consequent: Counts
    n: int

    @property
    def support(self) -> Floats:
        """Return the share of the baskets that hold both."""
        return np.asarray(self.both / self.n)

    @property
    def confidence(self) -> Floats:
        """Return the share of the antecedent's baskets that hold the consequent."""
        return np.asarray(self.both / self.antecedent)

    @property
    def lift(self) -> Floats:
        """Return the confidence divided by the consequent's share of all baskets."""
        return np.asarray(self.both * self.n / (self.antecedent * self.consequent))

    @property
    def leverage(self) -> Floats:
        """Return the support beyond that of independent items."""
        return np.asarray(self._excess() / self.n**2)

    @property
    def conviction(self) -> Floats:
        """Return how much rarer exceptions to the rule are than by chance; inf without any."""
        exceptions = (self.antecedent - self.both) * self.n
        by_chance = self.antecedent * (self.n - self.consequent)
        found = np.full(len(self.both), np.inf)
        np.divide(by_chance, exceptions, out=found, where=exceptions > 0)
        return found

    @property
    def zhang(self) -> Floats:
        """Return Zhang's measure, from -1 (never together) to 1 (always); 0 by chance."""
        most = np.maximum(
            self.both * (self.n - self.antecedent), self.antecedent * (self.consequent - self.both)
        )
        found = np.zeros(len(self.both))
        np.divide(self._excess(), most, out=found, where=most > 0)
        return found

    def confidence_interval(self, level: float) -> Bounds:
        """Return Wilson's bounds of the confidence."""
        return Bounds(*wilson_interval(self.both, self.antecedent, level))

    def lift_interval(self, level: float) -> Bounds:
        """Return the bounds of the lift, symmetric on the log scale, by the delta method.

        The shares of both items and of the pair are taken as those of one multinomial
        sample. Of items never seen together the lower bound is 0, and the upper one that of
        the pair's share by Wilson, over the product of the items' shares.
        """
        is_seen = self.both > 0
        both = np.where(is_seen, self.both, 1)
        lift = both * self.n / (self.antecedent * self.consequent)
        # The sum in brackets first: the bounds of A with B are those of B with A to the last bit.
        variance = 1 / both - (1 / self.antecedent + 1 / self.consequent) + (2 * lift - 1) / self.n
        spread = np.exp(normal_quantile(level) * np.sqrt(np.maximum(variance, 0.0)))
        high_unseen = wilson_interval(0, self.n, level)[1] * lift * self.n
        return Bounds(
            np.where(is_seen, lift / spread, 0.0), np.where(is_seen, lift * spread, high_unseen)
        )

    def says_no_more_than(self, simpler: "Together | None" = None) -> NDArray[np.bool_]:
        """Return where the confidence is not above that of simpler rules.

        By default the simpler rule is that of no antecedent: the consequent's share of all.
        """
        if simpler is None:
            return np.asarray(self._excess() <= 0)
        return np.asarray(self.both * simpler.antecedent <= simpler.both * self.antecedent)

    def columns(self, level: float) -> dict[str, NDArray[np.generic]]:
        """Return the counts and measures by the names that they have in tables of rules."""
        confidence, lift = self.confidence_interval(level), self.lift_interval(level)
        return {
            "n_baskets": np.full(len(self.both), self.n, dtype=np.int64),
            "n_antecedent": self.antecedent,
            "n_consequent": self.consequent,
            "n_both": self.both,
            "support": self.support,
            "confidence": self.confidence,
            "confidence_low": confidence.low,
            "confidence_high": confidence.high,
            "lift": self.lift,
            "lift_low": lift.low,
            "lift_high": lift.high,
            "leverage": self.leverage,
            "conviction": self.conviction,
            "zhang": self.zhang,
        }

    def _excess(self) -> Counts:
        return self.both * self.n - self.antecedent * self.consequent


def q_among(p: Floats, n_tested: int) -> Floats:
    """Return the Benjamini–Hochberg q of the p that are listed, of `n_tested` in all.

    Those not listed are taken for 1, which never makes the others smaller.

    >>> q_among(np.array([0.01, 0.02]), 10).round(3).tolist()
    [0.1, 0.1]
    """
    if not len(p):
        return p
    return np.minimum(1.0, q_values(p) * (n_tested / len(p)))
