"""Plans of looks, and lifts look by look."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.experiments import LookPlan, compare_arms, lift_by_look


def results(n=600, arms=("mail", "none"), seed=3):
    rng = np.random.default_rng(seed)
    arm = rng.choice(arms, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "arm": arm,
            "look": rng.integers(1, 4, n),
            "bought": rng.random(n) < np.where(arm == "mail", 0.3, 0.2),
            "revenue": rng.gamma(2.0, 20.0, n),
        }
    )


@pytest.mark.parametrize("boundary", ["obrien_fleming", "pocock", "spending"])
@pytest.mark.parametrize("n_looks", [1, 2, 12])
def test_all_of_alpha_is_spent_in_the_end(boundary, n_looks):
    limits = LookPlan(n_looks, boundary=boundary).limits(level=0.9)
    assert limits["alpha_spent"].iloc[-1] == pytest.approx(0.1, abs=1e-9)
    assert limits["alpha_spent"].is_monotonic_increasing
    assert limits.index.to_list() == list(range(1, n_looks + 1))


def test_one_look_is_an_ordinary_test():
    for boundary in ("obrien_fleming", "pocock", "spending"):
        assert LookPlan(1, boundary=boundary).limit() == pytest.approx(0.05)


def test_always_valid_limits_never_spend_all():
    limits = LookPlan(200, boundary="always_valid").limits()
    assert limits["alpha_spent"].iloc[-1] < 0.05


def test_looks_need_not_be_even():
    plan = LookPlan(3, boundary="spending", information=(0.1, 0.7, 1.0))
    limits = plan.limits()
    assert limits["information"].to_list() == [0.1, 0.7, 1.0]
    assert limits["alpha_spent"].iloc[-1] == pytest.approx(0.05)
    assert limits["z"].iloc[0] > 6


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"n_looks": 0}, "n_looks"),
        ({"n_looks": 201}, "n_looks"),
        ({"n_looks": 3, "look": 4}, "look lies"),
        ({"n_looks": 3, "look": 0}, "look is a whole number"),
        ({"n_looks": 3, "boundary": "haybittle"}, "boundary is one of"),
        ({"n_looks": 2, "information": (0.5,)}, "rising part"),
        ({"n_looks": 2, "information": (0.5, 0.5)}, "rising part"),
        ({"n_looks": 2, "information": (0.5, 1.2)}, "rising part"),
        ({"n_looks": 2, "information": (0.0, 1.0)}, "rising part"),
    ],
)
def test_plans_that_cannot_be(given, match):
    with pytest.raises(ValueError, match=match):
        LookPlan(**given)


@pytest.mark.parametrize("outcome", ["bought", "revenue"])
def test_each_look_compares_what_was_known_by_then(outcome):
    table, plan = results(), LookPlan(4)
    looks = lift_by_look(table, outcome=outcome, control="none", plan=plan)
    assert looks["look"].to_list() == [1, 2, 3]
    assert looks["information"].to_list() == [0.25, 0.5, 0.75]
    for row in looks.itertuples():
        so_far = table[table["look"] <= row.look]
        at_look = LookPlan(4, look=row.look)
        found = compare_arms(so_far, outcome=outcome, control="none", looks=at_look)
        expected = found.table.loc["mail"]
        for name in ("lift", "lift_low", "lift_high", "p", "n"):
            assert getattr(row, name) == pytest.approx(expected[name])
        assert row.p_limit == pytest.approx(found.p_limit)
        assert row.is_different == expected["is_different"]


def test_several_arms_are_corrected_for():
    table = results(900, ("mail", "call", "none"))
    looks = lift_by_look(table, outcome="bought", control="none", plan=LookPlan(3))
    assert looks["arm"].to_list() == ["call", "mail"] * 3
    strict = LookPlan(3).limits(level=0.975)["p"]
    assert looks["p_limit"].to_list() == pytest.approx(np.repeat(strict, 2).to_list())


def test_an_arm_that_starts_late_has_no_lift_yet():
    table = results()
    table = table[(table["arm"] == "none") | (table["look"] > 1)]
    looks = lift_by_look(table, outcome="bought", control="none", plan=LookPlan(3))
    first = looks.iloc[0]
    assert first["n"] == 0
    assert first[["lift", "lift_low", "p"]].isna().all()
    assert not first["is_different"]
    assert looks["lift"].iloc[1:].notna().all()


@pytest.mark.parametrize("bad", [0, 9, 1.5])
def test_looks_out_of_plan_are_refused(bad):
    table = results().astype({"look": float})
    table.loc[0, "look"] = bad
    with pytest.raises(SchemaError, match=r"the plan has the looks 1 to 3"):
        lift_by_look(table, outcome="bought", control="none", plan=LookPlan(3))


def test_a_plan_is_asked_for():
    with pytest.raises(TypeError, match="LookPlan"):
        lift_by_look(results(), outcome="bought", control="none", plan=3)
