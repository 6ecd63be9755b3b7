"""Project figures against worked examples, numpy-financial and polynomial roots.

The rates and present values of ``FINANCIAL`` are those that ``irr`` and ``npv`` of
numpy-financial 1.0.0 return; its ``npv`` takes the first amount for that of now.
"""

import numpy as np
import pandas as pd
import pytest

from custintel.projects import (
    SystemCosts,
    Triangular,
    corrected_tec_roi,
    internal_rate_of_return,
    net_present_value,
    return_on_investment,
    roas,
    romi,
    simulate_returns,
    tec_roi,
    total_cost_of_ownership,
)
from custintel.projects._exponential_sums import zeros_of_sum

FINANCIAL = [
    ([-100, 39, 59, 55, 20], 0.28094842115996066, 45.055471820954715),
    ([-150000, 15000, 25000, 35000, 45000, 60000], 0.05243288885941433, -12982.176969995038),
    ([-100, 0, 0, 74], -0.0954958303489728, -41.25641416450745),
    ([-40000, 5000, 8000, 12000, 30000], 0.10582259840890185, 3065.2226681795255),
    ([-1000, *[100] * 24], 0.08627804676388595, 52.87582836756584),
    ([-1000, 143.78, 284.15, 26.13, 283.57, 79.79], -0.06706613635763647, -339.7785594749483),
    (
        [
            *(-1000, 115.46, 244.86, 110.94, 155.87, -11.18, 221.12),
            *(152.21, 85.51, 232.3, 77.02, 125.12, 22.89, 109.0),
        ],
        0.08806128016814885,
        40.93172465275858,
    ),
]


def flows(amounts):
    return pd.DataFrame({"period": range(len(amounts)), "amount": amounts}).astype(float)


@pytest.mark.parametrize(("amounts", "rate", "_worth"), FINANCIAL)
def test_rates_of_return_are_those_of_numpy_financial(amounts, rate, _worth):
    # Those with several changes of sign still have one rate above −100 %.
    assert internal_rate_of_return(flows(amounts)) == pytest.approx(rate, abs=1e-10)


@pytest.mark.parametrize(("amounts", "_rate", "worth"), FINANCIAL)
def test_present_values_are_those_of_numpy_financial(amounts, _rate, worth):
    found = net_present_value(flows(amounts), annual_discount_rate=0.08)
    assert found.total == pytest.approx(worth, rel=1e-12)


def test_all_rates_are_told_where_numpy_financial_gives_one():
    # Its answers for these: 0.0886 and −0.0833, each one of several.
    with pytest.raises(ValueError, match=r"internal rates of return, .*8\.86%"):
        internal_rate_of_return(flows([-5, 10.5, 1, -8, 1]))
    with pytest.raises(ValueError, match=r"internal rates of return, .*−8\.33%"):
        internal_rate_of_return(flows([-100, 100, 0, -7]))


def test_zeros_are_all_positive_roots_of_the_polynomial():
    rng = np.random.default_rng(5)
    n_zeros = 0
    for _ in range(300):
        amount = rng.normal(size=rng.integers(2, 12))
        found = np.sort(np.exp(-zeros_of_sum(amount, np.arange(len(amount)) * 1.0)))
        roots = np.polynomial.polynomial.polyroots(amount)
        known = np.sort(roots[(np.abs(roots.imag) < 1e-9) & (roots.real > 0)].real)
        np.testing.assert_allclose(found, known, rtol=1e-6)
        n_zeros += len(found)
    assert n_zeros > 250


def test_tec_roi_of_the_worked_example():
    # 10,000 customers × (20 + 5) = 250,000; × 60 × 50 % = 300,000: 20 % of the cost.
    given = {"implementation_cost": 20, "upkeep_cost": 5, "gross_profit": 60, "success_rate": 0.5}
    for formula in (tec_roi, corrected_tec_roi):
        found = formula(10_000, **given)
        assert (found.cost, found.roi) == (250_000, 50_000)
        assert found.roi_rate == pytest.approx(0.2)


def test_romi_of_the_worked_example():
    # kameir.com: 10,000 spent, 50,000 of revenue, 60 % margin: 2.0, and a factor of 5.0.
    assert romi(50_000, contribution_margin=0.6, spend=10_000) == pytest.approx(2.0)
    assert roas(50_000, spend=10_000) == pytest.approx(5.0)


def test_return_on_customer_equity_of_the_airline():
    # Rust, Lemon & Zeithaml (2004): 70 million spent, 101.3 million of customer equity: 44.7 %.
    assert return_on_investment(101.3, cost=70) == pytest.approx(0.447, abs=0.0005)


def test_hosted_systems_cost_fifty_to_a_hundred_a_month():
    table = total_cost_of_ownership(
        {"hosted": SystemCosts(monthly_cost_per_user=(50, 100))}, n_users=20, n_years=1
    )
    assert table["cumulative_low"].iloc[-1] == 20 * 12 * 50
    assert table["cumulative_high"].iloc[-1] == 20 * 12 * 100


def test_variance_of_a_simulated_sum_is_that_of_the_triangles():
    triangles = {"a": Triangular(0, 2, 10), "b": Triangular(5, 5, 11)}
    found = simulate_returns(lambda a, b: a + b, triangles, n_draws=20_000)
    # (low² + mode² + high² − low·mode − low·high − mode·high) / 18
    variance = (4 + 100 - 20) / 18 + (25 + 25 + 121 - 25 - 55 - 55) / 18
    outcome = found.draws["outcome"]
    assert outcome.var() == pytest.approx(variance, rel=0.03)
    assert outcome.mean() == pytest.approx(4 + 7, abs=4 * np.sqrt(variance / 20_000))


def test_intervals_of_the_simulation_cover_as_often_as_they_say():
    # Uniform on −1 to 3: mean and median 1, bounds −0.9 and 2.9, a quarter of losses.
    from custintel.projects._simulated_figures import figure_table

    known = {"mean": 1, "median": 1, "outcome_low": -0.9, "outcome_high": 2.9}
    known["loss_probability"] = 0.25
    rng = np.random.default_rng(11)
    held = dict.fromkeys(known, 0)
    for _ in range(400):
        figures = figure_table(rng.uniform(-1, 3, 400), threshold=0.0, level=0.95)
        for name, value in known.items():
            held[name] += figures.loc[name, "low"] <= value <= figures.loc[name, "high"]
    # 95 % of 400, four standard errors of 4.4; order statistics cover a little more.
    assert all(362 <= count <= 398 for count in held.values()), held
