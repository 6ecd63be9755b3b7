"""Printed figures, each of which stands for all the figures that round to it."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from custintel._checks import require_between
from custintel._text import mark as N_
from custintel._text import translate as _

AGREES = N_("agrees")
WITHIN = N_("agrees within rounding")
CANNOT = N_("cannot be")
UNKNOWN = N_("not judged")

# Ends of intervals are met exactly on paper, as 0.15 and 0.05 + 0.1 are, and missed by the
# last bits in a computer. So a figure that misses an end by this part of its last printed
# place, or of itself, is taken to meet it.
_OF_LAST_PLACE = 1e-6
_OF_FIGURE = 1e-13

Amounts: TypeAlias = "pd.Series[float]"


class Ends(NamedTuple):
    """The ends of the intervals of several figures."""

    low: Amounts
    high: Amounts


@dataclass(frozen=True, slots=True, eq=False)
class Rounded:
    """Printed amounts, items × periods, with the ends of what they were before rounding.

    ``base`` is the position of the period that is the base of an index, which rounding did
    not touch; None if there is none.
    """

    printed: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    base: int | None

    def ends(self, position: int) -> Ends:
        """Return the ends of the items' amounts in the period at a position."""
        return Ends(self.low.iloc[:, position], self.high.iloc[:, position])


def rounded(amounts: pd.DataFrame, rounding: float, *, is_index: bool | None = None) -> Rounded:
    """Return a checked table with the intervals of its unrounded figures.

    The base of an index is the first period whose figures are all exactly 100. By default a
    table is taken for an index if its first period is such.
    """
    require_between(rounding, 0, np.inf, name="rounding", open_ends=True)
    base = _base(amounts)
    if is_index is None:
        base = base if base == 0 else None
    elif not is_index:
        base = None
    half = np.full(amounts.shape, rounding / 2)
    if base is not None:
        half[:, base] = 0.0
    return Rounded(amounts, amounts - half, amounts + half, base)


def require_base(figures: Rounded) -> None:
    """Raise `ValueError` if an index has no period of 100s."""
    if figures.base is None:
        raise ValueError(
            _(
                "This table is not an index: none of its periods is 100 throughout. "
                "Make one with custintel.revenue.index_table(amounts)."
            )
        )


def _base(amounts: pd.DataFrame) -> int | None:
    if amounts.empty:
        return None
    is_base = (amounts == 100).all().to_numpy()
    return int(is_base.argmax()) if is_base.any() else None


def ratio_ends(before: Ends, after: Ends) -> Ends:
    """Return the ends of ``after / before``; NaN where before cannot have been above zero.

    They are exact, as the two amounts were rounded independently. Where before may have been
    zero the ratio may have been infinite.
    """
    is_base = before.high > 0
    smallest = before.low.where(before.low > 0, np.nan)
    largest = before.high.where(is_base)
    high = (after.high / smallest).fillna(np.inf).where(after.high > 0, after.high / largest)
    low = (after.low / smallest).fillna(-np.inf).where(after.low < 0, after.low / largest)
    return Ends(low.where(is_base), high.where(is_base))


def verdicts(figures: pd.DataFrame, *, is_exact: "pd.Series[bool]") -> "pd.Series[str]":
    """Judge printed figures by what the unrounded inputs allow.

    A printed figure stands for the closed interval of half a last place to each side, as some
    round halves up and others to even; one that `is_exact` stands for itself alone.
    """
    printed, recomputed = figures["printed"], figures["recomputed"]
    half = (figures["rounding"] / 2).where(~is_exact, 0.0)
    size = pd.concat([printed, recomputed], axis=1).abs().max(axis=1)
    slack = _OF_LAST_PLACE * figures["rounding"] + _OF_FIGURE * size
    is_equal = (printed - recomputed).abs() <= half + slack
    overlaps = (printed - half <= figures["high"] + slack) & (
        figures["low"] - slack <= printed + half
    )
    is_known = figures["low"].notna() & figures["high"].notna()
    found = np.select([~is_known, is_equal, overlaps], [UNKNOWN, AGREES, WITHIN], CANNOT)
    return pd.Series(found, index=figures.index)
