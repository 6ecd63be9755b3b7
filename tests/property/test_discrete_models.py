"""What holds for BG/BB and for contracts, whatever the parameters and histories."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.models.beta_geo_beta_binomial import BetaGeoBetaBinomialModel
from custintel.models.shifted_beta_geo import ShiftedBetaGeoModel

positive = st.floats(0.05, 50)


@st.composite
def occasion_models(draw):
    names = ("alpha", "beta", "gamma", "delta")
    return BetaGeoBetaBinomialModel.from_parameters(**{name: draw(positive) for name in names})


@st.composite
def occasion_histories(draw):
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        bought = draw(st.lists(st.booleans(), max_size=12))
        last = max((i + 1 for i, each in enumerate(bought) if each), default=0)
        rows.append((sum(bought), last, len(bought)))
    return pd.DataFrame(rows, columns=["frequency", "recency", "n_periods"])


@given(occasion_models(), occasion_histories(), st.integers(1, 15))
def test_more_occasions_never_lower_the_expectation(model, history, n):
    fewer, more = (model.expected_purchases(history, n_occasions=m).value for m in (n, n + 1))
    assert (fewer <= more).all()
    assert (more <= n + 1).all()
    alive = [model.probability_alive(history, occasions_ahead=m) for m in (0, n, n + 1)]
    assert (alive[0] <= 1 + 1e-12).all()
    assert (alive[2] <= alive[1]).all()
    assert (alive[1] <= alive[0]).all()


@given(occasion_models(), occasion_histories(), st.integers(1, 15))
def test_distribution_agrees_with_expectation_and_none(model, history, n):
    table = model.purchase_distribution(history, n_occasions=n, most=n)
    assert table.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(history)), rel=1e-9)
    counts = table.drop(columns="more").to_numpy()
    expected = model.expected_purchases(history, n_occasions=n).value
    assert counts @ np.arange(n + 1) == pytest.approx(expected, rel=1e-8, abs=1e-12)
    none = model.probability_of_none(history, n_occasions=n).value
    assert counts[:, 0] == pytest.approx(none, rel=1e-8)


@given(occasion_models(), occasion_histories())
def test_a_discounted_horizon_tends_to_the_endless_one(model, history):
    rate = {"discount_rate_per_occasion": 0.1}
    long = model.expected_purchases(history, n_occasions=300, **rate).value
    endless = model.expected_purchases(history, n_occasions=None, **rate).value
    assert long == pytest.approx(endless, rel=1e-9)


@given(st.integers(0, 2**16), st.integers(2, 4))
def test_merging_equal_customers_with_weights_changes_nothing(seed, times):
    truth = BetaGeoBetaBinomialModel.from_parameters(alpha=1.2, beta=0.8, gamma=0.7, delta=2.0)
    history = truth.simulate(200, n_periods=6, random_state=seed)
    repeated = BetaGeoBetaBinomialModel(penalty=0.1).fit(pd.concat([history] * times))
    weighted = BetaGeoBetaBinomialModel(penalty=0.1).fit(history, sample_weight=[times] * 200)
    pd.testing.assert_frame_equal(repeated.summary(), weighted.summary(), rtol=1e-6)


@given(positive, positive, st.integers(0, 50))
def test_retention_rises_and_survival_falls(alpha, beta, n):
    model = ShiftedBetaGeoModel.from_parameters(alpha=alpha, beta=beta)
    earlier, later = model.retention_rate([n, n + 1]).value
    assert 0 < earlier < later < 1
    first, second = model.survival([n, n + 1]).value
    assert first > second > 0
    assert earlier == pytest.approx(second / first, rel=1e-9)


@given(positive, positive, st.integers(0, 30), st.floats(0.01, 1))
def test_residual_lifetime_obeys_its_recursion(alpha, beta, n, rate):
    """Who renews has one period more, and the discounted rest of who has renewed so often."""
    model = ShiftedBetaGeoModel.from_parameters(alpha=alpha, beta=beta)
    now, then = model.discounted_expected_residual_lifetime(
        n_renewals=[n, n + 1], discount_rate_per_period=rate
    ).value
    kept = model.retention_rate(n).value[0]
    assert now == pytest.approx(kept * (1 + then / (1 + rate)), rel=1e-9)
