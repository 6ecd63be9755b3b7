"""Rows that are not used: where they stood, what was wrong, and how it is told.

A frame of rows set aside has the columns ``source`` (file name, or None), ``line`` (in
the file; position from 0 in a frame that was not read from one), ``column`` (None when
the whole row is at fault), ``value`` (text) and ``reason``.
"""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SetAsideWarning

COLUMNS = ["source", "line", "column", "value", "reason"]
_LONGEST = 200  # characters of a value that are kept
_MOST_REASONS = 5


def set_aside_rows(
    index: pd.Index, *, column: str | None, values: Iterable[object], reason: str
) -> pd.DataFrame:
    """Return one row per label of `index`, a label being a line or a source and a line."""
    sources = list(index.get_level_values(0)) if index.nlevels == 2 else [None] * len(index)
    rows = {
        "source": sources,
        "line": index.get_level_values(-1).to_numpy(dtype="int64"),
        "column": [column] * len(index),
        "value": [_shown(value) for value in values],
        "reason": [reason] * len(index),
    }
    dtypes = {name: "int64" if name == "line" else object for name in COLUMNS}
    return pd.DataFrame({name: pd.Series(rows[name], dtype=dtypes[name]) for name in COLUMNS})


def all_set_aside(parts: Iterable[pd.DataFrame], source: str | None = None) -> pd.DataFrame:
    """Return several frames of rows set aside as one, in the order of sources and lines."""
    filled = [part for part in parts if len(part)]
    if not filled:
        none = pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
        return none.astype({"line": "int64"})
    together = pd.concat(filled, ignore_index=True)
    if source is not None:
        together["source"] = pd.Series([source] * len(together), dtype=object)
    return together.sort_values(["source", "line"], kind="stable", ignore_index=True)


def line_index(frame: pd.DataFrame) -> pd.Index:
    """Return where each row stood: the lines that reading left in the index, or positions."""
    names = list(frame.index.names)
    if names in (["line"], ["source", "line"]):
        return frame.index
    return pd.RangeIndex(len(frame), name="line")


def reasons(set_aside: pd.DataFrame) -> str:
    """Return the counts by column and reason as one phrase, the commonest first."""
    counted = Counter(zip(set_aside["column"], set_aside["reason"], strict=True))
    phrases = [
        _("{n:,} {reason} in {column!r}", n=n, reason=reason, column=column)
        if isinstance(column, str)
        else _("{n:,} {reason}", n=n, reason=reason)
        for (column, reason), n in counted.most_common()
    ]
    more = len(phrases) - _MOST_REASONS
    shown = ", ".join(phrases[:_MOST_REASONS])
    return _("{shown} and {more} more reasons", shown=shown, more=more) if more > 0 else shown


def warn_set_aside(set_aside: pd.DataFrame, n_rows: int, *, source: str, twin: str) -> None:
    """Warn the caller of the calling function, once, with the counts; not when all was used."""
    if not len(set_aside):
        return
    message = _n(
        "{n} of {n_rows:,} rows of {source} was set aside: {reasons}. {twin} returns it.",
        "{n} of {n_rows:,} rows of {source} were set aside: {reasons}. {twin} returns them.",
        len(set_aside),
        n=f"{len(set_aside):,}",
        n_rows=n_rows,
        source=source,
        reasons=reasons(set_aside),
        twin=twin,
    )
    warn(message, SetAsideWarning)


def _shown(value: object) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
