"""`rfm_points`: calendar months, caps, and weights."""

import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.segmentation import PointsRule, rfm_points


def rfm(recency: float = 0, frequency: float = 0, monetary: float = 0) -> pd.DataFrame:
    return pd.DataFrame(
        {"recency_days": [recency], "frequency": [frequency], "monetary": [monetary]},
        index=pd.Index(["ann"], name="customer_id"),
    )


@pytest.mark.parametrize(
    ("bought_on", "points"),
    [
        ("2024-12-31", 20),
        ("2024-10-01", 20),
        ("2024-09-30", 10),
        ("2024-07-01", 10),
        ("2024-06-30", 5),
        ("2024-04-01", 5),
        ("2024-03-31", 3),
        ("2024-01-01", 3),
        ("2023-12-31", 1),
        ("2023-01-01", 1),
        ("2022-12-31", 0),
    ],
)
def test_spans_are_calendar_months(bought_on: str, points: float) -> None:
    days = (pd.Timestamp("2024-12-31") - pd.Timestamp(bought_on)).days
    found = rfm_points(rfm(recency=days), as_of="2024-12-31")
    assert found.loc["ann", "recency_points"] == points


def test_the_best_customer_has_two_hundred_points() -> None:
    found = rfm_points(rfm(0, 5, 200.0), as_of="2024-12-31").loc["ann"]
    assert found[["recency_points", "frequency_points", "monetary_points"]].tolist() == [20] * 3
    assert found["rfm_points"] == 200
    more = rfm_points(rfm(0, 50, 1e9), as_of="2024-12-31").loc["ann"]
    assert more["rfm_points"] == 200


def test_points_are_weighted_and_other_columns_kept() -> None:
    given = rfm(100, 2, 55.0).assign(segment="x")
    before = given.copy()
    found = rfm_points(given, as_of="2024-12-31").loc["ann"]
    assert found["rfm_points"] == 10 * 5 + 8 * 3 + 5.5 * 2
    assert found["segment"] == "x"
    pd.testing.assert_frame_equal(given, before)


def test_net_refunds_bring_no_points() -> None:
    assert rfm_points(rfm(999, 1, -70.0), as_of="2024-12-31").loc["ann", "monetary_points"] == 0


def test_an_own_rule() -> None:
    rule = PointsRule(recency=(("52W", 1.0),), per_order=1, per_amount=0, most=9, weights=(1, 1, 0))
    found = rfm_points(rfm(363, 4, 5.0), as_of="2024-12-31", rule=rule)
    assert found.loc["ann", "rfm_points"] == 5
    assert rfm_points(rfm(364), as_of="2024-12-31", rule=rule).loc["ann", "rfm_points"] == 0


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="from short to long"):
        PointsRule(recency=(("6M", 1.0), ("3M", 2.0)))
    with pytest.raises(ValueError, match="from short to long"):
        PointsRule(recency=())
    with pytest.raises(ValueError, match="numbers of 0 or more"):
        PointsRule(per_order=-1)
    with pytest.raises(ValueError, match="the weights are three"):
        PointsRule(weights=(1, 2))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="rule is a PointsRule"):
        rfm_points(rfm(), as_of="2024-12-31", rule="R")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="'monetary'"):
        rfm_points(rfm().drop(columns="monetary"), as_of="2024-12-31")
