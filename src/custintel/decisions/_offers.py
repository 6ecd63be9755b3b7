"""What could be proposed to whom: the table of customers and the actions, read and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_columns, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Span
from custintel.decisions._problem import Problem, admitted
from custintel.decisions.actions import LARGEST_AMOUNT, Action, Limits
from custintel.errors import SchemaError

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """Customers in the order of their ids, so that no result hangs on the order of rows."""

    customers: pd.DataFrame
    actions: tuple[Action, ...]
    probability: Floats  # customers × actions, NaN only where it must not be proposed
    value: Floats  # customers × actions, or 1 × actions
    problem: Problem
    groups: "pd.Index[Any] | None"
    n_resting: int

    @property
    def ids(self) -> "pd.Index[Any]":
        """Return the customers."""
        return self.customers.index

    def of(self, rows: NDArray[np.intp], actions: NDArray[np.intp]) -> dict[str, Floats]:
        """Return what is known of some pairs of a customer and an action."""
        probability = self.probability[rows, actions]
        value = self.value[rows if len(self.value) != 1 else 0, actions]
        cost = self.problem.costs(rows, actions)
        return {
            "expected_value": probability * value - cost,
            "cost": cost,
            "probability": probability,
            "value": value,
        }

    def bounds_of(self, rows: NDArray[np.intp], actions: NDArray[np.intp]) -> Floats | None:
        """Return both bounds of the probability of some pairs, None unless all have them."""
        bounds = np.full((2, len(rows)), np.nan)
        for code in np.unique(actions):
            is_one = actions == code
            name = self.actions[code].probability
            for end, row in (("low", 0), ("high", 1)):
                column = f"{name}_{end}"
                if column not in self.customers:
                    return None
                bounds[row, is_one] = numbers(self.customers, column)[rows[is_one]]
        if np.isnan(bounds).any():
            return None
        _refuse_bounds(self.ids[rows], self.probability[rows, actions], bounds)
        return bounds


def read_offers(customers: pd.DataFrame, actions: Sequence[Action], limits: Limits) -> Offers:
    """Return who could get what, with everything checked."""
    given = _checked_actions(actions)
    require_type(limits, Limits, name="limits", what=_("a Limits"))
    table = by_customer(customers, name="customers")
    require_columns(table.columns, _needed(given, limits), table="customers")
    is_resting = _resting(table, limits)
    is_open = np.column_stack([_eligible(table, each) for each in given]) & ~is_resting[:, None]
    probability = np.column_stack([numbers(table, each.probability) for each in given])
    value = _amounts(table, [each.value for each in given])
    cost = _amounts(table, [each.cost for each in given])
    for code, each in enumerate(given):
        _refuse_probabilities(table, each, probability[:, code], is_open[:, code])
        for amounts, column in ((value, each.value), (cost, each.cost)):
            if isinstance(column, str):
                _refuse_amounts(table, column, amounts[:, code], is_open[:, code], each)
    gain = np.where(is_open, probability, 0.0) * np.nan_to_num(value)
    gain[~is_open] = -np.inf
    # What is not open has no cost either, whatever its column says.
    cost = np.where(is_open, cost, 0.0) if len(cost) == len(table) else cost
    gain -= cost
    gain[gain <= 0] = -np.inf
    group, capacity, groups = _groups(table, limits)
    places = [np.inf if each.capacity is None else each.capacity for each in given]
    problem = Problem(
        gain=gain,
        cost=cost,
        budget=np.inf if limits.budget is None else admitted(float(limits.budget)),
        capacity=np.array(places, float),
        group=group,
        group_capacity=capacity,
        per_customer=int(limits.per_customer),
    )
    return Offers(table, given, probability, value, problem, groups, int(is_resting.sum()))


def by_customer(table: pd.DataFrame, *, name: str, key: str = "customer_id") -> pd.DataFrame:
    """Return a table by its customers, each once, in the order of their ids."""
    require_type(table, pd.DataFrame, name=name, what=_("a pandas DataFrame"))
    if key in table.columns:
        require_columns(table.columns, [key], table=name)
        table = table.set_index(key)
    elif table.index.name != key:
        require_columns(table.columns, [key], table=name)
    if table.index.hasnans:
        n = int(np.sum(table.index.isna()))
        raise SchemaError(
            _n(
                "{n} row of {table!r} has no {key}. Give it one, or leave it out.",
                "{n} rows of {table!r} have no {key}. Give them one, or leave them out.",
                n,
                table=name,
                key=key,
            )
        )
    ids = pd.Index(table.index.astype("str"), name=key)
    repeated = ids[ids.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} {key} of {table!r} comes more than once: {examples}. Keep one row of each.",
                "{n} {key}s of {table!r} come more than once: {examples}. Keep one row of each.",
                len(repeated),
                table=name,
                key=key,
                examples=quoted(repeated, most=3),
            )
        )
    table = table.set_axis(ids, axis=0)
    return table if ids.is_monotonic_increasing else table.sort_index()


def numbers(table: pd.DataFrame, column: str) -> Floats:
    """Return a column as numbers; what is none raises."""
    kind = table[column].dtype.kind
    if kind in "mM":
        raise SchemaError(
            _(
                "Column {column!r} holds {what}, where a number is needed. Convert it first, such "
                "as to days.",
                column=column,
                what=_("durations") if kind == "m" else _("dates"),
            )
        )
    try:
        found = pd.to_numeric(table[column], errors="raise")
        return found.to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        read = pd.to_numeric(table[column], errors="coerce")
    is_bad = (read.isna() & table[column].notna()).to_numpy()
    raise SchemaError(
        _n(
            "Column {column!r} holds {n} value that is no number, such as {value!r} of "
            "{examples}. Convert it first.",
            "Column {column!r} holds {n} values that are no numbers, such as {value!r}; rows "
            "{examples}. Convert them first.",
            int(is_bad.sum()),
            column=column,
            value=str(table[column].to_numpy()[is_bad.argmax()])[:40],
            examples=quoted(table.index[is_bad], most=3),
        )
    )


def flags(table: pd.DataFrame, column: str) -> Bools:
    """Return a column of flags; a missing one is false, and what is none raises."""
    values = table[column]
    is_known = values.notna().to_numpy()
    is_good = values.isin([True, False, 1, 0]).to_numpy() | ~is_known
    if not is_good.all():
        raise SchemaError(
            _n(
                "Column {column!r} says true or false, but {n} value does not: {examples}.",
                "Column {column!r} says true or false, but {n} values do not: {examples}.",
                int((~is_good).sum()),
                column=column,
                examples=quoted(values[~is_good].astype("str").str.slice(0, 40), most=3),
            )
        )
    return np.asarray(values.where(values.notna(), False).to_numpy() == 1, bool)


def _checked_actions(actions: Sequence[Action]) -> tuple[Action, ...]:
    what = _("a list of custintel.decisions.Action")
    require_type(actions, (list, tuple), name="actions", what=what)
    for each in actions:
        require_type(each, Action, name="actions", what=what)
    names = [each.name for each in actions]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated or not names:
        raise ValueError(
            _(
                "actions holds one action or more, each with a name of its own: {problem}.",
                problem=quoted(repeated, most=3) or _("there is none"),
            )
        )
    return tuple(actions)


def _needed(actions: Sequence[Action], limits: Limits) -> list[str]:
    named = [
        column
        for each in actions
        for column in (each.probability, each.value, each.cost, each.eligible)
    ]
    named += [limits.group, limits.days_since_contact]
    return list(dict.fromkeys(column for column in named if isinstance(column, str)))


def _resting(table: pd.DataFrame, limits: Limits) -> Bools:
    if limits.rest is None or limits.days_since_contact is None:
        return np.zeros(len(table), bool)
    days = numbers(table, limits.days_since_contact)
    # Who was never contacted has no days, and needs no rest.
    return np.asarray(days < Span.parse(limits.rest).to("D"))


def _eligible(table: pd.DataFrame, action: Action) -> Bools:
    return np.ones(len(table), bool) if action.eligible is None else flags(table, action.eligible)


def _amounts(table: pd.DataFrame, given: list[float | str]) -> Floats:
    if not any(isinstance(each, str) for each in given):
        return np.array([given], float)
    found = np.empty((len(table), len(given)))
    for code, each in enumerate(given):
        found[:, code] = numbers(table, each) if isinstance(each, str) else float(each)
    return found


def _refuse_probabilities(
    table: pd.DataFrame, action: Action, given: Floats, is_open: Bools
) -> None:
    low = -1.0 if action.is_incremental else 0.0
    is_bad = is_open & ~((given >= low) & (given <= 1))
    if is_bad.any():
        raise SchemaError(
            _n(
                "Column {column!r} must lie between {low} and 1 for each customer who may get "
                "{action!r}: {n} is missing or outside, {examples}. Score that customer, or say "
                "in the column of eligible who is left out.",
                "Column {column!r} must lie between {low} and 1 for each customer who may get "
                "{action!r}: {n} are missing or outside, {examples}. Score those customers, or "
                "say in the column of eligible who is left out.",
                int(is_bad.sum()),
                column=action.probability,
                low=f"{low:g}",
                action=action.name,
                examples=quoted(table.index[is_bad], most=3),
            )
        )


def _refuse_amounts(
    table: pd.DataFrame, column: str, given: Floats, is_open: Bools, action: Action
) -> None:
    is_bad = is_open & ~((given >= 0) & (given <= LARGEST_AMOUNT))
    if is_bad.any():
        raise SchemaError(
            _n(
                "Column {column!r} of action {action!r} holds amounts of 0 or more: {n} is "
                "missing, negative or infinite, {examples}. Mend it, or leave the customer out.",
                "Column {column!r} of action {action!r} holds amounts of 0 or more: {n} are "
                "missing, negative or infinite, {examples}. Mend them, or leave the customers "
                "out.",
                int(is_bad.sum()),
                column=column,
                action=action.name,
                examples=quoted(table.index[is_bad], most=3),
            )
        )


def _refuse_bounds(ids: "pd.Index[Any]", probability: Floats, bounds: Floats) -> None:
    low, high = bounds
    is_around = (low <= probability + 1e-9) & (probability <= high + 1e-9)
    is_bad = ~(is_around & (low >= -1) & (high <= 1))
    if is_bad.any():
        raise SchemaError(
            _n(
                "The bounds of a probability lie around it, within −1 and 1: those of {n} row do "
                "not, {examples}.",
                "The bounds of a probability lie around it, within −1 and 1: those of {n} rows do "
                "not, {examples}.",
                int(is_bad.sum()),
                examples=quoted(ids[is_bad], most=3),
            )
        )


def _groups(
    table: pd.DataFrame, limits: Limits
) -> tuple[NDArray[np.intp], Floats, "pd.Index[Any] | None"]:
    """Return the group of each customer, the places of each, and their names."""
    if limits.group is None:
        return np.zeros(len(table), np.intp), np.array([np.inf]), None
    is_missing = table[limits.group].isna().to_numpy()
    if is_missing.any():
        raise SchemaError(
            _n(
                "{n} customer has no {column}: {examples}. Give each one a group.",
                "{n} customers have no {column}: {examples}. Give each one a group.",
                int(is_missing.sum()),
                column=limits.group,
                examples=quoted(table.index[is_missing], most=3),
            )
        )
    codes, found = pd.factorize(table[limits.group].astype("str"), sort=True)
    names: pd.Index[Any] = pd.Index(found, name=limits.group)
    given = limits.group_capacity
    if isinstance(given, Mapping):
        places = {str(name): np.inf if each is None else each for name, each in given.items()}
        unknown = [name for name in places if name not in names]
        if unknown:
            raise ValueError(
                _(
                    "group_capacity names groups that no customer belongs to: {unknown}; there "
                    "are {names}.",
                    unknown=quoted(unknown, most=3),
                    names=quoted(names, most=12),
                )
            )
        return codes, np.array([places.get(str(name), np.inf) for name in names]), names
    return codes, np.full(len(names), np.inf if given is None else float(given)), names
