"""Durations, checked: how long each unit was seen, whether it ended, and its group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._elementwise import float_column
from custintel._intervals import Floats
from custintel._runs import Flags, Ints
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.retention._purchase_days import MISSING, TOTAL

NEEDED = ["duration_days", "is_ended"]


@dataclass(frozen=True, slots=True, eq=False)
class Durations:
    """Arrays of the length of the table; ``group`` is the place of each name in ``names``."""

    days: Floats
    ended: Flags
    entered: Floats
    group: Ints
    names: pd.Index

    @property
    def is_late(self) -> bool:
        """Whether some units were seen only from a later age on."""
        return bool((self.entered > 0).any())

    def of(self, place: int) -> "Durations":
        """Return the durations of one group."""
        here = self.group == place
        return self.where(here)

    def where(self, chosen: Flags) -> "Durations":
        """Return some of the durations."""
        return Durations(
            self.days[chosen],
            self.ended[chosen],
            self.entered[chosen],
            self.group[chosen],
            self.names,
        )


def read_durations(
    durations: pd.DataFrame, *, by: str | None, extra: Sequence[str] = ()
) -> Durations:
    """Check a table of durations and return its numbers."""
    group = [] if by is None else [by]
    what = _("a pandas table with columns 'duration_days' and 'is_ended'")
    require_type(durations, pd.DataFrame, name="durations", what=what)
    require_columns(durations.columns, [*NEEDED, *group, *extra], table="durations")
    if durations.empty:
        raise SchemaError(_("Table 'durations' has no row."))
    days, ended = _floats(durations, "duration_days"), _floats(durations, "is_ended")
    entered = np.zeros(len(days))
    if "entered_days" in durations.columns:
        entered = _floats(durations, "entered_days")
    _require(days > 0, durations, "duration_days", _("above 0"))
    _require((ended == 0) | (ended == 1), durations, "is_ended", _("true or false"))
    inside = (entered >= 0) & (entered < days)
    _require(inside, durations, "entered_days", _("0 or more, and below duration_days"))
    if by is None:
        codes, names = np.zeros(len(days), np.int64), pd.Index([TOTAL], dtype="str")
    else:
        texts = durations[by].astype("str").mask(durations[by].isna(), MISSING)
        found_codes, found = pd.factorize(texts, sort=True)
        codes, names = found_codes.astype(np.int64), pd.Index(found, dtype="str")
    return Durations(days, ended == 1, entered, codes, names.rename(by))


def _floats(durations: pd.DataFrame, name: str) -> Floats:
    numbers = float_column(durations[name]).to_numpy()
    _require(np.isfinite(numbers), durations, name, _("a number"))
    return np.asarray(numbers)


def _require(is_right: Flags, durations: pd.DataFrame, name: str, what: str) -> None:
    if is_right.all():
        return
    raise SchemaError(
        _(
            "{n} of {n_rows} rows of 'durations' have a {name!r} that is not {what}: rows "
            "{examples}. Correct them, or leave them out.",
            n=int((~is_right).sum()),
            n_rows=len(durations),
            name=name,
            what=what,
            examples=quoted(durations.index[~is_right], most=3),
        )
    )
