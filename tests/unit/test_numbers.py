"""Numbers as they are written in exports."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from custintel._numbers import read_numbers, settled_decimal
from custintel.errors import ReadError


def column(*values):
    return pd.Series(list(values), dtype=object)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1 234,56", None, 1234.56),
        ("1\u00a0234,56", None, 1234.56),
        ("1\u202f234,56", None, 1234.56),
        ("1\u2009234,56", None, 1234.56),
        ("1,234.56", 1234.56, None),
        ("1.234,56", None, 1234.56),
        ("1'234.50", 1234.5, None),
        ("1’234.50", 1234.5, None),
        ("1,234,567", 1234567, None),
        ("1.234.567", None, 1234567),
        ("12 345", 12345, 12345),
        ("1,234", 1234, 1.234),
        ("1.234", 1.234, 1234),
        ("0,123", None, 0.123),
        ("12,50", None, 12.5),
        ("1234.567", 1234.567, None),
        (".5", 0.5, None),
        ("1,2345", None, 1.2345),
        ("00012", 12, 12),
        ("1.5e3", 1500, None),
        ("(12.00)", -12, None),
        ("12,00-", None, -12),
        ("\u221212.5", -12.5, None),
        ("-12", -12, -12),
        ("+12", 12, 12),
        ("(0)", 0, 0),
        ("$12", 12, 12),
        ("12 €", 12, 12),
        ("-$12", -12, -12),
        ("$-12", -12, -12),
        ("$(12)", -12, -12),
        ("($12)", -12, -12),
        ("CHF 1'234.50", 1234.5, None),
        ("12 EUR", 12, 12),
        ("€ 1 234,50", None, 1234.5),
        ("US$ 5", 5, 5),
    ],
)
def test_a_text_has_at_most_one_reading_under_each_sign(text, point, comma):
    readings = read_numbers(column(text))
    for sign, expected in ((".", point), (",", comma)):
        number = readings.numbers(sign)[0]
        assert math.isnan(number) if expected is None else number == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "abc", "n/a", "inf", "-inf", "nan", "NaN", "1e400", "-", "$", "12 PCS", "1 2 3"),
        *("12,5.3", "1,23,456", "(12", "12)", "-(12)", "--12", "12--", "0x10", "1_000"),
        *("R$ 5", "=1+1", "1 234 56", "12%", "1" * 100, "9" * 1_000_000, "١٢"),
    ],
)
def test_what_is_no_number_is_never_guessed(text):
    readings = read_numbers(column(text))
    assert np.isnan([readings.numbers("."), readings.numbers(",")]).all()


def test_typed_numbers_are_taken_as_they_are():
    readings = read_numbers(column(1.234, 5, Decimal("2.5"), np.float32(0.5), 10**400, None))
    expected = [1.234, 5, 2.5, 0.5, np.nan, np.nan]
    np.testing.assert_array_equal(readings.numbers(","), expected)
    assert readings.verdict() == "same"


def test_truth_values_are_no_numbers():
    assert np.isnan(read_numbers(column(True, False)).numbers(".")).all()


def test_zero_has_no_sign():
    signs = np.signbit(read_numbers(column("-0", "(0.00)", "-0.0")).numbers("."))
    assert not signs.any()


@pytest.mark.parametrize(
    ("texts", "sign"),
    [
        (["1,234", "12.50"], "."),
        (["1,234", "12,50"], ","),
        (["1.234", "1.234.567"], ","),
        (["1,234", "1,234,567"], "."),
        (["5", "7"], "."),
        (["1 234", "n/a"], "."),
        (["12.50"] * 200 + ["12,50"], "."),
    ],
)
def test_the_column_settles_its_sign(texts, sign):
    assert settled_decimal({"amount": read_numbers(column(*texts))}) == {"amount": sign}


@pytest.mark.parametrize("texts", [["1,234"], ["1.234", "999.000"], ["12.50", "12,50"]])
def test_an_open_column_is_an_error_that_says_how_to_settle_it(texts):
    with pytest.raises(ReadError, match=r"'amount' holds '.*decimal=','"):
        settled_decimal({"amount": read_numbers(column(*texts))})


def test_a_silent_column_is_written_like_the_others_of_its_file():
    columns = {"revenue": read_numbers(column("12,50")), "cost": read_numbers(column("1.234"))}
    assert settled_decimal(columns) == {"revenue": ",", "cost": ","}


def test_the_thousands_sign_is_the_commonest():
    readings = read_numbers(column("1 234,5", "2\u202f345", "1'234,0", "12,5"))
    assert readings.thousands(",") == " "
    assert read_numbers(column("12.5")).thousands(".") is None
