"""The curve of what treating the first of a ranking adds."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame
from custintel.experiments._rank_resampling import resampled
from custintel.experiments._ranked_results import RankedResults, identified
from custintel.experiments._results import read_results
from custintel.experiments._tallies import CURVES, at_shares

Curve = Literal["qini", "gain", "arm_shares"]
SHARES = np.arange(101) / 100


def uplift_curve(  # noqa: PLR0913 - a ranking, an experiment, and conventions
    scores: "pd.Series[float]",
    results: Frame,
    *,
    outcome: str,
    control: str,
    curve: Curve = "qini",
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Measure what an experiment shows of treating the best of a ranking alone.

    Customers are put in the order of their scores. Among the first of them, treated and
    control customers are compared: what do the treated bring more? A ranking that tells whom
    the treatment changes rises above the straight line of a random order, and falls at its end
    if the treatment puts off the last. Customers of equal score stand for each other; the curve
    is straight between distinct scores.

    Judge a model by customers that were not in its fit; `custintel.models.out_of_fold_uplift`
    scores all customers that way.

    Parameters
    ----------
    scores : Series
        A finite number per customer, higher for those to be treated first; labelled by
        ``customer_id``, as `predict` of a model in `custintel.models` returns it.
    results : DataFrame
        One row per customer: ``customer_id`` (or an index), ``arm``, the column `outcome`;
        pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file. Assignment to
        the two arms was random.
    outcome : str
        Column with what came of each: True and False, 1 and 0, or an amount.
    control : str
        Arm that was left alone.
    curve : {"qini", "gain", "arm_shares"}, default="qini"
        With n the numbers and y the sums of the outcome among the first, of the treated (t)
        and the control (c), and N those of all: ``"qini"``, (y_t − y_c n_t / n_c) / N_t, the
        curve of Radcliffe (2007) divided by the number of treated; ``"gain"``,
        (y_t / n_t − y_c / n_c)(n_t + n_c) / N, the cumulative gain of Gutierrez and Gérardy
        (2017); ``"arm_shares"``, y_t / N_t − y_c / N_c, the difference of two lift curves
        (Devriendt et al. 2020). An arm of which none is among the first counts as 0. All are
        per customer of the whole, and end at the difference of the two means.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the bootstrap of customers within arms, 1,000 resamples.

    Returns
    -------
    DataFrame
        Indexed by ``customer_share``, 0 to 1 in steps of 0.01.

        - ``threshold`` : float, score of the last customer in the share; at 0 that of the first
        - ``gain`` : float, outcome added per customer of the whole if this share is treated,
          with ``gain_low`` and ``gain_high`` of each point on its own; times the number of
          customers it is the outcome added in all
        - ``random`` : float, the same of a random order
        - ``is_rate`` : bool, whether the outcome is 0 or 1
        - ``curve`` : str, as asked for

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers; if scores are missing, infinite, repeated or
        of other customers; if there are not two arms, or the outcome does not vary.
    TypeError
        If `scores` is no Series.
    ValueError
        If `curve` or `level` is not as described.

    Warns
    -----
    SetAsideWarning
        If customers without a score, an outcome or one arm are left out.
    WeakResultWarning
        If the scores are of customers that the model was fitted on, or an arm is very small.

    References
    ----------
    Radcliffe, N. J. (2007). Using control groups to target on predicted lift: building and
    assessing uplift models. Direct Marketing Analytics Journal 1, 14-21.

    Gutierrez, P. and Gérardy, J.-Y. (2017). Causal inference and uplift modelling: a review of
    the literature. PMLR 67, 1-13.

    Devriendt, F., Van Belle, J., Guns, T. and Verbeke, W. (2020). Learning to rank for uplift
    modeling. IEEE Transactions on Knowledge and Data Engineering 34(10), 4888-4904.

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> experiment = simulate_experiment(4000, random_state=1)
    >>> curve = uplift_curve(
    ...     experiment.truth["uplift"], experiment.table, outcome="converted", control="control"
    ... )
    >>> curve.loc[[0.25, 0.5], ["gain", "random"]].round(4)
                      gain  random
    customer_share
    0.25            0.0302  0.0046
    0.50            0.0320  0.0093
    """
    require_choice(curve, CURVES, name="curve")
    sums = read_results(identified(results), outcome)
    ranked = RankedResults.of(scores, sums, control)
    tally = ranked.tally()
    gain = at_shares(tally, tally.gain(curve), SHARES)
    rng = np.random.default_rng(random_state)
    drawn = resampled(ranked, lambda each: at_shares(each, each.gain(curve), SHARES), rng)
    bounds = drawn.bounds(gain, level)
    return pd.DataFrame(
        {
            "threshold": ranked.threshold(SHARES),
            "gain": gain,
            "gain_low": bounds.low,
            "gain_high": bounds.high,
            "random": SHARES * float(tally.effect()),
            "is_rate": ranked.is_rate,
            "curve": curve,
        },
        index=pd.Index(SHARES, name="customer_share"),
    )
