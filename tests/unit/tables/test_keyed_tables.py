"""Customers, accounts and products: one row per id, and the account of all rows."""

import warnings

import pandas as pd
import polars as pl
import pytest

from custintel.datasets import simulate_crm
from custintel.errors import (
    AmbiguousDateError,
    MixedCurrencyError,
    ReadError,
    SchemaError,
    SetAsideWarning,
)
from custintel.tables import (
    build_accounts,
    build_customers,
    build_products,
    inspect_accounts,
    inspect_customers,
    inspect_products,
)

BUILDERS = [
    (build_customers, inspect_customers, "customer_id", "customers"),
    (build_accounts, inspect_accounts, "account_id", "accounts"),
    (build_products, inspect_products, "product_id", "products"),
]


def problems(built):
    assert built.n_rows == len(built.table) + len(built.set_aside)
    return built.set_aside[["line", "value", "reason"]].values.tolist()


@pytest.mark.parametrize(("build", "inspect", "key", "name"), BUILDERS)
def test_an_id_is_enough(build, inspect, key, name):
    raw = pd.DataFrame({key: [" 007 ", 8.0], "Region": ["N", None]}, index=[5, 5])
    before = raw.copy(deep=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = build(raw)
    pd.testing.assert_frame_equal(raw, before)
    assert table.columns.tolist() == [key, "Region"]
    assert table[key].tolist() == ["007", "8"]
    assert table.index.tolist() == [0, 1]
    built = inspect(raw)
    assert problems(built) == []
    assert (built.n_repeated, built.n_conflicting) == (0, 0)


@pytest.mark.parametrize(("build", "inspect", "key", "name"), BUILDERS)
def test_rows_without_id_repeated_and_conflicting_ones_are_set_aside(build, inspect, key, name):
    raw = pd.DataFrame(
        {
            key: ["1", "n/a", "1", "1", "2", None],
            "Region": ["N", "N", "N", "S", "N", "N"],
        }
    )
    built = inspect(raw)
    assert problems(built) == [
        [1, "n/a", "missing"],
        [2, "1", "repeated row"],
        [3, "1", "another row has this id and other values"],
        [5, None, "missing"],
    ]
    assert (built.n_rows, built.n_repeated, built.n_conflicting) == (6, 1, 1)
    assert built.table.values.tolist() == [["1", "N"], ["2", "N"]]
    told = rf"^4 of 6 rows of '{name}' were set aside: 2 missing .*inspect_{name}"
    with pytest.warns(SetAsideWarning, match=told) as caught:
        table = build(raw)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    pd.testing.assert_frame_equal(table, built.table)


@pytest.mark.parametrize(("build", "inspect", "key", "name"), BUILDERS)
def test_nothing_to_build_from_is_an_error_of_the_plain_form(build, inspect, key, name):
    with pytest.raises(SchemaError, match=f"nothing to build '{name}' from"):
        build(pd.DataFrame({key: []}))
    with pytest.raises(SchemaError, match=rf"None of the 2 rows .*inspect_{name}"):
        build(pd.DataFrame({key: [None, ""]}))
    assert inspect(pd.DataFrame({key: [None, ""]})).table.empty
    with pytest.raises(SchemaError, match=rf"Table '{name}' lacks '{key}'.*build_{name}\(raw"):
        build(pd.DataFrame({"x": [1]}))
    with pytest.raises(TypeError, match="raw is a pandas DataFrame"):
        build(pl.DataFrame({key: ["1"]}))
    with pytest.raises(SchemaError, match="'x' more than once"):
        build(pd.DataFrame([["1", "2", "3"]], columns=[key, "x", "x"]))


@pytest.mark.parametrize(("build", "inspect"), [each[:2] for each in BUILDERS[:2]])
@pytest.mark.parametrize(
    ("updated", "kept"),
    [
        (["2024-01-01", "2024-03-01", "2024-02-01"], "b"),
        (["2024-03-01", "2024-03-01", "2024-02-01"], "a"),
        ([None, None, "2024-02-01"], "c"),
        ([None, None, None], "a"),
    ],
)
def test_of_conflicting_rows_the_last_changed_stays(build, inspect, updated, kept):
    raw = pd.DataFrame({"id": ["1"] * 3, "Note": ["a", "b", "c"], "Last Modified Date": updated})
    built = inspect(raw)
    assert built.table["Note"].tolist() == [kept]
    assert built.n_conflicting == 2
    assert built.set_aside["line"].tolist() == [i for i in range(3) if "abc"[i] != kept]


def test_the_rows_that_stay_keep_their_order():
    raw = pd.DataFrame(
        {
            "Id": ["3", "1", "3", "2"],
            "City": ["a", "b", "c", "d"],
            "updated_at": ["2024-01-01", "2024-05-01", "2024-02-01", "2023-01-01"],
        }
    )
    built = inspect_customers(raw)
    assert built.table["customer_id"].tolist() == ["1", "3", "2"]
    assert built.table["city"].tolist() == ["b", "c", "d"]


def test_cells_that_cannot_be_compared_do_not_hinder():
    raw = pd.DataFrame({"id": ["1", "1"], "tags": [["x"], ["x"]]})
    assert inspect_accounts(raw).n_repeated == 1


def test_contacts_of_salesforce():
    raw = pd.DataFrame(
        {
            "Id": ["003A", "003B"],
            "AccountId": ["001A", None],
            "FirstName": ["Ann", "Bob"],
            "LastName": ["Adler", "Blanc"],
            "Email": ["ann@example.com", ""],
            "Phone": ["0041 21 555 01 01", None],
            "MailingStreet": ["Quai 1", "Quai 2"],
            "MailingCity": ["Lausanne", "Nantes"],
            "MailingPostalCode": ["01006", "44000"],
            "MailingCountry": ["Switzerland", "France"],
            "Department": ["Finance", "Sales"],
            "HasOptedOutOfEmail": ["true", "FALSE"],
            "EmailBouncedDate": ["2024-01-31T10:00:00.000Z", None],
            "CreatedDate": ["2023-01-31T23:30:00.000Z"] * 2,
            "LastModifiedDate": ["2024-02-01T10:00:00.000Z"] * 2,
            "LeadSource": ["Web", "Fair"],
        }
    )
    table = build_customers(raw, timezone="Europe/Zurich")
    assert table.columns.tolist() == [
        *("customer_id", "account_id", "first_name", "last_name", "email", "phone", "street"),
        *("city", "postal_code", "country", "job_function", "email_opt_out"),
        *("email_bounced_at", "created_at", "updated_at", "LeadSource"),
    ]
    assert table["postal_code"].tolist() == ["01006", "44000"]
    assert table["email_opt_out"].tolist() == [True, False]
    assert table["created_at"].tolist() == [pd.Timestamp("2023-02-01 00:30")] * 2
    assert table["account_id"].isna().tolist() == [False, True]
    assert table["email"].isna().tolist() == [False, True]
    with pytest.raises(ReadError, match="timezone='Europe/Zurich'"):
        build_customers(raw)


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (
            ["Record ID", "First Name", "Last Name", "Associated Company ID", "Create Date"],
            ["customer_id", "account_id", "first_name", "last_name", "created_at"],
        ),
        (
            ["ID de fiche d'informations", "Prénom", "Nom", "Code postal", "Pays/Région"],
            ["customer_id", "first_name", "last_name", "postal_code", "country"],
        ),
        (
            ["Customer ID", "First Name", "Email", "Address1", "City", "Country", "Zip"],
            ["customer_id", "first_name", "email", "street", "city", "postal_code", "country"],
        ),
        (
            ["(Do Not Modify) Contact", "Business Phone", "Address 1: City", "Created On"],
            ["customer_id", "phone", "city", "created_at"],
        ),
        (
            ["Record Id", "Account Name.id", "Mailing Street", "Mailing Zip", "Email Opt Out"],
            ["customer_id", "account_id", "street", "postal_code", "email_opt_out"],
        ),
    ],
    ids=["hubspot", "hubspot in french", "shopify", "dynamics", "zoho"],
)
def test_contacts_of_other_systems(headers, names):
    row = ["2024-01-31" if "Creat" in header else "yes" for header in headers]
    assert build_customers(pd.DataFrame([row], columns=headers)).columns.tolist() == names


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (
            ["Id", "Name", "ParentId", "Industry", "BillingCountry", "NumberOfEmployees"],
            [
                "account_id",
                "account_name",
                "parent_account_id",
                "industry",
                "country",
                "n_employees",
            ],
        ),
        (
            ["Account ID", "Account Name", "Parent Account ID", "Account Number", "Employees"],
            ["account_id", "account_name", "parent_account_id", "n_employees", "Account Number"],
        ),
        (
            ["ID de fiche d'informations", "Nom de l'entreprise", "Secteur d'activité"],
            ["account_id", "account_name", "industry"],
        ),
        (
            ["Organization - ID", "Organization - Name", "Organization - Industry"],
            ["account_id", "account_name", "industry"],
        ),
        (
            ["Code société", "Raison sociale", "Société mère", "Effectif", "Pays"],
            ["account_id", "account_name", "parent_account_id", "country", "n_employees"],
        ),
    ],
    ids=["salesforce", "salesforce report", "hubspot in french", "pipedrive", "french"],
)
def test_companies_of_all_systems(headers, names):
    table = build_accounts(pd.DataFrame([["12"] * len(headers)], columns=headers))
    assert table.columns.tolist() == names
    if "n_employees" in names:
        assert table["n_employees"].tolist() == [12.0]


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (
            ["ProductCode", "Name", "Family"],
            ["product_id", "product_name", "category"],
        ),
        (
            ["Variant SKU", "Title", "Type", "Variant Price"],
            ["product_id", "product_name", "category", "unit_price"],
        ),
        (
            ["Code article", "Désignation", "Famille", "Prix unitaire HT (€)"],
            ["product_id", "product_name", "category", "unit_price", "currency"],
        ),
    ],
    ids=["salesforce", "shopify", "french"],
)
def test_products_of_all_systems(headers, names):
    table = build_products(pd.DataFrame([["12"] * len(headers)], columns=headers))
    assert table.columns.tolist() == names
    if "currency" in names:
        assert table["currency"].tolist() == ["EUR"]


def test_two_ids_are_refused_with_the_way_out():
    raw = pd.DataFrame({"Id": ["01t"], "ProductCode": ["P1"]})
    with pytest.raises(SchemaError, match=r"'Id', 'ProductCode' all stand for 'product_id'"):
        build_products(raw)
    table = build_products(raw, columns={"ProductCode": "product_id"})
    assert table.columns.tolist() == ["product_id", "Id"]


def test_unreadable_cells_are_set_aside():
    raw = pd.DataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "Unsubscribed": ["Oui", "perhaps", None, "0"],
            "created": ["2024-01-31", "2024-01-31", "soon", "n/a"],
        }
    )
    built = inspect_customers(raw)
    assert problems(built) == [
        [1, "perhaps", "neither yes nor no"],
        [2, "soon", "not a date"],
    ]
    assert built.table["email_opt_out"].tolist() == [True, False]
    assert built.table["created_at"].isna().tolist() == [False, True]


def test_the_order_of_day_and_month_is_asked_for():
    raw = pd.DataFrame({"sku": ["1"], "Launch date": ["03/04/2024"]})
    with pytest.raises(AmbiguousDateError, match="date_order='DMY'"):
        build_products(raw)
    assert build_products(raw, date_order="DMY")["launched_at"][0] == pd.Timestamp("2024-04-03")


def test_the_decimal_sign_is_asked_for():
    raw = pd.DataFrame({"sku": ["1"], "Price": ["1,250"]})
    with pytest.raises(ReadError, match="'Price' holds '1,250'"):
        build_products(raw)
    assert build_products(raw, decimal=".")["unit_price"].tolist() == [1250.0]
    assert build_products(raw, decimal=",")["unit_price"].tolist() == [1.25]


def test_lines_of_files_are_told():
    raw = pd.DataFrame({"id": ["1", None]}, index=pd.Index([2, 3], name="line"))
    assert inspect_accounts(raw).set_aside["line"].tolist() == [3]


def test_the_simulated_crm_is_canonical():
    crm = simulate_crm(30, random_state=5)
    for build, table in (
        (build_customers, crm.customers),
        (build_accounts, crm.accounts),
        (build_products, crm.products),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            built = build(table)
        missing = table.astype(object).where(table.notna(), None)
        pd.testing.assert_frame_equal(built.astype(object).where(built.notna(), None), missing)
        assert built.dtypes.astype(str).tolist() == table.dtypes.astype(str).tolist()


def test_of_products_the_first_row_stays_whatever_a_column_of_the_export_is_called():
    raw = pd.DataFrame(
        {"SKU": ["p1", "p1"], "Title": ["a", "b"], "updated_at": ["01/05/2024", "31/12/2020"]}
    )
    assert inspect_products(raw).table["product_name"].tolist() == ["a"]
    assert inspect_products(raw.assign(updated_at=[1, "x"])).table["product_name"].tolist() == ["a"]


def test_lists_among_other_cells_are_kept():
    raw = pd.DataFrame({"SKU": ["p1", "p2", "p1", "p2"], "tags": ["x", ["y"], ["z"], ["y"]]})
    built = inspect_products(raw)
    assert built.table["tags"].tolist() == ["x", ["y"]]
    assert problems(built) == [
        [2, "p1", "another row has this id and other values"],
        [3, "p2", "repeated row"],
    ]


def test_prices_in_several_currencies_are_refused():
    raw = pd.DataFrame({"SKU": ["a", "b"], "Price": ["5", "6"], "Currency": ["EUR", "USD"]})
    with pytest.raises(MixedCurrencyError, match="several currencies: 'EUR', 'USD'"):
        build_products(raw)
