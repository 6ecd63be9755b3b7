"""Which rows of leads, sales, calls and surveys belong to which campaign, and which to none."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._elementwise import float_column, require_rows
from custintel._frames import (
    Frame,
    as_narwhals,
    day_number,
    lazy,
    number_of_day,
    to_pandas,
)
from custintel._text import mark as N_
from custintel._text import translate as _

LINKED, UNKNOWN = N_("linked"), N_("campaign not in the table")
_NO_CAMPAIGN = N_("no campaign")
_NO_CUSTOMER, _NO_BUYER = N_("no customer"), N_("bought for no campaign before")
_NO_SCORE = N_("no score")
_TOTALS = {
    **{"is_buyer": "n_buyers", "bought": "n_sales", "cost": "goods"},
    **{"costless": "n_costless", "unpriced": "n_unpriced"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Customers of each campaign, and what became of the rows of a record."""

    n: "pd.Series[Any]"  # customers, by campaign_id
    links: pd.DataFrame
    scores: pd.DataFrame  # campaign_id, customer, score; of surveys alone


@dataclass(frozen=True, slots=True, eq=False)
class Sold:
    """What was bought for each campaign, and by whom since when."""

    totals: (
        pd.DataFrame
    )  # n_buyers, n_sales, revenue, goods, n_costless, n_unpriced; by campaign_id
    buyers: pd.DataFrame  # campaign_id, customer, day: one row for each day of purchase
    links: pd.DataFrame


def counts_of_links(
    record: str, n_rows: "pd.Series[Any]", campaigns: "pd.Index[Any]"
) -> pd.DataFrame:
    """Return how many rows name a campaign of the table, another one, or none (missing)."""
    names = n_rows.index
    is_known = names.isin(campaigns)
    outcomes = np.select([is_known, names.isna()], [LINKED, _NO_CAMPAIGN], default=UNKNOWN)
    return _links(record, outcomes, n_rows.to_numpy())


def leads_of(leads: Frame, last_day: pd.Timestamp, campaigns: "pd.Index[Any]") -> Linked:
    """Return the customers who are leads of each campaign, those without a name one by one."""
    present = as_narwhals(leads).collect_schema().names()
    told = [name for name in ("customer_id", "created_at") if name in present]
    found = lazy(leads, ["lead_id", "campaign_id", *told], table="leads")
    if "created_at" in told:
        # A lead of unknown age is there.
        is_early = day_number("created_at") <= number_of_day(last_day)
        found = found.filter(nw.col("created_at").is_null() | is_early)
    named = nw.col("customer_id") if "customer_id" in told else nw.col("lead_id")
    who = nw.when(~named.is_null()).then(named).otherwise(nw.col("lead_id"))
    rows = found.select(campaign=nw.col("campaign_id"), who=who)
    people = rows.group_by("campaign", "who").agg(n_rows=nw.len())
    by_campaign = people.group_by("campaign").agg(nw.col("n_rows").sum(), n=nw.len())
    table = _by_campaign(to_pandas(by_campaign))
    links = counts_of_links("leads", table["n_rows"], campaigns)
    return Linked(table.loc[table.index.isin(campaigns), "n"], links, pd.DataFrame())


def bought_of(lines: nw.LazyFrame[Any], campaigns: "pd.Index[Any]", *, who: bool) -> Sold:
    """Return what was bought for each campaign, and by `who` if that is asked."""
    n_lines = _by_campaign(to_pandas(lines.group_by("campaign").agg(n_rows=nw.len())))["n_rows"]
    sales = lines.filter(~nw.col("campaign").is_null()).group_by("campaign", "customer", "sale")
    sums = [nw.col(name).sum() for name in ("revenue", "cost", "costless", "unpriced")]
    orders = sales.agg(nw.col("day").min(), nw.col("bought").max(), *sums)
    by_buyer = orders.group_by("campaign", "customer").agg(nw.col("bought").sum(), *sums)
    # Refunds alone make no buyer.
    is_buyer = (nw.col("bought") > 0).cast(nw.Int64)
    by_campaign = by_buyer.with_columns(is_buyer=is_buyer).group_by("campaign")
    totals = to_pandas(by_campaign.agg(nw.col("is_buyer").sum(), nw.col("bought").sum(), *sums))
    index = pd.Index(totals.pop("campaign").astype(object), name="campaign_id")
    totals = totals.set_axis(index).rename(columns=_TOTALS)
    links = counts_of_links("transactions", n_lines, campaigns)
    purchases = orders.filter(nw.col("bought") > 0) if who else orders.head(0)
    named = to_pandas(purchases.select("campaign", "customer", "day").unique())
    named = named.assign(campaign_id=named["campaign"].astype(object))
    named = named[named["campaign_id"].isin(campaigns)]
    return Sold(totals[totals.index.isin(campaigns)], _by_day(named), links)


def called(calls: Frame | None, buyers: pd.DataFrame, last_day: pd.Timestamp) -> Linked:
    """Return the buyers of each campaign with a call after they bought for it."""
    if calls is None:
        return _nothing()
    found = lazy(calls, ["customer_id", "opened_at"], table="calls")
    linked = _after_purchase(_per_day(found, "opened_at", last_day), buyers)
    return Linked(_customers(linked), _outcomes("calls", linked), pd.DataFrame())


def answered(surveys: Frame | None, buyers: pd.DataFrame, last_day: pd.Timestamp) -> Linked:
    """Return the buyers of each campaign who gave a score after they bought for it."""
    if surveys is None:
        return _nothing()
    found = lazy(surveys, ["customer_id", "answered_at", "score"], table="surveys")
    rows = to_pandas(found)
    score = float_column(rows["score"])
    is_wrong = (score.isna() & rows["score"].notna()).to_numpy()
    require_rows(rows["score"], is_wrong, _("numbers"), table="surveys")
    told = rows.assign(score=score, day=_day_of(rows["answered_at"]), n=1)
    told = told[~(told["day"] > number_of_day(last_day))]
    is_scored = told["score"].notna() & told["day"].notna()
    scored = told[is_scored].rename(columns={"customer_id": "customer"})
    linked = _after_purchase(scored[["customer", "day", "n", "score"]], buyers)
    links = _outcomes("surveys", linked)
    n_empty = int((~is_scored).sum())
    if n_empty:
        empty: dict[str, object] = {"record": "surveys", "outcome": _NO_SCORE, "n": n_empty}
        links = pd.DataFrame({name: [*links[name], value] for name, value in empty.items()})
    known = linked[linked["campaign_id"].notna()]
    means = known.groupby(["campaign_id", "customer"])["score"].mean()
    return Linked(_customers(linked), links, means.reset_index())


def _per_day(found: nw.LazyFrame[Any], at: str, last_day: pd.Timestamp) -> pd.DataFrame:
    rows = found.select(customer=nw.col("customer_id"), day=day_number(at))
    early = rows.filter(nw.col("day") <= number_of_day(last_day))
    return to_pandas(early.group_by("customer", "day").agg(n=nw.len()))


def _day_of(instants: "pd.Series[Any]") -> "pd.Series[Any]":
    days = pd.to_datetime(instants).astype("datetime64[us]").dt.normalize()
    return (days - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)


def _by_day(buyers: pd.DataFrame) -> pd.DataFrame:
    """Return buyers by day; of two campaigns on one day the first by name comes last."""
    typed = buyers.assign(
        customer=buyers["customer"].astype(object), day=buyers["day"].astype(float)
    )
    ordered = typed.sort_values("campaign_id", ascending=False, kind="stable")
    return ordered.sort_values("day", kind="stable")[["campaign_id", "customer", "day"]]


def _after_purchase(rows: pd.DataFrame, buyers: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the campaign that their customer last bought for, on the day or before."""
    typed = rows.assign(customer=rows["customer"].astype(object), day=rows["day"].astype(float))
    is_named = typed["customer"].notna()
    named = typed[is_named].sort_values("day", kind="stable")
    people = pd.concat([named["customer"], buyers["customer"]]).astype("category").cat.categories
    ours, theirs = (
        frame.assign(place=people.get_indexer(frame["customer"])) for frame in (named, buyers)
    )
    joined = pd.merge_asof(ours, theirs.drop(columns="customer"), on="day", by="place")
    return pd.concat([joined.drop(columns="place"), typed[~is_named]], ignore_index=True)


def _outcomes(record: str, linked: pd.DataFrame) -> pd.DataFrame:
    is_linked = linked["campaign_id"].notna()
    outcomes = np.select(
        [is_linked, linked["customer"].isna()], [LINKED, _NO_CUSTOMER], default=_NO_BUYER
    )
    return _links(record, outcomes, linked["n"].to_numpy())


def _customers(linked: pd.DataFrame) -> "pd.Series[Any]":
    known = linked[linked["campaign_id"].notna()]
    return pd.Series(known.groupby("campaign_id")["customer"].nunique())


def _links(record: str, outcomes: Any, n: Any) -> pd.DataFrame:
    rows = pd.DataFrame({"outcome": list(outcomes), "n": np.asarray(n, dtype="int64")})
    order = [LINKED, UNKNOWN, _NO_CAMPAIGN, _NO_BUYER, _NO_CUSTOMER, _NO_SCORE]
    summed = rows.groupby("outcome")["n"].sum()
    summed = summed.reindex([name for name in order if name in summed.index])
    return pd.DataFrame({"record": record, "outcome": list(summed.index), "n": list(summed)})


def _nothing() -> Linked:
    return Linked(pd.Series(dtype=float), _links("", [], []), pd.DataFrame())


def _by_campaign(table: pd.DataFrame) -> pd.DataFrame:
    names = table["campaign"].astype(object)
    index = pd.Index(names.where(names.notna(), None), name="campaign_id", dtype=object)
    return table.set_index(index).drop(columns="campaign").astype("int64")
