"""From features and outcomes to calibrated probabilities."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.models._boosting_learner import (
    BoostingLearner,
    boosting_held_back,
    fit_boosting,
    importances,
    require_lightgbm,
)
from custintel.models._grouped_folds import grouped_folds
from custintel.models._label_leaks import refuse_leaks
from custintel.models._labelled_rows import LabelledRows
from custintel.models._outcome_evidence import evidence_of
from custintel.models._outcome_settings import OutcomeSettings
from custintel.models._predictor_columns import Predictors
from custintel.models._predictor_design import Design, learned_design
from custintel.models._probability_lines import Calibration, calibrated
from custintel.models._ridge_learner import (
    HeldBack,
    RidgeLearner,
    fit_ridge,
    ridge_held_back,
)

_EVENTS_PER_COLUMN = 10  # Peduzzi et al. (1996)


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeFit:
    """All that is learned: from features to a matrix, to log odds, to probabilities."""

    design: Design
    learner: RidgeLearner | BoostingLearner
    calibration: Calibration
    weights: Floats  # of each column: its coefficient, or its importance

    def probability(self, predictors: Predictors) -> Floats:
        """Return the calibrated probability of the event."""
        return self.calibration.apply(self.learner.logits(self.design.matrix(predictors)))

    def summary(self, names: tuple[str, ...]) -> pd.DataFrame:
        """Return what each column counts, and which features were dropped."""
        is_linear = isinstance(self.learner, RidgeLearner)
        kept = pd.DataFrame(
            {
                "feature": [*self.design.sources],
                "coefficient": self.weights if is_linear else np.nan,
                "importance": np.abs(self.weights),
                "is_dropped": False,
            },
            index=pd.Index([*self.design.names], name="column"),
        )
        dropped = [*self.dropped(names)]
        if not dropped:
            return _strongest_first(kept)
        rest = pd.DataFrame(
            {
                "feature": dropped,
                "coefficient": 0.0 if is_linear else np.nan,
                "importance": 0.0,
                "is_dropped": True,
            },
            index=pd.Index(dropped, name="column"),
        )
        return _strongest_first(pd.concat([kept, rest]))

    def dropped(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the features that were constant."""
        return tuple(sorted(set(names) - set(self.design.sources)))

    def sklearn_trees(self) -> object:
        """Return scikit-learn's trees, which numbers and texts cannot hold; None if none."""
        if isinstance(self.learner, RidgeLearner) or isinstance(self.learner.trees, str):
            return None
        trees: object = self.learner.trees
        return trees

    def to_dict(self) -> dict[str, Any]:
        """Return all but scikit-learn's trees as plain numbers and texts."""
        learner = self.learner
        if isinstance(learner, RidgeLearner):
            learned = learner.to_dict()
        else:
            text = learner.trees if isinstance(learner.trees, str) else None
            learned = {"n_trees": learner.n_trees, "trees": text}
        return {
            "design": self.design.to_dict(),
            "learner": learned,
            "calibration": self.calibration.to_dict(),
            "weights": self.weights.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any], trees: object = None) -> Self:
        """Return what `to_dict` wrote; `trees` are those that it left out."""
        learned = stored["learner"]
        learner: RidgeLearner | BoostingLearner
        if "coefficients" in learned:
            learner = RidgeLearner.from_dict(learned)
        else:
            learner = BoostingLearner(learned["trees"] or trees, int(learned["n_trees"]))
        return cls(
            Design.from_dict(stored["design"]),
            learner,
            Calibration.from_dict(stored["calibration"]),
            np.array(stored["weights"], np.float64),
        )


def learn(
    predictors: Predictors, rows: LabelledRows, settings: OutcomeSettings
) -> "LearnedOutcome":
    """Return a fit to rows, and what it says of those that it had not seen."""
    if settings.method == "lightgbm":
        require_lightgbm()
    _require_enough(rows, settings.min_events)
    is_linear = settings.method == "logistic"
    design = learned_design(
        predictors,
        rows.weight,
        is_filled=is_linear,
        with_logs=is_linear and settings.transformation == "signed_log",
    )
    if settings.leaks == "refuse":
        refuse_leaks(predictors, rows)
    matrix = design.matrix(predictors)
    fold = grouped_folds(rows, settings.n_folds, settings.random_state)
    held = _held_back(matrix, rows, fold, settings)
    calibration = calibrated(settings.calibration, held.logits, rows.outcome, rows.weight)
    fit = _of_all(matrix, rows, settings, held.setting, design, calibration)
    evidence = evidence_of(rows, held, calibration, settings.method, len(design.names))
    return LearnedOutcome(fit, evidence)


@dataclass(frozen=True, slots=True, eq=False)
class LearnedOutcome:
    """A fit, and what it is worth: a table of one row."""

    fit: OutcomeFit
    evidence: pd.DataFrame


def _held_back(
    matrix: Floats, rows: LabelledRows, fold: NDArray[np.intp], settings: OutcomeSettings
) -> HeldBack:
    if settings.method == "logistic":
        return ridge_held_back(
            matrix,
            rows,
            fold,
            penalty=settings.penalty,
            is_cautious=_is_thin(rows, matrix.shape[1], settings),
        )
    return boosting_held_back(
        matrix,
        rows,
        fold,
        method=settings.method,
        n_trees=settings.n_trees,
        random_state=settings.random_state,
    )


def _of_all(
    matrix: Floats,
    rows: LabelledRows,
    settings: OutcomeSettings,
    setting: float,
    design: Design,
    calibration: Calibration,
) -> OutcomeFit:
    if settings.method == "logistic":
        ridge = fit_ridge(matrix, rows, setting)
        return OutcomeFit(design, ridge, calibration, ridge.coefficients[1:])
    trees = fit_boosting(
        matrix,
        rows,
        method=settings.method,
        n_trees=int(setting),
        random_state=settings.random_state,
    )
    found = importances(trees, matrix, settings.random_state)
    return OutcomeFit(design, trees, calibration, found)


def _require_enough(rows: LabelledRows, least: int) -> None:
    if rows.n_rarer < least:
        raise SchemaError(
            _(
                "{events:g} of {total:g} rows have the event: the rarer of the two outcomes has "
                "{n:g} rows, and {least} are needed to learn from (min_events). Take more "
                "customers, more cut dates or a longer horizon; for dozens of customers see "
                "custintel.models.PropensityModel.",
                events=rows.n_events,
                total=rows.n_rows,
                n=rows.n_rarer,
                least=least,
            )
        )


def _is_thin(rows: LabelledRows, n_columns: int, settings: OutcomeSettings) -> bool:
    """Return whether there are few events for so many columns, and say so."""
    is_thin = rows.n_rarer < _EVENTS_PER_COLUMN * n_columns
    if is_thin:
        warn(
            _(
                "{n:g} rows of the rarer outcome for {columns} columns of features, fewer than "
                "{least} for each: {what}. Leave out features, or take more customers.",
                n=rows.n_rarer,
                columns=n_columns,
                least=_EVENTS_PER_COLUMN,
                what=_("coefficients are shrunk more than the held-back customers ask for")
                if settings.penalty is None
                else _("the penalty given may be too small"),
            ),
            WeakResultWarning,
        )
    return is_thin


def _strongest_first(summary: pd.DataFrame) -> pd.DataFrame:
    order = np.lexsort((summary.index.to_numpy(dtype=str), -summary["importance"].to_numpy()))
    return summary.iloc[order]
