"""Tables with one row per id: customers, accounts, products, campaigns, leads.

Rules. A row without its id is set aside. Of rows that are alike in every column, the first
stays. Of rows that share an id and differ, the one that was last changed stays, by
``updated_at``; where that does not decide, the first one. The others are set aside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.schemas.columns import Table
from custintel.schemas.headers import recognise
from custintel.schemas.parsing import Conventions, parse_table
from custintel.schemas.set_aside import all_set_aside, set_aside_rows
from custintel.tables._implausible_rows import Check, without
from custintel.tables._raw_frames import comparable, framed, in_order, names_of


@dataclass(frozen=True, slots=True, eq=False)
class BuiltTable:
    """A canonical table with one row per id, and the account of the raw rows.

    ``n_rows`` equals the rows of ``table`` and of ``set_aside`` together.

    Parameters
    ----------
    table : DataFrame
        The canonical table.
    set_aside : DataFrame
        The other rows: ``source`` (None for one frame), ``line`` (position from 0 in a
        frame that was not read by `custintel.io`), ``column``, ``value``, ``reason``.
    n_rows : int
        Rows of the raw frame.
    n_repeated : int
        Rows set aside because they are alike in every column to an earlier one.
    n_conflicting : int
        Rows set aside because another row has their id and other values.

    Examples
    --------
    >>> from custintel.tables import inspect_accounts
    >>> raw = pd.DataFrame({"Account ID": ["1", "1", "1"], "Name": ["Acme", "Acme", "ACME"]})
    >>> built = inspect_accounts(raw)
    >>> len(built.table), built.n_repeated, built.n_conflicting
    (1, 1, 1)
    """

    table: pd.DataFrame
    set_aside: pd.DataFrame
    n_rows: int
    n_repeated: int
    n_conflicting: int


def inspect_keyed(
    raw: pd.DataFrame,
    table: Table,
    *,
    columns: Mapping[str, str] | None,
    conventions: Conventions,
    checks: Callable[[pd.DataFrame], list[Check]] = lambda _parsed: [],
) -> BuiltTable:
    """Build a canonical table with one row per id, and account for every raw row.

    `checks` returns the rows of the parsed table that cannot be meant.
    """
    frame = framed(raw)
    mapping = recognise(frame.columns, table, columns)
    require_columns(names_of(frame, mapping), table.required(), table=table.name)
    parsed = parse_table(frame, table, mapping, conventions)
    header_of = {name: header for header, name in mapping.items()}
    header = header_of[table.key[0]]
    plausible, implausible = without(parsed.table, checks(parsed.table), header_of)
    distinct, repeated = _distinct(plausible, table.key[0], header)
    kept, conflicting = _latest(distinct, table, header)
    return BuiltTable(
        table=in_order(kept, table),
        set_aside=all_set_aside([parsed.set_aside, implausible, repeated, conflicting]),
        n_rows=len(raw),
        n_repeated=len(repeated),
        n_conflicting=len(conflicting),
    )


def _distinct(table: pd.DataFrame, key: str, header: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows that differ from all earlier ones, and the others."""
    # Lists, for instance, cannot be compared, but what is written of them can.
    known = comparable(table)
    written = {name: table[name].map(repr) for name in table.columns if name not in known}
    is_repeated = table.assign(**written).duplicated().to_numpy()
    others = table[is_repeated]
    part = set_aside_rows(others.index, column=header, values=others[key], reason=_("repeated row"))
    return table[~is_repeated], part


def _latest(table: pd.DataFrame, schema: Table, header: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the row that stands for each id, and the others."""
    key = schema.key[0]
    at = table.reset_index(drop=True)
    # A column that the schema does not know holds whatever the export has, such as texts.
    if "updated_at" in at and "updated_at" in schema.columns:
        at = at.sort_values("updated_at", ascending=False, na_position="last", kind="stable")
    stands = at.index[~at.duplicated(key)]
    is_other = ~at.index.isin(stands)
    positions = at.index[is_other].sort_values()
    others = table.iloc[positions]
    part = set_aside_rows(
        others.index,
        column=header,
        values=others[key],
        reason=_("another row has this id and other values"),
    )
    return table.iloc[stands.sort_values()], part
