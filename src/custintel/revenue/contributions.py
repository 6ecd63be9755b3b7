"""What each item added to the growth of the whole."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import WeakResultWarning
from custintel.revenue._period_columns import by_period, position_of

_NOTHING = 1e-13


def growth_contributions(
    table: pd.DataFrame, *, since: pd.Period | str | int | None = None
) -> pd.DataFrame:
    """Split the growth of the whole into the percentage points that each item added.

    A growth rate hides the size of what grew: an item of 4 % of the revenue that doubles adds
    four points, one of 25 % that grows by a sixth adds as many. The contributions of a period
    add up to the growth of the whole.

    Parameters
    ----------
    table : DataFrame
        Items (index) × periods (columns), amounts in one unit that add up: from
        `revenue_table`, printed, or from `amounts_from_index`. Columns are a `PeriodIndex`,
        or labels such as 2005, "2005Q1", "2005-03".
    since : Period, str or int, optional
        Compare the last period with this one, in one step. By default each period is
        compared with the one before it in the table.

    Returns
    -------
    DataFrame
        One row per step and item, by period and in the order of the table; none for a table
        of one period.

        - ``period`` : Period, the later one of the step
        - ``item`` : the item
        - ``before``, ``after`` : float, its amounts in the two periods
        - ``contribution`` : float, (after − before) / total before: 0.04 for four percentage
          points of growth; NaN if the total before is not above zero
        - ``growth_share`` : float, (after − before) / change of the total: part of the
          growth that is the item's; negative if it moved the other way, and far from 0-1
          where gains and losses nearly cancel. NaN if the total did not change

    Raises
    ------
    SchemaError
        If items or periods repeat, or an amount is missing or not a number.
    ValueError
        If `since` is not one of the periods, or is the last.

    Warns
    -----
    WeakResultWarning
        If the table holds index numbers, which do not add up, or if a period has no
        contributions because the total before is not above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({2023: [75.0, 25.0], 2024: [80.0, 40.0]}, index=["old", "new"])
    >>> growth_contributions(table)
      period item  before  after  contribution  growth_share
    0   2024  old    75.0   80.0          0.05          0.25
    1   2024  new    25.0   40.0          0.15          0.75
    """
    amounts = by_period(table)
    n_items = len(amounts)
    if looks_like_an_index(amounts):
        warn(index_numbers(), WeakResultWarning)
    places = _steps(amounts, since)
    before, after = (amounts.to_numpy()[:, each] for each in places)
    later = amounts.columns[places.after]
    contribution = points_added(before, after)
    change = _unless_nothing((after - before).sum(axis=0), before, after)
    without = later[before.sum(axis=0) <= 0]
    if n_items and len(without):
        warn(_no_base(without), WeakResultWarning)
    columns = {
        "period": np.repeat(later, n_items),
        "item": np.tile(amounts.index.to_numpy(), len(later)),
        "before": before.T.ravel(),
        "after": after.T.ravel(),
        "contribution": contribution.T.ravel(),
        "growth_share": ((after - before) / change).T.ravel(),
    }
    return pd.DataFrame(columns)


def points_added(before: Floats, after: Floats) -> Floats:
    """Return what each item, a row, added to the growth of the whole; NaN without a total."""
    total = before.sum(axis=0)
    return np.asarray((after - before) / np.where(total > 0, total, np.nan))


class _Steps(NamedTuple):
    before: NDArray[np.intp]
    after: NDArray[np.intp]


def _steps(amounts: pd.DataFrame, since: object) -> _Steps:
    """Return the places of the earlier and the later period of each step."""
    n = amounts.shape[1]
    if since is None:
        return _Steps(np.arange(0, n - 1), np.arange(1, n))
    start = position_of(amounts, since)
    if start == n - 1:
        raise ValueError(
            _("since {period} is the last period: no growth follows.", period=amounts.columns[-1])
        )
    return _Steps(np.array([start]), np.array([n - 1]))


def _unless_nothing(change: Floats, before: Floats, after: Floats) -> Floats:
    # Changes that cancel on paper leave the last bits of what was added up.
    size = np.maximum(np.abs(before).sum(axis=0), np.abs(after).sum(axis=0))
    return np.where(np.abs(change) > _NOTHING * size, change, np.nan)


def looks_like_an_index(amounts: pd.DataFrame) -> bool:
    """Return whether several items all begin at 100, as amounts hardly ever do."""
    n_items, n_periods = amounts.shape
    return n_items > 1 and n_periods > 1 and bool((amounts.iloc[:, 0] == 100).all())


def index_numbers() -> str:
    """Return the warning that index numbers do not add up."""
    return _(
        "All items of the first period are 100, as in an index, whose numbers do not add up. "
        "Make amounts of it with custintel.revenue.amounts_from_index(index, last_share)."
    )


def _no_base(without: pd.Index) -> str:
    return _n(
        "{n} period has no contributions, because the total before is not above zero: "
        "{examples}. Begin the table later.",
        "{n} periods have no contributions, because the totals before are not above zero: "
        "{examples}. Begin the table later.",
        len(without),
        examples=quoted(without, most=3),
    )
