"""Tables of customers are the same from every engine, and equal to their definition."""

from collections.abc import Callable
from typing import Any

import narwhals as nw
import pandas as pd
import pytest

from custintel.retention import cohort_table
from custintel.revenue import revenue_table
from custintel.segmentation import rfm_table
from custintel.tables import (
    daily_purchases,
    occasion_history,
    purchase_history,
    purchase_holdout,
    regularity_history,
)

AS_OF = "2025-02-28"

# One customer of the data has refunds alone, of whom each table warns.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")

TABLES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "purchase_history": lambda frame: purchase_history(frame, as_of=AS_OF),
    "purchase_holdout": lambda frame: purchase_holdout(
        frame, calibration_end="2024-02-29", as_of=AS_OF
    ),
    "regularity_history": lambda frame: regularity_history(frame, as_of=AS_OF),
    "occasion_history": lambda frame: occasion_history(frame, as_of=AS_OF, period="1M"),
    "occasion_history, weeks": lambda frame: occasion_history(frame, as_of=AS_OF, period="2W"),
    "rfm_table": lambda frame: rfm_table(frame, as_of=AS_OF),
    "revenue_table": lambda frame: revenue_table(frame, as_of=AS_OF, by="customer_id"),
    "cohort_table": lambda frame: cohort_table(frame, as_of=AS_OF, period="Q"),
    "daily_purchases": lambda frame: daily_purchases(frame, as_of=AS_OF, first_by="2024-02-29"),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_engine_gives_the_table_of_pandas(
    name: str, engine_frame: Any, transactions: pd.DataFrame
) -> None:
    expected = TABLES[name](transactions)
    assert len(expected) >= 20
    pd.testing.assert_frame_equal(TABLES[name](engine_frame), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize(
    "table",
    [purchase_history, regularity_history, occasion_history, rfm_table],
    ids=lambda f: f.__name__,
)
def test_native_output_stays_with_the_engine(
    table: Callable[..., Any], engine_frame: Any, transactions: pd.DataFrame
) -> None:
    native = table(engine_frame, as_of=AS_OF, output="native")
    rows = nw.from_native(native).lazy().collect("pyarrow").to_native().to_pylist()
    expected = table(transactions, as_of=AS_OF)
    assert len(rows) == len(expected)
    for row in rows:
        for column, value in expected.loc[row["customer_id"]].items():
            assert row[column] == pytest.approx(value, rel=1e-9)


def test_rfm_table_equals_its_definition(transactions: pd.DataFrame) -> None:
    as_of = pd.Timestamp(AS_OF)
    table = rfm_table(transactions, as_of=AS_OF)
    seen = transactions[transactions["ordered_at"].dt.normalize() <= as_of]
    bought = seen[seen["revenue"] >= 0]
    assert list(table.index) == sorted(bought["customer_id"].unique())
    for customer, row in table.iterrows():
        lines = bought[bought["customer_id"] == customer]
        last = lines["ordered_at"].max().normalize()
        assert row["recency_days"] == (as_of - last).days
        assert row["frequency"] == lines["order_id"].nunique()
        net = seen.loc[seen["customer_id"] == customer, "revenue"].sum()
        assert row["monetary"] == pytest.approx(net, rel=1e-12)
