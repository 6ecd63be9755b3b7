"""What tells segments apart: the means of numbers such as income, age or spend."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from custintel._checks import quoted, require_between, require_choice, require_columns
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.segmentation._by_customer import FEW, Series
from custintel.segmentation._segment_members import joined, listed, require_some
from custintel.segmentation.profiles import Base


def profile_means(
    customers: pd.DataFrame,
    segments: Series,
    *,
    columns: Sequence[str] | None = None,
    base: Base = "all",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the mean of numbers such as income, age or spend between each segment and a base.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with a column ``customer_id`` or that index, and numbers.
    segments : Series
        Segment of each customer, indexed by ``customer_id``; customers without one are the
        segment ``(missing)``.
    columns : sequence of str, optional
        The columns compared; by default all columns of numbers.
    base : {"all", "others"}, default="all"
        What a segment is compared with: all customers, itself included, or the others.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per segment and column. `custintel.plots.profile_differences` draws it.

        - ``segment``, ``attribute`` : str
        - ``n_customers`` : int, customers of the segment with a number
        - ``n_missing`` : int, customers of the segment without one
        - ``mean`` : float, of the segment; NaN without any number
        - ``base_mean`` : float, of the base; NaN likewise
        - ``difference`` : float, ``mean`` − ``base_mean``
        - ``difference_low``, ``difference_high`` : float, Welch interval; the overlap with
          ``base="all"`` is allowed for. NaN if the segment or the others have fewer than two
          numbers, or neither varies
        - ``standardised_difference`` : float, mean of the segment minus that of the others,
          over the root of the mean of their variances, whatever the base; about 0.2 is
          small, 0.8 large. NaN as the interval
        - ``standardised_low``, ``standardised_high`` : float, the interval in this unit
        - ``p`` : float, 0-1, Welch's test against the others; NaN as the interval
        - ``q`` : float, 0-1, adjusted for all rows of the table (Benjamini-Hochberg)
        - ``is_small`` : bool, fewer than five customers of the segment have a number

    Raises
    ------
    SchemaError
        If a column is missing, holds no numbers or an infinite one, a customer repeats, no
        customer is in both tables, or there is one segment only.
    ValueError
        If `base` or `level` is not one.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different
    population variances are involved. Biometrika 34(1-2), 28-35.

    Austin, P. C. (2009). Balance diagnostics for comparing the distribution of baseline
    covariates. Statistics in Medicine 28(25), 3083-3107.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": list("abcdef"), "income": [50.0, 60.0, 70.0, 20.0, 30.0, 40.0]
    ... })
    >>> segments = pd.Series(["best"] * 3 + ["rest"] * 3, index=list("abcdef"))
    >>> means = profile_means(customers, segments)
    >>> means[["segment", "mean", "base_mean", "difference", "standardised_difference"]]
      segment  mean  base_mean  difference  standardised_difference
    0    best  60.0       45.0        15.0                      3.0
    1    rest  30.0       45.0       -15.0                     -3.0
    """
    require_choice(base, ("all", "others"), name="base")
    require_between(level, 0, 1, name="level", open_ends=True)
    table, groups = joined(customers, segments)
    names = _numeric(table) if columns is None else listed(columns)
    require_columns(table.columns, names, table="customers")
    amounts = {name: _amounts(table[name], name) for name in names}
    rows = [
        {"segment": segment, "attribute": name, **_against(values, is_in, base, level)}
        for segment in groups.cat.categories
        for is_in in [(groups == segment).to_numpy()]
        for name, values in amounts.items()
    ]
    means = pd.DataFrame(rows)
    means["q"] = q_values(means["p"])
    # The flag comes last, as in every table.
    return means[[*means.columns.drop("is_small"), "is_small"]]


def _numeric(table: pd.DataFrame) -> list[str]:
    names = [str(name) for name in table.select_dtypes("number", "timedelta").columns]
    return require_some([name for name in names if not name.endswith("_id")], _("hold numbers"))


def _amounts(values: Series, name: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise SchemaError(
            _(
                "Column {column!r} holds no numbers. Compare it with profile_table.",
                column=name,
            )
        )
    amounts = values.astype("float64")
    infinite = amounts.index[np.isinf(amounts.to_numpy())]
    if len(infinite):
        raise SchemaError(
            _n(
                "Column {column!r} is infinite for {n} customer: {examples}.",
                "Column {column!r} is infinite for {n} customers: {examples}.",
                len(infinite),
                column=name,
                examples=quoted(infinite, most=3),
            )
        )
    return np.asarray(amounts)


def _against(
    values: Floats, is_in: NDArray[np.bool_], base: Base, level: float
) -> dict[str, object]:
    known = ~np.isnan(values)
    inside, outside = values[known & is_in], values[known & ~is_in]
    means = [each.mean() if len(each) else np.nan for each in (inside, outside)]
    n_both = len(inside) + len(outside)
    # The mean of all lies between that of the segment and that of the others.
    part = len(outside) / n_both if base == "all" and n_both else 1.0
    gap = means[0] - means[1]
    welch = _welch(inside, outside, gap, level)
    base_mean = values[known].mean() if base == "all" and n_both else means[1]
    return {
        "n_customers": len(inside),
        "n_missing": int((~known & is_in).sum()),
        "mean": means[0],
        "base_mean": base_mean,
        "difference": means[0] - base_mean,
        "difference_low": part * (gap - welch["half"]),
        "difference_high": part * (gap + welch["half"]),
        "standardised_difference": gap / welch["spread"],
        "standardised_low": (gap - welch["half"]) / welch["spread"],
        "standardised_high": (gap + welch["half"]) / welch["spread"],
        "p": welch["p"],
        "is_small": len(inside) < FEW,
    }


def _welch(inside: Floats, outside: Floats, gap: float, level: float) -> dict[str, float]:
    """Return half the width of the interval, the p-value, and the unit of standardising."""
    unknown = dict.fromkeys(("half", "p", "spread"), np.nan)
    if min(len(inside), len(outside)) < 2:
        return unknown
    variances = np.array([inside.var(ddof=1), outside.var(ddof=1)])
    if not variances.any():
        return unknown
    sizes = np.array([len(inside), len(outside)])
    parts = variances / sizes
    error = np.sqrt(parts.sum())
    freedom = parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum()
    return {
        "half": float(stdtrit(freedom, 0.5 + level / 2) * error),
        "p": float(2 * stdtr(freedom, -abs(gap) / error)),
        "spread": float(np.sqrt(variances.mean())),
    }
