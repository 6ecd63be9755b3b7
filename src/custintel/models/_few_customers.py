"""Fits for dozens of customers: a regression of few columns, or the rates of segments."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from custintel._intervals import Floats
from custintel.models._firth_learner import firth_held_back, fit_firth, half_width
from custintel.models._grouped_folds import grouped_folds
from custintel.models._label_leaks import refuse_leaks
from custintel.models._labelled_rows import LabelledRows
from custintel.models._outcome_evidence import counts_of, evidence_of
from custintel.models._outcome_fit import LearnedOutcome, OutcomeFit
from custintel.models._outcome_settings import OutcomeSettings
from custintel.models._predictor_columns import Predictors
from custintel.models._predictor_design import learned_design
from custintel.models._probability_lines import line

FEWEST_FOR_COLUMNS = 10  # rows of the rarer class; with fewer no column can be told from chance
_LEVEL = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class FewLearned:
    """What a regression of few columns learned, and the covariance of its coefficients."""

    learned: LearnedOutcome
    covariance: Floats


def chosen_method(rows: LabelledRows, settings: OutcomeSettings) -> str:
    """Return the method that as many events as there are can bear."""
    if settings.method != "auto":
        return settings.method
    if rows.n_rarer >= settings.min_events:
        return "logistic"
    return "firth" if rows.n_rarer >= FEWEST_FOR_COLUMNS else "segment_rate"


def learn_from_few(
    predictors: Predictors, rows: LabelledRows, settings: OutcomeSettings
) -> FewLearned:
    """Return a regression of the strongest columns, and what it says of rows held back."""
    design = learned_design(
        predictors, rows.weight, is_filled=True, with_logs=settings.transformation == "signed_log"
    )
    if settings.leaks == "refuse":
        refuse_leaks(predictors, rows)
    matrix = design.matrix(predictors)
    fitted = fit_firth(matrix, rows)
    # A line through few held-back log odds would be worse than none: FLIC sets the level.
    calibration = line(0.0, 1.0)
    held = firth_held_back(
        matrix, rows, grouped_folds(rows, settings.n_folds, settings.random_state)
    )
    evidence = evidence_of(rows, held, calibration, "firth", len(design.names))
    evidence["setting"] = fitted.ridge.penalty
    fit = OutcomeFit(design, fitted.ridge, calibration, fitted.ridge.coefficients[1:])
    return FewLearned(LearnedOutcome(fit, evidence), fitted.covariance)


def interval_of(fit: OutcomeFit, covariance: Floats, predictors: Predictors) -> pd.DataFrame:
    """Return the 95 % interval of each probability of a regression of few columns."""
    matrix = fit.design.matrix(predictors)
    logits = fit.learner.logits(matrix)
    half = half_width(matrix, covariance, _LEVEL)
    return pd.DataFrame(
        {"probability_low": expit(logits - half), "probability_high": expit(logits + half)},
        index=predictors.index,
    )


def evidence_of_rates(rows: LabelledRows) -> pd.DataFrame:
    """Return in one row what the rates of segments rest on; they hold no customers back."""
    unknown = dict.fromkeys(("setting", "auc", "auc_low", "auc_high", "log_loss", "brier"), np.nan)
    return counts_of(rows, "segment_rate").assign(
        n_columns=0,
        **unknown,
        calibration="none",
        calibration_intercept=np.nan,
        calibration_slope=np.nan,
    )


def has_no_history(predictors: Predictors) -> NDArray[np.bool_]:
    """Return the rows in which every number is missing."""
    if not predictors.numbers:
        return np.zeros(len(predictors.index), dtype=bool)
    gaps = [np.isnan(values) for values in predictors.numbers.values()]
    return np.asarray(np.all(gaps, axis=0))
