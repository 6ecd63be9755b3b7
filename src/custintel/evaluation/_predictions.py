"""Outcomes and the probabilities that were foretold for them, read and checked once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Predictions:
    """What happened to each customer, and how likely it was said to be.

    Attributes
    ----------
    is_event : ndarray of bool, shape (n,)
        Whether it happened.
    probability : ndarray of shape (n,)
        What was foretold, 0-1.
    """

    is_event: Flags
    probability: Floats

    @property
    def n(self) -> int:
        """Return the number of customers."""
        return len(self.is_event)

    @property
    def n_events(self) -> int:
        """Return how often it happened."""
        return int(self.is_event.sum())


def read_predictions(
    outcome: ArrayLike, probability: ArrayLike, *, both: bool = True
) -> Predictions:
    """Return outcomes and probabilities of the same customers; `both`: 0 and 1 must occur."""
    require_same_labels(outcome, probability, what="probability")
    is_event = read_outcome(outcome, both=both)
    found = read_numbers(probability, len(is_event), name="probability")
    outside = (found < 0) | (found > 1)
    if outside.any():
        raise SchemaError(
            _(
                "{n} of {total} values of probability lie outside 0-1, such as {examples}. Give "
                "probabilities, such as predict_proba(X)[:, 1].",
                n=int(outside.sum()),
                total=len(found),
                examples=_examples(found[outside]),
            )
        )
    return Predictions(is_event, found)


def read_outcome(outcome: ArrayLike, *, both: bool = True) -> Flags:
    """Return what happened as flags; raise unless it is 0 and 1 (or False and True)."""
    found = _floats(outcome, "outcome")
    is_wrong = ~np.isin(found, (0.0, 1.0))
    if is_wrong.any() or not len(found):
        raise SchemaError(
            _(
                "outcome is 0 or 1 for each customer: {n} of {total} are not, such as {examples}. "
                "Leave out customers whose outcome is unknown.",
                n=int(is_wrong.sum()),
                total=len(found),
                examples=_examples(found[is_wrong]),
            )
        )
    is_event = found == 1
    n_events = int(is_event.sum())
    if both and n_events in (0, len(found)):
        raise SchemaError(
            _(
                "Both outcomes must occur: {ones} of {total} are 1. Take more customers, or a "
                "longer horizon.",
                ones=n_events,
                total=len(found),
            )
        )
    return np.asarray(is_event)


def read_numbers(values: ArrayLike, n: int, *, name: str) -> Floats:
    """Return `n` finite numbers, or raise with the name of what they are."""
    found = _floats(values, name)
    if len(found) != n:
        raise SchemaError(
            _(
                "{name} has {found} values and outcome {n}. Give one of each per customer.",
                name=name,
                found=len(found),
                n=n,
            )
        )
    is_wrong = ~np.isfinite(found)
    if is_wrong.any():
        raise SchemaError(
            _(
                "{n} of {total} values of {name} are missing or infinite, at positions {rows}. "
                "Leave these customers out, or fill them in.",
                n=int(is_wrong.sum()),
                total=n,
                name=name,
                rows=", ".join(str(each) for each in np.flatnonzero(is_wrong)[:3]),
            )
        )
    return found


def require_same_labels(outcome: object, other: object, *, what: str) -> None:
    """Raise unless two labelled columns have the same labels in the same order."""
    if not (isinstance(outcome, pd.Series) and isinstance(other, pd.Series | pd.DataFrame)):
        return
    if not outcome.index.equals(other.index):
        raise SchemaError(
            _(
                "outcome and {what} are labelled differently: {first} and {second} rows. Bring "
                "them into one order: {what}.reindex(outcome.index).",
                what=what,
                first=len(outcome),
                second=len(other),
            )
        )


def _floats(values: ArrayLike, name: str) -> Floats:
    try:
        if isinstance(values, pd.Series):
            found = values.to_numpy(np.float64, na_value=np.nan)
        else:
            found = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            _("{name} holds values that are no numbers: {error}.", name=name, error=error)
        ) from error
    if found.ndim != 1:
        raise SchemaError(
            _(
                "{name} is one column: got {n_dimensions} dimensions. Of predict_proba(X), take "
                "the column [:, 1].",
                name=name,
                n_dimensions=found.ndim,
            )
        )
    return found


def _examples(values: Floats) -> str:
    return ", ".join(f"{each:g}" for each in values[:3]) or _("none at all")
