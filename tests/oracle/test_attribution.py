"""Attribution against published examples, and against the definitions by brute force."""

import itertools
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from custintel.attribution import (
    MarkovChain,
    PositionBased,
    attribute_paths,
    attribution_comparison,
    removal_effects,
)

pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")


def paths_table(rows):
    table = pd.DataFrame(rows, columns=["path", "n_conversions", "n_nulls"])
    return table.assign(path=pd.Series([tuple(path) for path in table["path"]], dtype=object))


def random_paths(seed, n_channels, n_paths=40, longest=7):
    rng = np.random.default_rng(seed)
    names = [f"channel {i}" for i in range(n_channels)]
    rows = [
        (
            tuple(rng.choice(names, rng.integers(1, longest + 1))),
            int(rng.integers(0, 4)),
            int(rng.integers(0, 4)),
        )
        for _path in range(n_paths)
    ]
    return paths_table([*rows, ((names[0],), 3, 1)])


def test_markov_example_of_two_channels():
    """Two of ads alone, one of mail alone, one of both convert; one of ads alone does not."""
    paths = paths_table(
        [(("ads",), 2, 0), (("mail",), 1, 0), (("ads", "mail"), 1, 0), (("ads",), 0, 1)]
    )
    effects = removal_effects(paths)
    assert effects["conversion_probability"].tolist() == pytest.approx([4 / 5, 4 / 5], abs=1e-12)
    assert effects["removal_effect"].to_dict() == pytest.approx({"ads": 3 / 4, "mail": 1 / 2})
    credits = attribute_paths(paths, method="markov")["conversions"]
    assert credits.to_dict() == pytest.approx({"ads": 2.4, "mail": 1.6}, abs=1e-12)


def test_markov_example_of_three_channels():
    paths = paths_table([(("C1", "C2", "C3"), 1, 0), (("C1",), 0, 1), (("C2", "C3"), 0, 1)])
    effects = removal_effects(paths)
    assert effects["conversion_probability"].tolist() == pytest.approx([1 / 3] * 3, abs=1e-12)
    credits = attribute_paths(paths, method="markov")["conversions"]
    assert credits.to_dict() == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4}, abs=1e-12)


FIVE = ("display", "search", "social", "e-mail", "direct")


def test_five_touches_of_a_sale_of_200():
    paths = paths_table([(FIVE, 1, 0)]).assign(value=200.0)
    linear = attribute_paths(paths, method="linear")["value"]
    assert linear.to_dict() == pytest.approx(dict.fromkeys(FIVE, 40.0))
    for method in ("position", PositionBased(first=0.4, last=0.4)):
        value = attribute_paths(paths, method=method)["value"]
        assert value[list(FIVE)].tolist() == pytest.approx([80, 40 / 3, 40 / 3, 40 / 3, 80])
    cost = {"display": 5.0, "search": 15.0, "e-mail": 2.0}
    table = attribution_comparison({"linear": attribute_paths(paths, method="linear")}, cost=cost)
    roi = table.set_index("channel")["roi"]
    assert roi[list(cost)].tolist() == pytest.approx([7.0, 5 / 3, 19.0])


def shapley_by_definition(paths, names):
    """Average over all orders of arrival, by the weights of the coalitions that were there."""

    def worth(coalition):
        return sum(
            n
            for path, n in zip(paths["path"], paths["n_conversions"], strict=True)
            if set(path) <= coalition
        )

    credits = dict.fromkeys(names, 0.0)
    weights = {
        size: 1 / (len(names) * len(list(itertools.combinations(range(len(names) - 1), size))))
        for size in range(len(names))
    }
    for name in names:
        others = [each for each in names if each != name]
        for size in range(len(names)):
            for coalition in map(set, itertools.combinations(others, size)):
                gain = worth(coalition | {name}) - worth(coalition)
                credits[name] += weights[size] * gain
    return credits


@pytest.mark.parametrize("n_channels", range(1, 9))
def test_shapley_is_the_mean_gain_over_all_coalitions(n_channels):
    paths = random_paths(n_channels, n_channels)
    names = sorted({name for path in paths["path"] for name in path})
    credits = attribute_paths(paths, method="shapley")["conversions"]
    expected = shapley_by_definition(paths, names)
    assert credits.to_dict() == pytest.approx(expected, abs=1e-9)


def conversion_probability(paths, order, taken=None):
    """Absorb a chain whose states are the tuples of the last touches, written out."""
    moves = defaultdict(lambda: defaultdict(float))
    for path, n_conversions, n_nulls in paths.itertuples(index=False):
        states = [(), *(path[max(0, i - order) : i] for i in range(1, len(path) + 1))]
        for before, after in itertools.pairwise(states):
            moves[before][after] += n_conversions + n_nulls
        moves[states[-1]]["conversion"] += n_conversions
        moves[states[-1]]["null"] += n_nulls
    place = {state: i for i, state in enumerate(moves)}
    system, converts = np.eye(len(place)), np.zeros(len(place))
    for state, nexts in moves.items():
        total = sum(nexts.values())
        for target, n in nexts.items():
            if total == 0 or (isinstance(target, tuple) and target[-1:] == (taken,)):
                continue
            if target == "conversion":
                converts[place[state]] += n / total
            elif target != "null":
                system[place[state], place[target]] -= n / total
    return np.linalg.solve(system, converts)[place[()]]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_removal_effects_are_those_of_the_written_out_chain(order, seed):
    paths = random_paths(seed, 2 + seed)
    whole = conversion_probability(paths, order)
    names = sorted({name for path in paths["path"] for name in path})
    without = {name: conversion_probability(paths, order, name) for name in names}
    effects = removal_effects(paths, order=order)
    assert effects["conversion_probability"].iloc[0] == pytest.approx(whole, abs=1e-12)
    assert effects["probability_without"].to_dict() == pytest.approx(without, abs=1e-10)
    lost = pd.Series({name: whole - left for name, left in without.items()})
    credits = attribute_paths(paths, method=MarkovChain(order))["conversions"]
    expected = lost / lost.sum() * paths["n_conversions"].sum()
    assert credits.to_dict() == pytest.approx(expected.to_dict(), abs=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_chains_that_hardly_end_are_solved_to_the_digit(order):
    """One path of 2,000 touches, in which a channel stays for hundreds, beside short ones."""
    rng = np.random.default_rng(2)
    long = tuple("abc"[each % 3] for each in np.cumsum(rng.random(2000) < 0.01))
    paths = paths_table([(long, 40, 10), (("b", "a"), 20, 10), (("c",), 5, 20)])
    without = {name: conversion_probability(paths, order, name) for name in "abc"}
    found = removal_effects(paths, order=order)["probability_without"]
    assert found.to_dict() == pytest.approx(without, abs=1e-9)


def test_value_is_lost_as_the_chain_would_lose_it():
    """A conversion after mail brings 10, one after ads 30: what is lost is weighed by it."""
    paths = paths_table([(("ads",), 2, 0), (("mail",), 1, 0), (("ads", "mail"), 1, 0)])
    paths = paths.assign(value=[60.0, 10.0, 10.0])
    # Of 4 paths 3 begin with ads, of which 1 goes on to mail; 20 a path are brought.
    lost = np.array([20 - 10 / 4, 20 - 60 / 4])
    value = attribute_paths(paths, method="markov")["value"]
    assert value[["ads", "mail"]].tolist() == pytest.approx(lost / lost.sum() * 80)


@pytest.mark.parametrize("method", ["linear", "shapley", "markov", MarkovChain(2)], ids=str)
def test_spread_of_shares_is_that_of_resampled_paths(method):
    """The delta method beside 150 samples of as many paths, drawn with replacement."""
    rng = np.random.default_rng(5)
    paths = random_paths(5, 3, n_paths=30, longest=4)
    paths = paths.assign(n_conversions=paths["n_conversions"] * 20, n_nulls=paths["n_nulls"] * 20)
    table = attribute_paths(paths, method=method, level=0.6827)
    half = (table["share_high"] - table["share_low"]) / 2
    counts = paths[["n_conversions", "n_nulls"]].to_numpy().ravel()
    shares = []
    for _sample in range(150):
        drawn = rng.multinomial(counts.sum(), counts / counts.sum()).reshape(-1, 2)
        sample = paths.assign(n_conversions=drawn[:, 0], n_nulls=drawn[:, 1])
        shares.append(attribute_paths(sample, method=method)["share"].reindex(table.index))
    spread = pd.concat(shares, axis=1).std(axis=1)
    # Of 150 samples a spread has a standard error of 6 %.
    np.testing.assert_allclose(half, spread, rtol=0.2)
