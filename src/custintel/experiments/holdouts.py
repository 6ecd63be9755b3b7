"""What a campaign brought beyond what its holdout shows would have come anyway."""

from collections.abc import Mapping
from numbers import Real

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.experiments.comparison import ArmComparison

_LARGEST = 1e15


def holdout_lift(
    comparison: ArmComparison,
    *,
    value: float | None = None,
    margin_rate: float | None = None,
    cost: float | Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Put the lifts of an experiment into money: incremental revenue, margin, profit, return.

    What counts is not what the treated customers brought but what they brought beyond a holdout
    that was left alone. The lift of an arm, times its customers, is what the treatment added;
    so are the bounds. They hold for what is expected of these customers; `value`,
    `margin_rate` and `cost` are taken as known.

    Parameters
    ----------
    comparison : ArmComparison
        From `compare_arms`, with the holdout as its control.
    value : float, optional
        Of a rate: revenue of each additional success, such as the mean amount of a sale. An
        amount is revenue itself, and takes none.
    margin_rate : float, optional
        Part of the revenue that is left after the cost of the goods, 0-1.
    cost : float or mapping of str to float, optional
        What the treatment cost, in all, 0 or more: of the one treated arm, or of each by name.

    Returns
    -------
    DataFrame
        Indexed by ``arm``, without the control. Each amount has its interval in two more
        columns, ``_low`` and ``_high``.

        - ``n`` : int, treated customers with an outcome
        - ``incremental`` : float, successes, or revenue, that the treatment added: the lift
          times ``n``
        - ``revenue`` : float, added revenue, currency; NaN for a rate without `value`
        - ``margin`` : float, ``revenue`` × `margin_rate`; NaN without it
        - ``cost`` : float, as given; NaN if it is not. It has no interval
        - ``profit`` : float, ``margin`` − ``cost``
        - ``roi`` : float, ``profit`` ÷ ``cost``: 0 when the cost just comes back; NaN without a
          cost above 0
        - ``cost_per_incremental`` : float, ``cost`` ÷ ``incremental``; NaN if nothing was added.
          It has no interval, because the treatment may have added nothing

    Raises
    ------
    TypeError
        If `comparison` is something else.
    ValueError
        If `value` is given for an amount, `margin_rate` is not in 0-1, or `cost` is negative or
        does not name the treated arms.

    References
    ----------
    Lewis, R. A. and Rao, J. M. (2015). The unfavorable economics of measuring the returns to
    advertising. The Quarterly Journal of Economics 130(4), 1941-1973.

    Examples
    --------
    >>> import pandas as pd
    >>> from custintel.experiments import compare_arms
    >>> results = pd.DataFrame({
    ...     "arm": ["mail"] * 500 + ["none"] * 500,
    ...     "is_buyer": [1] * 100 + [0] * 400 + [1] * 60 + [0] * 440,
    ... })
    >>> found = compare_arms(results, outcome="is_buyer", control="none")
    >>> money = holdout_lift(found, value=50.0, margin_rate=0.4, cost=500.0)
    >>> money[["incremental", "revenue", "margin", "profit", "roi"]].round(2)
          incremental  revenue  margin  profit  roi
    arm
    mail         40.0   2000.0   800.0   300.0  0.6
    """
    require_type(
        comparison,
        ArmComparison,
        name="comparison",
        what=_("an ArmComparison"),
        hint=_("Make it with custintel.experiments.compare_arms(results, …)."),
    )
    treated = comparison.table[~comparison.table["is_control"]]
    worth = _worth(comparison, value)
    rate = np.nan if margin_rate is None else margin_rate
    if margin_rate is not None:
        require_between(margin_rate, 0, 1, name="margin_rate")
    spent = _costs(cost, treated.index)
    paid = np.where(spent > 0, spent, np.nan)
    ends = treated[["lift", "lift_low", "lift_high"]].to_numpy(float)
    incremental = ends * treated["n"].to_numpy(float)[:, None]
    revenue = incremental * worth
    profit = revenue * rate - spent[:, None]
    added = np.where(incremental[:, 0] > 0, incremental[:, 0], np.nan)
    columns = {"n": treated["n"].to_numpy()}
    columns |= _three("incremental", incremental) | _three("revenue", revenue)
    columns |= _three("margin", revenue * rate) | {"cost": spent} | _three("profit", profit)
    columns |= _three("roi", profit / paid[:, None]) | {"cost_per_incremental": spent / added}
    return pd.DataFrame(columns, index=treated.index)


def _three(name: str, numbers: Floats) -> dict[str, Floats]:
    return dict(zip([name, f"{name}_low", f"{name}_high"], numbers.T, strict=True))


def _worth(comparison: ArmComparison, value: float | None) -> float:
    is_amount = not comparison.is_rate
    if value is None:
        return 1.0 if is_amount else np.nan
    if is_amount:
        raise ValueError(
            _(
                "The outcome {outcome!r} is an amount, so that its lift is revenue already: leave "
                "value out.",
                outcome=comparison.outcome,
            )
        )
    require_between(value, 0, _LARGEST, name="value")
    return float(value)


def _costs(cost: float | Mapping[str, float] | None, arms: pd.Index) -> Floats:
    if cost is None:
        return np.full(len(arms), np.nan)
    what = _("an amount, or a mapping of arms to amounts")
    require_type(cost, (Real, Mapping), name="cost", what=what)
    given = cost if isinstance(cost, Mapping) else dict.fromkeys(arms, cost)
    is_shared = not isinstance(cost, Mapping) and len(arms) > 1
    if is_shared or {str(name) for name in given} != set(arms):
        raise ValueError(
            _(
                "cost gives an amount for each treated arm, {arms}: got {given!r}.",
                arms=quoted(arms, most=12),
                given=cost,
            )
        )
    by_arm = {str(name): each for name, each in given.items()}
    for each in by_arm.values():
        require_between(each, 0, _LARGEST, name="cost")
    return np.array([float(by_arm[str(arm)]) for arm in arms])
