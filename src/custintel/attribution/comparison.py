"""What the methods of attribution say of each channel, side by side, and what it costs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_columns, require_type
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.attribution._paths import NO_TOUCH
from custintel.errors import SchemaError, WeakResultWarning

_CREDITS = [
    *("conversions", "conversions_low", "conversions_high"),
    *("share", "share_low", "share_high"),
    *("value", "value_low", "value_high"),
]
Cost = Mapping[str, float] | pd.Series


def attribution_comparison(
    credits: Mapping[str, pd.DataFrame], *, cost: Cost | None = None, margin_rate: float = 1.0
) -> pd.DataFrame:
    """Put the credits of several methods side by side, with what a conversion costs.

    Where methods agree, a decision does not hang on the choice among them; where they do not,
    an experiment is worth its cost.

    Parameters
    ----------
    credits : mapping of str to DataFrame
        Tables of `attribute` or `attribute_paths` on the same conversions, by the name of the
        method.
    cost : mapping or Series, optional
        Cost of each channel in the same time, by the names of the channels, in the currency
        of the value, 0 or more. A channel that touched nobody is a row too.
    margin_rate : float, default=1.0
        Part of the value that is left after the cost of the goods, 0-1. With 1 the return is
        that of the revenue, before the cost of the goods.

    Returns
    -------
    DataFrame
        One row per channel and method: channels by the conversions that the methods give them
        on average, equal ones by name, methods as given.

        - ``channel``, ``method`` : str
        - ``conversions``, ``share``, ``value``, each with ``_low`` and ``_high`` : float, as
          from `attribute`; of a channel that touched nobody 0, without share and bounds (NaN)
        - ``cost`` : float, currency; NaN where none is given
        - ``cost_per_conversion`` : float, currency; NaN without a cost or a conversion
        - ``cost_per_conversion_low``, ``cost_per_conversion_high`` : float, the cost over the
          bounds of the conversions; infinite where the lower one is 0
        - ``roi`` : float, (``value`` × `margin_rate` − ``cost``) / ``cost``: 7 for 700 %; NaN
          without value, or without a cost above zero
        - ``roi_low``, ``roi_high`` : float, from the bounds of the value

    Raises
    ------
    SchemaError
        If a table lacks a column, the tables have other channels or another total, or `cost`
        has a channel twice or something else than amounts of 0 or more.
    TypeError
        If `credits` or `cost` is no mapping.
    ValueError
        If `credits` is empty, or `margin_rate` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If `cost` names channels that touched nobody, or lacks some that did.

    Examples
    --------
    >>> from custintel.attribution import attribute_paths
    >>> paths = pd.DataFrame({
    ...     "path": [("search", "mail"), ("mail",)], "n_conversions": [60, 40],
    ...     "value": [6000.0, 4000.0],
    ... })
    >>> credits = {name: attribute_paths(paths, method=name) for name in ("first", "linear")}
    >>> table = attribution_comparison(credits, cost={"search": 1500.0, "mail": 200.0})
    >>> table[["channel", "method", "conversions", "cost_per_conversion", "roi"]].round(2)
      channel  method  conversions  cost_per_conversion   roi
    0    mail   first         40.0                 5.00  19.0
    1    mail  linear         70.0                 2.86  34.0
    2  search   first         60.0                25.00   3.0
    3  search  linear         30.0                50.00   1.0
    """
    what = _("a mapping from names of methods to tables of credits")
    require_type(credits, Mapping, name="credits", what=what)
    require_between(margin_rate, 0, 1, name="margin_rate")
    costs = None if cost is None else _checked(cost)
    channels = _common_channels(credits)
    if costs is not None:
        channels = channels.append(costs.index.difference(channels, sort=False))
    tables = [_with_idle(each, channels, str(name)) for name, each in credits.items()]
    rows = pd.concat(tables).rename_axis("channel").reset_index()
    rows = rows[["channel", "method", *_CREDITS]].iloc[_order(rows, len(credits))]
    table = _with_costs(rows.reset_index(drop=True), costs, margin_rate)
    for reason in _weaknesses(table, costs, channels):
        warn(reason, WeakResultWarning)
    return table


def _common_channels(credits: Mapping[str, pd.DataFrame]) -> "pd.Index[str]":
    """Return the channels of the tables, once it is known that these go together."""
    if not credits:
        raise ValueError(_("credits is empty: give a table of credits or more, by method."))
    totals, channels = {}, next(iter(credits.values())).index
    for name, table in credits.items():
        require_columns(table.columns, _CREDITS, table=str(name))
        totals[name] = float(table["conversions"].sum())
        if set(channels) != set(table.index):
            raise SchemaError(
                _(
                    "The credits by {name!r} are of other channels than the first ones. Make "
                    "all of them of the same paths.",
                    name=name,
                )
            )
    if not np.allclose(list(totals.values()), next(iter(totals.values())), rtol=1e-6):
        raise SchemaError(
            _(
                "The credits add up to different conversions: {totals}. Make all of them of the "
                "same paths.",
                totals=", ".join(f"{name} {n:g}" for name, n in totals.items()),
            )
        )
    names: pd.Index[str] = pd.Index(channels, dtype="str")
    return names


def _with_idle(credits: pd.DataFrame, channels: "pd.Index[str]", name: str) -> pd.DataFrame:
    """Return the credits of all channels; those that touched nobody have brought nothing."""
    value = 0.0 if credits["value"].notna().any() else np.nan
    nothing = {"conversions": 0.0, "value": value}
    idle = pd.DataFrame(nothing, index=channels.difference(credits.index), columns=_CREDITS)
    return pd.concat([credits[_CREDITS], idle.astype(float)]).loc[channels].assign(method=name)


def _order(rows: pd.DataFrame, n_methods: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return rows by channel, largest first, what came without a touch last."""
    total = rows.groupby("channel")["conversions"].transform("sum").round(9).to_numpy()
    name = pd.factorize(rows["channel"], sort=True)[0]
    method = np.repeat(np.arange(n_methods), len(rows) // n_methods)
    return np.lexsort((method, name, -total, (rows["channel"] == NO_TOUCH).to_numpy()))


def _with_costs(
    rows: pd.DataFrame, costs: "pd.Series[float] | None", margin_rate: float
) -> pd.DataFrame:
    given = pd.Series(dtype=float) if costs is None else costs
    cost = rows["channel"].map(given).astype(float)
    paid = cost.where(cost > 0)
    counts = {
        "cost_per_conversion": rows["conversions"].where(rows["conversions"] > 0),
        "cost_per_conversion_low": rows["conversions_high"].where(rows["conversions_high"] > 0),
        "cost_per_conversion_high": rows["conversions_low"],
    }
    roi = {
        f"roi{end}": (rows[f"value{end}"] * margin_rate - paid) / paid
        for end in ("", "_low", "_high")
    }
    return rows.assign(cost=cost, **{name: cost / n for name, n in counts.items()}, **roi)


def _checked(cost: Cost) -> "pd.Series[float]":
    what = _("a mapping or a Series of amounts by channel, such as {'web': 1200.0}")
    require_type(cost, (Mapping, pd.Series), name="cost", what=what)
    given = pd.Series(cost, dtype=object)
    amounts = pd.to_numeric(given, errors="coerce").astype(float)
    is_wrong = ~np.isfinite(amounts) | (amounts < 0) | amounts.index.duplicated()
    wrong = amounts.index[is_wrong]
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} channel of cost comes twice, or without an amount of 0 or more: {examples}. "
                "Give one amount for each channel.",
                "{n} channels of cost come twice, or without an amount of 0 or more: {examples}. "
                "Give one amount for each channel.",
                len(wrong),
                examples=quoted(wrong, most=3),
            )
        )
    return amounts.set_axis(amounts.index.astype("str"))


def _weaknesses(
    table: pd.DataFrame, costs: "pd.Series[float] | None", channels: "pd.Index[str]"
) -> list[str]:
    if costs is None:
        return []
    reached = table.loc[table["share"].notna() | (table["conversions"] > 0), "channel"]
    idle = costs.index.difference(pd.Index(reached), sort=False)
    lacking = channels.difference([*costs.index, NO_TOUCH], sort=False)
    reasons = []
    if len(idle):
        reasons.append(
            _n(
                "{n} channel has a cost but touched nobody: {examples}. Check its spelling.",
                "{n} channels have a cost but touched nobody: {examples}. Check their spelling.",
                len(idle),
                examples=quoted(idle, most=3),
            )
        )
    if len(lacking):
        reasons.append(
            _n(
                "{n} channel has no cost, so its return is missing: {examples}. Give 0 if it "
                "was free.",
                "{n} channels have no cost, so their return is missing: {examples}. Give 0 for "
                "those that were free.",
                len(lacking),
                examples=quoted(lacking, most=3),
            )
        )
    return reasons
