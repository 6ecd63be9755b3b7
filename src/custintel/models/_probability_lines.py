"""Calibration: from the log odds that a model says to the probabilities that are found."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.models._logistic_regression import ridge_logistic

ENOUGH_FOR_ISOTONIC = 200  # of the rarer class; a step function follows fewer too closely
_HARDLY = 1e-6  # penalty of the slope: finite where the logits separate the classes


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How log odds become probabilities.

    Attributes
    ----------
    method : str
        ``sigmoid``, a line of the log odds; or ``isotonic``, steps that rise.
    intercept, slope : float
        Of the line; NaN for steps.
    logits, probabilities : ndarray
        Ends of the steps; empty for a line.
    """

    method: str
    intercept: float
    slope: float
    logits: Floats
    probabilities: Floats

    def apply(self, logits: Floats) -> Floats:
        """Return the probabilities that go with log odds."""
        if self.method == "sigmoid":
            return np.asarray(expit(self.intercept + self.slope * logits))
        return np.asarray(np.interp(logits, self.logits, self.probabilities))

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration as plain numbers."""
        if self.method == "sigmoid":
            return {"method": self.method, "intercept": self.intercept, "slope": self.slope}
        return {
            "method": self.method,
            "logits": self.logits.tolist(),
            "probabilities": self.probabilities.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Return the calibration that `to_dict` wrote."""
        empty: list[float] = []
        return cls(
            stored["method"],
            float(stored.get("intercept", np.nan)),
            float(stored.get("slope", np.nan)),
            np.array(stored.get("logits", empty), np.float64),
            np.array(stored.get("probabilities", empty), np.float64),
        )


def line(intercept: float, slope: float) -> Calibration:
    """Return a line of the log odds as a calibration."""
    return Calibration("sigmoid", intercept, slope, np.empty(0), np.empty(0))


def platt_line(logits: Floats, outcome: Floats, weight: Floats) -> Calibration:
    """Return the line under which log odds that had not seen the outcomes fit them best.

    Outcomes are drawn a little to the middle, as in Platt (1999), so that the line is finite
    where the classes are separated. Log odds that go against the outcomes, as those of
    features that tell nothing do by chance, get the slope 0: all have the base rate.
    """
    n_events = float(weight @ outcome)
    n_others = float(weight.sum()) - n_events
    target = np.where(outcome == 1, (n_events + 1) / (n_events + 2), 1 / (n_others + 2))
    middle = float(np.average(logits, weights=weight))
    spread = float(np.sqrt(np.average((logits - middle) ** 2, weights=weight)))
    if spread > 1e-12:
        standard = ((logits - middle) / spread)[:, None]
        intercept, slope = map(float, ridge_logistic(standard, target, weight, _HARDLY))
        if slope > 0:
            return line(intercept - slope * middle / spread, slope / spread)
    warn(
        _(
            "The features tell nothing of the outcome that other customers confirm: every "
            "customer gets the base rate, {rate:.1%}. Give other features, or more customers.",
            rate=n_events / (n_events + n_others),
        ),
        WeakResultWarning,
    )
    return line(float(np.log(n_events / n_others)), 0.0)


def rising_steps(logits: Floats, outcome: Floats, weight: Floats) -> Calibration:
    """Return the rising steps under which log odds fit outcomes best.

    Steps of only one outcome would be certain of it: their ends are one case away from that.
    """
    n = float(weight.sum())
    steps = IsotonicRegression(y_min=1 / (n + 2), y_max=1 - 1 / (n + 2), out_of_bounds="clip")
    steps.fit(logits, outcome, sample_weight=weight)
    ends = (np.asarray(each, np.float64) for each in (steps.X_thresholds_, steps.y_thresholds_))
    return Calibration("isotonic", np.nan, np.nan, *ends)


def calibrated(method: str, logits: Floats, outcome: Floats, weight: Floats) -> Calibration:
    """Return the calibration asked for, or a line where steps would follow too few events."""
    n_events = float(weight @ outcome)
    n_rarer = min(n_events, float(weight.sum()) - n_events)
    if method == "isotonic" and n_rarer >= ENOUGH_FOR_ISOTONIC:
        return rising_steps(logits, outcome, weight)
    if method == "isotonic":
        warn(
            _(
                "Isotonic calibration needs {least} cases of the rarer outcome, and has {n:g}: "
                "a line of the log odds is taken (calibration='sigmoid').",
                least=ENOUGH_FOR_ISOTONIC,
                n=n_rarer,
            ),
            WeakResultWarning,
        )
    return platt_line(logits, outcome, weight)
