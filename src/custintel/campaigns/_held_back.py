"""What customers who were reached bought beyond those held back at random."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_between
from custintel._differences import Groups
from custintel._frames import Frame, has_column, lazy, number_of_day, to_pandas
from custintel._intervals import Floats
from custintel._lookups import looked_up
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.campaigns._campaign_rows import days_in, unknown_campaigns
from custintel.campaigns._credited_sales import days_of, window_ends
from custintel.errors import (
    CustintelWarning,
    SchemaError,
    SetAsideWarning,
    WeakResultWarning,
)


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """Customers assigned to the campaigns, and whether each was held back."""

    rows: pd.DataFrame  # campaign_id, customer_id, is_reached, first, last (days, NaN: as_of)
    one_group: "pd.Index[Any]"  # campaigns that lack customers reached, or held back
    unknown: "pd.Series[int]"  # customers of campaigns that the table lacks
    late: "pd.Series[int]"  # customers assigned after the last day, by campaign

    def remarks(self, last_day: pd.Timestamp) -> Iterator[tuple[type[CustintelWarning], str]]:
        """Yield what the reader must know of those assigned."""
        if len(self.unknown):
            n_rows = int(self.unknown.sum())
            yield SetAsideWarning, unknown_campaigns(self.unknown.index, n_rows, "arms")
        if len(self.late):
            yield SetAsideWarning, _assigned_late(self.late)
        if len(self.one_group):
            yield WeakResultWarning, _lacks_a_group(self.one_group)
        is_open = self.rows["last"] > number_of_day(last_day)
        if is_open.any():
            names = pd.Index(self.rows.loc[is_open, "campaign_id"].unique())
            yield WeakResultWarning, _window_open(names)


def read_assigned(
    arms: Frame,
    campaigns: pd.DataFrame,
    *,
    last_day: pd.Timestamp,
    control: str,
    window: str | None,
) -> Assigned:
    """Return who was assigned up to a day to each campaign that has both groups, and since when."""
    has_day = has_column(arms, "assigned_at")
    columns = ["campaign_id", "customer_id", "arm", *(["assigned_at"] if has_day else [])]
    table = to_pandas(lazy(arms, columns, table="arms"))
    _require_assignments(table)
    table["campaign_id"] = table["campaign_id"].astype(object)
    is_known = table["campaign_id"].isin(campaigns.index)
    unknown = table.loc[~is_known, "campaign_id"].value_counts()
    table = table[is_known]
    first = days_in(table, "assigned_at", table_name="arms")
    first = first.fillna(table["campaign_id"].map(campaigns["starts_at"]))
    is_late = first > last_day
    late = table.loc[is_late, "campaign_id"].value_counts().sort_index()
    table = table.assign(
        first=first, is_reached=table["arm"].astype(object).astype("str") != control
    )[~is_late]
    share = table.groupby("campaign_id")["is_reached"].mean()
    has_both = (share > 0) & (share < 1)
    if len(share) and not (share < 1).any():
        _refuse_control(table["arm"], control)
    table = table[table["campaign_id"].isin(share.index[has_both])]
    _require_days(table)
    rows = table[["campaign_id", "customer_id", "is_reached"]].assign(
        first=days_of(table["first"]), last=window_ends(table["first"], window)
    )
    return Assigned(rows.reset_index(drop=True), share.index[~has_both], unknown, late)


def incremental(
    lines: nw.LazyFrame[Any],
    assigned: Assigned,
    *,
    last_day: pd.Timestamp,
    margin_rate: float | None,
    level: float,
) -> pd.DataFrame:
    """Return revenue and margin of the reached beyond those held back, by ``campaign_id``.

    With their bounds, ``p`` of the margin, ``n_sales``, ``n_reached``, ``n_held_back`` and
    ``n_costless``.
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    rows = assigned.rows
    if rows.empty:
        return pd.DataFrame()
    codes, customers = pd.factorize(rows["customer_id"].astype(object))
    bought = _purchases(lines, customers, int(rows["first"].min()))
    rows = rows.assign(place=codes, last=rows["last"].fillna(number_of_day(last_day)))
    names, compared = [], []
    for name, members in rows.groupby("campaign_id", sort=True):
        names.append(name)
        totals = _totals(members, bought, len(customers))
        compared.append(_compared(members["is_reached"].to_numpy(), totals, margin_rate, level))
    return pd.DataFrame(compared, index=pd.Index(names, name="campaign_id"))


def _purchases(
    lines: nw.LazyFrame[Any], customers: "pd.Index[Any]", first_day: int
) -> pd.DataFrame:
    """Return what each of some customers, by ``place``, bought on each day from a day on."""
    amounts = [nw.col(name).sum() for name in ("revenue", "cost", "costless")]
    places = pd.DataFrame({"customer": customers, "place": np.arange(len(customers))})
    # The ids of millions of others are better left where they are.
    placed = looked_up(lines.to_native(), places, on="customer")
    sales = (
        placed.filter(~nw.col("place").is_null())
        .group_by("place", "sale")
        .agg(nw.col("day").min(), nw.col("bought").max(), *amounts)
    )
    by_day = sales.filter(nw.col("day") >= first_day).group_by("place", "day")
    found = to_pandas(by_day.agg(nw.col("bought").sum(), *amounts))
    return found.astype({"place": "int64"})


def _totals(members: pd.DataFrame, bought: pd.DataFrame, n_customers: int) -> dict[str, Floats]:
    """Return what each member bought in his or her days."""
    first, last = np.full(n_customers, np.inf), np.full(n_customers, -np.inf)
    place = members["place"].to_numpy()
    first[place], last[place] = members["first"], members["last"]
    of_purchase, day = bought["place"].to_numpy(), bought["day"].to_numpy(float)
    inside = (day >= first[of_purchase]) & (day <= last[of_purchase])

    def total(name: str) -> Floats:
        values = bought[name].to_numpy(float)[inside]
        return np.asarray(np.bincount(of_purchase[inside], values, n_customers)[place], float)

    return {name: total(name) for name in ("bought", "revenue", "cost", "costless")}


def _compared(
    is_reached: NDArray[np.bool_],
    totals: dict[str, Floats],
    margin_rate: float | None,
    level: float,
) -> dict[str, float]:
    revenue = totals["revenue"]
    margin = revenue - totals["cost"] if margin_rate is None else revenue * margin_rate
    n_costless = 0.0 if margin_rate is not None else float(totals["costless"].sum())
    n = int(is_reached.sum())
    found: dict[str, float] = {
        "n_sales": float(totals["bought"][is_reached].sum()),
        "n_reached": n,
        "n_held_back": len(is_reached) - n,
        "n_costless": n_costless,
    }
    for name, amounts in {"revenue": revenue, "margin": margin}.items():
        reached, held_back = _moments(amounts[is_reached]), _moments(amounts[~is_reached])
        bounds = reached.difference(held_back, level)
        gap = float(reached.mean - held_back.mean)
        known = np.nan if name == "margin" and n_costless else float(n)
        # Amounts that do not vary say nothing of how far their means may be off.
        told = known if reached.standard_error(held_back) > 0 else np.nan
        found |= {
            name: gap * known,
            f"{name}_low": float(bounds.low) * told,
            f"{name}_high": float(bounds.high) * told,
        }
        found["p"] = float(reached.p(held_back)) if np.isfinite(told) else np.nan
    return found


def _moments(amounts: Floats) -> Groups:
    mean = amounts.mean()
    return Groups(
        n=np.asarray(float(len(amounts))),
        mean=np.asarray(mean),
        squares=np.asarray(((amounts - mean) ** 2).sum()),
        is_rate=False,
    )


def _require_assignments(table: pd.DataFrame) -> None:
    n_missing = int(table[["campaign_id", "customer_id", "arm"]].isna().any(axis=1).sum())
    is_repeated = table.duplicated(["campaign_id", "customer_id"])
    if n_missing or is_repeated.any():
        raise SchemaError(
            _(
                "Table 'arms' has one row per campaign and customer; {n_missing} rows lack "
                "campaign_id, customer_id or arm, and {n_repeated} come again: {examples}. Leave "
                "the former out, and keep the arm that each was assigned to first.",
                n_missing=n_missing,
                n_repeated=int(is_repeated.sum()),
                examples=quoted(table.loc[is_repeated, "customer_id"], most=3) or _("none"),
            )
        )


def _refuse_control(arms: "pd.Series[Any]", control: str) -> None:
    raise ValueError(
        _(
            "No customer of 'arms' is in the arm {control!r}; there are {arms}. Name those held "
            "back: Holdout(arms, control=…).",
            control=control,
            arms=quoted(sorted(arms.astype("str").unique()), most=6),
        )
    )


def _require_days(table: pd.DataFrame) -> None:
    is_unknown = table["first"].isna()
    n = int(is_unknown.sum())
    if n:
        raise SchemaError(
            _(
                "Table 'arms' does not tell when {n} customers were assigned, nor 'campaigns' when "
                "theirs began: {examples}. Fill assigned_at or starts_at, from which purchases "
                "are counted.",
                n=n,
                examples=quoted(table.loc[is_unknown, "campaign_id"].unique(), most=3),
            )
        )


def _assigned_late(n_customers: "pd.Series[int]") -> str:
    return _n(
        "{n} customer of 'arms' was assigned after as_of, and does not count yet: campaign "
        "{examples}.",
        "{n} customers of 'arms' were assigned after as_of, and do not count yet: campaigns "
        "{examples}.",
        int(n_customers.sum()),
        examples=quoted(n_customers.index, most=3),
    )


def _lacks_a_group(names: "pd.Index[Any]") -> str:
    return _n(
        "{n} campaign of 'arms' has nobody held back, or nobody reached, and is measured by "
        "attribution: {examples}.",
        "{n} campaigns of 'arms' have nobody held back, or nobody reached, and are measured by "
        "attribution: {examples}.",
        len(names),
        examples=quoted(names, most=3),
    )


def _window_open(names: "pd.Index[Any]") -> str:
    return _n(
        "The window of {n} campaign is not over on as_of for all its customers: {examples}. Its "
        "return may still change.",
        "The windows of {n} campaigns are not over on as_of for all their customers: {examples}. "
        "Their returns may still change.",
        len(names),
        examples=quoted(names, most=3),
    )
