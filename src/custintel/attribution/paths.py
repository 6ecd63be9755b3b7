"""Paths: which channels touched a customer before each conversion, and before none."""

from typing import Any

import pandas as pd

from custintel._checks import quoted, require_choice, require_columns, require_type
from custintel._frames import Frame
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel.attribution._journeys import read_journeys
from custintel.errors import SchemaError

_AFTER = ("restart", "continue")
_REPEATS = ("keep", "collapse")


def attribution_paths(  # noqa: PLR0913 - two tables, and five rules of what a path is
    touches: Frame,
    conversions: Frame,
    *,
    as_of: Day,
    lookback: str = "30D",
    by: str = "channel",
    after_conversion: str = "restart",
    repeats: str = "keep",
) -> pd.DataFrame:
    """List the paths of touches that came before conversions, and those that led to none.

    The path of a conversion is its customer's touches in order, from the beginning of the
    lookback up to the instant of the conversion, both included. Touches that belong to no
    conversion are non-converting paths (nulls): those of a customer between two conversions,
    and those after the last one, are one path each. A touch shortly before `as_of` may still
    convert; it counts as a null so far. Touches of one instant are ordered by ``touch_id``,
    as text, then by channel; conversions of one instant share one path.

    Parameters
    ----------
    touches : DataFrame
        ``customer_id``, ``occurred_at``, the column `by` and, if there is one, ``touch_id``;
        pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    conversions : DataFrame
        ``customer_id``, ``occurred_at`` and, if there are any, ``revenue`` and
        ``conversion_id``; of any engine. Rows of a customer that share a ``conversion_id``
        are one conversion, at the first instant, with the sum of the revenue: so order lines
        serve, their ``ordered_at`` and ``order_id`` renamed. Those whose revenue is below
        zero are refunds, and set aside.
    as_of : date-like
        Last day observed, included; later touches and conversions are ignored.
    lookback : str, default="30D"
        How long before a conversion a touch may lie, with its unit; days and weeks are of 24
        hours each, months and years are calendar ones.
    by : str, default="channel"
        Column whose values make the paths, such as ``"campaign_id"``. No touch may lack its
        channel; without a value of another column it has ``(missing)``.
    after_conversion : {"restart", "continue"}, default="restart"
        Whether the path of a customer's next conversion starts anew, so that a touch belongs
        to one instant at most, or holds the touches before the last conversion too.
    repeats : {"keep", "collapse"}, default="keep"
        Whether touches of one channel that follow one another are each kept, or are one.

    Returns
    -------
    DataFrame
        One row per distinct path, most conversions first, then most nulls, then by name.

        - ``path`` : tuple of str, channels in order. Not a text, in which a channel called
          ``"a > b"`` would be two. The empty tuple stands for conversions without a touch
        - ``n_conversions``, ``n_nulls`` : int, paths alike with a conversion, and without
        - ``value`` : float, revenue of the conversions, currency; NaN if the conversions have
          no ``revenue``
        - ``value_squares`` : float, sum of the squared revenue of each: what intervals of
          value rest on; NaN likewise

    Raises
    ------
    SchemaError
        If a column is missing or incomplete, a channel is called ``(no touch)``, or a revenue
        is infinite.
    ValueError
        If `as_of`, `lookback`, `after_conversion` or `repeats` is not one.

    Warns
    -----
    SetAsideWarning
        If conversions have a revenue below zero.
    WeakResultWarning
        If touches come twice: one ``touch_id`` with one customer, instant and channel. Both
        count.

    Examples
    --------
    >>> touches = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "occurred_at": pd.to_datetime(["2024-03-01", "2024-03-05", "2024-03-02"]),
    ...     "channel": ["search", "mail", "search"],
    ... })
    >>> conversions = pd.DataFrame({
    ...     "customer_id": ["ann", "cleo"],
    ...     "occurred_at": pd.to_datetime(["2024-03-06", "2024-03-07"]),
    ...     "revenue": [200.0, 50.0],
    ... })
    >>> attribution_paths(touches, conversions, as_of="2024-12-31")
                 path  n_conversions  n_nulls  value  value_squares
    0              ()              1        0   50.0         2500.0
    1  (search, mail)              1        0  200.0        40000.0
    2       (search,)              0        1    0.0            0.0
    """
    require_choice(after_conversion, _AFTER, name="after_conversion")
    require_choice(repeats, _REPEATS, name="repeats")
    found = read_journeys(
        touches,
        conversions,
        as_of=as_of,
        lookback=lookback,
        by=by,
        restarts=after_conversion == "restart",
    )
    return (found.without_repeats() if repeats == "collapse" else found).table()


def split_paths(paths: pd.DataFrame, *, separator: str = " > ") -> pd.DataFrame:
    """Turn paths that are written as text into tuples of channels.

    Parameters
    ----------
    paths : DataFrame
        The column ``path``, such as ``"search > mail"``, and any others. An empty text, or
        none, is the path of conversions without a touch.
    separator : str, default=" > "
        What stands between two channels. Space around the names is taken away.

    Returns
    -------
    DataFrame
        As given, with tuples in ``path``.

    Raises
    ------
    SchemaError
        If there is no column ``path``, or nothing stands beside a separator: ``"a >  > b"``.
    TypeError
        If `paths` is no pandas DataFrame.
    ValueError
        If `separator` is empty.

    Examples
    --------
    >>> paths = pd.DataFrame({"path": ["search > mail", "mail"], "n_conversions": [3, 1]})
    >>> split_paths(paths)["path"].tolist()
    [('search', 'mail'), ('mail',)]
    """
    require_type(paths, pd.DataFrame, name="paths", what=_("a pandas DataFrame"))
    require_columns(paths.columns, ["path"], table="paths")
    require_type(separator, str, name="separator", what=_("a text such as ' > '"))
    if not separator:
        raise ValueError(_("separator is a text such as ' > ': got {value!r}.", value=separator))
    tuples = [_channels(text, separator) for text in paths["path"]]
    _require_names(paths["path"][[not all(each) for each in tuples]])
    return paths.assign(path=pd.Series(tuples, index=paths.index, dtype=object))


def _channels(text: object, separator: str) -> tuple[str, ...]:
    if pd.isna(text) or not str(text).strip():  # type: ignore[call-overload]
        return ()
    return tuple(part.strip() for part in str(text).split(separator))


def _require_names(wrong: "pd.Series[Any]") -> None:
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} row of 'paths' has a separator with no channel beside it: {examples}. Name "
                "the channel, or take the separator out.",
                "{n} rows of 'paths' have a separator with no channel beside it: {examples}. Name "
                "the channels, or take the separators out.",
                len(wrong),
                examples=quoted(wrong, most=3),
            )
        )
