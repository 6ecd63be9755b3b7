"""Migration: nobody is lost between two days, and the shares are those of the rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from custintel.errors import SchemaError
from custintel.segmentation import (
    migration_table,
    rfm_scores,
    rfm_segments,
    rfm_table,
    segment_flows,
    segment_migration,
    select,
    value_tiers,
)

NEW, GONE = "(not yet a customer)", "(no longer a customer)"


@pytest.fixture
def moves() -> pd.DataFrame:
    before = pd.Series({"a": "x", "b": "x", "c": "x", "d": "y", "e": None})
    after = pd.Series({"a": "x", "b": "y", "d": "y", "e": "x", "f": "z", "g": "z"})
    return migration_table(before, after)


def test_every_pair_is_a_row(moves: pd.DataFrame) -> None:
    assert list(dict.fromkeys(moves["before"])) == ["x", "y", "z", "(missing)", NEW]
    assert list(dict.fromkeys(moves["after"])) == ["x", "y", "z", "(missing)", GONE]
    assert len(moves) == 25
    counted = {
        (row.before, row.after): row.n_customers for row in moves.itertuples() if row.n_customers
    }
    assert counted == {
        ("x", "x"): 1,
        ("x", "y"): 1,
        ("x", GONE): 1,
        ("y", "y"): 1,
        ("(missing)", "x"): 1,
        (NEW, "z"): 2,
    }


def test_shares_are_those_of_the_row_with_wilson_intervals(moves: pd.DataFrame) -> None:
    row = moves[(moves["before"] == "x") & (moves["after"] == "y")].iloc[0]
    low, high = proportion_confint(1, 3, method="wilson")
    assert row[["share", "share_low", "share_high"]].tolist() == pytest.approx([1 / 3, low, high])
    # Nobody was in z before: there is nothing to be a share of.
    of_nobody = moves[moves["before"] == "z"]
    assert of_nobody[["share", "share_low", "share_high"]].isna().all().all()


def test_flows_of_each_segment(moves: pd.DataFrame) -> None:
    flows = segment_flows(moves)
    assert flows.index.tolist() == ["x", "y", "z", "(missing)"]
    found = flows.drop(columns=["stay_rate", "stay_low", "stay_high"])
    assert found.loc["x"].tolist() == [3, 1, 1, 1, 0, 2, -1]
    assert found.loc["z"].tolist() == [0, 0, 0, 0, 2, 2, 2]
    assert found.loc["(missing)"].tolist() == [1, 1, 0, 0, 0, 0, -1]
    assert flows["stay_rate"].tolist() == pytest.approx([1 / 3, 1, np.nan, 0], nan_ok=True)


segments = st.dictionaries(st.sampled_from("abcdefghij"), st.sampled_from(["p", "q", "r"]))


@given(segments, segments)
def test_nobody_is_lost(before: dict[str, str], after: dict[str, str]) -> None:
    old, new = (pd.Series(each, dtype=object) for each in (before, after))
    table = migration_table(old, new)
    assert table["n_customers"].sum() == len({*before, *after})
    for row in table.itertuples():
        expected = sum(
            before.get(who, NEW) == row.before and after.get(who, GONE) == row.after
            for who in {*before, *after}
        )
        assert row.n_customers == expected
    sums = table.groupby("before")["share"].sum(min_count=1).dropna()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    flows = segment_flows(table)
    assert flows["n_before"].sum() == len(before)
    assert flows["n_after"].sum() == len(after)
    lost, won = flows["n_to_others"] + flows["n_left"], flows["n_from_others"] + flows["n_new"]
    assert (flows["n_before"] - lost + won == flows["n_after"]).all()
    assert (flows["net"] == flows["n_after"] - flows["n_before"]).all()


def test_the_order_of_segments() -> None:
    tiers = value_tiers(pd.Series({"a": 9.0, "b": 5.0, "c": 1.0}), names=["best", "good", "all"])
    tier = tiers["tier"]
    assert list(dict.fromkeys(migration_table(tier, tier)["before"])) == ["best", "good", "all"]
    usual = pd.Series({"a": "Lost", "b": "Champions", "c": "Zebra"})
    table = migration_table(usual, usual)
    assert list(dict.fromkeys(table["before"])) == ["Champions", "Lost", "Zebra"]
    own = migration_table(usual, usual, order=["Zebra", "unknown", "Lost"])
    assert list(dict.fromkeys(own["before"])) == ["Zebra", "Lost", "Champions"]


def test_two_days_of_the_same_transactions(few_orders: pd.DataFrame) -> None:
    moves = segment_migration(few_orders, dates=("2024-03-31", "2024-06-30"))
    at = {
        day: rfm_segments(rfm_scores(rfm_table(few_orders, as_of=day)))["segment"]
        for day in ("2024-03-31", "2024-06-30")
    }
    pd.testing.assert_frame_equal(
        moves.query("n_customers > 0").reset_index(drop=True),
        migration_table(at["2024-03-31"], at["2024-06-30"])
        .query("n_customers > 0")
        .reset_index(drop=True),
    )
    assert moves.loc[moves["before"] == NEW, "n_customers"].sum() == 1  # Cleo
    assert GONE not in set(moves["after"])


def test_nothing_after_a_day_changes_its_segments(few_orders: pd.DataFrame) -> None:
    dates = ("2024-02-29", "2024-04-30")
    known = select(few_orders, "ordered_at <= '2024-04-30'")
    pd.testing.assert_frame_equal(
        segment_migration(few_orders, dates=dates), segment_migration(known, dates=dates)
    )


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (("2024-06-30", "2024-03-31"), "does not come after"),
        (("2024-06-30", "2024-06-30"), "does not come after"),
        (("2024-06-30",), "two dates"),
        (("2024-06-30", "soon"), "without time zone"),
    ],
)
def test_dates_are_two_in_order(few_orders: pd.DataFrame, dates: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        segment_migration(few_orders, dates=dates)


def test_what_is_no_migration_is_refused(few_orders: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="dates is two dates"):
        segment_migration(few_orders, dates="2024-06-30")
    twice = pd.Series(["x", "y"], index=["a", "a"])
    with pytest.raises(SchemaError, match="before has 1 customer on more than one row"):
        migration_table(twice, twice)
    reserved = pd.Series({"a": NEW})
    with pytest.raises(ValueError, match="stands for customers without one"):
        migration_table(reserved, reserved)
    with pytest.raises(SchemaError, match="'n_customers'"):
        segment_flows(pd.DataFrame({"before": [], "after": []}))
    empty = pd.Series([], dtype=object)
    assert migration_table(empty, empty).empty
    assert segment_flows(migration_table(empty, empty)).empty
