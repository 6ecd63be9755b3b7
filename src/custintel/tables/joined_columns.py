"""What is known of customers, products or companies, brought to the lines of orders."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame, as_narwhals
from custintel._lookups import (
    handed_back,
    lines_per_id,
    looked_up,
    read_lookup,
    require_new,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.schemas import CAMPAIGN_EVENTS, LEADS, TOUCHES

_TABLES = {
    "customer_id": "customers",
    "account_id": "accounts",
    "product_id": "products",
    "campaign_id": "campaigns",
}
# What else than transactions has lines; told by the columns that it cannot do without.
_OTHER_LINES = (CAMPAIGN_EVENTS, TOUCHES, LEADS)


def add_columns(
    transactions: Frame,
    other: Frame,
    *,
    on: str,
    columns: str | Sequence[str] | Mapping[str, str],
) -> Any:
    """Add columns of another table to the transactions, for use in every ``by=``.

    Each line gets what `other` says of its customer, product or company. There are as many
    lines after as before; those whose id `other` does not know get missing values, and a
    warning counts them.

    Parameters
    ----------
    transactions : DataFrame
        Lines of orders, or events, touches, leads: the column `on` and anything else; pandas,
        polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    other : DataFrame
        One row per id, of any engine; the columns asked for are read into memory.
    on : str
        Column that both have: ``"customer_id"``, ``"product_id"``, ``"account_id"``, or any
        other id.
    columns : str, sequence of str, or mapping of str to str
        Columns of `other` to add; a mapping gives them new names.

    Returns
    -------
    DataFrame
        The transactions, in a frame of the kind that was given (of a Parquet file: a DuckDB
        relation), with the new columns last. Lines of pandas, polars and pyarrow keep their
        order; relations of DuckDB and tables of Spark have none.

    Raises
    ------
    SchemaError
        If a column is missing, an id stands in several rows of `other` or is missing there,
        or the transactions have a column of a new one's name.
    ValueError
        If `on` is not an id, or `columns` names nothing.

    Examples
    --------
    >>> transactions = pd.DataFrame({"customer_id": ["ann", "bob"], "revenue": [10.0, 20.0]})
    >>> customers = pd.DataFrame({"customer_id": ["bob", "ann"], "country": ["FR", "CH"]})
    >>> wider = add_columns(
    ...     transactions, customers, on="customer_id", columns={"country": "home_country"}
    ... )
    >>> wider["home_country"].tolist()
    ['CH', 'FR']
    """
    if not on.endswith("_id"):
        raise ValueError(_("on is a column of ids, such as 'customer_id': got {on!r}.", on=on))
    new_names = _new_names(columns, on)
    lines = _name_of(transactions)
    require_new(
        transactions,
        list(new_names.values()),
        table=lines,
        advice=_("Give the new column another name: columns={'name': 'new name'}."),
    )
    table = _TABLES.get(on, "other")
    lookup = read_lookup(other, [on, *new_names], table=table)
    _refuse_repeated(lookup[on], table)
    _warn_unmatched(lines_per_id(transactions, on, table=lines), lookup[on], (lines, table))
    found = looked_up(transactions, lookup.rename(columns=new_names), on=on)
    return handed_back(found, transactions)


def _name_of(lines: Frame) -> str:
    """Return which table the lines are, by their columns; the argument's name if none other."""
    present = set(as_narwhals(lines).collect_schema().names())
    is_one = [table for table in _OTHER_LINES if present.issuperset(table.required())]
    return is_one[0].name if is_one and "ordered_at" not in present else "transactions"


def _new_names(columns: str | Sequence[str] | Mapping[str, str], on: str) -> dict[str, str]:
    """Return each column of the other table that is added, and its name in the result."""
    listed = [columns] if isinstance(columns, str) else columns
    names = dict(listed) if isinstance(listed, Mapping) else {name: name for name in listed}
    if not names or on in names or len(set(names.values())) < len(names):
        raise ValueError(
            _(
                "columns names one column or more beside {on!r}, each new name once: got {names}.",
                on=on,
                names=quoted(names.values()) or _("none"),
            )
        )
    return names


def _refuse_repeated(ids: "pd.Series[str]", table: str) -> None:
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} {column} stands in several rows of {table!r}: {examples}. Lines would be "
                "doubled: keep one row for each, as the builders of custintel.tables do.",
                "{n} {column} stand in several rows of {table!r}: {examples}. Lines would be "
                "doubled: keep one row for each, as the builders of custintel.tables do.",
                len(repeated),
                column=ids.name,
                table=table,
                examples=quoted(repeated, most=3),
            )
        )


def _warn_unmatched(
    lines: "pd.Series[int]", known: "pd.Series[str]", tables: tuple[str, str]
) -> None:
    named = lines[lines.index.notna()]
    unknown = named[~named.index.isin(known)]
    n_unmatched = int(unknown.sum())
    n_unnamed = int(lines.sum()) - int(named.sum())
    if not n_unnamed + n_unmatched:
        return
    reasons = []
    if n_unmatched:
        reasons.append(
            _n(
                "{n:,} whose {column} is not in {table!r} ({examples})",
                "{n:,} whose {column} is not in {table!r} ({examples})",
                n_unmatched,
                column=known.name,
                table=tables[1],
                examples=quoted(unknown.index.sort_values(), most=3),
            )
        )
    if n_unnamed:
        reasons.append(
            _n("{n:,} without {column}", "{n:,} without {column}", n_unnamed, column=known.name)
        )
    message = _n(
        "{n:,} of {n_rows:,} lines of {lines!r} gets missing values: {reasons}.",
        "{n:,} of {n_rows:,} lines of {lines!r} get missing values: {reasons}.",
        n_unnamed + n_unmatched,
        lines=tables[0],
        n_rows=int(lines.sum()),
        reasons=", ".join(reasons),
    )
    warn(message, WeakResultWarning)
