"""Credits: what each method gives to whom, to the last conversion."""

import numpy as np
import pandas as pd
import pytest

from custintel.attribution import (
    MarkovChain,
    PositionBased,
    TimeDecay,
    attribute,
    attribute_paths,
    attribution_paths,
    removal_effects,
)
from custintel.datasets import simulate_touches
from custintel.errors import SchemaError, WeakResultWarning

METHODS = [
    *("first", "last", "linear", "position", "markov", "shapley"),
    *(MarkovChain(2), MarkovChain(3)),
]


@pytest.fixture(scope="module")
def simulated():
    return simulate_touches(4000, random_state=7)


def paths(rows, **columns):
    table = pd.DataFrame({"path": pd.Series([path for path, *_n in rows], dtype=object)})
    table["n_conversions"] = [row[1] for row in rows]
    table["n_nulls"] = [row[2] if len(row) > 2 else 0 for row in rows]
    return table.assign(**columns)


def credited(table, method):
    return attribute_paths(table, method=method)["conversions"].to_dict()


FOUR = paths([(("a", "b", "b", "c"), 60)])


@pytest.mark.parametrize(
    ("method", "a", "b", "c"),
    [
        ("first", 60, 0, 0),
        ("last", 0, 0, 60),
        ("linear", 15, 30, 15),
        ("position", 24, 12, 24),
        (PositionBased(first=0.1, last=0.6), 6, 18, 36),
        (PositionBased(first=0, last=0), 0, 60, 0),
        ("shapley", 20, 20, 20),
        ("markov", 20, 20, 20),
    ],
)
def test_a_path_is_shared_out_by_the_rule(method, a, b, c):
    assert credited(FOUR, method) == pytest.approx({"a": a, "b": b, "c": c})


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("position", (30, 30)),
        (PositionBased(first=0.1, last=0.3), (15, 45)),
        (PositionBased(first=0, last=0), (30, 30)),
    ],
)
def test_two_touches_share_as_the_ends_are_to_one_another(method, parts):
    found = credited(paths([(("a", "b"), 60)]), method)
    assert found == pytest.approx(dict(zip("ab", parts, strict=True)))


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_one_channel_has_it_all(method):
    table = attribute_paths(paths([(("a",), 50, 20), (("a", "a"), 10, 5)]), method=method)
    assert table["conversions"].tolist() == pytest.approx([60])
    assert table["share"].tolist() == pytest.approx([1.0])
    assert table["share_low"].iloc[0] > 0.9
    assert table["share_high"].iloc[0] == 1.0


def test_time_decay_halves_with_each_half_life(simulated):
    touches = pd.DataFrame(
        {
            "customer_id": "ann",
            "occurred_at": pd.to_datetime(["2024-03-01", "2024-03-08", "2024-03-15"]),
            "channel": ["a", "b", "c"],
        }
    )
    done = pd.DataFrame(
        {"customer_id": ["ann"], "occurred_at": [pd.Timestamp("2024-03-15")], "revenue": [70.0]}
    )
    with pytest.warns(WeakResultWarning, match="rest on 1 conversion with"):
        table = attribute(touches, done, method="time_decay", as_of="2024-12-31")
    assert table["value"].to_dict() == pytest.approx({"c": 40, "b": 20, "a": 10})
    with pytest.warns(WeakResultWarning):
        table = attribute(touches, done, method=TimeDecay("1W"), as_of="2024-12-31")
    assert table["value"].to_dict() == pytest.approx({"c": 40, "b": 20, "a": 10})
    # What is never forgotten is shared equally; what is forgotten at once is the last's.
    arguments = {"as_of": "2024-12-31", "lookback": "90D"}
    for half_life, same in (("9999999Y", "linear"), ("0.000001D", "last")):
        decayed, other = (
            attribute(simulated.touches, simulated.conversions, method=method, **arguments)
            for method in (TimeDecay(half_life), same)
        )
        pd.testing.assert_frame_equal(decayed, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_from_touches_and_from_paths_are_the_same(simulated, method):
    found = attribute(simulated.touches, simulated.conversions, method=method, as_of="2025-12-31")
    made = attribution_paths(simulated.touches, simulated.conversions, as_of="2025-12-31")
    pd.testing.assert_frame_equal(found, attribute_paths(made, method=method), rtol=1e-9)
    assert len(found) == 5
    assert found["conversions"].sum() == pytest.approx(len(simulated.conversions))
    assert found["value"].sum() == pytest.approx(simulated.conversions["revenue"].sum())


def test_the_chain_that_was_simulated_is_found():
    simulated = simulate_touches(60_000, random_state=3)
    made = attribution_paths(simulated.touches, simulated.conversions, as_of="2025-12-31")
    truth = simulated.truth
    effects = removal_effects(made, level=0.999).loc[truth.channels.index]
    assert (truth.channels["removal_effect"] > effects["removal_effect_low"]).all()
    assert (truth.channels["removal_effect"] < effects["removal_effect_high"]).all()
    np.testing.assert_allclose(
        effects["removal_effect"], truth.channels["removal_effect"], atol=0.015
    )
    assert effects["conversion_probability"].iloc[0] == pytest.approx(
        truth.conversion_probability, abs=0.006
    )


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_conversions_without_a_touch_have_a_row_of_their_own(method):
    table = paths([(("a",), 50, 10), ((), 7), (("b",), 10)], value=[100.0, 21.0, 10.0])
    found = attribute_paths(table, method=method)
    assert found.index.tolist() == ["a", "b", "(no touch)"]
    last = found.iloc[-1]
    assert (last["conversions"], last["value"]) == (7, 21)
    assert last[["share", "share_low", "share_high"]].isna().all()
    assert found["share"].sum() == pytest.approx(1)
    rest = attribute_paths(table[table["path"].map(len) > 0], method=method)
    pd.testing.assert_frame_equal(found.iloc[:-1], rest)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_without_a_conversion_there_is_nothing_to_share(method):
    with pytest.warns(WeakResultWarning, match="No conversion came after a touch"):
        found = attribute_paths(paths([(("a", "b"), 0, 9)], value=[0.0]), method=method)
    assert found["conversions"].tolist() == [0, 0]
    assert found["value"].tolist() == [0, 0]
    assert found[["share", "share_low", "share_high"]].isna().all(axis=None)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_no_path_at_all(method):
    with pytest.warns(WeakResultWarning):
        found = attribute_paths(paths([]), method=method)
    assert found.empty
    with pytest.warns(WeakResultWarning):
        found = attribute_paths(paths([((), 3)]), method=method)
    assert found["conversions"].to_dict() == {"(no touch)": 3}


def test_channels_that_never_convert_are_rows_with_an_interval():
    found = attribute_paths(paths([(("a",), 40, 10), (("b",), 0, 50)]), method="last").loc["b"]
    assert found["conversions"] == 0
    assert found["conversions_low"] == 0
    assert 1 < found["conversions_high"] < 6


def test_few_conversions_that_are_alike_do_not_make_a_share_certain():
    with pytest.warns(WeakResultWarning):
        few = attribute_paths(paths([(("a", "b"), 2)]), method="linear").loc["a"]
    many = attribute_paths(paths([(("a", "b"), 2000)]), method="linear").loc["a"]
    assert few["share_low"] < 0.25
    assert many["share_low"] > 0.49


def test_share_of_the_last_touch_has_nearly_the_interval_of_a_proportion():
    """Of 400 and 600: Wilson, as printed by other software, is 0.3701 to 0.4307."""
    found = attribute_paths(paths([(("a",), 400), (("b",), 600)]), method="last").loc["a"]
    assert found["share_low"] == pytest.approx(0.3701, abs=2e-4)
    assert found["share_high"] == pytest.approx(0.4307, abs=2e-4)


def test_a_value_alone_may_be_missing_or_nothing():
    table = paths([(("a",), 40), (("b",), 20)])
    assert attribute_paths(table, method="last")["value"].isna().all()
    free = attribute_paths(table.assign(value=0.0), method="markov")
    assert free[["value", "value_low", "value_high"]].eq(0).all(axis=None)


def test_squares_of_values_widen_the_interval_of_the_value():
    table = paths([(("a",), 40), (("b",), 40)], value=[400.0, 400.0])
    widths = [
        attribute_paths(each, method="last").eval("value_high - value_low").iloc[0]
        for each in (table, table.assign(value_squares=[4000.0, 40000.0]))
    ]
    assert widths[1] > 2 * widths[0]


def test_equal_credits_are_ordered_by_name():
    found = attribute_paths(paths([(("b", "c", "a"), 30), (("z",), 31)]), method="linear")
    assert found.index.tolist() == ["z", "a", "b", "c"]
    assert found.index.name == "channel"


def test_the_inverse_and_the_steps_solve_the_same_chain(monkeypatch, simulated):
    made = attribution_paths(simulated.touches, simulated.conversions, as_of="2025-12-31")
    expected = attribute_paths(made, method="markov")
    monkeypatch.setattr("custintel.attribution._markov._MOST_DENSE", 0)
    pd.testing.assert_frame_equal(attribute_paths(made, method="markov"), expected, rtol=1e-9)


def test_chains_of_thousands_of_states_are_solved(monkeypatch):
    # Solving at once takes minutes with as many states; the steps have to settle.
    monkeypatch.setattr("custintel.attribution._markov.spsolve", None)
    rng = np.random.default_rng(1)
    rows = [(tuple(f"c{i:02d}" for i in rng.integers(0, 30, 8)), 1, 2) for _path in range(600)]
    found = attribute_paths(paths(rows), method=MarkovChain(3))
    assert found["conversions"].gt(0).all()
    assert found["conversions"].sum() == pytest.approx(600)


def test_input_is_not_changed():
    table = paths([(("a",), 40, 1), (("b",), 20, 1)])
    before = table.copy(deep=True)
    attribute_paths(table, method="markov")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": "a > b"}, "holds no tuple of channels: 'a > b'.*split_paths"),
        ({"n_conversions": -1}, "n_conversions is a number of 0 or more"),
        ({"n_conversions": np.nan}, "n_conversions is a number of 0 or more"),
        ({"n_conversions": 1e300}, "n_conversions is a number of 0 or more"),
        ({"value": 1e200}, "value is a number of 0 or more"),
        ({"n_nulls": "x"}, "n_nulls is a number of 0 or more"),
        ({"value": np.inf}, "value is a number of 0 or more"),
        ({"n_conversions": 0, "value": 5.0}, "a value needs a conversion"),
        ({"path": ()}, "a non-converting path has at least one touch"),
        ({"path": ("(no touch)",)}, "Give it another name"),
    ],
)
def test_wrong_paths_are_refused(change, message):
    table = paths([(("a",), 40, 1)])
    for name, value in change.items():
        table[name] = pd.Series([value], dtype=object)
    with pytest.raises(SchemaError, match=message):
        attribute_paths(table, method="last")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"method": "best"}, ValueError, "method is one of 'first', 'last'"),
        ({"method": "time_decay"}, ValueError, "Paths do not tell when"),
        ({"method": "last", "level": 95}, ValueError, "level lies between"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        attribute_paths(paths([(("a",), 40)]), **arguments)


def test_other_things_than_tables_are_refused():
    with pytest.raises(TypeError, match="paths is a pandas DataFrame"):
        attribute_paths([("a", 1)], method="last")
    with pytest.raises(SchemaError, match="lacks 'n_conversions'"):
        attribute_paths(pd.DataFrame({"path": [("a",)]}), method="last")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PositionBased(first=0.7, last=0.7), "at most 1 together"),
        (lambda: PositionBased(first=-0.1), "first lies between 0 and 1"),
        (lambda: TimeDecay("7"), "A span is a number above zero"),
        (lambda: MarkovChain(4), "order is a whole number from 1 to 3"),
        (lambda: MarkovChain(True), "order is a whole number from 1 to 3"),
    ],
)
def test_wrong_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_nothing_can_be_lost_without_a_conversion():
    with pytest.raises(SchemaError, match="no conversion with a touch"):
        removal_effects(paths([(("a",), 0, 5), ((), 3)]))


def test_effects_tell_in_how_many_paths_a_channel_is():
    found = removal_effects(paths([(("a", "b", "b"), 40, 10), (("b",), 5, 5), ((), 3)]))
    assert found["n_paths"].to_dict() == {"b": 60, "a": 50}
    # Without a, one path in six still begins, with b.
    assert found["removal_effect"].to_dict() == pytest.approx({"b": 1.0, "a": 5 / 6})
    assert found["conversion_probability_low"].iloc[0] < 0.75
    assert found["conversion_probability_high"].iloc[0] > 0.75
