"""What an action changed: comparison of arms, sample sizes, uplift."""

__all__: list[str] = []
