"""Reading the occasion history that the BG/BB model is fitted on and forecasts from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.models._customer_columns import MOST_PERIODS, CustomerColumns
from custintel.models._history import Purchases
from custintel.models._merging import merged


@dataclass(frozen=True, slots=True)
class Occasions:
    """On which occasions customers purchased: whole numbers, one entry per customer."""

    frequency: NDArray[np.intp]  # occasions with a purchase
    recency: NDArray[np.intp]  # number of the last of them, from 1; 0 if there is none
    n_periods: NDArray[np.intp]  # occasions observed

    def of(self, rows: NDArray[np.intp] | slice) -> "Occasions":
        """Return the entries of some customers."""
        return Occasions(self.frequency[rows], self.recency[rows], self.n_periods[rows])

    def without_purchase_for(self, n: int) -> "Occasions":
        """Return the histories after `n` more occasions on which nobody purchased."""
        return Occasions(self.frequency, self.recency, self.n_periods + n)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The histories that differ, and which of them each customer has."""

    occasions: Occasions
    kind: NDArray[np.intp]


def read_occasions(history: pd.DataFrame) -> Occasions:
    """Return the columns of an occasion history, once they are checked."""
    columns = CustomerColumns(
        history,
        "occasion_history",
        _("Make it with custintel.tables.occasion_history(transactions, as_of=…, period='1Y')."),
    )
    names = ("frequency", "recency", "n_periods")
    columns.require(*names)
    x, t_x, n = (
        columns.whole_numbers(name, least=0, most=MOST_PERIODS).astype(np.intp) for name in names
    )
    columns.refuse(
        t_x > n,
        N_("recency is above n_periods, that is, the last purchase comes after the observation,"),
    )
    columns.refuse(
        x > t_x, N_("frequency is above recency, that is, more than one purchase per occasion,")
    )
    columns.refuse((x == 0) & (t_x > 0), N_("recency is above 0 and frequency is 0"))
    return Occasions(x, t_x, n)


def merged_occasions(occasions: Occasions, weight: Floats | None) -> tuple[Occasions, Floats]:
    """Return the distinct histories with their weights."""
    columns = (occasions.frequency, occasions.recency, occasions.n_periods)
    distinct, weights = merged(Purchases(*(column.astype(float) for column in columns)), weight)
    x, t_x, n = (
        column.astype(np.intp) for column in (distinct.frequency, distinct.recency, distinct.T)
    )
    return Occasions(x, t_x, n), weights


def kinds_of(occasions: Occasions) -> Kinds:
    """Return the distinct histories and who has which: there are few, whatever the customers."""
    base = int(occasions.n_periods.max()) + 1
    key = (occasions.frequency * base + occasions.recency) * base + occasions.n_periods
    kind, first = pd.factorize(key)
    distinct = Occasions(first // base**2, first // base % base, first % base)
    return Kinds(distinct, kind)
