"""Which channels brought the conversions: paths, credits, budgets."""

__all__: list[str] = []
