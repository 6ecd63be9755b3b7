"""The unit in which amounts of money are drawn, so that the numbers on an axis stay short."""

from custintel import _formats as formats
from custintel._text import mark as N_
from custintel._text import translate as _

_UNITS = {
    1e12: (N_("Amount (trillions)"), N_("Amount (trillion {currency})")),
    1e9: (N_("Amount (billions)"), N_("Amount (billion {currency})")),
    1e6: (N_("Amount (millions)"), N_("Amount (million {currency})")),
    1e3: (N_("Amount (thousands)"), N_("Amount (thousand {currency})")),
    1.0: (N_("Amount"), N_("Amount ({currency})")),
}


def amount_unit(largest: float, currency: str | None) -> tuple[float, str]:
    """Return the power of a thousand that suits amounts up to `largest`, and the axis's name.

    >>> amount_unit(25e6, "EUR")
    (1000000.0, 'Amount (million EUR)')
    """
    unit = next((unit for unit in _UNITS if largest >= 10 * unit), 1.0)
    plain, with_currency = _UNITS[unit]
    # Two dollar signs would be read as the marks of a formula.
    name = _(plain) if currency is None else _(with_currency, currency=currency)
    return unit, name.replace("$", r"\$")


def money_digits(span: float) -> int:
    """Return the decimals that amounts need on an axis of this length.

    >>> money_digits(500.0), money_digits(2.5)
    (0, 2)
    """
    return 0 if span >= 10 else 2


def written(value: float) -> str:
    """Write a number of an axis with as many decimals as it needs, up to three.

    >>> written(2.0), written(0.25), written(1200)
    ('2', '0.25', '1,200')
    """
    digits = next(digits for digits in range(4) if digits == 3 or round(value, digits) == value)
    return formats.number(value, digits)
