"""Errors and warnings. Each message says what, where, and what to do next."""

__all__ = [
    "AmbiguousDateError",
    "ConvergenceError",
    "CustintelError",
    "CustintelWarning",
    "MixedCurrencyError",
    "ReadError",
    "SchemaError",
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


class MixedCurrencyError(CustintelError, ValueError):
    """Amounts in several currencies would be added together."""


class ConvergenceError(CustintelError, RuntimeError):
    """A likelihood has no maximum that the data can pin down."""


class CustintelWarning(UserWarning):
    """Root of every warning; filter this to silence the library and nothing else."""


class SetAsideWarning(CustintelWarning):
    """Some rows were not used; the `inspect_…` twin of the function returns them."""


class WeakResultWarning(CustintelWarning):
    """A number is right but rests on little, or on an assumption that the data strain."""
