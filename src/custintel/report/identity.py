"""How customers are named in a report that is passed on."""

import re

from custintel.report.assumptions import Assumptions

_ADDRESS = re.compile(r"([^\s'\"@])[^\s'\"@]*@[^\s'\"]+")


def shown_id(customer_id: str, assumptions: Assumptions) -> str:
    """Return the id as shown: an e-mail address is masked unless personal data are asked for.

    >>> shown_id("ann.lee@example.com", Assumptions()), shown_id("C-17", Assumptions())
    ('a…@…', 'C-17')
    """
    return masked(customer_id, assumptions)


def masked(text: str, assumptions: Assumptions) -> str:
    """Return a text with the e-mail addresses in it masked, unless personal data are asked for.

    >>> masked("2 customers, such as 'ann@example.com'.", Assumptions())
    "2 customers, such as 'a…@…'."
    """
    return text if assumptions.show_personal_data else _ADDRESS.sub(r"\1…@…", text)
