"""Methods side by side, with what a conversion costs."""

import numpy as np
import pandas as pd
import pytest

from custintel.attribution import attribute_paths, attribution_comparison
from custintel.errors import SchemaError, WeakResultWarning

PATHS = pd.DataFrame(
    {
        "path": [("search", "mail"), ("mail",), ("display",), ()],
        "n_conversions": [60, 40, 10, 5],
        "n_nulls": [0, 0, 90, 0],
        "value": [6000.0, 4000.0, 1000.0, 500.0],
    }
)


def credits(*methods):
    return {method: attribute_paths(PATHS, method=method) for method in methods}


def test_rows_are_channels_by_their_conversions_and_methods_as_given():
    table = attribution_comparison(credits("shapley", "first"))
    assert table["channel"].tolist() == [
        name for name in ("mail", "search", "display", "(no touch)") for _method in range(2)
    ]
    assert table["method"].tolist() == ["shapley", "first"] * 4
    sums = table.groupby("method")["conversions"].sum()
    assert sums.tolist() == pytest.approx([115, 115])
    assert table[["cost", "cost_per_conversion", "roi"]].isna().all(axis=None)


def test_costs_are_set_against_credits():
    cost = pd.Series({"search": 1500.0, "mail": 200.0, "display": 0.0})
    table = attribution_comparison(credits("linear"), cost=cost, margin_rate=0.5)
    rows = table.set_index("channel")
    assert rows.loc["search", "cost_per_conversion"] == pytest.approx(1500 / 30)
    assert rows.loc["search", "roi"] == pytest.approx((0.5 * 3000 - 1500) / 1500)
    assert rows.loc["mail", "roi"] == pytest.approx((0.5 * 7000 - 200) / 200)
    for name in ("cost_per_conversion", "roi"):
        known = rows.loc[["search", "mail"]]
        assert (known[f"{name}_low"] < known[name]).all()
        assert (known[name] < known[f"{name}_high"]).all()
    assert rows.loc["display", "cost_per_conversion"] == 0
    assert np.isnan(rows.loc["display", "roi"])
    assert rows.loc["(no touch)", ["cost", "roi"]].isna().all()


def test_channels_without_credit_cost_without_bound():
    cost = {"search": 100.0, "mail": 1.0, "display": 1.0}
    table = attribution_comparison(credits("last"), cost=cost).set_index("channel").loc["search"]
    assert table["conversions"] == 0
    assert np.isnan(table["cost_per_conversion"])
    assert table["cost_per_conversion_high"] == np.inf
    assert table["roi"] == -1


def test_channels_with_a_cost_that_touched_nobody_are_rows():
    cost = {"search": 1.0, "mail": 1.0, "display": 1.0, "radio": 9.0}
    with pytest.warns(WeakResultWarning, match="1 channel has a cost but touched nobody: 'radio'"):
        table = attribution_comparison(credits("last", "first"), cost=cost)
    rows = table[table["channel"] == "radio"]
    assert rows["conversions"].tolist() == [0, 0]
    assert rows["cost"].tolist() == [9, 9]
    # It has brought nothing, so that all of its cost is lost.
    assert rows["value"].tolist() == [0, 0]
    assert rows["roi"].tolist() == [-1, -1]


def test_channels_without_a_cost_are_named():
    with pytest.warns(WeakResultWarning, match="2 channels have no cost.*'mail', 'display'"):
        attribution_comparison(credits("last"), cost={"search": 1.0})


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        ({"mail": -1.0}, "1 channel of cost comes twice, or without an amount"),
        ({"mail": "x"}, "without an amount of 0 or more: 'mail'"),
        (pd.Series([1.0, 2.0], ["mail", "mail"]), "comes twice"),
    ],
)
def test_wrong_costs_are_refused(cost, message):
    with pytest.raises(SchemaError, match=message):
        attribution_comparison(credits("last"), cost=cost)


def test_tables_of_other_paths_are_refused():
    other = attribute_paths(PATHS.iloc[[0, 1, 2]], method="last")
    with pytest.raises(SchemaError, match="other channels"):
        attribution_comparison({**credits("last"), "other": other})
    more = attribute_paths(PATHS.assign(n_conversions=100), method="last")
    with pytest.raises(SchemaError, match="add up to different conversions: last 115, other 400"):
        attribution_comparison({**credits("last"), "other": more})
    with pytest.raises(SchemaError, match="Table 'last' lacks"):
        attribution_comparison({"last": PATHS})


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="credits is empty"):
        attribution_comparison({})
    with pytest.raises(TypeError, match="credits is a mapping"):
        attribution_comparison([PATHS])
    with pytest.raises(TypeError, match="cost is a mapping"):
        attribution_comparison(credits("last"), cost=5)
    with pytest.raises(ValueError, match="margin_rate lies between"):
        attribution_comparison(credits("last"), margin_rate=60)
