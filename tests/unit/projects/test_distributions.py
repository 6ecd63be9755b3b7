"""Distributions: quantiles against scipy's, and parameters that make none."""

import numpy as np
import pytest
from scipy import stats

from custintel.projects import Normal, Triangular, Uniform

P = np.linspace(0.001, 0.999, 101)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Uniform(-3, 5), stats.uniform(-3, 8)),
        (Triangular(2, 3, 7), stats.triang(0.2, 2, 5)),
        (Triangular(0, 0, 4), stats.triang(0, 0, 4)),
        (Triangular(0, 4, 4), stats.triang(1, 0, 4)),
        (Normal(10, 3), stats.norm(10, 3)),
        (Normal(0.9, 0.2, low=0, high=1), stats.truncnorm(-4.5, 0.5, 0.9, 0.2)),
        (Normal(0, 1, low=1), stats.truncnorm(1, np.inf)),
    ],
)
def test_quantiles_are_those_of_scipy(ours: Normal, theirs: object) -> None:
    np.testing.assert_allclose(ours.quantile(P), theirs.ppf(P), rtol=1e-9, atol=1e-12)


def test_numbers_without_spread_are_themselves() -> None:
    for certain in (Uniform(4, 4), Triangular(4, 4, 4), Normal(4, 0), Normal(4, 0, low=0, high=4)):
        assert certain.quantile([0, 0.3, 1]).tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda: Uniform(2, 1), ValueError, "lowest first: got Uniform"),
        (lambda: Triangular(1, 5, 3), ValueError, "low, mode, high"),
        (lambda: Triangular(1, "2", 3), TypeError, "mode is a number"),
        (lambda: Uniform(0, 1e300), ValueError, "high"),
        (lambda: Normal(0, -1), ValueError, "standard_deviation"),
        (lambda: Normal(np.nan, 1), ValueError, "mean"),
        (lambda: Normal(0, 1, low=3, high=2), ValueError, "lowest first"),
        (lambda: Normal(0, 1, low=20), ValueError, "Nearly nothing"),
        (lambda: Normal(0, 0, low=1), ValueError, "Nearly nothing"),
        (lambda: Uniform(0, 1).quantile(1.5), ValueError, "probability"),
    ],
)
def test_parameters_that_make_no_distribution(
    make: object, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        make()
