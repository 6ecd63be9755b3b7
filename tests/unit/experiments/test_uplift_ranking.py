"""Curves, measures, groups and profits of rankings, against their definitions by hand."""

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_experiment
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.experiments import (
    compare_arms,
    targeting_profit,
    uplift_by_decile,
    uplift_curve,
    uplift_measures,
)
from custintel.models import ClassTransformationUplift, TwoModelUplift, out_of_fold_uplift

FEW = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
BUYERS = {"outcome": "converted", "control": "control"}
WORTH = {"value": 40.0, "cost": 1.0}
FUNCTIONS = [
    lambda scores, results, **given: uplift_curve(scores, results, **given),
    lambda scores, results, **given: uplift_measures(scores, results, **given),
    lambda scores, results, **given: uplift_by_decile(scores, results, **given),
    lambda scores, results, **given: targeting_profit(scores, results, **WORTH, **given).table,
]
ALL = pytest.mark.parametrize("function", FUNCTIONS, ids="curve measures deciles profit".split())


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch):
    for name in ("N_RESAMPLES", "N_SPLITS"):
        monkeypatch.setattr(f"custintel.experiments._rank_resampling.{name}", 100)


@pytest.fixture(scope="module")
def experiment():
    return simulate_experiment(4000, random_state=6)


def toy():
    """Ten customers, the first two and the last two of equal scores."""
    return pd.DataFrame(
        {
            "score": [9, 9, 8, 7, 6, 5, 4, 3, 1, 1],
            "arm": ["mail", "control", "mail", "control", "mail"] * 2,
            "converted": [1, 0, 1, 0, 0, 1, 1, 0, 0, 0],
        },
        index=pd.Index([f"c{i}" for i in range(10)], name="customer_id"),
    )


def first_of(table, n):
    """Return numbers and sums of both arms among the first n of toy()."""
    first = table.head(n)
    is_treated = first["arm"] == "mail"
    return (
        is_treated.sum(),
        (~is_treated).sum(),
        first["converted"][is_treated].sum(),
        first["converted"][~is_treated].sum(),
    )


def by_hand(curve, sums, whole):
    n_t, n_c, y_t, y_c = sums
    if curve == "qini":
        return (y_t - y_c * n_t / n_c) / whole[0]
    if curve == "gain":
        return (y_t / n_t - y_c / n_c) * (n_t + n_c) / (whole[0] + whole[1])
    return y_t / whole[0] - y_c / whole[1]


@FEW
@pytest.mark.parametrize("curve", ["qini", "gain", "arm_shares"])
def test_curve_is_its_definition_at_each_distinct_score(curve):
    table = toy()
    found = uplift_curve(table["score"], table, curve=curve, **BUYERS)
    whole = first_of(table, 10)
    expected = {n / 10: by_hand(curve, first_of(table, n), whole) for n in (2, 3, 4, 5, 6, 7, 10)}
    assert found["gain"].loc[list(expected)].to_dict() == pytest.approx(expected)
    # Straight between distinct scores, and from nobody to the first.
    ends = found["gain"].loc[[0.0, 0.2, 0.1, 0.8, 1.0, 0.9]].to_numpy()
    assert ends[0] == 0
    assert ends[2] == pytest.approx(ends[1] / 2)
    assert ends[5] == pytest.approx((ends[3] + ends[4]) / 2)


@FEW
def test_curve_tells_thresholds_and_the_random_line():
    table = toy()
    found = uplift_curve(table["score"], table, **BUYERS)
    shares = [0.0, 0.01, 0.2, 0.21, 0.8, 1.0]
    assert found["threshold"].loc[shares].tolist() == [9, 9, 9, 8, 3, 1]
    effect = 3 / 6 - 1 / 4
    assert found["random"].loc[[0.0, 0.3, 1.0]].tolist() == pytest.approx([0, 0.3 * effect, effect])
    assert found["gain"].iloc[-1] == pytest.approx(effect)
    assert found["is_rate"].all()
    assert set(found["curve"]) == {"qini"}


@FEW
def test_an_arm_that_is_not_met_counts_as_nothing():
    table = toy().assign(arm=["mail"] * 5 + ["control"] * 5, score=range(10, 0, -1))
    qini = uplift_curve(table["score"], table, **BUYERS)["gain"]
    gain = uplift_curve(table["score"], table, curve="gain", **BUYERS)["gain"]
    assert qini.loc[0.3] == pytest.approx(2 / 5)
    assert gain.loc[0.3] == pytest.approx(2 / 3 * 0.3)


@FEW
def test_areas_are_sums_of_trapezia():
    table = toy()
    measures = uplift_measures(table["score"], table, **BUYERS)
    places, effect = [0, 2, 3, 4, 5, 6, 7, 8, 10], 3 / 6 - 1 / 4
    whole = first_of(table, 10)
    for curve, name in (("qini", "qini_area"), ("gain", "auuc_above_random")):
        heights = [0, *(by_hand(curve, first_of(table, n), whole) for n in places[1:])]
        area = sum(
            (heights[i] + heights[i + 1]) / 2 * (places[i + 1] - places[i]) / 10 for i in range(8)
        )
        assert measures.loc[name, "value"] == pytest.approx(area - effect / 2)
    assert measures.loc["auuc", "value"] == pytest.approx(area)
    assert measures.loc["auuc", "random"] == pytest.approx(effect / 2)
    assert (measures.drop("auuc")["random"] == 0).all()


def test_perfect_ranking_has_a_coefficient_of_one():
    table = simulate_experiment(500, random_state=2).table
    is_treated = table["arm"] == "mail"
    signed = table["converted"] * np.where(is_treated, 1, -1)
    found = uplift_measures(signed, table, **BUYERS)
    assert found.loc["qini_coefficient", "value"] == pytest.approx(1)
    backwards = uplift_measures(-signed, table, **BUYERS)
    assert backwards.loc["qini_coefficient", "value"] < -0.3


def test_equal_scores_are_a_random_order(experiment):
    scores = pd.Series(1.0, index=experiment.table.index)
    found = uplift_measures(scores, experiment.table, **BUYERS)
    np.testing.assert_allclose(found["value"], found["random"], atol=1e-12)
    curve = uplift_curve(scores, experiment.table, **BUYERS)
    np.testing.assert_allclose(curve["gain"], curve["random"], atol=1e-12)


def test_amounts_have_no_coefficients(experiment):
    found = uplift_measures(
        experiment.truth["revenue_uplift"], experiment.table, outcome="revenue", control="control"
    )
    assert list(found.index) == ["qini_area", "auuc", "auuc_above_random"]
    assert (found["divided_by"] == "customers").all()


@pytest.mark.parametrize("model", [TwoModelUplift, ClassTransformationUplift])
def test_models_rank_above_chance_and_below_the_truth(model):
    train, test = (
        simulate_experiment(1500, random_state=3),
        simulate_experiment(30_000, random_state=4),
    )
    features = list(train.features)
    fitted = model().fit(
        train.table[features],
        train.table["converted"],
        arm=train.table["arm"],
        control="control",
    )
    table = test.table.rename(index=lambda name: f"new {name}")
    truth = test.truth["uplift"].set_axis(table.index)
    learned, best = (
        uplift_measures(scores, table, **BUYERS).loc["qini_coefficient"]
        for scores in (fitted.predict(table), truth)
    )
    assert 0.1 < learned["low"] < learned["value"] < best["value"]


@pytest.mark.parametrize("effect", ["constant", "none"])
def test_where_all_are_changed_alike_no_ranking_is_found(effect):
    found = simulate_experiment(8000, effect=effect, random_state=4)
    table = found.table
    scores = out_of_fold_uplift(
        TwoModelUplift(),
        table[list(found.features)],
        table["converted"],
        arm=table["arm"],
        control="control",
    )
    area = uplift_measures(scores, table, **BUYERS).loc["qini_area"]
    assert area["low"] < 0 < area["high"]
    assert uplift_by_decile(scores, table, **BUYERS)["uplift"].std() < 0.03


def test_bounds_are_those_of_resampled_customers(experiment, monkeypatch):
    """Compare with a bootstrap written the long way: draw rows of each arm, measure, sort."""
    monkeypatch.setattr("custintel.experiments._rank_resampling.N_RESAMPLES", 1000)
    table = experiment.table.assign(score=experiment.truth["uplift"].round(2)).head(800)
    rng = np.random.default_rng(1)
    arms = [np.flatnonzero(table["arm"] == arm) for arm in ("mail", "control")]
    draws = [np.concatenate([rng.choice(arm, len(arm)) for arm in arms]) for _ in range(300)]
    areas = [area_by_hand(table.iloc[drawn]) for drawn in draws]
    found = uplift_measures(table["score"], table, **BUYERS).loc["qini_area"]
    assert found["value"] == pytest.approx(area_by_hand(table), rel=1e-12)
    spread = np.std(areas)
    np.testing.assert_allclose(
        found[["low", "high"]].to_numpy(float),
        np.quantile(areas, [0.025, 0.975]),
        atol=0.3 * spread,
    )


def area_by_hand(table):
    is_treated, y = (table["arm"] == "mail").to_numpy(), table["converted"].to_numpy(float)
    rows = np.unique(-table["score"].to_numpy(), return_inverse=True)[1]
    columns = (is_treated, ~is_treated, y * is_treated, y * ~is_treated)
    n_t, n_c, y_t, y_c = (np.bincount(rows, column).cumsum() for column in columns)
    gain = np.append(0, (y_t - y_c * np.where(n_c > 0, n_t / np.maximum(n_c, 1), 0)) / n_t[-1])
    share = np.append(0, (n_t + n_c) / len(table))
    return float(((gain[1:] + gain[:-1]) / 2 * np.diff(share)).sum() - gain[-1] / 2)


def test_resamples_keep_neighbours_together_without_moving_bounds(experiment, monkeypatch):
    monkeypatch.setattr("custintel.experiments._rank_resampling.N_RESAMPLES", 1000)
    exact, grouped = [], []
    for most, kept in ((4000, exact), (150, grouped)):
        monkeypatch.setattr("custintel.experiments._rank_resampling._MOST_GROUPS", most)
        found = uplift_measures(experiment.truth["uplift"], experiment.table, **BUYERS)
        kept.append(found.loc["qini_area", ["value", "low", "high"]].to_numpy(float))
    assert exact[0][0] == grouped[0][0]
    np.testing.assert_allclose(grouped[0], exact[0], atol=0.25 * (exact[0][2] - exact[0][0]))


def test_wider_levels_have_wider_bounds(experiment):
    scores, table = experiment.truth["uplift"], experiment.table
    for function, low, high in (
        (uplift_curve, "gain_low", "gain_high"),
        (uplift_measures, "low", "high"),
        (uplift_by_decile, "uplift_low", "uplift_high"),
    ):
        narrow, wide = (function(scores, table, level=level, **BUYERS) for level in (0.5, 0.99))
        inner = (narrow[high] - narrow[low]).to_numpy()[1:]
        assert (inner < (wide[high] - wide[low]).to_numpy()[1:]).all()


@FEW
def test_groups_hold_rates_and_their_differences():
    table = toy()
    found = uplift_by_decile(table["score"], table, n_groups=2, **BUYERS)
    assert found["n_treated"].tolist() == [3, 3]
    assert found["n_control"].tolist() == [2, 2]
    assert found["treated"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found["control"].tolist() == pytest.approx([0, 1 / 2])
    assert found["uplift"].tolist() == pytest.approx([2 / 3, -1 / 6])
    assert found["predicted"].tolist() == pytest.approx([7.8, 2.8])


@FEW
def test_equal_scores_are_in_one_group():
    table = toy().assign(score=[1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    found = uplift_by_decile(table["score"], table, **BUYERS)
    assert found.index.tolist() == [1, 7]
    assert (found["n_treated"] + found["n_control"]).tolist() == [6, 4]


@FEW
def test_group_without_an_arm_has_no_uplift():
    table = toy().assign(arm=["mail"] * 5 + ["control"] * 5, score=range(10, 0, -1))
    found = uplift_by_decile(table["score"], table, n_groups=2, **BUYERS)
    assert found[["uplift", "uplift_low", "p", "q"]].isna().all(axis=None)
    assert found["treated"].notna().tolist() == [True, False]


@pytest.mark.parametrize("outcome", ["converted", "revenue"])
def test_one_group_is_the_comparison_of_the_arms(experiment, outcome):
    found = uplift_by_decile(
        experiment.truth["uplift"],
        experiment.table,
        outcome=outcome,
        control="control",
        n_groups=1,
    ).iloc[0]
    test = "fisher" if outcome == "converted" else "welch"
    arm = compare_arms(experiment.table, outcome=outcome, control="control", test=test).table
    for name, column in (("uplift", "lift"), ("uplift_low", "lift_low"), ("p", "p")):
        assert found[name] == pytest.approx(arm.loc["mail", column])
    assert found["treated_high"] == pytest.approx(arm.loc["mail", "value_high"])


def test_true_scores_are_calibrated():
    found = simulate_experiment(20_000, random_state=7)
    groups = uplift_by_decile(found.truth["uplift"], found.table, **BUYERS)
    inside = groups["predicted"].between(groups["uplift_low"], groups["uplift_high"])
    assert inside.sum() >= 8
    np.testing.assert_allclose(groups["uplift"], groups["predicted"], atol=0.06)
    assert groups["q"].iloc[0] < 0.001


def test_predictions_of_unseen_customers_are_calibrated():
    train, test = (simulate_experiment(20_000, random_state=seed) for seed in (11, 12))
    features = list(train.features)
    model = TwoModelUplift().fit(
        train.table[features],
        train.table["converted"],
        arm=train.table["arm"],
        control="control",
    )
    fresh = test.table.rename(index=lambda name: f"new {name}")
    groups = uplift_by_decile(model.predict(fresh), fresh, **BUYERS)
    slope = np.polyfit(groups["predicted"], groups["uplift"], 1)[0]
    assert 0.7 < slope < 1.3


def test_profit_is_value_of_what_is_added_less_cost(experiment):
    scores, table = experiment.truth["uplift"], experiment.table
    gain = uplift_curve(scores, table, curve="gain", **BUYERS)["gain"]
    found = targeting_profit(scores, table, n_customers=1000, **WORTH, **BUYERS)
    share = gain.index.to_numpy()
    np.testing.assert_allclose(found.table["profit"], 1000 * (40 * gain - share))
    np.testing.assert_allclose(found.table["incremental"], 1000 * gain)
    assert found.table["profit"].idxmax() == found.best_share
    assert found.table.index[found.table["is_best"]].tolist() == [found.best_share]
    everybody = found.table["profit"].iloc[-1]
    np.testing.assert_allclose(found.table["random_profit"], share * everybody)


def test_policies_are_points_of_the_curve_less_optimism(experiment):
    found = targeting_profit(experiment.truth["uplift"], experiment.table, **WORTH, **BUYERS)
    profit, policies = found.table["profit"], found.policies
    best = profit.max() - found.optimism
    assert found.optimism > 0
    assert policies["profit"].to_dict() == pytest.approx(
        {
            "best_share": best,
            "everybody": profit.iloc[-1],
            "random_share": found.best_share * profit.iloc[-1],
            "nobody": 0.0,
        }
    )
    np.testing.assert_allclose(policies["advantage"], best - policies["profit"], atol=1e-9)
    assert (policies.loc["nobody", ["profit_low", "profit_high"]] == 0).all()
    assert (policies["advantage_low"] <= policies["advantage"]).all()
    assert found.best_share_low <= found.best_share <= found.best_share_high


def test_best_share_does_better_than_its_rivals(experiment):
    policies = targeting_profit(
        experiment.truth["uplift"], experiment.table, **WORTH, **BUYERS
    ).policies
    assert (policies["advantage_low"].drop("best_share") > 0).all()


@pytest.mark.parametrize(
    ("worth", "share"), [({"value": 1.0, "cost": 100.0}, 0.0), ({"value": 0.0, "cost": 0.0}, 0.0)]
)
def test_nobody_is_treated_where_nothing_is_gained(experiment, worth, share):
    found = targeting_profit(experiment.truth["uplift"], experiment.table, **worth, **BUYERS)
    assert found.best_share == share
    assert found.policies.loc["best_share", "profit"] == pytest.approx(0)


def test_optimism_is_what_the_best_share_looks_too_good():
    # Scores that know nothing of a mail that does nothing: whatever is found is luck.
    apparent, corrected = [], []
    for seed in range(25):
        found = simulate_experiment(600, effect="none", random_state=seed)
        scores = pd.Series(np.random.default_rng(seed).random(600), index=found.table.index)
        result = targeting_profit(scores, found.table, value=1.0, cost=0.0, **BUYERS)
        apparent.append(result.table["profit"].max())
        corrected.append(result.policies.loc["best_share", "profit"])
    error = np.std(corrected) / 5
    assert np.mean(apparent) > 4 * error
    assert abs(np.mean(corrected)) < 2.5 * error


@ALL
def test_scores_and_results_meet_by_customer(experiment, function):
    scores = experiment.truth["uplift"]
    expected = function(scores, experiment.table, **BUYERS)
    turned = experiment.table.sample(frac=1, random_state=1).reset_index()
    found = function(scores.sample(frac=1, random_state=2), turned, **BUYERS)
    pd.testing.assert_frame_equal(found, expected)


@ALL
def test_inputs_stay_as_they_are(experiment, function):
    scores, table = experiment.truth["uplift"].copy(), experiment.table.copy()
    function(scores, table, **BUYERS)
    pd.testing.assert_frame_equal(table, experiment.table)
    pd.testing.assert_series_equal(scores, experiment.truth["uplift"])


@FEW
def test_rows_without_ids_meet_by_their_number():
    table = toy()
    expected = uplift_measures(table["score"], table, **BUYERS)
    plain = table.reset_index(drop=True)
    pd.testing.assert_frame_equal(uplift_measures(plain["score"], plain, **BUYERS), expected)
    numbered = plain.assign(customer_id=range(10)).set_index("customer_id")
    scores = numbered["score"].astype(float)
    scores.index = scores.index.astype(float)
    pd.testing.assert_frame_equal(uplift_measures(scores, numbered, **BUYERS), expected)


@ALL
def test_customers_without_score_or_result_are_counted(experiment, function):
    scores, table = experiment.truth["uplift"].iloc[:3000], experiment.table.iloc[500:]
    message = "1,000 of 3,500 customers with a result have no score, and 500 of 3,000 with a score"
    with pytest.warns(SetAsideWarning, match=message) as warned:
        found = function(scores, table, **BUYERS)
    assert {each.filename for each in warned} == {__file__}
    expected = function(scores.iloc[500:], table.iloc[:2500], **BUYERS)
    pd.testing.assert_frame_equal(found, expected)


@ALL
def test_scores_of_the_fit_are_warned_of(experiment, function):
    table, features = experiment.table, experiment.table[list(experiment.features)]
    model = TwoModelUplift().fit(
        features.head(2000),
        table["converted"].head(2000),
        arm=table["arm"].head(2000),
        control="control",
    )
    with pytest.warns(WeakResultWarning, match="2,000 of 4,000 customers with a score were in"):
        function(model.predict(features), table, **BUYERS)
    # These were not in the fit, whether they are scored alone or picked from all.
    function(model.predict(features.tail(2000)), table.tail(2000), **BUYERS)
    function(model.predict(features).tail(2000), table.tail(2000), **BUYERS)


def test_few_customers_are_warned_of():
    table = toy()
    with pytest.warns(WeakResultWarning, match="The smaller arm has 4 customers, and an arm has 1"):
        uplift_measures(table["score"], table, **BUYERS)


@FEW
@ALL
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arm": "mail"}, "No customer is in the control 'control'"),
        ({"arm": "control"}, "there is no arm to compare it with"),
        ({"arm": ["mail", "sms", *["control"] * 8]}, "'control', 'mail', 'sms'. Keep the rows"),
        ({"converted": 1}, "The outcome is 1 for all 10 customers"),
        ({"converted": "yes"}, "Column 'converted' of 'experiment_results' holds"),
        ({"score": np.inf}, "10 of 10 customers are without a finite score"),
        ({"score": [np.nan, *range(9)]}, "1 of 10 customers is without a finite score: 'c0'"),
        ({"score": "high"}, "Scores are numbers: the Series holds"),
    ],
)
def test_wrong_results_and_scores_are_refused(function, change, message):
    table = toy().assign(**change)
    with pytest.raises(SchemaError, match=message):
        function(table["score"], table, **BUYERS)


@FEW
@ALL
def test_scores_of_other_customers_are_refused(function):
    table = toy()
    others = table["score"].rename(index=lambda name: f"x{name}")
    with pytest.raises(SchemaError, match="No customer has both a score and a result"):
        function(others, table, **BUYERS)
    twice = pd.concat([table["score"], table["score"].head(2)])
    with pytest.raises(SchemaError, match="2 of 12 customers are more than once among the scores"):
        function(twice, table, **BUYERS)
    with pytest.raises(TypeError, match="scores is a Series"):
        function(table["score"].to_numpy(), table, **BUYERS)
    with pytest.raises(SchemaError, match="No customer has both"):
        function(pd.Series([], dtype=float), table, **BUYERS)
    with pytest.raises(SchemaError, match="lacks 'customer_id'"):
        function(table["score"], table.rename_axis("visitor"), **BUYERS)
    one_arm = table["score"][table["arm"] == "mail"]
    with (
        pytest.warns(SetAsideWarning, match="4 of 10 customers with a result"),
        pytest.raises(SchemaError, match="None of the customers with a score and an outcome"),
    ):
        function(one_arm, table, **BUYERS)


@FEW
@pytest.mark.parametrize("function", FUNCTIONS[:3])
def test_levels_are_between_0_and_1(function):
    table = toy()
    with pytest.raises(ValueError, match="level lies between 0 and 1"):
        function(table["score"], table, level=1.0, **BUYERS)


@FEW
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"value": -1.0}, "value lies between 0"),
        ({"cost": -1.0}, "cost lies between 0"),
        ({"cost": np.nan}, "cost lies between 0"),
        ({"n_customers": 0}, "n_customers lies between 0 .*, ends excluded"),
        ({"level": 0.0}, "level lies between 0 and 1"),
    ],
)
def test_wrong_worths_are_refused(wrong, error):
    table = toy()
    with pytest.raises(ValueError, match=error):
        targeting_profit(table["score"], table, **(WORTH | BUYERS | wrong))


@FEW
def test_other_wrong_arguments_are_refused():
    table = toy()
    with pytest.raises(ValueError, match="curve is one of 'qini', 'gain', 'arm_shares'"):
        uplift_curve(table["score"], table, curve="roc", **BUYERS)
    with pytest.raises(ValueError, match="n_groups is a whole number, 1 or more"):
        uplift_by_decile(table["score"], table, n_groups=0, **BUYERS)
