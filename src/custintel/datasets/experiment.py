"""A randomised campaign whose effect on each customer is known."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from custintel._checks import is_count, require_between, require_choice
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.datasets._random import seed_of

Effect = Literal["varied", "constant", "none"]

_FEATURES = ("recency_days", "frequency", "previous_revenue", "open_rate", "is_member")
_CONSTANT_EFFECT = 0.03
_SPREAD = 0.6  # of the logarithm of an order's amount


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedExperiment:
    """The customers of a simulated experiment, and what the campaign does to each of them.

    Parameters
    ----------
    table : DataFrame
        Indexed by ``customer_id``: ``recency_days``, ``frequency``, ``previous_revenue`` (of the
        year before), ``open_rate`` (part of the newsletters opened, 0-1) and ``is_member``,
        known before; ``arm``, ``"mail"`` or ``"control"``; ``converted``, 0 or 1, and
        ``revenue``, the amount of the purchase or 0, observed after.
    features : tuple of str
        Columns that are known before the campaign.
    truth : DataFrame
        Indexed by ``customer_id``: ``control_rate`` and ``treated_rate``, the probability of a
        purchase without and with the mail, ``uplift``, their difference, and
        ``revenue_uplift``, the revenue that the mail adds on average.

    Examples
    --------
    >>> experiment = simulate_experiment(1000, random_state=1)
    >>> experiment.table["arm"].value_counts().sort_index().to_dict()
    {'control': 500, 'mail': 500}
    """

    table: pd.DataFrame
    features: tuple[str, ...]
    truth: pd.DataFrame


def simulate_experiment(
    n_customers: int,
    *,
    effect: Effect = "varied",
    treated_share: float = 0.5,
    random_state: int | np.random.Generator,
) -> SimulatedExperiment:
    """Draw a campaign that was sent to a random part of the customers.

    About one customer in ten buys unasked: those who bought lately and often, and members. The
    mail works on those who open newsletters and have not bought for a while, and puts off
    frequent buyers who seldom open any: sent to everybody it adds about two purchases per
    hundred customers, to the right half four, because the other half loses two.

    Parameters
    ----------
    n_customers : int
        Number of customers, 2 or more.
    effect : {"varied", "constant", "none"}, default="varied"
        ``"varied"``: as above. ``"constant"``: the mail adds three purchases per hundred
        customers of any kind, so that by purchases no ranking is better than another.
        ``"none"``: it does nothing.
    treated_share : float, default=0.5
        Share of the customers who get the mail, between 0 and 1; one customer at least is in
        each arm.
    random_state : int or numpy.random.Generator
        The same number gives the same experiment.

    Returns
    -------
    SimulatedExperiment
        The customers, their features, and the true effects.

    Raises
    ------
    ValueError
        If `n_customers` is below 2, or another argument is not as described.

    Examples
    --------
    >>> experiment = simulate_experiment(20_000, random_state=1)
    >>> experiment.truth[["control_rate", "uplift"]].mean().round(3).to_dict()
    {'control_rate': 0.097, 'uplift': 0.022}
    >>> round(float((experiment.truth["uplift"] < 0).mean()), 2)
    0.47
    """
    if not (is_count(n_customers) and n_customers >= 2):
        raise ValueError(
            _("n_customers is a whole number, 2 or more: got {value!r}.", value=n_customers)
        )
    require_choice(effect, ("varied", "constant", "none"), name="effect")
    require_between(treated_share, 0, 1, name="treated_share", open_ends=True)
    rng = np.random.default_rng(seed_of(random_state))
    ids = pd.Index([f"c{number}" for number in range(1, n_customers + 1)], name="customer_id")
    customers = _features(n_customers, rng).set_axis(ids, axis=0)
    rates = _rates(customers, effect)
    typical = customers["previous_revenue"] / customers["frequency"]
    amount = 0.8 * typical.to_numpy(float) + 15.0
    is_treated = _assigned(n_customers, treated_share, rng)
    chance = np.where(is_treated, rates["treated_rate"], rates["control_rate"])
    converted = (rng.random(n_customers) < chance).astype(np.int64)
    spread = rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, n_customers)
    results = pd.DataFrame(
        {
            "arm": np.where(is_treated, "mail", "control"),
            "converted": converted,
            "revenue": np.round(converted * amount * spread, 2),
        },
        index=ids,
    )
    uplift = rates["treated_rate"] - rates["control_rate"]
    truth = rates.assign(uplift=uplift, revenue_uplift=uplift * amount)
    return SimulatedExperiment(customers.join(results), _FEATURES, truth)


def _features(n: int, rng: np.random.Generator) -> pd.DataFrame:
    frequency = rng.geometric(0.4, n)
    order = rng.lognormal(np.log(40.0), _SPREAD, n)
    return pd.DataFrame(
        {
            "recency_days": np.minimum(rng.exponential(150.0, n), 730.0).astype(np.int64),
            "frequency": frequency,
            "previous_revenue": np.round(frequency * order, 2),
            "open_rate": np.round(rng.beta(1.5, 3.0, n), 3),
            "is_member": rng.random(n) < 0.3,
        }
    )


def _rates(customers: pd.DataFrame, effect: Effect) -> pd.DataFrame:
    often = np.log(customers["frequency"].to_numpy(float))
    years = customers["recency_days"].to_numpy(float) / 365
    control = expit(-2.4 + 0.5 * often - 1.0 * years + 0.4 * customers["is_member"].to_numpy(float))
    opened = customers["open_rate"].to_numpy(float)
    treated = _treated_rate(control, opened, years, often, effect)
    return pd.DataFrame({"control_rate": control, "treated_rate": treated}, index=customers.index)


def _treated_rate(
    control: Floats, opened: Floats, years: Floats, often: Floats, effect: Effect
) -> Floats:
    if effect == "none":
        return control
    if effect == "constant":
        return control + _CONSTANT_EFFECT
    return np.asarray(expit(logit(control) - 0.9 + 3.5 * opened + 0.5 * years - 0.5 * often))


def _assigned(n: int, share: float, rng: np.random.Generator) -> "np.typing.NDArray[np.bool_]":
    n_treated = min(max(round(share * n), 1), n - 1)
    is_treated = np.zeros(n, dtype=bool)
    is_treated[rng.permutation(n)[:n_treated]] = True
    return is_treated
