"""The forecasts of models and baselines at each cut of a backtest, and the tables of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import pandas as pd
from sklearn.base import clone

from custintel._checks import quoted
from custintel._intervals import Estimates, Floats
from custintel._text import translate as _
from custintel.errors import ConvergenceError
from custintel.value._baselines import BASELINES
from custintel.value._forecast_scores import calibration_deciles, forecast_scores
from custintel.value._holdouts import Holdout


class UnfittedModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def fit(self, X: pd.DataFrame) -> object:
        """Estimate the model from a history."""
        ...

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, with_errors: bool
    ) -> Estimates:
        """Return each customer's expected purchases within `horizon`."""
        ...


@dataclass(frozen=True, slots=True)
class Trial:
    """What one model or baseline forecast at one cut."""

    expected: Floats  # purchases of each customer in the holdout; NaN if there is no forecast
    by_week: Floats  # of all together up to each week's end; empty if there is no forecast
    reason: str  # why there is no forecast; empty if there is one


@dataclass(frozen=True, slots=True)
class Trials:
    """What all of them forecast at one cut, and what happened."""

    holdout: Holdout
    by_model: dict[str, Trial]

    def successful(self) -> Iterator[tuple[str, Trial]]:
        """Yield the names of those that made a forecast, and what it was."""
        return ((name, trial) for name, trial in self.by_model.items() if not trial.reason)


ByCut = dict[pd.Timestamp, Trials]


def try_models(holdout: Holdout, models: Mapping[str, UnfittedModel]) -> Trials:
    """Fit each model on what was known, and let it and the baselines forecast."""
    fitted = {name: _trial_of_model(name, model, holdout) for name, model in models.items()}
    plain = {
        name: _trial(holdout, partial(rule, holdout.history)) for name, rule in BASELINES.items()
    }
    return Trials(holdout, {**fitted, **plain})


def _trial_of_model(name: str, unfitted: UnfittedModel, holdout: Holdout) -> Trial:
    model = clone(unfitted)
    try:
        model.fit(holdout.history)
    except ConvergenceError as error:
        missing = np.full(len(holdout.history), np.nan)
        return Trial(missing, np.empty(0), str(error))
    return _trial(holdout, partial(_expected, name, model, holdout))


def _trial(holdout: Holdout, forecast: Callable[[int], Floats]) -> Trial:
    *weeks, last = holdout.week_ends()
    expected = forecast(last)
    by_week = [forecast(days).sum() for days in weeks]
    return Trial(expected, np.array([*by_week, expected.sum()]), "")


def _expected(name: str, model: UnfittedModel, holdout: Holdout, days: int) -> Floats:
    """Return the model's forecasts, once it is sure that they are numbers of purchases."""
    estimates = model.expected_purchases(holdout.history, horizon=f"{days}D", with_errors=False)
    expected = np.asarray(estimates.value, float)
    is_wrong = ~(np.isfinite(expected) & (expected >= 0))
    if is_wrong.any():
        raise ValueError(
            _(
                "Model {name!r}, fitted as of {cut:%Y-%m-%d}, forecasts no number of purchases "
                "for {n} of {total} customers, such as {customers}. Leave the model out.",
                name=name,
                cut=holdout.cut,
                n=int(is_wrong.sum()),
                total=len(expected),
                customers=quoted(holdout.history.index[is_wrong][:3]),
            )
        )
    return expected


def score_table(trials: ByCut) -> pd.DataFrame:
    """Return one row of scores for each cut and model."""
    return _stacked(
        {
            (cut, name): _score_row(each.holdout, name, trial)
            for cut, each in trials.items()
            for name, trial in each.by_model.items()
        },
    ).droplevel(2)


def _score_row(holdout: Holdout, name: str, trial: Trial) -> pd.DataFrame:
    row = {
        "is_baseline": name in BASELINES,
        "n_customers": len(holdout.actual),
        "actual_purchases": int(holdout.actual.sum()),
        **forecast_scores(holdout.actual, trial.expected),
        "reason": trial.reason,
    }
    return pd.DataFrame([row])


def decile_table(trials: ByCut, level: float) -> pd.DataFrame:
    """Return forecasts and what happened for each cut, model and tenth of customers."""
    return _stacked(
        {
            (cut, name): calibration_deciles(each.holdout.actual, trial.expected, level)
            for cut, each in trials.items()
            for name, trial in each.successful()
        }
    )


def tracking_table(trials: ByCut) -> pd.DataFrame:
    """Return actual and expected purchases since each cut, for each model and week."""
    return _stacked(
        {
            (cut, name): _weeks(each.holdout, trial)
            for cut, each in trials.items()
            for name, trial in each.successful()
        }
    )


def _weeks(holdout: Holdout, trial: Trial) -> pd.DataFrame:
    ends = holdout.week_ends()
    actual = holdout.actual_by_day.cumsum()[ends - 1]
    return pd.DataFrame(
        {"actual_purchases": actual.astype("int64"), "expected_purchases": trial.by_week},
        index=(holdout.cut + pd.to_timedelta(ends, unit="D")).rename("week_end"),
    )


def _stacked(tables: dict[tuple[pd.Timestamp, str], pd.DataFrame]) -> pd.DataFrame:
    """Stack tables by cut and model, which keep their order."""
    cuts, names = (list(dict.fromkeys(keys)) for keys in zip(*tables, strict=True))
    # With the levels given in this order the index counts as sorted, and selecting is fast.
    return pd.concat(tables, levels=[cuts, names], names=["cut_date", "model"])


def forecast_table(trials: ByCut) -> pd.DataFrame:
    """Return one row for each cut and customer: what happened, and each model's forecast."""
    tables = {
        cut: pd.DataFrame(
            {
                "actual_purchases": each.holdout.actual.astype("int64"),
                **{name: trial.expected for name, trial in each.by_model.items()},
            },
            index=each.holdout.history.index,
        )
        for cut, each in trials.items()
    }
    return pd.concat(tables, names=["cut_date"])
