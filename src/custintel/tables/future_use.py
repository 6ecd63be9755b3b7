"""Whether a user's own features, or attributes of customers, know what came after a day."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._leak_evidence import FILLED_LATER, after_as_of
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.tables.leaks import refuse_leaks

_INSTANTS = {
    "transactions": "ordered_at",
    "touches": "occurred_at",
    "campaign_events": "occurred_at",
    "web_events": "occurred_at",
    "cases": "opened_at",
    "surveys": "answered_at",
}
_TOLERANCE = 1e-9


def find_future_use(
    make_features: Callable[[Any], pd.DataFrame],
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    as_of: Day,
) -> pd.DataFrame:
    """Find columns of your own features that change with rows after a day.

    The function is called twice: with all rows, and with those up to and including the day. A
    feature as of that day must be the same in both.

    Parameters
    ----------
    make_features : callable
        Takes `tables` as they are given here, and returns a DataFrame with one row per customer
        as of the day, indexed by customer.
    tables : DataFrame or mapping of str to DataFrame
        Transactions, or tables by their canonical names; of tables without events, such as
        ``customers``, all rows are kept. Never changed.
    as_of : date-like
        The day, the whole of which may be seen. Without rows after it nothing can be found.

    Returns
    -------
    DataFrame
        One row per column that changes, in the order of the columns; empty if none does.

        - ``feature`` : str
        - ``n_customers`` : int, of those in both results, for whom it differs
        - ``examples`` : str, up to three of them

    Raises
    ------
    SchemaError
        If a table lacks its instants, or no row is later than the day: nothing could be found.
    TypeError
        If `make_features` returns no DataFrame.

    Examples
    --------
    >>> lines = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-05", "2024-08-01", "2024-03-01"]),
    ...     "revenue": [10.0, 20.0, 30.0],
    ... })
    >>> def totals(lines):
    ...     return lines.groupby("customer_id").agg(spend=("revenue", "sum"))
    >>> find_future_use(totals, lines, as_of="2024-06-30")
      feature  n_customers examples
    0   spend            1    'ann'
    """
    day_after = as_day(as_of) + pd.Timedelta(days=1)
    known = tables if isinstance(tables, Mapping) else {"transactions": tables}
    seen = {name: _until(table, name, day_after) for name, table in known.items()}
    if all(len(seen[name]) == len(table) for name, table in known.items()):
        raise SchemaError(
            _(
                "No row is later than {day:%Y-%m-%d}, so that nothing can be found. Take an "
                "earlier as_of.",
                day=as_day(as_of),
            )
        )
    every = _made(make_features, tables)
    until = _made(make_features, seen if isinstance(tables, Mapping) else seen["transactions"])
    return _differences(every, until)


def _until(table: pd.DataFrame, name: str, day_after: pd.Timestamp) -> pd.DataFrame:
    if name not in _INSTANTS:
        return table
    require_columns(table.columns, [_INSTANTS[name]], table=name)
    return table[~(table[_INSTANTS[name]] >= day_after)]


def _made(make_features: Callable[[Any], pd.DataFrame], tables: Any) -> pd.DataFrame:
    made = make_features(tables)
    what = _("a function that returns a DataFrame")
    require_type(made, pd.DataFrame, name="make_features", what=what)
    return made


def _differences(every: pd.DataFrame, until: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that differ between two results, for customers who are in both."""
    both = until.index.intersection(every.index)
    rows = []
    for name in [*until.columns, *every.columns.difference(until.columns, sort=False)]:
        if name in until and name in every:
            is_other = _differs(every.loc[both, name], until.loc[both, name])
        else:
            is_other = np.ones(len(both), bool)
        if is_other.any():
            examples = quoted(both[is_other][:3])
            rows.append((str(name), int(is_other.sum()), examples))
    return pd.DataFrame(rows, columns=["feature", "n_customers", "examples"])


def _differs(one: pd.Series, other: pd.Series) -> Any:
    is_missing = one.isna().to_numpy() & other.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
        first, second = one.to_numpy(float, na_value=np.nan), other.to_numpy(float, na_value=np.nan)
        return ~(is_missing | np.isclose(first, second, rtol=_TOLERANCE, atol=0.0))
    return ~(is_missing | (one.astype(object).to_numpy() == other.astype(object).to_numpy()))


def require_known_at(customers: pd.DataFrame, columns: Sequence[str], as_of: pd.Timestamp) -> None:
    """Refuse attributes of customers that are later than a day; warn of those that may be.

    A table of customers says what it says when it is exported. Where ``updated_at`` is there and
    no row was updated after the day, its columns are known to be those of the day.
    """
    found = []
    days = np.full(len(customers), as_of.to_datetime64())
    for name in columns:
        late = after_as_of(customers[name], days)
        if late is not None:
            found.append((name, None, "after_as_of", late))
        elif name in FILLED_LATER:
            told = _("columns of this name are filled once a relation has ended")
            found.append((name, None, "filled_later", told))
    refuse_leaks(pd.DataFrame(found, columns=["feature", "label", "kind", "evidence"]))
    if len(columns) and not _is_as_old(customers, as_of):
        warn(
            _(
                "{columns} of 'customers' are as of the export, and may have changed since "
                "{day:%Y-%m-%d}: what they foresee then may be known only afterwards. Use an "
                "export of that day, or one whose updated_at is no later.",
                columns=quoted(columns, most=6),
                day=as_of,
            ),
            WeakResultWarning,
        )


def _is_as_old(customers: pd.DataFrame, as_of: pd.Timestamp) -> bool:
    """Return whether every row says that it was last updated by a day."""
    if "updated_at" not in customers or customers["updated_at"].dtype.kind != "M":
        return False
    updated = customers["updated_at"]
    return bool((updated < as_of + pd.Timedelta(days=1)).all())
