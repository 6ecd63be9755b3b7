"""Scores: what trained models say of the customers of a day, and whether they still fit them."""

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._frames import Frame
from custintel._text import translate as _
from custintel._time import Day
from custintel._warnings import warn
from custintel.errors import CustintelWarning, MixedCurrencyError, SchemaError, WeakResultWarning
from custintel.retention import risk_bands
from custintel.scoring._drift_reference import SCORE, SCORE_DECIMALS, drift_of
from custintel.scoring._remarks import of_currency, of_drift, of_training
from custintel.scoring._whole_files import replacing
from custintel.scoring.trained import TrainedModel
from custintel.scoring.training import currency_of

_N_GROUPS = 10
_BOUNDS = ["probability_low", "probability_high"]
_MAY_BE_MISSING = {"decile": "Int64", "n_unseen": "Int64", "is_cold_start": "boolean"}
_FLAGS = ["n_unseen", "missing_share", "is_cold_start"]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What a trained model says of the customers of a day, and how far it can be trusted.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``customer_id``, sorted; one row per customer of the day.

        - ``probability`` : float, 0-1, calibrated, of the label; in whole millionths, so that
          neither the order of the rows nor the engine that adds them up changes it
        - ``probability_low``, ``probability_high`` : float, 0-1, where the model has intervals
        - ``decile`` : int, 1 holds the tenth with the highest probabilities; equal ones share one
        - ``risk_band`` : ordered category, as in `custintel.retention.risk_bands`; of churn alone
        - ``n_unseen`` : int, texts that the training had not seen, read as any other one
        - ``missing_share`` : float, 0-1, share of the features that are missing
        - ``is_cold_start`` : bool, no history, so that the rate of a segment stands for a
          prediction; of a `custintel.models.PropensityModel` alone
    drift : DataFrame
        Indexed by ``column``: the scores first (``probability``), then every feature, compared
        with the customers of the newest day of the training.

        - ``kind`` : str, ``score`` or ``feature``
        - ``is_drifted`` : bool, ``psi`` at the limit or above, and ``q`` below .05
        - the columns of `custintel.evaluation.drift_table`
    remarks : tuple of str
        What the reader should know, in sentences; names no customer.
    as_of : Timestamp
        The day, the whole of which was seen.
    label : str
        What is foretold.
    labels_from, labels_until : Timestamp
        First and last day that the probability is about.
    drift_limit : float
        Index of stability from which a column has drifted.
    """

    table: pd.DataFrame
    drift: pd.DataFrame
    remarks: tuple[str, ...]
    as_of: pd.Timestamp
    label: str
    labels_from: pd.Timestamp
    labels_until: pd.Timestamp
    drift_limit: float

    @property
    def drifted(self) -> tuple[str, ...]:
        """Return the columns that have drifted: ``probability``, and names of features."""
        return tuple(map(str, self.drift.index[self.drift["is_drifted"]]))


def score_customers(
    tables: Frame | Mapping[str, Frame],
    trained: TrainedModel,
    *,
    as_of: Day,
    drift_limit: float = 0.25,
    observed_until: Day | None = None,
) -> Scores:
    """Score the customers of a day with a trained model, and compare them with its training.

    Parameters
    ----------
    tables : DataFrame or mapping of str to DataFrame
        The same tables as in the training, with later rows.
    trained : TrainedModel
        From `train_model` or `load_trained`.
    as_of : date-like
        The day, the whole of which is seen; later rows are ignored.
    drift_limit : float, default=0.25
        Population stability index, above 0, from which a column has drifted if chance does not
        explain it. Some always do as customers grow older, such as ``tenure_days``.
    observed_until : date-like, optional
        Last day that the transactions cover. By default that of their last row.

    Returns
    -------
    Scores
        A probability per customer, the drift, and remarks.

    Raises
    ------
    SchemaError
        If a table or a column is missing, or nobody was a customer on the day.
    MixedCurrencyError
        If the amounts are in another currency than those of the training.
    TypeError
        If `trained` is none.
    ValueError
        If an argument is not as described.

    Warns
    -----
    WeakResultWarning
        If the day comes after the last one observed, or texts are new.
    SetAsideWarning
        If customers have refunds alone.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import ChurnModel
    >>> from custintel.scoring import train_model
    >>> days = ["1997-06-30", "1997-12-31"]
    >>> trained = train_model(
    ...     load_cdnow(), ChurnModel(), as_of=days, window="6M", horizon="6M"
    ... )
    >>> scores = score_customers(load_cdnow(), trained, as_of="1998-06-30")
    >>> list(scores.table)
    ['probability', 'decile', 'risk_band', 'n_unseen', 'missing_share']
    >>> len(scores.table), str(scores.labels_until.date())
    (515, '1998-12-31')
    """
    require_type(trained, TrainedModel, name="trained", what=_("a TrainedModel"))
    _require_limit(drift_limit)
    with _heard() as caught:
        seen = trained.settings.unlabelled(tables, as_of, observed_until=observed_until)
        features = seen.features.droplevel("as_of")
        _require_features(features, trained.features)
        found = _settled(trained.model.probabilities(features))
    currency = currency_of(tables)
    _require_currency(currency, trained.currency)
    drift = drift_of(
        features,
        found[SCORE],
        feature_bins=trained.feature_bins,
        score_bins=trained.score_bins,
        limit=drift_limit,
    )
    (day,) = seen.days.index
    # Warnings of rows set aside name customers, which remarks must not.
    weak = [str(each.message) for each in caught if issubclass(each.category, WeakResultWarning)]
    return Scores(
        table=_table(found, trained),
        drift=drift,
        remarks=(
            *of_training(trained, day),
            *of_currency(currency, trained.currency),
            *dict.fromkeys(weak),
            *of_drift(drift),
        ),
        as_of=day,
        label=trained.settings.label,
        labels_from=seen.days["labels_from"].iloc[0],
        labels_until=seen.days["labels_until"].iloc[0],
        drift_limit=float(drift_limit),
    )


def combined_scores(scores: Mapping[str, Scores]) -> pd.DataFrame:
    """Put the scores of several models beside one another, one row per customer.

    Parameters
    ----------
    scores : mapping of str to Scores
        By the name of the model; all of one day.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted: every customer whom at least one model scored.

        - ``as_of`` : datetime, the day
        - of each model the columns of its table, such as ``churn_probability``; missing for
          customers whom it did not score

    Raises
    ------
    ValueError
        If there are no scores, or they are of several days.

    Examples
    --------
    >>> combined_scores({})
    Traceback (most recent call last):
    ValueError: There are no scores to put together.
    """
    if not scores:
        raise ValueError(_("There are no scores to put together."))
    days = {each.as_of for each in scores.values()}
    if len(days) > 1:
        raise ValueError(
            _(
                "The scores are of several days, {days}: score all models as of one day.",
                days=quoted(f"{day:%Y-%m-%d}" for day in sorted(days)),
            )
        )
    parts = [
        # Whole numbers that may be missing: a model need not score everybody.
        each.table.astype(
            {column: kind for column, kind in _MAY_BE_MISSING.items() if column in each.table}
        ).add_prefix(f"{name}_")
        for name, each in scores.items()
    ]
    table = pd.concat(parts, axis="columns").sort_index()
    table.insert(0, "as_of", days.pop())
    return table.rename_axis("customer_id")


def write_scores(table: pd.DataFrame, path: str | PathLike[str]) -> None:
    """Write scores to a Parquet file, the same bytes for the same scores.

    Parameters
    ----------
    table : DataFrame
        Indexed by ``customer_id``, such as `combined_scores` returns.
    path : path-like
        File to write. It is replaced at once when all is written: whoever reads it finds the
        old scores or the new ones, and never a part.

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> scores = pd.DataFrame({"p": [0.5]}, index=pd.Index(["ann"], name="customer_id"))
    >>> with TemporaryDirectory() as folder:
    ...     write_scores(scores, Path(folder, "scores.parquet"))
    ...     pd.read_parquet(Path(folder, "scores.parquet"))["customer_id"].tolist()
    ['ann']
    """
    import duckdb

    flat = table.reset_index()
    for name in flat.select_dtypes("category").columns:
        texts = flat[name].astype(object)
        flat[name] = texts.where(texts.notna(), None)  # "nan" would be a band like any other
    # Several threads would share the rows out in groups of sizes that differ from run to run.
    with replacing(Path(path)) as place, duckdb.connect(config={"threads": 1}) as connection:
        connection.register("scores", flat)
        target = str(place).replace("'", "''")
        try:
            connection.execute(f"COPY scores TO '{target}' (FORMAT parquet)")
        except duckdb.IOException as error:
            raise OSError(str(error).splitlines()[0]) from error


@contextmanager
def _heard() -> Iterator[list[warnings.WarningMessage]]:
    """Keep the warnings of the ``with`` block, and give them when it ends, be it by an error."""
    caught: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as now:
            warnings.simplefilter("always", CustintelWarning)
            try:
                yield caught
            finally:
                caught += now
    finally:
        for each in caught:
            warn(each.message)


def _settled(found: pd.DataFrame) -> pd.DataFrame:
    # Sums of the same amounts in another order differ in their last digits.
    shown = [name for name in (SCORE, *_BOUNDS) if name in found]
    return found.assign(**{name: found[name].round(SCORE_DECIMALS) for name in shown})


def _require_features(features: pd.DataFrame, known: Sequence[str]) -> None:
    lacking = [name for name in known if name not in features]
    if lacking:
        raise SchemaError(
            _(
                "{n} of {total} features of the training cannot be made: {names}. The tables of "
                "the training had columns that are missing here, such as quantity or channel: "
                "export them again, or train without them.",
                n=len(lacking),
                total=len(known),
                names=quoted(lacking, most=3),
            )
        )


def _table(found: pd.DataFrame, trained: TrainedModel) -> pd.DataFrame:
    present = [name for name in (SCORE, *_BOUNDS) if name in found]
    table = found[present].copy()
    rank = found[SCORE].rank(method="average", ascending=False).to_numpy()
    table["decile"] = np.ceil(_N_GROUPS * rank / len(found)).astype(np.int64)
    if trained.settings.meaning == "is_churned":
        table["risk_band"] = risk_bands(found[[SCORE]])["risk_band"]
    for name in _FLAGS:
        if name in found:
            table[name] = found[name]
    return table.sort_index()


def _require_limit(limit: float) -> None:
    is_number = isinstance(limit, int | float | np.number) and not isinstance(limit, bool)
    if not is_number or not 0 < limit < math.inf:
        raise ValueError(_("drift_limit is a number above 0: got {limit!r}.", limit=limit))


def _require_currency(found: str | None, known: str | None) -> None:
    if found is not None and known is not None and found != known:
        raise MixedCurrencyError(
            _(
                "The model was trained on amounts in {known}, and these are in {found}. Convert "
                "them, or train a model on them.",
                known=known,
                found=found,
            )
        )
