"""What a lookalike model reads of customers: numbers by their rank, each value, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.segmentation._by_customer import FEW, MISSING, OTHER, Series, labelled

HIGHER = N_("(higher)")
_MOST_VALUES = 50


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One column of the model's matrix, and how a person reads it."""

    attribute: str
    value: str  # of the attribute, or HIGHER for the number itself
    scaled: Floats  # one per customer
    plain: Floats  # the number, or 1 and 0; NaN where missing

    def reason(self, *, is_high: bool) -> str:
        """Return in words why the term speaks for a customer; empty where it cannot."""
        if self.value == HIGHER:
            if is_high:
                return _("{attribute} high", attribute=self.attribute)
            return _("{attribute} low", attribute=self.attribute)
        # That a customer is not from one of many places explains little.
        if not is_high:
            return ""
        return _("{attribute}: {value}", attribute=self.attribute, value=_(self.value))


def terms_of(table: pd.DataFrame, features: Sequence[str]) -> list[Term]:
    """Return the terms of the features, those that are the same for all left out."""
    found = [term for name in features for term in _terms(table[name], name)]
    return [term for term in found if np.ptp(term.scaled) > 0]


def _terms(values: Series, name: str) -> list[Term]:
    if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
        return _values(values, name)
    numbers = values.astype("float64").to_numpy(float)
    known = np.isfinite(numbers)
    # Ranks: one huge number must not decide, nor flatten all the others.
    ranks = pd.Series(np.where(known, numbers, np.nan)).rank().to_numpy(float)
    n_known = max(int(known.sum()), 1)
    scaled = np.where(known, ((ranks - 0.5) / n_known - 0.5) * np.sqrt(12), 0.0)
    plain = np.where(known, numbers, np.nan)
    absent = (~known).astype(float)
    return [Term(name, HIGHER, scaled, plain), Term(name, MISSING, absent, absent)]


def _values(values: Series, name: str) -> list[Term]:
    texts = labelled(values).astype(object)
    counts = texts.value_counts()
    texts = texts.where(~texts.isin(counts.index[counts < FEW]), OTHER)
    distinct = sorted(texts.unique())
    if len(distinct) > _MOST_VALUES:
        raise SchemaError(
            _(
                "Column {column!r} holds {n} values of five customers or more, which is too "
                "many to learn from. Put them together first, with segment_by or by hand.",
                column=name,
                n=len(distinct),
            )
        )
    found = []
    for value in distinct:
        is_it = (texts == value).to_numpy(float)
        found.append(Term(name, value, is_it, is_it))
    return found
