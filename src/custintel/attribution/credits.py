"""Which channels brought the conversions: each conversion shared out among its touches."""

import pandas as pd

from custintel._frames import Frame
from custintel._intervals import normal_quantile
from custintel._text import translate as _
from custintel._time import Day
from custintel._warnings import warn
from custintel.attribution._credits import credit_table, weakness
from custintel.attribution._journeys import read_journeys
from custintel.attribution._paths import read_paths
from custintel.attribution.methods import Method, TimeDecay, as_method
from custintel.errors import WeakResultWarning


def attribute(  # noqa: PLR0913 - two tables, and what paths and their credits are
    touches: Frame,
    conversions: Frame,
    *,
    method: Method,
    as_of: Day,
    lookback: str = "30D",
    by: str = "channel",
    level: float = 0.95,
) -> pd.DataFrame:
    """Share out conversions and their revenue among the channels that touched the customers.

    Paths are those of `attribution_paths`: a touch belongs to the next conversion of its
    customer, if that comes within the lookback. With other rules for the paths, make them
    first and give them to `attribute_paths`.

    - ``"first"``, ``"last"``: all to the first or to the last touch
    - ``"linear"``: to every touch the same
    - ``"position"``: 40 % to the first and to the last touch, 20 % to those between;
      `PositionBased` has other parts
    - ``"time_decay"``: half as much to a touch that lies seven days further back;
      `TimeDecay` has other half-lives
    - ``"shapley"``: in equal parts to the distinct channels of a path, which is the Shapley
      value if a set of channels is worth the conversions whose paths lie in it
    - ``"markov"``: in proportion to the conversions that would be lost without each channel,
      in a Markov chain that has the non-converting paths too; `MarkovChain` has orders 2, 3

    All describe who was there, none proves what a channel caused: that takes an experiment.

    Parameters
    ----------
    touches, conversions : DataFrame
        As in `attribution_paths`; of any engine.
    method : str, PositionBased, TimeDecay or MarkovChain
        How a conversion is shared out; no rule is the right one, so it is to be named.
    as_of : date-like
        Last day observed, included.
    lookback : str, default="30D"
        How long before a conversion a touch may lie, with its unit.
    by : str, default="channel"
        Column of the touches whose values get the credits.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, most conversions first, equal ones by name; all channels of the
        touches are rows. If conversions came without a touch, the last row is ``(no touch)``.

        - ``conversions`` : float, credited; they add up to all conversions
        - ``conversions_low``, ``conversions_high`` : float, the number of conversions with a
          touch, times the bounds of the share
        - ``share`` : float, 0-1, part of the conversions with a touch; NaN for
          ``(no touch)``, and where there are none
        - ``share_low``, ``share_high`` : float, 0-1, of the share over other paths of the
          same kind: Wilson interval on the effective number of conversions, by the delta
          method. Paths of one customer count as independent
        - ``value`` : float, credited revenue, currency; adds up to all of it. NaN if the
          conversions have no ``revenue``
        - ``value_low``, ``value_high`` : float, likewise

    Raises
    ------
    SchemaError
        If a column is missing or incomplete, a channel is called ``(no touch)``, or a revenue
        is infinite.
    ValueError
        If `method`, `as_of`, `lookback` or `level` is not one.

    Warns
    -----
    SetAsideWarning
        If conversions have a revenue below zero.
    WeakResultWarning
        If fewer than 30 conversions have a touch, or touches come twice.

    References
    ----------
    Anderl, E., Becker, I., von Wangenheim, F. and Schumann, J. H. (2016). Mapping the
    customer journey: lessons learned from graph-based online attribution modeling.
    International Journal of Research in Marketing 33(3), 457-474.

    Zhao, K., Mahboobi, S. H. and Bagheri, S. R. (2018). Shapley value methods for
    attribution modeling in online advertising. arXiv 1804.05327.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=40)
    >>> people = [f"person {i}" for i in range(40)]
    >>> touches = pd.DataFrame({
    ...     "customer_id": people * 2,
    ...     "occurred_at": [*days, *(days + pd.Timedelta("2D"))],
    ...     "channel": ["search"] * 40 + ["mail"] * 30 + ["display"] * 10,
    ... })
    >>> conversions = pd.DataFrame({
    ...     "customer_id": people, "occurred_at": days + pd.Timedelta("3D"), "revenue": 10.0,
    ... })
    >>> table = attribute(touches, conversions, method="linear", as_of="2024-12-31")
    >>> table[["conversions", "share", "share_low", "share_high", "value"]].round(3)
             conversions  share  share_low  share_high  value
    channel
    search          20.0  0.500      0.476       0.524  200.0
    mail            15.0  0.375      0.307       0.448  150.0
    display          5.0  0.125      0.071       0.210   50.0
    """
    rule = as_method(method)
    normal_quantile(level)
    paths = read_journeys(
        touches, conversions, as_of=as_of, lookback=lookback, by=by, restarts=True
    )
    weak = weakness(paths)
    if weak:
        warn(weak, WeakResultWarning)
    return credit_table(paths, rule, level=level, by=by)


def attribute_paths(paths: pd.DataFrame, *, method: Method, level: float = 0.95) -> pd.DataFrame:
    """Share out the conversions of paths among their channels.

    Parameters
    ----------
    paths : DataFrame
        From `attribution_paths`, or one's own: ``path`` (tuple of channels),
        ``n_conversions`` and, if there are any, ``n_nulls`` (0 by default), ``value``, and
        ``value_squares`` (by default as if the conversions of a path were of equal value).
        Numbers are 0 or more; a path may come several times. `split_paths` reads texts.
    method : str, PositionBased or MarkovChain
        As in `attribute`. Time decay is not possible: paths do not tell times.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        As from `attribute`, indexed by ``channel``.

    Raises
    ------
    SchemaError
        If a column is missing, a path is no tuple, a number is below 0 or missing, a
        non-converting path has no touch, or a channel is called ``(no touch)``.
    TypeError
        If `paths` is no pandas DataFrame.
    ValueError
        If `method` or `level` is not one, or the method is time decay.

    Warns
    -----
    WeakResultWarning
        If fewer than 30 conversions have a touch.

    References
    ----------
    Anderl, E., Becker, I., von Wangenheim, F. and Schumann, J. H. (2016). Mapping the
    customer journey: lessons learned from graph-based online attribution modeling.
    International Journal of Research in Marketing 33(3), 457-474.

    Examples
    --------
    >>> paths = pd.DataFrame({
    ...     "path": [("ads",), ("mail",), ("ads", "mail"), ("ads",)],
    ...     "n_conversions": [200, 100, 100, 0],
    ...     "n_nulls": [0, 0, 0, 100],
    ... })
    >>> attribute_paths(paths, method="markov")["conversions"].round(6)
    channel
    ads     240.0
    mail    160.0
    Name: conversions, dtype: float64
    """
    rule = as_method(method)
    normal_quantile(level)
    if isinstance(rule, TimeDecay):
        raise ValueError(
            _(
                "Paths do not tell when their touches were, which time decay needs. Use "
                "custintel.attribution.attribute(touches, conversions, method='time_decay', …)."
            )
        )
    found = read_paths(paths)
    weak = weakness(found)
    if weak:
        warn(weak, WeakResultWarning)
    return credit_table(found, rule, level=level, by="channel")
