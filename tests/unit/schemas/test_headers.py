"""Recognition of the headers of exports."""

import pytest

from custintel.errors import SchemaError
from custintel.schemas import ACCOUNTS, CUSTOMERS, PRODUCTS, TRANSACTIONS, recognise
from custintel.schemas.headers import plain_header


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("\ufeffCustomer ID", "customer id"),
        ("  N° client * ", "n client"),
        ("№ client", "no client"),
        ("Montant TTC (€)", "montant ttc"),
        ("Montant [EUR]", "montant"),
        ("Amount USD", "amount"),
        ("Chiffre d’affaires", "chiffre d affaires"),
        ("order__id", "order id"),
        ("EUR", "eur"),
        ("(€)", ""),
        ("", ""),
    ],
)
def test_the_plain_form_of_a_header(header, plain):
    assert plain_header(header) == plain


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Montant (€)", "revenue"),
        ("Montant TTC", "revenue"),
        ("CA", "revenue"),
        ("Chiffre d'affaires", "revenue"),
        ("dollar_value", "revenue"),
        ("Total", "revenue"),
        ("Date de commande", "ordered_at"),
        ("Created (UTC)", "ordered_at"),
        ("EffectiveDate", "ordered_at"),
        ("InvoiceDate", "ordered_at"),
        ("N° client", "customer_id"),
        ("Code client", "customer_id"),
        ("CUSTOMER_ID", "customer_id"),
        ("AccountId", "customer_id"),
        ("Numéro de commande", "order_id"),
        ("InvoiceNo", "order_id"),
        ("Quantité", "quantity"),
        ("Lineitem quantity", "quantity"),
        ("Canal", "channel"),
        ("Produit", "product_id"),
        ("Lineitem sku", "product_id"),
        ("Devise", "currency"),
        ("CurrencyIsoCode", "currency"),
        ("Coût", "cost"),
        ("Remise", "discount"),
        ("Catégorie", "category"),
        ("Campagne", "campaign_id"),
        ("Revendeur", "partner_id"),
    ],
)
def test_usual_headers_are_recognised(header, name):
    assert recognise([header], TRANSACTIONS) == {header: name}


@pytest.mark.parametrize("header", ["Name", "Id", "Email", "Region", "Subtotal", "Paid at", ""])
def test_headers_that_could_mean_something_else_are_left_alone(header):
    assert recognise([header], TRANSACTIONS) == {}


@pytest.mark.parametrize(
    "table", [ACCOUNTS, CUSTOMERS, PRODUCTS, TRANSACTIONS], ids=lambda table: table.name
)
def test_every_synonym_is_in_plain_form_and_means_one_column(table):
    words = [word for column in table.columns.values() for word in column.synonyms]
    assert words
    assert words == [plain_header(word) for word in words]
    names = {plain_header(name) for name in table.columns}
    assert len({*words, *names}) == len(words) + len(names)


def test_two_headers_for_one_column_are_refused_with_the_way_out():
    with pytest.raises(SchemaError, match=r"'Client', 'Customer' .*columns=\{'Client': 'custom"):
        recognise(["Client", "Customer"], TRANSACTIONS)


def test_the_canonical_name_wins_over_synonyms():
    headers = ["Amount", "revenue", "Total"]
    assert recognise(headers, TRANSACTIONS) == {"revenue": "revenue"}


def test_what_the_user_says_wins():
    headers = ["Amount", "Total", "Region"]
    columns = {"Total": "revenue", "Region": "sector"}
    assert recognise(headers, TRANSACTIONS, columns) == columns


def test_a_header_mapped_to_itself_is_left_alone():
    headers = ["Discount", "Amount"]
    mapping = recognise(headers, TRANSACTIONS, {"Discount": "Discount"})
    assert mapping == {"Discount": "Discount", "Amount": "revenue"}


def test_a_name_cannot_be_given_over_a_column_that_has_it():
    with pytest.raises(SchemaError, match=r"'Total' is to become 'revenue'.*'other_revenue'"):
        recognise(["revenue", "Total"], TRANSACTIONS, {"Total": "revenue"})
    columns = {"Total": "revenue", "revenue": "other_revenue"}
    assert recognise(["revenue", "Total"], TRANSACTIONS, columns) == columns


def test_a_header_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(SchemaError, match=r"'Totl', which the data lack \(nearest: 'Total'\)"):
        recognise(["Total"], TRANSACTIONS, {"Totl": "revenue"})


def test_two_headers_cannot_be_given_one_name():
    with pytest.raises(SchemaError, match="'a', 'b' all stand for 'revenue'"):
        recognise(["a", "b"], TRANSACTIONS, {"a": "revenue", "b": "revenue"})


def test_messages_survive_braces():
    with pytest.raises(SchemaError, match=r"\{0\}"):
        recognise(["{0}"], TRANSACTIONS, {"{x}": "revenue"})


@pytest.mark.parametrize(
    ("headers", "account"),
    [
        (["Customer ID", "Account ID"], "Account ID"),
        (["N° client", "Société"], "Société"),
        (["Contact ID", "Account"], "Account"),
        (["Client", "Company", "Company ID"], "Company ID"),
        (["customer_id", "Account ID", "account_id"], "account_id"),
        (["Account ID"], None),
        (["Account ID", "Company"], None),
        (["Client"], None),
    ],
    ids=lambda value: " + ".join(value) if isinstance(value, list) else "",
)
def test_an_account_is_one_only_beside_a_customer(headers, account):
    mapping = recognise([*headers, "Date", "Amount"], TRANSACTIONS)
    meant = [header for header, name in mapping.items() if name == "account_id"]
    assert meant == ([account] if account else [])
    assert "customer_id" in mapping.values()


def test_an_account_is_left_alone_where_the_user_says_so():
    headers = ["Client", "Compte", "Date", "Montant"]
    kept = recognise(headers, TRANSACTIONS, {"Compte": "Compte"})
    other = recognise(headers, TRANSACTIONS, {"Client": "account_id", "Compte": "customer_id"})
    assert kept["Compte"] == "Compte"
    assert other == {
        "Client": "account_id",
        "Compte": "customer_id",
        "Date": "ordered_at",
        "Montant": "revenue",
    }
