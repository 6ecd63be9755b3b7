"""Scoring customers day by day: train a model once, keep it, score with it, watch for drift."""

from custintel.scoring.scores import Scores, combined_scores, score_customers, write_scores
from custintel.scoring.settings import SnapshotSettings
from custintel.scoring.trained import TrainedModel, load_models, load_trained
from custintel.scoring.training import train_model
from custintel.scoring.training_cuts import training_days
from custintel.scoring.validation_record import ValidationRecord

__all__ = [
    "Scores",
    "SnapshotSettings",
    "TrainedModel",
    "ValidationRecord",
    "combined_scores",
    "load_models",
    "load_trained",
    "score_customers",
    "train_model",
    "training_days",
    "write_scores",
]
