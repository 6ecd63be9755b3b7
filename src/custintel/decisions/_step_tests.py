"""Whether the last values of a series lie off its own level, trend, season and habit.

The series is regressed on a trend and a season with errors that follow one another (AR(1),
Prais & Winsten 1954). A step that begins so many periods before the end is then one more
column of the regression, and its t-test says whether the change is beyond the noise (Box &
Tiao 1975). A rate with a known denominator is weighted by it, and its noise is never taken
for less than that of drawing so many.
"""

from dataclasses import dataclass

import numpy as np

from custintel._intervals import Floats

LEAST_HISTORY = 8  # fewer periods say nothing of what is usual
_LEAST_FOR_TREND = 16
_LEAST_FOR_HABIT = 12
_MOST_HARMONICS = 3
_HIGHEST = 0.95  # of the correlation of errors: beyond it a level is hardly defined


@dataclass(frozen=True, slots=True, eq=False)
class StepTest:
    """The most striking step at the end of one series, and what was expected of each value."""

    p: float  # two-sided, for all starts together
    start: int  # position of the first value of the step
    size: float
    size_low: float
    size_high: float
    expected: Floats
    low: Floats
    high: Floats
    habit: float  # correlation of errors that follow one another
    has_season: bool


def step_test(
    values: Floats, trials: Floats | None, *, watch: int, season: int, level: float
) -> StepTest | None:
    """Test a step at the end of a series, which may begin in any of the last `watch` periods."""
    n = len(values)
    n_before = n - watch
    if n_before < LEAST_HISTORY:
        return None
    columns, has_season = _columns(n, n_before, season)
    scale, is_drawn = _scales(values, trials, n_before)
    y, x = values / scale, columns / scale[:, None]
    habit = _habit(y[:n_before], x[:n_before])
    white_y, white_x = _whitened(y, habit), _whitened(x, habit)
    steps = [(np.arange(n) >= start).astype(float) for start in range(n_before, n)]
    found = [_tested(white_y, white_x, _whitened(step / scale, habit), is_drawn) for step in steps]
    best = int(np.argmin([p for p, _size, _error, _df in found]))
    p, size, error, df = found[best]
    half = _quantile(level, df) * error
    expected, spread = _expected(y, x, habit, n_before, is_drawn, level)
    return StepTest(
        # Any of several starts may be the striking one.
        p=float(-np.expm1(watch * np.log1p(-min(p, 1 - 1e-16)))),
        start=n_before + best,
        size=size,
        size_low=size - half,
        size_high=size + half,
        expected=expected * scale,
        low=(expected - spread) * scale,
        high=(expected + spread) * scale,
        habit=habit,
        has_season=has_season,
    )


def _columns(n: int, n_before: int, season: int) -> tuple[Floats, bool]:
    at = np.arange(n)
    columns = [np.ones(n)]
    if n_before >= _LEAST_FOR_TREND:
        columns.append((at - n_before / 2) / n_before)
    has_season = season > 1 and n_before >= 2 * season + 2
    if has_season:
        most = season // 2 if season <= 12 else _MOST_HARMONICS
        for wave in range(1, most + 1):
            angle = 2 * np.pi * wave * at / season
            columns.append(np.cos(angle))
            # At half the season the sine is zero everywhere.
            if 2 * wave != season:
                columns.append(np.sin(angle))
    return np.column_stack(columns), has_season


def _scales(values: Floats, trials: Floats | None, n_before: int) -> tuple[Floats, bool]:
    """Return the noise of drawing at each value, or one for all if there is no denominator."""
    if trials is None:
        return np.ones(len(values)), False
    usual = float(np.average(values[:n_before], weights=trials[:n_before]))
    # A rate of exactly 0 or 1 so far has some noise all the same.
    n = trials[:n_before].sum()
    usual = (usual * n + 0.5) / (n + 1)
    return np.sqrt(usual * (1 - usual) / trials), True


def _habit(y: Floats, x: Floats) -> float:
    """Return the correlation of errors that follow one another, 0 if there are too few."""
    n, k = x.shape
    if n < _LEAST_FOR_HABIT:
        return 0.0
    error = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    total = float(error @ error)
    if total <= 1e-20 * max(float(y @ y), 1e-300):
        return 0.0
    found = float(error[1:] @ error[:-1]) / total
    # Errors around a fitted line look less alike than they are (Kendall 1954).
    corrected = (n * found + k) / max(n - k - 2, 1) if n > k + 3 else found
    return float(np.clip(corrected, 0.0, _HIGHEST))


def _whitened(values: Floats, habit: float) -> Floats:
    """Return what each value adds to what the one before lets expect."""
    white = values.astype(float).copy()
    white[1:] -= habit * values[:-1]
    white[0] *= np.sqrt(1 - habit**2)
    return white


def _tested(
    y: Floats, x: Floats, step: Floats, is_drawn: bool
) -> tuple[float, float, float, float]:
    """Return p, size and standard error of a step, and the degrees of freedom."""
    design = np.column_stack([x, step])
    noise, inverse, coefficients, df = _fitted(y, design, is_drawn)
    size, error = float(coefficients[-1]), float(np.sqrt(noise * inverse[-1, -1]))
    if error <= 1e-12 * max(float(np.abs(y).max()), 1e-300):
        # A series without any noise: whatever moves has moved.
        return (1.0 if abs(size) <= 1e-9 * float(np.abs(y).max()) else 0.0), size, 0.0, df
    return _two_sided(size / error, df), size, error, df


def _fitted(y: Floats, design: Floats, is_drawn: bool) -> tuple[float, Floats, Floats, float]:
    n, k = design.shape
    inverse = np.asarray(np.linalg.pinv(design.T @ design), np.float64)
    coefficients = np.asarray(inverse @ design.T @ y, np.float64)
    error = y - design @ coefficients
    df = float(max(n - k, 1))
    noise = float(error @ error) / df
    # Of what is drawn the noise is known to be 1 at least.
    return (max(noise, 1.0) if is_drawn else noise), inverse, coefficients, df


def _expected(
    y: Floats, x: Floats, habit: float, n_before: int, is_drawn: bool, level: float
) -> tuple[Floats, Floats]:
    """Return what the values before let expect of each one, and how far it may be off."""
    white_y, white_x = _whitened(y, habit), _whitened(x, habit)
    usual = slice(0, n_before)
    noise, inverse, coefficients, df = _fitted(white_y[usual], white_x[usual], is_drawn)
    fitted = x @ coefficients
    # The watched values are foretold from the last usual one on, not from one another: a change
    # that lasts must not become what is expected.
    off = (y - fitted)[:n_before]
    ahead = np.arange(1, len(y) - n_before + 1)
    before = np.concatenate([[0.0], habit * off[:-1], off[-1] * habit**ahead])
    grown = np.ones(len(y))
    grown[n_before:] = (1 - habit ** (2 * ahead)) / (1 - habit**2)
    leverage = np.einsum("ij,jk,ik->i", white_x, inverse, white_x)
    spread = _quantile(level, df) * np.sqrt(noise * (grown + leverage))
    return np.asarray(fitted + before), np.asarray(spread)


def _two_sided(t: float, df: float) -> float:
    from scipy.stats import t as student

    return float(2 * student.sf(abs(t), df))


def _quantile(level: float, df: float) -> float:
    from scipy.stats import t as student

    return float(student.ppf(0.5 + level / 2, df))
