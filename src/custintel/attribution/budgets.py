"""How a budget is best split among channels: which to increase, to hold and to cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted, require_between, require_columns, require_type
from custintel._intervals import Floats, normal_quantile
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.attribution._curves import CURVES
from custintel.attribution._water_filling import filled
from custintel.errors import SchemaError, WeakResultWarning

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = Mapping[str, tuple[float | None, float | None]]
INCREASE, HOLD, CUT = N_("increase"), N_("hold"), N_("cut")
_ERRORS = ["scale_error", "shape_error", "correlation"]
_N_DRAWS = 4000


@dataclass(frozen=True, slots=True, eq=False)  # tables have no single truth value
class BudgetPlan:
    """The split of a budget that brings most, and what it brings.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``channel``, in the order given.

        - ``current``, ``proposed``, ``change`` : float, spend of a period, currency
        - ``low``, ``high`` : float, bounds of the proposed spend
        - ``action`` : str, ``increase``, ``hold`` or ``cut``
        - ``conversions_current``, ``conversions_proposed`` : float, expected by the curve
        - ``gain`` : float, their difference
        - ``gain_low``, ``gain_high`` : float, interval of the expected gain; NaN where the
          curves have no errors
        - ``marginal_current``, ``marginal_proposed`` : float, conversions that the last unit
          of money brings; infinite for a power curve at 0. Equal for all channels that are
          at no bound
        - ``is_extrapolated`` : bool, whether the proposed spend lies outside what was
          observed; False where that is not known
    total, current_total : float
        Budget to be split, and what is spent now, currency.
    conversions_current, conversions_proposed : float
        Expected of all channels.
    gain, gain_low, gain_high : float
        Expected gain of all channels, with its interval: that of the plan as it stands,
        whose split was chosen by curves that have errors. NaN where curves have none.
    """

    table: pd.DataFrame
    total: float
    current_total: float
    conversions_current: float
    conversions_proposed: float
    gain: float
    gain_low: float
    gain_high: float

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the current and the proposed spend.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on; see `custintel.plots.budget_bars`.
        """
        from custintel.plots.budgets import budget_bars

        return budget_bars(self.table, ax=ax)


def reallocate_budget(
    channels: pd.DataFrame,
    *,
    total: float,
    bounds: Limits | None = None,
    hold_within: float = 0.05,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> BudgetPlan:
    """Split a budget among channels so that the expected conversions are most.

    Each curve is concave, so the best split is where a further unit of money brings the same
    in every channel that is at no bound; it is found exactly. It is as good as the curves
    are: outside the spend that was observed they are guesses, which bounds keep in check.

    Parameters
    ----------
    channels : DataFrame
        From `fit_response`, or one's own: indexed by channel, with ``spend`` (current, of a
        period), ``curve``, ``scale`` and ``shape`` and, if they are known, ``scale_error``,
        ``shape_error``, ``correlation``, ``spend_low`` and ``spend_high``.
    total : float
        Budget of a period, currency, 0 or more. All of it is spent.
    bounds : mapping of str to tuple, optional
        Least and most spend by the name of the channel, such as
        ``{"search": (500, 2000), "mail": (None, 300)}``; None is 0, and `total`.
    hold_within : float, default=0.05
        Change, as a part of the current spend, up to which the action is ``hold``; 0-1.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Of the 4,000 draws of the parameters that the intervals rest on.

    Returns
    -------
    BudgetPlan
        The split, what it brings, and how sure that is.

    Raises
    ------
    SchemaError
        If a column is missing, a channel comes twice or there is none, or a curve, scale,
        shape, spend or error is not one.
    ValueError
        If `total` is no amount or the bounds do not admit it, or `bounds` names an unknown
        channel or has a lower bound above the upper one.

    Warns
    -----
    WeakResultWarning
        If proposed spends lie outside what was observed.

    References
    ----------
    Hanssens, D. M., Parsons, L. J. and Schultz, R. L. (2001). Market response models, 2nd
    edition. Boston: Kluwer. Chapter 9: optimal allocation.

    Examples
    --------
    >>> channels = pd.DataFrame(
    ...     {"spend": [500.0, 500.0], "curve": "power", "scale": [20.0, 10.0], "shape": 0.5},
    ...     index=["search", "mail"],
    ... )
    >>> plan = reallocate_budget(channels, total=1000, bounds={"mail": (250, None)})
    >>> plan.table[["current", "proposed", "action", "marginal_proposed"]].round(3)
             current  proposed    action  marginal_proposed
    channel
    search     500.0     750.0  increase              0.365
    mail       500.0     250.0       cut              0.316
    >>> round(plan.gain, 2)
    35.02
    """
    require_between(hold_within, 0, 1, name="hold_within")
    normal_quantile(level)
    curves = _Curves.of(channels)
    low, high = _limits(curves.names, bounds, total)
    proposed = filled(curves.spend_at, low, high, float(total))
    gains = curves.gains(proposed, np.random.default_rng(random_state))
    tails = [(1 - level) / 2, (1 + level) / 2]
    table = curves.table(proposed, hold_within).assign(low=low, high=high)
    table["gain_low"], table["gain_high"] = np.quantile(gains, tails, axis=0)
    table["is_extrapolated"] = _is_beyond(channels, proposed)
    outside = table.index[table["is_extrapolated"]]
    if len(outside):
        warn(_beyond(outside), WeakResultWarning)
    gain_low, gain_high = np.quantile(gains.sum(axis=1), tails)
    now, then = (float(table[f"conversions_{name}"].sum()) for name in ("current", "proposed"))
    return BudgetPlan(
        table=table[_COLUMNS],
        total=float(total),
        current_total=float(table["current"].sum()),
        conversions_current=now,
        conversions_proposed=then,
        gain=then - now,
        gain_low=float(gain_low),
        gain_high=float(gain_high),
    )


_COLUMNS = [
    *("current", "proposed", "change", "low", "high", "action"),
    *("conversions_current", "conversions_proposed", "gain", "gain_low", "gain_high"),
    *("marginal_current", "marginal_proposed", "is_extrapolated"),
]


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """The curves of all channels; ``errors`` has a row for each, NaN if there are none."""

    names: "pd.Index[str]"
    kind: list[str]
    spend: Floats
    scale: Floats
    shape: Floats
    errors: Floats

    @classmethod
    def of(cls, channels: pd.DataFrame) -> "_Curves":
        what = _("a pandas DataFrame, such as custintel.attribution.fit_response returns")
        require_type(channels, pd.DataFrame, name="channels", what=what)
        require_columns(channels.columns, ["spend", "curve", "scale", "shape"], table="channels")
        names = pd.Index(channels.index.astype("str"), name="channel", dtype="str")
        if channels.empty or not names.is_unique:
            raise SchemaError(
                _(
                    "Table 'channels' has one row for each channel, by its index: {repeated}.",
                    repeated=quoted(names[names.duplicated()], most=3) or _("there is none"),
                )
            )
        kind = [str(each) for each in channels["curve"]]
        spend, scale, shape = (_numbers(channels, name) for name in ("spend", "scale", "shape"))
        is_power = np.array([each == "power" for each in kind])
        is_wrong = ~np.isin(kind, [*CURVES]) | (spend < 0) | (scale < 0) | (shape <= 0)
        is_wrong |= is_power & (shape >= 1) | ~np.isfinite(spend + scale + shape)
        _refuse(names, is_wrong)
        given = [name in channels for name in _ERRORS]
        errors = np.full((len(names), 3), np.nan)
        if all(given):
            errors = np.column_stack([_numbers(channels, name) for name in _ERRORS])
            _refuse(names, (errors[:, :2] < 0).any(axis=1) | (np.abs(errors[:, 2]) > 1))
        return cls(names, kind, spend, scale, shape, errors)

    def spend_at(self, slope: float) -> Floats:
        """Return the spend at which each channel has a marginal return."""
        return self._each("spend_at", np.full(len(self.names), slope))

    def table(self, proposed: Floats, hold_within: float) -> pd.DataFrame:
        """Return what is spent and what it brings, now and as proposed."""
        now, then = self._each("response", self.spend), self._each("response", proposed)
        change = proposed - self.spend
        small = np.abs(change) <= hold_within * self.spend
        action = np.where(small, HOLD, np.where(change > 0, INCREASE, CUT))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            slopes = [
                np.nan_to_num(self._each("marginal", x), posinf=np.inf)
                for x in (self.spend, proposed)
            ]
        return pd.DataFrame(
            {
                "current": self.spend,
                "proposed": proposed,
                "change": change,
                "action": pd.array(action, dtype="str"),
                "conversions_current": now,
                "conversions_proposed": then,
                "gain": then - now,
                "marginal_current": slopes[0],
                "marginal_proposed": slopes[1],
            },
            index=self.names,
        )

    def gains(self, proposed: Floats, rng: np.random.Generator) -> Floats:
        """Return the gain of each channel (column) for parameters drawn (rows)."""
        found = np.empty((_N_DRAWS, len(self.names)))
        for i, kind in enumerate(self.kind):
            curve = CURVES[kind]
            first, second = rng.standard_normal((2, _N_DRAWS))
            scale_error, shape_error, correlation = self.errors[i]
            mixed = correlation * first + np.sqrt(1 - correlation**2) * second
            theta = curve.theta(self.shape[i]) + shape_error * mixed
            scale = self.scale[i] * np.exp(scale_error * first)
            shape = curve.shape(theta)
            after, before = (curve.response(x[i], scale, shape) for x in (proposed, self.spend))
            found[:, i] = after - before
        return found

    def _each(self, function: str, values: Floats) -> Floats:
        """Apply a function of the curves to a value for each channel."""
        found = np.empty(len(values))
        for i, kind in enumerate(self.kind):
            found[i] = getattr(CURVES[kind], function)(values[i], self.scale[i], self.shape[i])
        return found


def _numbers(channels: pd.DataFrame, column: str) -> Floats:
    return pd.to_numeric(channels[column], errors="coerce").to_numpy(float, na_value=np.nan)


def _refuse(names: "pd.Index[str]", is_wrong: "np.ndarray[Any, np.dtype[np.bool_]]") -> None:
    if is_wrong.any():
        raise SchemaError(
            _n(
                "{n} channel has no curve of {curves}, with a spend and a scale of 0 or more "
                "and a shape above 0 (below 1 for power), and errors of 0 or more: {examples}.",
                "{n} channels have no curve of {curves}, with a spend and a scale of 0 or more "
                "and a shape above 0 (below 1 for power), and errors of 0 or more: {examples}.",
                int(is_wrong.sum()),
                curves=quoted(CURVES),
                examples=quoted(names[is_wrong], most=3),
            )
        )


def _limits(names: "pd.Index[str]", bounds: Limits | None, total: float) -> tuple[Floats, Floats]:
    """Return the lower and upper bound of each channel, once it is known that a split exists."""
    require_between(total, 0, np.finfo(float).max, name="total")
    what = _("a mapping of channels to pairs of amounts, such as {'web': (500, 2000)}")
    require_type(bounds, (Mapping, type(None)), name="bounds", what=what)
    given = {} if bounds is None else dict(bounds)
    unknown = [name for name in given if name not in names]
    if unknown:
        raise ValueError(
            _(
                "bounds names channels that are not there: {unknown}; there are {names}.",
                unknown=quoted(unknown, most=3),
                names=quoted(names),
            )
        )
    # An open end admits the whole budget.
    pairs = [_pair(given.get(name, (None, None)), float(total)) for name in names]
    low, high = (np.array([pair[end] for pair in pairs]) for end in (0, 1))
    wrong = names[~((low >= 0) & (low <= high) & np.isfinite(low + high))]
    if len(wrong):
        raise ValueError(
            _(
                "A bound is a pair of amounts, 0 or more, the lower one first: wrong for {names}.",
                names=quoted(wrong, most=3),
            )
        )
    if not low.sum() <= total * (1 + 1e-12) or not high.sum() >= total * (1 - 1e-12):
        raise ValueError(
            _(
                "The bounds admit budgets from {low} to {high}, but total is {total}.",
                low=formats.number(low.sum(), 2),
                high=formats.number(high.sum(), 2),
                total=formats.number(total, 2),
            )
        )
    return low, high


def _pair(bounds: object, total: float) -> tuple[float, float]:
    """Return the ends of a bound, open ones filled in; those of what is no bound are NaN."""
    if not (isinstance(bounds, tuple | list) and len(bounds) == 2):
        return np.nan, np.nan
    if not all(each is None or isinstance(each, int | float | np.number) for each in bounds):
        return np.nan, np.nan
    low = 0.0 if bounds[0] is None else float(bounds[0])
    return low, max(total, low) if bounds[1] is None else float(bounds[1])


def _is_beyond(channels: pd.DataFrame, proposed: Floats) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    if not {"spend_low", "spend_high"} <= set(channels.columns):
        return np.zeros(len(proposed), dtype=bool)
    low, high = _numbers(channels, "spend_low"), _numbers(channels, "spend_high")
    return (proposed < low * (1 - 1e-9)) | (proposed > high * (1 + 1e-9))


def _beyond(outside: "pd.Index[Any]") -> str:
    return _n(
        "The proposed spend of {n} channel lies outside what was observed, where its curve is "
        "a guess: {examples}. Bounds keep it nearer.",
        "The proposed spends of {n} channels lie outside what was observed, where their curves "
        "are guesses: {examples}. Bounds keep them nearer.",
        len(outside),
        examples=quoted(outside, most=3),
    )
