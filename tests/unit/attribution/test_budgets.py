"""Budgets: the best split, what it brings, and what is asked of the input."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from custintel.attribution import fit_response, reallocate_budget
from custintel.attribution._curves import CURVES
from custintel.errors import SchemaError, WeakResultWarning


def channels(**columns):
    table = pd.DataFrame(
        {
            "spend": [400.0, 300.0, 300.0],
            "curve": ["power", "log", "exponential"],
            "scale": [20.0, 150.0, 400.0],
            "shape": [0.5, 80.0, 250.0],
        },
        index=["search", "mail", "display"],
    )
    return table.assign(**columns)


def response(table, spend):
    return sum(
        float(CURVES[curve].response(x, a, b))
        for curve, a, b, x in zip(
            table["curve"], table["scale"], table["shape"], spend, strict=True
        )
    )


BOUNDS = [
    None,
    {"search": (500, None)},
    {"mail": (None, 100), "display": (50, 200)},
    {"search": (0, 10), "mail": (0, 995)},
]


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
@pytest.mark.parametrize("total", [1000.0, 300.0 + 1e-9 + 600, 5000.0])
def test_no_split_found_by_search_is_better(bounds, total):
    table = channels()
    if bounds == BOUNDS[3]:
        bounds = {**bounds, "display": (0, 6000)}
    plan = reallocate_budget(table, total=total, bounds=bounds)
    proposed = plan.table["proposed"].to_numpy()
    assert proposed.sum() == pytest.approx(total, rel=1e-12)
    limits = list(zip(plan.table["low"], plan.table["high"], strict=True))
    found = minimize(
        lambda x: -response(table, np.maximum(x, 1e-9)),
        proposed * 0.9 + 0.1 * total / 3,
        bounds=limits,
        constraints={"type": "eq", "fun": lambda x: x.sum() - total},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    if found.success and abs(found.x.sum() - total) < 1e-6:
        np.testing.assert_allclose(proposed, found.x, atol=2e-3 * total)
        assert response(table, proposed) >= -found.fun - 1e-6
    assert plan.conversions_proposed == pytest.approx(response(table, proposed))


def test_no_split_on_a_grid_is_better():
    table, step = channels(), 25.0
    plan = reallocate_budget(table, total=1000)
    grid = [
        (x, y, 1000 - x - y)
        for x, y in itertools.product(np.arange(0, 1001, step), repeat=2)
        if x + y <= 1000
    ]
    best = max(grid, key=lambda split: response(table, split))
    assert plan.conversions_proposed >= response(table, best)
    np.testing.assert_allclose(plan.table["proposed"], best, atol=step)


def test_the_last_unit_brings_the_same_everywhere_but_at_bounds():
    plan = reallocate_budget(channels(), total=1000, bounds={"mail": (None, 20)})
    slope = plan.table["marginal_proposed"]
    assert slope["search"] == pytest.approx(slope["display"])
    assert slope["mail"] > slope["search"]
    assert plan.table.loc["mail", "proposed"] == 20


def test_what_is_proposed_is_told_from_what_is():
    plan = reallocate_budget(channels(), total=1000)
    table = plan.table
    np.testing.assert_allclose(table["change"], table["proposed"] - table["current"])
    np.testing.assert_allclose(
        table["gain"], table["conversions_proposed"] - table["conversions_current"]
    )
    assert plan.gain == pytest.approx(table["gain"].sum())
    assert plan.gain > 0
    assert (plan.total, plan.current_total) == (1000, 1000)
    assert table["action"].tolist() == ["increase", "cut", "hold"]
    np.testing.assert_allclose(table["change"] / table["current"], [0.135, -0.2, 0.02], atol=0.01)
    held = reallocate_budget(channels(spend=table["proposed"] * 1.04), total=1000)
    assert held.table["action"].tolist() == ["hold"] * 3
    cut = reallocate_budget(channels(spend=table["proposed"] * 1.04), total=1000, hold_within=0.01)
    assert cut.table["action"].tolist() == ["cut"] * 3


def test_gains_have_intervals_where_curves_have_errors():
    plain = reallocate_budget(channels(), total=1000)
    assert np.isnan([plain.gain_low, plain.gain_high]).all()
    errors = {"scale_error": 0.1, "shape_error": 0.1, "correlation": -0.5}
    plan = reallocate_budget(channels(**errors), total=1000)
    assert plan.gain_low < plan.gain < plan.gain_high
    assert (plan.table["gain_low"] < plan.table["gain_high"]).all()
    again = reallocate_budget(channels(**errors), total=1000, random_state=np.random.default_rng(0))
    assert (again.gain_low, again.gain_high) == (plan.gain_low, plan.gain_high)
    wider = reallocate_budget(channels(**errors), total=1000, level=0.99)
    assert wider.gain_high - wider.gain_low > plan.gain_high - plan.gain_low


def test_an_error_of_the_scale_alone_spreads_the_gain_as_much():
    """With a log-normal scale of error 0.1, the bounds of 95 % are exp(±0.196) times the gain."""
    errors = {"scale_error": 0.1, "shape_error": 0.0, "correlation": 0.0}
    table = channels(**errors).iloc[:1]
    plan = reallocate_budget(table, total=900)
    assert plan.gain == pytest.approx(20 * (30 - 20))
    assert plan.gain_low == pytest.approx(200 * np.exp(-0.196), rel=0.02)
    assert plan.gain_high == pytest.approx(200 * np.exp(0.196), rel=0.02)


def test_from_fitted_curves():
    spend = np.array([100.0, 150, 200, 300, 450, 600])
    months = pd.concat(
        pd.DataFrame({"channel": name, "spend": spend, "conversions": a * spend**0.5})
        for name, a in (("search", 20.0), ("mail", 10.0))
    )
    curves = fit_response(months)
    with pytest.warns(WeakResultWarning, match="1 channel lies outside.*'mail'.*Bounds"):
        plan = reallocate_budget(curves, total=450)
    # Spend goes with the squares of the scales.
    assert plan.table["proposed"].to_dict() == pytest.approx({"mail": 90, "search": 360}, rel=1e-3)
    assert plan.table["is_extrapolated"].to_dict() == {"mail": True, "search": False}
    kept = reallocate_budget(curves, total=450, bounds={"mail": (100, None)})
    assert not kept.table["is_extrapolated"].any()


def test_channels_that_bring_nothing_get_nothing_unless_all_else_is_full():
    table = channels(scale=[20.0, 0.0, 0.0])
    plan = reallocate_budget(table, total=1000)
    assert plan.table["proposed"].tolist() == pytest.approx([1000, 0, 0])
    full = reallocate_budget(table, total=1000, bounds={"search": (0, 400)})
    assert full.table["proposed"].tolist() == pytest.approx([400, 300, 300])


@pytest.mark.parametrize("total", [0, 1e-6, 1e12])
def test_small_and_huge_budgets(total):
    plan = reallocate_budget(channels(), total=total)
    assert plan.table["proposed"].sum() == pytest.approx(total, rel=1e-12)
    assert (plan.table["proposed"] >= 0).all()


def test_nothing_spent_yet_is_an_increase():
    plan = reallocate_budget(channels(spend=0.0), total=100)
    assert plan.table["action"].tolist() == ["increase"] * 3
    assert plan.table.loc["search", "marginal_current"] == np.inf


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"radio": (0, 1)}, "not there: 'radio'; there are 'search', 'mail', 'display'"),
        ({"mail": (500, 100)}, "the lower one first: wrong for 'mail'"),
        ({"mail": (-1, 100)}, "wrong for 'mail'"),
        ({"mail": 100}, "wrong for 'mail'"),
        ({"mail": ("much", None)}, "wrong for 'mail'"),
        ({"mail": (None, np.nan)}, "wrong for 'mail'"),
        ({"mail": (None, np.inf)}, "wrong for 'mail'"),
        ({"mail": (1200, None)}, "admit budgets from 1,200.00 to .* but total is 1,000.00"),
        (dict.fromkeys(["search", "mail", "display"], (0, 300)), "from 0.00 to 900.00, but"),
    ],
)
def test_bounds_that_admit_no_split_are_refused(bounds, message):
    with pytest.raises(ValueError, match=message):
        reallocate_budget(channels(), total=1000, bounds=bounds)


@pytest.mark.parametrize(
    "change",
    [
        {"curve": "hill"},
        {"spend": -1.0},
        {"scale": -1.0},
        {"shape": 0.0},
        {"shape": 1.5, "curve": "power"},
        {"scale": np.nan},
        {"scale_error": -1.0, "shape_error": 0.0, "correlation": 0.0},
        {"scale_error": 1.0, "shape_error": 0.0, "correlation": -2.0},
    ],
    ids=str,
)
def test_wrong_curves_are_refused(change):
    with pytest.raises(SchemaError, match="3 channels have no curve of 'power', 'log'"):
        reallocate_budget(channels(**change), total=1000)


def test_wrong_tables_are_refused():
    with pytest.raises(SchemaError, match="one row for each channel, by its index: 'search'"):
        reallocate_budget(channels().set_axis(["search", "search", "a"]), total=1000)
    with pytest.raises(SchemaError, match="there is none"):
        reallocate_budget(channels().iloc[:0], total=1000)
    with pytest.raises(SchemaError, match="lacks 'shape'"):
        reallocate_budget(channels().drop(columns="shape"), total=1000)
    with pytest.raises(TypeError, match="bounds is a mapping of channels to pairs"):
        reallocate_budget(channels(), total=1000, bounds=[("mail", (0, 1))])
    with pytest.raises(TypeError, match="channels is a pandas DataFrame"):
        reallocate_budget({"search": 1}, total=1000)
    for total in (-1, np.nan, np.inf):
        with pytest.raises(ValueError, match="total lies between"):
            reallocate_budget(channels(), total=total)
    with pytest.raises(ValueError, match="hold_within lies between"):
        reallocate_budget(channels(), total=1000, hold_within=5)


def test_the_plan_is_drawn():
    assert reallocate_budget(channels(), total=1000).plot().get_yticklabels()
