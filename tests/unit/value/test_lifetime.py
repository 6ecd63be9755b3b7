"""Lifetime value from models: the endless horizon, margins by customer, values without bounds."""

import numpy as np
import pandas as pd
import pytest

from custintel._intervals import Estimates
from custintel.datasets import load_cdnow
from custintel.errors import SchemaError
from custintel.models import BetaGeoModel, GammaGammaModel
from custintel.tables import purchase_history
from custintel.value import customer_equity, customer_lifetime_value


class Purchases:
    """A model under which everyone buys twice."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def expected_purchases(self, history: pd.DataFrame, **asked: object) -> Estimates:
        self.asked.append(asked)
        value = np.full(len(history), 2.0)
        if asked.get("with_errors", True):
            return Estimates(value, value[:, None], np.array([[0.01]]))
        return Estimates.without_errors(value)


class Spend:
    """A model under which everyone spends 10."""

    def expected_spend(self, history: pd.DataFrame, *, with_errors: bool = True) -> Estimates:
        value = np.full(len(history), 10.0)
        if with_errors:
            return Estimates(value, value[:, None], np.array([[0.0025]]))
        return Estimates.without_errors(value)


@pytest.fixture
def history() -> pd.DataFrame:
    return pd.DataFrame({"frequency": [0, 1, 2]}, index=["ann", "bob", "cleo"])


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.fixture(scope="module")
def models(cdnow: pd.DataFrame) -> tuple[BetaGeoModel, GammaGammaModel]:
    return BetaGeoModel().fit(cdnow), GammaGammaModel().fit(cdnow)


def test_margins_by_customer_are_matched_by_id(history: pd.DataFrame) -> None:
    margins = pd.Series({"cleo": 0.5, "someone else": 0.9, "ann": 0.1, "bob": 0.2})
    values = customer_lifetime_value(
        history, Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=margins
    )
    assert values.table["customer_lifetime_value"].to_dict() == pytest.approx(
        {"ann": 2, "bob": 4, "cleo": 10}
    )
    assert values.margin_rate is margins


@pytest.mark.parametrize(
    ("margins", "told"),
    [
        ({"ann": 0.1, "bob": 0.2}, "1 customer of 3: 'cleo'"),
        ({"ann": 0.1, "bob": 20, "cleo": np.nan}, "2 customers of 3, such as 'bob', 'cleo'"),
    ],
)
def test_customers_without_margin_are_named(
    margins: dict[str, float], told: str, history: pd.DataFrame
) -> None:
    with pytest.raises(SchemaError, match=told):
        customer_lifetime_value(
            history,
            Purchases(),
            Spend(),
            annual_discount_rate=0.1,
            margin_rate=pd.Series(margins),
        )


def test_two_margins_for_one_customer_are_refused(history: pd.DataFrame) -> None:
    twice = pd.Series([0.1, 0.2, 0.3, 0.4], index=["ann", "bob", "cleo", "bob"])
    with pytest.raises(SchemaError, match="several rates for 'bob'"):
        customer_lifetime_value(
            history, Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=twice
        )


def test_without_level_models_are_asked_for_no_errors(history: pd.DataFrame) -> None:
    model = Purchases()
    values = customer_lifetime_value(
        history, model, Spend(), annual_discount_rate=0.1, horizon=None, level=None
    )
    assert model.asked == [{"horizon": None, "annual_discount_rate": 0.1, "with_errors": False}]
    assert [*values.table] == [
        "discounted_purchases",
        "expected_spend",
        "customer_lifetime_value",
    ]
    equity = customer_equity(values, by=pd.Series({"ann": "a", "bob": "b", "cleo": "b"}))
    assert equity.total == 60.0
    assert np.isnan([equity.total_low, equity.total_high]).all()
    assert [*equity.table] == ["n_customers", "customer_share", "equity", "equity_share"]
    assert equity.table["equity"].to_list() == [20, 40]
    assert len(equity.plot().patches) == 2


def test_an_endless_horizon_needs_a_discount_rate(history: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="no limit"):
        customer_lifetime_value(history, Purchases(), Spend(), horizon=None, annual_discount_rate=0)


def test_finite_values_tend_to_the_endless_one(
    cdnow: pd.DataFrame, models: tuple[BetaGeoModel, GammaGammaModel]
) -> None:
    equity = {
        horizon: customer_equity(
            customer_lifetime_value(
                cdnow, *models, horizon=horizon, annual_discount_rate=0.1, level=None
            )
        ).total
        for horizon in ("10Y", "40Y", "150Y", None)
    }
    assert equity["10Y"] < equity["40Y"] < equity["150Y"]
    # A month is discounted from its middle, the endless horizon at each instant: as purchases
    # thin out within a month, the first is the lower, by some 2 in 100,000.
    assert equity["150Y"] < equity[None]
    assert equity["150Y"] == pytest.approx(equity[None], rel=5e-5)


def test_values_with_and_without_bounds_are_the_same(
    cdnow: pd.DataFrame, models: tuple[BetaGeoModel, GammaGammaModel]
) -> None:
    with_bounds, alone = (
        customer_lifetime_value(cdnow, *models, annual_discount_rate=0.1, level=level)
        for level in (0.9, None)
    )
    pd.testing.assert_frame_equal(with_bounds.table[[*alone.table]], alone.table, rtol=1e-9)


def test_texts_are_no_margins(history: pd.DataFrame) -> None:
    margin = pd.Series("high", index=history.index)
    with pytest.raises(SchemaError, match="no rate in 0-1 for 3 customers of 3"):
        customer_lifetime_value(
            history, Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=margin
        )


@pytest.mark.parametrize("rate", ["30%", np.array([0.1, 0.2, 0.3]), {"ann": 0.1}])
def test_a_margin_is_a_number_or_a_series(rate: object, history: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match=r"margin_rate is a number in 0–1 or a Series .*: got "):
        customer_lifetime_value(
            history, Purchases(), Spend(), annual_discount_rate=0.1, margin_rate=rate
        )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"annual_discount_rate": "10%"}, "annual_discount_rate is a number .*: got '10%'"),
        ({"level": "95%"}, "level is a number between 0 and 1: got '95%'"),
    ],
)
def test_rates_are_numbers(changes: dict[str, object], told: str, history: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match=told):
        customer_lifetime_value(
            history, Purchases(), Spend(), **{"annual_discount_rate": 0.1, **changes}
        )


def test_a_history_that_would_lose_its_customers_is_refused(history: pd.DataFrame) -> None:
    beside = history.rename_axis("customer_id").reset_index()
    with pytest.raises(SchemaError, match=r"set_index\('customer_id'\)"):
        customer_lifetime_value(beside, Purchases(), Spend(), annual_discount_rate=0.1)
    with pytest.raises(TypeError, match="history is a pandas DataFrame: got Series"):
        customer_lifetime_value(
            history["frequency"], Purchases(), Spend(), annual_discount_rate=0.1
        )
