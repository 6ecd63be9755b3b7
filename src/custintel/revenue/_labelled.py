"""Figures given one by one, each under the label of its item or period."""

from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import TypeAlias

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

Labelled: TypeAlias = "pd.Series[float] | Mapping[object, float]"


def labelled_floats(values: Labelled, *, name: str) -> "pd.Series[float]":
    """Return figures as floats, once it is checked that each has one label and is a number."""
    require_type(values, (pd.Series, Mapping), name=name, what=_("a Series or a mapping"))
    given = pd.Series(values, dtype=object) if isinstance(values, Mapping) else values
    repeated = given.index[given.index.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} label of {name} comes more than once: {examples}. Keep one figure of each.",
                "{n} labels of {name} come more than once: {examples}. Keep one figure of each.",
                len(repeated),
                name=name,
                examples=quoted(repeated, most=3),
            )
        )
    figures = given.astype(object).map(_figure).astype(float)
    wrong = given.index[~np.isfinite(figures.to_numpy())]
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} figure of {name} is missing or not a number: {examples}. Leave it out.",
                "{n} figures of {name} are missing or not numbers: {examples}. Leave them out.",
                len(wrong),
                name=name,
                examples=quoted(wrong, most=3),
            )
        )
    return figures


def _figure(value: object) -> float:
    """Return a number as a float, NaN for anything else: neither "12" nor True is a figure."""
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return np.nan
    return float(value)


def require_items(labels: pd.Index, items: pd.Index, *, name: str) -> None:
    """Raise `SchemaError` if some labels are not among the items of the table."""
    unknown = labels.difference(items, sort=False)
    if len(unknown):
        raise SchemaError(
            _n(
                "{n} label of {name} is no item of the table: {examples}; it has {items}.",
                "{n} labels of {name} are no items of the table: {examples}; it has {items}.",
                len(unknown),
                name=name,
                examples=quoted(unknown, most=3),
                items=quoted(items, most=6),
            )
        )
