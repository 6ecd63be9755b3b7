"""Discounting and sums of discounted amounts, against sums written out."""

import numpy as np
import pytest

from custintel._cashflows import discount_factors, geometric_sum, rate_per_period


def test_factors_compound() -> None:
    assert discount_factors([0, 0.5, 2], 0.21) == pytest.approx([1, 1 / 1.1, 1 / 1.21**2])


def test_rates_of_shorter_periods_compound_to_the_rate_of_the_year() -> None:
    assert (1 + rate_per_period(0.1, 12)) ** 12 == pytest.approx(1.1)


@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.999999, 1 - 1e-13, 1.0, 1.2])
def test_finite_sums_are_those_written_out(ratio: float) -> None:
    written_out = sum(ratio**term for term in range(25))
    assert geometric_sum(ratio, 25) == pytest.approx(written_out, rel=1e-13)


def test_endless_sums_are_the_limit_of_finite_ones() -> None:
    ratios = np.array([0.0, 0.5, 0.99])
    assert geometric_sum(ratios, None) == pytest.approx(geometric_sum(ratios, 10_000), rel=1e-12)
