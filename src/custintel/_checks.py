"""Checks at the door of public functions."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from numbers import Real
from typing import TypeGuard

import numpy as np

from custintel._text import translate as _
from custintel.errors import SchemaError


def require_columns(present: Iterable[object], columns: Sequence[str], *, table: str) -> None:
    """Raise `SchemaError` naming each of `columns` that is not `present`, and its nearest match.

    One that is there twice would be taken for a table of its own.
    """
    names, columns = [str(name) for name in present], [str(name) for name in columns]
    missing = [name for name in columns if name not in names]
    if not missing:
        asked = set(columns)
        return require_distinct((name for name in names if name in asked), table=table)
    raise SchemaError(
        _(
            "Table {table!r} lacks {missing}; it has {present}. {advice}",
            table=table,
            missing=", ".join(_with_nearest(name, names) for name in missing),
            present=quoted(names, most=12),
            advice=_advice(table, missing[0]),
        )
    )


def require_distinct(names: Iterable[object], *, table: str | None = None) -> None:
    """Raise `SchemaError` naming the columns of a table that have the name of another one."""
    doubled = [name for name, n in Counter(names).items() if n > 1]
    if not doubled:
        return
    raise SchemaError(
        _(
            "{table} has several columns named {names}. Keep one of each, or give the others "
            "names of their own.",
            table=_("The table") if table is None else _("Table {table!r}", table=table),
            names=quoted(doubled, most=6),
        )
    )


def _with_nearest(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return _("{name!r} (nearest: {near!r})", name=name, near=near[0]) if near else repr(name)


# Where each table comes from; a table that is not here is the caller's own.
_MADE_BY = {
    "purchase_history": "custintel.tables.purchase_history(transactions, as_of=…)",
    "regularity_history": "custintel.tables.regularity_history(transactions, as_of=…)",
    "occasion_history": "custintel.tables.occasion_history(transactions, as_of=…)",
    "rfm_table": "custintel.segmentation.rfm_table(transactions, as_of=…)",
    "rfm_scores": "custintel.segmentation.rfm_scores(rfm)",
    "equity_scenarios": "custintel.value.equity_scenarios(base, ranges=…)",
    "project_cash_flows": "custintel.projects.project_cash_flows(costs, benefits)",
    "sensitivity_table": "custintel.projects.sensitivity_table(calculate, base, ranges=…)",
    "total_cost_of_ownership": "custintel.projects.total_cost_of_ownership(systems, n_users=…)",
    "track_project": "custintel.projects.track_project(plan, actual)",
}


BUILT_TABLES = (
    *("transactions", "customers", "accounts", "products"),
    *("campaigns", "campaign_events", "touches", "leads"),
    *("cases", "surveys", "web_events"),
)


def _advice(table: str, column: str) -> str:
    if table in _MADE_BY:
        return _("Make it with {call}.", call=_MADE_BY[table])
    if table in BUILT_TABLES:
        return _(
            "Rename once, while building it: "
            "custintel.tables.build_{table}(raw, columns={{'your name': {column!r}}}).",
            table=table,
            column=column,
        )
    return _("Rename the column to {column!r}.", column=column)


def require_choice(value: object, choices: Collection[object], *, name: str) -> None:
    """Raise `ValueError` unless `value` is one of `choices`."""
    if value not in choices:
        raise ValueError(
            _(
                "{name} is one of {choices}: got {value!r}.",
                name=name,
                choices=quoted(choices),
                value=value,
            )
        )


def require_type(
    value: object, types: type | tuple[type, ...], *, name: str, what: str, hint: str = ""
) -> None:
    """Raise `TypeError` unless `value` is of `types`, which `what` says in a reader's words."""
    if not isinstance(value, types):
        told = _("{name} is {what}: got {given}.", name=name, what=what, given=_given(value))
        raise TypeError(f"{told} {hint}" if hint else told)


def _given(value: object) -> str:
    """Return a short value itself, and of anything else its type."""
    if value is None or isinstance(value, str | Real):
        return repr(value)
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    # Other libraries have types of the same name, such as DataFrame.
    is_named = library in {"builtins", "pandas", "numpy", "custintel"}
    return kind.__name__ if is_named else f"{library}.{kind.__name__}"


def require_named(models: object, *, example: str) -> None:
    """Raise `ValueError` unless `models` is a mapping from names to one model or more."""
    if not (isinstance(models, Mapping) and models):
        raise ValueError(
            _("models names the models to compare, such as {example}.", example=example)
        )


def is_count(value: object) -> TypeGuard[int]:
    """Return whether `value` is a whole number of 1 or more; ``True`` is not taken for 1.

    >>> is_count(3), is_count(3.0), is_count(True), is_count(0)
    (True, False, False, False)
    """
    return bool(isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 1)


def require_count(value: object, *, name: str) -> None:
    """Raise `ValueError` unless `value` is a whole number of 1 or more."""
    if not is_count(value):
        raise ValueError(
            _("{name} is a whole number, 1 or more: got {value!r}.", name=name, value=value)
        )


def require_between(
    value: float, low: float, high: float, *, name: str, open_ends: bool = False
) -> None:
    """Raise `ValueError` unless `value` is between `low` and `high`, ends included by default."""
    span = _("a number between {low:g} and {high:g}", low=low, high=high)
    require_type(value, Real, name=name, what=span)
    inside = low < value < high if open_ends else low <= value <= high
    if not inside:
        raise ValueError(
            _(
                "{name} lies between {low:g} and {high:g}{ends}: got {value!r}.",
                name=name,
                low=low,
                high=high,
                ends=_(", ends excluded") if open_ends else "",
                value=value,
            )
        )


def quoted(names: Iterable[object], *, most: int = 20) -> str:
    """Return the first `most` names between quotes, and how many more there are.

    >>> quoted(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    listed = [repr(str(name)) for name in names]
    shown = ", ".join(listed[:most])
    hidden = len(listed) - most
    return _("{shown} and {hidden} more", shown=shown, hidden=hidden) if hidden > 0 else shown
