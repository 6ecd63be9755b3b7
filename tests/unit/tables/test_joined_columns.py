"""Columns of other tables, brought to the lines of orders."""

import warnings

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from custintel.datasets import simulate_crm
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import revenue_table
from custintel.tables import add_columns, by_account


@pytest.fixture
def lines():
    return pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "ann"],
            "product_id": ["p1", None, "p2"],
            "country": ["FR", "FR", "CH"],
            "revenue": [1.0, 2.0, 3.0],
        },
        index=[7, 7, 1],
    )


@pytest.fixture
def people():
    return pd.DataFrame(
        {
            "customer_id": ["bob", "ann"],
            "country": ["DE", "SE"],
            "seats": [2, 1],
            "note": ["x", "y"],
        }
    )


def test_every_line_gets_the_columns_of_its_customer(lines, people):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wider = add_columns(lines, people, on="customer_id", columns=["seats", "note"])
    pd.testing.assert_frame_equal(wider[lines.columns], lines.reset_index(drop=True))
    assert wider.columns.tolist() == [*lines.columns, "seats", "note"]
    assert wider["seats"].tolist() == [1, 2, 1]
    assert wider["note"].tolist() == ["y", "x", "y"]


def test_columns_can_have_new_names(lines, people):
    wider = add_columns(lines, people, on="customer_id", columns={"country": "home"})
    assert wider["home"].tolist() == ["SE", "DE", "SE"]
    assert wider["country"].tolist() == ["FR", "FR", "CH"]


def test_one_column_may_be_named_alone(lines, people):
    assert add_columns(lines, people, on="customer_id", columns="note").columns[-1] == "note"


def test_inputs_are_left_alone(lines, people):
    before = lines.copy(deep=True), people.copy(deep=True)
    add_columns(lines, people, on="customer_id", columns={"country": "home"})
    pd.testing.assert_frame_equal(lines, before[0])
    pd.testing.assert_frame_equal(people, before[1])


def test_lines_without_a_match_are_kept_and_told(lines):
    products = pd.DataFrame({"product_id": ["p1"], "product_name": ["Desk"]})
    told = (
        r"^2 of 3 lines of 'transactions' get missing values: 1 whose product_id is not in "
        r"'products' \('p2'\), 1 without product_id\.$"
    )
    with pytest.warns(WeakResultWarning, match=told) as caught:
        wider = add_columns(lines, products, on="product_id", columns="product_name")
    assert caught[0].filename == __file__
    assert wider["product_name"].tolist()[0] == "Desk"
    assert wider["product_name"].isna().tolist() == [False, True, True]
    assert wider["product_id"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (["campaign_id", "event", "occurred_at"], "campaign_events"),
        (["channel", "occurred_at"], "touches"),
        (["lead_id"], "leads"),
        (["ordered_at", "revenue"], "transactions"),
        (["anything"], "transactions"),
    ],
)
def test_messages_name_the_table_that_the_lines_are(columns, name):
    lines = pd.DataFrame({"customer_id": ["ann", "bob"], **dict.fromkeys(columns, "x")})
    people = pd.DataFrame({"customer_id": ["ann"], "country": ["FR"]})
    with pytest.warns(WeakResultWarning, match=rf"1 of 2 lines of '{name}' gets missing"):
        wider = add_columns(lines, people, on="customer_id", columns="country")
    with pytest.raises(SchemaError, match=rf"'{name}' has 'country' already"):
        add_columns(wider, people, on="customer_id", columns="country")
    products = people.rename(columns={"customer_id": "product_id"})
    with pytest.raises(SchemaError, match=rf"Table '{name}' lacks 'product_id'"):
        add_columns(lines, products, on="product_id", columns="country")


def test_an_empty_table_matches_nothing(lines, people):
    with pytest.warns(WeakResultWarning, match="3 of 3 lines"):
        wider = add_columns(lines, people.iloc[:0], on="customer_id", columns="note")
    assert len(wider) == 3
    assert wider["note"].isna().all()
    assert add_columns(lines.iloc[:0], people, on="customer_id", columns="note").empty


def test_lines_are_never_doubled(lines, people):
    twice = pd.concat([people, people])
    with pytest.raises(SchemaError, match=r"2 customer_id stand in several rows of 'customers'"):
        add_columns(lines, twice, on="customer_id", columns="note")


def test_ids_are_needed_on_every_row(lines):
    partners = pd.DataFrame({"product_id": ["p1", None], "name": ["x", "y"]})
    with pytest.raises(SchemaError, match=r"'products' has 1 of 2 rows without 'product_id'"):
        add_columns(lines, partners, on="product_id", columns="name")


def test_a_column_is_never_overwritten(lines, people):
    told = r"'transactions' has 'country' already\. .*columns=\{'name': 'new name'\}"
    with pytest.raises(SchemaError, match=told):
        add_columns(lines, people, on="customer_id", columns=["country", "note"])


@pytest.mark.parametrize(
    "columns", [[], {}, ["customer_id"], {"note": "same", "seats": "same"}, ["note", "customer_id"]]
)
def test_columns_that_make_no_sense_are_refused(lines, people, columns):
    with pytest.raises(ValueError, match="columns names one column or more beside 'customer_id'"):
        add_columns(lines, people, on="customer_id", columns=columns)


def test_unknown_names_are_refused(lines, people):
    with pytest.raises(SchemaError, match="Table 'customers' lacks 'notes'"):
        add_columns(lines, people, on="customer_id", columns="notes")
    with pytest.raises(SchemaError, match="Table 'transactions' lacks 'account_id'"):
        add_columns(
            lines,
            people.rename(columns={"customer_id": "account_id"}),
            on="account_id",
            columns="note",
        )
    with pytest.raises(ValueError, match="on is a column of ids, such as 'customer_id': got 'coun"):
        add_columns(lines, people, on="country", columns="note")


def test_ids_that_are_numbers_are_taken_as_text():
    lines = pd.DataFrame({"product_id": [1, 2], "revenue": [1.0, 2.0]})
    products = pd.DataFrame({"product_id": ["2", "1"], "category": ["b", "a"]})
    wider = add_columns(lines, products, on="product_id", columns="category")
    assert wider["category"].tolist() == ["a", "b"]


def test_revenue_by_industry_adds_up():
    crm = simulate_crm(40, random_state=2)
    with pytest.warns(WeakResultWarning):
        companies = by_account(crm.transactions, crm.customers)
    with pytest.warns(WeakResultWarning, match="without account_id"):
        wider = add_columns(companies, crm.accounts, on="account_id", columns="industry")
    found = revenue_table(wider, as_of=crm.as_of, by="industry").sum(axis=1)
    people = crm.customers.merge(crm.accounts, on="account_id", how="left")
    by_hand = crm.transactions.merge(people, on="customer_id").groupby("industry")["revenue"].sum()
    assert found.drop("(missing)").to_dict() == pytest.approx(by_hand.to_dict())
    assert found.sum() == pytest.approx(crm.transactions["revenue"].sum())


@pytest.mark.parametrize("of", [pd.DataFrame, pl.DataFrame])
def test_flags_with_missing_ones_stay_flags_on_every_engine(of):
    lines = pl.DataFrame({"customer_id": ["ann", "bob", "eve"]})
    people = of({"customer_id": ["ann", "bob", "eve"], "opted_out": [True, None, False]})
    wider = add_columns(lines, people, on="customer_id", columns="opted_out")
    assert wider.schema["opted_out"] == pl.Boolean
    assert wider["opted_out"].to_list() == [True, None, False]


@pytest.mark.parametrize("of", [pd.DataFrame, pl.DataFrame, lambda cells: pa.table(cells)])
def test_lines_keep_their_order(of):
    ids = [f"c{row * 7919 % 5000}" for row in range(20_000)]
    lines = of({"customer_id": ids, "revenue": [float(row) for row in range(20_000)]})
    people = pd.DataFrame({"customer_id": sorted(set(ids))})
    people["country"] = people["customer_id"] + "'s"
    wider = nw.from_native(add_columns(lines, people, on="customer_id", columns="country"))
    assert wider.columns == ["customer_id", "revenue", "country"]
    assert wider["revenue"].to_list() == [float(row) for row in range(20_000)]
    assert wider["country"].to_list() == [f"{name}'s" for name in ids]
