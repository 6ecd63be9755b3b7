"""Reading gives back what was written, however it was written, and loses no row."""

import csv
import datetime as dt
import io
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from custintel.errors import CustintelError
from custintel.io import inspect_export
from custintel.tables.transactions import inspect_transactions

# Text that cp1252 can hold, awkward for delimited files, with ends that stripping leaves alone.
_inner = st.text(st.sampled_from("aé0 ,;|\t\"'\n{}<>=€"), max_size=6)
customer = st.builds(lambda start, inner: f"{start}{inner}x", st.sampled_from("A0"), _inner)
day = st.dates(dt.date(1970, 1, 1), dt.date(2099, 12, 31))
cents = st.integers(-99_999_999, 99_999_999)
orders = st.lists(st.tuples(customer, day, cents), min_size=1, max_size=12)


@st.composite
def conventions(draw):
    decimal = draw(st.sampled_from(".,"))
    return {
        "delimiter": draw(st.sampled_from(",;\t|")),
        "decimal": decimal,
        "thousands": draw(st.sampled_from(["", " ", "\u00a0", "'", ",."[decimal == ","]])),
        "format": draw(
            st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%Y/%m/%d"])
        ),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        "line_end": draw(st.sampled_from(["\n", "\r\n"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        "blank_line": draw(st.booleans()),
        "unit": draw(st.sampled_from(["", " €", "€ "])),
    }


def amount(value, written):
    whole, part = divmod(abs(value), 100)
    grouped = f"{whole:,}".replace(",", written["thousands"])
    number = ("-" if value < 0 else "") + f"{grouped}{written['decimal']}{part:02d}"
    unit = written["unit"]
    return unit + number if unit.startswith("€") else number + unit


def as_file(rows, written):
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=written["delimiter"],
        quoting=written["quoting"],
        lineterminator=written["line_end"],
    )
    writer.writerow(["customer_id", "ordered_at", "revenue", "note"])
    if written["blank_line"]:
        out.write(written["line_end"])
    # The year comes first in %Y formats; strftime does not pad it on every system.
    for who, when, value in rows:
        date = when.strftime(written["format"].replace("%Y", f"{when.year:04d}"))
        writer.writerow([who, date, amount(value, written), ""])
    return out.getvalue().encode(written["encoding"])


def read(content, **given_conventions):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        path.write_bytes(content)
        return inspect_export(path, **given_conventions)


@given(orders, conventions())
@settings(deadline=None)
def test_any_convention_reads_back_the_same(rows, written):
    order = {"%d": "DMY", "%m": "MDY"}.get(written["format"][:2])
    export = read(as_file(rows, written), date_order=order)
    assert export.set_aside.empty
    assert export.n_rows == len(rows)
    table = export.table
    # A carriage return inside a quoted cell is kept as it was written.
    assert table["customer_id"].tolist() == [who for who, _when, _value in rows]
    assert table["ordered_at"].tolist() == [pd.Timestamp(when) for _who, when, _value in rows]
    assert table["revenue"].tolist() == pytest.approx([value / 100 for *_rest, value in rows])
    assert table["note"].isna().all()
    assert table.index.is_unique
    assert table.index.is_monotonic_increasing


@given(orders, conventions())
@settings(deadline=None)
def test_one_telling_row_settles_the_date_order(rows, written):
    telling = ("Ax", dt.date(2024, 12, 31), 1250)
    # As many telling rows as it takes for the others to count for nothing or agree.
    export = read(as_file([*rows, telling], written))
    assert export.table["ordered_at"].tolist() == [
        pd.Timestamp(when) for _who, when, _value in [*rows, telling]
    ]


_noise = st.text(st.sampled_from("a0,;\"'\n\r \t-/.€\x01"), max_size=3)


@given(
    orders,
    conventions(),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.1), _noise), max_size=8),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_in_are_rows_used_and_rows_set_aside(rows, written, damages):
    text = as_file(rows, {**written, "encoding": "utf-8"}).decode()
    for where, length, noise in damages:
        start = int(where * len(text))
        text = text[:start] + noise + text[start + int(length * 40) :]
    try:
        export = read(text.encode(), date_order="DMY")
        built = inspect_transactions(export.table, currency="EUR")
    except CustintelError as error:
        event(type(error).__name__)
        return
    event("read")
    assert export.n_rows == len(export.table) + len(export.set_aside)
    assert built.n_rows == len(export.table) == len(built.table) + len(built.set_aside)
    lines = [*export.table.index, *export.set_aside["line"]]
    assert len(lines) == len(set(lines))
    assert export.set_aside["reason"].str.len().gt(0).all()


@given(orders, conventions())
@settings(deadline=None)
def test_regular_and_irregular_files_read_alike(rows, written):
    written = {**written, "encoding": "utf-8", "blank_line": False}
    rows = [(who.replace("\n", ""), when, value) for who, when, value in rows]
    content = as_file(rows, written)
    regular = read(content, date_order="DMY")
    # A blank line at the end makes the file irregular and changes nothing else.
    irregular = read(content + written["line_end"].encode() * 2, date_order="DMY")
    pd.testing.assert_frame_equal(
        regular.table.astype(object), irregular.table.astype(object), check_index_type=False
    )
    assert regular.set_aside.values.tolist() == irregular.set_aside.values.tolist()
