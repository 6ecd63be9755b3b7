"""What campaigns earned on what they cost, beyond what customers held back buy anyway."""

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import roi_intervals
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Table,
    amount,
    amounts_between,
    chart,
    count,
    sentence,
    sentence_plural,
    share,
    shares_between,
)
from custintel.report.analysis import Analysis
from custintel.report.campaign_experiments import WINDOW_DAYS
from custintel.report.sections.campaign_names import campaign_label
from custintel.report.sections.rates import with_below

Cells = list[Figure | Markup | str]

_MOST_ROWS = 15
_FEWEST_DRAWN = 2
_MARGINS = {
    "rate": N_("The margin is {rate} of the revenue, as was assumed."),
    "cost of goods": N_("The margin is the revenue less the cost of the goods."),
    "revenue": N_(
        "No margin is known: returns are those of the revenue, and too high. A no-go stands all "
        "the same, a go cannot be told: assume a margin rate."
    ),
}


def tested_blocks(analysis: Analysis) -> list[Block]:
    """Tell the return on campaigns from which customers were held back, and the decision."""
    tested, groups = analysis.campaigns.tested, analysis.campaigns.groups
    if tested is None or groups is None:
        return []
    shown = tested.head(_MOST_ROWS)
    labels = [campaign_label(group, groups) for group in shown.index]
    blocks: list[Block] = [Note(_told(tested, analysis))]
    if shown["romi"].notna().sum() >= _FEWEST_DRAWN:
        blocks.append(chart(roi_intervals(shown.assign(campaign_name=labels))))
    return [*blocks, _table(shown, labels, len(tested), analysis)]


def _told(tested: pd.DataFrame, analysis: Analysis) -> Markup:
    margin_is = str(tested["margin_is"].iloc[0])
    fields = {}
    if margin_is == "rate":
        rate = float(analysis.assumptions.margin_rate or 0.0)
        fields["rate"] = share("returns.tested.margin_rate", rate)
    opening = sentence_plural(
        "From {n} campaign customers were held back at random: its return is that of what those "
        "reached bought beyond them within {days} days, whatever the purchases name. It is "
        "decided on by all of its interval.",
        "From {n} campaigns customers were held back at random: their return is that of what "
        "those reached bought beyond them within {days} days, whatever the purchases name. They "
        "are decided on by all of their interval.",
        len(tested),
        n=count("returns.tested.n", len(tested)),
        days=count("returns.tested.days", WINDOW_DAYS),
    )
    return Markup(" ").join([opening, sentence(_MARGINS[margin_is], **fields)])


def _table(shown: pd.DataFrame, labels: list[str], n_items: int, analysis: Analysis) -> Table:
    currency = analysis.currency
    rows: list[Cells] = []
    for rank, (label, (_id, row)) in enumerate(zip(labels, shown.iterrows(), strict=True), start=1):
        key = f"returns.tested.{rank}"
        cells: Cells = [
            label,
            amount(f"{key}.cost", row["cost"], currency),
            with_below(
                count(f"{key}.n_reached", row["n_reached"]),
                sentence("{n} held back", n=count(f"{key}.n_held_back", row["n_held_back"])),
            ),
        ]
        cells.append(_added(f"{key}.margin", row, currency))
        cells.append(_returned(f"{key}.romi", row))
        cells.append(_decision(row))
        rows.append(cells)
    has_margin = shown["margin_is"].iloc[0] != "revenue"
    headings = [
        _("Campaign"),
        _("Cost"),
        _("Customers reached"),
        _("Margin added") if has_margin else _("Revenue added"),
        _("Return"),
        _("Decision"),
    ]
    caption = _("Return on campaigns with customers held back, above its interval, dearest first")
    if len(rows) < n_items:
        caption = _(
            "{caption}; first {n} of {n_items}", caption=caption, n=len(rows), n_items=n_items
        )
    return Table(caption, headings, rows, is_wordy=True)


def _added(key: str, row: "pd.Series[Any]", currency: str | None) -> Markup | str:
    if math.isnan(row["margin"]):
        return "–"
    between = amounts_between(key, row["margin_low"], row["margin_high"], currency)
    return with_below(amount(key, row["margin"], currency), between)


def _returned(key: str, row: "pd.Series[Any]") -> Markup | str:
    if math.isnan(row["romi"]):
        return "–"
    return with_below(
        share(key, row["romi"], 0), shares_between(key, row["romi_low"], row["romi_high"])
    )


def _decision(row: "pd.Series[Any]") -> str:
    if row["is_owed"]:
        return "–"
    if math.isnan(row["romi"]):
        return _(str(row["reason"]))
    if row["margin_is"] == "revenue" and row["decision"] == "go":
        return _("unclear")
    return _(str(row["decision"]))
