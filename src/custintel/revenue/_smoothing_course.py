"""The course of exponential smoothing along a series, and what its parameters do to its errors.

With level l, trend b and the season s of a year before, a period is expected to bring l + φb + s,
or (l + φb)s. Its error e moves the level by αe, the trend by αβe and the season by (1 − α)γe; where
the season multiplies, the first two are divided by s and the third by the new level.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from custintel._intervals import Floats

Numbers: TypeAlias = "float | Floats"


class Weights(NamedTuple):
    """How much of an error each state takes up, and what is left of the trend."""

    level: float  # α
    trend: float  # β: of what the level takes up
    season: float  # γ: of what the level leaves
    damping: float  # φ


class State(NamedTuple):
    """What is known of a series at one time; a form without season has seasons of 0."""

    level: float
    trend: float
    seasons: list[float]  # of the periods to come, the next first


class Course(NamedTuple):
    """A series gone through period by period, and the state at its end."""

    errors: list[float]
    bases: list[float]  # l + φb
    levels: list[float]  # after each period
    trends: list[float]  # before each period
    seasons: list[float]  # of each period
    end: State


def course(series: list[float], weights: Weights, start: State, *, multiplies: bool) -> Course:
    """Go through a series; `ZeroDivisionError` if a season or level to divide by vanishes."""
    alpha, beta, gamma, phi = weights
    gain = gamma * (1 - alpha)
    level, trend = start.level, start.trend
    seasons, cycle = list(start.seasons), len(start.seasons)
    errors, bases, levels, trends = [], [], [], []
    for i, amount in enumerate(series):
        season = seasons[i]
        base = level + phi * trend
        error = amount - (base * season if multiplies else base + season)
        move = alpha * error / season if multiplies else alpha * error
        level = base + move
        bases.append(base)
        levels.append(level)
        trends.append(trend)
        errors.append(error)
        trend = phi * trend + beta * move
        seasons.append(season + (gain * error / level if multiplies else gain * error))
    return Course(errors, bases, levels, trends, seasons, State(level, trend, seasons[-cycle:]))


def slopes(gone: Course, weights: Weights, *, multiplies: bool) -> tuple[Weights, State]:
    """Return the derivatives of the sum of squared errors by the weights and the start.

    They are added up from the last period back to the first, in one go for all parameters.
    """
    alpha, beta, gamma, phi = weights
    gain = gamma * (1 - alpha)
    by_alpha = by_beta = by_gain = by_phi = by_level = by_trend = 0.0
    cycle = len(gone.end.seasons)
    by_seasons = [0.0] * (len(gone.errors) + cycle)
    steps = zip(gone.errors, gone.bases, gone.levels, gone.trends, gone.seasons, strict=False)
    for i, (error, base, level, trend, season) in reversed(list(enumerate(steps))):
        by_season = by_seasons[i + cycle]
        divisor = level if multiplies else 1.0
        by_gain += by_season * error / divisor
        by_error = 2 * error + by_season * gain / divisor
        if multiplies:
            by_level -= by_season * gain * error / level / level
        by_move = by_level + by_trend * beta
        scale = season if multiplies else 1.0
        by_beta += by_trend * alpha * error / scale
        by_alpha += by_move * error / scale
        by_error += by_move * alpha / scale
        if multiplies:
            by_season -= by_move * alpha * error / season / season + by_error * base
            by_level -= by_error * season
        else:
            by_season -= by_error
            by_level -= by_error
        by_seasons[i] += by_season
        by_phi += (by_level + by_trend) * trend
        by_trend = (by_level + by_trend) * phi
    return (
        Weights(by_alpha - by_gain * gamma, by_beta, by_gain * (1 - alpha), by_phi),
        State(by_level, by_trend, by_seasons[:cycle]),
    )


def futures(errors: Floats, weights: Weights, start: State, *, multiplies: bool) -> Floats:
    """Return the amounts, steps × paths, that errors to come lead to."""
    alpha, beta, gamma, phi = weights
    gain = gamma * (1 - alpha)
    level: Numbers = start.level
    trend: Numbers = start.trend
    seasons: list[Numbers] = [*start.seasons]
    amounts = np.empty(errors.shape)
    for i, error in enumerate(errors):
        season = seasons[i]
        base = level + phi * trend
        amounts[i] = (base * season if multiplies else base + season) + error
        move = alpha * error / season if multiplies else alpha * error
        level = base + move
        trend = phi * trend + beta * move
        seasons.append(season + (gain * error / level if multiplies else gain * error))
    return amounts
