"""Choosing a purchase model by how it forecast, and asking what it gains over plain rules."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import ConvergenceError, WeakResultWarning
from custintel.value._baselines import BASELINES
from custintel.value._forecast_scores import LOSSES, paired_difference


@dataclass(frozen=True, slots=True, eq=False)
class ModelChoice:
    """The purchase model that forecast best on earlier cuts, scored on the last one.

    Attributes
    ----------
    name : str
        The model, as named in the backtest.
    criterion : str
        The score by which it was chosen, the smaller the better.
    chosen_on : tuple of Timestamp
        The cuts on which the models were compared.
    scored_on : Timestamp
        The last cut, on which the chosen model meets the baselines.
    is_chosen_before : bool
        Whether the choice was made without sight of the purchases that it is scored on. If
        not, the score flatters the model.
    against_baselines : DataFrame
        Indexed by ``baseline``: ``past_rate``, ``hiatus``. Errors are per customer, on the
        cut `scored_on`.

        - ``model_error``, ``baseline_error`` : float, means over customers of the criterion
        - ``reduction_rate`` : float, by which share the model's error is below the
          baseline's, negative if it is above; NaN if the baseline makes none
        - ``difference`` : float, ``model_error`` minus ``baseline_error``
        - ``difference_low``, ``difference_high`` : float, its interval at `level`, from the
          differences customer by customer; infinite where one error is
        - ``verdict`` : str, ``"better"`` or ``"worse"`` than the baseline if the interval
          excludes 0, otherwise ``"undecided"``
    level : float
        Probability that the intervals aim to cover.
    """

    name: str
    criterion: str
    chosen_on: tuple[pd.Timestamp, ...]
    scored_on: pd.Timestamp
    is_chosen_before: bool
    against_baselines: pd.DataFrame
    level: float


def rank_models(scores: pd.DataFrame, criterion: str) -> pd.DataFrame:
    """Rank models by the mean of a criterion over cuts; those that failed at a cut come last."""
    ranked = (
        scores.assign(failed=scores["reason"] != "")
        .groupby("model", sort=False)
        .agg(
            mean=(criterion, "mean"),
            n_cuts=("failed", "size"),
            n_failed=("failed", "sum"),
            is_baseline=("is_baseline", "first"),
        )
        .rename(columns={"mean": criterion})
        .sort_values(["n_failed", criterion], kind="stable")
    )
    ranked.insert(0, "rank", np.arange(1, len(ranked) + 1))
    return ranked


def choose_model(
    scores: pd.DataFrame, forecasts: pd.DataFrame, *, criterion: str, days: int, level: float
) -> ModelChoice:
    """Choose a model on all cuts but the last, and compare it with the baselines on the last."""
    cuts = list(scores.index.unique("cut_date"))
    last, earlier = cuts[-1], cuts[:-1] or cuts
    candidates = _candidates(scores, last)
    name = _first_of(rank_models(scores.loc[earlier], criterion), candidates)
    overlapping = [cut for cut in earlier if cut + pd.Timedelta(days=days) > last]
    is_chosen_before = len(candidates) == 1 or not overlapping
    if not is_chosen_before:
        _warn_of_sight(overlapping, last)
    return ModelChoice(
        name=name,
        criterion=criterion,
        chosen_on=tuple(earlier),
        scored_on=last,
        is_chosen_before=is_chosen_before,
        against_baselines=_against_baselines(forecasts.loc[last], name, criterion, level),
        level=level,
    )


def _candidates(scores: pd.DataFrame, last: pd.Timestamp) -> list[str]:
    """Return the models fitted at the last cut: what failed then cannot be used then."""
    at_last = scores.loc[last]
    models = at_last[~at_last["is_baseline"]]
    fitted = models.index[models["reason"] == ""]
    if not len(fitted):
        raise ConvergenceError(
            _(
                "No model could be fitted at the last cut, {cut:%Y-%m-%d}. {reason}",
                cut=last,
                reason=models["reason"].iloc[0],
            )
        )
    return list(fitted)


def _first_of(ranking: pd.DataFrame, candidates: list[str]) -> str:
    able = ranking[ranking.index.isin(candidates) & (ranking["n_failed"] < ranking["n_cuts"])]
    if able.empty:
        raise ConvergenceError(
            _(
                "No model could be fitted both at the last cut and at an earlier one, so none "
                "can be chosen; the column 'reason' of scores says why."
            )
        )
    return str(able.index[0])


def _warn_of_sight(overlapping: Sequence[pd.Timestamp], last: pd.Timestamp) -> None:
    warn(
        _(
            "The model is chosen with sight of purchases after {last}, on which it is then "
            "scored, because of the cut of {cuts}: its score flatters it. Give cut_dates at "
            "least one horizon apart, and two or more.",
            last=formats.date(last),
            cuts=", ".join(formats.date(cut) for cut in overlapping[:3]),
        ),
        WeakResultWarning,
    )


def _against_baselines(
    forecasts: pd.DataFrame, name: str, criterion: str, level: float
) -> pd.DataFrame:
    actual = forecasts["actual_purchases"].to_numpy(float)
    losses = {
        each: LOSSES[criterion](actual, forecasts[each].to_numpy(float))
        for each in (name, *BASELINES)
    }
    error = float(losses[name].mean())
    rows = []
    for baseline in BASELINES:
        other = float(losses[baseline].mean())
        gap = paired_difference(losses[name], losses[baseline], level)
        rows.append(
            {
                "baseline": baseline,
                "model_error": error,
                "baseline_error": other,
                "reduction_rate": 1 - error / other if other else np.nan,
                "difference": gap.value,
                "difference_low": gap.low,
                "difference_high": gap.high,
                "verdict": _verdict(gap.low, gap.high),
            }
        )
    return pd.DataFrame(rows).set_index("baseline")


def _verdict(low: float, high: float) -> str:
    if high < 0:
        return "better"
    return "worse" if low > 0 else "undecided"
