"""`decayed_rfm`: the weights, refunds, and that it is `rfm_table` where nothing decays."""

import pandas as pd
import pytest

from custintel.errors import SetAsideWarning
from custintel.segmentation import decayed_rfm, rfm_scores, rfm_segments, rfm_table


def test_weights_halve_with_each_half_life(few_orders: pd.DataFrame) -> None:
    decayed = decayed_rfm(few_orders, as_of="2024-06-30", half_life="30D")
    ages = {"ada": [172, 112, 51, 30], "ben": [167, 137, 107], "cleo": [41]}
    amounts = {"ada": [20, 10, 30, 40], "ben": [100] * 3, "cleo": [600]}
    for customer, days in ages.items():
        weights = [0.5 ** (age / 30) for age in days]
        assert decayed.loc[customer, "frequency"] == pytest.approx(sum(weights))
        net = sum(w * amount for w, amount in zip(weights, amounts[customer], strict=True))
        assert decayed.loc[customer, "monetary"] == pytest.approx(net)
    assert decayed["recency_days"].to_dict() == {"ada": 30, "ben": 107, "cleo": 41}


def test_without_decay_it_is_the_plain_table(odd_orders: pd.DataFrame) -> None:
    plain = rfm_table(odd_orders, as_of="2024-06-30")
    decayed = decayed_rfm(odd_orders, as_of="2024-06-30", half_life="99999999Y")
    pd.testing.assert_frame_equal(decayed, plain.astype({"frequency": float}), rtol=1e-6)


def test_a_refund_that_bears_the_order_cancels_it_whatever_the_age() -> None:
    orders = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "ann"],
            "order_id": ["1", "1", "2"],
            "ordered_at": pd.to_datetime(["2024-01-01", "2024-12-31", "2024-12-01"]),
            "revenue": [100.0, -100.0, 64.0],
        }
    )
    decayed = decayed_rfm(orders, as_of="2024-12-31", half_life="30D")
    assert decayed.loc["ann", "monetary"] == pytest.approx(32.0)
    assert decayed.loc["ann", "frequency"] == pytest.approx(0.5 + 0.5 ** (365 / 30))
    # Without its order the refund has the weight of its own day.
    apart = orders.assign(order_id=["1", "3", "2"])
    found = decayed_rfm(apart, as_of="2024-12-31", half_life="30D").loc["ann", "monetary"]
    assert found == pytest.approx(32.0 - 100.0 + 100 * 0.5 ** (365 / 30))


def test_customers_with_refunds_alone_are_left_out_and_counted(few_orders: pd.DataFrame) -> None:
    is_cleo = few_orders["customer_id"] == "cleo"
    refunded = few_orders.assign(revenue=few_orders["revenue"].where(~is_cleo, -5.0))
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase.*'cleo'"):
        assert decayed_rfm(refunded, as_of="2024-06-30").index.tolist() == ["ada", "ben"]


def test_purchases_of_very_long_ago_keep_their_customer(few_orders: pd.DataFrame) -> None:
    decayed = decayed_rfm(few_orders, as_of="2124-06-30", half_life="1D")
    assert decayed.index.tolist() == ["ada", "ben", "cleo"]
    assert (decayed["frequency"] == 0).all()


def test_later_rows_change_nothing(odd_orders: pd.DataFrame) -> None:
    past = odd_orders[odd_orders["ordered_at"] < "2024-07-01"]
    pd.testing.assert_frame_equal(
        decayed_rfm(odd_orders, as_of="2024-06-30"), decayed_rfm(past, as_of="2024-06-30")
    )
    assert decayed_rfm(odd_orders, as_of="2000-01-01").empty


def test_scores_and_segments_read_it(few_orders: pd.DataFrame) -> None:
    scores = rfm_scores(decayed_rfm(few_orders, as_of="2024-06-30"))
    assert rfm_segments(scores)["segment"].notna().all()


def test_a_half_life_has_a_unit(few_orders: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="with its unit"):
        decayed_rfm(few_orders, as_of="2024-06-30", half_life="6")
