"""How the lift of an experiment came about, look by look."""

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_type
from custintel._frames import Frame, plain_text
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.experiments._arm_tests import both, compared
from custintel.experiments._moments import Moments
from custintel.experiments._results import ArmSums, read_results
from custintel.experiments.arms import control_first
from custintel.experiments.comparison import CHI_SQUARE, WELCH
from custintel.experiments.looks import LookPlan

_ADDED = ["n_customers", "n", "y", "yy", "x", "xx", "xy"]


def lift_by_look(
    results: Frame, *, outcome: str, control: str, plan: LookPlan, level: float = 0.95
) -> pd.DataFrame:
    """Follow the lift of each arm through the looks of a plan, with limits that allow for them.

    At each look all customers count who had their result by then. An interval that is free of 0
    tells a difference at that look, whatever the looks before and after it: all looks together
    err as one test does. Of several arms each interval allows for the looks alone, as in
    `compare_arms`; ``p_limit`` and ``is_different`` allow for the arms too.

    Parameters
    ----------
    results : DataFrame
        As for `compare_arms`, with a column ``look`` besides: the first look, 1, 2 …, at which
        the customer's result was known. Looks that are still to come have no rows.
    outcome : str
        Column that is compared: whether something happened, or an amount.
    control : str
        Arm that the others are compared with.
    plan : LookPlan
        The looks, as they were planned before the experiment.
    level : float, default=0.95
        1 − the probability to find a difference at any look if there is none, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per look and treated arm, in this order.

        - ``look`` : int, from 1
        - ``arm`` : str
        - ``is_rate`` : bool, whether the outcome is a rate
        - ``information`` : float, 0-1, part of all customers who were planned to have their
          result by this look
        - ``n``, ``n_control`` : int, customers of the arm and of the control, so far
        - ``lift``, ``lift_low``, ``lift_high`` : float, as in `compare_arms`, with the interval
          of this look: Newcombe's of rates, Welch's of amounts; NaN while an arm is too small
        - ``p`` : float, 0-1, of the chi-square test or of Welch's
        - ``p_limit`` : float, 0-1, what p must not exceed at this look, after Bonferroni's
          correction for several arms
        - ``is_different`` : bool, whether it does not

    Raises
    ------
    SchemaError
        If the results are not as `compare_arms` takes them, or ``look`` is not a number of the
        plan.
    TypeError
        If `plan` is no `LookPlan`.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    SetAsideWarning
        If customers are left out.

    References
    ----------
    Jennison, C. and Turnbull, B. W. (2000). Group sequential methods with applications to
    clinical trials. Boca Raton: Chapman & Hall. Section 9.3: repeated confidence intervals.

    Examples
    --------
    >>> import pandas as pd
    >>> results = pd.DataFrame({
    ...     "arm": ["mail"] * 400 + ["none"] * 400,
    ...     "look": [1, 2] * 400,
    ...     "is_buyer": [1] * 90 + [0] * 310 + [1] * 50 + [0] * 350,
    ... })
    >>> looks = lift_by_look(results, outcome="is_buyer", control="none", plan=LookPlan(2))
    >>> looks[["look", "n", "lift", "p", "p_limit", "is_different"]].round(4)
       look    n  lift       p  p_limit  is_different
    0     1  200   0.1  0.0085   0.0052         False
    1     2  400   0.1  0.0002   0.0480          True
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_type(plan, LookPlan, name="plan", what=_("a LookPlan"))
    sums = read_results(results, outcome, by=("arm", "look"))
    looks = _look_numbers(sums.table["look"], plan)
    so_far = _so_far(sums.table.assign(look=looks), plain_text(control))
    limits, m = plan.limits(level=level), so_far[0].shape[0] - 1
    of_several = plan.limits(level=1 - (1 - level) / m) if m > 1 else limits
    parts = [
        _at_look(look, table, sums, 1 - limits["p"].loc[look]).assign(
            information=limits["information"].loc[look], p_limit=of_several["p"].loc[look]
        )
        for look, table in enumerate(so_far, start=1)
    ]
    table = pd.concat(parts, ignore_index=True)
    return table.assign(is_different=table["p"] <= table["p_limit"])[_COLUMNS]


_COLUMNS = [
    *("look", "arm", "is_rate", "information", "n", "n_control"),
    *("lift", "lift_low", "lift_high", "p", "p_limit", "is_different"),
]


def _look_numbers(looks: "pd.Series[str]", plan: LookPlan) -> "pd.Series[int]":
    known = {str(number): number for number in range(1, plan.n_looks + 1)}
    wrong = sorted(set(looks) - set(known))
    if wrong:
        raise SchemaError(
            _(
                "Column 'look' of 'experiment_results' holds {wrong}; the plan has the looks 1 to "
                "{n}.",
                wrong=quoted(wrong, most=3),
                n=plan.n_looks,
            )
        )
    return looks.map(known).astype("int64")


def _so_far(sums: pd.DataFrame, control: str) -> list[pd.DataFrame]:
    """Return the sums of each arm, the control first, up to each look."""
    in_all = sums.groupby("arm", as_index=False)[_ADDED].sum()
    arms = control_first(in_all, control).index
    found, total = [], pd.DataFrame(0.0, index=arms, columns=_ADDED)
    for look in range(1, int(sums["look"].max()) + 1):
        new = sums[sums["look"] == look].set_index("arm")[_ADDED]
        total = total + new.reindex(arms).fillna(0.0)
        found.append(total)
    return found


def _at_look(look: int, arms: pd.DataFrame, sums: ArmSums, level: float) -> pd.DataFrame:
    moments = Moments.of_sums(arms, sums.y_middle, sums.x_middle)
    groups = moments.groups(is_rate=sums.is_binary)
    control, treated = both(groups)
    tests = compared(groups, level)
    chosen = tests[tests["test"] == (CHI_SQUARE if sums.is_binary else WELCH)]
    return pd.DataFrame(
        {
            "look": look,
            "arm": arms.index[1:],
            "is_rate": sums.is_binary,
            "n": treated.n.astype(np.int64),
            "n_control": control.n.astype(np.int64),
            "lift": treated.mean - control.mean,
            "lift_low": chosen["lift_low"].to_numpy(),
            "lift_high": chosen["lift_high"].to_numpy(),
            "p": chosen["p"].to_numpy(),
        }
    )
