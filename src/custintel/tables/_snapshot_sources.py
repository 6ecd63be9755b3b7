"""The tables that a snapshot reads beside transactions, and how each becomes features."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from custintel._checks import quoted
from custintel._frames import Frame, as_narwhals, day_number, has_column, lazy
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.tables import _features_of_cases as cases
from custintel.tables import _features_of_messages as messages
from custintel.tables import _features_of_surveys as surveys
from custintel.tables import _features_of_touches as touches
from custintel.tables import _features_of_visits as visits
from custintel.tables._feature_tables import FeatureTable
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._source_checks import with_readable_columns


@dataclass(frozen=True, slots=True)
class _Source:
    """How a table becomes features: what is read of it, and when a row came to be."""

    instant: str
    columns: Sequence[str]
    optional: Sequence[str]
    features: Callable[[nw.LazyFrame[Any], Cut], FeatureTable]


_SOURCES = {
    "touches": _Source(
        touches.INSTANT, touches.COLUMNS, touches.OPTIONAL, touches.touches_features
    ),
    "campaign_events": _Source(
        messages.INSTANT, messages.COLUMNS, messages.OPTIONAL, messages.messages_features
    ),
    "cases": _Source(cases.INSTANT, cases.COLUMNS, cases.OPTIONAL, cases.cases_features),
    "surveys": _Source(
        surveys.INSTANT, surveys.COLUMNS, surveys.OPTIONAL, surveys.surveys_features
    ),
    "web_events": _Source(visits.INSTANT, visits.COLUMNS, visits.OPTIONAL, visits.visits_features),
}
_KNOWN = ("transactions", "customers", *_SOURCES)


def tables_by_name(tables: Frame | Mapping[str, Frame]) -> dict[str, Frame]:
    """Return tables by their names; a frame alone is the transactions."""
    given = dict(tables) if isinstance(tables, Mapping) else {"transactions": tables}
    unknown = [name for name in given if name not in _KNOWN]
    if unknown:
        raise ValueError(
            _(
                "A snapshot reads tables named {known}: got {unknown}.",
                known=quoted(_KNOWN),
                unknown=quoted(unknown),
            )
        )
    if "transactions" not in given:
        raise SchemaError(
            _(
                "There is no table 'transactions', which says who is a customer: got {given}.",
                given=quoted(given) or _("none"),
            )
        )
    return given


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """The further tables given, with the number of the ``day`` of each row.

    Attributes
    ----------
    lines : mapping of str to LazyFrame
        What is read of each table, by its name.
    """

    lines: Mapping[str, nw.LazyFrame[Any]]

    @classmethod
    def read(cls, tables: Mapping[str, Frame]) -> "Sources":
        """Read and check the tables that are sources of features."""
        return cls({name: _dated(tables[name], name) for name in _SOURCES if name in tables})

    def features(self, cut: Cut) -> list[FeatureTable]:
        """Return the features of every source, from its rows up to the day of a cut."""
        return [
            _SOURCES[name].features(lines.filter(nw.col("day") <= cut.last_day), cut)
            for name, lines in self.lines.items()
        ]


def _dated(frame: Frame, name: str) -> nw.LazyFrame[Any]:
    """Return the rows of a table that have happened, with the number of their day."""
    source = _SOURCES[name]
    present = as_narwhals(frame).collect_schema().names()
    optional = [column for column in source.optional if column in present]
    frame = with_readable_columns(frame, [*source.columns, *optional], table=name)
    optional = [column for column in optional if has_column(frame, column)]
    rows = lazy(frame, [*source.columns, *optional], table=name)
    # Of what has no time, such as the answer that never came, nothing is known on any day.
    happened = rows.filter(~nw.col(source.instant).is_null())
    return happened.with_columns(day=day_number(source.instant))
