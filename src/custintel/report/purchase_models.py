"""Which purchase model a report uses: chosen and tested on purchases that it had not seen."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning
from custintel.models import BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel
from custintel.report.assumptions import Assumptions
from custintel.report.groups import SMALLEST_GROUP
from custintel.tables import purchase_holdout
from custintel.value import ModelChoice, backtest, holdout_fit, purchase_tracking

PurchaseModel = BetaGeoModel | ModifiedBetaGeoModel | ParetoNBDModel

_USUAL = "BG/NBD"
_CANDIDATES: dict[str, PurchaseModel] = {
    _USUAL: BetaGeoModel(),
    "MBG/NBD": ModifiedBetaGeoModel(),
    "Pareto/NBD": ParetoNBDModel(),
}
_MOST_CLASSES = 7
_SHORTEST_TEST = 14  # days in each part: less says nothing about a model


@dataclass(frozen=True, slots=True, eq=False)
class ModelTest:
    """The model that forecast the middle third of the time best, tested on the last third."""

    choice: ModelChoice
    n_models: int  # compared; 0: none could be fitted earlier, and the usual one was taken
    calibration_end: pd.Timestamp
    tracking: pd.DataFrame
    fit: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseForecast:
    """The purchase model on all data, and what it expects of each customer."""

    name: str
    model: PurchaseModel
    table: pd.DataFrame


def chosen_and_tried(seen: pd.DataFrame, day: pd.Timestamp) -> tuple[ModelTest | None, str | None]:
    """Choose a model on two thirds of the time and test it on the last; or say why not."""
    first = seen.loc[seen["revenue"] >= 0, "ordered_at"].min().normalize()
    days = (day - first).days // 3
    if days < _SHORTEST_TEST:
        return None, _(
            "the purchases span {days} days, too few to test a model on a third of them",
            days=(day - first).days,
        )
    cut = day - pd.Timedelta(days=days)
    try:
        holdout = purchase_holdout(seen, calibration_end=cut, as_of=day)
    except SchemaError as error:
        return None, str(error)
    try:
        choice, n_models = _chosen(seen, cut, days, day)
        model = _fitted(choice.name, holdout)
    except (ConvergenceError, SchemaError) as error:
        return None, _why_no_model(error, holdout, cut)
    tracking = purchase_tracking(seen, model, calibration_end=cut, as_of=day)
    fit = _without_small_classes(holdout, model)
    return ModelTest(choice, n_models, cut, tracking, fit), None


def forecast(
    history: pd.DataFrame, preferred: str | None, assumptions: Assumptions
) -> tuple[PurchaseForecast | None, str | None]:
    """Forecast every customer's purchases with a model fitted on all data; or say why not."""
    found: Exception | None = None
    for name in dict.fromkeys([preferred or _USUAL, *_CANDIDATES]):
        try:
            model = _fitted(name, history)
        except (ConvergenceError, SchemaError) as error:
            found = found or error
            continue
        table = model.forecast(history, horizon=assumptions.horizon, level=assumptions.level)
        return PurchaseForecast(name, model, table), None
    assert found is not None
    return None, _why_no_model(found, history)


def _why_no_model(error: Exception, history: pd.DataFrame, cut: pd.Timestamp | None = None) -> str:
    """Say in a reader's words why there is no model; what to do in Python is not for a report."""
    if not isinstance(error, ConvergenceError):
        return str(error)
    if (history["frequency"] > 0).any():
        return _(
            "their purchases look too much alike to tell one customer's pace, or moment of "
            "leaving, from another's"
        )
    if cut is None:
        return _("none of them has bought on a second day, so nothing tells how often they return")
    return _(
        "none of them had bought on a second day by {cut}, so nothing told how often they return",
        cut=formats.date(cut),
    )


def _chosen(
    seen: pd.DataFrame, cut: pd.Timestamp, days: int, day: pd.Timestamp
) -> tuple[ModelChoice, int]:
    """Choose on the cut before; where no model could be fitted there, take the usual one."""
    cuts = [cut - pd.Timedelta(days=days), cut]
    try:
        with _loose_parameters_unremarked():
            trial = backtest(seen, _CANDIDATES, cut_dates=cuts, horizon=f"{days}D", as_of=day)
        return trial.best(), _n_compared(trial.scores)
    except (ConvergenceError, SchemaError):
        usual = {_USUAL: _CANDIDATES[_USUAL]}
        with _loose_parameters_unremarked():
            trial = backtest(seen, usual, cut_dates=[cut], horizon=f"{days}D", as_of=day)
        return trial.best(), 0


def _n_compared(scores: pd.DataFrame) -> int:
    """Count the models that could be fitted at every cut."""
    is_fitted = (scores["reason"] == "") & ~scores["is_baseline"]
    return int(is_fitted.groupby(level="model").all().sum())


def _fitted(name: str, history: pd.DataFrame) -> PurchaseModel:
    kind = type(_CANDIDATES[name])
    with _loose_parameters_unremarked():
        return kind().fit(history)


@contextmanager
def _loose_parameters_unremarked() -> Iterator[None]:
    """Keep a fit from warning of parameters that the page shows as not determined anyhow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeakResultWarning)
        yield


def _without_small_classes(holdout: pd.DataFrame, model: PurchaseModel) -> pd.DataFrame:
    """Return the fit by past frequency, the rarest frequencies joined until none is small."""
    for most in range(_MOST_CLASSES, 0, -1):
        fit = holdout_fit(holdout, model, most=most)
        if fit["n_customers"].min() >= SMALLEST_GROUP:
            return fit
    return holdout_fit(holdout, model, most=0)
