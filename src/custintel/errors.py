"""Errors and warnings. Each message says what, where, and what to do next."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AmbiguousDateError",
    "ConvergenceError",
    "CustintelError",
    "CustintelWarning",
    "LeakError",
    "MixedCurrencyError",
    "ReadError",
    "SchemaError",
    "SelectionError",
    "SetAsideWarning",
    "WeakResultWarning",
]


class CustintelError(Exception):
    """Root of every error raised on purpose."""


class ReadError(CustintelError, ValueError):
    """A file cannot be read as the table that it should hold."""


class AmbiguousDateError(ReadError):
    """The order of day and month cannot be told from the dates alone."""


class SchemaError(CustintelError, ValueError):
    """A table lacks columns, types or unique keys that its schema asks for."""


class SelectionError(CustintelError, ValueError):
    """A rule that selects rows cannot be read, or does not go with its table.

    Parameters
    ----------
    message : str
        What is wrong, the rule, and a mark under the place of the fault.
    expression : str
        The rule as it was given. Kept as an attribute.
    position : int
        Where the fault is in `expression`, from 0. Kept as an attribute.
    """

    def __init__(self, message: str, *, expression: str, position: int) -> None:
        super().__init__(message)
        self.expression = expression
        self.position = position


class MixedCurrencyError(CustintelError, ValueError):
    """Amounts in several currencies would be added together."""


class LeakError(CustintelError, ValueError):
    """Features know what they are to foresee.

    Parameters
    ----------
    message : str
        Each feature, how it knows, and the evidence.
    leaks : DataFrame or None
        The same as a table, as `custintel.tables.find_leaks` returns it. Kept as an attribute.
    """

    def __init__(self, message: str, *, leaks: "pd.DataFrame | None" = None) -> None:
        super().__init__(message)
        self.leaks = leaks


class ConvergenceError(CustintelError, RuntimeError):
    """A likelihood has no maximum that the data can pin down.

    Parameters
    ----------
    message : str
        What the data look like, and what to do.
    diagnosis : DataFrame or None
        Where the search stopped, indexed by ``parameter``: its ``value``, the ``gradient`` of
        the log-likelihood by it, and where it ``moves``. None where no search was possible.
        Kept as an attribute.
    condition_number : float or None
        Likewise, of the Hessian there: above 1e8, the data cannot tell some parameters apart.
    """

    def __init__(
        self,
        message: str,
        *,
        diagnosis: "pd.DataFrame | None" = None,
        condition_number: float | None = None,
    ) -> None:
        super().__init__(message)
        self.diagnosis = diagnosis
        self.condition_number = condition_number


class CustintelWarning(UserWarning):
    """Root of every warning; filter this to silence the library and nothing else."""


class SetAsideWarning(CustintelWarning):
    """Some rows were not used; the `inspect_…` twin of the function returns them."""


class WeakResultWarning(CustintelWarning):
    """A number is right but rests on little, or on an assumption that the data strain."""
