"""Lifetime value and equity: what goes in comes out, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from custintel._intervals import Estimates
from custintel.errors import SchemaError
from custintel.value import (
    customer_equity,
    customer_lifetime_value,
    equity_concentration,
    value_deciles,
)


class Purchases:
    """A model under which customer number i buys i times, discounted by half."""

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, annual_discount_rate: float
    ) -> Estimates:
        self.asked = (horizon, annual_discount_rate)
        value = np.arange(1.0, len(history) + 1) / 2
        return Estimates(value, value[:, None], np.array([[0.01]]))


class Spend:
    """A model under which everyone spends 10."""

    def expected_spend(self, history: pd.DataFrame) -> Estimates:
        value = np.full(len(history), 10.0)
        return Estimates(value, value[:, None], np.array([[0.0025]]))


@pytest.fixture
def history() -> pd.DataFrame:
    return pd.DataFrame({"frequency": range(25)}, index=[f"c{at:02d}" for at in range(25)])


def test_value_is_purchases_times_spend_times_margin(history: pd.DataFrame) -> None:
    model = Purchases()
    values = customer_lifetime_value(
        history, model, Spend(), horizon="6M", annual_discount_rate=0.2, margin_rate=0.4
    )
    assert model.asked == ("6M", 0.2)
    worth = values.table["customer_lifetime_value"]
    assert worth.to_list() == pytest.approx([0.5 * at * 10 * 0.4 for at in range(1, 26)])
    # Both models err by a known part: 10 % and 5 %, so the product by their root sum of squares.
    spread = np.exp(1.959964 * np.hypot(0.1, 0.05))
    assert values.table["customer_lifetime_value_high"].to_numpy() == pytest.approx(worth * spread)
    assert values.table["customer_lifetime_value_low"].to_numpy() == pytest.approx(worth / spread)


def test_without_margin_the_value_is_revenue(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    assert values.margin_rate is None
    assert values.table["customer_lifetime_value"].iloc[0] == pytest.approx(5.0)


def test_equity_adds_up_and_keeps_the_common_error(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    groups = pd.Series(["b", "a", "a"] * 8 + [None], index=history.index, name="tier")
    equity = customer_equity(values, by=groups)
    assert equity.table.index.to_list() == ["a", "b", "(none)"]
    assert equity.table.index.name == "tier"
    assert equity.table["n_customers"].to_list() == [16, 8, 1]
    assert equity.table["equity"].sum() == pytest.approx(equity.total)
    assert equity.table["equity_share"].sum() == pytest.approx(1)
    # Errors common to all do not cancel in the sum: it errs by as large a part as each.
    spread = np.exp(1.959964 * np.hypot(0.1, 0.05))
    assert equity.total_high == pytest.approx(equity.total * spread)
    assert equity.total_low == pytest.approx(equity.total / spread)


def test_groups_keep_the_order_of_a_categorical(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    order = pd.CategoricalDtype(["high", "low", "unused"], ordered=True)
    groups = pd.Series(["low"] * 20 + ["high"] * 5, index=history.index).astype(order)
    assert customer_equity(values, by=groups).table.index.to_list() == ["high", "low"]


def test_deciles_hold_equal_parts_best_first(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    deciles = value_deciles(values)
    assert deciles["c24"] == 1
    assert deciles["c00"] == 10
    assert set(deciles.value_counts()) == {2, 3}
    assert deciles.index.equals(history.index)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"annual_discount_rate": -0.1}, "annual_discount_rate"),
        ({"annual_discount_rate": 0.1, "margin_rate": 30}, "margin_rate"),
        ({"annual_discount_rate": 0.1, "horizon": "12"}, "12M"),
        ({"annual_discount_rate": 0.1, "level": 95}, "level"),
    ],
)
def test_wrong_conventions_are_refused(
    arguments: dict[str, object], told: str, history: pd.DataFrame
) -> None:
    with pytest.raises(ValueError, match=told):
        customer_lifetime_value(history, Purchases(), Spend(), **arguments)


def test_groups_that_fit_nobody_or_repeat_are_refused(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    with pytest.raises(SchemaError, match="none of the customers"):
        customer_equity(values, by=pd.Series(["a"], index=["someone else"]))
    twice = pd.Series("a", index=["c01", "c01"])
    with pytest.raises(SchemaError, match="several groups"):
        customer_equity(values, by=twice)
    with pytest.raises(SchemaError, match="several rows"):
        customer_lifetime_value(
            pd.concat([history, history]), Purchases(), Spend(), annual_discount_rate=0.1
        )


def test_the_plot_shows_the_groups(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    ax = customer_equity(values).plot(currency="CHF")
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([25 * 26 / 2 * 5])


def test_a_group_may_be_called_as_those_without_one(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    by = pd.Series(["(none)"], index=history.index[:1])
    table = customer_equity(values, by=by).table
    assert table["n_customers"].to_dict() == {"(none)": 25}


def test_groups_are_a_series(history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    for by, given in [("segment", "'segment'"), (["a"], "list"), (history, "DataFrame")]:
        with pytest.raises(TypeError, match=f"by is a Series indexed by .*: got {given}"):
            customer_equity(values, by=by)


@pytest.mark.parametrize("ask", [customer_equity, value_deciles, equity_concentration])
def test_values_are_more_than_their_table(ask: object, history: pd.DataFrame) -> None:
    values = customer_lifetime_value(history, Purchases(), Spend(), annual_discount_rate=0.1)
    told = "values is what customer_lifetime_value returned: got DataFrame. Not its table"
    with pytest.raises(TypeError, match=told):
        ask(values.table)
    with pytest.raises(TypeError, match=r"returned: got 64\.0\.$"):
        ask(64.0)
