"""What a predictive model rests on, and how it did on customers held back."""

from typing import Any

import numpy as np
import pandas as pd

from custintel._intervals import normal_quantile
from custintel._ranks import auc_estimates
from custintel.models._labelled_rows import LabelledRows
from custintel.models._logistic_regression import log_loss
from custintel.models._probability_lines import Calibration
from custintel.models._ridge_learner import HeldBack


def evidence_of(
    rows: LabelledRows, held: HeldBack, calibration: Calibration, method: str, n_columns: int
) -> pd.DataFrame:
    """Return in one row what a fit rests on, and how it did on customers held back."""
    areas = auc_estimates(held.logits[None, :], rows.outcome, group=rows.group)
    half = normal_quantile(0.95) * float(areas.standard_error()[0])
    area = float(areas.value[0])
    p = np.clip(calibration.apply(held.logits), 1e-15, 1 - 1e-15)
    loss = log_loss(np.log(p / (1 - p)), rows.outcome, rows.weight) / rows.n_rows
    return counts_of(rows, method).assign(
        n_columns=n_columns,
        setting=held.setting,
        auc=area,
        auc_low=max(area - half, 0.0),
        auc_high=min(area + half, 1.0),
        log_loss=loss,
        brier=float(np.average((p - rows.outcome) ** 2, weights=rows.weight)),
        calibration=calibration.method,
        calibration_intercept=calibration.intercept,
        calibration_slope=calibration.slope,
    )


def counts_of(rows: LabelledRows, method: str) -> pd.DataFrame:
    """Return in one row how many rows, customers and events there are."""
    return pd.DataFrame(
        {
            "n_rows": [rows.n_rows],
            "n_customers": [rows.n_customers],
            "n_events": [rows.n_events],
            "event_rate": [rows.n_events / rows.n_rows],
        },
        index=pd.Index([method], name="method"),
    )


def stored_evidence(evidence: pd.DataFrame) -> dict[str, Any]:
    """Return a table of one row as plain numbers and texts; None where there is no number."""
    (row,) = evidence.reset_index().to_dict(orient="records")
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def restored_evidence(stored: dict[str, Any]) -> pd.DataFrame:
    """Return the table that `stored_evidence` wrote."""
    row = {name: np.nan if value is None else value for name, value in stored.items()}
    return pd.DataFrame([row]).set_index("method")
