"""Sums of the probabilities of staying, against the plain sum, over a wide range."""

import numpy as np
import pytest

from custintel.models._renewals_ahead import Ahead, expected_renewals, log_staying

A = np.array([1e-3, 0.1, 0.668, 1.0, 2.0, 10.0, 1e3, 1e5])
B = np.array([1e-3, 1.0, 3.806, 100.0, 1e5])


def by_adding_up(a, b, discount):
    j = np.arange(int(np.ceil(-42 / np.log(discount))))
    terms = np.cumsum(np.log((b + j) / (a + b + j))) + (j + 1) * np.log(discount)
    return np.exp(terms).sum()


@pytest.mark.parametrize("discount", [0.1, 0.5, 0.9, 0.99, 0.9995])
def test_endless_sums_equal_the_plain_sum(discount):
    a, b = (each.ravel() for each in np.meshgrid(A, B))
    expected = [by_adding_up(*pair, discount) for pair in zip(a, b, strict=True)]
    found = expected_renewals(a, b, Ahead(None, discount)).value
    assert found == pytest.approx(expected, rel=1e-9)


def test_slopes_of_endless_sums_are_those_of_long_ones():
    a, b = (each.ravel() for each in np.meshgrid(A[1:6], B[1:4]))
    endless = expected_renewals(a, b, Ahead(None, 0.9))
    long = expected_renewals(a, b, Ahead(500, 0.9))
    assert endless.jacobian == pytest.approx(long.jacobian, rel=1e-6, abs=1e-10)


def test_staying_is_the_product_of_its_steps():
    found = log_staying(np.array([0.7]), np.array([3.8]), np.array([5.0])).value
    k = np.arange(5)
    assert np.exp(found) == pytest.approx([np.prod((3.8 + k) / (4.5 + k))])
