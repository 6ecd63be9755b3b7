"""The command line: ``custintel report``, ``inspect``, ``demo``, ``train`` and ``score``."""

from custintel.cli import exports, reports, scores, training
from custintel.cli._program import app

__all__ = ["app", "exports", "reports", "scores", "training"]
