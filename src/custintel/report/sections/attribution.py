"""Which channels touched customers before they bought, by several methods."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import attribution_dots
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    chart,
    count,
    decimal,
    decimals_between,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.campaign_credits import (
    FEW_CONVERSIONS,
    LOOKBACK_DAYS,
    METHODS,
    CreditResults,
)
from custintel.report.identity import masked
from custintel.report.sections.items import named

Cells = list[Figure | Markup | str]

_MOST_ROWS = 15
_NO_TOUCH = N_("(no touch)")
_DETAILED = "shapley"  # the one method whose rule favours no place in a path
_NAMES = {
    "first": N_("First touch"),
    "last": N_("Last touch"),
    "linear": N_("Linear"),
    "position": N_("Position"),
    "time_decay": N_("Time decay"),
    "markov": N_("Markov chain"),
    "shapley": N_("Shapley value"),
}


def attribution_section(analysis: Analysis) -> Section | None:
    """Tell what each channel is credited with, and how far the methods agree."""
    credits = analysis.campaigns.credits
    if credits is None:
        return None
    comparison = credits.comparison
    touched = comparison[comparison["channel"] != _NO_TOUCH]
    blocks: list[Block] = [
        chart(attribution_dots(touched)),
        _by_method(comparison),
        _in_detail(credits, analysis.currency),
        Note(_caution(credits)),
        *(
            Note(Markup("{}").format(masked(each, analysis.assumptions)))
            for each in credits.remarks
        ),
    ]
    return Section("attribution", _("Attribution"), _opening(credits, touched), blocks)


def _opening(credits: CreditResults, touched: pd.DataFrame) -> Markup:
    ranked = touched.sort_values("conversions", ascending=False, kind="stable")
    leaders = ranked.drop_duplicates("method")["channel"]
    first = str(touched["channel"].iloc[0])
    of_first = touched.loc[touched["channel"] == first, "share"]
    n_agree = int((leaders == first).sum())
    fields: dict[str, object] = {
        "n": count("attribution.n", credits.n_conversions),
        "since": formats.date(credits.since),
        "n_touched": count("attribution.n_touched", credits.n_touched),
        "share": share("attribution.touched_share", credits.n_touched / credits.n_conversions),
        "days": count("attribution.days", LOOKBACK_DAYS),
        "first": named(first),
        "low": share("attribution.first_low", of_first.min(), 0),
        "high": share("attribution.first_high", of_first.max(), 0),
        "n_agree": count("attribution.n_agree", n_agree),
        "n_methods": count("attribution.n_methods", len(METHODS)),
    }
    if credits.n_touched < FEW_CONVERSIONS:
        return sentence(
            "Only {n_touched} of {n} purchases since {since} came within {days} days after a "
            "touch of the customer: too few to tell channels apart.",
            **fields,
        )
    if n_agree == len(METHODS):
        return sentence(
            "{n_touched} of {n} purchases since {since}, {share}, came within {days} days after a "
            "touch of the customer. All {n_methods} methods credit “{first}” with the largest "
            "part, {low} to {high}.",
            **fields,
        )
    return sentence(
        "{n_touched} of {n} purchases since {since}, {share}, came within {days} days after a "
        "touch of the customer. Methods disagree on the first: “{first}” leads in {n_agree} of "
        "{n_methods}, with {low} to {high} of these.",
        **fields,
    )


def _by_method(comparison: pd.DataFrame) -> Table:
    wide = comparison.pivot_table(
        index="channel", columns="method", values="conversions", sort=False
    )[list(METHODS)]
    rows: list[Cells] = []
    for rank, (channel, row) in enumerate(wide.head(_MOST_ROWS).iterrows(), start=1):
        key = f"attribution.{rank}"
        cells = [decimal(f"{key}.{method}", row[method]) for method in METHODS]
        rows.append([_called(channel), *cells])
    headings = [_("Channel"), *(_(_NAMES[method]) for method in METHODS)]
    return Table(_caption(_("Purchases credited, by method"), rows, len(wide)), headings, rows)


def _in_detail(credits: CreditResults, currency: str | None) -> Table:
    """Return one method with its intervals, revenue and cost, beside the range of all."""
    comparison = credits.comparison
    detail = comparison[comparison["method"] == _DETAILED]
    spread = comparison.groupby("channel")["conversions"].agg(["min", "max"])
    rows: list[Cells] = []
    for rank, row in enumerate(detail.head(_MOST_ROWS).to_dict("records"), start=1):
        key, channel = f"attribution.{rank}", row["channel"]
        ends = spread.loc[channel]
        cells: Cells = [_called(channel), decimal(f"{key}.{_DETAILED}", row["conversions"])]
        if channel == _NO_TOUCH:
            cells += ["–", "–", "–"]
        else:
            low, high = row["conversions_low"], row["conversions_high"]
            cells.append(decimals_between(f"{key}.{_DETAILED}", low, high))
            cells.append(decimals_between(f"{key}.methods", ends["min"], ends["max"]))
            cells.append(share(f"{key}.share", row["share"]))
        cells.append(amount(f"{key}.value", row["value"], currency))
        if credits.has_cost:
            cells += _cost_cells(key, row, currency)
        rows.append(cells)
    headings = [
        _("Channel"),
        _("Purchases credited"),
        _("Interval"),
        _("Least and most of all methods"),
        _("Share of those with a touch"),
        _("Revenue credited"),
        *([_("Cost of touches"), _("Cost of a purchase")] if credits.has_cost else []),
    ]
    caption = _("The Shapley value, beside the range of all methods")
    return Table(_caption(caption, rows, len(detail)), headings, rows)


def _called(channel: object) -> str:
    return _(_NO_TOUCH) if channel == _NO_TOUCH else named(channel)


def _cost_cells(key: str, row: dict[Any, Any], currency: str | None) -> Cells:
    cells: Cells = []
    for name in ("cost", "cost_per_conversion"):
        value = row[name]
        cells.append("–" if pd.isna(value) else amount(f"{key}.{name}", value, currency))
    return cells


def _caption(caption: str, rows: list[Cells], n_all: int) -> str:
    if len(rows) == n_all:
        return caption
    return _("{caption}; first {n} of {n_items}", caption=caption, n=len(rows), n_items=n_all)


def _caution(credits: CreditResults) -> Markup:
    """Say what credits are not, and what was left out."""
    told = [
        sentence(
            "Credits say who was there before a purchase, not who caused it: where a budget hangs "
            "on it, hold back a group and compare."
        )
    ]
    if credits.are_days:
        told.append(
            sentence(
                "Purchases tell no time of the day: touches of their day count as before them."
            )
        )
    if credits.n_refunded:
        told.append(
            sentence_plural(
                "One refund that names no purchase of this time counts for nothing.",
                "{n} refunds that name no purchase of this time count for nothing.",
                credits.n_refunded,
                n=count("attribution.n_refunded", credits.n_refunded),
            )
        )
    return Markup(" ").join(told)
