"""How the columns that group purchases are called in headings and sentences."""

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report.named_groups import FEW_CUSTOMERS, MISSING

_ONE = {
    "product_id": N_("Product"),
    "category": N_("Category"),
    "channel": N_("Channel"),
    "partner_id": N_("Partner"),
    "account_id": N_("Company"),
}
_OWN_NAMES = (FEW_CUSTOMERS, MISSING)


def heading_of(column: str) -> str:
    """Return the heading above the values of a column.

    >>> heading_of("product_id")
    'Product'
    """
    return _(_ONE[column])


def named(value: object) -> str:
    """Return a value as it is written; what the analyses name themselves is translated.

    >>> named("(missing)"), named("P01")
    ('(missing)', 'P01')
    """
    text = str(value)
    return _(text) if text in _OWN_NAMES else text
