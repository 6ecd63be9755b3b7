"""Tables with one row per thing that happened: events of campaigns, and touches.

Rules. A row without who, what or when is set aside. Of rows that share a given id, the first
stays. Rows without ids that are alike in every column are kept, and counted: two openings in
one second are two openings. No id is made up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from custintel._checks import require_columns
from custintel._text import translate as _
from custintel.schemas.columns import Table
from custintel.schemas.headers import recognise
from custintel.schemas.parsing import Conventions, ParsedTable, parse_table
from custintel.schemas.set_aside import all_set_aside, set_aside_rows
from custintel.tables._currencies import in_currency, one_currency
from custintel.tables._implausible_rows import Check, without
from custintel.tables._raw_frames import comparable, framed, in_order, names_of


@dataclass(frozen=True, slots=True, eq=False)
class BuiltEvents:
    """A canonical table of things that happened, and the account of the raw rows.

    ``n_rows`` equals the rows of ``table`` and of ``set_aside`` together.

    Parameters
    ----------
    table : DataFrame
        The canonical table.
    set_aside : DataFrame
        The other rows: ``source`` (None for one frame), ``line`` (position from 0 in a
        frame that was not read by `custintel.io`), ``column``, ``value``, ``reason``.
    currency : str or None
        ISO 4217 code of all amounts; None when nothing names one.
    n_rows : int
        Rows of the raw frame.
    n_repeated : int
        Rows set aside because an earlier one has their id.
    n_identical : int
        Rows that are kept though alike in every column to an earlier one.

    Examples
    --------
    >>> from custintel.tables import inspect_touches
    >>> raw = pd.DataFrame(
    ...     {"Client": ["a", "a"], "Canal": ["search"] * 2, "Date": ["2024-12-31"] * 2}
    ... )
    >>> inspect_touches(raw).n_identical
    1
    """

    table: pd.DataFrame
    set_aside: pd.DataFrame
    currency: str | None
    n_rows: int
    n_repeated: int
    n_identical: int


@dataclass(frozen=True, slots=True, eq=False)
class ParsedEvents:
    """An export of events with canonical names and types."""

    frame: pd.DataFrame
    parsed: ParsedTable
    header_of: dict[str, str]


def parse_events(
    raw: pd.DataFrame,
    schema: Table,
    *,
    columns: Mapping[str, str] | None,
    conventions: Conventions,
) -> ParsedEvents:
    """Name and type the columns of an export of events."""
    frame = framed(raw)
    mapping = recognise(frame.columns, schema, columns)
    require_columns(names_of(frame, mapping), schema.required(), table=schema.name)
    parsed = parse_table(frame, schema, mapping, conventions)
    return ParsedEvents(frame, parsed, {name: header for header, name in mapping.items()})


def settle_events(
    events: ParsedEvents,
    schema: Table,
    *,
    checks: Iterable[Check],
    finished: Callable[[pd.DataFrame], pd.DataFrame],
    currency: str | None,
) -> BuiltEvents:
    """Set aside what cannot be used of parsed events, and account for every raw row.

    `finished` changes the rows that stay, none of which it may drop.
    """
    plausible, implausible = without(events.parsed.table, checks, events.header_of)
    table, repeated = _once(plausible, schema.key[0], events.header_of)
    amounts = [name for name, column in schema.columns.items() if column.kind == "money"]
    code = one_currency(table, currency, amounts=amounts, name=schema.name)
    return BuiltEvents(
        table=in_order(in_currency(finished(table), code), schema),
        set_aside=all_set_aside([events.parsed.set_aside, implausible, repeated]),
        currency=code,
        n_rows=len(events.frame),
        n_repeated=len(repeated),
        n_identical=int(table.duplicated(comparable(table)).sum()),
    )


def _once(
    table: pd.DataFrame, key: str, header_of: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the first row of each given id with those without one, and the repeated ones."""
    if key not in table:
        return table, all_set_aside([])
    is_repeated = (table[key].notna() & table.duplicated(key)).to_numpy()
    others = table[is_repeated]
    part = set_aside_rows(
        others.index, column=header_of[key], values=others[key], reason=_("repeated id")
    )
    return table[~is_repeated], part
