"""Temporal validation against scikit-learn, and without a look at the future."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference
from sklearn.linear_model import LogisticRegression

from custintel._ranks import auc_estimates
from custintel.errors import SchemaError, WeakResultWarning
from custintel.evaluation import temporal_validation
from custintel.tables import Snapshot

DAYS = pd.to_datetime(["2023-06-30", "2023-12-31", "2024-06-30"])


@pytest.fixture(scope="module")
def snapshot():
    rng = np.random.default_rng(2)
    index = pd.MultiIndex.from_product(
        [DAYS, [f"c{k:03}" for k in range(400)]], names=["as_of", "customer_id"]
    )
    n = len(index)
    features = pd.DataFrame(
        {"recency": rng.exponential(50, n), "orders": rng.poisson(3, n) * 1.0}, index=index
    ).assign(sector=rng.choice(["a", "b", "c"], n))
    chance = 1 / (1 + np.exp(-(features["recency"] / 40 - 0.3 * features["orders"])))
    features["purchase_model_probability_of_none"] = (chance * 0.9).round(3)
    labels = pd.DataFrame({"is_churned": rng.random(n) < chance}, index=index)
    days = pd.DataFrame(
        {"labels_until": DAYS + pd.DateOffset(months=6), "n_customers": 400},
        index=pd.Index(DAYS, name="as_of"),
    )
    return Snapshot(features, labels, pd.DataFrame(), days, "12M", "0D", "6M")


class Numbers(LogisticRegression):
    """A model that remembers the rows it was fitted on."""

    def fit(self, X, y):
        self.cuts_ = set(X.index.get_level_values("as_of"))
        return super().fit(X[["recency", "orders"]], y)

    def predict_proba(self, X):
        return super().predict_proba(X[["recency", "orders"]])


@pytest.fixture(scope="module")
def found(snapshot):
    return temporal_validation(Numbers(), snapshot, label="is_churned")


def test_measures_equal_those_of_scikit_learn(found):
    outcome = found.predictions["outcome"]
    assert list(found.metrics["kind"]) == [
        *("model", "baseline", "baseline", "baseline"),
        *("purchase_model", "base_rate"),
    ]
    for name, row in found.metrics.iterrows():
        p = found.predictions[name]
        assert row["auc"] == pytest.approx(reference.roc_auc_score(outcome, p))
        precision = reference.average_precision_score(outcome, p)
        assert row["average_precision"] == pytest.approx(precision)
        assert row["brier"] == pytest.approx(reference.brier_score_loss(outcome, p))
        assert row["log_loss"] == pytest.approx(reference.log_loss(outcome, p))


def test_a_purchase_model_that_foretells_the_gap_too_is_left_out(snapshot):
    found = temporal_validation(Numbers(), replace(snapshot, gap="2W"), label="is_churned")
    assert "purchase_model" not in set(found.metrics["kind"])


def test_gain_has_the_error_of_delong(found):
    pair = found.predictions[["model", found.best_baseline]].to_numpy().T
    areas = auc_estimates(pair, found.predictions["outcome"])
    gain = found.gain.loc[(found.best_baseline, "auc")]
    assert gain["gain"] == pytest.approx(areas.value[0] - areas.value[1])
    half = 1.959964 * areas.difference_error(0, 1)
    assert gain["gain_high"] - gain["gain"] == pytest.approx(half, rel=1e-6)
    losses = (pair - found.predictions["outcome"].to_numpy(float)) ** 2
    better = losses[1] - losses[0]
    brier = found.gain.loc[(found.best_baseline, "brier")]
    assert brier["gain"] == pytest.approx(better.mean())
    error = better.std(ddof=1) / np.sqrt(len(better))
    assert brier["gain"] - brier["gain_low"] == pytest.approx(1.959964 * error, rel=1e-6)


def test_training_ends_before_the_test(found, snapshot):
    assert found.model.cuts_ == set(DAYS[:2]) == set(found.train_as_of)
    assert (found.n_train, found.n_test, found.n_seen) == (800, 400, 400)
    earlier = temporal_validation(Numbers(), snapshot, label="is_churned", test_as_of="2023-12-31")
    assert earlier.model.cuts_ == {DAYS[0]}
    with pytest.raises(ValueError, match="No cut has labels that end on or before 2023-06-30"):
        temporal_validation(Numbers(), snapshot, label="is_churned", test_as_of="2023-06-30")


def test_labels_that_end_after_the_test_do_not_teach(snapshot):
    late = snapshot.days.assign(labels_until=snapshot.days["labels_until"] + pd.Timedelta(days=1))
    late.loc[DAYS[0], "labels_until"] = DAYS[1]
    seen = temporal_validation(Numbers(), replace(snapshot, days=late), label="is_churned")
    assert seen.train_as_of == (DAYS[0],)


def test_baselines_are_chosen_before_the_test(found, snapshot):
    # Whatever comes in the test: what was chosen, and what it foretells, is the same.
    labels = snapshot.labels.copy()
    rows = labels.index.get_level_values("as_of") == DAYS[2]
    labels.loc[rows, "is_churned"] = ~labels.loc[rows, "is_churned"]
    turned = temporal_validation(Numbers(), replace(snapshot, labels=labels), label="is_churned")
    assert turned.best_baseline == found.best_baseline
    pd.testing.assert_frame_equal(
        turned.predictions.drop(columns="outcome"), found.predictions.drop(columns="outcome")
    )


def test_scores_of_ones_own_stand_beside(snapshot):
    ids = [f"c{k:03}" for k in range(400)]
    scores = {"mine": pd.Series(np.linspace(0, 1, 400), index=ids)}
    seen = temporal_validation(Numbers(), snapshot, label="is_churned", scores=scores)
    assert seen.metrics.loc["mine", "kind"] == "score"
    assert ("mine", "auc") in seen.gain.index
    short = {"mine": scores["mine"].iloc[2:]}
    with pytest.raises(SchemaError, match="lack 2 of the 400 customers of the test"):
        temporal_validation(Numbers(), snapshot, label="is_churned", scores=short)


def test_few_events_are_flagged(snapshot):
    ids = snapshot.features.index.get_level_values("customer_id")
    few = replace(
        snapshot,
        features=snapshot.features[ids < "c060"],
        labels=snapshot.labels[ids < "c060"],
    )
    with pytest.warns(WeakResultWarning, match="among the 60 customers of the test"):
        assert temporal_validation(Numbers(), few, label="is_churned").is_weak


def test_scores_without_a_name_are_refused(snapshot):
    mine = pd.Series(np.linspace(0, 1, 400), index=[f"c{k:03}" for k in range(400)])
    with pytest.raises(TypeError, match="scores is a DataFrame, or a mapping"):
        temporal_validation(Numbers(), snapshot, label="is_churned", scores=mine)
    with pytest.raises(TypeError, match=r"scores\['mine'\] is a pandas Series"):
        temporal_validation(
            Numbers(), snapshot, label="is_churned", scores={"mine": mine.to_numpy()}
        )
