"""Outcomes of a function that users give: finite numbers, or an error that tells for what."""

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

from custintel._checks import require_type
from custintel._text import translate as _


def require_function(calculate: object) -> None:
    """Raise `TypeError` unless `calculate` can be called."""
    asked = _("a function of the assumptions, such as {example}", example=_EXAMPLE)
    require_type(calculate, Callable, name="calculate", what=asked)  # type: ignore[arg-type]


_EXAMPLE = "lambda **given: tec_roi(**given).roi"


def outcome_of(calculate: Callable[..., Any], given: Mapping[str, float]) -> float:
    """Return what a function makes of assumptions, as a finite number.

    >>> outcome_of(lambda price, cost: price - cost, {"price": 5.0, "cost": 3.0})
    2.0
    """
    try:
        found = calculate(**given)
    except (ValueError, ArithmeticError) as error:
        raise ValueError(
            _("With {given}, calculate fails: {error}", given=_written(given), error=error)
        ) from error
    if not (isinstance(found, Real) and math.isfinite(found)):
        raise ValueError(
            _(
                "With {given}, calculate returns {found!r}, which is no finite number.",
                given=_written(given),
                found=found,
            )
        )
    return float(found)


def _written(given: Mapping[str, float]) -> str:
    return ", ".join(f"{name}={value:g}" for name, value in list(given.items())[:8])
