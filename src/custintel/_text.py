"""Every text that a person reads passes through here, so that it can be translated.

A message is written in English with named fields, marked by `_` where it is used:
``_("{n} rows were set aside.", n=12)``. Catalogues are gettext files in ``locale/``;
English needs none.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_DOMAIN = "custintel"
_LOCALES = Path(__file__).with_name("locale")
_SOURCE_LANGUAGE = "en"

_ENGLISH = gettext.NullTranslations()

_catalogue: ContextVar[gettext.NullTranslations] = ContextVar("catalogue", default=_ENGLISH)
_language: ContextVar[str] = ContextVar("language", default=_SOURCE_LANGUAGE)


def translate(message: str, /, **fields: object) -> str:
    """Return `message` in the active language, its named fields filled in."""
    return _filled(_catalogue.get().gettext(message), fields)


def translate_plural(singular: str, plural: str, n: int, /, **fields: object) -> str:
    """Return the form of a message that goes with `n`, which fills the field ``{n}`` too.

    >>> translate_plural("{n} customer", "{n} customers", 1)
    '1 customer'
    >>> translate_plural("{n} customer", "{n} customers", 2300, n="2,300")
    '2,300 customers'
    """
    return _filled(_catalogue.get().ngettext(singular, plural, n), {"n": n, **fields})


def mark(message: str, /) -> str:
    """Mark a constant for translation; it is translated where it is shown."""
    return message


def active_language() -> str:
    """Return the code of the language that texts and numbers are written in."""
    return _language.get()


def available_languages() -> list[str]:
    """Return the codes of the languages that texts can be written in."""
    found = _LOCALES.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    return sorted({_SOURCE_LANGUAGE, *(path.parts[-3] for path in found)})


@contextmanager
def language(code: str) -> Iterator[None]:
    """Write texts and numbers in the language `code` inside the ``with`` block."""
    if code not in available_languages():
        raise ValueError(
            translate(
                "No translation into {code!r}; available: {available}.",
                code=code,
                available=", ".join(available_languages()),
            )
        )
    catalogue = gettext.translation(_DOMAIN, _LOCALES, languages=[code], fallback=True)
    with catalogue_in_use(catalogue, code):
        yield


@contextmanager
def catalogue_in_use(catalogue: gettext.NullTranslations, code: str) -> Iterator[None]:
    """Translate with `catalogue` inside the ``with`` block."""
    previous_catalogue = _catalogue.set(catalogue)
    previous_language = _language.set(code)
    try:
        yield
    finally:
        _catalogue.reset(previous_catalogue)
        _language.reset(previous_language)


def _filled(text: str, fields: dict[str, object]) -> str:
    return text.format(**fields) if fields else text
