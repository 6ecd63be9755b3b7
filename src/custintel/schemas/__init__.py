"""The canonical tables: names, types, units and meanings of columns, decided once."""

from custintel.schemas.accounts import ACCOUNTS
from custintel.schemas.campaign_events import CAMPAIGN_EVENTS
from custintel.schemas.campaigns import CAMPAIGNS
from custintel.schemas.cases import CASES
from custintel.schemas.columns import Column, Table
from custintel.schemas.customers import CUSTOMERS
from custintel.schemas.headers import recognise
from custintel.schemas.leads import LEADS
from custintel.schemas.products import PRODUCTS
from custintel.schemas.surveys import SURVEYS
from custintel.schemas.touches import TOUCHES
from custintel.schemas.transactions import TRANSACTIONS
from custintel.schemas.web_events import WEB_EVENTS

__all__ = [
    "ACCOUNTS",
    "CAMPAIGNS",
    "CAMPAIGN_EVENTS",
    "CASES",
    "CUSTOMERS",
    "LEADS",
    "PRODUCTS",
    "SURVEYS",
    "TOUCHES",
    "TRANSACTIONS",
    "WEB_EVENTS",
    "Column",
    "Table",
    "recognise",
]
