"""How many customers an experiment needs, and what it can find."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_type
from custintel._text import translate as _
from custintel.experiments._power import Means, Rates, smallest_effect, smallest_size


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Customers that an experiment needs.

    Attributes
    ----------
    exact : float
        Customers in each treated arm, before rounding up.
    n_treated, n_control : int
        Customers in each treated arm and in the control.
    minimum_effect : float
        The difference that is found with the `power`, in the unit of the outcome.
    power : float
        Probability to find it.
    level : float
        1 − the probability to find a difference if there is none.
    """

    exact: float
    n_treated: int
    n_control: int
    minimum_effect: float
    power: float
    level: float


def sample_size(
    *,
    minimum_effect: float,
    baseline: float | None = None,
    sd: float | None = None,
    power: float = 0.8,
    level: float = 0.95,
    control_ratio: float = 1.0,
) -> SampleSize:
    """Return how many customers find an effect, if it is there.

    For a rate give its `baseline`, for a mean the standard deviation `sd` of the outcome.
    Tests are two-sided; counted as found is a difference in the direction of the effect.

    With k treated arms compared with one control, ask for a `level` of 1 − 0.05 / k. CUPED
    with a covariate of correlation ρ needs 1 − ρ² of the customers.

    Parameters
    ----------
    minimum_effect : float
        Smallest difference worth finding: of a rate in points of 0-1 (0.02 for 10 % against
        12 %), of a mean in its unit. Not 0; negative for a fall.
    baseline : float, optional
        Rate of the control, above 0 and below 1.
    sd : float, optional
        Standard deviation of the outcome between customers, above 0.
    power : float, default=0.8
        Probability to find the effect, between 0.05 and 1.
    level : float, default=0.95
        1 − the probability to find a difference if there is none, between 0 and 1.
    control_ratio : float, default=1.0
        Control customers for each customer of a treated arm, above 0.

    Returns
    -------
    SampleSize
        Customers in each treated arm and in the control.

    Raises
    ------
    ValueError
        If an argument is not as described, or both or neither of `baseline` and `sd` are given.

    References
    ----------
    Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical methods for rates and
    proportions, 3rd edition. Hoboken: Wiley. Section 4.2, without correction for continuity.

    Examples
    --------
    >>> needed = sample_size(baseline=0.10, minimum_effect=0.02)
    >>> needed.n_treated, round(needed.exact, 3)
    (3841, 3840.847)
    >>> sample_size(sd=60.0, minimum_effect=5.0).n_treated
    2262
    """
    outcome = _outcome(baseline, sd)
    effect = _checked_effect(outcome, minimum_effect)
    require_between(power, 0.05, 1, name="power", open_ends=True)
    require_between(level, 0, 1, name="level", open_ends=True)
    _require_positive(control_ratio, name="control_ratio")
    exact = smallest_size(outcome, effect, power=power, level=level, ratio=control_ratio)
    if not math.isfinite(exact):
        raise ValueError(
            _("No number of customers finds an effect of {effect!r}.", effect=minimum_effect)
        )
    return SampleSize(
        exact=exact,
        n_treated=_rounded_up(exact),
        n_control=_rounded_up(control_ratio * exact),
        minimum_effect=minimum_effect,
        power=power,
        level=level,
    )


def power_of(
    *,
    effect: float,
    n_treated: float,
    n_control: float,
    baseline: float | None = None,
    sd: float | None = None,
    level: float = 0.95,
) -> float:
    """Return the probability to find an effect with the customers that there are.

    Parameters
    ----------
    effect : float
        The difference that is there: of a rate in points of 0-1, of a mean in its unit.
    n_treated, n_control : float
        Customers in the treated arm and in the control, 2 or more.
    baseline : float, optional
        Rate of the control, above 0 and below 1.
    sd : float, optional
        Standard deviation of the outcome between customers, above 0.
    level : float, default=0.95
        1 − the probability to find a difference if there is none, between 0 and 1.

    Returns
    -------
    float
        0-1; two-sided test, found in the direction of the effect.

    Raises
    ------
    ValueError
        If an argument is not as described, or both or neither of `baseline` and `sd` are given.

    Examples
    --------
    >>> round(power_of(baseline=0.10, effect=0.02, n_treated=3841, n_control=3841), 4)
    0.8
    """
    outcome = _outcome(baseline, sd)
    found = _checked_effect(outcome, effect)
    require_between(level, 0, 1, name="level", open_ends=True)
    for name, n in {"n_treated": n_treated, "n_control": n_control}.items():
        require_between(n, 2, 1e15, name=name)
    return float(outcome.power(found, n_treated, n_control, level))


def detectable_effect(
    *,
    n_treated: float,
    n_control: float,
    baseline: float | None = None,
    sd: float | None = None,
    power: float = 0.8,
    level: float = 0.95,
) -> float:
    """Return the smallest rise that is found with the customers that there are.

    Parameters
    ----------
    n_treated, n_control : float
        Customers in the treated arm and in the control, 2 or more.
    baseline : float, optional
        Rate of the control, above 0 and below 1.
    sd : float, optional
        Standard deviation of the outcome between customers, above 0.
    power : float, default=0.8
        Probability to find the rise, between 0.05 and 1.
    level : float, default=0.95
        1 − the probability to find a difference if there is none, between 0 and 1.

    Returns
    -------
    float
        Of a rate in points of 0-1, of a mean in its unit; NaN if even a rate of 1 would be
        found too seldom.

    Raises
    ------
    ValueError
        If an argument is not as described, or both or neither of `baseline` and `sd` are given.

    Examples
    --------
    >>> round(detectable_effect(baseline=0.10, n_treated=5000, n_control=5000), 4)
    0.0174
    """
    outcome = _outcome(baseline, sd)
    require_between(power, 0.05, 1, name="power", open_ends=True)
    require_between(level, 0, 1, name="level", open_ends=True)
    for name, n in {"n_treated": n_treated, "n_control": n_control}.items():
        require_between(n, 2, 1e15, name=name)
    return smallest_effect(outcome, n_treated, n_control, power=power, level=level)


def power_curve(
    effects: Sequence[float],
    sizes: Sequence[float],
    *,
    baseline: float | None = None,
    sd: float | None = None,
    level: float = 0.95,
    control_ratio: float = 1.0,
) -> pd.DataFrame:
    """Return the probability to find each effect with each number of customers.

    Parameters
    ----------
    effects : sequence of float
        Differences: of a rate in points of 0-1, of a mean in its unit.
    sizes : sequence of float
        Customers in each treated arm, 2 or more.
    baseline : float, optional
        Rate of the control, above 0 and below 1.
    sd : float, optional
        Standard deviation of the outcome between customers, above 0.
    level : float, default=0.95
        1 − the probability to find a difference if there is none, between 0 and 1.
    control_ratio : float, default=1.0
        Control customers for each customer of a treated arm, above 0.

    Returns
    -------
    DataFrame
        One row per effect and size, in the order given.

        - ``effect`` : float, as given
        - ``n_treated``, ``n_control`` : float, customers in each treated arm, and in the control
        - ``power`` : float, 0-1
        - ``is_rate`` : bool, whether the effects are on a rate

    Raises
    ------
    ValueError
        If an argument is not as described, or both or neither of `baseline` and `sd` are given.

    Examples
    --------
    >>> curve = power_curve([0.01, 0.02], [1000, 4000], baseline=0.10)
    >>> curve["power"].round(2).to_list()
    [0.11, 0.31, 0.3, 0.82]
    """
    outcome = _outcome(baseline, sd)
    require_between(level, 0, 1, name="level", open_ends=True)
    _require_positive(control_ratio, name="control_ratio")
    found = np.array([_checked_effect(outcome, each) for each in effects])
    for n in sizes:
        require_between(n, 2, 1e15, name="sizes")
    effect = np.repeat(found, len(sizes))
    n_treated = np.tile(np.asarray(sizes, float), len(found))
    return pd.DataFrame(
        {
            "effect": effect,
            "n_treated": n_treated,
            "n_control": n_treated * control_ratio,
            "power": outcome.power(effect, n_treated, n_treated * control_ratio, level),
            "is_rate": isinstance(outcome, Rates),
        }
    )


def _outcome(baseline: float | None, sd: float | None) -> Rates | Means:
    if baseline is not None and sd is None:
        require_between(baseline, 0, 1, name="baseline", open_ends=True)
        return Rates(baseline)
    if sd is not None and baseline is None:
        _require_positive(sd, name="sd")
        return Means(sd)
    raise ValueError(
        _("Give either the baseline of a rate, or the standard deviation sd of an amount.")
    )


def _checked_effect(outcome: Rates | Means, effect: float) -> float:
    require_type(effect, (int, float, np.number), name="effect", what=_("a number other than 0"))
    if effect == 0 or not math.isfinite(effect):
        raise ValueError(_("An effect is a number other than 0: got {effect!r}.", effect=effect))
    if isinstance(outcome, Rates):
        require_between(outcome.baseline + effect, 0, 1, name=_("baseline + effect"))
    return float(effect)


def _require_positive(value: float, *, name: str) -> None:
    require_between(value, 0, 1e15, name=name, open_ends=True)


def _rounded_up(n: float) -> int:
    # What the search leaves in the last digits is not a customer.
    return math.ceil(n - 1e-6)
