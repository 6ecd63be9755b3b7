"""Tables of customers: time against hand-written pandas and against lifetimes, in one run.

Run with `make bench`; compare the rows of one group with one another, never across runs.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifetimes.utils import summary_data_from_transaction_data

from custintel.segmentation import rfm_table
from custintel.tables import purchase_history

N_ROWS, N_CUSTOMERS, AS_OF = 1_000_000, 200_000, "2022-06-30"


@pytest.fixture(scope="module")
def transactions() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    seconds = rng.integers(0, 900 * 86_400, N_ROWS).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "customer_id": pd.Series(rng.integers(0, N_CUSTOMERS, N_ROWS)).astype("str"),
            "ordered_at": np.datetime64("2020-01-01", "us") + seconds,
            "revenue": np.round(rng.gamma(2, 20, N_ROWS), 2),
        }
    )


def by_hand(transactions: pd.DataFrame) -> pd.DataFrame:
    """The history as an analyst would write it in pandas, without refunds or checks."""
    table = transactions.assign(day=transactions["ordered_at"].dt.normalize())
    table = table[table["day"] <= AS_OF]
    days = table.groupby(["customer_id", "day"])["revenue"].sum().reset_index()
    first = days.groupby("customer_id")["day"].transform("min")
    repeats = days[days["day"] > first].groupby("customer_id")["revenue"].mean()
    spans = days.groupby("customer_id")["day"].agg(["min", "max", "size"])
    return pd.DataFrame(
        {
            "frequency": spans["size"] - 1,
            "recency": (spans["max"] - spans["min"]).dt.days,
            "T": (pd.Timestamp(AS_OF) - spans["min"]).dt.days,
            "monetary_value": repeats.reindex(spans.index).fillna(0),
        }
    )


def with_lifetimes(transactions: pd.DataFrame) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return summary_data_from_transaction_data(
            transactions, "customer_id", "ordered_at", "revenue", observation_period_end=AS_OF
        )


HISTORIES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "custintel": lambda table: purchase_history(table, as_of=AS_OF),
    "pandas by hand": by_hand,
    "lifetimes": with_lifetimes,
}


@pytest.mark.benchmark(group="purchase history, 1 million rows")
@pytest.mark.parametrize("name", HISTORIES)
def test_purchase_history(name: str, benchmark: Any, transactions: pd.DataFrame) -> None:
    table = benchmark.pedantic(HISTORIES[name], args=(transactions,), rounds=3)
    pd.testing.assert_frame_equal(
        table.sort_index(), by_hand(transactions), check_dtype=False, check_index_type=False
    )


@pytest.mark.benchmark(group="purchase history, 1 million rows, by engine")
@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_engines(engine: str, benchmark: Any, transactions: pd.DataFrame, tmp_path: Any) -> None:
    frame: Any = transactions
    if engine == "polars":
        polars = pytest.importorskip("polars")
        frame = polars.DataFrame(
            {name: transactions[name].to_numpy() for name in transactions.columns}
        )
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.register("t", transactions)
        frame = tmp_path / "t.parquet"
        connection.execute(f"COPY t TO '{frame}'")
    table = benchmark.pedantic(purchase_history, args=(frame,), kwargs={"as_of": AS_OF}, rounds=3)
    assert len(table) == transactions["customer_id"].nunique()


@pytest.mark.benchmark(group="RFM table, 1 million rows")
def test_rfm_table(benchmark: Any, transactions: pd.DataFrame) -> None:
    table = benchmark.pedantic(rfm_table, args=(transactions,), kwargs={"as_of": AS_OF}, rounds=3)
    assert table["frequency"].sum() == (transactions["ordered_at"] < "2022-07-01").sum()
