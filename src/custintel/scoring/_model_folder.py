"""A trained model as a folder: one file of the model, and a manifest that says what it is."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.models import ChurnModel, PropensityModel
from custintel.scoring._whole_files import replacing

MANIFEST = "manifest.json"
MODELS: dict[str, Any] = {kind.__name__: kind for kind in (ChurnModel, PropensityModel)}
_FORMAT = 1
_JSON, _SKOPS = "model.json", "model.skops"


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What a folder holds: the fitted model, and what its manifest says besides."""

    model: Any
    facts: Mapping[str, Any]


def is_model_folder(place: Path) -> bool:
    """Return whether a model was written there, be it in part."""
    return any((place / name).is_file() for name in (MANIFEST, _JSON, _SKOPS))


def write_folder(folder: Path, model: Any, facts: Mapping[str, Any]) -> None:
    """Write a fitted model and what is to be known of it; an older one there is replaced.

    The manifest comes last and holds a checksum, so that a folder of which only a part was
    written is told from a whole one.
    """
    _digest(facts)  # what cannot be written is found before the old model is replaced
    # scikit-learn's trees are the only ones that JSON cannot hold.
    has_trees = getattr(model, "method_", model.method) == "boosting"
    name = _SKOPS if has_trees else _JSON
    text = None if has_trees else model.to_json()
    with replacing(folder / name) as place:
        if text is None:
            model.to_skops(place)
        else:
            place.write_text(text, encoding="utf-8")
    manifest = {
        "format": _FORMAT,
        **facts,
        "model": {"kind": type(model).__name__, "file": name, "sha256": _checksum(folder / name)},
    }
    manifest["sha256"] = _digest(manifest)
    with replacing(folder / MANIFEST) as place:
        place.write_text(_text(manifest, indent=2) + "\n", encoding="utf-8")
    (folder / (_JSON if has_trees else _SKOPS)).unlink(missing_ok=True)


def read_folder(folder: Path) -> Stored:
    """Read what `write_folder` wrote; refuse what is incomplete, changed or of later versions."""
    if not (folder / MANIFEST).is_file():
        raise ReadError(
            _(
                "{folder} holds no trained model: there is no {file}. Train the model "
                "again, or take its folder from a copy.",
                folder=folder,
                file=MANIFEST,
            )
        )
    with no_manifest(folder):
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        written_as, version = int(manifest["format"]), str(manifest["version"])
    if written_as > _FORMAT:
        raise ReadError(
            _(
                "{folder} was written by custintel {version}, which is newer than this one. "
                "Install that version, or train the model again.",
                folder=folder,
                version=version,
            )
        )
    with no_manifest(folder):
        if manifest.pop("sha256") != _digest(manifest):
            raise ValueError(_("its checksum is that of other settings"))
        about = manifest["model"]
        kind, name, checksum = MODELS[about["kind"]], about["file"], about["sha256"]
        if name not in (_JSON, _SKOPS):
            raise ValueError(name)
    place = folder / name
    _require_whole(place, checksum)
    try:
        is_text = name == _JSON
        model = kind.from_json(place.read_text("utf-8")) if is_text else kind.from_skops(place)
    except ValueError as error:
        raise ReadError(_("{file}: {problem}", file=place, problem=error)) from error
    return Stored(model, manifest)


@contextmanager
def no_manifest(folder: Path) -> Iterator[None]:
    """Say that a manifest is not one where something in it is missing or impossible."""
    try:
        yield
    except ReadError:
        raise
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ReadError(
            _(
                "{file} is not a manifest of a trained model, or was changed: {problem}. Train "
                "the model again, or take its folder from a copy.",
                file=folder / MANIFEST,
                problem=" ".join(repr(error).split())[:200],
            )
        ) from error


def _require_whole(place: Path, checksum: str) -> None:
    if not place.is_file():
        raise ReadError(
            _(
                "{folder} is incomplete: {file} is missing. Train the model again, or take its "
                "folder from a copy.",
                folder=place.parent,
                file=place.name,
            )
        )
    if _checksum(place) != checksum:
        raise ReadError(
            _(
                "{file} is not the one that its manifest describes: the folder was changed, or "
                "written in part. Train the model again, or take its folder from a copy.",
                file=place,
            )
        )


def _digest(manifest: Mapping[str, Any]) -> str:
    """Return the checksum of all that a manifest says, however it is laid out."""
    return hashlib.sha256(_text(manifest, sort_keys=True).encode()).hexdigest()


def _text(manifest: Mapping[str, Any], **layout: Any) -> str:
    return json.dumps(manifest, allow_nan=False, default=_plain, **layout)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(_("{value!r} cannot be kept in a file: give a number or a text.", value=value))


def _checksum(place: Path) -> str:
    return hashlib.sha256(place.read_bytes()).hexdigest()
