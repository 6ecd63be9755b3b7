"""Reading the purchase history that models are fitted on and forecast from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._checks import quoted, require_type
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.models._customer_columns import CustomerColumns

_MOST_PURCHASES = 1_000_000  # of one customer
_MOST_DAYS = 10**12  # beyond it, powers of times overflow


@dataclass(frozen=True, slots=True)
class Purchases:
    """When customers purchased: one entry per customer, times in days."""

    frequency: Floats  # repeat purchases
    recency: Floats  # from the first purchase to the last
    T: Floats  # from the first purchase to the end of observation

    log_intervals: Floats | None = None  # sum of the logarithms of the repeat intervals

    def of(self, rows: NDArray[np.intp] | slice) -> "Purchases":
        """Return the entries of some customers."""
        logs = None if self.log_intervals is None else self.log_intervals[rows]
        return Purchases(self.frequency[rows], self.recency[rows], self.T[rows], logs)

    def in_units_of(self, days: float) -> "Purchases":
        """Return the same purchases with times in another unit, given its length in days."""
        logs = self.log_intervals
        if logs is not None:
            logs = logs - self.frequency * np.log(days)
        return Purchases(self.frequency, self.recency / days, self.T / days, logs)


@dataclass(frozen=True, slots=True)
class Spend:
    """How much customers spent: one entry per customer."""

    frequency: Floats  # repeat purchases
    monetary_value: Floats  # mean amount of the repeat purchases

    def of(self, rows: NDArray[np.intp] | slice) -> "Spend":
        """Return the entries of some customers."""
        return Spend(self.frequency[rows], self.monetary_value[rows])


def read_purchases(history: pd.DataFrame, *, with_intervals: bool = False) -> Purchases:
    """Return the columns that tell when customers purchased, once they are checked."""
    columns = _columns(history)
    columns.require("frequency", "recency", "T")
    frequency = _frequency(columns)
    recency, age = (columns.numbers_from_zero(name, most=_MOST_DAYS) for name in ("recency", "T"))
    columns.refuse(
        recency > age,
        N_("recency is above T, that is, the last purchase comes after the end of observation,"),
    )
    columns.refuse((frequency == 0) & (recency > 0), N_("recency is above 0 and frequency is 0"))
    columns.refuse((frequency > 0) & (recency == 0), N_("frequency is above 0 and recency is 0"))
    if not with_intervals:
        return Purchases(frequency, recency, age)
    return Purchases(frequency, recency, age, _read_log_intervals(columns, frequency, recency))


def _read_log_intervals(columns: CustomerColumns, frequency: Floats, recency: Floats) -> Floats:
    if "sum_log_intervals" not in columns.frame.columns:
        raise SchemaError(
            _(
                "Table 'purchase_history' lacks 'sum_log_intervals', by which the regularity of "
                "purchases is known. Make the table with "
                "custintel.tables.regularity_history(transactions, as_of=…)."
            )
        )
    columns.require("sum_log_intervals")
    log_intervals = columns.numbers("sum_log_intervals")
    columns.refuse(
        (frequency == 0) & (log_intervals != 0),
        N_("sum_log_intervals is not 0 and frequency is 0"),
    )
    # Of intervals with a given sum, equal ones have the largest sum of logarithms.
    again = np.maximum(frequency, 1)
    most = frequency * np.log(np.maximum(recency, 1e-300) / again)
    columns.refuse(
        log_intervals > most + 1e-6 * (1 + np.abs(most)),
        N_("sum_log_intervals is larger than frequency and recency allow"),
    )
    return log_intervals


def read_spend(history: pd.DataFrame) -> Spend:
    """Return the columns that tell how much customers spent, once they are checked."""
    columns = _columns(history)
    columns.require("frequency", "monetary_value")
    return Spend(_frequency(columns), columns.numbers("monetary_value"))


def read_frequency(history: pd.DataFrame) -> Floats:
    """Return the repeat purchases of each customer, once they are checked."""
    columns = _columns(history)
    columns.require("frequency")
    return _frequency(columns)


def read_weights(sample_weight: ArrayLike | None, n: int) -> Floats | None:
    """Return one weight per customer, once they are checked; None stands for weights of 1."""
    if sample_weight is None:
        return None
    weight = np.asarray(sample_weight, dtype=float)
    if weight.shape != (n,):
        raise ValueError(
            _(
                "sample_weight has one number per customer: got shape {shape} for {n} customers.",
                shape=weight.shape,
                n=n,
            )
        )
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise ValueError(_("sample_weight is finite, never negative, and not all zero."))
    return weight


def customers_named(history: pd.DataFrame, chosen: NDArray[np.bool_]) -> str:
    """Return the first three of the chosen customers, to be shown in a message."""
    return quoted(history.index[chosen][:3])


def _columns(history: pd.DataFrame) -> CustomerColumns:
    require_type(
        history,
        pd.DataFrame,
        name=_("A purchase history"),
        what=_("a pandas DataFrame"),
        hint=_(
            "Give the table itself, as in fit(history), with columns frequency, recency and T, "
            "in days."
        ),
    )
    return CustomerColumns(
        history,
        "purchase_history",
        _(
            "Make the table with custintel.tables.purchase_history(transactions, as_of=…), or set "
            "these customers aside first."
        ),
    )


def _frequency(columns: CustomerColumns) -> Floats:
    return columns.whole_numbers("frequency", least=0, most=_MOST_PURCHASES)
