"""What a trained model was validated on, in the numbers that are kept beside it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._formats import interval, number
from custintel._text import translate as _
from custintel.evaluation import TemporalValidation

_AUC = ("auc", "auc_low", "auc_high")
_SLOPE = ("calibration_slope", "calibration_slope_low", "calibration_slope_high")


@dataclass(frozen=True, slots=True)
class ValidationRecord:
    """How a model did on the newest day of its training, when fitted on earlier ones alone.

    Intervals aim to cover 95 %. A number is NaN where `custintel.evaluation.temporal_validation`
    gives none.

    Attributes
    ----------
    train_as_of : tuple of Timestamp
        Cuts of the fit that was tested.
    test_as_of : Timestamp
        Cut of the test.
    n : int
        Customers of the test.
    n_events : int
        Those with the event.
    auc, auc_low, auc_high : float
        Area under the ROC curve, 0-1.
    calibration_slope, calibration_slope_low, calibration_slope_high : float
        1 is right; below 1 the probabilities are too extreme.
    best_baseline : str
        Single feature that was best on the cuts of the fit.
    auc_gain, auc_gain_low, auc_gain_high : float
        By how much the area is above that of the feature alone.
    is_weak : bool
        Whether the rarer outcome came fewer than 50 times in the test.
    """

    train_as_of: tuple[pd.Timestamp, ...]
    test_as_of: pd.Timestamp
    n: int
    n_events: int
    auc: float
    auc_low: float
    auc_high: float
    calibration_slope: float
    calibration_slope_low: float
    calibration_slope_high: float
    best_baseline: str
    auc_gain: float
    auc_gain_low: float
    auc_gain_high: float
    is_weak: bool

    @classmethod
    def of(cls, validation: TemporalValidation) -> "ValidationRecord":
        """Return what is kept of a validation.

        Parameters
        ----------
        validation : TemporalValidation
            From `custintel.evaluation.temporal_validation`.

        Returns
        -------
        ValidationRecord
            Its most important numbers.

        Examples
        --------
        >>> from custintel.datasets import load_cdnow
        >>> from custintel.evaluation import temporal_validation
        >>> from custintel.models import ChurnModel
        >>> from custintel.tables import snapshot
        >>> days = ["1997-06-30", "1997-12-31"]
        >>> seen = snapshot(load_cdnow(), as_of=days, window="6M", horizon="6M")
        >>> tested = temporal_validation(ChurnModel(), seen, label="is_churned")
        >>> ValidationRecord.of(tested).n_events
        297
        """
        metrics: Mapping[Any, Any] = validation.metrics.T["model"].to_dict()
        gain: Mapping[Any, Any] = validation.gain.T[(validation.best_baseline, "auc")].to_dict()
        return cls(
            train_as_of=validation.train_as_of,
            test_as_of=validation.test_as_of,
            n=validation.n_test,
            n_events=validation.n_events,
            **{name: float(metrics[name]) for name in (*_AUC, *_SLOPE)},
            best_baseline=validation.best_baseline,
            **{f"auc_{name}": float(gain[name]) for name in ("gain", "gain_low", "gain_high")},
            is_weak=validation.is_weak,
        )

    def remarks(self) -> list[str]:
        """Return what a reader of the scores should know of the test, in sentences."""
        told = [
            _(
                "Validated as of {day:%Y-%m-%d} on {n} customers, {events} of them with the "
                "event: AUC {auc} ({auc_range}), calibration slope {slope} ({slope_range}).",
                day=self.test_as_of,
                n=number(self.n),
                events=number(self.n_events),
                auc=number(self.auc, 3),
                auc_range=_range(self.auc_low, self.auc_high),
                slope=number(self.calibration_slope, 2),
                slope_range=_range(self.calibration_slope_low, self.calibration_slope_high, 2),
            )
        ]
        told.append(self._gain())
        if self.is_weak:
            told.append(_("The test had fewer than 50 of the rarer outcome: it says little."))
        return told

    def _gain(self) -> str:
        gain, around = number(self.auc_gain, 3), _range(self.auc_gain_low, self.auc_gain_high)
        if self.auc_gain_low > 0:
            return _(
                "AUC above that of {feature}: by {gain} ({around}).",
                feature=self.best_baseline,
                gain=gain,
                around=around,
            )
        return _(
            "The model is not clearly better than {feature}: AUC above it by {gain} ({around}).",
            feature=self.best_baseline,
            gain=gain,
            around=around,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain texts and numbers; None where there is no number."""
        found = asdict(self)
        found["train_as_of"] = [f"{day:%Y-%m-%d}" for day in self.train_as_of]
        found["test_as_of"] = f"{self.test_as_of:%Y-%m-%d}"
        return {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in found.items()
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "ValidationRecord":
        """Return the record that `to_dict` described.

        Parameters
        ----------
        stored : mapping
            As written.

        Returns
        -------
        ValidationRecord
            The record.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing or impossible.

        Examples
        --------
        >>> record = ValidationRecord(
        ...     train_as_of=(pd.Timestamp("2023-12-31"),),
        ...     test_as_of=pd.Timestamp("2024-06-30"),
        ...     n=1000,
        ...     n_events=300,
        ...     auc=0.74,
        ...     auc_low=0.71,
        ...     auc_high=0.77,
        ...     calibration_slope=0.98,
        ...     calibration_slope_low=0.85,
        ...     calibration_slope_high=1.11,
        ...     best_baseline="recency_days alone",
        ...     auc_gain=0.02,
        ...     auc_gain_low=0.01,
        ...     auc_gain_high=0.03,
        ...     is_weak=False,
        ... )
        >>> ValidationRecord.from_dict(record.to_dict()) == record
        True
        """
        known = {name: stored[name] for name in cls.__dataclass_fields__}
        values: dict[str, Any] = {
            name: np.nan if value is None else value for name, value in known.items()
        }
        values["train_as_of"] = tuple(pd.Timestamp(day) for day in stored["train_as_of"])
        values["test_as_of"] = pd.Timestamp(stored["test_as_of"])
        return cls(**values)


def _range(low: float, high: float, digits: int = 3) -> str:
    return interval(number(low, digits), number(high, digits))
