"""Leaks: features that know what they are to foresee.

Features taken from the days of the label tell churners with an AUC of .95 to 1.00 and are worth
nothing the day they are needed; honest ones reached .74 on the same customers.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_between, require_type
from custintel._leak_evidence import (
    FILLED_LATER,
    Outcome,
    after_as_of,
    copies,
    filled_for_one_label,
    missing_by_label,
    separates,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel.errors import LeakError, SchemaError

_COLUMNS = ("feature", "label", "kind", "evidence")
_MOST = 6  # leaks that an error spells out


def find_leaks(
    features: pd.DataFrame,
    labels: pd.DataFrame | pd.Series,
    *,
    as_of: Day | None = None,
    limit: float = 0.95,
) -> pd.DataFrame:
    """Find features that know what they are to foresee.

    Parameters
    ----------
    features : DataFrame
        One row per customer and cut; numbers, flags, texts, categories or instants. Never
        changed.
    labels : DataFrame or Series
        What is to be foreseen, with the same index: 0 and 1, flags, or amounts.
    as_of : date-like, optional
        Day as of which the features are known; by default the level ``as_of`` of the index.
        Without either, instants cannot be compared with it.
    limit : float, default=0.95
        AUC, between 0.5 and 1, above which one feature alone is too good to be true: the
        lower end of its 95 % interval must exceed it. The interval is Wilson's for as many cases
        as the rarer label has, which the variance of an AUC never exceeds; so with fewer than
        74 of them nothing is too good. A feature may be so good and honest where the label
        follows from it: raise the limit, and say why.

    Returns
    -------
    DataFrame
        One row per leak, in the order of the features; empty if none was found, which is no
        proof that there is none.

        - ``feature`` : str, the column
        - ``label`` : str, the label that it knows; missing (None) where any will do
        - ``kind`` : str: ``copies_label``, the label in other words; ``separates_label``, too
          good to be true; ``missing_by_label``, it is missing where the label is of one kind;
          ``filled_later``, filled for one value of the label only, or named after what is
          written down once a relation has ended; ``after_as_of``, holds later instants
        - ``evidence`` : str, in words

    Raises
    ------
    SchemaError
        If features and labels have different rows, or a label is missing somewhere.
    ValueError
        If `limit` is not between 0.5 and 1.

    References
    ----------
    Birnbaum, Z. W. and Klose, O. M. (1957). Bounds for the variance of the Mann-Whitney
    statistic. Annals of Mathematical Statistics 28(4), 933-945.

    Kaufman, S., Rosset, S., Perlich, C. and Stitelman, O. (2012). Leakage in data mining:
    formulation, detection, and avoidance. ACM Transactions on Knowledge Discovery from Data
    6(4), 15.

    Examples
    --------
    >>> is_churned = pd.Series([0, 1] * 100, name="is_churned")
    >>> features = pd.DataFrame({"n_orders": range(200), "has_left": is_churned == 1})
    >>> find_leaks(features, is_churned)[["feature", "kind"]].values.tolist()
    [['has_left', 'copies_label']]
    """
    require_type(features, pd.DataFrame, name="features", what=_("a DataFrame of features"))
    require_type(labels, (pd.DataFrame, pd.Series), name="labels", what=_("a table of labels"))
    require_between(limit, 0.5, 1, name="limit")
    wanted = labels.to_frame() if isinstance(labels, pd.Series) else labels
    outcomes = {str(name): _outcome(features, wanted[name]) for name in wanted}
    days = _days(features, as_of)
    found = [
        row
        for name in features
        for row in _leaks_of(str(name), features[name], outcomes, days, limit)
    ]
    return pd.DataFrame(found, columns=list(_COLUMNS), dtype=object)


def require_no_leaks(
    features: pd.DataFrame,
    labels: pd.DataFrame | pd.Series,
    *,
    as_of: Day | None = None,
    limit: float = 0.95,
) -> None:
    """Refuse features that know what they are to foresee.

    Parameters
    ----------
    features : DataFrame
        See `find_leaks`. Never changed.
    labels : DataFrame or Series
        What is to be foreseen, with the same index.
    as_of : date-like, optional
        Day as of which the features are known; by default the level ``as_of`` of the index.
    limit : float, default=0.95
        AUC above which one feature alone is too good to be true.

    Raises
    ------
    LeakError
        If there is a leak. It names each feature, the kind and the evidence, and has them as a
        table, ``.leaks``.
    SchemaError
        If features and labels have different rows, or a label is missing somewhere.
    ValueError
        If `limit` is not between 0.5 and 1.

    Examples
    --------
    >>> is_churned = pd.Series([0, 1] * 100, name="is_churned")
    >>> features = pd.DataFrame({"n_orders": range(200), "has_left": is_churned == 1})
    >>> require_no_leaks(features[["n_orders"]], is_churned)
    >>> try:
    ...     require_no_leaks(features, is_churned)
    ... except LeakError as error:
    ...     print(error.leaks["feature"].tolist())
    ['has_left']
    """
    refuse_leaks(find_leaks(features, labels, as_of=as_of, limit=limit))


def refuse_leaks(leaks: pd.DataFrame) -> None:
    """Raise `LeakError` if there are any, as `find_leaks` returns them."""
    if leaks.empty:
        return
    told = [f"{each.feature!r} ({each.kind}: {each.evidence})" for each in leaks.itertuples()]
    further = len(told) - _MOST
    if further > 0:
        told = [*told[:_MOST], _("{n} more", n=further)]
    raise LeakError(
        _n(
            "{n} column knows what is to be foreseen: {told}. Leave it out, or make it of what "
            "was known on the day.",
            "{n} columns know what is to be foreseen: {told}. Leave them out, or make them of "
            "what was known on the day.",
            leaks["feature"].nunique(),
            told="; ".join(told),
        ),
        leaks=leaks,
    )


def _outcome(features: pd.DataFrame, label: pd.Series) -> Outcome:
    if not features.index.equals(label.index):
        raise SchemaError(
            _(
                "Features and label {name!r} have different rows: {n} and {m}, the first of them "
                "{first} and {second}. Bring both in the same order.",
                name=label.name,
                n=len(features),
                m=len(label),
                first=quoted(features.index[:1]) or _("none"),
                second=quoted(label.index[:1]) or _("none"),
            )
        )
    if label.isna().any():
        raise SchemaError(
            _(
                "Label {name!r} is missing on {n} of {total} rows, such as {examples}. Leave "
                "these rows out of both.",
                name=label.name,
                n=int(label.isna().sum()),
                total=len(label),
                examples=quoted(label.index[label.isna()], most=3),
            )
        )
    return Outcome(np.asarray(label.to_numpy(dtype=float), np.float64))


def _days(features: pd.DataFrame, as_of: Day | None) -> NDArray[np.datetime64] | None:
    """Return the day as of which each row is known, or None if nothing tells."""
    if as_of is not None:
        return np.full(len(features), as_day(as_of).to_datetime64())
    if "as_of" in features.index.names:
        return np.asarray(features.index.get_level_values("as_of"), "datetime64[us]")
    return None


def _leaks_of(
    name: str,
    feature: pd.Series,
    outcomes: dict[str, Outcome],
    days: NDArray[np.datetime64] | None,
    limit: float,
) -> Iterator[tuple[str, str | None, str, str]]:
    """Return the leaks of one feature, of each label the plainest alone."""
    late = None if days is None else after_as_of(feature, days)
    if late is not None:
        yield name, None, "after_as_of", late
    if name in FILLED_LATER:
        told = _("columns of this name are filled once a relation has ended")
        yield name, None, "filled_later", told
    for label, outcome in outcomes.items():
        evidence = {
            "copies_label": copies(feature, outcome),
            "filled_later": filled_for_one_label(feature, outcome),
            "missing_by_label": missing_by_label(feature, outcome, limit),
            "separates_label": separates(feature, outcome, limit),
        }
        plain = next(((kind, words) for kind, words in evidence.items() if words), None)
        if plain is not None:
            yield name, label, *plain
