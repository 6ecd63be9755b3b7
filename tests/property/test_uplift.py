"""What no ranking of an experiment breaks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custintel.experiments import targeting_profit, uplift_by_decile, uplift_curve, uplift_measures

pytestmark = [
    pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning"),
    pytest.mark.usefixtures("few_resamples"),
]
CURVES = st.sampled_from(["qini", "gain", "arm_shares"])
MEASURED = {"outcome": "y", "control": "control"}


@pytest.fixture(scope="module")
def few_resamples():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("N_RESAMPLES", "N_SPLITS"):
            patch.setattr(f"custintel.experiments._rank_resampling.{name}", 20)
        yield


@st.composite
def experiments(draw, amounts=False):
    n = draw(st.integers(4, 30))
    outcome = st.integers(-5, 50) if amounts else st.integers(0, 1)
    table = pd.DataFrame(
        {
            "score": draw(st.lists(st.integers(0, 6), min_size=n, max_size=n)),
            "arm": draw(st.lists(st.sampled_from(["mail", "control"]), min_size=n, max_size=n)),
            "y": draw(st.lists(outcome, min_size=n, max_size=n)),
        }
    )
    assume(table["arm"].nunique() == 2)
    assume(table["y"].min() < table["y"].max())
    return table


def effect(table):
    means = table.groupby("arm")["y"].mean()
    return means["mail"] - means["control"]


@settings(max_examples=10)
@given(experiments(amounts=True), CURVES)
def test_curves_begin_at_nothing_and_end_at_the_effect(table, curve):
    found = uplift_curve(table["score"], table, curve=curve, **MEASURED)
    assert found["gain"].iloc[0] == 0
    assert found["gain"].iloc[-1] == pytest.approx(effect(table), abs=1e-9)
    assert np.isfinite(found[["gain", "gain_low", "gain_high"]].to_numpy()).all()
    assert (found["threshold"].diff().dropna() <= 0).all()


@settings(max_examples=10)
@given(experiments(), st.randoms(use_true_random=False))
def test_order_of_rows_and_scale_of_scores_change_nothing(table, random):
    first = uplift_measures(table["score"], table, **MEASURED)
    turned = table.loc[random.sample(list(table.index), len(table))]
    again = uplift_measures(np.exp(turned["score"] / 3) - 5, turned, **MEASURED)
    pd.testing.assert_frame_equal(again, first)


@settings(max_examples=10)
@given(experiments())
def test_no_ranking_is_better_than_the_perfect_one(table):
    found = uplift_measures(table["score"], table, **MEASURED)["value"]
    assert found["qini_coefficient"] <= 1 + 1e-9


@settings(max_examples=10)
@given(experiments())
def test_treatment_and_control_change_places(table):
    swapped = table.assign(arm=table["arm"].map({"mail": "control", "control": "mail"}))
    for curve in ("gain", "arm_shares"):
        one, other = (
            uplift_curve(each["score"], each, curve=curve, **MEASURED)["gain"]
            for each in (table, swapped)
        )
        np.testing.assert_allclose(one, -other, atol=1e-12)


@settings(max_examples=10)
@given(experiments(amounts=True), st.integers(2, 9))
def test_amounts_in_other_units_scale_all(table, factor):
    first = uplift_measures(table["score"], table, **MEASURED)
    again = uplift_measures(table["score"], table.assign(y=factor * table["y"]), **MEASURED)
    shared = first.index.intersection(again.index)
    shared = shared[~shared.str.endswith("coefficient")]
    np.testing.assert_allclose(
        again.loc[shared, "value"], factor * first.loc[shared, "value"], atol=1e-9
    )


@settings(max_examples=10)
@given(experiments(amounts=True), st.integers(1, 12))
def test_groups_hold_every_customer_once(table, n_groups):
    found = uplift_by_decile(table["score"], table, n_groups=n_groups, **MEASURED)
    counts = table["arm"].value_counts()
    assert found["n_treated"].sum() == counts["mail"]
    assert found["n_control"].sum() == counts["control"]
    total = (found["n_treated"] * found["treated"].fillna(0)).sum()
    assert total == pytest.approx(table.loc[table["arm"] == "mail", "y"].sum())
    known = found.dropna(subset=["uplift_low"])
    assert (known["uplift_low"] <= known["uplift"] + 1e-9).all()
    assert (known["uplift"] <= known["uplift_high"] + 1e-9).all()


@settings(max_examples=10)
@given(experiments(amounts=True), st.floats(0, 100), st.floats(0, 100))
def test_no_share_beats_the_best(table, value, cost):
    found = targeting_profit(table["score"], table, value=value, cost=cost, **MEASURED)
    profit = found.table["profit"]
    assert profit.max() == profit.loc[found.best_share]
    assert profit.max() >= 0
    assert found.optimism >= 0
    assert np.isfinite(found.policies.to_numpy()).all()
