"""What was read, and what was set aside."""

from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.report._elements import Figure, Note, Section, Table, count, sentence, share
from custintel.report.analysis import Analysis
from custintel.report.identity import masked, printable
from custintel.report.sections.campaign_reading import campaign_reading_blocks
from custintel.report.states import rows_in_doubt

_MOST_EXAMPLES = 3
_MOST_STATES = 8


def reading_section(analysis: Analysis) -> Section:
    """Account for every row of the files: rows in are rows used and rows set aside."""
    return Section(
        "reading",
        _("What was read"),
        _opening(analysis),
        [
            _account(analysis),
            *_in_doubt(analysis),
            *_set_aside(analysis),
            *campaign_reading_blocks(analysis),
            *_remarks(analysis),
            Note(_as_of(analysis)),
        ],
    )


def _opening(analysis: Analysis) -> Markup:
    source = analysis.source
    n_aside = len(source.set_aside)
    fields = {
        "n_rows": count("reading.n_rows", source.n_rows),
        "files": ", ".join(source.names),
        "n_used": count("reading.n_used", len(source.transactions)),
    }
    if n_aside == 0 and analysis.n_after:
        return sentence(
            "All {n_rows} rows of {files} could be read; the {n_after} after {day} are not "
            "counted below.",
            n_after=count("reading.n_after", analysis.n_after),
            day=formats.date(analysis.as_of),
            **fields,
        )
    if n_aside == 0:
        return sentence(
            "All {n_rows} rows of {files} could be read, so the figures below rest on the whole "
            "export.",
            **fields,
        )
    aside = share("reading.set_aside_share", n_aside / source.n_rows, 2)
    if n_aside <= 0.01 * source.n_rows:
        return sentence(
            "{n_used} of the {n_rows} rows of {files} could be used; the {aside} set aside are "
            "few, but see below whether they hold large amounts.",
            aside=aside,
            **fields,
        )
    return sentence(
        "Only {n_used} of the {n_rows} rows of {files} could be used: the {aside} set aside are "
        "missing from every figure below, so mend them in the export first.",
        aside=aside,
        **fields,
    )


def _account(analysis: Analysis) -> Table:
    source = analysis.source
    used = len(source.transactions)
    rows: list[list[Figure | Markup | str]] = [
        [_("Rows in the files"), count("reading.n_rows", source.n_rows)],
        [_("Rows set aside"), count("reading.n_set_aside", len(source.set_aside))],
        [_("Rows used"), count("reading.n_used", used)],
    ]
    details = [
        (_("after the last day observed, not counted below"), "n_after", analysis.n_after),
        (_("refunds (negative amounts)"), "n_refunds", source.n_refunds),
        (_("amounts of zero, which count as purchases"), "n_zero_amounts", source.n_zero_amounts),
        (_("identical to an earlier row, kept"), "n_identical", source.n_identical_lines),
    ]
    for name, key, n in details:
        if n:
            rows.append([_("of which {what}", what=name), count(f"reading.{key}", n)])
    if analysis.n_refunded_alone:
        alone = count("reading.n_refunded_alone", analysis.n_refunded_alone)
        rows.append([_("Customers with refunds alone, counted in revenue only"), alone])
    return Table(_("Every row of the export is accounted for"), [_("Rows"), _("Number")], rows)


def _in_doubt(analysis: Analysis) -> list[Note | Table]:
    """Show what the export marks as cancelled, failed or refunded, and that it is counted."""
    states = rows_in_doubt(analysis.source.transactions).head(_MOST_STATES)
    if states.empty:
        return []
    rows: list[list[Figure | Markup | str]] = []
    for at, state in enumerate(states.to_dict("records")):
        mark = printable(f"{state['column']}: {state['value']}")
        rows.append([mark, count(f"reading.state.{at}", state["n_rows"])])
    warning = sentence(
        "The export marks rows as below. They are counted like all others: if they are no "
        "sales, take them out of the export and make the report again."
    )
    return [Note(warning), Table(_("Rows in doubt"), [_("Mark"), _("Rows")], rows)]


def _set_aside(analysis: Analysis) -> list[Table]:
    aside = analysis.source.set_aside
    if aside.empty:
        return []
    rows: list[list[Figure | Markup | str]] = []
    grouped = aside.assign(column=aside["column"].fillna("")).groupby(["reason", "column"])
    for at, ((reason, column), group) in enumerate(grouped):
        lines = [str(line) for line in group["line"].head(_MOST_EXAMPLES)]
        rows.append(
            [
                _(str(reason)) + (f" ({column})" if column else ""),
                count(f"reading.set_aside.{at}", len(group)),
                ", ".join(lines) + ("…" if len(group) > _MOST_EXAMPLES else ""),
            ]
        )
    headings = [_("Reason (column)"), _("Rows"), _("Lines of the file")]
    return [Table(_("Rows set aside, by reason"), headings, rows)]


def _as_of(analysis: Analysis) -> Markup:
    shown = formats.date(analysis.as_of)
    if analysis.as_of_is_given:
        return sentence("The last day observed, {day}, was chosen.", day=shown)
    return sentence(
        "The last day observed, {day}, is the last one in the data, as no other was given.",
        day=shown,
    )


def _remarks(analysis: Analysis) -> list[Note]:
    """Return the warnings of the analyses, so that none is lost on the way to the reader."""
    if not analysis.remarks:
        return []
    told = _n(
        "Remark of the analyses: {what}",
        "Remarks of the analyses: {what}",
        len(analysis.remarks),
        what=masked(" ".join(analysis.remarks), analysis.assumptions),
    )
    return [Note(Markup("{}").format(told))]
