"""How closed formulas read their numbers, one or many, and give back what they were given."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError


def numbers(given: ArrayLike, *, name: str, low: float = -np.inf, high: float = np.inf) -> Floats:
    """Return a number or array-like as floats, or say which are not finite and in range."""
    values = _as_floats(given, name)
    wrong = ~(np.isfinite(values) & (values >= low) & (values <= high))
    n = int(np.count_nonzero(wrong))
    if n:
        raise ValueError(
            _n(
                "{name} is {range}; {n} value of {total} is not: {examples}.",
                "{name} is {range}; {n} values of {total} are not, such as {examples}.",
                n,
                name=name,
                range=_range(low, high),
                total=values.size,
                examples=examples(given, wrong),
            )
        )
    return values


def _as_floats(given: ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            _("{name} is a number, or several: got {given!r}.", name=name, given=given)
        ) from None


def float_column(column: pd.Series) -> pd.Series:
    """Return a column as floats, NaN where a cell is no number; texts of numbers are numbers."""
    # pandas would take dates and spans for the count of their ticks.
    if column.dtype.kind in "mM" or isinstance(column.dtype, pd.PeriodDtype):
        return pd.Series(np.nan, index=column.index, name=column.name)
    read = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(read, index=column.index, name=column.name)


def require_rows(
    column: pd.Series, is_wrong: NDArray[np.bool_], expected: str, *, table: str
) -> None:
    """Raise `SchemaError` if rows of a column are wrong: what it holds, how many, which."""
    n = int(np.count_nonzero(is_wrong))
    if n:
        rows = [f"{label}: {value}" for label, value in column[is_wrong].head(3).items()]
        raise SchemaError(
            _n(
                "Column {column!r} of table {table!r} holds {expected}; {n} of {total} rows "
                "does not, {examples}. Correct it, or leave it out.",
                "Column {column!r} of table {table!r} holds {expected}; {n} of {total} rows "
                "do not, such as {examples}. Correct them, or leave them out.",
                n,
                column=column.name,
                table=table,
                expected=expected,
                total=len(column),
                examples=quoted(rows, most=3),
            )
        )


def _range(low: float, high: float) -> str:
    if np.isfinite(high):
        return _("between {low:g} and {high:g}", low=low, high=high)
    if np.isfinite(low):
        return _("a finite number of {low:g} or more", low=low)
    return _("a finite number")


def examples(given: ArrayLike, chosen: NDArray[np.bool_]) -> str:
    """Return the first three of the values chosen, with their labels if they have any."""
    values = np.broadcast_to(np.asarray(given, dtype=float), chosen.shape)
    shown = [f"{value:g}" for value in values[chosen][:3]]
    if isinstance(given, pd.Series) and given.shape == chosen.shape:
        labels = given.index[chosen][:3]
        shown = [f"{label!r}: {value}" for label, value in zip(labels, shown, strict=True)]
    return ", ".join(shown)


def count_or_none(n_periods: int | None) -> int | None:
    """Return a number of periods, 1 or more, or None for no end."""
    if n_periods is None:
        return None
    is_whole = isinstance(n_periods, int | np.integer) and not isinstance(n_periods, bool)
    if not (is_whole and n_periods >= 1):
        raise ValueError(
            _(
                "n_periods is a whole number of 1 or more, or None for no end: got {n!r}.",
                n=n_periods,
            )
        )
    return int(n_periods)


def as_given(values: Floats, *given: ArrayLike) -> Any:
    """Return a float if all of `given` are numbers, a Series if one of them is, else an array."""
    series = [each for each in given if isinstance(each, pd.Series)]
    if any(not each.index.equals(series[0].index) for each in series):
        raise SchemaError(
            _(
                "Several Series were given whose labels differ, so that their values do not "
                "belong together. Align them first: other.reindex(one.index)."
            )
        )
    if series:
        return pd.Series(values, index=series[0].index)
    return float(values) if np.ndim(values) == 0 else values
