"""What an experiment shows of each tenth of a ranking."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_between, require_count
from custintel._differences import Groups
from custintel._frames import Frame
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel.experiments._ranked_results import RankedResults, identified
from custintel.experiments._results import read_results


def uplift_by_decile(
    scores: "pd.Series[float]",
    results: Frame,
    *,
    outcome: str,
    control: str,
    n_groups: int = 10,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare treated and control customers in each tenth of a ranking.

    If the scores are predictions of a model, the table tells whether they are true: the
    uplift observed in each group against the mean that was predicted. It also tells of whom the
    ranking is made: a group may have a small uplift because all buy anyway, or because nobody
    does.

    Parameters
    ----------
    scores : Series
        A finite number per customer, higher for those to be treated first; labelled by
        ``customer_id``.
    results : DataFrame
        One row per customer: ``customer_id`` (or an index), ``arm``, the column `outcome`; of
        any engine, as in `uplift_curve`.
    outcome : str
        Column with what came of each: True and False, 1 and 0, or an amount.
    control : str
        Arm that was left alone.
    n_groups : int, default=10
        Number of groups of equal size, 1 or more. Customers of equal score are in one group,
        that of the first of them, so that groups may differ in size, and some be missing.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``group``, 1 for the highest scores.

        - ``n_treated``, ``n_control`` : int, customers
        - ``predicted`` : float, mean score
        - ``uplift`` : float, mean outcome of the treated less that of the control, with
          ``uplift_low`` and ``uplift_high`` (Newcombe for 0 and 1, Welch for amounts). NaN if
          one arm has nobody in the group; bounds of amounts are NaN if one has one customer
        - ``treated``, ``control`` : float, mean outcome, with ``_low`` and ``_high`` (Wilson,
          Student)
        - ``p`` : float, 0-1, that treated and control differ as much by chance (Fisher, Welch)
        - ``q`` : float, 0-1, p adjusted for the number of groups (Benjamini-Hochberg)
        - ``is_rate`` : bool, whether the outcome is 0 or 1

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers; if scores are missing, infinite, repeated or
        of other customers; if there are not two arms, or the outcome does not vary.
    TypeError
        If `scores` is no Series.
    ValueError
        If `n_groups` or `level` is not as described.

    Warns
    -----
    SetAsideWarning
        If customers without a score, an outcome or one arm are left out.
    WeakResultWarning
        If the scores are of customers that the model was fitted on, or an arm is very small.

    References
    ----------
    Radcliffe, N. J. and Surry, P. D. (2011). Real-world uplift modelling with
    significance-based uplift trees. Stochastic Solutions white paper TR-2011-1.

    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873-890.

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> experiment = simulate_experiment(4000, random_state=1)
    >>> groups = uplift_by_decile(
    ...     experiment.truth["uplift"],
    ...     experiment.table,
    ...     outcome="converted",
    ...     control="control",
    ...     n_groups=4,
    ... )
    >>> groups[["n_treated", "predicted", "uplift", "uplift_low", "uplift_high"]].round(2)
           n_treated  predicted  uplift  uplift_low  uplift_high
    group
    1            522       0.14    0.12        0.07         0.16
    2            504       0.03    0.01       -0.03         0.04
    3            489      -0.01   -0.01       -0.04         0.03
    4            485      -0.07   -0.05       -0.08        -0.01
    """
    require_count(n_groups, name="n_groups")
    require_between(level, 0, 1, name="level", open_ends=True)
    sums = read_results(identified(results), outcome)
    ranked = RankedResults.of(scores, sums, control)
    group = _groups(ranked.score, n_groups)
    numbers, row = np.unique(group, return_inverse=True)
    size = np.bincount(row)
    treated, others = (
        _arm(ranked, row, len(numbers), treated=treated) for treated in (True, False)
    )
    difference = treated.difference(others, level)
    table = {
        "n_treated": treated.n.astype(np.int64),
        "n_control": others.n.astype(np.int64),
        "predicted": np.bincount(row, ranked.score) / size,
        "uplift": treated.mean - others.mean,
        "uplift_low": difference.low,
        "uplift_high": difference.high,
    }
    for name, arm in (("treated", treated), ("control", others)):
        bounds = arm.interval(level)
        table |= {name: arm.mean, f"{name}_low": bounds.low, f"{name}_high": bounds.high}
    p = _p(treated, others)
    table |= {"p": p, "q": q_values(p), "is_rate": np.full(len(numbers), ranked.is_rate)}
    return pd.DataFrame(table, index=pd.Index(numbers + 1, name="group"))


def _groups(score: Floats, n_groups: int) -> NDArray[np.intp]:
    """Return the group of each customer of a ranking, that of the first with the same score."""
    n = len(score)
    is_first = np.diff(score, prepend=np.inf) != 0
    first = np.maximum.accumulate(np.where(is_first, np.arange(n), 0))
    return np.asarray(first * n_groups // n)


def _arm(ranked: RankedResults, row: NDArray[np.intp], n: int, *, treated: bool) -> Groups:
    is_in = ranked.is_treated == treated
    rows, outcome = row[is_in], ranked.outcome[is_in]
    count = np.bincount(rows, minlength=n).astype(float)
    known = np.maximum(count, 1.0)
    mean = np.bincount(rows, outcome, n) / known
    squares = np.bincount(rows, (outcome - mean[rows]) ** 2, n).astype(float)
    return Groups(count, np.where(count > 0, mean, np.nan), squares, ranked.is_rate)


def _p(treated: Groups, others: Groups) -> Floats:
    p = np.full(len(treated.n), np.nan)
    known = np.flatnonzero((treated.n > 0) & (others.n > 0))
    p[known] = treated.take(known).p(others.take(known))
    return p
