"""Figures by period, from a wide or a long table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.decisions._offers import numbers
from custintel.errors import SchemaError

SEASONS = {"M": 12, "Q": 4, "W": 52, "D": 7}
_DAYS = {"D": (1, 1), "W": (6, 8), "M": (28, 31), "Q": (89, 93), "Y": (365, 366)}


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One figure in the order of time."""

    name: str
    periods: "pd.Index[Any]"
    values: Floats
    trials: Floats | None

    @property
    def unit(self) -> str:
        """Return the letter of the periods' length, empty if they tell none."""
        return str(self.periods.freqstr)[0] if isinstance(self.periods, pd.PeriodIndex) else ""


def read_series(table: pd.DataFrame) -> list[Series]:
    """Return the figures of a table, in its order."""
    require_type(table, pd.DataFrame, name="series", what=_("a pandas DataFrame"))
    if not {"kpi", "period"} & set(table.columns):
        require_columns(table.columns, [str(name) for name in table.columns], table="series")
        found = [_one(str(name), table.index, table, name) for name in table]
    else:
        require_columns(table.columns, ["kpi", "period", "value"], table="series")
        parts = table.groupby("kpi", sort=False, dropna=False, observed=True)
        found = [_one(str(name), _periods(part), part, "value") for name, part in parts]
    if not found:
        raise SchemaError(_("Table 'series' holds no figure: give it one column or more."))
    return found


def _periods(part: pd.DataFrame) -> "pd.Index[Any]":
    periods: pd.Index[Any] = pd.Index(part["period"])
    return periods


def _one(name: str, periods: "pd.Index[Any]", table: pd.DataFrame, column: Any) -> Series:
    periods = _as_periods(name, periods)
    if periods.hasnans or not periods.is_unique:
        raise SchemaError(
            _(
                "Figure {name!r} has periods that are missing or come twice: {examples}. Keep one "
                "value of each.",
                name=name,
                examples=quoted(periods[periods.duplicated() | periods.isna()], most=3),
            )
        )
    values = numbers(table, column)
    trials = None
    if column == "value" and "denominator" in table and table["denominator"].notna().any():
        trials = numbers(table, "denominator")
    order = np.argsort(periods, kind="stable")
    values, periods = values[order], periods[order]
    trials = None if trials is None else trials[order]
    known = np.flatnonzero(~np.isnan(values))
    # What is missing before a figure began, or not yet told, is no gap.
    span = slice(known[0], known[-1] + 1) if len(known) else slice(0, 0)
    values, periods = values[span], periods[span]
    trials = None if trials is None else trials[span]
    _refuse(name, periods, values, trials)
    return Series(name, periods, values, trials)


def _as_periods(name: str, periods: "pd.Index[Any]") -> "pd.Index[Any]":
    """Return days as the periods that they lie in; what has no order in time is refused."""
    if pd.api.types.is_object_dtype(periods) or pd.api.types.is_string_dtype(periods):
        periods = _read_dates(name, periods)
    if not isinstance(periods, pd.DatetimeIndex):
        return periods
    periods = periods.tz_localize(None)
    if len(periods) < 3 or periods.hasnans or not periods.is_unique:
        return periods
    ordered = periods.sort_values()
    steps = np.diff(ordered.to_numpy()) / np.timedelta64(1, "D")
    usual = float(np.median(steps))
    letter = next((unit for unit, (low, high) in _DAYS.items() if low <= usual <= high), None)
    if _is_every_working_day(ordered) or (letter is None and (steps == usual).all()):
        return periods
    found = None if letter is None else periods.to_period(letter)
    if found is None or not found.is_unique:
        raise _uneven(name)
    return found


def _is_every_working_day(ordered: pd.DatetimeIndex) -> bool:
    days = ordered.to_numpy().astype("datetime64[D]")
    return bool(np.is_busday(days).all() and (np.busday_count(days[:-1], days[1:]) == 1).all())


def _read_dates(name: str, periods: "pd.Index[Any]") -> "pd.Index[Any]":
    """Return texts such as 2024-03 or 2024-03-31 as dates; others have no order in time."""
    found = pd.Index(pd.to_datetime(periods, format="ISO8601", errors="coerce"))
    is_bad = np.asarray(found.isna()) & ~np.asarray(periods.isna())
    if is_bad.any():
        raise SchemaError(
            _(
                "Figure {name!r} has periods that are no dates, such as {examples}, so that their "
                "order is not known. Give pandas periods, dates, texts such as '2024-03-31', or "
                "numbers.",
                name=name,
                examples=quoted(periods[is_bad], most=3),
            )
        )
    return found


def _uneven(name: str) -> SchemaError:
    return SchemaError(
        _(
            "The periods of figure {name!r} do not follow one another evenly, so that what is "
            "missing cannot be told. Give pandas periods, or number them 1, 2, 3, …",
            name=name,
        )
    )


def _refuse(name: str, periods: "pd.Index[Any]", values: Floats, trials: Floats | None) -> None:
    if not len(values):
        raise SchemaError(_("Figure {name!r} holds no value: leave it out.", name=name))
    is_bad = ~np.isfinite(values)
    if trials is not None:
        is_bad |= ~((trials > 0) & np.isfinite(trials)) | (values < 0) | (values > 1)
    if is_bad.any():
        raise SchemaError(
            _n(
                "Figure {name!r} has {n} value that is missing, infinite, or no rate 0-1 of a "
                "denominator above 0: {examples}. Fill it in, or begin later.",
                "Figure {name!r} has {n} values that are missing, infinite, or no rates 0-1 of "
                "a denominator above 0: {examples}. Fill them in, or begin later.",
                int(is_bad.sum()),
                name=name,
                examples=quoted(periods[is_bad], most=3),
            )
        )
    if pd.api.types.is_numeric_dtype(periods) and len(periods) > 2:
        steps = np.diff(periods.to_numpy(np.float64))
        if not np.allclose(steps, steps[0]):
            raise _uneven(name)
    gaps = _gaps(periods)
    if gaps:
        raise SchemaError(
            _n(
                "Figure {name!r} lacks {n} period between the others, after {example}. Fill it in.",
                "Figure {name!r} lacks {n} periods between the others, the first one after "
                "{example}. Fill them in.",
                gaps,
                name=name,
                example=str(periods[int(np.argmax(_steps(periods) > 1))]),
            )
        )


def _steps(periods: "pd.Index[Any]") -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.asarray(np.diff(periods.astype("int64").to_numpy(np.int64)), np.int64)


def _gaps(periods: "pd.Index[Any]") -> int:
    """Return how many periods are missing in the midst."""
    if not isinstance(periods, pd.PeriodIndex) or len(periods) < 2:
        return 0
    return int((_steps(periods) - 1).sum())
