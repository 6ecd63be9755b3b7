"""How long each customer has been under contract, and whether it is over."""

import numpy as np
import pandas as pd

from custintel._frames import Frame, number_of_day
from custintel._runs import starts_of_runs
from custintel._text import translate as _
from custintel._time import Day, Span, as_day
from custintel.errors import SchemaError
from custintel.retention._contracts import read_contracts
from custintel.retention._spans import whole_days

_EPOCH = pd.Timestamp("1970-01-01")
_RESULT = {
    "customer_id",
    "spell",
    "started_on",
    "duration_days",
    "is_ended",
    "entered_days",
}


def contract_durations(
    contracts: Frame,
    *,
    as_of: Day,
    observed_from: Day | None = None,
    pause: str | None = None,
    keep: list[str] | None = None,
) -> pd.DataFrame:
    """Join the contracts of each customer to spells, and tell how long they have lasted.

    Contracts that overlap, or follow each other from one day to the next, are one spell; one
    that starts later is a new spell. What had not ended by `as_of` is not over: its duration
    is at least as long as that, and survival curves count it so.

    Many exports hold only contracts that were running when the system was set up, or later:
    those that had ended before are missing, so that old contracts in the table are those that
    lasted. `observed_from` says from when on endings are known. Spells that had begun before
    then count from that day on, under the age they had, and nothing is said of their earlier
    days (left truncation).

    Parameters
    ----------
    contracts : DataFrame
        ``customer_id``, ``started_at``, ``ended_at`` (the last day on which it runs; missing
        while no end is known) and the columns of `keep`; of any engine.
    as_of : date-like
        Last day observed, included. Contracts that start later are ignored, and so are
        endings after it.
    observed_from : date-like, optional
        First day from which on all endings are in the table. By default all of them are.
    pause : str, optional
        Span, such as ``"30D"``, up to which a break between contracts does not end the spell.
    keep : list of str, optional
        Further columns, taken from the first contract of the spell; none with the name of a
        column of the result.

    Returns
    -------
    DataFrame
        One row per spell, by customer and time, numbered from 0. Spells that were over before
        `observed_from` are left out.

        - ``customer_id`` : str
        - ``spell`` : int, >= 1, number of the customer's spell
        - ``started_on`` : datetime
        - ``duration_days`` : int, >= 1, days from the first to the last one under contract, or
          to `as_of`, both included
        - ``is_ended`` : bool, whether it was known to be over by `as_of`: its last day lies
          before, by more than `pause` if there is one
        - ``entered_days`` : int, >= 0, days it had lasted by the eve of `observed_from`; 0 if
          it began later
        - the columns of `keep`

    Raises
    ------
    SchemaError
        If a column is missing or of another type, a contract has no start or ends before it
        starts, or none is left.
    ValueError
        If a date or `pause` is not one, or `keep` is not as described.

    References
    ----------
    Klein, J. P. and Moeschberger, M. L. (2003). Survival Analysis, 2nd ed. Springer, sections
    3.2 and 4.6: right censoring and left truncation.

    Examples
    --------
    >>> import pandas as pd
    >>> contracts = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "started_at": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-01"]),
    ...     "ended_at": pd.to_datetime(["2024-01-31", "2024-02-29", None]),
    ... })
    >>> durations = contract_durations(contracts, as_of="2024-03-31")
    >>> durations[["customer_id", "spell", "duration_days", "is_ended", "entered_days"]]
      customer_id  spell  duration_days  is_ended  entered_days
    0         ann      1             60      True             0
    1         bob      1             91     False             0
    """
    last_day = as_day(as_of)
    kept = _kept(keep)
    since = None if observed_from is None else as_day(observed_from, name="observed_from")
    bridge = 0 if pause is None else whole_days(Span.parse(pause))
    found = read_contracts(contracts, kept, last_day=last_day)
    spells = _spells(found, bridge, kept)
    end = number_of_day(last_day)
    # Whoever runs on the last day observed is not known to have left, nor is who may still come
    # back within the pause.
    ended = spells["ended"] + bridge < end
    until = np.minimum(spells["ended"], end)
    entered = 0 if since is None else (number_of_day(since) - spells["started"]).clip(lower=0)
    table = pd.DataFrame(
        {
            "customer_id": spells["customer_id"],
            "spell": spells.groupby("customer_id").cumcount() + 1,
            "started_on": _EPOCH + pd.to_timedelta(spells["started"], unit="D"),
            "duration_days": until - spells["started"] + 1,
            "is_ended": ended,
            "entered_days": entered,
            **{name: spells[name] for name in kept},
        }
    )
    table = table[table["duration_days"] > table["entered_days"]].reset_index(drop=True)
    if table.empty:
        raise SchemaError(_("Table 'contracts' has none that ran by {day:%Y-%m-%d}.", day=last_day))
    return table


def _kept(keep: list[str] | None) -> list[str]:
    """Return the further columns, none of which may have the name of one of the result."""
    if isinstance(keep, str) or not _RESULT.isdisjoint(keep or []):
        raise ValueError(
            _(
                "keep lists further columns of 'contracts', such as ['plan'], none of which has "
                "the name of a column of the result: got {value!r}.",
                value=keep,
            )
        )
    return list(dict.fromkeys(keep or []))


def _spells(contracts: pd.DataFrame, bridge: int, kept: list[str]) -> pd.DataFrame:
    """Join contracts of a customer between which there are at most so many days without one."""
    order = ["customer_id", "started", "ended"]
    rows = contracts.sort_values(order, kind="stable").reset_index(drop=True)
    until = rows.groupby("customer_id")["ended"].cummax()
    before = until.groupby(rows["customer_id"]).shift()
    is_new = (before.isna() | (rows["started"] > before + 1 + bridge)).to_numpy()
    spell = np.cumsum(is_new, dtype=np.int64)
    first = rows[["customer_id", "started", *kept]].iloc[starts_of_runs(spell)]
    ended = rows["ended"].groupby(spell).max().to_numpy()
    return first.reset_index(drop=True).assign(ended=ended)
