"""The migration model: labels, probabilities, limits. Its numbers: see the oracles."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.value import migration_value


@pytest.fixture
def moves() -> pd.DataFrame:
    return pd.DataFrame([[0.6, 0.4], [0.1, 0.5]], index=["on", "off"], columns=["on", "off"])


@pytest.fixture
def margins() -> pd.Series:
    return pd.Series({"on": 50.0, "off": -5.0})


def test_labels_decide_not_positions(moves: pd.DataFrame, margins: pd.Series) -> None:
    straight = migration_value(moves, margins, discount_rate=0.1)
    crossed = migration_value(moves[["off", "on"]], margins[::-1], discount_rate=0.1)
    pd.testing.assert_series_equal(straight, crossed)
    assert straight.name == "lifetime_value"


def test_timings_are_one_period_apart(moves: pd.DataFrame, margins: pd.Series) -> None:
    now, end, renewed = (
        migration_value(moves, margins, discount_rate=0.1, timing=timing)
        for timing in ("now", "period_end", "after_renewal")
    )
    assert end.to_list() == pytest.approx((now / 1.1).to_list())
    # Of what is worth `now`, the margin of the current state comes first.
    assert renewed.to_list() == pytest.approx((now - margins).to_list())


def test_one_period_is_the_margin(moves: pd.DataFrame, margins: pd.Series) -> None:
    found = migration_value(moves, margins, discount_rate=0.1, n_periods=1)
    assert found.to_list() == margins.to_list()


def test_rounded_rows_pass_and_wrong_ones_are_named(margins: pd.Series) -> None:
    labels = {"index": ["on", "off"], "columns": ["on", "off"]}
    rounded = pd.DataFrame([[0.6666667, 0.3333334], [0.0, 1.0]], **labels)
    assert migration_value(rounded, margins, discount_rate=0.1).notna().all()
    wrong = [
        ([0.7, 0.4], "moving from state 'on' add up to 1.1, more than 1"),
        ([-0.1, 0.4], "1 state of 2 are negative, missing or no numbers: 'on'"),
        ([None, 0.4], "1 state of 2 are negative, missing or no numbers: 'on'"),
    ]
    for row, told in wrong:
        moves = pd.DataFrame([row, [0.1, 0.5]], **labels).astype(float)
        with pytest.raises(SchemaError, match=told):
            migration_value(moves, margins, discount_rate=0.1)
    both = pd.DataFrame(0.6, **labels)
    with pytest.raises(SchemaError, match=r"2 of 2 states .* more than 1, such as .*'on' to 1.2"):
        migration_value(both, margins, discount_rate=0.1)


def test_arrays_have_no_states(moves: pd.DataFrame, margins: pd.Series) -> None:
    with pytest.raises(TypeError, match=r"transitions is a pandas DataFrame .*: got ndarray"):
        migration_value(moves.to_numpy(), margins, discount_rate=0.1)
    with pytest.raises(TypeError, match="margins is a Series indexed by state: got list"):
        migration_value(moves, margins.to_list(), discount_rate=0.1)


def test_states_must_be_the_same_everywhere(moves: pd.DataFrame, margins: pd.Series) -> None:
    with pytest.raises(SchemaError, match=r"margins .* 'off' missing, none unknown"):
        migration_value(moves, margins[["on"]], discount_rate=0.1)
    with pytest.raises(SchemaError, match=r"columns of transitions .* 'away' unknown"):
        migration_value(moves.rename(columns={"off": "away"}), margins, discount_rate=0.1)
    with pytest.raises(SchemaError, match="stands twice in margins"):
        migration_value(moves, pd.concat([margins, margins]), discount_rate=0.1)
    with pytest.raises(SchemaError, match="missing or not finite"):
        migration_value(moves, margins.replace(50.0, float("inf")), discount_rate=0.1)


def test_customers_who_never_leave_need_a_discount_or_an_end(margins: pd.Series) -> None:
    stay = pd.DataFrame([[0.5, 0.5], [0.0, 1.0]], index=["on", "off"], columns=["on", "off"])
    with pytest.raises(ValueError, match="no limit"):
        migration_value(stay, margins, discount_rate=0)
    finite = migration_value(stay, margins, discount_rate=0, n_periods=3)
    assert finite["off"] == pytest.approx(-15)


def test_texts_are_no_probabilities_and_no_margins(moves: pd.DataFrame, margins: pd.Series) -> None:
    with pytest.raises(SchemaError, match=r"1 state of 2 .* 'on'"):
        migration_value(moves.astype(object).mask(moves == 0.6, "many"), margins, discount_rate=0.1)
    with pytest.raises(SchemaError, match="margins of 'off'"):
        migration_value(moves, margins.astype(object).replace(-5.0, "few"), discount_rate=0.1)
