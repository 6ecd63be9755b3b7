"""How many customers purchased how often, actual and by a purchase model."""

from typing import Protocol

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_columns
from custintel._elementwise import float_column
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.value._models_given import require_purchase_model


class CountingModel(Protocol):
    """What a purchase model offers here, such as `custintel.models.BetaGeoModel`."""

    def purchase_distribution(
        self, history: pd.DataFrame, *, horizon: str, most: int = 10
    ) -> pd.DataFrame:
        """Return the probability of each number of purchases within `horizon`."""
        ...


def frequency_fit(history: pd.DataFrame, model: CountingModel, *, most: int = 7) -> pd.DataFrame:
    """Compare how many customers made how many repeat purchases with what a model expects.

    The model is asked about new customers, each for as long as the customer has been observed:
    nothing is simulated. A model that fits the data it was fitted on may still forecast badly;
    `custintel.value.holdout_fit` looks at that.

    Parameters
    ----------
    history : DataFrame
        `custintel.tables.purchase_history`, one row per customer: ``frequency`` and ``T``, and
        the covariates of the model if it has any.
    model : CountingModel
        A purchase model, fitted on `history`.
    most : int, default=7
        Customers with this many repeat purchases or more form one class; 2 to 1,000.

    Returns
    -------
    DataFrame
        Indexed by ``frequency``, the repeat purchases, from 0 to `most` (which holds all those
        above too).

        - ``n_customers`` : int
        - ``expected_customers`` : float, mean number under the model

    Raises
    ------
    SchemaError
        If a column is missing, nobody is in the history, or a number in it is missing or
        negative.
    TypeError
        If the model is no purchase model.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting your customers" the easy
    way: an alternative to the Pareto/NBD model. Marketing Science 24(2), 275-284, figure 2.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel
    >>> from custintel.tables import purchase_history
    >>> history = purchase_history(load_cdnow("sample"), as_of="1997-09-30")
    >>> frequency_fit(history, BetaGeoModel().fit(history), most=3).round(1)
               n_customers  expected_customers
    frequency
    0                 1411              1407.7
    1                  439               460.3
    2                  214               192.5
    3                  293               296.5
    """
    require_purchase_model(model, "purchase_distribution", argument="horizon")
    require_columns(history.columns, ["frequency", "T"], table="purchase_history")
    require_between(most, 2, 1000, name="most")
    _require_counts(history)
    n_classes = int(most) + 1
    frequency = np.minimum(history["frequency"].to_numpy(int), n_classes - 1)
    return pd.DataFrame(
        {
            "n_customers": np.bincount(frequency, minlength=n_classes),
            "expected_customers": _expected(history, model, n_classes),
        },
        index=pd.RangeIndex(n_classes, name="frequency"),
    )


def _require_counts(history: pd.DataFrame) -> None:
    if history.empty:
        raise SchemaError(
            _("Table 'purchase_history' has no customer; was as_of before every purchase?")
        )
    for name in ("frequency", "T"):
        values = float_column(history[name]).to_numpy()
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            raise SchemaError(
                _(
                    "Table 'purchase_history': {name} is no number of 0 or more for {n} of "
                    "{total} customers, such as {customers}. Make the table with "
                    "custintel.tables.purchase_history(transactions, as_of=…).",
                    name=name,
                    n=int(wrong.sum()),
                    total=len(values),
                    customers=quoted(history.index[wrong], most=3),
                )
            )


def _expected(history: pd.DataFrame, model: CountingModel, n_classes: int) -> Floats:
    new = history.assign(frequency=0, recency=0.0, T=0.0, sum_log_intervals=0.0)
    ages, which = np.unique(history["T"].to_numpy(float), return_inverse=True)
    customers = np.split(np.argsort(which), np.bincount(which).cumsum()[:-1])
    expected = np.zeros(n_classes)
    for days, rows in zip(ages.tolist(), customers, strict=True):
        if days > 0:
            spread = model.purchase_distribution(
                new.iloc[rows], horizon=f"{days}D", most=n_classes - 2
            )
            expected += spread.to_numpy().sum(axis=0)
        else:
            expected[0] += len(rows)
    return expected
