"""Two tables of customers made one: what is known of them, and the segment they are in."""

from collections.abc import Sequence

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.segmentation._by_customer import (
    Series,
    by_customer,
    labelled,
    series_by_customer,
)


def joined(customers: pd.DataFrame, segments: Series) -> tuple[pd.DataFrame, Series]:
    """Return the attributes and the segment of everybody in either, in one order."""
    table = by_customer(customers, name="customers")
    known = series_by_customer(segments, name="segments")
    everybody = table.index.union(known.index, sort=False)
    if len(everybody) == len(table) + len(known):
        raise SchemaError(
            _(
                "No customer is in both tables: customers has {some}, segments has {others}. "
                "Index both by the same customer_id.",
                some=quoted(table.index, most=3) or _("none"),
                others=quoted(known.index, most=3) or _("none"),
            )
        )
    groups = labelled(known.reindex(everybody))
    if len(groups.cat.categories) < 2:
        raise SchemaError(
            _(
                "All customers are in segment {name!r}, so that there is nothing to compare.",
                name=groups.cat.categories[0],
            )
        )
    return table.reindex(everybody), groups


def listed(columns: Sequence[str]) -> list[str]:
    """Return the names of columns that are asked for, once they are checked."""
    names = [columns] if isinstance(columns, str) else list(columns)
    if not names or len(set(names)) < len(names):
        raise ValueError(
            _("columns names one column or more, each once: got {names}.", names=names)
        )
    return names


def require_some(names: list[str], what: str) -> list[str]:
    """Return the names of columns, of which there must be one."""
    if not names:
        raise SchemaError(
            _("No columns of customers {what}. Name them: columns=['country', …].", what=what)
        )
    return names
