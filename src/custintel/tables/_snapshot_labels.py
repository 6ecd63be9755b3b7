"""The labels of a snapshot: what customers did in the days after a cut."""

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._frames import text_id
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.tables._features_of_purchases import by_customer
from custintel.tables._snapshot_cuts import LabelDays
from custintel.tables.purchase_labels import PurchaseLabel

_KEY = "customer_id"
# What the usual labels are read from; whether they are a flag.
_USUAL = {
    "is_churned": "bought",
    "is_buyer": "bought",
    "n_purchases": "bought",
    "revenue": "revenue",
}

Wanted = Mapping[str, str | PurchaseLabel]


def wanted_labels(labels: object) -> Wanted:
    """Return what each label is: one of the usual ones by its name, or a condition."""
    if labels is None:
        return {}
    if isinstance(labels, str):
        labels = [labels]
    require_type(
        labels, (Mapping, Iterable), name="labels", what=_("names of labels, or a mapping of them")
    )
    wanted = labels if isinstance(labels, Mapping) else {name: name for name in labels}  # type: ignore[attr-defined]
    for name, what in wanted.items():
        if not isinstance(name, str) or not isinstance(what, str | PurchaseLabel):
            raise TypeError(
                _(
                    "labels maps names to {usual}, or to PurchaseLabel(…): got {what!r} for "
                    "{name!r}.",
                    usual=quoted(_USUAL),
                    what=what,
                    name=name,
                )
            )
        if isinstance(what, str) and what not in _USUAL:
            raise ValueError(
                _(
                    "There is no label {what!r}; there are {usual}. Define one of your own: "
                    "labels={{{name!r}: PurchaseLabel(category=…)}}.",
                    what=what,
                    usual=quoted(_USUAL),
                    name=name,
                )
            )
    return dict(wanted)


def columns_of(wanted: Wanted) -> list[str]:
    """Return the columns of transactions that the labels need beyond those always there."""
    own = [each for each in wanted.values() if isinstance(each, PurchaseLabel)]
    return list(dict.fromkeys(column for each in own for column in each.conditions))


def require_label_columns(lines: nw.LazyFrame[Any], wanted: Wanted) -> None:
    """Raise `SchemaError` if a column is missing that a label needs."""
    needed = columns_of(wanted)
    require_columns(lines.collect_schema().names(), needed, table="transactions")


def labels_of(
    lines: nw.LazyFrame[Any], days: LabelDays, customers: pd.Index, wanted: Wanted
) -> pd.DataFrame:
    """Return the labels of `customers` from the lines of the days of a horizon alone."""
    sums = _sums(lines, days, wanted).reindex(customers, fill_value=0.0)
    return pd.DataFrame(
        {name: _label(sums, name, what) for name, what in wanted.items()}, index=customers
    )


def _label(sums: pd.DataFrame, name: str, what: str | PurchaseLabel) -> pd.Series:
    if isinstance(what, PurchaseLabel):
        return sums[_own(name)] > 0
    found = sums[_USUAL[what]]
    if what == "is_churned":
        return found == 0
    return found > 0 if what == "is_buyer" else found


def _sums(lines: nw.LazyFrame[Any], days: LabelDays, wanted: Wanted) -> pd.DataFrame:
    """Return each customer's purchase days, net revenue, and days that meet each condition."""
    own = {name: what for name, what in wanted.items() if isinstance(what, PurchaseLabel)}
    is_purchase = nw.col("revenue") >= 0
    columns = columns_of(wanted)
    schema = lines.collect_schema()
    casts = [text_id(column, schema[column]) for column in columns]
    texts = [cast for cast in casts if cast is not None]
    within = lines.filter((nw.col("day") >= days.first_day) & (nw.col("day") <= days.last_day))
    within = within.select(_KEY, "day", "revenue", *columns)
    flags = {_own(name): (is_purchase & what.holds()) for name, what in own.items()}
    flags["bought"] = is_purchase
    counted = {
        name: nw.when(flag).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64))
        for name, flag in flags.items()
    }
    days_bought = (
        (within.with_columns(*texts) if texts else within)
        .with_columns(**counted)
        .group_by(_KEY, "day")
        .agg(nw.col("revenue").sum(), *(nw.col(name).max() for name in counted))
    )
    return by_customer(
        days_bought.group_by(_KEY).agg(*(nw.col(name).sum() for name in [*counted, "revenue"]))
    )


def _own(name: str) -> str:
    return f"condition of {name}"  # no label is named like this


def warn_of_nobody(labels: pd.DataFrame, wanted: Wanted) -> None:
    """Warn of conditions that no customer's purchases meet: a name may be misspelt."""
    own = [name for name, what in wanted.items() if isinstance(what, PurchaseLabel)]
    empty = [name for name in own if not labels[name].any()]
    if empty:
        warn(
            _(
                "No customer's purchases meet the condition of {names} in the days of the labels. "
                "Check the spelling: {example}.",
                names=quoted(empty, most=6),
                example=wanted[empty[0]],
            ),
            WeakResultWarning,
        )
