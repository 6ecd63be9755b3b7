"""One cut of a backtest: what was known at the end of a day, and what came after it."""

import warnings
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted
from custintel._frames import Frame, day_number, lazy, number_of_day, to_pandas
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError, SetAsideWarning
from custintel.tables import daily_purchases, purchase_holdout, regularity_history


@dataclass(frozen=True, slots=True)
class Holdout:
    """What was known at the end of a day, and what customers did in the days after it."""

    cut: pd.Timestamp
    days: int
    history: pd.DataFrame
    actual: Floats  # purchases of each customer of the history
    actual_by_day: Floats  # of all of them together, on each of the days

    def week_ends(self) -> NDArray[np.intp]:
        """Return the last day of each week, counted from the cut; the last week may be short."""
        ends = np.arange(7, self.days + 1, 7)
        return ends if self.days % 7 == 0 else np.append(ends, self.days)


def observe(
    transactions: Frame,
    cut: pd.Timestamp,
    days: int,
    covariates: pd.DataFrame | None = None,
) -> Holdout:
    """Split purchases at the end of the day `cut`, and look at the `days` after it."""
    end = cut + pd.Timedelta(days=days)
    history = regularity_history(transactions, as_of=cut)
    if history.empty:
        raise SchemaError(
            _(
                "Table 'transactions' has no purchase on or before the cut {cut:%Y-%m-%d}. "
                "Leave it out of cut_dates, or take a later one.",
                cut=cut,
            )
        )
    with warnings.catch_warnings():
        # The history has warned already of the customers who are left out here as there.
        warnings.simplefilter("ignore", SetAsideWarning)
        after = purchase_holdout(transactions, calibration_end=cut, as_of=end)
    if not after["holdout_purchases"].any():
        _require_covered(transactions, cut, days)
    daily = daily_purchases(transactions, as_of=end, first_by=cut)["n_repeat_purchases"]
    return Holdout(
        cut=cut,
        days=days,
        history=history if covariates is None else _joined(history, covariates),
        actual=after["holdout_purchases"].to_numpy(float),
        actual_by_day=daily.iloc[-days:].to_numpy(float),
    )


def _require_covered(transactions: Frame, cut: pd.Timestamp, days: int) -> None:
    """Refuse a cut after which there is no purchase at all, not even a first one."""
    purchases = lazy(transactions, ["ordered_at", "revenue"]).filter(nw.col("revenue") >= 0)
    last = to_pandas(purchases.select(day=day_number("ordered_at").max()))["day"].iloc[0]
    if last <= number_of_day(cut):
        raise SchemaError(
            _(
                "The last purchase in the data is of {last:%Y-%m-%d}, so that the {days} days "
                "after the cut {cut:%Y-%m-%d} would count as days without purchases. Is as_of "
                "the last day that the export covers?",
                last=pd.Timestamp(int(last), unit="D"),
                days=days,
                cut=cut,
            )
        )


def _joined(history: pd.DataFrame, covariates: pd.DataFrame) -> pd.DataFrame:
    """Return the history with its customers' covariates; missing ones are the model's to refuse."""
    if not covariates.index.is_unique:
        raise SchemaError(
            _("covariates has several rows for one customer; give one each, by customer_id.")
        )
    taken = covariates.columns.intersection(history.columns)
    if len(taken):
        raise SchemaError(
            _(
                "covariates has the columns {names}, which the purchase history has too; rename "
                "them.",
                names=quoted(taken),
            )
        )
    return history.join(covariates)
