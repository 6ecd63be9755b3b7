"""Dates as they are written in exports."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from custintel._dates import parse_dates
from custintel.errors import AmbiguousDateError, ReadError


def column(*values):
    return pd.Series(list(values), dtype=object)


def parsed(*values, **settled):
    return [str(instant) for instant in parse_dates(column(*values), **settled).instants]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-01-31", "2024-01-31T00:00:00"),
        ("2024/1/5", "2024-01-05T00:00:00"),
        ("2024.01.05", "2024-01-05T00:00:00"),
        ("19970101", "1997-01-01T00:00:00"),
        ("2024-01-31 10:05", "2024-01-31T10:05:00"),
        ("2024-01-31T10:05:33", "2024-01-31T10:05:33"),
        ("2024-01-31 10:05:33.123456789", "2024-01-31T10:05:33.123456"),
        ("2024-01-31 10:05:33,5", "2024-01-31T10:05:33.500000"),
        ("31/12/2024", "2024-12-31T00:00:00"),
        ("31.12.2024", "2024-12-31T00:00:00"),
        ("31-12-24", "2024-12-31T00:00:00"),
        ("12/31/2024", "2024-12-31T00:00:00"),
        ("1/31/2024, 10:05 AM", "2024-01-31T10:05:00"),
        ("1/31/2024 12:05 am", "2024-01-31T00:05:00"),
        ("1/31/2024 12:05 p.m.", "2024-01-31T12:05:00"),
        ("31/12/2024 à 14h30", "2024-12-31T14:30:00"),
        ("31 déc. 2024", "2024-12-31T00:00:00"),
        ("1er janvier 2024", "2024-01-01T00:00:00"),
        ("15 août 2024", "2024-08-15T00:00:00"),
        ("15 FÉVRIER 2024", "2024-02-15T00:00:00"),
        ("January 5th, 2024", "2024-01-05T00:00:00"),
        ("5 May 2024 14:30", "2024-05-05T14:30:00"),
        ("31-JAN-97", "1997-01-31T00:00:00"),
        ("2024-Jan-31", "2024-01-31T00:00:00"),
        ("31/12/69", "1969-12-31T00:00:00"),
        ("31/12/68", "2068-12-31T00:00:00"),
        ("29/02/2024", "2024-02-29T00:00:00"),
        ("0203-01-01", "0203-01-01T00:00:00"),
        ("9999-12-31", "9999-12-31T00:00:00"),
    ],
)
def test_a_date_is_read(text, instant):
    assert np.datetime64(parsed(text)[0]) == np.datetime64(instant)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "n/a", "2024", "2024-13-01", "2024-02-30", "30/02/2024", "29/02/2023"),
        *("31/31/2024", "0000-01-01", "2024-01-31 24:00", "2024-01-31 10:60", "32/12/2024"),
        *("2024-01-31 13:00 PM", "2024-01-31 0:05 AM", "12:30", "20241301", "45292", "1/2"),
        *("2024-01/31", "31 brumaire 2024", "=TODAY()", "١٢/٠١/٢٠٢٤", "1" * 1_000_000),
    ],
)
def test_what_is_no_date_is_never_guessed(text):
    assert parsed(text) == ["NaT"]


@pytest.mark.parametrize(("day", "month"), [(d, m) for d in (1, 28, 31) for m in range(1, 13)])
def test_validity_of_days_is_that_of_the_calendar(day, month):
    try:
        expected = dt.date(1900, month, day).isoformat() + "T00:00:00.000000"
    except ValueError:
        expected = "NaT"
    assert parsed(f"1900-{month:02d}-{day:02d}") == [expected]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["31/12/2024", "01/02/2024"], "2024-02-01"),
        (["12/31/2024", "01/02/2024"], "2024-01-02"),
        (["05/05/2024", "05/05/2024"], "2024-05-05"),
        (["31/12/2024"] * 200 + ["12/31/2024", "01/02/2024"], "2024-02-01"),
        (["31/12/2024 10:00", "01/02/24"], "2024-02-01"),
    ],
)
def test_one_telling_date_settles_the_order_of_all(texts, expected):
    assert parsed(*texts)[-1][:10] == expected


@pytest.mark.parametrize(
    "texts", [["03/04/2024"], ["01/02/2024", "05/05/2024"], ["31/12/2024", "12/31/2024"]]
)
def test_an_open_order_is_an_error_that_says_how_to_settle_it(texts):
    with pytest.raises(AmbiguousDateError, match=r"'Date' holds '.*date_order='DMY'"):
        parse_dates(column(*texts), name="Date")


@pytest.mark.parametrize(
    ("order", "expected"), [("DMY", "2024-04-03"), ("MDY", "2024-03-04"), ("YMD", "2024-04-03")]
)
def test_the_order_can_be_given(order, expected):
    assert parsed("03/04/2024", date_order=order)[0][:10] == expected


def test_two_digit_years_come_first_only_when_told():
    assert parsed("24-01-31", date_order="YMD")[0][:10] == "2024-01-31"
    assert parsed("31-01-24")[0][:10] == "2024-01-31"


def test_a_given_order_does_not_bend():
    assert parsed("31/12/2024", date_order="MDY") == ["NaT"]


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="date_order is one of 'DMY'"):
        parsed("31/12/2024", date_order="dayfirst")


@pytest.mark.parametrize(
    "text", ["2024-07-01T22:30:00Z", "2024-07-01 18:30:00 -0400", "2024-07-02 00:30:00+02:00"]
)
def test_offsets_become_the_local_time_that_is_asked_for(text):
    assert parsed(text, timezone="Europe/Paris") == ["2024-07-02T00:30:00.000000"]


@pytest.mark.parametrize("text", ["2024-07-01T22:30:00Z", "2024-07-01 22:30 UTC"])
def test_offsets_without_a_time_zone_to_convert_to_are_refused(text):
    with pytest.raises(ReadError, match=r"with a time zone.*timezone='Europe/Zurich'"):
        parsed("2024-01-01", text)


def test_naive_instants_are_local_already():
    assert parsed("2024-07-01 22:30", timezone="Europe/Paris") == ["2024-07-01T22:30:00.000000"]


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(ValueError, match="timezone is a name such as"):
        parsed("2024-07-01T22:30:00Z", timezone="Mars/Olympus")


def test_typed_dates_and_texts_may_be_mixed():
    values = (dt.date(2024, 1, 31), pd.Timestamp("2024-02-01 10:00"), "31/12/2024", 20240301, None)
    days = [instant[:10] for instant in parsed(*values)]
    assert days == ["2024-01-31", "2024-02-01", "2024-12-31", "2024-03-01", "NaT"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_unit_of_instants_is_taken(unit):
    typed = pd.Series(np.array(["2024-01-31T10:00", "NaT"], dtype=f"datetime64[{unit}]"))
    instants = parse_dates(typed).instants
    assert instants.dtype == "datetime64[us]"
    assert [str(instant)[:16] for instant in instants] == ["2024-01-31T10:00", "NaT"]


def test_aware_instants_are_converted_or_refused():
    aware = pd.Series(pd.to_datetime(["2024-07-01T22:30:00Z"]))
    local = parse_dates(aware, timezone="Europe/Paris").instants
    assert str(local[0]) == "2024-07-02T00:30:00.000000"
    with pytest.raises(ReadError, match="with a time zone"):
        parse_dates(aware)


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        (["31/12/2024"], "DD/MM/YYYY"),
        (["12/31/24 10:05"], "MM/DD/YY HH:mm"),
        (["19970101"], "YYYYMMDD"),
        (["2024-01-31T10:05:33"], "YYYY-MM-DDTHH:mm:ss"),
        (["31 déc. 2024"], "DD MMM YYYY"),
        (["soon"], None),
        (["31/12/2024", "31/12/2024", "2024-12-30"], "DD/MM/YYYY"),
    ],
)
def test_the_format_is_that_of_most_rows(texts, written):
    assert parse_dates(column(*texts)).date_format == written
