"""ChurnModel: calibrated where the truth is known, and honest where little can be learned."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from statsmodels.api import GLM, add_constant
from statsmodels.genmod.families import Binomial

from custintel.errors import LeakError, SchemaError, WeakResultWarning
from custintel.models import BetaGeoModel, ChurnModel, PropensityModel
from custintel.models._stored_outcomes import TRUSTED


def simulated(n, seed):
    rng = np.random.default_rng(seed)
    features = pd.DataFrame(
        {
            "recency_days": rng.exponential(60, n),
            "n_orders": rng.poisson(4, n),
            "revenue": rng.lognormal(4, 2, n),
            "sector": rng.choice(["bank", "food", "travel"], n),
            "is_known": True,
        },
        index=pd.Index([f"c{i // 2}" for i in range(n)], name="customer_id"),
    )
    chance = expit(-1 + features["recency_days"] / 60 - 0.2 * features["n_orders"])
    return features, rng.random(n) < chance.to_numpy(), chance.to_numpy()


@pytest.fixture(scope="module")
def seen():
    return simulated(1200, 1)


@pytest.fixture(scope="module")
def fitted(seen):
    return ChurnModel().fit(*seen[:2])


METHODS = {"logistic": {}, "boosting": {"n_trees": 40}, "lightgbm": {"n_trees": 40}}


@pytest.fixture(scope="module", params=METHODS)
def of_method(request, seen):
    if request.param == "lightgbm":
        pytest.importorskip("lightgbm")
    return ChurnModel(method=request.param, n_folds=3, **METHODS[request.param]).fit(*seen[:2])


def test_probabilities_are_calibrated_on_customers_not_seen(of_method):
    features, churned, chance = simulated(8000, 2)
    said = of_method.probabilities(features)["probability"].to_numpy()
    line = GLM(churned.astype(float), add_constant(logit(said)), family=Binomial()).fit()
    low, high = line.conf_int(0.001)[1]
    # The line was learned on 1,200 rows, so that its own error counts too.
    assert low - 0.15 < 1 < high + 0.15
    assert said.mean() == pytest.approx(chance.mean(), abs=0.03)
    assert np.corrcoef(said, chance)[0, 1] > 0.85


def test_isotonic_steps_are_calibrated_and_rise(seen):
    model = ChurnModel(calibration="isotonic").fit(*seen[:2])
    features, _churned, chance = simulated(4000, 3)
    steps = model.probabilities(features)["probability"].to_numpy()
    line = ChurnModel().fit(*seen[:2]).probabilities(features)["probability"].to_numpy()
    assert steps.mean() == pytest.approx(chance.mean(), abs=0.03)
    assert 0 < steps.min() < steps.max() < 1
    assert (np.diff(steps[np.argsort(line)]) >= 0).all()
    again = ChurnModel.from_json(model.to_json()).probabilities(features)["probability"]
    assert (again == steps).all()


def test_files_hold_the_same_model(of_method, seen, tmp_path):
    pytest.importorskip("skops")
    path = tmp_path / "churn.skops"
    of_method.to_skops(path)
    again = ChurnModel.from_skops(path)
    pd.testing.assert_frame_equal(
        again.probabilities(seen[0]), of_method.probabilities(seen[0]), check_exact=True
    )
    pd.testing.assert_frame_equal(again.evidence(), of_method.evidence())
    assert set(vars(again)) == set(vars(of_method))
    with pytest.raises(ValueError, match="ChurnModel, not a PropensityModel"):
        PropensityModel.from_skops(path)


def test_trees_ask_for_skops(seen):
    model = ChurnModel(method="boosting", n_trees=2, n_folds=2).fit(*seen[:2])
    with pytest.raises(ValueError, match="to_skops"):
        model.to_json()


def test_other_files_are_refused(tmp_path):
    sio = pytest.importorskip("skops.io")
    path = tmp_path / "other.skops"
    sio.dump({"numbers": "{}", "trees": BetaGeoModel()}, path)  # a type that is not trusted
    with pytest.raises(ValueError, match="not part of one"):
        ChurnModel.from_skops(path)
    with pytest.raises(FileNotFoundError, match="no file"):
        ChurnModel.from_skops(tmp_path / "absent.skops")
    with pytest.raises(ValueError, match="not a ChurnModel written by"):
        ChurnModel.from_json("[1]")


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["fit"]["learner"].update(coefficients=[1.0]),
        lambda m: m["fit"]["learner"].update(coefficients=[np.nan] * 7),
        lambda m: m["fit"].update(learner={"n_trees": 3, "trees": None}),
        lambda m: m["fit"]["design"].update(kept=[10**30]),
        lambda m: m["fit"]["calibration"].update(method="other"),
        lambda m: m["evidence"].update(n_customers=np.inf),
        lambda m: m.update(features=["revenue"]),
        lambda m: m.update(classes=[True]),
    ],
)
def test_a_changed_text_is_refused_when_it_is_read(fitted, change):
    stored = json.loads(fitted.to_json())
    change(stored)
    with pytest.raises(ValueError, match="not a ChurnModel written by"):
        ChurnModel.from_json(json.dumps(stored))


def test_a_text_without_end_is_refused():
    with pytest.raises(ValueError, match="not a ChurnModel written by"):
        ChurnModel.from_json("[" * 100_000)


def test_a_file_with_other_trees_is_refused(seen, tmp_path):
    sio = pytest.importorskip("skops.io")
    path = tmp_path / "churn.skops"
    model = ChurnModel(method="boosting", n_trees=2, n_folds=2).fit(*seen[:2])
    model.to_skops(path)
    numbers = sio.load(path, trusted=TRUSTED)["numbers"]
    sio.dump({"numbers": numbers, "trees": IsotonicRegression()}, path)
    with pytest.raises(ValueError, match="not a ChurnModel written by"):
        ChurnModel.from_skops(path)


def test_a_missing_package_is_named(seen, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lightgbm", None)
    with pytest.raises(ImportError, match=r"pip install 'custintel\[boost\]'"):
        ChurnModel(method="lightgbm").fit(*seen[:2])


def test_order_and_other_columns_do_not_matter(fitted, seen):
    features, churned, _chance = seen
    turned = features[features.columns[::-1]].assign(other="x")
    expected = fitted.probabilities(features)
    pd.testing.assert_frame_equal(fitted.probabilities(turned), expected)
    again = ChurnModel().fit(features[features.columns[::-1]], churned)
    pd.testing.assert_frame_equal(again.probabilities(features), expected, rtol=1e-9)


def test_the_order_of_rows_does_not_matter(fitted, seen):
    features, churned, _chance = seen
    order = np.random.default_rng(0).permutation(len(features))
    again = ChurnModel().fit(features.iloc[order], churned[order])
    expected = fitted.probabilities(features)
    pd.testing.assert_frame_equal(again.probabilities(features), expected, rtol=1e-9)


def test_the_currency_does_not_matter(fitted, seen):
    features, churned, _chance = seen
    in_cents = features.assign(revenue=features["revenue"] * 100)
    again = ChurnModel().fit(in_cents, churned)
    pd.testing.assert_frame_equal(
        again.probabilities(in_cents), fitted.probabilities(features), rtol=1e-9
    )


def test_weights_are_repeated_rows(seen):
    features, churned, _chance = seen
    times = np.random.default_rng(4).integers(0, 3, len(features))
    weighted = ChurnModel().fit(features, churned, sample_weight=times)
    repeated = ChurnModel().fit(
        features.iloc[np.repeat(np.arange(1200), times)], np.repeat(churned, times)
    )
    pd.testing.assert_frame_equal(
        weighted.probabilities(features), repeated.probabilities(features), rtol=1e-8
    )


def test_amounts_of_every_size_give_probabilities(seen):
    features, churned, _chance = seen
    huge = features.assign(revenue=np.where(np.arange(1200) % 50 == 0, 1e30, features["revenue"]))
    said = ChurnModel().fit(huge, churned).probabilities(huge)["probability"]
    assert said.between(0, 1, inclusive="neither").all()


def test_gaps_are_filled_and_told(seen):
    features, churned, _chance = seen
    gaps = features.assign(revenue=features["revenue"].where(np.arange(1200) % 4 > 0))
    model = ChurnModel().fit(gaps, churned)
    assert "revenue missing" in model.summary().index
    assert model.probabilities(gaps)["missing_share"].iloc[:2].tolist() == [0.2, 0.0]


def test_constant_features_are_dropped_and_told(fitted):
    assert fitted.dropped_ == ("is_known",)
    assert fitted.summary().query("is_dropped").index.tolist() == ["is_known"]


def test_unseen_texts_are_flagged(fitted, seen):
    three = seen[0].head(3).assign(sector=["bank", "mining", None])
    with pytest.warns(WeakResultWarning, match="1 of 3 rows has a text"):
        found = fitted.probabilities(three)
    assert found["n_unseen"].tolist() == [0, 1, 0]
    assert found["probability"].between(0, 1).all()


def test_decimals_are_numbers(seen):
    features, churned, _chance = seen
    exact = features.assign(revenue=[Decimal(repr(value)) for value in features["revenue"]])
    exact.iloc[0, exact.columns.get_loc("revenue")] = None
    model = ChurnModel().fit(exact, churned)
    assert model.texts_ == ("sector",)
    assert "revenue missing" in model.summary().index


def test_a_text_of_any_length_is_read(fitted, seen):
    # Arrays of numpy's texts would take as much for each row as for the longest.
    features, churned, _chance = seen
    longest = features["sector"].where(np.arange(1200) > 0, "x" * 10**7)
    again = ChurnModel().fit(features.assign(sector=longest), churned)
    assert again.evidence()["n_columns"].iloc[0] == 7


def test_threshold_moves_the_class(fitted, seen):
    event = fitted.predict_proba(seen[0])[:, 1]
    assert (fitted.predict(seen[0], threshold=0.2) == (event >= 0.2)).all()
    assert (fitted.predict(seen[0]) == (event >= 0.5)).all()
    with pytest.raises(ValueError, match="threshold lies between"):
        fitted.predict(seen[0], threshold=20)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"recency_days": np.inf}, "infinite or beyond 1e\\+30 in 1200 of 1200 rows"),
        ({"recency_days": pd.Timestamp("2024-01-01")}, "Make dates numbers of days"),
        ({"since": [date(2024, 1, 1)] * 1200}, "Make dates numbers of days"),
        ({"tags": [["a"]] * 1200}, "Column 'tags' of 'features' holds values that are no text"),
    ],
)
def test_features_that_cannot_be_read_are_refused(seen, change, told):
    with pytest.raises(SchemaError, match=told):
        ChurnModel().fit(seen[0].assign(**change), seen[1])


def test_missing_columns_are_named(fitted, seen):
    with pytest.raises(SchemaError, match="lacks 'n_orders' \\(nearest: 'n_order'\\)"):
        fitted.probabilities(seen[0].rename(columns={"n_orders": "n_order"}))


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (lambda y: np.zeros(1200), "one class alone"),
        (lambda y: np.arange(1200) < 20, "rarer of the two outcomes has 20 rows, and 50"),
        (lambda y: np.arange(1200) % 3, "Only binary"),
        (lambda y: np.where(y, 1.0, np.nan), "y is missing"),
        (lambda y: np.where(y, b"yes", b"no"), "Unknown label type: y holds 'bytes'"),
        (lambda y: y[:5], "5 values for 1200 rows"),
        (lambda y: None, "the target y is None"),
        (lambda y: pd.Series(y, index=[f"d{i}" for i in range(1200)]), "other customers"),
    ],
)
def test_labels_that_teach_nothing_are_refused(seen, labels, told):
    with pytest.raises(SchemaError, match=told):
        ChurnModel().fit(seen[0], labels(seen[1]))


def test_constant_features_alone_are_refused(seen):
    with pytest.raises(SchemaError, match="All 1 features are constant: 'is_known'"):
        ChurnModel().fit(seen[0][["is_known"]], seen[1])


@pytest.mark.parametrize("leak", ["number", "gap", "text"])
def test_a_leak_is_named_and_refused(seen, leak):
    features, churned, _chance = seen
    columns = {
        "number": churned * 100.0 + np.arange(1200) % 50,
        "gap": np.where(churned, np.arange(1200.0), np.nan),
        "text": np.where(churned, "closed", "open"),
    }
    leaking = features.assign(status=columns[leak])
    with pytest.raises(LeakError, match=r"too well to be true: 'status' \((alone|whether)"):
        ChurnModel().fit(leaking, churned)
    assert ChurnModel(leaks="allow").fit(leaking, churned).evidence()["auc"].iloc[0] > 0.99


def test_features_that_tell_nothing_give_the_base_rate():
    rng = np.random.default_rng(8)
    noise = pd.DataFrame(rng.normal(size=(300, 3)))
    labels = np.arange(300) % 3 == 0
    with pytest.warns(WeakResultWarning, match="tell nothing"):
        model = ChurnModel().fit(noise, labels)
    assert model.probabilities(noise)["probability"].unique() == pytest.approx([1 / 3])


def test_many_columns_for_few_events_shrink_more_and_warn(seen):
    features, churned, _chance = seen
    rng = np.random.default_rng(5)
    wide = features.assign(**{f"noise_{i}": rng.normal(size=1200) for i in range(60)})
    with pytest.warns(WeakResultWarning, match="shrunk more"):
        model = ChurnModel().fit(wide, churned)
    assert model.evidence()["setting"].iloc[0] >= 100


@pytest.mark.parametrize(
    "setting",
    [
        {"method": "forest"},
        {"penalty": 0.0},
        {"calibration": "none"},
        {"n_folds": 1},
        {"min_events": 0},
        {"leaks": "maybe"},
        {"random_state": -1},
    ],
)
def test_impossible_settings_are_refused(seen, setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        ChurnModel(**setting).fit(*seen[:2])


def test_a_hundred_categories_at_most_become_columns(seen):
    features, churned, _chance = seen
    codes = np.concatenate([np.repeat(np.arange(100), 11), np.repeat(np.arange(100, 110), 10)])
    towns = features[["recency_days"]].assign(town=[f"{code:03}" for code in codes[:1200]])
    with pytest.warns(WeakResultWarning, match="102 columns"):
        fitted = ChurnModel(penalty=10.0).fit(towns, churned)
    columns = [name for name in fitted.summary().index if name.startswith("town")]
    assert len(columns) == 101
    assert "town other" in columns
    assert "town = 099" in columns
