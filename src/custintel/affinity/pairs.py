"""Which items are bought together, two at a time."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._frames import Frame
from custintel._significance import fisher_greater
from custintel._time import Day
from custintel.affinity._baskets import Basket, read_baskets, warn_single_items, warn_unnamed
from custintel.affinity._frequent import ItemSets, frequent_items, least_count, one_larger
from custintel.affinity._pair_measures import Counts, Together, q_among

_MOST_COMPARED = 5_000_000  # rules set beside more general ones at once


def product_pairs(
    transactions: Frame,
    *,
    as_of: Day,
    min_support: float,
    basket: Basket = "order",
    by: str = "product_id",
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure which items are bought together more often than chance brings them together.

    Each pair has two rows: of those who take the antecedent, how many take the consequent.
    The measures say nothing on which was the cause of which, and within an order nothing on
    which came first.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue``, the column `by`, and ``order_id`` or ``customer_id``;
        pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file. If it has both,
        orders of one number but of several customers are several orders. Refunds are left
        out. Lines without an item count in their baskets alone, and a warning counts them.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    min_support : float or int
        How often an item, or a pair, is to occur for being listed: a share of the baskets
        above 0 and up to 1.0 (float), or a number of baskets (int).
    basket : {"order", "customer"}, default="order"
        What items are together in: one order, or all that a customer ever bought.
    by : str, default="product_id"
        Column whose values are the items, such as ``product_id`` or ``category``. An item
        that stands twice in a basket counts once.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per ordered pair that `min_support` baskets hold; highest ``lift_low`` first,
        then by ``n_both``, most first, then by the names. With A the antecedent, B the
        consequent and P shares of the baskets:

        - ``antecedent``, ``consequent`` : str, the items
        - ``n_baskets`` : int, all baskets with a purchase, the same in each row
        - ``n_antecedent``, ``n_consequent``, ``n_both`` : int, baskets that hold them
        - ``support`` : float, 0-1, P(A and B)
        - ``confidence``, ``confidence_low``, ``confidence_high`` : float, 0-1, P(B | A) with
          its Wilson interval
        - ``lift``, ``lift_low``, ``lift_high`` : float, > 0, P(B | A) / P(B), the same both
          ways: 1 by chance; the interval is symmetric on the log scale, and rough where
          ``n_both`` is below 5
        - ``leverage`` : float, P(A and B) − P(A) P(B)
        - ``conviction`` : float, ≥ 0, P(A) P(not B) / P(A and not B); inf where
          ``confidence`` is 1
        - ``zhang`` : float, from −1 to 1, Zhang's measure: 0 by chance, and where either
          item is in every basket
        - ``p`` : float, 0-1, of Fisher's exact test, that chance brings them together as
          often or more so; the same both ways
        - ``q`` : float, 0-1, p after Benjamini and Hochberg: among the pairs with q up to
          0.05, at most 5 % are expected to be chance. Pairs are counted once, and all pairs
          of items that each reach `min_support` are counted; p of those not listed, as 1
        - ``is_redundant`` : bool, whether a more general rule says as much: B's share of all
          baskets, or the rule from an item that every basket with A holds. Such an item's
          rules are those of an accessory's main product

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If an argument is not as described, or more than five million pairs reach
        `min_support`.

    Warns
    -----
    SetAsideWarning
        If purchase lines have no item.
    WeakResultWarning
        If no basket holds two items, so that there are no pairs.

    References
    ----------
    Agrawal, R., Imielinski, T. and Swami, A. (1993). Mining association rules between sets
    of items in large databases. SIGMOD Record 22(2), 207-216.

    Bayardo, R. J., Agrawal, R. and Gunopulos, D. (2000). Constraint-based rule mining in
    large, dense databases. Data Mining and Knowledge Discovery 4, 217-240.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of
    the Royal Statistical Society B 57, 289-300.

    Brin, S., Motwani, R., Ullman, J. D. and Tsur, S. (1997). Dynamic itemset counting and
    implication rules for market basket data. SIGMOD Record 26(2), 255-264.

    Zhang, T. (2000). Association rules. Proceedings of PAKDD 2000, 245-256.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "order_id": ["1", "1", "2", "2", "3", "4"],
    ...     "product_id": ["bread", "butter", "bread", "butter", "bread", "milk"],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": 2.0,
    ... })
    >>> pairs = product_pairs(transactions, as_of="2024-12-31", min_support=2)
    >>> pairs[["antecedent", "consequent", "n_both", "confidence", "lift"]].round(2)
      antecedent consequent  n_both  confidence  lift
    0      bread     butter       2        0.67  1.33
    1     butter      bread       2        1.00  1.33
    """
    baskets = read_baskets(transactions, as_of=as_of, basket=basket, by=by, name_baskets=False)
    warn_unnamed(baskets, by)
    warn_single_items(baskets, by)
    n = baskets.matrix.shape[0]
    fewest = least_count(min_support, n)
    items = frequent_items(baskets.matrix, fewest)
    held = baskets.matrix[:, items.items[:, 0]]
    singles = ItemSets(np.arange(len(items.counts))[:, None], items.counts)
    pairs = one_larger(held, singles, fewest)
    names = baskets.items[items.items[:, 0]]
    return _both_ways(pairs, items.counts, names, n_baskets=n, level=level)


def _both_ways(
    pairs: ItemSets, item_counts: Counts, names: pd.Index, *, n_baskets: int, level: float
) -> pd.DataFrame:
    first, second = pairs.items.T
    one_way = Together(pairs.counts, item_counts[first], item_counts[second], n_baskets)
    low = one_way.lift_interval(level).low
    p = fisher_greater(one_way.both, one_way.antecedent, one_way.consequent, n_baskets)
    q = q_among(p, len(names) * (len(names) - 1) // 2)
    antecedent, consequent = np.r_[first, second], np.r_[second, first]
    order = np.lexsort((consequent, antecedent, -np.tile(pairs.counts, 2), -np.tile(low, 2)))
    antecedent, consequent = antecedent[order], consequent[order]
    rules = Together(
        np.tile(pairs.counts, 2)[order],
        item_counts[antecedent],
        item_counts[consequent],
        n_baskets,
    )
    return pd.DataFrame(
        {
            "antecedent": names[antecedent],
            "consequent": names[consequent],
            **rules.columns(level),
            "p": np.tile(p, 2)[order],
            "q": np.tile(q, 2)[order],
            "is_redundant": _is_redundant(rules, antecedent, consequent),
        }
    )


def _is_redundant(rules: Together, antecedent: Counts, consequent: Counts) -> NDArray[np.bool_]:
    """Return where a rule's confidence is not above that of a more general one."""
    table = pd.DataFrame(
        {
            "a": antecedent,
            "c": consequent,
            "both": rules.both,
            "n_a": rules.antecedent,
            "n_c": rules.consequent,
        }
    )
    redundant = rules.says_no_more_than()
    general = table.rename(columns={"a": "b", "both": "general_both", "n_a": "n_b"})
    for covers in _in_parts(_covers(table), table):
        compared = table.reset_index().merge(covers, on="a").merge(general, on=["b", "c", "n_c"])
        says_less = compared["both"] * compared["n_b"] <= compared["general_both"] * compared["n_a"]
        redundant[compared.loc[says_less, "index"]] = True
    return redundant


def _covers(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the items ``b`` that every basket with an item ``a`` holds.

    Of items that the same baskets hold, the first by name covers the others. The first two
    stand for all of them: one of the two is not the consequent.
    """
    always = rules[rules["both"] == rules["n_a"]]
    is_twin = always["n_a"] == always["n_c"]
    n_earlier_twins = always.loc[is_twin & (always["c"] < always["a"]), "a"].value_counts()
    spare = n_earlier_twins.index[n_earlier_twins > 1]
    is_more_general = ~is_twin | (always["c"] < always["a"])
    covers = always[is_more_general & ~always["c"].isin(spare)]
    return covers[["a", "c"]].rename(columns={"c": "b"})


def _in_parts(covers: pd.DataFrame, rules: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the covers in runs that are compared with a bounded number of rules."""
    n_rules = covers["a"].map(rules["a"].value_counts())
    part = n_rules.cumsum() // _MOST_COMPARED
    for _number, run in covers.groupby(part):
        yield run
