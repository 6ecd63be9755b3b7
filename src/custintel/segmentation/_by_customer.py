"""What is said of each customer once: tables and columns with one row per customer."""

from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._frames import plain_text
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

KEY = "customer_id"
MISSING = N_("(missing)")
OTHER = N_("(other)")
FEW = 5  # customers, below which a group tells of persons rather than of a segment

Series: TypeAlias = "pd.Series[Any]"
Table = pd.DataFrame


def by_customer(table: Table, *, name: str) -> Table:
    """Return a table indexed by customer as text: the column ``customer_id``, or else its index.

    No two columns have one name: which of them is meant could not be told.
    """
    a_table = _("a pandas DataFrame with one row per customer")
    require_type(table, pd.DataFrame, name=name, what=a_table)
    _require_different_columns(table, name)
    keyed = table.set_index(KEY) if KEY in table.columns else table
    return keyed.set_axis(_ids(keyed.index, name), axis=0)


def series_by_customer(values: Series, *, name: str) -> Series:
    """Return a column indexed by customer as text."""
    a_column = _("a pandas Series indexed by customer_id")
    require_type(values, pd.Series, name=name, what=a_column)
    return values.set_axis(_ids(values.index, name))


def amounts_by_customer(values: Series, *, name: str) -> "pd.Series[float]":
    """Return numbers indexed by customer; missing and infinite ones are refused."""
    given = series_by_customer(values, name=name)
    if not pd.api.types.is_numeric_dtype(given.dtype):
        raise SchemaError(_("{name} holds numbers: got {dtype}.", name=name, dtype=given.dtype))
    amounts = given.astype("float64")
    unknown = amounts.index[~np.isfinite(amounts.to_numpy())]
    if len(unknown):
        raise SchemaError(
            _n(
                "{name} is missing or infinite for {n} customer: {examples}. "
                "Fill it or leave the row out.",
                "{name} is missing or infinite for {n} customers: {examples}. "
                "Fill them or leave the rows out.",
                len(unknown),
                name=name,
                examples=quoted(unknown, most=3),
            )
        )
    return amounts


def labelled(values: Series) -> Series:
    """Return values as texts in a categorical, whose order is theirs; missing ones come last.

    >>> labelled(pd.Series([10, 9, None])).cat.categories.tolist()
    ['9', '10', '(missing)']
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        order = values.cat.remove_unused_categories().cat.categories.tolist()
    elif values.dtype.kind in "iufbM":
        order = sorted(values.dropna().unique().tolist())
    else:
        values = values.map(str, na_action="ignore")
        order = sorted(values.dropna().unique().tolist())
    texts = {value: plain_text(value) for value in order}
    found = values.astype(object).map(texts)
    found = found.where(found.notna(), MISSING)
    named = [text for text in dict.fromkeys(texts.values()) if text != MISSING]
    last = [MISSING] if (found == MISSING).any() else []
    kind = pd.CategoricalDtype(pd.Index([*named, *last], dtype=object))
    return found.astype(kind)


def _require_different_columns(table: Table, name: str) -> None:
    repeated = table.columns[table.columns.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{name} has {n} name on more than one column: {examples}. Rename or drop the "
                "columns until each name is one column.",
                "{name} has {n} names on more than one column: {examples}. Rename or drop the "
                "columns until each name is one column.",
                len(repeated),
                name=name,
                examples=quoted(repeated, most=3),
            )
        )


def _ids(index: pd.Index, name: str) -> pd.Index:
    if isinstance(index, pd.MultiIndex):
        raise SchemaError(_("{name} is indexed by more than the customer_id.", name=name))
    missing = int(np.sum(index.isna()))
    if missing:
        raise SchemaError(
            _n(
                "{name} has {n} row without customer_id. Leave it out first.",
                "{name} has {n} rows without customer_id. Leave them out first.",
                missing,
                name=name,
            )
        )
    # Whole numbers that went through a column with missing ones are floats: 10.0 is customer 10.
    plain = index.astype("float64").map(plain_text) if index.dtype.kind == "f" else index
    ids = plain.astype("str")
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{name} has {n} customer on more than one row: {examples}. "
                "It needs one row for each.",
                "{name} has {n} customers on more than one row: {examples}. "
                "It needs one row for each.",
                len(repeated),
                name=name,
                examples=quoted(repeated, most=3),
            )
        )
    return ids.rename(KEY)
