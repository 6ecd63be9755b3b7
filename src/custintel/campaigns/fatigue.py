"""What contacts do with a message, by how many they got just before."""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import require_count
from custintel._frames import Frame, day_number, opened
from custintel._intervals import normal_quantile
from custintel._time import Span
from custintel.campaigns._message_totals import totals, warn_elsewhere, with_interval
from custintel.campaigns._messages import messages, read_events, sendings

_COLUMNS = ["campaign_id", "customer_id", "event", "occurred_at"]
_RATES = {
    "open_rate": ("n_opened", "n_delivered"),
    "ctr": ("n_clicked", "n_delivered"),
    "unsubscribe_rate": ("n_unsubscribed", "n_sent"),
    "complaint_rate": ("n_complained", "n_delivered"),
}


def fatigue_curve(
    events: Frame, *, window: str = "30D", most: int = 12, level: float = 0.95
) -> pd.DataFrame:
    """Measure opens, clicks and unsubscriptions by the number of sendings in the days before.

    The curve is no effect of writing more: who is written to often was chosen to be, mostly for
    being active, and who tires leaves the curve. Hold back contacts at random to learn the
    effect. The intervals take messages as independent, which those of one contact are not.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and ``is_machine`` if there
        is one, whose opens and clicks are left out; pandas, polars, DuckDB, PySpark, pyarrow, or
        the path of a Parquet file. Of a campaign without ``sent`` rows, deliveries and bounces
        count as sendings; without ``delivered`` rows, all that did not bounce was delivered.
    window : str, default="30D"
        Length of time before the day of a sending in which earlier ones, to the same contact and
        of any campaign, are counted; those of the day itself are not. In whole days, a month
        being 365.25 / 12 of them.
    most : int, default=12
        Messages with as many sendings before them, or more, are one row.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by ``n_before``, the sendings in the window before, the last row being `most` or
        more. Messages (contacts of a campaign) count once, at their first sending.

        - ``n_sent``, ``n_delivered``, ``n_opened``, ``n_clicked``, ``n_unsubscribed``,
          ``n_complained`` : int
        - ``open_rate``, ``ctr``, ``complaint_rate`` : float, 0-1, ÷ ``n_delivered``
        - ``unsubscribe_rate`` : float, 0-1, ÷ ``n_sent``
        - ``<rate>_low``, ``<rate>_high`` : float, Wilson interval of each; NaN without messages

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If an argument is not as described.

    Warns
    -----
    WeakResultWarning
        If contacts did something with what was not delivered to them.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["m1", "m2", "m1", "m1"],
    ...     "customer_id": ["ann", "ann", "bob", "ann"],
    ...     "event": ["sent", "sent", "sent", "opened"],
    ...     "occurred_at": pd.to_datetime(["2024-05-02", "2024-05-20", "2024-05-02", "2024-05-02"]),
    ... })
    >>> fatigue_curve(events)[["n_sent", "n_opened", "open_rate"]]
              n_sent  n_opened  open_rate
    n_before
    0              2         1        0.5
    1              1         0        0.0
    """
    require_count(most, name="most")
    normal_quantile(level)
    n_days = max(round(Span.parse(window).to("D")), 1)
    events = opened(events)
    found = messages(events, by=None).filter(~nw.col("sent_at").is_null())
    found = found.with_columns(day=day_number("sent_at"))
    before = _sendings_before(events, found, n_days)
    n_before = nw.when(nw.col("n_before") > most).then(most).otherwise(nw.col("n_before"))
    placed = found.join(before, on=["customer_id", "day"]).with_columns(group=n_before)
    table = totals(placed.drop("day", "n_before"), by="n_before", is_whole=True)
    warn_elsewhere(table)
    rates: dict[str, pd.Series[float]] = {}
    for name, (part, whole) in _RATES.items():
        rates |= with_interval(name, table[part], table[whole], level)
    counts = ["n_sent", "n_delivered", "n_opened", "n_clicked", "n_unsubscribed", "n_complained"]
    curve = pd.DataFrame({**{name: table[name] for name in counts}, **rates})
    return curve.set_axis(curve.index.astype("int64"))


def _sendings_before(events: Frame, found: nw.LazyFrame[Any], n_days: int) -> nw.LazyFrame[Any]:
    """Return for each contact and day the sendings of the `n_days` days before it.

    Each sending adds one from the next day on and takes it away when it leaves the window, so
    that a running sum counts them: no engine need compare every pair of a contact's sendings.
    """
    day = nw.col("day")
    sent = sendings(read_events(events, _COLUMNS)).select(
        "customer_id", day=day_number("occurred_at")
    )
    of_day = sent.group_by("customer_id", "day").agg(n=nw.len())
    changes = [
        of_day.select("customer_id", day=day + 1, change=nw.col("n").cast(nw.Int64)),
        of_day.select("customer_id", day=day + n_days + 1, change=0 - nw.col("n").cast(nw.Int64)),
        found.select("customer_id", "day", change=nw.lit(0).cast(nw.Int64)),
    ]
    per_day = nw.concat(changes).group_by("customer_id", "day").agg(nw.col("change").sum())
    running = nw.col("change").cast(nw.Int64).cum_sum().over("customer_id", order_by="day")
    return per_day.select("customer_id", "day", n_before=running)
