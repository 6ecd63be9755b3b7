"""Customers to come, and both together: timing, joint errors, conventions that must agree."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from custintel._intervals import Estimates
from custintel.errors import SchemaError
from custintel.value import (
    CustomerEquity,
    NewCustomerValue,
    customer_equity,
    customer_lifetime_value,
    future_equity,
    new_customer_value,
    total_equity,
)

ERRORS = np.array([[0.04]])


class Purchases:
    """Everybody buys 3 times, errors known; a new customer once more after the first."""

    def expected_purchases(self, history: pd.DataFrame, **_asked: object) -> Estimates:
        value = np.full(len(history), 3.0)
        return Estimates(value, value[:, None], ERRORS)

    def expected_purchases_of_new_customer(self, **_asked: object) -> Estimates:
        return Estimates(np.array([1.0]), np.array([[2.0]]), ERRORS)


class Spend:
    """Everybody spends 10, for certain."""

    def expected_spend(self, history: pd.DataFrame) -> Estimates:
        value = np.full(len(history), 10.0)
        return Estimates(value, np.zeros((len(history), 1)), np.array([[1.0]]))


@pytest.fixture
def new() -> NewCustomerValue:
    return new_customer_value(
        Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=0.5, acquisition_cost=4
    )


@pytest.fixture
def current() -> CustomerEquity:
    history = pd.DataFrame({"frequency": [2, 2]}, index=["ann", "bob"])
    values = customer_lifetime_value(
        history, Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=0.5
    )
    return customer_equity(values)


def test_the_first_purchase_counts_and_the_cost_moves_the_whole_interval(
    new: NewCustomerValue,
) -> None:
    assert new.value == pytest.approx((1 + 1) * 10 * 0.5 - 4)
    # The derivative of 1 + repeats is that of the repeats: 2, of a value of 2.
    spread = np.exp(1.959964 * 0.2)
    assert new.value_low == pytest.approx(10 / spread - 4)
    assert new.value_high == pytest.approx(10 * spread - 4)


def test_months_are_discounted_from_their_middles(new: NewCustomerValue) -> None:
    future = future_equity(new, customers_per_month=[5, 0, 2])
    discounted = 5 * 1.1 ** (-0.5 / 12) + 2 * 1.1 ** (-2.5 / 12)
    assert future.discounted_customers == pytest.approx(discounted)
    assert future.total == pytest.approx(6 * discounted)
    assert future.acquisition_horizon == "3M"


def test_for_ever_is_the_limit(new: NewCustomerValue) -> None:
    endless = future_equity(new, customers_per_month=5)
    long = future_equity(new, customers_per_month=5, acquisition_horizon="400Y")
    assert endless.total == pytest.approx(long.total)


def test_the_joint_interval_holds_errors_that_go_together(
    current: CustomerEquity, new: NewCustomerValue
) -> None:
    future = future_equity(new, customers_per_month=[3.0])
    both = total_equity(current, future)
    # Current and gross future equity err by the same 20 %, hence so does their sum.
    n = future.discounted_customers
    gross = 2 * 3 * 10 * 0.5 + 10 * n
    spread = np.exp(1.959964 * 0.2)
    assert both.total == pytest.approx(gross - 4 * n)
    assert both.total_low == pytest.approx(gross / spread - 4 * n)
    assert both.total_high == pytest.approx(gross * spread - 4 * n)
    assert both.table.index.to_list() == ["current customers", "future customers", "total"]
    assert both.table["equity_share"].iloc[:2].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"horizon": "24M"}, "horizon"),
        ({"annual_discount_rate": 0.2}, "annual_discount_rate"),
        ({"margin_rate": None}, "margin_rate"),
        ({"level": 0.9}, "level"),
        ({"estimates": Estimates(np.ones(1), np.ones((1, 2)), np.eye(2))}, "the models"),
    ],
)
def test_unlike_conventions_do_not_add_up(
    changes: dict[str, object], told: str, current: CustomerEquity, new: NewCustomerValue
) -> None:
    future = future_equity(replace(new, **changes), customers_per_month=[3.0])
    with pytest.raises(SchemaError, match=f"differ in {told}"):
        total_equity(current, future)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"customers_per_month": [1, -1]}, "customers_per_month"),
        ({"customers_per_month": [1], "acquisition_horizon": "1M"}, "has its own length"),
        ({"customers_per_month": 1, "acquisition_horizon": "52W"}, "whole number of months"),
    ],
)
def test_wrong_streams_are_refused(
    arguments: dict[str, object], told: str, new: NewCustomerValue
) -> None:
    with pytest.raises(ValueError, match=told):
        future_equity(new, **arguments)


def test_for_ever_without_discount_is_refused(new: NewCustomerValue) -> None:
    undiscounted = replace(new, annual_discount_rate=0.0)
    with pytest.raises(ValueError, match="for ever"):
        future_equity(undiscounted, customers_per_month=1)
    year = future_equity(undiscounted, customers_per_month=1, acquisition_horizon="1Y")
    assert year.discounted_customers == pytest.approx(12)


@pytest.mark.parametrize("stream", [[], [[1.0, 2.0], [3.0, 4.0]]])
def test_a_stream_has_one_number_for_each_month(
    stream: list[object], new: NewCustomerValue
) -> None:
    with pytest.raises(ValueError, match="one for each month"):
        future_equity(new, customers_per_month=stream)


def test_a_year_is_twelve_months(current: CustomerEquity, new: NewCustomerValue) -> None:
    future = future_equity(replace(new, horizon="1Y"), customers_per_month=[3.0])
    assert total_equity(current, future).total == pytest.approx(current.total + future.total)


def test_small_covariances_do_not_make_models_alike(
    current: CustomerEquity, new: NewCustomerValue
) -> None:
    """A million customers leave errors below any tolerance that is not relative."""

    def with_errors(estimates: Estimates, scale: float) -> Estimates:
        return replace(estimates, covariance=estimates.covariance * scale)

    values = current.values
    known = replace(values, estimates=with_errors(values.estimates, 1e-9))
    other = replace(new, estimates=with_errors(new.estimates, 3e-9))
    with pytest.raises(SchemaError, match="differ in the models"):
        total_equity(replace(current, values=known), future_equity(other, customers_per_month=[1]))


def test_parts_are_told_apart(current: CustomerEquity, new: NewCustomerValue) -> None:
    future = future_equity(new, customers_per_month=[1])
    with pytest.raises(TypeError, match="current is a CustomerEquity: got FutureEquity"):
        total_equity(future, current)
    with pytest.raises(TypeError, match="future is a FutureEquity: got NewCustomerValue"):
        total_equity(current, new)
    with pytest.raises(TypeError, match=r"what new_customer_value returned: got 64\.0"):
        future_equity(64.0, customers_per_month=[1])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"level": None}, "level is a number between 0 and 1: got None"),
        ({"margin_rate": pd.Series([0.1])}, "margin_rate is a number between 0 and 1: got Series"),
    ],
)
def test_a_new_customer_has_one_of_each_number(changes: dict[str, object], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        new_customer_value(Purchases(), Spend(), annual_discount_rate=0.1, **changes)
