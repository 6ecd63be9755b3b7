"""What a customer-intelligence project costs and brings."""

__all__: list[str] = []
