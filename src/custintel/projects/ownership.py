"""What systems cost to own over the years: hosted against on-premise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import pandas as pd

from custintel._cashflows import discount_factors
from custintel._checks import require_between, require_count, require_type
from custintel._elementwise import numbers
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.projects._amounts import amount

Range = float | tuple[float, float]
_MONTHS = 12
_MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class SystemCosts:
    """What a system costs, each cost one number or a low and a high one.

    Parameters
    ----------
    setup_cost : float or (float, float), default=0.0
        Once, at the start: licences bought, hardware, configuration, migration, training;
        currency, 0 or more, as all that follow.
    annual_cost : float or (float, float), default=0.0
        Each year whatever the number of users: maintenance, hosting, administrators.
    monthly_cost_per_user : float or (float, float), default=0.0
        Fee per user and month, as hosted systems charge it.
    upgrade_cost : float or (float, float), default=0.0
        Each time the system is upgraded or its hardware replaced.
    years_between_upgrades : int, optional
        Years from one upgrade to the next, 1 or more; by default there is none.

    Raises
    ------
    ValueError
        If a cost is negative, missing, beyond 1e15, or a low one above its high one; or if
        an upgrade has a cost but no years, or years but no cost.
    TypeError
        If a cost is neither a number nor a pair.

    Examples
    --------
    >>> SystemCosts(monthly_cost_per_user=(50, 100)).monthly_cost_per_user
    (50, 100)
    """

    setup_cost: Range = 0.0
    annual_cost: Range = 0.0
    monthly_cost_per_user: Range = 0.0
    upgrade_cost: Range = 0.0
    years_between_upgrades: int | None = None

    def __post_init__(self) -> None:
        """Check all at the door: a wrong number is told before anything rests on it."""
        for field in fields(self):
            if field.name != "years_between_upgrades":
                low_and_high(getattr(self, field.name), name=field.name)
        if self.years_between_upgrades is not None:
            require_count(self.years_between_upgrades, name="years_between_upgrades")
        has_cost = bool(low_and_high(self.upgrade_cost, name="upgrade_cost").any())
        if has_cost != (self.years_between_upgrades is not None):
            raise ValueError(
                _(
                    "upgrade_cost and years_between_upgrades go together: got {cost!r} and "
                    "{years!r}. Give both, or neither.",
                    cost=self.upgrade_cost,
                    years=self.years_between_upgrades,
                )
            )


def total_cost_of_ownership(
    systems: Mapping[str, SystemCosts],
    *,
    n_users: float | Sequence[float],
    n_years: int = 5,
    annual_discount_rate: float = 0.0,
) -> pd.DataFrame:
    """Add up what each system costs from its start to each year after, from low to high.

    Hosted CRM systems were said to cost 50 to 100 euros per user and month, systems on one's
    own premises from several thousand to several million; a small fee overtakes a large
    outlay after some years. The low sums take all low costs together and the high ones all
    high ones: they bound the cost, and both ends are unlikely. For a likelihood see
    `simulate_returns`.

    Parameters
    ----------
    systems : mapping of str to SystemCosts
        The systems to compare, by name.
    n_users : float or sequence of float
        Users, 0 or more: one number for all years, or one for each year from 1 on.
    n_years : int, default=5
        Years after the start, 1 to 100.
    annual_discount_rate : float, default=0.0
        Effective rate a year, 0-10; above 0, costs are **present values**. Costs of a year come
        at its end.

    Returns
    -------
    DataFrame
        One row per system and year, in the order of `systems`.

        - ``system`` : str
        - ``year`` : int, 0 is the start
        - ``n_users`` : float; 0 at the start
        - ``cost_low``, ``cost_high`` : float, currency, of the year. An upgrade comes at the
          end of its year, save of the last year counted
        - ``cumulative_low``, ``cumulative_high`` : float, currency, from the start on
        - ``is_cheapest`` : bool, whether even ``cumulative_high`` is below the
          ``cumulative_low`` of every other system; False where there is one system alone

    Raises
    ------
    ValueError
        If there is no system, or users, years or the rate are not possible.
    TypeError
        If `systems` is not a mapping to SystemCosts.

    Examples
    --------
    >>> systems = {
    ...     "hosted": SystemCosts(setup_cost=5_000, monthly_cost_per_user=(50, 100)),
    ...     "on-premise": SystemCosts(setup_cost=(90_000, 120_000), annual_cost=10_000),
    ... }
    >>> table = total_cost_of_ownership(systems, n_users=50, n_years=3)
    >>> last = table[table["year"] == 3]
    >>> last[["system", "cumulative_low", "cumulative_high"]]
           system  cumulative_low  cumulative_high
    3      hosted         95000.0         185000.0
    7  on-premise        120000.0         150000.0
    """
    _require_systems(systems)
    require_count(n_years, name="n_years")
    require_between(n_years, 1, _MOST_YEARS, name="n_years")
    require_between(annual_discount_rate, 0, 10, name="annual_discount_rate")
    users = np.append(0.0, _users(n_users, n_years))
    factor = discount_factors(np.arange(n_years + 1), annual_discount_rate)
    parts = [_by_year(str(name), costs, users, factor) for name, costs in systems.items()]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(is_cheapest=_is_cheapest(table, len(systems)))


def low_and_high(given: object, *, name: str) -> Floats:
    """Return both ends of a cost that is one number or a pair.

    >>> low_and_high(5, name="setup_cost").tolist()
    [5.0, 5.0]
    """
    is_pair = isinstance(given, Sequence) and not isinstance(given, str) and len(given) == 2
    if not is_pair and np.ndim(given) != 0:  # type: ignore[arg-type]
        raise TypeError(
            _(
                "{name} is a number, or a low and a high one such as (50, 100): got {given!r}.",
                name=name,
                given=given,
            )
        )
    ends = given if isinstance(given, Sequence) and is_pair else (given, given)
    low, high = (amount(end, name=name) for end in ends)
    if low > high:
        raise ValueError(
            _(
                "{name} goes from its low to its high value: got {given!r}.",
                name=name,
                given=given,
            )
        )
    return np.array([low, high])


def _require_systems(systems: Mapping[str, SystemCosts]) -> None:
    asked = _("a mapping such as {example}", example="{'hosted': SystemCosts(…)}")
    require_type(systems, Mapping, name="systems", what=asked)
    for name, costs in systems.items():
        require_type(costs, SystemCosts, name=str(name), what=_("a SystemCosts"))
    if not systems:
        raise ValueError(_("systems holds nothing: name at least one system."))


def _users(n_users: float | Sequence[float], n_years: int) -> Floats:
    users = numbers(n_users, name="n_users", low=0.0, high=1e10)
    if users.ndim and users.shape != (n_years,):
        raise ValueError(
            _n(
                "n_users is one number, or one for each of {n} year: got {given}.",
                "n_users is one number, or one for each of {n} years: got {given}.",
                n_years,
                given=users.size,
            )
        )
    return np.broadcast_to(users, n_years)


class _Ends(NamedTuple):
    low: Floats
    high: Floats


def _by_year(name: str, costs: SystemCosts, users: Floats, factor: Floats) -> pd.DataFrame:
    year = np.arange(len(users))
    ends = _Ends(*(_costs(costs, end, users) * factor for end in (0, 1)))
    return pd.DataFrame(
        {
            "system": name,
            "year": year,
            "n_users": users,
            "cost_low": ends.low,
            "cost_high": ends.high,
            "cumulative_low": ends.low.cumsum(),
            "cumulative_high": ends.high.cumsum(),
        }
    )


def _costs(costs: SystemCosts, end: int, users: Floats) -> Floats:
    """Return the cost of each year, at the low (0) or the high end (1) of each line."""
    setup, annual, monthly, upgrade = (
        low_and_high(getattr(costs, name), name=name)[end]
        for name in ("setup_cost", "annual_cost", "monthly_cost_per_user", "upgrade_cost")
    )
    year = np.arange(len(users))
    cost = np.where(year == 0, setup, annual + _MONTHS * monthly * users)
    if costs.years_between_upgrades is not None:
        is_due = (year > 0) & (year < year[-1]) & (year % costs.years_between_upgrades == 0)
        cost = cost + upgrade * is_due
    return np.asarray(cost, float)


def _is_cheapest(table: pd.DataFrame, n_systems: int) -> "pd.Series[bool]":
    if n_systems == 1:
        return pd.Series(False, index=table.index)
    low = table.groupby("year")["cumulative_low"]
    # The cheapest of the others: the lowest, or for the lowest itself the second lowest.
    first, second = (low.transform(lambda each, n=n: each.nsmallest(n).iloc[-1]) for n in (1, 2))
    others = np.where(table["cumulative_low"] == first, second, first)
    return table["cumulative_high"] < others
