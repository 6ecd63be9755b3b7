"""Expected maximum profit: what a ranking of likely churners is worth in money."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincc
from sklearn.isotonic import isotonic_regression

from custintel._checks import require_between
from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel.evaluation._predictions import Predictions, read_predictions
from custintel.evaluation.gains import Ranking

_LARGEST = 1e15
_N_RESAMPLES = 400
_ACCEPTANCE = np.arange(21) / 20


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedMaximumProfit:
    """What a campaign that keeps churners earns with a ranking, at its best thresholds.

    Attributes
    ----------
    profit : float
        Per customer of the whole base, in the currency of `value`, 0 or more.
    profit_low, profit_high : float
        Bounds of it.
    profit_without_ranking : float
        The same where nobody is told apart: everybody is contacted, or nobody.
    customer_share : float
        Share of the customers to contact, expected over the acceptance of the offer, 0-1.
    threshold : float
        Probability of the last of them, 0-1; missing (NaN) where nobody is to be contacted.
    table : DataFrame
        Indexed by ``acceptance``, 0 to 1 in steps of 0.05: the same if it were known.

        - ``profit`` : float, per customer at the best threshold
        - ``customer_share`` : float, share to contact, 0-1
        - ``threshold`` : float, probability of the last of them; missing where that is nobody
        - ``chance`` : float, probability that the acceptance is at most this
    n_customers, n_events : int
        Customers, and churners among them.
    value, contact_cost, offer_cost, alpha, beta : float
        As given.
    level : float
        Of the interval.
    """

    profit: float
    profit_low: float
    profit_high: float
    profit_without_ranking: float
    customer_share: float
    threshold: float
    table: pd.DataFrame
    n_customers: int
    n_events: int
    value: float
    contact_cost: float
    offer_cost: float
    alpha: float
    beta: float
    level: float


def expected_maximum_profit(  # noqa: PLR0913 - the constants of the published measure
    outcome: ArrayLike,
    probability: ArrayLike,
    *,
    value: float = 200.0,
    contact_cost: float = 1.0,
    offer_cost: float = 10.0,
    alpha: float = 6.0,
    beta: float = 14.0,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> ExpectedMaximumProfit:
    """Compute the expected maximum profit of a churn model (Verbraken et al. 2013).

    The customers above a threshold are contacted and made an offer. A churner accepts with the
    probability γ and stays, which earns γ · (value − offer_cost) − contact_cost. A customer who
    would have stayed takes the offer too, which costs offer_cost + contact_cost. γ is not known
    but has a beta distribution, and for each γ the best threshold is taken:

    EMP = ∫ max over t of [(γ · (value − offer_cost) − contact_cost) · π₀F₀(t)
    − (offer_cost + contact_cost) · π₁F₁(t)] h(γ) dγ,

    with π₀ and π₁ the shares of churners and others, F₀ and F₁ the shares of them above the
    threshold. (The paper counts scores upwards from the churners and divides the costs by the
    value; that is the same.) The integral is exact: the thresholds that are ever the best lie on
    the convex hull of the ROC curve, and between them the integral is an incomplete beta
    function.

    The thresholds are chosen on the same customers as they are judged on, so that the measure
    flatters a little: the less, the more customers there are. Compare models on the same
    customers. Each customer is taken to be worth the same; see `own_value_profit`.

    Parameters
    ----------
    outcome : array-like of shape (n,)
        1 or True for churners, 0 or False for the others; both occur.
    probability : array-like of shape (n,)
        Foretold probability of churn, 0-1. Only its order counts.
    value : float, default=200.0
        Value of a customer who stays, above `offer_cost`; this and the other defaults are those
        of the paper, in euros.
    contact_cost : float, default=1.0
        Cost of contacting one customer, 0 or more.
    offer_cost : float, default=10.0
        Cost of the offer to one who takes it, 0 or more.
    alpha, beta : float, default=6.0 and 14.0
        Of the beta distribution of γ, above 0; its mean is alpha / (alpha + beta) = 0.3.
    level : float, default=0.95
        Probability that the interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the bootstrap of customers, 400 resamples, which gives the interval.

    Returns
    -------
    ExpectedMaximumProfit
        Profit per customer, whom to contact, and the profit by acceptance.

    Raises
    ------
    SchemaError
        If outcome and probability do not belong together, values are missing, or only one of the
        outcomes occurs.
    ValueError
        If an amount, `alpha`, `beta` or `level` is not as described.

    References
    ----------
    Verbraken, T., Verbeke, W. and Baesens, B. (2013). A novel profit maximizing metric for
    measuring classification performance of customer churn prediction models. IEEE Transactions on
    Knowledge and Data Engineering 25(5), 961-973.

    Examples
    --------
    >>> found = expected_maximum_profit(
    ...     [0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]
    ... )
    >>> round(found.profit, 4), round(found.customer_share, 4)
    (23.8756, 0.8744)
    """
    z = normal_quantile(level)
    for name, amount in (("contact_cost", contact_cost), ("offer_cost", offer_cost)):
        require_between(amount, 0, _LARGEST, name=name)
    for name, amount in (("value", value), ("alpha", alpha), ("beta", beta)):
        require_between(amount, 0, _LARGEST, name=name, open_ends=True)
    if value <= offer_cost:
        raise ValueError(
            _(
                "value is above offer_cost, or no offer can pay: got {value:g} and {cost:g}.",
                value=value,
                cost=offer_cost,
            )
        )
    given = read_predictions(outcome, probability)
    campaign = _Campaign(value, contact_cost, offer_cost, alpha, beta)
    ranking = Ranking.of(given)
    groups = _Hull.of(ranking)
    profit = campaign.profit(groups)
    around = z * _standard_error(campaign, ranking, np.random.default_rng(random_state))
    share = campaign.share(groups)
    return ExpectedMaximumProfit(
        profit=profit,
        profit_low=max(profit - around, 0.0),
        profit_high=profit + around,
        profit_without_ranking=campaign.profit(_unranked(given)),
        customer_share=share,
        threshold=float(_thresholds(ranking, np.array([share]))[0]),
        table=_by_acceptance(campaign, groups, ranking),
        n_customers=given.n,
        n_events=given.n_events,
        value=float(value),
        contact_cost=float(contact_cost),
        offer_cost=float(offer_cost),
        alpha=float(alpha),
        beta=float(beta),
        level=level,
    )


@dataclass(frozen=True, slots=True)
class _Hull:
    """Customers between neighbouring corners of the convex hull of the ROC curve.

    Pooling neighbours until the rates fall gives the same corners: where a line of the ROC curve
    is steeper than the one before it, the corner between them lies inside the hull.
    """

    rate: Floats
    share: Floats

    @classmethod
    def of(cls, ranking: Ranking) -> "_Hull":
        size, events = ranking.size, ranking.events
        rates = isotonic_regression(events / size, sample_weight=size, increasing=False)
        first = np.append(0, np.flatnonzero(np.diff(rates)) + 1)
        n = np.add.reduceat(size, first)
        return cls(np.add.reduceat(events, first) / n, n / n.sum())


@dataclass(frozen=True, slots=True)
class _Campaign:
    value: float
    contact_cost: float
    offer_cost: float
    alpha: float
    beta: float

    def least_acceptance(self, rate: Floats) -> Floats:
        """Return the acceptance from which on contacting pays, by share of churners."""
        gained = (self.value - self.offer_cost) * rate
        paid = self.contact_cost + self.offer_cost * (1 - rate)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(gained > 0, np.minimum(paid / gained, 1.0), 1.0)

    def profit(self, groups: _Hull) -> float:
        """Return the profit per customer, each group contacted where that pays."""
        least = self.least_acceptance(groups.rate)
        mean = self.alpha / (self.alpha + self.beta)
        accepted = mean * betaincc(self.alpha + 1, self.beta, least)
        contacted = betaincc(self.alpha, self.beta, least)
        gained = (self.value - self.offer_cost) * groups.rate * accepted
        paid = (self.contact_cost + self.offer_cost * (1 - groups.rate)) * contacted
        return float(groups.share @ (gained - paid))

    def share(self, groups: _Hull) -> float:
        """Return the share of customers that is contacted, expected over the acceptance."""
        contacted = betaincc(self.alpha, self.beta, self.least_acceptance(groups.rate))
        return float(groups.share @ contacted)

    def profit_at(self, groups: _Hull, acceptance: Floats) -> Floats:
        """Return the highest profit per customer at each known acceptance."""
        gained = (self.value - self.offer_cost) * np.outer(acceptance, groups.rate)
        each = gained - self.contact_cost - self.offer_cost * (1 - groups.rate)
        return np.asarray(np.maximum(each, 0.0) @ groups.share)


def _unranked(given: Predictions) -> _Hull:
    return _Hull(np.array([given.n_events / given.n]), np.ones(1))


def _by_acceptance(campaign: _Campaign, groups: _Hull, ranking: Ranking) -> pd.DataFrame:
    # At the very acceptance where a group begins to pay, contacting it or not is the same.
    pays = campaign.least_acceptance(groups.rate)[None, :] < _ACCEPTANCE[:, None]
    share = pays @ groups.share
    return pd.DataFrame(
        {
            "profit": campaign.profit_at(groups, _ACCEPTANCE),
            "customer_share": share,
            "threshold": _thresholds(ranking, share),
            "chance": betainc(campaign.alpha, campaign.beta, _ACCEPTANCE),
        },
        index=pd.Index(_ACCEPTANCE, name="acceptance"),
    )


def _thresholds(ranking: Ranking, share: Floats) -> Floats:
    n = share * ranking.size.sum()
    return np.where(n > 0, ranking.probability_of_last(n), np.nan)


def _standard_error(campaign: _Campaign, ranking: Ranking, rng: np.random.Generator) -> float:
    """Return how much the profit varies between resamples of the customers.

    Its spread alone is used: the resamples lie too high, as each hull is fitted to luck once more.
    """
    cells = np.concatenate([ranking.events, ranking.size - ranking.events])
    n, n_levels = int(cells.sum()), len(ranking.size)
    drawn = []
    for _resample in range(_N_RESAMPLES):
        counts = rng.multinomial(n, cells / n).astype(np.float64)
        events, others = counts[:n_levels], counts[n_levels:]
        is_there = events + others > 0
        size = (events + others)[is_there]
        again = Ranking(ranking.probability[is_there], size, events[is_there])
        drawn.append(campaign.profit(_Hull.of(again)))
    return float(np.std(drawn, ddof=1))
