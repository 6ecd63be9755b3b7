"""Arms beside their control: what is compared, corrected, left out, and refused."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.experiments import LookPlan, compare_arms


def arms_of(**outcomes):
    """Return results of which each arm has the outcomes given."""
    arms = [arm for arm, values in outcomes.items() for _value in values]
    y = [value for values in outcomes.values() for value in values]
    ids = [f"c{i}" for i in range(len(y))]
    return pd.DataFrame({"customer_id": ids, "arm": arms, "y": y})


def successes(n_yes, n):
    return [1] * n_yes + [0] * (n - n_yes)


RATES = {"none": successes(60, 500), "mail": successes(100, 500), "call": successes(70, 500)}


def test_rates_by_hand():
    found = compare_arms(arms_of(**RATES), outcome="y", control="none")
    assert found.table.index.to_list() == ["none", "call", "mail"]
    assert found.table["is_control"].to_list() == [True, False, False]
    assert found.table["value"].to_list() == pytest.approx([0.12, 0.14, 0.2])
    assert found.table["lift"].to_list()[1:] == pytest.approx([0.02, 0.08])
    assert found.table["relative_lift"].to_list()[1:] == pytest.approx([1 / 6, 2 / 3])
    assert found.table["n"].to_list() == [500] * 3
    assert found.table["is_rate"].all()
    assert found.is_rate
    assert found.test == "chi_square"
    of_control = ["lift", "lift_low", "relative_lift", "p", "p_adjusted", "detectable_lift"]
    assert found.table.loc["none", of_control].isna().all()
    assert found.table["is_different"].to_list() == [False, False, True]


def test_both_tests_of_a_rate_are_shown():
    found = compare_arms(arms_of(**RATES), outcome="y", control="none")
    assert found.tests["arm"].to_list() == ["call", "call", "mail", "mail"]
    assert found.tests["test"].to_list() == ["chi_square", "fisher"] * 2
    assert (found.tests["p"].iloc[1::2].to_numpy() > found.tests["p"].iloc[::2].to_numpy()).all()


def test_few_successes_take_the_exact_test():
    few = arms_of(none=successes(1, 60), mail=successes(4, 60))
    assert compare_arms(few, outcome="y", control="none").test == "fisher"
    chosen = compare_arms(few, outcome="y", control="none", test="chi_square")
    assert chosen.test == "chi_square"
    assert chosen.table.loc["mail", "p"] < 0.2


@pytest.mark.parametrize("kind", ["bool", "boolean", "Int64", "float64", "int8"])
def test_yes_and_no_are_written_in_many_ways(kind):
    results = arms_of(**RATES)
    typed = results.assign(y=results["y"].astype("bool").astype(kind))
    expected = compare_arms(results, outcome="y", control="none").table
    pd.testing.assert_frame_equal(compare_arms(typed, outcome="y", control="none").table, expected)


@pytest.mark.parametrize(("kind", "control"), [(int, 0), (float, 0), (bool, False)])
def test_arms_may_be_numbers_or_true_and_false(kind, control):
    results = arms_of(**{name: RATES[name] for name in ("none", "mail")})
    results["arm"] = (results["arm"] == "mail").astype(kind)
    found = compare_arms(results, outcome="y", control=control)
    assert found.control == str(control)
    assert found.table["lift"].iloc[1] == pytest.approx(0.08)


def test_ids_may_be_the_index():
    results = arms_of(**RATES)
    expected = compare_arms(results, outcome="y", control="none").table
    found = compare_arms(results.set_index("customer_id"), outcome="y", control="none").table
    pd.testing.assert_frame_equal(found, expected)
    bare = compare_arms(results.drop(columns="customer_id"), outcome="y", control="none").table
    pd.testing.assert_frame_equal(bare, expected)


def test_the_table_given_is_not_changed():
    results = arms_of(**RATES)
    before = results.copy(deep=True)
    compare_arms(results, outcome="y", control="none")
    pd.testing.assert_frame_equal(results, before)


def test_corrections_of_several_arms():
    of_correction = {
        name: compare_arms(arms_of(**RATES), outcome="y", control="none", correction=name)
        for name in ("holm", "bonferroni", "bh", "none")
    }
    p_call, p_mail = of_correction["none"].table["p"].iloc[1:]
    assert p_mail < p_call
    adjusted = {
        name: found.table["p_adjusted"].iloc[1:].to_list() for name, found in of_correction.items()
    }
    assert adjusted["none"] == pytest.approx([p_call, p_mail])
    assert adjusted["bonferroni"] == pytest.approx([min(2 * p_call, 1), 2 * p_mail])
    assert adjusted["holm"] == pytest.approx([p_call, 2 * p_mail])
    assert adjusted["bh"] == pytest.approx([p_call, 2 * p_mail])


def test_customers_in_two_arms_are_left_out_and_counted():
    results = arms_of(**RATES)
    torn = pd.DataFrame({"customer_id": ["c0", "c700"], "arm": "call", "y": 1})
    with pytest.warns(SetAsideWarning, match="2 customers are in several arms"):
        found = compare_arms(pd.concat([results, torn]), outcome="y", control="none")
    assert found.n_in_two_arms == 2
    assert found.table["n"].to_dict() == {"none": 499, "call": 500, "mail": 499}
    assert "2 customers are in several arms, and are left out." in found.summary()


def test_several_rows_in_one_arm_are_refused():
    results = arms_of(**RATES)
    with pytest.raises(SchemaError, match=r"3 customers .* several rows: 'c0', 'c1', 'c2'"):
        compare_arms(pd.concat([results, results.head(3)]), outcome="y", control="none")


def test_missing_outcomes_are_left_out_and_counted_by_arm():
    results = arms_of(**RATES).astype({"y": float})
    results.loc[[0, 1, 600], "y"] = np.nan
    with pytest.warns(SetAsideWarning, match=r"3 customers have no 'y'.*'mail' 1, 'none' 2"):
        found = compare_arms(results, outcome="y", control="none")
    assert found.n_missing == 3
    assert found.table["n_customers"].to_list() == [500] * 3
    assert found.table["n"].to_list() == [498, 500, 499]
    assert found.table.loc["none", "value"] == pytest.approx(58 / 498)


def test_a_missing_revenue_is_counted_too():
    results = arms_of(none=[1.0, 2, 3], mail=[2.0, 3, None]).rename(columns={"y": "revenue"})
    with pytest.warns(SetAsideWarning, match="1 customer has no 'revenue'"):
        assert compare_arms(results, outcome="revenue", control="none").n_missing == 1


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
def test_uneven_missingness_is_told():
    results = arms_of(**RATES).astype({"y": float})
    results.loc[:100, "y"] = np.nan
    with pytest.warns(WeakResultWarning, match="missing more often in some arms"):
        compare_arms(results, outcome="y", control="none")


def test_rows_without_an_arm_are_left_out():
    results = arms_of(**RATES)
    results.loc[[3, 4], "arm"] = None
    with pytest.warns(SetAsideWarning, match=r"2 of 1,500 rows .* no 'arm'"):
        found = compare_arms(results, outcome="y", control="none")
    assert found.table.loc["none", "n"] == 498


def test_a_sample_ratio_as_planned_and_another():
    shares = {"none": 0.5, "mail": 0.5}
    good = arms_of(none=successes(60, 500), mail=successes(90, 520))
    found = compare_arms(good, outcome="y", control="none", expected_shares=shares)
    assert found.sample_ratio_p == pytest.approx(0.5311, abs=1e-4)  # 20² / 1020 = 0.392
    assert not found.is_mismatched
    assert found.summary()[0].startswith("Customers are spread over the arms as planned")
    bad = arms_of(none=successes(60, 500), mail=successes(90, 700))
    with pytest.warns(WeakResultWarning, match=r"not spread .*'none' 500, 'mail' 700"):
        found = compare_arms(bad, outcome="y", control="none", expected_shares=shares)
    assert found.is_mismatched
    assert found.summary()[0].startswith("Do not trust this experiment")


def test_without_expected_shares_the_ratio_is_not_checked():
    found = compare_arms(arms_of(**RATES), outcome="y", control="none")
    assert np.isnan(found.sample_ratio_p)
    assert not found.is_mismatched
    assert "It was not checked" in found.summary()[0]


@pytest.mark.parametrize(
    ("shares", "error", "match"),
    [
        ({"none": 0.5, "mail": 0.3, "call": 0.1}, ValueError, "in all 1"),
        ({"none": 0.5, "mail": 0.5}, ValueError, "in all 1"),
        ({"none": 0.5, "mail": 0.5, "call": 0.0}, ValueError, "above 0"),
        ({"none": 0.4, "mail": 0.3, "call": 0.2, "fax": 0.1}, SchemaError, "No customer .* 'fax'"),
        ([0.5, 0.5], TypeError, "mapping"),
    ],
)
def test_shares_that_do_not_fit(shares, error, match):
    with pytest.raises(error, match=match):
        compare_arms(arms_of(**RATES), outcome="y", control="none", expected_shares=shares)


def amounts(rng, n=400):
    before = rng.gamma(2.0, 20.0, 2 * n)
    y = 0.8 * before + rng.normal(20, 10, 2 * n) + np.repeat([0.0, 4.0], n)
    results = arms_of(none=y[:n], mail=y[n:])
    return results.assign(before=before)


def test_a_covariate_takes_its_squared_correlation_off_the_variance():
    results = amounts(np.random.default_rng(5))
    plain = compare_arms(results, outcome="y", control="none")
    found = compare_arms(results, outcome="y", control="none", covariate="before")
    within = results.groupby("arm")[["y", "before"]].transform(lambda each: each - each.mean())
    assert found.variance_reduction == pytest.approx(within.corr().iloc[0, 1] ** 2)
    width = (found.table["lift_high"] - found.table["lift_low"]).iloc[1]
    before = (plain.table["lift_high"] - plain.table["lift_low"]).iloc[1]
    assert (width / before) ** 2 == pytest.approx(1 - found.variance_reduction, rel=0.02)
    assert found.test == "welch"
    assert found.table["observed"].to_list() == plain.table["observed"].to_list()
    assert "of the variance away" in found.summary()[1]


def test_customers_without_covariate_are_not_adjusted():
    results = amounts(np.random.default_rng(5))
    bare = results["before"].sample(frac=0.3, random_state=1).index
    known = results.assign(before=results["before"].drop(bare))
    filled = known.fillna({"before": known["before"].mean()})
    found = compare_arms(known, outcome="y", control="none", covariate="before")
    assert found.n_without_covariate == len(bare)
    expected = compare_arms(filled, outcome="y", control="none", covariate="before")
    pd.testing.assert_frame_equal(found.table, expected.table)


def test_a_constant_covariate_changes_nothing():
    results = amounts(np.random.default_rng(5)).assign(before=7.0)
    found = compare_arms(results, outcome="y", control="none", covariate="before")
    plain = compare_arms(results, outcome="y", control="none")
    assert found.variance_reduction == 0
    assert found.table["lift"].iloc[1] == pytest.approx(plain.table["lift"].iloc[1])


def test_a_covariate_that_the_treatment_moved_is_told():
    results = amounts(np.random.default_rng(5))
    moved = results.assign(before=results["before"] + 20 * (results["arm"] == "mail"))
    with pytest.warns(WeakResultWarning, match="differs between the arms"):
        compare_arms(moved, outcome="y", control="none", covariate="before")


def test_a_rate_may_have_a_covariate():
    results = arms_of(**RATES).assign(before=np.random.default_rng(0).normal(size=1500))
    found = compare_arms(results, outcome="y", control="none", covariate="before")
    assert (found.test, found.is_rate) == ("welch", True)
    assert found.table.loc["mail", "lift"] == pytest.approx(0.08, abs=0.01)


def test_a_dominating_customer_is_told():
    results = arms_of(none=[*np.arange(200.0), 1e5], mail=np.arange(900.0))
    with pytest.warns(WeakResultWarning) as told:
        compare_arms(results, outcome="y", control="none")
    texts = [str(each.message) for each in told]
    assert any("One customer alone makes 99%" in text or "makes 100%" in text for text in texts)
    assert any("so skewed" in text and "test='permutation'" in text for text in texts)


@pytest.mark.parametrize("test", ["bootstrap", "permutation"])
def test_resampling_is_seeded_and_stands_beside_welch(test):
    rng = np.random.default_rng(2)
    results = arms_of(none=rng.lognormal(3, 0.8, 300), mail=rng.lognormal(3.3, 0.8, 300))
    found, again = (
        compare_arms(results, outcome="y", control="none", test=test) for _run in range(2)
    )
    pd.testing.assert_frame_equal(found.table, again.table)
    assert found.tests["test"].to_list() == ["welch", test]
    welch, resampled = found.tests["lift_low"]
    assert found.table.loc["mail", "lift_low"] == resampled
    assert welch == pytest.approx(resampled, abs=3.0)
    other = compare_arms(results, outcome="y", control="none", test=test, random_state=1)
    assert other.table.loc["mail", "lift_low"] != resampled


def test_looks_make_limits_strict_and_intervals_wide():
    results = arms_of(**RATES)
    plain = compare_arms(results, outcome="y", control="none")
    early = LookPlan(5, look=1)
    found = compare_arms(results, outcome="y", control="none", looks=early)
    assert found.table["p_adjusted"].iloc[1:].to_list() == pytest.approx(
        [1.0 if p > 0.5 else 2 * p for p in plain.table["p"].iloc[1:]]
    )
    assert found.p_limit == pytest.approx(2 * early.limit(level=0.975))
    assert not found.table["is_different"].any()
    assert plain.table.loc["mail", "is_different"]
    wide = compare_arms(results, outcome="y", control="none", level=1 - early.limit())
    bounds = ["lift_low", "lift_high"]
    pd.testing.assert_frame_equal(found.table[bounds], wide.table[bounds])
    assert found.table["value_low"].to_list() == plain.table["value_low"].to_list()


def test_one_customer_in_an_arm_has_no_interval():
    with pytest.warns(WeakResultWarning, match=r"one customer.*'mail'"):
        found = compare_arms(arms_of(none=[1.0, 2, 5], mail=[3.0]), outcome="y", control="none")
    row = found.table.loc["mail"]
    assert row["lift"] == pytest.approx(1 / 3)
    assert row[["value_low", "lift_low", "p", "p_adjusted"]].isna().all()
    assert not row["is_different"]
    assert "no test is possible" in found.summary()[-1]


@pytest.mark.parametrize("value", [0, 1, 7.5])
def test_an_outcome_that_does_not_vary_is_told(value):
    results = arms_of(none=[value] * 30, mail=[value] * 30)
    with pytest.warns(WeakResultWarning, match="does not vary"):
        found = compare_arms(results, outcome="y", control="none")
    row = found.table.loc["mail"]
    assert (row["lift"], row["p"], row["is_different"]) == (0, 1, False)


def test_a_control_without_success_has_no_relative_lift():
    found = compare_arms(
        arms_of(none=successes(0, 200), mail=successes(20, 200)), outcome="y", control="none"
    )
    row = found.table.loc["mail"]
    assert row[["relative_lift", "relative_lift_low", "relative_lift_high"]].isna().all()
    assert row["lift_low"] > 0
    assert 0 < row["detectable_lift"] < 0.1


@pytest.mark.parametrize("bad", [np.inf, -np.inf, 1e200])
def test_infinite_and_huge_outcomes_are_refused(bad):
    with pytest.raises(SchemaError, match=r"1 row .* infinite or beyond"):
        compare_arms(arms_of(none=[1.0, 2, bad], mail=[1.0, 2]), outcome="y", control="none")


def test_large_outcomes_lose_no_digits():
    results = arms_of(none=[1.0, 2, 3, 4], mail=[2.0, 4, 5, 9])
    moved = results.assign(y=results["y"] + 1e9)
    expected = compare_arms(results, outcome="y", control="none").table.loc["mail"]
    found = compare_arms(moved, outcome="y", control="none").table.loc["mail"]
    for name in ("lift", "lift_low", "lift_high", "p"):
        assert found[name] == pytest.approx(expected[name], rel=1e-6)


BAD = {
    "no control": ({}, {"control": "holdout"}, SchemaError, "No customer is in the control"),
    "unknown column": ({}, {"outcome": "z"}, SchemaError, "lacks 'z'"),
    "text": ({"y": "a lot"}, {}, SchemaError, "needs numbers"),
    "not 0 or 1": ({"y": 2.5}, {"test": "fisher"}, SchemaError, "other numbers than 0 and 1"),
    "unknown test": ({}, {"test": "t"}, ValueError, "test is one of"),
    "unknown correction": ({}, {"correction": "x"}, ValueError, "correction is one of"),
    "level": ({}, {"level": 95}, ValueError, "level"),
    "arm as outcome": ({}, {"outcome": "arm"}, ValueError, "comes twice"),
    "outcome as covariate": ({}, {"covariate": "y"}, ValueError, "comes twice"),
    "covariate of a rate test": (
        {"x": 1.0},
        {"covariate": "x", "test": "fisher"},
        ValueError,
        "takes no covariate",
    ),
    "looks": ({}, {"looks": 5}, TypeError, "LookPlan"),
    "looks with bh": ({}, {"looks": LookPlan(2), "correction": "bh"}, ValueError, "Under a plan"),
    "no id": ({"customer_id": None}, {}, SchemaError, "rows without customer_id"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_are_refused(case):
    columns, given, error, match = BAD[case]
    arguments = {"outcome": "y", "control": "none"} | given
    with pytest.raises(error, match=match):
        compare_arms(arms_of(**RATES).assign(**columns), **arguments)


@pytest.mark.parametrize(
    ("results", "match"),
    [
        (arms_of(none=[], mail=[]), "no row with an arm"),
        (arms_of(none=[0, 1, 1], mail=[]), "no arm to compare"),
        (arms_of(none=[1.0, 2.0], mail=[np.nan, np.nan]), "Nobody in the arms 'mail'"),
    ],
)
@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
def test_tables_without_two_arms_are_refused(results, match):
    with pytest.raises(SchemaError, match=match):
        compare_arms(results.astype({"y": float}), outcome="y", control="none")


def test_hostile_names_are_names():
    arms = {"<script>": successes(5, 40), "=1+1; {x}": successes(9, 40)}
    found = compare_arms(arms_of(**arms), outcome="y", control="<script>")
    assert "=1+1; {x}: " in found.summary()[-1]


def test_a_result_is_drawn():
    ax = compare_arms(arms_of(**RATES), outcome="y", control="none").plot()
    assert ax.get_title("left") == "Lift over none"
