"""What campaigns bring in: information requests, leads and sales."""

import numpy as np
import pandas as pd

from custintel._frames import Frame
from custintel._intervals import normal_quantile
from custintel.campaigns._message_totals import message_totals, require_other_name, with_interval
from custintel.campaigns._messages import RESPONSES

_EVENTS = {"information_request": "information_requests", "lead": "leads", "sale": "sales"}


def response_table(
    events: Frame, *, by: str | None = "campaign_id", level: float = 0.95
) -> pd.DataFrame:
    """Measure the responses to campaigns by outcome: information requests, leads and sales.

    Everything that came of a campaign is counted, of those too whom no delivery is known of, as
    on social networks or by word of mouth; rates are of those delivered. What a campaign brings
    is not all its merit: who would have bought anyway is in it too.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, the column `by`, and
        ``revenue`` if there is one; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a
        Parquet file. Of a campaign without ``delivered`` rows, all that was sent and did not
        bounce was delivered.
    by : str, optional
        Column whose values become groups: ``"campaign_id"``, and after
        `custintel.tables.add_columns` channel, segment …; None: all together.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and outcome; groups by name, ``(missing)`` last.

        - `by` : the group; ``group`` where `by` is None
        - ``outcome`` : str, ``information_request``, ``lead`` or ``sale``
        - ``n_contacts`` : int, contacts with the outcome, each once a campaign
        - ``n_events`` : int, outcomes, of which a contact may have several
        - ``n_delivered`` : int, contacts that a campaign was delivered to
        - ``n_of_delivered`` : int, of these, with the outcome
        - ``response_rate``, ``response_rate_low``, ``response_rate_high`` : float, 0-1,
          ``n_of_delivered`` ÷ ``n_delivered`` with its Wilson interval; NaN if nothing was
          delivered
        - ``revenue`` : float, of sales, currency of the table; NaN of the other outcomes, which
          have none

    Raises
    ------
    SchemaError
        If a column is missing, a word of ``event`` is not known, `by` has several values for
        one contact in one campaign, or the name of another column of the result.
    ValueError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "ann", "ann", "eve"],
    ...     "event": ["sent", "sent", "sale", "sale", "lead"],
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ...     "revenue": [None, None, 20.0, 5.0, None],
    ... })
    >>> table = response_table(events)
    >>> table[["outcome", "n_contacts", "n_events", "response_rate", "revenue"]]
                   outcome  n_contacts  n_events  response_rate  revenue
    0  information_request           0         0            0.0      NaN
    1                 lead           1         1            0.0      NaN
    2                 sale           1         2            0.5     25.0
    """
    normal_quantile(level)
    totals = message_totals(events, by=by)
    table = pd.concat([_outcome(totals, name, level) for name in RESPONSES])
    require_other_name(by, list(table.columns))
    in_turn = np.arange(len(table)).reshape(len(RESPONSES), -1).T.ravel()
    return table.iloc[in_turn].reset_index(names=by or "group")


def _outcome(totals: pd.DataFrame, outcome: str, level: float) -> pd.DataFrame:
    of_delivered, n_delivered = totals[f"n_{outcome}"], totals["n_delivered"]
    return pd.DataFrame(
        {
            "outcome": outcome,
            "n_contacts": totals[f"all_{outcome}"],
            "n_events": totals[_EVENTS[outcome]],
            "n_delivered": n_delivered,
            "n_of_delivered": of_delivered,
            **with_interval("response_rate", of_delivered, n_delivered, level),
            "revenue": totals["revenue"] if outcome == "sale" else np.nan,
        }
    )
