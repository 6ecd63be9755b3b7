"""Lifts in money, by hand."""

import pandas as pd
import pytest

from custintel.experiments import compare_arms, holdout_lift


def results(arms=("none", "mail")):
    n_yes = {"none": 60, "mail": 100, "call": 70}
    parts = [
        pd.DataFrame({"arm": arm, "y": [1] * n_yes[arm] + [0] * (500 - n_yes[arm])}) for arm in arms
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def rates():
    return compare_arms(results(), outcome="y", control="none")


@pytest.fixture
def amounts():
    spent = results().assign(y=lambda table: 50.0 * table["y"])
    return compare_arms(spent, outcome="y", control="none")


def test_a_rate_with_a_value(rates):
    table = holdout_lift(rates, value=50.0, margin_rate=0.4, cost=500.0)
    row = table.loc["mail"]
    assert table.index.to_list() == ["mail"]
    figures = ["n", "incremental", "revenue", "margin", "cost", "profit", "roi"]
    assert row[figures].to_list() == pytest.approx([500, 40, 2000, 800, 500, 300, 0.6])
    assert row["cost_per_incremental"] == pytest.approx(12.5)
    low = rates.table.loc["mail", "lift_low"]
    assert row["roi_low"] == pytest.approx((500 * low * 50 * 0.4 - 500) / 500)
    assert row["profit_high"] == pytest.approx(
        rates.table.loc["mail", "lift_high"] * 500 * 20 - 500
    )


def test_an_amount_is_revenue(amounts):
    row = holdout_lift(amounts).loc["mail"]
    assert row["incremental"] == row["revenue"] == pytest.approx(2000.0)
    assert row[["margin", "cost", "profit", "roi", "cost_per_incremental"]].isna().all()


def test_a_rate_without_a_value_has_no_revenue(rates):
    row = holdout_lift(rates, cost=80.0).loc["mail"]
    assert row["incremental"] == pytest.approx(40)
    assert row["cost_per_incremental"] == pytest.approx(2.0)
    assert row[["revenue", "margin", "profit", "roi"]].isna().all()


def test_nothing_added_has_no_cost_per_customer():
    turned = compare_arms(results(), outcome="y", control="mail")
    row = holdout_lift(turned, cost=80.0).loc["none"]
    assert row["incremental"] == pytest.approx(-40)
    assert pd.isna(row["cost_per_incremental"])


def test_no_cost_has_no_return(amounts):
    row = holdout_lift(amounts, margin_rate=0.5, cost=0.0).loc["mail"]
    assert row["profit"] == pytest.approx(1000.0)
    assert pd.isna(row["roi"])


def test_costs_of_several_arms():
    several = compare_arms(results(("none", "mail", "call")), outcome="y", control="none")
    table = holdout_lift(several, value=50.0, margin_rate=0.4, cost={"mail": 500, "call": 100})
    assert table["cost"].to_dict() == {"call": 100, "mail": 500}
    assert table["profit"].to_list() == pytest.approx([100, 300])
    for cost in (500.0, {"mail": 500.0}, {"mail": 1.0, "call": 1.0, "fax": 1.0}):
        with pytest.raises(ValueError, match="cost gives an amount for each treated arm"):
            holdout_lift(several, cost=cost)


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"cost": -1.0}, ValueError, "cost lies between"),
        ({"margin_rate": 40}, ValueError, "margin_rate lies between"),
        ({"value": -2.0}, ValueError, "value lies between"),
        ({"cost": "500"}, TypeError, "cost is an amount"),
    ],
)
def test_bad_arguments_are_refused(rates, given, error, match):
    with pytest.raises(error, match=match):
        holdout_lift(rates, **given)


def test_an_amount_takes_no_value(amounts):
    with pytest.raises(ValueError, match="leave value out"):
        holdout_lift(amounts, value=50.0)


def test_another_table_is_refused(rates):
    with pytest.raises(TypeError, match=r"compare_arms\(results"):
        holdout_lift(rates.table)
