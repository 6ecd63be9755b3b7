"""How many of a ranking to treat: the profit that an experiment promises."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel._frames import Frame
from custintel._intervals import Floats
from custintel.experiments._rank_resampling import Resampled, held_out, resampled
from custintel.experiments._ranked_results import RankedResults, identified
from custintel.experiments._results import read_results
from custintel.experiments._tallies import GAIN, Tally, at_shares
from custintel.experiments.uplift_curves import SHARES

_LARGEST = 1e15


@dataclass(frozen=True, slots=True, eq=False)
class TargetingProfit:
    """The profit of treating the first of a ranking, and the best share to treat.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``customer_share``, 0 to 1 in steps of 0.01: ``n_customers`` treated,
        ``threshold`` (score of the last of them), ``incremental`` (outcome added), ``profit``
        with ``profit_low`` and ``profit_high``, ``random_profit`` of as many customers at
        random, ``is_best``.
    policies : DataFrame
        Indexed by ``policy``: ``"best_share"``, ``"everybody"``, ``"random_share"`` (as many as
        the best share, at random) and ``"nobody"``; ``customer_share``, ``profit``,
        ``profit_low``, ``profit_high``, and ``advantage``, ``advantage_low``,
        ``advantage_high``: the profit of the best share less that of the policy. What the
        best share looks better than it is, `optimism`, is taken off.
    best_share : float
        Share of the customers with the highest profit, 0 to 1; 0 is to treat nobody.
    best_share_low, best_share_high : float
        Bounds of it.
    optimism : float
        By how much the profit of the best share looks higher than what other customers show of
        a share that is chosen like it.
    n_customers : float
        Customers in the ranking that the profits are of.
    value, cost : float
        As given.
    level : float
        Of the intervals.
    """

    table: pd.DataFrame
    policies: pd.DataFrame
    best_share: float
    best_share_low: float
    best_share_high: float
    optimism: float
    n_customers: float
    value: float
    cost: float
    level: float


def targeting_profit(  # noqa: PLR0913 - a ranking, an experiment, and what they are worth
    scores: "pd.Series[float]",
    results: Frame,
    *,
    outcome: str,
    control: str,
    value: float,
    cost: float,
    n_customers: float | None = None,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> TargetingProfit:
    """Compute what treating the best share of a ranking earns, against everybody and random.

    Of each share of the customers, best scores first, the experiment shows what the treatment
    adds. Times the value of it, less the cost of treating them, that is a profit: not of those
    who buy, but of those who buy because of the treatment. `value` and `cost` are taken as
    known.

    The best of a hundred shares is best partly by luck. How much, splits of the customers at
    random tell: the share that is best of four fifths of them is worth less by the last fifth.
    That is taken off the profit of the best share (cross-validation, Stone 1974). In simulated
    experiments it is that luck where all shares are worth about the same; where one is clearly
    best it is up to a third more, because fewer customers choose a little worse.

    Parameters
    ----------
    scores : Series
        A finite number per customer, higher for those to be treated first; labelled by
        ``customer_id``. Of customers who were not in the fit of their model.
    results : DataFrame
        One row per customer: ``customer_id`` (or an index), ``arm``, the column `outcome`; of
        any engine, as in `uplift_curve`.
    outcome : str
        Column with what came of each: True and False, 1 and 0, or an amount.
    control : str
        Arm that was left alone.
    value : float
        Profit of one unit of the outcome, before the cost of treating, 0 or more: the margin of
        a sale, or of revenue the margin rate.
    cost : float
        Cost of treating one customer, 0 or more, in the same currency.
    n_customers : float, optional
        Customers in the list that is to be treated, above 0; by default those of the
        experiment. They are taken to be like those.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the bootstrap of customers within arms, 1,000 resamples.

    Returns
    -------
    TargetingProfit
        Profits by share, the best share, and how it compares.

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers; if scores are missing, infinite, repeated or
        of other customers; if there are not two arms, or the outcome does not vary.
    TypeError
        If `scores` is no Series, or an argument no number.
    ValueError
        If `value`, `cost`, `n_customers` or `level` is not as described.

    Warns
    -----
    SetAsideWarning
        If customers without a score, an outcome or one arm are left out.
    WeakResultWarning
        If the scores are of customers that the model was fitted on, or an arm is very small.

    References
    ----------
    Verbeke, W., Olaya, D., Guerry, M.-A. and Van Belle, J. (2023). To do or not to do?
    Cost-sensitive causal classification with individual treatment effect estimates. European
    Journal of Operational Research 305(2), 838-852.

    Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions. Journal
    of the Royal Statistical Society, Series B 36(2), 111-147.

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> experiment = simulate_experiment(10_000, random_state=1)
    >>> found = targeting_profit(
    ...     experiment.truth["uplift"],
    ...     experiment.table,
    ...     outcome="converted",
    ...     control="control",
    ...     value=40.0,
    ...     cost=1.0,
    ... )
    >>> found.best_share
    0.42
    >>> found.policies[["customer_share", "profit"]].round(2)
                  customer_share    profit
    policy
    best_share              0.42  14031.49
    everybody               1.00   4560.00
    random_share            0.42   1915.20
    nobody                  0.00      0.00
    """
    for name, number in (("value", value), ("cost", cost)):
        require_between(number, 0, _LARGEST, name=name)
    if n_customers is not None:
        require_between(n_customers, 0, _LARGEST, name="n_customers", open_ends=True)
    sums = read_results(identified(results), outcome)
    ranked = RankedResults.of(scores, sums, control)
    n = float(len(ranked.score)) if n_customers is None else float(n_customers)
    rng = np.random.default_rng(random_state)

    def profits(tally: Tally) -> Floats:
        return n * (value * at_shares(tally, tally.gain(GAIN), SHARES) - cost * SHARES)

    drawn = resampled(ranked, profits, rng)
    honest = held_out(ranked, lambda each: profits(each).argmax(axis=1), profits, rng)
    table = _by_share(ranked, profits(ranked.tally()), n)
    bounds = drawn.bounds(table["profit"].to_numpy(np.float64), level)
    table.insert(4, "profit_low", bounds.low)
    table.insert(5, "profit_high", bounds.high)
    at_best = drawn.drawn.argmax(axis=1)
    low, high = np.quantile(SHARES[at_best], [(1 - level) / 2, (1 + level) / 2])
    optimism = _optimism(float(table["profit"].max()), honest)
    return TargetingProfit(
        table=table,
        policies=_policies(table, drawn, optimism, level),
        best_share=float(table.index[table["is_best"]][0]),
        best_share_low=float(low),
        best_share_high=float(high),
        optimism=optimism,
        n_customers=n,
        value=float(value),
        cost=float(cost),
        level=level,
    )


def _by_share(ranked: RankedResults, profit: Floats, n: float) -> pd.DataFrame:
    tally = ranked.tally()
    return pd.DataFrame(
        {
            "n_customers": n * SHARES,
            "threshold": ranked.threshold(SHARES),
            "incremental": n * at_shares(tally, tally.gain(GAIN), SHARES),
            "profit": profit,
            "random_profit": SHARES * profit[-1],
            "is_best": np.arange(len(SHARES)) == np.argmax(profit),
        },
        index=pd.Index(SHARES, name="customer_share"),
    )


def _optimism(highest: float, honest: float) -> float:
    """Return by how much the highest profit exceeds what others show of shares so chosen."""
    return max(highest - honest, 0.0) if np.isfinite(honest) else 0.0


def _policies(
    table: pd.DataFrame, resamples: Resampled, optimism: float, level: float
) -> pd.DataFrame:
    """Compare the best share with the alternatives, in the same resamples."""
    profit, is_best = table["profit"].to_numpy(np.float64), table["is_best"].to_numpy(float)
    share = float(SHARES @ is_best)
    everybody = np.append(np.zeros(len(SHARES) - 1), 1.0)
    # Each policy as weights of the profits by share, so that sums of these are its profit.
    policies = {
        "best_share": is_best,
        "everybody": everybody,
        "random_share": share * everybody,
        "nobody": np.zeros(len(SHARES)),
    }
    weights = np.stack(list(policies.values()), axis=1)
    luck = np.array([optimism, 0.0, 0.0, 0.0])
    found = {"customer_share": np.array([share, 1.0, share, 0.0])}
    compared = {
        "profit": (weights, luck),
        "advantage": (is_best[:, None] - weights, optimism - luck),
    }
    for name, (parts, taken) in compared.items():
        point = profit @ parts - taken
        bounds = Resampled(resamples.drawn @ parts, resamples.middle @ parts).bounds(point, level)
        found |= {name: point, f"{name}_low": bounds.low, f"{name}_high": bounds.high}
    return pd.DataFrame(found, index=pd.Index(list(policies), name="policy"))
