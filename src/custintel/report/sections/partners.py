"""What each partner brings."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import revenue_share_bars
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
)
from custintel.report.analysis import Analysis
from custintel.report.named_groups import MISSING
from custintel.report.sections.items import heading_of, named

_MOST_ROWS = 15
_FEW = 5
_STRONG = 0.6  # share of the five largest above which the words change


def partners_section(analysis: Analysis) -> Section | None:
    """Tell what each partner brings, and how far the revenue hangs on few of them."""
    partners = analysis.activity.partners
    if partners is None:
        return None
    currency = analysis.currency
    blocks: list[Block] = [
        chart(revenue_share_bars(partners, currency=currency)),
        _table(partners, currency),
    ]
    return Section("partners", _("Partners"), _opening(partners, analysis), blocks)


def _opening(partners: pd.DataFrame, analysis: Analysis) -> Markup:
    first, currency = partners.iloc[0], analysis.currency
    known = partners.drop(MISSING, errors="ignore")
    fields: dict[str, object] = {
        "first": named(partners.index[0]),
        "revenue": amount("partners.1.revenue", first["revenue"], currency),
        "n": count("partners.n", _n_named(analysis)),
    }
    if len(partners) == 1 or pd.isna(first["revenue_share"]):
        return sentence("“{first}” brings {revenue}; {n} partners are named.", **fields)
    fields["share"] = share("partners.1.share", first["revenue_share"])
    if len(known) <= _FEW:
        return sentence("“{first}” brings most of {n}, {share} of the revenue.", **fields)
    largest = float(known["revenue_share"].iloc[:_FEW].sum())
    fields["five"] = share("partners.five_share", largest)
    if largest >= _STRONG:
        return sentence(
            "The revenue hangs on few partners: the five largest of {n} bring {five} of it, "
            "“{first}” alone {share}.",
            **fields,
        )
    return sentence(
        "The revenue is spread over {n} partners: the five largest bring {five} of it, “{first}” "
        "alone {share}.",
        **fields,
    )


def _n_named(analysis: Analysis) -> int:
    """Return the partners of the lines observed; the table shows small ones as one."""
    lines = analysis.source.transactions
    is_seen = lines["ordered_at"] < analysis.as_of + pd.Timedelta(days=1)
    return int(lines.loc[is_seen, "partner_id"].nunique())


def _table(partners: pd.DataFrame, currency: str | None) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, (partner, row) in enumerate(partners.head(_MOST_ROWS).iterrows(), start=1):
        key = f"partners.{rank}"
        rows.append(
            [
                named(partner),
                count(f"{key}.n_customers", row["n_customers"]),
                count(f"{key}.n_orders", row["n_orders"]),
                amount(f"{key}.revenue", row["revenue"], currency),
                share(f"{key}.share", row["revenue_share"])
                if pd.notna(row["revenue_share"])
                else "–",
            ]
        )
    headings = [heading_of("partner_id"), _("Customers"), _("Orders"), _("Revenue"), _("Share")]
    caption = _("Partners by revenue")
    if len(rows) < len(partners):
        caption = _(
            "Partners by revenue, {n} largest of {n_items}", n=len(rows), n_items=len(partners)
        )
    return Table(caption, headings, rows)
