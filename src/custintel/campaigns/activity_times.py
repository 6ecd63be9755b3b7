"""At which hours of which days of the week contacts open, click or respond."""

import narwhals as nw
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame, day_number, to_pandas
from custintel.campaigns._messages import read_events
from custintel.schemas.event_words import EVENTS

_COLUMNS = ["campaign_id", "customer_id", "event", "occurred_at"]


def weekly_activity(events: Frame, *, event: str = "opened") -> pd.DataFrame:
    """Count at which hour of which day of the week contacts first did something with a campaign.

    Most openings follow soon after the sending, so that the table shows when campaigns are sent
    as well as when contacts read: to compare hours of sending, see ``email_kpis(by="hour")``.
    Hours are those of the events, local time.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and ``is_machine`` if there
        is one; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    event : str, default="opened"
        Which of the ten events, such as ``"clicked"`` or ``"sale"``. Opens and clicks of
        machines are left out.

    Returns
    -------
    DataFrame
        Indexed by ``weekday`` (1 is Monday) and ``hour`` (0-23), all 168 of them.

        - ``n_contacts`` : int, each once a campaign, at the first such event
        - ``share`` : float, 0-1, of all of them; NaN if there is none

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If `event` is none of the ten.

    Examples
    --------
    >>> at = ["2024-05-02 09:10", "2024-05-03 20:00", "2024-05-05 18:30"]
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "event": "opened",
    ...     "occurred_at": pd.to_datetime(at),
    ... })
    >>> table = weekly_activity(events)
    >>> table[table["n_contacts"] > 0]
                  n_contacts  share
    weekday hour
    4       9              1    0.5
    7       18             1    0.5
    """
    require_choice(event, EVENTS, name="event")
    found = read_events(events, _COLUMNS)
    is_own = nw.col("event") == event
    if event in ("opened", "clicked"):
        is_own = is_own & ~nw.col("is_machine")
    own = found.filter(is_own)
    first = own.group_by("campaign_id", "customer_id").agg(nw.col("occurred_at").min())
    # 1970 began on a Thursday.
    weekday = (day_number("occurred_at") + 3) % 7 + 1
    placed = first.select(weekday=weekday, hour=nw.col("occurred_at").dt.hour().cast(nw.Int64))
    counted = to_pandas(placed.group_by("weekday", "hour").agg(n_contacts=nw.len()))
    cells = pd.MultiIndex.from_product([range(1, 8), range(24)], names=["weekday", "hour"])
    n = counted.astype("int64").set_index(["weekday", "hour"])["n_contacts"]
    n = n.reindex(cells, fill_value=0)
    total = int(n.sum())
    return pd.DataFrame({"n_contacts": n, "share": n / total if total else float("nan")})
