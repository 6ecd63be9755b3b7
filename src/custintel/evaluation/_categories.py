"""The categories of a column, in an order that does not depend on that of its rows."""

from typing import Any

import pandas as pd


def commonest_first(column: pd.Series) -> list[Any]:
    """Return the categories that occur, the commonest first, equally common ones by name.

    >>> commonest_first(pd.Series(["web", "shop", "app", "web", None]))
    ['web', 'app', 'shop']
    """
    counts = column.value_counts()
    # A categorical column counts categories that do not occur as well.
    pairs = [(value, n) for value, n in counts.items() if n]
    return [value for value, _n in sorted(pairs, key=lambda pair: (-pair[1], str(pair[0])))]
