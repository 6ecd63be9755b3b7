"""Paths of touches as arrays: what every method of attribution starts from."""

from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_columns, require_type
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
LARGEST = 1e30  # nobody's conversions or revenue; squares of it can still be added up
MISSING, NO_TOUCH = N_("(missing)"), N_("(no touch)")


class Coded(NamedTuple):
    """Values as places in their distinct names, which are sorted as text."""

    codes: Ints
    names: "pd.Index[Any]"


def coded(values: "pd.Series[Any]") -> Coded:
    """Return values as codes; those that are missing have a name of their own."""
    codes, found = pd.factorize(values)
    # The last is the name of what is missing, whose code is −1.
    texts = np.array([*(str(name) for name in found), MISSING], dtype=object)
    codes[codes < 0] = len(found)
    is_used = np.bincount(codes, minlength=len(texts)) > 0
    names, place = np.unique(texts[is_used], return_inverse=True)
    if NO_TOUCH in names:
        raise SchemaError(
            _(
                "A channel is called {name!r}, as is the row of conversions without a touch. "
                "Give it another name.",
                name=NO_TOUCH,
            )
        )
    return Coded(place[(np.cumsum(is_used) - 1)[codes]], pd.Index(names, dtype="str"))


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Paths, and what came of each.

    ``channel`` and ``age_days`` (before the conversion; None where times are not known) are of
    each touch, path after path; the others of each path. A path of no touch stands for
    conversions that none came before. ``squares`` adds up the squared values of the single
    conversions; both are None where conversions have no value.
    """

    channel: Ints
    length: Ints
    n_conversions: Floats
    n_nulls: Floats
    value: Floats | None
    squares: Floats | None
    names: "pd.Index[Any]"
    age_days: Floats | None = None

    def starts(self) -> Ints:
        """Return the place of each path's first touch."""
        return np.cumsum(self.length) - self.length

    def of_touch(self) -> Ints:
        """Return the path of each touch."""
        return np.repeat(np.arange(len(self.length)), self.length)

    def position(self) -> Ints:
        """Return the place of each touch in its path, from 0."""
        return np.arange(len(self.channel)) - np.repeat(self.starts(), self.length)

    def among(self, kept: Flags) -> "Paths":
        """Return the paths that are told."""
        has_touch = kept[self.of_touch()]
        return replace(
            self,
            channel=self.channel[has_touch],
            length=self.length[kept],
            n_conversions=self.n_conversions[kept],
            n_nulls=self.n_nulls[kept],
            value=None if self.value is None else self.value[kept],
            squares=None if self.squares is None else self.squares[kept],
            age_days=None if self.age_days is None else self.age_days[has_touch],
        )

    def without_repeats(self) -> "Paths":
        """Return the paths with one touch for each run of touches of one channel."""
        is_kept = np.r_[True, self.channel[1:] != self.channel[:-1]] | (self.position() == 0)
        length = np.bincount(self.of_touch()[is_kept], minlength=len(self.length))
        age = None if self.age_days is None else self.age_days[is_kept]
        return replace(self, channel=self.channel[is_kept], length=length, age_days=age)

    def table(self) -> pd.DataFrame:
        """Return one row per distinct path, those with most conversions first."""
        # Big-endian bytes sort as the names of the channels do.
        width = np.dtype(">u2" if len(self.names) < 2**16 else ">u4")
        codes = self.channel.astype(width).tobytes()
        ends = np.cumsum(self.length) * width.itemsize
        keys = np.empty(len(ends), dtype=object)
        starts = (ends - self.length * width.itemsize).tolist()
        keys[:] = [codes[a:b] for a, b in zip(starts, ends.tolist(), strict=True)]
        place, found = pd.factorize(keys, sort=True)
        sums = pd.DataFrame(
            {
                "n_conversions": np.bincount(place, self.n_conversions, len(found)),
                "n_nulls": np.bincount(place, self.n_nulls, len(found)),
                "value": _sums(place, self.value, len(found)),
                "value_squares": _sums(place, self.squares, len(found)),
            }
        ).astype({"n_conversions": "int64", "n_nulls": "int64"})
        order = np.lexsort((-sums["n_nulls"].to_numpy(), -sums["n_conversions"].to_numpy()))
        names = self.names.to_numpy(dtype=object)
        named = np.empty(len(found), dtype=object)
        named[:] = [tuple(names[np.frombuffer(found[i], width)]) for i in order]
        table = sums.iloc[order].reset_index(drop=True)
        table.insert(0, "path", pd.Series(named, dtype=object))
        return table


def _sums(place: Ints, amounts: Floats | None, n: int) -> Floats:
    if amounts is None:
        return np.full(n, np.nan)
    return np.bincount(place, amounts, n).astype(float)


def read_paths(paths: pd.DataFrame) -> Paths:
    """Check a table of paths, and return it as arrays."""
    what = _("a pandas DataFrame, such as custintel.attribution.attribution_paths returns")
    require_type(paths, pd.DataFrame, name="paths", what=what)
    require_columns(paths.columns, ["path", "n_conversions"], table="paths")
    held = paths["path"].to_list()
    _require_sequences(held)
    channel = coded(pd.Series(list(chain.from_iterable(held)), dtype=object))
    length = np.fromiter(map(len, held), np.int64, len(held))
    conversions = _amounts(paths, "n_conversions")
    nulls = _amounts(paths, "n_nulls") if "n_nulls" in paths else np.zeros(len(held))
    is_empty = (length == 0) & (nulls > 0)
    _refuse(paths, is_empty, _("a non-converting path has at least one touch"))
    value, squares = _values(paths, conversions)
    return Paths(channel.codes, length, conversions, nulls, value, squares, channel.names)


def _values(paths: pd.DataFrame, conversions: Floats) -> tuple[Floats | None, Floats | None]:
    if "value" not in paths or (len(paths) and paths["value"].isna().all()):
        return None, None
    value = _amounts(paths, "value")
    _refuse(paths, (value > 0) & (conversions == 0), _("a value needs a conversion"))
    if "value_squares" in paths and paths["value_squares"].notna().all():
        return value, _amounts(paths, "value_squares", LARGEST**2)
    # As if the conversions of a path were of equal value: more is not told.
    return value, value**2 / np.where(conversions > 0, conversions, 1.0)


def _require_sequences(held: list[object]) -> None:
    wrong = [each for each in held if not isinstance(each, tuple | list)]
    if wrong:
        raise SchemaError(
            _n(
                "{n} row of 'paths' holds no tuple of channels: {examples}. Paths written as "
                "text become tuples by custintel.attribution.split_paths(paths, separator=…).",
                "{n} rows of 'paths' hold no tuple of channels: {examples}. Paths written as "
                "text become tuples by custintel.attribution.split_paths(paths, separator=…).",
                len(wrong),
                examples=quoted(wrong, most=3),
            )
        )


def _amounts(paths: pd.DataFrame, column: str, most: float = LARGEST) -> Floats:
    amounts = pd.to_numeric(paths[column], errors="coerce").to_numpy(float, na_value=np.nan)
    is_wrong = ~((amounts >= 0) & (amounts <= most))
    _refuse(paths, is_wrong, _("{column} is a number of 0 or more", column=column))
    return amounts


def _refuse(paths: pd.DataFrame, is_wrong: Flags, rule: str) -> None:
    if is_wrong.any():
        raise SchemaError(
            _n(
                "{n} row of 'paths' breaks a rule ({rule}), at {rows}. Correct or leave out.",
                "{n} rows of 'paths' break a rule ({rule}), at {rows}. Correct or leave out.",
                int(is_wrong.sum()),
                rule=rule,
                rows=quoted(paths.index[is_wrong], most=3),
            )
        )
