"""Simulated outcomes: moments and quantiles that are known, errors of the simulation."""

import numpy as np
import pytest
from scipy import stats

from custintel.projects import Normal, Triangular, Uniform, simulate_returns


def gain(benefit: float, cost: float) -> float:
    return benefit - cost


def test_moments_and_quantiles_of_a_triangular_outcome() -> None:
    # Mean (a + b + c) / 3 = 20, of which the cost of 15 is fixed.
    found = simulate_returns(gain, {"benefit": Triangular(0, 20, 40), "cost": 15}, n_draws=4000)
    known = stats.triang(0.5, -15, 40)
    for figure, value in {
        "mean": 5.0,
        "median": 5.0,
        "outcome_low": known.ppf(0.025),
        "outcome_high": known.ppf(0.975),
        "loss_probability": known.cdf(0),
    }.items():
        row = found.figures.loc[figure]
        assert row["low"] <= row["value"] <= row["high"]
        # Half the width of the interval is two standard errors: four of them at most.
        assert abs(row["value"] - value) < row["high"] - row["low"]


def test_a_lone_driver_has_a_perfect_rank_correlation() -> None:
    inputs = {"benefit": 10, "cost": Uniform(0, 5)}
    found = simulate_returns(gain, inputs, n_draws=200)
    row = found.drivers.loc["cost"]
    assert row.to_list() == pytest.approx([-1, -1, -1])
    assert found.drivers.index.to_list() == ["cost"]
    assert found.draws["benefit"].eq(10).all()


def test_rank_correlations_are_those_of_scipy_strongest_first() -> None:
    inputs = {"benefit": Normal(10, 1), "cost": Normal(5, 3, low=0)}
    found = simulate_returns(gain, inputs, n_draws=500)
    assert found.drivers.index.to_list() == ["cost", "benefit"]
    for name, row in found.drivers.iterrows():
        expected = stats.spearmanr(found.draws[name], found.draws["outcome"]).statistic
        assert row["rank_correlation"] == pytest.approx(expected)
        assert row["rank_correlation_low"] < expected < row["rank_correlation_high"]


def test_the_same_seed_gives_the_same_draws() -> None:
    inputs = {"benefit": Uniform(0, 1), "cost": 0.5}
    first, again, other, generated = (
        simulate_returns(gain, inputs, n_draws=100, random_state=state).draws["outcome"].sum()
        for state in (7, 7, 8, np.random.default_rng(7))
    )
    assert first == again == generated
    assert first != other


def test_the_histogram_parts_losses_from_gains() -> None:
    inputs = {"benefit": Uniform(0, 10), "cost": 3}
    found = simulate_returns(gain, inputs, n_draws=1000, threshold=1.0)
    bins = found.histogram(n_bins=20)
    assert bins["n_draws"].sum() == 1000
    assert (bins["low"].iloc[1:].to_numpy() == bins["high"].iloc[:-1].to_numpy()).all()
    losses = bins.loc[bins["is_loss"], "draw_share"].sum()
    assert losses == pytest.approx(found.figures.loc["loss_probability", "value"])


def test_an_outcome_that_never_changes() -> None:
    found = simulate_returns(lambda cost: -2.0, {"cost": Uniform(0, 1)}, n_draws=100)
    assert found.figures.loc["mean"].to_list() == [-2, -2, -2]
    assert found.drivers["rank_correlation"].isna().all()
    assert found.histogram()["is_loss"].to_list() == [True]
    assert found.figures.loc["loss_probability", "value"] == 1.0


def test_bounds_that_few_draws_cannot_tell_are_open() -> None:
    found = simulate_returns(gain, {"benefit": Uniform(0, 1), "cost": 0}, n_draws=100, level=0.99)
    assert found.figures.loc["outcome_low", "low"] == -np.inf
    assert found.figures.loc["outcome_high", "high"] == np.inf


def test_any_distribution_with_quantiles_can_be_drawn_from() -> None:
    class Coin:
        def quantile(self, probability: np.ndarray) -> np.ndarray:
            return np.where(probability < 0.5, -1.0, 1.0)

    found = simulate_returns(lambda toss: toss, {"toss": Coin()}, n_draws=1000)
    assert set(found.draws["outcome"]) == {-1.0, 1.0}


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"inputs": {"benefit": 3, "cost": 2}}, ValueError, "No assumption is unsure"),
        ({"inputs": {"benefit": Uniform(0, 1), "cost": "2"}}, TypeError, "cost is a number"),
        ({"inputs": {"outcome": Uniform(0, 1)}}, ValueError, "called 'outcome'"),
        ({"inputs": [Uniform(0, 1)]}, TypeError, "inputs is a mapping"),
        ({"n_draws": 10}, ValueError, "n_draws"),
        ({"n_draws": 1000.0}, ValueError, "n_draws"),
        ({"level": 1.0}, ValueError, "level"),
        ({"random_state": -1}, ValueError, "random_state"),
        ({"random_state": "seed"}, TypeError, "random_state"),
        ({"threshold": np.nan}, ValueError, "threshold"),
        ({"calculate": None}, TypeError, "calculate is a function"),
        ({"calculate": lambda **given: np.inf}, ValueError, "no finite number"),
        ({"calculate": lambda **given: "much"}, ValueError, "no finite number"),
        ({"calculate": lambda **given: 1 / 0}, ValueError, "calculate fails: division by zero"),
    ],
)
def test_wrong_arguments_are_refused(
    changes: dict[str, object], error: type[Exception], told: str
) -> None:
    given = {"calculate": gain, "inputs": {"benefit": Uniform(0, 1), "cost": 1}, "n_draws": 100}
    given |= changes
    with pytest.raises(error, match=told):
        simulate_returns(given.pop("calculate"), given.pop("inputs"), **given)


@pytest.mark.parametrize("n_bins", [7, 17, 29, 33, 37, 56, 59])
def test_the_histogram_holds_every_draw_where_no_outcome_is_above_the_threshold(
    n_bins: int,
) -> None:
    found = simulate_returns(
        lambda gain: min(gain, 0.3), {"gain": Uniform(-0.7, 0.5)}, n_draws=200, threshold=0.3
    )
    bins = found.histogram(n_bins=n_bins)
    assert bins["n_draws"].sum() == 200
    assert bins.loc[bins["is_loss"], "n_draws"].sum() == (found.draws["outcome"] < 0.3).sum()
