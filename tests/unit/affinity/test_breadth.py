"""Categories per customer beside those of orders drawn from all."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from custintel.affinity import category_breadth
from custintel.errors import SchemaError, SetAsideWarning

AS_OF = "2024-12-31"


def drawn(n_customers=300, seed=3):
    """Customers whose orders, of one or two lines, are drawn alike."""
    rng = np.random.default_rng(seed)
    n_orders = rng.integers(1, 7, n_customers)
    customer = np.repeat(np.arange(n_customers), n_orders)
    lines = rng.integers(1, 3, len(customer))
    return pd.DataFrame(
        {
            "customer_id": np.repeat(customer, lines).astype(str),
            "order_id": np.repeat(np.arange(len(customer)), lines).astype(str),
            "ordered_at": pd.Timestamp("2024-05-01"),
            "revenue": 5.0,
            "category": rng.choice(list("abcdef"), lines.sum(), p=[0.4, 0.2, 0.2, 0.1, 0.05, 0.05]),
        }
    )


def test_means_are_those_of_a_group_by():
    transactions = drawn()
    table = category_breadth(transactions, as_of=AS_OF, most=4)
    customers = transactions.groupby("customer_id").agg(
        n=("order_id", "nunique"), breadth=("category", "nunique")
    )
    for n_orders, row in table.iterrows():
        one = customers[customers["n"].clip(upper=4) == n_orders]["breadth"]
        assert row["n_customers"] == len(one)
        assert row["mean_categories"] == pytest.approx(one.mean())
        half = t.ppf(0.975, len(one) - 1) * one.sem()
        assert row["mean_categories_high"] - one.mean() == pytest.approx(half)
        assert row["single_category_share"] == pytest.approx((one == 1).mean())
    assert table["n_customers"].sum() == 300


def test_expected_categories_are_those_of_shuffled_orders():
    transactions = drawn(n_customers=40)
    table = category_breadth(transactions, as_of=AS_OF)
    orders = transactions.groupby("order_id")["category"].agg(set)
    rng = np.random.default_rng(1)
    for n_orders, row in table.iterrows():
        met = [
            len(set.union(*orders.iloc[rng.choice(len(orders), n_orders, replace=False)]))
            for _ in range(3000)
        ]
        error = np.std(met) / np.sqrt(len(met))
        assert abs(np.mean(met) - row["expected_categories"]) < 4 * error + 1e-9


def test_customers_who_choose_alike_are_as_broad_as_expected_and_loyal_ones_narrower():
    alike = category_breadth(drawn(2000), as_of=AS_OF)
    gap = (alike["mean_categories"] - alike["expected_categories"]).abs()
    assert (gap < 1.5 * (alike["mean_categories_high"] - alike["mean_categories"])).all()
    loyal = drawn(500).assign(category=lambda lines: lines["customer_id"].str[-1])
    narrow = category_breadth(loyal, as_of=AS_OF).loc[2:]
    assert (narrow["mean_categories_high"] < narrow["expected_categories"]).all()
    assert (narrow["mean_categories"] == 1).all()


def test_without_orders_each_row_is_one():
    transactions = drawn(30)
    rows = transactions.assign(order_id=np.arange(len(transactions)).astype(str))
    pd.testing.assert_frame_equal(
        category_breadth(rows.drop(columns="order_id"), as_of=AS_OF),
        category_breadth(rows, as_of=AS_OF),
    )


def test_lines_without_a_category_are_counted():
    transactions = drawn(30)
    transactions.loc[[0, 1, 2], "category"] = None
    with pytest.warns(SetAsideWarning, match="3 of .* purchase lines have no category"):
        category_breadth(transactions, as_of=AS_OF)


def test_bad_input_is_refused():
    transactions = drawn(5)
    with pytest.raises(SchemaError, match="no purchase on or before"):
        category_breadth(transactions, as_of="2020-01-01")
    with pytest.raises(SchemaError, match="no purchase on or before"):
        category_breadth(transactions.assign(revenue=-1.0), as_of=AS_OF)
    with pytest.raises(ValueError, match="most is a whole number"):
        category_breadth(transactions, as_of=AS_OF, most=0)
    one = category_breadth(transactions.head(1), as_of=AS_OF)
    assert one["expected_categories"].tolist() == [1.0]
    assert np.isnan(one["mean_categories_low"].iloc[0])
