"""How numbers that a project rests on are read: in range, and not beyond what money can be."""

from numbers import Real

import numpy as np
import pandas as pd

from custintel._checks import require_type
from custintel._elementwise import float_column, numbers, require_rows
from custintel._intervals import Floats
from custintel._text import translate as _

LARGEST = 1e15  # as in transactions: beyond it sums lose their cents


def amount(value: object, *, name: str, low: float = 0.0, high: float = LARGEST) -> float:
    """Return one number as a float, or say that it is none or out of range.

    >>> amount(20, name="implementation_cost")
    20.0
    """
    # Simulations ask this a million times.
    if type(value) in (int, float) and low <= value <= high:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    # True would be taken for 1.
    kind = (bool, np.bool_)
    is_number = isinstance(value, Real) and not isinstance(value, kind)
    require_type(value if is_number else str(value), Real, name=name, what=_("a number"))
    return float(numbers(value, name=name, low=low, high=high))  # type: ignore[arg-type]


def amount_column(
    table: pd.DataFrame, column: str, *, table_name: str, low: float = 0.0, high: float = LARGEST
) -> Floats:
    """Return a column as floats within a range, or say which rows are not."""
    values = float_column(table[column]).to_numpy()
    with np.errstate(invalid="ignore"):
        is_wrong = ~((values >= low) & (values <= high))
    expected = _("a number between {low:g} and {high:g}", low=low, high=high)
    require_rows(table[column], is_wrong, expected, table=table_name)
    return np.asarray(values)


def whole_column(table: pd.DataFrame, column: str, *, table_name: str, most: int) -> Floats:
    """Return a column of whole numbers from 0 to `most`, or say which rows are none."""
    values = float_column(table[column]).to_numpy()
    with np.errstate(invalid="ignore"):
        is_wrong = ~((values >= 0) & (values <= most) & (values == np.floor(values)))
    expected = _("a whole number between 0 and {most}", most=most)
    require_rows(table[column], is_wrong, expected, table=table_name)
    return np.asarray(values)
