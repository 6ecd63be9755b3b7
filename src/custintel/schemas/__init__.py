"""The canonical tables: names, types, units and meanings of columns, decided once."""

from custintel.schemas.accounts import ACCOUNTS
from custintel.schemas.columns import Column, Table
from custintel.schemas.customers import CUSTOMERS
from custintel.schemas.headers import recognise
from custintel.schemas.products import PRODUCTS
from custintel.schemas.transactions import TRANSACTIONS

__all__ = [
    "ACCOUNTS",
    "CUSTOMERS",
    "PRODUCTS",
    "TRANSACTIONS",
    "Column",
    "Table",
    "recognise",
]
