"""The profit of keeping likely churners, with what each customer is worth."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._checks import require_between
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.evaluation._predictions import (
    Predictions,
    read_numbers,
    read_predictions,
    require_same_labels,
)

_LARGEST = 1e15
_SHARES = np.arange(101) / 100
_N_RESAMPLES = 500
_N_SPLITS, _N_FOLDS = 20, 5


@dataclass(frozen=True, slots=True, eq=False)
class OwnValueProfit:
    """The profit of contacting the first of a ranking by expected gain, and whom to contact.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``customer_share``, 0 to 1 in steps of 0.01, highest expected gain first.

        - ``n_customers`` : float, customers contacted
        - ``threshold`` : float, expected gain of the last of them; missing (NaN) of nobody
        - ``expected`` : float, profit that the probabilities foretold
        - ``profit``, ``profit_low``, ``profit_high`` : float, profit with what happened
        - ``random_profit`` : float, of as many customers at random
        - ``is_best`` : bool, the share with the highest profit
    policies : DataFrame
        Indexed by ``policy``: ``"positive_gain"`` (all whose expected gain is above 0),
        ``"best_share"`` (what it looks better than it is, `optimism`, taken off),
        ``"probability_order"`` (as many as with positive gain, the likeliest churners first),
        ``"everybody"``, ``"nobody"``; with ``customer_share``, ``profit``, ``profit_low``,
        ``profit_high``.
    best_share : float
        Share of the customers with the highest profit, 0-1.
    optimism : float
        By how much the profit of the best share looks higher than what other customers show of a
        share that is chosen like it.
    n_customers, n_events : int
        Customers, and churners among them.
    contact_cost, offer_cost, acceptance : float
        As given.
    level : float
        Of the intervals.
    """

    table: pd.DataFrame
    policies: pd.DataFrame
    best_share: float
    optimism: float
    n_customers: int
    n_events: int
    contact_cost: float
    offer_cost: float
    acceptance: float
    level: float


def own_value_profit(  # noqa: PLR0913 - predictions, and what a contact costs and earns
    outcome: ArrayLike,
    probability: ArrayLike,
    values: ArrayLike,
    *,
    contact_cost: float = 1.0,
    offer_cost: float = 10.0,
    acceptance: float = 0.3,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> OwnValueProfit:
    """Compute the profit of contacting likely churners, each with a value of their own.

    A contacted churner accepts the offer with the probability `acceptance` and stays, which earns
    acceptance · (value − offer_cost) − contact_cost; one who would have stayed takes it too, which
    costs offer_cost + contact_cost. Customers are ranked by what that is expected to bring, from
    their probability and value. This is not the published expected maximum profit, which gives all
    customers one value: a likely churner who is worth little may rank below an unlikely one who is
    worth much.

    The rule of contacting all whose expected gain is above 0 looks at no outcome, so that its
    profit is honest. The best share is chosen on the outcomes: how much of its profit is luck is
    found on splits of the customers, where the share that is best of four fifths is judged on the
    last fifth (Stone 1974), and taken off.

    Parameters
    ----------
    outcome : array-like of shape (n,)
        1 or True for churners, 0 or False for the others; both occur.
    probability : array-like of shape (n,)
        Foretold probability of churn, calibrated, 0-1.
    values : array-like of shape (n,)
        Value of each customer if they stay, finite, 0 or more; taken as known. As of the day of
        the prediction: a value that knows the outcome would flatter.
    contact_cost, offer_cost : float, default=1.0 and 10.0
        Cost of contacting one customer, and of the offer to one who takes it, 0 or more.
    acceptance : float, default=0.3
        Share of contacted churners who accept and stay, 0-1.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the bootstrap of customers, 500 resamples, and of the splits.

    Returns
    -------
    OwnValueProfit
        Profit by share contacted, and the rules compared.

    Raises
    ------
    SchemaError
        If the three do not belong together, values are missing or negative, or only one of the
        outcomes occurs.
    ValueError
        If a cost, `acceptance` or `level` is not as described.

    References
    ----------
    Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions. Journal
    of the Royal Statistical Society, Series B 36(2), 111-147.

    Examples
    --------
    >>> found = own_value_profit(
    ...     [1, 0, 1, 0], [0.6, 0.5, 0.4, 0.1], [500.0, 20.0, 900.0, 100.0], random_state=1
    ... )
    >>> found.policies["profit"].round(2).loc[["positive_gain", "everybody", "nobody"]]
    policy
    positive_gain    412.0
    everybody        390.0
    nobody             0.0
    Name: profit, dtype: float64
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_between(acceptance, 0, 1, name="acceptance")
    for name, amount in (("contact_cost", contact_cost), ("offer_cost", offer_cost)):
        require_between(amount, 0, _LARGEST, name=name)
    require_same_labels(outcome, values, what="values")
    given = read_predictions(outcome, probability)
    kept = acceptance * (_read_values(values, given.n) - offer_cost)
    # A churner who refuses costs the contact alone; all others take the offer.
    stays = -(contact_cost + offer_cost)
    order = _Ordered.of(given, kept - contact_cost, stays)
    rng = np.random.default_rng(random_state)
    drawn = order.resampled(rng)
    table = _by_share(order, drawn.by_share, level)
    profit = table["profit"].to_numpy(np.float64)
    optimism = max(float(profit.max()) - order.honest_profit(rng), 0.0)
    return OwnValueProfit(
        table=table,
        policies=_policies(order, drawn, optimism, level),
        best_share=float(_SHARES[profit.argmax()]),
        optimism=optimism,
        n_customers=given.n,
        n_events=given.n_events,
        contact_cost=float(contact_cost),
        offer_cost=float(offer_cost),
        acceptance=float(acceptance),
        level=level,
    )


@dataclass(frozen=True, slots=True)
class _Resamples:
    by_share: Floats  # n_resamples x n_shares
    by_policy: Floats  # n_resamples x 3: positive gain, probability order, everybody


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Customers by falling expected gain, with what contacting them would have earned."""

    gain: Floats
    earned: Floats
    by_probability: NDArray[np.intp]  # positions of the customers, likeliest churners first
    probability: Floats

    @classmethod
    def of(cls, given: Predictions, if_churner: Floats, if_not: float) -> "_Ordered":
        p = given.probability
        gain = p * if_churner + (1 - p) * if_not
        earned = np.where(given.is_event, if_churner, if_not)
        # The order of the rows must not matter: what is still tied is then alike in all that
        # counts, but for the outcome, over which `_profit` averages.
        order = np.lexsort((-p, -gain))
        return cls(gain[order], earned[order], np.argsort(-p[order], kind="stable"), p[order])

    @property
    def n(self) -> int:
        return len(self.gain)

    @property
    def n_positive(self) -> int:
        """Return how many customers have an expected gain above 0."""
        return int((self.gain > 0).sum())

    def profit(self, weight: Floats, share: Floats = _SHARES) -> Floats:
        """Return the profit of contacting shares of customers, each there `weight` times."""
        return _profit(self.gain, self.earned, weight, share)

    def policies(self, weight: Floats) -> Floats:
        """Return the profit of positive gain, of the order by probability, of everybody."""
        earned = weight * self.earned
        positive = earned[: self.n_positive].sum()
        share = np.array([weight[: self.n_positive].sum() / weight.sum()])
        place = self.by_probability
        likeliest = _profit(self.probability[place], self.earned[place], weight[place], share)
        return np.array([positive, likeliest[0], earned.sum()])

    def resampled(self, rng: np.random.Generator) -> _Resamples:
        """Return the profits of customers drawn again with replacement."""
        by_share, by_policy = [], []
        for _resample in range(_N_RESAMPLES):
            drawn = rng.integers(0, self.n, self.n)
            weight = np.bincount(drawn, minlength=self.n).astype(np.float64)
            by_share.append(self.profit(weight))
            by_policy.append(self.policies(weight))
        return _Resamples(np.stack(by_share), np.stack(by_policy))

    def honest_profit(self, rng: np.random.Generator) -> float:
        """Return what customers show of the share that is best of other customers."""
        if self.n < _N_FOLDS:
            return float(self.profit(np.ones(self.n)).max())
        found = []
        for _split in range(_N_SPLITS):
            fold = rng.permutation(self.n) % _N_FOLDS
            for each in range(_N_FOLDS):
                is_out = fold == each
                others = self.profit((~is_out).astype(np.float64))
                share = _SHARES[[int(others.argmax())]]
                found.append(self.profit(is_out.astype(np.float64), share)[0] / is_out.sum())
        return float(np.mean(found) * self.n)


def _profit(score: Floats, earned: Floats, weight: Floats, share: Floats) -> Floats:
    """Return the profit of shares of customers who are sorted by falling score.

    Those with the same score are taken in proportion.
    """
    first = np.append(0, np.flatnonzero(np.diff(score)) + 1)
    size = np.append(0.0, np.cumsum(np.add.reduceat(weight, first)))
    profit = np.append(0.0, np.cumsum(np.add.reduceat(weight * earned, first)))
    return np.asarray(np.interp(share * size[-1], size, profit))


def _by_share(order: _Ordered, drawn: Floats, level: float) -> pd.DataFrame:
    once = np.ones(order.n)
    profit = order.profit(once)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    last = np.ceil(_SHARES * order.n - 1e-9).astype(np.intp) - 1
    return pd.DataFrame(
        {
            "n_customers": _SHARES * order.n,
            "threshold": np.where(last >= 0, order.gain[last], np.nan),
            "expected": _profit(order.gain, order.gain, once, _SHARES),
            "profit": profit,
            "profit_low": low,
            "profit_high": high,
            "random_profit": _SHARES * profit[-1],
            "is_best": np.arange(len(_SHARES)) == profit.argmax(),
        },
        index=pd.Index(_SHARES, name="customer_share"),
    )


def _policies(order: _Ordered, drawn: _Resamples, optimism: float, level: float) -> pd.DataFrame:
    profit = order.profit(np.ones(order.n))
    best = int(profit.argmax())
    positive, likeliest, everybody = order.policies(np.ones(order.n))
    n_resamples = len(drawn.by_share)
    resamples = np.column_stack(
        [
            drawn.by_policy[:, 0],
            drawn.by_share[:, best] - optimism,
            drawn.by_policy[:, 1:],
            np.zeros(n_resamples),
        ]
    )
    low, high = np.quantile(resamples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    share = order.n_positive / order.n
    names = ["positive_gain", "best_share", "probability_order", "everybody", "nobody"]
    return pd.DataFrame(
        {
            "customer_share": [share, _SHARES[best], share, 1.0, 0.0],
            "profit": [positive, profit[best] - optimism, likeliest, everybody, 0.0],
            "profit_low": low,
            "profit_high": high,
        },
        index=pd.Index(names, name="policy"),
    )


def _read_values(values: ArrayLike, n: int) -> Floats:
    found = read_numbers(values, n, name="values")
    negative = found < 0
    if negative.any():
        raise SchemaError(
            _(
                "{n} of {total} values are below 0, such as {example:g}. A customer who is worth "
                "less than nothing is not kept: give 0.",
                n=int(negative.sum()),
                total=n,
                example=found[negative][0],
            )
        )
    return found
