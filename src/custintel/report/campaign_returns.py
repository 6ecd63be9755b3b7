"""What campaigns earned on what they cost, and what each result of theirs cost."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.campaigns import budget_table, campaign_decision, campaign_roi, cost_per_result
from custintel.errors import SchemaError
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_groups import CampaignGroups, owed_campaigns
from custintel.report.named_groups import FEW_CUSTOMERS, few_as_one, is_filled
from custintel.report.remarks import warnings_kept

TOTAL = "total"
MarginIs = Literal["rate", "cost of goods", "revenue"]


@dataclass(frozen=True, slots=True, eq=False)
class BudgetResults:
    """What campaigns were to cost, did cost, and take of the year's budget."""

    n_compared: int  # campaigns with a budget and a cost
    budget: float  # of these
    cost: float
    n_over: int
    year: pd.DataFrame | None  # `budget_table`, of the year's campaigns; None: no year's budget
    by_kind: pd.DataFrame | None
    n_undated: int  # campaigns without a start, which are in no year


@dataclass(frozen=True, slots=True, eq=False)
class ReturnResults:
    """The return on campaigns whose cost is known, on the sales that are credited to them.

    ``campaigns`` and ``kinds`` have one row per group, dearest first, campaigns credited with
    the sales of fewer than five customers as one: ``n_campaigns``, ``n_sales``, ``revenue``,
    ``margin``, ``cost``, ``profit``, ``romi``, ``decision``, ``needed_share``, ``why`` there is
    no return, ``is_owed`` where all are messages owed to customers, such as confirmations.
    ``total`` is such a row of all. Campaigns of which customers were held back have no row in
    ``campaigns``; ``is_tested`` says which of ``kinds`` and ``total`` hold any.
    """

    total: "pd.Series[Any]"
    campaigns: pd.DataFrame
    kinds: pd.DataFrame | None
    by: str | None
    sales_are: Literal["transactions", "campaign_events"]
    margin_is: MarginIs
    costs: pd.DataFrame | None  # `cost_per_result` by kind, or by campaign if there are none
    budgets: BudgetResults | None
    n_later: int  # campaigns that start after the last day
    remarks: tuple[str, ...]


def return_results(  # noqa: PLR0913 - the tables, and what is known of them
    campaigns: pd.DataFrame,
    events: pd.DataFrame | None,
    purchases: pd.DataFrame,
    groups: CampaignGroups,
    day: pd.Timestamp,
    assumptions: Assumptions,
    tested: pd.DataFrame | None = None,
) -> ReturnResults:
    """Measure the return on campaigns up to a day, and what each result cost.

    Those of `tested`, indexed by ``campaign_id``, have a better one than their credited sales.
    """
    started = _started(campaigns, day)
    sales = _sales(purchases, events)
    margin_is = _margin_is(sales, assumptions)
    rate = {"rate": assumptions.margin_rate, "cost of goods": None, "revenue": 1.0}[margin_is]
    with warnings_kept() as remarks:
        roi = campaign_roi(started, sales, as_of=day, margin_rate=rate)
        costs = None if events is None else _costs(started, events, groups, assumptions.level)
        budgets = _budgets(started, groups, day, assumptions)
    paid = roi[roi["cost"].notna()]
    if paid.empty:
        raise SchemaError(_("no campaign that has begun has a cost"))
    better = pd.Index([], dtype=object) if tested is None else tested.index
    by_kind = _merged(sales, groups)[1]
    by_campaign = _merged(sales[~sales["campaign_id"].isin(better)], groups)[0]
    credited = paid[~paid.index.isin(better)]
    decided = partial(_decided, owed=owed_campaigns(campaigns), tested=better)
    return ReturnResults(
        total=decided(paid, pd.Series(TOTAL, paid.index)).iloc[0],
        campaigns=decided(credited, _groups_of(credited, by_campaign)),
        kinds=decided(paid, _groups_of(paid, by_kind, groups)) if groups.by else None,
        by=groups.by,
        sales_are="transactions" if sales is purchases else "campaign_events",
        margin_is=margin_is,
        costs=costs,
        budgets=budgets,
        n_later=len(campaigns) - len(started),
        remarks=tuple(remarks),
    )


def _started(campaigns: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    if "starts_at" not in campaigns:
        return campaigns
    is_later = campaigns["starts_at"] >= day + pd.Timedelta(days=1)
    return campaigns[~is_later]


def _sales(purchases: pd.DataFrame, events: pd.DataFrame | None) -> pd.DataFrame:
    """Return what says which sales a campaign is credited with: purchases before events."""
    if is_filled(purchases, "campaign_id"):
        return purchases
    if events is not None and "revenue" in events:
        sold = events[events["event"] == "sale"]
        if sold["revenue"].notna().any():
            return sold
    raise SchemaError(
        _(
            "neither the purchases, in a column campaign_id, nor sales among the campaign "
            "events, with their revenue, say what was sold through which campaign"
        )
    )


def _margin_is(sales: pd.DataFrame, assumptions: Assumptions) -> MarginIs:
    if assumptions.margin_rate is not None:
        return "rate"
    is_told = "ordered_at" in sales and "cost" in sales and sales["cost"].notna().any()
    return "cost of goods" if is_told else "revenue"


def _merged(
    sales: pd.DataFrame, groups: CampaignGroups
) -> tuple["pd.Series[str]", "pd.Series[str]"]:
    """Return the group of each campaign with sales, and of each kind; small ones as one."""
    credited = sales[sales["campaign_id"].notna()]
    campaign_id = credited["campaign_id"].astype(object)
    is_any = pd.Series(True, credited.index)
    merged = []
    for values in (campaign_id, groups.kind_of(campaign_id).astype(object)):
        shown = few_as_one(values, credited["customer_id"], counted=is_any)
        merged.append(shown.groupby(values).first())
    return merged[0], merged[1]


def _groups_of(
    paid: pd.DataFrame, merged: "pd.Series[str]", groups: CampaignGroups | None = None
) -> "pd.Series[str]":
    """Return the group of each campaign; one without a sale shows nobody and stays itself."""
    ids = pd.Series(paid.index, paid.index, dtype=object)
    values = ids if groups is None else groups.kind_of(ids)
    return values.map(merged).fillna(values)


def _decided(
    paid: pd.DataFrame, group: "pd.Series[str]", *, owed: "pd.Series[str]", tested: "pd.Index[Any]"
) -> pd.DataFrame:
    """Return sums by group with their return and the decision, dearest first, others last."""
    grouped = paid.groupby(group.to_numpy(), sort=True)
    sums = grouped[["n_sales", "revenue", "cost"]].sum()
    margin = grouped["margin"].agg(lambda each: each.sum(skipna=False))
    table = sums.assign(n_campaigns=grouped.size(), margin=margin, profit=margin - sums["cost"])
    table["romi"] = table["profit"] / table["cost"].where(table["cost"] > 0)
    reasons = {
        N_("cost is zero"): table["cost"] == 0,
        N_("cost of the goods not known"): margin.isna(),
    }
    table["why"] = np.select(list(reasons.values()), list(reasons), default="")
    judged = campaign_decision(
        table.assign(
            campaign_name=table.index,
            revenue_is="attributed",
            romi_low=np.nan,
            romi_high=np.nan,
            reason=table["why"],
        )
    )
    table = table.join(judged[["decision", "needed_share"]])
    is_owed = pd.Series(paid.index.isin(owed)).groupby(group.to_numpy()).all()
    is_tested = pd.Series(paid.index.isin(tested)).groupby(group.to_numpy()).any()
    place = pd.Series(table.index == FEW_CUSTOMERS, table.index)
    return table.assign(is_other=place, is_owed=is_owed, is_tested=is_tested).sort_values(
        ["is_other", "cost"], ascending=[True, False], kind="stable"
    )


def _costs(
    campaigns: pd.DataFrame, events: pd.DataFrame, groups: CampaignGroups, level: float
) -> pd.DataFrame | None:
    """Return what each result cost, by kind or, without kinds, by campaign."""
    known = campaigns[campaigns["cost"].notna()]
    of_these = events[events["campaign_id"].isin(known["campaign_id"])]
    if of_these.empty:
        return None
    names = groups.kind_of if groups.by else _as_objects
    values = names(of_these["campaign_id"]).astype(object)
    is_any = pd.Series(True, of_these.index)
    merged = few_as_one(values, of_these["customer_id"], counted=is_any).groupby(values).first()
    own = names(known["campaign_id"]).astype(object)
    group = own.map(merged).fillna(own)
    costs = cost_per_result(known.assign(group=group), of_these, by="group", level=level)
    return costs.sort_values("cost", ascending=False, kind="stable")


def _as_objects(campaign_ids: "pd.Series[str]") -> "pd.Series[str]":
    return campaign_ids.astype(object)


def _budgets(
    campaigns: pd.DataFrame, groups: CampaignGroups, day: pd.Timestamp, assumptions: Assumptions
) -> BudgetResults | None:
    has_budget = "budget" in campaigns and bool(campaigns["budget"].notna().any())
    annual = assumptions.annual_marketing_budget
    if not has_budget and annual is None:
        return None
    table = campaigns if has_budget else campaigns.assign(budget=np.nan)
    both = table[["budget", "cost"]].dropna()
    year, n_undated = None, 0
    if annual is not None:
        starts = table["starts_at"] if "starts_at" in table else pd.Series(pd.NaT, table.index)
        n_undated = int(starts.isna().sum())
        this_year = table[starts.dt.year == day.year] if n_undated < len(table) else table[:0]
        year = budget_table(this_year, annual_budget=annual) if len(this_year) else None
    return BudgetResults(
        n_compared=len(both),
        budget=float(both["budget"].sum()),
        cost=float(both["cost"].sum()),
        n_over=int((both["cost"] > both["budget"]).sum()),
        year=year,
        by_kind=None if year is None or groups.by is None else _of_kinds(year, groups),
        n_undated=n_undated,
    )


def _of_kinds(year: pd.DataFrame, groups: CampaignGroups) -> pd.DataFrame:
    kind = groups.kind_of(pd.Series(year.index, year.index, dtype=object))
    amounts = ["budget", "cost", "committed", "annual_share"]
    sums = year.groupby(kind.to_numpy())[amounts].sum()
    return sums.sort_values("committed", ascending=False, kind="stable")
