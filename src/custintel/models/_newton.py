"""Maximum likelihood by Newton's method, and what to say when there is no maximum.

Parameters are positive and handled as logarithms, so that no step leaves their range and a
parameter that runs towards zero or infinity shows as one that never stops moving.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import ConvergenceError

_MAX_STEPS = 200
_LONGEST_MOVE = 2.0  # of a log parameter in one step
_HALVINGS = 40
_RISE_LEFT = 1e-12  # in units of log-likelihood: a millionth of a standard error
_STILL = 1e-3  # a log parameter that moves less has arrived
# From a start of the data's own scale, a factor of e¹² (160,000) is no longer an estimate.
_FARTHEST = 12.0
_SHARE_OF_MOVE = 0.5  # of the longest, above which a parameter takes part in the escape


@dataclass(frozen=True, slots=True)
class Curve:
    """A log-likelihood at one point, with its derivatives by the log parameters."""

    value: float
    gradient: Floats  # shape (k,)
    hessian: Floats  # shape (k, k)


@dataclass(frozen=True, slots=True)
class Climb:
    """Where Newton's method ended, and whether that is a maximum."""

    log_parameters: Floats
    curve: Curve
    travelled: Floats  # from the start, and one more step in the direction of the rise
    is_maximum: bool
    cost: float = 0.0  # of the penalty, which the curve contains
    back: Floats | None = None  # leads from where the search was made to the model's scale

    @property
    def log_likelihood(self) -> float:
        """Return the log-likelihood, without the penalty."""
        return self.curve.value + self.cost

    def theta(self) -> Floats:
        """Return the model's log parameters, and its coefficients after them."""
        return self.log_parameters if self.back is None else self.back @ self.log_parameters

    def covariance(self) -> Floats:
        """Return the covariance of the estimated log parameters and coefficients."""
        inverse = np.asarray(np.linalg.inv(-self.curve.hessian), dtype=float)
        return inverse if self.back is None else self.back @ inverse @ self.back.T


@dataclass(frozen=True, slots=True)
class Escape:
    """Parameters that the likelihood sends to infinity or to zero, and where they were left."""

    growing: frozenset[str]
    shrinking: frozenset[str]
    parameters: dict[str, float]

    def direction_of(self, name: str) -> str:
        """Say where a parameter moves."""
        if name in self.growing:
            return _("towards infinity")
        if name not in self.shrinking:
            return ""
        return _("towards minus infinity") if is_coefficient(name) else _("towards zero")


Likelihood = Callable[[Floats], Curve]


@dataclass(frozen=True, slots=True)
class Penalty:
    """Draws parameters towards a reference, as a normal prior of variance 1 / weight does."""

    weight: float
    reference: Floats

    def cost(self, point: Floats) -> float:
        """Return what the penalty takes off the log-likelihood."""
        return 0.5 * self.weight * float(((point - self.reference) ** 2).sum())

    def applied_to(self, likelihood: Likelihood) -> Likelihood:
        """Return the likelihood less the penalty."""
        if not self.weight:
            return likelihood

        def penalised(point: Floats) -> Curve:
            curve = likelihood(point)
            away = point - self.reference
            bend = self.weight * np.eye(len(point))
            return Curve(
                curve.value - self.cost(point),
                curve.gradient - self.weight * away,
                curve.hessian - bend,
            )

        return penalised


def maximise(
    likelihood: Likelihood,
    starts: Sequence[Floats],
    *,
    names: Sequence[str],
    explain: Callable[[Escape], str],
    penalty: Penalty | None = None,
) -> Climb:
    """Return the maximum reached from the first start that leads to one.

    Raises `ConvergenceError` when none does: `explain` says in an analyst's words what the
    escape of the last parameters means.
    """
    end = best_end(likelihood, starts, penalty or Penalty(0.0, starts[0]))
    return require_maximum(end, names=names, explain=explain)


def best_end(likelihood: Likelihood, starts: Sequence[Floats], penalty: Penalty) -> Climb:
    """Return the first maximum that a start leads to; if none does, the highest end."""
    ends = []
    for start in starts:
        end = climb(penalty.applied_to(likelihood), start)
        ends.append(replace(end, cost=penalty.cost(end.log_parameters)))
        if end.is_maximum:
            return ends[-1]
    return max(ends, key=lambda end: end.curve.value)


def require_maximum(end: Climb, *, names: Sequence[str], explain: Callable[[Escape], str]) -> Climb:
    """Return the end of a search if it is a maximum, else raise `ConvergenceError`."""
    if not end.is_maximum:
        raise _no_maximum(end, names, explain)
    return end


def _no_maximum(
    end: Climb, names: Sequence[str], explain: Callable[[Escape], str]
) -> ConvergenceError:
    escape = _escape(end, names)
    bend = np.abs(np.linalg.eigvalsh(end.curve.hessian))
    diagnosis = pd.DataFrame(
        {
            "value": list(escape.parameters.values()),
            "gradient": end.curve.gradient,
            "moves": [escape.direction_of(name) for name in names],
        },
        index=pd.Index(names, name="parameter"),
    )
    condition = float(bend.max() / bend.min()) if bend.min() > 0 else np.inf
    message = _(
        "The likelihood has no maximum: it rises as long as {movement} (stopped at {parameters}; "
        "largest gradient {gradient:.1e}, condition of the Hessian {condition:.0e}). "
        "{explanation}",
        movement=_movement(escape),
        parameters=", ".join(f"{k} = {v:.3g}" for k, v in escape.parameters.items()),
        gradient=float(np.abs(end.curve.gradient).max()),
        condition=condition,
        explanation=explain(escape),
    )
    return ConvergenceError(message, diagnosis=diagnosis, condition_number=condition)


def climb(likelihood: Likelihood, start: Floats) -> Climb:
    """Follow Newton's steps upwards from `start` until they end or run away."""
    point, curve = start, likelihood(start)
    for _step in range(_MAX_STEPS):
        step, is_concave = _ascent(curve)
        rise = float(curve.gradient @ step) / 2
        if rise <= _RISE_LEFT:
            arrived = is_concave and float(np.abs(step).max()) < _STILL
            return Climb(point, curve, point - start + step, arrived)
        # Rounding of the sum hides smaller changes of the likelihood than this.
        slack = 1e-13 * (1 + abs(curve.value))
        found = _upwards(likelihood, point, step, curve.value - slack)
        if found is None or np.abs(found[0] - start).max() > _FARTHEST:
            return Climb(point, curve, point - start + step, is_maximum=False)
        point, curve = found
    return Climb(point, curve, point - start, is_maximum=False)


def _ascent(curve: Curve) -> tuple[Floats, bool]:
    """Return Newton's step, bent upwards where the likelihood is not concave."""
    bend, axes = np.linalg.eigh(-curve.hessian)
    least = 1e-12 * float(np.abs(bend).max()) + 1e-300
    step = axes @ ((axes.T @ curve.gradient) / np.maximum(np.abs(bend), least))
    longest = float(np.abs(step).max())
    return step * min(1.0, _LONGEST_MOVE / max(longest, 1e-300)), bool(bend.min() > 0)


def _upwards(
    likelihood: Likelihood, point: Floats, step: Floats, floor: float
) -> tuple[Floats, Curve] | None:
    """Return the first point along the step, halved as needed, that is not below `floor`."""
    for halving in range(_HALVINGS):
        candidate = point + step / 2**halving
        with np.errstate(all="ignore"):
            curve = likelihood(candidate)
        if np.isfinite(curve.value) and curve.value >= floor and np.isfinite(curve.hessian).all():
            return candidate, curve
    return None


def _escape(end: Climb, names: Sequence[str]) -> Escape:
    moved = dict(zip(names, end.travelled, strict=True))
    threshold = _SHARE_OF_MOVE * float(np.abs(end.travelled).max())
    return Escape(
        growing=frozenset(name for name, move in moved.items() if move > threshold),
        shrinking=frozenset(name for name, move in moved.items() if move < -threshold),
        parameters={
            name: value if is_coefficient(name) else float(np.exp(value))
            for name, value in zip(names, end.theta().tolist(), strict=True)
        },
    )


def is_coefficient(name: str) -> bool:
    """Tell a covariate's coefficient, of any sign, from a parameter, handled as its logarithm."""
    return ":" in name


def _movement(escape: Escape) -> str:
    """Say which parameters escape, and where to."""
    growing = sorted(escape.growing)
    falling = sorted(name for name in escape.shrinking if is_coefficient(name))
    shrinking = sorted(escape.shrinking - set(falling))
    up = _n(
        "{names} grows towards infinity",
        "{names} grow towards infinity",
        len(growing),
        names=", ".join(growing),
    )
    down = _n(
        "{names} shrinks towards zero",
        "{names} shrink towards zero",
        len(shrinking),
        names=", ".join(shrinking),
    )
    below = _n(
        "{names} falls towards minus infinity",
        "{names} fall towards minus infinity",
        len(falling),
        names=", ".join(falling),
    )
    shown = [text for text, names in ((up, growing), (down, shrinking), (below, falling)) if names]
    return reduce(lambda first, second: _("{up} and {down}", up=first, down=second), shown)
