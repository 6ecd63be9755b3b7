"""The command line: ``custintel report``, ``custintel inspect``, ``custintel demo``."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from custintel._checks import quoted
from custintel._text import language as in_language
from custintel._text import translate as _
from custintel.errors import CustintelError, CustintelWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from custintel.io import Export
    from custintel.report import Assumptions, CampaignSource, ReportFiles, Source

    _Sources = tuple[Source, CampaignSource | None]

app = typer.Typer(
    name="custintel",
    help=_("Customer intelligence from any CRM export."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_MOST_ROWS = 20

_Currency = Annotated[
    str | None, typer.Option(help=_("Currency of the amounts, if the files do not name it."))
]
_Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="HEADER=NAME",
        help=_(
            "What a column of the file stands for, such as --column 'Kunde=customer_id'; of "
            "another file than that of purchases, --column 'touches:Kunde=customer_id'."
        ),
    ),
]
_Decimal = Annotated[
    str | None, typer.Option(help=_("Decimal sign, '.' or ',', if the numbers do not tell."))
]
_DateOrder = Annotated[
    str | None, typer.Option(help=_("DMY, MDY or YMD, if the dates do not tell."))
]
_Timezone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE", help=_("Time zone, such as Europe/Zurich, for dates with an offset.")
    ),
]


@app.command(help=_("Make the customer-value report of one or more exports of purchases."))
def report(  # noqa: PLR0913 - each is an option of the command
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Exports of purchases."))],
    as_of: Annotated[
        str | None, typer.Option(help=_("Last day observed; by default the last in the data."))
    ] = None,
    currency: _Currency = None,
    out: Annotated[Path, typer.Option(help=_("The HTML file to write."))] = Path("report.html"),
    column: _Columns = None,
    decimal: _Decimal = None,
    date_order: _DateOrder = None,
    timezone: _Timezone = None,
    horizon: Annotated[str, typer.Option(help=_("Length of time to value, such as 12M."))] = "12M",
    discount_rate: Annotated[
        float, typer.Option(help=_("Effective annual rate, such as 0.1."))
    ] = 0.1,
    margin_rate: Annotated[
        float | None, typer.Option(help=_("Margin per unit of revenue, such as 0.3."))
    ] = None,
    language: Annotated[str, typer.Option(help=_("Language of the report."))] = "en",
    show_personal_data: Annotated[
        bool, typer.Option(help=_("Show customer ids that are e-mail addresses."))
    ] = False,
    campaign_events: Annotated[
        Path | None,
        typer.Option(help=_("Log of campaigns: what was sent to whom, and what came of it.")),
    ] = None,
    campaigns: Annotated[
        Path | None, typer.Option(help=_("Table of campaigns, with what each cost."))
    ] = None,
    touches: Annotated[
        Path | None,
        typer.Option(help=_("Log of contacts of customers with marketing, on any channel.")),
    ] = None,
    arms: Annotated[
        Path | None,
        typer.Option(help=_("Who was held back from which campaign at random.")),
    ] = None,
    control: Annotated[
        str, typer.Option(help=_("Arm of those held back, in the file of --arms."))
    ] = "control",
    held_back_share: Annotated[
        float | None,
        typer.Option(help=_("Part of the customers that was to be held back, such as 0.2.")),
    ] = None,
    annual_budget: Annotated[
        float | None, typer.Option(help=_("Marketing budget of the year, such as 60000."))
    ] = None,
) -> None:
    """Make the customer-value report of one or more exports of purchases."""
    with _errors_in_one_line(), in_language(language):
        from custintel.report import Assumptions, read_campaign_source, read_source

        files = {
            "campaign_events": campaign_events,
            "campaigns": campaigns,
            "touches": touches,
            "arms": arms,
        }
        about = {name: path for name, path in files.items() if path is not None}
        _refuse_overwriting([*paths, *about.values()], out)
        assumptions = Assumptions(
            horizon=horizon,
            annual_discount_rate=discount_rate,
            margin_rate=margin_rate,
            show_personal_data=show_personal_data,
            annual_marketing_budget=annual_budget,
            held_back_share=held_back_share,
        )
        own, of_campaigns = _columns_by_table(column, about)
        conventions = {
            "currency": currency,
            "decimal": decimal,
            "date_order": date_order,
            "timezone": timezone,
        }

        def read() -> "_Sources":
            purchases = read_source(paths, columns=own, **conventions)
            if not about:
                return purchases, None
            told = read_campaign_source(about, columns=of_campaigns, control=control, **conventions)
            return purchases, told

        _tell_files(_make_report(read, as_of=as_of, assumptions=assumptions, out=out))


class _DemoData(StrEnum):
    """What a demonstration reports on."""

    CDNOW = "cdnow"
    CRM = "crm"
    CAMPAIGNS = "campaigns"


@app.command(help=_("Make the report of data that come with the package."))
def demo(
    data: Annotated[
        _DemoData,
        typer.Option(
            help=_(
                "cdnow: purchases of CDs, as they were; crm: an invented business school, whose "
                "export fills every section on purchases; campaigns: an invented mail-order shop "
                "and its campaigns."
            )
        ),
    ] = _DemoData.CDNOW,
    out: Annotated[Path, typer.Option(help=_("The HTML file to write."))] = Path(
        "custintel-demo.html"
    ),
    language: Annotated[str, typer.Option(help=_("Language of the report."))] = "en",
) -> None:
    """Make the report of data that come with the package."""
    with _errors_in_one_line(), in_language(language):
        from custintel.report import Assumptions
        from custintel.report import demonstrations as shown

        def read() -> "_Sources":
            if data is _DemoData.CAMPAIGNS:
                return shown.mail_order_shop()
            return (shown.business_school if data is _DemoData.CRM else shown.music_store)(), None

        share = shown.HELD_BACK_SHARE if data is _DemoData.CAMPAIGNS else None
        assumptions = Assumptions(held_back_share=share)
        _tell_files(_make_report(read, as_of=None, assumptions=assumptions, out=out))


@app.command(
    help=_("Show how an export is read: columns, formats, and the rows that cannot be used.")
)
def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_("An export of purchases."))],
    column: _Columns = None,
    decimal: _Decimal = None,
    date_order: _DateOrder = None,
    timezone: _Timezone = None,
) -> None:
    """Show how an export is read: columns, formats, and the rows that cannot be used."""
    with _errors_in_one_line():
        import pandas as pd

        from custintel.io import combine_exports, inspect_export
        from custintel.tables import inspect_transactions

        export = inspect_export(
            path,
            columns=_named_columns(column),
            decimal=decimal,
            date_order=date_order,
            timezone=timezone,
        )
        built = inspect_transactions(combine_exports([export]))
        _tell_export(export, pd.concat([export.set_aside, built.set_aside]))


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    """End with status 2 and one line, without a traceback, for what the user can mend."""
    try:
        with warnings.catch_warnings():
            # What is weak or set aside is told in the report itself.
            warnings.simplefilter("ignore", CustintelWarning)
            yield
    except (CustintelError, ValueError) as error:
        message = " ".join(str(error).split())
        typer.echo(f"custintel: {message}{_on_the_command_line(error)}", err=True)
        raise typer.Exit(2) from None


_COLUMN_ADVICE = re.compile(r"(?:build_(\w+)\(raw, )?columns=\{'(.+?)': '(\w+)'")
_OPTIONS = {
    "date_order=": "--date-order DMY",
    "decimal=": "--decimal ','",
    "currency=": "--currency EUR",
    "timezone=": "--timezone Europe/Zurich",
    "control=": "--control NAME",
}


def _on_the_command_line(error: Exception) -> str:
    """Say which option does what the message advises for Python."""
    column = _COLUMN_ADVICE.search(str(error))
    if column is not None:
        table, header, name = column.groups()
        place = "" if table in (None, "transactions") else f"{table}:"
        option = f"--column '{place}{header}={name}'"
    else:
        option = next((new for old, new in _OPTIONS.items() if old in str(error)), "")
    return " " + _("On the command line: {option}.", option=option) if option else ""


def _refuse_overwriting(paths: list[Path], out: Path) -> None:
    """Refuse to write the report or its scores over one of the files to read."""
    from custintel.report.scores import scores_beside

    written = {out.resolve(), scores_beside(out.resolve())}
    for path in paths:
        if path.resolve() in written:
            raise ValueError(
                _("{file} would be overwritten. Choose another place with --out.", file=path)
            )


def _make_report(
    read: "Callable[[], _Sources]", *, as_of: str | None, assumptions: "Assumptions", out: Path
) -> "ReportFiles":
    from custintel.report import analyse, write_report

    console = Console(stderr=True)
    with console.status(_("Reading")) as status:

        def tell(step: str) -> None:
            status.update(f"{step} …")
            if not console.is_terminal:  # where a status does not show: a line for each step
                typer.echo(f"{step} …", err=True)

        source, about = read()
        analysis = analyse(source, about, as_of=as_of, assumptions=assumptions, on_step=tell)
        tell(_("Writing the report"))
        files = write_report(analysis, out)
    used, aside = len(source.transactions), len(source.set_aside)
    typer.echo(_("Rows:   {used:,} used, {aside:,} set aside", used=used, aside=aside))
    for name, each in ({} if about is None else about.tables()).items():
        used, aside = len(each.table), len(each.set_aside)
        told = _("{used:,} used, {aside:,} set aside", used=used, aside=aside)
        typer.echo(_("{table}: {told}", table=name, told=told))
    return files


def _tell_files(files: "ReportFiles") -> None:
    typer.echo(_("Report: {path}", path=files.html))
    typer.echo(_("Scores: {path}", path=files.customers))


def _columns_by_table(
    options: list[str] | None, tables: "Iterable[str]"
) -> "tuple[dict[str, str] | None, dict[str, dict[str, str]]]":
    """Return the columns named of the purchases, and those of other tables, ``TABLE:HEADER``."""
    own = list(options or [])
    others: dict[str, dict[str, str]] = {}
    for table in tables:
        start = f"{table}:"
        named = [option.removeprefix(start) for option in own if option.startswith(start)]
        others[table] = _named_columns(named) or {}
        own = [option for option in own if not option.startswith(start)]
    return _named_columns(own), others


def _named_columns(options: list[str] | None) -> dict[str, str] | None:
    if not options:
        return None
    pairs = [option.rpartition("=") for option in options]
    wrong = [
        option
        for option, (header, _is, name) in zip(options, pairs, strict=True)
        if not header or not name
    ]
    if wrong:
        raise ValueError(_("--column takes HEADER=NAME: got {wrong}.", wrong=quoted(wrong, most=3)))
    return {header: name for header, _is, name in pairs}


def _tell_export(export: "Export", set_aside: "pd.DataFrame") -> None:
    from custintel.schemas import TRANSACTIONS

    console = Console()
    n_aside = len(set_aside)
    facts = [
        (_("File"), export.source),
        (_("Rows"), f"{export.n_rows:,}"),
        (_("Rows used"), f"{export.n_rows - n_aside:,}"),
        (_("Rows set aside"), f"{n_aside:,}"),
        (_("Encoding"), export.encoding),
        (_("Delimiter"), None if export.delimiter is None else repr(export.delimiter)),
        (_("Decimal sign"), export.decimal),
        (_("Date format"), export.date_format),
        (_("Currency"), export.currency),
    ]
    found = Table(show_header=False, box=None)
    for name, value in facts:
        found.add_row(name, _plain(_("not stated") if value is None else value))
    console.print(found)
    columns = Table(_("Column of the file"), _("Read as"))
    for header in export.mapping:
        columns.add_row(_plain(header), export.mapping[header])
    known = [*TRANSACTIONS.columns, *export.mapping.values()]
    for header in export.table.columns.difference(known, sort=False):
        columns.add_row(_plain(str(header)), _("kept as it is"))
    console.print(columns)
    if n_aside:
        _tell_set_aside(set_aside, console)


def _tell_set_aside(set_aside: "pd.DataFrame", console: Console) -> None:
    rows = Table(_("Line"), _("Column"), _("Text"), _("Reason"))
    for row in set_aside.sort_values("line").head(_MOST_ROWS).to_dict("records"):
        rows.add_row(
            *(_plain(str(row[name] or "")) for name in ("line", "column", "value", "reason"))
        )
    console.print(rows)
    more = len(set_aside) - _MOST_ROWS
    if more > 0:
        console.print(_("… and {n} more", n=f"{more:,}"))


def _plain(text: str) -> Text:
    """Return text of a file as it is: no markup, no control characters."""
    return Text("".join(letter if letter.isprintable() else "\ufffd" for letter in text))
