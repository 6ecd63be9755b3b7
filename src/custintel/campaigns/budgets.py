"""What campaigns may cost, what they did cost, and what is left of the year's budget."""

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between
from custintel._frames import Frame
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.campaigns._campaign_rows import quotient, read_campaigns
from custintel.errors import WeakResultWarning

_LARGEST = 1e15


def budget_table(campaigns: Frame, *, annual_budget: float) -> pd.DataFrame:
    """Compare each campaign's budget with its cost and with the marketing budget of the year.

    What a campaign takes of the year's budget is its cost, or its budget as long as the cost is
    not known. A campaign that has neither takes nothing, and is counted in a warning.

    Parameters
    ----------
    campaigns : DataFrame
        The campaigns of one year: ``campaign_id``, ``cost``, ``budget`` and, if there are any,
        ``campaign_name`` and ``starts_at``; of any engine.
    annual_budget : float
        Marketing budget of the year, currency of the table, above 0.

    Returns
    -------
    DataFrame
        Indexed by ``campaign_id``, by the day of the start, then by id; campaigns without a
        start last.

        - ``campaign_name`` : str, the id where there is none
        - ``starts_at`` : datetime, day of the start
        - ``budget``, ``cost`` : float, currency; NaN if not known
        - ``variance`` : float, ``cost`` − ``budget``: above 0, more was spent than planned
        - ``variance_rate`` : float, ``variance`` ÷ ``budget``; NaN if that is 0
        - ``committed`` : float, ``cost``, or ``budget`` while there is no cost; 0 without both
        - ``annual_share`` : float, ``committed`` ÷ `annual_budget`
        - ``remaining`` : float, `annual_budget` less all committed up to here, in this order;
          below 0 once the year's budget is spent

    Raises
    ------
    SchemaError
        If a column is missing, a campaign stands in two rows, or an amount is negative.
    ValueError
        If `annual_budget` is not above 0.

    Warns
    -----
    WeakResultWarning
        If campaigns have neither cost nor budget, or more is committed than the year's budget.

    Examples
    --------
    >>> campaigns = pd.DataFrame({
    ...     "campaign_id": ["spring", "autumn"],
    ...     "budget": [30_000.0, 20_000.0],
    ...     "cost": [33_000.0, None],
    ... })
    >>> table = budget_table(campaigns, annual_budget=100_000.0)
    >>> table[["variance", "variance_rate", "committed", "annual_share"]]
                 variance  variance_rate  committed  annual_share
    campaign_id
    autumn            NaN            NaN    20000.0          0.20
    spring         3000.0            0.1    33000.0          0.33
    """
    require_between(annual_budget, 0, _LARGEST, name="annual_budget", open_ends=True)
    table = read_campaigns(campaigns, ["budget", "cost"])
    table = table.sort_index(key=lambda ids: ids.astype("str"))
    table = table.sort_values("starts_at", kind="stable", na_position="last")
    variance = table["cost"] - table["budget"]
    committed = table["cost"].fillna(table["budget"])
    for reason in _weaknesses(table, committed, annual_budget):
        warn(reason, WeakResultWarning)
    committed = committed.fillna(0.0)
    columns = table[["campaign_name", "starts_at", "budget", "cost"]]
    return columns.assign(
        variance=variance,
        variance_rate=quotient(variance, table["budget"]),
        committed=committed,
        annual_share=committed / annual_budget,
        remaining=annual_budget - committed.cumsum(),
    )


def _weaknesses(
    table: pd.DataFrame, committed: "pd.Series[float]", annual_budget: float
) -> list[str]:
    reasons = []
    unknown = table.index[committed.isna()]
    if len(unknown):
        reasons.append(
            _n(
                "{n} campaign has neither cost nor budget, and takes nothing of the year's: "
                "{examples}. Fill one of the two.",
                "{n} campaigns have neither cost nor budget, and take nothing of the year's: "
                "{examples}. Fill one of the two.",
                len(unknown),
                examples=quoted(unknown, most=3),
            )
        )
    over = np.flatnonzero(committed.fillna(0.0).cumsum().to_numpy() > annual_budget)
    if len(over):
        reasons.append(
            _n(
                "The year's budget is spent with {n} campaign: {examples}.",
                "The year's budget is spent with {n} campaigns: {examples}.",
                len(over),
                examples=quoted(table.index[over], most=3),
            )
        )
    return reasons
