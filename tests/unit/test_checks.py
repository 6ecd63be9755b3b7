"""Checks at the door, and currencies."""

import datetime as dt

import numpy as np
import pytest

from custintel._checks import (
    quoted,
    require_between,
    require_choice,
    require_columns,
    require_named,
    require_type,
)
from custintel._money import currency_code, currency_in
from custintel.errors import SchemaError


def test_a_missing_column_is_named_with_its_nearest_and_what_to_do() -> None:
    with pytest.raises(SchemaError, match=r"'T'.*it has 'frequency'.*purchase_history\(trans"):
        require_columns(["frequency"], ["T"], table="purchase_history")
    with pytest.raises(SchemaError, match=r"'revenue' \(nearest: 'revenus'\)"):
        require_columns(["revenus"], ["revenue"], table="other")
    require_columns(["a", "b"], ["b"], table="other")
    require_columns([0, 1], [1], table="other")
    with pytest.raises(SchemaError, match="lacks '2'; it has '0', '1'"):
        require_columns([0, 1], [2], table="other")


def test_long_lists_are_cut() -> None:
    assert quoted(range(5), most=3) == "'0', '1', '2' and 2 more"
    assert quoted([]) == ""


def test_ranges_and_choices() -> None:
    require_between(1, 0, 1, name="x")
    require_choice("a", ["a", "b"], name="x")
    for bad in (1.1, float("nan")):
        with pytest.raises(ValueError, match="x lies between 0 and 1"):
            require_between(bad, 0, 1, name="x")
    with pytest.raises(ValueError, match="ends excluded"):
        require_between(1, 0, 1, name="x", open_ends=True)
    for kind in ("10%", None, [0.5], np.array(0.5)):
        with pytest.raises(TypeError, match="x is a number between 0 and 1: got "):
            require_between(kind, 0, 1, name="x")
    require_between(np.float32(0.5), 0, 1, name="x")
    with pytest.raises(ValueError, match="x is one of 'a', 'b': got 'c'"):
        require_choice("c", ["a", "b"], name="x")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Montant (€)", "EUR"),
        ("Amount USD", "USD"),
        ("CHF 12.50", "CHF"),
        ("£12", "GBP"),
        ("NET TOTAL", None),
        ("EUR or USD", None),
        ("¥100", None),
        ("", None),
    ],
)
def test_currencies_are_found_where_one_is_named(text: str, code: str | None) -> None:
    assert currency_in(text) == code


def test_currency_codes_are_checked() -> None:
    assert currency_code(" chf ") == "CHF"
    with pytest.raises(ValueError, match="ISO 4217"):
        currency_code("francs")


def test_kinds_are_told_short_values_as_they_are_and_long_ones_by_type() -> None:
    require_type("a", str, name="x", what="a text")
    for value, told in [
        ("a", "'a'"),
        (None, "None"),
        (0.5, "0.5"),
        ([1, 2], "list"),
        (dt.date(2024, 1, 1), "datetime.date"),
    ]:
        with pytest.raises(TypeError, match=rf"x is a table: got {told}\. Make one\.$"):
            require_type(value, dict, name="x", what="a table", hint="Make one.")


@pytest.mark.parametrize("models", [{}, ["a"], "a", None])
def test_models_are_named(models: object) -> None:
    require_named({"a": 1}, example="{'a': model}")
    with pytest.raises(ValueError, match=r"models names the models.*\{'a': model\}"):
        require_named(models, example="{'a': model}")
