"""Segments by what is known of customers: sector, function, level, geography, income."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from custintel._checks import require_between, require_columns, require_type
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.segmentation._by_customer import (
    FEW,
    MISSING,
    OTHER,
    Series,
    amounts_by_customer,
    by_customer,
    labelled,
    series_by_customer,
)

_MOST_NUMBERS = 50
_BETWEEN = " / "


def segment_by(
    customers: pd.DataFrame,
    by: str | Sequence[str],
    *,
    cuts: Mapping[str, Sequence[float]] | None = None,
    smallest: int = FEW,
) -> Series:
    """Put each customer into the segment of one attribute, or of several together.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with a column ``customer_id`` or that index, and the columns
        `by`, such as industry, job_function, job_level or country.
    by : str or sequence of str
        Column whose values are the segments; of several columns each combination that
        occurs is one, written with a slash between.
    cuts : mapping of str to sequence of float, optional
        For columns of numbers: the upper bounds of all ranges but the last, increasing, each
        included in its range. ``{"income": [75_000, 200_000]}`` makes three segments.
    smallest : int, default=5
        Segments of fewer customers are put together as ``(other)``; 1 keeps them all.

    Returns
    -------
    Series
        ``segment``, indexed by ``customer_id`` in the order of the rows: a categorical whose
        categories are in the order of the values, then ``(other)``, and ``(missing)`` for
        customers of whom nothing is known. Numbers are in the order of size.

    Raises
    ------
    SchemaError
        If a column is missing, a customer repeats or has no id, a column with `cuts` holds
        no numbers, or one without them holds more than 50 different ones.
    ValueError
        If `by` or `cuts` are not as described.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "eve", "joe"],
    ...     "country": ["FR", "CH", "FR", None],
    ...     "income": [50_000, 90_000, 75_000, 300_000],
    ... })
    >>> segment_by(customers, "country", smallest=1).to_dict()
    {'ann': 'FR', 'bob': 'CH', 'eve': 'FR', 'joe': '(missing)'}
    >>> segment_by(customers, "income", cuts={"income": [75_000, 200_000]}, smallest=1).to_list()
    ['≤ 75000', '75000–200000', '≤ 75000', '> 200000']
    """
    table = by_customer(customers, name="customers")
    names = [by] if isinstance(by, str) else list(by)
    ranges = dict(cuts or {})
    _require_names(names, ranges)
    require_between(smallest, 1, np.inf, name="smallest")
    require_columns(table.columns, names, table="customers")
    parts = [_part(table[name], ranges.get(name)) for name in names]
    segments = parts[0] if len(parts) == 1 else _combined(parts)
    return _without_small(segments, smallest).rename("segment")


def segment_table(segments: Series, values: Series, *, level: float = 0.95) -> pd.DataFrame:
    """Describe segments of customers by their size and by what the customers bring.

    Parameters
    ----------
    segments : Series
        Segment of each customer, indexed by ``customer_id``: from `segment_by`,
        ``value_tiers(…)["tier"]`` or ``rfm_segments(…)["segment"]``.
    values : Series
        What each customer brings, in one currency, indexed by ``customer_id``:
        ``rfm_table(…)["monetary"]``, or lifetime values. Customers that it lacks brought 0;
        customers of it without a segment are in the row ``(missing)``, so that the revenue
        adds up.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``segment``, in the order of the categories if there is one, else of the
        names; ``(missing)`` is last. `custintel.plots.segment_bars` draws it.

        - ``n_customers`` : int, >= 1
        - ``customer_share`` : float, 0-1, part of all customers
        - ``revenue`` : float, sum of the values
        - ``revenue_share`` : float, part of all values; NaN if they do not add up to more
          than zero
        - ``mean_revenue`` : float, per customer
        - ``mean_low``, ``mean_high`` : float, bounds of the mean that customers like these
          bring, by Student's t; NaN for one customer alone
        - ``index`` : float, 100 × mean / mean of all customers; NaN as ``revenue_share``
        - ``is_small`` : bool, fewer than five customers

    Raises
    ------
    SchemaError
        If a customer repeats, or a value is missing or not a number.

    Examples
    --------
    >>> import pandas as pd
    >>> segments = pd.Series({"ann": "FR", "bob": "FR", "eve": "CH"})
    >>> values = pd.Series({"ann": 10.0, "bob": 30.0, "eve": 60.0})
    >>> segment_table(segments, values)[["n_customers", "revenue_share", "index"]]
             n_customers  revenue_share  index
    segment
    CH                 1            0.6  180.0
    FR                 2            0.4   60.0
    """
    amounts = amounts_by_customer(values, name="values")
    known = series_by_customer(segments, name="segments")
    everybody = known.index.union(amounts.index, sort=False)
    brought = amounts.reindex(everybody, fill_value=0.0)
    groups = brought.groupby(labelled(known.reindex(everybody)), observed=True, sort=True)
    n, total, mean = groups.size(), brought.sum(), groups.mean()
    # Of one customer there is no spread, and of no freedom no quantile: both are NaN.
    half = groups.sem() * stdtrit(n - 1, 0.5 + _checked(level) / 2)
    whole = total if total > 0 else np.nan
    table = pd.DataFrame(
        {
            "n_customers": n.astype("int64"),
            "customer_share": n / len(brought),
            "revenue": groups.sum(),
            "revenue_share": groups.sum() / whole,
            "mean_revenue": mean,
            "mean_low": mean - half,
            "mean_high": mean + half,
            "index": 100 * mean / (whole / len(brought) if len(brought) else np.nan),
            "is_small": n < FEW,
        }
    )
    return table.set_axis(pd.Index(table.index.astype(object), name="segment"), axis=0)


def _checked(level: float) -> float:
    require_between(level, 0, 1, name="level", open_ends=True)
    return level


def _part(values: Series, bounds: Sequence[float] | None) -> Series:
    is_number = pd.api.types.is_numeric_dtype(values.dtype) and values.dtype.kind != "b"
    if bounds is None:
        if is_number and values.nunique() > _MOST_NUMBERS:
            raise SchemaError(
                _(
                    "Column {column!r} holds {n} different numbers. Say where its segments "
                    "end: cuts={{{column!r}: [upper bound, …]}}.",
                    column=str(values.name),
                    n=values.nunique(),
                )
            )
        return labelled(values)
    if not is_number:
        raise SchemaError(
            _(
                "Column {column!r} holds no numbers, so that cuts have no meaning for it.",
                column=str(values.name),
            )
        )
    return _in_ranges(values.astype("float64"), [float(bound) for bound in bounds])


def _in_ranges(values: "pd.Series[float]", bounds: list[float]) -> Series:
    ends = [_end(bound) for bound in bounds]
    inner = [f"{low}–{high}" for low, high in pairwise(ends)]
    names = [f"≤ {ends[0]}", *inner, f"> {ends[-1]}", MISSING]
    place = np.searchsorted(np.array(bounds), values.to_numpy(), side="left")
    place[values.isna().to_numpy()] = len(names) - 1
    used = sorted(set(place.tolist()))
    categories = pd.Index([names[i] for i in used], dtype=object)
    codes = np.searchsorted(used, place)
    return pd.Series(pd.Categorical.from_codes(codes, categories), index=values.index)


def _end(bound: float) -> str:
    written = str(int(bound)) if bound.is_integer() else repr(bound)
    return written.replace("-", "−")


def _combined(parts: Sequence[Series]) -> Series:
    codes = pd.MultiIndex.from_arrays([part.cat.codes for part in parts])
    used = codes.unique().sort_values()
    texts = [[part.cat.categories[i] for part, i in zip(parts, row, strict=True)] for row in used]
    names = [MISSING if set(row) == {MISSING} else _BETWEEN.join(row) for row in texts]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SchemaError(
            _(
                "Two combinations of values would both be written {name!r}, because a value "
                "holds {mark!r}. Write it otherwise first.",
                name=twice,
                mark=_BETWEEN,
            )
        )
    places = used.get_indexer(codes)
    categories = pd.Index(names, dtype=object)
    return pd.Series(pd.Categorical.from_codes(places, categories), index=parts[0].index)


def _without_small(segments: Series, smallest: int) -> Series:
    counts = segments.value_counts()
    small = [name for name, n in counts.items() if n < smallest and name not in (MISSING, OTHER)]
    if not small:
        return segments
    kept = [name for name in segments.cat.categories if name not in {*small, MISSING, OTHER}]
    last = [MISSING] if MISSING in segments.cat.categories else []
    kind = pd.CategoricalDtype(pd.Index([*kept, OTHER, *last], dtype=object))
    texts = segments.astype(object)
    return texts.where(~texts.isin(small), OTHER).astype(kind)


def _require_names(names: Sequence[str], cuts: Mapping[str, Sequence[float]]) -> None:
    for name in names:
        require_type(name, str, name="by", what=_("the name of a column, or several"))
    if not names or len(set(names)) < len(names):
        raise ValueError(_("by names one column or more, each once: got {names}.", names=names))
    unused = [name for name in cuts if name not in names]
    if unused:
        raise ValueError(
            _n(
                "cuts names {n} column that by does not: {examples}.",
                "cuts names {n} columns that by does not: {examples}.",
                len(unused),
                examples=", ".join(map(repr, unused[:3])),
            )
        )
    for name, bounds in cuts.items():
        ends = np.asarray(bounds, dtype=float)
        # Not `any(steps <= 0)`: a NaN among the bounds must fail too.
        if not (len(ends) and np.isfinite(ends).all() and (np.diff(ends) > 0).all()):
            raise ValueError(
                _(
                    "cuts[{name!r}] holds increasing upper bounds, one or more: got {bounds}.",
                    name=name,
                    bounds=list(bounds),
                )
            )
