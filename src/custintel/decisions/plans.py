"""A plan of actions: who gets what, what that is expected to bring, and how it is measured."""

from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._text import translate as _
from custintel.decisions._offers import Offers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

TREATED, CONTROL = "treated", "control"


@dataclass(frozen=True, slots=True, eq=False)  # tables have no single truth value
class ActionPlan:
    """Who gets which action, within all limits, with the control group held back.

    Attributes
    ----------
    table : DataFrame
        One row per customer and action to be done, most expected value first.

        - ``customer_id`` : str
        - ``rank`` : int, 1 for the action of most expected value of that customer
        - ``action`` : str
        - ``expected_value`` : float, currency: probability × value − cost
        - ``cost`` : float, currency
        - ``probability`` : float, chance of success, or of an uplift what is added to it
        - ``value`` : float, currency, of a success
        - ``is_incremental`` : bool, whether an experiment has shown what the action adds.
          False assumes that nothing would have come anyway
        - ``owner``, ``deadline``, ``measure`` : str, Timestamp and str, of the action
        - ``group`` : str, of the customer; only if the limits name one
        - ``reason`` : str, one sentence in the active language
    control : DataFrame
        Customers held back from an action at random: it is not to be done with them, and they
        are compared afterwards. The columns of `table` without ``rank`` and ``reason``; the
        expected value is forgone.
    by_action : DataFrame
        Indexed by ``action``, in the order given.

        - ``n_chosen``, ``n_treated``, ``n_control`` : int, customers
        - ``expected_value``, ``cost`` : float, currency, of those treated
        - ``capacity`` : float, NaN without
        - ``capacity_price`` : float, currency that one more place would bring, about; 0 if
          places are left
        - ``is_incremental`` : bool
        - ``owner``, ``deadline``, ``measure`` : as above
    group_capacity : DataFrame
        Indexed by ``group``: ``n_chosen``, int; ``capacity``, float, NaN without; ``price``,
        float, currency that one more place would bring. Empty if the limits name no group.
    expected_total : float
        Expected value of those treated, currency.
    expected_low, expected_high : float
        Its interval, of what `interval_of` says.
    interval_of : str
        ``"expected"`` if all probabilities chosen have bounds: the sums of the bounds, which is
        as if all errors went the same way, and so rather too wide. ``"realised"`` else: what
        the total may come to if the probabilities are right, because customers decide one by
        one; the errors of the probabilities themselves are not in it.
    level : float
        Probability that an interval of what is realised aims to cover; one of what is expected
        has the level of the bounds given.
    chosen_value : float
        Expected value of all those chosen, with those held back, currency.
    dual_bound : float
        No choice within the limits is worth more, currency.
    gap : float
        Part of `dual_bound` that `chosen_value` falls short of it, at most; 0-1.
    budget : float or None
        Most that the plan may cost.
    budget_used : float
        Cost of those treated; what the control would have cost is not spent.
    budget_price : float
        Value that one more unit of currency of the budget would bring, about, beyond its
        cost; 0 if money is left.
    currency : str or None
        Of all amounts.
    n_customers, n_resting : int
        Customers, and those left out because they were contacted too lately.
    offers : object
        What was weighed: read by `ranked` and `budget_curve`.
    """

    table: pd.DataFrame
    control: pd.DataFrame
    by_action: pd.DataFrame
    group_capacity: pd.DataFrame
    expected_total: float
    expected_low: float
    expected_high: float
    interval_of: str
    level: float
    chosen_value: float
    dual_bound: float
    gap: float
    budget: float | None
    budget_used: float
    budget_price: float
    currency: str | None
    n_customers: int
    n_resting: int
    offers: Offers = field(repr=False)

    def ranked(self) -> pd.DataFrame:
        """Return all actions with an expected value above 0 of each customer, limits apart.

        Returns
        -------
        DataFrame
            By customer, best action first: ``customer_id``, ``rank``, ``action``,
            ``expected_value``, ``cost``, ``is_incremental``, and ``status``: ``"treated"``,
            ``"control"`` or ``"not chosen"``.

        Examples
        --------
        >>> from custintel.decisions import Action, next_best_action
        >>> customers = pd.DataFrame({"customer_id": ["ann", "bob"], "p": [0.3, 0.2]})
        >>> promised = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order"}
        >>> call = Action(name="call", probability="p", value=100.0, cost=5.0, **promised)
        >>> plan = next_best_action(customers, [call])
        >>> plan.ranked()[["customer_id", "action", "expected_value"]]
          customer_id action  expected_value
        0         ann   call            25.0
        1         bob   call            15.0
        """
        from custintel.decisions._plan_tables import ranked_offers

        return ranked_offers(self)

    def arms(self, action: str) -> pd.DataFrame:
        """Return who gets an action and who was held back from it, to compare them afterwards.

        Join the outcome of every customer, then call `custintel.experiments.compare_arms` with
        ``control="control"``.

        Parameters
        ----------
        action : str
            Name of an action of the plan.

        Returns
        -------
        DataFrame
            Indexed by ``customer_id``: ``arm``, ``"treated"`` or ``"control"``.

        Raises
        ------
        ValueError
            If the plan has no such action.

        Examples
        --------
        >>> from custintel.decisions import Action, next_best_action
        >>> customers = pd.DataFrame({"customer_id": ["ann", "bob"], "p": [0.3, 0.2]})
        >>> promised = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order"}
        >>> call = Action(name="call", probability="p", value=100.0, cost=5.0, **promised)
        >>> plan = next_best_action(customers, [call])
        >>> sorted(plan.arms("call")["arm"])
        ['control', 'treated']
        """
        require_choice(action, list(self.by_action.index), name="action")
        parts = []
        for rows, arm in ((self.table, TREATED), (self.control, CONTROL)):
            ids = rows.loc[rows["action"] == action, "customer_id"]
            parts.append(pd.DataFrame({"arm": arm}, index=pd.Index(ids, name="customer_id")))
        return pd.concat(parts).astype({"arm": "str"}).sort_index()

    def budget_curve(self, budgets: "Sequence[float] | None" = None) -> pd.DataFrame:
        """Return what other budgets would bring, everything else as it is.

        Parameters
        ----------
        budgets : sequence of float, optional
            Amounts of 0 or more; by default from nothing to what all actions worth it cost.

        Returns
        -------
        DataFrame
            One row per budget: ``budget``, ``chosen_value`` (reached, with those held back),
            ``dual_bound`` (no plan is worth more) and ``price`` (value of one unit more).

        Raises
        ------
        ValueError
            If a budget is no amount of 0 or more.

        Examples
        --------
        >>> from custintel.decisions import Action, next_best_action
        >>> customers = pd.DataFrame({"customer_id": ["ann", "bob"], "p": [0.3, 0.2]})
        >>> promised = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order"}
        >>> call = Action(name="call", probability="p", value=100.0, cost=5.0, **promised)
        >>> plan = next_best_action(customers, [call])
        >>> plan.budget_curve([0, 5])[["budget", "chosen_value"]]
           budget  chosen_value
        0     0.0           0.0
        1     5.0          25.0
        """
        from custintel.decisions._plan_tables import budget_values

        return budget_values(self, budgets)

    def summary(self) -> list[str]:
        """Return what the plan brings in sentences, and what that assumes.

        Returns
        -------
        list of str
            Sentences in the active language.

        Examples
        --------
        >>> from custintel.decisions import Action, next_best_action
        >>> customers = pd.DataFrame({"customer_id": ["ann", "bob"], "p": [0.3, 0.2]})
        >>> promised = {"owner": "Kim", "deadline": "2025-03-31", "measure": "order"}
        >>> call = Action(name="call", probability="p", value=100.0, cost=5.0, **promised)
        >>> plan = next_best_action(customers, [call])
        >>> plan.summary()[0].startswith("1 action, at a cost of 5.00")
        True
        """
        from custintel.decisions._plan_sentences import sentences

        return sentences(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the plan with its control group as a table that is safe in a spreadsheet.

        Returns
        -------
        DataFrame
            The columns of `table`, with ``arm``: ``"treated"`` or ``"control"``. The rank of
            those held back is 0. A text that a spreadsheet would run as a formula begins with
            an apostrophe.
        """
        from custintel.decisions._spreadsheet_cells import neutral

        told = _("Held back from this action at random: do not do it, and compare afterwards.")
        held = self.control.assign(rank=0, reason=told, arm=CONTROL)
        done = self.table.assign(arm=TREATED)
        parts = [part[done.columns] for part in (done, held) if len(part)] or [done]
        return neutral(pd.concat(parts, ignore_index=True))

    def write(self, path: "str | PathLike[str]") -> None:
        """Write `to_frame` to a file.

        Parameters
        ----------
        path : str or path
            Ending in ``.csv`` or ``.xlsx``.

        Raises
        ------
        ValueError
            If the path ends otherwise.
        """
        from custintel.decisions._spreadsheet_cells import write_table

        write_table(self.to_frame(), path)

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the expected value by action; see `custintel.plots.plan_bars`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.decisions import plan_bars

        return plan_bars(self.by_action, ax=ax)


def part_missing(value: float, bound: float) -> float:
    """Return the part of a bound that a value falls short of it."""
    return float(np.clip(1 - value / bound, 0.0, 1.0)) if bound > 0 else 0.0
