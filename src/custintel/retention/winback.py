"""Whom to win back: what is at stake with each customer, and whether an offer repays."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_columns, require_count, require_type
from custintel._elementwise import numbers
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError

CONTACT, CONTROL, NEITHER = "contact", "control", "none"
_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class WinbackList:
    """Customers ranked by what an offer is expected to bring, with a control group.

    Attributes
    ----------
    table : DataFrame
        Indexed as the customers given, best first; see `winback_list`.
    n_worthwhile : int
        Customers with an expected gain above 0.
    n_contacts, n_controls : int
        Customers to contact, and held back.
    cost : float
        Of all contacts.
    expected_gain : float
        Of all contacts, after the cost.
    expected_gain_low, expected_gain_high : float
        Sums of the customers' bounds, as if all were off in the same direction; NaN without
        bounds.
    save_rate, offer_cost : float
        As given.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"probability": [0.5, 0.1], "value": [400.0, 100.0]})
    >>> winback_list(customers, save_rate=0.2, offer_cost=5.0, control_share=0).n_contacts
    1
    """

    table: pd.DataFrame
    n_worthwhile: int
    n_contacts: int
    n_controls: int
    cost: float
    expected_gain: float
    expected_gain_low: float
    expected_gain_high: float
    save_rate: float
    offer_cost: float


def winback_list(
    customers: pd.DataFrame,
    *,
    save_rate: float,
    offer_cost: float,
    capacity: int | None = None,
    control_share: float = _SHARE,
    random_state: int | np.random.Generator = 0,
) -> WinbackList:
    """Rank customers by risk × value, and say whom an offer to stay repays.

    What is at stake with a customer is the probability of leaving times the value that would
    be lost. An offer saves a part of it, `save_rate`, and costs `offer_cost` for each customer
    who gets it, stayers included. Those whose gain is expected to be above 0 are worth it,
    up to `capacity`.

    Risk is not response: those likeliest to leave may be those whom no offer keeps, and some
    leave because they were reminded. So a part of the list, drawn at random among those who
    are chosen, is held back: afterwards compare the arms with
    ``custintel.experiments.compare_arms(results, outcome=…, control="control")``, which tells
    the true `save_rate`. With an experiment at hand, rank by `custintel.models.TwoModelUplift`
    instead.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: ``probability`` of leaving, 0-1, calibrated; ``value`` lost with
        the customer, a margin rather than revenue, 0 or more, in one currency. Bounds are used
        where there are ``probability_low``, ``probability_high``, ``value_low``,
        ``value_high``.
    save_rate : float
        Share, 0-1, of the customers about to leave whom the offer keeps: from an experiment.
    offer_cost : float
        Cost per customer contacted, 0 or more.
    capacity : int, optional
        Contacts that can be made at most, 1 or more, controls not counted.
    control_share : float, default=0.1
        Share of the chosen, from 0 to 0.99, that is held back; one customer at least
        unless it is 0, or only one is chosen.
    random_state : int or numpy.random.Generator, default=0
        Seed of the draw: the same seed holds back the same customers.

    Returns
    -------
    WinbackList
        Totals, and ``table``, best first, equal ones in the order given:

        - ``rank`` : int, >= 1
        - ``probability``, ``value`` : float, as given
        - ``value_at_stake`` : float, ``probability`` × ``value``
        - ``expected_gain`` : float, `save_rate` × ``value_at_stake`` − `offer_cost`
        - ``expected_gain_low``, ``expected_gain_high`` : float, the same of the lower and of
          the upper bounds; only there if bounds are. Both factors at their bound at once is
          less likely than one, so this is wide
        - ``arm`` : str, ``"contact"``, ``"control"`` or ``"none"``

    Raises
    ------
    SchemaError
        If a column is missing, or customers are listed twice.
    TypeError
        If `customers` is no table.
    ValueError
        If a number is not as described.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame(
    ...     {"probability": [0.9, 0.5, 0.1], "value": [20.0, 400.0, 100.0]},
    ...     index=pd.Index(["ann", "bob", "cy"], name="customer_id"),
    ... )
    >>> plan = winback_list(customers, save_rate=0.2, offer_cost=3.0, control_share=0)
    >>> plan.table[["value_at_stake", "expected_gain", "arm"]]
                 value_at_stake  expected_gain      arm
    customer_id
    bob                   200.0           37.0  contact
    ann                    18.0            0.6  contact
    cy                     10.0           -1.0     none
    """
    _check(customers, save_rate, offer_cost, capacity, control_share)
    table = _gains(customers, save_rate, offer_cost)
    order = np.argsort(-table["expected_gain"].to_numpy(), kind="stable")
    table = table.iloc[order]
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    n_worthwhile = int((table["expected_gain"] > 0).sum())
    arms = _arms(len(table), n_worthwhile, capacity, control_share, random_state)
    table["arm"] = pd.Series(arms, index=table.index, dtype="str")
    contacted = table[table["arm"] == CONTACT]
    bounds = [
        float(contacted[name].sum()) if name in contacted else np.nan
        for name in ("expected_gain_low", "expected_gain_high")
    ]
    return WinbackList(
        table=table,
        n_worthwhile=n_worthwhile,
        n_contacts=len(contacted),
        n_controls=int((table["arm"] == CONTROL).sum()),
        cost=float(len(contacted) * offer_cost),
        expected_gain=float(contacted["expected_gain"].sum()),
        expected_gain_low=bounds[0],
        expected_gain_high=bounds[1],
        save_rate=float(save_rate),
        offer_cost=float(offer_cost),
    )


def _check(
    customers: pd.DataFrame,
    save_rate: float,
    offer_cost: float,
    capacity: int | None,
    control_share: float,
) -> None:
    what = _("a table with columns 'probability' and 'value'")
    require_type(customers, pd.DataFrame, name="customers", what=what)
    require_columns(customers.columns, ["probability", "value"], table="customers")
    twice = customers.index[customers.index.duplicated()]
    if len(twice):
        raise SchemaError(
            _(
                "{n} rows of the customers repeat an id of the index: {examples}. Keep one row "
                "per customer.",
                n=len(twice),
                examples=quoted(twice, most=3),
            )
        )
    require_between(save_rate, 0, 1, name="save_rate")
    what = _("a finite number of {low:g} or more", low=0)
    require_type(offer_cost, Real, name="offer_cost", what=what)
    numbers(offer_cost, name="offer_cost", low=0)
    require_between(control_share, 0, 0.99, name="control_share")
    if capacity is not None:
        require_count(capacity, name="capacity")


def _gains(customers: pd.DataFrame, save_rate: float, offer_cost: float) -> pd.DataFrame:
    p, value = _column(customers, "probability", 1.0), _column(customers, "value", np.inf)
    columns: dict[str, Floats] = {
        "probability": p,
        "value": value,
        "value_at_stake": p * value,
        "expected_gain": save_rate * p * value - offer_cost,
    }
    for end in ("low", "high"):
        given = [f"{name}_{end}" in customers.columns for name in ("probability", "value")]
        if any(given):
            risk = _column(customers, f"probability_{end}", 1.0) if given[0] else p
            worth = _column(customers, f"value_{end}", np.inf) if given[1] else value
            columns[f"expected_gain_{end}"] = save_rate * risk * worth - offer_cost
    return pd.DataFrame(columns, index=customers.index)


def _column(customers: pd.DataFrame, name: str, high: float) -> Floats:
    return numbers(customers[name], name=name, low=0, high=high)


def _arms(
    n: int,
    n_worthwhile: int,
    capacity: int | None,
    control_share: float,
    random_state: int | np.random.Generator,
) -> list[str]:
    """Return the arm of each customer, the best first: controls are drawn among the chosen."""
    n_chosen = n_worthwhile
    n_controls = max(round(control_share * n_chosen), 1) if control_share > 0 else 0
    n_controls = min(n_controls, max(n_chosen - 1, 0))
    if capacity is not None and n_chosen - n_controls > capacity:
        # So many that, without the controls, the capacity is filled.
        beside = capacity * control_share / (1 - control_share)
        n_controls = max(round(beside), 1) if control_share > 0 else 0
        n_controls = min(n_controls, n_chosen - capacity)
        n_chosen = capacity + n_controls
    held = np.random.default_rng(random_state).permutation(n_chosen)[:n_controls]
    arms = np.full(n, NEITHER, dtype=object)
    arms[:n_chosen] = CONTACT
    arms[held] = CONTROL
    return [str(arm) for arm in arms]
