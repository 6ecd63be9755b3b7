"""Drivers against statsmodels, scikit-learn and what a model plainly rests on."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LogisticRegression

from custintel.errors import SchemaError, WeakResultWarning
from custintel.evaluation import logit_drivers, partial_dependence_table, permutation_drivers


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(4)
    X = pd.DataFrame(rng.normal(size=(1200, 3)) * [1, 5, 1], columns=["recency", "spend", "noise"])
    X["copy"] = X["recency"] + rng.normal(size=1200) * 0.05
    y = rng.random(1200) < 1 / (1 + np.exp(-(X["recency"] - 0.1 * X["spend"])))
    return X, y


def test_shuffling_finds_what_the_model_rests_on(customers):
    X, y = customers
    model = LogisticRegression().fit(X, y)
    table = permutation_drivers(model, X, y, groups={"both": ["recency", "copy"]})
    assert table.index[0] == "both"
    assert table.loc["both", "n_features"] == 2
    alone = permutation_drivers(model, X, y)
    assert table.loc["both", "auc_drop"] > 1.5 * alone.loc[["recency", "copy"], "auc_drop"].max()
    noise = table.loc["noise"]
    assert noise["log_loss_rise_low"] - 0.001 <= 0 <= noise["log_loss_rise_high"] + 0.001
    assert table.loc["both", "log_loss_rise_low"] > 0


def test_groups_that_clash_are_refused(customers):
    X, y = customers
    model = LogisticRegression().fit(X, y)
    with pytest.raises(ValueError, match="look at 'copy'"):
        permutation_drivers(model, X, y, groups={"a": ["copy"], "b": ["copy"]})
    with pytest.raises(SchemaError, match="lacks 'cost'"):
        permutation_drivers(model, X, y, groups={"a": ["cost"]})


def test_dependence_equals_that_of_scikit_learn(customers):
    X, y = customers
    model = LogisticRegression().fit(X, y)
    # Its grid of many values is each value in turn; of these take the lowest, as it does itself.
    theirs = partial_dependence(model, X, ["spend"], grid_resolution=10, kind="average")
    ours = partial_dependence_table(model, X, ["spend"], n_points=10).loc["spend"]
    values = theirs["grid_values"][0]
    # A line is drawn through our own points: the quantiles are rounded differently.
    between = np.interp(values[1:-1], ours["value"], ours["probability"])
    np.testing.assert_allclose(between, theirs["average"][0][1:-1], atol=0.003)
    by_hand = [model.predict_proba(X.assign(spend=v))[:, 1].mean() for v in ours["value"]]
    np.testing.assert_allclose(ours["probability"], by_hand)


def test_odds_ratios_equal_those_of_statsmodels(customers):
    X, y = customers
    few = X[["recency", "spend"]]
    table = logit_drivers(few, y, level=0.9)
    unit = few.std(ddof=0)
    fit = sm.Logit(y.astype(int), sm.add_constant((few - few.mean()) / unit)).fit(disp=0)
    for name in few:
        row = table.loc[name]
        assert row["odds_ratio"] == pytest.approx(np.exp(fit.params[name]))
        low, high = np.exp(fit.conf_int(alpha=0.1).loc[name])
        assert (row["odds_ratio_low"], row["odds_ratio_high"]) == pytest.approx((low, high))
        assert row["unit"] == pytest.approx(unit[name])


def test_errors_are_those_of_customers_not_of_rows(customers):
    X, y = customers
    once = logit_drivers(X[["recency"]], y)
    index = pd.MultiIndex.from_product(
        [["2023", "2024"], np.arange(1200)], names=["as_of", "customer_id"]
    )
    twice = pd.concat([X[["recency"]]] * 2).set_axis(index)
    doubled = logit_drivers(twice, np.tile(y, 2))
    assert doubled.loc["recency", "standard_error"] == pytest.approx(
        once.loc["recency", "standard_error"], rel=0.1
    )


def test_what_cannot_be_estimated_is_told(customers):
    X, y = customers
    with pytest.raises(SchemaError, match=r"apart without fault.*'leak'"):
        logit_drivers(X.assign(leak=np.where(y, 1.0, -1.0))[["leak", "noise"]], y)
    sector = np.where(y & (X["spend"] > 5), "only", "rest")
    with pytest.raises(SchemaError, match="look at 'sector = only'"):
        logit_drivers(X[["recency"]].assign(sector=sector), y)
    with pytest.warns(WeakResultWarning, match="1 term is constant .* 'fixed'"):
        table = logit_drivers(X[["recency"]].assign(fixed=3.0), y)
    assert list(table.index) == ["recency"]
    with pytest.raises(SchemaError, match="No feature varies"):
        logit_drivers(X[["recency"]] * 0, y)


def test_rows_of_one_customer_count_once_in_every_interval(customers):
    X, y = customers
    model = LogisticRegression().fit(X, y)
    index = pd.MultiIndex.from_product(
        [["2023", "2024"], np.arange(1200)], names=["as_of", "customer_id"]
    )
    once = permutation_drivers(model, X, y, n_repeats=1)
    twice = permutation_drivers(
        model, pd.concat([X] * 2).set_axis(index), np.tile(y, 2), n_repeats=1
    )
    # Were the copies taken for other customers, the intervals would shrink to 0.71.
    for name in ("log_loss_rise", "auc_drop"):
        widths = [table[f"{name}_high"] - table[f"{name}_low"] for table in (once, twice)]
        assert 0.8 < widths[1]["spend"] / widths[0]["spend"] < 1.1


def test_a_huge_value_is_not_taken_for_separation():
    rng = np.random.default_rng(6)
    spend = rng.normal(size=800) ** 2
    y = rng.random(800) < 1 / (1 + np.exp(1 - spend))
    plain = logit_drivers(pd.DataFrame({"spend": spend}), y).loc["spend"]
    spend[np.flatnonzero(y)[0]] = 5000.0
    huge = logit_drivers(pd.DataFrame({"spend": spend}), y).loc["spend"]
    assert huge["coefficient"] > 15
    assert huge["coefficient"] / huge["unit"] == pytest.approx(
        plain["coefficient"] / plain["unit"], rel=0.1
    )


def test_features_that_separate_together_are_told():
    X = pd.DataFrame(np.random.default_rng(7).normal(size=(500, 2)), columns=["a", "b"])
    with pytest.raises(SchemaError, match="apart without fault"):
        logit_drivers(X, X["a"] + X["b"] > 0)


def test_equally_common_categories_do_not_depend_on_the_order_of_rows(customers):
    _X, y = customers
    table = pd.DataFrame({"sector": ["b", "a"] * 600})
    outcome = pd.Series(y)
    backwards = [table[::-1].reset_index(drop=True), outcome[::-1].reset_index(drop=True)]
    pd.testing.assert_frame_equal(logit_drivers(*backwards), logit_drivers(table, outcome))

    class Even:
        def predict_proba(self, X):
            return np.full((len(X), 2), 0.5)

    found = partial_dependence_table(Even(), backwards[0], ["sector"])
    assert list(found["text"]) == ["a", "b"]


def test_tables_that_do_not_fit_are_told(customers):
    X, y = customers
    model = LogisticRegression().fit(X, y)
    twice = X.set_axis(["recency", "spend", "noise", "noise"], axis=1)
    for found in (
        lambda: logit_drivers(twice, y),
        lambda: permutation_drivers(model, twice, y),
        lambda: partial_dependence_table(model, twice, ["spend"]),
    ):
        with pytest.raises(SchemaError, match="several columns named 'noise'"):
            found()
    with pytest.raises(SchemaError, match="No feature varies"):
        logit_drivers(X[[]], y)
    with pytest.raises(ValueError, match="features is empty"):
        partial_dependence_table(model, X, [])


@pytest.mark.filterwarnings("error")
def test_huge_numbers_do_not_overflow(customers):
    X, y = customers
    huge = logit_drivers(X[["spend"]] * 1e300, y)
    assert huge.loc["spend", "odds_ratio"] < 1
