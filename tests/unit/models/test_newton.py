"""Newton's method on functions whose maximum, or lack of one, is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from custintel.errors import ConvergenceError
from custintel.models._newton import Curve, Penalty, climb, maximise


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


def test_a_penalty_has_the_derivatives_of_its_cost():
    penalty = Penalty(0.7, np.array([0.5, 2.0]))
    point, h = np.array([1.3, -0.4]), 1e-5
    curve, plain = penalty.applied_to(quadratic)(point), quadratic(point)
    assert plain.value - curve.value == pytest.approx(penalty.cost(point))
    assert penalty.cost(point) == pytest.approx(0.35 * (0.8**2 + 2.4**2))
    slopes = [
        (penalty.cost(point + step) - penalty.cost(point - step)) / (2 * h)
        for step in h * np.eye(2)
    ]
    assert plain.gradient - curve.gradient == pytest.approx(slopes)
    assert plain.hessian - curve.hessian == pytest.approx(0.7 * np.eye(2))
    assert Penalty(0.0, point).applied_to(quadratic) is quadratic


def test_the_penalised_maximum_is_told_without_the_penalty():
    penalty = Penalty(3.0, np.zeros(2))
    end = maximise(
        quadratic, [np.ones(2)], names=["r", "a"], explain=lambda escape: "", penalty=penalty
    )
    bend = np.array([[2.0, 0.5], [0.5, 1.0]])
    expected = np.linalg.solve(bend + 3 * np.eye(2), bend @ [1, -2])
    assert end.log_parameters == pytest.approx(expected)
    assert end.log_likelihood == pytest.approx(quadratic(expected).value)
    assert end.covariance() == pytest.approx(np.linalg.inv(bend + 3 * np.eye(2)))


def test_the_diagnosis_tells_where_each_parameter_was_left():
    with pytest.raises(ConvergenceError) as error:
        maximise(rising(1), [np.array([0.0, 0.5])], names=["r", "a"], explain=lambda escape: "")
    diagnosis = error.value.diagnosis
    assert diagnosis.index.name == "parameter"
    assert diagnosis["moves"].to_dict() == {"r": "towards infinity", "a": ""}
    assert diagnosis.loc["r", "value"] > 1e3
    assert diagnosis.loc["a", "value"] == pytest.approx(1, rel=1e-3)
    assert diagnosis.loc["r", "gradient"] > 0
    assert error.value.condition_number > 100


@pytest.mark.parametrize(("sign", "words"), [(1, "grows towards inf"), (-1, "falls towards minus")])
def test_a_coefficient_has_any_sign(sign, words):
    names = ["dropout:age", "a"]
    with pytest.raises(ConvergenceError, match=f"dropout:age {words}") as error:
        maximise(rising(sign), [np.array([0.0, 0.5])], names=names, explain=lambda escape: "")
    assert np.sign(error.value.diagnosis.loc["dropout:age", "value"]) == sign


def test_two_kinds_of_escape_are_told_together():
    def both(point):
        first, second = (
            rising(sign)(np.array([at, 0.0])) for sign, at in zip((1, -1), point, strict=True)
        )
        bends = [first.hessian[0, 0], second.hessian[0, 0]]
        gradient = np.array([first.gradient[0], second.gradient[0]])
        return Curve(first.value + second.value, gradient, np.diag(bends))

    with pytest.raises(
        ConvergenceError, match="r grows towards infinity and a shrinks towards zero"
    ):
        maximise(both, [np.zeros(2)], names=["r", "a"], explain=lambda escape: "")


def test_an_end_leads_back_to_the_scale_of_the_model():
    back = np.array([[1.0, -3.0], [0.0, 0.5]])
    end = replace(climb(quadratic, np.zeros(2)), back=back)
    assert end.theta() == pytest.approx(back @ [1, -2])
    assert end.covariance() == pytest.approx(back @ np.linalg.inv([[2, 0.5], [0.5, 1]]) @ back.T)
