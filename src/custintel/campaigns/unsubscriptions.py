"""Why contacts unsubscribe."""

import narwhals as nw
import pandas as pd

from custintel._frames import Frame, as_counts, to_pandas
from custintel._intervals import normal_quantile
from custintel.campaigns._message_totals import in_order, labels, require_other_name, with_interval
from custintel.campaigns._messages import TOTAL, read_events

_COLUMNS = ["reason", "n_contacts", "n_unsubscribed", "share", "share_low", "share_high"]


def unsubscribe_reasons(
    events: Frame, *, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Count the contacts who unsubscribed, by the reason that they gave.

    A contact counts once per group and reason; who gave several counts for each. Few give one,
    and those who do may differ from the others: ``(missing)`` is a row like any other. Rates of
    unsubscription, by type or segment, are in `email_kpis`, by frequency in `fatigue_curve`.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, ``reason`` and the column
        `by`; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file.
    by : str, optional
        Column whose values become groups, such as ``"campaign_id"`` or, after
        `custintel.tables.add_columns`, ``"campaign_type"``. By default all together.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per group and reason; groups by name, the commonest reason first, equal ones by
        name.

        - `by` : the group; ``group`` where `by` is None
        - ``reason`` : str
        - ``n_contacts`` : int, who gave it
        - ``n_unsubscribed`` : int, contacts of the group who unsubscribed
        - ``share``, ``share_low``, ``share_high`` : float, 0-1, the first over the second, with
          its Wilson interval

    Raises
    ------
    SchemaError
        If a column is missing, a word of ``event`` is not known, or `by` is the name of another
        column of the result.
    ValueError
        If `level` is not between 0 and 1.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "cleo"],
    ...     "event": "unsubscribed",
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ...     "reason": ["not relevant", "not relevant", "too many"],
    ... })
    >>> unsubscribe_reasons(events)[["reason", "n_contacts", "share"]].round(2)
             reason  n_contacts  share
    0  not relevant           2   0.67
    1      too many           1   0.33
    """
    normal_quantile(level)
    require_other_name(by, _COLUMNS)
    columns = ["campaign_id", "customer_id", "event", "occurred_at", "reason"]
    found = read_events(events, [*columns, *([by] if by else [])])
    left = found.filter(nw.col("event") == "unsubscribed").select(
        "customer_id", "reason", group=nw.col(by) if by else nw.lit(TOTAL)
    )
    contacts = left.select("customer_id", "group").unique()
    of_group = to_pandas(contacts.group_by("group").agg(n_unsubscribed=nw.len()))
    per_reason = left.unique().group_by("group", "reason").agg(n_contacts=nw.len())
    table = as_counts(to_pandas(per_reason), ["n_contacts"])
    sizes = in_order(of_group.set_index(labels(of_group["group"]))[["n_unsubscribed"]])
    table = table.assign(group=labels(table["group"]), reason=labels(table["reason"]))
    place = pd.Series(range(len(sizes)), sizes.index)
    table["place"] = table["group"].map(place).astype("int64")
    order = ["place", "n_contacts", "reason"]
    table = table.sort_values(order, ascending=[True, False, True], ignore_index=True)
    n_all = table["group"].map(sizes["n_unsubscribed"]).astype("int64")
    return pd.DataFrame(
        {
            by or "group": table["group"],
            "reason": table["reason"],
            "n_contacts": table["n_contacts"],
            "n_unsubscribed": n_all,
            **with_interval("share", table["n_contacts"], n_all, level),
        }
    )
