"""The profit with own values against sums by hand, and its best share against fresh customers."""

import numpy as np
import pytest

from custintel.errors import SchemaError
from custintel.evaluation import own_value_profit


def drawn(n, seed):
    rng = np.random.default_rng(seed)
    probability = rng.beta(1, 6, n)
    return rng.random(n) < probability, probability, rng.lognormal(4.5, 1, n)


def test_policies_equal_sums_by_hand():
    outcome, probability, values = drawn(400, 1)
    found = own_value_profit(outcome, probability, values, acceptance=0.4, contact_cost=2.0)
    kept = 0.4 * (values - 10) - 2
    earned = np.where(outcome, kept, -12.0)
    gain = probability * kept - 12 * (1 - probability)
    by_gain = earned[np.argsort(-gain)]
    profit = found.policies["profit"]
    assert profit["positive_gain"] == pytest.approx(earned[gain > 0].sum())
    assert profit["everybody"] == pytest.approx(earned.sum())
    first = np.argsort(-probability)[: (gain > 0).sum()]
    assert profit["probability_order"] == pytest.approx(earned[first].sum())
    assert found.table.loc[0.25, "profit"] == pytest.approx(by_gain[:100].sum())
    assert found.table.loc[0.25, "expected"] == pytest.approx(np.sort(gain)[::-1][:100].sum())
    best = profit["best_share"] + found.optimism
    assert best == pytest.approx(found.table["profit"].max())


def test_equal_customers_are_taken_in_proportion():
    outcome = np.arange(100) < 40
    found = own_value_profit(outcome, np.full(100, 0.4), np.full(100, 300.0))
    np.testing.assert_allclose(found.table["profit"], found.table["random_profit"], atol=1e-9)


def test_the_best_share_is_flattered_by_about_its_optimism():
    luck, told = [], []
    for seed in range(12):
        outcome, probability, values = drawn(300, seed)
        shuffled = np.random.default_rng(seed + 100).permutation(probability)  # knows nothing
        found = own_value_profit(outcome, shuffled, values, random_state=seed)
        fresh = [
            own_values_at(found.best_share, shuffled, *drawn_outcome(probability, values, seed, k))
            for k in range(20)
        ]
        luck.append(found.table["profit"].max() - np.mean(fresh))
        told.append(found.optimism)
    assert np.mean(told) == pytest.approx(np.mean(luck), rel=0.6)
    assert np.mean(told) > 0


def drawn_outcome(probability, values, seed, k):
    rng = np.random.default_rng([seed, k])
    return rng.random(len(values)) < probability, values


def own_values_at(share, probability, outcome, values):
    kept = 0.3 * (values - 10) - 1
    gain = probability * kept - 11 * (1 - probability)
    order = np.argsort(-gain)[: round(share * len(gain))]
    return np.where(outcome, kept, -11.0)[order].sum()


def test_values_below_nothing_are_told():
    with pytest.raises(SchemaError, match="1 of 2 values are below 0, such as -5"):
        own_value_profit([0, 1], [0.1, 0.2], [3.0, -5.0])


def test_nobody_has_no_threshold():
    table = own_value_profit(*drawn(50, 3)).table
    assert np.isnan(table["threshold"].iloc[0])
    assert table["threshold"].iloc[1:].is_monotonic_decreasing
