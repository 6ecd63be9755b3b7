"""Recommendations equal their definition, customer by customer, whatever was bought."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from custintel.affinity import _neighbours as neighbours
from custintel.affinity import recommend, recommendation_trial

START, CUT, AS_OF = pd.Timestamp("2024-01-01"), "2024-01-31", "2024-03-01"
line = st.tuples(
    st.integers(0, 7),  # customer
    st.sampled_from([*"abcdefg", None]),
    st.integers(0, 80),  # day, some after as_of
    st.sampled_from([-5.0, 0.0, 10.0]),
)
lines_of_customers = st.lists(line, min_size=1, max_size=50)

# Names may be missing, few customers are evaluated, and some own everything.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.CustintelWarning")


def transactions(lines):
    customer, product, day, revenue = zip(*lines, strict=True)
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in customer],
            "product_id": pd.Series(product, dtype="str"),
            "ordered_at": START + pd.to_timedelta(list(day), unit="D"),
            "revenue": revenue,
        }
    )


def owned_by(lines, first=0, last=60):
    held = {}
    for customer, item, day, revenue in lines:
        if first <= day <= last and revenue >= 0:
            held.setdefault(f"c{customer}", set()).update([item] if item else [])
    return dict(sorted(held.items()))


def similarity(held, one, other):
    """Return shrunk cosines by their definition, on the grid that makes equal sums tie."""
    owners = [{who for who, items in held.items() if item in items} for item in (one, other)]
    common = len(owners[0] & owners[1])
    cosine = common / (np.sqrt(len(owners[0]) * len(owners[1])) + 10)
    return round(cosine * 2**30) / 2**30


def owner_counts(held):
    items = set().union(*held.values())
    return {item: sum(item in each for each in held.values()) for item in items}


def ranking(held, items, *, may_repeat, scored=True):
    """Return the items in order for one who owns `items`, with their scores and reasons."""
    counts = owner_counts(held)
    rows = []
    for item in counts:
        if item in items and not may_repeat:
            continue
        said = {other: similarity(held, other, item) for other in items if other != item and scored}
        speaking = [other for other in said if said[other]]
        speaking.sort(key=lambda other: (-said[other], -counts[other], other))
        rows.append((-sum(said.values()), -counts[item], item, "; ".join(speaking[:3])))
    return sorted(rows)


@settings(max_examples=80)
@given(lines_of_customers, st.integers(1, 8), st.sampled_from(["exclude", "allow"]))
def test_recommendations_equal_their_definition(lines, n, owned):
    held = owned_by(lines)
    assume(any(held.values()))
    table = recommend(transactions(lines), as_of=AS_OF, n=n, owned=owned)
    expected = [
        (customer, rank, item, -score, "neighbours" if score else "popularity", because)
        for customer, items in held.items()
        for rank, (score, _count, item, because) in enumerate(
            ranking(held, items, may_repeat=owned == "allow")[:n], start=1
        )
    ]
    columns = ["customer_id", "rank", "product_id", "score", "basis", "because"]
    assert list(table[columns].itertuples(index=False, name=None)) == expected
    counts = owner_counts(held)
    shares = [counts[item] / len(held) for item in table["product_id"]]
    assert table["bought_share"].tolist() == shares


@given(lines_of_customers, st.randoms(), st.integers(1, 60))
def test_order_of_lines_lines_after_as_of_and_blocks_do_not_matter(lines, random, block):
    assume(any(owned_by(lines).values()))
    past = [each for each in lines if each[2] <= 60]
    expected = recommend(transactions(past), as_of=AS_OF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "_BLOCK", block)
        found = recommend(transactions(random.sample(lines, len(lines))), as_of=AS_OF)
    pd.testing.assert_frame_equal(found, expected)


@settings(max_examples=60)
@given(lines_of_customers, st.integers(1, 4))
def test_trials_equal_their_definition(lines, n):
    # Somebody buys something else afterwards, so that few examples are in vain.
    lines = [*lines, (0, "a", 0, 1.0), (1, "b", 0, 1.0), (2, "c", 0, 1.0), (0, "b", 40, 1.0)]
    held, later = owned_by(lines, last=30), owned_by(lines, first=31)
    known = set().union(*held.values())
    new = {who: (later[who] & known) - items for who, items in held.items() if who in later}
    evaluated = [who for who, items in new.items() if items]
    assume(evaluated)
    trial = recommendation_trial(transactions(lines), calibration_end=CUT, as_of=AS_OF, n=n)
    for method, scored in (("neighbours", True), ("popularity", False)):
        named = {
            who: {row[2] for row in ranking(held, held[who], may_repeat=False, scored=scored)[:n]}
            for who in evaluated
        }
        row = trial.hits.loc[method]
        assert row["n_hits"] == sum(bool(named[who] & new[who]) for who in evaluated)
        assert row["catalogue_share"] == len(set().union(*named.values())) / len(known)
        assert (row["n_customers"], row["n_items"]) == (len(evaluated), n)
    assert trial.difference_low <= trial.difference <= trial.difference_high
    assert trial.customers["n_customers"].sum() == len(held.keys() | later.keys())
    assert (trial.customers["n_customers"] >= 0).all()
