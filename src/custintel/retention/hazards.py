"""What goes with leaving sooner or later: Cox's regression."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._elementwise import require_rows
from custintel._intervals import Floats, normal_quantile
from custintel._runs import Ints
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning
from custintel.retention._durations_read import Durations, read_durations

_EVENTS_PER_TERM = 10
_DOUBT = 0.05
# Standard error of a logarithm, from end to end of a covariate, beyond which it runs away:
# its interval reaches from e^-40 times the risk to e^40 times.
_UNKNOWN = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """The columns of a regression, with a column of the table behind each."""

    values: Floats
    terms: list[str]


def hazard_ratios(
    durations: pd.DataFrame,
    *,
    covariates: Sequence[str],
    cluster: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate by Cox's regression how the risk of leaving goes with what is known of customers.

    A hazard ratio of 1.5 says that customers with one unit more of the covariate, or of that
    group, left one and a half times as fast as others of the same age, the other covariates
    being equal. What comes with leaving need not be its cause.

    The model takes the ratio for the same at every age. Each term is tested for that by its
    Schoenfeld residuals; where they drift with time, the ratio is an average over ages, and a
    warning says so. Days on which several leave are treated by Efron's method.

    Parameters
    ----------
    durations : DataFrame
        As for `custintel.retention.survival_curves`, with the covariates, as they were known at
        the start: what is known only because a customer stayed, such as the number of
        purchases, would predict itself.
    covariates : sequence of str
        Columns: numbers and flags as they are; texts and categories as groups beside the
        commonest one.
    cluster : str, optional
        Column whose values hold rows that belong together, such as the spells of a
        ``customer_id``: standard errors then allow for it (Lin and Wei).
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``term``: the name of the covariate, of groups followed by the group and the
        one it is compared with, as in ``plan: gold (vs basic)``.

        - ``hazard_ratio`` : float, > 0
        - ``hazard_ratio_low``, ``hazard_ratio_high`` : float, > 0, Wald's bounds on the
          logarithmic scale
        - ``coefficient``, ``standard_error`` : float, of the logarithm of the ratio
        - ``p`` : float, 0-1, of no association
        - ``proportional_p`` : float, 0-1, of the ratio being the same at every age; NaN with
          fewer than three endings
        - ``is_proportional`` : bool, whether ``proportional_p`` gives no reason for doubt: is
          above 0.05, or NaN

    Raises
    ------
    SchemaError
        If a column is missing or holds a missing value, a duration is not as described, or a
        covariate does not vary.
    ConvergenceError
        If the likelihood has no maximum: nobody left, covariates repeat one another, or one
        tells without fail who leaves first.
    ValueError
        If `level` is not between 0 and 1, or no covariate is named.

    Warns
    -----
    WeakResultWarning
        If there are fewer than ten endings per term, or a ratio is not the same at every age.

    References
    ----------
    Cox, D. R. (1972). Regression models and life-tables. Journal of the Royal Statistical
    Society B 34(2), 187-220.

    Efron, B. (1977). The efficiency of Cox's likelihood function for censored data. Journal of
    the American Statistical Association 72(359), 557-565.

    Grambsch, P. M. and Therneau, T. M. (1994). Proportional hazards tests and diagnostics based
    on weighted residuals. Biometrika 81(3), 515-526.

    Examples
    --------
    Ten customers of each plan; those of "basic" leave sooner.

    >>> import pandas as pd
    >>> days = [5, 8, 12, 14, 20, 26, 30, 41, 55, 60]
    >>> durations = pd.DataFrame({
    ...     "duration_days": days + [2 * n + 1 for n in days],
    ...     "is_ended": True,
    ...     "plan": ["basic"] * 10 + ["gold"] * 10,
    ... })
    >>> ratios = hazard_ratios(durations, covariates=["plan"])
    >>> ratios[["hazard_ratio", "is_proportional"]].round(2)
                           hazard_ratio  is_proportional
    term
    plan: gold (vs basic)          0.37             True
    """
    z = normal_quantile(level)
    names = list(covariates)
    if isinstance(covariates, str) or not names:
        raise ValueError(_("covariates names one column or more, such as ['plan', 'region']."))
    extra = [*names, *([] if cluster is None else [cluster])]
    found = read_durations(durations, by=None, extra=extra)
    design = _design(durations, names)
    _require_events(found)
    groups = None if cluster is None else _clusters(durations[cluster], cluster)
    fitted = _fit(found, design, groups)
    table = _table(fitted, design, z)
    table["proportional_p"] = _proportional_p(fitted, found)
    table["is_proportional"] = ~(table["proportional_p"] <= _DOUBT)
    _warn(table, int(found.ended.sum()))
    return table


def _clusters(column: "pd.Series[Any]", name: str) -> Ints:
    n_missing = int(column.isna().sum())
    if n_missing:
        raise SchemaError(
            _(
                "Column {name!r} of 'durations' has {n_missing} missing values in {n_rows} rows, "
                "which would count as rows that belong together. Fill it, or leave them out.",
                name=name,
                n_missing=n_missing,
                n_rows=len(column),
            )
        )
    return pd.factorize(column)[0].astype(np.int64)


def _require_events(found: Durations) -> None:
    if not found.ended.any():
        raise ConvergenceError(
            _(
                "None of the {n} rows of 'durations' has ended, so nothing tells who leaves "
                "sooner. Take a longer time.",
                n=len(found.days),
            )
        )


def _design(durations: pd.DataFrame, names: Sequence[str]) -> _Design:
    columns: list[Floats] = []
    terms: list[str] = []
    for name in names:
        column = durations[name]
        n_missing = int(column.isna().sum())
        if n_missing or column.nunique() < 2:
            raise SchemaError(
                _(
                    "Column {name!r} of 'durations' has {n_missing} missing values and "
                    "{n_values} different ones; a covariate has none missing, and two or more. "
                    "Fill it, name what is missing, or leave it out.",
                    name=name,
                    n_missing=n_missing,
                    n_values=column.nunique(),
                )
            )
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            numbers = column.to_numpy(float)
            require_rows(column, ~np.isfinite(numbers), _("finite numbers"), table="durations")
            columns.append(numbers)
            terms.append(str(name))
            continue
        texts = column.astype(str)
        counts = texts.value_counts()
        # Of equally common ones the first by name, so that the order of rows does not matter.
        common = min(counts[counts == counts.max()].index)
        for value in sorted(counts.index.drop(common)):
            columns.append((texts == value).to_numpy(float))
            terms.append(_("{name}: {value} (vs {other})", name=name, value=value, other=common))
    return _Design(np.column_stack(columns), terms)


def _fit(found: Durations, design: _Design, groups: Any) -> Any:
    from statsmodels.duration.hazard_regression import PHReg

    # On scales of their own, tiny and huge covariates would stop the search too early.
    centre, scale = design.values.mean(axis=0), design.values.std(axis=0)
    values = (design.values - centre) / scale
    if np.linalg.matrix_rank(values) < values.shape[1]:
        raise ConvergenceError(
            _(
                "The terms {terms} repeat one another, so that none has a ratio of its own. "
                "Leave one out.",
                terms=quoted(design.terms, most=6),
            )
        )
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # What it warns of is told below, in words that say what to do.
        warnings.simplefilter("ignore")
        model = PHReg(
            found.days,
            values,
            status=found.ended.astype(int),
            # Late ones are at risk after the day of their entry; statsmodels would count it in.
            entry=np.nextafter(found.entered, np.inf) if found.is_late else None,
            ties="efron",
        )
        fitted = model.fit(groups=groups, disp=0)
        errors = np.asarray(fitted.bse)
        slope = np.abs(model.score(fitted.params)).max()
    span = np.ptp(values, axis=0)
    if not (np.isfinite(errors).all() and slope < 1e-3 and (errors * span).max() < _UNKNOWN):
        raise ConvergenceError(
            _(
                "The ratios of {terms} run away: some covariate tells without fail who leaves "
                "first, or hardly anybody left. Leave it out, or join small groups.",
                terms=quoted(design.terms, most=6),
            )
        )
    return fitted


def _table(fitted: Any, design: _Design, z: float) -> pd.DataFrame:
    from scipy.special import ndtr

    scale = design.values.std(axis=0)
    coefficient, error = fitted.params / scale, fitted.bse / scale
    return pd.DataFrame(
        {
            "hazard_ratio": np.exp(coefficient),
            "hazard_ratio_low": np.exp(coefficient - z * error),
            "hazard_ratio_high": np.exp(coefficient + z * error),
            "coefficient": coefficient,
            "standard_error": error,
            "p": 2 * ndtr(-np.abs(coefficient / error)),
        },
        index=pd.Index(design.terms, name="term", dtype="str"),
    )


def _proportional_p(fitted: Any, found: Durations) -> Floats:
    """Return p of Grambsch's and Therneau's test of each term, with the ranks of the days."""
    from scipy.special import chdtrc
    from scipy.stats import rankdata

    residuals = np.asarray(fitted.schoenfeld_residuals)
    is_event = found.ended & np.isfinite(residuals).all(axis=1)
    n = int(is_event.sum())
    if n < 3:
        return np.full(residuals.shape[1], np.nan)
    time = rankdata(found.days[is_event])
    time = time - time.mean()
    # The information without clusters: the residuals are scaled by the model's own covariance.
    covariance = np.linalg.inv(-fitted.model.hessian(fitted.params))
    scaled = n * residuals[is_event] @ covariance
    slope = time @ scaled
    spread = n * np.diag(covariance) * (time @ time)
    if not spread.all():
        return np.full(len(slope), np.nan)
    return np.asarray(chdtrc(1, slope**2 / spread))


def _warn(table: pd.DataFrame, n_ended: int) -> None:
    if n_ended < _EVENTS_PER_TERM * len(table):
        message = _(
            "{n_ended} endings carry {n_terms} terms; below {least} for each, ratios are "
            "unsteady and their intervals too short.",
            n_ended=n_ended,
            n_terms=len(table),
            least=_EVENTS_PER_TERM,
        )
        warn(message, WeakResultWarning)
    doubtful = table.index[~table["is_proportional"]]
    if len(doubtful):
        message = _(
            "The ratios of {terms} do not look the same at every age (p up to {doubt}): they are "
            "averages. Look at the survival curves of the groups, or split the time.",
            terms=quoted(doubtful, most=6),
            doubt=_DOUBT,
        )
        warn(message, WeakResultWarning)
