"""The purchase history against lifetimes' summary, on CDNOW's dates."""

import pandas as pd
import pytest
from lifetimes.utils import calibration_and_holdout_data, summary_data_from_transaction_data

from custintel.datasets import load_cdnow
from custintel.tables import purchase_history, purchase_holdout


@pytest.fixture(scope="module", params=["sample", "master"])
def cdnow(request: pytest.FixtureRequest) -> pd.DataFrame:
    return load_cdnow(request.param)


@pytest.mark.parametrize("as_of", ["1997-01-15", "1997-09-30", "1998-06-30"])
def test_history_equals_lifetimes_summary(cdnow: pd.DataFrame, as_of: str) -> None:
    expected = summary_data_from_transaction_data(
        cdnow, "customer_id", "ordered_at", "revenue", observation_period_end=as_of
    )
    pd.testing.assert_frame_equal(
        purchase_history(cdnow, as_of=as_of),
        expected.sort_index(),
        check_dtype=False,
        check_index_type=False,
        rtol=1e-12,
    )


def test_holdout_equals_lifetimes_split(cdnow: pd.DataFrame) -> None:
    expected = calibration_and_holdout_data(
        cdnow,
        "customer_id",
        "ordered_at",
        calibration_period_end="1997-09-30",
        observation_period_end="1998-06-30",
        monetary_value_col="revenue",
    ).sort_index()
    split = purchase_holdout(cdnow, calibration_end="1997-09-30", as_of="1998-06-30")
    assert list(split.index) == list(expected.index)
    for ours, theirs in {
        "frequency": "frequency_cal",
        "recency": "recency_cal",
        "T": "T_cal",
        "monetary_value": "monetary_value_cal",
        "holdout_purchases": "frequency_holdout",
        "holdout_days": "duration_holdout",
    }.items():
        assert split[ours].to_numpy() == pytest.approx(expected[theirs].to_numpy()), ours
