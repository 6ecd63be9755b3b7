import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.segmentation import rfm_scores, rfm_table

SCORES = ["recency_score", "frequency_score", "monetary_score"]


def rfm(recency_days, frequency, monetary, names=None):
    index = pd.Index(names or [f"c{i}" for i in range(len(frequency))], name="customer_id")
    columns = {"recency_days": recency_days, "frequency": frequency, "monetary": monetary}
    return pd.DataFrame(columns, index=index)


def frequency_scores(values, **arguments):
    return rfm_scores(rfm(values, values, values), **arguments)["frequency_score"].tolist()


def test_distinct_values_fill_the_bins_evenly():
    scores = rfm_scores(rfm(range(10), range(10), range(10)))
    assert scores["frequency_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scores["monetary_score"].tolist() == scores["frequency_score"].tolist()
    assert scores["recency_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert scores["rfm_score"].iloc[[0, -1]].tolist() == ["511", "155"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Seven of ten bought once: they lie between 0 and 70 %, the middle in the second bin.
        ([1] * 7 + [2, 3, 4], [2] * 7 + [4, 5, 5]),
        ([1] * 5 + [2] * 5, [2] * 5 + [4] * 5),
        ([4] * 9, [3] * 9),
        ([8], [3]),
        ([1, 2], [2, 4]),
    ],
)
def test_equal_values_get_the_bin_of_their_middle(values, expected):
    assert frequency_scores(values) == expected


@pytest.mark.parametrize(("n_bins", "middle"), [(2, 1), (3, 2), (4, 2), (5, 3), (9, 5)])
def test_all_equal_get_the_middle_score(n_bins, middle):
    assert frequency_scores([6, 6, 6], n_bins=n_bins) == [middle] * 3


def test_cuts_are_upper_bounds_included():
    cuts = {"frequency": [1, 2, 4, 9], "recency_days": [30, 90, 180, 365]}
    table = rfm([0, 30, 31, 365, 366, 90], [1, 2, 3, 4, 9, 10], [1.0] * 6)
    scores = rfm_scores(table, cuts=cuts)
    assert scores["frequency_score"].tolist() == [1, 2, 3, 3, 4, 5]
    assert scores["recency_score"].tolist() == [5, 5, 4, 2, 1, 4]
    assert scores["monetary_score"].tolist() == [3] * 6


def test_a_published_exercise_with_stated_cuts():
    # "RFM Matrix", slide 2779490 of slideplayer.com: eight customers, now being July 2008, months
    # as days from the first to the first. It prints E with 122 and F with 355, against its own
    # rules "<10 purchases is 1" (E has 6) and ">40 is 5" (F has 40).
    customers = rfm(
        [61, 182, 243, 0, 547, 122, 427, 0],
        [12, 18, 35, 1, 6, 40, 5, 20],
        [6e3, 9e3, 40e3, 1e3, 5e3, 90e3, 2e3, 9e3],
        list("ABCDEFGH"),
    )
    cuts = {
        "recency_days": [30, 92, 182, 274],  # under one month, 1-3, 3-6, 6-9, more
        "frequency": [9, 19, 29, 40],
        "monetary": [4_999.99, 10e3, 20e3, 50e3],
    }
    assert rfm_scores(customers, cuts=cuts)["rfm_score"].to_dict() == {
        "A": "422",
        "B": "322",
        "C": "244",
        "D": "511",
        "E": "112",
        "F": "345",
        "G": "111",
        "H": "532",
    }


def test_rows_and_columns_of_the_table_are_kept(few_orders):
    table = rfm_table(few_orders, as_of="2024-06-30").assign(sector="retail")
    before = table.copy(deep=True)
    scores = rfm_scores(table)
    pd.testing.assert_frame_equal(scores[table.columns], table)
    pd.testing.assert_frame_equal(table, before)
    # Cleo bought last but once: Ada on the 31st of May, Cleo on the 20th, Ben in March.
    assert scores["rfm_score"].to_dict() == {"ada": "551", "ben": "133", "cleo": "315"}


def test_no_customer_gives_no_row():
    scores = rfm_scores(rfm([], [], []).astype(float))
    assert list(scores.columns[-4:]) == [*SCORES, "rfm_score"]
    assert scores.empty


def test_scores_are_whole_numbers():
    scores = rfm_scores(rfm([1, 2], [1, 2], [1, 2]), cuts={"monetary": [1, 2, 3, 4]})
    assert {scores[name].dtype for name in SCORES} == {np.dtype("int64")}


@pytest.mark.parametrize(
    "bounds",
    [
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [1, 2, 2, 4],
        [4, 3, 2, 1],
        [1, 2, np.nan, 4],
        [1, 2, 3, np.inf],
    ],
)
def test_cuts_are_increasing_bounds_one_fewer_than_bins(bounds):
    with pytest.raises(ValueError, match="holds 4 increasing upper bounds, for 5 bins"):
        rfm_scores(rfm([1], [1], [1]), cuts={"frequency": bounds})


def test_unusable_arguments_are_refused():
    table = rfm([1, 2], [1, 2], [1.0, 2.0])
    with pytest.raises(ValueError, match="cuts is one of 'recency_days'"):
        rfm_scores(table, cuts={"recency": [1, 2, 3, 4]})
    for n_bins in (1, 10, 2.5):
        with pytest.raises(ValueError, match="n_bins is one of"):
            rfm_scores(table, n_bins=n_bins)


def test_unusable_tables_are_refused():
    table = rfm([1, 2], [1, 2], [1.0, 2.0])
    with pytest.raises(SchemaError, match="lacks 'monetary'"):
        rfm_scores(table.drop(columns="monetary"))
    with pytest.raises(SchemaError, match="1 customer on more than one row: 'c0'"):
        rfm_scores(table.set_axis(["c0", "c0"]))
    with pytest.raises(SchemaError, match=r"'monetary' .* missing for 1 customer: 'c1'"):
        rfm_scores(table.assign(monetary=[1.0, np.nan]))
