"""How customers are named in a report that is passed on."""

import re
from typing import TYPE_CHECKING

from custintel._text import translate as _
from custintel.report.assumptions import Assumptions

if TYPE_CHECKING:
    from custintel.report.analysis import Analysis

_ADDRESS = re.compile(r"[^\s'\"]+(@|%40)[^\s'\"]+")
_PHONE = re.compile(r"(\+|00|0|\()[\d\s()./-]{8,}")
_NAME = re.compile(r"[^\W\d_]+([ ,'-]+[^\W\d_]+)+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def shown_id(customer_id: str, analysis: "Analysis") -> str:
    """Return the id as shown: what looks like personal data gives way to a row number.

    The row is that of the file of scores, so that who may see the file can tell who it is.
    """
    if analysis.assumptions.show_personal_data or not looks_personal(customer_id):
        return printable(customer_id)
    row = analysis.segmented.index.searchsorted(customer_id) + 1
    return _("row {n}", n=int(row))


def looks_personal(customer_id: str) -> bool:
    """Tell whether an id looks like an e-mail address, a phone number or a person's name.

    >>> [looks_personal(text) for text in ("a.lee@example.com", "+41 79 123 45 67", "Jane Doe")]
    [True, True, True]
    >>> [looks_personal(text) for text in ("C-17", "00004", "1002345", "K12 88")]
    [False, False, False, False]
    """
    text = customer_id.strip()
    return any(pattern.fullmatch(text) for pattern in (_ADDRESS, _PHONE, _NAME))


def holds_address(text: str) -> bool:
    """Tell whether a text holds an e-mail address.

    >>> holds_address("shop of ann@example.com"), holds_address("General management")
    (True, False)
    """
    return _ADDRESS.search(text) is not None


def masked(text: str, assumptions: Assumptions) -> str:
    """Return a text with the e-mail addresses in it masked, unless personal data are asked for.

    >>> masked("2 customers, such as 'ann@example.com'.", Assumptions())
    "2 customers, such as '…@…'."
    """
    return printable(text if assumptions.show_personal_data else _ADDRESS.sub("…@…", text))


def printable(text: str) -> str:
    """Return a text without control characters, which HTML cannot hold.

    >>> printable("a\\x1bb")
    'a\ufffdb'
    """
    return _UNPRINTABLE.sub("\ufffd", text)
