"""The translation layer, and numbers in the reader's language."""

import gettext

import pandas as pd
import pytest

from custintel import _formats as formats
from custintel._text import (
    active_language,
    available_languages,
    catalogue_in_use,
    language,
    mark,
    translate,
    translate_plural,
)


class _Upper(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.replace("rows", "lignes")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if n < 2 else msgid2.upper()


def test_messages_are_filled_after_translation() -> None:
    with catalogue_in_use(_Upper(), "fr"):
        assert translate("{n} rows", n=3) == "3 lignes"
        assert active_language() == "fr"
    assert translate("{n} rows", n=3) == "3 rows"
    assert active_language() == "en"


def test_values_are_never_read_as_patterns() -> None:
    assert translate("File {name}", name="{0.__class__}") == "File {0.__class__}"
    assert translate("100 % of {braces}") == "100 % of {braces}"


def test_plurals_choose_their_form() -> None:
    assert translate_plural("{n} row", "{n} rows", 1) == "1 row"
    assert translate_plural("{n} row", "{n} rows", 0) == "0 rows"
    with catalogue_in_use(_Upper(), "fr"):
        assert translate_plural("{n} row", "{n} rows", 0) == "0 row"


def test_marked_texts_stay_as_they_are() -> None:
    with catalogue_in_use(_Upper(), "fr"):
        assert mark("rows") == "rows"


def test_unknown_languages_are_refused_with_those_there_are() -> None:
    assert "en" in available_languages()
    with language("en"):
        assert active_language() == "en"
    with pytest.raises(ValueError, match="No translation into 'xx'; available: en"), language("xx"):
        pass


def test_french_numbers() -> None:
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        assert formats.number(1234567.891, 2) == "1\u202f234\u202f567,89"
        assert formats.percent(-0.125) == "−12,5\u00a0%"
        assert formats.money(1234.5, "EUR") == "1\u202f234\u00a0€"
        assert formats.date(pd.Timestamp("2024-02-29")) == "29/02/2024"


@pytest.mark.parametrize("value", [0.0, -0.0, -0.001, 1e-12])
def test_zero_has_no_sign(value: float) -> None:
    assert formats.number(value, 1) == "0.0"
    assert formats.signed_percent(value * 0.01) == "0.0%"
    assert formats.money(value, "EUR") == "€0.00"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_missing_numbers_are_a_dash(value: float | None) -> None:
    assert formats.number(value) == formats.percent(value or float("nan")) == "–"
    assert formats.money(value, "EUR") == "–"
