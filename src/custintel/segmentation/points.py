"""Points for recency, frequency and monetary value, by rules that analysts set by hand."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_columns, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._time import Day, Span, as_day, window_start
from custintel.segmentation._by_customer import amounts_by_customer


@dataclass(frozen=True, slots=True)
class PointsRule:
    """Points for recency, frequency and monetary value, and their weights.

    The default is a rule of direct marketing, with 200 points at most: 20 × 5 + 20 × 3 +
    20 × 2. Its weights are judgement, not estimates: where the response to a campaign is
    known, a model of the response is better.

    Parameters
    ----------
    recency : tuple of (str, float)
        Points by the time since the last purchase, shortest first: customers whose last
        purchase is within the first span get its points, and so on; the others get none.
    per_order : float
        Points for each order.
    per_amount : float
        Points for each unit of money.
    most : float
        Most points that frequency can bring, and most that monetary value can.
    weights : tuple of float
        Weights of recency, frequency and monetary value.

    References
    ----------
    Course slides on RFM, studylib.net document 5618814, example 2.
    """

    recency: tuple[tuple[str, float], ...] = (
        ("3M", 20.0),
        ("6M", 10.0),
        ("9M", 5.0),
        ("12M", 3.0),
        ("24M", 1.0),
    )
    per_order: float = 4.0
    per_amount: float = 0.1
    most: float = 20.0
    weights: tuple[float, float, float] = (5.0, 3.0, 2.0)

    def __post_init__(self) -> None:
        """Refuse spans that do not grow, and numbers that are not."""
        days = [Span.parse(span).to("D") for span, _points in self.recency]
        if not days or (np.diff(days) <= 0).any():
            raise ValueError(
                _(
                    "recency lists spans from short to long with their points: got {recency}.",
                    recency=self.recency,
                )
            )
        points = [points for _span, points in self.recency]
        numbers = np.array([*points, self.per_order, self.per_amount, self.most, *self.weights])
        if len(self.weights) != 3 or not (np.isfinite(numbers).all() and (numbers >= 0).all()):
            raise ValueError(
                _("Points and weights are numbers of 0 or more, and the weights are three.")
            )


def rfm_points(rfm: pd.DataFrame, *, as_of: Day, rule: PointsRule | None = None) -> pd.DataFrame:
    """Rate customers by points for recency, frequency and monetary value, and add them up.

    This is the analyst's convention beside `rfm_scores`: the same customer gets the same
    points whatever the others do, and the points of the three differ in weight. Where points
    are to count the last two years only, make `rfm` from these:
    ``rfm_table(select(transactions, "ordered_at > '2022-12-31'"), as_of="2024-12-31")``.

    Parameters
    ----------
    rfm : DataFrame
        One row per customer, from `rfm_table` or `decayed_rfm`: ``recency_days``,
        ``frequency``, ``monetary``. Other columns are kept.
    as_of : date-like
        The day at which `rfm` was made: spans in months are calendar months back from it.
        "Within 3M" of 2024-12-31 are purchases from 2024-10-01 on.
    rule : PointsRule, optional
        The points; by default ``PointsRule()``.

    Returns
    -------
    DataFrame
        The rows and columns of `rfm`, and

        - ``recency_points``, ``frequency_points``, ``monetary_points`` : float, before they
          are weighted; net refunds bring none
        - ``rfm_points`` : float, weighted sum, 0 to 200 by the default rule

    Raises
    ------
    SchemaError
        If a column is missing, a customer repeats, or a value is missing.
    ValueError
        If `as_of` is not a date.

    Examples
    --------
    >>> import pandas as pd
    >>> rfm = pd.DataFrame(
    ...     {"recency_days": [10, 400], "frequency": [3, 9], "monetary": [150.0, 900.0]},
    ...     index=pd.Index(["ann", "bob"], name="customer_id"),
    ... )
    >>> rfm_points(rfm, as_of="2024-12-31")["rfm_points"].to_dict()
    {'ann': 166.0, 'bob': 105.0}
    """
    given = PointsRule() if rule is None else rule
    require_type(given, PointsRule, name="rule", what=_("a PointsRule"))
    columns = ["recency_days", "frequency", "monetary"]
    require_columns(rfm.columns, columns, table="rfm_table")
    days, orders, spent = (amounts_by_customer(rfm[name], name=name) for name in columns)
    points = {
        "recency_points": _recency_points(np.asarray(days), as_day(as_of), given),
        "frequency_points": (given.per_order * orders.to_numpy()).clip(0, given.most),
        "monetary_points": (given.per_amount * spent.to_numpy()).clip(0, given.most),
    }
    total = sum(w * p for w, p in zip(given.weights, points.values(), strict=True))
    return rfm.assign(**points, rfm_points=total)


def _recency_points(days: Floats, as_of: pd.Timestamp, rule: PointsRule) -> Floats:
    starts = [window_start(as_of, Span.parse(span)) for span, _points in rule.recency]
    within = [(as_of - start).days for start in starts]
    points = [*(points for _span, points in rule.recency), 0.0]
    return np.asarray(np.array(points)[np.searchsorted(within, days, side="left")])
