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

MOST_PERIODS = 100_000  # of time, observed or to come


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

    def column(self, name: str) -> pd.Series:
        """Return a column by its name, which may be a number in the table."""
        column: pd.Series = self.frame.iloc[:, self._names().index(name)]
        return column

    def numbers(self, name: str) -> Floats:
        """Return a column of finite numbers."""
        column = self.column(name)
        dtype = column.dtype
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_complex_dtype(dtype):
            raise SchemaError(
                _(
                    "Column {name!r} of {table!r} holds {kind}, not numbers. {remedy}",
                    name=name,
                    table=self.table,
                    kind=dtype,
                    remedy=self.remedy,
                )
            )
        values: Floats = column.to_numpy(dtype=float, na_value=np.nan)
        self.refuse(~np.isfinite(values), N_("{column} is missing or infinite"), column=name)
        return values

    def numbers_from_zero(self, name: str, *, most: int) -> Floats:
        """Return a column of numbers from 0 to `most`."""
        values = self.numbers(name)
        self.refuse(values < 0, N_("{column} is negative"), column=name)
        self._refuse_above(most, values, name)
        return values

    def whole_numbers(self, name: str, *, least: int, most: int) -> Floats:
        """Return a column of whole numbers from `least` to `most`.

        The models' tables have as many entries as the largest of them, so that a column of
        something else, such as amounts in cents, could exhaust the memory.
        """
        values = self.numbers(name)
        self.refuse(
            (values != np.floor(values)) | (values < least),
            N_("{column} is not a whole number of {least} or more"),
            column=name,
            least=least,
        )
        self._refuse_above(most, values, name)
        return values

    def flags(self, name: str) -> NDArray[np.bool_]:
        """Return a column of truth values, which may be written 0 and 1."""
        values = self.numbers(name)
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

    def _refuse_above(self, most: int, values: Floats, name: str) -> None:
        self.refuse(
            values > most,
            N_("{column} is above {most}, more than can be true,"),
            column=name,
            most=most,
        )

    def _names(self) -> list[str]:
        return [str(name) for name in self.frame.columns]


def require_count(value: int, *, name: str, most: int = MOST_PERIODS) -> int:
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
