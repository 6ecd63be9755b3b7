"""Numbers of cases and items, as arguments."""

import numpy as np

from custintel._text import translate as _


def require_whole(value: object, *, name: str) -> None:
    """Raise `ValueError` unless `value` is a whole number of 1 or more; ``True`` is none."""
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (is_whole and int(value) >= 1):  # type: ignore[call-overload]
        raise ValueError(
            _("{name} is a whole number, 1 or more: got {value!r}.", name=name, value=value)
        )
