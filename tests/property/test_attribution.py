"""What holds of paths, credits and budgets whatever the touches."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.attribution import (
    MarkovChain,
    TimeDecay,
    attribute,
    attribute_paths,
    attribution_paths,
    reallocate_budget,
    removal_effects,
)
from custintel.attribution._curves import CURVES

pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")

START = pd.Timestamp("2024-01-01")
METHODS = [
    *("first", "last", "linear", "position", "shapley", "markov"),
    *(MarkovChain(2), MarkovChain(3)),
]
hours = st.integers(0, 24 * 90)
touch = st.tuples(st.sampled_from("abc"), hours, st.sampled_from(["web", "tv", "a > b"]))
touches = st.lists(touch, max_size=25)
conversions = st.lists(st.tuples(st.sampled_from("abcd"), hours, st.integers(0, 50)), max_size=10)
counts = st.integers(0, 40)
path = st.tuples(st.lists(st.sampled_from("wxyz"), min_size=1, max_size=5), counts, counts)


def touch_table(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "hour", "channel"]).astype(
        {"customer_id": str, "channel": str, "hour": int}
    )
    return table.assign(occurred_at=START + pd.to_timedelta(table.pop("hour"), unit="h"))


def conversion_table(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "hour", "revenue"]).astype(
        {"customer_id": str, "hour": int, "revenue": float}
    )
    return table.assign(occurred_at=START + pd.to_timedelta(table.pop("hour"), unit="h"))


def path_table(rows):
    table = pd.DataFrame(rows, columns=["path", "n_conversions", "n_nulls"])
    paths = pd.Series([tuple(each) for each in table["path"]], dtype=object)
    return table.assign(path=paths, value=table["n_conversions"] * 7.0)


def paths_one_by_one(touched, converted, *, days=30, restarts=True):
    """Go through each customer's touches and conversions, as the docstring tells."""
    found = {}
    for who in sorted({row[0] for row in [*touched, *converted]}):
        seen = sorted((hour, channel) for name, hour, channel in touched if name == who)
        instants = [hour for name, hour, _revenue in converted if name == who]
        used = set()
        for instant in instants:
            earlier = max((each for each in instants if each < instant), default=-1)
            own = [
                i
                for i, (hour, _channel) in enumerate(seen)
                if instant - 24 * days <= hour <= instant and (hour > earlier or not restarts)
            ]
            used.update(own)
            done = found.setdefault(tuple(seen[i][1] for i in own), [0, 0])
            done[0] += 1
        idle = {}
        for i, (hour, channel) in enumerate(seen):
            if i not in used:
                before = sum(instant < hour for instant in instants)
                idle.setdefault(before, []).append(channel)
        for led_nowhere in idle.values():
            found.setdefault(tuple(led_nowhere), [0, 0])[1] += 1
    return {key: tuple(value) for key, value in found.items()}


@settings(max_examples=30)
@given(touches, conversions, st.booleans(), st.integers(1, 40))
def test_paths_are_those_found_one_by_one(touched, converted, restarts, days):
    table = attribution_paths(
        touch_table(touched),
        conversion_table(converted),
        as_of="2024-12-31",
        lookback=f"{days}D",
        after_conversion="restart" if restarts else "continue",
    )
    found = {row.path: (row.n_conversions, row.n_nulls) for row in table.itertuples()}
    assert found == paths_one_by_one(touched, converted, days=days, restarts=restarts)


@settings(max_examples=20)
@given(touches, conversions, st.sampled_from([*METHODS, TimeDecay("3D")]))
def test_credits_add_up_and_are_never_below_zero(touched, converted, method):
    table = attribute(
        touch_table(touched), conversion_table(converted), method=method, as_of="2024-12-31"
    )
    assert table["conversions"].sum() == pytest.approx(len(converted), abs=1e-9, rel=0)
    assert table["value"].sum() == pytest.approx(sum(row[2] for row in converted), abs=1e-9)
    for name in ("conversions", "share", "value"):
        known = table[[f"{name}_low", name, f"{name}_high"]].dropna()
        assert (known >= 0).all(axis=None)
        assert (known.diff(axis=1).iloc[:, 1:] >= -1e-9).all(axis=None)
    assert (table[["share", "share_high"]].dropna() <= 1 + 1e-12).all(axis=None)


@settings(max_examples=12)
@given(touches, conversions, st.randoms(), st.sampled_from(METHODS))
def test_the_order_of_rows_and_what_comes_later_do_not_matter(touched, converted, random, method):
    later = [("a", 24 * 400, "web")]
    first = attribute(
        touch_table(touched), conversion_table(converted), method=method, as_of="2024-12-31"
    )
    second = attribute(
        touch_table(random.sample(touched, len(touched)) + later),
        conversion_table([*random.sample(converted, len(converted)), ("a", 24 * 400, 5)]),
        method=method,
        as_of="2024-12-31",
    )
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=30)
@given(st.lists(path, min_size=1, max_size=12), st.sampled_from(METHODS))
def test_as_many_times_the_paths_are_as_many_times_the_credits(rows, method):
    table = path_table(rows)
    once = attribute_paths(table, method=method)
    thrice = attribute_paths(pd.concat([table] * 3), method=method).reindex(once.index)
    np.testing.assert_allclose(thrice["conversions"], 3 * once["conversions"], atol=1e-8)
    narrower = (thrice["share_high"] - thrice["share_low"]).fillna(0)
    assert (narrower <= (once["share_high"] - once["share_low"]).fillna(0) + 1e-9).all()


@settings(max_examples=30)
@given(st.lists(path, min_size=1, max_size=12))
def test_repeats_do_not_matter_to_chains_of_the_first_order(rows):
    table = path_table(rows)

    def collapsed(path):
        return tuple(c for i, c in enumerate(path) if i == 0 or path[i - 1] != c)

    once = table.assign(path=table["path"].map(collapsed))
    first, second = (attribute_paths(each, method="markov") for each in (table, once))
    np.testing.assert_allclose(
        first["conversions"], second["conversions"].reindex(first.index), atol=1e-8
    )


@settings(max_examples=30)
@given(st.lists(path, min_size=1, max_size=12), st.sampled_from([1, 2, 3]))
def test_effects_are_parts_and_the_whole_is_the_share_that_converted(rows, order):
    table = path_table([*rows, (["w"], 1, 0)])
    effects = removal_effects(table, order=order)
    n = table[["n_conversions", "n_nulls"]].sum()
    whole = n["n_conversions"] / n.sum()
    assert effects["conversion_probability"].tolist() == pytest.approx([whole] * len(effects))
    assert effects[["removal_effect", "removal_effect_low"]].min(axis=None) >= 0
    assert effects[["removal_effect", "removal_effect_high"]].max(axis=None) <= 1
    assert effects["removal_effect"].sum() >= 1 - 1e-9
    each = table.assign(n=table["n_conversions"] + table["n_nulls"], name=table["path"].map(set))
    expected = each.explode("name").groupby("name")["n"].sum()
    assert effects["n_paths"].to_dict() == expected.to_dict()


curve = st.one_of(
    st.tuples(st.just("power"), st.floats(0.1, 1e4), st.floats(0.05, 0.95)),
    st.tuples(st.sampled_from(["log", "exponential"]), st.floats(0.1, 1e4), st.floats(1.0, 1e4)),
)
plans = st.lists(st.tuples(curve, st.floats(0, 1e4), st.floats(0, 1e3)), min_size=1, max_size=6)


def curves_table(rows):
    kinds = [row[0] for row in rows]
    return pd.DataFrame(
        {
            "spend": [row[1] for row in rows],
            "curve": [kind[0] for kind in kinds],
            "scale": [kind[1] for kind in kinds],
            "shape": [kind[2] for kind in kinds],
        },
        index=[f"channel {i} $" for i in range(len(rows))],
    )


@given(plans, st.floats(0, 1), st.data())
def test_the_total_the_bounds_and_the_names_are_kept(rows, part, data):
    table = curves_table(rows)
    low = [row[2] for row in rows]
    high = [each + data.draw(st.floats(0, 1e4)) for each in low]
    total = sum(low) + part * (sum(high) - sum(low))
    bounds = dict(zip(table.index, zip(low, high, strict=True), strict=True))
    found = reallocate_budget(table, total=total, bounds=bounds).table
    assert found.index.tolist() == table.index.tolist()
    assert found["proposed"].sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert (found["proposed"] >= np.array(low)).all()
    assert (found["proposed"] <= np.array(high)).all()


@settings(max_examples=25)
@given(plans, st.randoms(), st.floats(1, 1e5))
def test_no_shift_between_two_channels_brings_more(rows, random, total):
    table = curves_table(rows)
    spend = reallocate_budget(table, total=total).table["proposed"].to_numpy()

    def response(split):
        kinds = table[["curve", "scale", "shape"]].itertuples(index=False)
        return sum(
            float(CURVES[k].response(x, a, b)) for (k, a, b), x in zip(kinds, split, strict=True)
        )

    best = response(spend)
    for giver in range(len(spend)):
        shifted = spend.copy()
        moved = spend[giver] * random.random()
        shifted[giver] -= moved
        shifted[random.randrange(len(spend))] += moved
        assert response(shifted) <= best * (1 + 1e-9) + 1e-9


@given(curve, st.integers(1, 8), st.floats(0.01, 1e6))
def test_equal_curves_get_equal_budgets(kind, n, total):
    table = curves_table([(kind, 10.0, 0.0)] * n)
    proposed = reallocate_budget(table, total=total).table["proposed"]
    np.testing.assert_allclose(proposed, total / n, rtol=1e-9)
