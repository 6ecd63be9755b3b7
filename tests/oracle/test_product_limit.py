"""The product-limit estimates against statsmodels, and their intervals against simulation."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from custintel._product_limit import ProductLimit, Waits
from custintel.affinity import interpurchase_times


@pytest.fixture(scope="module")
def waits():
    """Waits of units of their own, in five groups of which the last holds one that goes on."""
    rng = np.random.default_rng(20240613)
    n = 600
    group = np.sort(rng.integers(0, 4, n))
    over = rng.random(n) < 0.6
    return Waits(
        np.append(rng.geometric(0.05, n), 5),
        np.append(over, False),
        np.arange(n + 1),
        np.append(group, 4),
        5,
    )


@pytest.mark.parametrize("group", range(4))
def test_curves_equal_those_of_statsmodels(waits, group):
    here = waits.group == group
    theirs = SurvfuncRight(waits.days[here], waits.over[here].astype(int))
    rows = pd.DataFrame(
        {"stay": theirs.surv_prob, "error": theirs.surv_prob_se, "n": theirs.n_risk},
        index=theirs.surv_times,
    )
    ours = ProductLimit.of(waits)
    mine = ours.group == group
    expected = rows.loc[ours.day[mine]]
    np.testing.assert_allclose(1 - ours.share[mine], expected["stay"], atol=1e-12)
    np.testing.assert_array_equal(ours.n_at_risk[mine], expected["n"])
    left = ours.share[mine] < 1
    error = np.sqrt(ours.variance[mine]) * (1 - ours.share[mine])
    np.testing.assert_allclose(error[left], expected["error"][left], rtol=1e-10)


@pytest.mark.parametrize("group", range(4))
@pytest.mark.parametrize("quantile", [0.25, 0.5, 0.7])
def test_quantiles_and_their_bounds_equal_those_of_statsmodels(waits, group, quantile):
    here = waits.group == group
    theirs = SurvfuncRight(waits.days[here], waits.over[here].astype(int))
    ours = ProductLimit.of(waits)
    bounds = ours.interval(0.95)
    assert ours.first_day(ours.share, quantile)[group] == theirs.quantile(quantile)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its logarithms of 0 and 1
        low, high = theirs.quantile_ci(quantile, method="cloglog")
    assert ours.first_day(bounds.high, quantile)[group] == low
    assert np.nan_to_num(ours.first_day(bounds.low, quantile)[group], nan=np.inf) == high


def test_a_group_of_which_nothing_is_over_has_no_curve(waits):
    ours = ProductLimit.of(waits)
    assert 4 not in ours.group
    assert np.isnan(ours.first_day(ours.share, 0.5)[4])


def visits(n_customers, n_days, rng):
    """Customers who come at rates of their own, each on any day with the same probability."""
    rate = rng.gamma(2, 1 / 120, n_customers).clip(max=0.5)
    came = rng.random((n_customers, n_days)) < rate[:, None]
    customer, day = np.nonzero(came)
    ordered_at = np.datetime64("2024-01-01", "us") + day.astype("timedelta64[D]")
    return pd.DataFrame({"customer_id": customer, "ordered_at": ordered_at, "revenue": 1.0})


def test_the_median_is_that_of_all_purchases_and_the_completed_one_is_too_short():
    rng = np.random.default_rng(7)
    rate = rng.gamma(2, 1 / 120, 400_000).clip(max=0.5)
    within = np.array([(rate * (1 - (1 - rate) ** t)).sum() for t in range(60)]) / rate.sum()
    true = int(np.argmax(within >= 0.5))
    found = pd.concat(
        [
            interpurchase_times(visits(150, 120, rng), as_of="2024-04-29", level=0.9)
            for _trial in range(120)
        ]
    )
    covered = (found["median_days_low"] <= true) & (true <= found["median_days_high"])
    assert true == pytest.approx(31, abs=1)
    assert found["median_days"].mean() == pytest.approx(true, rel=0.06)
    assert found["completed_median_days"].mean() < 0.7 * true
    # A binomial share of 120 trials at 90 % is below this in one case of a thousand.
    assert covered.mean() > 0.81
