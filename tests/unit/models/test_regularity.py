"""MBG/CNBD-k: the number of phases, and the intervals between purchases that it needs."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import ConvergenceError, SchemaError
from custintel.models import ModifiedBetaGeoModel
from custintel.models._dropout_integral import active_purchases, purchases_of_phases


def history_of(purchases, T):
    days = purchases.groupby("customer_id", sort=False)["days_since_first"]
    logs = np.log(days.diff().fillna(1.0)).groupby(purchases["customer_id"]).sum()
    return pd.DataFrame(
        {"frequency": days.count() - 1, "recency": days.max(), "T": T, "sum_log_intervals": logs}
    )


def simulated(k, n=1500, seed=1):
    truth = ModifiedBetaGeoModel.from_parameters(r=0.9, alpha=5.0 / k, a=0.8, b=2.4, regularity=k)
    return history_of(truth.simulate(n, duration="52W", random_state=seed), T=364.0)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_auto_finds_the_number_of_phases_simulated(k):
    history = simulated(k)
    fitted = ModifiedBetaGeoModel(regularity="auto").fit(history)
    assert fitted.regularity_ == k
    by_hand = ModifiedBetaGeoModel(regularity=k).fit(history)
    pd.testing.assert_frame_equal(fitted.summary(), by_hand.summary())
    assert fitted.log_likelihood_ == by_hand.log_likelihood_
    for name, truth in {"r": 0.9, "alpha": 5.0 / k, "a": 0.8, "b": 2.4}.items():
        distance = abs(np.log(getattr(fitted, f"{name}_") / truth))
        assert distance < 3 * fitted.standard_errors_[name] / getattr(fitted, f"{name}_")


def test_auto_has_the_largest_likelihood_of_its_neighbours():
    history = simulated(3)
    likelihoods = [
        ModifiedBetaGeoModel(regularity=k).fit(history).log_likelihood_ for k in (1, 2, 3, 4, 5)
    ]
    auto = ModifiedBetaGeoModel(regularity="auto").fit(history)
    assert auto.log_likelihood_ == max(likelihoods)
    assert auto.regularity_ == 1 + int(np.argmax(likelihoods))


def test_customers_who_are_alike_need_regularity_to_have_a_maximum_at_all():
    # Under exponential intervals, evenly spaced purchases look even more alike than chance.
    truth = ModifiedBetaGeoModel.from_parameters(r=20.0, alpha=10.0, a=0.8, b=2.4, regularity=6)
    history = history_of(truth.simulate(800, duration="52W", random_state=2), T=364.0)
    with pytest.raises(ConvergenceError, match="all customers purchased at the same rate"):
        ModifiedBetaGeoModel().fit(history)
    assert 4 <= ModifiedBetaGeoModel(regularity="auto").fit(history).regularity_ <= 8


def test_a_failed_fit_leaves_the_model_as_it_was():
    model = ModifiedBetaGeoModel(regularity="auto").fit(simulated(2))
    before = model.to_json()
    nobody = pd.DataFrame(
        {"frequency": 0, "recency": 0.0, "T": 200.0, "sum_log_intervals": 0.0}, index=range(9)
    )
    with pytest.raises(ConvergenceError, match="None of the 9 customers"):
        model.fit(nobody)
    assert model.to_json() == before


@pytest.mark.parametrize("value", [0, -1, 21, 2.0, True, "automatic", None])
def test_impossible_numbers_of_phases_are_refused(value):
    with pytest.raises(ValueError, match="whole number of phases from 1 to 20, or 'auto'"):
        ModifiedBetaGeoModel(regularity=value).fit(simulated(1, n=50))


def test_a_fit_needs_the_intervals_and_a_forecast_does_not():
    history = simulated(2, n=300)
    bare = history.drop(columns="sum_log_intervals")
    with pytest.raises(SchemaError, match=r"lacks 'sum_log_intervals'.*regularity_history"):
        ModifiedBetaGeoModel(regularity=2).fit(bare)
    fitted = ModifiedBetaGeoModel(regularity=2, penalty=0.1).fit(history)
    pd.testing.assert_frame_equal(fitted.forecast(bare), fitted.forecast(history))
    assert ModifiedBetaGeoModel(penalty=0.1).fit(bare).regularity_ == 1


WRONG = [
    # 3 intervals of 90 days in all have a sum of logarithms of at most 3 ln 30 = 10.2.
    (10.3, "sum_log_intervals is larger than frequency and recency allow for 1 of 2.*'ben'"),
    (np.nan, "sum_log_intervals is missing or infinite for 1 of 2"),
]


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_impossible_sums_are_refused(value, message):
    history = pd.DataFrame(
        {"frequency": [0, 3], "recency": [0.0, 90.0], "T": 100.0, "sum_log_intervals": [0, value]},
        index=["ada", "ben"],
    )
    with pytest.raises(SchemaError, match=message):
        ModifiedBetaGeoModel(regularity=2).fit(history)
    with pytest.raises(SchemaError, match="sum_log_intervals is not 0 and frequency is 0"):
        ModifiedBetaGeoModel(regularity=2).fit(history.assign(sum_log_intervals=[1.0, 5.0]))


@pytest.mark.parametrize("k", [2, 5])
def test_merging_and_weights_change_nothing(k):
    whole_days = simulated(k, n=600)
    # In whole weeks customers repeat, so that few kinds with different intervals are left.
    weeks = np.ceil(whole_days["recency"] / 7) * 7
    history = whole_days.assign(recency=weeks)
    weight = np.arange(len(history)) % 3
    repeated = history.loc[history.index.repeat(weight)]
    once = ModifiedBetaGeoModel(regularity=k, penalty=0.1).fit(history, sample_weight=weight)
    again = ModifiedBetaGeoModel(regularity=k, penalty=0.1).fit(repeated)
    pd.testing.assert_frame_equal(once.summary(), again.summary(), rtol=1e-6)
    assert once.log_likelihood_ == pytest.approx(again.log_likelihood_, rel=1e-12)
    apart = history.assign(T=history["T"] + 1e-9)  # not in whole days, and so not merged
    unmerged = ModifiedBetaGeoModel(regularity=k, penalty=0.1).fit(apart, sample_weight=weight)
    assert unmerged.log_likelihood_ == pytest.approx(once.log_likelihood_, rel=1e-9)


@pytest.mark.parametrize("unit", ["D", "M", "Y"])
def test_the_time_unit_changes_alpha_alone(unit):
    history = simulated(2, n=800)
    weeks, other = (
        ModifiedBetaGeoModel(regularity=2, time_unit=u).fit(history) for u in ("W", unit)
    )
    days = {"D": 1.0, "M": 365.25 / 12, "Y": 365.25}[unit]
    assert other.alpha_ * days == pytest.approx(7 * weeks.alpha_, rel=1e-5)
    for name in ("r_", "a_", "b_"):
        assert getattr(other, name) == pytest.approx(getattr(weeks, name), rel=1e-4)
    # A density per unit of time: each repeat purchase moves the likelihood by ln (days / 7).
    shift = history["frequency"].sum() * np.log(days / 7)
    assert other.log_likelihood_ == pytest.approx(weeks.log_likelihood_ + shift, rel=1e-9)
    tables = (model.forecast(history, horizon="26W") for model in (weeks, other))
    pd.testing.assert_frame_equal(*tables, rtol=1e-4)


def by_summing(a, b, m, s, k, j):
    """Sum over the purchases to come, each made if phases and stayings suffice."""
    from scipy.stats import nbinom

    i = np.arange(1, 60_000 // k)
    enough = nbinom.sf(k * i - j - 1, m, 1 / (1 + s))
    before = b + i[:-1] - 1
    stays = np.append(1.0, np.cumprod(before / (a + before)))
    return float(stays @ enough)


SUMS = [
    (0.8, 2.4, 0.24, 300.0),
    (0.06, 0.05, 0.1, 9.0),
    (20.0, 3.0, 300.0, 0.3),
    (2.0, 5.0, 3.0, 4.0),
]
SMALL = [
    (0.5, 30.0, 5.0, 1e-4),
    (0.05, 100.0, 30.0, 0.04),
    (0.01, 1.0, 1.0, 0.6),
    (0.8, 2, 4.0, 1.0),
]


@pytest.mark.parametrize("case", SUMS + SMALL)
@pytest.mark.parametrize(("k", "j"), [(1, 0), (2, 0), (2, 1), (3, 2), (7, 3), (20, 0), (20, 19)])
def test_purchases_of_phases_equal_their_sum(case, k, j):
    a, b, m, s = (np.array([float(number)]) for number in case)
    ours = purchases_of_phases(a, b, m - j, s, k)[j]
    assert ours[0] == pytest.approx(by_summing(*case, k, j), rel=1e-8, abs=1e-10 if s > 1 else 0)
    if k == 1:
        assert ours == pytest.approx(active_purchases(a, b, m, s).value, rel=1e-9)


@pytest.mark.parametrize("regularity", ["foo", 2.5, 0, True, None])
def test_a_wrong_number_of_phases_is_told_before_any_column(regularity):
    history = pd.DataFrame({"frequency": [0, 2], "recency": [0.0, 9.0], "T": [20.0, 30.0]})
    with pytest.raises(ValueError, match="regularity is a whole number of phases from 1 to 20"):
        ModifiedBetaGeoModel(regularity=regularity).fit(history)
