"""Companies as units, and columns of other tables, are the same on every engine."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from custintel.errors import ReadError
from custintel.segmentation import rfm_table
from custintel.tables import add_columns, by_account

pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.CustintelWarning")

ORDER = ["contact_id", "order_id", "ordered_at", "revenue"]


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """120 of the 150 customers; one in four has no company."""
    number = range(120)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in number],
            "account_id": [f"a{i % 23:02d}" if i % 4 else None for i in number],
            "job_level": [("Manager", "Director", None)[i % 3] for i in number],
            "score": [float(i) if i % 5 else float("nan") for i in number],
            "is_partner": [i % 2 == 0 for i in number],
            "seats": list(number),
            "created_at": pd.Timestamp("2020-02-29 12:00:00") + pd.to_timedelta(number, unit="D"),
        }
    )


@pytest.fixture(scope="module")
def accounts() -> pd.DataFrame:
    """Companies 10 to 22 belong to those ten below them: groups of two or three levels."""
    return pd.DataFrame(
        {
            "account_id": [f"a{i:02d}" for i in range(23)],
            "parent_account_id": [None if i < 10 else f"a{i - 10:02d}" for i in range(23)],
        }
    )


def local(cell: Any) -> Any:
    """Return an instant as the session of Spark shows it: in UTC, without saying so."""
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def rows(frame: Any, order: list[str]) -> pd.DataFrame:
    """Return a frame of any engine as plain Python values, in one order."""
    table = nw.from_native(frame).lazy().collect("pyarrow").to_native()
    cells = {name: [local(cell) for cell in table[name].to_pylist()] for name in table.column_names}
    found = pd.DataFrame(cells, dtype=object)
    found = found.where(found.notna(), None)
    return found.sort_values(order, ignore_index=True)


@pytest.mark.parametrize("without", ["keep", "drop"])
@pytest.mark.parametrize("roll_up", [False, True])
def test_every_engine_gives_the_lines_of_pandas(
    engine_frame: Any,
    transactions: pd.DataFrame,
    customers: pd.DataFrame,
    accounts: pd.DataFrame,
    without: Any,
    roll_up: bool,
) -> None:
    arguments: dict[str, Any] = {"accounts": accounts, "roll_up": roll_up, "without": without}
    expected = by_account(transactions, customers, **arguments)
    assert expected.columns.tolist() == [*transactions.columns, "contact_id", "account_id"]
    assert len(expected) == len(transactions) if without == "keep" else len(expected) > 500
    found = by_account(engine_frame, customers, **arguments)
    pd.testing.assert_frame_equal(rows(found, ORDER), rows(expected, ORDER))


def test_companies_are_the_customers_of_what_follows(
    engine_frame: Any, transactions: pd.DataFrame, customers: pd.DataFrame
) -> None:
    expected = rfm_table(by_account(transactions, customers), as_of="2025-02-28")
    companies = customers["account_id"].dropna().unique()
    assert set(companies) <= set(expected.index)
    found = rfm_table(by_account(engine_frame, customers), as_of="2025-02-28")
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=0)


def test_every_engine_gets_the_columns_of_pandas(
    engine_frame: Any, transactions: pd.DataFrame, customers: pd.DataFrame
) -> None:
    columns = {"job_level": "level", "score": "score", "is_partner": "is_partner"}
    columns |= {"seats": "seats", "created_at": "entered_at"}
    order = ["customer_id", *ORDER[1:]]
    expected = rows(add_columns(transactions, customers, on="customer_id", columns=columns), order)
    assert len(expected) == len(transactions)
    found = rows(add_columns(engine_frame, customers, on="customer_id", columns=columns), order)
    # What is missing makes numbers and flags of pandas floats and objects; the values agree.
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


@pytest.mark.parametrize("kind", ["polars", "polars, lazy", "duckdb", "pyarrow", "file"])
def test_tables_of_different_engines_go_together(
    kind: str, transactions: pd.DataFrame, customers: pd.DataFrame, tmp_path: Path
) -> None:
    pairs = customers[["customer_id", "account_id"]]
    cells = {name: pairs[name].astype(object).where(pairs[name].notna(), None) for name in pairs}
    plain = {name: column.tolist() for name, column in cells.items()}
    file = tmp_path / "customers.parquet"
    duckdb.from_df(pairs).write_parquet(str(file))
    other: Any = {
        "polars": pl.DataFrame(plain),
        "polars, lazy": pl.LazyFrame(plain),
        "duckdb": duckdb.connect().from_df(pairs),
        "pyarrow": pa.table(plain),
        "file": file,
    }[kind]
    pd.testing.assert_frame_equal(
        rows(by_account(transactions, other), ORDER),
        rows(by_account(transactions, customers), ORDER),
    )


def test_the_frame_that_comes_out_is_of_the_kind_that_went_in(
    transactions: pd.DataFrame, customers: pd.DataFrame, tmp_path: Path
) -> None:
    file = tmp_path / "t.parquet"
    duckdb.from_df(transactions).write_parquet(str(file))
    arrow = pa.table({"customer_id": ["c001"], "order_id": ["1"]})
    kinds: list[tuple[Any, type]] = [
        (transactions, pd.DataFrame),
        (pl.DataFrame({"customer_id": ["c001"]}), pl.DataFrame),
        (pl.LazyFrame({"customer_id": ["c001"]}), pl.LazyFrame),
        (duckdb.from_df(transactions), duckdb.DuckDBPyRelation),
        (arrow, pa.Table),
        (file, duckdb.DuckDBPyRelation),
    ]
    for frame, kind in kinds:
        assert isinstance(by_account(frame, customers), kind)
        wider = add_columns(frame, customers, on="customer_id", columns=["job_level"])
        assert isinstance(wider, kind)


def test_nothing_is_left_in_the_users_database(
    transactions: pd.DataFrame, customers: pd.DataFrame
) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE lookup AS SELECT 1 AS customer_id")
    first = by_account(connection.from_df(transactions), customers)
    second = by_account(connection.from_df(transactions), customers.iloc[:9])
    views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    assert views == []
    # The first is still what it was when it is read after the second was made.
    for frame, known in ((first, customers), (second, customers.iloc[:9])):
        expected = rows(by_account(transactions, known), ORDER)
        pd.testing.assert_frame_equal(rows(frame, ORDER), expected)


def test_a_database_that_can_only_be_read_is_enough(
    transactions: pd.DataFrame, customers: pd.DataFrame, tmp_path: Path
) -> None:
    with duckdb.connect(tmp_path / "sales.duckdb") as connection:
        connection.execute("CREATE TABLE sales AS SELECT * FROM transactions")
    expected = rows(by_account(transactions, customers), ORDER)
    with (
        duckdb.connect(tmp_path / "sales.duckdb", read_only=True) as connection,
        suppress(ReadError),  # DuckDB 1.5 cannot, and the error says to do as below
    ):
        found = rows(by_account(connection.table("sales"), customers), ORDER)
        pd.testing.assert_frame_equal(found, expected)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{tmp_path / 'sales.duckdb'}' AS sales (READ_ONLY)")
        found = rows(by_account(connection.table("sales.sales"), customers), ORDER)
        pd.testing.assert_frame_equal(found, expected)
