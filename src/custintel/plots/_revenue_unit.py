"""The unit in which revenue is drawn, so that the numbers on an axis stay short."""

from custintel._text import mark as N_
from custintel._text import translate as _

_UNITS = {
    1e9: (N_("Revenue (billions)"), N_("Revenue (billion {currency})")),
    1e6: (N_("Revenue (millions)"), N_("Revenue (million {currency})")),
    1e3: (N_("Revenue (thousands)"), N_("Revenue (thousand {currency})")),
    1.0: (N_("Revenue"), N_("Revenue ({currency})")),
}


def revenue_unit(largest: float, currency: str | None) -> tuple[float, str]:
    """Return the power of a thousand that suits amounts up to `largest`, and the axis's name.

    >>> revenue_unit(25e6, "EUR")
    (1000000.0, 'Revenue (million EUR)')
    """
    unit = next((unit for unit in _UNITS if largest >= 10 * unit), 1.0)
    plain, with_currency = _UNITS[unit]
    return unit, _(plain) if currency is None else _(with_currency, currency=currency)
