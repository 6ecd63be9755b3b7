"""Internal rates of return: one, none, several, by months and by dates."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.projects import internal_rate_of_return
from custintel.projects._exponential_sums import zeros_of_sum


def flows(*amounts: float) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(amounts)), "amount": amounts})


def test_a_loan_returns_its_rate() -> None:
    assert internal_rate_of_return(flows(-100, 10, 10, 110)) == pytest.approx(0.1, rel=1e-12)
    assert internal_rate_of_return(flows(-100, 0, 25)) == pytest.approx(-0.5)


def test_months_are_told_as_a_rate_a_year() -> None:
    monthly = flows(-100, 0, 0, 0, 0, 0, 110)
    assert internal_rate_of_return(monthly, period_length="1M") == pytest.approx(1.1**2 - 1)


def test_order_and_repeated_periods_do_not_matter() -> None:
    mixed = pd.DataFrame({"period": [2, 0, 2, 1], "amount": [100.0, -100, 10, 10]})
    assert internal_rate_of_return(mixed) == internal_rate_of_return(flows(-100, 10, 110))


def test_dates_count_years_of_mean_length() -> None:
    dated = pd.DataFrame(
        {"due_on": pd.to_datetime(["2020-01-01", "2024-01-01"]), "amount": [-100.0, 146.41]}
    )
    assert internal_rate_of_return(dated, as_of="2020-01-01") == pytest.approx(0.1)
    # The rate does not depend on the day that is now.
    assert internal_rate_of_return(dated, as_of="2019-05-01") == pytest.approx(0.1)


def test_several_rates_are_all_told() -> None:
    with pytest.raises(ValueError, match=r"2 internal rates of return, 10\.00%, 20\.00%"):
        internal_rate_of_return(flows(-100, 230, -132))


def test_a_double_rate_is_one() -> None:
    assert internal_rate_of_return(flows(-100, 220, -121)) == pytest.approx(0.1, abs=1e-6)


def test_flows_can_have_no_rate() -> None:
    with pytest.raises(ValueError, match="At no rate"):
        internal_rate_of_return(flows(-100, 230, -140))
    for one_sided in (flows(-100, -5), flows(3, 4), flows(0, 0), flows()):
        with pytest.raises(ValueError, match="never negative, or never positive"):
            internal_rate_of_return(one_sided)


def test_flows_that_change_sign_all_the_time_are_refused() -> None:
    amounts = np.where(np.arange(150) % 2, 1.0, -1.5)
    with pytest.raises(ValueError, match="more than 100 times"):
        internal_rate_of_return(flows(*amounts))


@pytest.mark.parametrize("factor", [1e-250, 1e-6, 1e6, 1e12])
def test_the_unit_of_the_amounts_does_not_matter(factor: float) -> None:
    rate = internal_rate_of_return(flows(-100 * factor, 60 * factor, 72 * factor))
    assert rate == pytest.approx(0.2)


def test_extreme_rates_are_found() -> None:
    assert internal_rate_of_return(flows(-1e-200, 1)) == pytest.approx(1e200, rel=1e-9)
    assert internal_rate_of_return(flows(-1, 10), period_length="1D") == np.inf
    assert internal_rate_of_return(flows(-1e12, 1)) == pytest.approx(-1, abs=1e-9)


def test_zeros_are_found_for_any_times() -> None:
    # (1 − x)(2 − x)(3 − x) with x = exp(u / 3), whose zeros are 3 log 1, 3 log 2, 3 log 3.
    coefficients = np.array([-1.0, 6.0, -11.0, 6.0])
    found = zeros_of_sum(coefficients, np.arange(4) / 3)
    assert found == pytest.approx(3 * np.log([1, 2, 3]), abs=1e-9)


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(SchemaError, match="amount"):
        internal_rate_of_return(flows(-1, 2).drop(columns="amount"))
    with pytest.raises(SchemaError, match="finite number"):
        internal_rate_of_return(flows(-1, np.nan))
    with pytest.raises(SchemaError, match=r"at most 1e\+15"):
        internal_rate_of_return(flows(-1, 1e300))
    with pytest.raises(TypeError, match="got list"):
        internal_rate_of_return([-100, 60])
