"""Rows that the export itself marks as cancelled, failed or refunded."""

import re

import pandas as pd

from custintel.schemas import TRANSACTIONS
from custintel.schemas.headers import plain_header

_HEADER = re.compile(r"(.* )?(status|statut|state|etat)")
_IN_DOUBT = re.compile(
    r"cancel|annul|fail|echou|échou|refus|declin|refund|rembours|void|chargeback|dispute",
    re.IGNORECASE,
)


def rows_in_doubt(transactions: pd.DataFrame) -> pd.DataFrame:
    """Count rows by what a column such as ``Status`` says, where it says they may be no sale.

    Such columns are kept as they are, and their rows are counted like all others: what they
    mean differs from system to system, so that only the reader can tell.

    >>> table = pd.DataFrame({"Order status": ["paid", "Cancelled", "cancelled"]})
    >>> rows_in_doubt(table.assign(revenue=1.0)).to_numpy().tolist()
    [['Order status', 'Cancelled', 1], ['Order status', 'cancelled', 1]]
    """
    found = []
    for column in transactions.columns.difference([*TRANSACTIONS.columns], sort=False):
        if not _HEADER.fullmatch(plain_header(str(column))):
            continue
        values = transactions[column].dropna().astype("str").value_counts().sort_index()
        found += [
            (str(column), str(value), int(n))
            for value, n in values.items()
            if _IN_DOUBT.search(str(value))
        ]
    return pd.DataFrame(found, columns=["column", "value", "n_rows"])
