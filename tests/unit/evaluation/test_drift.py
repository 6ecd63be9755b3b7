"""Drift against an example by hand and against chance."""

import json

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.evaluation import DriftBins, drift_bins, drift_table


def test_index_equals_the_sum_by_hand():
    reference = pd.DataFrame({"channel": ["web"] * 50 + ["shop"] * 30 + [None] * 20})
    current = pd.DataFrame({"channel": ["web"] * 90 + ["shop"] * 60 + ["app"] * 30 + [None] * 20})
    row = drift_table(reference, current).loc["channel"]
    before, after = (50.5, 30.5, 0.5, 20.5), (90.5, 60.5, 30.5, 20.5)  # web, shop, app, missing
    pairs = [(e / 102, a / 202) for e, a in zip(before, after, strict=True)]
    assert row["psi"] == pytest.approx(sum((a - e) * np.log(a / e) for e, a in pairs))
    assert row["expected_psi"] == pytest.approx(3 * (1 / 100 + 1 / 200))
    assert (row["unseen_share"], row["missing_share"]) == (0.15, 0.1)
    assert row["missing_share_reference"] == 0.2
    assert (row["n_reference"], row["n_current"], row["n_bins"]) == (100, 200, 4)


def test_without_drift_the_index_is_as_expected():
    rng = np.random.default_rng(6)
    found = []
    for _draw in range(150):
        both = [
            pd.DataFrame({"spend": rng.lognormal(size=n), "kind": rng.choice(list("abc"), n)})
            for n in (600, 300)
        ]
        found.append(drift_table(*both))
    mean = sum(each["psi"] for each in found) / 150
    np.testing.assert_allclose(mean, found[0]["expected_psi"], rtol=0.15)
    false_alarms = np.mean([each["p"] < 0.1 for each in found], axis=0)
    assert (np.abs(false_alarms - 0.1) < 0.08).all()


def test_stored_bins_give_the_same_table():
    rng = np.random.default_rng(7)
    reference = pd.DataFrame({"spend": rng.lognormal(size=300), "constant": 5.0, "empty": np.nan})
    reference["huge"] = np.where(rng.random(300) < 0.5, np.inf, -np.inf)
    reference["kind"] = rng.choice(["a", None], 300)
    current = reference.iloc[:100].assign(spend=lambda table: table["spend"] * 2, constant=4.0)
    bins = DriftBins.from_json(drift_bins(reference).to_json())
    table = drift_table(bins, current)
    pd.testing.assert_frame_equal(table, drift_table(reference, current))
    assert table.loc["constant", "rule_of_thumb"] == "much drift"
    assert table.loc["empty", ["psi", "p"]].tolist() == [0, 1]
    assert table.loc["spend", "q"] < 0.05
    with pytest.raises(SchemaError, match="no bins of drift"):
        DriftBins.from_json("{}")


def test_tables_that_do_not_fit_are_told():
    reference = pd.DataFrame({"spend": [1.0, 2.0, 3.0]})
    with pytest.raises(SchemaError, match="lacks 'spend'"):
        drift_table(reference, pd.DataFrame({"revenue": [1.0]}))
    with pytest.raises(SchemaError, match="held numbers in the reference"):
        drift_table(reference, pd.DataFrame({"spend": ["a lot"]}))
    with pytest.raises(SchemaError, match="no rows"):
        drift_table(reference, reference.iloc[:0])


def test_sums_that_are_rounded_otherwise_are_the_same_number():
    rng = np.random.default_rng(8)
    is_heap = rng.random(400) < 0.5
    reference = pd.DataFrame({"spend": np.where(is_heap, 0.3, rng.random(400)), "fixed": 0.3})
    # As another engine, or another order of the lines, may add up 10 and 20 cents.
    current = reference.where(reference != 0.3, 0.1 + 0.2)
    assert (drift_table(reference, current)["psi"] == 0).all()


def test_categories_with_a_bin_do_not_depend_on_the_order_of_rows():
    reference = pd.DataFrame({"kind": [f"k{number:02}" for number in range(60)] * 2})
    assert drift_bins(reference) == drift_bins(reference[::-1])


@pytest.mark.parametrize("counts", [[1], [1, 2, 3, 4, 5]])
@pytest.mark.parametrize("edges", [[1], ["a"], [2, 1]])
def test_bins_that_do_not_fit_together_are_told(counts, edges):
    column = {"name": "x", "edges": edges, "categories": [], "counts": counts, "is_numeric": True}
    with pytest.raises(SchemaError, match="no bins of drift"):
        DriftBins.from_json(json.dumps({"format": 1, "n": 3, "columns": [column]}))
    with pytest.raises(SchemaError, match="no bins of drift"):
        DriftBins.from_json('{"format": 1, "n": Infinity, "columns": []}')
