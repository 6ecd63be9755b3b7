"""Uplift models learn what is planted, whatever estimator they are given."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from custintel.datasets import simulate_experiment
from custintel.errors import SchemaError
from custintel.experiments import uplift_measures
from custintel.models import ClassTransformationUplift, TwoModelUplift, out_of_fold_uplift

MODELS = [TwoModelUplift, ClassTransformationUplift]
FEATURES = ["recency_days", "frequency", "previous_revenue", "open_rate", "is_member"]


@pytest.fixture(scope="module")
def experiment():
    return simulate_experiment(6000, random_state=2)


def small(n=60):
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": rng.normal(size=n),
            "arm": np.where(np.arange(n) % 2, "mail", "control"),
            "y": rng.integers(0, 2, n),
        },
        index=pd.Index([f"c{i}" for i in range(n)], name="customer_id"),
    )


def fit(model, table, features=("a", "b"), **given):
    arguments = {"arm": table["arm"], "control": "control"} | given
    y = arguments.pop("y", table.get("y"))
    return model.fit(table[list(features)], y, **arguments)


def fit_experiment(model, table, outcome="converted", **given):
    return fit(model, table, FEATURES, y=table[outcome], **given)


# One feature of two values: a saturated model has the rates of the four cells.
CELLS = [("x", "mail", 30, 12), ("x", "control", 40, 8), ("z", "mail", 50, 10)]
CELLS += [("z", "control", 20, 7)]
TRUE_CELLS = {"x": 12 / 30 - 8 / 40, "z": 10 / 50 - 7 / 20}


def cells():
    rows = [
        {"kind": kind, "arm": arm, "y": int(place < successes)}
        for kind, arm, n, successes in CELLS
        for place in range(n)
    ]
    table = pd.DataFrame(rows)
    return table.assign(is_x=table["kind"] == "x")


def test_two_models_give_the_differences_of_rates():
    table = cells()
    model = fit(TwoModelUplift(DecisionTreeClassifier()), table, ["is_x"])
    found = model.predict(table).groupby(table["kind"]).first()
    assert found.to_dict() == pytest.approx(TRUE_CELLS)


def test_two_regressors_give_the_differences_of_means():
    table = cells()
    amounts = table["y"] * 25.0
    model = fit(TwoModelUplift(), table, ["is_x"], y=amounts)
    found = model.predict(table).groupby(table["kind"]).first()
    assert found.to_dict() == pytest.approx({kind: 25 * rate for kind, rate in TRUE_CELLS.items()})


def test_class_transformation_balances_arms_that_differ_by_customer():
    table = cells()
    # Of x 30 in 70 are treated, of z 50 in 70: with these probabilities it is exact.
    probability = table["kind"].map({"x": 30 / 70, "z": 50 / 70})
    model = fit(
        ClassTransformationUplift(DecisionTreeClassifier()),
        table,
        ["is_x"],
        treatment_probability=probability,
    )
    found = model.predict(table).groupby(table["kind"]).first()
    assert found.to_dict() == pytest.approx(TRUE_CELLS)


def test_class_transformation_is_jaskowskis_formula_for_equal_arms():
    table = small(400)
    features = table[["a", "b"]]
    usual = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8))
    z = (table["y"] == 1) == (table["arm"] == "mail")
    expected = 2 * usual.fit(features, z).predict_proba(features)[:, 1] - 1
    model = fit(ClassTransformationUplift(), table, treatment_probability=0.5)
    np.testing.assert_allclose(model.predict(features), expected, atol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_usual_model_is_a_logistic_regression_of_standardised_features(model):
    table = small(400)
    usual = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8))
    ours, theirs = (
        fit(model(estimator), table).predict(table[["a", "b"]]) for estimator in (None, usual)
    )
    # By pipelines that weigh both steps, or the last alone.
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_uplift_that_is_planted_is_found(model, share):
    train = simulate_experiment(20_000, treated_share=share, random_state=3)
    test = simulate_experiment(5000, random_state=4)
    scores = fit_experiment(model(), train.table).predict(test.table)
    assert scores.corr(test.truth["uplift"]) > 0.85
    assert abs(scores.mean() - test.truth["uplift"].mean()) < 0.015


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(20, max_depth=4, random_state=0),
        DecisionTreeRegressor(max_depth=4, random_state=0),
        CalibratedClassifierCV(DecisionTreeClassifier(max_depth=3)),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_other_estimators_rank_better_than_chance(experiment, estimator):
    model = fit_experiment(TwoModelUplift(estimator), experiment.table)
    fresh = simulate_experiment(6000, random_state=9)
    assert model.predict(fresh.table).corr(fresh.truth["uplift"], method="spearman") > 0.3


def test_revenue_is_learned_by_regression(experiment):
    scores = fit_experiment(TwoModelUplift(), experiment.table, "revenue").predict(experiment.table)
    assert scores.corr(experiment.truth["revenue_uplift"]) > 0.5


def test_texts_take_part_through_a_pipeline():
    table = cells()
    one_hot = make_column_transformer((OneHotEncoder(), ["kind"]))
    estimator = make_pipeline(one_hot, DecisionTreeClassifier())
    model = fit(TwoModelUplift(estimator), table, ["kind"])
    found = model.predict(table).groupby(table["kind"]).first()
    assert found.to_dict() == pytest.approx(TRUE_CELLS)


def test_missing_features_are_left_to_estimators_that_can_do_without():
    table = small(200)
    table.loc[["c3", "c4"], "a"] = np.nan
    scores = fit(TwoModelUplift(HistGradientBoostingClassifier(max_iter=2)), table).predict(table)
    assert scores.notna().all()


def test_given_estimator_stays_as_it_was():
    estimator = DecisionTreeClassifier(max_depth=2)
    model = fit(TwoModelUplift(estimator), small())
    assert not hasattr(estimator, "tree_")
    assert model.treated_estimator_.max_depth == model.control_estimator_.max_depth == 2


def test_summary_tells_the_arms(experiment):
    found = fit_experiment(TwoModelUplift(), experiment.table).summary()
    by_arm = experiment.table.groupby("arm")["converted"]
    assert list(found.index) == ["control", "mail"]
    assert found["is_control"].tolist() == [True, False]
    assert found["n_customers"].to_dict() == by_arm.count().to_dict()
    assert found["mean_outcome"].to_dict() == pytest.approx(by_arm.mean().to_dict())


def test_predictions_need_the_features_in_no_order(experiment):
    model = fit_experiment(TwoModelUplift(), experiment.table)
    turned = experiment.table[[*reversed(FEATURES), "arm"]]
    pd.testing.assert_series_equal(model.predict(turned), model.predict(experiment.table))


def test_scores_count_the_customers_of_the_fit(experiment):
    table = experiment.table
    model = fit_experiment(TwoModelUplift(), table.head(4000))
    counts = {"n_customers": 6000, "n_customers_of_fit": 4000}
    assert model.predict(table).attrs == counts
    assert model.predict(table.tail(2000)).attrs["n_customers_of_fit"] == 0
    # Rows that are numbered may be other customers of the same number.
    assert model.predict(table.reset_index(drop=True)).attrs == {}
    assert TwoModelUplift.from_json(model.to_json()).predict(table).attrs == {}


def test_amounts_survive_json(experiment):
    model = fit_experiment(TwoModelUplift(), experiment.table, "revenue")
    again = TwoModelUplift.from_json(model.to_json())
    pd.testing.assert_series_equal(
        again.predict(experiment.table), model.predict(experiment.table), check_exact=True
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"model": "TwoModelUplift"}', "null"])
def test_other_texts_are_no_models(text):
    with pytest.raises(ValueError, match="not a TwoModelUplift written by"):
        TwoModelUplift.from_json(text)


def test_models_are_told_apart():
    text = fit(TwoModelUplift(), small()).to_json()
    with pytest.raises(ValueError, match="This is a TwoModelUplift, not a Class"):
        ClassTransformationUplift.from_json(text)


def test_given_estimators_are_not_written():
    model = fit(TwoModelUplift(DecisionTreeClassifier()), small())
    with pytest.raises(ValueError, match="JSON holds the usual estimator alone"):
        model.to_json()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"control": "nobody"}, "No customer is in the control 'nobody'; arm holds 'control', 'ma"),
        ({"arm": ["control"] * 60}, "arm holds the control and 0 other arm"),
        ({"arm": ["control", "a", "b"] * 20}, "2 other arms: an effect is learned from two"),
        ({"arm": [None, "control", "mail"] * 20}, "20 of 60 customers are without an arm"),
        ({"arm": ["control", "mail"] * 20}, "arm has 40 values for 60 customers"),
        ({"y": [1.0] * 60}, "The outcome is 1 for all 60 customers"),
        ({"y": [np.nan, 0, 1] * 20}, "20 of 60 customers are without an outcome"),
        ({"y": [np.inf, *[0, 1] * 29, 1]}, "1 of 60 customers is without an outcome"),
        ({"y": ["yes", "no"] * 30}, "The outcome y holds .*, not numbers"),
        ({"y": [0, 1]}, "y has 2 values for 60 customers"),
    ],
)
def test_wrong_experiments_are_refused(model, given, message):
    with pytest.raises(SchemaError, match=message):
        fit(model(), small(), **given)


@pytest.mark.parametrize("name", ["y", "arm"])
def test_outcomes_of_other_customers_are_refused(name):
    table = small()
    with pytest.raises(SchemaError, match=f"The labels of {name} are not those of the features"):
        fit(TwoModelUplift(), table, **{name: table[name].sample(frac=1, random_state=1)})


def test_arm_without_any_success_is_refused():
    table = small().assign(y=lambda t: (t["arm"] == "mail") & (t["a"] > 0))
    with pytest.raises(SchemaError, match="0 for all 30 customers of arm 'control'"):
        fit(TwoModelUplift(), table)
    assert fit(TwoModelUplift(LinearRegression()), table).predict(table).notna().all()


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ([np.nan, *[1.0] * 59], "a is missing or infinite for 1 of 60 customers, such as 'c0'"),
        ([np.inf, *[1.0] * 59], "a is infinite or beyond 1e.30 for 1 of 60 customers"),
        (["text"] * 60, "Column 'a' of 'features' holds .*, not numbers"),
    ],
)
def test_wrong_features_are_named(column, message):
    table = small().assign(a=column)
    with pytest.raises(SchemaError, match=message):
        fit(TwoModelUplift(), table)


def test_estimators_refusal_names_missing_features():
    table = small()
    table.loc["c1", "b"] = np.nan
    message = r"KNeighborsClassifier cannot take these features.*Values are missing in b \(1\)"
    with pytest.raises(SchemaError, match=message):
        fit(TwoModelUplift(KNeighborsClassifier()), table)
    model = fit(TwoModelUplift(KNeighborsClassifier()), small())
    with pytest.raises(SchemaError, match=message):
        model.predict(table)


def test_missing_columns_are_named():
    model = fit(TwoModelUplift(), small())
    with pytest.raises(SchemaError, match="Table 'features' lacks 'b'"):
        model.predict(small()[["a"]])
    with pytest.raises(SchemaError, match="Table 'features' has no customer"):
        model.predict(small().head(0))
    with pytest.raises(TypeError, match="is a pandas DataFrame: got ndarray"):
        model.predict(np.zeros((2, 2)))
    with pytest.raises(SchemaError, match="Table 'features' has no column"):
        fit(TwoModelUplift(), small(), features=())


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        ("logistic", "estimator is a scikit-learn classifier or regressor"),
        (LogisticRegression, "estimator is a scikit-learn classifier or regressor"),
        (LinearSVC(), "LinearSVC knows no probabilities"),
        (StandardScaler(), "StandardScaler cannot predict"),
    ],
)
def test_what_cannot_learn_is_refused(estimator, message):
    with pytest.raises((TypeError, ValueError), match=message):
        fit(TwoModelUplift(estimator), small())


def test_classifiers_learn_no_amounts():
    table = small()
    with pytest.raises(SchemaError, match="which the classifier DecisionTreeClassifier cannot"):
        fit(TwoModelUplift(DecisionTreeClassifier()), table, y=table["a"])
    with pytest.raises(SchemaError, match="Class transformation needs an outcome of 0 and 1"):
        fit(ClassTransformationUplift(), table, y=table["a"])


@pytest.mark.parametrize("estimator", [LinearRegression(), KMeans()])
def test_class_transformation_needs_a_classifier(estimator):
    with pytest.raises(ValueError, match="Class transformation needs a classifier"):
        fit(ClassTransformationUplift(estimator), small())


def test_weights_are_given_to_those_who_take_them():
    unequal = small().iloc[5:].head(35)
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no weights"):
        fit(ClassTransformationUplift(KNeighborsClassifier()), unequal)
    pipeline = make_pipeline(StandardScaler(), KNeighborsClassifier())
    with pytest.raises(ValueError, match="Pipeline takes no weights"):
        fit(ClassTransformationUplift(pipeline), unequal)
    known = fit(
        ClassTransformationUplift(KNeighborsClassifier()), unequal, treatment_probability=0.5
    )
    assert known.predict(unequal).between(-1, 1).all()


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.5, np.nan, [0.5] * 59 + [1.0]])
def test_probabilities_are_between_0_and_1(wrong):
    with pytest.raises(ValueError, match="treatment_probability lies between 0 and 1"):
        fit(ClassTransformationUplift(), small(), treatment_probability=wrong)


@pytest.mark.parametrize("wrong", ["half", [0.5, 0.5], pd.Series([0.5] * 60)])
def test_probabilities_are_one_for_each_customer(wrong):
    with pytest.raises(SchemaError, match="treatment_probability is a number"):
        fit(ClassTransformationUplift(), small(), treatment_probability=wrong)


def test_weights_of_a_whole_arm_are_not_zero():
    table = small()
    with pytest.raises(ValueError, match="All customers of arm 'mail' have a weight of 0"):
        fit(TwoModelUplift(), table, sample_weight=(table["arm"] == "control").astype(float))


def scores_of(table, model=None, **given):
    chosen = TwoModelUplift() if model is None else model
    arguments = {"arm": table["arm"], "control": "control"} | given
    return out_of_fold_uplift(chosen, table[["a", "b"]], table["y"], **arguments)


def test_nobody_is_scored_by_a_model_that_knows_him():
    # A tree that learns each customer by heart predicts its own outcome: not here.
    table = small(400)
    by_heart = TwoModelUplift(DecisionTreeClassifier(random_state=0))
    flattered = fit(by_heart, table).predict(table)
    honest = scores_of(table, by_heart)
    kinds = {"outcome": "y", "control": "control"}
    with pytest.warns(UserWarning, match="400 of 400 customers with a score were in the fit"):
        assert uplift_measures(flattered, table, **kinds).loc["qini_area", "low"] > 0.1
    area = uplift_measures(honest, table, **kinds).loc["qini_area"]
    assert area["low"] < 0 < area["high"]


def test_out_of_fold_scores_depend_on_the_seed_alone():
    table = small(100)
    first, again = (scores_of(table, random_state=4) for _ in range(2))
    pd.testing.assert_series_equal(first, again)
    assert not first.equals(scores_of(table, random_state=5))
    pd.testing.assert_index_equal(first.index, table.index)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"n_folds": 1}, ValueError, "n_folds is a whole number, 2 or more"),
        ({"n_folds": 31}, SchemaError, "The smaller arm has 30 customers, too few for 31 folds"),
        ({"model": LogisticRegression()}, TypeError, "model is a TwoModelUplift or a Class"),
    ],
)
def test_wrong_folds_are_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        scores_of(small(), **wrong)
