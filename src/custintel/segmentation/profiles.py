"""What tells segments apart: the values that are over- and under-represented in each."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_choice, require_columns
from custintel._intervals import Bounds, Floats
from custintel._significance import fisher_greater, q_values
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.segmentation._by_customer import (
    FEW,
    KEY,
    Series,
    labelled,
)
from custintel.segmentation._relative_rates import relative_rate_interval
from custintel.segmentation._segment_members import joined, listed, require_some

Base = Literal["all", "others"]
_MOST_VALUES = 50
_PERSONAL = frozenset("first_name last_name email phone street postal_code".split())


def profile_table(
    customers: pd.DataFrame,
    segments: Series,
    *,
    columns: Sequence[str] | None = None,
    base: Base = "all",
    level: float = 0.95,
) -> pd.DataFrame:
    """Tell which values of which attributes are over- and under-represented in each segment.

    The index is 100 × the value's share of the segment / its share of the base: 150 is half
    as often again, 50 half as often as in the base.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with a column ``customer_id`` or that index, and attributes.
    segments : Series
        Segment of each customer, indexed by ``customer_id``. Customers without one are the
        segment ``(missing)``; customers that `customers` lacks have missing attributes.
    columns : sequence of str, optional
        The attributes. By default the columns of texts, categories or true and false that
        hold 2 to 50 different values, save ids, names and addresses. Numbers are compared
        by `profile_means`, or put into ranges by `segment_by`.
    base : {"all", "others"}, default="all"
        What a segment is compared with: all customers, itself included, which is the usual
        index, or the other segments together, which is the sharper contrast.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per segment, attribute and value; a missing value is one of its own,
        ``(missing)``. `custintel.plots.profile_bars` draws the table.

        - ``segment``, ``attribute``, ``value`` : str
        - ``n_customers`` : int, customers of the segment with this value, >= 0
        - ``segment_share`` : float, 0-1, part of the customers of the segment
        - ``base_share`` : float, 0-1, part of the base
        - ``index`` : float, 100 if equal; inf if nobody else has the value, with
          ``base="others"``
        - ``index_low``, ``index_high`` : float, score interval of the rate ratio. With
          ``base="all"`` the overlap is allowed for: the index of all follows from that of
          the others
        - ``p`` : float, 0-1, Fisher's exact test of the segment against the others, twice
          the smaller tail
        - ``q`` : float, 0-1, adjusted for all rows of the table (Benjamini-Hochberg)
        - ``is_small`` : bool, fewer than five customers of the segment have the value

    Raises
    ------
    SchemaError
        If a column is missing, a customer repeats, no customer is in both tables, a column
        holds more than 50 different values, or there is one segment only.
    ValueError
        If `base` or `level` is not one.

    References
    ----------
    Koopman, P. A. R. (1984). Confidence intervals for the ratio of two binomial proportions.
    Biometrics 40(2), 513-517.

    Examples
    --------
    >>> import pandas as pd
    >>> ids = [f"c{i:02d}" for i in range(40)]
    >>> customers = pd.DataFrame(
    ...     {"customer_id": ids, "country": ["FR"] * 15 + ["CH"] * 25}
    ... )
    >>> segments = pd.Series(["best"] * 10 + ["rest"] * 30, index=ids)
    >>> profile = profile_table(customers, segments)
    >>> profile[["segment", "value", "segment_share", "base_share", "index", "q"]].round(3)
      segment value  segment_share  base_share    index    q
    0    best    CH          0.000       0.625    0.000  0.0
    1    best    FR          1.000       0.375  266.667  0.0
    2    rest    CH          0.833       0.625  133.333  0.0
    3    rest    FR          0.167       0.375   44.444  0.0
    """
    require_choice(base, ("all", "others"), name="base")
    require_between(level, 0, 1, name="level", open_ends=True)
    table, groups = joined(customers, segments)
    names = _attributes(table) if columns is None else listed(columns)
    require_columns(table.columns, names, table="customers")
    attributes = {name: _values(table[name], name) for name in names}
    counts = pd.concat([_counts(groups, values, name) for name, values in attributes.items()])
    profile = _compared(counts, len(table), base, level)
    place = {name: i for i, name in enumerate(groups.cat.categories)}
    return profile.sort_values(
        "segment", key=lambda column: column.map(place), kind="stable", ignore_index=True
    )


def _attributes(table: pd.DataFrame) -> list[str]:
    kinds = table.select_dtypes(["object", "string", "category", "bool", "boolean"]).columns
    names = [
        name
        for name in map(str, kinds)
        if not (name == KEY or name.endswith("_id") or name in _PERSONAL)
        and 2 <= table[name].map(str).nunique() <= _MOST_VALUES
    ]
    return require_some(names, _("hold 2 to {most} different texts", most=_MOST_VALUES))


def _values(values: Series, name: str) -> Series:
    found = labelled(values)
    if len(found.cat.categories) > _MOST_VALUES:
        raise SchemaError(
            _(
                "Column {column!r} holds {n} different values, more than {most}. Put them "
                "together with segment_by, or compare numbers with profile_means.",
                column=name,
                n=len(found.cat.categories),
                most=_MOST_VALUES,
            )
        )
    return found


def _counts(groups: Series, values: Series, attribute: str) -> pd.DataFrame:
    n_values = len(values.cat.categories)
    cells = groups.cat.codes.to_numpy("int64") * n_values + values.cat.codes.to_numpy("int64")
    n_cells = len(groups.cat.categories) * n_values
    square = np.bincount(cells, minlength=n_cells).reshape(-1, n_values)
    return pd.DataFrame(
        {
            "segment": np.repeat(groups.cat.categories.to_numpy(object), n_values),
            "attribute": attribute,
            "value": np.tile(values.cat.categories.to_numpy(object), len(square)),
            "n_customers": square.ravel(),
            "n_segment": np.repeat(square.sum(axis=1), n_values),
            "n_value": np.tile(square.sum(axis=0), len(square)),
        }
    )


def _compared(counts: pd.DataFrame, n: int, base: Base, level: float) -> pd.DataFrame:
    both, first, second = (
        counts[name].to_numpy(float) for name in ("n_customers", "n_segment", "n_value")
    )
    others = second - both
    bounds = relative_rate_interval(both, first, others, n - first, level=level)
    share = both / first
    base_share = second / n if base == "all" else others / (n - first)
    if base == "all":
        bounds = _against_all(bounds, first / n)
    # Not one minus the other tail, in which a small one would be lost.
    more = fisher_greater(both, first, second, n)
    less = fisher_greater(first - both, first, n - second, n)
    p = np.minimum(2 * np.minimum(more, less), 1.0)
    ratio = np.divide(share, base_share, where=base_share > 0, out=np.full(len(p), np.inf))
    return counts[["segment", "attribute", "value", "n_customers"]].assign(
        segment_share=share,
        base_share=base_share,
        index=100 * ratio,
        index_low=100 * bounds.low,
        index_high=100 * bounds.high,
        p=p,
        q=q_values(p),
        is_small=counts["n_customers"] < FEW,
    )


def _against_all(bounds: Bounds, weight: Floats) -> Bounds:
    """Turn ratios to the others into ratios to all, of whom the segment is a part `weight`.

    With p₁ = θp₂ the share of all is (wθ + 1 − w)p₂, and the ratio to it grows with θ.
    """
    low = bounds.low / (weight * bounds.low + 1 - weight)
    # As θ / (wθ + 1 − w), but written for θ = inf too.
    high = 1 / (weight + (1 - weight) / bounds.high)
    return Bounds(low, high)
