"""Laws that hold for the comparison of any arms."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.errors import CustintelWarning
from custintel.experiments import LookPlan, compare_arms, sample_size

ARMS = ("none", "mail", "call")
amounts = st.integers(-50, 1000).map(float)
customer = st.tuples(st.sampled_from(ARMS), amounts)
customers = st.lists(customer, min_size=3, max_size=40).filter(
    lambda rows: {"none", "mail"} <= {arm for arm, _y in rows}
)


def compared(rows, **settings):
    table = pd.DataFrame(rows, columns=["arm", "y"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CustintelWarning)
        return compare_arms(table, outcome="y", control="none", **settings)


@settings(max_examples=12)
@given(customers, st.randoms())
def test_row_order_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    first, second = compared(rows).table, compared(shuffled).table
    pd.testing.assert_frame_equal(first, second, rtol=1e-7, atol=1e-9)


@settings(max_examples=12)
@given(customers, st.sampled_from([0.01, 3.0, 1e6]))
def test_another_currency_scales_lifts_alone(rows, factor):
    first = compared(rows, test="welch").table
    second = compared([(arm, y * factor) for arm, y in rows], test="welch").table
    money = ["value", "lift", "lift_low", "lift_high", "detectable_lift"]
    np.testing.assert_allclose(second[money], first[money] * factor, rtol=1e-6, atol=1e-7 * factor)
    rates = ["relative_lift", "p", "p_adjusted"]
    np.testing.assert_allclose(second[rates], first[rates], rtol=1e-6, atol=1e-9)


@settings(max_examples=12)
@given(customers)
def test_estimates_lie_within_their_intervals(rows):
    table = compared(rows).table
    for name in ("value", "lift", "relative_lift"):
        known = table.dropna(subset=[f"{name}_low", f"{name}_high", name])
        slack = 1e-9 * (1 + known[name].abs())
        assert (known[f"{name}_low"] <= known[name] + slack).all()
        assert (known[name] <= known[f"{name}_high"] + slack).all()


@settings(max_examples=12)
@given(customers)
def test_adjusted_p_is_no_smaller(rows):
    for correction in ("holm", "bonferroni", "bh"):
        table = compared(rows, correction=correction).table.dropna(subset=["p"])
        assert (table["p_adjusted"] >= table["p"] - 1e-12).all()
        assert table["p_adjusted"].between(0, 1).all()


@settings(max_examples=12)
@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_rates_stay_possible(n, m, data):
    wins, others = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    rows = [("mail", float(i < wins)) for i in range(n)]
    rows += [("none", float(i < others)) for i in range(m)]
    row = compared(rows).table.loc["mail"]
    assert -1 <= row["lift_low"] <= row["lift"] <= row["lift_high"] <= 1
    assert 0 <= row["p"] <= 1
    if others:
        assert row["relative_lift_low"] >= -1 - 1e-12
        assert row["relative_lift_low"] - 1e-9 <= row["relative_lift"]
        assert row["relative_lift"] <= row["relative_lift_high"] + 1e-9


@given(st.floats(0.02, 0.9), st.floats(0.005, 0.09), st.floats(0.5, 0.95))
def test_smaller_effects_need_more_customers(baseline, effect, power):
    large, small = (
        sample_size(baseline=baseline, minimum_effect=each, power=power).exact
        for each in (effect, effect / 2)
    )
    assert small > 2 * large


@settings(max_examples=12)
@given(
    st.lists(st.floats(0.02, 1.0), min_size=1, max_size=6, unique=True),
    st.sampled_from(["obrien_fleming", "pocock", "spending"]),
)
def test_any_plan_spends_what_it_may(parts, boundary):
    information = tuple(sorted(parts))
    if min(np.diff((0.0, *information))) < 0.01:
        return
    plan = LookPlan(len(information), boundary=boundary, information=information)
    spent = plan.limits()["alpha_spent"].iloc[-1]
    whole = 0.05 if boundary != "spending" or information[-1] == 1 else None
    assert spent == pytest.approx(whole, abs=1e-6) if whole else spent < 0.05
