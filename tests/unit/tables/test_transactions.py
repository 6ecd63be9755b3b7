"""The canonical table of purchases and the account of its rows."""

import warnings
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from custintel.errors import (
    AmbiguousDateError,
    MixedCurrencyError,
    ReadError,
    SchemaError,
    SetAsideWarning,
)
from custintel.io import combine_exports, inspect_export
from custintel.tables.transactions import build_transactions, inspect_transactions


def frame(**columns):
    n = max(map(len, columns.values()), default=1)
    core = {"customer_id": ["a"] * n, "ordered_at": ["2024-01-31"] * n, "revenue": [5.0] * n}
    return pd.DataFrame(core | columns)


def problems(built):
    return built.set_aside[["line", "column", "value", "reason"]].values.tolist()


def balanced(built):
    assert built.n_rows == len(built.table) + len(built.set_aside)
    return built


def test_three_columns_are_enough():
    built = balanced(inspect_transactions(frame(revenue=[5, 0, -2])))
    assert built.table.columns.tolist() == [
        *("order_id", "line_id", "customer_id", "ordered_at", "revenue"),
    ]
    assert built.table["order_id"].tolist() == ["1", "2", "3"]
    assert built.table["line_id"].tolist() == ["1", "1", "1"]
    assert built.table["ordered_at"].dtype == "datetime64[us]"
    assert built.table["revenue"].dtype == float
    assert isinstance(built.table.index, pd.RangeIndex)
    assert (built.n_refunds, built.n_zero_amounts, built.n_identical_lines) == (1, 1, 0)
    assert built.currency is None


def test_made_order_ids_are_positions_whatever_is_set_aside():
    built = inspect_transactions(frame(revenue=["x", 5, 6]))
    assert built.table["order_id"].tolist() == ["2", "3"]


def test_lines_are_numbered_within_their_order():
    built = balanced(inspect_transactions(frame(order_id=["x", "y", "x", "x"])))
    assert built.table["line_id"].tolist() == ["1", "1", "2", "3"]
    assert built.n_identical_lines == 2


def test_only_a_repeated_pair_of_given_ids_is_a_duplicate():
    raw = frame(order_id=["x", "x", "x", None, None], line_id=["1", "1", None, "1", "1"])
    built = balanced(inspect_transactions(raw))
    assert problems(built) == [[1, "line_id", "x / 1", "repeated order line"]]
    pairs = built.table[["order_id", "line_id"]].values.tolist()
    assert pairs == [["x", "1"], ["x", "line-3"], ["row-4", "1"], ["row-5", "1"]]
    assert built.n_identical_lines == 1


def test_the_key_is_unique():
    raw = frame(order_id=["1", "1", None, "2"], line_id=["2", None, "2", "2"])
    table = build_transactions(raw)
    assert not table.duplicated(["order_id", "line_id"]).any()


def test_identical_lines_without_ids_are_kept_and_counted():
    built = balanced(inspect_transactions(frame(revenue=[5, 5, 5, 6])))
    assert len(built.table) == 4
    assert built.n_identical_lines == 2


def test_columns_of_lists_do_not_hinder_the_count():
    built = inspect_transactions(frame(tags=[["x"], ["x"]]))
    assert built.n_identical_lines == 1
    assert built.table["tags"].tolist() == [["x"], ["x"]]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("0203-05-31", "before 1970-01-01"),
        ("1969-12-31 23:59:59", "before 1970-01-01"),
        ("1970-01-01", None),
        ("2099-12-31 23:59:59", None),
        ("2203-05-31", "after 2099-12-31"),
    ],
)
def test_implausible_days_are_set_aside(day, reason):
    built = balanced(inspect_transactions(frame(ordered_at=[day, "2024-01-31"])))
    assert [row[3] for row in problems(built)] == ([reason] if reason else [])


def test_the_whole_day_of_the_export_counts():
    raw = frame(ordered_at=["2024-06-30 23:59:59", "2024-07-01"])
    built = balanced(inspect_transactions(raw, exported_on="2024-06-30"))
    assert problems(built) == [[1, "ordered_at", "2024-07-01", "after 2024-06-30"]]
    with pytest.raises(ValueError, match="exported_on is a date"):
        inspect_transactions(raw, exported_on="soon")


def test_missing_and_unreadable_cells_are_set_aside():
    raw = frame(
        customer_id=["a", None, "c", "d", "e"],
        ordered_at=["2024-01-31", "2024-01-31", "", "soon", "2024-01-31"],
        revenue=["5", "5", "5", "5", "n/a"],
    )
    built = balanced(inspect_transactions(raw))
    assert problems(built) == [
        [1, "customer_id", None, "missing"],
        [2, "ordered_at", "", "missing"],
        [3, "ordered_at", "soon", "not a date"],
        [4, "revenue", "n/a", "missing"],
    ]


def test_the_plain_form_warns_once():
    with pytest.warns(SetAsideWarning, match=r"^1 of 2 rows of 'transactions' was set aside") as w:
        build_transactions(frame(revenue=["x", "5"]))
    assert len(w) == 1
    assert w[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        build_transactions(frame())


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (frame(revenue=["x", "y"]), "None of the 2 rows .* 2 not a number in 'revenue'"),
        (frame(revenue=["x"]), "The only row"),
        (frame().head(0), "have no rows"),
    ],
)
def test_a_table_without_a_row_is_an_error_of_the_plain_form(raw, message):
    with pytest.raises(SchemaError, match=message):
        build_transactions(raw)
    assert balanced(inspect_transactions(raw)).table.empty


def test_a_missing_column_is_named_with_the_nearest():
    with pytest.raises(SchemaError, match=r"lacks 'revenue' \(nearest: 'revenu'\)"):
        build_transactions(frame().rename(columns={"revenue": "revenu"}))


def test_a_column_that_is_there_twice_is_refused():
    raw = pd.concat([frame(), frame()[["revenue"]]], axis=1)
    with pytest.raises(SchemaError, match="'revenue' more than once"):
        build_transactions(raw)


def test_only_pandas_frames_are_taken():
    with pytest.raises(TypeError, match="raw is a pandas DataFrame: got DataFrame"):
        build_transactions(pl.DataFrame({"a": [1]}))


def test_columns_can_be_named_and_further_ones_are_kept():
    raw = frame(Umsatz=[7.0], Region=["N"]).drop(columns="revenue")
    table = build_transactions(raw, columns={"Umsatz": "revenue", "Region": "sector"})
    assert table["revenue"].tolist() == [7.0]
    assert table.columns[-1] == "sector"


def test_order_and_input_are_left_alone():
    raw = frame(revenue=["3", "1", "2"], quantity=["1", "2", "3"], x=[" y ", "", None])
    raw.index = [9, 9, 4]
    before = raw.copy(deep=True)
    table = build_transactions(raw, currency="EUR")
    pd.testing.assert_frame_equal(raw, before)
    assert table["revenue"].tolist() == [3, 1, 2]
    assert table["x"].tolist()[:2] == [" y ", ""]


@pytest.mark.parametrize(
    ("columns", "argument", "code"),
    [
        ({"currency": ["eur"] * 2}, None, "EUR"),
        ({"currency": ["EUR", None]}, "EUR", "EUR"),
        ({"currency": [None, None]}, "EUR", "EUR"),
        ({"currency": [None, None]}, None, None),
        ({}, "€", "EUR"),
        ({}, None, None),
    ],
)
def test_the_currency_is_one_or_none(columns, argument, code):
    built = inspect_transactions(frame(revenue=[1, 2], **columns), currency=argument)
    assert built.currency == code
    if code is None:
        assert "currency" not in built.table
    else:
        assert built.table["currency"].tolist() == [code] * 2


@pytest.mark.parametrize(
    ("columns", "argument", "message"),
    [
        ({"currency": ["EUR", "USD", "USD"]}, None, "2 rows in USD, 1 row in EUR"),
        ({"currency": ["EUR"] * 3}, "USD", "3 rows in EUR, and currency='USD' was given"),
        ({"revenue": ["$5", "€5", "5"]}, None, "1 row in USD, 1 row in EUR|1 row in EUR, 1 row"),
    ],
)
def test_mixed_currencies_are_refused_with_their_counts(columns, argument, message):
    with pytest.raises(MixedCurrencyError, match=message):
        inspect_transactions(frame(**columns), currency=argument)


def test_a_header_and_an_argument_that_disagree_are_refused():
    raw = frame().rename(columns={"revenue": "Montant (€)"})
    assert inspect_transactions(raw).currency == "EUR"
    with pytest.raises(MixedCurrencyError, match="currency='CHF'"):
        inspect_transactions(raw, currency="CHF")


def test_some_rows_without_currency_need_a_word():
    with pytest.raises(SchemaError, match=r"1 of 2 rows .* have no currency.*currency='EUR'"):
        inspect_transactions(frame(currency=["EUR", ""]))


def test_a_currency_that_is_none_is_refused():
    with pytest.raises(ValueError, match="three-letter"):
        inspect_transactions(frame(), currency="euros")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_typed_instants_of_every_unit(unit):
    raw = frame(ordered_at=np.array(["2024-01-31T10:00"] * 2, f"datetime64[{unit}]"))
    assert build_transactions(raw)["ordered_at"].tolist() == [pd.Timestamp("2024-01-31 10:00")] * 2


def test_aware_instants_need_a_time_zone():
    raw = frame(ordered_at=pd.to_datetime(["2024-06-30 23:00Z"]))
    table = build_transactions(raw, timezone="Europe/Zurich")
    assert table["ordered_at"].tolist() == [pd.Timestamp("2024-07-01 01:00")]
    with pytest.raises(ReadError, match="timezone="):
        build_transactions(raw)


def test_an_open_date_order_is_an_error_until_it_is_settled():
    raw = frame(ordered_at=["03/04/2024"])
    with pytest.raises(AmbiguousDateError, match="date_order='DMY'"):
        build_transactions(raw)
    assert build_transactions(raw, date_order="DMY")["ordered_at"][0].month == 4


TYPED = {
    "nullable": {"customer_id": "Int64", "revenue": "Float64", "category": "string"},
    "categories": {"customer_id": "category", "category": "category"},
    "objects": {"customer_id": object, "revenue": object, "ordered_at": object},
    "floats": {"customer_id": float},
}
if find_spec("pyarrow"):
    TYPED["pyarrow"] = {
        "customer_id": "int64[pyarrow]",
        "ordered_at": "timestamp[us][pyarrow]",
        "revenue": "double[pyarrow]",
        "category": "string[pyarrow]",
    }


@pytest.mark.parametrize("dtypes", TYPED.values(), ids=TYPED.keys())
def test_every_dtype_gives_the_same_table(dtypes):
    raw = frame(
        customer_id=[1, 2],
        ordered_at=[pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01 10:30")],
        revenue=[1.234, 5.0],
        category=["x", None],
    )
    expected = build_transactions(raw)
    table = build_transactions(raw.astype(dtypes))
    pd.testing.assert_frame_equal(table, expected)
    assert expected["customer_id"].tolist() == ["1", "2"]


def test_decimals_are_numbers():
    raw = frame(revenue=[Decimal("1.234"), Decimal("-5")])
    assert build_transactions(raw)["revenue"].tolist() == [1.234, -5.0]


@pytest.fixture
def two_files(tmp_path):
    def written(first, second):
        texts = {"north.csv": first, "south.csv": second}
        paths = [tmp_path / name for name in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            path.write_text(text, encoding="utf-8")
        return [inspect_export(path) for path in paths]

    return written


def test_several_files_make_one_table_with_every_row_accounted_for(two_files):
    exports = two_files(
        "client;date;montant (€)\na;31/12/2024;12,50\n;31/12/2024;1,00\n",
        "customer,date,amount (EUR),order id,line id\n"
        "b,2024-12-31,1.00,1,1\nb,2024-12-31,1.00,1,1\nb,2203-12-31,1.00,2,1\n",
    )
    built = balanced(inspect_transactions(combine_exports(exports)))
    used, aside = len(built.table), len(built.set_aside) + sum(len(e.set_aside) for e in exports)
    assert sum(export.n_rows for export in exports) == used + aside
    assert built.table["revenue"].tolist() == [12.5, 1.0]
    assert built.set_aside[["source", "line", "reason"]].values.tolist() == [
        ["south.csv", 3, "repeated order line"],
        ["south.csv", 4, "after 2099-12-31"],
    ]
    assert exports[0].set_aside[["source", "line", "reason"]].values.tolist() == [
        ["north.csv", 3, "missing"]
    ]


@pytest.mark.parametrize(
    ("second", "error"), [("amount ($)", MixedCurrencyError), ("amount", SchemaError)]
)
def test_files_in_different_currencies_are_refused(two_files, second, error):
    first = "client;date;montant (€)\na;31/12/2024;12,50\n"
    exports = two_files(first, f"customer,date,{second}\nb,2024-12-31,1.00\n")
    with pytest.raises(error):
        inspect_transactions(combine_exports(exports))


@pytest.fixture(scope="module")
def cdnow():
    spec = find_spec("lifetimes")
    if spec is None:
        pytest.skip("lifetimes, whose wheel holds the data, is not installed")
    return Path(spec.origin).parent / "datasets"


def test_cdnow_sample(cdnow):
    names = ["master_id", "customer", "date", "quantity", "amount"]
    raw = pd.read_csv(cdnow / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names, dtype=str)
    built = balanced(inspect_transactions(raw, currency="USD"))
    assert len(built.table) == 6919
    assert built.table["customer_id"].nunique() == 2357
    # Fader and Hardie's sample: 8 zero amounts and 21 identical lines, all of them kept.
    assert (built.n_zero_amounts, built.n_identical_lines, built.n_refunds) == (8, 21, 0)
    assert built.table["customer_id"][0] == "0001"
    numbers = pd.read_csv(cdnow / "CDNOW_sample.txt", sep=r"\s+", header=None)
    assert built.table["revenue"].sum() == pytest.approx(numbers[4].sum())
    days = pd.to_datetime(numbers[2].astype(str), format="%Y%m%d")
    assert (built.table["ordered_at"] == days).all()


def test_cdnow_master_as_csv(cdnow, tmp_path):
    raw = pd.read_csv(cdnow / "CDNOW_master.txt", sep=r"\s+", dtype=str)
    raw.to_csv(tmp_path / "cdnow.csv", index=False)
    export = inspect_export(tmp_path / "cdnow.csv")
    assert (export.n_rows, len(export.set_aside)) == (69_659, 0)
    assert export.mapping == {
        "customer_id": "customer_id",
        "date": "ordered_at",
        "number_of_cds": "quantity",
        "dollar_value": "revenue",
    }
    assert (export.date_format, export.decimal) == ("YYYYMMDD", ".")
    built = balanced(inspect_transactions(export.table, currency="USD"))
    assert built.table["customer_id"].nunique() == 23_570
    assert built.n_identical_lines == int(raw.duplicated().sum())
