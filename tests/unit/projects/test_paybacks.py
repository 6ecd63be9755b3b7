"""Payback: within a period or at its end, discounted, undone by later outlays."""

import math

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.projects import payback


def flows(*amounts: float) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(amounts)), "amount": amounts})


@pytest.mark.parametrize(
    ("amounts", "even", "at_end"),
    [
        ((-100, 50, 50, 50), 2.0, 2.0),
        ((-100, 60, 80), 1.5, 2.0),
        ((-100, 0, 0, 400), 2.25, 3.0),
        ((5, 5), 0.0, 0.0),
        ((-5, 4), math.inf, math.inf),
        # Paid back in period 1, but undone by the outlay of period 2.
        ((-10, 20, -15, 10), 2.5, 3.0),
        ((-10, 20, -15), math.inf, math.inf),
        ((0, -10, 20), 1.5, 2.0),
    ],
)
def test_paybacks_by_hand(amounts: tuple[float, ...], even: float, at_end: float) -> None:
    assert payback(flows(*amounts)) == pytest.approx(even)
    assert payback(flows(*amounts), within_period="end") == at_end


def test_discounting_delays_it() -> None:
    # Present values −100, 50, 41.67, 34.72: 8.33 are missing after two periods.
    found = payback(flows(-100, 60, 60, 60), annual_discount_rate=0.2)
    assert found == pytest.approx(2 + (100 - 50 - 60 / 1.44) / (60 / 1.728))
    monthly = payback(flows(-100, 60, 60, 60), annual_discount_rate=0.2, period_length="1M")
    assert payback(flows(-100, 60, 60, 60)) < monthly < found


def test_missing_and_repeated_periods() -> None:
    sparse = pd.DataFrame({"period": [0, 4, 4], "amount": [-100.0, 150, 50]})
    assert payback(sparse) == pytest.approx(3.5)


def test_rounding_does_not_delay_it() -> None:
    # 0.1 + 0.2 − 0.3 is not zero in floating-point numbers.
    assert payback(flows(-0.3, 0.1, 0.2, 1)) == pytest.approx(2)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="within_period"):
        payback(flows(-1, 2), within_period="middle")
    with pytest.raises(ValueError, match="annual_discount_rate"):
        payback(flows(-1, 2), annual_discount_rate=12)
    with pytest.raises(SchemaError, match="between 0 and 1200"):
        payback(pd.DataFrame({"period": [10**9], "amount": [1.0]}))
    assert payback(flows()) == 0.0
