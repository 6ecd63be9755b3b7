"""``custintel report`` and ``custintel demo``: the customer-value report."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from custintel._text import language as in_language
from custintel._text import translate as _
from custintel.cli._errors import errors_in_one_line, refuse_overwriting
from custintel.cli._options import (
    Columns,
    Currency,
    DateOrder,
    Decimal,
    Timezone,
    columns_by_table,
)
from custintel.cli._program import app

if TYPE_CHECKING:
    from collections.abc import Callable

    from custintel.report import Assumptions, CampaignSource, ReportFiles, Source

    _Sources = tuple[Source, CampaignSource | None]


@app.command(help=_("Make the customer-value report of one or more exports of purchases."))
def report(  # noqa: PLR0913 - each is an option of the command
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Exports of purchases."))],
    as_of: Annotated[
        str | None, typer.Option(help=_("Last day observed; by default the last in the data."))
    ] = None,
    currency: Currency = None,
    out: Annotated[Path, typer.Option(help=_("The HTML file to write."))] = Path("report.html"),
    column: Columns = None,
    decimal: Decimal = None,
    date_order: DateOrder = None,
    timezone: Timezone = None,
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
    with errors_in_one_line(), in_language(language):
        from custintel.report import Assumptions, read_campaign_source, read_source
        from custintel.report.scores import scores_beside

        files = {
            "campaign_events": campaign_events,
            "campaigns": campaigns,
            "touches": touches,
            "arms": arms,
        }
        about = {name: path for name, path in files.items() if path is not None}
        refuse_overwriting([*paths, *about.values()], [out, scores_beside(out)])
        assumptions = Assumptions(
            horizon=horizon,
            annual_discount_rate=discount_rate,
            margin_rate=margin_rate,
            show_personal_data=show_personal_data,
            annual_marketing_budget=annual_budget,
            held_back_share=held_back_share,
        )
        own, of_campaigns = columns_by_table(column, about)
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
    with errors_in_one_line(), in_language(language):
        from custintel.report import Assumptions
        from custintel.report import demonstrations as shown

        def read() -> "_Sources":
            if data is _DemoData.CAMPAIGNS:
                return shown.mail_order_shop()
            return (shown.business_school if data is _DemoData.CRM else shown.music_store)(), None

        share = shown.HELD_BACK_SHARE if data is _DemoData.CAMPAIGNS else None
        assumptions = Assumptions(held_back_share=share)
        _tell_files(_make_report(read, as_of=None, assumptions=assumptions, out=out))


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
