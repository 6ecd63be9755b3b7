"""The command line: what it writes, and one clear line for what the user can mend."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from custintel.cli import app

ORDERS = "customer_id,date,amount\n" + "".join(
    f"c{at % 15},2024-{1 + at % 12:02d}-{1 + at % 28:02d},{10 + at}.50\n" for at in range(120)
)


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def test_report_writes_the_page_and_the_scores(orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "new folder" / "r.html"
    status, stdout, _stderr = run("report", orders, "--currency", "eur", "--out", out)
    assert status == 0
    assert out.stat().st_size > 10_000
    assert (out.parent / "r.customers.parquet").exists()
    assert str(out) in stdout
    assert "amounts in EUR" in out.read_text(encoding="utf-8")


def test_two_reports_in_one_folder_keep_their_scores(orders: Path, tmp_path: Path) -> None:
    for name in ("report.html", "fr.html"):
        assert run("report", orders, "--out", tmp_path / name)[0] == 0
    scores = {path.name for path in tmp_path.glob("*.parquet")}
    assert scores == {"customers.parquet", "fr.customers.parquet"}


def test_each_step_is_told_where_there_is_no_terminal(orders: Path, tmp_path: Path) -> None:
    _status, stdout, stderr = run("report", orders, "--out", tmp_path / "r.html")
    told = stderr.splitlines()
    assert told[0] == "Revenue …"
    assert told[-1] == "Writing the report …"
    assert len(told) == len(set(told)) == 7
    assert "…" not in stdout


def test_several_files_are_one_table(orders: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.csv"
    other.write_text("Client;Date;Montant\nc1;31/12/2024;12,00\n", encoding="utf-8")
    out = tmp_path / "r.html"
    assert run("report", orders, other, "--out", out)[0] == 0
    text = out.read_text(encoding="utf-8")
    assert "orders.csv, more.csv" in text
    assert 'data-figure="reading.n_rows" value="121"' in text


def test_no_currency_is_said(orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    assert run("report", orders, "--out", out)[0] == 0
    assert "names no currency" in out.read_text(encoding="utf-8")


def test_purchases_after_as_of_are_counted(orders: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    assert run("report", orders, "--as-of", "2024-06-30", "--out", out)[0] == 0
    assert 'data-figure="reading.n_after" value="60"' in out.read_text(encoding="utf-8")


def _write(folder: Path, content: bytes | str) -> Path:
    path = folder / "bad.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


HEADER = "customer_id,date,amount\n"
BAD = {
    "empty": ("", "empty"),
    "header only": (HEADER, "no rows"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00" * 50, "bad.csv"),
    "a column too few": ("customer_id,date\na,2024-12-31\n", "revenue"),
    "a column twice": ("customer_id,date,amount,amount\na,2024-12-31,1,2\n", "amount"),
    "two columns for one": (
        "customer_id,date,amount,revenue total,montant\na,2024-12-31,1,2,3\n",
        "montant",
    ),
    "ambiguous dates": (HEADER + "a,01/02/2024,5\nb,03/04/2024,6\n", "date-order|date_order"),
    "no amounts": (HEADER + "a,2024-12-31,n/a\nb,2024-12-30,n/a\n", "n/a|not a number|none of the"),
    "mixed currencies": (
        "customer_id,date,amount,currency\na,2024-12-31,1,EUR\nb,2024-12-30,2,USD\n",
        "EUR",
    ),
    "nobody named": (HEADER + ",2024-12-31,5\n,2024-12-30,6\n", "none of the 2 rows"),
    "impossible years": (HEADER + "a,0203-01-01,5\nb,2203-01-01,6\n", "none of the 2 rows"),
    "refunds alone": (HEADER + "a,2024-12-31,-5\nb,2024-12-30,-6\n", "No purchase"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_end_in_one_line(case: str, tmp_path: Path) -> None:
    content, told = BAD[case]
    path = _write(tmp_path, content)
    status, stdout, stderr = run("report", path, "--out", tmp_path / "r.html")
    assert status == 2
    assert stdout == ""
    assert len(stderr.strip().splitlines()) == 1
    assert stderr.startswith("custintel: ")
    assert any(part in stderr for part in told.split("|")), stderr
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--as-of", "someday"], "as_of"),
        (["--as-of", "1999-01-01"], "No purchase on or before 1999-01-01"),
        (["--currency", "euros"], "ISO 4217"),
        (["--horizon", "12"], "12M"),
        (["--margin-rate", "30"], "margin_rate"),
        (["--discount-rate", "-1"], "annual_discount_rate"),
        (["--language", "xx"], "available: en"),
        (["--column", "amount"], "HEADER=NAME"),
        (["--column", "nothing=revenue"], "nothing"),
        (["--decimal", ";"], "decimal"),
        (["--date-order", "YDM"], "date_order"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_options_end_in_one_line(
    arguments: list[str], told: str, orders: Path, tmp_path: Path
) -> None:
    status, _stdout, stderr = run("report", orders, "--out", tmp_path / "r.html", *arguments)
    assert status == 2
    assert len(stderr.strip().splitlines()) == 1
    assert told in stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    status, _stdout, stderr = run("report", tmp_path / "nothing.csv")
    assert status == 2
    assert "nothing.csv" in stderr


def test_a_place_that_cannot_be_written_is_named(orders: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _stdout, stderr = run("report", orders, "--out", tmp_path / "file" / "r.html")
    assert status == 2
    assert "cannot be written" in stderr


def test_spoilt_rows_are_set_aside_and_the_sum_shown(tmp_path: Path) -> None:
    spoilt = "c1,2203-01-01,5\nc1,2024-13-01,5\n,2024-01-01,5\nc2,2024-01-01,n/a\n"
    path = _write(tmp_path, ORDERS + spoilt)
    out = tmp_path / "r.html"
    assert run("report", path, "--out", out)[0] == 0
    text = out.read_text(encoding="utf-8")
    assert 'data-figure="reading.n_rows" value="124"' in text
    assert 'data-figure="reading.n_set_aside" value="4"' in text
    assert 'data-figure="reading.n_used" value="120"' in text


def test_a_report_never_replaces_what_it_reads(orders: Path, tmp_path: Path) -> None:
    before = orders.read_bytes()
    for out in (orders, tmp_path / "other.html"):
        path = orders if out == orders else tmp_path / "other.customers.parquet"
        path.write_bytes(before)
        status, _stdout, stderr = run("report", path, "--out", out)
        assert status == 2
        assert "would be overwritten" in stderr
        assert path.read_bytes() == before


def test_a_file_given_twice_is_refused(orders: Path, tmp_path: Path) -> None:
    status, _stdout, stderr = run("report", orders, orders, "--out", tmp_path / "r.html")
    assert status == 2
    assert "given twice" in stderr


def test_files_of_one_name_are_told_apart(orders: Path, tmp_path: Path) -> None:
    folder = tmp_path / "south"
    folder.mkdir()
    (folder / orders.name).write_text(ORDERS.replace("c1", "d1"), encoding="utf-8")
    out = tmp_path / "r.html"
    assert run("report", orders, folder / orders.name, "--out", out)[0] == 0
    assert f"{tmp_path.name}/orders.csv, south/orders.csv" in out.read_text(encoding="utf-8")


def test_hints_are_for_the_command_line(tmp_path: Path) -> None:
    path = _write(tmp_path, "Kunde,date,amount\na,2024-12-31,5\n")
    _status, _stdout, stderr = run("report", path, "--out", tmp_path / "r.html")
    assert "--column '" in stderr
    assert "=customer_id'" in stderr
    path = _write(tmp_path, HEADER + "a,01/02/2024,5\nb,03/04/2024,6\n")
    assert "--date-order DMY" in run("report", path, "--out", tmp_path / "r.html")[2]


def test_amounts_that_no_purchase_has_are_set_aside(tmp_path: Path) -> None:
    path = _write(tmp_path, ORDERS + "c1,2024-05-05,1e300\nc2,2024-05-05,1e308\n")
    out = tmp_path / "r.html"
    status, stdout, _stderr = run("report", path, "--out", out)
    assert status == 0
    assert "120 used, 2 set aside" in stdout
    assert "inf" not in re.findall(r'value="([^"]*)"', out.read_text(encoding="utf-8"))


def test_contested_columns_that_change_no_number_are_left_alone(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        "customer_id,date,amount,Discount Amount,Lineitem discount\n"
        + ORDERS.partition("\n")[2].replace("\n", ",1,2\n"),
    )
    assert run("report", path, "--out", tmp_path / "r.html")[0] == 0


def test_cancelled_orders_are_pointed_out(tmp_path: Path) -> None:
    marks = ["paid", "Cancelled", "Annulée"]
    lines = ORDERS.splitlines()
    rows = [f"{line},{marks[at % 3]}" for at, line in enumerate(lines[1:])]
    path = _write(tmp_path, "\n".join([lines[0] + ",Statut", *rows, ""]))
    out = tmp_path / "r.html"
    assert run("report", path, "--out", out)[0] == 0
    text = out.read_text(encoding="utf-8")
    assert "Statut: Annulée" in text
    assert 'data-figure="reading.state.1" value="40"' in text
    assert "Statut: paid" not in text


def test_inspect_tells_how_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ventes.csv"
    path.write_bytes(
        "N° client;Date;Montant (€);Région\n7;31/12/2024;1 234,50;[red]\n;;;\n".encode("cp1252")
    )
    status, stdout, _stderr = run("inspect", path)
    assert status == 0
    for word in ("cp1252", "';'", "DD/MM/YYYY", "EUR", "revenue", "Région"):
        assert word in stdout


def test_demo_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, stdout, _stderr = run("demo")
    assert status == 0
    assert "custintel-demo.html" in stdout
    assert {path.name for path in tmp_path.iterdir()} == {
        "custintel-demo.html",
        "custintel-demo.customers.parquet",
    }


def test_demo_of_a_business_school_shows_every_section(tmp_path: Path) -> None:
    out = tmp_path / "school.html"
    assert run("demo", "--data", "crm", "--out", out)[0] == 0
    sections = set(re.findall(r'<section id="(\w+)"', out.read_text(encoding="utf-8")))
    assert {"outlook", "products", "together", "channels", "partners"} < sections
    assert {"margins", "discounts", "accounts"} < sections


def test_demo_of_a_mail_order_shop_shows_its_campaigns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custintel.report.demonstrations._N_CONTACTS", 150)
    out = tmp_path / "shop.html"
    status, stdout, _stderr = run("demo", "--data", "campaigns", "--out", out)
    assert status == 0
    assert re.search(r"campaign_events: [\d,]+ used, 0 set aside", stdout)
    sections = set(re.findall(r'<section id="(\w+)"', out.read_text(encoding="utf-8")))
    assert {"campaigns", "returns", "attribution"} < sections


def test_inspect_tells_the_company_from_the_customer(tmp_path: Path) -> None:
    rows = "".join(f"{line},Acme\n" for line in ORDERS.splitlines()[1:])
    path = _write(tmp_path, f"customer_id,date,amount,Company\n{rows}")
    status, stdout, _stderr = run("inspect", path)
    assert status == 0
    assert "account_id" in stdout
    assert "kept as it is" not in stdout


def test_the_installed_command_ends_without_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from custintel.cli import app; app()", "report", "none.csv"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
