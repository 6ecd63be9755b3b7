"""How well a purchase model follows what customers did, in a period that it has not seen."""

from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_columns
from custintel._frames import Frame
from custintel._text import translate as _
from custintel._time import Day, as_day, require_after
from custintel.errors import SchemaError
from custintel.tables import daily_purchases
from custintel.value._models_given import require_no_covariates, require_purchase_model
from custintel.value.lifetime import PurchaseModel


class TrackedModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def expected_repeat_purchases(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean repeat purchases of a customer within `days` of the first one."""
        ...


def purchase_tracking(
    transactions: Frame, model: TrackedModel, *, calibration_end: Day, as_of: Day
) -> pd.DataFrame:
    """Compare cumulative repeat purchases with what a purchase model expects, by week.

    Customers are those who first bought on or before `calibration_end`; the weeks are counted
    from the first purchase of all, and the last one is cut at `as_of`.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, of any engine.
    model : TrackedModel
        A purchase model without covariates, fitted on the history as of `calibration_end`.
    calibration_end : date-like
        Last day that the model has seen.
    as_of : date-like
        Last day compared, included.

    Returns
    -------
    DataFrame
        Indexed by ``week_end``, the last day of each week.

        - ``actual_purchases`` : int, repeat purchase days so far
        - ``expected_purchases`` : float, repeat purchases that the model expects so far
        - ``is_holdout`` : bool, whether the week ends after `calibration_end`

    Raises
    ------
    SchemaError
        If a column is missing, nobody bought by `calibration_end`, or the model has
        covariates.
    ValueError
        If `as_of` does not come after `calibration_end`.
    TypeError
        If the model is no purchase model.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel
    >>> from custintel.tables import purchase_history
    >>> transactions = load_cdnow("sample")
    >>> model = BetaGeoModel().fit(purchase_history(transactions, as_of="1997-09-30"))
    >>> tracking = purchase_tracking(
    ...     transactions, model, calibration_end="1997-09-30", as_of="1998-06-30"
    ... )
    >>> tracking.loc["1997-05-20", "actual_purchases"].item()
    1359
    """
    require_purchase_model(model, "expected_repeat_purchases", argument="days")
    require_no_covariates(model)
    cut, end = as_day(calibration_end, name="calibration_end"), as_day(as_of)
    require_after(cut, end)
    daily = daily_purchases(transactions, as_of=end, first_by=cut)
    start = daily.index[0]
    week_ends = pd.date_range(start + pd.Timedelta(days=6), end, freq="7D", name="week_end")
    if not len(week_ends) or week_ends[-1] < end:
        week_ends = pd.DatetimeIndex([*week_ends, end], name="week_end")
    cumulative = daily["n_repeat_purchases"].cumsum()
    return pd.DataFrame(
        {
            "actual_purchases": cumulative.reindex(week_ends, method="ffill").astype("int64"),
            "expected_purchases": _expected(daily["n_new_customers"], week_ends, model),
            "is_holdout": week_ends > cut,
        },
        index=week_ends,
    )


def _expected(
    new_customers: pd.Series, week_ends: pd.DatetimeIndex, model: TrackedModel
) -> NDArray[np.float64]:
    """Add up the model's mean over customers by age: one evaluation for each age in days."""
    first_days = new_customers[new_customers > 0]
    ages = (week_ends.to_numpy()[:, None] - first_days.index.to_numpy()[None, :]) / np.timedelta64(
        1, "D"
    )
    longest = int(ages.max()) if ages.size else 0
    mean_by_age = model.expected_repeat_purchases(np.arange(longest + 1.0))
    means = np.where(ages > 0, mean_by_age[np.maximum(ages, 0).astype(int)], 0.0)
    return np.asarray(means @ first_days.to_numpy(float))


def holdout_fit(holdout: pd.DataFrame, model: PurchaseModel, *, most: int = 7) -> pd.DataFrame:
    """Compare purchases in the holdout with the forecast, by past frequency.

    Parameters
    ----------
    holdout : DataFrame
        From `custintel.tables.purchase_holdout`.
    model : PurchaseModel
        A purchase model, fitted on the same calibration history.
    most : int, default=7
        Customers with this many repeat purchases or more form one class.

    Returns
    -------
    DataFrame
        Indexed by ``frequency``, the repeat purchases in the calibration period, from 0 to
        `most` (which holds all those above too). Classes without customers are left out.

        - ``n_customers`` : int
        - ``actual_purchases`` : int, in the holdout, all customers of the class together
        - ``expected_purchases`` : float, likewise
        - ``actual_mean``, ``expected_mean`` : float, per customer

    Raises
    ------
    SchemaError
        If a column is missing, or nobody is in the holdout.
    TypeError
        If the model is no purchase model.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel
    >>> from custintel.tables import purchase_holdout
    >>> split = purchase_holdout(
    ...     load_cdnow("sample"), calibration_end="1997-09-30", as_of="1998-06-30"
    ... )
    >>> fit = holdout_fit(split, BetaGeoModel().fit(split))
    >>> fit.loc[0, ["n_customers", "actual_purchases"]].astype(int).to_list()
    [1411, 334]
    """
    require_purchase_model(model, "expected_purchases", argument="horizon")
    require_columns(
        holdout.columns, ["frequency", "holdout_purchases", "holdout_days"], table="holdout"
    )
    if holdout.empty:
        raise SchemaError(
            _("Table 'holdout' has no customer; was calibration_end before every purchase?")
        )
    horizon = f"{int(holdout['holdout_days'].iloc[0])}D"
    expected = model.expected_purchases(holdout, horizon=horizon, annual_discount_rate=0.0)
    classes = (
        pd.DataFrame(
            {
                "frequency": holdout["frequency"].clip(upper=most),
                "actual": holdout["holdout_purchases"],
                "expected": expected.value,
            }
        )
        .groupby("frequency")
        .agg(
            n_customers=("actual", "size"),
            actual_purchases=("actual", "sum"),
            expected_purchases=("expected", "sum"),
        )
    )
    return classes.assign(
        actual_mean=classes["actual_purchases"] / classes["n_customers"],
        expected_mean=classes["expected_purchases"] / classes["n_customers"],
    )
