"""What a file holds before it is understood."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._text import translate as _
from custintel.schemas.set_aside import set_aside_rows


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """The cells of a file, and the rows that have not the shape of its header."""

    headers: list[str]
    frame: pd.DataFrame  # one column per header, named by position; index `line`
    set_aside: list[pd.DataFrame]
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows in the file, the header not counted."""
        return len(self.frame) + sum(map(len, self.set_aside))


def whole_rows(lines: Iterable[int], values: Iterable[object], reason: str) -> pd.DataFrame:
    """Return rows set aside whole, for a fault that lies in no one column."""
    index = pd.Index(list(lines), dtype="int64", name="line")
    return set_aside_rows(index, column=None, values=values, reason=reason)


def without_idle_rows(
    headers: Sequence[str], frame: pd.DataFrame
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Set aside the rows that are empty or repeat the header, as joined exports have."""
    first = frame.iloc[:, 0].astype(object).fillna("").to_numpy()
    repeated = _equal_rows(frame, first, list(headers))
    empty = _equal_rows(frame, first, [""] * len(headers))
    told = (
        (repeated, [" ".join(headers)], _("repeated header")),
        (empty, [""], _("empty row")),
    )
    parts = [
        whole_rows(frame.index[rows], text * int(rows.sum()), reason)
        for rows, text, reason in told
        if rows.any()
    ]
    idle = repeated | empty
    return (frame[~idle] if idle.any() else frame), parts


def _equal_rows(
    frame: pd.DataFrame, first: np.typing.NDArray[np.object_], wanted: list[str]
) -> np.typing.NDArray[np.bool_]:
    equal = np.asarray(first == wanted[0], dtype=bool)
    # Few rows begin alike; only those are compared to the end.
    candidates = np.flatnonzero(equal)
    if len(candidates):
        cells = frame.iloc[candidates].astype(object).fillna("").to_numpy()
        equal[candidates] = (cells == np.array(wanted, dtype=object)).all(axis=1)
    return equal
