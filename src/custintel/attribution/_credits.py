"""Credits of the channels, whatever the method and wherever the paths came from."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Span
from custintel.attribution import _weights as weights
from custintel.attribution._markov import Chain, Losses
from custintel.attribution._paths import NO_TOUCH, Flags, Paths
from custintel.attribution._shares import Moments, Split, split_by_parts
from custintel.attribution.methods import MarkovChain, Method, PositionBased, TimeDecay

_FEW = 30  # conversions, below which the intervals are rough
_RULES: dict[str, Callable[[Paths], Floats]] = {
    "first": weights.first_touch,
    "last": weights.last_touch,
    "linear": weights.equal_parts,
    "shapley": weights.per_distinct_channel,
}


def credit_table(paths: Paths, method: Method, *, level: float, by: str) -> pd.DataFrame:
    """Share out the conversions and their value among the channels, by a checked method."""
    has_touch = paths.length > 0
    touched = paths.among(has_touch & (paths.n_conversions + paths.n_nulls > 0))
    moments = [Moments(touched.n_conversions, touched.n_conversions)]
    if touched.value is not None and touched.squares is not None:
        moments.append(Moments(touched.value, touched.squares))
    splits = _splits(touched, moments, method)
    index = pd.Index(paths.names, name=by, dtype="str")
    counts = _shared_out(splits[0], float(touched.n_conversions.sum()), level)
    table = pd.DataFrame(
        {
            "conversions": counts["credit"],
            "conversions_low": counts["low"],
            "conversions_high": counts["high"],
            **{name: counts[name] for name in ("share", "share_low", "share_high")},
            **_value_columns(splits, touched, level),
        },
    ).set_index(index)
    order = np.argsort(-table["conversions"].round(9).to_numpy(), kind="stable")
    return _with_untouched(table.iloc[order], paths, ~has_touch)


def weakness(paths: Paths) -> str | None:
    """Return what a reader must know of credits that rest on few conversions."""
    n = float(paths.n_conversions[paths.length > 0].sum())
    if n >= _FEW:
        return None
    if n == 0:
        return _("No conversion came after a touch: there is nothing to share out.")
    return _n(
        "The credits rest on {n} conversion with a touch: read their intervals.",
        "The credits rest on {n} conversions with a touch: read their intervals.",
        round(n),
    )


def _splits(paths: Paths, moments: list[Moments], method: Method) -> list[Split]:
    if isinstance(method, MarkovChain):
        return _markov_splits(paths, moments, method.order)
    led = paths.n_conversions > 0
    parts = weights.by_channel(paths.among(led), _rule(method))
    return [split_by_parts(parts, Moments(each.total[led], each.squares[led])) for each in moments]


def _rule(method: Method) -> Callable[[Paths], Floats]:
    if isinstance(method, PositionBased):
        return partial(weights.by_position, first=method.first, last=method.last)
    if isinstance(method, TimeDecay):
        return partial(weights.by_age, half_life_days=Span.parse(method.half_life).to("D"))
    return _RULES[str(method)]


def _markov_splits(paths: Paths, moments: list[Moments], order: int) -> list[Split]:
    nothing = np.full(len(paths.names), np.nan)
    if not any(each.total.any() for each in moments):
        return [Split(nothing, nothing, 0.0) for _each in moments]
    chain = Chain.of(paths, order)
    removals = chain.without_each()
    visits = removals.visits()
    return [
        Losses.of(chain, removals, visits, each).split()
        if each.total.any()
        else Split(nothing, nothing, 0.0)
        for each in moments
    ]


def _shared_out(split: Split, total: float, level: float) -> dict[str, Floats]:
    """Return a total by channel; nothing, where there is none, is nothing for each."""
    bounds = split.bounds(level)
    amounts = {"credit": split.share, "low": bounds.low, "high": bounds.high}
    found = {name: np.nan_to_num(part * total) for name, part in amounts.items()}
    return found | {
        "share": split.share,
        "share_low": bounds.low,
        "share_high": bounds.high,
    }


def _value_columns(splits: list[Split], paths: Paths, level: float) -> dict[str, Floats]:
    names = ("value", "value_low", "value_high")
    if paths.value is None:
        return dict.fromkeys(names, np.full(len(paths.names), np.nan))
    found = _shared_out(splits[1], float(paths.value.sum()), level)
    return dict(zip(names, (found["credit"], found["low"], found["high"]), strict=True))


def _with_untouched(table: pd.DataFrame, paths: Paths, is_untouched: Flags) -> pd.DataFrame:
    """Add the row of conversions that no touch came before, if there are any."""
    n = float(paths.n_conversions[is_untouched].sum())
    if n == 0:
        return table
    value = np.nan if paths.value is None else float(paths.value[is_untouched].sum())
    row = dict.fromkeys(table.columns, np.nan)
    row |= dict.fromkeys(("conversions", "conversions_low", "conversions_high"), n)
    row |= dict.fromkeys(("value", "value_low", "value_high"), value)
    index = pd.Index([NO_TOUCH], name=table.index.name, dtype="str")
    return (
        pd.concat([table, pd.DataFrame(row, index=index)])
        if len(table)
        else pd.DataFrame(row, index=index)
    )
