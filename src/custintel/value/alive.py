"""How likely one customer has been to be still a customer, day by day."""

import warnings
from typing import Protocol

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._frames import Frame, day_number, lazy, number_of_day, to_pandas
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.value._models_given import require_no_covariates, require_purchase_model


class FittedModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def probability_alive(self, history: pd.DataFrame) -> pd.Series:
        """Return the probability that each customer has not left."""
        ...


def alive_path(
    transactions: Frame, model: FittedModel, *, customer_id: str, as_of: Day
) -> pd.DataFrame:
    """Follow the probability that one customer is still active, day by day.

    Each day's number rests on that day and the days before it, with the same fitted model. It
    falls while the customer is silent, and returns with each purchase. Under the BG/NBD model
    it is 1 until the first repeat purchase: as customers can leave after repeat purchases
    only, its 1 says nothing about them, and a warning tells where the whole path is of this
    kind.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, of any engine.
    model : FittedModel
        A fitted purchase model without covariates.
    customer_id : str
        Which customer.
    as_of : date-like
        Last day of the path.

    Returns
    -------
    DataFrame
        Indexed by ``day``, every day from the customer's first purchase to `as_of`.

        - ``frequency`` : int, purchase days so far, save the first
        - ``probability_alive`` : float, in 0-1, at the end of the day
        - ``is_purchase`` : bool, whether the customer purchased on the day

    Raises
    ------
    SchemaError
        If a column is missing, or the model has covariates.
    ValueError
        If the customer has no purchase by `as_of`.
    TypeError
        If the model is no purchase model.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel
    >>> model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> path = alive_path(load_cdnow(), model, customer_id="0001", as_of="1997-09-30")
    >>> path.loc["1997-09-30", "probability_alive"].round(3).item()
    0.727
    """
    require_purchase_model(model, "probability_alive")
    require_no_covariates(model)
    end = as_day(as_of)
    days = _purchase_days_of(transactions, str(customer_id), end)
    history = _daily_history(days, number_of_day(end))
    with warnings.catch_warnings():
        # A model may warn of customers without repeat purchase; the rows here are one's days.
        warnings.simplefilter("ignore", WeakResultWarning)
        alive = np.asarray(model.probability_alive(history), float)
    _warn_if_certain(alive, customer_id)
    every_day = days[0] + history["T"].to_numpy()
    return pd.DataFrame(
        {
            "frequency": history["frequency"].to_numpy(),
            "probability_alive": alive,
            "is_purchase": np.isin(every_day, days),
        },
        index=pd.DatetimeIndex(pd.to_datetime(every_day, unit="D"), name="day"),
    )


def _warn_if_certain(alive: NDArray[np.float64], customer_id: str) -> None:
    if len(alive) > 1 and (alive == 1).all():
        warn(
            _(
                "The path of customer {customer_id!r} is 1 on all {n} days, by assumption: "
                "without repeat purchase the model takes every customer for active. Fit a "
                "ModifiedBetaGeoModel or ParetoNBDModel to tell silence from loyalty.",
                customer_id=customer_id,
                n=len(alive),
            ),
            WeakResultWarning,
        )


def _purchase_days_of(
    transactions: Frame, customer_id: str, end: pd.Timestamp
) -> NDArray[np.int64]:
    """Return the numbers of the days on which the customer purchased, in order."""
    own = (
        lazy(transactions, ["customer_id", "ordered_at", "revenue"])
        .filter(nw.col("customer_id") == customer_id, nw.col("revenue") >= 0)
        .select(day=day_number("ordered_at"))
        .filter(nw.col("day") <= number_of_day(end))
        .unique()
    )
    days = np.sort(to_pandas(own)["day"].to_numpy(np.int64))
    if not len(days):
        raise ValueError(
            _(
                "Customer {customer_id!r} has no purchase on or before {end:%Y-%m-%d}; check the "
                "id and as_of.",
                customer_id=customer_id,
                end=end,
            )
        )
    return days


def _daily_history(days: NDArray[np.int64], last_day: int) -> pd.DataFrame:
    """Return the history that the customer had at the end of each day, one row per day."""
    age = np.arange(last_day - days[0] + 1)
    frequency = np.searchsorted(days, days[0] + age, side="right") - 1
    intervals = np.diff(days)
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": days[frequency] - days[0],
            "T": age,
            "sum_log_intervals": np.append(0.0, np.log(intervals).cumsum())[frequency],
            "longest_pause": np.append(0, np.maximum.accumulate(intervals))[frequency],
        }
    )
