"""What a canonical table is made of."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "text", "instant", "number", "money", "currency", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """Kind, meaning and usual headers of one column of a canonical table.

    The kind decides how cells are parsed and which of them count as missing.

    Parameters
    ----------
    kind : {'id', 'text', 'instant', 'number', 'money', 'currency', 'flag'}
        What its cells are parsed to.
    meaning : str
        Meaning, with its unit; printed in the documentation.
    required : bool, default=False
        Whether a table cannot do without it.
    synonyms : tuple of str
        Headers that exports give it, without case, accents and punctuation.

    Examples
    --------
    >>> Column("money", "amount of the line", required=True, synonyms=("amount",)).kind
    'money'
    """

    kind: Kind
    meaning: str
    required: bool = False
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Name, key and columns of one canonical table.

    Readers, builders and the documentation all take it from here.

    Parameters
    ----------
    name : str
        Name of the table.
    key : tuple of str
        Columns that together are different on every row.
    columns : dict of str to Column
        Canonical name to column, in the order of the table.
    beside : dict of str to Column, optional
        Columns of other tables that exports of this one often hold too. A header stands for
        one of them only if all required columns have headers of their own.

    Examples
    --------
    >>> table = Table("customers", ("customer_id",), {"customer_id": Column("id", "who", True)})
    >>> table.required()
    ['customer_id']
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    beside: dict[str, Column] = field(default_factory=dict)

    def required(self) -> list[str]:
        """Return the names of the columns that a table cannot do without."""
        return [name for name, column in self.columns.items() if column.required]
