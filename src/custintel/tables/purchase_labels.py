"""What is to be foreseen of each customer: names for the usual, conditions for one's own."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

import narwhals as nw
import pandas as pd

from custintel._frames import plain_text
from custintel._text import translate as _

Values = str | int | float | Collection[str | int | float]


@dataclass(frozen=True, slots=True)
class PurchaseLabel:
    """A purchase to be foreseen: of a product, of a category, in a channel.

    The label is true of customers who bought at least one line, in the days of the labels, that
    meets every condition given. A refund is no purchase.

    Parameters
    ----------
    product_id : str or collection of str, optional
        The product, or several of which one is enough.
    category : str or collection of str, optional
        Likewise of ``category``.
    channel : str or collection of str, optional
        Likewise of ``channel``.

    Raises
    ------
    ValueError
        If there is no condition, or one without a value.

    Examples
    --------
    >>> import pandas as pd
    >>> from custintel.tables import snapshot
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-05-01", "2024-06-01", "2024-07-02", "2024-07-31"]),
    ...     "category": ["tea", "tea", "coffee", "tea"],
    ...     "revenue": [5.0, 6.0, 9.0, 5.0],
    ... })
    >>> wanted = {"buys_coffee": PurchaseLabel(category="coffee")}
    >>> snapshot(
    ...     transactions, as_of="2024-06-30", window="6M", horizon="1M", labels=wanted
    ... ).labels
                            buys_coffee
    as_of      customer_id
    2024-06-30 ann                 True
               bob                False
    """

    product_id: Values | None = None
    category: Values | None = None
    channel: Values | None = None

    def __post_init__(self) -> None:
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        if all(value is None for value in given.values()):
            raise ValueError(
                _("A PurchaseLabel needs a product_id, a category or a channel, or several.")
            )
        for name, value in given.items():
            if value is not None and not _listed(value):
                raise ValueError(
                    _(
                        "{name} of a PurchaseLabel has no value: got {value!r}.",
                        name=name,
                        value=value,
                    )
                )

    @property
    def conditions(self) -> dict[str, list[str]]:
        """Return the values that are wanted of each column, as text."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _listed(value) for name, value in given.items() if value is not None}

    def holds(self) -> nw.Expr:
        """Return whether a line, whose columns are text, meets every condition."""
        found: nw.Expr = nw.lit(value=True)
        for column, wanted in self.conditions.items():
            found = found & nw.col(column).is_in(wanted)
        return found


def _listed(value: Any) -> list[str]:
    # Numbers of numpy too: a cell of a table is one.
    several = [*value] if isinstance(value, Collection) and not isinstance(value, str) else [value]
    return [plain_text(each) for each in several if not pd.isna(each)]
