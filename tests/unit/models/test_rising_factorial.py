"""Rising factorials against their definition, added up exactly, and against each other."""

import math

import numpy as np
import pytest

from custintel.models import _rising_factorial as rising_factorial_module
from custintel.models._rising_factorial import log_rising, log_rising_up_to


def by_definition(c, n):
    terms = [c + k for k in range(int(n))]
    share = [c / term for term in terms]
    value = math.fsum(map(math.log, terms))
    return value, math.fsum(share), math.fsum(each - each**2 for each in share)


@pytest.mark.parametrize("longest", [3, 64, 65, 1000])
def test_each_customers_own_is_the_definition(longest):
    rng = np.random.default_rng(longest)
    c = rng.lognormal(0, 2, 50)
    n = rng.integers(0, longest + 1, 50).astype(float)
    n[7] = longest
    found = log_rising(c, n)
    expected = np.array([by_definition(*pair) for pair in zip(c, n, strict=True)])
    for part, each in zip((found.value, found.slope, found.bend), expected.T, strict=True):
        np.testing.assert_allclose(part, each, rtol=1e-9, atol=1e-10)


def test_a_common_number_serves_all_counts():
    counts = np.arange(11.0)
    each = log_rising(np.asarray(0.7), counts)
    up_to = log_rising_up_to(0.7, 10)
    np.testing.assert_allclose(each.value, up_to.value, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(each.slope, up_to.slope, rtol=1e-13)
    np.testing.assert_allclose(each.bend, up_to.bend, rtol=1e-13, atol=1e-14)


def test_large_numbers_cost_no_digits():
    # The difference of two logarithms of gamma functions has six digits left here.
    found = log_rising(np.array([1e9]), np.array([2.0]))
    assert found.value[0] == pytest.approx(2 * math.log(1e9) + math.log1p(1e-9), rel=1e-15)


def test_both_ways_agree(monkeypatch):
    c, n = np.array([0.3, 2.0, 40.0]), np.array([64.0, 0.0, 17.0])
    added = log_rising(c, n)
    monkeypatch.setattr(rising_factorial_module, "_FEW", 0)
    special = log_rising(c, n)
    np.testing.assert_allclose(added.value, special.value, rtol=1e-12)
    np.testing.assert_allclose(added.slope, special.slope, rtol=1e-11)
    np.testing.assert_allclose(added.bend, special.bend, rtol=1e-9, atol=1e-11)
