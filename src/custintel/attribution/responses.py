"""How conversions grow with what is spent on a channel, with less for each further amount."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from custintel._checks import quoted, require_between, require_choice, require_columns, require_type
from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.attribution._curves import CURVES, Curve
from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning

_FEWEST = 4  # periods: two parameters, and how far the periods lie off
_VAGUEST = 1.0  # error of theta: an elasticity of 0.5 would reach from 0.12 to 0.88
_REACH = 8.0  # of theta, on either side of an elasticity that is neither 0 nor 1
_N_GRID = 65


def fit_response(
    spend: pd.DataFrame,
    *,
    curve: str = "power",
    elasticity: float | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit for each channel how its conversions follow from what is spent on it.

    The periods of a channel must differ in what was spent, for reasons that have nothing to
    do with the demand: a spend that is raised before Christmas shows what Christmas brings.
    One period, or equal ones, identify nothing: then `elasticity` names an assumption, and
    ``is_assumed`` says where it was needed.

    Parameters
    ----------
    spend : DataFrame
        One row per channel and period: ``channel``, ``spend`` and ``conversions``, those
        credited, say; 0 or more. Periods are of equal length.
    curve : {"power", "log", "exponential"}, default="power"
        a·x^b with 0 < b < 1, or a·log(1 + x/b), or a·(1 − exp(−x/b)), which saturates.
    elasticity : float, optional
        Growth of the conversions in percent, for one percent more spend, that is assumed at
        the mean spend of channels whose periods do not show it; between 0 and 1.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``channel``, in the order of their names: what `reallocate_budget` takes.

        - ``curve`` : str; ``scale``, ``shape`` : float, its a and b
        - ``spend``, ``conversions`` : float, mean of a period; periods without spend are left
          out here and below
        - ``spend_low``, ``spend_high`` : float, least and most of a period: beyond them the
          curve is a guess
        - ``n_periods`` : int
        - ``elasticity`` : float, 0-1, at the mean spend
        - ``elasticity_low``, ``elasticity_high`` : float, 0-1, interval; of an assumed one,
          the assumption itself
        - ``scale_error``, ``shape_error``, ``correlation`` : float, standard errors of log a,
          and of logit b (power) or log b, and their correlation: from a quasi-Poisson
          likelihood. The error of an assumed shape is 0, of a scale of 0 too
        - ``is_assumed`` : bool

    Raises
    ------
    ConvergenceError
        If channels do not show their shape and no `elasticity` is given.
    SchemaError
        If a column is missing, a number is missing or below 0, or a channel has no spend.
    ValueError
        If `curve`, `elasticity` or `level` is not one.

    Warns
    -----
    WeakResultWarning
        If an elasticity is assumed, or conversions came in periods without spend.

    References
    ----------
    Hanssens, D. M., Parsons, L. J. and Schultz, R. L. (2001). Market response models, 2nd
    edition. Boston: Kluwer. Chapter 3.

    Examples
    --------
    >>> months = pd.DataFrame({
    ...     "channel": "search",
    ...     "spend": [100.0, 200.0, 400.0, 800.0, 1600.0],
    ...     "conversions": [200, 283, 400, 566, 800],
    ... })
    >>> fit_response(months)[["scale", "shape", "elasticity", "is_assumed"]].round(2)
             scale  shape  elasticity  is_assumed
    channel
    search   20.01    0.5         0.5       False
    """
    require_choice(curve, CURVES, name="curve")
    if elasticity is not None:
        require_between(elasticity, 0, 1, name="elasticity", open_ends=True)
    z = normal_quantile(level)
    periods = _checked(spend)
    n_free = float(periods.loc[periods["spend"] == 0, "conversions"].sum())
    if n_free:
        message = _(
            "{n:g} conversions came in periods without spend, and are left out: the curves "
            "begin at 0, so that part of what came with spend may be free too.",
            n=n_free,
        )
        warn(message, WeakResultWarning)
    fits = {
        str(name): _fitted(part["spend"].to_numpy(), part["conversions"].to_numpy(), CURVES[curve])
        for name, part in periods[periods["spend"] > 0].groupby("channel")
    }
    vague = [name for name, fit in fits.items() if fit.is_vague]
    if vague and elasticity is None:
        raise ConvergenceError(_unidentified(vague))
    if vague and elasticity is not None:
        warn(_assumed(vague, elasticity), WeakResultWarning)
        for name in vague:
            fits[name] = fits[name].assuming(elasticity)
    rows = {name: {"curve": curve, **fit.row(z)} for name, fit in fits.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("channel").infer_objects()


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The curve of one channel: theta with its error, infinite if it is not to be seen."""

    curve: Curve
    spend: Floats
    conversions: Floats
    theta: float
    error: float
    is_assumed: bool = False

    @property
    def is_vague(self) -> bool:
        return not self.error <= _VAGUEST

    def assuming(self, elasticity: float) -> "_Fit":
        theta = self.curve.theta_of_elasticity(float(self.spend.mean()), elasticity)
        return _Fit(self.curve, self.spend, self.conversions, theta, 0.0, is_assumed=True)

    def row(self, z: float) -> dict[str, object]:
        b, one, x = self.curve.shape(np.float64(self.theta)), np.float64(1), self.spend
        scale = float(self.conversions.sum() / self.curve.response(x, one, b).sum())
        expected = self.curve.response(x, np.float64(scale), b)
        slope = self.curve.slope(x, self.theta)
        mean_slope = float(np.average(slope, weights=expected)) if scale > 0 else 0.0
        n = float(expected.sum())
        own = _dispersion(self.conversions, expected, 1 if self.is_assumed else 2) / n if n else 0.0
        # The scale is known the better, the less it leans on the shape.
        scale_error = float(np.sqrt(own + (mean_slope * self.error) ** 2))
        bounds = self.theta + z * self.error * np.array([-1.0, 0.0, 1.0])
        elasticities = np.sort(self.curve.elasticity(x.mean(), self.curve.shape(bounds)))
        return {
            "scale": scale,
            "shape": float(b),
            "spend": float(x.mean()),
            "conversions": float(self.conversions.mean()),
            "spend_low": float(x.min()),
            "spend_high": float(x.max()),
            "n_periods": len(x),
            "elasticity": float(elasticities[1]),
            "elasticity_low": float(elasticities[0]),
            "elasticity_high": float(elasticities[2]),
            "scale_error": scale_error,
            "shape_error": self.error,
            "correlation": -mean_slope * self.error / scale_error if scale_error else 0.0,
            "is_assumed": self.is_assumed,
        }


def _fitted(spend: Floats, conversions: Floats, curve: Curve) -> _Fit:
    """Maximise the Poisson likelihood; the best scale for a shape has a closed form."""
    if len(spend) < _FEWEST or np.ptp(spend) == 0 or not conversions.any():
        return _Fit(curve, spend, conversions, 0.0, np.inf)
    middle = curve.theta_of_elasticity(float(spend.mean()), 0.5)

    def loss(theta: float) -> float:
        expected = curve.response(spend, np.float64(1), curve.shape(np.float64(theta)))
        return float(conversions.sum() * np.log(expected.sum()) - conversions @ np.log(expected))

    grid = np.linspace(middle - _REACH, middle + _REACH, _N_GRID)
    best = int(np.argmin([loss(theta) for theta in grid]))
    if best in (0, _N_GRID - 1):
        return _Fit(curve, spend, conversions, 0.0, np.inf)
    found = minimize_scalar(
        loss, bounds=(grid[best - 1], grid[best + 1]), method="bounded", options={"xatol": 1e-10}
    )
    theta = float(found.x)
    return _Fit(curve, spend, conversions, theta, _error(curve, spend, conversions, theta))


def _error(curve: Curve, spend: Floats, conversions: Floats, theta: float) -> float:
    response = curve.response(spend, np.float64(1), curve.shape(np.float64(theta)))
    expected = response * conversions.sum() / response.sum()
    slope = curve.slope(spend, theta)
    slope = slope - np.average(slope, weights=expected)
    information = float(expected @ slope**2)
    if information <= 0:
        return np.inf
    return float(np.sqrt(_dispersion(conversions, expected, 2) / information))


def _dispersion(conversions: Floats, expected: Floats, n_parameters: int) -> float:
    """Return how many times the periods vary as Poisson counts would, at least once."""
    n_free = len(conversions) - n_parameters
    if n_free < 1:
        return 1.0
    return max(float(((conversions - expected) ** 2 / expected).sum() / n_free), 1.0)


def _checked(spend: pd.DataFrame) -> pd.DataFrame:
    require_type(spend, pd.DataFrame, name="spend", what=_("a pandas DataFrame"))
    require_columns(spend.columns, ["channel", "spend", "conversions"], table="spend")
    found = pd.DataFrame(
        {
            "channel": spend["channel"].astype("str"),
            "spend": pd.to_numeric(spend["spend"], errors="coerce").astype(float),
            "conversions": pd.to_numeric(spend["conversions"], errors="coerce").astype(float),
        }
    )
    values = found[["spend", "conversions"]].to_numpy()
    is_wrong = (~np.isfinite(values) | (values < 0)).any(axis=1)
    is_wrong |= spend["channel"].isna().to_numpy()
    if is_wrong.any():
        raise SchemaError(
            _n(
                "{n} row of 'spend' lacks its channel, or an amount of 0 or more: at {rows}. "
                "Correct it or leave it out.",
                "{n} rows of 'spend' lack their channel, or an amount of 0 or more: at {rows}. "
                "Correct them or leave them out.",
                int(is_wrong.sum()),
                rows=quoted(spend.index[is_wrong], most=3),
            )
        )
    total = found.groupby("channel")["spend"].sum()
    unpaid = total.index[total == 0]
    if len(unpaid) or found.empty:
        raise SchemaError(
            _(
                "Table 'spend' has no period with spend for {channels}. Leave channels without "
                "spend out.",
                channels=quoted(unpaid, most=3) or _("any channel"),
            )
        )
    return found


def _unidentified(vague: list[str]) -> str:
    return _n(
        "The periods of {n} channel do not show how its conversions follow from its spend: "
        "{examples}. They are fewer than 4, or too alike, or show no falling return. Assume an "
        "elasticity, such as elasticity=0.5, or leave the channel out.",
        "The periods of {n} channels do not show how their conversions follow from their spend: "
        "{examples}. They are fewer than 4, or too alike, or show no falling return. Assume an "
        "elasticity, such as elasticity=0.5, or leave the channels out.",
        len(vague),
        examples=quoted(vague, most=3),
    )


def _assumed(vague: list[str], elasticity: float) -> str:
    return _n(
        "An elasticity of {elasticity:g} is assumed for {n} channel, whose periods show none: "
        "{examples}.",
        "An elasticity of {elasticity:g} is assumed for {n} channels, whose periods show none: "
        "{examples}.",
        len(vague),
        elasticity=elasticity,
        examples=quoted(vague, most=3),
    )
