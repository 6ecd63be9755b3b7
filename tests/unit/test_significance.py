"""Exact tests of many small tables, and the correction for their number."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom
from statsmodels.stats.multitest import multipletests

from custintel._significance import fisher_greater, holm, q_values


def random_tables(n_tables=2000):
    rng = np.random.default_rng(5)
    n = rng.integers(1, 5000, n_tables)
    first = rng.integers(0, n + 1)
    second = rng.integers(0, n + 1)
    lowest, highest = np.maximum(0, first + second - n), np.minimum(first, second)
    both = np.clip(np.rint(first * second / n) + rng.integers(-9, 10, n_tables), lowest, highest)
    return both, first, second, n


def test_p_is_the_tail_of_the_hypergeometric_distribution():
    both, first, second, n = random_tables()
    expected = hypergeom.sf(both - 1, n, first, second)
    np.testing.assert_allclose(fisher_greater(both, first, second, n), expected, rtol=1e-8)


@pytest.mark.parametrize("table", [(3, 4, 4, 8), (0, 5, 7, 20), (5, 5, 7, 20), (0, 0, 0, 3)])
def test_p_is_that_of_scipys_exact_test(table):
    both, first, second, n = table
    cells = [[both, first - both], [second - both, n - first - second + both]]
    expected = fisher_exact(cells, alternative="greater").pvalue
    assert fisher_greater(*([each] for each in table))[0] == pytest.approx(expected, rel=1e-10)


def test_more_common_cases_never_raise_p():
    p = fisher_greater(np.arange(0, 51), 50, 80, 1000)
    assert p[0] == 1.0
    assert (np.diff(p) <= 0).all()
    assert 0 < p[-1] < 1e-50


def test_huge_tables_end():
    p = fisher_greater([500_100, 499_000], [1_000_000] * 2, [5_000_000] * 2, [10_000_000] * 2)
    assert p[0] == pytest.approx(hypergeom.sf(500_099, 10**7, 10**6, 5 * 10**6), rel=1e-5)
    assert p[1] == pytest.approx(hypergeom.sf(498_999, 10**7, 10**6, 5 * 10**6), rel=1e-5)


def test_no_table_gives_no_p():
    assert fisher_greater([], [], [], []).shape == (0,)


def test_q_is_that_of_the_step_up_rule_of_benjamini_and_hochberg():
    p = np.random.default_rng(2).random(200) ** 3
    order = np.sort(p)
    rule = [min(order[j] * 200 / (j + 1) for j in range(i, 200)) for i in range(200)]
    np.testing.assert_allclose(np.sort(q_values(p)), np.minimum(rule, 1), rtol=1e-12)


def test_unknown_p_counts_for_nothing():
    q = q_values([0.01, np.nan, 0.04])
    np.testing.assert_allclose(q, [0.02, np.nan, 0.04])
    assert q_values([np.nan]).tolist() == pytest.approx([np.nan], nan_ok=True)
    assert len(q_values([])) == 0


def test_holm_is_that_of_statsmodels():
    p = np.random.default_rng(4).random(200) ** 3
    p[[3, 8]] = p[5]
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)
    assert len(holm([])) == 0
