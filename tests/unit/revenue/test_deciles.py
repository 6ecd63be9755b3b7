import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.revenue import concentration_table, decile_table


def one_period(amounts, names=None):
    names = [f"c{i}" for i in range(len(amounts))] if names is None else names
    return pd.DataFrame({2024: amounts}, index=names, dtype=float)


def test_ten_groups_of_two():
    # 20 customers with 1 to 20: the best two bring 39 of 210.
    deciles = decile_table(one_period(np.arange(1, 21)))
    assert deciles.index.tolist() == list(range(1, 11))
    assert deciles["n_customers"].tolist() == [2] * 10
    assert deciles["revenue"].tolist() == [39, 35, 31, 27, 23, 19, 15, 11, 7, 3]
    assert deciles["revenue_share"].tolist() == pytest.approx(deciles["revenue"] / 210)
    assert deciles["cumulative_share"].iloc[-1] == pytest.approx(1)
    assert deciles["mean_revenue"].iloc[0] == 19.5
    assert deciles["min_revenue"].iloc[:2].tolist() == [19, 17]


def test_uneven_groups_differ_by_one_customer():
    # Group of rank r among n: ceil(groups × r / n), as quintiles are cut elsewhere.
    deciles = decile_table(one_period([50, 40, 30, 20, 10]), n_groups=2)
    assert deciles["n_customers"].tolist() == [2, 3]
    assert deciles["revenue"].tolist() == [90, 60]


def test_equal_customers_are_put_in_order_by_name():
    alike = one_period([10, 10, 10, 40], names=["c10", "c9", "b", "a"])
    first = decile_table(alike, n_groups=2).loc[1]
    again = decile_table(alike.iloc[::-1], n_groups=2).loc[1]
    assert first["revenue"] == again["revenue"] == 50


def test_a_period_or_all_together():
    table = pd.DataFrame({2023: [1.0, 9.0], 2024: [19.0, 1.0]}, index=["ann", "bob"])
    assert decile_table(table, n_groups=2)["revenue"].tolist() == [20, 10]
    assert decile_table(table, n_groups=2, period=2023)["revenue"].tolist() == [9, 1]


def test_the_best_fifth_is_the_pareto_share():
    revenue = np.random.default_rng(0).lognormal(size=200)
    deciles = decile_table(one_period(revenue))
    pareto = concentration_table(one_period(revenue))["pareto_share"].iloc[0]
    assert deciles.loc[2, "cumulative_share"] == pytest.approx(pareto)


def test_net_refunds_are_counted_and_who_bought_nothing_is_no_customer():
    with pytest.warns(SetAsideWarning, match=r"2 customers have net refunds \(−7.00 in all\)"):
        deciles = decile_table(one_period([70, 30, -5, -2, 0]), n_groups=2)
    assert deciles["n_customers"].sum() == 2


def test_fewer_customers_than_groups_are_groups_alone():
    with pytest.warns(WeakResultWarning, match="3 customers cannot fill 10 groups"):
        deciles = decile_table(one_period([3, 2, 1]))
    assert deciles["n_customers"].tolist() == [1, 1, 1]
    assert deciles.index.tolist() == [1, 2, 3]


def test_without_customers_there_is_no_group():
    assert decile_table(one_period([])).shape == (0, 6)
    assert decile_table(one_period([0.0])).shape == (0, 6)


@pytest.mark.parametrize("n_groups", [0, 2.5, True, "10"])
def test_n_groups_is_a_count(n_groups):
    with pytest.raises(ValueError, match="n_groups is a whole number"):
        decile_table(one_period([1, 2]), n_groups=n_groups)


def test_unknown_periods_are_refused():
    with pytest.raises(ValueError, match="2020 is not a period"):
        decile_table(one_period([1, 2]), period=2020)


def test_amounts_beyond_money_are_refused():
    table = pd.DataFrame({2024: [1.0, 1e300]}, index=["a", "b"])
    with pytest.raises(SchemaError, match=r"1 amount .* beyond 1e\+30, in 'b 2024'"):
        decile_table(table)
