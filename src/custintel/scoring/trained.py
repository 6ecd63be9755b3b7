"""A trained model: what it learned, how its features are made, and what it was validated on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.evaluation import DriftBins
from custintel.scoring._model_folder import (
    MANIFEST,
    is_model_folder,
    no_manifest,
    read_folder,
    write_folder,
)
from custintel.scoring.settings import SnapshotSettings
from custintel.scoring.validation_record import ValidationRecord


@dataclass(frozen=True, slots=True, eq=False)
class TrainedModel:
    """A fitted model with all that is needed to score later customers, and to judge the scores.

    Made by `train_model`, kept by `save`, used by `score_customers`. It holds no customers:
    counts, limits between bins, and categories that ten customers or more share.

    Attributes
    ----------
    model : ChurnModel or PropensityModel
        Fitted on all cuts.
    settings : SnapshotSettings
        How its features and its label are made.
    validation : ValidationRecord
        How it did on the newest cut when fitted on earlier ones alone.
    trained_as_of : tuple of Timestamp
        Cuts of the fit, the earliest first.
    labels_until : Timestamp
        Last day that the labels of the training looked at.
    n_rows, n_events : int
        Rows of the fit (a customer at a cut), and those with the event.
    currency : str or None
        ISO 4217 code of the amounts; None if nothing names one.
    feature_bins, score_bins : DriftBins
        The features, and the probabilities of this model, of the customers of the newest cut:
        what later ones are compared with.
    version : str
        Of custintel, when it was trained.
    """

    model: Any
    settings: SnapshotSettings
    validation: ValidationRecord
    trained_as_of: tuple[pd.Timestamp, ...]
    labels_until: pd.Timestamp
    n_rows: int
    n_events: int
    currency: str | None
    feature_bins: DriftBins
    score_bins: DriftBins
    version: str

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of the features, in the order of the fit."""
        found: tuple[str, ...] = self.model.features_
        return found

    def save(self, folder: str | PathLike[str]) -> None:
        """Write the model into a folder, which holds no customers and no pickle.

        ``manifest.json`` says what the model is; ``model.json`` is the model itself, or
        ``model.skops`` for scikit-learn's boosted trees.

        Parameters
        ----------
        folder : path-like
            Made as needed; a model that is there already is replaced.

        Raises
        ------
        ImportError
            If skops is needed and not installed.
        OSError
            If the folder cannot be written.
        ValueError
            If the purchase model is not of `custintel.models`.
        """
        facts = {
            "version": self.version,
            "settings": self.settings.to_dict(),
            "validation": self.validation.to_dict(),
            "trained_as_of": [f"{day:%Y-%m-%d}" for day in self.trained_as_of],
            "labels_until": f"{self.labels_until:%Y-%m-%d}",
            "n_rows": self.n_rows,
            "n_events": self.n_events,
            "currency": self.currency,
            "feature_bins": json.loads(self.feature_bins.to_json()),
            "score_bins": json.loads(self.score_bins.to_json()),
        }
        write_folder(Path(folder), self.model, facts)


def load_trained(folder: str | PathLike[str]) -> TrainedModel:
    """Read a model that `TrainedModel.save` wrote.

    Nothing in the folder is run: numbers and texts are read from JSON, and trees from skops with
    a list of the types that are trusted.

    Parameters
    ----------
    folder : path-like
        As given to `TrainedModel.save`.

    Returns
    -------
    TrainedModel
        The model; its probabilities are those of the one that was saved.

    Raises
    ------
    ImportError
        If skops is needed and not installed.
    ReadError
        If there is no model, or it is incomplete, changed, or written by a newer version.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import ChurnModel
    >>> from custintel.scoring import train_model
    >>> days = ["1997-06-30", "1997-12-31"]
    >>> trained = train_model(
    ...     load_cdnow(), ChurnModel(), as_of=days, window="6M", horizon="6M"
    ... )
    >>> with TemporaryDirectory() as folder:
    ...     trained.save(folder)
    ...     found = load_trained(folder)
    >>> found.features == trained.features
    True
    """
    place = Path(folder)
    stored = read_folder(place)
    with no_manifest(place):
        return _from_facts(stored.model, stored.facts)


def load_models(folder: str | PathLike[str]) -> dict[str, TrainedModel]:
    """Read all models of a folder: each folder in it with a manifest is one.

    Parameters
    ----------
    folder : path-like
        Holds a folder per model; or is the folder of one model itself.

    Returns
    -------
    dict of str to TrainedModel
        By the names of the folders, in alphabetical order.

    Raises
    ------
    ImportError
        If skops is needed and not installed.
    ReadError
        If there is no model, or one of them cannot be read.

    Examples
    --------
    >>> load_models("no-such-folder")
    Traceback (most recent call last):
    custintel.errors.ReadError: There is no folder no-such-folder. Train a model first.
    """
    place = Path(folder)
    if not place.is_dir():
        raise ReadError(_("There is no folder {folder}. Train a model first.", folder=place))
    if (place / MANIFEST).exists():
        return {place.resolve().name: load_trained(place)}
    found = sorted(each for each in place.iterdir() if is_model_folder(each))
    if not found:
        names = quoted(sorted(each.name for each in place.iterdir()), most=3)
        raise ReadError(
            _(
                "{folder} holds no trained model, that is a folder with a {file}: it has "
                "{names}. Train a model first.",
                folder=place,
                file=MANIFEST,
                names=names or _("nothing"),
            )
        )
    return {each.name: load_trained(each) for each in found}


def _from_facts(model: Any, facts: Mapping[str, Any]) -> TrainedModel:
    return TrainedModel(
        model=model,
        settings=SnapshotSettings.from_dict(facts["settings"]),
        validation=ValidationRecord.from_dict(facts["validation"]),
        trained_as_of=tuple(pd.Timestamp(day) for day in facts["trained_as_of"]),
        labels_until=pd.Timestamp(facts["labels_until"]),
        n_rows=int(facts["n_rows"]),
        n_events=int(facts["n_events"]),
        currency=facts["currency"],
        feature_bins=DriftBins.from_json(json.dumps(facts["feature_bins"])),
        score_bins=DriftBins.from_json(json.dumps(facts["score_bins"])),
        version=str(facts["version"]),
    )
