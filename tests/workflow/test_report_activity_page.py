"""The sections that an export with more columns fills: when they appear, and on odd data."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.report import Analysis, Assumptions, analyse, source_from_table, write_report

ADDED = [
    *("outlook", "products", "together", "channels"),
    *("partners", "margins", "discounts", "accounts"),
]


def bought(n: int = 240, **columns: Any) -> pd.DataFrame:
    """Return lines of ten months, two to an order, with every column that has a section."""
    at = np.arange(n)
    customer = (at // 2) % 40
    table = pd.DataFrame(
        {
            "order_id": [f"o{k}" for k in at // 2],
            "customer_id": [f"c{k}" for k in customer],
            "ordered_at": pd.Timestamp("2024-01-05") + pd.to_timedelta(at * 300 // n, unit="D"),
            "revenue": 5.0 + at % 7,
            "product_id": [f"p{k}" for k in (at * 7) % 9],
            "category": [f"k{k}" for k in at % 3],
            "channel": [f"s{k}" for k in at % 4],
            "partner_id": [f"x{k}" for k in at % 6],
            "account_id": [f"a{k}" for k in customer // 3],
            "cost": 2.0,
            "discount": (at % 5 == 0) * 1.0,
        }
    )
    return table.assign(**columns)


def told(folder: Path, table: pd.DataFrame, **assumptions: Any) -> tuple[Analysis, str]:
    """Return the analysis of purchases, and its page."""
    source = source_from_table(table, name="odd")
    analysis = analyse(source, assumptions=Assumptions(**assumptions))
    page = write_report(analysis, folder / "r.html").html
    return analysis, page.read_text(encoding="utf-8")


def sections(html: str) -> list[str]:
    return re.findall(r'<section id="(\w+)"', html)


def words(html: str, section: str) -> str:
    start = html.index(f'<section id="{section}"')
    part = html[start : html.index("</section>", start)]
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", "", part)))


def test_every_column_has_its_section(school_page: Any) -> None:
    keys = list(school_page.openings)
    assert [key for key in keys if key in ADDED] == ADDED
    assert school_page.figures["more.n"] == ["4"]  # what only exports about campaigns answer
    for key in ADDED:
        assert re.search(r"\d", school_page.openings[key])
        assert school_page.openings[key].strip().endswith(".")


def test_other_data_change_every_opening(
    school_analysis: Analysis, school_page: Any, read_page: Any, tmp_path: Path
) -> None:
    table = school_analysis.source.transactions
    fewer = table[table["customer_id"].str[-1].isin([*"0123456"])]
    other = fewer.assign(revenue=fewer["revenue"] * 1.7, discount=fewer["discount"] * 1.2)
    changed = analyse(source_from_table(other, name="school.csv"), as_of="2024-12-31")
    openings = read_page(write_report(changed, tmp_path / "r.html").html).openings
    assert [key for key in ADDED if openings[key] == school_page.openings[key]] == []


def test_the_same_data_give_the_same_page(
    school_analysis: Analysis, school_files: Any, tmp_path: Path
) -> None:
    again = write_report(school_analysis, tmp_path / "again.html")
    assert again.html.read_bytes() == school_files.html.read_bytes()


def test_what_is_missing_is_listed_in_the_order_of_use(analysis: Analysis, files: Any) -> None:
    text = files.html.read_text(encoding="utf-8")
    start = text.index('<section id="more"')
    part = text[start : text.index("</section>", start)]
    columns = re.findall("<code>(.*?)</code>", part)
    wanted = ["product_id", "channel", "account_id", "cost", "discount", "partner_id"]
    assert columns[: len(wanted)] == wanted
    options = [column for column in columns[len(wanted) :] if column.startswith("--")]
    assert options == ["--campaign-events", "--campaigns", "--arms", "--touches"]
    assert "who bought" not in part
    assert "what was bought" in part
    assert "24</data> whole months or more" in part


def test_an_empty_column_and_a_useless_one_are_told_apart(tmp_path: Path) -> None:
    table = bought(channel="  ", partner_id=None, discount=-1.0)
    analysis, html = told(tmp_path, table)
    more = words(html, "more")
    assert "The column channel" in more
    assert "is empty; filled, it tells which channels" in more
    assert "The column partner_id" in more
    assert "could not be worked out: Column 'discount' of 'transactions' is negative" in more
    assert set(sections(html)) >= {"products", "together", "margins", "accounts"}
    assert not set(sections(html)) & {"channels", "partners", "discounts"}
    assert analysis.activity.channels is None


def test_rows_that_are_orders_of_their_own_are_pointed_out(tmp_path: Path) -> None:
    _analysis, html = told(tmp_path, bought().drop(columns="order_id"))
    assert "Each row is an order of its own" in words(html, "more")


ODD = {
    "one row": bought(1),
    "one of each": bought(channel="web", product_id="p", category="k", partner_id="x"),
    "no values here and there": bought().assign(
        **{
            name: lambda table, name=name: table[name].where(table.index % 4 > 0)
            for name in ("channel", "product_id", "category", "partner_id", "account_id", "cost")
        }
    ),
    "ten thousand products": bought(
        10_000, product_id=[f"p{k}" for k in range(10_000)], category=None
    ),
    "refunds in one channel": bought().assign(
        revenue=lambda table: table["revenue"].where(table["channel"] != "s0", -table["revenue"])
    ),
    "mostly refunds": bought().assign(
        revenue=lambda table: np.where(table.index < 30, 3.0, -1.0), channel="web"
    ),
    "gifts": bought(revenue=0.0, cost=0.0, discount=0.0),
    "loss": bought(cost=100.0),
    "huge": bought().assign(revenue=lambda table: 1e12 * (1.0 + table.index), cost=1e12),
    "numbers as names": bought().assign(
        account_id=lambda table: np.where(table.index % 2, 7.0, np.nan),
        channel=lambda table: table.index % 3,
    ),
    "names of our own": bought(channel=["Other (few customers)", "(missing)", "total", "x"] * 60),
    "columns of our own": bought(all_purchases="x", n_customers=1, period=2, contact_id="z"),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_data_give_a_whole_report(case: str, read_page: Any, tmp_path: Path) -> None:
    table = ODD[case]
    analysis, _html = told(tmp_path, table)
    page = read_page(tmp_path / "r.html")
    assert analysis.activity.reasons == {}
    assert {"products", "together", "margins", "accounts"} <= set(page.openings)
    values = {key: set(shown) for key, shown in page.figures.items()}
    assert not {"nan", "inf", "-inf"} & set().union(*values.values())
    assert [key for key, shown in values.items() if len(shown) > 1] == []
    assert float(page.figures["revenue.total"][0]) == pytest.approx(table["revenue"].sum())


HOSTILE = ["<script>alert(1)</script>", "$x_1$ {0}", "=cmd|' /C calc'!A0", "a" * 200]
STRANGE = ["日本語", "مرحبا", "a\x1bb", "shop of ann@example.com", "{0.__class__}", "%s", "\\frac"]


def test_hostile_names_are_shown_as_text_and_personal_ones_numbered(tmp_path: Path) -> None:
    n = 240
    table = bought(
        n,
        channel=HOSTILE * 60,
        product_id=[STRANGE[k % 7] for k in range(n)],
        partner_id=["Jane Doe", "+41 79 123 45 67", "K1", "</svg>"] * 60,
        account_id=["Acme Corp", "bob@example.org", "A1"] * 80,
    )
    _analysis, html = told(tmp_path, table)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    for private in ("example.com", "example.org", "Jane Doe", "Acme Corp", "+41 79"):
        assert private not in html
    assert "\x1b" not in html
    for number in ("product no. 1", "partner no. 2", "company no. 2"):
        assert number in html
    for kept in ("{0.__class__}", "日本語", "\\frac", "K1", "A1"):
        assert kept in html
    _analysis, open_html = told(tmp_path, table, show_personal_data=True)
    assert "Acme Corp" in open_html
    assert "Jane Doe" in open_html


def test_groups_of_fewer_than_five_customers_are_one(read_page: Any, tmp_path: Path) -> None:
    n = 240
    table = bought(n)
    rare = table["customer_id"].isin(["c1", "c2"])
    table = table.assign(
        channel=table["channel"].where(~rare, "by hand"),
        product_id=table["product_id"].where(~rare, "sold to two"),
        partner_id=table["partner_id"].where(~rare, "whom two know"),
    )
    _analysis, html = told(tmp_path, table)
    for section, name in (("channels", "by hand"), ("products", "sold to two")):
        assert name not in words(html, section)
        assert "Other (few customers)" in words(html, section)
    assert "whom two know" not in html
    page = read_page(tmp_path / "r.html")
    parts = ("channels.", "products.", "partners.")
    sizes = [
        int(shown[0])
        for key, shown in page.figures.items()
        if key.startswith(parts) and key.endswith(".n_customers")
    ]
    assert len(sizes) > 10
    assert min(sizes) >= 5


def test_lines_without_a_company_are_counted(tmp_path: Path) -> None:
    table = bought().assign(account_id=lambda each: each["account_id"].where(each.index >= 6))
    analysis, html = told(tmp_path, table)
    assert analysis.activity.accounts is not None
    assert analysis.activity.accounts.n_lines_without == 6
    assert "6 rows name no company" in words(html, "accounts")


def test_growth_needs_two_whole_years(tmp_path: Path) -> None:
    analysis, html = told(tmp_path, bought())
    assert analysis.activity.products is not None
    assert analysis.activity.products.growth is None
    assert "two whole years are needed before growth can be told" in words(html, "products")


def test_a_forecast_no_better_than_last_year_promises_nothing(
    school_analysis: Analysis, school_page: Any
) -> None:
    outlook = school_analysis.activity.outlook
    assert outlook is not None
    promised = "No forecast does better" not in school_page.openings["outlook"]
    assert promised == outlook.forecast.beats_naive
