"""Whether customers who serve themselves are served faster, more cheaply and more easily."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._differences import Groups
from custintel._frames import (
    Frame,
    has_column,
    is_missing,
    lazy,
    opened,
    second_number,
    to_pandas,
)
from custintel._intervals import normal_quantile
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.campaigns._message_totals import in_order, labels
from custintel.campaigns._messages import TOTAL
from custintel.errors import SetAsideWarning

_COLUMN = nw.col
_UNITS = {"time": "hours", "cost": "currency", "completion": "share"}
_FEW = 5
_KEYS = ["group", "is_own"]


def self_service_benefit(
    calls: Frame, *, self_service: Sequence[str], by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Compare interactions by self-service with those by other channels: time, cost, completion.

    Faster, cheaper and easier: hours from the opening to the closing, what the interaction cost,
    and how many were not given up. Simple matters are more often left to self-service, and so
    part of the difference is theirs: with ``by="reason"`` like is compared with like.

    Parameters
    ----------
    calls : DataFrame
        One row per interaction: ``channel``, ``opened_at``, ``closed_at``, the column `by`, and
        if there are any ``cost`` and ``abandoned_at``; pandas, polars, DuckDB, PySpark, pyarrow,
        or the path of a Parquet file.
    self_service : sequence of str
        Values of ``channel`` that are self-service, such as ``["web", "app"]``.
    by : str, optional
        Column whose values become groups, such as ``"reason"``; None: all together.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and measure; groups by name, ``(missing)`` last.

        - `by` : the group; ``group`` where `by` is None
        - ``measure`` : str, ``time``; ``cost`` if there are costs; ``completion``, the part not
          abandoned, if ``abandoned_at`` is there
        - ``unit`` : str, ``hours``, ``currency`` or ``share``
        - ``n_self_service``, ``n_traditional`` : int, interactions of which it is known: closed
          and not abandoned for ``time``, with a cost for ``cost``
        - ``self_service``, ``traditional`` : float, means, or of completion shares (0-1), each
          with its interval in ``…_low`` and ``…_high``: Student's, or Wilson's; NaN without an
          interaction, and the bounds of a mean of one
        - ``difference``, ``difference_low``, ``difference_high`` : float, self-service less
          traditional: below 0 is faster or cheaper, above 0 more often completed; by Welch, of
          completion by Newcombe
        - ``total_difference``, ``total_difference_low``, ``total_difference_high`` : float, ×
          ``n_self_service``: hours, money, or interactions completed, over the observed time
        - ``p`` : float, 0-1, two-sided, that there is no difference: Welch, of completion
          Fisher's exact test; NaN as the bounds
        - ``is_small`` : bool, less than five interactions of one of the two

    Raises
    ------
    SchemaError
        If a column is missing, or holds no times or numbers.
    TypeError
        If `self_service` is no list of names.
    ValueError
        If no interaction is by self-service, or none by another channel, or `level` is not
        between 0 and 1.

    Warns
    -----
    SetAsideWarning
        If interactions have no channel, or were closed before they were opened.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different
    population variances are involved. Biometrika 34(1/2), 28-35.

    Examples
    --------
    >>> calls = pd.DataFrame({
    ...     "channel": ["web", "web", "web", "phone", "phone", "phone"],
    ...     "opened_at": pd.Timestamp("2024-05-02 09:00"),
    ...     "closed_at": pd.to_datetime(["2024-05-02 10:00"] * 3 + ["2024-05-02 13:00"] * 3),
    ...     "cost": [0.5, 0.7, 0.6, 6.0, 7.0, 8.0],
    ... })
    >>> table = self_service_benefit(calls, self_service=["web"])
    >>> table[["measure", "self_service", "traditional", "difference", "difference_high"]].round(2)
      measure  self_service  traditional  difference  difference_high
    0    time           1.0          4.0        -3.0            -3.00
    1    cost           0.6          7.0        -6.4            -3.95
    """
    require_type(self_service, (list, tuple, set), name="self_service", what=_("a list of names"))
    require_type(by, (str, type(None)), name="by", what=_("the name of a column"))
    normal_quantile(level)
    read = _read(opened(calls), by)
    measures = [name for name in _UNITS if name in read.collect_schema()]
    used, n_left_out = _used(read, list(self_service), measures)
    _warn_left_out(n_left_out)
    sums = _sums(used, measures)
    _require_both(sums, self_service)
    parts = [_compared(sums, name, level) for name in measures]
    table = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    return table.rename(columns={"group": by or "group"})


def _read(calls: Frame, by: str | None) -> nw.LazyFrame[Any]:
    """Return the interactions with their measures, missing where one is not known."""
    told = [name for name in ("cost", "abandoned_at") if has_column(calls, name)]
    wanted = dict.fromkeys(["channel", "opened_at", "closed_at", *([by] if by else []), *told])
    found = lazy(calls, list(wanted), table="calls")
    schema = found.collect_schema()
    is_given_up = nw.lit(value=False)
    if "abandoned_at" in told:
        is_given_up = ~_COLUMN("abandoned_at").is_null()
    # pandas has no whole numbers for the parts of nothing.
    found = found.with_columns(ended_at=nw.coalesce("closed_at", "opened_at"))
    seconds = second_number("ended_at") - second_number("opened_at")
    is_timed = ~_COLUMN("closed_at").is_null() & ~is_given_up
    measures: dict[str, nw.Expr] = {"time": nw.when(is_timed).then(seconds.cast(nw.Float64) / 3600)}
    if "cost" in told:
        is_known = ~is_missing("cost", schema["cost"])
        measures["cost"] = nw.when(is_known).then(_COLUMN("cost"))
    if "abandoned_at" in told:
        measures["completion"] = nw.when(is_given_up).then(0.0).otherwise(1.0)
    group = nw.lit(TOTAL) if by is None else _COLUMN(by)
    return found.select("channel", group=group, **measures)


def _used(
    read: nw.LazyFrame[Any], self_service: list[str], measures: list[str]
) -> tuple[nw.LazyFrame[Any], dict[str, int]]:
    """Return the interactions that can be compared, and how many cannot, by reason."""
    is_backwards = (_COLUMN("time") < 0).fill_null(value=False)
    has_no_channel = _COLUMN("channel").is_null()
    reasons = {"no_channel": has_no_channel, "backwards": is_backwards & ~has_no_channel}
    counts = [why.cast(nw.Int64).sum().alias(name) for name, why in reasons.items()]
    n = to_pandas(read.select(*counts)).iloc[0].fillna(0)
    used = read.filter(~has_no_channel, ~is_backwards)
    is_own = _COLUMN("channel").is_in(self_service).cast(nw.Int64)
    return used.select("group", *measures, is_own=is_own), {name: int(n[name]) for name in reasons}


def _warn_left_out(n_left_out: dict[str, int]) -> None:
    n = sum(n_left_out.values())
    if n:
        message = _n(
            "{n} interaction of 'calls' is left out ({n_nameless} without a channel, {n_back} "
            "closed before the opening). Fill the column, or mend the times.",
            "{n} interactions of 'calls' are left out ({n_nameless} without a channel, {n_back} "
            "closed before the opening). Fill the column, or mend the times.",
            n,
            n_nameless=n_left_out["no_channel"],
            n_back=n_left_out["backwards"],
        )
        warn(message, SetAsideWarning)


def _sums(used: nw.LazyFrame[Any], measures: list[str]) -> pd.DataFrame:
    """Return numbers, means and sums of squares around them, by group and kind of channel."""
    n = {f"n_{name}": (~_COLUMN(name).is_null()).cast(nw.Int64).sum() for name in measures}
    sums = {name: _COLUMN(name).sum() for name in measures}
    overall = to_pandas(used.select(**n, **sums)).iloc[0].fillna(0.0).astype(float)
    # Around the mean of all, so that squares of large numbers lose no digits.
    middle = {name: overall[name] / max(overall[f"n_{name}"], 1.0) for name in measures}
    away = used.select(*_KEYS, **{name: _COLUMN(name) - middle[name] for name in measures})
    marked = away.with_columns(
        **{f"n_{name}": (~_COLUMN(name).is_null()).cast(nw.Int64) for name in measures},
        **{f"squared_{name}": _COLUMN(name) * _COLUMN(name) for name in measures},
    )
    summed = [f"{part}{name}" for name in measures for part in ("", "n_", "squared_")]
    grouped = marked.group_by(_KEYS).agg(*(_COLUMN(name).sum() for name in summed))
    table = to_pandas(grouped)
    table["group"] = labels(table["group"])
    table = table.astype(dict.fromkeys(summed, float)).fillna(dict.fromkeys(summed, 0.0))
    for name in measures:
        n_known = table[f"n_{name}"].where(table[f"n_{name}"] > 0)
        offset = table[name] / n_known
        table[f"squared_{name}"] = (table[f"squared_{name}"] - n_known * offset**2).clip(lower=0.0)
        table[f"mean_{name}"] = offset + middle[name]
    return table


def _require_both(sums: pd.DataFrame, self_service: Sequence[str]) -> None:
    if sums["is_own"].nunique() < 2:
        found = _("none") if not (sums["is_own"] == 1).any() else _("all")
        raise ValueError(
            _(
                "self_service names some channels of 'calls', and not all: of the interactions, "
                "{found} are by {names}.",
                found=found,
                names=quoted(self_service, most=6) or _("none"),
            )
        )


def _compared(sums: pd.DataFrame, name: str, level: float) -> pd.DataFrame:
    groups = list(
        in_order(pd.DataFrame(index=pd.Index(sums["group"].unique(), dtype=object))).index
    )
    own, other = (_groups(sums, name, groups, is_own=which) for which in (1, 0))
    bounds = own.difference(other, level)
    gap = own.mean - other.mean
    known = np.flatnonzero((own.n > 0) & (other.n > 0))
    p = np.full(len(groups), np.nan)
    p[known] = own.take(known).p(other.take(known))
    columns: dict[str, Any] = {
        "group": groups,
        "measure": name,
        "unit": _UNITS[name],
        "n_self_service": own.n.astype("int64"),
        "n_traditional": other.n.astype("int64"),
    }
    for label, group in (("self_service", own), ("traditional", other)):
        ends = group.interval(level)
        columns |= {label: group.mean, f"{label}_low": ends.low, f"{label}_high": ends.high}
    for label, times in (("difference", 1.0), ("total_difference", own.n)):
        columns |= {
            label: gap * times,
            f"{label}_low": bounds.low * times,
            f"{label}_high": bounds.high * times,
        }
    columns["p"] = p
    columns["is_small"] = np.minimum(own.n, other.n) < _FEW
    return pd.DataFrame(columns)


def _groups(sums: pd.DataFrame, name: str, groups: list[Any], *, is_own: int) -> Groups:
    table = sums[sums["is_own"] == is_own].set_index("group").reindex(groups)
    return Groups(
        n=table[f"n_{name}"].fillna(0.0).to_numpy(float),
        mean=table[f"mean_{name}"].to_numpy(float),
        squares=table[f"squared_{name}"].fillna(0.0).to_numpy(float),
        is_rate=name == "completion",
    )
