"""How far out a difference must be at each look, if all looks together may err as one test.

The statistic at information t is z(t) = B(t) / √t of a Brownian motion B. What is left of its
distribution after each look is carried to the next one by quadrature, as Armitage, McPherson
and Rowe (1969) do.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import lambertw, ndtr, ndtri

from custintel._intervals import Floats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(128)
_FARTHEST = 30.0  # standard errors; beyond them nothing is spent


def crossing_probabilities(z: Floats, information: Floats) -> Floats:
    """Return the probability to cross ±z first at each look, if there is no difference.

    >>> p = crossing_probabilities(np.full(5, 1.959964), np.arange(1, 6) / 5)
    >>> round(float(p.sum()), 3)  # five looks at 5 %, as Armitage et al. found
    0.142
    """
    walk = _Walk()
    return np.array([walk.step(each, t) for each, t in zip(z, information, strict=True)])


class _Walk:
    """A Brownian motion that has not crossed yet: density times weight at some points."""

    def __init__(self) -> None:
        self.at, self.mass, self.time = np.zeros(1), np.ones(1), 0.0

    def exit(self, z: float, time: float) -> float:
        """Return the probability to be beyond ±z at `time`, and inside until then."""
        end, step = z * np.sqrt(time), np.sqrt(time - self.time)
        beyond = ndtr((-end - self.at) / step) + ndtr((self.at - end) / step)
        return float(self.mass @ beyond)

    def boundary(self, part: float, time: float) -> float:
        """Return the z beyond which `part` of all is at `time`, and was not before."""
        return _root(lambda z: self.exit(z, time) - part)

    def step(self, z: float, time: float) -> float:
        """Go on to `time`, stop what is beyond ±z there, and return its probability."""
        left = self.exit(z, time)
        end, step = z * np.sqrt(time), np.sqrt(time - self.time)
        to = end * _NODES
        density = np.exp(-0.5 * ((to[:, None] - self.at) / step) ** 2) / (step * np.sqrt(2 * np.pi))
        self.at, self.mass, self.time = to, end * _WEIGHTS * (density @ self.mass), time
        return left


def obrien_fleming(information: Floats, alpha: float) -> Floats:
    """Return the boundary that falls as 1 / √t (O'Brien & Fleming 1979): strict at first."""
    return _scaled(1 / np.sqrt(information), information, alpha)


def pocock(information: Floats, alpha: float) -> Floats:
    """Return the boundary that is the same at each look (Pocock 1977)."""
    return _scaled(np.ones(len(information)), information, alpha)


def spending(information: Floats, alpha: float) -> Floats:
    """Return the boundary that spends alpha as O'Brien's and Fleming's (Lan & DeMets 1983)."""
    spent = 4 * ndtr(ndtri(alpha / 4) / np.sqrt(information))
    walk = _Walk()
    z = []
    for part, time in zip(np.diff(spent, prepend=0.0), information, strict=True):
        z.append(walk.boundary(part, time))
        walk.step(z[-1], time)
    return np.array(z)


def always_valid(information: Floats, alpha: float) -> Floats:
    """Return the boundary that no number of looks crosses too often (Robbins 1970).

    The normal mixture, which is narrowest at full information.
    """
    r = float(-lambertw(-(alpha**2) / np.e, k=-1).real) - 1
    known = r * information
    return np.asarray(np.sqrt((1 + known) / known * (2 * np.log(1 / alpha) + np.log1p(known))))


BOUNDARIES: dict[str, Callable[[Floats, float], Floats]] = {
    "obrien_fleming": obrien_fleming,
    "pocock": pocock,
    "spending": spending,
    "always_valid": always_valid,
}


def _scaled(shape: Floats, information: Floats, alpha: float) -> Floats:
    factor = _root(lambda c: crossing_probabilities(c * shape, information).sum() - alpha)
    return factor * shape


def _root(excess: Callable[[float], float]) -> float:
    if excess(_FARTHEST) >= 0:
        return _FARTHEST
    return float(brentq(excess, 0.01, _FARTHEST, xtol=1e-10))
