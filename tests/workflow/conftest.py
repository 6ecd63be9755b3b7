"""An export with everything in it, its report, and what the page says."""

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import load_cdnow, simulate_campaigns, simulate_crm
from custintel.report import (
    Analysis,
    Assumptions,
    ReportFiles,
    analyse,
    read_campaign_source,
    read_source,
    write_report,
)

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


@dataclass(frozen=True)
class ShopFiles:
    """The exports of an invented shop: its purchases, and three about its campaigns."""

    purchases: Path
    about: dict[str, Path]


def shop_exports(folder: Path) -> ShopFiles:
    """Write a year of campaigns as exports, with refunds and rows that cannot be used."""
    shop = simulate_campaigns(250, random_state=3)
    lines = shop.transactions
    refunds = lines.iloc[[5, 40, 90]].assign(line_id="2", cost=0.0)
    refunds["revenue"] = -lines["revenue"].iloc[[5, 40, 90]].round(0)
    alone = lines.iloc[[60]].assign(order_id="R1", revenue=-12.0, cost=0.0, campaign_id=None)
    events = shop.events
    strange = events.iloc[[100]].assign(event_id="X1", campaign_id="M999", event="sent")
    campaigns = shop.campaigns.copy()
    campaigns.loc[campaigns["campaign_id"] == "M020", "cost"] = None
    tables = {
        "purchases": pd.concat([lines, refunds, alone]),
        "campaign_events": pd.concat([events, strange]).drop(columns="currency"),
        "campaigns": campaigns.rename(columns={"cost": "Coût (€)"}).drop(columns="currency"),
        "touches": shop_touches(shop.events, campaigns),
        "arms": shop_arms(shop.arms),
    }
    spoilt = {
        "campaign_events": [
            "E1,M003,C000001,,deferred,2024-03-01 10:00:00,,False,,,",
            "E2,M003,,,opened,2024-03-01 10:00:00,,False,,,",
            "E3,M003,C000001,,opened,2024-02-30 10:00:00,,False,,,",
        ],
        "campaigns": ["M998,Refund,e-mail,sales,alert,-5.0,1.0,2024-03-01,2024-03-01"],
        "touches": ["T1,C000001,,2024-03-01 10:00:00,0.10", "T2,C000001"],
        "arms": ["M009,,voucher,2024-01-24", "M009,C000009,,2024-01-24", "M009,C000008"],
    }
    paths = {name: folder / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        text = table.to_csv(index=False)
        paths[name].write_text(text + "".join(f"{row}\n" for row in spoilt.get(name, [])))
    return ShopFiles(paths.pop("purchases"), paths)


def shop_touches(events: pd.DataFrame, campaigns: pd.DataFrame) -> pd.DataFrame:
    """Return the clicks of people and the letters as touches, with a cost that is made up."""
    placed = events.merge(campaigns[["campaign_id", "channel"]], on="campaign_id")
    is_letter = (placed["event"] == "sent") & (placed["channel"] == "direct mail")
    is_click = (placed["event"] == "clicked") & ~placed["is_machine"]
    reached = placed[is_letter | is_click].rename(columns={"event_id": "touch_id"})
    cost = reached["channel"].map({"e-mail": 0.05, "direct mail": 0.9, "social": 0.4})
    return reached[["touch_id", "customer_id", "channel", "occurred_at"]].assign(cost=cost)


def shop_arms(arms: pd.DataFrame) -> pd.DataFrame:
    """Return who was held back, with rows that cannot be used and campaigns too small to show."""
    first = arms.iloc[[0, 1]]
    again = first.iloc[[0]]
    torn = first.iloc[[1]].assign(arm="control")
    one_group = arms.iloc[2:10].assign(campaign_id="M004", arm="voucher")
    small = arms.iloc[2:12].assign(campaign_id="M007", arm=["control"] * 3 + ["standard"] * 7)
    undated = arms.iloc[[20]].assign(campaign_id="M997")
    later = arms.iloc[[30]].assign(campaign_id="M068", assigned_at=pd.Timestamp("2024-12-12"))
    table = pd.concat([arms, again, torn, one_group, small, undated, later])
    table = table[["campaign_id", "customer_id", "arm", "assigned_at"]]
    # Of these, the start of the campaign stands for the day that is not told.
    table.loc[table["campaign_id"].isin(["M013", "M997"]), "assigned_at"] = None
    return table.rename(columns={"arm": "Variant"})


SHOP_AS_OF = "2024-11-30"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ShopFiles:
    return shop_exports(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def shop_analysis(shop: ShopFiles) -> Analysis:
    return analyse(
        read_source([shop.purchases]),
        read_campaign_source(shop.about),
        as_of=SHOP_AS_OF,
        assumptions=Assumptions(annual_marketing_budget=30_000, held_back_share=0.2),
    )


@pytest.fixture(scope="session")
def shop_files(shop_analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    return write_report(shop_analysis, tmp_path_factory.mktemp("shop-report") / "shop.html")


@pytest.fixture(scope="session")
def shop_page(shop_files: ReportFiles) -> Page:
    return page_at(shop_files.html)
