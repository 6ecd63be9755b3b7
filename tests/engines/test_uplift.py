"""Rankings are judged the same whatever engine holds the results."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_experiment
from custintel.experiments import targeting_profit, uplift_by_decile, uplift_curve, uplift_measures

MEASURED = {"outcome": "revenue", "control": "control"}


@pytest.fixture(scope="session")
def transactions() -> pd.DataFrame:
    """The results of an experiment, one row per customer, some without an outcome."""
    table = simulate_experiment(600, random_state=1).table.reset_index()
    table["revenue"] = table["revenue"].where(np.arange(600) % 50 > 0)
    return table.assign(ordered_at=pd.Timestamp("2024-03-01"))


@pytest.fixture
def scores(transactions: pd.DataFrame) -> Any:
    return transactions.set_index("customer_id")["open_rate"].round(1)


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
def test_tables_are_those_of_pandas(
    engine_frame: Any, transactions: pd.DataFrame, scores: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("N_RESAMPLES", "N_SPLITS"):
        monkeypatch.setattr(f"custintel.experiments._rank_resampling.{name}", 50)
    for judged in (uplift_curve, uplift_measures, uplift_by_decile):
        expected = judged(scores, transactions, **MEASURED)
        found = judged(scores, engine_frame, **MEASURED)
        pd.testing.assert_frame_equal(found, expected, rtol=1e-9)
    worth = {"value": 0.4, "cost": 0.5, **MEASURED}
    profits = [targeting_profit(scores, each, **worth) for each in (engine_frame, transactions)]
    pd.testing.assert_frame_equal(profits[0].policies, profits[1].policies, rtol=1e-9)
