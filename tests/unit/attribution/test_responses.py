"""Response curves: what the periods show, and what they do not."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from custintel.attribution import fit_response
from custintel.attribution._curves import CURVES
from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning

SPEND = np.array([50.0, 100, 150, 220, 300, 420, 600, 800, 1100, 1500, 2000, 2600])
TRUE = {"power": (20.0, 0.5), "log": (400.0, 300.0), "exponential": (1500.0, 700.0)}


def periods(curve="power", *, seed=None, channel="search", noise=1.0):
    expected = CURVES[curve].response(SPEND, *TRUE[curve])
    rng = np.random.default_rng(seed)
    counts = expected if seed is None else noise * rng.poisson(expected / noise)
    return pd.DataFrame({"channel": channel, "spend": SPEND, "conversions": counts})


@pytest.mark.parametrize("curve", TRUE)
def test_a_curve_without_noise_is_found(curve):
    found = fit_response(periods(curve), curve=curve).loc["search"]
    assert found[["scale", "shape"]].tolist() == pytest.approx(TRUE[curve], rel=1e-4)
    assert not found["is_assumed"]
    assert found["n_periods"] == 12
    assert found[["spend_low", "spend_high"]].tolist() == [50, 2600]


@pytest.mark.parametrize("curve", TRUE)
def test_elasticities_are_the_slopes_of_the_logarithms(curve):
    a, b = TRUE[curve]
    response, h = CURVES[curve].response, 1e-6
    slope = np.log(response(SPEND * (1 + h), a, b) / response(SPEND * (1 - h), a, b)) / (2 * h)
    np.testing.assert_allclose(CURVES[curve].elasticity(SPEND, b), slope, rtol=1e-6)


@pytest.mark.parametrize("curve", TRUE)
def test_marginals_are_slopes_and_are_inverted(curve):
    a, b = TRUE[curve]
    functions, h = CURVES[curve], 1e-3
    slope = (functions.response(SPEND + h, a, b) - functions.response(SPEND - h, a, b)) / (2 * h)
    marginal = functions.marginal(SPEND, a, b)
    np.testing.assert_allclose(marginal, slope, rtol=1e-6)
    np.testing.assert_allclose(functions.spend_at(marginal, a, b), SPEND, rtol=1e-9)


def test_the_power_curve_is_that_of_poisson_regression():
    """log E[conversions] is linear in log spend: statsmodels, with Pearson's dispersion."""
    months = periods(seed=4, noise=6.0)
    x = sm.add_constant(np.log(SPEND))
    glm = sm.GLM(months["conversions"], x, family=sm.families.Poisson()).fit(scale="X2")
    found = fit_response(months).loc["search"]
    assert glm.scale > 1
    assert np.log(found["scale"]) == pytest.approx(glm.params.iloc[0], abs=1e-5)
    assert found["shape"] == pytest.approx(glm.params.iloc[1], abs=1e-6)
    b = found["shape"]
    covariance = glm.cov_params().to_numpy()
    assert found["scale_error"] == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-4)
    assert found["shape_error"] * b * (1 - b) == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-4)
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert found["correlation"] == pytest.approx(correlation, abs=1e-5)


@pytest.mark.parametrize("curve", TRUE)
def test_intervals_hold_the_true_elasticity(curve):
    """Of 120 channels of Poisson counts, 95 % within 3 standard errors of the share."""
    months = [periods(curve, seed=i, channel=f"channel {i:03d}") for i in range(120)]
    found = fit_response(pd.concat(months), curve=curve)
    true = CURVES[curve].elasticity(SPEND.mean(), np.float64(TRUE[curve][1]))
    held = (found["elasticity_low"] <= true) & (true <= found["elasticity_high"])
    assert 0.89 <= held.mean() <= 1.0
    assert (found["elasticity_high"] - found["elasticity_low"]).max() < 0.5


UNSEEN = {
    "one period": periods().iloc[:1],
    "three periods": periods().iloc[:3],
    "equal spend": periods().assign(spend=100.0),
    "no conversion": periods().assign(conversions=0),
    "proportional": periods().assign(conversions=SPEND / 10),
    "none of the spend": periods().assign(conversions=50.0),
    "too noisy": periods().assign(conversions=[0, 90, 3, 0, 200, 0, 9, 0, 0, 400, 2, 1]),
}


@pytest.mark.parametrize("curve", TRUE)
@pytest.mark.parametrize("name", UNSEEN)
def test_what_the_periods_do_not_show_must_be_assumed(name, curve):
    message = r"periods of 1 channel do not show.*'search'.*elasticity=0\.5"
    with pytest.raises(ConvergenceError, match=message):
        fit_response(UNSEEN[name], curve=curve)
    with pytest.warns(WeakResultWarning, match="An elasticity of 0.4 is assumed for 1 channel"):
        found = fit_response(UNSEEN[name], curve=curve, elasticity=0.4).loc["search"]
    assert found["is_assumed"]
    bounds = found[["elasticity", "elasticity_low", "elasticity_high"]]
    assert bounds.tolist() == pytest.approx([0.4] * 3)
    expected = CURVES[curve].response(UNSEEN[name]["spend"], found["scale"], found["shape"])
    assert expected.sum() == pytest.approx(UNSEEN[name]["conversions"].sum())


def test_conversions_of_periods_without_spend_are_told():
    idle = pd.DataFrame({"channel": ["search"], "spend": [0.0], "conversions": [7]})
    months = pd.concat([periods(), idle])
    with pytest.warns(WeakResultWarning, match="7 conversions came in periods without spend"):
        found = fit_response(months)
    pd.testing.assert_frame_equal(found, fit_response(periods()))


def test_channels_are_ordered_by_name_and_the_input_stays():
    months = pd.concat([periods(channel="z"), periods(channel="a")], ignore_index=True)
    before = months.copy(deep=True)
    assert fit_response(months).index.tolist() == ["a", "z"]
    pd.testing.assert_frame_equal(months, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spend": -1.0}, "12 rows of 'spend' lack their channel, or an amount"),
        ({"conversions": np.nan}, "or an amount of 0 or more: at '0', '1', '2'"),
        ({"spend": "x"}, "or an amount"),
        ({"channel": None}, "lack their channel"),
        ({"spend": 0.0, "conversions": 0}, "no period with spend for 'search'"),
    ],
)
def test_wrong_periods_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        fit_response(periods().assign(**change))


def test_wrong_arguments_are_named():
    with pytest.raises(SchemaError, match="no period with spend for any channel"):
        fit_response(periods().iloc[:0])
    with pytest.raises(SchemaError, match="lacks 'spend'"):
        fit_response(periods().drop(columns="spend"))
    with pytest.raises(TypeError, match="spend is a pandas DataFrame"):
        fit_response({"search": 1})
    with pytest.raises(ValueError, match="curve is one of"):
        fit_response(periods(), curve="hill")
    with pytest.raises(ValueError, match="elasticity lies between 0 and 1, ends excluded"):
        fit_response(periods(), elasticity=1.0)
