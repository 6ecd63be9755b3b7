import numpy as np
import pandas as pd
import pytest

from custintel.affinity._baskets import read_baskets
from custintel.errors import SchemaError

AS_OF = "2024-12-31"


def held(baskets):
    """Return the sets of items by the names of the baskets."""
    dense = baskets.matrix.toarray().astype(bool)
    return {name: set(baskets.items[row]) for name, row in zip(baskets.baskets, dense, strict=True)}


def read(table, **more):
    return read_baskets(table, **{"as_of": AS_OF, "basket": "order", "by": "product_id", **more})


@pytest.fixture(params=["pandas", "engine"])
def held_where(request, monkeypatch):
    """Small tables are numbered by pandas, large ones by DuckDB."""
    if request.param == "engine":
        monkeypatch.setattr("custintel._frames._LARGE", 1)


@pytest.mark.usefixtures("held_where")
def test_orders_and_customers(order_lines):
    assert held(read(order_lines)) == {
        "1": {"cd-1", "cd-2"},
        "2": {"cd-1"},
        "3": {"book-1", "cd-2"},
        "4": {"book-1", "book-2"},
        "5": {"gift"},
    }
    assert held(read(order_lines, basket="customer", by="category")) == {
        "ada": {"books", "music"},
        "ben": {"books", "music"},
        "cleo": {"books"},
    }


def test_an_item_that_stands_twice_in_a_basket_counts_once(order_lines):
    twice = pd.concat([order_lines, order_lines])
    baskets = read(twice)
    assert baskets.matrix.max() == 1
    assert held(baskets) == held(read(order_lines))
    assert baskets.item_counts().tolist() == [2, 1, 2, 2, 1]


def test_only_the_days_observed_are_read(order_lines):
    assert set(held(read(order_lines, as_of="2024-02-10"))) == {"1", "2", "3", "4"}
    first_day = pd.Timestamp("2024-01-05")
    assert set(held(read(order_lines, as_of="2024-02-10", first_day=first_day))) == {"3", "4"}


def test_refunds_are_in_no_basket(order_lines):
    order_lines.loc[1, "revenue"] = -15.0
    order_lines.loc[2, "revenue"] = 0.0
    assert held(read(order_lines))["1"] == {"cd-1"}
    assert held(read(order_lines))["2"] == {"cd-1"}


def test_a_basket_without_named_items_is_empty(order_lines):
    order_lines.loc[[2, 3], "product_id"] = None
    baskets = read(order_lines)
    assert held(baskets)["2"] == set()
    assert held(baskets)["3"] == {"cd-2"}
    assert (baskets.n_lines, baskets.n_unnamed) == (8, 2)


def test_without_any_item_all_baskets_are_empty(order_lines):
    baskets = read(order_lines.assign(product_id=pd.Series([None] * 8, dtype="str")))
    assert baskets.matrix.shape == (5, 0)
    assert baskets.n_unnamed == 8


@pytest.mark.parametrize("dtype", ["category", "object", "str"])
def test_items_of_any_type_of_text(order_lines, dtype):
    typed = order_lines.astype({"category": dtype})
    assert held(read(typed, by="category")) == held(read(order_lines, by="category"))


def test_items_may_be_numbers_and_are_sorted_as_text(order_lines):
    baskets = read(order_lines.assign(shelf=[9, 10, 9, 10, 2, 2, 9, 9]), by="shelf")
    assert baskets.items.to_list() == ["10", "2", "9"]


def test_large_tables_pass_through_the_database(order_lines, monkeypatch):
    expected = read(order_lines)
    monkeypatch.setattr("custintel._frames._LARGE", 1)
    found = read(order_lines)
    assert held(found) == held(expected)
    assert (found.matrix != expected.matrix).nnz == 0


@pytest.mark.parametrize("large", [1, 100])
def test_baskets_need_no_names(order_lines, monkeypatch, large):
    monkeypatch.setattr("custintel._frames._LARGE", large)
    baskets = read(order_lines, name_baskets=False)
    assert baskets.baskets.to_list() == [0, 1, 2, 3, 4]
    sets = {frozenset(baskets.items[row.astype(bool)]) for row in baskets.matrix.toarray()}
    assert sets == set(map(frozenset, held(read(order_lines)).values()))


def test_unusable_tables_are_refused(order_lines):
    with pytest.raises(SchemaError, match=r"no purchase on or before 2020-01-01"):
        read(order_lines, as_of="2020-01-01")
    with pytest.raises(SchemaError, match=r"no purchase from 2024-04-01 to 2024-12-31"):
        read(order_lines, first_day=pd.Timestamp("2024-04-01"))
    with pytest.raises(SchemaError, match=r"no 'order_id', .* basket='customer'"):
        read(order_lines.drop(columns="order_id"))
    with pytest.raises(SchemaError, match=r"lacks 'produkt' \(nearest: 'product_id'\)"):
        read(order_lines, by="produkt")
    with pytest.raises(SchemaError, match=r"without order_id \(1\)"):
        read(order_lines.assign(order_id=order_lines["order_id"].where(order_lines.index > 0)))
    with pytest.raises(ValueError, match="basket is one of 'order', 'customer': got 'session'"):
        read(order_lines, basket="session")
    assert np.isfinite(order_lines["revenue"]).all()


@pytest.mark.usefixtures("held_where")
def test_orders_of_one_number_are_one_for_each_customer(order_lines):
    # Order 1 is Ada's; Cleo's order 4, two books, gets its number, as of another system.
    shared = order_lines.assign(order_id=order_lines["order_id"].replace("4", "1"))
    baskets = read(shared)
    assert baskets.baskets.to_list() == ["1", "1", "2", "3", "5"]
    # Which of the two comes first is left to the engine.
    rows = baskets.matrix.toarray().astype(bool)
    assert {frozenset(baskets.items[row]) for row in rows[:2]} == {
        frozenset({"cd-1", "cd-2"}),
        frozenset({"book-1", "book-2"}),
    }
    numbered = read(shared, name_baskets=False)
    assert numbered.matrix.shape == baskets.matrix.shape
    assert numbered.item_counts().tolist() == baskets.item_counts().tolist()
    # Without customers a number is all that tells orders apart.
    assert len(read(shared.drop(columns="customer_id")).baskets) == 4
