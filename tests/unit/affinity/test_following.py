import numpy as np
import pandas as pd
import pytest

from custintel._time import Span
from custintel.affinity import _following
from custintel.affinity._following import Runs, Sums, window_ends
from custintel.affinity._sequences import coded_as_text, stable_order


def days(*dates):
    return np.array(dates, "datetime64[D]").astype("int64")


@pytest.mark.parametrize(
    ("day", "horizon", "end"),
    [
        ("2024-01-31", "1M", "2024-02-29"),
        ("2023-01-31", "1M", "2023-02-28"),
        ("2024-02-29", "12M", "2025-02-28"),
        ("2024-02-29", "1Y", "2025-02-28"),
        ("2024-02-29", "4Y", "2028-02-29"),
        ("2024-12-15", "2W", "2024-12-29"),
        ("2024-12-15", "10D", "2024-12-25"),
        ("2024-01-01", "0.5M", "2024-01-16"),
        ("0001-01-01", "1M", "0001-02-01"),
    ],
)
def test_horizons_end_by_the_calendar(day, horizon, end):
    assert window_ends(days(day), Span.parse(horizon)).tolist() == days(end).tolist()


def test_horizons_agree_with_pandas():
    every = pd.date_range("2019-12-25", "2024-03-05")
    for n in (1, 6, 11, 12, 25):
        expected = (every + pd.DateOffset(months=n)).values.astype("datetime64[D]").astype("int64")
        found = window_ends(every.values.astype("datetime64[D]").astype("int64"), Span(n, "M"))
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("block", [1, 2, 3, 100])
def test_runs_are_gone_through_in_blocks(monkeypatch, block):
    monkeypatch.setattr(_following, "_BLOCK", block)
    runs = Runs(np.array([0, 2, 5, 5]), np.array([3, 2, 9, 6]))
    parts = list(runs.pairs())
    cases = np.concatenate([case for case, _run in parts]).tolist()
    positions = np.concatenate([run for _case, run in parts]).tolist()
    assert cases == [0, 1, 2, 5, 6, 7, 8, 5]
    assert positions == [0, 0, 0, 2, 2, 2, 2, 3]


@pytest.mark.parametrize("most", [0, 3, 1000])
def test_counts_do_not_depend_on_the_blocks(monkeypatch, most):
    monkeypatch.setattr(_following, "_MOST_PENDING", most)
    rng = np.random.default_rng(0)
    blocks = [rng.integers(0, 5, n) for n in (4, 0, 1, 7)]
    found = Sums.counts(iter(blocks))
    keys, counts = np.unique(np.concatenate(blocks), return_counts=True)
    assert found.keys.tolist() == keys.tolist()
    assert found.values.tolist() == counts.tolist()
    assert found.at(np.array([-1, keys[0], 99])).tolist() == [0, counts[0], 0]


def test_keys_too_large_to_pack_are_sorted_all_the_same():
    keys = np.array([2**61, 5, 2**61, 0, 5])
    assert stable_order(keys).tolist() == [3, 1, 4, 0, 2]
    assert stable_order(keys % 7).tolist() == np.argsort(keys % 7, kind="stable").tolist()


def test_items_are_texts_in_order_and_the_missing_have_a_name():
    codes, names = coded_as_text(pd.Series(["b", None, 10, "10", 9.0, np.nan], dtype=object))
    assert names.tolist() == ["(missing)", "10", "9.0", "b"]
    assert codes.tolist() == [3, 0, 1, 1, 2, 0]
