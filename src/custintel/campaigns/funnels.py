"""How far the contacts of campaigns come: from the sending to the sale."""

import numpy as np
import pandas as pd

from custintel._frames import Frame
from custintel._intervals import normal_quantile
from custintel.campaigns._message_totals import (
    message_totals,
    require_other_name,
    warn_elsewhere,
    with_interval,
)
from custintel.campaigns._messages import RESPONSES

STAGES = ("sent", "delivered", "opened", "clicked", *RESPONSES)


def campaign_funnel(
    events: Frame, *, by: str | None = "campaign_id", level: float = 0.95
) -> pd.DataFrame:
    """Count the contacts of campaigns at each stage, from the sending to the sale.

    A contact counts once per campaign and stage, however often he or she was sent it, opened or
    clicked; in several campaigns, several times. Stages are what people did: opens and clicks
    of machines (``is_machine``) are left to `email_kpis`. A click proves an opening. The three
    responses need no click, as by telephone, and none needs the one before it: hence the share
    of the stage before has its own numerator, those who are in both.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, the column `by`, and
        ``is_machine`` if there is one; pandas, polars, DuckDB, PySpark, pyarrow, or the path of
        a Parquet file. Of a campaign without ``delivered`` rows, all that was sent and did not
        bounce was delivered. A bounce or a delivery proves a sending.
    by : str, optional
        Column whose values become the groups: ``"campaign_id"``, ``"arm"``, and after
        `custintel.tables.add_columns` channel, segment …; ``"hour"`` (0-23) and ``"weekday"``
        (1 is Monday) are those of the contact's first sending, unless `events` has a column of
        that name. None: all together.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and stage: groups by name, ``(missing)`` last; the stages in their
        order.

        - `by` : the group; ``group`` where `by` is None
        - ``stage`` : str, ``sent``, ``delivered``, ``opened``, ``clicked``,
          ``information_request``, ``lead`` or ``sale``
        - ``n_contacts`` : int, contacts at the stage; from ``opened`` on, of those delivered
        - ``n_from_previous`` : int, of these, those who were at the stage before too
        - ``share_of_previous``, ``share_of_previous_low``, ``share_of_previous_high`` : float,
          0-1, ``n_from_previous`` over the contacts of the stage before, with its Wilson
          interval; NaN of the first stage, and if there are none
        - ``share_of_delivered``, ``share_of_delivered_low``, ``share_of_delivered_high`` :
          float, 0-1, over those delivered; NaN of ``sent``, and if none was

    Raises
    ------
    SchemaError
        If a column is missing, a word of ``event`` is not known, `by` has several values for
        one contact in one campaign, or the name of another column of the result.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If contacts did something with what was not delivered to them.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "cleo", "ann", "ann", "bob"],
    ...     "event": ["sent", "sent", "sent", "clicked", "sale", "opened"],
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ... })
    >>> funnel = campaign_funnel(events)
    >>> funnel[["stage", "n_contacts", "share_of_delivered"]].head(4).round(2)
           stage  n_contacts  share_of_delivered
    0       sent           3                 NaN
    1  delivered           3                1.00
    2     opened           2                0.67
    3    clicked           1                0.33
    """
    normal_quantile(level)
    totals = message_totals(events, by=by)
    warn_elsewhere(totals)
    table = pd.concat([_stage(totals, place, level) for place in range(len(STAGES))])
    require_other_name(by, list(table.columns))
    in_turn = np.arange(len(table)).reshape(len(STAGES), -1).T.ravel()
    return table.iloc[in_turn].reset_index(names=by or "group")


def _stage(totals: pd.DataFrame, place: int, level: float) -> pd.DataFrame:
    """Return the rows of one stage, one per group."""
    stage = STAGES[place]
    n, n_delivered = totals[f"n_{stage}"], totals["n_delivered"]
    before = STAGES[place - 1] if place else None
    nobody = pd.Series(0, totals.index)
    n_before = totals[f"n_{before}"] if before else nobody
    # What was sent to all, and each of the next three stages, is part of the stage before.
    both = totals.get(f"n_{before}_{stage}", n) if before else n
    of_delivered = nobody if stage == "sent" else n_delivered
    return pd.DataFrame(
        {
            "stage": stage,
            "n_contacts": n,
            "n_from_previous": both,
            **with_interval("share_of_previous", both if before else nobody, n_before, level),
            **with_interval("share_of_delivered", n, of_delivered, level),
        }
    )
