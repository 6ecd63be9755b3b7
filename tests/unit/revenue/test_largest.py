import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import top_customers


@pytest.fixture
def table():
    """Return a table whose best customer changes: Ann first, then Bob; Eve always second."""
    columns = {2023: [60.0, 10.0, 30.0], 2024: [0.0, 60.0, 40.0]}
    return pd.DataFrame(columns, index=pd.Index(["ann", "bob", "eve"], name="customer_id"))


def names(top, period):
    return top[top["period"] == pd.Period(str(period))]["customer_id"].tolist()


def test_a_fixed_panel_is_the_same_in_each_period(table):
    # Mean shares: Bob and Eve 0.35, Ann 0.30; equal ones by name.
    top = top_customers(table, n=2)
    assert names(top, 2023) == names(top, 2024) == ["bob", "eve"]
    assert top["rank"].tolist() == [1, 2, 1, 2]
    assert top["revenue_share"].tolist() == pytest.approx([0.1, 0.3, 0.6, 0.4])
    assert top["cumulative_share"].tolist() == pytest.approx([0.1, 0.4, 0.6, 1.0])


def test_a_panel_per_period_is_chosen_afresh(table):
    top = top_customers(table, n=2, panel="per_period")
    assert names(top, 2023) == ["ann", "eve"]
    assert names(top, 2024) == ["bob", "eve"]
    assert top["cumulative_share"].tolist() == pytest.approx([0.6, 0.9, 0.6, 1.0])


def test_who_bought_nothing_is_in_no_panel_per_period(table):
    assert names(top_customers(table, panel="per_period"), 2024) == ["bob", "eve"]
    assert names(top_customers(table), 2024) == ["bob", "eve", "ann"]


def test_shares_of_a_stated_total(table):
    top = top_customers(table, n=1, panel="per_period", total=200)
    assert top["revenue_share"].tolist() == [0.3, 0.3]


def test_net_refunds_have_a_negative_share(table):
    table.loc["bob", 2023] = -10.0
    top = top_customers(table, n=3).set_index(["customer_id", "period"])
    assert top.loc[("bob", "2023"), "revenue_share"] == pytest.approx(-10 / 90)
    assert "bob" not in names(top_customers(table, panel="per_period"), 2023)


def test_a_period_without_revenue_has_no_shares(table):
    top = top_customers(table.assign(**{"2025": 0.0}), n=1)
    assert names(top, 2025) == ["bob"]
    assert top["revenue_share"].isna().tolist() == [False, False, True]


def test_equal_customers_are_ordered_by_name_and_its_numbers():
    shares = pd.DataFrame({2024: [0.1 + 0.2, 0.3, 0.3]}, index=["C10", "C9", "B11"])
    assert top_customers(shares)["customer_id"].tolist() == ["B11", "C9", "C10"]


def test_column_is_named_as_the_index(table):
    assert "company" in top_customers(table.rename_axis("company")).columns
    assert "customer_id" in top_customers(table.rename_axis(None)).columns


@pytest.mark.parametrize("name", ["period", "rank", "revenue", "cumulative_share"])
def test_an_index_named_as_a_column_of_the_result_is_refused(table, name):
    with pytest.raises(SchemaError, match=f"index of this table is named '{name}'"):
        top_customers(table.rename_axis(name))


@pytest.mark.parametrize("panel", ["fixed", "per_period"])
def test_empty_tables_give_no_rows(table, panel):
    assert len(top_customers(table.iloc[:0], panel=panel)) == 0
    assert len(top_customers(table.iloc[:, :0], panel=panel)) == 0


def test_unusable_arguments_are_refused(table):
    with pytest.raises(ValueError, match="panel is one of 'fixed', 'per_period'"):
        top_customers(table, panel="moving")
    with pytest.raises(ValueError, match="total is an amount above zero: got 0"):
        top_customers(table, total=0)


@pytest.mark.parametrize("n", [0, -1, 2.5, 2.0, np.nan, True, np.True_, "2", None])
@pytest.mark.parametrize("panel", ["fixed", "per_period"])
def test_n_is_a_count(table, n, panel):
    with pytest.raises(ValueError, match="n is a whole number, 1 or more: got"):
        top_customers(table, n=n, panel=panel)


def test_n_may_be_a_number_of_numpy(table):
    pd.testing.assert_frame_equal(top_customers(table, n=np.int64(2)), top_customers(table, n=2))


@pytest.mark.parametrize("panel", ["fixed", "per_period"])
def test_customers_may_be_named_true_and_false(table, panel):
    flagged = table.iloc[:2].set_axis(pd.Index([False, True], name="is_member"))
    top = top_customers(flagged, panel=panel)
    last = top[top["period"] == pd.Period("2024")].set_index("is_member")["revenue"]
    assert last.to_dict() == ({True: 60, False: 0} if panel == "fixed" else {True: 60})


def test_a_fixed_panel_stands_beside_the_concentration_ratio(table):
    # The largest of 2023 is Ann with 60 %, of 2024 Bob; Eve is second in both.
    top = top_customers(table, n=2)
    assert top["largest_share"].tolist() == pytest.approx([0.6, 0.9, 0.6, 1.0])
    assert (top["cumulative_share"] <= top["largest_share"] + 1e-12).all()
    afresh = top_customers(table, n=2, panel="per_period")
    assert afresh["largest_share"].tolist() == pytest.approx(afresh["cumulative_share"].tolist())


def test_a_period_without_revenue_has_no_concentration_ratio(table):
    top = top_customers(table.assign(**{"2025": 0.0}), n=1)
    assert top["largest_share"].isna().tolist() == [False, False, True]
