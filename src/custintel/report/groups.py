"""Groups too small to be shown without showing persons."""

import pandas as pd

from custintel._text import mark as N_

SMALLEST_GROUP = 5
OTHER = N_("Other (small segments)")


def merged_small_groups(groups: pd.Series) -> pd.Series:
    """Return groups of which those under five customers are one, in the same order.

    If these are fewer than five together, the smallest of the others joins them.

    >>> groups = pd.Series(["a"] * 6 + ["b"] * 5 + ["c"])
    >>> merged_small_groups(groups).value_counts(sort=False).to_dict()
    {'a': 6, 'Other (small segments)': 6}
    """
    ordered = groups.astype("category").cat.remove_unused_categories()
    sizes = ordered.value_counts(sort=False)
    small = list(sizes.index[sizes < SMALLEST_GROUP])
    if not small:
        return ordered
    others = sizes.drop(small).sort_values(kind="stable")
    if sizes[small].sum() < SMALLEST_GROUP and len(others):
        small.append(others.index[0])
    kept = [name for name in ordered.cat.categories if name not in small]
    merged = ordered.astype(object).where(~ordered.isin(small), OTHER)
    return merged.astype(pd.CategoricalDtype([*kept, OTHER], ordered=True))
