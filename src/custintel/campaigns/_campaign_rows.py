"""Campaigns as the analyses of money read them: one row each, in the order of the table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns
from custintel._elementwise import float_column, require_rows
from custintel._frames import Frame, as_narwhals, lazy, to_pandas
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError

MISSING = N_("(missing)")
_LARGEST = 1e15
_AMOUNTS = ("cost", "budget", "n_addresses")


def read_campaigns(campaigns: Frame, columns: Sequence[str] = ("cost",)) -> pd.DataFrame:
    """Return `columns` of the campaigns and ``campaign_name``, indexed by ``campaign_id``.

    Each campaign has one row; amounts are 0 or more, or missing. Names that are missing are
    those of the id; so are ``starts_at`` and ``ends_at`` (NaT) where the table has none.
    """
    present = as_narwhals(campaigns).collect_schema().names()
    require_columns(present, ["campaign_id", *columns], table="campaigns")
    told = [name for name in ("campaign_name", "starts_at", "ends_at") if name in present]
    wanted = list(dict.fromkeys(["campaign_id", *columns, *told]))
    table = to_pandas(lazy(campaigns, wanted, table="campaigns"))
    _require_one_row_each(table["campaign_id"])
    table = table.set_index(pd.Index(table["campaign_id"].astype(object), name="campaign_id"))
    for name in _AMOUNTS:
        if name in table:
            table[name] = _amounts(table[name])
    names = table["campaign_name"] if "campaign_name" in table else table["campaign_id"]
    table["campaign_name"] = names.astype(object).where(names.notna(), table["campaign_id"])
    for name in ("starts_at", "ends_at"):
        table[name] = days_in(table, name)
    return table.drop(columns="campaign_id") if "campaign_id" not in columns else table


def _require_one_row_each(ids: "pd.Series[str]") -> None:
    n_missing = int(ids.isna().sum())
    repeated = ids[ids.duplicated() & ids.notna()].unique()
    if n_missing or len(repeated):
        raise SchemaError(
            _(
                "Table 'campaigns' has one row per campaign_id; {n_missing} rows have none, and "
                "{n_repeated} ids come more than once: {examples}. Make it with "
                "custintel.tables.build_campaigns(raw).",
                n_missing=n_missing,
                n_repeated=len(repeated),
                examples=quoted(repeated, most=3) or _("none"),
            )
        )


def _amounts(column: "pd.Series[float]") -> "pd.Series[float]":
    values = float_column(column)
    is_wrong = (values < 0) | (values > _LARGEST) | (values.isna() & column.notna())
    expected = _("amounts of 0 or more, up to {most:.0e}", most=_LARGEST)
    require_rows(column, is_wrong.to_numpy(), expected, table="campaigns")
    return values


def days_in(
    table: pd.DataFrame, name: str, *, table_name: str = "campaigns"
) -> "pd.Series[pd.Timestamp]":
    """Return the days of a column of instants, NaT where it is missing or not there."""
    if name not in table:
        return pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]")
    column = table[name]
    kind = pd.api.types.infer_dtype(column, skipna=True)
    is_local = pd.api.types.is_datetime64_dtype(column) or kind in ("date", "empty")
    if not is_local and column.notna().any():
        raise SchemaError(
            _(
                "Column {name!r} of {table!r} holds {kind}; it needs dates without time zone: "
                "pd.to_datetime({table}[{name!r}], format=…).",
                name=name,
                table=table_name,
                kind=column.dtype,
            )
        )
    return pd.to_datetime(column).astype("datetime64[us]").dt.normalize()


def grouped_labels(table: pd.DataFrame, by: str) -> "pd.Index[Any]":
    """Return the value of `by` of each campaign as a plain object, ``(missing)`` if it is."""
    values = table.index.to_series() if by == table.index.name else table[by]
    found = values.astype(object)
    labels: pd.Index[Any] = pd.Index(found.where(found.notna(), MISSING).tolist(), name=by)
    return labels


def uncosted(names: "pd.Index[Any]") -> str:
    """Return the warning that campaigns have no cost, so that figures of theirs are missing."""
    return _n(
        "{n} campaign has no cost, so that what is divided by it, or made of it, is missing: "
        "{examples}. Fill the column 'cost' of 'campaigns', with 0 where nothing was paid.",
        "{n} campaigns have no cost, so that what is divided by it, or made of it, is missing: "
        "{examples}. Fill the column 'cost' of 'campaigns', with 0 where nothing was paid.",
        len(names),
        examples=quoted(names, most=3),
    )


def unknown_campaigns(names: "pd.Index[Any]", n_rows: int, table: str) -> str:
    """Return the warning that rows name campaigns that are not in the table."""
    return _n(
        "{n_rows} rows of {table!r} name {n} campaign that is not in 'campaigns', and are set "
        "aside: {examples}. Add it, or check its spelling.",
        "{n_rows} rows of {table!r} name {n} campaigns that are not in 'campaigns', and are set "
        "aside: {examples}. Add them, or check their spelling.",
        len(names),
        n_rows=n_rows,
        table=table,
        examples=quoted(names, most=3),
    )


def quotient(amounts: "pd.Series[float]", parts: "pd.Series[float]") -> "pd.Series[float]":
    """Return amounts ÷ parts, NaN where there is nothing to divide by."""
    divisors = parts.astype(float)
    return amounts / divisors.where(divisors > 0, np.nan)
