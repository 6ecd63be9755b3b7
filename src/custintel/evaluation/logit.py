"""Odds ratios of features, with intervals, from a logistic regression without penalty."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from custintel._checks import quoted, require_between, require_distinct, require_type
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.evaluation._categories import commonest_first
from custintel.evaluation._predictions import Flags, read_outcome, require_same_labels

_MOST_ITERATIONS = 100
# Log odds per standard deviation, and error of them, that no honest feature has.
_RUNAWAY, _NO_ERROR = 15.0, 50.0
_LARGEST = 1e150  # whose square is still a number
_FEWEST_EVENTS_PER_TERM = 10


def logit_drivers(X: pd.DataFrame, y: ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Estimate what each feature does to the odds, the others being equal.

    A logistic regression without penalty, in statsmodels. Numbers are standardised: their odds
    ratio is per standard deviation. A category is compared with the commonest one, of equally
    common ones the first by name. Missing
    numbers become the median, with a term of their own. Where customers come several times
    (index level ``customer_id``) the errors are those of customers, not of rows.

    Parameters
    ----------
    X : DataFrame
        Features of customers: numbers, flags or categories.
    y : array-like of shape (n,)
        1 or True for customers to whom it happened, 0 or False for the others; both occur.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``term``: a feature, ``"feature = category"`` or ``"feature missing"``; the
        smallest p first.

        - ``feature`` : str, the column that it comes from
        - ``odds_ratio``, ``odds_ratio_low``, ``odds_ratio_high`` : float, above 0
        - ``coefficient``, ``standard_error`` : float, of the log odds
        - ``p`` : float, two-sided, that the odds ratio is 1
        - ``q`` : float, p corrected for the number of terms (Benjamini and Hochberg 1995)
        - ``unit`` : float, standard deviation that the odds ratio is per; 1 for categories

    Raises
    ------
    SchemaError
        If features tell the outcomes apart without fault, so that no estimate exists, which
        names them; if nothing is left to estimate; or if only one of the outcomes occurs.
    TypeError
        If `X` is no DataFrame.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If terms are constant or follow from the others, and are left out; or if there are fewer
        than 10 of the rarer outcome per term.

    References
    ----------
    Hosmer, D. W., Lemeshow, S. and Sturdivant, R. X. (2013). Applied Logistic Regression, 3rd
    edition. Hoboken: Wiley, chapters 3 and 4.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame(rng.normal(size=(2000, 2)), columns=["recency", "noise"])
    >>> y = rng.random(2000) < 1 / (1 + np.exp(-X["recency"]))
    >>> logit_drivers(X, y)["odds_ratio"].round(1)  # e is within the interval
    term
    recency    2.6
    noise      1.0
    Name: odds_ratio, dtype: float64
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_type(X, pd.DataFrame, name="X", what=_("a pandas DataFrame"))
    require_distinct([str(name) for name in X.columns], table="X")
    require_same_labels(y, X, what="X")
    is_event = read_outcome(y)
    if len(is_event) != len(X):
        raise SchemaError(
            _("X has {n} rows and y {m}. Give one of each.", n=len(X), m=len(is_event))
        )
    terms = _without_repetition(_terms(X))
    _warn_of_few(min(is_event.sum(), (~is_event).sum()), terms.shape[1])
    fitted = _fit(terms, is_event)
    ends = fitted.conf_int(alpha=1 - level)[1:]
    table = pd.DataFrame(
        {
            "feature": list(terms.columns.get_level_values(0)),
            "odds_ratio": np.exp(fitted.params[1:]),
            "odds_ratio_low": np.exp(ends[:, 0]),
            "odds_ratio_high": np.exp(ends[:, 1]),
            "coefficient": fitted.params[1:],
            "standard_error": fitted.bse[1:],
            "p": fitted.pvalues[1:],
            "q": q_values(fitted.pvalues[1:]),
            "unit": list(terms.columns.get_level_values(2)),
        },
        index=pd.Index(list(terms.columns.get_level_values(1)), name="term"),
    )
    return table.sort_values("p", kind="stable")


def _terms(X: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the regression, labelled by feature, term and unit."""
    found: dict[tuple[str, str, float], Floats] = {}
    for label in X.columns:
        column, name = X[label], str(label)
        if not pd.api.types.is_numeric_dtype(column.dtype):
            texts = column.astype("string").fillna(_("missing"))
            for category in commonest_first(texts)[1:]:
                term = f"{name} = {category}"
                found[name, term, 1.0] = (texts == category).to_numpy(np.float64)
            continue
        values = column.to_numpy(np.float64, na_value=np.nan)
        is_missing = ~np.isfinite(values)
        values = np.clip(values, -_LARGEST, _LARGEST)
        if is_missing.all():
            found[name, name, 1.0] = np.zeros(len(values))
            continue
        filled = np.where(is_missing, np.median(values[~is_missing]), values)
        unit = float(filled.std())
        found[name, name, unit] = (filled - filled.mean()) / (unit or 1.0)
        if is_missing.any():
            found[name, f"{name} missing", 1.0] = is_missing.astype(np.float64)
    return pd.DataFrame(found, index=X.index)


def _without_repetition(terms: pd.DataFrame) -> pd.DataFrame:
    """Leave out, with a warning, terms that are constant or follow from those before them."""
    design = np.column_stack([np.ones(len(terms)), terms.to_numpy(np.float64)])
    # The diagonal of R is what of a column the ones before it do not explain.
    own = np.abs(np.diag(np.linalg.qr(design, mode="r")))[1:]
    is_kept = np.zeros(terms.shape[1], bool)
    is_kept[: len(own)] = own > 1e-8 * np.sqrt(len(terms))
    left_out = [str(label[1]) for label in terms.columns[~is_kept]]
    if not is_kept.any():
        raise SchemaError(
            _(
                "No feature varies: {names}. Nothing can be estimated.",
                names=quoted(left_out) or _("none"),
            )
        )
    if left_out:
        warn(
            _n(
                "{n} term is constant or follows from the others, and is left out: {names}.",
                "{n} terms are constant or follow from the others, and are left out: {names}.",
                len(left_out),
                names=quoted(left_out, most=3),
            ),
            WeakResultWarning,
        )
    return terms.loc[:, is_kept]


def _fit(terms: pd.DataFrame, is_event: Flags):  # type: ignore[no-untyped-def]
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    design = np.column_stack([np.ones(len(terms)), terms.to_numpy(np.float64)])
    errors: dict[str, object] = {"cov_type": "nonrobust"}
    if "customer_id" in terms.index.names:
        customers = pd.factorize(terms.index.get_level_values("customer_id"))[0]
        if len(np.unique(customers)) < len(customers):
            errors = {"cov_type": "cluster", "cov_kwds": {"groups": customers}}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            # What they would say of separation is said below, with the names.
            warnings.simplefilter("ignore")
            plain = Logit(is_event.astype(np.float64), design)
            first = plain.fit(disp=0, maxiter=_MOST_ITERATIONS)
            runs = (np.abs(first.params) > _RUNAWAY) | ~(first.bse < _NO_ERROR)
            fitted = plain.fit(disp=0, maxiter=_MOST_ITERATIONS, **errors)
    except (PerfectSeparationError, np.linalg.LinAlgError):
        raise SchemaError(_separated(terms, np.ones(terms.shape[1], bool))) from None
    if not first.mle_retvals["converged"] or (runs.any() and not _has_maximum(plain)):
        raise SchemaError(_separated(terms, runs[1:]))
    return fitted


def _has_maximum(plain: Any) -> bool:
    """Return whether the likelihood has a maximum, however large the log odds.

    One huge value makes a standard deviation, and so the log odds per such, huge without fault.
    Where outcomes are told apart, Newton's steps do not get shorter once no ridge holds them.
    """
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fit = plain.fit(disp=0, maxiter=_MOST_ITERATIONS, ridge_factor=0.0)
    except np.linalg.LinAlgError:
        return False
    return bool(fit.mle_retvals["converged"] and np.isfinite(fit.bse).all())


def _separated(terms: pd.DataFrame, runs: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> str:
    names = terms.columns[runs if runs.any() else ~runs].get_level_values(1)
    return _(
        "Some terms tell the outcomes apart without fault, so that their odds ratios are infinite: "
        "look at {names}. Merge categories that had one outcome only, leave out what knows the "
        "outcome, or use permutation_drivers.",
        names=quoted(names, most=3),
    )


def _warn_of_few(n_rarer: int, n_terms: int) -> None:
    if n_rarer < _FEWEST_EVENTS_PER_TERM * n_terms:
        warn(
            _(
                "The rarer outcome came {n} times for {terms} terms: with fewer than {least} each, "
                "odds ratios are exaggerated. Take fewer features.",
                n=int(n_rarer),
                terms=n_terms,
                least=_FEWEST_EVENTS_PER_TERM,
            ),
            WeakResultWarning,
        )
