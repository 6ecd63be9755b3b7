"""What a canonical table is made of."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "instant", "number", "money", "currency"]


@dataclass(frozen=True, slots=True)
class Column:
    """Kind, meaning and usual headers of one column of a canonical table."""

    kind: Kind
    meaning: str  # with its unit; printed in the documentation
    required: bool = False
    synonyms: tuple[str, ...] = ()  # headers of exports, as `plain_header` leaves them


@dataclass(frozen=True, slots=True)
class Table:
    """Name, key and columns of one canonical table."""

    name: str
    key: tuple[str, ...]
    columns: dict[str, Column]

    def required(self) -> list[str]:
        """Return the names of the columns that a table cannot do without."""
        return [name for name, column in self.columns.items() if column.required]
