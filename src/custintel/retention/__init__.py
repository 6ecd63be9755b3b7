"""How long customers stay, who is about to leave, and whom to win back.

Results: rates with their conventions, cohorts, survival. What happens now: stages of the life
cycle, silences that are long for a customer. What to do: bands of risk and the list of customers
to win back. The probabilities come from `custintel.models`.
"""

from custintel.retention.annual_rates import annual_rate
from custintel.retention.cohorts import cohort_table
from custintel.retention.contracts import contract_retention
from custintel.retention.durations import contract_durations
from custintel.retention.hazards import hazard_ratios
from custintel.retention.inactivity import inactivity_windows
from custintel.retention.lifecycle import lifecycle_stages
from custintel.retention.rates import retention_rates
from custintel.retention.repeats import repeat_rates
from custintel.retention.risk import consumption_risk, risk_bands
from custintel.retention.second_purchases import second_purchase, second_purchase_curve
from custintel.retention.staying import survival_curves, survival_times
from custintel.retention.survival_comparison import SurvivalComparison, compare_survival
from custintel.retention.winback import WinbackList, winback_list

__all__ = [
    "SurvivalComparison",
    "WinbackList",
    "annual_rate",
    "cohort_table",
    "compare_survival",
    "consumption_risk",
    "contract_durations",
    "contract_retention",
    "hazard_ratios",
    "inactivity_windows",
    "lifecycle_stages",
    "repeat_rates",
    "retention_rates",
    "risk_bands",
    "second_purchase",
    "second_purchase_curve",
    "survival_curves",
    "survival_times",
    "winback_list",
]
