"""Rules and measures beside mlxtend's, on simulated baskets with items that go together."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from custintel.affinity import attach_rate, itemset_rules, product_pairs

with warnings.catch_warnings():
    # Its import changes the filters of warnings.
    warnings.simplefilter("ignore")
    from mlxtend.frequent_patterns import association_rules, fpgrowth

AS_OF, N_BASKETS, N_ITEMS = "2024-12-31", 800, 60
MEASURES = {
    "support": "support",
    "confidence": "confidence",
    "lift": "lift",
    "leverage": "leverage",
    "conviction": "conviction",
    "zhang": "zhangs_metric",
}


@pytest.fixture(scope="module")
def transactions() -> pd.DataFrame:
    """Baskets of some four items; even items draw the odd ones after them along."""
    rng = np.random.default_rng(63)
    sizes = 1 + rng.poisson(3, N_BASKETS)
    order = np.repeat(np.arange(N_BASKETS), sizes)
    item = np.minimum(rng.exponential(14, len(order)).astype(int), N_ITEMS - 2)
    is_followed = (rng.random(len(order)) < 0.4) & (item % 2 == 0)
    # The last item comes with the first in every basket.
    always = np.unique(order[item == 1])
    orders = np.r_[order, order[is_followed], always]
    items = np.r_[item, item[is_followed] + 1, np.full(len(always), N_ITEMS)]
    return pd.DataFrame(
        {
            "order_id": [f"o{number}" for number in orders],
            "product_id": [f"p{number:02d}" for number in items],
            "ordered_at": pd.Timestamp("2024-03-01"),
            "revenue": 10.0,
        }
    )


def mlxtend_rules(transactions: pd.DataFrame, fewest: int, max_len: int) -> pd.DataFrame:
    held = pd.crosstab(transactions["order_id"], transactions["product_id"]).gt(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Half a basket below, lest rounding moves the threshold.
        sets = fpgrowth(
            held, min_support=(fewest - 0.5) / len(held), use_colnames=True, max_len=max_len
        )
        rules = association_rules(sets, metric="support", min_threshold=0.0)
    rules = rules[rules["consequents"].map(len) == 1]
    keys = [
        (tuple(sorted(one)), *other)
        for one, other in zip(rules["antecedents"], rules["consequents"], strict=True)
    ]
    return rules.set_index(pd.MultiIndex.from_tuples(keys))


def compared(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    assert len(ours) == len(theirs)
    assert set(ours.index) == set(theirs.index)
    theirs = theirs.loc[ours.index]
    for name, their_name in MEASURES.items():
        np.testing.assert_allclose(
            ours[name], theirs[their_name], rtol=1e-9, atol=1e-12, err_msg=name
        )


@pytest.mark.parametrize("fewest", [2, 10, 40])
def test_pairs_are_those_of_mlxtend(transactions: pd.DataFrame, fewest: int) -> None:
    pairs = product_pairs(transactions, as_of=AS_OF, min_support=fewest)
    keys = [((row.antecedent,), row.consequent) for row in pairs.itertuples()]
    theirs = mlxtend_rules(transactions, fewest, max_len=2)
    assert len(theirs) >= 40
    compared(pairs.set_index(pd.MultiIndex.from_tuples(keys)), theirs)
    if fewest == 2:
        assert np.isinf(pairs["conviction"]).any()


@pytest.mark.parametrize(("fewest", "max_length"), [(6, 3), (8, 4), (6, 5)])
def test_larger_rules_are_those_of_mlxtend(
    transactions: pd.DataFrame, fewest: int, max_length: int
) -> None:
    rules = itemset_rules(transactions, as_of=AS_OF, min_support=fewest, max_length=max_length)
    theirs = mlxtend_rules(transactions, fewest, max_len=max_length)
    theirs = theirs[theirs["antecedents"].map(len) >= 2]
    assert len(theirs) >= 500
    assert rules["n_items"].max() == max_length
    compared(rules.set_index(["antecedent", "consequent"]), theirs)


@pytest.fixture(scope="module")
def pairs(transactions: pd.DataFrame) -> pd.DataFrame:
    return product_pairs(transactions, as_of=AS_OF, min_support=2)


def test_p_is_that_of_scipy(pairs: pd.DataFrame) -> None:
    n = N_BASKETS
    for row in pairs.iloc[::7].itertuples():
        cells = [
            [row.n_both, row.n_antecedent - row.n_both],
            [row.n_consequent - row.n_both, n - row.n_antecedent - row.n_consequent + row.n_both],
        ]
        assert row.p == pytest.approx(fisher_exact(cells, "greater").pvalue, rel=1e-8)


def test_q_counts_every_pair_of_frequent_items(
    transactions: pd.DataFrame, pairs: pd.DataFrame
) -> None:
    per_item = transactions.drop_duplicates(["order_id", "product_id"])["product_id"]
    n_frequent = int((per_item.value_counts() >= 2).sum())
    once = pairs[pairs["antecedent"] < pairs["consequent"]]
    unlisted = n_frequent * (n_frequent - 1) // 2 - len(once)
    assert unlisted > 0
    expected = false_discovery_control(np.r_[once["p"], np.ones(unlisted)])[: len(once)]
    np.testing.assert_allclose(once["q"], expected, rtol=1e-9)


def test_intervals_of_confidences_are_wilsons(pairs: pd.DataFrame) -> None:
    low, high = proportion_confint(
        pairs["n_both"].to_numpy(), pairs["n_antecedent"].to_numpy(), 0.05, method="wilson"
    )
    np.testing.assert_allclose(pairs["confidence_low"], low, atol=1e-12)
    np.testing.assert_allclose(pairs["confidence_high"], high, atol=1e-12)


def test_intervals_of_differences_are_newcombes(transactions: pd.DataFrame) -> None:
    rates = attach_rate(transactions, ["p00", "p02"], ["p01", "p03", "p60"], as_of=AS_OF)
    assert len(rates) == 6
    for row in rates.itertuples():
        expected = confint_proportions_2indep(
            *(row.n_both, row.n_base),
            *(row.n_add_on - row.n_both, row.n_baskets - row.n_base),
            method="newcomb",
            compare="diff",
        )
        assert (row.difference_low, row.difference_high) == pytest.approx(expected, abs=1e-9)
    assert rates.loc[0, "difference_low"] > 0
