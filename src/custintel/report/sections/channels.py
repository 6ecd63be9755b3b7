"""What each channel brings, and what sells through it."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import channel_bars, channel_mix_heatmap
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
    sentence,
    share,
)
from custintel.report.activity import SIGNIFICANT, ChannelResults
from custintel.report.analysis import Analysis
from custintel.report.named_groups import FEW_CUSTOMERS, MISSING
from custintel.report.sections.items import heading_of, named

_MOST_ROWS = 15


def channels_section(analysis: Analysis) -> Section | None:
    """Tell what each channel brings, and which products sell through which."""
    channels = analysis.activity.channels
    if channels is None:
        return None
    currency = analysis.currency
    blocks: list[Block] = [
        chart(channel_bars(channels.totals, currency=currency)),
        _table(channels.totals, currency),
    ]
    if channels.mix is not None:
        drawing = channel_mix_heatmap(_with_headings(channels.mix))
        blocks += [chart(drawing), Note(_mixed(channels.mix))]
    return Section("channels", _("Channels"), _opening(channels, currency), blocks)


def _opening(channels: ChannelResults, currency: str | None) -> Markup:
    totals = channels.totals
    first = totals.iloc[0]
    fields: dict[str, object] = {
        "first": named(totals.index[0]),
        "revenue": amount("channels.1.revenue", first["revenue"], currency),
        "n_orders": count("channels.1.n_orders", first["n_orders"]),
    }
    if len(totals) == 1:
        return sentence(
            "All {n_orders} orders came through one channel, “{first}”, and brought {revenue}.",
            **fields,
        )
    if pd.isna(first["revenue_share"]):
        return sentence("“{first}” brings most, {revenue} in {n_orders} orders.", **fields)
    fields["share"] = share("channels.1.share", first["revenue_share"])
    named_ones = totals.drop([FEW_CUSTOMERS, MISSING], errors="ignore")
    rates = named_ones["revenue_per_order"].dropna()
    if len(rates) < 2:
        return sentence(
            "“{first}” brings most, {share} of the revenue in {n_orders} orders.", **fields
        )
    best, least = str(rates.idxmax()), str(rates.idxmin())
    new = named_ones["n_new_customers"]
    newest = str(new.idxmax())
    return sentence(
        "“{first}” brings most, {share} of the revenue. An order is largest through “{best}”, "
        "{largest}, and smallest through “{least}”, {smallest}; most new customers came through "
        "“{newest}”, {n_new}.",
        best=named(best),
        largest=amount(_key(totals, best, "revenue_per_order"), rates[best], currency),
        least=named(least),
        smallest=amount(_key(totals, least, "revenue_per_order"), rates[least], currency),
        newest=named(newest),
        n_new=count(_key(totals, newest, "n_new_customers"), int(new[newest])),
        **fields,
    )


def _key(totals: pd.DataFrame, channel: object, measure: str) -> str:
    """Return the key of a figure as the table of channels has it."""
    return f"channels.{list(totals.index).index(channel) + 1}.{measure}"


def _table(totals: pd.DataFrame, currency: str | None) -> Table:
    has_margin = bool(totals["margin_rate"].notna().any())
    rows: list[list[Figure | Markup | str]] = []
    for rank, (channel, row) in enumerate(totals.head(_MOST_ROWS).iterrows(), start=1):
        key = f"channels.{rank}"
        cells: list[Figure | Markup | str] = [
            named(channel),
            count(f"{key}.n_customers", row["n_customers"]),
            count(f"{key}.n_new_customers", row["n_new_customers"]),
            count(f"{key}.n_orders", row["n_orders"]),
            amount(f"{key}.revenue", row["revenue"], currency),
            share(f"{key}.share", row["revenue_share"]) if pd.notna(row["revenue_share"]) else "–",
            amount(f"{key}.revenue_per_order", row["revenue_per_order"], currency)
            if pd.notna(row["revenue_per_order"])
            else "–",
        ]
        if has_margin:
            rate = row["margin_rate"]
            cells.append(share(f"{key}.margin_rate", rate) if pd.notna(rate) else "–")
        rows.append(cells)
    headings = [
        heading_of("channel"),
        _("Customers"),
        _("New customers"),
        _("Orders"),
        _("Revenue"),
        _("Share"),
        _("Revenue per order"),
        *([_("Margin rate")] if has_margin else []),
    ]
    caption = _("Channels by revenue; who bought through several counts in each")
    if len(rows) < len(totals):
        caption = _(
            "Channels by revenue, {n} largest of {n_items}; who bought through several counts "
            "in each",
            n=len(rows),
            n_items=len(totals),
        )
    return Table(caption, headings, rows)


def _with_headings(mix: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its two columns of names called as a reader calls them."""
    return mix.rename(columns={str(name): heading_of(str(name)) for name in mix.columns[:2]})


def _mixed(mix: pd.DataFrame) -> Markup:
    """Say what sells best where, beyond what the sizes of both explain."""
    sure = mix[mix["q"] < SIGNIFICANT]
    over = sure[sure["lift_low"] > 1]
    fields = {
        "n_sure": count("channels.mix.n_sure", len(sure)),
        "n": count("channels.mix.n", len(mix)),
    }
    if over.empty:
        return sentence(
            "{n_sure} of {n} combinations differ from what the sizes of both sides make one "
            "expect by more than chance explains.",
            **fields,
        )
    first = over.sort_values("lift_low", ascending=False, kind="stable").iloc[0]
    return sentence(
        "{n_sure} of {n} combinations differ from what the sizes of both sides make one expect "
        "by more than chance explains. The strongest: “{item}” sells {lift} times as often "
        "through “{channel}” ({low} to {high}).",
        item=named(first.iloc[0]),
        channel=named(first.iloc[1]),
        lift=decimal("channels.mix.lift", first["lift"], 2),
        low=decimal("channels.mix.lift_low", first["lift_low"], 2),
        high=decimal("channels.mix.lift_high", first["lift_high"], 2),
        **fields,
    )
