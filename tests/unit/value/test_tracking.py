"""Forecasts against the holdout, by past frequency: classes, sums, and nobody at all."""

import numpy as np
import pandas as pd
import pytest

from custintel._intervals import Estimates
from custintel.errors import SchemaError
from custintel.value import holdout_fit


class TwoEach:
    """A model that expects two purchases of everyone, and keeps what it was asked."""

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, annual_discount_rate: float
    ) -> Estimates:
        self.asked = (horizon, annual_discount_rate)
        return Estimates.without_errors(np.full(len(history), 2.0))


@pytest.fixture
def holdout() -> pd.DataFrame:
    return pd.DataFrame(
        {"frequency": [0, 0, 2, 5, 9], "holdout_purchases": [1, 0, 3, 4, 8], "holdout_days": 30},
        index=pd.Index(list("abcde"), name="customer_id"),
    )


def test_classes_add_up_and_the_last_holds_all_above(holdout: pd.DataFrame) -> None:
    model = TwoEach()
    fit = holdout_fit(holdout, model, most=4)
    assert model.asked == ("30D", 0.0)
    assert fit.index.to_list() == [0, 2, 4]
    assert fit["n_customers"].to_list() == [2, 1, 2]
    assert fit["actual_purchases"].to_list() == [1, 3, 12]
    assert fit["expected_purchases"].to_list() == [4, 2, 4]
    assert fit["actual_mean"].to_list() == [0.5, 3, 6]


def test_nobody_is_refused(holdout: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="no customer"):
        holdout_fit(holdout.iloc[:0], TwoEach())
