"""Customers and outcomes of two arms among the first of a ranking, and what follows from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custintel._intervals import Floats

QINI, GAIN, ARM_SHARES = "qini", "gain", "arm_shares"
CURVES = (QINI, GAIN, ARM_SHARES)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What has been met of each arm, from the first customers of a ranking to the last.

    Arrays of shape (…, k + 1), from nobody to everybody, so that many resamples of a ranking
    can be done at once.

    Attributes
    ----------
    n_treated, n_control : ndarray
        Customers.
    treated, control : ndarray
        Sums of their outcomes.
    """

    n_treated: Floats
    n_control: Floats
    treated: Floats
    control: Floats

    @classmethod
    def of_groups(cls, groups: Floats) -> "Tally":
        """Add up groups of customers, best first, shape (4, …, k): see the attributes."""
        nobody = np.zeros((*groups.shape[:-1], 1))
        return cls(*np.concatenate([nobody, groups.cumsum(axis=-1)], axis=-1))

    def shares(self) -> Floats:
        """Return the shares of all customers that are met, 0 to 1."""
        met = self.n_treated + self.n_control
        return np.asarray(met / met[..., -1:])

    def gain(self, curve: str) -> Floats:
        """Return the outcome added per customer of the whole if the first are treated.

        An arm of which nobody is met yet counts as having brought nothing. All curves begin
        at 0 and end at the difference of the two arms' means.
        """
        if curve == QINI:
            ratio = _over(self.n_treated, self.n_control)
            return np.asarray((self.treated - self.control * ratio) / self.n_treated[..., -1:])
        if curve == ARM_SHARES:
            treated = self.treated / self.n_treated[..., -1:]
            return np.asarray(treated - self.control / self.n_control[..., -1:])
        rates = _over(self.treated, self.n_treated) - _over(self.control, self.n_control)
        return np.asarray(rates * self.shares())

    def area(self, curve: str) -> Floats:
        """Return the area under a curve of gain over the share of customers."""
        gain, share = self.gain(curve), self.shares()
        return np.asarray(((gain[..., 1:] + gain[..., :-1]) / 2 * np.diff(share)).sum(axis=-1))

    def has_both_arms(self) -> NDArray[np.bool_]:
        """Return whether anybody is in each arm."""
        return np.asarray((self.n_treated[..., -1] > 0) & (self.n_control[..., -1] > 0))

    def of(self, chosen: NDArray[np.bool_]) -> "Tally":
        """Return some of many resamples."""
        parts = (self.n_treated, self.n_control, self.treated, self.control)
        return Tally(*(part[chosen] for part in parts))

    def effect(self) -> Floats:
        """Return the difference of the means of the two arms."""
        treated = self.treated[..., -1] / self.n_treated[..., -1]
        return np.asarray(treated - self.control[..., -1] / self.n_control[..., -1])

    def perfect(self, curve: str) -> "Tally":
        """Return the ranking that knows who succeeded in which arm; of outcomes of 0 and 1."""
        won, lost = self.treated[..., -1], self.n_treated[..., -1] - self.treated[..., -1]
        spared, missed = self.n_control[..., -1] - self.control[..., -1], self.control[..., -1]
        nobody = np.zeros(won.shape)
        if curve == QINI:
            # Treated successes, then all failures, then the successes of the control.
            groups = [
                [won, lost, nobody],
                [nobody, spared, missed],
                [won, nobody, nobody],
                [nobody, nobody, missed],
            ]
        else:
            # The two kinds that speak against the treatment: the more frequent one last.
            more_missed = missed > lost
            third, fourth = np.where(more_missed, missed, 0.0), np.where(more_missed, 0.0, missed)
            groups = [
                [won, nobody, np.where(more_missed, 0.0, lost), np.where(more_missed, lost, 0.0)],
                [nobody, spared, third, fourth],
                [won, nobody, nobody, nobody],
                [nobody, nobody, third, fourth],
            ]
        return Tally.of_groups(np.stack([np.stack(row, axis=-1) for row in groups]))


def at_shares(tally: Tally, values: Floats, shares: Floats) -> Floats:
    """Return values of a tally at given shares of the customers, on straight lines between."""
    met = tally.shares()
    if met.ndim == 1:
        return np.interp(shares, met, values)
    return np.stack([np.interp(shares, x, y) for x, y in zip(met, values, strict=True)])


def _over(part: Floats, whole: Floats) -> Floats:
    return np.asarray(part / np.maximum(whole, 1.0) * (whole > 0))
