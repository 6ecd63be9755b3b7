"""How well several predictions of the same customers do, and by how much one is better."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from custintel._intervals import Bounds, Floats, normal_quantile
from custintel._ranks import AucEstimates, auc_estimates
from custintel.evaluation._predictions import Flags, Predictions
from custintel.evaluation.calibration import line_of
from custintel.evaluation.gains import gains_table

_N_RESAMPLES = 200
_SMALLEST = float(np.finfo(np.float64).eps)
_FEWEST_FOR_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """Predictions of the same customers, with what their measures vary by.

    Attributes
    ----------
    names : tuple of str
        Of the predictions.
    probabilities : ndarray of shape (n_predictions, n)
        What each foretold.
    is_event : ndarray of bool, shape (n,)
        What happened.
    areas : AucEstimates
        Areas under the ROC curve.
    brier, log_loss : ndarray of shape (n_predictions, n)
        Loss of each customer.
    precision : ndarray of shape (n_predictions,)
        Average precision.
    drawn_precision : ndarray of shape (n_resamples, n_predictions)
        The same in resamples of the customers.
    level : float
        Of the intervals.
    """

    names: tuple[str, ...]
    probabilities: Floats
    is_event: Flags
    areas: AucEstimates
    brier: Floats
    log_loss: Floats
    precision: Floats
    drawn_precision: Floats
    level: float

    @classmethod
    def of(
        cls,
        predictions: Mapping[str, Floats],
        is_event: Flags,
        *,
        level: float,
        rng: np.random.Generator,
    ) -> "Compared":
        """Return the measures of predictions of the same customers."""
        p = np.stack(list(predictions.values()))
        ranked = [_Ranked.of(each, is_event) for each in p]
        once = np.ones(len(is_event))
        drawn = np.empty((_N_RESAMPLES, len(p)))
        for row in drawn:
            # The same customers for all, so that differences are of predictions alone.
            again = rng.integers(0, len(once), len(once))
            weight = np.bincount(again, minlength=len(once)).astype(np.float64)
            row[:] = [each.average_precision(weight) for each in ranked]
        certain = np.clip(np.where(is_event, p, 1 - p), _SMALLEST, 1.0)
        return cls(
            tuple(predictions),
            p,
            is_event,
            auc_estimates(p, is_event),
            (p - is_event) ** 2,
            -np.log(certain),
            np.array([each.average_precision(once) for each in ranked]),
            drawn,
            level,
        )

    def metrics(self) -> pd.DataFrame:
        """Return a row of measures, with their bounds, per prediction."""
        z = normal_quantile(self.level)
        area = _area_interval(self.areas, z)
        low, high = np.nanquantile(
            self.drawn_precision, [(1 - self.level) / 2, (1 + self.level) / 2], axis=0
        )
        found = {
            **_with_bounds("auc", self.areas.value, area),
            **_with_bounds("average_precision", self.precision, Bounds(low, high)),
        }
        for name, losses in (("brier", self.brier), ("log_loss", self.log_loss)):
            mean, around = losses.mean(axis=1), z * _standard_error(losses)
            bounds = Bounds(np.maximum(mean - around, 0.0), mean + around)
            found |= _with_bounds(name, mean, bounds)
        table = pd.DataFrame(found, index=pd.Index(self.names, name="predictor"))
        rest = [self._line_and_lift(each) for each in self.probabilities]
        return table.join(pd.DataFrame(rest, index=table.index))

    def gains(self, first: str, second: str) -> pd.DataFrame:
        """Return by how much the first is better, measure by measure, in the same customers."""
        z = normal_quantile(self.level)
        i, j = self.names.index(first), self.names.index(second)
        area = self.areas.value
        rows = {"auc": (area[i], area[j], z * self.areas.difference_error(i, j), 1)}
        drawn = self.drawn_precision[:, i] - self.drawn_precision[:, j]
        around = z * float(np.nanstd(drawn, ddof=1))
        rows["average_precision"] = (self.precision[i], self.precision[j], around, 1)
        for name, losses in (("brier", self.brier), ("log_loss", self.log_loss)):
            around = z * float(_standard_error((losses[i] - losses[j])[None, :])[0])
            # A loss is better when it is lower.
            rows[name] = (losses[i].mean(), losses[j].mean(), around, -1)
        table = pd.DataFrame.from_dict(
            rows, orient="index", columns=["model", "other", "around", "sign"]
        )
        gain = table["sign"] * (table["model"] - table["other"])
        return pd.DataFrame(
            {
                "model": table["model"],
                "other": table["other"],
                "gain": gain,
                "gain_low": gain - table["around"],
                "gain_high": gain + table["around"],
            }
        ).rename_axis("measure")

    def _line_and_lift(self, probability: Floats) -> dict[str, float]:
        line = line_of(Predictions(self.is_event, probability), self.level)
        found: dict[str, float] = {}
        for name in ("slope", "intercept", "in_the_large"):
            for end in ("", "_low", "_high"):
                found[f"calibration_{name}{end}"] = getattr(line, f"{name}{end}")
        n_groups = min(_FEWEST_FOR_TENTHS, len(probability))
        top = gains_table(self.is_event, probability, n_groups=n_groups, level=self.level).iloc[0]
        return found | {
            f"top_decile_lift{end}": float(top[f"lift{end}"]) for end in ("", "_low", "_high")
        }


@dataclass(frozen=True, slots=True)
class _Ranked:
    order: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    last: "np.ndarray[tuple[int], np.dtype[np.intp]]"  # of those with the same probability
    is_event: Flags

    @classmethod
    def of(cls, probability: Floats, is_event: Flags) -> "_Ranked":
        order = np.argsort(-probability, kind="stable")
        last = np.append(np.flatnonzero(np.diff(probability[order])), len(order) - 1)
        return cls(order, last, is_event[order])

    def average_precision(self, weight: Floats) -> float:
        """Return Σ (rise of recall · precision); NaN where no event was drawn."""
        weights = weight[self.order]
        events = np.cumsum(weights * self.is_event)[self.last]
        if not events[-1]:
            return float("nan")
        taken = np.cumsum(weights)[self.last]
        precision = events / np.maximum(taken, 1.0)
        return float(np.diff(events, prepend=0.0) @ precision / events[-1])


def _area_interval(areas: AucEstimates, z: float) -> Bounds:
    """Return bounds on the logit scale; missing where all of 0 or 1 says nothing of errors."""
    value, error = areas.value, areas.standard_error()
    with np.errstate(divide="ignore", invalid="ignore"):
        around = z * error / (value * (1 - value))
        middle = logit(value)
        low, high = expit(middle - around), expit(middle + around)
    return Bounds(np.asarray(low), np.asarray(high))


def _standard_error(losses: Floats) -> Floats:
    return np.asarray(losses.std(axis=1, ddof=1) / np.sqrt(losses.shape[1]))


def _with_bounds(name: str, value: Floats, bounds: Bounds) -> dict[str, Floats]:
    return {name: value, f"{name}_low": bounds.low, f"{name}_high": bounds.high}
