"""Sample sizes, power and what can be found agree with one another."""

import math

import pytest

from custintel.experiments import detectable_effect, power_curve, power_of, sample_size


@pytest.mark.parametrize(
    "outcome", [{"baseline": 0.1, "minimum_effect": -0.02}, {"sd": 3.0, "minimum_effect": 0.4}]
)
@pytest.mark.parametrize("ratio", [1.0, 0.1, 4.0])
def test_size_and_power_are_inverse(outcome, ratio):
    needed = sample_size(**outcome, power=0.9, level=0.99, control_ratio=ratio)
    assert needed.n_treated == math.ceil(needed.exact)
    assert needed.n_control == math.ceil(ratio * needed.exact)
    given = {name: value for name, value in outcome.items() if name != "minimum_effect"}
    effect, sizes = outcome["minimum_effect"], (needed.exact, ratio * needed.exact)
    power = power_of(**given, effect=effect, n_treated=sizes[0], n_control=sizes[1], level=0.99)
    assert power == pytest.approx(0.9, abs=1e-9)


@pytest.mark.parametrize("given", [{"baseline": 0.1}, {"sd": 30.0}])
def test_detectable_effect_has_its_power(given):
    effect = detectable_effect(**given, n_treated=4000, n_control=900, power=0.7)
    power = power_of(**given, effect=effect, n_treated=4000, n_control=900)
    assert power == pytest.approx(0.7, abs=1e-9)


def test_too_few_customers_detect_nothing():
    assert math.isnan(detectable_effect(baseline=0.9, n_treated=5, n_control=5))


def test_the_curve_is_the_power():
    curve = power_curve([0.01, -0.02], [500, 2000, 9000], baseline=0.1, control_ratio=0.5)
    assert curve["effect"].to_list() == [0.01] * 3 + [-0.02] * 3
    assert curve["n_control"].to_list() == [250, 1000, 4500] * 2
    assert curve["is_rate"].all()
    for row in curve.itertuples():
        power = power_of(
            baseline=0.1, effect=row.effect, n_treated=row.n_treated, n_control=row.n_control
        )
        assert row.power == pytest.approx(power)
    assert power_curve([], [100], sd=1.0).empty


BAD = [
    ({"minimum_effect": 0.02}, ValueError, "either the baseline"),
    ({"minimum_effect": 0.02, "baseline": 0.1, "sd": 1.0}, ValueError, "either the baseline"),
    ({"minimum_effect": 0.0, "baseline": 0.1}, ValueError, "other than 0"),
    ({"minimum_effect": math.inf, "sd": 1.0}, ValueError, "other than 0"),
    ({"minimum_effect": "2 %", "baseline": 0.1}, TypeError, "a number other than 0"),
    ({"minimum_effect": 0.95, "baseline": 0.1}, ValueError, "baseline . effect"),
    ({"minimum_effect": 0.02, "baseline": 10}, ValueError, "baseline lies"),
    ({"minimum_effect": 1.0, "sd": -1.0}, ValueError, "sd lies"),
    ({"minimum_effect": 1.0, "sd": 1.0, "power": 80}, ValueError, "power lies"),
    ({"minimum_effect": 1.0, "sd": 1.0, "level": 1.0}, ValueError, "level lies"),
    ({"minimum_effect": 1.0, "sd": 1.0, "control_ratio": 0.0}, ValueError, "control_ratio lies"),
    ({"minimum_effect": 1e-12, "sd": 1.0}, ValueError, "No number of customers"),
]


@pytest.mark.parametrize(("given", "error", "match"), BAD)
def test_bad_arguments_are_refused(given, error, match):
    with pytest.raises(error, match=match):
        sample_size(**given)


def test_arms_of_one_customer_have_no_power():
    with pytest.raises(ValueError, match="n_control lies"):
        power_of(sd=1.0, effect=1.0, n_treated=10, n_control=1)
