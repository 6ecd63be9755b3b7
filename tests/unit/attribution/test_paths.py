"""Paths: which touches belong to which conversion, and what becomes of the others."""

import numpy as np
import pandas as pd
import pytest

from custintel.attribution import attribution_paths, split_paths
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning


def touches(rows):
    table = pd.DataFrame(rows, columns=["customer_id", "occurred_at", "channel"])
    return table.assign(occurred_at=pd.to_datetime(table["occurred_at"], format="ISO8601"))


def conversions(rows, columns=("customer_id", "occurred_at")):
    table = pd.DataFrame(rows, columns=list(columns))
    return table.assign(occurred_at=pd.to_datetime(table["occurred_at"], format="ISO8601"))


def counted(*args, as_of="2024-12-31", **kwargs):
    table = attribution_paths(*args, as_of=as_of, **kwargs)
    assert table["path"].is_unique
    return {row.path: (row.n_conversions, row.n_nulls) for row in table.itertuples()}


def test_touches_up_to_the_instant_of_the_conversion_belong_to_it():
    seen = touches(
        [
            ("ann", "2024-03-01", "search"),
            ("ann", "2024-03-02T12:00:00", "mail"),
            ("ann", "2024-03-02T12:00:01", "display"),
        ]
    )
    done = conversions([("ann", "2024-03-02T12:00:00")])
    assert counted(seen, done) == {("search", "mail"): (1, 0), ("display",): (0, 1)}


def test_the_lookback_is_counted_from_the_conversion_both_ends_included():
    seen = touches([("ann", "2024-03-01", "search"), ("ann", "2024-03-01T00:00:01", "mail")])
    at_30_days = conversions([("ann", "2024-03-31")])
    assert counted(seen, at_30_days) == {("search", "mail"): (1, 0)}
    later = conversions([("ann", "2024-03-31T00:00:01")])
    assert counted(seen, later) == {("mail",): (1, 0), ("search",): (0, 1)}


@pytest.mark.parametrize(("lookback", "is_in"), [("1M", True), ("30D", False), ("4W", False)])
def test_months_are_calendar_months(lookback, is_in):
    found = counted(
        touches([("ann", "2024-01-31", "mail")]),
        conversions([("ann", "2024-02-29" if is_in else "2024-03-02")]),
        lookback=lookback,
    )
    assert found == ({("mail",): (1, 0)} if is_in else {("mail",): (0, 1), (): (1, 0)})


def test_a_path_starts_anew_after_a_conversion_unless_told():
    seen = touches([("ann", "2024-03-01", "search"), ("ann", "2024-03-05", "mail")])
    done = conversions([("ann", "2024-03-02"), ("ann", "2024-03-06")])
    assert counted(seen, done) == {("search",): (1, 0), ("mail",): (1, 0)}
    continued = counted(seen, done, after_conversion="continue")
    assert continued == {("search",): (1, 0), ("search", "mail"): (1, 0)}


def test_conversions_of_one_instant_share_one_path():
    seen = touches([("ann", "2024-03-01", "search")])
    done = conversions([("ann", "2024-03-02"), ("ann", "2024-03-02"), ("ann", "2024-03-03")])
    assert counted(seen, done) == {("search",): (2, 0), (): (1, 0)}


def test_touches_of_no_conversion_are_one_path_between_two_and_one_after():
    seen = touches(
        [
            ("ann", "2024-01-01", "tv"),
            ("ann", "2024-01-02", "radio"),
            ("ann", "2024-03-01", "search"),
            ("ann", "2024-03-05", "mail"),
            ("bob", "2024-03-05", "mail"),
        ]
    )
    done = conversions([("ann", "2024-03-02")])
    expected = {("search",): (1, 0), ("mail",): (0, 2), ("tv", "radio"): (0, 1)}
    assert counted(seen, done) == expected


def test_customers_with_a_conversion_alone_have_the_empty_path():
    seen = touches([("ann", "2024-03-01", "search")])
    done = conversions([("bob", "2024-03-02"), ("cleo", "2024-03-02")])
    assert counted(seen, done) == {(): (2, 0), ("search",): (0, 1)}


def test_the_whole_day_of_as_of_is_observed_and_nothing_after():
    seen = touches([("ann", "2024-03-01T23:59:59", "search"), ("bob", "2024-03-02", "mail")])
    done = conversions([("ann", "2024-03-01T23:59:59.5"), ("bob", "2024-03-02")])
    assert counted(seen, done, as_of="2024-03-01") == {("search",): (1, 0)}


def test_touches_of_one_instant_are_ordered_by_id_as_text_then_by_channel():
    seen = touches([("ann", "2024-03-01", name) for name in ("b", "a", "c", "d")])
    done = conversions([("ann", "2024-03-02")])
    assert counted(seen, done) == {("a", "b", "c", "d"): (1, 0)}
    with_ids = seen.assign(touch_id=[10, 9, 1, 10])
    assert counted(with_ids, done) == {("c", "b", "d", "a"): (1, 0)}


def test_ties_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(3)
    n = 400
    seen = touches(
        list(
            zip(
                rng.choice(["ann", "bob", "cleo"], n),
                pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 30, n), unit="D"),
                rng.choice(["x", "y", "z"], n),
                strict=True,
            )
        )
    ).assign(touch_id=rng.permutation(n))
    done = conversions([(name, "2024-01-20") for name in ("ann", "bob", "cleo")])
    expected = counted(seen, done)
    for seed in range(3):
        assert counted(seen.sample(frac=1, random_state=seed), done) == expected


def test_repeats_are_kept_or_collapsed():
    seen = touches([("ann", f"2024-03-0{i}", c) for i, c in enumerate("aabba", start=1)])
    done = conversions([("ann", "2024-03-06")])
    assert counted(seen, done) == {tuple("aabba"): (1, 0)}
    assert counted(seen, done, repeats="collapse") == {tuple("aba"): (1, 0)}


def test_rows_of_one_conversion_id_are_one_conversion():
    seen = touches([("ann", "2024-03-01", "mail"), ("bob", "2024-03-01", "mail")])
    columns = ("customer_id", "occurred_at", "conversion_id", "revenue")
    done = conversions(
        [
            ("ann", "2024-03-02", "1", 10.0),
            ("ann", "2024-03-04", "1", 5.0),
            ("bob", "2024-03-02", "1", 1.0),
            ("bob", "2024-03-02", None, 2.0),
            ("bob", "2024-03-02", None, 3.0),
        ],
        columns,
    )
    table = attribution_paths(seen, done, as_of="2024-12-31")
    assert table.iloc[0].to_dict() == {
        "path": ("mail",),
        "n_conversions": 4,
        "n_nulls": 0,
        "value": 21.0,
        "value_squares": 15.0**2 + 1 + 4 + 9,
    }


def test_refunds_are_set_aside_and_counted():
    seen = touches([("ann", "2024-03-01", "mail")])
    columns = ("customer_id", "occurred_at", "revenue")
    done = conversions([("ann", "2024-03-02", -5.0), ("bob", "2024-03-02", 0.0)], columns)
    with pytest.warns(SetAsideWarning, match="1 conversion has a revenue below zero.*'ann'"):
        found = counted(seen, done)
    assert found == {("mail",): (0, 1), (): (1, 0)}


@pytest.mark.parametrize("revenue", [np.inf, -np.inf, 1e31])
def test_revenue_without_end_is_refused(revenue):
    columns = ("customer_id", "occurred_at", "revenue")
    done = conversions([("ann", "2024-03-02", revenue), ("bob", "2024-03-02", 1.0)], columns)
    with pytest.raises(SchemaError, match=r"1 row of 'conversions' .* infinite .* 'ann'"):
        counted(touches([("ann", "2024-03-01", "mail")]), done)
    assert counted(touches([]), done, as_of="2024-03-01") == {}


def test_touches_that_come_twice_count_and_are_told():
    seen = touches([("ann", "2024-03-01", "mail"), ("ann", "2024-03-02", "mail")])
    done = conversions([("ann", "2024-03-03")])
    twice = pd.concat([seen, seen]).assign(touch_id=["t1", "t2", "t1", "t2"])
    with pytest.warns(WeakResultWarning, match="2 touches are those of other rows.*build_touches"):
        assert counted(twice, done) == {("mail",) * 4: (1, 0)}
    # Without an id, or with another one, it may be another touch.
    assert counted(twice.drop(columns="touch_id"), done) == {("mail",) * 4: (1, 0)}
    assert counted(twice.assign(touch_id=list("abcd")), done) == {("mail",) * 4: (1, 0)}
    assert counted(twice.assign(touch_id=None), done) == {("mail",) * 4: (1, 0)}


def test_without_revenue_there_is_no_value():
    table = attribution_paths(
        touches([("ann", "2024-03-01", "mail")]),
        conversions([("ann", "2024-03-02")]),
        as_of="2024-12-31",
    )
    assert table[["value", "value_squares"]].isna().all(axis=None)


@pytest.mark.parametrize("name", ["(start)", "a > b", "", "=cmd()", "\x00", "é" * 300, "(null)"])
def test_channels_are_called_anything(name):
    seen = touches([("ann", "2024-03-01", name), ("ann", "2024-03-02", "mail")])
    done = conversions([("ann", "2024-03-03")])
    assert counted(seen, done) == {(name, "mail"): (1, 0)}


def test_touches_without_a_channel_are_refused_without_another_value_named():
    seen = touches([("ann", "2024-03-01", None), ("ann", "2024-03-02", "mail")])
    done = conversions([("ann", "2024-03-03")])
    with pytest.raises(SchemaError, match=r"'touches' has rows without channel \(1\)"):
        counted(seen, done)
    found = counted(seen.rename(columns={"channel": "segment"}), done, by="segment")
    assert found == {("(missing)", "mail"): (1, 0)}


def test_other_columns_make_the_paths():
    seen = touches([("ann", "2024-03-01", "mail")]).assign(campaign_id=7, channel=None)
    found = counted(seen, conversions([("ann", "2024-03-03")]), by="campaign_id")
    assert found == {("7",): (1, 0)}


def test_most_conversions_come_first_then_most_nulls_then_names():
    seen = touches(
        [
            (f"{name}{i}", "2024-03-01", name)
            for name, n in (("c", 3), ("a", 1), ("b", 1))
            for i in range(n)
        ]
    )
    table = attribution_paths(seen, conversions([("a0", "2024-03-02")]), as_of="2024-12-31")
    assert table["path"].tolist() == [("a",), ("c",), ("b",)]


def test_more_channels_than_two_bytes_can_number():
    n = 70_000
    seen = pd.DataFrame(
        {
            "customer_id": pd.Series(np.arange(n)).astype("str"),
            "occurred_at": pd.Timestamp("2024-03-01"),
            "channel": [f"c{i:05d}" for i in range(n)],
        }
    )
    table = attribution_paths(seen, conversions([("69999", "2024-03-02")]), as_of="2024-12-31")
    assert len(table) == n
    assert table["path"].iloc[[0, 1, -1]].tolist() == [("c69999",), ("c00000",), ("c69998",)]


@pytest.mark.parametrize("which", ["touches", "conversions", "both"])
def test_empty_tables(which):
    seen = touches([("ann", "2024-03-01", "mail")])
    done = conversions([("ann", "2024-03-02")])
    found = counted(
        seen.iloc[: 0 if which in ("touches", "both") else 1],
        done.iloc[: 0 if which in ("conversions", "both") else 1],
    )
    expected = {"touches": {(): (1, 0)}, "conversions": {("mail",): (0, 1)}, "both": {}}
    assert found == expected[which]


def test_inputs_are_not_changed():
    seen = touches([("ann", "2024-03-01", "b"), ("ann", "2024-03-01", "a")])
    done = conversions([("ann", "2024-03-02")])
    before = seen.copy(deep=True), done.copy(deep=True)
    attribution_paths(seen, done, as_of="2024-12-31")
    pd.testing.assert_frame_equal(seen, before[0])
    pd.testing.assert_frame_equal(done, before[1])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"after_conversion": "stop"}, ValueError, "after_conversion is one of"),
        ({"repeats": "drop"}, ValueError, "repeats is one of"),
        ({"lookback": 30}, ValueError, "A span is a number above zero"),
        ({"as_of": "today"}, ValueError, "as_of is a date"),
        ({"by": "canal"}, SchemaError, "Table 'touches' lacks 'canal'"),
    ],
)
def test_wrong_rules_are_named(change, error, message):
    seen, done = touches([("ann", "2024-03-01", "mail")]), conversions([("ann", "2024-03-02")])
    with pytest.raises(error, match=message):
        attribution_paths(seen, done, **{"as_of": "2024-12-31", **change})


def test_a_channel_may_not_be_called_as_the_row_of_no_touch():
    seen = touches([("ann", "2024-03-01", "(no touch)")])
    with pytest.raises(SchemaError, match="Give it another name"):
        attribution_paths(seen, conversions([("ann", "2024-03-02")]), as_of="2024-12-31")


def test_touches_without_a_customer_or_a_time_are_refused():
    seen = touches([("ann", None, "mail")])
    with pytest.raises(SchemaError, match=r"'touches' has rows without occurred_at \(1\)"):
        attribution_paths(seen, conversions([("ann", "2024-03-02")]), as_of="2024-12-31")


def test_texts_are_split():
    table = pd.DataFrame({"path": ["a>b > a", "", None], "n": 1}, index=[5, 6, 7])
    found = split_paths(table, separator=">")
    assert found["path"].tolist() == [("a", "b", "a"), (), ()]
    assert found.index.tolist() == [5, 6, 7]
    with pytest.raises(ValueError, match="separator is a text"):
        split_paths(table, separator="")


def test_texts_with_a_channel_left_out_are_refused():
    table = pd.DataFrame({"path": ["a >  > b", "a > b", " > b"]})
    with pytest.raises(SchemaError, match=r"2 rows of 'paths' .* no channel beside it: 'a >  > b'"):
        split_paths(table)
    with pytest.raises(TypeError, match="paths is a pandas DataFrame"):
        split_paths({"path": ["a"]})
