"""How customers are named in a report that is passed on."""

from custintel.report.assumptions import Assumptions


def shown_id(customer_id: str, assumptions: Assumptions) -> str:
    """Return the id as shown: an e-mail address is masked unless personal data are asked for.

    >>> shown_id("ann.lee@example.com", Assumptions()), shown_id("C-17", Assumptions())
    ('a…@…', 'C-17')
    """
    if "@" not in customer_id or assumptions.show_personal_data:
        return customer_id
    return f"{customer_id[:1]}…@…"
