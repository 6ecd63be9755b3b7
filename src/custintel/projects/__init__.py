"""What a customer-intelligence project costs and brings."""

from custintel._present_value import NetPresentValue, net_present_value
from custintel.projects.appraisal import ProjectAppraisal, project_appraisal
from custintel.projects.cash_flows import project_cash_flows
from custintel.projects.distributions import Normal, Triangular, Uniform
from custintel.projects.follow_up import track_project
from custintel.projects.ownership import SystemCosts, total_cost_of_ownership
from custintel.projects.paybacks import payback
from custintel.projects.rates_of_return import internal_rate_of_return
from custintel.projects.sensitivity import sensitivity_table
from custintel.projects.simulation import SimulatedReturns, simulate_returns
from custintel.projects.spend_returns import break_even_volume, return_on_investment, roas, romi
from custintel.projects.success import weighted_success_rate
from custintel.projects.tec import TecRoi, corrected_tec_roi, tec_roi
from custintel.projects.templates import benefit_template, cost_template

__all__ = [
    "NetPresentValue",
    "Normal",
    "ProjectAppraisal",
    "SimulatedReturns",
    "SystemCosts",
    "TecRoi",
    "Triangular",
    "Uniform",
    "benefit_template",
    "break_even_volume",
    "corrected_tec_roi",
    "cost_template",
    "internal_rate_of_return",
    "net_present_value",
    "payback",
    "project_appraisal",
    "project_cash_flows",
    "return_on_investment",
    "roas",
    "romi",
    "sensitivity_table",
    "simulate_returns",
    "tec_roi",
    "total_cost_of_ownership",
    "track_project",
    "weighted_success_rate",
]
