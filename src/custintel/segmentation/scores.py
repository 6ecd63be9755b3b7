"""Scores of recency, frequency and monetary value, comparable between the three."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_choice, require_columns
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

_SCORED = {
    "recency_days": "recency_score",
    "frequency": "frequency_score",
    "monetary": "monetary_score",
}
# Beyond nine bins the three digits of `rfm_score` could not be told apart.
_MOST_BINS = 9


def rfm_scores(
    rfm: pd.DataFrame, *, n_bins: int = 5, cuts: Mapping[str, Sequence[float]] | None = None
) -> pd.DataFrame:
    """Score each customer's recency, frequency and monetary value from 1 to 5, 5 the best.

    Without `cuts`, customers are ranked and the ranks cut into `n_bins` equal parts. Equal
    values share their mean rank, so they always get the same score, that of the middle of
    their group: score = ceil(n_bins × (mean rank − ½) / n). Where many customers are equal
    (most bought once, say) some scores stay unused, and if all are equal they get the
    middle one.

    Parameters
    ----------
    rfm : DataFrame
        One row per customer, from `rfm_table`: ``recency_days``, ``frequency``,
        ``monetary``. Other columns are kept.
    n_bins : int, default=5
        Number of scores, 2-9.
    cuts : mapping of str to sequence of float, optional
        Own bounds instead of ranks, for some or all of ``recency_days``, ``frequency`` and
        ``monetary``: the upper bounds of all bins but the last, increasing, each included
        in its bin. ``{"frequency": [1, 2, 4, 9]}`` scores one purchase 1, two 2, three or
        four 3, five to nine 4, more 5. ``{"recency_days": [30, 90, 180, 365]}`` scores up
        to 30 days 5 and more than 365 days 1.

    Returns
    -------
    DataFrame
        The rows and columns of `rfm`, and

        - ``recency_score`` : int, 1 to `n_bins`; the fewer days, the better
        - ``frequency_score`` : int, 1 to `n_bins`
        - ``monetary_score`` : int, 1 to `n_bins`
        - ``rfm_score`` : str, the three in this order, such as ``"545"``

        Its ``attrs`` hold ``n_bins``, by which `rfm_segments` knows scores that are not
        made for its segments. Merging, writing to a file and reading back lose it.

    Raises
    ------
    SchemaError
        If a column is missing, a customer repeats, or a value is missing.
    ValueError
        If `n_bins` or `cuts` are not as described.

    References
    ----------
    Hughes, A. M. (1994). Strategic Database Marketing. Chicago: Probus.

    Examples
    --------
    >>> import pandas as pd
    >>> rfm = pd.DataFrame(
    ...     {"recency_days": [3, 40, 200], "frequency": [9, 1, 1], "monetary": [700.0, 50.0, 20.0]},
    ...     index=pd.Index(["ann", "bob", "eve"], name="customer_id"),
    ... )
    >>> rfm_scores(rfm)[["recency_score", "frequency_score", "monetary_score", "rfm_score"]]
                 recency_score  frequency_score  monetary_score rfm_score
    customer_id
    ann                      5                5               5       555
    bob                      3                2               3       323
    eve                      1                2               1       121
    """
    _require_scorable(rfm)
    require_choice(n_bins, range(2, _MOST_BINS + 1), name="n_bins")
    cuts = dict(cuts or {})
    _require_cuts(cuts, n_bins)
    scores = rfm.copy()
    for column, score in _SCORED.items():
        values = rfm[column]
        if column in cuts:
            bins = _bins_between(values, cuts[column])
            scores[score] = n_bins + 1 - bins if column == "recency_days" else bins
        else:
            scores[score] = _bins_of_ranks(values, n_bins, ascending=column != "recency_days")
    digits = [scores[score].astype(str) for score in _SCORED.values()]
    scores["rfm_score"] = digits[0] + digits[1] + digits[2]
    scores.attrs["n_bins"] = n_bins
    return scores


def _bins_of_ranks(values: pd.Series, n_bins: int, *, ascending: bool) -> NDArray[np.int64]:
    # Mean ranks are whole or half: doubled, the ceiling is exact in whole numbers.
    doubled = (2 * values.rank(method="average", ascending=ascending) - 1).to_numpy("int64")
    return (-(-n_bins * doubled // (2 * max(len(values), 1)))).astype("int64")


def _bins_between(values: pd.Series, bounds: Sequence[float]) -> NDArray[np.int64]:
    return np.searchsorted(np.asarray(bounds, float), values.to_numpy(float), side="left") + 1


def _require_scorable(rfm: pd.DataFrame) -> None:
    require_columns(rfm.columns, list(_SCORED), table="rfm_table")
    repeated = rfm.index[rfm.index.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "Table 'rfm_table' has {n} customer on more than one row: {examples}. "
                "It needs one row for each.",
                "Table 'rfm_table' has {n} customers on more than one row: {examples}. "
                "It needs one row for each.",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    for column in _SCORED:
        missing = rfm.index[rfm[column].isna()]
        if len(missing):
            raise SchemaError(
                _n(
                    "Column {column!r} of table 'rfm_table' is missing for {n} customer: "
                    "{examples}. Fill it or leave the row out before scoring.",
                    "Column {column!r} of table 'rfm_table' is missing for {n} customers: "
                    "{examples}. Fill it or leave the rows out before scoring.",
                    len(missing),
                    column=column,
                    examples=quoted(missing, most=3),
                )
            )


def _require_cuts(cuts: Mapping[str, Sequence[float]], n_bins: int) -> None:
    for column, bounds in cuts.items():
        require_choice(column, tuple(_SCORED), name="cuts")
        steps = np.diff(np.asarray(bounds, float))
        # Not `any(steps <= 0)`: a NaN among the bounds must fail too.
        if len(bounds) != n_bins - 1 or not (steps > 0).all() or not np.isfinite(bounds).all():
            raise ValueError(
                _(
                    "cuts[{column!r}] holds {n} increasing upper bounds, for {n_bins} bins: "
                    "got {bounds}.",
                    column=column,
                    n=n_bins - 1,
                    n_bins=n_bins,
                    bounds=list(bounds),
                )
            )
