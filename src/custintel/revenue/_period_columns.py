"""Tables of items × periods, from transactions or printed: read, checked, put in order."""

import re
from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_type
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

_LABEL = re.compile(r"\d{4}(-?Q[1-4]|-(0[1-9]|1[0-2]))?")
_LARGEST = 1e30
_PERIODS_PER_YEAR = {"Y": 1, "Q": 4, "M": 12}


def by_period(table: pd.DataFrame) -> pd.DataFrame:
    """Return a checked copy: amounts as floats, periods as a `PeriodIndex` in order of time."""
    require_type(table, pd.DataFrame, name="table", what=_("a pandas DataFrame"))
    columns = _periods(table.columns)
    _require_unique(columns)
    _require_unique(table.index)
    amounts = _as_floats(table).set_axis(columns, axis=1)
    _require_finite(amounts)
    return amounts.sort_index(axis=1)


def period_named(label: object) -> pd.Period:
    """Return the year, quarter or month that a label such as 2005 or "2005Q1" names."""
    if isinstance(label, pd.Period) and _unit(label) in _PERIODS_PER_YEAR:
        return label
    text = str(label)
    if isinstance(label, str | int | np.integer) and _LABEL.fullmatch(text):
        return pd.Period(text)
    raise SchemaError(
        _(
            "The columns of this table are years, quarters or months, such as 2005, '2005Q1' "
            "or '2005-03': got {label!r}. Move what names the items to the index: "
            "table.set_index('name').",
            label=label,
        )
    )


def one_of(amounts: pd.DataFrame, label: object) -> pd.Period:
    """Return the period of a checked table that `label` names."""
    period = period_named(label)
    if period not in amounts.columns:
        raise ValueError(
            _(
                "{period} is not a period of this table; it has {periods}.",
                period=period,
                periods=quoted(amounts.columns, most=12),
            )
        )
    return period


def position_of(amounts: pd.DataFrame, label: object) -> int:
    """Return the place, from 0, of the period of a checked table that `label` names."""
    return list(pd.PeriodIndex(amounts.columns)).index(one_of(amounts, label))


def years_covered(amounts: pd.DataFrame) -> float:
    """Return the years from the first period of a checked table to its last, by their labels."""
    periods = pd.PeriodIndex(amounts.columns)
    return float(periods[-1].ordinal - periods[0].ordinal) / _PERIODS_PER_YEAR[_unit(periods[0])]


def _unit(period: pd.Period) -> str:
    return period.freqstr.split("-")[0]


def _periods(labels: pd.Index) -> pd.PeriodIndex:
    if labels.empty:
        return pd.PeriodIndex([], freq="Y")
    periods = [period_named(label) for label in labels]
    units = sorted({period.freqstr for period in periods})
    if len(units) > 1:
        raise SchemaError(
            _(
                "The columns of this table mix periods of {n} lengths: {examples}. "
                "Make one table for each.",
                n=len(units),
                examples=quoted(labels, most=3),
            )
        )
    return pd.PeriodIndex(periods)


def _require_unique(labels: pd.Index) -> None:
    repeated = labels[labels.duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "{n} label of this table comes more than once: {examples}. "
                "Add up what belongs together first: table.groupby(level=0).sum().",
                "{n} labels of this table come more than once: {examples}. "
                "Add up what belongs together first: table.groupby(level=0).sum().",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )


def _as_floats(table: pd.DataFrame) -> pd.DataFrame:
    texts = [label for label, dtype in table.dtypes.items() if not _holds_numbers(table, label)]
    if texts:
        raise SchemaError(
            _n(
                "{n} column of this table holds something else than numbers: {examples}. "
                "Convert it with pandas.to_numeric.",
                "{n} columns of this table hold something else than numbers: {examples}. "
                "Convert them with pandas.to_numeric.",
                len(texts),
                examples=quoted(texts, most=3),
            )
        )
    return table.astype(float)


def _holds_numbers(table: pd.DataFrame, label: Hashable) -> bool:
    try:
        table[label].astype(float)
    except (TypeError, ValueError):
        return False
    return True


def _require_finite(amounts: pd.DataFrame) -> None:
    missing = ~np.isfinite(amounts.to_numpy())
    if missing.any():
        raise SchemaError(
            _n(
                "{n} amount of this table is missing or infinite, in {cells}. "
                "If nothing was sold there, say so: table.fillna(0.0).",
                "{n} amounts of this table are missing or infinite, the first in {cells}. "
                "If nothing was sold there, say so: table.fillna(0.0).",
                int(missing.sum()),
                cells=_first_cells(amounts, missing),
            )
        )
    # Squares of larger amounts would overflow, and silently.
    huge = amounts.abs().to_numpy() > _LARGEST
    if huge.any():
        raise SchemaError(
            _n(
                "{n} amount of this table lies beyond {most:.0e}, in {cells}: that is no sum of "
                "money. Mend it first.",
                "{n} amounts of this table lie beyond {most:.0e}, the first in {cells}: these are "
                "no sums of money. Mend them first.",
                int(huge.sum()),
                most=_LARGEST,
                cells=_first_cells(amounts, huge),
            )
        )


def _first_cells(amounts: pd.DataFrame, are_meant: NDArray[np.bool_]) -> str:
    rows, columns = np.nonzero(are_meant)
    return quoted(
        f"{amounts.index[row]} {amounts.columns[column]}"
        for row, column in zip(rows[:3], columns[:3], strict=True)
    )
