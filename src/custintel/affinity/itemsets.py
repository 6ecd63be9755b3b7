"""Which items are bought together, three or more at a time."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custintel._checks import is_count
from custintel._frames import Frame
from custintel._significance import fisher_greater
from custintel._text import translate as _
from custintel._time import Day
from custintel.affinity._baskets import Basket, read_baskets, warn_single_items, warn_unnamed
from custintel.affinity._frequent import ItemSets, frequent_items, least_count, one_larger
from custintel.affinity._pair_measures import Counts, Together, q_among


def itemset_rules(  # noqa: PLR0913 - what product_pairs asks, and how many items
    transactions: Frame,
    *,
    as_of: Day,
    min_support: float,
    basket: Basket = "order",
    by: str = "product_id",
    max_length: int = 3,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure which item goes with several others that are bought together.

    A rule says: of the baskets that hold all the items of the antecedent, how many hold the
    consequent, one more item. Many such rules say nothing that the pairs within them do not
    say: ``is_redundant`` tells them apart. See `product_pairs` for the measures.

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
        How often all items of a rule are to be together for being listed: a share of the
        baskets above 0 and up to 1.0 (float), or a number of baskets (int).
    basket : {"order", "customer"}, default="order"
        What items are together in: one order, or all that a customer ever bought.
    by : str, default="product_id"
        Column whose values are the items, such as ``product_id`` or ``category``.
    max_length : int, default=3
        Most items in a rule, the consequent included, from 3 up.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per rule that `min_support` baskets hold; highest ``lift_low`` first, then by
        ``n_both``, most first, then the shorter rule, then by the names.

        - ``antecedent`` : tuple of str, two items or more, sorted
        - ``consequent`` : str, the item that goes with them
        - ``n_items`` : int, items in the rule, from 3 to `max_length`
        - ``n_baskets``, ``n_antecedent``, ``n_consequent``, ``n_both`` : int, baskets: all,
          those that hold the whole antecedent, the consequent, and both
        - ``support``, ``confidence``, ``confidence_low``, ``confidence_high``, ``lift``,
          ``lift_low``, ``lift_high``, ``leverage``, ``conviction``, ``zhang`` : float, as in
          `product_pairs`
        - ``p`` : float, 0-1, of Fisher's exact test, that the consequent is with the
          antecedent by chance as often or more so
        - ``q`` : float, 0-1, p after Benjamini and Hochberg, over all rules whose antecedent
          and consequent each reach `min_support`; p of those not listed counts as 1
        - ``is_redundant`` : bool, whether some of the antecedent's items alone, or none,
          have a rule to the same consequent with as high a confidence

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If an argument is not as described, or more than five million sets of items reach
        `min_support`.

    Warns
    -----
    SetAsideWarning
        If purchase lines have no item.
    WeakResultWarning
        If no basket holds two items, so that there are no rules.

    References
    ----------
    Agrawal, R. and Srikant, R. (1994). Fast algorithms for mining association rules.
    Proceedings of VLDB 1994, 487-499.

    Bayardo, R. J., Agrawal, R. and Gunopulos, D. (2000). Constraint-based rule mining in
    large, dense databases. Data Mining and Knowledge Discovery 4, 217-240.

    Examples
    --------
    >>> import pandas as pd
    >>> baskets = ["a b c", "a b c", "a b", "a", "b", "d"]
    >>> lines = [(order, item) for order, held in enumerate(baskets) for item in held.split()]
    >>> transactions = pd.DataFrame(lines, columns=["order_id", "product_id"]).assign(
    ...     ordered_at=pd.Timestamp("2024-03-01"), revenue=2.0
    ... )
    >>> rules = itemset_rules(transactions, as_of="2024-12-31", min_support=2)
    >>> rules[["antecedent", "consequent", "n_both", "confidence", "is_redundant"]].round(2)
      antecedent consequent  n_both  confidence  is_redundant
    0     (a, b)          c       2        0.67         False
    1     (a, c)          b       2        1.00          True
    2     (b, c)          a       2        1.00          True
    """
    _require_length(max_length)
    baskets = read_baskets(transactions, as_of=as_of, basket=basket, by=by, name_baskets=False)
    warn_unnamed(baskets, by)
    warn_single_items(baskets, by)
    n = baskets.matrix.shape[0]
    fewest = least_count(min_support, n)
    items = frequent_items(baskets.matrix, fewest)
    kept = items.items[:, 0]
    sets = _sets_by_size(baskets.matrix[:, kept], items.counts, fewest, max_length)
    tables = [_measured(rules, items.counts, n, level) for rules in _rules_by_size(sets, n)[2:]]
    # The antecedents are the sets from two items up, each with every item that is not in it.
    n_tested = sum(len(sets[size - 1].items) * (len(kept) - size) for size in range(2, max_length))
    return _sorted_by_lift(pd.concat(tables, ignore_index=True), baskets.items[kept], n_tested)


def _require_length(max_length: int) -> None:
    if not (is_count(max_length) and max_length >= 3):
        raise ValueError(
            _(
                "max_length is a whole number of items, from 3 up: got {value!r}. Rules of "
                "two items come from product_pairs.",
                value=max_length,
            )
        )


def _sets_by_size(
    held: "csr_array", item_counts: Counts, fewest: int, max_length: int
) -> list[ItemSets]:
    sets = [ItemSets(np.arange(len(item_counts))[:, None], item_counts)]
    for _size in range(2, max_length + 1):
        sets.append(one_larger(held, sets[-1], fewest))
    return sets


@dataclass(frozen=True, slots=True, eq=False)
class _Rules:
    """Rules of one size: the items of the antecedent, which rise in a row, then the consequent.

    ``best_both`` of ``best_antecedent`` is the highest confidence among a rule and those with
    fewer items in the antecedent.
    """

    items: Counts
    both: Counts
    antecedent: Counts
    best_both: Counts
    best_antecedent: Counts
    is_redundant: NDArray[np.bool_]


def _rules_by_size(sets: list[ItemSets], n_baskets: int) -> list[_Rules]:
    """Return the rules of one item, without antecedent, then those of two, three …"""
    counts, everyone = sets[0].counts, np.full(len(sets[0].counts), n_baskets)
    never = np.zeros(len(counts), dtype=bool)
    rules = [_Rules(sets[0].items, counts, everyone, counts, everyone, never)]
    for smaller, larger in pairwise(sets):
        rules.append(_rules_of(larger, smaller, rules[-1]))
    return rules


def _rules_of(sets: ItemSets, smaller: ItemSets, simpler: _Rules) -> _Rules:
    size = sets.items.shape[1]
    turned = [np.r_[np.delete(np.arange(size), last), last] for last in range(size)]
    items = np.concatenate([sets.items[:, columns] for columns in turned])
    both = np.tile(sets.counts, size)
    antecedent = smaller.counts[_found(items[:, :-1], smaller.items)]
    best_both, best_antecedent = np.zeros_like(both), np.ones_like(both)
    for left_out in range(size - 1):
        place = _found(np.delete(items, left_out, axis=1), simpler.items)
        rival_both, rival_antecedent = simpler.best_both[place], simpler.best_antecedent[place]
        is_better = rival_both * best_antecedent > best_both * rival_antecedent
        best_both = np.where(is_better, rival_both, best_both)
        best_antecedent = np.where(is_better, rival_antecedent, best_antecedent)
    # Whole numbers are compared, so that equal confidences are equal.
    is_redundant = both * best_antecedent <= best_both * antecedent
    best_both = np.where(is_redundant, best_both, both)
    best_antecedent = np.where(is_redundant, best_antecedent, antecedent)
    return _Rules(items, both, antecedent, best_both, best_antecedent, is_redundant)


def _found(rows: Counts, among: Counts) -> Counts:
    """Return the place of each row among others, where it is known to be."""
    if not len(rows):
        return np.empty(0, dtype=np.int64)
    known = pd.MultiIndex.from_arrays(list(among.T))
    return known.get_indexer(pd.MultiIndex.from_arrays(list(rows.T))).astype(np.int64)


def _measured(rules: _Rules, item_counts: Counts, n_baskets: int, level: float) -> pd.DataFrame:
    consequent = rules.items[:, -1]
    together = Together(rules.both, rules.antecedent, item_counts[consequent], n_baskets)
    p = fisher_greater(together.both, together.antecedent, together.consequent, n_baskets)
    table = pd.DataFrame(
        {
            "antecedent": pd.Series(
                [tuple(row) for row in rules.items[:, :-1].tolist()], dtype=object
            ),
            "consequent": consequent,
            "n_items": rules.items.shape[1],
            **together.columns(level),
            "p": p,
            "is_redundant": rules.is_redundant,
        }
    )
    return table.iloc[np.lexsort(rules.items.T[::-1])]


def _sorted_by_lift(rules: pd.DataFrame, names: pd.Index, n_tested: int) -> pd.DataFrame:
    """Put the rules in order, and the names in place of the numbers of the items."""
    # The sort is stable: rules come in order of size and names.
    rules = rules.iloc[np.lexsort((-rules["n_both"], -rules["lift_low"]))].reset_index(drop=True)
    texts = names.to_list()
    antecedent = [tuple(texts[item] for item in row) for row in rules["antecedent"]]
    q = q_among(rules["p"].to_numpy(float), n_tested)
    is_redundant = rules.pop("is_redundant")
    return rules.assign(
        q=q,
        is_redundant=is_redundant,
        antecedent=pd.Series(antecedent, dtype=object),
        consequent=names[rules["consequent"].to_numpy(np.int64)],
    )
