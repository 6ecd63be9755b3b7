"""Sales to come, forecast from sales past, and tested on what came after earlier days."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_choice
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue._cycles import (
    cycle_length,
    months_per_period,
    require_gapless,
    whole_months,
)
from custintel.revenue._outlook import Plan, bounded, first_sound, normal_draws, outlook
from custintel.revenue._period_columns import by_period
from custintel.revenue._rolling_origin import NAIVE, SMOOTHING, rolling_origin
from custintel.revenue._smoothing import FEWEST, Fitted, Seasonal, fitted_forms, table_of_fits

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class SalesForecast:
    """A forecast of sales, with the test that it has passed or failed.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``period``, the periods to come.

        - ``forecast`` : float, expected sales, currency
        - ``low``, ``high`` : float, where the sales of the period will fall
    total, total_low, total_high : float
        Expected sales of all these periods together, and where they will fall: not the sums
        of the bounds, because not all periods turn out low at once.
    model : str
        What the forecast is made with: a form of exponential smoothing, such as
        ``"ETS(A,Ad,A)"``, or ``"seasonal naive"``.
    beats_naive : bool
        Whether exponential smoothing came closer than the seasonal naive in the backtest.
        If not, or if the history is too short to tell, `model` is the seasonal naive.
    backtest : DataFrame
        Indexed by ``model``, ``"exponential smoothing"`` and ``"seasonal naive"``; no row if
        the history is too short.

        - ``mase`` : float, mean absolute error / that of the seasonal naive within the
          periods before the test; below 1 is better than that; NaN if that is 0
        - ``mae`` : float, mean absolute error, currency
        - ``coverage`` : float, 0-1, part of the sales that fell within the model's bounds
        - ``error_ratio`` : float, root mean square of the errors, each divided by the standard
          deviation that the model gives it. Above 1 its bounds are too narrow, and those of
          ``table`` are widened by this factor
        - ``n_origins`` : int, earlier periods forecast from
        - ``n_forecasts`` : int, forecasts compared with what came
    forms : DataFrame
        Indexed by ``form``, the forms of exponential smoothing that competed, best first.

        - ``aicc`` : float, Akaike's corrected criterion, lower is better
        - ``n_parameters`` : int
        - ``is_converged`` : bool, whether the search for the parameters came to its end
    history : Series
        Sales by period that the forecast rests on, currency.
    level : float
        Probability that the bounds aim to hold.
    """

    table: pd.DataFrame
    total: float
    total_low: float
    total_high: float
    model: str
    beats_naive: bool
    backtest: pd.DataFrame
    forms: pd.DataFrame
    history: "pd.Series[float]"
    level: float

    def plot(self, *, currency: str | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the history and the forecast with its bounds.

        Parameters
        ----------
        currency : str, optional
            Currency of the amounts, shown on the axis.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.

        Examples
        --------
        >>> import pandas as pd
        >>> years = pd.period_range("2012", periods=12, freq="Y")
        >>> sold = pd.DataFrame([[8.0, 9, 9, 10, 12, 11, 13, 14, 14, 16, 15, 17]], columns=years)
        >>> forecast_sales(sold, horizon="2Y").plot(currency="EUR").get_ylabel()
        'Revenue (EUR)'
        """
        from custintel.plots import forecast_fan

        return forecast_fan(
            self.table, self.history, level=self.level, model=self.model, currency=currency, ax=ax
        )


def forecast_sales(
    table: pd.DataFrame,
    *,
    horizon: str,
    level: float = 0.95,
    seasonal: Seasonal = "auto",
    random_state: int | np.random.Generator = 0,
) -> SalesForecast:
    """Forecast the sales of the coming months, quarters or years from those of the past.

    Forms of exponential smoothing, with and without a (damped) trend and a season, compete by
    AICc. The winner is then tested: it is chosen and fitted afresh at up to four earlier
    periods of the last year (or horizon, if longer), and must come closer to what followed
    than the seasonal naive, which repeats the last year. If it does not, the seasonal naive is
    the forecast.

    The bounds hold what chance may bring if sales go on as they did. A model takes its
    parameters as known, which makes its bounds too narrow: if the errors of the backtest were
    larger than it expects, the bounds are widened in proportion. No forecast knows of new
    products, lost customers or changed prices.

    Parameters
    ----------
    table : DataFrame
        One row of sales by period, without gaps, at least ten: from
        ``revenue_table(period="M", partial="drop")``, or printed. Of a table of several items
        take one: ``table.loc[["web"]]``.
    horizon : str
        Months or years to forecast, such as ``"12M"``; whole periods of the table.
    level : float, default=0.95
        Probability that the bounds aim to hold, between 0 and 1.
    seasonal : {"auto", "none", "always"}, default="auto"
        ``"auto"``: forms with and without a season compete if there are two whole years.
        ``"none"``: only forms without; then the naive forecast repeats the last period.
        ``"always"``: only forms with one.
    random_state : int or numpy.random.Generator, default=0
        Seed of the 10,000 futures that the bounds are read from.

    Returns
    -------
    SalesForecast
        The forecast with bounds, its total, the backtest, and the forms that competed. If
        sales were never below zero, neither are the forecast and its bounds.

    Raises
    ------
    SchemaError
        If the table has not one row, less than ten periods, gaps, or amounts that are missing
        or no numbers.
    ValueError
        If `horizon`, `level` or `seasonal` is not one, or a season is asked for that the table
        is too short to show.

    Warns
    -----
    WeakResultWarning
        If the history is too short for a backtest, or the search for the parameters did not
        come to its end.

    References
    ----------
    Hyndman, R. J., Koehler, A. B., Ord, J. K. and Snyder, R. D. (2008). Forecasting with
    exponential smoothing: the state space approach. Berlin: Springer.

    Hyndman, R. J. and Koehler, A. B. (2006). Another look at measures of forecast accuracy.
    International Journal of Forecasting 22(4), 679-688.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> months = pd.period_range("2020-01", periods=48, freq="M")
    >>> season = 1 + 0.3 * np.sin(np.arange(48) * np.pi / 6)
    >>> noise = np.random.default_rng(0).normal(1, 0.02, 48)
    >>> sold = pd.DataFrame([np.linspace(100, 150, 48) * season * noise], columns=months)
    >>> coming = forecast_sales(sold, horizon="12M")
    >>> coming.beats_naive
    True
    >>> coming.table.index[0], len(coming.table)
    (Period('2024-01', 'M'), 12)
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_choice(seasonal, ("auto", "none", "always"), name="seasonal")
    history = _one_series(table)
    periods = pd.PeriodIndex(history.index)
    normal = normal_draws(_steps(horizon, periods), random_state)
    plan = Plan(_cycle(periods, seasonal), seasonal, level)
    sold = np.asarray(history, np.float64)
    fits = fitted_forms(sold, plan.cycle, seasonal)
    backtest = rolling_origin(sold, plan, normal)
    mae = backtest["mae"]
    beats = bool(len(fits) and len(mae) and mae[SMOOTHING] < mae[NAIVE])
    best = first_sound(fits, normal) if beats else None
    _warn_of_weakness(best, is_tested=len(backtest) > 0, n_periods=len(sold))
    coming = outlook(sold, best, plan, normal, widening=_widening(backtest, best))
    ends = np.quantile(coming.paths.sum(axis=0), plan.tails())
    ahead = pd.period_range(periods[-1] + 1, periods=len(normal), name="period")
    return SalesForecast(
        table=bounded(coming, plan, ahead),
        total=float(coming.point.sum()),
        total_low=float(ends[0]),
        total_high=float(ends[1]),
        model=NAIVE if best is None else str(best.form),
        beats_naive=best is not None,
        backtest=backtest,
        forms=table_of_fits(fits),
        history=history,
        level=level,
    )


def _widening(backtest: pd.DataFrame, best: Fitted | None) -> float:
    """Return how much wider bounds must be for what was seen in the backtest, 1 at least."""
    name = NAIVE if best is None else SMOOTHING
    return max(1.0, float(backtest["error_ratio"].get(name, 1.0)))


def _one_series(table: pd.DataFrame) -> "pd.Series[float]":
    amounts = by_period(table)
    if len(amounts) != 1:
        raise SchemaError(
            _(
                "This table has {n} rows; one is forecast at a time: table.loc[[{example!r}]], or "
                "all together: table.sum().to_frame('total').T.",
                n=len(amounts),
                example=str(amounts.index[0]) if len(amounts) else "web",
            )
        )
    if amounts.shape[1] < FEWEST:
        raise SchemaError(
            _(
                "This table has {n} periods; a forecast needs {fewest} or more. Take shorter "
                "periods: revenue_table(period='M', partial='drop').",
                n=amounts.shape[1],
                fewest=FEWEST,
            )
        )
    require_gapless(pd.PeriodIndex(amounts.columns))
    series: pd.Series[float] = amounts.iloc[0].rename_axis("period")
    return series


def _steps(horizon: str, periods: pd.PeriodIndex) -> int:
    steps, rest = divmod(whole_months(horizon, name="horizon"), months_per_period(periods))
    if rest:
        raise ValueError(
            _(
                "horizon {horizon!r} is not a whole number of the table's periods, of "
                "{months} months each.",
                horizon=horizon,
                months=months_per_period(periods),
            )
        )
    return steps


def _cycle(periods: pd.PeriodIndex, seasonal: Seasonal) -> int:
    cycle = cycle_length(periods)
    shows_season = cycle > 1 and len(periods) >= 2 * cycle
    if seasonal == "always" and not shows_season:
        raise ValueError(
            _(
                "seasonal='always' needs two whole years of months or quarters: the table has "
                "{n} periods, {cycle} to a year.",
                n=len(periods),
                cycle=cycle,
            )
        )
    return cycle if shows_season and seasonal != "none" else 1


def _warn_of_weakness(best: Fitted | None, *, is_tested: bool, n_periods: int) -> None:
    if not is_tested:
        message = _n(
            "{n} period of sales is too short a history to test a forecast on: the seasonal "
            "naive stands in, which repeats the past. Give a longer history.",
            "{n} periods of sales are too short a history to test a forecast on: the seasonal "
            "naive stands in, which repeats the past. Give a longer history.",
            n_periods,
        )
        warn(message, WeakResultWarning)
    if best is not None and not best.is_converged():
        message = _(
            "The search for the parameters of {form} did not come to its end; the backtest "
            "tells whether it serves all the same.",
            form=str(best.form),
        )
        warn(message, WeakResultWarning)
