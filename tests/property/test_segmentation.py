"""What holds of scores and segments, whatever the customers."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.segmentation import rfm_scores, rfm_segments, segment_summary

customer = st.tuples(st.integers(0, 400), st.integers(1, 12), st.integers(-100, 5_000))
customers = st.lists(customer, min_size=1, max_size=40)
bins = st.integers(2, 9)


def rfm(rows):
    table = pd.DataFrame(rows, columns=["recency_days", "frequency", "monetary"])
    return table.set_axis([f"c{i:02d}" for i in range(len(rows))])


@given(customers, bins)
def test_scores_follow_the_values(rows, n_bins):
    scores = rfm_scores(rfm(rows), n_bins=n_bins)
    for column, score, better in [
        ("recency_days", "recency_score", -1),
        ("frequency", "frequency_score", 1),
        ("monetary", "monetary_score", 1),
    ]:
        by_value = scores.groupby(column)[score].agg(["min", "max"])
        assert (by_value["min"] == by_value["max"]).all()
        assert (by_value["min"].diff().dropna() * better >= 0).all()
        assert scores[score].between(1, n_bins).all()


@given(customers, bins)
def test_score_is_the_part_of_the_middle_of_the_group(rows, n_bins):
    scores = rfm_scores(rfm(rows), n_bins=n_bins)
    values, n = [row[1] for row in rows], len(rows)
    for value, score in zip(values, scores["frequency_score"], strict=True):
        below = sum(other < value for other in values)
        twice_the_middle = 2 * below + values.count(value)
        # (score - 1) / n_bins < middle / n <= score / n_bins, in whole numbers.
        assert (score - 1) * 2 * n < twice_the_middle * n_bins <= score * 2 * n


@given(st.permutations(range(30)), bins)
def test_the_other_direction_mirrors_but_for_boundaries(order, n_bins):
    rows = [(value, value + 1, value) for value in order]
    scores = rfm_scores(rfm(rows), n_bins=n_bins)
    mirrored = n_bins + 1 - scores["frequency_score"]
    on_boundary = pd.Series([(2 * v + 1) * n_bins % 60 == 0 for v in order], index=scores.index)
    assert (mirrored == scores["recency_score"])[~on_boundary].all()


@settings(max_examples=40)
@given(customers, st.randoms())
def test_order_of_customers_does_not_matter(rows, random):
    table = rfm(rows)
    shuffled = table.loc[random.sample(list(table.index), len(table))]
    expected = rfm_segments(rfm_scores(table))
    found = rfm_segments(rfm_scores(shuffled)).loc[table.index]
    pd.testing.assert_frame_equal(found, expected)


@settings(max_examples=40)
@given(customers)
def test_summary_accounts_for_every_customer_and_all_revenue(rows):
    table = rfm(rows)
    summary = segment_summary(rfm_segments(rfm_scores(table)))
    assert summary["n_customers"].sum() == len(table)
    assert summary["customer_share"].sum() == pytest.approx(1)
    assert summary["revenue"].sum() == pytest.approx(table["monetary"].sum())
    if table["monetary"].sum() > 0:
        assert summary["revenue_share"].sum() == pytest.approx(1)
