"""Reading covariates from tables with one row per customer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._customer_columns import CustomerColumns
from custintel.models._design import Design, Term


@dataclass(frozen=True, slots=True)
class Covariates:
    """Columns that move one parameter, and in which direction."""

    label: str  # what the coefficients are named after
    position: int  # of the parameter
    sign: int  # +1 if a higher covariate with a positive coefficient raises the parameter
    columns: tuple[str, ...]

    def coefficient_names(self) -> tuple[str, ...]:
        """Return the names of the coefficients."""
        return tuple(f"{self.label}:{column}" for column in self.columns)


def column_names(given: Sequence[str] | None, *, argument: str) -> tuple[str, ...]:
    """Return a list of column names, once it is checked."""
    if given is None:
        return ()
    if isinstance(given, str):
        raise TypeError(_("{argument} is a list of column names, not a text.", argument=argument))
    names = tuple(str(name) for name in given)
    if len(set(names)) < len(names):
        raise ValueError(
            _("{argument} names a column twice: {names}.", argument=argument, names=quoted(names))
        )
    return names


def design_of(
    customers: pd.DataFrame,
    n_parameters: int,
    covariates: Sequence[Covariates],
    *,
    table: str = "purchase_history",
) -> Design:
    """Return the covariates of each customer of a table, which messages call `table`."""
    terms = [
        Term(each.position, each.sign * _values(customers, each.columns, table))
        for each in covariates
        if each.columns
    ]
    return Design(n_parameters, tuple(terms))


def require_variation(design: Design, covariates: Sequence[Covariates]) -> None:
    """Refuse covariates whose coefficients the customers cannot tell apart."""
    used = [each for each in covariates if each.columns]
    for each, term in zip(used, design.terms, strict=True):
        with_constant = np.column_stack([np.ones(len(term.values)), term.values])
        scale = np.abs(with_constant).max(axis=0)
        scale[scale == 0] = 1.0
        if np.linalg.matrix_rank(with_constant / scale) < with_constant.shape[1]:
            raise SchemaError(
                _(
                    "The covariates {names} do not vary independently over the customers: one is "
                    "constant, or follows from the others (leave out one indicator column of "
                    "each category).",
                    names=quoted(each.columns),
                )
            )


def _values(customers: pd.DataFrame, names: Sequence[str], table: str) -> Floats:
    columns = CustomerColumns(customers, table, _("Give covariates of at least one customer."))
    columns.require(*names)
    return np.column_stack([_numbers(columns.column(name), name) for name in names])


def _numbers(column: pd.Series, name: str) -> Floats:
    if column.dtype == object and column.dropna().map(lambda v: isinstance(v, bool)).all():
        column = column.astype(float)  # True, False and missing ones are a column of objects
    if not pd.api.types.is_numeric_dtype(column.dtype):  # true for booleans
        raise SchemaError(
            _(
                "Covariate {name!r} holds {kind}, not numbers; make indicator columns of a "
                "category with pandas.get_dummies(…, drop_first=True).",
                name=name,
                kind=column.dtype,
            )
        )
    values = column.to_numpy(dtype=float, na_value=np.nan)
    n_bad = int(np.count_nonzero(~np.isfinite(values)))
    if n_bad:
        raise SchemaError(
            _(
                "Covariate {name!r} is missing or infinite for {n} of {total} customers, such as "
                "{customers}; fill it in, or set these customers aside first.",
                name=name,
                n=n_bad,
                total=len(values),
                customers=quoted(column.index[~np.isfinite(values)][:3]),
            )
        )
    return values
