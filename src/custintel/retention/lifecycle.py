"""Where each customer stands: prospect, new, active, returned, at risk or lost."""

import numpy as np
import pandas as pd

from custintel._frames import Frame, lazy, number_of_day, to_pandas, warn_refunds_alone
from custintel._runs import Flags
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, Span, as_day, window_start
from custintel.retention._purchase_days import PurchaseDays, read_purchase_days

PROSPECT, NEW, ACTIVE = N_("prospect"), N_("new"), N_("active")
RETURNED, AT_RISK, LOST = N_("returned"), N_("at risk"), N_("lost")
STAGES = (PROSPECT, NEW, ACTIVE, RETURNED, AT_RISK, LOST)
_EPOCH = pd.Timestamp("1970-01-01")


def lifecycle_stages(
    transactions: Frame,
    customers: Frame | None = None,
    *,
    as_of: Day,
    new_for: str = "3M",
    at_risk_after: str = "6M",
    lost_after: str = "12M",
) -> pd.DataFrame:
    """Say for each customer which stage of the life cycle they are in, by stated rules.

    The first rule that holds decides:

    1. ``prospect``: in `customers`, without a purchase so far;
    2. ``lost``: there is no purchase in the span `lost_after` that ends with `as_of`;
    3. ``at risk``: nor in the span `at_risk_after`;
    4. ``new``: the first purchase lies within `new_for`;
    5. ``returned``: within `new_for` lies a purchase on whose eve the customer was lost;
    6. ``active``: all others.

    A span that ends with 2024-12-31 includes that day: one of 12 months starts with 2024-01-01.

    The rules are the same for all customers. For spans that fit your data see
    `custintel.retention.inactivity_windows`; for a silence that is long by a customer's own
    habit, `custintel.retention.consumption_risk`; for what the customers of a stage usually buy
    next, ``custintel.affinity.next_purchase``.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file. Refunds are no purchases.
    customers : DataFrame, optional
        ``customer_id``: all who are known. Without it there are no prospects.
    as_of : date-like
        Last day observed, included; later lines are ignored. Customers are taken as listed,
        whenever they were entered.
    new_for : str, default="3M"
        Span that ends with `as_of`, in calendar months, as the next two.
    at_risk_after : str, default="6M"
        Span of silence after which a customer is at risk.
    lost_after : str, default="12M"
        Span of silence after which a customer counts as lost; longer than `at_risk_after`.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, one row per customer. ``table["stage"].value_counts()``
        counts the stages.

        - ``stage`` : ordered category, in the order of the life cycle
        - ``n_purchases`` : int, >= 0, purchase days
        - ``first_on``, ``last_on`` : datetime, first and last purchase day; NaT for prospects
        - ``days_since`` : float, >= 0, days since the last; NaN for prospects

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If a span is not one, or `lost_after` is not longer than `at_risk_after`.

    Warns
    -----
    SetAsideWarning
        If customers have refunds but no purchase, and are not in `customers`.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cy", "cy"],
    ...     "ordered_at": pd.to_datetime(["2024-12-01", "2024-03-01", "2023-01-01", "2024-11-01"]),
    ...     "revenue": 10.0,
    ... })
    >>> customers = pd.DataFrame({"customer_id": ["ann", "bob", "cy", "dee"]})
    >>> stages = lifecycle_stages(transactions, customers, as_of="2024-12-31")
    >>> stages[["stage", "n_purchases", "days_since"]]
                    stage  n_purchases  days_since
    customer_id
    ann               new            1        30.0
    bob           at risk            1       305.0
    cy           returned            2        60.0
    dee          prospect            0         NaN
    """
    last_day = as_day(as_of)
    spans = [Span.parse(each) for each in (new_for, at_risk_after, lost_after)]
    recent, risky, lost = (number_of_day(window_start(last_day, span)) for span in spans)
    if lost >= risky:
        raise ValueError(
            _(
                "lost_after {lost!r} is not longer than at_risk_after {risky!r}: customers are "
                "at risk before they are lost.",
                lost=lost_after,
                risky=at_risk_after,
            )
        )
    days = read_purchase_days(transactions, as_of=last_day)
    known = days.customers if customers is None else _ids(customers)
    warn_refunds_alone(days.refunds_alone.difference(known))
    back = _returned(days, recent, spans[2])
    found = _table(days)
    choices = [days.last() < lost, days.last() < risky, days.first() >= recent, back]
    names = np.select(choices, [LOST, AT_RISK, NEW, RETURNED], ACTIVE)
    found.insert(0, "stage", names)
    listed = found.index.union(known)
    table = found.reindex(listed.rename("customer_id"))
    stage = table["stage"].astype("object").where(table["stage"].notna(), PROSPECT)
    return table.assign(
        stage=pd.Categorical(stage, STAGES, ordered=True),
        n_purchases=table["n_purchases"].fillna(0).astype("int64"),
    )


def _table(days: PurchaseDays) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "n_purchases": days.count(),
            "first_on": _EPOCH + pd.to_timedelta(days.first(), unit="D"),
            "last_on": _EPOCH + pd.to_timedelta(days.last(), unit="D"),
            "days_since": (days.last_day - days.last()).astype(float),
        },
        index=days.customers,
    )


def _ids(customers: Frame) -> pd.Index:
    ids = to_pandas(lazy(customers, ["customer_id"], table="customers"))["customer_id"]
    distinct: pd.Index = pd.Index(np.unique(ids.to_numpy(object).astype(str)), dtype="str")
    return distinct


def _returned(days: PurchaseDays, recent: int, silence: Span) -> Flags:
    """Return whether each customer was lost on the eve of a recent purchase."""
    follows = np.append(False, days.unit[1:] == days.unit[:-1])
    before = np.append(0, days.day[:-1])
    late = np.flatnonzero(follows & (days.day >= recent))
    distinct, place = np.unique(days.day[late], return_inverse=True)
    eves = [_EPOCH + pd.Timedelta(days=int(day) - 1) for day in distinct]
    starts = np.array([number_of_day(window_start(eve, silence)) for eve in eves], np.int64)
    came_back = np.zeros(len(days.customer), bool)
    came_back[days.unit[late[before[late] < starts[place]]]] = True
    return came_back
