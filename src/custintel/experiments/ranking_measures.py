"""Qini and AUUC: how well a ranking tells whom a treatment changes, in one number."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._frames import Frame
from custintel._intervals import Floats
from custintel.experiments._rank_resampling import resampled
from custintel.experiments._ranked_results import RankedResults, identified
from custintel.experiments._results import read_results
from custintel.experiments._tallies import GAIN, QINI, Tally


@dataclass(frozen=True, slots=True)
class _Measure:
    """One way to make a number of a curve."""

    name: str
    curve: str
    above_random: bool
    of_perfect: bool

    def of(self, tally: Tally) -> Floats:
        """Return the measure of a ranking, or of many resamples of it."""
        chance = tally.effect() / 2
        area = tally.area(self.curve)
        if self.of_perfect:
            best = tally.perfect(self.curve).area(self.curve) - chance
            # Where nobody succeeded no ranking can be better than another.
            return np.asarray((area - chance) / np.where(best > 0, best, 1.0) * (best > 0))
        return area - chance if self.above_random else area

    def of_random(self, effect: float) -> float:
        """Return the measure of a random order."""
        return 0.0 if self.above_random else effect / 2


_MEASURES = (
    _Measure("qini_area", QINI, above_random=True, of_perfect=False),
    _Measure("qini_coefficient", QINI, above_random=True, of_perfect=True),
    _Measure("auuc", GAIN, above_random=False, of_perfect=False),
    _Measure("auuc_above_random", GAIN, above_random=True, of_perfect=False),
    _Measure("auuc_coefficient", GAIN, above_random=True, of_perfect=True),
)


def uplift_measures(
    scores: "pd.Series[float]",
    results: Frame,
    *,
    outcome: str,
    control: str,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Measure how well scores rank customers by what a treatment changes.

    The measures are areas under the curves of `uplift_curve`, over the share of customers from
    0 to 1. Libraries mean different things by the same names, so each says what it is divided
    by. If the interval of an area above random holds 0, the experiment does not show that the
    ranking is better than none.

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
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the bootstrap of customers within arms, 1,000 resamples.

    Returns
    -------
    DataFrame
        Indexed by ``measure``; the coefficients are left out for amounts, of which nobody
        knows the perfect ranking.

        - ``value`` : float, with ``low`` and ``high``
        - ``random`` : float, the measure of a random order
        - ``curve`` : str, the curve of `uplift_curve`
        - ``divided_by`` : str, ``"customers"`` or ``"perfect"``

        ``qini_area`` is the area between Radcliffe's curve and the line of a random order, per
        customer; ``qini_coefficient`` is that divided by the area of the perfect ranking, which
        puts treated successes first and successes of the control last (Radcliffe 2007). No
        model can know these, so that far less than 1 is good. ``auuc`` is the whole area under
        the cumulative gain (Gutierrez and Gérardy 2017), per customer; ``auuc_above_random`` is
        it less half of the effect on all; ``auuc_coefficient`` is that divided by the area of
        the perfect ranking, as in scikit-uplift.

    Raises
    ------
    SchemaError
        If columns are missing or hold no numbers; if scores are missing, infinite, repeated or
        of other customers; if there are not two arms, or the outcome does not vary.
    TypeError
        If `scores` is no Series.
    ValueError
        If `level` is not between 0 and 1.

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

    Examples
    --------
    >>> from custintel.datasets import simulate_experiment
    >>> experiment = simulate_experiment(4000, random_state=1)
    >>> measures = uplift_measures(
    ...     experiment.truth["uplift"], experiment.table, outcome="converted", control="control"
    ... )
    >>> measures[["value", "random", "divided_by"]].round(3)
                       value  random divided_by
    measure
    qini_area          0.018   0.000  customers
    qini_coefficient   0.175   0.000    perfect
    auuc               0.027   0.009  customers
    auuc_above_random  0.018   0.000  customers
    auuc_coefficient   0.068   0.000    perfect
    """
    sums = read_results(identified(results), outcome)
    ranked = RankedResults.of(scores, sums, control)
    measures = [each for each in _MEASURES if ranked.is_rate or not each.of_perfect]
    tally = ranked.tally()
    value = np.array([float(each.of(tally)) for each in measures])
    bounds = resampled(
        ranked,
        lambda drawn: np.stack([each.of(drawn) for each in measures], axis=-1),
        np.random.default_rng(random_state),
    ).bounds(value, level)
    return pd.DataFrame(
        {
            "value": value,
            "low": bounds.low,
            "high": bounds.high,
            "random": [each.of_random(float(tally.effect())) for each in measures],
            "curve": [each.curve for each in measures],
            "divided_by": ["perfect" if each.of_perfect else "customers" for each in measures],
        },
        index=pd.Index([each.name for each in measures], name="measure"),
    )
