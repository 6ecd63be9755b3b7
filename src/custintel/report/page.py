"""The report as one HTML file that needs nothing else, with the scores beside it."""

import os
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

import custintel
from custintel import _formats as formats
from custintel._text import active_language
from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.report._elements import Figure, amount, amounts_between, count, sentence, share
from custintel.report.analysis import Analysis
from custintel.report.scores import customer_scores, scores_beside, write_scores
from custintel.report.sections import sections_of
from custintel.report.sections.equity import spelled

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where a report and its scores were written.

    Attributes
    ----------
    html : Path
        The report.
    customers : Path
        Every score of every customer, as Parquet.
    """

    html: Path
    customers: Path


@dataclass(frozen=True, slots=True)
class _Card:
    term: str
    figure: Figure | str
    detail: Markup | str = ""


def write_report(analysis: Analysis, out: str | os.PathLike[str]) -> ReportFiles:
    """Write the report as one HTML file, and the scores of its customers beside it.

    The file loads nothing from anywhere: it can be mailed, printed, and opened on a phone.
    Texts are in the active language.

    Parameters
    ----------
    analysis : Analysis
        From `analyse`.
    out : path-like
        The HTML file to write; folders are made as needed, existing files replaced. Beside
        ``report.html`` the scores are ``customers.parquet``; beside any other, such as
        ``france.html``, ``france.customers.parquet``.

    Returns
    -------
    ReportFiles
        Where the two files are.

    Raises
    ------
    ReadError
        If the files cannot be written there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.report import analyse, source_from_table
    >>> analysis = analyse(source_from_table(load_cdnow("sample"), name="CDNOW sample"))
    >>> with TemporaryDirectory() as folder:
    ...     files = write_report(analysis, Path(folder, "report.html"))
    ...     size = files.html.stat().st_size
    >>> 50_000 < size < 2_000_000
    True
    """
    html = Path(out).expanduser()
    customers = scores_beside(html)
    if html.suffix.lower() == customers.suffix:
        raise ReadError(
            _(
                "{file} is no name for a page: Parquet is where the scores go. Choose another "
                "file with --out.",
                file=html.name,
            )
        )
    page = render(analysis)
    try:
        html.parent.mkdir(parents=True, exist_ok=True)
        write_scores(customer_scores(analysis), customers)
        html.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ReadError(
            _(
                "The report cannot be written to {path}: {problem}. Choose another file with "
                "--out.",
                path=html,
                problem=error.strerror or error,
            )
        ) from error
    return ReportFiles(html, customers)


def render(analysis: Analysis) -> str:
    """Return the report as HTML text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["_"] = _
    return environment.get_template("report.html.j2").render(
        title=_("Customer value report"),
        lead=_lead(analysis),
        cards=_cards(analysis),
        sections=sections_of(analysis),
        footer=_("Made with custintel {version}.", version=custintel.__version__),
        style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        language=active_language(),
        version=custintel.__version__,
    )


def _lead(analysis: Analysis) -> Markup:
    files = ", ".join(analysis.source.names)
    if analysis.currency is None:
        return sentence(
            "{files}, purchases up to {day}. The export names no currency: amounts are shown "
            "without one.",
            files=files,
            day=formats.date(analysis.as_of),
        )
    return sentence(
        "{files}, purchases up to {day}, amounts in {currency}.",
        files=files,
        day=formats.date(analysis.as_of),
        currency=analysis.currency,
    )


def _cards(analysis: Analysis) -> list[_Card]:
    currency = analysis.currency
    repeat = float((analysis.history["frequency"] > 0).mean())
    total = float(analysis.revenue.months.iloc[0].sum())
    cards = [
        _Card(
            _("Customers"),
            count("customers.n", len(analysis.history)),
            sentence("{share} bought again", share=share("customers.repeat_share", repeat, 0)),
        ),
        _Card(_("Revenue so far"), amount("revenue.total", total, currency)),
        _Card(
            _("Revenue per purchase"),
            amount("revenue.per_purchase", total / analysis.n_purchases, currency),
            sentence("{n} purchases", n=count("purchases.n", analysis.n_purchases)),
        ),
    ]
    if analysis.value is None:
        return cards
    equity = analysis.value.by_segment
    title = (
        _("Expected revenue, next {time}", time=spelled(analysis.assumptions.horizon))
        if analysis.assumptions.margin_rate is None
        else _("Expected margin, next {time}", time=spelled(analysis.assumptions.horizon))
    )
    detail = amounts_between("equity.total", equity.total_low, equity.total_high, currency)
    return [*cards, _Card(title, amount("equity.total", equity.total, currency), detail)]
