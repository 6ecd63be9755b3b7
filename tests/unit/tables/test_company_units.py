"""Transactions whose customers are companies."""

import warnings

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_crm
from custintel.errors import CustintelWarning, SchemaError, SetAsideWarning, WeakResultWarning
from custintel.tables import by_account


@pytest.fixture
def lines():
    return pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "4", "5"],
            "customer_id": ["ann", "bob", "cyd", "ann", "dan"],
            "revenue": [10.0, 20.0, 40.0, -5.0, 7.0],
        },
        index=[9, 9, 3, 1, 0],
    )


@pytest.fixture
def people():
    """Cyd has no company; Dan is not listed; Eve bought nothing."""
    return pd.DataFrame(
        {
            "customer_id": ["ann", "bob", "cyd", "eve"],
            "account_id": ["acme", "bolt", None, "zinc"],
        }
    )


@pytest.fixture
def groups():
    return pd.DataFrame(
        {"account_id": ["acme", "bolt", "core"], "parent_account_id": ["bolt", "core", None]}
    )


def test_the_company_buys_and_the_person_is_kept(lines, people):
    listed = lines[lines["customer_id"].isin(["ann", "bob"])]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        companies = by_account(listed, people)
    assert companies.columns.tolist() == [*lines.columns, "contact_id", "account_id"]
    assert companies["customer_id"].tolist() == ["acme", "bolt", "acme"]
    assert companies["contact_id"].tolist() == ["ann", "bob", "ann"]
    assert companies["account_id"].tolist() == ["acme", "bolt", "acme"]
    assert companies["revenue"].tolist() == [10.0, 20.0, -5.0]
    assert companies.index.tolist() == [0, 1, 2]


def test_inputs_are_left_alone(lines, people, groups):
    before = [table.copy(deep=True) for table in (lines, people, groups)]
    with pytest.warns(WeakResultWarning):
        by_account(lines, people, accounts=groups, roll_up=True)
    for table, copy in zip((lines, people, groups), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_people_without_a_company_stand_for_themselves(lines, people):
    told = (
        r"^2 of 4 customers have no company \(1 not in 'customers'\), with 2 of 5 lines: "
        r"'cyd', 'dan'\. Each stands for itself"
    )
    with pytest.warns(WeakResultWarning, match=told) as caught:
        companies = by_account(lines, people)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert companies["customer_id"].tolist() == ["acme", "bolt", "cyd", "acme", "dan"]
    assert companies["account_id"].isna().tolist() == [False, False, True, False, True]


def test_people_without_a_company_can_be_left_out(lines, people):
    with pytest.warns(SetAsideWarning, match=r"2 of 5 lines: 'cyd', 'dan'\. They are left out"):
        companies = by_account(lines, people, without="drop")
    assert companies["contact_id"].tolist() == ["ann", "bob", "ann"]
    assert companies.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize("without", ["keep", "drop"])
def test_nobody_has_a_company(lines, people, without):
    with pytest.warns(match="4 of 4 customers have no company"):
        found = by_account(lines, people.assign(account_id=None), without=without)
    kept = lines["customer_id"].tolist() if without == "keep" else []
    assert found["customer_id"].tolist() == kept
    assert found["account_id"].isna().all()
    with pytest.warns(match=r"\(4 not in 'customers'\)"):
        unknown = by_account(lines, people.iloc[:0], without=without)
    assert unknown["customer_id"].tolist() == kept


def test_no_lines_give_no_lines(lines, people):
    assert by_account(lines.iloc[:0], people).empty


def test_ids_that_are_numbers_are_taken_as_text():
    lines = pd.DataFrame({"customer_id": [1, 2, 1], "revenue": [1.0, 2.0, 3.0]})
    people = pd.DataFrame({"customer_id": [1, 2], "account_id": [70, 80]})
    assert by_account(lines, people)["customer_id"].tolist() == ["70", "80", "70"]


def test_roll_up_follows_the_parents_to_the_top(lines, people, groups):
    listed = lines[lines["customer_id"].isin(["ann", "bob"])]
    direct = by_account(listed, people, accounts=groups)
    assert direct["customer_id"].tolist() == ["acme", "bolt", "acme"]
    rolled = by_account(listed, people, accounts=groups, roll_up=True)
    assert rolled["customer_id"].tolist() == ["core"] * 3
    assert rolled["account_id"].tolist() == ["core"] * 3
    assert rolled["contact_id"].tolist() == ["ann", "bob", "ann"]


def test_a_parent_that_is_not_listed_is_the_top_and_is_told(lines, people, groups):
    listed = lines[lines["customer_id"].isin(["ann", "bob"])]
    without_core = groups[groups["account_id"] != "core"]
    with pytest.warns(WeakResultWarning, match=r"1 company .* not in 'accounts': 'core'"):
        rolled = by_account(listed, people, accounts=without_core, roll_up=True)
    assert rolled["customer_id"].tolist() == ["core"] * 3


def test_companies_that_are_not_listed_are_told(lines, people, groups):
    listed = lines[lines["customer_id"].isin(["ann", "bob"])]
    told = r"2 companies .* not in 'accounts': 'acme', 'bolt'\. They stand for themselves"
    for roll_up in (False, True):
        with pytest.warns(WeakResultWarning, match=told):
            found = by_account(listed, people, accounts=groups.tail(1), roll_up=roll_up)
        assert found["customer_id"].tolist() == ["acme", "bolt", "acme"]


def test_a_person_in_two_companies_is_refused(lines, people):
    twice = pd.concat([people, pd.DataFrame({"customer_id": ["ann"], "account_id": ["bolt"]})])
    with pytest.raises(SchemaError, match=r"1 person .* more than one company: 'ann'"):
        by_account(lines, twice)


def test_a_person_listed_twice_with_one_company_has_that_company(lines, people):
    again = pd.DataFrame({"customer_id": ["ann", "cyd"], "account_id": [None, None]})
    with pytest.warns(WeakResultWarning, match="2 of 4 customers"):
        found = by_account(lines, pd.concat([again, people]))
    assert found["customer_id"].tolist() == ["acme", "bolt", "cyd", "acme", "dan"]


def test_a_person_with_the_id_of_a_company_is_refused(lines, people):
    clash = people.assign(account_id=["cyd", "bolt", None, None])
    with pytest.raises(SchemaError, match=r"1 person without a company has .*: 'cyd'"):
        by_account(lines, clash)
    with pytest.warns(SetAsideWarning):
        found = by_account(lines, clash, without="drop")
    assert found["customer_id"].tolist() == ["cyd", "bolt", "cyd"]


def test_impossible_arguments_are_refused(lines, people):
    with pytest.raises(ValueError, match="give accounts=… as well"):
        by_account(lines, people, roll_up=True)
    with pytest.raises(ValueError, match="without is one of 'keep', 'drop': got 'remove'"):
        by_account(lines, people, without="remove")
    with pytest.raises(SchemaError, match=r"has 'account_id' already\. Rename it first"):
        by_account(lines.assign(account_id="x"), people)
    with pytest.raises(SchemaError, match=r"Table 'customers' lacks 'account_id'"):
        by_account(lines, people[["customer_id"]])
    with pytest.raises(SchemaError, match=r"rows without customer_id \(1\)\. .*build_customers"):
        by_account(lines, people.assign(customer_id=["ann", "bob", None, "eve"]))
    with pytest.raises(SchemaError, match=r"rows without customer_id \(1\)\. .*transactions"):
        by_account(lines.assign(customer_id=["ann", "bob", None, "eve", "dan"]), people)
    with pytest.raises(TypeError, match="A table is a pandas or polars frame"):
        by_account(lines, {"customer_id": ["ann"]})


def test_revenue_of_companies_equals_a_count_by_hand():
    crm = simulate_crm(60, random_state=3)
    with pytest.warns(WeakResultWarning):
        companies = by_account(crm.transactions, crm.customers, accounts=crm.accounts, roll_up=True)
    parent = dict(zip(crm.accounts["account_id"], crm.accounts["parent_account_id"], strict=True))
    company = dict(zip(crm.customers["customer_id"], crm.customers["account_id"], strict=True))
    expected = {}
    for person, revenue in zip(
        crm.transactions["customer_id"], crm.transactions["revenue"], strict=True
    ):
        unit = person if pd.isna(company[person]) else company[person]
        while unit in parent and not pd.isna(parent[unit]):
            unit = parent[unit]
        expected[unit] = expected.get(unit, 0.0) + revenue
    found = companies.groupby("customer_id")["revenue"].sum()
    assert len(expected) > 50
    assert found.to_dict() == pytest.approx(expected)


@pytest.mark.parametrize("without", ["keep", "drop"])
def test_whole_numbers_with_gaps_are_the_ids_that_texts_write(without):
    """Missing cells make pandas read the companies 10 and 11 as 10.0 and 11.0."""
    lines = pd.DataFrame({"customer_id": ["1", "2", "3"], "revenue": [1.0, 2.0, 4.0]})
    people = pd.DataFrame({"customer_id": [1.0, 2.0, 3.0], "account_id": [10.0, np.nan, 11.0]})
    companies = pd.DataFrame({"account_id": ["10", "11"]})
    with pytest.warns(CustintelWarning, match="1 of 3 customers has no company .0 not in") as told:
        found = by_account(lines, people, accounts=companies, without=without)
    assert len(told) == 1
    assert found["customer_id"].tolist() == ["10", *(["2"] if without == "keep" else []), "11"]
