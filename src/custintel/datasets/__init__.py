"""Data sets that come with the package, and simulated ones whose true parameters are known."""

from custintel.datasets._crm_truth import CrmTruth
from custintel.datasets._files import dataset_path
from custintel.datasets.cdnow import load_cdnow
from custintel.datasets.crm import SimulatedCrm, simulate_crm
from custintel.datasets.donations import load_donations
from custintel.datasets.imd import load_imd_programs, load_imd_top_customers
from custintel.datasets.simulate import simulate_transactions, simulate_transactions_to_parquet

__all__ = [
    "CrmTruth",
    "SimulatedCrm",
    "dataset_path",
    "load_cdnow",
    "load_donations",
    "load_imd_programs",
    "load_imd_top_customers",
    "simulate_crm",
    "simulate_transactions",
    "simulate_transactions_to_parquet",
]
