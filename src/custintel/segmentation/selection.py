"""Rows of any table by a rule in words, such as ``"income >= 75000 and country == 'FR'"``."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted
from custintel._frames import Frame, as_narwhals
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.segmentation._conditions import Conditions, columns_in
from custintel.segmentation._expression import Rule, read_rule


def select(table: Frame, expression: str) -> Any:
    """Select the rows of a table that fulfil a rule.

    A rule compares columns with values, or with one another. It is read, never evaluated as
    code: it can neither call nor change anything.

    - Comparisons: ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, also in chains
      (``75000 <= income <= 200000``); ``in ['FR', 'CH']``, ``not in``; ``is missing``,
      ``is not missing``.
    - Joined by ``and``, ``or``, ``not`` and parentheses; ``and`` binds closer than ``or``.
    - Texts stand between single or double quotes and are case-sensitive; a quote within is
      doubled. Numbers stand without quotes. Names of columns with spaces or other signs
      stand between backquotes.
    - Dates are written as texts: ``ordered_at <= '2024-12-31'``. A date without time is the
      whole day, so that this holds until the last second of the year; ``'2024-12-31T18:30'``
      is an instant.
    - Columns of true and false stand alone or compare with ``true`` and ``false``:
      ``email_opt_out``, ``not email_opt_out``.
    - No comparison with a missing value is fulfilled, ``!=`` and ``not in`` included, and
      nor is its contrary: ``country != 'FR'`` and ``not country == 'FR'`` select the same
      rows, as in SQL. In pandas itself ``!=`` selects missing values too; to have them, add
      ``or country is missing``. NaN is a missing value.

    Parameters
    ----------
    table : DataFrame
        Any table: pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file,
        which is read through DuckDB. Of pandas frames the levels of the index can be named
        in the rule too.
    expression : str
        The rule, of 10,000 characters at most.

    Returns
    -------
    DataFrame
        The rows that fulfil the rule, with all columns and in their order, in a frame of the
        same kind as `table`; a DuckDB relation for a Parquet file.

    Raises
    ------
    SelectionError
        If the rule cannot be read, names an unknown column, or compares values of different
        kinds. The message shows the place of the fault.
    TypeError
        If `table` is not a table, or `expression` is not a text.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "eve"],
    ...     "income": [80_000, 250_000, 120_000],
    ...     "country": ["FR", "FR", "CH"],
    ... })
    >>> select(customers, "75000 <= income <= 200000 and country == 'FR'")
      customer_id  income country
    0         ann   80000      FR
    >>> select(customers, "incom > 75000")
    Traceback (most recent call last):
        ...
    custintel.errors.SelectionError: There is no column 'incom'; the nearest is 'income'.
        incom > 75000
        ^
    """
    rule = read_rule(expression)
    if isinstance(table, pd.DataFrame):
        return table.iloc[_positions(table, rule, expression)]
    frame = as_narwhals(table)
    on_spark = frame.implementation.is_pyspark()
    condition = Conditions(expression, frame.collect_schema(), on_spark=on_spark).holds(rule)
    return frame.filter(condition).to_native()


def _positions(table: pd.DataFrame, rule: Rule, expression: str) -> NDArray[np.intp]:
    """Return the places of the rows of a pandas frame that fulfil a rule."""
    names = [name for name in columns_in(rule) if name in _available(table)]
    read = nw.from_native(pd.DataFrame({name: _column(table, name) for name in names}))
    # Of the other columns the names alone are needed, to tell the nearest one.
    schema = nw.Schema(dict.fromkeys(_available(table), nw.Unknown()))
    schema.update(read.collect_schema())
    found = read.select(fulfilled=Conditions(expression, schema).holds(rule))
    return np.flatnonzero(found["fulfilled"].to_numpy())


def _available(table: pd.DataFrame) -> dict[str, None]:
    names = [*table.columns, *table.index.names]
    return dict.fromkeys(name for name in names if isinstance(name, str))


def _column(table: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """Return a column or index level without its index, in a type that says what it holds."""
    if name not in table.columns:
        values = pd.Series(table.index.get_level_values(name))
    elif list(table.columns).count(name) == 1:
        values = table[name].reset_index(drop=True)
    else:
        raise SchemaError(
            _(
                "Column {name!r} stands more than once in this table, among {present}. "
                "Rename the columns before selecting.",
                name=name,
                present=quoted(table.columns, most=8),
            )
        )
    return _inferred(values) if values.dtype == object else values


def _inferred(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return Python objects of one kind, missing ones among them, in the type of this kind."""
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind == "boolean":
        return values.astype("boolean")
    if kind in {"date", "datetime", "datetime64"}:
        try:
            # Not nanoseconds, which end in 2262: systems write 9999-12-31 for "open".
            return values.where(values.notna(), pd.NaT).astype("datetime64[us]")
        except (TypeError, ValueError):
            return values  # of several time zones, or some without one
    if kind in {"integer", "floating", "mixed-integer-float", "decimal"}:
        return values.where(values.notna(), np.nan).astype("float64")
    return values
