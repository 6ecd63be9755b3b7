"""Decayed RFM and the migration of customers are the same from every engine."""

from typing import Any

import narwhals as nw
import pandas as pd
import pytest

from custintel.segmentation import decayed_rfm, segment_migration

AS_OF = "2025-02-28"

# One customer of the data has refunds alone, of whom each table warns.
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")


def test_decayed_rfm(engine_frame: Any, transactions: pd.DataFrame) -> None:
    expected = decayed_rfm(transactions, as_of=AS_OF, half_life="90D")
    assert len(expected) >= 100
    found = decayed_rfm(engine_frame, as_of=AS_OF, half_life="90D")
    # Amounts and their refunds may all but cancel: relative to the amounts, not to the rest.
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9, atol=1e-9)


def test_decayed_rfm_by_its_definition(transactions: pd.DataFrame) -> None:
    found = decayed_rfm(transactions, as_of=AS_OF, half_life="90D")
    seen = transactions[transactions["ordered_at"] < "2025-03-01"]
    for customer, lines in seen.groupby("customer_id"):
        weights, amounts = [], []
        for _order, order in lines.groupby("order_id"):
            bought = order[order["revenue"] >= 0]
            last = (bought if len(bought) else order)["ordered_at"].max().normalize()
            weight = 0.5 ** ((pd.Timestamp(AS_OF) - last).days / 90)
            weights.append(weight * (len(bought) > 0))
            amounts.append(weight * order["revenue"].sum())
        if sum(weights):
            row = found.loc[customer]
            assert row["frequency"] == pytest.approx(sum(weights), rel=1e-9)
            assert row["monetary"] == pytest.approx(sum(amounts), rel=1e-9, abs=1e-9)
        else:
            assert customer not in found.index


def test_native_output_stays_with_the_engine(engine_frame: Any, transactions: pd.DataFrame) -> None:
    native = decayed_rfm(engine_frame, as_of=AS_OF, output="native")
    frame = nw.from_native(native).lazy()
    assert frame.collect_schema().names() == [
        *("customer_id", "recency_days", "frequency", "monetary")
    ]
    rows = frame.collect("pyarrow").to_native().to_pylist()
    expected = decayed_rfm(transactions, as_of=AS_OF)
    assert {row["customer_id"] for row in rows} == set(expected.index)


def test_segment_migration(engine_frame: Any, transactions: pd.DataFrame) -> None:
    dates = ("2024-02-29", AS_OF)
    expected = segment_migration(transactions, dates=dates)
    assert expected["n_customers"].sum() >= 100
    pd.testing.assert_frame_equal(segment_migration(engine_frame, dates=dates), expected)
