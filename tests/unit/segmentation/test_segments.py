import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.segmentation import (
    DEFAULT_SEGMENTS,
    SegmentRule,
    rfm_scores,
    rfm_segments,
    rfm_table,
    segment_summary,
)

# Rows: recency 5 down to 1; columns: value 1 to 5. Written by hand from the documented grid.
GRID = """
    New customers  | Potential loyalists | Potential loyalists | Champions       | Champions
    Promising      | Potential loyalists | Potential loyalists | Loyal customers | Champions
    About to sleep | About to sleep      | Need attention      | Loyal customers | Loyal customers
    Hibernating    | Hibernating         | At risk             | At risk         | At risk
    Lost           | Lost                | At risk             | Can't lose them | Can't lose them
"""
CELLS = {
    (5 - row, 1 + column): name.strip()
    for row, line in enumerate(GRID.strip().splitlines())
    for column, name in enumerate(line.split("|"))
}


def scores(recency, frequency, monetary, **attrs):
    columns = {"recency_score": recency, "frequency_score": frequency, "monetary_score": monetary}
    table = pd.DataFrame(columns)
    table.attrs.update(attrs)
    return table


@pytest.mark.parametrize(("recency", "value"), CELLS)
def test_default_grid(recency, value):
    segmented = rfm_segments(scores([recency], [value], [value]))
    assert segmented["segment"].tolist() == [CELLS[recency, value]]


@pytest.mark.parametrize(
    ("frequency", "monetary", "segment"),
    [
        (4, 5, "Champions"),
        (5, 4, "Champions"),
        (3, 4, "Loyal customers"),
        (5, 2, "Loyal customers"),
        (1, 2, "Potential loyalists"),
        (1, 1, "Promising"),
    ],
)
def test_value_is_the_mean_with_halves_rounded_up(frequency, monetary, segment):
    assert rfm_segments(scores([4], [frequency], [monetary]))["segment"].tolist() == [segment]


def test_eleven_segments_in_the_usual_order():
    assert list(dict.fromkeys(rule.segment for rule in DEFAULT_SEGMENTS)) == [
        "Champions",
        "Loyal customers",
        "Potential loyalists",
        "New customers",
        "Promising",
        "Need attention",
        "About to sleep",
        "At risk",
        "Can't lose them",
        "Hibernating",
        "Lost",
    ]


def test_of_two_rules_the_first_counts():
    rules = [
        SegmentRule("Stars", recency=(5, 5), value=(5, 5)),
        SegmentRule("Others", recency=(1, 5), value=(1, 5)),
    ]
    segmented = rfm_segments(scores([5, 5], [5, 4], [5, 4]), segments=rules)
    assert segmented["segment"].tolist() == ["Stars", "Others"]


def test_own_segments_for_another_number_of_bins():
    rules = [
        SegmentRule("Good", recency=(3, 3), value=(1, 3)),
        SegmentRule("Bad", recency=(1, 2), value=(1, 3)),
    ]
    made = rfm_scores(
        pd.DataFrame({"recency_days": [1, 2, 3], "frequency": [3, 2, 1], "monetary": [9, 9, 1]}),
        n_bins=3,
    )
    assert rfm_segments(made, segments=rules)["segment"].tolist() == ["Good", "Bad", "Bad"]
    with pytest.raises(ValueError, match=r"scores go from 1 to 3, the segments from 1 to 5"):
        rfm_segments(made)


def test_without_attrs_the_scores_themselves_must_fit_the_segments():
    table = pd.DataFrame({name: range(12) for name in ("recency_days", "frequency", "monetary")})
    for n_bins in (6, 9):
        made = rfm_scores(table, n_bins=n_bins)
        made.attrs.clear()
        with pytest.raises(SchemaError, match=r"customers have scores .* from 1 to 5"):
            rfm_segments(made)


def test_without_attrs_fewer_bins_pass_for_five_as_documented():
    best_last = pd.DataFrame({"recency_days": [9, 6, 3, 0], "frequency": range(4)})
    made = rfm_scores(best_last.assign(monetary=range(4)), n_bins=4)
    made.attrs.clear()
    assert made["rfm_score"].tolist() == ["111", "222", "333", "444"]
    segments = ["Lost", "Hibernating", "Need attention", "Loyal customers"]
    assert rfm_segments(made)["segment"].tolist() == segments


def test_scores_keep_their_number_of_bins_through_ordinary_steps():
    table = pd.DataFrame({name: range(12) for name in ("recency_days", "frequency", "monetary")})
    made = rfm_scores(table, n_bins=4)
    for step in (made[made["frequency"] > 3], made.assign(sector="retail"), made.sort_index()):
        with pytest.raises(ValueError, match="scores go from 1 to 4, the segments from 1 to 5"):
            rfm_segments(step)


def test_scores_beyond_the_segments_are_refused():
    with pytest.raises(SchemaError, match=r"2 customers have scores .* 1 to 5: '0', '2'"):
        rfm_segments(scores([6, 5, 0], [1, 5, 1], [1, 5, 1]))
    with pytest.raises(SchemaError, match="1 customer has a score"):
        rfm_segments(scores([2.0, np.nan], [1, 5], [1, 5]))
    with pytest.raises(SchemaError, match="1 customer has a score"):
        rfm_segments(scores([2.5, 1], [1, 5], [1, 5]))


def test_pairs_of_scores_without_a_name_are_listed():
    rules = [SegmentRule("Good", recency=(2, 2), value=(1, 2))]
    message = "2 pairs of scores without a name: 'recency 1, value 1', 'recency 1, value 2'"
    with pytest.raises(ValueError, match=message):
        rfm_segments(scores([1], [1], [1]), segments=rules)
    with pytest.raises(ValueError, match="1 pair of"):
        rfm_segments(scores([1], [1], [1]), segments=[])


@pytest.mark.parametrize("span", [(3, 2), (0, 1)])
def test_a_range_of_scores_holds_a_score(span):
    with pytest.raises(ValueError, match="'Odd': a range of scores"):
        SegmentRule("Odd", recency=span, value=(1, 5))


def test_rows_are_kept_and_input_left_alone(few_orders):
    made = rfm_scores(rfm_table(few_orders, as_of="2024-06-30"))
    before = made.copy(deep=True)
    segmented = rfm_segments(made)
    pd.testing.assert_frame_equal(segmented[made.columns], made)
    pd.testing.assert_frame_equal(made, before)
    # Scores 551, 133, 315: value 3 each.
    assert segmented["segment"].to_dict() == {
        "ada": "Potential loyalists",
        "ben": "At risk",
        "cleo": "Need attention",
    }


def test_summary_best_first():
    segmented = pd.DataFrame(
        {
            "segment": ["Lost", "Champions", "Lost", "At risk", "Champions"],
            "recency_days": [300, 2, 500, 90, 4],
            "frequency": [1, 8, 2, 5, 10],
            "monetary": [20.0, 100.0, 30.0, 50.0, 200.0],
        }
    )
    summary = segment_summary(segmented)
    assert list(summary.index) == ["Champions", "At risk", "Lost"]
    assert summary.index.name == "segment"
    assert summary.loc["Champions"].to_dict() == pytest.approx(
        {
            "n_customers": 2,
            "customer_share": 0.4,
            "revenue": 300,
            "revenue_share": 0.75,
            "median_recency_days": 3,
            "mean_frequency": 9,
            "mean_monetary": 150,
        }
    )


def test_summary_in_the_order_of_own_segments():
    rules = [
        SegmentRule("Zebra", recency=(1, 1), value=(1, 1)),
        SegmentRule("Ant", recency=(1, 1), value=(1, 1)),
    ]
    segmented = pd.DataFrame(
        {"segment": ["Ant", "Zebra", "Cat"], "recency_days": 1, "frequency": 1, "monetary": 1.0}
    )
    assert list(segment_summary(segmented, segments=rules).index) == ["Zebra", "Ant", "Cat"]


def test_summary_of_net_refunds_has_no_revenue_shares():
    segmented = pd.DataFrame(
        {"segment": ["Lost"], "recency_days": 1, "frequency": 1, "monetary": -3.0}
    )
    summary = segment_summary(segmented)
    assert summary["revenue"].tolist() == [-3.0]
    assert summary["revenue_share"].isna().all()


def test_summary_takes_categories():
    segmented = pd.DataFrame(
        {
            "segment": pd.Categorical(["Lost"], categories=["Lost", "Champions"]),
            "recency_days": 1,
            "frequency": 1,
            "monetary": 1.0,
        }
    )
    assert list(segment_summary(segmented).index) == ["Lost"]


def test_nobody_makes_an_empty_summary():
    segmented = rfm_segments(
        rfm_scores(pd.DataFrame(columns=["recency_days", "frequency", "monetary"], dtype=float))
    )
    assert segmented.empty
    named = rfm_segments(scores([1], [1], [1]))
    assert segmented["segment"].dtype == named["segment"].dtype
    assert segment_summary(segmented).shape == (0, 7)


def test_customers_without_segment_are_refused():
    segmented = pd.DataFrame(
        {"segment": ["Lost", None], "recency_days": 1, "frequency": 1, "monetary": 1.0}
    )
    with pytest.raises(SchemaError, match="1 customer has no segment: '1'"):
        segment_summary(segmented)
    with pytest.raises(SchemaError, match="lacks 'segment'"):
        segment_summary(segmented.drop(columns="segment"))
