"""What remains of the revenue after the cost of the goods."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import margin_bars
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    chart,
    count,
    sentence,
    share,
)
from custintel.report.activity import MarginResults
from custintel.report.analysis import Analysis
from custintel.report.named_groups import FEW_CUSTOMERS, MISSING
from custintel.report.sections.items import heading_of, named

_MOST_ROWS = 15


def margins_section(analysis: Analysis) -> Section | None:
    """Tell the gross margin, and where it is made."""
    margins = analysis.activity.margins
    if margins is None:
        return None
    currency = analysis.currency
    blocks: list[Block] = []
    if margins.items is not None:
        blocks += [chart(margin_bars(margins.items)), _table(margins, currency)]
    if margins.total["n_without_cost"]:
        blocks.append(Note(_without_cost(margins.total, currency)))
    return Section("margins", _("Margins"), _opening(margins, currency), blocks)


def _opening(margins: MarginResults, currency: str | None) -> Markup:
    total = margins.total
    fields: dict[str, object] = {
        "margin": amount("margins.total", total["gross_margin"], currency),
    }
    if pd.isna(total["margin_rate"]):
        return sentence("After the cost of the goods {margin} remain.", **fields)
    fields["rate"] = share("margins.rate", total["margin_rate"])
    if total["gross_margin"] < 0:
        return sentence(
            "The goods cost more than they brought: {margin} remain, {rate} of the revenue.",
            **fields,
        )
    rates = _rates(margins)
    if len(rates) < 2:
        return sentence(
            "After the cost of the goods {margin} remain, {rate} of the revenue.", **fields
        )
    best, least = str(rates.idxmax()), str(rates.idxmin())
    order = [] if margins.items is None else list(margins.items.index)
    return sentence(
        "After the cost of the goods {margin} remain, {rate} of the revenue: most of “{best}”, "
        "{highest}, least of “{least}”, {lowest}.",
        best=named(best),
        highest=share(f"margins.{order.index(best) + 1}.rate", rates[best]),
        least=named(least),
        lowest=share(f"margins.{order.index(least) + 1}.rate", rates[least]),
        **fields,
    )


def _rates(margins: MarginResults) -> "pd.Series[float]":
    """Return the rates of the items that have a name."""
    if margins.items is None:
        return pd.Series(dtype=float)
    named_ones = margins.items.drop([FEW_CUSTOMERS, MISSING], errors="ignore")
    rates: pd.Series[float] = named_ones["margin_rate"].dropna()
    return rates


def _table(margins: MarginResults, currency: str | None) -> Table:
    assert margins.items is not None
    rows: list[list[Figure | Markup | str]] = []
    for rank, (item, row) in enumerate(margins.items.head(_MOST_ROWS).iterrows(), start=1):
        key = f"margins.{rank}"
        has_margin, has_rate = pd.notna(row["gross_margin"]), pd.notna(row["margin_rate"])
        rows.append(
            [
                named(item),
                amount(f"{key}.revenue", row["revenue"], currency),
                amount(f"{key}.cost", row["cost"], currency) if has_margin else "–",
                amount(f"{key}.margin", row["gross_margin"], currency) if has_margin else "–",
                share(f"{key}.rate", row["margin_rate"]) if has_rate else "–",
            ]
        )
    headings = [
        heading_of(str(margins.by)),
        _("Revenue"),
        _("Cost"),
        _("Gross margin"),
        _("Margin rate"),
    ]
    caption = _("Gross margin, largest revenue first")
    if len(rows) < len(margins.items):
        caption = _(
            "Gross margin, {n} largest of {n_items}", n=len(rows), n_items=len(margins.items)
        )
    return Table(caption, headings, rows)


def _without_cost(total: pd.Series, currency: str | None) -> Markup:
    return sentence(
        "{n} rows have no cost; their revenue, {revenue}, is left out of the margins.",
        n=count("margins.n_without_cost", total["n_without_cost"]),
        revenue=amount("margins.revenue_without_cost", total["revenue_without_cost"], currency),
    )
