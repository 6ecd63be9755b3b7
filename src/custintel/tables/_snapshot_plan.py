"""What a snapshot is asked for, read once: the cuts, the spans and the days of the labels."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel._time import DAYS_PER_YEAR, Day, Span, as_day
from custintel.errors import SchemaError
from custintel.tables._snapshot_cuts import Cut, LabelDays
from custintel.tables._snapshot_labels import Wanted, wanted_labels

NO_GAP = "0D"

_MOST_YEARS = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """The days that a snapshot looks at.

    Attributes
    ----------
    cuts : tuple of Cut
        One per day, the earliest first.
    label_days : mapping of Timestamp to LabelDays
        The days of the labels of each cut; empty without a horizon.
    window : Span
        Length of the days that features look at.
    gap, horizon : Span or None
        Length of the days left out, and of those of the labels.
    labels : mapping
        What each label is.
    """

    cuts: tuple[Cut, ...]
    label_days: Mapping[pd.Timestamp, LabelDays]
    window: Span
    gap: Span | None
    horizon: Span | None
    labels: Wanted

    @classmethod
    def read(
        cls,
        as_of: Day | Iterable[Day],
        *,
        window: str,
        gap: str | None,
        horizon: str | None,
        labels: object,
    ) -> "Plan":
        """Read the arguments of `custintel.tables.snapshot`; refuse what cannot be meant."""
        days, seen, wanted = _days(as_of), _length(window, "window"), wanted_labels(labels)
        left_out = None if gap is None or gap == NO_GAP else _length(gap, "gap")
        ahead = None if horizon is None else _length(horizon, "horizon")
        if wanted and ahead is None:
            raise ValueError(
                _(
                    "Labels need a horizon, the length of the days that they look at, such as "
                    "horizon='6M'. For features alone ask for labels=()."
                )
            )
        after = (
            {} if ahead is None else {day: LabelDays.after(day, left_out, ahead) for day in days}
        )
        return cls(tuple(Cut.at(day, seen) for day in days), after, seen, left_out, ahead, wanted)

    @property
    def is_seasonal(self) -> bool:
        """Return whether the window holds the labels' days a year earlier."""
        if self.horizon is None or self.window.to("D") < DAYS_PER_YEAR:
            return False
        ahead = self.horizon.to("D") + (0 if self.gap is None else self.gap.to("D"))
        return ahead <= DAYS_PER_YEAR

    def season(self, cut: Cut) -> LabelDays | None:
        """Return the days that correspond to those of the labels, a year earlier."""
        return self.label_days[cut.as_of].a_year_before() if self.is_seasonal else None

    def require_observed(self, observed_until: pd.Timestamp) -> None:
        """Raise `SchemaError` if labels look at days that nobody has observed yet."""
        late = [day for day, each in self.label_days.items() if each.last > observed_until]
        if late and self.labels:
            raise SchemaError(
                _(
                    "The labels as of {day:%Y-%m-%d} look at days until {until:%Y-%m-%d}, but the "
                    "last day observed is {last:%Y-%m-%d}: the latest as_of possible is "
                    "{latest:%Y-%m-%d}. If nothing happened on the last days, say so: "
                    "observed_until=…. To score customers as of a later day, ask for labels=().",
                    day=late[0],
                    until=self.label_days[late[0]].last,
                    last=observed_until,
                    latest=self._latest(observed_until),
                )
            )

    def _latest(self, observed_until: pd.Timestamp) -> pd.Timestamp:
        """Return the last day whose labels end by the last day observed."""
        assert self.horizon is not None
        day = observed_until - pd.Timedelta(days=1)
        while LabelDays.after(day, self.gap, self.horizon).last > observed_until:
            day -= pd.Timedelta(days=1)
        return day

    def table(self) -> pd.DataFrame:
        """Return the days that each cut looks at, indexed by ``as_of``."""
        columns = {
            "features_from": [pd.Timestamp(cut.first_day, unit="D") for cut in self.cuts],
            "labels_from": [self._label_day(cut, "first") for cut in self.cuts],
            "labels_until": [self._label_day(cut, "last") for cut in self.cuts],
        }
        index = pd.DatetimeIndex([cut.as_of for cut in self.cuts], name="as_of")
        return pd.DataFrame(columns, index=index, dtype=index.dtype)

    def _label_day(self, cut: Cut, end: str) -> Any:
        return getattr(self.label_days[cut.as_of], end) if self.label_days else pd.NaT


def _length(text: str, name: str) -> Span:
    """Return the length of an argument; refuse less than a day, and what no calendar holds."""
    span = Span.parse(text)
    if not 1 <= span.to("D") <= _MOST_YEARS * DAYS_PER_YEAR:
        raise ValueError(
            _(
                "{name} is a day or longer, and {most} years at most: got {text!r}.",
                name=name,
                most=_MOST_YEARS,
                text=text,
            )
        )
    return span


def _days(as_of: object) -> list[pd.Timestamp]:
    """Return the days of the cuts, sorted; refuse a repeated one, and none at all."""
    if isinstance(as_of, Iterable) and not isinstance(as_of, str):
        days = sorted(as_day(each) for each in as_of)
    else:
        days = [as_day(as_of)]  # type: ignore[arg-type]
    if not days:
        raise ValueError(_("as_of has no day. Give a day, or several to learn from."))
    repeated = [f"{day:%Y-%m-%d}" for day, n in Counter(days).items() if n > 1]
    if repeated:
        raise ValueError(
            _(
                "as_of holds days more than once: {days}. A customer would count as often.",
                days=quoted(repeated, most=3),
            )
        )
    return days
