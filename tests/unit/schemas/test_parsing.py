"""From cells to typed columns."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from custintel.errors import MixedCurrencyError
from custintel.schemas import CUSTOMERS, TRANSACTIONS, recognise
from custintel.schemas.parsing import Conventions, parse_table, texts


def parsed(conventions=None, **columns):
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    mapping = recognise(frame.columns, TRANSACTIONS)
    return parse_table(frame, TRANSACTIONS, mapping, conventions)


def problems(result):
    return result.set_aside[["line", "column", "value", "reason"]].values.tolist()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  007 ", "007"),
        (7, "7"),
        (123.0, "123"),
        (1.5, "1.5"),
        (Decimal("12.0"), "12"),
        (2.0**60, str(2.0**60)),
        ("", None),
        (None, None),
        (float("nan"), None),
        (pd.NA, None),
    ],
)
def test_ids_are_text(cell, text):
    value = texts(pd.Series([cell], dtype=object))[0]
    assert pd.isna(value) if text is None else value == text


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", "category", "string"])
def test_ids_of_every_type_become_the_same_text(dtype):
    series = pd.Series([1, 2, 1]).astype(dtype)
    assert list(texts(series)) == ["1", "2", "1"]


@pytest.mark.parametrize("mark", ["", " ", "NULL", "n/a", "#N/A", "NaN", "None", "-", None])
def test_marks_of_absence_are_missing_in_ids_numbers_and_dates(mark):
    good = {"customer": ["a", "b"], "date": ["2024-01-31"] * 2, "amount": ["5", "6"]}
    for header in good:
        cells = {**good, header: [good[header][0], mark]}
        assert problems(parsed(**cells)) == [[1, header, None if mark is None else mark, "missing"]]


def test_optional_cells_may_be_missing_but_not_unreadable():
    result = parsed(
        customer=["a", "b"], date=["2024-01-31"] * 2, amount=["5", "6"], qty=["n/a", "two"]
    )
    assert problems(result) == [[1, "qty", "two", "not a number"]]
    assert np.isnan(result.table["quantity"]).tolist() == [True]


def test_a_row_is_set_aside_once_with_its_first_problem():
    result = parsed(customer=["", "b"], date=["soon", "2024-01-31"], amount=["x", "5"])
    assert problems(result) == [[0, "customer", "", "missing"]]


def test_plain_text_keeps_words_that_are_marks_elsewhere():
    result = parsed(customer=["a"], date=["2024-01-31"], amount=["5"], channel=["NA"])
    assert result.table["channel"].tolist() == ["NA"]


def test_conventions_that_are_given_hold():
    conventions = Conventions(decimal=",", date_order="MDY")
    result = parsed(conventions, customer=["a"], date=["03/04/2024"], amount=["1,234"])
    assert result.table["revenue"].tolist() == [1.234]
    assert result.table["ordered_at"].tolist() == [pd.Timestamp("2024-03-04")]


def test_a_decimal_sign_that_is_none_is_refused():
    with pytest.raises(ValueError, match="decimal is one of"):
        Conventions(decimal=";")


def test_infinite_amounts_are_no_numbers():
    frame = pd.DataFrame(
        {"customer_id": ["a", "b"], "ordered_at": ["2024-01-31"] * 2, "revenue": [np.inf, 1.0]}
    )
    result = parse_table(frame, TRANSACTIONS, recognise(frame.columns, TRANSACTIONS))
    assert problems(result) == [[0, "revenue", "inf", "not a number"]]


@pytest.mark.parametrize(
    ("columns", "currency"),
    [
        ({"Amount (€)": ["5", "6"]}, ["EUR", "EUR"]),
        ({"Amount": ["$5", "6"]}, ["USD", "USD"]),
        ({"Amount": ["$5", "€6"]}, ["USD", "EUR"]),
        ({"Amount (€)": ["5", "$6"]}, ["EUR", "USD"]),
        ({"Amount": ["5", "$6"], "Currency": ["chf", "CHF"]}, ["CHF", "CHF"]),
    ],
)
def test_the_currency_comes_from_its_column_the_amounts_or_the_headers(columns, currency):
    result = parsed(customer=["a", "b"], date=["2024-01-31"] * 2, **columns)
    assert result.table["currency"].tolist() == currency


def test_headers_in_different_currencies_are_refused():
    with pytest.raises(MixedCurrencyError, match=r"'Amount \(€\)', 'Cost \(\$\)'"):
        parsed(
            **{"customer": ["a"], "date": ["2024-01-31"], "Amount (€)": ["5"], "Cost ($)": ["1"]}
        )


def test_input_is_not_changed():
    frame = pd.DataFrame({"Client": [" a "], "Date": ["31/12/2024"], "CA": ["5,0"], "x": ["y"]})
    before = frame.copy(deep=True)
    parse_table(frame, TRANSACTIONS, recognise(frame.columns, TRANSACTIONS))
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("cell", ["Yes", " TRUE ", "1", 1, 1.0, True, "x", "Oui", "vrai", "Y", "O"])
def test_words_for_yes(cell):
    assert flag(cell) is True


@pytest.mark.parametrize("cell", ["No", "false", "0", 0, 0.0, False, "Non", "FAUX", "n"])
def test_words_for_no(cell):
    assert flag(cell) is False


@pytest.mark.parametrize("cell", [None, "", "n/a", float("nan"), pd.NA])
def test_flags_may_be_missing(cell):
    assert flag(cell) is pd.NA


@pytest.mark.parametrize("cell", ["maybe", 2, "1,0", "ja/nein"])
def test_other_words_are_no_flags(cell):
    frame = pd.DataFrame({"id": ["1"], "unsubscribed": pd.Series([cell], dtype=object)})
    result = parse_table(frame, CUSTOMERS, recognise(frame.columns, CUSTOMERS))
    assert problems(result) == [[0, "unsubscribed", str(cell), "neither yes nor no"]]


def flag(cell):
    frame = pd.DataFrame({"id": ["1"], "unsubscribed": pd.Series([cell], dtype=object)})
    result = parse_table(frame, CUSTOMERS, recognise(frame.columns, CUSTOMERS))
    assert str(result.table["email_opt_out"].dtype) == "boolean"
    return result.table["email_opt_out"].tolist()[0]
