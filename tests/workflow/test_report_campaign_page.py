"""The sections on campaigns: when they appear, what they hide, and what the command line says."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from custintel.cli import app
from custintel.errors import MixedCurrencyError, ReadError, SchemaError
from custintel.report import (
    Analysis,
    Assumptions,
    analyse,
    campaign_source_from_tables,
    read_campaign_source,
    source_from_table,
    write_report,
)

OWN = ["campaigns", "experiments", "returns", "attribution"]
ASKED = {
    "campaigns": "Campaigns.",
    "experiments": "Experiments.",
    "returns": "Return on campaigns.",
    "attribution": "Attribution.",
}


def bought(n: int = 120, **columns: Any) -> pd.DataFrame:
    """Return purchases of forty customers in ten months, every third in a campaign."""
    at = np.arange(n)
    table = pd.DataFrame(
        {
            "order_id": [f"o{k}" for k in at],
            "customer_id": [f"c{k}" for k in at % 40],
            "ordered_at": pd.Timestamp("2024-01-05 12:00") + pd.to_timedelta(at * 2, unit="D"),
            "revenue": 5.0 + at % 7,
            "campaign_id": [f"m{k % 2}" if k % 3 == 0 else None for k in at],
        }
    )
    return table.assign(**columns)


def log(n: int = 40, **columns: Any) -> pd.DataFrame:
    """Return what two campaigns sent to `n` contacts each, half of whom opened."""
    rows = [
        (f"m{m}", f"c{k}", event)
        for m in range(2)
        for k in range(n)
        for event in ("sent", "opened", "clicked")
        if event == "sent" or k % (2 if event == "opened" else 4) == 0
    ]
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "event"])
    return table.assign(occurred_at=pd.Timestamp("2024-03-01 10:00"), **columns)


def costed(**columns: Any) -> pd.DataFrame:
    table = pd.DataFrame({"campaign_id": ["m0", "m1"], "campaign_name": ["Spring", "Fair"]})
    return table.assign(**{"cost": [20.0, 900.0], "channel": ["mail", "shop"], **columns})


def reached(n: int = 120, **columns: Any) -> pd.DataFrame:
    at = np.arange(n)
    table = pd.DataFrame(
        {
            "customer_id": [f"c{k}" for k in at % 40],
            "channel": [("mail", "search")[k % 2] for k in at],
            "occurred_at": pd.Timestamp("2024-01-04 12:00") + pd.to_timedelta(at * 2, unit="D"),
        }
    )
    return table.assign(**columns)


def drawn_arms(n: int = 40, n_held_back: int = 20, **columns: Any) -> pd.DataFrame:
    """Return who was held back from two campaigns: every other customer."""
    rows = [
        (f"m{m}", f"c{k}", "control" if k % 2 and k < 2 * n_held_back else "mail")
        for m in range(2)
        for k in range(n)
    ]
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "arm"])
    return table.assign(**{"assigned_at": pd.Timestamp("2024-03-01"), **columns})


def told(
    folder: Path, purchases: pd.DataFrame, about: dict[str, pd.DataFrame], **assumptions: Any
) -> tuple[Analysis, str]:
    """Return the analysis of purchases and campaigns, and its page."""
    source = source_from_table(purchases, name="odd")
    campaigns = campaign_source_from_tables(about)
    analysis = analyse(source, campaigns, assumptions=Assumptions(**assumptions))
    page = write_report(analysis, folder / "r.html").html
    return analysis, page.read_text(encoding="utf-8")


def sections(html: str) -> list[str]:
    return re.findall(r'<section id="(\w+)"', html)


def words(html: str, section: str) -> str:
    start = html.index(f'<section id="{section}"')
    part = html[start : html.index("</section>", start)]
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", part)))


ALONE = [
    ({"campaign_events": log()}, ["campaigns"]),
    ({"campaigns": costed()}, ["returns"]),
    ({"touches": reached()}, ["attribution"]),
    ({"arms": drawn_arms()}, ["experiments"]),
]


@pytest.mark.parametrize(("about", "made"), ALONE, ids=lambda value: "".join(value))
def test_each_table_has_its_section_and_the_others_are_asked_for(
    about: dict[str, pd.DataFrame], made: list[str], tmp_path: Path
) -> None:
    _analysis, html = told(tmp_path, bought(), about)
    assert [key for key in sections(html) if key in OWN] == made
    asked = [key for key in OWN if ASKED[key] in words(html, "more")]
    assert asked == [key for key in OWN if key not in made]


def test_every_part_is_there_and_opens_with_its_figures(shop_page: Any) -> None:
    for key in OWN:
        assert re.search(r"\d", shop_page.openings[key])
        assert shop_page.openings[key].strip().endswith(".")


def test_the_same_data_give_the_same_page(
    shop_analysis: Analysis, shop_files: Any, tmp_path: Path
) -> None:
    again = write_report(shop_analysis, tmp_path / "again.html")
    assert again.html.read_bytes() == shop_files.html.read_bytes()


def test_ids_that_have_nothing_in_common_are_pointed_out(tmp_path: Path) -> None:
    strangers = reached(customer_id=[f"web-{k}" for k in range(120)])
    analysis, html = told(tmp_path, bought(), {"touches": strangers})
    assert "attribution" not in sections(html)
    assert "give both tables the same ids" in analysis.campaigns.reasons["credits"]
    assert "give both tables the same ids" in words(html, "more")


def test_few_purchases_after_touches_do_not_tell_channels_apart(tmp_path: Path) -> None:
    _analysis, html = told(tmp_path, bought(), {"touches": reached(12)})
    assert "too few to tell channels apart" in words(html, "attribution")
    assert "credits rest on" in words(html, "attribution")


def test_touches_of_the_day_count_where_purchases_tell_no_time(tmp_path: Path) -> None:
    days = bought()["ordered_at"].dt.normalize()
    touched = reached(occurred_at=bought()["ordered_at"] + pd.Timedelta(hours=3))
    analysis, html = told(tmp_path, bought(ordered_at=days), {"touches": touched})
    assert analysis.campaigns.credits is not None
    assert analysis.campaigns.credits.n_touched == 120
    assert "Purchases tell no time of the day" in words(html, "attribution")


def test_a_log_of_answers_alone_says_why_there_are_no_messages(tmp_path: Path) -> None:
    answers = log()[lambda table: table["event"] == "clicked"]
    analysis, html = told(tmp_path, bought(), {"campaign_events": answers})
    assert analysis.campaigns.messages is None
    assert "nobody was written to" in words(html, "more")


def test_groups_of_fewer_than_five_are_one(tmp_path: Path) -> None:
    few = log(3).assign(campaign_id=lambda table: table["campaign_id"] + "-few")
    events = pd.concat([log(), few])
    purchases = bought(
        campaign_id=["m0" if k < 60 else "tiny" if k < 63 else None for k in range(120)]
    )
    campaigns = costed(campaign_id=["m0", "tiny"])
    touched = reached(channel=["mail"] * 117 + ["fax"] * 3)
    analysis, html = told(
        tmp_path,
        purchases,
        {"campaign_events": events, "campaigns": campaigns, "touches": touched},
        margin_rate=0.4,
    )
    messages, returns = analysis.campaigns.messages, analysis.campaigns.returns
    assert messages is not None
    assert messages.campaigns["n_sent"].min() >= 5
    assert "Other (few customers)" in words(html, "campaigns")
    assert "m0-few" not in html
    assert returns is not None
    assert returns.campaigns.index.tolist() == ["Other (few customers)"]
    assert returns.campaigns["n_sales"].tolist() == [63]
    assert "fax" not in html


def test_without_a_margin_no_go_is_promised(tmp_path: Path) -> None:
    about = {"campaigns": costed()}
    _analysis, html = told(tmp_path, bought(), about)
    text = words(html, "returns")
    assert "before the cost of the goods" in text
    assert "unclear" in text
    assert re.search(r"\bno-go\b", text)
    assert not re.search(r"% go\b", text)
    _analysis, html = told(tmp_path, bought(), about, margin_rate=0.9)
    assert re.search(r"% go\b", words(html, "returns"))


def test_confirmations_are_not_decided_on(tmp_path: Path) -> None:
    campaigns = costed(campaign_type=["confirmation", "birthday"])
    analysis, _html = told(tmp_path, bought(), {"campaigns": campaigns}, margin_rate=0.9)
    returns = analysis.campaigns.returns
    assert returns is not None
    assert returns.campaigns["is_owed"].to_dict() == {"m1": False, "m0": True}


def test_sales_of_the_log_serve_where_purchases_name_no_campaign(tmp_path: Path) -> None:
    sale = {"event": "sale", "revenue": 30.0}
    events = pd.concat([log(), log(10)[lambda each: each["event"] == "sent"].assign(**sale)])
    purchases = bought().drop(columns="campaign_id")
    about = {"campaign_events": events, "campaigns": costed()}
    analysis, html = told(tmp_path, purchases, about, margin_rate=0.5)
    assert analysis.campaigns.returns is not None
    assert analysis.campaigns.returns.total["revenue"] == 600.0
    assert "Sales are those in the log of campaigns" in words(html, "returns")
    analysis, html = told(tmp_path, purchases, {"campaigns": costed()}, margin_rate=0.5)
    assert "say what was sold through which campaign" in words(html, "more")


def test_the_year_s_budget_is_compared_and_may_be_spent(tmp_path: Path) -> None:
    campaigns = costed(budget=[30.0, 800.0], starts_at=pd.Timestamp("2024-02-01"))
    about = {"campaigns": campaigns}
    _analysis, html = told(tmp_path, bought(), about, annual_marketing_budget=700.0)
    text = words(html, "returns")
    assert "1 of them cost more than planned" in text
    assert "220.00 more than there is" in text


HOSTILE = ["<script>alert(1)</script>", "sent by ann@example.com"]


def test_hostile_names_are_shown_as_text_and_addresses_numbered(tmp_path: Path) -> None:
    events = log(customer_id=lambda table: table["customer_id"] + "@example.com")
    about = {
        "campaign_events": events,
        "campaigns": costed(campaign_name=HOSTILE, channel=["{0.__class__}", "$x_1$"]),
        "touches": reached(channel=[HOSTILE[k % 2] for k in range(120)]),
    }
    _analysis, html = told(tmp_path, bought(), about)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "example.com" not in html
    assert "campaign no. 1" in html
    assert "channel no. 1" in html
    assert "{0.__class__}" in html


def test_currencies_are_never_mixed(tmp_path: Path) -> None:
    euros = source_from_table(bought(), name="odd", currency="EUR")
    dollars = campaign_source_from_tables({"campaigns": costed()}, currency="USD")
    with pytest.raises(MixedCurrencyError, match="campaigns: its amounts are in USD"):
        analyse(euros, dollars)
    unnamed = campaign_source_from_tables({"campaigns": costed()})
    page = write_report(analyse(euros, unnamed), tmp_path / "r.html").html
    reading = words(page.read_text(encoding="utf-8"), "reading")
    assert "Campaigns name no currency: their amounts are taken to be in EUR" in reading


def test_unknown_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="'campaign_events', 'campaigns', 'touches'"):
        campaign_source_from_tables({"clicks": log()})


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def exports(tmp_path: Path) -> dict[str, Path]:
    tables = {
        "purchases": bought(),
        "campaign_events": log().rename(columns={"event": "Was"}),
        "campaigns": costed(),
        "touches": reached(),
        "arms": drawn_arms(),
    }
    paths = {name: tmp_path / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        table.to_csv(paths[name], index=False)
    return paths


def options(exports: dict[str, Path]) -> list[object]:
    others = [name for name in exports if name != "purchases"]
    named = [[f"--{name.replace('_', '-')}", exports[name]] for name in others]
    return ["report", exports["purchases"], *(part for each in named for part in each)]


def test_the_command_line_reads_all_files(exports: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    column = ["--column", "campaign_events:Was=event"]
    status, stdout, _stderr = run(*options(exports), *column, "--out", out)
    assert status == 0
    assert "touches: 120 used, 0 set aside" in stdout
    html = out.read_text(encoding="utf-8")
    assert [key for key in sections(html) if key in OWN] == OWN
    assert "Campaign events (campaign_events.csv)" in words(html, "reading")


def test_a_column_that_is_not_found_is_named_with_its_file(exports: dict[str, Path]) -> None:
    status, _stdout, stderr = run(*options(exports))
    assert status == 2
    assert len(stderr.strip().splitlines()) == 1
    assert "campaign_events.csv: Table 'campaign_events' lacks 'event'" in stderr
    assert "--column 'campaign_events:your name=event'" in stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "clicks.csv: There is no such file"),
        ("campaign_id,customer_id,event,occurred_at\na,b,?,2024-01-01\n", "None of the 1 rows"),
        ("a,b\n1,2\n", "lacks 'campaign_id'"),
    ],
)
def test_bad_files_end_in_one_line(
    text: str | None, told: str, exports: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "clicks.csv"
    if text is not None:
        path.write_text(text)
    arguments = ["report", exports["purchases"], "--campaign-events", path]
    status, _stdout, stderr = run(*arguments, "--out", tmp_path / "r.html")
    assert status == 2
    assert len(stderr.strip().splitlines()) == 1
    assert told in stderr
    assert "clicks.csv" in stderr
    assert not (tmp_path / "r.html").exists()


def test_a_report_never_replaces_what_it_reads(exports: dict[str, Path]) -> None:
    out = exports["touches"]
    status, _stdout, stderr = run(*options(exports), "--out", out)
    assert status == 2
    assert "would be overwritten" in stderr


def test_the_python_door_raises_by_kind(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"none\.csv"):
        read_campaign_source({"touches": tmp_path / "none.csv"})
    path = tmp_path / "touches.csv"
    path.write_text("customer_id,occurred_at\nc1,2024-01-01\n")
    with pytest.raises(SchemaError, match=r"touches\.csv: .*lacks 'channel'"):
        read_campaign_source({"touches": path})


def bought_by_those_reached(times: float = 1.0) -> pd.DataFrame:
    """Return purchases of which those who were reached made most after the first of March."""
    extra = pd.DataFrame(
        {
            "order_id": [f"x{k}" for k in range(0, 40, 2)],
            "customer_id": [f"c{k}" for k in range(0, 40, 2)],
            "ordered_at": pd.Timestamp("2024-03-10 09:00"),
            "revenue": [times * (40.0 + k % 3) for k in range(20)],
        }
    )
    return pd.concat([bought(), extra], ignore_index=True)


def test_a_difference_is_told_only_where_there_is_one(tmp_path: Path) -> None:
    about = {"arms": drawn_arms(), "campaigns": costed()}
    _analysis, html = told(tmp_path, bought_by_those_reached(), about, margin_rate=0.5)
    text = words(html, "experiments")
    assert "brought more revenue than they in 2 , and less in 0 ; in 0 chance" in text
    assert "was not checked" in text
    returns = words(html, "returns")
    assert re.search(r"Spring \S+ 20 20 held back .*% go", returns)
    assert re.search(r"Fair \S+ 20 20 held back .*% no-go", returns)
    swapped = drawn_arms().replace({"arm": {"control": "mail", "mail": "control"}})
    _analysis, html = told(tmp_path, bought_by_those_reached(), {"arms": swapped})
    assert "in 0 , and less in 2 ; in 0 chance" in words(html, "experiments")
    _analysis, html = told(tmp_path, bought(), about)
    assert words(html, "experiments").count("not told apart") == 2


def test_groups_of_other_sizes_than_planned_tell_nothing(tmp_path: Path) -> None:
    about = {"arms": drawn_arms(), "campaigns": costed()}
    analysis, html = told(tmp_path, bought_by_those_reached(), about, held_back_share=0.1)
    text = words(html, "experiments")
    assert "in 0 , and less in 0 ; in 0 chance" in text
    assert "in 2 campaigns chance hardly explains how many were" in text
    assert text.count("not to be trusted") == 2
    assert analysis.campaigns.tested is None
    assert "held back at random:" not in words(html, "returns")


def test_too_few_held_back_are_not_compared(tmp_path: Path) -> None:
    analysis, html = told(tmp_path, bought(), {"arms": drawn_arms(n_held_back=4)})
    assert analysis.campaigns.experiments is None
    assert "no campaign has 5 customers reached and 5 held back" in words(html, "more")


def test_returns_of_those_held_back_need_no_credited_sale(tmp_path: Path) -> None:
    about = {"arms": drawn_arms(), "campaigns": costed(starts_at="2024-03-01")}
    about["arms"] = about["arms"].drop(columns="assigned_at")
    purchases = bought_by_those_reached().drop(columns="campaign_id")
    _analysis, html = told(tmp_path, purchases, about)
    assert "returns" not in sections(html)
    text = words(html, "experiments")
    assert "Return on campaigns with customers held back" in text
    assert re.search(r"Spring \S+ 20 20 held back .*% unclear", text)  # no margin is known


def test_the_arm_of_those_held_back_is_asked_for(exports: dict[str, Path], tmp_path: Path) -> None:
    drawn_arms().replace({"arm": {"control": "none"}}).to_csv(exports["arms"], index=False)
    arguments = [*options(exports), "--column", "campaign_events:Was=event"]
    status, _stdout, stderr = run(*arguments)
    assert status == 2
    assert "arms.csv: No customer is in the arm 'control'; there are 'mail', 'none'" in stderr
    assert "--control NAME" in stderr
    with pytest.raises(SchemaError, match="lacks 'arm'"):
        campaign_source_from_tables({"arms": drawn_arms().drop(columns="arm")})
    source = read_campaign_source({"arms": exports["arms"]}, control="none")
    assert source.control == "none"


def test_whoever_is_in_several_arms_is_set_aside() -> None:
    arms = pd.concat([drawn_arms(), drawn_arms(1).assign(arm="control"), drawn_arms(1)])
    source = campaign_source_from_tables({"arms": arms}).arms
    assert source is not None
    assert source.n_rows == len(arms) == len(source.table) + len(source.set_aside)
    assert source.set_aside["reason"].value_counts().to_dict() == {
        "customer in several arms": 4,
        "repeated assignment": 2,
    }
