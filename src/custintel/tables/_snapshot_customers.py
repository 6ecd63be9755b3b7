"""Who is looked at as of a cut, and what the table of customers adds about them."""

from collections.abc import Sequence

import pandas as pd

from custintel._checks import quoted, require_columns
from custintel._frames import Frame, as_narwhals
from custintel._lookups import read_lookup
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning
from custintel.tables._feature_tables import EVER
from custintel.tables._snapshot_cuts import Cut

POPULATIONS = ("bought_in_window", "ever_bought", "known")

_KEY = "customer_id"
_SINCE = "created_at"
_UPDATED = "updated_at"


def read_customers(
    customers: Frame | None, *, attributes: Sequence[str], population: str
) -> pd.DataFrame | None:
    """Return what is needed of the table of customers, indexed by ``customer_id``."""
    if _KEY in attributes or len({*attributes}) < len(attributes):
        raise ValueError(
            _(
                "attributes are columns that describe customers, each once, without {key!r}: "
                "got {given}.",
                key=_KEY,
                given=quoted(attributes, most=6),
            )
        )
    needed = [_SINCE] if population == "known" else []
    needed += [name for name in attributes if name not in needed]
    if not needed:
        return None
    if customers is None:
        raise SchemaError(
            _(
                "{columns} come from the table of customers: give tables={{'transactions': …, "
                "'customers': …}}.",
                columns=quoted(needed, most=6),
            )
        )
    present = as_narwhals(customers).collect_schema().names()
    require_columns(present, [_KEY, *needed], table="customers")
    if attributes and _UPDATED in present and _UPDATED not in needed:
        needed.append(_UPDATED)  # tells whether the attributes are as old as the cut
    table = read_lookup(customers, [_KEY, *needed], table="customers")
    repeated = table[_KEY][table[_KEY].duplicated()].unique()
    if len(repeated):
        raise SchemaError(
            _n(
                "Table 'customers' has {n} customer_id on several rows: {examples}. Make it with "
                "custintel.tables.build_customers(raw), which keeps one of each.",
                "Table 'customers' has {n} customer_ids on several rows: {examples}. Make it "
                "with custintel.tables.build_customers(raw), which keeps one of each.",
                len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    if _SINCE in needed:
        _require_instants(table[_SINCE])
    return table.set_index(table.pop(_KEY).astype("str"))


def _require_instants(created: pd.Series) -> None:
    if created.notna().any() and not pd.api.types.is_datetime64_dtype(created):
        raise SchemaError(
            _(
                "Column 'created_at' of 'customers' holds {kind}; it needs dates and times "
                "without time zone. Make it with custintel.tables.build_customers(raw).",
                kind=created.dtype,
            )
        )


def population_of(
    population: str, cut: Cut, features: pd.DataFrame, customers: pd.DataFrame | None
) -> pd.Index:
    """Return the customers to look at, sorted, from the features of transactions of all.

    Customers with refunds alone have no purchase day, and are none.
    """
    span = cut.window if population == "bought_in_window" else EVER
    found = features.index[features[f"n_purchase_days_{span}"] > 0]
    if population == "known" and customers is not None and customers[_SINCE].notna().any():
        is_known = customers[_SINCE].dt.normalize() <= cut.as_of
        found = found.union(customers.index[is_known])
    if not len(found):
        raise SchemaError(_nobody(population, cut))
    return found.sort_values().rename(_KEY)


def _nobody(population: str, cut: Cut) -> str:
    if population == "bought_in_window":
        return _(
            "Nobody purchased from {first:%Y-%m-%d} to {day:%Y-%m-%d}, the window as of that day. "
            "Take another as_of, a longer window, or population='ever_bought'.",
            first=pd.Timestamp(cut.first_day, unit="D"),
            day=cut.as_of,
        )
    return _(
        "Nobody was a customer on {day:%Y-%m-%d}: no purchase is as early. Take a later as_of.",
        day=cut.as_of,
    )


def warn_unknown_since(customers: pd.DataFrame) -> None:
    """Warn of customers of whom nothing says since when they have been known."""
    unknown = customers.index[customers[_SINCE].isna()]
    if len(unknown):
        warn(
            _n(
                "{n} of {total} customers has no created_at, and is known only from its first "
                "purchase on: {examples}.",
                "{n} of {total} customers have no created_at, and are known only from their "
                "first purchase on: {examples}.",
                len(unknown),
                total=len(customers),
                examples=quoted(unknown, most=3),
            ),
            SetAsideWarning,
        )


def attributes_of(
    customers: pd.DataFrame, who: pd.Index, attributes: Sequence[str]
) -> pd.DataFrame:
    """Return attributes as exported: numbers and flags as floats, texts as categories."""
    table = customers[[*attributes]]
    kinds = {str(name): _kind(table[name]) for name in table}
    return table.astype({name: kind for name, kind in kinds.items() if kind}).reindex(who)


def _kind(column: pd.Series) -> str | None:
    """Return the type that a column is given; None if it keeps its own."""
    # Flags too: where some are missing, engines hand them over as objects.
    is_flag = pd.api.types.infer_dtype(column, skipna=True) == "boolean"
    if is_flag or pd.api.types.is_numeric_dtype(column):
        return "float64"
    return None if pd.api.types.is_datetime64_dtype(column) else "category"
