"""Clusters against scikit-learn, scipy, brute force, and the tables of the guide page."""

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import PowerTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from custintel.datasets import load_cdnow
from custintel.models import CustomerClusters, choose_k
from custintel.models._cluster_features import learn_space
from custintel.models._cluster_fits import VARIANCE_FLOOR
from custintel.segmentation import rfm_table

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "clusters.md"


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    # On busy processors, scikit-learn's threads wait for each other most of the time.
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def rfm():
    return rfm_table(load_cdnow("sample"), as_of="1998-06-30")


@pytest.fixture(scope="module")
def scaled(rfm):
    return StandardScaler().fit_transform(np.log1p(rfm))


@pytest.mark.parametrize("k", [2, 4])
def test_k_means_is_scikit_learns(rfm, scaled, k):
    ours = CustomerClusters(k).fit(rfm)
    theirs = KMeans(k, n_init=20, tol=0, random_state=1).fit(scaled)
    # Of two ends that are nearly as good, each may find another.
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-4)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) > 0.95


@pytest.mark.parametrize("k", [2, 4])
def test_k_prototypes_of_numbers_is_k_means(rfm, scaled, k):
    ours = CustomerClusters(k, method="k_prototypes").fit(rfm)
    theirs = KMeans(k, n_init=20, tol=0, random_state=1).fit(scaled)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-6)


def test_distances_are_those_to_the_centres(rfm, scaled):
    model = CustomerClusters(3).fit(rfm)
    means = np.array([scaled[model.labels_ == cluster].mean(axis=0) for cluster in (1, 2, 3)])
    away = np.linalg.norm(scaled[:, None] - means, axis=2)
    found = model.assignments(rfm)
    np.testing.assert_allclose(found["distance"], away.min(axis=1), rtol=1e-9)
    np.testing.assert_array_equal(found["cluster"], away.argmin(axis=1) + 1)
    ordered = np.sort(away, axis=1)
    np.testing.assert_allclose(found["ambiguity"], ordered[:, 0] / ordered[:, 1], rtol=1e-9)


def test_mixture_is_scikit_learns(rfm, scaled):
    ours = CustomerClusters(3, method="gaussian_mixture").fit(rfm)
    chances = ours.predict_proba(rfm)
    theirs = GaussianMixture(3, reg_covar=VARIANCE_FLOOR, n_init=10, max_iter=1000, random_state=1)
    theirs.fit(scaled)
    assert ours.bic_ == pytest.approx(theirs.bic(scaled), rel=1e-3)
    order = theirs.means_[:, 2].argsort()[::-1]
    assert np.abs(chances - theirs.predict_proba(scaled)[:, order]).to_numpy().max() < 0.02
    np.testing.assert_array_equal(ours.labels_, chances.idxmax(axis=1))


def test_mixture_computes_as_scikit_learn_does_with_the_same_parameters(rfm, scaled):
    ours = CustomerClusters(3, method="gaussian_mixture").fit(rfm)
    theirs = GaussianMixture(3).fit(scaled[:50])
    rule = ours._rule_
    theirs.weights_, theirs.means_, theirs.covariances_ = (
        rule.shares,
        rule.numbers,
        rule.covariances,
    )
    theirs.precisions_cholesky_ = np.linalg.cholesky(np.linalg.inv(rule.covariances))
    np.testing.assert_allclose(ours.predict_proba(rfm), theirs.predict_proba(scaled), atol=1e-9)
    assert ours.bic_ == pytest.approx(theirs.bic(scaled), rel=1e-9)


def test_power_is_that_of_scipy_and_scikit_learn(rfm):
    values = rfm["monetary"].to_numpy() - 60.0
    space = learn_space(
        values[:, None], ["monetary"], np.ones(len(values)), transform="yeo_johnson"
    )
    ((power, _below),) = space.powers
    assert power == pytest.approx(stats.yeojohnson_normmax(values), abs=1e-3)
    theirs = PowerTransformer().fit(values[:, None])
    theirs.lambdas_ = np.array([power])
    moved = stats.yeojohnson(values, power)
    standardised = (moved - moved.mean()) / moved.std()
    np.testing.assert_allclose(space.standardised(values[:, None])[:, 0], standardised, atol=1e-9)
    np.testing.assert_allclose(space.in_units(standardised[:, None])[:, 0], values, rtol=1e-6)


def loss_of(labels, numbers, texts, gamma):
    """Return the loss of a partition by its definition: means and modes, text by text."""
    loss = 0.0
    for cluster in set(labels):
        members = [i for i, label in enumerate(labels) if label == cluster]
        loss += ((numbers[members] - numbers[members].mean(axis=0)) ** 2).sum()
        for column in texts.T:
            held = [column[i] for i in members]
            loss += gamma * (len(held) - max(held.count(text) for text in held))
    return loss


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_numbers", [0, 1, 2])
@pytest.mark.parametrize("k", [2, 3])
def test_k_prototypes_finds_the_best_of_all_partitions(seed, n_numbers, k):
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(8, n_numbers)).round(2)
    texts = rng.choice(list("abc"), size=(8, 2))
    names = [f"n{i}" for i in range(n_numbers)]
    table = pd.DataFrame(numbers, columns=names).assign(s=texts[:, 0], t=texts[:, 1])
    model = CustomerClusters(
        k,
        method="k_prototypes",
        features=list(table),
        transform="none",
        gamma=0.7,
        n_starts=200,
    ).fit(table)
    scaled = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    least = min(
        loss_of(labels, scaled, texts, 0.7) for labels in itertools.product(range(k), repeat=8)
    )
    assert model.inertia_ == pytest.approx(least, abs=1e-9)
    assert model.inertia_ == pytest.approx(loss_of(model.labels_, scaled, texts, 0.7), abs=1e-9)


def test_jaccards_are_those_of_sets_of_customers():
    rng = np.random.default_rng(3)
    centers = np.array([[10, 2, 50.0], [200, 4, 90.0], [300, 9, 700.0]])
    draws = centers[rng.integers(0, 3, 60)] * rng.lognormal(0, 0.35, (60, 3))
    table = pd.DataFrame(draws.round(1), columns=["recency_days", "frequency", "monetary"])
    choice = choose_k(table, k=[3], n_resamples=30)
    jaccards = by_sets(table, CustomerClusters(3).fit(table), k=3, n_resamples=30)
    found = choice.clusters.loc[3, "jaccard"]
    np.testing.assert_allclose(found, jaccards.mean(axis=0), atol=1e-9)
    error = jaccards.std(axis=0, ddof=1) / np.sqrt(30)
    half = choice.clusters.loc[3, "jaccard_high"] - found
    np.testing.assert_allclose(half, np.minimum(1.959964 * error, 1 - found), atol=1e-6)


def by_sets(table, model, *, k, n_resamples):
    """Cluster resamples row by row with scikit-learn, and compare sets of customers."""
    scaled = StandardScaler().fit_transform(np.log1p(table))
    # The customers are drawn in the order of their features, so that theirs does not matter.
    order = np.lexsort(scaled.T[::-1])
    rng = np.random.default_rng(0)
    rows = []
    for _resample in range(n_resamples):
        drawn = order[rng.integers(0, len(table), len(table))]
        labels = KMeans(k, n_init=50, tol=0, random_state=0).fit(scaled[drawn]).labels_
        present = set(drawn.tolist())
        again = [set(drawn[labels == each].tolist()) for each in range(k)]
        first = [set(np.flatnonzero(model.labels_ == each)) & present for each in range(1, k + 1)]
        rows.append([max(len(a & b) / len(a | b) for b in again) for a in first])
    return np.array(rows)


def test_silhouette_is_that_of_all_customers_where_they_are_few(rfm, scaled):
    choice = choose_k(rfm, k=[4], n_resamples=2)
    labels = CustomerClusters(4).fit(rfm).labels_
    assert choice.table.loc[4, "silhouette"] == pytest.approx(silhouette_score(scaled, labels))


@pytest.fixture(scope="module")
def page():
    text = GUIDE.read_text("utf-8")
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        exec(compile(block, GUIDE.name, "exec"), names)
    return text, names


@pytest.mark.parametrize(
    ("mark", "name"),
    [("on logarithms", "shown"), ("as they are", "shown_raw"), ("in words", "described")],
)
def test_tables_of_the_guide_are_what_its_code_gives(page, mark, name):
    text, names = page
    part = text.partition(f"<!-- {mark} -->")[2].partition("<!-- end -->")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    header, _rule, *body = rows
    table = names[name]
    assert header[1:] == [f"`{column}`" for column in table.columns]
    assert [cells[0] for cells in body] == [str(each) for each in table.index]
    for cells, (_index, row) in zip(body, table.iterrows(), strict=True):
        for cell, value in zip(cells[1:], row, strict=True):
            if isinstance(value, str):
                assert cell == value
            else:
                place = 10.0 ** -len(cell.partition(".")[2])
                # A centre that is found elsewhere moves a few customers.
                assert float(cell) == pytest.approx(value, abs=1.001 * place, rel=0.002)


def test_cdnow_has_stable_clusters_of_enough_customers(page):
    """The silhouette would choose otherwise, and worse."""
    text, names = page
    choice, raw = names["choice"], names["raw"]
    assert choice.k == 5
    chosen = choice.table.loc[5]
    assert chosen["worst_jaccard_low"] >= 0.75
    assert chosen["smallest_share"] >= 0.05
    assert choice.n_sampled == choice.n_customers == 23_570
    by_silhouette = raw.table["silhouette"].idxmax()
    assert raw.table["silhouette"].min() > choice.table["silhouette"].max()
    assert raw.table.loc[by_silhouette, "smallest_n_customers"] < 20
    assert raw.table.loc[by_silhouette, "worst_jaccard_high"] < 0.75
    assert f"found again at {chosen['worst_jaccard']:.2f}" in " ".join(text.split())
