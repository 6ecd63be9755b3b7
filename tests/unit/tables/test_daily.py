"""`daily_purchases`: counts by day, and how they add up."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.tables import daily_purchases, purchase_history


def test_days_add_up_to_the_history(few_orders: pd.DataFrame) -> None:
    daily = daily_purchases(few_orders, as_of="2024-06-30")
    history = purchase_history(few_orders, as_of="2024-06-30")
    assert daily["n_new_customers"].sum() == len(history) == 3
    assert daily["n_repeat_purchases"].sum() == history["frequency"].sum() == 5
    assert daily.index[0] == pd.Timestamp("2024-01-10")
    assert daily.index[-1] == pd.Timestamp("2024-06-30")
    assert daily.index.name == "day"


def test_one_day_counts_once_and_refunds_do_not(odd_orders: pd.DataFrame) -> None:
    daily = daily_purchases(odd_orders, as_of="2024-06-30")
    counted = daily[(daily > 0).any(axis=1)]
    assert counted.index.strftime("%m-%d").to_list() == ["02-29", "04-01", "05-01", "06-30"]
    assert counted["n_new_customers"].to_list() == [1, 1, 1, 0]
    assert counted["n_repeat_purchases"].to_list() == [0, 0, 0, 1]


def test_later_customers_can_be_left_out(few_orders: pd.DataFrame) -> None:
    daily = daily_purchases(few_orders, as_of="2024-06-30", first_by="2024-01-10")
    assert daily.sum().to_dict() == {"n_new_customers": 1, "n_repeat_purchases": 3}


def test_no_purchase_in_time_is_an_error(few_orders: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="no purchase on or before 2023-12-31"):
        daily_purchases(few_orders, as_of="2023-12-31")
