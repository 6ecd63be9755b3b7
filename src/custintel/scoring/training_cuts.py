"""Which days of the past a model can learn from."""

import narwhals as nw
import pandas as pd

from custintel._checks import require_count
from custintel._frames import Frame, day_number, lazy, to_pandas
from custintel._text import translate as _
from custintel._time import Day, Span, as_day, window_end, window_start
from custintel.errors import SchemaError
from custintel.tables._snapshot_plan import NO_GAP

_FEWEST = 2
# A shop does not sell on every day, so the first row may come a little after the first day.
_LATE_START = 12


def training_days(
    transactions: Frame,
    *,
    window: str,
    horizon: str,
    gap: str | None = None,
    most: int = 4,
    observed_until: Day | None = None,
) -> pd.DatetimeIndex:
    """Return the days to train on: the newest possible one, and earlier ones a horizon apart.

    The labels of each day end on the next one at the latest, so that nothing of the test was
    known in the training. The window of each lies in the data, of which a twelfth may be
    missing at its start.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    window : str
        Length of the days that the features look at, such as ``"12M"``.
    horizon : str
        Length of the days of the label.
    gap : str, optional
        Length of the days between them. By default none.
    most : int, default=4
        Most days to return, 2 or more.
    observed_until : date-like, optional
        Last day that the transactions cover. By default that of their last row.

    Returns
    -------
    DatetimeIndex
        Two days or more, the earliest first.

    Raises
    ------
    SchemaError
        If the data are too short for two days.
    ValueError
        If an argument is not as described.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> training_days(load_cdnow(), window="6M", horizon="6M").strftime("%Y-%m-%d").tolist()
    ['1997-06-30', '1997-12-31']
    """
    require_count(most, name="most")
    if most < _FEWEST:
        raise ValueError(_("most is 2 or more: got {most}.", most=most))
    seen, ahead = Span.parse(window), Span.parse(horizon)
    left_out = None if gap is None or gap == NO_GAP else Span.parse(gap)
    covered = _covered(transactions)
    until = covered[1] if observed_until is None else as_day(observed_until, name="observed_until")
    found: list[pd.Timestamp] = []
    while len(found) < most:
        until = _latest_before(until, left_out, ahead)
        first = window_start(until, seen)
        if first + (until - first) / _LATE_START < covered[0]:
            break
        found.append(until)
    if len(found) < _FEWEST:
        raise SchemaError(
            _(
                "The data, from {first:%Y-%m-%d} to {last:%Y-%m-%d}, are too short for a window "
                "of {window} before two days whose labels look {ahead} ahead, one after the "
                "other. Take a shorter window or horizon, or name the days: as_of=….",
                first=covered[0],
                last=covered[1],
                window=window,
                ahead=horizon if gap is None else f"{gap} + {horizon}",
            )
        )
    return pd.DatetimeIndex(found[::-1], name="as_of")


def _covered(transactions: Frame) -> tuple[pd.Timestamp, pd.Timestamp]:
    rows = lazy(transactions, ["ordered_at"]).select(day=day_number("ordered_at"))
    ends = to_pandas(rows.select(nw.col("day").min().alias("a"), nw.col("day").max().alias("b")))
    if ends.isna().to_numpy().any():
        raise SchemaError(_("Table 'transactions' is empty: there is nothing to learn from."))
    first, last = (pd.Timestamp(int(day), unit="D") for day in ends.iloc[0])
    return first, last


def _latest_before(until: pd.Timestamp, gap: Span | None, horizon: Span) -> pd.Timestamp:
    """Return the last day whose labels end by a day."""
    day = until - pd.Timedelta(days=1)
    while window_end(day if gap is None else window_end(day, gap), horizon) > until:
        day -= pd.Timedelta(days=1)
    return day
