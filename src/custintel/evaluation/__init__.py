"""How good predictions are: ranking, calibration, profit, drivers, and what changes with time."""

from custintel.evaluation.calibration import CalibrationLine, calibration_line, calibration_table
from custintel.evaluation.drift import DriftBins, drift_bins, drift_table
from custintel.evaluation.expected_profit import ExpectedMaximumProfit, expected_maximum_profit
from custintel.evaluation.gains import gains_table
from custintel.evaluation.logit import logit_drivers
from custintel.evaluation.own_values import OwnValueProfit, own_value_profit
from custintel.evaluation.partial_dependence import partial_dependence_table
from custintel.evaluation.permutation import permutation_drivers
from custintel.evaluation.validation import TemporalValidation, temporal_validation

__all__ = [
    "CalibrationLine",
    "DriftBins",
    "ExpectedMaximumProfit",
    "OwnValueProfit",
    "TemporalValidation",
    "calibration_line",
    "calibration_table",
    "drift_bins",
    "drift_table",
    "expected_maximum_profit",
    "gains_table",
    "logit_drivers",
    "own_value_profit",
    "partial_dependence_table",
    "permutation_drivers",
    "temporal_validation",
]
