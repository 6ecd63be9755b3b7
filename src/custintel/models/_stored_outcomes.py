"""Predictive models as files: JSON where numbers say it all, skops for scikit-learn's trees."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from custintel._text import translate as _
from custintel.models._outcome_evidence import stored_evidence
from custintel.models._predictor_columns import Predictors

Model = TypeVar("Model")

# What a boosted model is made of besides arrays; skops asks to have them named. Nothing else
# is loaded from a file.
TRUSTED = [
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
]


def model_text(model: Any, learned: dict[str, Any]) -> str:
    """Return the settings, the columns and the evidence of a model as JSON, with `learned`."""
    stored = {
        "model": type(model).__name__,
        "settings": model.get_params(),
        "features": [*model.features_],
        "texts": [*model.texts_],
        "has_names": hasattr(model, "feature_names_in_"),
        "classes": model.classes_.tolist(),
        "evidence": stored_evidence(model.evidence_),
        **learned,
    }
    return json.dumps(stored, allow_nan=False, indent=2, default=_plain)


def model_from_text(kind: type[Model], text: str) -> tuple[Model, dict[str, Any]]:
    """Return an unfitted model with the settings of a text, and all that the text says."""
    with no_other_text(kind):
        stored = json.loads(text)
        found = stored["model"]
        if found == kind.__name__:
            return kind(**stored["settings"]), stored
    raise ValueError(_("This is a {found}, not a {kind}.", found=found, kind=kind.__name__))


@contextmanager
def no_other_text(kind: type) -> Iterator[None]:
    """Say that what is read was not written by a model where it cannot be read as one."""
    try:
        yield
    except ImportError:
        raise
    except Exception as error:
        # What a text made by others can break is not to be listed: LightGBM has its own errors.
        raise ValueError(
            _("This is not a {kind} written by to_json() or to_skops().", kind=kind.__name__)
        ) from error


def require_answers(model: Any) -> None:
    """Raise `ValueError` unless a model that was read gives probabilities of one made-up row."""
    row = Predictors(
        {name: np.zeros(1) for name in model.features_ if name not in model.texts_},
        {name: np.full(1, None, dtype=object) for name in model.texts_},
        pd.RangeIndex(1),
        model.features_,
    )
    with np.errstate(all="ignore"):
        told = model._probabilities(row).filter(like="probability")
    if len(model.classes_) != 2 or not told.apply(lambda p: p.between(0, 1)).all(axis=None):
        raise ValueError(_("It gives no probabilities."))


def write_skops(path: str | Path, text: str, trees: object) -> None:
    """Write the numbers of a model, and its trees, into one file."""
    skops_io().dump({"numbers": text, "trees": trees}, Path(path))


def read_skops(path: str | Path) -> dict[str, Any]:
    """Read what `write_skops` wrote, and refuse anything else."""
    io = skops_io()
    place = Path(path)
    if not place.is_file():
        raise FileNotFoundError(_("There is no file {path!r}.", path=str(path)))
    try:
        stored = io.load(place, trusted=TRUSTED)
        if set(stored) != {"numbers", "trees"}:
            raise KeyError("numbers", "trees")
    except Exception as error:
        # skops raises of many kinds, some of them from the reading of a zip file.
        raise ValueError(
            _(
                "{path!r} is not a model written by to_skops(), or holds objects that are not "
                "part of one: {error}",
                path=str(path),
                error=" ".join(str(error).split())[:200],
            )
        ) from error
    return dict(stored)


def skops_io() -> ModuleType:
    """Return what reads and writes skops files, or say how to install it."""
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(
            _("Files of boosted models need the package skops: pip install 'custintel[skops]'.")
        ) from error
    module: ModuleType = skops.io
    return module


def _plain(value: Any) -> Any:
    """Return a number of numpy's, such as a setting may be, as one that JSON knows."""
    return value.item()
