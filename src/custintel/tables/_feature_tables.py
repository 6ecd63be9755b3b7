"""What every source of features hands over: a column per feature, and what each of them means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

EVER = "ever"  # the span of features that look back without end, such as the time since the first
YEAR_BEFORE = "year_before"  # the days of the labels, a year earlier
EXPORT = "export"  # what a table says when it is exported, whatever it said on the day


@dataclass(frozen=True, slots=True)
class Feature:
    """What a feature is.

    Attributes
    ----------
    name : str
        Of its column.
    table : str
        Where it comes from, such as ``touches``.
    meaning : str
        In a sentence without its span, marked for translation.
    unit : str
        Such as ``days``, ``orders``, ``currency`` or ``0-1``; marked for translation.
    span : str
        The span that it looks at: its ending in `Cut.first_days`, or `EVER`.
    without : float
        What stands for customers without any row in the span: 0 of counts and sums, NaN where
        nothing can be said (a mean of nothing).
    """

    name: str
    table: str
    meaning: str
    unit: str
    span: str
    without: float = 0.0

    def over(self, span: str) -> "Feature":
        """Return the feature over a span, which its name ends with."""
        return replace(self, name=f"{self.name}_{span}", span=span)


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """Features of one source at one cut.

    Attributes
    ----------
    values : DataFrame
        Indexed by ``customer_id``, one row per customer of the source, floats; a column for each
        of `features`, in their order. Customers without rows are left out.
    features : tuple of Feature
        What the columns mean; the same at every cut.
    """

    values: pd.DataFrame
    features: tuple[Feature, ...]

    @classmethod
    def made(cls, found: Sequence[tuple[Feature, pd.Series]]) -> "FeatureTable":
        """Return the table of features whose values are given, all of the same customers."""
        values = pd.DataFrame({feature.name: each for feature, each in found}, dtype="float64")
        return cls(values, tuple(feature for feature, _each in found))

    def of(self, customers: pd.Index) -> pd.DataFrame:
        """Return the features of `customers`, with what stands for those without rows."""
        found = self.values.reindex(customers)
        return found.fillna(self._without())

    def _without(self) -> dict[str, float]:
        known = {each.name: each.without for each in self.features}
        return {name: value for name, value in known.items() if value == value}
