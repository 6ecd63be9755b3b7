import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from custintel.errors import SchemaError, WeakResultWarning
from custintel.models import BetaGeoModel, CustomerClusters, choose_k

CENTERS = np.array([[5, 40, 900.0], [20, 12, 300.0], [150, 4, 80.0], [500, 1, 20.0]])
METHODS = ["k_means", "k_prototypes", "gaussian_mixture"]


def rfm_of(truth, *, spread=0.08, seed=0):
    """Return customers around centres that lie far apart, and are told apart by all features."""
    rng = np.random.default_rng(seed)
    amounts = CENTERS[truth] * rng.lognormal(0, spread, (len(truth), 3))
    columns = ["recency_days", "frequency", "monetary"]
    return pd.DataFrame(amounts, columns=columns).rename_axis("customer_id")


@pytest.fixture
def truth():
    return np.random.default_rng(7).integers(0, 4, 200)


@pytest.fixture
def rfm(truth):
    return rfm_of(truth)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("transform", ["log", "yeo_johnson"])
def test_separate_clusters_are_found_and_numbered_by_value(rfm, truth, method, transform):
    model = CustomerClusters(4, method=method, transform=transform).fit(rfm)
    assert model.labels_.tolist() == (truth + 1).tolist()
    np.testing.assert_allclose(model.centers_, CENTERS, rtol=0.06)
    assert model.sizes_.tolist() == np.bincount(truth).tolist()
    assert model.n_customers_ == 200
    assert model.features_ == ["recency_days", "frequency", "monetary"]
    assert (model.assignments(rfm)["ambiguity"] < 0.5).all()


@pytest.mark.parametrize("method", METHODS)
def test_new_customers_get_the_nearest_cluster(rfm, truth, method):
    model = CustomerClusters(4, method=method).fit(rfm)
    again = rfm_of(truth, seed=1)
    assert model.predict(again).tolist() == (truth + 1).tolist()
    assert model.predict(rfm.head(1)).index.tolist() == [0]
    assert model.predict(rfm.head(1)).name == "cluster"


def test_a_customer_half_way_is_ambiguous():
    table = pd.DataFrame({"spend": [0.0, 0.0, 10.0, 10.0]})
    model = CustomerClusters(2, features=["spend"], transform="none").fit(table)
    placed = model.assignments(pd.DataFrame({"spend": [10.0, 7.5, 5.0, 0.0]}))
    assert placed["ambiguity"].tolist() == pytest.approx([0, 1 / 3, 1, 0])
    assert placed["distance"].tolist() == pytest.approx([0, 0.5, 1, 0])
    assert placed["cluster"].tolist() == [1, 1, 1, 2]
    assert placed["second_cluster"].tolist() == [2, 2, 2, 1]
    assert model.inertia_ == 0
    assert model.centers_["spend"].tolist() == [10, 0]


@pytest.mark.parametrize("method", METHODS)
def test_labels_are_what_predict_says(rfm, method):
    model = CustomerClusters(3, method=method).fit(rfm)
    pd.testing.assert_series_equal(model.labels_, model.predict(rfm))
    assert model.summary()["n_customers"].tolist() == model.sizes_.tolist()
    assert model.summary()["customer_share"].sum() == pytest.approx(1)


def test_only_mixtures_have_probabilities(rfm):
    mixture = CustomerClusters(4, method="gaussian_mixture").fit(rfm)
    chances = mixture.predict_proba(rfm)
    assert list(chances) == [1, 2, 3, 4]
    assert chances.sum(axis=1).to_numpy() == pytest.approx(1)
    assert not hasattr(mixture, "inertia_")
    means = CustomerClusters(4).fit(rfm)
    assert not hasattr(means, "bic_")
    with pytest.raises(ValueError, match=r"method='k_means' knows no probabilities: assignments"):
        means.predict_proba(rfm)


def test_the_default_clusters_by_logarithms(rfm):
    scaled = rfm.assign(**(rfm * 0 + np.log1p(rfm)))
    by_hand = CustomerClusters(4, transform="none").fit(scaled)
    model = CustomerClusters(4).fit(rfm)
    pd.testing.assert_series_equal(model.labels_, by_hand.labels_)
    assert model.inertia_ == pytest.approx(by_hand.inertia_)
    np.testing.assert_allclose(np.log1p(model.centers_), by_hand.centers_)


def test_currency_without_transform_does_not_matter(rfm):
    model = CustomerClusters(3, transform="none").fit(rfm)
    in_cents = CustomerClusters(3, transform="none").fit(rfm.assign(monetary=rfm["monetary"] * 100))
    pd.testing.assert_series_equal(model.labels_, in_cents.labels_)


def test_net_refunds_are_mirrored_on_the_log_scale():
    table = pd.DataFrame({"monetary": [-99.0, -99.0, 0.0, 0.0, 99.0, 99.0]})
    model = CustomerClusters(3, features=["monetary"]).fit(table)
    assert model.labels_.tolist() == [3, 3, 2, 2, 1, 1]
    assert model.centers_["monetary"].tolist() == pytest.approx([99, 0, -99], abs=1e-9)


def test_value_is_monetary_else_the_first_number():
    table = pd.DataFrame({"visits": [1.0, 1, 9, 9], "frequency": [9.0, 9, 1, 1]})
    by_frequency = CustomerClusters(2, features=["visits", "frequency"]).fit(table)
    assert by_frequency.labels_.tolist() == [1, 1, 2, 2]
    renamed = table.rename(columns={"frequency": "calls"})
    by_visits = CustomerClusters(2, features=["visits", "calls"]).fit(renamed)
    assert by_visits.labels_.tolist() == [2, 2, 1, 1]


@pytest.fixture
def mixed():
    return pd.DataFrame(
        {
            "monetary": [100.0, 110, 105, 100, 110, 105],
            "sector": ["bank", "bank", "bank", "retail", "retail", "retail"],
            "is_member": [True, True, True, False, False, False],
        }
    )


def test_texts_take_part_in_k_prototypes(mixed):
    features = ["monetary", "sector", "is_member"]
    model = CustomerClusters(2, method="k_prototypes", features=features, gamma=20.0).fit(mixed)
    assert model.labels_.tolist() in ([1, 1, 1, 2, 2, 2], [2, 2, 2, 1, 1, 1])
    assert sorted(model.centers_["sector"]) == ["bank", "retail"]
    assert dict(zip(model.centers_["sector"], model.centers_["is_member"], strict=True)) == {
        "bank": "True",
        "retail": "False",
    }


def test_texts_alone_are_clustered_by_their_modes(mixed):
    features = ["sector", "is_member"]
    table = mixed.assign(is_member=[True, True, False, False, False, False])
    model = CustomerClusters(2, method="k_prototypes", features=features).fit(table)
    # Without any number, the largest cluster comes first.
    assert model.sizes_.tolist() == [4, 2]
    assert model.labels_.tolist() == [2, 2, 1, 1, 1, 1]
    assert model.inertia_ == pytest.approx(0.5)


def test_a_missing_text_is_a_group_of_its_own(mixed):
    mixed["sector"] = ["bank", "bank", "bank", None, None, None]
    model = CustomerClusters(2, method="k_prototypes", features=["sector"]).fit(mixed)
    assert sorted(model.centers_["sector"]) == ["(missing)", "bank"]


def test_texts_that_the_fit_has_not_seen_are_counted(mixed):
    model = CustomerClusters(2, method="k_prototypes", features=["monetary", "sector"]).fit(mixed)
    new = mixed.assign(sector=["bank", "port", "port", "retail", "bank", "bank"])
    with pytest.warns(WeakResultWarning, match=r"^2 customers have a 'sector' that no customer"):
        placed = model.assignments(new)
    assert placed.notna().all(axis=None)


def test_features_that_are_all_alike_are_left_out_with_a_warning(rfm):
    table = rfm.assign(frequency=3)
    with pytest.warns(WeakResultWarning, match=r"^'frequency' is the same for all") as caught:
        model = CustomerClusters(2).fit(table)
    assert caught[0].filename == __file__
    assert model.features_ == ["recency_days", "monetary"]
    without = CustomerClusters(2, features=["recency_days", "monetary"]).fit(table)
    pd.testing.assert_series_equal(model.labels_, without.labels_)
    # A value that no customer of the fit had changes nothing.
    changed = model.predict(table.assign(frequency=50))
    pd.testing.assert_series_equal(changed, model.labels_)


def test_a_text_that_is_the_same_for_all_is_left_out(mixed):
    table = mixed.assign(sector="bank")
    model = CustomerClusters(2, method="k_prototypes", features=["sector", "monetary"])
    with pytest.warns(WeakResultWarning, match=r"^'sector' is the same for all") as caught:
        model.fit(table)
    assert caught[0].filename == __file__
    assert model.features_ == ["monetary"]


def test_equal_numbers_count_as_alike_whatever_rounding_does():
    table = pd.DataFrame({"monetary": [0.1] * 7, "frequency": [1, 1, 1, 1, 9, 9, 9]})
    with pytest.warns(WeakResultWarning, match="'monetary' is the same"):
        model = CustomerClusters(2, features=["monetary", "frequency"]).fit(table)
    assert model.features_ == ["frequency"]


@pytest.mark.parametrize("method", ["k_means", "k_prototypes"])
@pytest.mark.parametrize("apart", [1e-15, 1e-12, 1e-9])
def test_customers_apart_by_last_digits_may_be_clusters_of_their_own(method, apart):
    table = pd.DataFrame({"a": [0.0, apart, 1.0, 2.0], "b": [5.0, 5.0, 9.0, 1.0]})
    model = CustomerClusters(4, method=method, features=["a", "b"], transform="none").fit(table)
    assert model.labels_.tolist() == [4, 3, 2, 1]
    assert model.sizes_.tolist() == [1, 1, 1, 1]
    assert model.inertia_ == pytest.approx(0, abs=1e-12)


def test_clusters_of_nearly_equal_customers_can_be_chosen():
    # Sums of the same amounts in another order differ in the last digit.
    monetary = [0.1 + 0.2, 0.3, 5.0, 90.0, 95.0] * 5
    choice = choose_k(
        pd.DataFrame({"monetary": monetary}),
        model=CustomerClusters(features=["monetary"], transform="none"),
        k=[3, 4],
        n_resamples=10,
    )
    assert choice.table["worst_jaccard"].between(0, 1).all()


def test_nothing_but_equal_customers_is_refused():
    table = pd.DataFrame({"recency_days": [1, 1], "frequency": [1, 1], "monetary": [1.0, 1.0]})
    with (
        pytest.warns(WeakResultWarning, match="are the same for all"),
        pytest.raises(SchemaError, match="No feature differs between customers"),
    ):
        CustomerClusters(2).fit(table)


@pytest.mark.parametrize("method", METHODS)
def test_fewer_kinds_of_customers_than_clusters_are_refused(rfm, method):
    table = pd.concat([rfm.head(3)] * 20, ignore_index=True)
    with pytest.raises(ValueError, match=r"4 clusters need as many customers who differ .* has 3"):
        CustomerClusters(4, method=method).fit(table)
    assert CustomerClusters(3, method=method).fit(table).sizes_.tolist() == [20, 20, 20]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "monetary",
            np.nan,
            r"monetary is missing or infinite for 1 of 200 customers, such as '3'",
        ),
        ("monetary", np.inf, "monetary is missing or infinite for 1 of 200"),
        ("frequency", 1e16, r"frequency is beyond 1e\+15, more than can be true, for 1 of 200"),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_numbers_that_cannot_be_are_refused(rfm, method, column, value, message):
    wrong = rfm.copy()
    wrong.loc[3, column] = value
    with pytest.raises(SchemaError, match=message):
        CustomerClusters(method=method).fit(wrong)
    with pytest.raises(SchemaError, match=message):
        CustomerClusters(method=method).fit(rfm).predict(wrong)


def test_wrong_tables_are_refused(rfm):
    with pytest.raises(SchemaError, match=r"'rfm_table' lacks 'monetary'.*rfm_table\(trans"):
        CustomerClusters().fit(rfm.drop(columns="monetary"))
    with pytest.raises(SchemaError, match=r"'customers' lacks 'age'"):
        CustomerClusters(features=["age"]).fit(rfm)
    with pytest.raises(SchemaError, match=r"'frequency'.*not numbers.*method='k_prototypes'"):
        CustomerClusters().fit(rfm.astype({"frequency": str}))
    with pytest.raises(SchemaError, match="has no customer"):
        CustomerClusters().fit(rfm.head(0))
    with pytest.raises(SchemaError, match="has no customer"):
        CustomerClusters().fit(rfm).predict(rfm.head(0))
    with pytest.raises(TypeError, match="is a pandas DataFrame: got list"):
        CustomerClusters().fit([1, 2])
    dates = rfm.assign(since=pd.Timestamp("2024-01-01"))
    with pytest.raises(SchemaError, match=r"'since'.*holds datetime64"):
        CustomerClusters(features=["since", "monetary"], method="k_prototypes").fit(dates)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_clusters": 1}, "n_clusters is 2 or more"),
        ({"n_clusters": 2.5}, "n_clusters is a whole number from 1 to 100: got 2.5"),
        ({"n_clusters": 101}, "n_clusters is a whole number from 1 to 100"),
        ({"method": "kmeans"}, "method is one of 'k_means', 'k_prototypes', 'gaussian_mixture'"),
        ({"transform": "sqrt"}, "transform is one of 'log', 'yeo_johnson', 'none': got 'sqrt'"),
        ({"gamma": 0}, "gamma is a number above 0: got 0"),
        ({"n_starts": 0}, "n_starts is a whole number from 1"),
        ({"random_state": -1}, "random_state is a whole number of 0 or more: got -1"),
        ({"random_state": None}, "random_state is a whole number of 0 or more: got None"),
        ({"features": "monetary"}, "features is a list of columns.*: got 'monetary'"),
        ({"features": []}, "features is a list of columns"),
        ({"features": ["monetary", "monetary"]}, "features names monetary more than once"),
    ],
)
def test_settings_that_cannot_be_are_refused(rfm, settings, message):
    with pytest.raises(ValueError, match=message):
        CustomerClusters(**settings).fit(rfm)


@pytest.mark.parametrize("weight", [0.5, -1, np.nan])
def test_weights_are_whole_numbers_of_customers(rfm, weight):
    with pytest.raises(ValueError, match="sample_weight"):
        CustomerClusters().fit(rfm, sample_weight=[weight] * 200)


@pytest.mark.parametrize("method", METHODS)
def test_customers_of_weight_zero_are_placed_but_not_counted(rfm, truth, method):
    counted = truth < 3
    model = CustomerClusters(3, method=method).fit(rfm, sample_weight=counted.astype(int))
    alone = CustomerClusters(3, method=method).fit(rfm[counted])
    pd.testing.assert_frame_equal(model.summary(), alone.summary())
    assert model.n_customers_ == counted.sum()
    assert (model.labels_[~counted] == 3).all()


@pytest.mark.parametrize("method", METHODS)
def test_large_tables_are_searched_on_a_sample_and_fitted_whole(monkeypatch, method):
    truth = np.arange(3000) % 4
    table = rfm_of(truth, spread=0.2)
    whole = CustomerClusters(4, method=method).fit(table)
    monkeypatch.setattr("custintel.models._cluster_fits._MOST_SEARCHED", 300)
    searched = CustomerClusters(4, method=method).fit(table)
    assert adjusted_rand_score(searched.labels_, whole.labels_) > 0.999
    np.testing.assert_allclose(searched.centers_, whole.centers_, rtol=1e-3)


def test_large_tables_are_placed_in_blocks(monkeypatch, rfm):
    model = CustomerClusters(4).fit(rfm)
    at_once = model.assignments(rfm)
    monkeypatch.setattr("custintel.models._cluster_rules._BLOCK", 7)
    pd.testing.assert_frame_equal(model.assignments(rfm), at_once)


def test_a_mixture_that_does_not_settle_says_so(monkeypatch, rfm):
    monkeypatch.setattr("custintel.models._cluster_fits._MOST_PASSES", 1)
    overlapping = rfm_of(np.zeros(200, dtype=int), spread=1.0)
    with pytest.warns(WeakResultWarning, match="mixture of 4 components was still moving after 1"):
        CustomerClusters(4, method="gaussian_mixture").fit(overlapping)


def test_json_holds_no_customers(rfm):
    named = rfm.set_index(pd.Index([f"ann{i}@example.org" for i in range(200)]))
    model = CustomerClusters(4, random_state=np.int64(3)).fit(named)
    text = model.to_json()
    assert "example.org" not in text
    assert json.loads(text)["settings"]["random_state"] == 3
    again = CustomerClusters.from_json(text)
    pd.testing.assert_series_equal(again.predict(named), model.labels_)
    assert not hasattr(again, "labels_")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"model": "CustomerClusters"}'])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="not a CustomerClusters written by to_json"):
        CustomerClusters.from_json(text)


def test_the_json_of_another_model_is_refused():
    text = BetaGeoModel.from_parameters(r=1, alpha=1, a=1, b=1).to_json()
    with pytest.raises(ValueError, match="This is a BetaGeoModel, not a CustomerClusters"):
        CustomerClusters.from_json(text)
