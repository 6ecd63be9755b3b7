"""Orders at a discount."""

import numpy as np
import pandas as pd
import pytest

from custintel._shrinkage import shrunk_rates
from custintel.affinity import promotion_dependency
from custintel.errors import SchemaError

AS_OF = "2024-12-31"


@pytest.fixture
def transactions():
    rng = np.random.default_rng(4)
    n = 400
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 40, n).astype(str),
            "order_id": rng.integers(0, 250, n).astype(str),
            "ordered_at": pd.Timestamp("2024-05-01"),
            "revenue": rng.choice([20.0, 40.0, -20.0], n, p=[0.5, 0.4, 0.1]),
            "discount": rng.choice([0.0, 5.0, np.nan], n, p=[0.6, 0.3, 0.1]),
            "channel": rng.choice(["web", "shop", None], n),
        }
    )


@pytest.mark.parametrize("by", ["customer_id", "channel"])
def test_table_is_that_of_a_loop(transactions, by):
    table = promotion_dependency(transactions, as_of=AS_OF, by=by)
    bought = transactions[transactions["revenue"] >= 0].fillna({"discount": 0.0})
    groups = bought[by].where(bought[by].notna(), "(missing)")
    assert set(table.index) == set(groups)
    for name, row in table.iterrows():
        lines = bought[groups == name]
        orders = lines.groupby(["customer_id", "order_id"])["discount"].max() > 0
        only = orders.groupby("customer_id").all()
        assert row["n_customers"] == len(only)
        assert row["n_orders"] == len(orders)
        assert row["n_discounted"] == orders.sum()
        assert row["n_only_discounted"] == only.sum()
        assert row["discounted_share"] == pytest.approx(orders.mean())
        listed = lines["revenue"].sum() + lines["discount"].sum()
        assert row["discount_rate"] == pytest.approx(lines["discount"].sum() / listed)


def test_small_rows_are_drawn_towards_the_others(transactions):
    table = promotion_dependency(transactions, as_of=AS_OF)
    shrunk = shrunk_rates(table["n_discounted"], table["n_orders"])
    assert table["shrunk_share"].tolist() == pytest.approx(shrunk.value.tolist())
    assert table["shrunk_share"].std() < table["discounted_share"].std()
    assert (table["shrunk_share_low"] < table["shrunk_share_high"]).all()


def test_names_are_in_order_and_the_missing_last(transactions):
    table = promotion_dependency(transactions, as_of=AS_OF, by="channel")
    assert table.index.tolist() == ["shop", "web", "(missing)"]


def test_bad_input_is_refused(transactions):
    with pytest.raises(SchemaError, match="'discount' of 'transactions' is negative on 1 lines"):
        promotion_dependency(
            pd.DataFrame(
                {
                    "customer_id": ["a", "b"],
                    "ordered_at": pd.Timestamp("2024-01-01"),
                    "revenue": [1.0, 1.0],
                    "discount": [-1.0, 0.0],
                }
            ),
            as_of=AS_OF,
        )
    with pytest.raises(SchemaError, match="no purchase"):
        promotion_dependency(transactions, as_of="2001-01-01")
    with pytest.raises(SchemaError, match="lacks 'discount'"):
        promotion_dependency(transactions.drop(columns="discount"), as_of=AS_OF)
    free = transactions.head(3).assign(revenue=0.0, discount=0.0, customer_id="a")
    assert np.isnan(promotion_dependency(free, as_of=AS_OF)["discount_rate"].iloc[0])


@pytest.mark.parametrize("column", ["revenue", "discount"])
def test_amounts_that_cannot_be_added_up_are_refused(transactions, column):
    transactions.loc[7, "revenue"] = 20.0  # a purchase, as refunds are not read
    transactions.loc[7, column] = 1e308
    with pytest.raises(SchemaError, match=rf"1 line .* has a {column} beyond 1e\+30"):
        promotion_dependency(transactions, as_of=AS_OF)
