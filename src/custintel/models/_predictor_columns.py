"""The features of customers as predictive models read them: numbers, texts, and whose they are."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_array

from custintel._checks import quoted, require_columns, require_distinct
from custintel._frames import plain_text
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

Texts = NDArray[np.object_]
# Dates are no numbers, nor categories: reading them as numbers tells what to do about it.
_READ_AS_NUMBERS = (int, float, np.number, np.bool_, Decimal, date)
_MOST = 1e30  # nobody's features; squares of them can still be added up
# scikit-learn renamed the setting in 1.6.
_FINITE = next(
    name
    for name in ("ensure_all_finite", "force_all_finite")
    if name in inspect.signature(check_array).parameters
)


@dataclass(frozen=True, slots=True, eq=False)
class Predictors:
    """Features of customers, once they are checked.

    Attributes
    ----------
    numbers : dict of str to ndarray
        Columns of numbers, NaN where unknown.
    texts : dict of str to ndarray
        Columns of texts, None where unknown.
    index : Index
        Of the rows.
    names : tuple of str
        All columns, in the order in which they came.
    """

    numbers: dict[str, Floats]
    texts: dict[str, Texts]
    index: pd.Index
    names: tuple[str, ...]

    def of(self, rows: NDArray[Any]) -> "Predictors":
        """Return the features of some rows."""
        numbers = {name: values[rows] for name, values in self.numbers.items()}
        texts = {name: values[rows] for name, values in self.texts.items()}
        return Predictors(numbers, texts, self.index[rows], self.names)

    def in_order(self) -> list[str]:
        """Return all columns in an order that does not depend on how they came."""
        return sorted(self.names)

    def missing_share(self) -> Floats:
        """Return the share of each row's features that is unknown."""
        gaps = np.zeros(len(self.index))
        for values in self.numbers.values():
            gaps += np.isnan(values)
        for texts in self.texts.values():
            gaps += pd.isna(texts)
        return gaps / len(self.names)


def read_predictors(X: pd.DataFrame | ArrayLike) -> Predictors:
    """Return all columns of a table, or of an array as ``x0``, ``x1``, …, once they are checked."""
    table = X if isinstance(X, pd.DataFrame) else _from_array(X)
    names = tuple(str(name) for name in table.columns)
    require_distinct(names, table="features")
    _require_filled(table)
    is_number = {name: _is_number(table.iloc[:, at]) for at, name in enumerate(names)}
    return _read(table, names, is_number)


def read_known_predictors(
    X: pd.DataFrame | ArrayLike, names: Sequence[str], texts: Sequence[str], *, model: str
) -> Predictors:
    """Return the columns of a fit from a table of other customers; others are ignored."""
    table = X if isinstance(X, pd.DataFrame) else _from_array(X)
    if not isinstance(X, pd.DataFrame) and table.shape[1] != len(names):
        raise SchemaError(
            _(
                "X has {n} features, but {model} is expecting {expected} features as input.",
                n=table.shape[1],
                model=model,
                expected=len(names),
            )
        )
    if not isinstance(X, pd.DataFrame):
        table.columns = pd.Index(names)  # an array has the order of the fit
    require_columns(table.columns, names, table="features")
    _require_rows(table)
    return _read(table, tuple(names), {name: name not in texts for name in names})


def _read(table: pd.DataFrame, names: tuple[str, ...], is_number: dict[str, bool]) -> Predictors:
    places = {str(name): at for at, name in enumerate(table.columns)}
    numbers, texts = {}, {}
    for name in names:
        column = table.iloc[:, places[name]]
        if is_number[name]:
            numbers[name] = _numbers(name, column)
        else:
            texts[name] = _texts(name, column)
    return Predictors(numbers, texts, table.index, names)


def _from_array(X: ArrayLike) -> pd.DataFrame:
    values = check_array(X, dtype=np.float64, **{_FINITE: "allow-nan"})
    return pd.DataFrame(values, columns=[f"x{at}" for at in range(values.shape[1])])


def _require_filled(table: pd.DataFrame) -> None:
    if not table.shape[1]:
        raise SchemaError(
            _(
                "Table 'features' has no column (0 feature(s)): give what is known of customers, "
                "as custintel.tables.snapshot(…).features."
            )
        )
    _require_rows(table)


def _require_rows(table: pd.DataFrame) -> None:
    if table.empty:
        raise SchemaError(
            _("Table 'features' has 0 rows, no customer. Check how the rows were selected.")
        )


def _is_number(column: pd.Series) -> bool:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(dtype):
        known = column.dropna()
        return bool(len(known)) and all(
            isinstance(value, _READ_AS_NUMBERS) for value in known.head(1000)
        )
    return not pd.api.types.is_string_dtype(dtype)


def _numbers(name: str, column: pd.Series) -> Floats:
    dtype = column.dtype
    is_plain = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)
    try:
        if not (is_plain or pd.api.types.is_object_dtype(dtype)):
            raise TypeError
        values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            _(
                "Column {name!r} of 'features' holds {kind}, such as {values}; it is read as "
                "numbers. Make dates numbers of days, and give texts where the fit had texts.",
                name=name,
                kind=dtype,
                values=quoted(column.dropna().head(3)),
            )
        ) from error
    _require_possible(name, values, column.index)
    return values


def _require_possible(name: str, values: Floats, index: pd.Index) -> None:
    is_wrong = np.abs(values) > _MOST
    n = int(is_wrong.sum())
    if n:
        raise SchemaError(
            _n(
                "Column {name!r} of 'features' is infinite or beyond {most:.0e} in {n} of {total} "
                "rows: {rows}. Correct it, or leave it missing.",
                "Column {name!r} of 'features' is infinite or beyond {most:.0e} in {n} of {total} "
                "rows, such as {rows}. Correct them, or leave them missing.",
                n,
                name=name,
                most=_MOST,
                total=len(values),
                rows=quoted(index[is_wrong][:3]),
            )
        )


def _texts(name: str, column: pd.Series) -> Texts:
    texts = np.empty(len(column), dtype=object)
    # Each distinct value is written once: a column of a million rows has few.
    try:
        codes, levels = pd.factorize(column)
    except TypeError as error:
        raise SchemaError(
            _(
                "Column {name!r} of 'features' holds values that are no text, such as {values}. "
                "Give numbers or texts.",
                name=name,
                values=quoted(column.dropna().head(3)),
            )
        ) from error
    written = np.array([*(plain_text(level) for level in levels), None], dtype=object)
    texts[:] = written[codes]
    return texts
