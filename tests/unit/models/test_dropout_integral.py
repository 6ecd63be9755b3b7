"""The expected purchases of an active customer, against other ways to the same integral."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1

from custintel.models._dropout_integral import active_purchases, beta_quadrature

CASES = [
    # a, b, m, s: usual ones, and the removable singularities of the 2F1 form
    (0.793, 2.426, 0.243, 12.0),
    (0.793, 4.426, 2.243, 0.9),
    (1.0, 2.4, 0.24, 5.0),
    (1.0 + 1e-9, 2.4, 3.24, 5.0),
    (0.3, 0.7, 0.24, 5.0),
    (3.0, 0.5, 4.0, 2.0),
    # lifetimes gives NaN: x = 0, t_x = 0, T = 1, horizon 30
    (0.31, 0.5, 0.11, 30 / 3.24),
    # a thousand purchases, few years or many, and parameters near the limits of the model
    (0.793, 1002.4, 1000.2, 1.2),
    (0.793, 1002.4, 1000.2, 25.0),
    (0.06, 0.05, 0.1, 9.0),
    (3000.0, 5000.0, 2.0, 3.0),
    (20.0, 3.0, 300.0, 0.3),
    (0.5, 30.0, 5.0, 1e-6),
    (0.8, 2.4, 0.24, 300.0),
]


def by_adaptive_quadrature(a, b, m, s):
    """Integrate over the logit of p, piece by piece."""

    def integrand(logit):
        log_p, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
        density = np.exp(a * log_p + b * log_rest - betaln(a, b))
        p = np.exp(log_p)
        return density * -np.expm1(-m * np.log1p(p * s)) / p

    middle, width = np.log(a / b), 1 / np.sqrt(1 / (1 / a + 1 / b))
    edges = middle + np.array([-400, -60, -10, -3, 0, 3, 10, 60, 400]) * width
    edges = np.clip(edges, -600, 600)
    pieces = [
        quad(integrand, low, high, epsabs=1e-11, epsrel=1e-10, limit=400)[0]
        for low, high in pairwise(edges)
        if high > low
    ]
    return sum(pieces)


@pytest.mark.parametrize("case", CASES)
def test_equals_adaptive_quadrature(case):
    a, *others = case
    ours = active_purchases(a, *(np.array([number]) for number in others)).value
    assert ours == pytest.approx(by_adaptive_quadrature(*case), rel=1e-8)


@pytest.mark.parametrize("x", [0, 1, 7, 40])
@pytest.mark.parametrize("horizon", [1.0, 13.0, 52.0])
def test_equals_the_hypergeometric_form(x, horizon):
    # Fader, Hardie & Lee (2005), equation 10, without the probability of being active.
    r, alpha, a, b, T = 0.243, 4.414, 0.793, 2.426, 38.86
    z = horizon / (alpha + T + horizon)
    tail = ((alpha + T) / (alpha + T + horizon)) ** (r + x)
    published = (a + b + x - 1) / (a - 1) * (1 - tail * hyp2f1(r + x, b + x, a + b + x - 1, z))
    s = horizon / (alpha + T)
    ours = active_purchases(a, *(np.array([number]) for number in (b + x, r + x, s))).value
    assert ours == pytest.approx(published, rel=1e-9)


def test_derivatives_equal_differences():
    a, b, m, s, h = 0.793, 2.426, 1.243, 1.7, 1e-5

    def value(m, s):
        return active_purchases(a, np.array([b]), np.array([m]), np.array([s])).value[0]

    part = active_purchases(a, np.array([b]), np.array([m]), np.array([s]))
    assert part.by_m == pytest.approx((value(m + h, s) - value(m - h, s)) / (2 * h), rel=1e-7)
    assert part.by_s == pytest.approx((value(m, s + h) - value(m, s - h)) / (2 * h), rel=1e-7)


def test_nothing_is_bought_in_no_time():
    none = active_purchases(0.8, np.array([2.4]), np.array([0.24]), np.zeros(1))
    assert none.value == [0]


def test_many_integrals_equal_single_ones():
    rng = np.random.default_rng(1)
    b, m, s = rng.gamma(2, 2, 300), rng.gamma(1, 1, 300), rng.gamma(0.3, 30, 300)
    together = active_purchases(0.8, b, m, s).value
    one_by_one = [active_purchases(0.8, b[[i]], m[[i]], s[[i]]).value[0] for i in range(0, 300, 17)]
    assert together[::17] == pytest.approx(one_by_one, rel=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0.01, 0.02), (0.5, 0.5), (0.3, 5000.0), (200.0, 3.0)])
def test_quadrature_has_the_moments_of_the_beta_distribution(a, b):
    nodes, log_weights = beta_quadrature(np.array([a]), np.array([b]), 16)
    weights = np.exp(log_weights)
    moment = 1.0
    for power in range(6):
        assert (weights * nodes**power).sum() == pytest.approx(moment, rel=1e-9)
        moment *= (a + power) / (a + b + power)
