"""The success rate of a project from the factors that make it up."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._elementwise import numbers
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

_TOLERANCE = 1e-6  # of the sum: weights such as 0.333 are not written with more digits


def weighted_success_rate(
    factors: "Mapping[str, float] | pd.Series[float]",
    weights: "Mapping[str, float] | pd.Series[float]",
) -> float:
    """Weigh the factors of success into one rate: Σ weight × factor.

    The source of `tec_roi` leaves open which factors count (efficiency of the office, growth
    of sales, growth of customers …) and how they are weighed; both depend on the business and
    on its aims. Each factor is itself a rate: the part of its target that is expected.

    Parameters
    ----------
    factors : mapping of str to float, or Series
        Rate of each factor, 0-1, by name.
    weights : mapping of str to float, or Series
        Weight of each factor, 0-1, by the same names; together 1.

    Returns
    -------
    float
        The success rate, 0-1.

    Raises
    ------
    ValueError
        If a rate or weight is not in 0-1, there is none, or the weights do not add up to 1
        within one in a million.
    SchemaError
        If a factor has no weight, a weight no factor, or a name stands twice.
    TypeError
        If one of the two is neither a mapping nor a Series.

    References
    ----------
    Abrell, T. Article on CRM strategies, part 4. Technology Evaluation Centers; read in French
    ("Clients des stratégies de GRC, 4e partie").

    Examples
    --------
    >>> factors = {"office efficiency": 0.6, "sales growth": 0.4, "customer growth": 0.5}
    >>> weights = {"office efficiency": 0.5, "sales growth": 0.25, "customer growth": 0.25}
    >>> round(weighted_success_rate(factors, weights), 3)
    0.525
    """
    rates = _by_name(factors, "factors")
    weight = _by_name(weights, "weights")
    _require_same_names(rates, weight)
    share = _in_unit(weight, "weights")
    total = float(share.sum())
    if abs(total - 1) > _TOLERANCE:
        raise ValueError(
            _(
                "The weights add up to {total:g}, not to 1. Divide each by {total:g}, or look "
                "for the one that is missing.",
                total=total,
            )
        )
    # Weights may miss 1 by their last digit; the rate must not leave 0-1 for it.
    return float(_in_unit(rates.reindex(weight.index), "factors") @ share / total)


def _by_name(given: Any, name: str) -> "pd.Series[Any]":
    asked = _("a mapping from names to numbers, or a Series")
    require_type(given, (Mapping, pd.Series), name=name, what=asked)
    named = pd.Series(given, dtype=object)
    twice = named.index[named.index.duplicated()].unique()
    if len(twice):
        raise SchemaError(
            _n(
                "{n} name of {given} stands twice: {names}. Keep one of each.",
                "{n} names of {given} stand twice: {names}. Keep one of each.",
                len(twice),
                given=name,
                names=quoted(twice, most=3),
            )
        )
    if named.empty:
        raise ValueError(_("{given} holds nothing: name at least one factor.", given=name))
    return named


def _require_same_names(factors: "pd.Series[Any]", weights: "pd.Series[Any]") -> None:
    alone = factors.index.symmetric_difference(weights.index, sort=False)
    if len(alone):
        raise SchemaError(
            _n(
                "{n} name stands in factors or weights alone: {names}. Give each factor a weight.",
                "{n} names stand in factors or weights alone: {names}. Give each factor a weight.",
                len(alone),
                names=quoted(alone, most=3),
            )
        )


def _in_unit(values: "pd.Series[Any]", name: str) -> Floats:
    return np.atleast_1d(numbers(values, name=name, low=0.0, high=1.0))
