"""An export with everything in it, its report, and what the page says."""

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import load_cdnow, simulate_crm
from custintel.report import Analysis, Assumptions, ReportFiles, analyse, read_source, write_report

AS_OF = "1998-05-15"
MARGIN = 0.35


class _Page(HTMLParser):
    """Collect the figures and the opening sentences of a report."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: dict[str, list[str]] = {}
        self.openings: dict[str, str] = {}
        self._section = ""
        self._in_opening = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "section":
            self._section = attributes["id"] or ""
        if tag == "p":
            self._in_opening = attributes.get("class") == "opening"
        if tag == "data":
            key, value = attributes["data-figure"] or "", attributes["value"] or ""
            self.figures.setdefault(key, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._in_opening = False

    def handle_data(self, data: str) -> None:
        if self._in_opening:
            self.openings[self._section] = self.openings.get(self._section, "") + data


@dataclass(frozen=True)
class Page:
    """What a report page shows."""

    figures: dict[str, list[str]]  # key: every value shown for it
    openings: dict[str, str]  # section: its first sentence


def page_at(path: Path) -> Page:
    """Return the figures and opening sentences of a report."""
    parser = _Page()
    parser.feed(path.read_text(encoding="utf-8"))
    return Page(parser.figures, parser.openings)


def messy_export(folder: Path) -> Path:
    """Write CDNOW's sample as a French export, with refunds and rows that cannot be used."""
    table = load_cdnow("sample")[["customer_id", "ordered_at", "revenue"]].copy()
    rng = np.random.default_rng(7)
    refunded = table.sample(150, random_state=7)
    refunds = refunded.assign(
        ordered_at=refunded["ordered_at"] + pd.to_timedelta(rng.integers(0, 40, 150), unit="D"),
        revenue=-(refunded["revenue"] * rng.choice([0.5, 1.0], 150)).round(2),
    )
    table = pd.concat([table, refunds]).sample(frac=1, random_state=3)
    lines = [
        f"{row.customer_id};{row.ordered_at:%d/%m/%Y};{_french(row.revenue)}"
        for row in table.itertuples()
    ]
    lines[10:10] = [";01/02/1997;12,00", "77;01/02/1997;n/a", "78;31/02/1997;5,00", "79;1;2;3;4"]
    path = folder / "ventes.csv"
    text = "\r\n".join(["N° client;Date de commande;Montant (€)", *lines, ""])
    path.write_bytes(text.encode("cp1252"))
    return path


def _french(amount: float) -> str:
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return messy_export(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="session")
def analysis(export: Path) -> Analysis:
    return analyse(read_source([export]), as_of=AS_OF, assumptions=Assumptions(margin_rate=MARGIN))


@pytest.fixture(scope="session")
def files(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    return write_report(analysis, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="session")
def page(files: ReportFiles) -> Page:
    return page_at(files.html)


def school_export(folder: Path) -> Path:
    """Write the CRM of an invented business school as one export with every useful column."""
    crm = simulate_crm(60, random_state=3)
    people = crm.customers[["customer_id", "account_id"]]
    lines = crm.transactions.merge(people, on="customer_id", how="left")
    lines.loc[lines.index % 97 == 5, "channel"] = None
    lines.loc[lines.index % 89 == 7, "cost"] = None
    path = folder / "school.csv"
    lines.rename(columns={"account_id": "Société", "customer_id": "Contact ID"}).to_csv(
        path, index=False
    )
    return path


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return school_export(tmp_path_factory.mktemp("school"))


@pytest.fixture(scope="session")
def school_analysis(school: Path) -> Analysis:
    return analyse(read_source([school]), as_of="2024-12-31")


@pytest.fixture(scope="session")
def school_files(
    school_analysis: Analysis, tmp_path_factory: pytest.TempPathFactory
) -> ReportFiles:
    return write_report(school_analysis, tmp_path_factory.mktemp("school-report") / "school.html")


@pytest.fixture(scope="session")
def school_page(school_files: ReportFiles) -> Page:
    return page_at(school_files.html)


@pytest.fixture(scope="session")
def read_page() -> Callable[[Path], Page]:
    return page_at
