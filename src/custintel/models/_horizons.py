"""Horizons as analysts state them, in the form that purchase models add up over."""

from numbers import Real

import numpy as np

from custintel._checks import require_type
from custintel._text import translate as _
from custintel._time import Span
from custintel.models._process import Horizon


def horizon_of(horizon: str | None, annual_discount_rate: float, time_unit: str) -> Horizon:
    """Return a horizon, cut into steps where it is discounted; None is without end."""
    require_type(annual_discount_rate, Real, name="annual_discount_rate", what=_("a number"))
    if not 0 <= annual_discount_rate <= 1:
        raise ValueError(
            _(
                "annual_discount_rate is a rate such as 0.1 for 10 % a year, between 0 and 1: "
                "got {value!r}.",
                value=annual_discount_rate,
            )
        )
    if horizon is not None:
        return _steps(Span.parse(horizon), annual_discount_rate, time_unit)
    if annual_discount_rate == 0:
        raise ValueError(
            _(
                "A horizon without end (None) needs an annual_discount_rate above 0: without one, "
                "expected purchases may have no limit. Give a rate, or a horizon such as '10Y'."
            )
        )
    per_year = Span(1.0, "Y").to(time_unit)
    return Horizon.endless(float(np.log1p(annual_discount_rate)) / per_year)


def _steps(horizon: Span, annual_discount_rate: float, time_unit: str) -> Horizon:
    """Cut a horizon into equal steps of at most a mean month, discounted from their middles."""
    n = int(np.ceil(horizon.to("M") - 1e-9))
    middles = (np.arange(n) + 0.5) / n * horizon.to("Y")
    ends = np.arange(1, n + 1) / n * horizon.to(time_unit)
    return Horizon.discounted(ends, (1 + annual_discount_rate) ** -middles)
