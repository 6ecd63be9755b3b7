"""Checks at the door, and currencies."""

import pytest

from custintel._checks import quoted, require_between, require_choice, require_columns
from custintel._money import currency_code, currency_in
from custintel.errors import SchemaError


def test_a_missing_column_is_named_with_its_nearest_and_what_to_do() -> None:
    with pytest.raises(SchemaError, match=r"'T'.*it has 'frequency'.*purchase_history\(trans"):
        require_columns(["frequency"], ["T"], table="purchase_history")
    with pytest.raises(SchemaError, match=r"'revenue' \(nearest: 'revenus'\)"):
        require_columns(["revenus"], ["revenue"], table="other")
    require_columns(["a", "b"], ["b"], table="other")


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
