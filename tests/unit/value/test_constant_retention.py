"""Closed formulas: what they take, give back and refuse. Their numbers: see the oracles."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.value import (
    berger_nasr_value,
    blattberg_deighton_value,
    break_even_retention,
    expected_lifetime,
    margin_multiple,
    simple_lifetime_value,
)


def test_numbers_in_numbers_out() -> None:
    assert isinstance(margin_multiple(0.8, discount_rate=0.1), float)
    many = margin_multiple([0.8, 0.9], discount_rate=[0.1, 0.2])
    assert isinstance(many, np.ndarray)
    grid = margin_multiple(np.array([[0.8], [0.9]]), discount_rate=[0.1, 0.2, 0.3])
    assert grid.shape == (2, 3)


def test_series_keep_their_labels_and_must_agree() -> None:
    margin = pd.Series({"ann": 10.0, "bob": 20.0})
    rate = pd.Series({"ann": 0.5, "bob": 0.8})
    value = simple_lifetime_value(margin, retention_rate=rate, discount_rate=0.1)
    assert value.to_dict() == pytest.approx({"ann": 10 * 0.5 / 0.6, "bob": 20 * 0.8 / 0.3})
    with pytest.raises(SchemaError, match="reindex"):
        simple_lifetime_value(margin, retention_rate=rate[::-1], discount_rate=0.1)


def test_nobody_stays() -> None:
    assert margin_multiple(0.0, discount_rate=0.1) == 0.0
    assert margin_multiple(0.0, discount_rate=0.1, timing="now") == 1.0
    value = blattberg_deighton_value(
        100,
        acquisition_rate=0.5,
        cost_per_prospect=10,
        retention_rate=0,
        retention_cost=0,
        discount_rate=0.1,
    )
    assert value == 40.0


def test_everybody_stays_for_a_while() -> None:
    assert margin_multiple(1.0, discount_rate=0.0, n_periods=7, timing="now") == 7.0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"retention_rate": 80}, "retention_rate is between 0 and 1; 1 value of 1 is not: 80"),
        ({"retention_rate": [0.5, np.nan, 2.0]}, "2 values of 3 are not, such as nan, 2"),
        ({"retention_rate": pd.Series({"ann": 2.0})}, "'ann': 2"),
        ({"discount_rate": -0.1}, "discount_rate"),
        ({"growth_rate": np.inf}, "growth_rate is a finite number"),
        ({"growth_rate": 0.5}, "no limit"),
        ({"n_periods": 0}, "n_periods"),
        ({"n_periods": 2.5}, "n_periods"),
        ({"timing": "late"}, "after_renewal"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, object], told: str) -> None:
    given = {"retention_rate": 0.8, "discount_rate": 0.1} | arguments
    with pytest.raises(ValueError, match=told):
        margin_multiple(given.pop("retention_rate"), **given)


def test_sums_without_limit_are_refused_by_all() -> None:
    with pytest.raises(ValueError, match="no limit"):
        expected_lifetime(1.0)
    with pytest.raises(ValueError, match="no limit"):
        berger_nasr_value(1, retention_cost=0, retention_rate=1, discount_rate=0)
    assert berger_nasr_value(
        1, retention_cost=0, retention_rate=1, discount_rate=0, n_periods=9
    ) == pytest.approx(10)


def test_a_value_out_of_reach_is_told() -> None:
    with pytest.raises(ValueError, match="1 value of 2 is reached with no retention rate"):
        break_even_retention(10, value=[50, 1000], discount_rate=0.1)
    with pytest.raises(ValueError, match="margin is a finite number"):
        break_even_retention(0, value=50, discount_rate=0.1)


@pytest.mark.parametrize("given", ["high", None, ["a"], {"a": 1}, pd.NA])
def test_what_is_no_number_is_told_by_name(given: object) -> None:
    with pytest.raises(ValueError, match=r"^retention_rate is "):
        margin_multiple(given, discount_rate=0.1)


def test_the_advice_on_endless_sums_fits_functions_without_periods() -> None:
    with pytest.raises(ValueError, match="has no limit") as told:
        expected_lifetime(1.0)
    assert "n_periods" not in str(told.value)
