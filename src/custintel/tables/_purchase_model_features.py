"""Features that a purchase model tells of each customer, fitted on what the cut had seen."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import CustintelError, SetAsideWarning, WeakResultWarning
from custintel.tables._feature_tables import EVER, Feature, FeatureTable
from custintel.tables._snapshot_cuts import Cut, LabelDays
from custintel.tables.history import purchase_history

_NEEDED = ("fit", "probability_alive", "expected_purchases", "probability_of_none")
_TABLE = "transactions"


def _of_model(name: str, meaning: str, unit: str = N_("0-1")) -> Feature:
    return Feature(f"purchase_model_{name}", _TABLE, meaning, unit, span=EVER, without=np.nan)


_FEATURES = (
    _of_model("probability_alive", N_("probability that the customer has not left")),
    _of_model(
        "expected_purchases",
        N_("purchase days expected from the day after to the last day of the labels, gap included"),
        N_("days"),
    ),
    _of_model(
        "probability_of_none",
        N_("probability of no purchase from the day after to the last day of the labels"),
    ),
)


def require_purchase_model(model: object) -> None:
    """Raise `TypeError` unless a model can be fitted and tells what the features need."""
    lacking = [name for name in _NEEDED if not callable(getattr(model, name, None))]
    if lacking or isinstance(model, type):
        raise TypeError(
            _(
                "purchase_model is a model that is fitted on a purchase history, such as "
                "custintel.models.ModifiedBetaGeoModel(): {given} {fault}.",
                given=getattr(model, "__name__", type(model).__name__),
                fault=_("lacks {names}", names=", ".join(lacking))
                if lacking
                else _("is a class; call it"),
            )
        )


def purchase_model_features(
    model: Any, transactions: Any, cut: Cut, labels: LabelDays
) -> FeatureTable:
    """Return what a clone of `model`, fitted on the days up to the cut, says of the days after.

    Its horizon begins the day after the cut and ends with the labels, so it holds the gap.
    """
    horizon = f"{labels.last_day - cut.last_day}D"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SetAsideWarning)  # the snapshot tells of refunds alone
        history = purchase_history(transactions, as_of=cut.as_of)
    try:
        fitted = clone(model).fit(history)
    except CustintelError as error:
        error.add_note(_("This was purchase_model as of {day:%Y-%m-%d}.", day=cut.as_of))
        raise
    with warnings.catch_warnings():
        # Some are 1 by assumption, which matters to who reads them, not to who learns from them.
        warnings.simplefilter("ignore", WeakResultWarning)
        alive = fitted.probability_alive(history)
    expected = fitted.expected_purchases(history, horizon=horizon, with_errors=False)
    none = fitted.probability_of_none(history, horizon=horizon)
    told = [np.asarray(alive), expected.value, none.value]
    values = [pd.Series(each, history.index) for each in told]
    return FeatureTable.made(list(zip(_FEATURES, values, strict=True)))
