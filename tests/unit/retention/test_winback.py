"""Bands of risk, and the list of customers to win back."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.experiments import compare_arms
from custintel.retention import risk_bands, winback_list


@pytest.fixture
def customers():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {"probability": rng.beta(2, 3, 400), "value": rng.gamma(2, 100, 400)},
        index=pd.Index([f"c{i:03d}" for i in range(400)], name="customer_id"),
    )
    return table.assign(
        probability_low=0.8 * table["probability"], probability_high=1.0, value_low=0.0
    )


def test_bands_begin_at_their_cuts():
    p = pd.DataFrame({"probability": [0.0, 0.33, 1 / 3, 0.66, 2 / 3, 1.0]})
    bands = risk_bands(p)["risk_band"]
    assert bands.tolist() == ["low", "low", "medium", "medium", "high", "high"]
    assert bands.cat.ordered
    p = p.assign(probability_low=0.0, probability_high=[0.1, 0.4, 0.5, 0.7, 0.8, 1.0])
    assert risk_bands(p)["is_clear"].tolist() == [True, *[False] * 5]
    two = risk_bands(p, cuts=[0.05], labels=["keep", "call"])["risk_band"]
    assert two.tolist() == ["keep", *["call"] * 5]


@pytest.mark.parametrize(
    "given",
    [{"cuts": (0.5, 0.4)}, {"cuts": (0.5,)}, {"cuts": (0.0, 0.5)}, {"labels": ("a", "a", "b")}],
)
def test_wrong_bands_are_refused(given):
    with pytest.raises(ValueError, match="cuts are increasing"):
        risk_bands(pd.DataFrame({"probability": [0.5]}), **given)


def test_wrong_probabilities_are_refused():
    with pytest.raises(ValueError, match="probability"):
        risk_bands(pd.DataFrame({"probability": [0.5, 33]}))


def test_the_list_is_ranked_by_gain_and_adds_up(customers):
    plan = winback_list(customers, save_rate=0.15, offer_cost=10.0, random_state=4)
    table = plan.table
    gain = 0.15 * customers["probability"] * customers["value"] - 10.0
    assert table["expected_gain"].tolist() == gain.sort_values(ascending=False).tolist()
    assert plan.n_worthwhile == (gain > 0).sum() == plan.n_contacts + plan.n_controls
    assert plan.n_controls == round(0.1 * plan.n_worthwhile)
    assert (table["expected_gain"][table["arm"] != "none"] > 0).all()
    contacted = table[table["arm"] == "contact"]
    assert plan.expected_gain == pytest.approx(contacted["expected_gain"].sum())
    assert plan.cost == 10.0 * plan.n_contacts
    # The least value is nothing, so at worst all of the cost is lost.
    assert plan.expected_gain_low == -plan.cost
    assert plan.expected_gain_high > plan.expected_gain
    assert sorted(table.index) == sorted(customers.index)


@pytest.mark.parametrize("capacity", [1, 2, 7, 50, 10_000])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_capacity_is_filled_and_never_exceeded(customers, capacity, share):
    plan = winback_list(
        customers, save_rate=0.15, offer_cost=10.0, capacity=capacity, control_share=share
    )
    assert plan.n_contacts <= capacity
    chosen = plan.n_contacts + plan.n_controls
    if chosen < plan.n_worthwhile:
        assert plan.n_contacts == capacity
    # The best are chosen: nobody left out is worth more than somebody who was not.
    assert (plan.table["arm"].iloc[:chosen] != "none").all()
    assert share == 0 or chosen == 1 or plan.n_controls >= 1


def test_controls_are_drawn_anew_by_seed_and_unlike_the_rank(customers):
    lists = [
        winback_list(customers, save_rate=0.3, offer_cost=1.0, control_share=0.5, random_state=seed)
        for seed in (1, 1, 2)
    ]
    arms = [each.table["arm"] for each in lists]
    assert arms[0].equals(arms[1])
    assert not arms[0].equals(arms[2])
    ranks = [each.table.groupby("arm")["rank"].mean() for each in lists]
    assert ranks[0]["control"] == pytest.approx(ranks[0]["contact"], rel=0.15)


def test_the_effect_can_be_measured_afterwards(customers):
    plan = winback_list(customers, save_rate=0.3, offer_cost=1.0, control_share=0.5)
    chosen = plan.table[plan.table["arm"] != "none"]
    rng = np.random.default_rng(8)
    stays = rng.random(len(chosen)) < np.where(chosen["arm"] == "contact", 0.8, 0.4)
    found = compare_arms(chosen.assign(stays=stays), outcome="stays", control="control")
    assert found.table.loc["contact", "lift_low"] > 0


def test_nobody_is_worth_it_and_wrong_input(customers):
    none = winback_list(customers, save_rate=0.0, offer_cost=10.0)
    assert (none.n_contacts, none.n_controls, none.expected_gain) == (0, 0, 0)
    with pytest.raises(SchemaError, match="repeat an id"):
        winback_list(pd.concat([customers, customers[:2]]), save_rate=0.1, offer_cost=1.0)
    with pytest.raises(ValueError, match="save_rate"):
        winback_list(customers, save_rate=15, offer_cost=1.0)
    with pytest.raises(ValueError, match="value"):
        winback_list(customers.assign(value=-1.0), save_rate=0.1, offer_cost=1.0)
    with pytest.raises(SchemaError, match="'probability'"):
        winback_list(customers[["value"]], save_rate=0.1, offer_cost=1.0)


def test_bands_of_no_table_are_refused():
    with pytest.raises(TypeError, match="probabilities is a table with a column 'probability'"):
        risk_bands(pd.Series([0.1, 0.9]))
    with pytest.raises(TypeError, match="customers is a table with columns 'probability'"):
        winback_list([0.1, 0.9], save_rate=0.1, offer_cost=1.0)


@pytest.mark.parametrize("cost", ["1", [1.0, 2.0], None])
def test_a_cost_that_is_no_number_is_refused(customers, cost):
    with pytest.raises(TypeError, match="offer_cost is a finite number"):
        winback_list(customers, save_rate=0.1, offer_cost=cost)
