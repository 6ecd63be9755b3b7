"""The arms of an experiment compared with its control."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_choice, require_type
from custintel._differences import Groups
from custintel._frames import Frame, plain_text
from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.experiments._arm_tests import (
    adjusted_p,
    automatic_test,
    both,
    compared,
)
from custintel.experiments._arm_weaknesses import weaknesses
from custintel.experiments._lifts import relative_bounds
from custintel.experiments._moments import Moments
from custintel.experiments._power import Rates, smallest_effect
from custintel.experiments._resampled_arms import resampled_arms
from custintel.experiments._results import ArmSums, read_results
from custintel.experiments._sample_ratio import checked_shares, sample_ratio_p
from custintel.experiments.comparison import (
    MEAN_TESTS,
    RATE_TESTS,
    ArmComparison,
)
from custintel.experiments.looks import LookPlan

Test = Literal["auto", "chi_square", "fisher", "welch", "bootstrap", "permutation"]
Correction = Literal["holm", "bonferroni", "bh", "none"]
_POWER = 0.8
_CORRECTIONS = ("holm", "bonferroni", "bh", "none")


def compare_arms(  # noqa: PLR0913 - a table, what was planned for it, and conventions
    results: Frame,
    *,
    outcome: str,
    control: str,
    test: Test = "auto",
    covariate: str | None = None,
    expected_shares: Mapping[str, float] | None = None,
    correction: Correction = "holm",
    looks: LookPlan | None = None,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> ArmComparison:
    """Compare each arm of an experiment with its control, and tell lifts from chance.

    Arms are as alike as chance makes them only if customers were assigned to them at random,
    and all of them are in the table, those included whom the campaign did not reach. First look
    whether they are spread over the arms as planned (`expected_shares`): if not, something went
    wrong, and no lift can be trusted.

    Who looks at p again and again while the experiment runs, and stops when it is small, finds
    differences where there are none. Decide on the day of the comparison beforehand, or on
    several of them, as a `LookPlan`.

    No power is computed from the lift that was found, which would only say p in another way
    (Hoenig & Heisey 2001); ``detectable_lift`` says what arms of these sizes can find.

    Parameters
    ----------
    results : DataFrame
        One row per customer: ``arm``, the columns `outcome` and `covariate`, and if there is
        one ``customer_id`` (or an index of that name); pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file. Customers in several arms are left out, and
        counted; so are rows without an arm or an outcome.
    outcome : str
        Column that is compared: whether something happened (True and False, or 1 and 0 alone),
        or an amount, with 0 for those who brought nothing.
    control : str
        Arm that the others are compared with.
    test : {"auto", "chi_square", "fisher", "welch", "bootstrap", "permutation"}, default="auto"
        Of a rate ``"chi_square"``, Pearson's without correction for continuity, or
        ``"fisher"``, twice the smaller tail of Fisher's exact test, which finds a difference
        that is not there in 5 % of experiments at most, and in far fewer if they are small. The
        intervals of rates are Newcombe's with either, so that at the edge they may disagree
        with p. Of amounts ``"welch"``; or for revenue with a heavy tail ``"permutation"``, the
        studentized permutation test, which is right about differences that are not there
        however heavy the tail, or ``"bootstrap"``, the symmetric bootstrap-t. Both draw 1,999
        times, so that p is 0.001 at least, of the bootstrap 0.0005; Welch's is shown beside
        them. By default Welch's for amounts; for a rate the chi-square test if all counts
        expected without a lift are 5 or more, else Fisher's.
    covariate : str, optional
        Column with what was known of each customer before the experiment, such as the revenue
        of the year before. It takes its squared correlation with the outcome off the variance
        (CUPED). Customers without one are not adjusted.
    expected_shares : mapping of str to float, optional
        Share of the customers that each arm was to get, in all 1.
    correction : {"holm", "bonferroni", "bh", "none"}, default="holm"
        For several treated arms: Holm's, under which one wrongly found difference or more is
        as improbable as 1 − `level`; Bonferroni's; Benjamini's and Hochberg's, under which that
        part of the finds is wrong; or none. Under a plan of looks, Holm's is Bonferroni's.
    looks : LookPlan, optional
        How many times the experiment is looked at, and which look this is. p must then be
        smaller, and the intervals of the lifts are wider.
    level : float, default=0.95
        Probability that each interval aims to cover, and 1 − the probability to find a
        difference if there is none; between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the resampling: the same seed gives the same interval.

    Returns
    -------
    ArmComparison
        The arms, their lifts, whether the experiment can be trusted, and the findings in words.

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers, the outcome of a test of rates is not 0 or
        1, or numbers are infinite; if a customer has several rows in one arm; if there is no
        second arm, no control, or an arm without an outcome.
    ValueError
        If an argument is not as described, or does not go with another one.

    Warns
    -----
    SetAsideWarning
        If customers are left out.
    WeakResultWarning
        If customers are not spread as expected (p below 0.001), outcomes are missing unevenly,
        the covariate differs between arms, the outcome does not vary, an arm has one customer,
        or few customers dominate an amount.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873-890.

    Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the
    normal mean and standard deviation. Statistical Methods in Medical Research 21(4), 347-359.

    Deng, A., Xu, Y., Kohavi, R. and Walker, T. (2013). Improving the sensitivity of online
    controlled experiments by utilizing pre-experiment data. Proceedings of WSDM, 123-132.

    Hall, P. (1988). On symmetric bootstrap confidence intervals. Journal of the Royal
    Statistical Society B 50(1), 35-45.

    Janssen, A. (1997). Studentized permutation tests for non-i.i.d. hypotheses and the
    generalized Behrens-Fisher problem. Statistics & Probability Letters 36(1), 9-21.

    Hall, P. (1992). The bootstrap and Edgeworth expansion. New York: Springer. (How skewed
    amounts make the bounds of a mean miss on one side.)

    Hoenig, J. M. and Heisey, D. M. (2001). The abuse of power. The American Statistician
    55(1), 19-24.

    Examples
    --------
    >>> import pandas as pd
    >>> results = pd.DataFrame({
    ...     "arm": ["mail"] * 500 + ["none"] * 500,
    ...     "is_buyer": [1] * 100 + [0] * 400 + [1] * 60 + [0] * 440,
    ... })
    >>> shares = {"mail": 0.5, "none": 0.5}
    >>> found = compare_arms(
    ...     results, outcome="is_buyer", control="none", expected_shares=shares
    ... )
    >>> found.table.loc["mail", ["lift", "lift_low", "lift_high"]].astype(float).round(3).to_list()
    [0.08, 0.035, 0.125]
    >>> found.test, found.sample_ratio_p
    ('chi_square', 1.0)
    """
    _check(test, covariate, correction, looks, level)
    sums = read_results(results, outcome, covariate=covariate)
    arms = control_first(sums.table, plain_text(control))
    moments = Moments.of_sums(arms, sums.y_middle, sums.x_middle)
    chosen = _chosen(test, sums, moments, covariate)
    as_rate = chosen in RATE_TESTS
    groups = moments.groups(is_rate=as_rate) if covariate is None else moments.adjusted()
    rng = np.random.default_rng(random_state)
    theta = float(moments.slope()[0])
    tests = compared(
        groups,
        level if looks is None else 1 - looks.limit(level=level),
        resampled_arms(chosen, sums, arms.index, theta, rng),
    )
    limit = _limit(level, correction, looks, len(arms) - 1)
    table = _table(arms, moments, groups, level).join(_outcome_of(chosen, tests, arms.index))
    table["is_rate"] = sums.is_binary
    table["p_adjusted"] = adjusted_p(table["p"].to_numpy(float), _under(correction, looks))
    table["is_different"] = (table["p_adjusted"] <= limit).astype(bool)
    found = ArmComparison(
        table=table[_COLUMNS],
        tests=_named(tests, arms.index),
        outcome=outcome,
        control=str(arms.index[0]),
        test=chosen,
        is_rate=sums.is_binary,
        level=level,
        correction=correction,
        p_limit=limit,
        sample_ratio_p=_ratio_p(arms, expected_shares),
        covariate=covariate,
        variance_reduction=float(moments.variance_reduction()),
        n_without_covariate=int(arms["n_without_covariate"].sum()) if covariate else 0,
        n_missing=int((arms["n_customers"] - arms["n"]).sum()),
        n_in_two_arms=sums.n_in_two_arms,
    )
    for reason in weaknesses(found, arms, moments):
        warn(reason, WeakResultWarning)
    return found


_COLUMNS = [
    *("is_control", "is_rate", "n_customers", "n", "observed", "value", "value_low", "value_high"),
    *("lift", "lift_low", "lift_high"),
    *("relative_lift", "relative_lift_low", "relative_lift_high"),
    *("p", "p_adjusted", "is_different", "detectable_lift"),
]


def control_first(sums: pd.DataFrame, control: str) -> pd.DataFrame:
    """Return the sums by arm, the control first, then by name, once there are two arms."""
    by_arm = sums.set_index("arm")
    if control not in by_arm.index:
        raise SchemaError(
            _(
                "No customer is in the control {control!r}; 'experiment_results' has the arms "
                "{arms}. Check its spelling.",
                control=control,
                arms=quoted(by_arm.index, most=12),
            )
        )
    if len(by_arm) < 2:
        raise SchemaError(
            _(
                "All customers are in the control {control!r}: there is no arm to compare it with.",
                control=control,
            )
        )
    empty = by_arm.index[by_arm["n"] == 0]
    if len(empty):
        raise SchemaError(
            _(
                "Nobody in the arms {arms} has an outcome. Fill it in, or leave these arms out.",
                arms=quoted(empty, most=3),
            )
        )
    return by_arm.loc[[control, *by_arm.index.drop(control)]]


def _check(
    test: str, covariate: str | None, correction: str, looks: LookPlan | None, level: float
) -> None:
    require_choice(test, ("auto", *RATE_TESTS, *MEAN_TESTS), name="test")
    require_choice(correction, _CORRECTIONS, name="correction")
    require_between(level, 0, 1, name="level", open_ends=True)
    if looks is not None:
        require_type(looks, LookPlan, name="looks", what=_("a LookPlan, or None for one look"))
    if covariate is not None and test in RATE_TESTS:
        raise ValueError(
            _("test={test!r} takes no covariate: leave test out, or take 'welch'.", test=test)
        )
    if looks is not None and correction == "bh":
        raise ValueError(
            _("Under a plan of looks, correction is one of 'holm', 'bonferroni' and 'none'.")
        )


def _chosen(test: str, sums: ArmSums, moments: Moments, covariate: str | None) -> str:
    if test in RATE_TESTS and not sums.is_binary:
        raise SchemaError(
            _(
                "The outcome holds other numbers than 0 and 1, so that test={test!r} does not fit. "
                "Take test='welch', or a column that says whether something happened.",
                test=test,
            )
        )
    if test == "auto":
        return automatic_test(moments, is_rate=sums.is_binary and covariate is None)
    return test


def _table(arms: pd.DataFrame, moments: Moments, groups: Groups, level: float) -> pd.DataFrame:
    control, treated = both(groups)
    own, relative = groups.interval(level), relative_bounds(treated, control, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(control.mean > 0, (treated.mean - control.mean) / control.mean, np.nan)
    of_treated = {
        "lift": treated.mean - control.mean,
        "relative_lift": part,
        "relative_lift_low": relative.low,
        "relative_lift_high": relative.high,
        "detectable_lift": _detectable(treated, control, level),
    }
    columns = {
        "is_control": np.arange(len(arms)) == 0,
        "n_customers": arms["n_customers"].to_numpy(),
        "n": arms["n"].to_numpy(),
        "observed": moments.mean,
        "value": groups.mean,
        "value_low": own.low,
        "value_high": own.high,
    }
    columns |= {name: np.append(np.nan, each) for name, each in of_treated.items()}
    return pd.DataFrame(columns, index=arms.index)


def _detectable(treated: Groups, control: Groups, level: float) -> Floats:
    if treated.is_rate:
        found = [
            smallest_effect(Rates(float(rate)), n, m, power=_POWER, level=level)
            for rate, n, m in zip(control.mean, treated.n, control.n, strict=True)
        ]
        return np.array(found)
    # Half the width of Welch's interval, and what chance may take off the lift.
    bounds = treated.difference(control, level)
    chance = normal_quantile(2 * _POWER - 1) * treated.standard_error(control)
    return np.asarray((bounds.high - bounds.low) / 2 + chance)


def _outcome_of(test: str, tests: pd.DataFrame, arms: pd.Index) -> pd.DataFrame:
    chosen = tests[tests["test"] == test].sort_values("place")
    return chosen[["p", "lift_low", "lift_high"]].set_axis(arms[1:], axis=0)


def _named(tests: pd.DataFrame, arms: pd.Index) -> pd.DataFrame:
    ordered = tests.sort_values("place", kind="stable", ignore_index=True)
    names = arms[1:].take(ordered["place"].to_numpy())
    return ordered.assign(arm=names)[["arm", "test", "p", "lift_low", "lift_high"]]


def _under(correction: str, looks: LookPlan | None) -> str:
    # Holm's later steps would need boundaries of their own.
    return "bonferroni" if looks is not None and correction == "holm" else correction


def _limit(level: float, correction: str, looks: LookPlan | None, n_treated: int) -> float:
    if looks is None:
        return 1 - level
    m = 1 if correction == "none" else n_treated
    return m * looks.limit(level=1 - (1 - level) / m)


def _ratio_p(arms: pd.DataFrame, expected_shares: Mapping[str, float] | None) -> float:
    if expected_shares is None:
        return np.nan
    shares = checked_shares(expected_shares, arms.index)
    return float(sample_ratio_p(arms["n_customers"], shares))
