import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.models import BetaGeoModel, CustomerClusters, choose_k
from custintel.models._cluster_resampling import best_jaccards, resamples


def separate(sizes, *, seed=1):
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    center = np.array([10.0, 50.0, 250.0, 1250.0])[truth]
    columns = {
        name: center * rng.lognormal(0, 0.1, len(truth))
        for name in ("recency_days", "frequency", "monetary")
    }
    return pd.DataFrame(columns).rename_axis("customer_id")


def test_the_number_of_separate_clusters_is_recommended():
    choice = choose_k(separate([60, 80, 60]), k=range(2, 6), n_resamples=20)
    assert choice.k == 3
    assert choice.table.loc[3, "worst_jaccard"] == pytest.approx(1, abs=0.01)
    assert choice.table.loc[3, "smallest_n_customers"] == 60
    assert choice.table.loc[3, "smallest_share"] == pytest.approx(0.3)
    assert not choice.table.loc[5, "is_stable"]
    assert choice.table["silhouette"].idxmax() == 3
    assert choice.table["criterion"].is_monotonic_decreasing
    assert choice.reason.startswith("3 clusters: the largest number tried whose clusters are all")
    assert "smallest holds 30.0% of the customers (5% or more is asked)" in choice.reason


def test_table_follows_from_the_clusters():
    choice = choose_k(separate([60, 80, 60]), k=[2, 4], n_resamples=15)
    clusters = choice.clusters
    assert list(clusters.index) == [(2, 1), (2, 2), (4, 1), (4, 2), (4, 3), (4, 4)]
    assert clusters.groupby("k")["n_customers"].sum().tolist() == [200, 200]
    by_k = clusters.groupby("k")["jaccard"]
    pd.testing.assert_series_equal(choice.table["worst_jaccard"], by_k.min(), check_names=False)
    pd.testing.assert_series_equal(choice.table["mean_jaccard"], by_k.mean(), check_names=False)
    assert (clusters["jaccard_low"] <= clusters["jaccard"]).all()
    assert (clusters["jaccard"] <= clusters["jaccard_high"]).all()
    assert clusters["jaccard_low"].min() >= 0
    assert clusters["jaccard_high"].max() <= 1


def test_a_small_cluster_is_not_recommended():
    table = separate([95, 95, 10])
    assert choose_k(table, k=[2, 3], n_resamples=15).k == 3
    choice = choose_k(table, k=[2, 3], n_resamples=15, smallest_share=0.06)
    assert choice.k == 2
    assert choice.table["is_large_enough"].tolist() == [True, False]
    assert choice.table["is_stable"].tolist() == [True, True]


def test_where_no_number_passes_none_is_recommended():
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(80, 3)), columns=["a", "b", "c"])
    model = CustomerClusters(features=["a", "b", "c"], transform="none")
    choice = choose_k(noise, model=model, k=[5, 6, 7], n_resamples=15)
    assert choice.k is None
    assert choice.reason.startswith("No number of clusters from 5 to 7 passes: 3 of 3 have a")
    assert not choice.table["is_stable"].any()


def test_a_recommendation_within_chance_of_the_threshold_says_so(monkeypatch):
    table = separate([60, 80, 60])
    choice = choose_k(table, k=[4], n_resamples=10)
    worst = choice.table.loc[4, "worst_jaccard"]
    monkeypatch.setattr("custintel.models.cluster_stability.LEAST_JACCARD", worst - 0.001)
    again = choose_k(table, k=[4], n_resamples=10)
    assert again.k == 4
    assert "within chance of the threshold" in again.reason
    assert "within chance" not in choose_k(table, k=[3], n_resamples=10).reason


def test_the_same_seed_gives_the_same_answer_and_another_one_hardly_another():
    table = separate([60, 80, 60])
    tables = [
        choose_k(table, model=CustomerClusters(random_state=seed), k=[3, 4], n_resamples=10).table
        for seed in (5, 5, 6)
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])
    worst, other = (table["worst_jaccard"].to_numpy() for table in tables[1:])
    assert other == pytest.approx(worst, abs=0.3)


def test_order_of_customers_does_not_matter():
    table = separate([60, 80, 60])
    shuffled = table.sample(frac=1, random_state=2)
    first, second = (choose_k(each, k=[3, 4], n_resamples=10).table for each in (table, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_large_tables_are_sampled():
    table = separate([600, 800, 600])
    choice = choose_k(table, k=[3], n_resamples=5, sample_size=300)
    assert (choice.n_customers, choice.n_sampled) == (2000, 300)
    assert choice.clusters["n_customers"].sum() == 300
    assert choice.table.loc[3, "smallest_share"] == pytest.approx(0.3, abs=0.08)


def test_the_silhouette_of_many_customers_is_that_of_a_sample(monkeypatch):
    table = separate([60, 80, 60])
    all_of_them = choose_k(table, k=[3], n_resamples=2).table.loc[3, "silhouette"]
    monkeypatch.setattr("custintel.models._cluster_resampling._MOST_COMPARED", 50)
    some = choose_k(table, k=[3], n_resamples=2).table.loc[3, "silhouette"]
    assert some != all_of_them
    assert some == pytest.approx(all_of_them, abs=0.05)


def test_a_sample_within_one_cluster_has_no_silhouette(monkeypatch):
    table = separate([100, 2])
    monkeypatch.setattr("custintel.models._cluster_resampling._MOST_COMPARED", 3)
    assert np.isnan(choose_k(table, k=[2], n_resamples=2).table.loc[2, "silhouette"])


@pytest.mark.parametrize("method", ["k_prototypes", "gaussian_mixture"])
def test_other_methods_are_chosen_for_as_well(method):
    model = CustomerClusters(9, method=method, n_starts=2)
    choice = choose_k(separate([60, 80, 60]), model=model, k=[2, 3], n_resamples=5)
    assert choice.k == 3
    assert not hasattr(model, "centers_")


def test_texts_count_in_the_silhouette():
    table = pd.DataFrame({"sector": ["a", "b"] * 10, "monetary": [1.0, 1.1, 1.2, 1.3, 1.4] * 4})
    model = CustomerClusters(method="k_prototypes", features=["sector", "monetary"], gamma=50.0)
    table_of_choice = choose_k(table, model=model, k=[2], n_resamples=3).table
    assert table_of_choice.loc[2, "silhouette"] > 0.6
    assert table_of_choice.loc[2, "worst_jaccard"] == 1


def test_resamples_may_hold_fewer_kinds_of_customers_than_clusters():
    table = separate([2, 2]).round(0)
    choice = choose_k(table, k=[4], n_resamples=20, smallest_share=0)
    assert choice.table.loc[4, "worst_jaccard"] < 1


def test_each_resample_draws_as_many_customers_as_there_are():
    weight = np.array([3.0, 1.0, 6.0])
    drawn = resamples(weight, 200, seed=1)
    assert all(each.weight.sum() == 10 for each in drawn)
    for each in drawn:
        assert (each.n_distinct <= each.weight).all()
        assert (each.n_distinct <= weight[each.rows]).all()
        assert (each.weight > 0).all()
    # Of ten customers, 1 - 0.9 ** 10 are in a resample on average.
    shares = [each.n_distinct.sum() / 10 for each in drawn]
    assert np.mean(shares) == pytest.approx(1 - 0.9**10, abs=0.02)


def test_a_cluster_of_which_nobody_was_drawn_is_not_found_again():
    labels, others = np.array([0, 0]), np.array([0, 1])
    assert best_jaccards(labels, others, np.ones(2), 3).tolist() == [0.5, 0.0, 0.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": []}, "k names no number of clusters"),
        ({"k": [1, 2]}, "k is 2 or more"),
        ({"k": ["3"]}, "k is a whole number from 1 to 100: got '3'"),
        ({"n_resamples": 1}, "n_resamples lies between 2 and 10000"),
        ({"n_resamples": 0}, "n_resamples"),
        ({"smallest_share": 1.5}, "smallest_share lies between 0 and 1"),
        ({"sample_size": 0}, "sample_size is a whole number from 1"),
        ({"k": [50]}, "50 clusters need as many customers who differ .* has 40"),
        ({"sample_size": 10, "k": [12]}, "12 clusters need as many"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        choose_k(separate([20, 20]), **arguments)


def test_wrong_types_are_refused():
    with pytest.raises(TypeError, match=r"k is several numbers, such as range\(2, 9\): got 4"):
        choose_k(separate([20, 20]), k=4)
    with pytest.raises(TypeError, match="model is a CustomerClusters: got BetaGeoModel"):
        choose_k(separate([20, 20]), model=BetaGeoModel())
    with pytest.raises(SchemaError, match="'rfm_table' lacks 'monetary'"):
        choose_k(separate([20, 20]).drop(columns="monetary"))
