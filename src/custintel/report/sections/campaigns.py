"""How far the messages of campaigns come, and how often contacts are written to."""

import pandas as pd
from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import funnel_bars, kpi_intervals, pressure_bars
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    chart,
    count,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.campaign_messages import MOST_SENDINGS, PRESSURE_DAYS, MessageResults
from custintel.report.sections.campaign_checks import check_blocks, consent_blocks
from custintel.report.sections.campaign_names import (
    campaign_label,
    kind_heading,
    kind_label,
    kind_labels,
)
from custintel.report.sections.rates import rate, rate_and_interval

Cells = list[Figure | Markup | str]

_MOST_ROWS = 15
_STAGES = {
    "sent": N_("Sent"),
    "delivered": N_("Delivered"),
    "opened": N_("Opened"),
    "clicked": N_("Clicked"),
    "information_request": N_("Asked for information"),
    "lead": N_("Became a lead"),
    "sale": N_("Bought"),
}


def campaigns_section(analysis: Analysis) -> Section | None:
    """Tell how far messages come, by kind and campaign, and what does not add up."""
    messages = analysis.campaigns.messages
    if messages is None:
        return None
    blocks: list[Block] = [
        chart(funnel_bars(messages.funnel)),
        _funnel(messages.funnel),
        *_coverage(messages),
        *_by_kind(messages),
        _by_campaign(messages, analysis),
        *_pressure(messages),
        *consent_blocks(messages),
        *check_blocks(messages),
    ]
    return Section("campaigns", _("Campaigns"), _opening(messages), blocks)


def _opening(messages: MessageResults) -> Markup:
    total = messages.total
    fields: dict[str, object] = {
        "n": count("campaigns.n", messages.n_campaigns),
        "n_contacts": count("campaigns.n_contacts", messages.n_contacts),
        "n_sent": count("campaigns.n_sent", total["n_sent"]),
        "delivered": rate("campaigns.delivery_rate", total["delivery_rate"]),
        "bought": rate("campaigns.conversion_rate", total["conversion_rate"]),
    }
    if not total["n_delivered"]:
        return sentence(
            "{n} campaigns sent {n_sent} messages to {n_contacts} contacts, and none was "
            "delivered.",
            **fields,
        )
    if not messages.tells_opens:
        return sentence(
            "{n} campaigns sent {n_sent} messages to {n_contacts} contacts. {delivered} were "
            "delivered, and {bought} of those delivered were followed by a sale; the log tells "
            "of no opening.",
            **fields,
        )
    return sentence(
        "{n} campaigns sent {n_sent} messages to {n_contacts} contacts. {delivered} were "
        "delivered; of those delivered {opened} were opened, {clicked} clicked, and "
        "{bought} followed by a sale.",
        opened=rate("campaigns.open_rate", total["open_rate"]),
        clicked=rate("campaigns.ctr", total["ctr"]),
        **fields,
    )


def _funnel(funnel: pd.DataFrame) -> Table:
    rows: list[Cells] = []
    for row in funnel.to_dict("records"):
        stage, key = str(row["stage"]), f"campaigns.funnel.{row['stage']}"
        cells: Cells = [_(_STAGES[stage]), count(f"{key}.n", row["n_contacts"])]
        of_delivered = pd.Series(row)
        is_told = stage not in ("sent", "delivered")
        cells.append(rate_and_interval(key, of_delivered, "share_of_delivered", is_told=is_told))
        cells.append(rate(f"{key}.share_of_previous", row["share_of_previous"]))
        rows.append(cells)
    headings = [
        _("Step"),
        _("Contacts, each once a campaign"),
        _("Of delivered, and interval"),
        _("Of the step before"),
    ]
    return Table(_("How far messages came"), headings, rows)


def _coverage(messages: MessageResults) -> list[Note]:
    """Say what the rates above leave out, and how far contacts are known as customers."""
    told = [
        sentence(
            "{share} of these contacts, {n_known}, are customers with a purchase.",
            share=share("campaigns.known_share", messages.n_known / messages.n_contacts),
            n_known=count("campaigns.n_known", messages.n_known),
        )
    ]
    if not messages.tells_machines:
        told.append(
            sentence(
                "The log does not tell people from programs that open and click by themselves: "
                "rates of openings and clicks are too high by what these do."
            )
        )
    else:
        told.append(
            sentence(
                "Programs alone opened {n_opened} messages more and clicked in {n_clicked}; they "
                "are in no rate.",
                n_opened=count("campaigns.n_machine_opened", messages.total["n_machine_opened"]),
                n_clicked=count("campaigns.n_machine_clicked", messages.total["n_machine_clicked"]),
            )
        )
    told += _left_out(messages)
    return [Note(Markup(" ").join(told))]


def _left_out(messages: MessageResults) -> list[Markup]:
    told = []
    if messages.n_untracked:
        told.append(
            sentence_plural(
                "One more campaign wrote to contacts, but its log tells of no opening or click, "
                "as with letters: it is in the tables below.",
                "{n} more campaigns wrote to contacts, but their log tells of no opening or "
                "click, as with letters: they are in the tables below.",
                messages.n_untracked,
                n=count("campaigns.n_untracked", messages.n_untracked),
            )
        )
    if messages.n_campaigns_without:
        told.append(
            sentence_plural(
                "One campaign wrote to nobody, as with advertisements, and has no rates.",
                "{n} campaigns wrote to nobody, as with advertisements, and have no rates.",
                messages.n_campaigns_without,
                n=count("campaigns.n_without", messages.n_campaigns_without),
            )
        )
    n_elsewhere = int(messages.total["n_elsewhere"])
    if n_elsewhere:
        told.append(
            sentence_plural(
                "One message was answered though it was not delivered, and is in no rate.",
                "{n} messages were answered though they were not delivered, and are in no rate.",
                n_elsewhere,
                n=count("campaigns.n_elsewhere", n_elsewhere),
            )
        )
    return told


def _by_kind(messages: MessageResults) -> list[Block]:
    kinds = messages.kinds
    if kinds is None or len(kinds) < 2:
        return []
    shown = kinds.head(_MOST_ROWS)
    labels = [kind_label(kind) for kind in shown.index]
    heading = kind_heading(messages.by)
    told = shown[_tells_reading(shown)]
    blocks: list[Block] = []
    if len(told) > 1:
        blocks.append(chart(kpi_intervals(kind_labels(told), rate="ctr")))
    reading, outcome = [], []
    for rank, (label, (_kind, row)) in enumerate(zip(labels, shown.iterrows(), strict=True), 1):
        key = f"campaigns.kind.{rank}"
        reading.append([label, *_reading_cells(key, row, ("open_rate", "ctr", "ctor"))])
        outcome.append([label, *_outcome_cells(key, row)])
    headings = [
        heading,
        _("Sent"),
        _("Opened, of delivered"),
        _("Clicked, of delivered"),
        _("Clicked, of opened"),
    ]
    caption = _("Openings and clicks, each rate above its interval; most messages first")
    blocks.append(Table(_some(caption, len(shown), len(kinds)), headings, reading, is_wordy=True))
    headings = [
        heading,
        _("Delivered, of sent"),
        _("Bought, of delivered"),
        _("Unsubscribed, of sent"),
        _("Complained, of delivered"),
    ]
    caption = _("What came of the messages, each rate above its interval; most messages first")
    return [
        *blocks,
        Table(_some(caption, len(shown), len(kinds)), headings, outcome, is_wordy=True),
    ]


def _by_campaign(messages: MessageResults, analysis: Analysis) -> Table:
    groups = analysis.campaigns.groups
    assert groups is not None  # made with the messages
    shown = messages.campaigns.head(_MOST_ROWS)
    rows = [
        [
            campaign_label(group, groups),
            *_reading_cells(f"campaigns.top.{rank}", row, ("open_rate", "ctr")),
            rate_and_interval(f"campaigns.top.{rank}", row, "conversion_rate"),
        ]
        for rank, (group, row) in enumerate(shown.iterrows(), start=1)
    ]
    headings = [
        _("Campaign"),
        _("Sent"),
        _("Opened, of delivered"),
        _("Clicked, of delivered"),
        _("Bought, of delivered"),
    ]
    caption = _("Campaigns, each rate above its interval; most messages first")
    return Table(_some(caption, len(rows), len(messages.campaigns)), headings, rows, is_wordy=True)


def _reading_cells(key: str, row: "pd.Series[float]", names: tuple[str, ...]) -> Cells:
    is_told = bool(_tells_reading(row.to_frame().T).iloc[0])
    cells: Cells = [count(f"{key}.n_sent", row["n_sent"])]
    cells += [rate_and_interval(key, row, name, is_told=is_told) for name in names]
    return cells


def _outcome_cells(key: str, row: "pd.Series[float]") -> Cells:
    cells: Cells = [rate(f"{key}.delivery_rate", row["delivery_rate"])]
    names = ("conversion_rate", "unsubscribe_rate", "complaint_rate")
    return [*cells, *(rate_and_interval(key, row, name) for name in names)]


def _tells_reading(kpis: pd.DataFrame) -> "pd.Series[bool]":
    """Tell of each row whether any opening or click was logged: letters have none."""
    seen = ["opens", "clicks", "machine_opens", "machine_clicks"]
    return kpis[seen].sum(axis=1) > 0


def _some(caption: str, n: int, n_all: int) -> str:
    if n == n_all:
        return caption
    return _("{caption}; first {n} of {n_items}", caption=caption, n=n, n_items=n_all)


def _pressure(messages: MessageResults) -> list[Block]:
    days = count("campaigns.pressure.days", PRESSURE_DAYS)
    pressure = messages.pressure
    if pressure is None:
        return [Note(sentence("In the last {days} days nobody was written to.", days=days))]
    n = int(pressure["n_contacts"].sum())
    n_above = int(pressure.loc[pressure["is_above"], "n_contacts"].sum())
    n_sent = int((pressure.index.to_numpy() * pressure["n_contacts"]).sum())
    told = sentence(
        "In the last {days} days the {n} contacts who were ever written to got {n_sent} messages; "
        "{n_above} of them, {share}, got more than {most}, about two a week. Messages of every "
        "kind count.",
        days=days,
        n=count("campaigns.pressure.n", n),
        n_sent=count("campaigns.pressure.n_sent", n_sent),
        n_above=count("campaigns.pressure.n_above", n_above),
        share=share("campaigns.pressure.share_above", n_above / n),
        most=count("campaigns.pressure.most", MOST_SENDINGS),
    )
    return [Note(told), chart(pressure_bars(pressure))]
