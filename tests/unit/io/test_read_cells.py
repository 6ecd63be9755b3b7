"""Files of any table: their cells as they stand, every row accounted for."""

import json

import duckdb
import openpyxl
import pandas as pd
import pytest

from custintel.errors import ReadError, SetAsideWarning
from custintel.io import FileFormat, inspect_cells, read_cells
from custintel.tables import inspect_campaign_events

LOG = "Campagne;Contact;Événement;Date\nmai;a1;Ouverture;31/12/2024 09:30\nmai;;clic;31/12/2024\n"
INSTANT = pd.Timestamp("2024-12-31 09:30").to_pydatetime()


def written(path, kind):
    """Write the log as a file of a kind."""
    cells = [line.split(";") for line in LOG.splitlines()]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(cells[0])
        book.active.append(["mai", "a1", "Ouverture", INSTANT])
        book.active.append(["mai", None, "clic", INSTANT])
        book.save(path)
    elif kind == "jsonl":
        rows = [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif kind == "parquet":
        frame = pd.DataFrame(cells[1:], columns=cells[0]).replace("", None)
        duckdb.from_df(frame).to_parquet(str(path))
    else:
        path.write_bytes(LOG.encode("cp1252"))
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_log_of_any_kind_comes_to_the_same_events(kind, tmp_path):
    raw = inspect_cells(written(tmp_path / f"log.{kind}", kind))
    assert raw.source == f"log.{kind}"
    assert raw.n_rows == len(raw.table) == 2
    built = inspect_campaign_events(raw.table, date_order="DMY")
    events = built.table[["campaign_id", "customer_id", "event", "occurred_at"]]
    assert events.values.tolist() == [["mai", "a1", "opened", pd.Timestamp(INSTANT)]]
    lines = {"csv": 3, "xlsx": 3, "jsonl": 2, "parquet": 2}  # the others have no header
    told = built.set_aside[["source", "line", "column", "reason"]]
    assert told.values.tolist() == [[f"log.{kind}", lines[kind], "Contact", "missing"]]


def test_rows_of_another_shape_are_handed_back(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("campaign_id;event\na;sent\nb\nc;sent;1;2\n;\n")
    raw = inspect_cells(path)
    assert raw.n_rows == len(raw.table) + len(raw.set_aside) == 4
    told = raw.set_aside[["source", "line", "reason"]].values.tolist()
    assert told == [
        ["log.csv", 3, "too few fields"],
        ["log.csv", 4, "too many fields"],
        ["log.csv", 5, "empty row"],
    ]
    with pytest.warns(SetAsideWarning, match="3 of 4 rows of log.csv were set aside"):
        assert len(read_cells(path)) == 1


def test_empty_cells_are_missing_and_others_stay_text(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("campaign_id,cost\n007,\n008,1.50\n")
    table = read_cells(path)
    assert table["campaign_id"].tolist() == ["007", "008"]
    assert table["cost"].isna().tolist() == [True, False]
    assert table["cost"].iloc[1] == "1.50"
    assert table.index.tolist() == [("log.csv", 2), ("log.csv", 3)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mai,2024-12-31,5\njuin,2024-12-30,6\n", "looks like data"),
        ("event,event\nsent,sent\n", "'event' more than once"),
        ("campaign_id,event\n", "no rows"),
        ("", "empty"),
    ],
)
def test_what_is_no_table_is_refused_by_name(text, told, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(ReadError, match=f"log.csv: .*{told}"):
        inspect_cells(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ReadError, match=r"nothing\.csv: There is no such file"):
        inspect_cells(tmp_path / "nothing.csv")


def test_the_sheet_can_be_named(tmp_path):
    path = written(tmp_path / "log.xlsx", "xlsx")
    with pytest.raises(ReadError, match="There is no sheet 'May'"):
        inspect_cells(path, file_format=FileFormat(sheet="May"))
