"""Segments by recency, frequency and monetary value."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import segment_bars
from custintel.report._elements import (
    Block,
    Figure,
    Section,
    Table,
    amount,
    chart,
    count,
    decimal,
    sentence,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.groups import SMALLEST_GROUP

_BEST = ("Champions", "Loyal customers")
_LEAVING = ("At risk", "Can't lose them")


def segments_section(analysis: Analysis) -> Section:
    """Tell how large each segment is, and what it has brought."""
    summary = segment_totals(analysis)
    blocks: list[Block] = [chart(segment_bars(summary)), _table(summary, analysis.currency)]
    return Section("segments", _("Segments"), _opening(analysis), blocks)


def segment_totals(analysis: Analysis) -> pd.DataFrame:
    """Add up each segment, small ones as one, in their order."""
    customers = analysis.segmented
    grouped = customers.groupby(analysis.groups, observed=True)
    totals = pd.DataFrame(
        {
            "n_customers": grouped.size(),
            "revenue": grouped["monetary"].sum(),
            "recency_days": grouped["recency_days"].median(),
            "frequency": grouped["frequency"].mean(),
        }
    )
    revenue = float(totals["revenue"].sum())
    return totals.assign(
        customer_share=totals["n_customers"] / len(customers),
        revenue_share=totals["revenue"] / revenue if revenue > 0 else 0.0,
    )


def _opening(analysis: Analysis) -> Markup:
    customers = analysis.segmented
    best = customers[customers["segment"].isin(_BEST)]
    leaving = customers[customers["segment"].isin(_LEAVING)]
    revenue = float(customers["monetary"].sum())
    fields = {
        "n_best": share("segments.best.customer_share", len(best) / len(customers)),
        "best": share("segments.best.revenue_share", _part(best["monetary"].sum(), revenue)),
        "n_leaving": count("segments.leaving.n_customers", len(leaving)),
        "leaving": amount("segments.leaving.revenue", leaving["monetary"].sum(), analysis.currency),
    }
    if len(best) < SMALLEST_GROUP:
        return sentence(
            "Of {n} customers fewer than five are champions or loyal customers: there are too "
            "few to tell segments apart.",
            n=count("customers.n", len(customers)),
        )
    if len(leaving) < SMALLEST_GROUP:
        return sentence(
            "Champions and loyal customers are {n_best} of all and brought {best} of the "
            "revenue; fewer than five once good customers have gone quiet.",
            n_best=fields["n_best"],
            best=fields["best"],
        )
    return sentence(
        "Champions and loyal customers are {n_best} of all and brought {best} of the revenue; "
        "{n_leaving} once good customers, who brought {leaving}, have gone quiet and are the "
        "first to win back.",
        **fields,
    )


def _part(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _table(summary: pd.DataFrame, currency: str | None) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for segment, row in summary.iterrows():
        key = f"segments.{segment}"
        rows.append(
            [
                _(str(segment)),
                count(f"{key}.n_customers", row["n_customers"]),
                share(f"{key}.customer_share", row["customer_share"]),
                amount(f"{key}.revenue", row["revenue"], currency),
                share(f"{key}.revenue_share", row["revenue_share"]),
                decimal(f"{key}.recency_days", row["recency_days"], row["recency_days"] % 1 > 0),
                decimal(f"{key}.frequency", row["frequency"], 1),
            ]
        )
    headings = [
        _("Segment"),
        _("Customers"),
        _("Share"),
        _("Revenue"),
        _("Share of revenue"),
        _("Days since the last purchase (median)"),
        _("Purchases (mean)"),
    ]
    return Table(_("Segments, best first"), headings, rows)
