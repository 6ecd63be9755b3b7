"""What is sold, what grows and what falls."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import contribution_bars, portfolio_bubbles
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    change,
    chart,
    count,
    points,
    sentence,
    share,
)
from custintel.report.activity import ItemResults
from custintel.report.analysis import Analysis
from custintel.report.sections.items import heading_of, named

_MOST_ROWS = 15
_FEWEST_BUBBLES = 3


def products_section(analysis: Analysis) -> Section | None:
    """Tell the revenue of each product or category, and what each added to growth."""
    items = analysis.activity.products
    if items is None:
        return None
    blocks: list[Block] = [_table(items, analysis.currency)]
    if items.growth is not None:
        blocks.append(chart(contribution_bars(items.growth)))
    if items.portfolio is not None and len(items.portfolio) >= _FEWEST_BUBBLES:
        blocks += [chart(portfolio_bubbles(items.portfolio)), Note(_reading(items.portfolio))]
    title = _("Products") if items.by == "product_id" else _("Categories of products")
    return Section("products", title, _opening(items, analysis.currency), blocks)


def _opening(items: ItemResults, currency: str | None) -> Markup:
    totals = items.totals
    first = totals.iloc[0]
    fields: dict[str, object] = {
        "n": count("products.n", len(totals)),
        "first": named(totals.index[0]),
        "revenue": amount("products.1.revenue", first["revenue"], currency),
    }
    if len(totals) == 1:
        return sentence("All of the revenue, {revenue}, is that of “{first}”.", **fields)
    if pd.notna(first["revenue_share"]):
        fields["share"] = share("products.1.share", first["revenue_share"])
    else:
        return sentence("“{first}” brings most of {n}, {revenue}.", **fields)
    if items.growth is None:
        return sentence(
            "“{first}” brings most of {n}, {revenue} or {share} of the revenue; two whole years "
            "are needed before growth can be told.",
            **fields,
        )
    return _growing(items.growth, fields)


def _growing(growth: pd.DataFrame, fields: dict[str, object]) -> Markup:
    """Say what the whole grew by, and what gave and took most."""
    by_part = growth.set_index("item")["contribution"]
    whole = float(by_part.sum())
    best, worst = str(by_part.idxmax()), str(by_part.idxmin())
    told = {
        **fields,
        "year": str(growth["period"].iloc[0]),
        "growth": change("products.growth", whole),
        "best": named(best),
        "gained": points("products.best.points", by_part[best]),
        "worst": named(worst),
        "lost": points("products.worst.points", by_part[worst]),
    }
    if by_part[worst] >= 0:
        return sentence(
            "“{first}” brings most, {share} of the revenue. Revenue changed by {growth} in "
            "{year}: “{best}” added most, {gained} points, and nothing fell.",
            **told,
        )
    if by_part[best] <= 0:
        return sentence(
            "“{first}” brings most, {share} of the revenue. Revenue changed by {growth} in "
            "{year}: nothing grew, and “{worst}” took most, {lost} points.",
            **told,
        )
    return sentence(
        "“{first}” brings most, {share} of the revenue. Revenue changed by {growth} in {year}: "
        "“{best}” added most, {gained} points, “{worst}” took most, {lost} points.",
        **told,
    )


def _table(items: ItemResults, currency: str | None) -> Table:
    by_item = None if items.growth is None else items.growth.set_index("item")
    rows: list[list[Figure | Markup | str]] = []
    for rank, (item, row) in enumerate(items.totals.head(_MOST_ROWS).iterrows(), start=1):
        key = f"products.{rank}"
        cells: list[Figure | Markup | str] = [
            named(item),
            count(f"{key}.n_customers", row["n_customers"]),
            count(f"{key}.n_orders", row["n_orders"]),
            amount(f"{key}.revenue", row["revenue"], currency),
            share(f"{key}.share", row["revenue_share"]) if pd.notna(row["revenue_share"]) else "–",
        ]
        if by_item is not None:
            cells += _growth_cells(key, by_item, item)
        rows.append(cells)
    headings = [
        heading_of(items.by),
        _("Customers"),
        _("Orders"),
        _("Revenue"),
        _("Share"),
    ]
    if by_item is not None:
        year = str(by_item["period"].iloc[0])
        headings += [_("Growth in {year}", year=year), _("Points of the whole’s growth")]
    return Table(_caption(len(rows), len(items.totals)), headings, rows)


def _growth_cells(key: str, by_item: pd.DataFrame, item: object) -> list[Figure | Markup | str]:
    if item not in by_item.index:  # sold before or after the two years only
        return ["–", "–"]
    grown = by_item.loc[[item]].iloc[0]
    growth: Figure | str = "–"
    if grown["before"] > 0:
        growth = change(f"{key}.growth", grown["after"] / grown["before"] - 1)
    return [growth, points(f"{key}.points", grown["contribution"])]


def _caption(n_shown: int, n: int) -> str:
    if n_shown == n:
        return _("Revenue over all time, largest first")
    return _("Revenue over all time, {n} largest of {n_items}", n=n_shown, n_items=n)


def _reading(portfolio: pd.DataFrame) -> Markup:
    n_fast = int((portfolio["growth"] > portfolio["growth_cut"]).sum())
    return sentence(
        "{n_fast} of {n} grew faster than the whole. The lines part fast from slow growth, and "
        "large from small shares: small and fast ones need attention before they are large.",
        n_fast=count("products.n_fast", n_fast),
        n=count("products.n_compared", len(portfolio)),
    )
