"""Looks at an experiment before its end: when a difference may be believed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from custintel._checks import require_between, require_choice, require_count
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.experiments._boundaries import BOUNDARIES, crossing_probabilities

Boundary = Literal["obrien_fleming", "pocock", "spending", "always_valid"]
_MOST_LOOKS = 200


@dataclass(frozen=True, slots=True)
class LookPlan:
    """How many times an experiment is looked at, decided before it starts.

    Who looks at a running experiment five times, and stops at the first p below 5 %, finds a
    difference in 14 % of the experiments without any; who looks every day, in most. Under a
    plan, each look has a stricter limit, and all looks together err as one test does.

    Attributes
    ----------
    n_looks : int
        Looks that are planned, the last one at the end; 1 to 200.
    look : int, optional
        The look that this is, 1 to `n_looks`; by default the last one.
    boundary : {"obrien_fleming", "pocock", "spending", "always_valid"}
        ``"obrien_fleming"``: strict at first, and at the end nearly as if there had been one
        look; ``"pocock"``: the same limit at each look; ``"spending"``: that of Lan and DeMets,
        close to the first, which also holds when looks come at other parts of the
        information than planned, if the part of each is given truly; ``"always_valid"``: holds
        however often one looks, at the price of wider intervals.
    information : tuple of float, optional
        Part of all customers that have their result at each look, rising, above 0 and up to 1;
        by default even steps up to 1.
    """

    n_looks: int
    look: int | None = None
    boundary: Boundary = "obrien_fleming"
    information: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check the plan."""
        require_count(self.n_looks, name="n_looks")
        require_between(self.n_looks, 1, _MOST_LOOKS, name="n_looks")
        require_choice(self.boundary, BOUNDARIES, name="boundary")
        if self.look is not None:
            require_count(self.look, name="look")
            require_between(self.look, 1, self.n_looks, name="look")
        if self.information is not None:
            _require_rising(self.information, self.n_looks)

    def limits(self, *, level: float = 0.95) -> pd.DataFrame:
        """Return how far out a difference must be at each look.

        Parameters
        ----------
        level : float, default=0.95
            1 − the probability to find a difference at any look if there is none; between 0
            and 1.

        Returns
        -------
        DataFrame
            Indexed by ``look``, from 1.

            - ``information`` : float, 0-1, part of all customers that have their result
            - ``z`` : float, standard errors that a difference must be away from 0
            - ``p`` : float, 0-1, that p must not exceed
            - ``alpha_spent`` : float, 0-1, probability to have found a difference by then if
              there is none

        References
        ----------
        O'Brien, P. C. and Fleming, T. R. (1979). A multiple testing procedure for clinical
        trials. Biometrics 35(3), 549-556.

        Pocock, S. J. (1977). Group sequential methods in the design and analysis of clinical
        trials. Biometrika 64(2), 191-199.

        Lan, K. K. G. and DeMets, D. L. (1983). Discrete sequential boundaries for clinical
        trials. Biometrika 70(3), 659-663.

        Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm.
        Annals of Mathematical Statistics 41(5), 1397-1409.

        Examples
        --------
        >>> LookPlan(5).limits()["z"].round(3).to_list()
        [4.562, 3.226, 2.634, 2.281, 2.04]
        >>> LookPlan(5, boundary="pocock").limits()["z"].round(3).to_list()
        [2.413, 2.413, 2.413, 2.413, 2.413]
        """
        require_between(level, 0, 1, name="level", open_ends=True)
        information = self._information()
        z = BOUNDARIES[self.boundary](information, 1 - level)
        return pd.DataFrame(
            {
                "information": information,
                "z": z,
                "p": 2 * ndtr(-z),
                "alpha_spent": crossing_probabilities(z, information).cumsum(),
            },
            index=pd.RangeIndex(1, self.n_looks + 1, name="look"),
        )

    def limit(self, *, level: float = 0.95) -> float:
        """Return what p must not exceed at this look.

        Parameters
        ----------
        level : float, default=0.95
            As for `limits`.

        Returns
        -------
        float
            A probability, 0-1.

        Examples
        --------
        >>> round(LookPlan(5, look=3).limit(), 5)
        0.00845
        """
        return float(self.limits(level=level)["p"].loc[self.look or self.n_looks])

    def _information(self) -> Floats:
        if self.information is not None:
            return np.array(self.information, np.float64)
        return np.arange(1, self.n_looks + 1) / self.n_looks


def _require_rising(information: tuple[float, ...], n_looks: int) -> None:
    parts = np.asarray(information, np.float64)
    is_fit = parts.shape == (n_looks,) and bool((np.diff(parts, prepend=0.0) > 0).all())
    if not (is_fit and parts[-1] <= 1):
        raise ValueError(
            _(
                "information is a rising part of all customers for each of the {n} looks, above "
                "0 and up to 1: got {given}.",
                n=n_looks,
                given=list(information),
            )
        )
