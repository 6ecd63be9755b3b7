"""What a project may bring when several of its assumptions are unsure at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_count, require_type
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.projects._amounts import LARGEST, amount
from custintel.projects._outcomes import outcome_of, require_function
from custintel.projects._simulated_figures import driver_table, figure_table
from custintel.projects.distributions import Distribution, is_distribution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DRAWS = 10_000_000
# A random number of exactly 0 would be an infinite value of a normal distribution.
_SMALLEST = 2.0**-54


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedReturns:
    """Outcomes of a project under assumptions drawn many times.

    Attributes
    ----------
    figures : DataFrame
        Indexed by ``figure``: ``mean``, ``median``, ``outcome_low`` and ``outcome_high``
        (between which the outcome falls with probability `level`), ``loss_probability``.

        - ``value`` : float, in the unit of the outcome; in 0-1 for the probability
        - ``low``, ``high`` : float, between which the figure of endlessly many draws lies:
          the error of the simulation, not that of the assumptions. Infinite where too few
          draws lie beyond a bound to tell
    drivers : DataFrame
        Indexed by ``driver``, the assumptions that are unsure, strongest first.

        - ``rank_correlation`` : float, in −1 to 1, Spearman's, with the outcome; NaN if one of
          both is always the same
        - ``rank_correlation_low``, ``rank_correlation_high`` : float, likewise of endlessly
          many draws
    draws : DataFrame
        One row per draw: the assumptions by name, fixed ones too, and ``outcome``.
    threshold : float
        Outcome below which a draw is a loss.
    level : float
        Probability that the intervals aim to cover.
    """

    figures: pd.DataFrame
    drivers: pd.DataFrame
    draws: pd.DataFrame
    threshold: float
    level: float

    def histogram(self, *, n_bins: int = 40) -> pd.DataFrame:
        """Count the outcomes in bins of equal width, one of which begins at the threshold.

        Parameters
        ----------
        n_bins : int, default=40
            Bins, about; 1 to 1000.

        Returns
        -------
        DataFrame
            One row per bin, lowest first.

            - ``low``, ``high`` : float, ends of the bin, the first included
            - ``n_draws`` : int
            - ``draw_share`` : float, in 0-1
            - ``is_loss`` : bool, whether the bin lies below the threshold

        Raises
        ------
        ValueError
            If the number of bins is none.

        Examples
        --------
        >>> from custintel.projects import Uniform
        >>> found = simulate_returns(
        ...     lambda gain: gain, {"gain": Uniform(-10, 30)}, n_draws=1000
        ... )
        >>> found.histogram(n_bins=4)["is_loss"].to_list()
        [True, False, False, False, False]
        """
        require_count(n_bins, name="n_bins")
        require_between(n_bins, 1, 1000, name="n_bins")
        outcome = self.draws["outcome"].to_numpy(float)
        edges = _edges(outcome, self.threshold, n_bins)
        n = np.histogram(outcome, edges)[0]
        return pd.DataFrame(
            {
                "low": edges[:-1],
                "high": edges[1:],
                "n_draws": n,
                "draw_share": n / len(outcome),
                "is_loss": edges[1:] <= self.threshold,
            }
        )

    def plot(self, *, currency: str | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the distribution of the outcome, with its interval and the losses marked.

        Parameters
        ----------
        currency : str, optional
            Currency of the outcome.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            See `custintel.plots.outcome_histogram`.

        Examples
        --------
        >>> from custintel.projects import Uniform
        >>> found = simulate_returns(lambda gain: gain, {"gain": Uniform(-1, 3)}, n_draws=1000)
        >>> found.plot(currency="EUR").get_ylabel()
        'Share of draws'
        """
        from custintel.plots.project_risk import outcome_histogram

        return outcome_histogram(self.histogram(), self.figures, currency=currency, ax=ax)


def simulate_returns(
    calculate: Callable[..., float],
    inputs: Mapping[str, Distribution | float],
    *,
    threshold: float = 0.0,
    n_draws: int = 10_000,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> SimulatedReturns:
    """Draw unsure assumptions of a project many times, and see what the outcomes are.

    Assumptions are drawn **independently** of one another. Where they go wrong together, as
    costs and delays do, the true outcomes scatter more: let `calculate` make one from the other.

    Parameters
    ----------
    calculate : callable
        Takes the assumptions as named arguments, and returns the outcome as a number:
        ``lambda **given: tec_roi(**given).roi``. It is called once per draw.
    inputs : mapping of str to Triangular, Normal, Uniform or float
        The assumptions by name; a number is fixed. Anything with a method
        ``quantile(probability)`` is a distribution.
    threshold : float, default=0.0
        Outcome below which a draw is a loss.
    n_draws : int, default=10_000
        Draws, 100 to 10 million.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the draws: the same seed gives the same outcomes.

    Returns
    -------
    SimulatedReturns
        ``figures`` with the error of the simulation, ``drivers`` and ``draws``.

    Raises
    ------
    ValueError
        If nothing is unsure, a number is not one, or the outcome of a draw is not a finite
        number or cannot be calculated; the message tells the assumptions of that draw.
    TypeError
        If `calculate` cannot be called, `inputs` is no mapping, or an assumption neither a
        number nor a distribution.

    Notes
    -----
    The interval of the mean is Student's, that of the probability of a loss Wilson's, those of
    median and bounds come from the order of the draws, those of rank correlations from
    Fisher's transformation with the variance of Bonett and Wright.

    References
    ----------
    Hertz, D. B. (1964). Risk analysis in capital investment. Harvard Business Review 42(1),
    95-106.

    Bonett, D. G. and Wright, T. A. (2000). Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations. Psychometrika 65(1), 23-28.

    Examples
    --------
    >>> from custintel.projects import Triangular, Uniform, tec_roi
    >>> found = simulate_returns(
    ...     lambda **given: tec_roi(**given).roi,
    ...     {"n_customers": 10_000, "implementation_cost": Triangular(15, 20, 40),
    ...      "upkeep_cost": 5, "gross_profit": 60, "success_rate": Uniform(0.3, 0.7)},
    ...     n_draws=2_000,
    ... )
    >>> bool(0.4 < found.figures.loc["loss_probability", "value"] < 0.6)
    True
    >>> found.drivers.index.to_list()
    ['success_rate', 'implementation_cost']
    """
    require_function(calculate)
    _require_inputs(inputs)
    require_count(n_draws, name="n_draws")
    require_between(n_draws, 100, _MOST_DRAWS, name="n_draws")
    require_between(level, 0, 1, name="level", open_ends=True)
    limit = amount(threshold, name="threshold", low=-LARGEST)
    drawn = _drawn(inputs, n_draws, _generator(random_state))
    outcomes = [
        outcome_of(calculate, dict(zip(drawn, row, strict=True)))
        for row in zip(*(values.tolist() for values in drawn.values()), strict=True)
    ]
    draws = pd.DataFrame(drawn).assign(outcome=np.array(outcomes, float))
    unsure = [name for name, given in inputs.items() if is_distribution(given)]
    return SimulatedReturns(
        figures=figure_table(draws["outcome"].to_numpy(), threshold=limit, level=level),
        drivers=driver_table(draws, unsure, level=level),
        draws=draws,
        threshold=limit,
        level=level,
    )


def _require_inputs(inputs: Mapping[str, Distribution | float]) -> None:
    asked = _("a mapping from the names of assumptions to distributions or numbers")
    require_type(inputs, Mapping, name="inputs", what=asked)
    for name, given in inputs.items():
        if not is_distribution(given):
            amount(given, name=str(name), low=-LARGEST)
    if "outcome" in inputs:
        raise ValueError(_("No assumption is called 'outcome': give it another name."))
    if not any(map(is_distribution, inputs.values())):
        raise ValueError(
            _(
                "No assumption is unsure, so there is nothing to draw. Give at least one as a "
                "Triangular, Normal or Uniform."
            )
        )


def _generator(random_state: int | np.random.Generator) -> np.random.Generator:
    what = _("a whole number from 0, or a numpy.random.Generator")
    kinds = (int, np.integer, np.random.Generator)
    require_type(random_state, kinds, name="random_state", what=what)
    if not isinstance(random_state, np.random.Generator) and random_state < 0:
        raise ValueError(_("random_state is {what}: got {n}.", what=what, n=random_state))
    return np.random.default_rng(random_state)


def _drawn(
    inputs: Mapping[str, Distribution | float], n_draws: int, rng: np.random.Generator
) -> dict[str, Floats]:
    return {
        name: given.quantile(rng.random(n_draws).clip(_SMALLEST))  # type: ignore[union-attr]
        if is_distribution(given)
        else np.full(n_draws, float(given))  # type: ignore[arg-type]
        for name, given in inputs.items()
    }


def _edges(outcome: Floats, threshold: float, n_bins: int) -> Floats:
    low, high = float(outcome.min()), float(outcome.max())
    width = (high - low) / n_bins
    # Outcomes that differ in their last digits alone are one, in a bin of its own.
    if width <= 1e-12 * max(abs(low), abs(high)):
        end = low + 0.01 * max(abs(low), 1.0)
        return np.array([low, min(end, threshold) if low < threshold else end])
    first, last = np.floor((low - threshold) / width), np.floor((high - threshold) / width) + 1
    edges = np.asarray(threshold + width * np.arange(first, last + 1))
    # Rounding must not leave out the draws at the ends.
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    return edges
