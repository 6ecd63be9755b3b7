"""What holds of clusters, whatever the customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custintel.models import CustomerClusters
from custintel.models._cluster_features import learn_space
from custintel.models._cluster_resampling import best_jaccards
from custintel.segmentation import cluster_profiles

customer = st.tuples(st.integers(0, 400), st.integers(1, 12), st.integers(-100, 5_000))
customers = st.lists(customer, min_size=6, max_size=40, unique=True)
labels = st.lists(st.integers(0, 3), min_size=1, max_size=30)
COLUMNS = ["recency_days", "frequency", "monetary"]


def rfm_of(rows):
    table = pd.DataFrame(rows, columns=COLUMNS).assign(sector=["abc"[r[1] % 3] for r in rows])
    assume(all(len(set(table[name])) > 1 for name in table))
    return table.set_axis([f"c{i:02d}" for i in range(len(rows))])


@pytest.mark.parametrize("method", ["k_means", "k_prototypes", "gaussian_mixture"])
@settings(max_examples=15)
@given(rows=customers, random=st.randoms())
def test_order_of_customers_does_not_matter(method, rows, random):
    table = rfm_of(rows)
    features = [*COLUMNS, "sector"] if method == "k_prototypes" else None
    model = CustomerClusters(3, method=method, features=features, n_starts=2)
    shuffled = table.loc[random.sample(list(table.index), len(table))]
    expected = model.fit(table).labels_
    pd.testing.assert_series_equal(model.fit(shuffled).labels_.loc[table.index], expected)


@settings(max_examples=25)
@given(customers)
def test_every_customer_is_in_the_cluster_of_the_nearest_mean(rows):
    table = rfm_of(rows)
    model = CustomerClusters(3, n_starts=2).fit(table)
    scaled = np.sign(table[COLUMNS]) * np.log1p(table[COLUMNS].abs())
    scaled = (scaled - scaled.mean()) / scaled.std(ddof=0)
    means = scaled.groupby(model.labels_).mean()
    away = np.linalg.norm(scaled.to_numpy()[:, None] - means.to_numpy(), axis=2)
    own = away[np.arange(len(table)), model.labels_ - 1]
    assert own == pytest.approx(away.min(axis=1), abs=1e-9)
    assert model.inertia_ == pytest.approx((own**2).sum())
    assert (model.centers_["monetary"].diff().dropna() <= 1e-9).all()


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=30), st.sampled_from(["log", "none"]))
def test_scaling_can_be_undone(values, transform):
    assume(np.ptp(np.sign(values) * np.log1p(np.abs(values))) > 1e-6 and np.ptp(values) > 1e-6)
    raw = np.array(values)[:, None]
    space = learn_space(raw, ["x"], np.ones(len(raw)), transform=transform)
    moved = space.standardised(raw)
    assert moved.mean() == pytest.approx(0, abs=1e-6)
    assert moved.std() == pytest.approx(1)
    scale = np.abs(values).max()
    assert space.in_units(moved)[:, 0] == pytest.approx(values, rel=1e-6, abs=1e-9 * scale)


@given(st.data())
def test_jaccards_are_those_of_sets(data):
    first = data.draw(labels)
    second = data.draw(st.lists(st.integers(0, 3), min_size=len(first), max_size=len(first)))
    found = best_jaccards(np.array(first), np.array(second), np.ones(len(first)), 4)
    for cluster in range(4):
        a = {i for i, label in enumerate(first) if label == cluster}
        others = [{i for i, label in enumerate(second) if label == each} for each in range(4)]
        best = max(len(a & b) / len(a | b) if a | b else 0 for b in others)
        assert found[cluster] == pytest.approx(best)


@settings(max_examples=30)
@given(customers, st.integers(1, 6), st.randoms(use_true_random=False))
def test_profiles_account_for_every_customer_and_have_names_of_their_own(rows, k, random):
    table = rfm_of(rows)
    of = pd.Series([random.randint(1, k) for _ in rows], index=table.index)
    profiles = cluster_profiles(table, of, features=[*COLUMNS, "sector"])
    assert profiles["n_customers"].sum() == len(table)
    assert profiles["revenue"].sum() == pytest.approx(table["monetary"].sum())
    assert profiles["name"].is_unique
    positions = profiles[[f"position_{name}" for name in COLUMNS]].to_numpy()
    assert ((positions > 0) & (positions < 1)).all()
