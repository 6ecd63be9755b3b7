"""Leads qualified High or Low by their probability, and how right that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_between, require_columns
from custintel._intervals import Floats, normal_quantile
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.decisions._offers import by_customer, numbers
from custintel.errors import SchemaError

HIGH, LOW = N_("High"), N_("Low")
_FEW = 30  # leads rated High, or converted, below which precision or recall is a guess


@dataclass(frozen=True, slots=True, eq=False)  # tables have no single truth value
class LeadQualification:
    """Leads rated High or Low, and how right the rating is at several thresholds.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``lead_id``, sorted: ``probability``, float 0-1, and ``qualification``,
        ``"High"`` or ``"Low"``.
    thresholds : DataFrame
        Indexed by ``threshold``, rising.

        - ``is_chosen`` : bool, the threshold of `table`
        - ``n_high`` : int, leads rated High
        - ``high_share`` : float, 0-1, of all leads
        - ``expected_precision`` : float, 0-1, mean probability of those rated High; NaN if none
        - ``n_known``, ``n_converted`` : int, leads rated High with a known outcome, and those of
          them that converted
        - ``precision``, ``precision_low``, ``precision_high`` : float, 0-1, part of those rated
          High that converted; NaN if no outcome is known
        - ``recall``, ``recall_low``, ``recall_high`` : float, 0-1, part of those that converted
          who were rated High; NaN if none converted
        - ``is_tentative`` : bool, fewer than 30 rated High have a known outcome, or fewer than
          30 converted in all
    threshold : float
        Probability from which a lead is rated High.
    level : float
        Probability that the exact intervals cover at least (Clopper-Pearson).
    n_unknown : int
        Leads whose outcome is not known.
    """

    table: pd.DataFrame
    thresholds: pd.DataFrame
    threshold: float
    level: float
    n_unknown: int

    def summary(self) -> list[str]:
        """Return how leads are rated and how right that is, in sentences.

        Returns
        -------
        list of str
            Sentences in the active language.

        Examples
        --------
        >>> leads = pd.DataFrame({"lead_id": ["l1", "l2"], "probability": [0.8, 0.3]})
        >>> qualify_leads(leads, threshold=0.5).summary()[0]
        '1 lead of 2 (50.0%) is rated High, from a probability of 50.0%.'
        """
        row = self.thresholds[self.thresholds["is_chosen"]].iloc[0]
        text = _n(
            "{n} lead of {total} ({share}) is rated High, from a probability of {threshold}.",
            "{n} leads of {total} ({share}) are rated High, from a probability of {threshold}.",
            int(row["n_high"]),
            total=len(self.table),
            share=formats.percent(row["high_share"]),
            threshold=formats.percent(self.threshold),
        )
        if np.isnan(row["precision"]):
            return [text, _("No outcome is known, so that nothing tells how right that is.")]
        told = _("Of those rated High {precision} converted ({interval}).", **_written(row))
        tentative = [_("Few outcomes are known: tentative.")] if row["is_tentative"] else []
        return [text, told, *tentative]


def qualify_leads(
    leads: pd.DataFrame,
    *,
    threshold: float,
    thresholds: Sequence[float] = (0.1, 0.2, 0.3, 0.5, 0.7),
    level: float = 0.95,
) -> LeadQualification:
    """Rate leads High or Low by their probability, and measure how right that is.

    Outcomes must be of leads that the model had not seen: on those that it learned from, any
    rating looks right.

    Parameters
    ----------
    leads : DataFrame
        One row per lead: the index or column ``lead_id``, ``probability`` 0-1, and if outcomes
        are known ``is_converted``, true, false, or missing where it is open.
    threshold : float
        Probability from which a lead is High, itself included; 0-1.
    thresholds : sequence of float, default=(0.1, 0.2, 0.3, 0.5, 0.7)
        Others to be compared with it.
    level : float, default=0.95
        Probability that the intervals cover at least, between 0 and 1.

    Returns
    -------
    LeadQualification
        The rating of each lead, and precision, recall and share at each threshold.

    Raises
    ------
    SchemaError
        If a column is missing, a lead comes twice, a probability is missing or not in 0-1, or an
        outcome is neither true nor false.
    ValueError
        If a threshold or `level` is out of its range.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits
    illustrated in the case of the binomial. Biometrika 26(4), 404-413.

    Examples
    --------
    >>> leads = pd.DataFrame({
    ...     "lead_id": ["l1", "l2", "l3", "l4"],
    ...     "probability": [0.8, 0.6, 0.3, 0.1],
    ...     "is_converted": [True, False, True, False],
    ... })
    >>> rated = qualify_leads(leads, threshold=0.5, thresholds=[])
    >>> rated.table["qualification"].tolist()
    ['High', 'High', 'Low', 'Low']
    >>> rated.thresholds[["n_high", "precision", "recall", "is_tentative"]]
               n_high  precision  recall  is_tentative
    threshold
    0.5             2        0.5     0.5          True
    """
    normal_quantile(level)
    tried = [float(threshold), *(float(each) for each in thresholds)]
    for each in tried:
        require_between(each, 0, 1, name="threshold")
    table = by_customer(leads, name="leads", key="lead_id")
    require_columns(table.columns, ["probability"], table="leads")
    probability = _probabilities(table)
    outcome = _outcomes(table)
    rows = [_row(each, probability, outcome, level) for each in sorted(set(tried))]
    measured = pd.DataFrame(rows).set_index("threshold")
    measured.insert(0, "is_chosen", measured.index == float(threshold))
    rating = np.where(probability >= threshold, HIGH, LOW)
    rated = pd.DataFrame(
        {"probability": probability, "qualification": pd.array(rating, dtype="str")},
        index=table.index,
    )
    n_unknown = int(np.isnan(outcome).sum())
    return LeadQualification(rated, measured, float(threshold), float(level), n_unknown)


def _probabilities(table: pd.DataFrame) -> Floats:
    found = numbers(table, "probability")
    is_bad = ~((found >= 0) & (found <= 1))
    if is_bad.any():
        raise SchemaError(
            _n(
                "Column 'probability' of 'leads' lies in 0-1: {n} is missing or outside, "
                "{examples}. Score that lead, or leave it out.",
                "Column 'probability' of 'leads' lies in 0-1: {n} are missing or outside, "
                "{examples}. Score those leads, or leave them out.",
                int(is_bad.sum()),
                examples=quoted(table.index[is_bad], most=3),
            )
        )
    return found


def _outcomes(table: pd.DataFrame) -> Floats:
    """Return 1, 0, or NaN where the outcome is not known."""
    if "is_converted" not in table:
        return np.full(len(table), np.nan)
    values = table["is_converted"]
    found = np.asarray([np.nan if pd.isna(each) else each for each in values], dtype=object)
    is_bad = np.array([not pd.isna(each) and each not in (0, 1) for each in found], bool)
    if is_bad.any():
        raise SchemaError(
            _(
                "Column 'is_converted' of 'leads' is true, false or missing: got {examples}.",
                examples=quoted(found[is_bad], most=3),
            )
        )
    return found.astype(float)


def _row(threshold: float, probability: Floats, outcome: Floats, level: float) -> dict[str, object]:
    is_high = probability >= threshold
    known = is_high & ~np.isnan(outcome)
    converted = int(outcome[known].sum())
    in_all = int(np.nansum(outcome))
    precision = _exact(converted, int(known.sum()), level)
    recall = _exact(converted, in_all, level)
    return {
        "threshold": threshold,
        "n_high": int(is_high.sum()),
        "high_share": float(is_high.mean()) if len(is_high) else np.nan,
        "expected_precision": float(probability[is_high].mean()) if is_high.any() else np.nan,
        "n_known": int(known.sum()),
        "n_converted": converted,
        **dict(zip(["precision", "precision_low", "precision_high"], precision, strict=True)),
        **dict(zip(["recall", "recall_low", "recall_high"], recall, strict=True)),
        "is_tentative": bool(known.sum() < _FEW or in_all < _FEW),
    }


def _exact(k: int, n: int, level: float) -> list[float]:
    """Return a proportion with its exact interval, NaN of nothing."""
    from scipy.stats import beta

    if n == 0:
        return [np.nan] * 3
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(beta.ppf(1 - tail, k + 1, n - k))
    return [k / n, low, high]


def _written(row: "pd.Series[float]") -> dict[str, str]:
    low, high = (formats.percent(float(row[f"precision_{end}"])) for end in ("low", "high"))
    precision = formats.percent(float(row["precision"]))
    return {"precision": precision, "interval": formats.interval(low, high)}
