"""What is bought together is the same from every engine, and equal to its definition."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.affinity import attach_rate, basket_statistics, itemset_rules, product_pairs
from custintel.affinity._baskets import Baskets, read_baskets

AS_OF = "2025-02-28"

# Some lines of the data have no product, of which each table warns.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")


@pytest.fixture(scope="module")
def transactions(transactions: pd.DataFrame) -> pd.DataFrame:
    """The lines of the other tests with products, some missing; one is the accessory of another."""
    rng = np.random.default_rng(7)
    n = len(transactions)
    product = np.minimum(rng.exponential(4, n).astype(int), 30)
    product[1:][rng.random(n - 1) < 0.2] = 3
    names = np.array([*(f"p{i}" for i in range(31)), None], dtype=object)
    channels = np.array(["web", "shop", "Élysée", None], dtype=object)
    return transactions.assign(
        # The same numbers for every customer, as of shops that each count from zero.
        order_id=[f"o{i}" for i in rng.integers(0, 4, n)],
        # As objects, so that what is missing stays None on its way to other engines.
        product_id=pd.Series(names[np.where(rng.random(n) < 0.03, 31, product)], dtype=object),
        channel=pd.Series(channels[rng.integers(0, 4, n)], dtype=object),
        rating=rng.integers(1, 12, n),
        quantity=rng.integers(1, 4, n).astype(float),
    )


TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "product_pairs": lambda frame: product_pairs(frame, as_of=AS_OF, min_support=5),
    "product_pairs, customers": lambda frame: product_pairs(
        frame, as_of=AS_OF, min_support=0.1, basket="customer"
    ),
    "product_pairs, channels": lambda frame: product_pairs(
        frame, as_of=AS_OF, min_support=1, by="channel", basket="customer"
    ),
    "product_pairs, numbers": lambda frame: product_pairs(
        frame, as_of=AS_OF, min_support=1, by="rating"
    ),
    "itemset_rules": lambda frame: itemset_rules(frame, as_of=AS_OF, min_support=5, max_length=4),
    "attach_rate": lambda frame: attach_rate(
        frame, ["p0", "p1", "p2"], ["p3", "p4"], as_of=AS_OF, window="12M"
    ),
    "basket_statistics": lambda frame: basket_statistics(frame, as_of=AS_OF, by="channel"),
    "basket_statistics, all": lambda frame: basket_statistics(frame, as_of=AS_OF),
    "basket_statistics, customers": lambda frame: basket_statistics(
        frame, as_of=AS_OF, by="customer_id"
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions)
    assert len(expected) >= (1 if name.endswith("all") else 3)
    found = TABLES[name](engine_frame)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-12)


def test_baskets_are_the_same_from_every_engine(
    engine_frame: Any, transactions: pd.DataFrame
) -> None:
    for basket in ("order", "customer"):
        read = {"as_of": AS_OF, "basket": basket, "by": "product_id"}
        found, expected = read_baskets(engine_frame, **read), read_baskets(transactions, **read)
        assert found.baskets.to_list() == expected.baskets.to_list()
        assert found.items.to_list() == expected.items.to_list()
        assert (found.n_lines, found.n_unnamed) == (expected.n_lines, expected.n_unnamed)
        assert _named_rows(found) == _named_rows(expected)


def test_baskets_equal_their_definition(transactions: pd.DataFrame) -> None:
    baskets = read_baskets(transactions, as_of=AS_OF, basket="order", by="product_id")
    is_seen = transactions["ordered_at"].dt.normalize() <= AS_OF
    bought = transactions[is_seen & (transactions["revenue"] >= 0)]
    orders = bought.groupby(["order_id", "customer_id"])
    assert baskets.baskets.to_list() == sorted(name for name, _customer in orders.groups)
    assert baskets.items.to_list() == sorted(bought["product_id"].dropna().unique())
    assert baskets.n_unnamed == bought["product_id"].isna().sum() > 10
    held = sorted(
        (name, tuple(baskets.items.isin(products).astype(int)))
        for (name, _customer), products in orders["product_id"]
    )
    assert _named_rows(baskets) == held


def _named_rows(baskets: Baskets) -> list[tuple[str, tuple[int, ...]]]:
    """Return what each basket holds; the order of those of one name is nobody's."""
    rows = map(tuple, baskets.matrix.toarray().tolist())
    return sorted(zip(baskets.baskets, rows, strict=True))


def test_statistics_of_channels_equal_their_definition(transactions: pd.DataFrame) -> None:
    table = basket_statistics(transactions, as_of=AS_OF, by="channel")
    seen = transactions[transactions["ordered_at"].dt.normalize() <= AS_OF]
    assert table.index.to_list() == ["shop", "web", "Élysée", "(missing)"]
    for channel, row in table.iterrows():
        mine = seen[seen["channel"].fillna("(missing)") == channel]
        bought = mine[mine["revenue"] >= 0]
        orders = [bought["customer_id"], bought["order_id"]]
        sizes = bought["product_id"].fillna("?").groupby(orders).nunique()
        assert row["n_orders"] == len(sizes)
        assert row["items_per_order"] == pytest.approx(sizes.mean())
        half = row["items_per_order_high"] - row["items_per_order"]
        assert half == pytest.approx(1.96 * sizes.sem(), rel=0.01)
        assert row["revenue"] == pytest.approx(mine["revenue"].sum())
        assert row["units_per_order"] == pytest.approx(bought["quantity"].sum() / len(sizes))
