"""`rfm_table`: the rules of counting, and what is refused. Engines are in tests/engines."""

import pandas as pd
import pytest

from custintel.errors import SchemaError, SetAsideWarning
from custintel.segmentation import rfm_table


def test_the_rules_of_counting(odd_orders: pd.DataFrame) -> None:
    rfm = rfm_table(odd_orders, as_of="2024-06-30")
    # Ada: two orders of one day are two, one of amount zero; the last second counts.
    assert rfm.loc["ada"].to_list() == [0, 3, 60.0]
    # Ben's refund is netted, and no purchase; Cleo's July order is not seen.
    assert rfm.loc["ben"].to_list() == [60, 1, 50.0]
    assert rfm.loc["cleo"].to_list() == [122, 2, 40.0]


def test_lines_of_an_order_count_once(order_lines: pd.DataFrame) -> None:
    rfm = rfm_table(order_lines, as_of="2024-03-31")
    assert rfm["frequency"].to_dict() == {"ada": 2, "ben": 2, "cleo": 1}
    rows = rfm_table(order_lines.drop(columns=["order_id"]), as_of="2024-03-31")
    assert rows["frequency"].to_dict() == {"ada": 4, "ben": 2, "cleo": 2}


def test_customers_with_refunds_alone_are_left_out_and_counted(few_orders: pd.DataFrame) -> None:
    refunded = few_orders.assign(
        revenue=few_orders["revenue"].where(few_orders["customer_id"] != "cleo", -5.0)
    )
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase.*'cleo'"):
        rfm = rfm_table(refunded, as_of="2024-06-30")
    assert rfm.index.to_list() == ["ada", "ben"]
    assert rfm.dtypes.astype(str).to_list() == ["int64", "int64", "float64"]


def test_nobody_yet_is_an_empty_table(few_orders: pd.DataFrame) -> None:
    rfm = rfm_table(few_orders, as_of="2023-12-31")
    assert rfm.columns.to_list() == ["recency_days", "frequency", "monetary"]
    assert rfm.empty


def test_orders_without_number_are_refused(few_orders: pd.DataFrame) -> None:
    few_orders.loc[2, "order_id"] = None
    with pytest.raises(SchemaError, match=r"rows without order_id \(1\)"):
        rfm_table(few_orders, as_of="2024-06-30")
