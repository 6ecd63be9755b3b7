"""`segment_by` and `segment_table`: every customer in one segment, every amount in one row."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from custintel.errors import SchemaError
from custintel.segmentation import segment_by, segment_table


@pytest.fixture
def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e", "f"],
            "country": ["FR", "CH", "FR", None, "CH", "DE"],
            "level": [10, 9, 10, 9, None, 10],
            "income": [75_000.0, 75_000.5, 0.0, -1.0, np.nan, np.inf],
        }
    )


def test_one_attribute(customers: pd.DataFrame) -> None:
    before = customers.copy(deep=True)
    segments = segment_by(customers, "country", smallest=1)
    assert segments.to_dict() == {
        **{"a": "FR", "b": "CH", "c": "FR"},
        **{"d": "(missing)", "e": "CH", "f": "DE"},
    }
    assert segments.cat.categories.tolist() == ["CH", "DE", "FR", "(missing)"]
    assert (segments.name, segments.index.name) == ("segment", "customer_id")
    pd.testing.assert_frame_equal(customers, before)
    # The same from the index, and in the order of the rows.
    by_index = segment_by(customers.set_index("customer_id").iloc[::-1], "country", smallest=1)
    assert by_index.index.tolist() == list("fedcba")


def test_numbers_are_in_the_order_of_their_size(customers: pd.DataFrame) -> None:
    segments = segment_by(customers, "level", smallest=1)
    assert segments.cat.categories.tolist() == ["9", "10", "(missing)"]


def test_upper_bounds_are_included(customers: pd.DataFrame) -> None:
    segments = segment_by(customers, "income", cuts={"income": [-0.5, 75_000, 1e6]}, smallest=1)
    assert segments.tolist() == [
        *("−0.5–75000", "75000–1000000", "−0.5–75000"),
        *("≤ −0.5", "(missing)", "> 1000000"),
    ]
    assert segments.cat.categories.tolist() == [
        *("≤ −0.5", "−0.5–75000", "75000–1000000", "> 1000000", "(missing)")
    ]


def test_combinations_that_occur(customers: pd.DataFrame) -> None:
    segments = segment_by(customers, ["country", "income"], cuts={"income": [75_000]}, smallest=1)
    assert segments.cat.categories.tolist() == [
        *("CH / > 75000", "CH / (missing)", "DE / > 75000", "FR / ≤ 75000"),
        "(missing) / ≤ 75000",
    ]
    assert segments["a"] == segments["c"] == "FR / ≤ 75000"


def test_nothing_known_of_several_attributes_is_missing() -> None:
    people = pd.DataFrame(
        {"customer_id": list("abcd"), "x": ["p", None, None, "p"], "y": ["q", None, "q", "q"]}
    )
    found = segment_by(people, ["x", "y"], smallest=2)
    assert found.to_dict() == {"a": "p / q", "b": "(missing)", "c": "(other)", "d": "p / q"}
    assert found.cat.categories.tolist() == ["p / q", "(other)", "(missing)"]


def test_small_segments_are_put_together_but_not_lost(customers: pd.DataFrame) -> None:
    segments = segment_by(customers, "country", smallest=2)
    assert segments.value_counts().to_dict() == {"CH": 2, "FR": 2, "(other)": 1, "(missing)": 1}
    assert segments.cat.categories.tolist() == ["CH", "FR", "(other)", "(missing)"]
    assert set(segment_by(customers, "country")) == {"(other)", "(missing)"}


def test_nobody_makes_no_segments(customers: pd.DataFrame) -> None:
    assert segment_by(customers.iloc[:0], ["country", "level"]).empty
    assert segment_by(customers.iloc[:0], "income", cuts={"income": [1]}).empty


@pytest.mark.parametrize(
    ("by", "cuts", "message"),
    [
        ("contry", None, "nearest: 'country'"),
        ("country", {"country": [1]}, "holds no numbers"),
        ("country", {"income": [1]}, "cuts names 1 column"),
        ("income", {"income": [2, 1]}, "increasing upper bounds"),
        ("income", {"income": []}, "increasing upper bounds"),
        ("income", {"income": [float("nan")]}, "increasing upper bounds"),
        ([], None, "one column or more"),
        (["country", "country"], None, "each once"),
    ],
)
def test_what_makes_no_segments_is_refused(
    customers: pd.DataFrame, by: object, cuts: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        segment_by(customers, by, cuts=cuts)  # type: ignore[arg-type]


def test_many_numbers_need_cuts() -> None:
    many = pd.DataFrame({"customer_id": range(60), "income": range(60)})
    with pytest.raises(SchemaError, match=r"60 different numbers.*cuts=\{'income'"):
        segment_by(many, "income")


def test_customers_must_be_told_apart(customers: pd.DataFrame) -> None:
    twice = pd.concat([customers, customers.iloc[:2]])
    with pytest.raises(SchemaError, match="2 customers on more than one row: 'a', 'b'"):
        segment_by(twice, "country")
    nameless = customers.assign(customer_id=[None, *"bcdef"])
    with pytest.raises(SchemaError, match="1 row without customer_id"):
        segment_by(nameless, "country")
    with pytest.raises(TypeError, match="customers is a pandas DataFrame"):
        segment_by([1], "country")  # type: ignore[arg-type]


def test_values_that_would_be_written_alike_are_refused() -> None:
    odd = pd.DataFrame({"customer_id": ["a", "b"], "x": ["1 / 2", "1"], "y": ["3", "2 / 3"]})
    with pytest.raises(SchemaError, match="'1 / 2 / 3'"):
        segment_by(odd, ["x", "y"])


@pytest.fixture
def described() -> pd.DataFrame:
    segments = pd.Series({"a": "x", "b": "x", "c": "x", "d": "y", "e": None})
    values = pd.Series({"a": 10.0, "b": 20.0, "d": 50.0, "e": 5.0, "stranger": 15.0})
    return segment_table(segments, values)


def test_the_table_adds_up(described: pd.DataFrame) -> None:
    assert described.index.tolist() == ["x", "y", "(missing)"]
    # C brought nothing; the stranger, whom no segment knows, is with those who have none.
    assert described["n_customers"].tolist() == [3, 1, 2]
    assert described["revenue"].tolist() == [30.0, 50.0, 20.0]
    assert described["revenue_share"].tolist() == pytest.approx([0.3, 0.5, 0.2])
    assert described["customer_share"].sum() == pytest.approx(1)
    assert described["mean_revenue"].tolist() == [10.0, 50.0, 10.0]
    assert described["index"].tolist() == pytest.approx([60.0, 300.0, 60.0])
    assert described["is_small"].all()


def test_intervals_of_means_are_those_of_student(described: pd.DataFrame) -> None:
    expected = stats.ttest_1samp([10.0, 20.0, 0.0], 0).confidence_interval(0.95)
    found = described.loc["x", ["mean_low", "mean_high"]].tolist()
    assert found == pytest.approx([expected.low, expected.high])
    assert described.loc["y", ["mean_low", "mean_high"]].isna().all()


def test_shares_of_nothing_are_unknown() -> None:
    table = segment_table(pd.Series({"a": "x", "b": "y"}), pd.Series({"a": 5.0, "b": -5.0}))
    assert table[["revenue_share", "index"]].isna().all().all()
    assert table["revenue"].tolist() == [5.0, -5.0]
    nobody = pd.Series([], index=[], dtype=float)
    assert segment_table(nobody.astype(object), nobody).empty


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_known_are_refused(value: float) -> None:
    with pytest.raises(SchemaError, match="values is missing or infinite for 1 customer: 'a'"):
        segment_table(pd.Series({"a": "x"}), pd.Series({"a": value}))
    with pytest.raises(SchemaError, match="values holds numbers"):
        segment_table(pd.Series({"a": "x"}), pd.Series({"a": "5"}))


def test_columns_of_one_name_are_refused(customers: pd.DataFrame) -> None:
    twice = pd.concat([customers, customers[["country"]]], axis=1)
    with pytest.raises(SchemaError, match="more than one column: 'country'"):
        segment_by(twice, by=["country"])
