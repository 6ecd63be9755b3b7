"""Training: the same numbers as its parts give one by one, and nothing of later days."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import custintel
from custintel.errors import SchemaError
from custintel.evaluation import temporal_validation
from custintel.models import ChurnModel, ModifiedBetaGeoModel, PropensityModel
from custintel.scoring import train_model, training_days
from custintel.tables import PurchaseLabel, snapshot

DAYS = ["1997-06-30", "1997-12-31"]
SPANS = {"window": "6M", "horizon": "6M"}


@pytest.fixture(scope="module")
def seen(cdnow):
    return snapshot(cdnow, as_of=DAYS, **SPANS)


def test_counts_are_those_of_a_group_by(cdnow, churn):
    half = cdnow["ordered_at"].dt.year * 2 + (cdnow["ordered_at"].dt.month > 6)
    buyers = {at: set(rows["customer_id"]) for at, rows in cdnow.groupby(half)}
    spring, autumn, next_spring = (buyers[at] for at in sorted(buyers))
    assert churn.validation.n == len(autumn)
    assert churn.validation.n_events == len(autumn - next_spring)
    assert churn.n_rows == len(spring) + len(autumn)
    assert churn.n_events == len(spring - autumn) + len(autumn - next_spring)


def test_the_record_is_that_of_the_temporal_validation(seen, churn):
    tested = temporal_validation(ChurnModel(), seen, label="is_churned")
    record, metrics = churn.validation, tested.metrics.loc["model"]
    for name in ("auc", "auc_low", "auc_high", "calibration_slope", "calibration_slope_low"):
        assert getattr(record, name) == metrics[name]
    gain = tested.gain.loc[(tested.best_baseline, "auc")]
    assert record.auc_gain_low == gain["gain_low"]
    assert record.best_baseline == tested.best_baseline
    assert (record.train_as_of, record.test_as_of) == (tested.train_as_of, tested.test_as_of)


def test_the_model_that_scores_was_fitted_on_all_days(seen, churn):
    of_all = ChurnModel().fit(seen.features, seen.label("is_churned"))
    np.testing.assert_array_equal(
        churn.model.predict_proba(seen.features), of_all.predict_proba(seen.features)
    )
    assert churn.features == tuple(seen.features)
    assert churn.trained_as_of == tuple(pd.to_datetime(DAYS))
    assert churn.labels_until == pd.Timestamp("1998-06-30")
    assert churn.version == custintel.__version__


def test_the_given_model_is_not_fitted(cdnow):
    model = PropensityModel(method="segment_rate")
    train_model(cdnow, model, as_of=DAYS, label="is_buyer", **SPANS)
    assert not hasattr(model, "classes_")


def test_drift_bins_are_of_the_newest_day_alone(seen, churn):
    newest = seen.at(DAYS[1]).features
    assert churn.feature_bins.n == churn.score_bins.n == len(newest)
    assert [each.name for each in churn.feature_bins.columns] == list(newest)
    assert sum(churn.score_bins.columns[0].counts) == len(newest)


def test_rare_categories_are_not_kept_by_name(cdnow):
    ids = cdnow["customer_id"].unique()
    town = np.where(np.arange(len(ids)) % 2, "Lausanne", "Geneva").astype(object)
    town[:3] = "Bourg-with-one-buyer"
    customers = pd.DataFrame(
        {"customer_id": ids, "city": town, "updated_at": pd.Timestamp("1997-01-01")}
    )
    trained = train_model(
        {"transactions": cdnow, "customers": customers},
        PropensityModel(method="logistic"),
        as_of=DAYS,
        label="is_buyer",
        attributes=["city"],
        **SPANS,
    )
    bins = trained.feature_bins.columns[-1]
    assert bins.name == "city"
    assert bins.categories == ("Geneva", "Lausanne")
    autumn = snapshot(cdnow, as_of=DAYS[1], **SPANS).features.index.get_level_values(1)
    n_rare = len(set(ids[:3]) & set(autumn))
    assert n_rare > 0
    assert bins.counts[-2:] == (n_rare, 0)
    assert sum(bins.counts) == len(autumn)


def test_one_label_is_asked_for(cdnow):
    with pytest.raises(ValueError, match=r"one label: got 'is_churned', 'x'"):
        train_model(
            cdnow,
            ChurnModel(),
            as_of=DAYS,
            label={"is_churned": "is_churned", "x": PurchaseLabel(category="tea")},
            **SPANS,
        )
    with pytest.raises(TypeError, match="label is the name"):
        train_model(cdnow, ChurnModel(), as_of=DAYS, label=3, **SPANS)


def test_a_label_that_is_a_number_is_refused(cdnow):
    with pytest.raises(SchemaError):
        train_model(cdnow, ChurnModel(), as_of=DAYS, label="n_purchases", **SPANS)


def test_other_models_are_refused(cdnow):
    with pytest.raises(TypeError, match="a ChurnModel or PropensityModel"):
        train_model(cdnow, LogisticRegression(), as_of=DAYS, **SPANS)


def test_one_day_is_too_few(cdnow):
    with pytest.raises(ValueError, match="No cut has labels that end on or before 1997-12-31"):
        train_model(cdnow, ChurnModel(), as_of=DAYS[1:], **SPANS)


def test_purchase_model_is_kept_unfitted(cdnow):
    given = ModifiedBetaGeoModel(penalty=0.001)
    trained = train_model(
        cdnow,
        PropensityModel(method="segment_rate"),
        as_of=DAYS,
        label="is_buyer",
        purchase_model=given,
        **SPANS,
    )
    kept = trained.settings.purchase_model
    assert kept is not given
    assert kept.get_params() == given.get_params()
    assert not [name for name in vars(kept) if name.endswith("_")]
    assert "purchase_model_probability_alive" in trained.features


QUARTERS = {"window": "3M", "horizon": "3M"}
WITH_GAP = {"window": "2M", "horizon": "4M", "gap": "1M"}


@pytest.mark.parametrize(
    ("spans", "days"),
    [
        (SPANS, ["1997-06-30", "1997-12-31"]),
        (
            {"window": "3M", "horizon": "3M"},
            ["1997-06-30", "1997-09-30", "1997-12-31", "1998-03-31"],
        ),
        (
            {"window": "2M", "horizon": "4M", "gap": "1M"},
            ["1997-03-31", "1997-08-31", "1998-01-31"],
        ),
    ],
)
def test_days_are_a_horizon_and_a_gap_apart(cdnow, spans, days):
    found = training_days(cdnow, **spans)
    # By hand: back from 1998-06-30, the last day of CDNOW, month by month.
    last = cdnow["ordered_at"].max().normalize()
    assert last == pd.Timestamp("1998-06-30")
    assert found.strftime("%Y-%m-%d").tolist() == days
    assert snapshot(cdnow, as_of=found, **spans).days["labels_until"].iloc[-1] == last


def test_labels_of_each_day_end_by_the_next(cdnow):
    days = training_days(cdnow, window="45D", horizon="37D", gap="5D", most=6)
    ends = snapshot(cdnow, as_of=days, window="45D", horizon="37D", gap="5D").days["labels_until"]
    assert len(days) == 6
    assert (ends.to_numpy()[:-1] <= days.to_numpy()[1:]).all()


def test_data_too_short_for_two_days_are_refused(cdnow):
    with pytest.raises(SchemaError, match="from 1997-01-01 to 1998-06-30, are too short"):
        training_days(cdnow, window="12M", horizon="6M")
    with pytest.raises(SchemaError, match="is empty"):
        training_days(cdnow.iloc[:0], window="12M", horizon="6M")
    with pytest.raises(ValueError, match="most is 2 or more"):
        training_days(cdnow, **SPANS, most=1)


def test_a_trained_model_cannot_be_changed(churn):
    with pytest.raises(dataclasses.FrozenInstanceError):
        churn.n_rows = 0
