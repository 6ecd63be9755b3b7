"""Numbers of customers, as arguments."""

import numpy as np


def is_count(value: object) -> bool:
    """Return whether `value` is a whole number above zero; ``True`` is not taken for 1."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return bool(is_whole and value >= 1)  # type: ignore[operator]
