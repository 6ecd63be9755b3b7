"""Currencies: how they are recognised in headers, columns and arguments."""

import re

from custintel._text import translate as _

# ISO 4217 codes that headers and amounts are searched for. Others are accepted when given.
CURRENCY_CODES = frozenset(
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY "
    "KES KRW MAD MXN MYR NGN NOK NZD PEN PHP PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD "
    "UAH USD UYU VND XAF XOF XPF ZAR".split()
)
# Only signs that name one currency: a yen sign may be JPY or CNY. "$" is read as USD, as
# nearly every export means it; a file in another dollar says so by its code.
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "₹": "INR", "₺": "TRY", "₩": "KRW", "zł": "PLN"}
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")


def currency_in(text: str) -> str | None:
    """Return the currency that a header or an amount names by code or sign, if it names one.

    >>> currency_in("Montant (€)"), currency_in("Amount CHF"), currency_in("NET AMOUNT")
    ('EUR', 'CHF', None)
    """
    found = {code for code in _CODE.findall(text) if code in CURRENCY_CODES}
    if not found:
        found = {code for sign, code in _SIGNS.items() if sign in text}
    return found.pop() if len(found) == 1 else None


def currency_code(text: str) -> str:
    """Return the ISO 4217 code that `text` stands for.

    >>> currency_code("eur"), currency_code("€")
    ('EUR', 'EUR')
    """
    code = _SIGNS.get(text.strip(), text.strip().upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(
            _(
                "A currency is a three-letter ISO 4217 code such as 'EUR': got {text!r}.",
                text=text,
            )
        )
    return code
