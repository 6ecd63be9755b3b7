"""How well purchase models forecast what they had not seen, cut after cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from custintel._checks import quoted, require_between, require_choice, require_named, require_type
from custintel._frames import Frame
from custintel._text import translate as _
from custintel._time import Day, Span, as_day
from custintel.value._baselines import BASELINES
from custintel.value._forecast_scores import LOSSES
from custintel.value._holdouts import observe
from custintel.value._models_given import require_purchase_model
from custintel.value._trials import (
    UnfittedModel,
    decile_table,
    forecast_table,
    score_table,
    tracking_table,
    try_models,
)
from custintel.value.choice import ModelChoice, choose_model, rank_models

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TAKEN = {*BASELINES, "actual_purchases"}
_EXAMPLE = "{'BG/NBD': BetaGeoModel()}"


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """What models and baselines forecast at each cut, beside what customers then did.

    Attributes
    ----------
    scores : DataFrame
        Indexed by ``cut_date`` and ``model``, the models first and then the baselines
        ``past_rate`` and ``hiatus``. The scores of a model without forecast are missing (NaN).

        - ``is_baseline`` : bool
        - ``n_customers`` : int, customers with a purchase by the cut
        - ``actual_purchases`` : int, their purchase days in the holdout
        - ``expected_purchases`` : float, the forecast of that number
        - ``total_error_rate`` : float, expected over actual, minus 1; NaN if nobody purchased
        - ``mean_squared_error`` : float, over customers; smallest, on average, for forecasts
          that are right on average
        - ``mean_absolute_error`` : float, over customers. Where most do not purchase it favours
          forecasts near 0, whatever their total
        - ``mean_poisson_deviance`` : float, over customers; like the squared error right on
          average, with less weight on the heaviest buyers. Infinite for baselines
          that expect nothing of a customer who then purchased
        - ``root_mean_squared_error`` : float, purchases
        - ``top_decile_share`` : float, share of the actual purchases made by the tenth of
          customers with the highest forecasts; NaN if nobody purchased
        - ``reason`` : str, why the model could not be fitted; empty if it could
    deciles : DataFrame
        Indexed by ``cut_date``, ``model`` and ``decile``, from 1 to 10, the highest forecasts.
        Customers with the same forecast stay together, so that groups differ in size and
        some are empty and left out, as are models without forecast.

        - ``n_customers`` : int
        - ``expected_mean``, ``actual_mean`` : float, purchases per customer
        - ``actual_mean_low``, ``actual_mean_high`` : float, interval of the mean at `level`:
          exact Poisson bounds, widened if the counts vary more
    tracking : DataFrame
        Indexed by ``cut_date``, ``model`` and ``week_end``, the last day of each week of the
        holdout, of which the last may be short. Models without forecast are left out.

        - ``actual_purchases`` : int, since the cut
        - ``expected_purchases`` : float, since the cut, summed over customers
    forecasts : DataFrame
        Indexed by ``cut_date`` and ``customer_id``.

        - ``actual_purchases`` : int, in the holdout
        - one column for each model and baseline : float, the purchases that it expects; NaN
          at cuts at which it could not be fitted
    holdout_days : int
        Length of each holdout: the horizon, rounded to whole days.
    level : float
        Probability that intervals aim to cover.
    """

    scores: pd.DataFrame
    deciles: pd.DataFrame
    tracking: pd.DataFrame
    forecasts: pd.DataFrame
    holdout_days: int
    level: float

    def ranking(self, *, criterion: str = "mean_squared_error") -> pd.DataFrame:
        """Rank models and baselines by a score, averaged over the cuts.

        Parameters
        ----------
        criterion : {"mean_squared_error", "mean_poisson_deviance", "mean_absolute_error"}
            The score, the smaller the better; every cut counts the same.

        Returns
        -------
        DataFrame
            Indexed by ``model``, the best first.

            - ``rank`` : int, from 1; models that failed at a cut come last
            - the criterion : float, its mean over the cuts at which the model was fitted
            - ``n_cuts`` : int
            - ``n_failed`` : int, cuts at which the model could not be fitted
            - ``is_baseline`` : bool
        """
        require_choice(criterion, LOSSES, name="criterion")
        return rank_models(self.scores, criterion)

    def best(self, *, criterion: str = "mean_squared_error") -> ModelChoice:
        """Choose a model on all cuts but the last, and compare it with the baselines there.

        Only models that could be fitted at the last cut are candidates. Where the choice has
        seen purchases that the model is then scored on (there is a single cut, or the holdout
        of an earlier one reaches beyond the last), a warning says so.

        Parameters
        ----------
        criterion : {"mean_squared_error", "mean_poisson_deviance", "mean_absolute_error"}
            The score to choose by, the smaller the better.

        Returns
        -------
        ModelChoice
            The name of the model, and by how much it beats each baseline, or that it does not.

        Raises
        ------
        ConvergenceError
            If no model could be fitted both at the last cut and at an earlier one.
        """
        require_choice(criterion, LOSSES, name="criterion")
        return choose_model(
            self.scores,
            self.forecasts,
            criterion=criterion,
            days=self.holdout_days,
            level=self.level,
        )

    def plot(self, *, cut_date: Day | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw actual and expected purchases by week; see `custintel.plots.backtest_lines`.

        Parameters
        ----------
        cut_date : date-like, optional
            Which cut; the last one, if left out.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.backtest import backtest_lines

        tracking = self.tracking.xs(self._cut(cut_date), level="cut_date")
        return backtest_lines(pd.DataFrame(tracking), ax=ax)

    def plot_calibration(
        self, model: str, *, cut_date: Day | None = None, ax: "Axes | None" = None
    ) -> "Axes":
        """Draw forecasts against what happened; see `custintel.plots.calibration_points`.

        Parameters
        ----------
        model : str
            Which model or baseline.
        cut_date : date-like, optional
            Which cut; the last one, if left out.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.backtest import calibration_points

        deciles = self.deciles.xs(self._cut(cut_date), level="cut_date")
        require_choice(model, deciles.index.unique("model"), name="model")
        return calibration_points(pd.DataFrame(deciles.xs(model, level="model")), ax=ax)

    def _cut(self, cut_date: Day | None) -> pd.Timestamp:
        cuts: list[pd.Timestamp] = list(self.scores.index.unique("cut_date"))
        if cut_date is None:
            return cuts[-1]
        cut = as_day(cut_date, name="cut_date")
        require_choice(cut, cuts, name="cut_date")
        return cut


def backtest(  # noqa: PLR0913 - two tables, and what each trial is about
    transactions: Frame,
    models: Mapping[str, UnfittedModel],
    *,
    cut_dates: Sequence[Day],
    horizon: str,
    as_of: Day,
    covariates: pd.DataFrame | None = None,
    level: float = 0.95,
) -> Backtest:
    """Fit models on the past of each cut, and score their forecasts of the days after it.

    Two rules that need no model are scored beside them. ``past_rate`` expects each customer's
    repeat purchases to go on at their past rate, frequency / T. ``hiatus`` expects the same,
    but nothing of a customer whose silence at the cut is longer than the longest pause between
    two purchases so far. Both expect nothing of customers without repeat purchase. A model
    that a manager's rule of thumb equals is not worth its trouble, and such rules are hard to
    beat at times (Wübben & von Wangenheim 2008).

    A model that does not converge at a cut is kept with the reason, and ranked last.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, of any engine.
    models : mapping of str to model
        Unfitted purchase models by name, such as `custintel.models.BetaGeoModel`; they are
        cloned. They are fitted on `custintel.tables.regularity_history`.
    cut_dates : list of date-like
        Days on which to forecast; each is the last day that the models see.
    horizon : str
        Length of the holdout after each cut, with its unit: ``"26W"``; rounded to days.
    as_of : date-like
        Last day that the data cover. No holdout may reach beyond it: days without data are
        not days without purchases.
    covariates : DataFrame, optional
        For models with covariates: one row per customer, indexed by ``customer_id``. What it
        holds must have been known at every cut.
    level : float, default=0.95
        Probability that intervals aim to cover, between 0 and 1.

    Returns
    -------
    Backtest
        Tables of scores, calibration, tracking and single forecasts, a ranking, and the
        model that is best.

    Raises
    ------
    SchemaError
        If a column is missing, nobody purchased by a cut, or nobody did after it.
    ValueError
        If a holdout ends after `as_of`, a name is taken, or a model forecasts no numbers.
    TypeError
        If a model is no purchase model, or the covariates are not a table.

    References
    ----------
    Wübben, M. and von Wangenheim, F. (2008). Instant customer base analysis: managerial
    heuristics often "get it right". Journal of Marketing 72(3), 82-93.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.models import BetaGeoModel
    >>> trial = backtest(
    ...     load_cdnow("sample"),
    ...     {"BG/NBD": BetaGeoModel()},
    ...     cut_dates=["1997-06-30", "1997-12-30"],
    ...     horizon="26W",
    ...     as_of="1998-06-30",
    ... )
    >>> trial.ranking().index.to_list()
    ['BG/NBD', 'hiatus', 'past_rate']
    >>> trial.best().against_baselines["verdict"].to_list()
    ['better', 'better']
    """
    days = max(round(Span.parse(horizon).to("D")), 1)
    require_between(level, 0, 1, name="level", open_ends=True)
    _require_models(models)
    if covariates is not None:
        frame = _("a pandas DataFrame, one row per customer, indexed by customer_id")
        require_type(covariates, pd.DataFrame, name="covariates", what=frame)
    cuts = _cuts(cut_dates, days, as_day(as_of))
    trials = {cut: try_models(observe(transactions, cut, days, covariates), models) for cut in cuts}
    return Backtest(
        scores=score_table(trials),
        deciles=decile_table(trials, level),
        tracking=tracking_table(trials),
        forecasts=forecast_table(trials),
        holdout_days=days,
        level=level,
    )


def _require_models(models: Mapping[str, UnfittedModel]) -> None:
    require_named(models, example=_EXAMPLE)
    for name, model in models.items():
        require_purchase_model(model, "expected_purchases", argument="horizon", name=repr(name))
    taken = [name for name in models if not isinstance(name, str) or name in _TAKEN]
    if taken:
        raise ValueError(
            _(
                "Models are named by texts other than {taken}: got {names}. Choose other names.",
                taken=quoted(sorted(_TAKEN)),
                names=quoted(taken),
            )
        )


def _cuts(cut_dates: Sequence[Day], days: int, as_of: pd.Timestamp) -> list[pd.Timestamp]:
    """Return the cuts in order, once it is sure that the data cover what comes after each."""
    dates = cut_dates if isinstance(cut_dates, Sequence | pd.Index) else []
    if not len(dates) or isinstance(dates, str):
        raise ValueError(
            _(
                "cut_dates is a list of one or more dates, such as ['1997-09-30']: got {value!r}.",
                value=cut_dates,
            )
        )
    cuts = sorted({as_day(each, name="cut_dates") for each in dates})
    latest = as_of - pd.Timedelta(days=days)
    late = [cut for cut in cuts if cut > latest]
    if late:
        raise ValueError(
            _(
                "The holdout of {days} days after {n} of {total} cuts, such as {cut:%Y-%m-%d}, "
                "ends after as_of {as_of:%Y-%m-%d}, the last day of the data. Take cuts up to "
                "{latest:%Y-%m-%d}, or a shorter horizon.",
                days=days,
                n=len(late),
                total=len(cuts),
                cut=late[-1],
                as_of=as_of,
                latest=latest,
            )
        )
    return cuts
