"""What was read of campaigns, every row accounted for."""

from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report._elements import Block, Figure, Note, Table, count, sentence
from custintel.report.analysis import Analysis
from custintel.report.campaign_source import CampaignTable
from custintel.report.identity import printable

Cells = list[Figure | Markup | str]

_MOST_EXAMPLES = 3
_TABLES = {
    "campaign_events": N_("Campaign events"),
    "campaigns": N_("Campaigns"),
    "touches": N_("Touches"),
    "arms": N_("Arms"),
}


def campaign_reading_blocks(analysis: Analysis) -> list[Block]:
    """Account for every row of the tables of campaigns, if there are any."""
    source = analysis.campaign_source
    tables = {} if source is None else source.tables()
    if not tables:
        return []
    blocks: list[Block] = [_account(tables, analysis)]
    aside = _set_aside(tables)
    if aside is not None:
        blocks.append(aside)
    return [*blocks, *_currencies(tables, analysis)]


def _account(tables: dict[str, CampaignTable], analysis: Analysis) -> Table:
    rows: list[Cells] = []
    for name, table in tables.items():
        key = f"reading.{name}"
        rows.append(
            [
                _called(name, table),
                count(f"{key}.n_rows", table.n_rows),
                count(f"{key}.n_set_aside", len(table.set_aside)),
                count(f"{key}.n_used", len(table.table)),
                count(f"{key}.n_after", analysis.campaigns.n_after.get(name, 0)),
                count(f"{key}.n_identical", table.n_identical),
            ]
        )
    headings = [
        _("Table"),
        _("Rows"),
        _("Set aside"),
        _("Used"),
        _("of which after the last day, not counted below"),
        _("of which identical to an earlier row, kept"),
    ]
    caption = _("Every row about campaigns is accounted for")
    return Table(caption, headings, rows, is_wordy=True)


def _called(name: str, table: CampaignTable) -> str:
    if table.name == name:
        return _(_TABLES[name])
    return _("{table} ({file})", table=_(_TABLES[name]), file=printable(table.name))


def _set_aside(tables: dict[str, CampaignTable]) -> Table | None:
    rows: list[Cells] = []
    for name, table in tables.items():
        aside = table.set_aside.assign(column=table.set_aside["column"].fillna(""))
        for at, ((reason, column), group) in enumerate(aside.groupby(["reason", "column"])):
            lines = ", ".join(str(line) for line in group["line"].head(_MOST_EXAMPLES))
            why = _("{table}: {reason}", table=_(_TABLES[name]), reason=_(str(reason)))
            rows.append(
                [
                    why + (f" ({printable(str(column))})" if column else ""),
                    count(f"reading.{name}.set_aside.{at}", len(group)),
                    lines + ("…" if len(group) > _MOST_EXAMPLES else ""),
                ]
            )
    if not rows:
        return None
    headings = [_("Reason (column)"), _("Rows"), _("Lines of the file")]
    caption = _("Rows about campaigns set aside, by reason")
    return Table(caption, headings, rows, is_wordy=True)


def _currencies(tables: dict[str, CampaignTable], analysis: Analysis) -> list[Note]:
    """Say where amounts are taken to be in a currency that their table does not name."""
    told = []
    for name, table in tables.items():
        if not table.has_amounts or table.currency == analysis.currency:
            continue
        if table.currency is None:
            text = N_("{table} name no currency: their amounts are taken to be in {currency}.")
            told.append(sentence(text, table=_(_TABLES[name]), currency=str(analysis.currency)))
        else:
            text = N_(
                "{table} are in {currency}, while the purchases name no currency: both are taken "
                "to be the same."
            )
            told.append(sentence(text, table=_(_TABLES[name]), currency=table.currency))
    return [Note(each) for each in told]
