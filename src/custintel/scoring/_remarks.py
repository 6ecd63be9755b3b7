"""What the reader of scores should know, in sentences that name no customer."""

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.scoring.trained import TrainedModel


def of_training(trained: TrainedModel, day: pd.Timestamp) -> list[str]:
    """Return when and on what a model was trained and tested, and how old it is."""
    newest = trained.trained_as_of[-1]
    days = ", ".join(f"{each:%Y-%m-%d}" for each in trained.trained_as_of)
    told = [_("Trained as of {days}.", days=days), *trained.validation.remarks()]
    if day < trained.labels_until:
        told.append(
            _(
                "The model was trained on what happened until {until:%Y-%m-%d}, which is after "
                "{day:%Y-%m-%d}: these scores know some of what they foretell.",
                until=trained.labels_until,
                day=day,
            )
        )
    else:
        age = (day - newest).days
        told.append(
            _n(
                "The newest day of the training is {n} day ago.",
                "The newest day of the training is {n} days ago.",
                age,
            )
        )
    return told


def of_currency(found: str | None, known: str | None) -> list[str]:
    """Return what is to be known where one side alone names a currency."""
    if known is not None and found is None:
        return [
            _(
                "The model was trained on amounts in {known}; these name no currency, and are "
                "taken to be in it.",
                known=known,
            )
        ]
    if found is not None and known is None:
        return [
            _(
                "The model was trained on amounts that named no currency; these are in {found}, "
                "and those are taken to be in it.",
                found=found,
            )
        ]
    return []


def of_drift(drift: pd.DataFrame) -> list[str]:
    """Return which columns are no longer spread as in the training."""
    features = drift[drift["kind"] == "feature"]
    moved = features[features["is_drifted"]].sort_values("psi", ascending=False, kind="stable")
    told = []
    if drift["is_drifted"].iloc[0]:
        told.append(
            _(
                "The scores have drifted from those of the training: stability index {psi:.2f}.",
                psi=drift["psi"].iloc[0],
            )
        )
    if len(moved):
        told.append(
            _n(
                "{n} of {total} features has drifted: {names}.",
                "{n} of {total} features have drifted: {names}.",
                len(moved),
                total=len(features),
                names=quoted(moved.index, most=3),
            )
        )
    return told
