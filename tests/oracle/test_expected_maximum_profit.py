"""Expected maximum profit against its published definition, integrated by brute force.

Verbraken, T., Verbeke, W. and Baesens, B. (2013). IEEE Transactions on Knowledge and Data
Engineering 25(5), 961-973.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from custintel.evaluation import expected_maximum_profit

# Of the documentation of empulse 0.3 (empulse.metrics.empc), which translates R's EMP 2.0.5.
PUBLISHED_PROFIT, PUBLISHED_SHARE = 23.875593418348124, 0.8743700763487141


def test_profit_and_share_equal_the_published_example():
    outcome = [0, 1, 0, 1, 0, 1, 0, 1]
    probability = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]
    found = expected_maximum_profit(outcome, probability)
    assert found.profit == pytest.approx(PUBLISHED_PROFIT, rel=1e-12)
    assert found.customer_share == pytest.approx(PUBLISHED_SHARE, rel=1e-12)


def by_definition(outcome, probability, value, contact_cost, offer_cost, alpha, beta):
    """Return the paper's integral: scores fall with churn, class 0 are the churners."""
    score = 1 - np.asarray(probability)
    is_churner = np.asarray(outcome) == 1
    pi_0, pi_1 = is_churner.mean(), 1 - is_churner.mean()
    delta, phi = offer_cost / value, contact_cost / value
    thresholds = np.append(-1.0, np.unique(score))
    f_0 = (score[is_churner] <= thresholds[:, None]).mean(axis=1)
    f_1 = (score[~is_churner] <= thresholds[:, None]).mean(axis=1)

    def profits(gamma):
        kept = value * (gamma * (1 - delta) - phi) * pi_0 * f_0
        return kept - value * (delta + phi) * pi_1 * f_1

    # The maximum has a kink wherever the best threshold changes; between two of them it is smooth.
    grid = np.linspace(0, 1, 20_001)
    best = np.array([profits(gamma).argmax() for gamma in grid])
    kinks = [crossing(profits, *each) for each in zip(grid[:-1][np.diff(best) != 0], strict=False)]
    ends = np.concatenate([[0.0], kinks, [1.0]])
    density = beta_distribution(alpha, beta).pdf
    return sum(
        quad(lambda g: profits(g).max() * density(g), low, high, epsabs=1e-13, epsrel=1e-11)[0]
        for low, high in pairwise(ends)
    )


def crossing(profits, before, step=1 / 20_000):
    """Return where the best threshold changes, by halving."""
    low, high = before, before + step
    first = profits(low).argmax()
    for _halving in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if profits(middle).argmax() == first else (low, middle)
    return high


def drawn(n, digits, seed, strength=1.5):
    rng = np.random.default_rng(seed)
    outcome = rng.random(n) < 0.25
    logits = strength * outcome + rng.normal(size=n) - 1
    return outcome, np.round(1 / (1 + np.exp(-logits)), digits)


PAPER = (200.0, 1.0, 10.0, 6.0, 14.0)
CASES = {
    "the paper's constants": (drawn(120, 6, 0), PAPER),
    "ties": (drawn(300, 1, 1), PAPER),
    "one probability": ((np.arange(50) < 20, np.full(50, 0.4)), PAPER),
    "a ranking upside down": (drawn(80, 3, 2, strength=-2.0), PAPER),
    "without fault": ((np.arange(40) < 10, np.linspace(0.9, 0.1, 40)), PAPER),
    "dear offers": (drawn(150, 2, 3), (50.0, 2.0, 25.0, 2.0, 3.0)),
    "free contacts": (drawn(150, 2, 4), (200.0, 0.0, 10.0, 1.0, 1.0)),
    "free offers": (drawn(100, 2, 5), (100.0, 3.0, 0.0, 0.7, 5.0)),
}


@pytest.mark.parametrize("case", CASES)
def test_profit_equals_the_published_integral(case):
    (outcome, probability), (value, contact, offer, alpha, beta) = CASES[case]
    found = expected_maximum_profit(
        *(outcome, probability),
        value=value,
        contact_cost=contact,
        offer_cost=offer,
        alpha=alpha,
        beta=beta,
    )
    expected = by_definition(outcome, probability, value, contact, offer, alpha, beta)
    assert found.profit == pytest.approx(expected, rel=1e-6)
    assert found.profit > 0


def test_profit_by_acceptance_is_the_highest_over_all_thresholds():
    outcome, probability = drawn(200, 1, 6)
    table = expected_maximum_profit(outcome, probability).table
    for acceptance, row in table.iterrows():
        best = max(
            np.where(probability >= t, np.where(outcome, acceptance * 190 - 1, -11), 0).mean()
            for t in np.append(np.unique(probability), 2.0)
        )
        assert row["profit"] == pytest.approx(best, abs=1e-12)
        chosen = probability >= row["threshold"]  # NaN: nobody
        assert row["customer_share"] == pytest.approx(chosen.mean(), abs=1e-12)
