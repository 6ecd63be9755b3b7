"""Spans and days: what is read, what is refused."""

import datetime as dt

import pandas as pd
import pytest

from custintel._time import Span, as_day, days_in, require_after


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [("52W", "D", 364), ("12M", "D", 365.25), ("1Y", "M", 12), ("14D", "W", 2), ("1.5Y", "M", 18)],
)
def test_spans_convert(text: str, unit: str, count: float) -> None:
    assert Span.parse(text).to(unit) == pytest.approx(count)
    assert str(Span.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["12", "", "M", "-3M", "0W", "nanD", "infY", "12 months", 12, None]
)
def test_spans_need_a_number_above_zero_and_a_unit(text: object) -> None:
    with pytest.raises(ValueError, match="try '12M'"):
        Span.parse(text)


def test_a_unit_is_one_of_four() -> None:
    assert days_in("W") == 7
    with pytest.raises(ValueError, match="time unit"):
        days_in("H")


@pytest.mark.parametrize(
    "value",
    ["1997-09-30", dt.date(1997, 9, 30), pd.Timestamp(1997, 9, 30, 23, 59), "1997-09-30 12:00"],
)
def test_days_lose_their_hours(value: object) -> None:
    assert as_day(value) == pd.Timestamp("1997-09-30")


@pytest.mark.parametrize(
    "value", ["", "tomorrow", "NaT", None, 5, pd.Timestamp("2024-01-01", tz="UTC")]
)
def test_days_are_dates_without_zone(value: object) -> None:
    with pytest.raises(ValueError, match="calibration_end is a date without time zone"):
        as_day(value, name="calibration_end")


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("6m", r"try '6M' \(letters are capital: D, W, M, Y\)\."),
        ("2.5y", r"try '2\.5Y' \(letters"),
        (pd.Timedelta(days=180), r"try '180D'\."),
        (dt.timedelta(hours=36), r"try '1\.5D'\."),
        (dt.timedelta(0), r"try '12M'\."),
        ("-6m", r"try '12M'\."),
    ],
)
def test_what_was_meant_is_proposed(given: object, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        Span.parse(given)


def test_a_holdout_has_days() -> None:
    cut, day_after = pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")
    require_after(cut, day_after)
    with pytest.raises(ValueError, match="as_of 2024-01-31 does not come after calibration_end"):
        require_after(cut, cut)
