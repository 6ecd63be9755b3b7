"""Reading number columns of tables with one row per customer, with errors that name the rows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_columns
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError


@dataclass(frozen=True, slots=True)
class CustomerColumns:
    """The columns of a table, and what is said of the table when they are wrong."""

    frame: pd.DataFrame
    table: str
    remedy: str  # how to make the table, a translated sentence

    def require(self, *names: str) -> None:
        """Refuse anything but a table that has customers and these columns."""
        if not isinstance(self.frame, pd.DataFrame):
            raise TypeError(
                _(
                    "Table {table!r} is a pandas DataFrame: got {kind}.",
                    table=self.table,
                    kind=type(self.frame).__name__,
                )
            )
        require_columns(self.frame.columns, names, table=self.table)
        if self.frame.empty:
            raise SchemaError(
                _(
                    "Table {table!r} has no customer. {remedy}",
                    table=self.table,
                    remedy=self.remedy,
                )
            )

    def whole_numbers(self, name: str, *, least: int) -> Floats:
        """Return a column of whole numbers that are not below `least`."""
        values = self._numbers(name)
        self.refuse(
            (values != np.floor(values)) | (values < least),
            N_("{column} is not a whole number of {least} or more"),
            column=name,
            least=least,
        )
        return values

    def flags(self, name: str) -> NDArray[np.bool_]:
        """Return a column of truth values, which may be written 0 and 1."""
        values = self._numbers(name)
        self.refuse(
            (values != 0) & (values != 1), N_("{column} is neither true nor false"), column=name
        )
        return np.asarray(values == 1)

    def refuse(self, wrong: NDArray[np.bool_], problem: str, **fields: object) -> None:
        """Raise if there are wrong customers; `problem` is marked for translation."""
        n = int(np.count_nonzero(wrong))
        if n:
            raise SchemaError(
                _(
                    "Table {table!r}: {problem} for {n} of {total} customers, such as "
                    "{customers}. {remedy}",
                    table=self.table,
                    problem=_(problem, **fields),
                    n=n,
                    total=len(self.frame),
                    customers=quoted(self.frame.index[wrong][:3]),
                    remedy=self.remedy,
                )
            )

    def _numbers(self, name: str) -> Floats:
        column = self.frame[name]
        if not pd.api.types.is_numeric_dtype(column.dtype):  # true for booleans
            raise SchemaError(
                _(
                    "Column {name!r} of {table!r} holds {kind}, not numbers. {remedy}",
                    name=name,
                    table=self.table,
                    kind=column.dtype,
                    remedy=self.remedy,
                )
            )
        values: Floats = column.to_numpy(dtype=float, na_value=np.nan)
        self.refuse(~np.isfinite(values), N_("{column} is missing or infinite"), column=name)
        return values


def require_count(value: int, *, name: str, most: int = 100_000) -> int:
    """Return a whole number from 1 to `most`, once it is checked."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (is_whole and 1 <= value <= most):
        raise ValueError(
            _(
                "{name} is a whole number from 1 to {most}: got {value!r}.",
                name=name,
                most=most,
                value=value,
            )
        )
    return int(value)
