"""The steps of k-prototypes: none raises the loss, and no cluster is left empty."""

import numpy as np
import pytest

from custintel.models._cluster_features import Points
from custintel.models._cluster_rules import Prototypes
from custintel.models._k_prototypes import inertia, k_prototypes, moved, seeded


def points_of(seed, n=40):
    rng = np.random.default_rng(seed)
    return Points(rng.normal(size=(n, 2)), rng.integers(0, 3, (n, 2)))


def test_prototypes_are_means_and_modes_by_weight():
    points = Points(np.array([[0.0], [4.0], [9.0]]), np.array([[1], [0], [0]]))
    start = Prototypes(np.zeros((2, 1)), np.zeros((2, 1), dtype=int), 0.5)
    found = moved(start, points, np.array([3.0, 1.0, 1.0]), np.array([0, 0, 1]))
    assert found.numbers.tolist() == [[1.0], [9.0]]
    assert found.codes.tolist() == [[1], [0]]


def test_of_equally_frequent_texts_the_first_is_the_mode():
    points = Points(np.zeros((4, 0)), np.array([[2], [1], [1], [2]]))
    start = Prototypes(np.zeros((1, 0)), np.zeros((1, 1), dtype=int), 0.5)
    assert moved(start, points, np.ones(4), np.zeros(4, dtype=int)).codes.tolist() == [[1]]


@pytest.mark.parametrize("seed", range(5))
def test_no_pass_raises_the_loss(monkeypatch, seed):
    points, weight = points_of(seed), np.random.default_rng(seed).integers(1, 4, 40).astype(float)
    start = seeded(points, weight, 4, 0.5, np.random.default_rng(seed))
    losses = [inertia(start, points, weight)]
    for passes in range(1, 8):
        monkeypatch.setattr("custintel.models._k_prototypes._MOST_PASSES", passes)
        losses.append(inertia(k_prototypes(points, weight, start=start), points, weight))
    assert (np.diff(losses) <= 1e-9).all()
    assert losses[-1] < losses[0]


def test_a_cluster_without_points_takes_the_one_that_costs_most():
    points = Points(np.array([[0.0], [1.0], [2.0], [30.0]]), np.zeros((4, 0), dtype=int))
    far = Prototypes(np.array([[0.0], [500.0], [900.0]]), np.zeros((3, 0), dtype=int), 0.5)
    found = k_prototypes(points, np.ones(4), start=far)
    sizes = np.bincount(found.squared_distances(points).argmin(axis=1), minlength=3)
    assert sorted(sizes) == [1, 1, 2]
    assert 30.0 in found.numbers


def test_first_prototypes_are_different_points():
    points = Points(np.array([[0.0], [0.0], [1.0], [2.0]]), np.zeros((4, 0), dtype=int))
    for seed in range(20):
        start = seeded(points, np.ones(4), 3, 0.5, np.random.default_rng(seed))
        assert sorted(start.numbers[:, 0]) == [0.0, 1.0, 2.0]
