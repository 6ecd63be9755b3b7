"""What goes together and what comes next: pairs, sequences, propensities, recommendations."""

__all__: list[str] = []
