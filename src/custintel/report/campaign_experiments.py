"""What campaigns caused, by the purchases of the customers reached and of those held back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._significance import q_values
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.experiments import ArmComparison, compare_arms, holdout_lift
from custintel.report.assumptions import Assumptions
from custintel.report.groups import SMALLEST_GROUP
from custintel.report.remarks import warnings_kept

WINDOW, WINDOW_DAYS = "30D", 30
REACHED, HELD_BACK = "reached", "held back"
_OUTCOMES = {"is_buyer": "auto", "revenue": "welch"}


@dataclass(frozen=True, slots=True, eq=False)
class ExperimentResults:
    """Campaigns from which customers were held back at random, most revenue added first.

    ``campaigns`` is indexed by ``campaign_id``: ``n_reached``, ``n_held_back``; of the share who
    bought (``is_buyer_``) and of the revenue per customer (``revenue_``) each ``reached``,
    ``held_back``, ``lift``, ``lift_low``, ``lift_high``, ``relative_lift``, ``p`` and ``q``
    among the campaigns; ``added`` revenue with ``added_low`` and ``added_high``;
    ``sample_ratio_p``; ``is_mismatched``; ``is_told``, whether the revenue differs. ``arms`` are
    the customers compared, as `custintel.campaigns.Holdout` takes them.
    """

    campaigns: pd.DataFrame
    arms: pd.DataFrame
    n_one_group: int  # campaigns that held back nobody, or everybody
    n_small: int  # campaigns with one to four customers in a group
    n_open: int  # assignments whose days are not over
    n_undated: int  # assignments without a day, of campaigns without a start
    n_uneven: int  # campaigns whose amounts are too few or skewed for their interval


def experiment_results(
    arms: pd.DataFrame,
    control: str,
    campaigns: pd.DataFrame | None,
    purchases: pd.DataFrame,
    day: pd.Timestamp,
    assumptions: Assumptions,
) -> ExperimentResults:
    """Compare those reached with those held back, in the days after their assignment."""
    assigned = _assigned(arms, control, campaigns)
    dated = assigned[assigned["assigned_at"].notna()]
    is_over = dated["assigned_at"] + pd.Timedelta(days=WINDOW_DAYS - 1) <= day
    sizes = pd.crosstab(dated.loc[is_over, "campaign_id"], dated.loc[is_over, "arm"])
    sizes = sizes.reindex(columns=[REACHED, HELD_BACK], fill_value=0)
    has_both = (sizes > 0).all(axis=1)
    is_enough = (sizes >= SMALLEST_GROUP).all(axis=1)
    if not is_enough.any():
        raise SchemaError(
            _(
                "no campaign has {fewest} customers reached and {fewest} held back whose {days} "
                "days after the assignment are over",
                fewest=SMALLEST_GROUP,
                days=WINDOW_DAYS,
            )
        )
    compared = dated[is_over & dated["campaign_id"].isin(sizes.index[is_enough])]
    table, n_uneven = _compared(_outcomes(compared, purchases), assumptions)
    return ExperimentResults(
        campaigns=table,
        arms=compared.reset_index(drop=True),
        n_one_group=int((~has_both).sum()),
        n_small=int((has_both & ~is_enough).sum()),
        n_open=int((~is_over).sum()),
        n_undated=len(assigned) - len(dated),
        n_uneven=n_uneven,
    )


def _assigned(arms: pd.DataFrame, control: str, campaigns: pd.DataFrame | None) -> pd.DataFrame:
    """Return the two groups with the day from which their purchases count."""
    campaign_id = arms["campaign_id"].astype(object)
    day = pd.Series(pd.NaT, arms.index, dtype="datetime64[us]")
    if "assigned_at" in arms:
        day = arms["assigned_at"]
    if campaigns is not None and "starts_at" in campaigns:
        day = day.fillna(campaign_id.map(campaigns.set_index("campaign_id")["starts_at"]))
    is_held_back = arms["arm"].astype(object) == control
    return pd.DataFrame(
        {
            "campaign_id": campaign_id,
            "customer_id": arms["customer_id"].astype(object),
            "arm": np.where(is_held_back, HELD_BACK, REACHED),
            "assigned_at": day.dt.normalize(),
        }
    )


def _outcomes(assigned: pd.DataFrame, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return what each customer bought in the days from the assignment on."""
    sales = _sales(purchases)
    pairs = assigned[["campaign_id", "customer_id", "assigned_at"]].merge(sales, on="customer_id")
    since = (pairs["bought_on"] - pairs["assigned_at"]).dt.days
    inside = pairs[since.between(0, WINDOW_DAYS - 1)]
    key = ["campaign_id", "customer_id"]
    sums = inside.groupby(key)[["is_buyer", "revenue"]].agg({"is_buyer": "max", "revenue": "sum"})
    found = assigned.join(sums, on=key)
    return found.assign(
        is_buyer=found["is_buyer"].fillna(0.0).astype(float), revenue=found["revenue"].fillna(0.0)
    )


def _sales(purchases: pd.DataFrame) -> pd.DataFrame:
    """Return the orders, refunds netted; one that only gives money back makes no buyer."""
    lines = purchases.assign(
        customer_id=purchases["customer_id"].astype(object),
        is_buyer=(purchases["revenue"] >= 0).astype(float),
        bought_on=purchases["ordered_at"].dt.normalize(),
    )
    order = lines["order_id"] if "order_id" in lines else lines["ordered_at"]
    grouped = lines.groupby(["customer_id", order.rename("order")])
    sums = grouped.agg({"bought_on": "min", "is_buyer": "max", "revenue": "sum"})
    return sums.reset_index("order", drop=True).reset_index()


def _compared(outcomes: pd.DataFrame, assumptions: Assumptions) -> tuple[pd.DataFrame, int]:
    """Return the row of each campaign, and the number of those with uneven amounts."""
    rows, n_uneven = {}, 0
    for name, members in outcomes.groupby("campaign_id", sort=True):
        found = {}
        for outcome, test in _OUTCOMES.items():
            with warnings_kept() as weak:
                found[outcome] = _comparison(members, outcome, test, assumptions)
        n_uneven += bool(weak) and not found["revenue"].is_mismatched
        rows[name] = _row(found)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("campaign_id")
    counts = dict.fromkeys(("n_reached", "n_held_back"), "int64")
    table = table.astype(dict.fromkeys(table.columns, float))
    table = table.astype({**counts, "is_mismatched": bool})
    for outcome in _OUTCOMES:
        table[f"{outcome}_q"] = q_values(table[f"{outcome}_p"])
    table["is_told"] = (table["revenue_q"] <= 1 - assumptions.level) & ~table["is_mismatched"]
    return table.sort_values("added", ascending=False, kind="stable"), n_uneven


def _comparison(
    members: pd.DataFrame, outcome: str, test: str, assumptions: Assumptions
) -> ArmComparison:
    planned = assumptions.held_back_share
    return compare_arms(
        members[["customer_id", "arm", outcome]],
        outcome=outcome,
        control=HELD_BACK,
        test=test,  # type: ignore[arg-type]  # one of its own
        expected_shares=None if planned is None else {HELD_BACK: planned, REACHED: 1 - planned},
        level=assumptions.level,
    )


def _row(found: dict[str, ArmComparison]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for outcome, comparison in found.items():
        reached, held_back = comparison.table.loc[REACHED], comparison.table.loc[HELD_BACK]
        for name in ("lift", "lift_low", "lift_high", "relative_lift", "p"):
            row[f"{outcome}_{name}"] = reached[name]
        row |= {
            f"{outcome}_reached": reached["observed"],
            f"{outcome}_held_back": held_back["observed"],
            "n_reached": reached["n"],
            "n_held_back": held_back["n"],
            "sample_ratio_p": comparison.sample_ratio_p,
            "is_mismatched": comparison.is_mismatched,
        }
    money = holdout_lift(found["revenue"]).loc[REACHED]
    return row | {f"added{end}": money[f"revenue{end}"] for end in ("", "_low", "_high")}
