"""Campaigns and leads: one row per id, plausible costs and days, one currency."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from custintel.errors import (
    AmbiguousDateError,
    MixedCurrencyError,
    ReadError,
    SchemaError,
    SetAsideWarning,
)
from custintel.tables import build_campaigns, build_leads, inspect_campaigns, inspect_leads

BUILDERS = [
    (build_campaigns, inspect_campaigns, "campaign_id", "campaigns"),
    (build_leads, inspect_leads, "lead_id", "leads"),
]


def problems(built):
    assert built.n_rows == len(built.table) + len(built.set_aside)
    return built.set_aside[["line", "column", "value", "reason"]].values.tolist()


@pytest.mark.parametrize(("build", "inspect", "key", "name"), BUILDERS)
def test_an_id_is_enough_and_the_input_stays_as_it_is(build, inspect, key, name):
    raw = pd.DataFrame({key: [" 007 ", 8.0], "Region": ["N", None]}, index=[5, 5])
    before = raw.copy(deep=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = build(raw)
    pd.testing.assert_frame_equal(raw, before)
    assert table.columns.tolist() == [key, "Region"]
    assert table[key].tolist() == ["007", "8"]
    assert problems(inspect(raw)) == []


@pytest.mark.parametrize(("build", "inspect", "key", "name"), BUILDERS)
def test_rows_without_id_repeated_and_conflicting_ones_are_set_aside(build, inspect, key, name):
    raw = pd.DataFrame(
        {
            key: ["1", "n/a", "1", "1", "2"],
            "Region": ["N", "N", "N", "S", "N"],
            "Last Modified Date": ["2024-01-01", "2024-01-01", "2024-01-01", "2024-02-01", None],
        }
    )
    built = inspect(raw)
    assert problems(built) == [
        [0, key, "1", "another row has this id and other values"],
        [1, key, "n/a", "missing"],
        [2, key, "1", "repeated row"],
    ]
    assert built.table["Region"].tolist() == ["S", "N"]
    with pytest.warns(SetAsideWarning, match=rf"^3 of 5 rows of '{name}' .*inspect_{name}") as all_:
        table = build(raw)
    assert [each.filename for each in all_] == [__file__]
    pd.testing.assert_frame_equal(table, built.table)


@pytest.mark.parametrize(("build", "inspect", "key", "name"), BUILDERS)
def test_nothing_to_build_from_is_an_error_of_the_plain_form(build, inspect, key, name):
    with pytest.raises(SchemaError, match=f"nothing to build '{name}' from"):
        build(pd.DataFrame({key: []}))
    with pytest.raises(SchemaError, match=rf"The only row .*inspect_{name}"):
        build(pd.DataFrame({key: [None]}))
    assert inspect(pd.DataFrame({key: [None]})).table.empty
    with pytest.raises(SchemaError, match=rf"Table '{name}' lacks '{key}'.*build_{name}\(raw"):
        build(pd.DataFrame({"x": [1]}))
    with pytest.raises(TypeError, match="raw is a pandas DataFrame"):
        build(pl.DataFrame({key: ["1"]}))


def test_costs_and_days_that_cannot_be_meant_are_set_aside():
    raw = pd.DataFrame(
        {
            "campaign_id": [*"abcdefgh"],
            "cost": ["10", "-3", "5", "5", "5", "5", None, "2e15"],
            "budget": ["10", "5", "-0.01", "5", "5", "5", "0", "5"],
            "Start date": ["2024-03-01"] * 3
            + ["1969-12-31", "2100-01-01", "2024-03-01"]
            + [""] * 2,
            "End date": ["2024-03-01"] * 5 + ["2024-02-29", "", ""],
        }
    )
    built = inspect_campaigns(raw, currency="eur")
    assert problems(built) == [
        [1, "cost", "-3.0", "below zero"],
        [2, "budget", "-0.01", "below zero"],
        [3, "Start date", "1969-12-31", "before 1970-01-01"],
        [4, "Start date", "2100-01-01", "after 2099-12-31"],
        [5, "End date", "2024-02-29", "before 'starts_at'"],
        [7, "cost", "2000000000000000.0", "beyond 1,000,000,000,000,000"],
    ]
    assert built.table["campaign_id"].tolist() == ["a", "g"]
    # Not known is not free.
    assert np.isnan(built.table["cost"][1])
    assert built.table["currency"].tolist() == ["EUR", "EUR"]
    assert (built.n_repeated, built.n_conflicting) == (0, 0)


def test_a_row_that_cannot_be_meant_does_not_stand_for_its_id():
    raw = pd.DataFrame(
        {
            "campaign_id": ["a", "a"],
            "cost": [-5.0, 7.0],
            "updated_at": ["2024-02-01", "2024-01-01"],
        }
    )
    built = inspect_campaigns(raw)
    assert built.table["cost"].tolist() == [7.0]
    assert problems(built) == [[0, "cost", "-5.0", "below zero"]]


@pytest.mark.parametrize(
    ("raw", "currency", "expected"),
    [
        ({"Cost (CHF)": ["5"]}, None, "CHF"),
        ({"cost": ["$1,700.50"]}, None, "USD"),
        ({"cost": [""], "budget": ["5 €"]}, None, "EUR"),
        ({"cost": ["5"]}, "£", "GBP"),
        ({"cost": ["5"], "Devise": ["eur"]}, "EUR", "EUR"),
    ],
    ids=["header", "cell", "cell of the budget", "argument", "column"],
)
def test_the_currency_is_found(raw, currency, expected):
    table = build_campaigns(pd.DataFrame({"campaign_id": ["a"]} | raw), currency=currency)
    assert table["currency"].tolist() == [expected]


def test_no_currency_is_made_up():
    assert "currency" not in build_campaigns(pd.DataFrame({"campaign_id": ["a"], "cost": [5]}))


@pytest.mark.parametrize(
    ("raw", "currency", "message"),
    [
        ({"cost": ["5 €", "6 $"]}, None, "1 row in EUR, 1 row in USD"),
        ({"cost": ["5", "6"], "currency": ["EUR", "EUR"]}, "CHF", "'CHF' was given"),
        ({"cost": ["5 €", "6 €"], "budget": ["7 €", "8 $"]}, None, "EUR and USD"),
        ({"Cost (EUR)": [5, 6], "Budget (USD)": [5, 6]}, None, "different currencies"),
    ],
    ids=["rows", "argument", "two amounts of a row", "headers"],
)
def test_mixed_currencies_are_refused(raw, currency, message):
    with pytest.raises(MixedCurrencyError, match=message):
        build_campaigns(pd.DataFrame({"campaign_id": ["a", "b"]} | raw), currency=currency)


def test_only_rows_with_an_amount_need_a_currency():
    raw = {"campaign_id": ["a", "b"], "currency": ["EUR", None]}
    table = build_campaigns(pd.DataFrame(raw | {"cost": [5, None]}))
    assert table["currency"].tolist() == ["EUR", "EUR"]
    with pytest.raises(SchemaError, match=r"1 of 2 rows of 'campaigns' have no currency.*'EUR'"):
        build_campaigns(pd.DataFrame(raw | {"cost": [5, 6]}))


def test_what_the_values_leave_open_is_asked_for():
    raw = pd.DataFrame({"campaign_id": ["a"], "Start date": ["03/04/2024"], "cost": ["1,250"]})
    with pytest.raises(ReadError, match="'cost' holds '1,250'"):
        build_campaigns(raw)
    with pytest.raises(AmbiguousDateError, match="date_order='DMY'"):
        build_campaigns(raw, decimal=".")
    table = build_campaigns(raw, decimal=".", date_order="DMY")
    assert table["starts_at"][0] == pd.Timestamp("2024-04-03")
    assert table["cost"][0] == 1250.0
    aware = pd.DataFrame({"campaign_id": ["a"], "Start date": ["2024-03-01T23:30:00Z"]})
    with pytest.raises(ReadError, match="timezone="):
        build_campaigns(aware)
    table = build_campaigns(aware, timezone="Europe/Zurich")
    assert table["starts_at"][0] == pd.Timestamp("2024-03-02 00:30")


def test_leads_of_salesforce():
    raw = pd.DataFrame(
        {
            "Id": ["00Q1", "00Q2", "00Q3"],
            "LeadSource": ["Web", "Fair", "Web"],
            "Status": ["Qualified", "New", "New"],
            "OwnerId": ["005A", "005B", "005B"],
            "IsConverted": ["TRUE", "false", "perhaps"],
            "ConvertedDate": ["2024-04-02", None, None],
            "ConvertedContactId": ["003A", None, None],
            "CreatedDate": ["2024-03-18", "2024-03-19", "1960-01-01"],
        }
    )
    built = inspect_leads(raw)
    assert built.table.columns.tolist() == [
        *("lead_id", "customer_id", "source", "owner_id", "status", "is_converted"),
        *("created_at", "converted_at"),
    ]
    assert built.table["is_converted"].tolist() == [True, False]
    assert built.table["customer_id"].isna().tolist() == [False, True]
    assert problems(built) == [[2, "IsConverted", "perhaps", "neither yes nor no"]]
    early = inspect_leads(raw.assign(IsConverted="no"))
    assert problems(early) == [[2, "CreatedDate", "1960-01-01", "before 1970-01-01"]]


def test_hostile_names_are_kept_as_they_are():
    name = "<script>alert('x')</script> =1+1 {cost!r}"
    table = build_campaigns(pd.DataFrame({"campaign_id": [name], "Name": [name]}))
    assert table.values.tolist() == [[name, name]]
    with pytest.warns(SetAsideWarning, match="of 'campaigns' was set aside"):
        build_campaigns(pd.DataFrame({"campaign_id": [name, "b"], name: [1, 2], "cost": [-1, 1]}))
