"""What is measured of affinity: the pairs of a wide catalogue, by custintel and by mlxtend."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from custintel.affinity import product_pairs

with warnings.catch_warnings():
    # Its import changes the filters of warnings.
    warnings.simplefilter("ignore")
    from mlxtend.frequent_patterns import association_rules, fpgrowth

from .measuring import Task

N_PRODUCTS = 60_000
FEWEST = 5  # baskets that hold a pair


def order_lines(n_baskets: int) -> pd.DataFrame:
    """Return orders of some five products, of which a few sell often and most hardly ever.

    After a product of an even number, a quarter of the lines are of the one that follows it.
    """
    rng = np.random.default_rng(1)
    sizes = 1 + rng.poisson(4, n_baskets)
    order = np.repeat(np.arange(n_baskets), sizes)
    popularity = np.cumsum((np.arange(N_PRODUCTS) + 30.0) ** -0.9)
    product = np.searchsorted(popularity / popularity[-1], rng.random(len(order)))
    is_same_order = np.r_[False, order[1:] == order[:-1]]
    goes_with_last = is_same_order & (rng.random(len(order)) < 0.25)
    product[goes_with_last] = (np.r_[0, product[:-1]] ^ 1)[goes_with_last]
    return pd.DataFrame(
        {
            "order_id": pd.Series(order).astype("str"),
            "product_id": pd.Series(np.minimum(product, N_PRODUCTS - 1)).astype("str"),
            "ordered_at": pd.Timestamp("2024-03-01"),
            "revenue": 10.0,
        }
    )


def one_hot(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the orders as mlxtend wants them: a sparse frame of orders × products."""
    row, orders = pd.factorize(lines["order_id"])
    column, products = pd.factorize(lines["product_id"])
    ones = np.ones(len(row), dtype=bool)
    held = csr_matrix((ones, (row, column)), shape=(len(orders), len(products)))
    held.sum_duplicates()
    return pd.DataFrame.sparse.from_spmatrix(held, columns=list(products))


def _sums(rules: pd.DataFrame, measures: list[str]) -> list[float]:
    return [float(len(rules)), *(float(rules[name].sum()) for name in measures)]


def _pairs(lines: pd.DataFrame) -> list[float]:
    pairs = product_pairs(lines, as_of="2024-12-31", min_support=FEWEST)
    return _sums(pairs, ["support", "confidence", "lift", "leverage", "zhang"])


def _pairs_of_mlxtend(held: pd.DataFrame) -> list[float]:
    # Half a basket below, lest rounding moves the threshold.
    sets = fpgrowth(held, (FEWEST - 0.5) / len(held), use_colnames=True, max_len=2)
    rules: Any = association_rules(sets, metric="support", min_threshold=0.0)
    return _sums(rules, ["support", "confidence", "lift", "leverage", "zhangs_metric"])


TASKS = {
    ("pairs", "custintel"): Task(order_lines, _pairs),
    ("pairs", "mlxtend"): Task(order_lines, lambda lines: _pairs_of_mlxtend(one_hot(lines))),
    ("pairs_of_encoded", "mlxtend"): Task(
        lambda n: one_hot(order_lines(n)), lambda held: _pairs_of_mlxtend(held)
    ),
}
