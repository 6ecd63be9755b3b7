"""How many customers came because another one sent them."""

from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._intervals import wilson_interval
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.revenue.periods import MISSING, TOTAL
from custintel.schemas.parsing import texts

_KEY, _REFERRER = "customer_id", "referred_by"


def referral_rate(
    customers: pd.DataFrame, *, by: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Measure how many customers were referred by another one.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: ``customer_id``, ``referred_by`` (the id of the customer who sent
        them, missing for all who came by themselves) and the column `by`. Ids are compared as
        the builders write them: 7.0 is ``"7"``.
    by : str, optional
        Column whose values are told apart, such as ``country``, or the year of arrival.
        Customers without a value are one row, ``(missing)``. By default all are one row,
        ``total``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, largest number of customers first, equal ones by name.
        `custintel.plots.referral_bars` draws it.

        - ``n_customers`` : int
        - ``n_referred`` : int, of these, who were sent by another customer
        - ``referral_rate``, ``referral_rate_low``, ``referral_rate_high`` : float, 0-1, the
          second over the first, with its Wilson interval
        - ``n_referrers`` : int, different customers who sent them, from whichever row
        - ``referrals_per_referrer`` : float; NaN if nobody was sent
        - ``n_unknown_referrers`` : int, of those sent, whose referrer is not in the table

    Raises
    ------
    SchemaError
        If a column is missing, a customer repeats or has no id, or customers have referred
        themselves.
    TypeError
        If `customers` is no pandas DataFrame.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "eve", "kim"],
    ...     "referred_by": [None, "ann", "ann", None],
    ... })
    >>> referral_rate(customers)[["n_customers", "n_referred", "referral_rate"]]
           n_customers  n_referred  referral_rate
    total            4           2            0.5
    """
    a_table = _("a pandas DataFrame with one row per customer")
    require_type(customers, pd.DataFrame, name="customers", what=a_table)
    columns = [_KEY, _REFERRER, *([] if by is None else [by])]
    require_columns(customers.columns, columns, table="customers")
    persons = pd.DataFrame({name: texts(customers[name]) for name in (_KEY, _REFERRER)})
    _require_persons(persons)
    is_referred = persons[_REFERRER].notna()
    known = persons[_REFERRER].isin(persons[_KEY])
    group = _groups(customers, by)
    counted = pd.DataFrame(
        {
            "n_customers": 1,
            "n_referred": is_referred.astype("int64"),
            "n_unknown_referrers": (is_referred & ~known).astype("int64"),
        }
    ).groupby(group)
    table = counted.sum()
    table["n_referrers"] = persons[_REFERRER].groupby(group).nunique()
    low, high = wilson_interval(table["n_referred"], table["n_customers"], level)
    n, senders = table["n_referred"].to_numpy(float), table["n_referrers"].to_numpy(float)
    table = table.assign(
        referral_rate=table["n_referred"] / table["n_customers"],
        referral_rate_low=low,
        referral_rate_high=high,
        referrals_per_referrer=np.divide(
            n, senders, out=np.full(len(n), np.nan), where=senders > 0
        ),
    )
    names = np.array([str(name) for name in table.index])
    order = np.lexsort((names, -table["n_customers"].to_numpy()))
    return table.iloc[order][
        [
            *("n_customers", "n_referred", "referral_rate", "referral_rate_low"),
            *("referral_rate_high", "n_referrers", "referrals_per_referrer"),
            "n_unknown_referrers",
        ]
    ]


def _groups(customers: pd.DataFrame, by: str | None) -> "pd.Series[Any]":
    if by is None:
        return pd.Series(TOTAL, index=customers.index)
    found = customers[by].astype(object)
    return found.where(found.notna(), MISSING).rename(by)


def _require_persons(customers: pd.DataFrame) -> None:
    missing = int(customers[_KEY].isna().sum())
    if missing:
        raise SchemaError(
            _n(
                "{name} has {n} row without customer_id. Leave it out first.",
                "{name} has {n} rows without customer_id. Leave them out first.",
                missing,
                name="customers",
            )
        )
    repeated = customers.loc[customers[_KEY].duplicated(), _KEY]
    if len(repeated):
        raise SchemaError(
            _n(
                "Table 'customers' has {n} row of a customer who is in it before: {examples}. It "
                "needs one row for each.",
                "Table 'customers' has {n} rows of customers who are in it before: {examples}. "
                "It needs one row for each.",
                len(repeated),
                examples=quoted(repeated.unique(), most=3),
            )
        )
    own = customers.loc[customers[_KEY] == customers[_REFERRER], _KEY]
    if len(own):
        raise SchemaError(
            _(
                "Column 'referred_by' of 'customers' names {n} customers themselves: {examples}. "
                "Leave it empty where nobody sent them.",
                n=len(own),
                examples=quoted(own, most=3),
            )
        )
