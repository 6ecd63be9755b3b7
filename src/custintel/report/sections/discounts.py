"""How far sales hang on discounts."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import promotion_bars
from custintel.report._elements import (
    Block,
    Figure,
    Section,
    Table,
    amount,
    chart,
    count,
    sentence,
    share,
    shares_between,
)
from custintel.report.activity import DiscountResults
from custintel.report.analysis import Analysis
from custintel.report.sections.items import heading_of, named

_MOST_ROWS = 15


def discounts_section(analysis: Analysis) -> Section | None:
    """Tell how many orders are discounted, by how much, and where."""
    discounts = analysis.activity.discounts
    if discounts is None:
        return None
    blocks: list[Block] = []
    if discounts.groups is not None:
        blocks += [
            chart(promotion_bars(discounts.groups)),
            _table(discounts.groups, str(discounts.by)),
        ]
    return Section("discounts", _("Discounts"), _opening(discounts, analysis.currency), blocks)


def _opening(discounts: DiscountResults, currency: str | None) -> Markup:
    total = discounts.total
    if not total["n_discounted"]:
        return sentence(
            "None of {n_orders} orders was discounted.",
            n_orders=count("discounts.n_orders", total["n_orders"]),
        )
    fields: dict[str, object] = {
        "share": share("discounts.share", total["discounted_share"]),
        "given": amount("discounts.given", total["discount"], currency),
        "n_only": count("discounts.n_only", total["n_only_discounted"]),
        "n": count("discounts.n_customers", total["n_customers"]),
    }
    if pd.isna(total["discount_rate"]):
        return sentence(
            "{share} of the orders were discounted, which gave up {given}; {n_only} of {n} "
            "customers have bought at a discount only.",
            **fields,
        )
    return sentence(
        "{share} of the orders were discounted, which gave up {given}, {rate} of all that would "
        "have been charged; {n_only} of {n} customers have bought at a discount only.",
        rate=share("discounts.rate", total["discount_rate"]),
        **fields,
    )


def _table(groups: pd.DataFrame, by: str) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, (group, row) in enumerate(groups.head(_MOST_ROWS).iterrows(), start=1):
        key = f"discounts.{rank}"
        rate = row["discount_rate"]
        rows.append(
            [
                named(group),
                count(f"{key}.n_orders", row["n_orders"]),
                share(f"{key}.share", row["shrunk_share"]),
                shares_between(
                    f"{key}.share", row["shrunk_share_low"], row["shrunk_share_high"], 1
                ),
                share(f"{key}.rate", rate) if pd.notna(rate) else "–",
            ]
        )
    headings = [
        heading_of(by),
        _("Orders"),
        _("Discounted"),
        _("Interval"),
        _("Part of the list price given up"),
    ]
    caption = _("Discounts, largest revenue first; shares drawn towards those of all")
    if len(rows) < len(groups):
        caption = _(
            "Discounts, {n} largest of {n_items}; shares drawn towards those of all",
            n=len(rows),
            n_items=len(groups),
        )
    return Table(caption, headings, rows)
