"""What sells through which channel, against statsmodels, scipy and simulated chance."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, fisher_exact, kstest
from statsmodels.stats.contingency_tables import Table

from custintel._significance import q_values
from custintel.errors import SchemaError
from custintel.revenue import channel_mix
from custintel.revenue._independence import Crossing

AS_OF = "2024-12-31"


def orders_of(counts, revenue=None):
    """Return one order per case of a table of products × channels."""
    counts = np.asarray(counts)
    row, column = np.indices(counts.shape)
    row, column = (np.repeat(each.ravel(), counts.ravel()) for each in (row, column))
    n = len(row)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "ordered_at": pd.Timestamp("2024-03-01"),
            "revenue": 1.0 if revenue is None else revenue(n),
            "product_id": [f"p{i}" for i in row],
            "channel": [f"ch{i}" for i in column],
        }
    )


def wide(mix, column):
    return mix.pivot_table(column, "product_id", "channel", dropna=False).to_numpy()


COUNTS = np.array([[60, 25, 9], [30, 70, 12], [22, 18, 40], [3, 1, 0]])


def test_residuals_are_those_of_statsmodels_and_expectations_those_of_scipy():
    mix = channel_mix(orders_of(COUNTS), as_of=AS_OF)
    oracle = Table(COUNTS, shift_zeros=False)
    np.testing.assert_allclose(wide(mix, "observed"), COUNTS)
    np.testing.assert_allclose(wide(mix, "residual"), oracle.standardized_resids, rtol=1e-10)
    expected = chi2_contingency(COUNTS).expected_freq
    np.testing.assert_allclose(wide(mix, "expected"), expected, rtol=1e-12)
    np.testing.assert_allclose(wide(mix, "lift"), COUNTS / expected, rtol=1e-12)


def test_shares_add_up_to_one():
    mix = channel_mix(orders_of(COUNTS), as_of=AS_OF)
    np.testing.assert_allclose(mix.groupby("product_id")["row_share"].sum(), 1)
    np.testing.assert_allclose(mix.groupby("channel")["column_share"].sum(), 1)
    assert len(mix) == COUNTS.size


def test_p_is_exact_where_little_is_expected_and_normal_elsewhere():
    mix = channel_mix(orders_of(COUNTS), as_of=AS_OF).set_index(["product_id", "channel"])
    n, row, column = COUNTS.sum(), COUNTS[3].sum(), COUNTS[:, 2].sum()
    cells = [[0, row], [column, n - row - column]]
    tails = [fisher_exact(cells, alternative=side).pvalue for side in ("greater", "less")]
    assert mix.loc[("p3", "ch2"), "p"] == pytest.approx(min(2 * min(tails), 1))
    # With one cell against the rest the squared residual is chi-square of the four cells.
    cells = [[60, 34], [55, COUNTS.sum() - 149]]
    chi2 = chi2_contingency(cells, correction=False)
    assert mix.loc[("p0", "ch0"), "residual"] ** 2 == pytest.approx(chi2.statistic)
    assert mix.loc[("p0", "ch0"), "p"] == pytest.approx(chi2.pvalue)


def test_revenue_of_equal_orders_has_the_lift_of_their_counts():
    counted = channel_mix(orders_of(COUNTS[:3]), as_of=AS_OF)
    paid = channel_mix(
        orders_of(COUNTS[:3], lambda n: np.full(n, 5.0)), as_of=AS_OF, measure="revenue"
    )
    columns = ["lift", "lift_low", "lift_high", "row_share", "column_share"]
    pd.testing.assert_frame_equal(counted[columns], paid[columns])
    np.testing.assert_allclose(paid["observed"], 5 * counted["observed"])
    # Its variance is not that under independence, but close to it where the counts are.
    assert np.abs(paid["residual"] / counted["residual"] - 1).max() < 0.25
    doubled = orders_of(COUNTS[:3], lambda n: np.full(n, 10.0))
    again = channel_mix(doubled, as_of=AS_OF, measure="revenue")
    np.testing.assert_allclose(again["residual"], paid["residual"])


@pytest.mark.parametrize("is_count", [True, False])
def test_chance_is_taken_for_a_find_no_more_often_than_said(is_count):
    rng = np.random.default_rng(7)
    n_tables, n, found, p = 1000, 600, 0, []
    for _table in range(n_tables):
        cell = 3 * rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1]) + rng.choice(3, n, p=[0.5, 0.3, 0.2])
        amount = np.ones(n) if is_count else rng.gamma(2.0, 10.0, n)
        sums = (np.bincount(cell, amount**power, 12).reshape(4, 3) for power in (1, 2, 0))
        ps = Crossing(*sums, is_count=is_count).p()
        found += (q_values(ps) <= 0.05).any()
        p.append(ps[0, 0])
    # Of 1,000 tables, 68 finds are two standard errors and a half above five per cent.
    assert found <= 68
    assert kstest(p, "uniform").pvalue > 0.001


@pytest.mark.parametrize("is_count", [True, False])
def test_intervals_of_the_lift_cover_the_lift_that_there_is(is_count):
    rng = np.random.default_rng(3)
    chances = np.array([[0.24, 0.16], [0.06, 0.54]])
    true = chances / chances.sum(1, keepdims=True) / chances.sum(0)
    covered = np.zeros((2, 2))
    for _table in range(1000):
        cell = rng.choice(4, 250, p=chances.ravel())
        amount = np.ones(250) if is_count else rng.gamma(2.0, 10.0, 250)
        sums = (np.bincount(cell, amount**power, 4).reshape(2, 2) for power in (1, 2, 0))
        bounds = Crossing(*sums, is_count=is_count).lift(0.95)[1]
        covered += (bounds.low <= true) & (true <= bounds.high)
    assert (np.abs(covered / 1000 - 0.95) < 0.025).all()


def test_orders_and_customers_count_once_a_pair_and_refunds_never():
    rows = [("a", "1", 9.0), ("a", "1", 1.0), ("a", "2", 5.0), ("b", "3", 4.0), ("b", "4", -4.0)]
    orders = pd.DataFrame(rows, columns=["customer_id", "order_id", "revenue"]).assign(
        ordered_at=pd.Timestamp("2024-03-01"), product_id="p", channel="web"
    )
    expected = {"orders": 3, "customers": 2, "revenue": 15}
    for measure, observed in expected.items():
        assert channel_mix(orders, as_of=AS_OF, measure=measure)["observed"].to_list() == [observed]


def test_largest_first_and_missing_values_are_a_value():
    orders = orders_of([[1, 4], [9, 2]])
    orders.loc[0, "product_id"] = None
    mix = channel_mix(orders, as_of=AS_OF)
    assert list(mix["product_id"].unique()) == ["p1", "p0", "(missing)"]
    assert list(mix["channel"].unique()) == ["ch0", "ch1"]
    assert mix["observed"].sum() == 16


def test_one_product_differs_from_nothing():
    mix = channel_mix(orders_of([[3, 4]]), as_of=AS_OF)
    assert mix["lift"].to_list() == [1, 1]
    assert mix[["residual", "p", "q"]].isna().all(axis=None)


def test_a_pair_that_never_came_has_a_bound():
    mix = channel_mix(orders_of([[0, 30], [40, 30]]), as_of=AS_OF)
    cell = mix[(mix["product_id"] == "p0") & (mix["channel"] == "ch0")].iloc[0]
    assert cell["lift"] == cell["lift_low"] == 0
    assert 0 < cell["lift_high"] < 0.5
    assert cell["q"] < 0.001


def test_refunds_alone_have_no_lift():
    orders = orders_of([[2, 1], [1, 1]])
    orders.loc[orders["product_id"] == "p1", "revenue"] = -0.5
    mix = channel_mix(orders, as_of=AS_OF)
    assert mix.loc[mix["product_id"] == "p1", "observed"].to_list() == [0, 0]
    assert mix.loc[mix["product_id"] == "p1", "lift"].isna().all()
    net = channel_mix(orders, as_of=AS_OF, measure="revenue")
    assert net["observed"].sum() == pytest.approx(2)


def test_no_purchase_gives_no_row():
    mix = channel_mix(orders_of([[1]]), as_of="2020-01-01")
    assert mix.empty
    assert list(mix.columns[:2]) == ["product_id", "channel"]


def test_arguments_are_checked(monkeypatch):
    orders = orders_of([[1, 1], [1, 1]])
    with pytest.raises(ValueError, match="measure is one of"):
        channel_mix(orders, as_of=AS_OF, measure="margin")
    with pytest.raises(ValueError, match="rows and columns are two columns"):
        channel_mix(orders, as_of=AS_OF, rows="channel")
    with pytest.raises(ValueError, match="rows and columns are two columns"):
        channel_mix(orders.rename(columns={"product_id": "p"}), as_of=AS_OF, rows="p")
    with pytest.raises(SchemaError, match="'category'"):
        channel_mix(orders, as_of=AS_OF, rows="category")
    with pytest.raises(ValueError, match="level lies between"):
        channel_mix(orders, as_of=AS_OF, level=95)
    monkeypatch.setattr("custintel.revenue.associations._MOST_PAIRS", 3)
    with pytest.raises(
        ValueError, match="2 values of rows and 2 of columns make more than 3 pairs"
    ):
        channel_mix(orders, as_of=AS_OF)
