"""The canonical tables: names, types, units and meanings of columns, decided once."""

from custintel.schemas.columns import Column, Table
from custintel.schemas.headers import recognise
from custintel.schemas.transactions import TRANSACTIONS

__all__ = ["TRANSACTIONS", "Column", "Table", "recognise"]
