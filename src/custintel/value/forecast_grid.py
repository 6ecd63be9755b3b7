"""What a purchase model forecasts of customers who differ in two things: how often, how lately."""

import warnings
from typing import Protocol

import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel._intervals import Estimates
from custintel._time import Span
from custintel.errors import WeakResultWarning
from custintel.value._models_given import require_no_covariates, require_purchase_model


class ForecastingModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def probability_alive(self, history: pd.DataFrame) -> pd.Series:
        """Return the probability that each customer has not left."""
        ...

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str | None, with_errors: bool = True
    ) -> Estimates:
        """Return each customer's expected purchases within `horizon`."""
        ...


def forecast_matrix(
    model: ForecastingModel,
    *,
    age: str,
    horizon: str,
    max_frequency: int = 15,
    step: str = "1W",
) -> pd.DataFrame:
    """Forecast customers of one age, for each number of repeat purchases and day of the last.

    It shows what a model has learned: a customer with many purchases who has been silent for a
    while is likelier to have left than one with few. Only histories that can happen are there:
    a customer without repeat purchase has made the last one on day 0, and a customer with five
    needs five days for them.

    Parameters
    ----------
    model : ForecastingModel
        A fitted purchase model without covariates.
    age : str
        Time since the first purchase, the same for all, with its unit, such as ``"39W"``.
    horizon : str
        Length of time that is forecast, with its unit.
    max_frequency : int, default=15
        Most repeat purchases, 1 to 1,000.
    step : str, default="1W"
        Time between one day of the last purchase and the next, counted back from today; not
        above `age`.

    Returns
    -------
    DataFrame
        One row per history, itself a purchase history; by frequency, then recency.

        - ``frequency`` : int, repeat purchases, 0 to `max_frequency`
        - ``recency`` : float, days from the first purchase to the last
        - ``T`` : float, days, the age of all
        - ``probability_alive`` : float, in 0–1; under BG/NBD 1 without repeat purchase, by
          assumption
        - ``expected_purchases`` : float, mean number within the horizon

    Raises
    ------
    ValueError
        If a span has no unit, the step is above the age, or `max_frequency` out of range.
    SchemaError
        If the model has covariates.
    TypeError
        If the model is no purchase model.

    Examples
    --------
    >>> from custintel.models import BetaGeoModel
    >>> model = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> matrix = forecast_matrix(model, age="39W", horizon="39W", max_frequency=2, step="13W")
    >>> matrix[["frequency", "recency", "expected_purchases"]].round(2)
       frequency  recency  expected_purchases
    0          0      0.0                0.19
    1          1     91.0                0.47
    2          1    182.0                0.63
    3          1    273.0                0.72
    4          2     91.0                0.60
    5          2    182.0                1.11
    6          2    273.0                1.37
    """
    require_purchase_model(model, "expected_purchases", argument="horizon")
    require_no_covariates(model)
    days, every = Span.parse(age).to("D"), Span.parse(step).to("D")
    require_between(max_frequency, 1, 1000, name="max_frequency")
    require_between(every, 0, days, name="step")
    histories = _possible_histories(days, every, int(max_frequency))
    with warnings.catch_warnings():
        # The docstring says it; of customers who are made up, the warning would be a riddle.
        warnings.simplefilter("ignore", WeakResultWarning)
        alive = np.asarray(model.probability_alive(histories), float)
    expected = model.expected_purchases(histories, horizon=horizon, with_errors=False)
    return histories.drop(columns="sum_log_intervals").assign(
        probability_alive=alive, expected_purchases=expected.value
    )


def _possible_histories(days: float, every: float, max_frequency: int) -> pd.DataFrame:
    last = days - every * np.arange(np.ceil(days / every))[::-1]  # above 0, up to the age
    frequency = np.repeat(np.arange(1, max_frequency + 1), len(last))
    recency = np.tile(last, max_frequency)
    can_happen = frequency <= recency
    frequency = np.append(0, frequency[can_happen])
    recency = np.append(0.0, recency[can_happen])
    # Forecasts do not depend on how purchases are spread; models of regular ones ask for it.
    even = np.maximum(recency, 1.0) / np.maximum(frequency, 1)
    return pd.DataFrame(
        {
            "frequency": frequency,
            "recency": recency,
            "T": days,
            "sum_log_intervals": frequency * np.log(even),
        }
    )
