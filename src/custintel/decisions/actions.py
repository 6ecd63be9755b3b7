"""What can be proposed to customers, and what limits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np

from custintel._checks import is_count, require_choice, require_count, require_type
from custintel._text import translate as _
from custintel._time import Day, Span, as_day

Kind = Literal["probability", "uplift"]
KINDS = ("probability", "uplift")
LARGEST_AMOUNT = 1e100  # sums and squares of amounts stay finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Describe something that can be proposed to customers: what it may bring, and who does it.

    An action without an owner, a deadline and a measure of success is not one: nobody could
    say afterwards whether it was done, and whether it helped. All three are asked for.

    Parameters
    ----------
    name : str
        Of the action, such as ``"call about the annual plan"``.
    probability : str
        Column of the customers with the probability that the action succeeds, 0-1; or of kind
        ``"uplift"`` how much it raises that probability, −1 to 1. If the columns
        ``{probability}_low`` and ``{probability}_high`` are there too, the total of a plan has
        their interval.
    value : float or str
        What a success is worth before the cost of the action, currency, 0 or more: one amount,
        or a column of the customers. A margin, not a revenue.
    owner : str
        Person or team who answers for the action.
    deadline : date-like
        Last day to do it.
    measure : str
        What success is, such as ``"order within 60 days"``.
    kind : {"probability", "uplift"}, default="probability"
        Whether an experiment has shown what the action changes (``"uplift"``), or only what
        customers are likely to do. With the latter the value of a plan assumes that nothing
        would have come anyway, and says so.
    cost : float or str, default=0.0
        Of doing it with one customer, currency, 0 or more: one amount, or a column.
    eligible : str, optional
        Column that is true for customers to whom it may be proposed; by default all.
    capacity : int, optional
        Most customers that it can be done with.
    words : str, default=""
        What to say to the customer.

    Raises
    ------
    TypeError
        If something is not of its type.
    ValueError
        If a text is empty, an amount is negative, or the deadline is not a day.

    Examples
    --------
    >>> Action(
    ...     name="call",
    ...     probability="p_call",
    ...     value=300.0,
    ...     cost=12.0,
    ...     owner="Kim",
    ...     deadline="2025-03-31",
    ...     measure="order within 60 days",
    ... ).is_incremental
    False
    """

    name: str
    probability: str
    value: float | str
    owner: str
    deadline: Day
    measure: str
    kind: Kind = "probability"
    cost: float | str = 0.0
    eligible: str | None = None
    capacity: int | None = None
    words: str = ""

    def __post_init__(self) -> None:
        for field in ("name", "probability", "owner", "measure"):
            text = getattr(self, field)
            require_type(text, str, name=field, what=_("a text"))
            if not text.strip():
                raise ValueError(
                    _("{field} of an action must not be empty: say it in words.", field=field)
                )
        require_choice(self.kind, KINDS, name="kind")
        as_day(self.deadline, name="deadline")
        _require_amount(self.value, name="value")
        _require_amount(self.cost, name="cost")
        require_type(self.eligible, (str, type(None)), name="eligible", what=_("a column"))
        require_type(self.words, str, name="words", what=_("a text"))
        _require_places(self.capacity, name="capacity")

    @property
    def is_incremental(self) -> bool:
        """Whether its value is what it changes, as an experiment has shown."""
        return self.kind == "uplift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Say what a plan of actions must not exceed.

    Parameters
    ----------
    budget : float, optional
        Most that all actions together cost, currency, 0 or more.
    per_customer : int, default=1
        Most actions for one customer.
    group : str, optional
        Column of the customers with the group that each belongs to, such as ``"owner_id"``,
        the sales person. With it a call list has one part for each of them.
    group_capacity : int or mapping of str to int, optional
        Most actions for the customers of one group: the same for all, or by group; groups that
        are not named, or have None, have no limit.
    days_since_contact : str, optional
        Column with the days since each customer was last contacted, such as
        `custintel.campaigns.contact_pressure` gives in ``days_since_last``; missing for those who
        never were.
    rest : str, optional
        Time to leave a customer alone after a contact, such as ``"14D"``.

    Raises
    ------
    TypeError
        If something is not of its type.
    ValueError
        If a limit is negative, capacities come without a group, or `rest` without a column.

    Examples
    --------
    >>> Limits(budget=5_000, per_customer=2).budget
    5000
    """

    budget: float | None = None
    per_customer: int = 1
    group: str | None = None
    group_capacity: int | Mapping[str, int] | None = None
    days_since_contact: str | None = None
    rest: str | None = None

    def __post_init__(self) -> None:
        if self.budget is not None:
            _require_amount(self.budget, name="budget", is_column_allowed=False)
        require_count(self.per_customer, name="per_customer")
        given = self.group_capacity
        for each in given.values() if isinstance(given, Mapping) else [given]:
            _require_places(each, name="group_capacity")
        if given is not None and self.group is None:
            raise ValueError(_("group_capacity needs group: the column with the groups."))
        if (self.rest is None) != (self.days_since_contact is None):
            raise ValueError(
                _("rest and days_since_contact go together: give both, or neither of them.")
            )
        if self.rest is not None:
            Span.parse(self.rest)


def _require_amount(value: object, *, name: str, is_column_allowed: bool = True) -> None:
    if is_column_allowed and isinstance(value, str):
        return
    what = _("an amount, or the name of a column") if is_column_allowed else _("an amount")
    require_type(value, Real, name=name, what=what)
    if isinstance(value, bool) or not 0 <= float(value) <= LARGEST_AMOUNT:  # type: ignore[arg-type]
        raise ValueError(
            _("{name} is an amount of 0 or more: got {value!r}.", name=name, value=value)
        )


def _require_places(value: object, *, name: str) -> None:
    if value is None or is_count(value):
        return
    is_zero = isinstance(value, int | np.integer) and not isinstance(value, bool) and value == 0
    if not is_zero:
        raise ValueError(
            _("{name} is a whole number, 0 or more: got {value!r}.", name=name, value=value)
        )
