"""What purchase histories the models refuse, and how they say so."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.models import BetaGeoModel, GammaGammaModel
from custintel.models._history import read_purchases, read_weights

MODEL = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
SPEND_MODEL = GammaGammaModel.from_parameters(p=6.25, q=3.74, v=15.44)


@pytest.fixture
def history():
    return pd.DataFrame(
        {
            "frequency": [0, 2, 1, 5, 0],
            "recency": [0.0, 30.0, 12.0, 200.0, 0.0],
            "T": [210.0, 210.0, 100.0, 240.0, 0.0],
            "monetary_value": [0.0, 20.0, 35.5, 12.0, 0.0],
        },
        index=pd.Index(["ada", "ben", "cleo", "dan", "eve"], name="customer_id"),
    )


WRONG = [
    (
        "frequency",
        [0, -2, 1, 5, 0],
        r"frequency is not a whole number of 0 or more for 1 of 5 customers.*'ben'\.",
    ),
    ("frequency", [0, 2.5, 1, 5, 0], "frequency is not a whole number of 0 or more for 1 of 5"),
    ("frequency", [0, 2, 10**9, 5, 0], "frequency is above 1000000, more than .* 1 of 5.*'cleo'"),
    ("frequency", [0, 2, 1j, 5, 0], "Column 'frequency' of 'purchase_history' holds complex"),
    ("recency", [0, 30, 101, 241, 0], "recency is above T.*for 2 of 5 customers.*'cleo', 'dan'"),
    ("recency", [1, 30, 12, 200, 0], "recency is above 0 and frequency is 0 for 1 of 5"),
    ("recency", [0, 0, 12, 200, 0], "frequency is above 0 and recency is 0 for 1 of 5"),
    ("T", [1e300, 210, 100, 240, 0], "T is above 1000000000000, more than .* 1 of 5.*'ada'"),
    ("T", [np.nan, 210, 100, np.inf, 0], "T is missing or infinite for 2 of 5.*'ada', 'dan'"),
    ("T", ["1", "2", "3", "4", "5"], "Column 'T' of 'purchase_history' holds .*, not numbers"),
]


@pytest.mark.parametrize(("column", "values", "message"), WRONG)
def test_impossible_histories_are_refused(history, column, values, message):
    with pytest.raises(SchemaError, match=message):
        MODEL.forecast(history.assign(**{column: values}))
    with pytest.raises(SchemaError, match=message):
        BetaGeoModel().fit(history.assign(**{column: values}))


def test_a_column_given_twice_is_refused(history):
    twice = pd.concat([history, history[["T"]] + 1], axis=1)
    with pytest.raises(SchemaError, match="'purchase_history' has several columns named 'T'"):
        MODEL.forecast(twice)


def test_the_message_names_three_customers_at_most(history):
    many = history.assign(T=-1.0)
    with pytest.raises(SchemaError, match=r"T is negative for 5 .*'ada', 'ben', 'cleo'\."):
        read_purchases(many)


@pytest.mark.parametrize("model", [MODEL, SPEND_MODEL])
def test_missing_columns_and_empty_tables_are_refused(model, history):
    with pytest.raises(SchemaError, match=r"lacks 'frequency'.*tables.purchase_history"):
        model.forecast(history.drop(columns="frequency"))
    with pytest.raises(SchemaError, match="has no customer"):
        model.forecast(history.head(0))
    with pytest.raises(TypeError, match="is a pandas DataFrame: got dict"):
        model.forecast(history.to_dict())


def test_impossible_spend_is_refused(history):
    with pytest.raises(SchemaError, match=r"monetary_value is missing .* for 1 of 5"):
        SPEND_MODEL.forecast(history.assign(monetary_value=[0, 1, np.nan, 2, 3]))


def test_nullable_columns_are_read(history):
    nullable = history.convert_dtypes()
    assert read_purchases(nullable).recency.tolist() == history["recency"].tolist()
    nullable.loc["ada", "frequency"] = pd.NA
    with pytest.raises(SchemaError, match="frequency is missing"):
        read_purchases(nullable)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1, 2], r"got shape \(2,\) for 5"),
        ([1, 2, 3, 4, -1], "never negative"),
        ([0] * 5, "not all zero"),
        ([1, 1, 1, 1, np.nan], "finite"),
    ],
)
def test_impossible_weights_are_refused(weight, message):
    with pytest.raises(ValueError, match=message):
        read_weights(weight, 5)


def test_three_columns_are_no_history(history):
    told = r"pandas DataFrame: got Series\. Give the table itself, .*fit\(history\)"
    with pytest.raises(TypeError, match=told):
        BetaGeoModel().fit(history["frequency"], history["recency"], history["T"])
    with pytest.raises(TypeError, match=told):
        MODEL.probability_alive(history["frequency"])
