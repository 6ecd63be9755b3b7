"""What would be lost without each channel, in the Markov chain of the paths."""

import numpy as np
import pandas as pd

from custintel._intervals import Floats, normal_quantile, wilson_interval
from custintel._text import translate as _
from custintel.attribution._markov import Chain, Losses
from custintel.attribution._paths import Paths, read_paths
from custintel.attribution._shares import Moments
from custintel.attribution.methods import MarkovChain
from custintel.errors import SchemaError


def removal_effects(paths: pd.DataFrame, *, order: int = 1, level: float = 0.95) -> pd.DataFrame:
    """Compute which part of the conversions would be lost without each channel.

    Paths are taken for walks of a Markov chain, from a start through channels to a conversion
    or to nothing. Without a channel, whatever comes to it is lost: nobody takes another way.
    So the effects of several channels of one path add up to more than the whole. Conversions
    without a touch are left out.

    Parameters
    ----------
    paths : DataFrame
        As in `attribute_paths`; without non-converting paths (``n_nulls``) every path
        converts.
    order : int, default=1
        How many of the last touches the next step depends on, 1 to 3.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``channel``, largest effect first, equal ones by name.

        - ``n_paths`` : float, paths that hold the channel
        - ``conversion_probability`` : float, 0-1, of a path that has a touch; the same in
          every row
        - ``conversion_probability_low``, ``conversion_probability_high`` : float, Wilson
        - ``probability_without`` : float, 0-1, what is left of it without the channel
        - ``removal_effect`` : float, 0-1, part that is lost
        - ``removal_effect_low``, ``removal_effect_high`` : float, 0-1, Wilson interval on the
          effective number of conversions, by the delta method

    Raises
    ------
    SchemaError
        If `paths` is not one (see `attribute_paths`), or has no conversion with a touch.
    ValueError
        If `order` or `level` is not one.

    References
    ----------
    Anderl, E., Becker, I., von Wangenheim, F. and Schumann, J. H. (2016). Mapping the
    customer journey: lessons learned from graph-based online attribution modeling.
    International Journal of Research in Marketing 33(3), 457-474.

    Examples
    --------
    >>> paths = pd.DataFrame({
    ...     "path": [("ads",), ("mail",), ("ads", "mail"), ("ads",)],
    ...     "n_conversions": [2, 1, 1, 0],
    ...     "n_nulls": [0, 0, 0, 1],
    ... })
    >>> table = removal_effects(paths)
    >>> table[["conversion_probability", "probability_without", "removal_effect"]].round(6)
             conversion_probability  probability_without  removal_effect
    channel
    ads                         0.8                  0.2            0.75
    mail                        0.8                  0.4            0.50
    """
    chosen = MarkovChain(order)
    normal_quantile(level)
    found = read_paths(paths)
    walked = found.among((found.length > 0) & (found.n_conversions + found.n_nulls > 0))
    if not walked.n_conversions.any():
        raise SchemaError(
            _("Table 'paths' has no conversion with a touch: nothing can be lost. Add paths.")
        )
    chain = Chain.of(walked, chosen.order)
    removals = chain.without_each()
    moments = Moments(walked.n_conversions, walked.n_conversions)
    losses = Losses.of(chain, removals, removals.visits(), moments)
    effects = losses.effects()
    bounds = effects.bounds(level)
    n_paths = float(chain.n_paths.sum())
    low, high = wilson_interval(walked.n_conversions.sum(), n_paths, level)
    table = pd.DataFrame(
        {
            "n_paths": _n_paths(walked),
            "conversion_probability": losses.whole,
            "conversion_probability_low": float(low),
            "conversion_probability_high": float(high),
            "probability_without": losses.whole - losses.lost,
            "removal_effect": effects.share,
            "removal_effect_low": bounds.low,
            "removal_effect_high": bounds.high,
        },
        index=pd.Index(walked.names, name="channel", dtype="str"),
    )
    return table.iloc[np.argsort(-effects.share.round(9), kind="stable")]


def _n_paths(paths: Paths) -> Floats:
    """Return how many paths hold each channel."""
    n = len(paths.names)
    held = np.unique(paths.of_touch() * n + paths.channel)
    weight = (paths.n_conversions + paths.n_nulls)[held // n]
    return np.bincount(held % n, weight, n).astype(float)
