"""`lookalikes`: finds who resembles, says what that is worth, and is not fooled by chance."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.segmentation import lookalikes


@pytest.fixture
def customers() -> pd.DataFrame:
    """1,000 customers; 150 French ones of high income, of whom the first 50 are seeds."""
    rng = np.random.default_rng(5)
    income = rng.lognormal(10, 0.5, 1000)
    country = rng.choice(["CH", "DE"], 1000).astype(object)
    income[:150], country[:150] = income[:150] * 4, "FR"
    country[500:600] = "FR"
    country[600:602] = "rare"
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(1000)],
            "income": income,
            "country": country,
            "noise": rng.normal(size=1000),
        }
    )
    table.loc[700:720, "income"] = np.nan
    return table


@pytest.fixture
def seeds(customers: pd.DataFrame) -> pd.Index:
    return pd.Index(customers["customer_id"].iloc[:50])


def test_those_who_resemble_come_first(customers: pd.DataFrame, seeds: pd.Index) -> None:
    before = customers.copy(deep=True)
    found = lookalikes(customers, seeds, features=["income", "country", "noise"])
    alike = customers["customer_id"].iloc[50:150]
    assert len(found.table.index[:100].intersection(alike)) >= 85
    assert found.table.index.intersection(seeds).empty
    assert (found.n_seeds, found.n_others, len(found.table)) == (50, 950, 950)
    assert found.table["rank"].tolist() == list(range(1, 951))
    assert (found.table["score"].diff().dropna() <= 1e-9).all()
    assert set(found.table["reason"].head(20)) == {"income high, country: FR"} or set(
        found.table["reason"].head(20)
    ) <= {"income high, country: FR", "country: FR, income high"}
    pd.testing.assert_frame_equal(customers, before)


def test_the_worth_is_near_what_can_be_known(customers: pd.DataFrame, seeds: pd.Index) -> None:
    worth = lookalikes(customers, seeds, features=["income", "country"]).worth
    # 150 of 1,000 are alike and 50 of them seeds: a tenth of the customers holds two thirds.
    assert worth.loc[0.1, "hit_low"] <= 2 / 3 <= worth.loc[0.1, "hit_high"]
    assert worth.loc[0.5, "hit_rate"] == 1
    lift = worth["hit_rate"] / worth.index.to_numpy()
    assert worth["lift"].to_numpy() == pytest.approx(lift.to_numpy())
    assert (worth["lift_low"] <= worth["lift"]).all()
    assert (worth["lift"] <= worth["lift_high"]).all()


@pytest.mark.parametrize("n", [45, 60, 75])
def test_parts_that_end_within_a_customer_are_not_cut_off(n: int) -> None:
    # Of nine customers a tenth is 0.9 of one: a perfect ranking finds 0.9 of two seeds there.
    people = pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "x": range(n)})
    worth = lookalikes(people, people["customer_id"].tail(10), features=["x"]).worth
    first = np.array([0.05, 0.1]) * n / 5
    assert worth["hit_rate"].iloc[:2].tolist() == pytest.approx(first / 2)
    assert worth["hit_rate"].between(worth["hit_low"], worth["hit_high"]).all()


def test_drivers_name_what_tells_the_seeds(customers: pd.DataFrame, seeds: pd.Index) -> None:
    drivers = lookalikes(customers, seeds, features=["noise", "income", "country"]).drivers
    strongest = drivers.head(2).set_index("attribute")
    assert set(strongest.index) == {"income", "country"}
    assert (strongest["weight"] > 0).all()
    assert strongest.loc["country", "value"] == "FR"
    assert strongest.loc["country", ["seed_mean", "other_mean"]].tolist() == pytest.approx(
        [1.0, 200 / 950]
    )
    income = customers["income"]
    assert strongest.loc["income", "seed_mean"] == pytest.approx(income.iloc[:50].mean())
    # Rare values are one, and a number that is missing counts as that.
    terms = set(zip(drivers["attribute"], drivers["value"], strict=True))
    assert {("country", "(other)"), ("income", "(missing)")} <= terms
    assert ("noise", "(missing)") not in terms


def test_the_same_customers_in_any_order_rank_the_same(
    customers: pd.DataFrame, seeds: pd.Index
) -> None:
    features = ["income", "country"]
    first = lookalikes(customers, seeds, features=features, n=50)
    again = lookalikes(customers, list(seeds)[::-1], features=features, n=50)
    pd.testing.assert_frame_equal(first.table, again.table)
    pd.testing.assert_frame_equal(first.worth, again.worth)
    shuffled = customers.sample(frac=1, random_state=1)
    other = lookalikes(shuffled, seeds, features=features, n=50)
    assert other.table.index.tolist()[:40] == first.table.index.tolist()[:40]


def test_features_that_tell_nothing_are_said_to(customers: pd.DataFrame) -> None:
    rng = np.random.default_rng(8)
    seeds = rng.choice(customers["customer_id"], 80, replace=False)
    with pytest.warns(WeakResultWarning, match="hardly tell the 80 seeds"):
        found = lookalikes(customers, seeds, features=["noise"])
    assert found.worth.loc[0.1, "lift_low"] <= 1


def test_equal_customers_are_found_no_better_than_by_chance(customers: pd.DataFrame) -> None:
    # All but one alike: scores tie, and the worth must not depend on the order of rows.
    same = customers.assign(flag=[True] + [False] * 999)
    with pytest.warns(WeakResultWarning):
        found = lookalikes(same, same["customer_id"].iloc[10:110], features=["flag"])
    assert abs(found.worth.loc[0.5, "hit_rate"] - 0.5) < 0.15
    assert set(found.table["reason"]) <= {"flag: False", "flag: True", "nothing stands out"}


def test_one_huge_number_does_not_decide(customers: pd.DataFrame, seeds: pd.Index) -> None:
    huge = customers.assign(income=customers["income"].where(customers.index != 999, 1e300))
    found = lookalikes(huge, seeds, features=["income", "country"])
    assert len(found.table.index[:100].intersection(customers["customer_id"].iloc[50:150])) >= 85


def test_seeds_who_are_no_customers_are_counted(customers: pd.DataFrame, seeds: pd.Index) -> None:
    with pytest.warns(SetAsideWarning, match="2 seeds of 52 are not among the customers: 'x', 'y'"):
        found = lookalikes(customers, [*seeds, "x", "y"], features=["income", "country"])
    assert found.n_seeds == 50


def test_what_cannot_be_learned_from_is_refused(customers: pd.DataFrame, seeds: pd.Index) -> None:
    with pytest.raises(SchemaError, match="There are 9 seeds"):
        lookalikes(customers, seeds[:9], features=["income"])
    with pytest.raises(SchemaError, match="There are 0 seeds"):
        lookalikes(customers, ["x"], features=["income"])
    with pytest.raises(SchemaError, match="and 5 others"):
        lookalikes(customers, customers["customer_id"].iloc[:995], features=["income"])
    with pytest.raises(SchemaError, match="No feature differs"):
        lookalikes(customers.assign(same=1), seeds, features=["same"])
    with pytest.raises(SchemaError, match="nearest: 'income'"):
        lookalikes(customers, seeds, features=["incom"])
    with pytest.raises(ValueError, match="n lies between"):
        lookalikes(customers, seeds, features=["income"], n=0)
    many = customers.assign(town=[f"t{i // 6}" for i in range(1000)])
    with pytest.raises(SchemaError, match="'town' holds 167 values"):
        lookalikes(many, seeds, features=["town"])


def test_ids_that_are_floats_are_the_whole_numbers_they_hold(
    customers: pd.DataFrame, seeds: pd.Index
) -> None:
    numbers = {name: i for i, name in enumerate(customers["customer_id"])}
    numbered = {
        kind: lookalikes(
            customers.assign(customer_id=customers["customer_id"].map(numbers).astype(kind)),
            seeds.map(numbers).astype(kind),
            features=["income"],
            n=5,
        ).table
        for kind in ("float64", "str")
    }
    pd.testing.assert_frame_equal(numbered["float64"], numbered["str"])


def test_columns_of_one_name_are_refused(customers: pd.DataFrame, seeds: pd.Index) -> None:
    twice = pd.concat([customers, customers[["income"]]], axis=1)
    with pytest.raises(SchemaError, match="customers has 1 name on more than one column: 'income'"):
        lookalikes(twice, seeds, features=["noise"])
