"""Data sets that come with the package, and simulated ones whose true parameters are known."""

from custintel.datasets._campaign_truth import CampaignsTruth
from custintel.datasets._crm_truth import CrmTruth
from custintel.datasets._files import dataset_path
from custintel.datasets.campaigns import SimulatedCampaigns, simulate_campaigns
from custintel.datasets.cdnow import load_cdnow
from custintel.datasets.cool_pool import CoolPool, simulate_cool_pool
from custintel.datasets.crm import SimulatedCrm, simulate_crm
from custintel.datasets.donations import load_donations
from custintel.datasets.experiment import SimulatedExperiment, simulate_experiment
from custintel.datasets.imd import load_imd_programs, load_imd_top_customers
from custintel.datasets.simulate import simulate_transactions, simulate_transactions_to_parquet
from custintel.datasets.touches import SimulatedTouches, TouchesTruth, simulate_touches

__all__ = [
    "CampaignsTruth",
    "CoolPool",
    "CrmTruth",
    "SimulatedCampaigns",
    "SimulatedCrm",
    "SimulatedExperiment",
    "SimulatedTouches",
    "TouchesTruth",
    "dataset_path",
    "load_cdnow",
    "load_donations",
    "load_imd_programs",
    "load_imd_top_customers",
    "simulate_campaigns",
    "simulate_cool_pool",
    "simulate_crm",
    "simulate_experiment",
    "simulate_touches",
    "simulate_transactions",
    "simulate_transactions_to_parquet",
]
