"""Sequences: equal to their definition, whatever the order of the rows, without foresight."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custintel.affinity import (
    interpurchase_distribution,
    interpurchase_times,
    next_purchase,
    transition_table,
)

START, AS_OF = pd.Timestamp("2023-01-01"), pd.Timestamp("2023-12-31")
HORIZON, MONTHS = "3M", 3

line = st.tuples(
    st.sampled_from(["ann", "ben", "cid"]),
    st.integers(0, 12),  # of the order
    st.integers(0, 400),
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from([10.0, 0.0, -4.0]),
)
lines = st.lists(line, min_size=1, max_size=40)
questions = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(["next", "within"]),
        "repeats": st.sampled_from(["first", "all"]),
        "with_horizon": st.booleans(),
        "exclude_owned": st.booleans(),
        "with_orders": st.booleans(),
    }
)

pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")


def table(rows):
    columns = ["customer_id", "order_id", "day", "product_id", "revenue"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["order_id"] = "o" + frame["order_id"].astype(str)
    frame["product_id"] = frame["product_id"].astype(object)
    return frame.assign(ordered_at=START + pd.to_timedelta(frame.pop("day"), unit="D"))


def bought(transactions):
    day = transactions["ordered_at"].dt.normalize()
    return transactions[(transactions["revenue"] >= 0) & (day <= AS_OF)]


def occasions(mine):
    """Return the occasions of one customer in order: day, and the items of each."""
    items = mine["product_id"].fillna("(missing)")
    if "order_id" not in mine:
        return [(day, {item}) for day, item in sorted(zip(mine["ordered_at"], items, strict=True))]
    orders = [
        (mine.loc[rows, "ordered_at"].min(), order, set(items[rows]))
        for order, rows in mine.groupby("order_id").groups.items()
    ]
    return [(day, held) for day, _order, held in sorted(orders, key=lambda each: each[:2])]


def cases(transactions, basis, horizon, repeats):
    """Yield each case: its item, whether it is observed, the gap to what followed, the owned."""
    for _customer, mine in bought(transactions).groupby("customer_id"):
        in_order, owned = occasions(mine), set()
        for place, (day, held) in enumerate(in_order):
            later = in_order[place + 1 :] if basis == "within" else in_order[place + 1 : place + 2]
            is_observed = bool(later)
            if horizon:
                end = day + pd.DateOffset(months=MONTHS)
                later = [each for each in later if each[0] <= end]
                is_observed = end <= AS_OF
            gaps = {item: (at - day).days for at, items in reversed(later) for item in items}
            for item in held if repeats == "all" else held - owned:
                yield item, is_observed, gaps, owned | held
            owned = owned | held


def by_definition(transactions, basis, horizon, repeats, exclude_owned):
    every = list(cases(transactions, basis, horizon, repeats))
    found = {}
    for antecedent in {case[0] for case in every}:
        for consequent in {item for case in every for item in case[2]}:
            at_risk = [c for c in every if not (exclude_owned and consequent in c[3])]
            mine = [case for case in at_risk if case[0] == antecedent]
            observed = [case for case in mine if case[1]]
            gaps = [case[2][consequent] for case in observed if consequent in case[2]]
            if gaps:
                any_case = [consequent in case[2] for case in at_risk if case[1]]
                found[antecedent, consequent] = (
                    *(len(mine), len(observed), len(gaps)),
                    *(np.mean(any_case), np.median(gaps)),
                )
    return found


@settings(max_examples=60)
@given(lines, questions)
def test_pairs_are_those_of_the_definition(rows, question):
    transactions = table(rows)
    if not question["with_orders"]:
        transactions = transactions.drop(columns="order_id")
    assume(len(bought(transactions)))
    basis, repeats = question["basis"], question["repeats"]
    horizon = HORIZON if question["with_horizon"] or basis == "within" else None
    owned = question["exclude_owned"] and repeats == "first"
    found = next_purchase(
        transactions,
        as_of=AS_OF,
        basis=basis,
        repeats=repeats,
        horizon=horizon,
        exclude_owned=owned,
        min_support=1,
    ).set_index(["antecedent", "consequent"])
    columns = ["n_antecedent", "n_observed", "n_followed", "base_rate", "median_gap_days"]
    expected = by_definition(transactions, basis, horizon, repeats, owned)
    assert set(found.index) == set(expected)
    for pair, row in found[columns].iterrows():
        assert row.tolist() == pytest.approx(expected[pair]), pair
    shares = found[["probability", "probability_low", "probability_high", "p", "q", "base_rate"]]
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)
    assert (found["probability_low"] <= found["probability"]).all()
    assert (found["probability"] <= found["probability_high"]).all()
    assert (found["q"] >= found["p"] - 1e-12).all()


TABLES = {
    "next": lambda frame: next_purchase(frame, as_of=AS_OF, min_support=1),
    "all": lambda frame: next_purchase(frame, as_of=AS_OF, min_support=1, repeats="all"),
    "within": lambda frame: next_purchase(
        frame, as_of=AS_OF, basis="within", horizon=HORIZON, min_support=1
    ),
    "transitions": lambda frame: transition_table(frame, as_of=AS_OF, n_items=2),
    "interpurchase": lambda frame: interpurchase_times(frame, as_of=AS_OF, by="product_id"),
    "distribution": lambda frame: interpurchase_distribution(frame, as_of=AS_OF),
}


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=15)
@given(rows=lines, random=st.randoms(), with_orders=st.booleans())
def test_the_order_of_rows_and_what_comes_after_as_of_change_nothing(
    name, rows, random, with_orders
):
    transactions = table(rows)
    if not with_orders:
        transactions = transactions.drop(columns="order_id")
    assume(len(bought(transactions)))
    expected = TABLES[name](transactions)
    shuffled = transactions.sample(frac=1, random_state=random.randrange(1000))
    pd.testing.assert_frame_equal(TABLES[name](shuffled), expected)
    past = transactions[transactions["ordered_at"] <= AS_OF]
    pd.testing.assert_frame_equal(TABLES[name](past), expected)


@settings(max_examples=30)
@given(lines, st.integers(1, 4), st.booleans())
def test_transitions_add_up_to_one_and_to_all_purchases(rows, n_items, with_horizon):
    transactions = table(rows)
    assume(len(bought(transactions)))
    horizon = HORIZON if with_horizon else None
    found = transition_table(transactions, as_of=AS_OF, n_items=n_items, horizon=horizon)
    by_item = found.groupby("item")
    assert by_item["probability"].sum().to_numpy() == pytest.approx(1)
    every = list(cases(transactions, "next", horizon, "all"))
    observed = [case for case in every if case[1] or horizon is None]
    assert by_item["n_cases"].first().sum() == len(observed)
    followed = sum(bool(case[2]) for case in observed)
    ended = found.loc[found["next_item"] == "(no further purchase)", "n_transitions"].sum()
    assert ended == pytest.approx(len(observed) - followed)
    assert (found["probability_low"] <= found["probability"] + 1e-12).all()
    assert (found["probability"] <= found["probability_high"] + 1e-12).all()


@settings(max_examples=30)
@given(lines)
def test_gaps_are_those_between_purchase_days(rows):
    transactions = table(rows)
    seen = bought(transactions)
    assume(len(seen))
    found = interpurchase_times(transactions, as_of=AS_OF).loc["total"]
    days = seen.groupby("customer_id")["ordered_at"].apply(lambda each: sorted(set(each)))
    gaps = np.concatenate([np.diff(each).astype("timedelta64[D]").astype(int) for each in days])
    assert [found["n_customers"], found["n_gaps"]] == [len(days), len(gaps)]
    if len(gaps):
        assert found["completed_median_days"] == np.median(gaps)
        assert found["completed_mean_days"] == pytest.approx(gaps.mean())
        assert found["completed_q25_days"] == pytest.approx(np.quantile(gaps, 0.25))
        # What runs on can only make the estimate longer.
        assert not found["median_days"] < np.quantile(gaps, 0.5, method="inverted_cdf")
