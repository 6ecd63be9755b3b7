"""Training: snapshots of earlier days, a test on the newest of them, and a fit on all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import narwhals as nw
import numpy as np
from sklearn.base import clone

import custintel
from custintel._checks import require_type
from custintel._frames import Frame, has_column, opened, to_pandas
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day
from custintel.evaluation import temporal_validation
from custintel.models import ChurnModel, PropensityModel
from custintel.scoring._drift_reference import SCORE, SCORE_DECIMALS, reference_bins
from custintel.scoring.settings import (
    SnapshotSettings,
    label_by_name,
    names_of_tables,
    transactions_of,
)
from custintel.scoring.trained import TrainedModel
from custintel.scoring.validation_record import ValidationRecord
from custintel.tables import PurchaseLabel

_KINDS = N_("a ChurnModel or PropensityModel")


def train_model(  # noqa: PLR0913 - the settings of a snapshot, most optional
    tables: Frame | Mapping[str, Frame],
    model: Any,
    *,
    as_of: Iterable[Day],
    window: str,
    horizon: str,
    label: str | Mapping[str, str | PurchaseLabel] = "is_churned",
    gap: str | None = None,
    population: Literal["bought_in_window", "ever_bought", "known"] = "bought_in_window",
    attributes: Sequence[str] = (),
    purchase_model: Any = None,
    observed_until: Day | None = None,
) -> TrainedModel:
    """Train a model to score customers with, and test it on days that it had not seen.

    Features and labels are made of each day by `custintel.tables.snapshot`. A clone of the model
    is fitted on the earlier days whose labels had ended on the newest one, and tested on that
    (`custintel.evaluation.temporal_validation`). Then a further clone is fitted on all days: it
    is the one that scores. What is known of the test is of the first one, which saw less.

    Parameters
    ----------
    tables : DataFrame or mapping of str to DataFrame
        The transactions, or tables by their names, as for `custintel.tables.snapshot`.
    model : ChurnModel or PropensityModel
        Unfitted, or to be fitted anew; never changed.
    as_of : iterable of date-like
        Days of the training, two or more; see `training_days`.
    window : str
        Length of the days that the features look at, such as ``"12M"``.
    horizon : str
        Length of the days of the label, such as ``"6M"``.
    label : str or mapping, default="is_churned"
        What to foretell: a usual label of truth values, or one name with its meaning, such as
        ``{"buys_tea": PurchaseLabel(category="tea")}``.
    gap : str, optional
        Length of the days between features and label. By default none.
    population : {"bought_in_window", "ever_bought", "known"}, default="bought_in_window"
        Who is a customer on the day, as in `custintel.tables.snapshot`.
    attributes : sequence of str, default=()
        Columns of ``customers`` among the features.
    purchase_model : estimator, optional
        Unfitted model of purchases that tells features, fitted anew on every day.
    observed_until : date-like, optional
        Last day that the transactions cover. By default that of their last row.

    Returns
    -------
    TrainedModel
        To be saved, or given to `score_customers`.

    Raises
    ------
    SchemaError
        If features or labels cannot be made, or there are too few events.
    MixedCurrencyError
        If the revenue is in several currencies.
    TypeError
        If the model is of another kind.
    ValueError
        If an argument is not as described, or no earlier day has labels that end in time.

    Warns
    -----
    WeakResultWarning
        If the fit or the test rests on few events.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> days = ["1997-06-30", "1997-12-31"]
    >>> trained = train_model(
    ...     load_cdnow(), ChurnModel(), as_of=days, window="6M", horizon="6M"
    ... )
    >>> trained.validation.n, trained.n_rows
    (619, 2976)
    """
    require_type(
        model,
        (ChurnModel, PropensityModel),
        name="model",
        what=_(_KINDS),
    )
    ((name, meaning),) = label_by_name(label).items()
    settings = SnapshotSettings(
        label=name,
        meaning=meaning,
        window=window,
        horizon=horizon,
        gap=gap,
        population=population,
        attributes=(attributes,) if isinstance(attributes, str) else tuple(attributes),
        tables=_used(tables, has_attributes=bool(attributes), population=population),
        purchase_model=None if purchase_model is None else clone(purchase_model),
    )
    seen = settings.labelled(tables, as_of, observed_until=observed_until)
    tested = temporal_validation(model, seen, label=name)
    happened = seen.label(name)
    fitted = clone(model).fit(seen.features, happened.astype(np.int64))
    newest = seen.at(seen.days.index.max()).features
    scores = fitted.probabilities(newest)[[SCORE]].round(SCORE_DECIMALS)
    return TrainedModel(
        model=fitted,
        settings=settings,
        validation=ValidationRecord.of(tested),
        trained_as_of=tuple(seen.days.index),
        labels_until=seen.days["labels_until"].max(),
        n_rows=len(seen.features),
        n_events=int(happened.sum()),
        currency=currency_of(tables),
        feature_bins=reference_bins(newest),
        score_bins=reference_bins(scores),
        version=custintel.__version__,
    )


def _used(
    tables: Frame | Mapping[str, Frame], *, has_attributes: bool, population: str
) -> tuple[str, ...]:
    """Return the names of the tables that features or the population come from."""
    needs_customers = has_attributes or population == "known"
    return tuple(each for each in names_of_tables(tables) if each != "customers" or needs_customers)


def currency_of(tables: Frame | Mapping[str, Frame]) -> str | None:
    """Return the currency of the transactions, which a snapshot has seen to be one."""
    transactions = transactions_of(tables)
    if not has_column(transactions, "currency"):
        return None
    codes = to_pandas(opened(transactions).select(nw.col("currency")).unique())["currency"]
    named = sorted(map(str, codes.dropna()))
    return named[0] if named else None
