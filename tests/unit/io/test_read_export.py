"""Exports of every kind, from the file to typed columns."""

import datetime as dt
import gzip
import json
import warnings
import zipfile

import duckdb
import openpyxl
import pandas as pd
import pytest

from custintel.errors import CustintelError, SetAsideWarning
from custintel.io import FileFormat, combine_exports, inspect_export, read_export

PLAIN = "customer_id,ordered_at,revenue\n007,2024-01-31,12.5\nb,2024-02-29,-3\n"
EXPECTED = [["007", pd.Timestamp("2024-01-31"), 12.5], ["b", pd.Timestamp("2024-02-29"), -3.0]]
CORE = ["customer_id", "ordered_at", "revenue"]


@pytest.fixture
def write(tmp_path):
    def written(name, content, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


def rows(export):
    return export.table[CORE].values.tolist()


def problems(export):
    return export.set_aside[["line", "column", "value", "reason"]].values.tolist()


def balanced(export):
    assert export.n_rows == len(export.table) + len(export.set_aside)
    lines = [*export.table.index, *export.set_aside["line"]]
    assert len(set(lines)) == len(lines)
    return export


def test_a_french_export(write):
    text = (
        "N° client;Date de commande;Montant TTC (€);Région;Quantité\r\n"
        "0042;31/12/2024;1\u00a0234,56;Île-de-France;2\r\n"
        "0043;01/02/2024 14:30;-12,00;;1\r\n"
    )
    export = balanced(inspect_export(write("ventes.csv", text, "cp1252")))
    assert (export.encoding, export.delimiter, export.decimal) == ("cp1252", ";", ",")
    assert (export.thousands, export.date_format, export.currency) == (" ", "DD/MM/YYYY", "EUR")
    assert export.mapping == {
        "N° client": "customer_id",
        "Date de commande": "ordered_at",
        "Montant TTC (€)": "revenue",
        "Quantité": "quantity",
    }
    assert rows(export) == [
        ["0042", pd.Timestamp("2024-12-31"), 1234.56],
        ["0043", pd.Timestamp("2024-02-01 14:30"), -12.0],
    ]
    assert export.table["Région"].isna().tolist() == [False, True]
    assert export.table.index.tolist() == [2, 3]
    assert export.table["ordered_at"].dtype == "datetime64[us]"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends(write, delimiter, encoding, line_end):
    text = PLAIN.replace("\nb", "\né").replace(",", delimiter).replace("\n", line_end)
    export = balanced(inspect_export(write("x.csv", text, encoding)))
    assert rows(export) == [EXPECTED[0], ["é", *EXPECTED[1][1:]]]
    assert export.delimiter == delimiter
    assert export.encoding == encoding.removesuffix("-sig")
    assert export.table.index.tolist() == [2, 3]


def test_what_is_given_is_not_looked_for(write):
    path = write("x.csv", PLAIN.replace(",", "!").replace("b!", "é!"), "latin-1")
    file_format = FileFormat(encoding="latin-1", delimiter="!")
    export = inspect_export(path, file_format=file_format)
    assert rows(export)[1][0] == "é"
    assert export.encoding == "latin-1"


def test_spreadsheets_name_their_delimiter(write):
    export = balanced(inspect_export(write("x.csv", "sep=|\n" + PLAIN.replace(",", "|"))))
    assert rows(export) == EXPECTED
    assert export.table.index.tolist() == [3, 4]


def test_lines_are_those_of_the_file(write):
    text = '\n"customer_id","date","amount\n(CHF)"\n\na,2024-01-31,1\n"b\nc",2024-01-31,2\n\n,,9\n'
    export = balanced(inspect_export(write("x.csv", text)))
    assert export.table["customer_id"].to_dict() == {5: "a", 6: "b\nc"}
    assert problems(export) == [[9, "customer_id", "", "missing"]]
    assert export.currency == "CHF"


def test_every_kind_of_bad_row_is_set_aside_with_its_line(write):
    text = (
        "client,date,amount,note\n"
        "a,2024-01-31,5,fine\n"
        ",2024-01-31,5,x\n"
        "b,2024-01-32,5,x\n"
        "c,2024-01-31,five,x\n"
        "d,2024-01-31\n"
        "e,2024-01-31,5,x,y\n"
        "client,date,amount,note\n"
        ",,,\n"
        "f,2024-01-31,0,,,\n"
        'g,2024-01-31,"5"0,x\n'
        "Grand Totals (2 records)\n"
    )
    export = balanced(inspect_export(write("x.csv", text)))
    assert export.table["customer_id"].to_dict() == {2: "a", 10: "f"}
    assert problems(export) == [
        [3, "client", "", "missing"],
        [4, "date", "2024-01-32", "not a date"],
        [5, "amount", "five", "not a number"],
        [6, None, "d,2024-01-31", "too few fields"],
        [7, None, "e,2024-01-31,5,x,y", "too many fields"],
        [8, None, "client date amount note", "repeated header"],
        [9, None, "", "empty row"],
        [11, None, "", "quotation marks that do not match"],
        [12, None, "Grand Totals (2 records)", "too few fields"],
    ]
    assert export.set_aside["source"].unique().tolist() == ["x.csv"]
    assert export.n_rows == 11


def test_short_rows_are_set_aside_in_a_regular_file_too(write):
    export = balanced(inspect_export(write("x.csv", PLAIN + "Grand Totals (2 records)\n")))
    assert rows(export) == EXPECTED
    assert problems(export) == [[4, None, "Grand Totals (2 records)", "too few fields"]]


def test_the_plain_form_warns_once_with_counts(write):
    path = write("x.csv", PLAIN + ",2024-01-31,5\n,2024-01-31,5\nb,2024-01-31,n\n")
    with pytest.warns(SetAsideWarning) as caught:
        table = read_export(path)
    assert table[CORE].values.tolist() == EXPECTED
    assert len(caught) == 1
    assert str(caught[0].message) == (
        "3 of 5 rows of x.csv were set aside: 2 missing in 'customer_id', 1 not a number in "
        "'revenue'. custintel.io.inspect_export(…).set_aside returns them."
    )
    assert caught[0].filename == __file__


def test_the_plain_form_is_silent_when_all_rows_are_used(write):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_export(write("x.csv", PLAIN))) == 2


@pytest.mark.parametrize("name", ["x.csv.gz", "x.gz", "mislabelled.csv"])
def test_gzip(write, name):
    assert rows(inspect_export(write(name, gzip.compress(PLAIN.encode())))) == EXPECTED


@pytest.mark.parametrize(
    "junk", [[], ["__MACOSX/._x.csv"], ["folder/", ".DS_Store"]], ids=["alone", "mac", "folder"]
)
def test_zip(tmp_path, junk):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in junk:
            archive.writestr(name, "")
        archive.writestr("folder/x.csv", PLAIN)
    export = balanced(inspect_export(path))
    assert rows(export) == EXPECTED
    assert export.source == "x.zip"


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "hidden"
    book.active.append(["(Do Not Modify)"])
    book.active.sheet_state = "hidden"
    book.create_sheet("empty")
    sheet = book.create_sheet("orders")
    sheet.append([])
    sheet.append(["N° client", "Date", "Montant (CHF)", None, "note"])
    sheet.append([123, pd.Timestamp("2024-01-31 10:05").to_pydatetime(), 1.234])
    sheet.append(["007", "31/12/2024", "1 234,50", "x", "y"])
    sheet.append([])
    sheet.append([5, None, 3])
    sheet.append([1, 2, 3, 4, 5, 6])
    sheet.append([8.0, dt.date(2024, 2, 1), 0])
    path = tmp_path / "orders.xlsx"
    book.save(path)
    return path


def test_excel(workbook):
    export = balanced(inspect_export(workbook))
    assert rows(export) == [
        ["123", pd.Timestamp("2024-01-31 10:05"), 1.234],
        ["007", pd.Timestamp("2024-12-31"), 1234.5],
        ["8", pd.Timestamp("2024-02-01"), 0.0],
    ]
    assert export.table.index.tolist() == [3, 4, 8]
    assert export.table.loc[4, ["unnamed_4", "note"]].tolist() == ["x", "y"]
    assert problems(export) == [
        [6, "Date", None, "missing"],
        [7, None, "1; 2; 3; 4; 5; 6", "too many fields"],
    ]
    assert (export.currency, export.decimal, export.encoding) == ("CHF", ",", None)


def test_a_sheet_can_be_named(workbook):
    assert len(inspect_export(workbook, file_format=FileFormat(sheet="orders")).table) == 3
    with pytest.raises(CustintelError, match=r"orders.xlsx: There is no sheet 'x'.*'orders'"):
        inspect_export(workbook, file_format=FileFormat(sheet="x"))


def test_parquet(tmp_path):
    path = tmp_path / "x[1].parquet"
    query = (
        "SELECT 9007199254740993::BIGINT AS customer_id, TIMESTAMPTZ '2024-01-31 10:00:00+02' "
        'AS ordered_at, 12.5::DECIMAL(9, 2) AS revenue, NULL::VARCHAR AS "a ""b"" c", '
        "[1, 2] AS list, {'a': 1} AS struct "
        "UNION ALL SELECT NULL, TIMESTAMPTZ '2024-01-31 10:00:00+02', 3, 'x', NULL, NULL"
    )
    duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    export = balanced(inspect_export(path, timezone="Europe/Zurich"))
    assert rows(export) == [["9007199254740993", pd.Timestamp("2024-01-31 09:00"), 12.5]]
    assert problems(export) == [[2, "customer_id", None, "missing"]]
    assert 'a "b" c' in export.table
    assert export.table[["list", "struct"]].values.tolist() == [["[1, 2]", "{'a': 1}"]]


def test_json_lines(write):
    records = [
        {"customer_id": 7, "date": "2024-01-31", "amount": 5, "tags": ["é"]},
        {"customer_id": "b", "date": "2024-01-31", "amount": 1.234, "other": True},
    ]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    huge = '{"customer_id": "c", "date": "2024-01-31", "amount": 1e400}'
    odd = '{"customer_id": "c", "date": "2024-01-31", "amount": Infinity}'
    text = "\n".join([*lines, "", "oops", "[1]", huge, odd, "[" * 100_000])
    export = balanced(inspect_export(write("x.ndjson", text)))
    assert export.table["revenue"].to_dict() == {1: 5.0, 2: 1.234}
    assert export.table["tags"].tolist()[0] == '["é"]'
    assert [row[0] for row in problems(export)] == [4, 5, 6, 7, 8]
    assert [row[3] for row in problems(export)] == [
        *["not a JSON object"] * 2,
        *["not a number"] * 2,
        "not a JSON object",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"", "The file is empty"),
        ("x.csv", b" \r\n\n", "The file is empty"),
        ("x.csv", PLAIN.split("\n")[0], "has a header but no rows"),
        ("x.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file: it holds NUL"),
        ("x.csv", PLAIN.encode("utf-16-le"), "FileFormat.encoding='utf-16-le'"),
        ("x.csv", bytes(range(1, 256)), "not text in utf-8 or cp1252"),
        ("x.zip", b"abc", "not what .zip promises"),
        ("x.gz", b"abc", "not what .gz promises"),
        ("x.xlsx", b"abc", "not what .xlsx promises"),
        ("x.parquet", b"abc", "not what .parquet promises"),
        ("x.parquet", b"PAR1abc", "Parquet file is damaged"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls workbook or one with a password"),
        ("x.gz", gzip.compress(PLAIN.encode() * 99, mtime=0)[:60], "damaged or cannot be opened"),
        (
            "x.gz",
            gzip.compress(gzip.compress(b"a", mtime=0), mtime=0),
            "packed file inside the packed file",
        ),
        ("x.csv", "a,b,a\n1,2,3\n", "has 'a' more than once"),
        ("x.csv", PLAIN.replace("revenue", "ordered_at"), "has 'ordered_at' more than once"),
        ("x.csv", PLAIN.replace("revenue", "revenu"), r"'revenue' \(nearest: 'revenu'\)"),
        ("x.csv", "a,b\n1,2\n", "No column stands for 'customer_id', 'ordered_at', 'revenue'"),
        ("x.csv", "{x},<script>\n1,2\n", r"'\{x\}', '<script>'"),
        ("x.csv", "Client,Customer,Date,CA\na,a,b,c\n", "'Client', 'Customer' all stand for"),
        ("x.csv", PLAIN.replace("b,", '"b,'), "Line 3: a quotation mark opens a field"),
        ("x.txt", " 00004 0001 19970101  2   29.33\n", "seems to have no header"),
        ("x.csv", "a1,31/12/2024,5\nb,30/12/2024,6\n", "seems to have no header"),
        ("x.txt", "customer_id  date dollar_value\n1 19970101 5\n", "parted by spaces"),
        ("x.csv", PLAIN.replace("2024-0", "0").replace("-31", "/04/2024"), "date_order='DMY'"),
        ("x.csv", PLAIN.replace("12.5", "1.234"), "decimal=','"),
        ("x.csv", PLAIN.replace("-31", "-31T00:00Z"), "timezone="),
        ("x.csv", PLAIN.replace("revenue", "cost ($),revenue (€)"), "different currencies"),
        ("x.json", "[1]\n", "No line is a JSON object"),
    ],
)
def test_bad_input_is_one_clear_error_that_names_the_file(write, name, content, message):
    with pytest.raises(CustintelError, match=message) as caught:
        inspect_export(write(name, content))
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders_are_errors(tmp_path):
    with pytest.raises(CustintelError, match=r"^no.csv: There is no such file"):
        read_export(tmp_path / "no.csv")
    with pytest.raises(CustintelError, match="This is a folder"):
        read_export(str(tmp_path))


def test_archives_of_several_tables_and_with_passwords_are_errors(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", PLAIN)
        archive.writestr("b{0}.csv", PLAIN)
    with pytest.raises(CustintelError, match=r"holds 2 files \('a.csv', 'b\{0\}.csv'\)"):
        inspect_export(path)
    locked = bytearray(path.read_bytes().replace(b"b{0}.csv", b".ignored"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.find(signature)
        locked[start + flags] |= 1
    path.write_bytes(locked)
    with pytest.raises(CustintelError, match="has a password"):
        inspect_export(path)


def test_a_damaged_workbook_is_an_error(workbook):
    content = workbook.read_bytes()
    workbook.write_bytes(content[: len(content) // 2])
    with pytest.raises(CustintelError, match=r"orders.xlsx: .* damaged"):
        inspect_export(workbook)
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/workbook.xml", "<script>")
    with pytest.raises(CustintelError, match="The workbook is damaged"):
        inspect_export(workbook)


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_a_delimiter_is_one_character(delimiter):
    with pytest.raises(ValueError, match="delimiter is one character"):
        FileFormat(delimiter=delimiter)


def test_an_unknown_encoding_is_refused(write):
    with pytest.raises(CustintelError, match="no encoding 'klingon'"):
        inspect_export(write("x.csv", PLAIN), file_format=FileFormat(encoding="klingon"))


def test_hostile_cells_stay_text(write):
    cells = ["<script>alert(1)</script>", "{0} {x!r}", "=1+1", "\x01\x1b[0m", "x" * 1_000_000]
    header = "customer_id,ordered_at,revenue," + ",".join("{a}<b>=c")
    body = "".join(f'a,2024-01-31,5,"{cell}"{"," * 7}\n' for cell in cells)
    export = balanced(inspect_export(write("x.csv", header + "\n" + body)))
    assert export.table["{"].tolist() == cells


def test_two_thousand_columns(write):
    names = ",".join(f"c{i}" for i in range(2_000))
    text = f"{names},customer_id,date,amount\n{',' * 2_000}a,2024-01-31,5\n"
    export = balanced(inspect_export(write("x.csv", text)))
    assert export.table.shape == (1, 2_003)


def test_exports_are_combined_with_their_sources(write):
    with_city = PLAIN.replace("customer_id", "city,customer_id").replace("\n", "\nBern,", 2)
    exports = [inspect_export(write("a.csv", PLAIN)), inspect_export(write("b.csv", with_city))]
    raw = combine_exports(exports)
    assert raw.index.names == ["source", "line"]
    assert raw.index.tolist() == [("a.csv", 2), ("a.csv", 3), ("b.csv", 2), ("b.csv", 3)]
    assert raw["city"].isna().tolist() == [True, True, False, False]
    with pytest.raises(ValueError, match="no export"):
        combine_exports([])


def test_a_return_within_a_line_does_not_take_all_memory(write):
    """The C parser of pandas 2.2 goes on without end at a lone return before a space."""
    text = "customer_id;ordered_at;revenue;note\nA;\r 16/06/2001;71,73;\nB;16/06/2001;71,73;\n"
    export = balanced(inspect_export(write("x.csv", text)))
    assert export.table["customer_id"].tolist() == ["B"]
