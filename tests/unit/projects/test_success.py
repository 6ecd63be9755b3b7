"""The weighted success rate: the sum by hand, and weights that do not fit."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.projects import weighted_success_rate

FACTORS = {"office": 0.6, "sales": 0.4, "customers": 0.5}


def test_factors_are_weighed_by_name() -> None:
    weights = pd.Series({"customers": 0.2, "office": 0.5, "sales": 0.3})
    assert weighted_success_rate(FACTORS, weights) == pytest.approx(0.3 + 0.12 + 0.1)


def test_weights_rounded_to_six_places_are_enough() -> None:
    thirds = dict.fromkeys(FACTORS, 0.3333333)
    assert weighted_success_rate(dict.fromkeys(FACTORS, 1.0), thirds) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("weights", "error", "told"),
    [
        ({"office": 0.5, "sales": 0.3, "customers": 0.3}, ValueError, "add up to 1.1, not to 1"),
        ({"office": 0.5, "sales": 0.5}, SchemaError, "1 name stands .* 'customers'"),
        ({"office": 1.5, "sales": -0.5, "customers": 0}, ValueError, "between 0 and 1; 2 values"),
        ({"office": "half", "sales": 0.3, "customers": 0.2}, ValueError, "weights is a number"),
        ([0.5, 0.3, 0.2], TypeError, "weights is a mapping .*: got list"),
        (pd.Series([0.5, 0.5], index=["office", "office"]), SchemaError, "stands twice: 'office'"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    weights: object, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        weighted_success_rate(FACTORS, weights)


def test_no_factor_or_an_impossible_one_is_refused() -> None:
    with pytest.raises(ValueError, match="factors holds nothing"):
        weighted_success_rate({}, {})
    with pytest.raises(ValueError, match="factors is between 0 and 1"):
        weighted_success_rate({"office": 60}, {"office": 1})
    with pytest.raises(ValueError, match="factors"):
        weighted_success_rate({"office": float("nan")}, {"office": 1})
