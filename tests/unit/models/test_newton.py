"""Newton's method on functions whose maximum, or lack of one, is known."""

import numpy as np
import pytest
from scipy.special import expit

from custintel.errors import ConvergenceError
from custintel.models._newton import Curve, climb, maximise


def quadratic(point: np.ndarray) -> Curve:
    """Have the maximum 7 at (1, −2)."""
    bend = np.array([[2.0, 0.5], [0.5, 1.0]])
    away = point - [1, -2]
    return Curve(7 - away @ bend @ away / 2, -bend @ away, -bend)


def bell(point: np.ndarray) -> Curve:
    """Be convex from 1 outwards, with the maximum 1 at 0."""
    (x,) = point
    value = np.exp(-(x**2) / 2)
    return Curve(value, np.array([-x * value]), np.array([[(x**2 - 1) * value]]))


def rising(sign: float):
    """Return a function that rises towards 0 for ever, as the first parameter moves."""

    def curve(point: np.ndarray) -> Curve:
        u, v = sign * point[0], point[1]
        p = expit(u)
        gradient = np.array([sign * (1 - p), -2 * v])
        return Curve(float(np.log(p) - v**2), gradient, np.diag([-p * (1 - p), -2.0]))

    return curve


def test_a_quadratic_takes_one_step():
    calls = []

    def counted(point):
        calls.append(point)
        return quadratic(point)

    end = climb(counted, np.zeros(2))
    assert end.is_maximum
    assert end.log_parameters == pytest.approx([1, -2])
    assert end.curve.value == pytest.approx(7)
    assert len(calls) == 2


def test_covariance_is_the_inverse_of_the_curvature():
    end = climb(quadratic, np.zeros(2))
    assert end.covariance() @ [[2, 0.5], [0.5, 1]] == pytest.approx(np.eye(2))


def test_a_convex_start_still_goes_up():
    end = climb(bell, np.array([3.0]))
    assert end.is_maximum
    assert end.log_parameters == pytest.approx([0], abs=1e-6)


@pytest.mark.parametrize(("sign", "words"), [(1, "r grows towards inf"), (-1, "r shrinks towards")])
def test_a_runaway_parameter_is_named(sign, words):
    seen = []

    def explain(escape):
        seen.append(escape)
        return "It is like this."

    with pytest.raises(ConvergenceError, match=words) as error:
        maximise(rising(sign), [np.array([0.0, 0.5])], names=["r", "a"], explain=explain)
    assert str(error.value).endswith("It is like this.")
    assert seen[0].growing | seen[0].shrinking == {"r"}
    assert seen[0].parameters["a"] == pytest.approx(1, rel=1e-3)


def test_a_second_start_is_tried():
    def two_slopes(point):
        return rising(1)(point) if point[0] > 5 else quadratic(point)

    starts = [np.array([6.0, 0.0]), np.zeros(2)]
    end = maximise(two_slopes, starts, names=["r", "a"], explain=lambda escape: "")
    assert end.log_parameters == pytest.approx([1, -2])


def test_points_without_value_are_stepped_back_from():
    def half_line(point):
        curve = bell(point)
        return Curve(np.nan, curve.gradient, curve.hessian) if point[0] < -0.1 else curve

    end = climb(half_line, np.array([0.9]))
    assert end.is_maximum
    assert end.log_parameters == pytest.approx([0], abs=1e-6)
