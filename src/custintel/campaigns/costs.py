"""What a campaign's results cost, one by one and by the thousand."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaincinv

from custintel._checks import require_between, require_type
from custintel._frames import Frame, as_narwhals
from custintel._intervals import Bounds, Floats, wilson_interval
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.campaigns._campaign_rows import (
    grouped_labels,
    quotient,
    read_campaigns,
    uncosted,
    unknown_campaigns,
)
from custintel.campaigns._responders import COUNTS, responders
from custintel.errors import SetAsideWarning, WeakResultWarning

_PER_ONE = {
    "cost_per_response": "n_responses",
    "cost_per_information_request": "n_information_requests",
    "cost_per_lead": "n_leads",
    "cost_per_sale": "n_sales",
    "cost_per_address": "n_addresses",
}


def cost_per_result(
    campaigns: Frame, events: Frame, *, by: str = "campaign_id", level: float = 0.95
) -> pd.DataFrame:
    """Measure what each result cost: a response, an information request, a lead, a sale.

    Two figures are mixed up easily, and both are here: ``cpm``, the cost of a thousand contacts
    written to, and ``cost_per_1000_responses``, that of a thousand who answered, which is
    larger by far. A contact counts once in a campaign for each kind of result; a response is any
    of information request, lead and sale.

    Parameters
    ----------
    campaigns : DataFrame
        ``campaign_id``, ``cost``, the column `by` and, if there is one, ``n_addresses``: new
        addresses that agreed to be written to. Of any engine.
    events : DataFrame
        Campaign events: ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``; pandas,
        polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file. Without ``sent`` rows
        nobody is known to have been written to.
    by : str, default="campaign_id"
        Column of the campaigns whose values become the rows, such as ``"channel"``. Campaigns
        without a value are one row, ``(missing)``.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in the order of the campaigns. Campaigns without a cost are left out of
        all that follows ``n_without_cost``.

        - ``n_campaigns``, ``n_without_cost`` : int
        - ``cost`` : float, currency; NaN if no campaign has one
        - ``n_sent``, ``n_responses``, ``n_information_requests``, ``n_leads``, ``n_sales`` : int,
          contacts
        - ``n_addresses`` : float, as given; NaN if it is not
        - ``cpm`` : float, 1000 × ``cost`` ÷ ``n_sent``; NaN if nobody is known to have been
          written to. It has no interval, because nothing in it is left to chance
        - ``cost_per_1000_responses`` : float, 1000 × ``cost`` ÷ ``n_responses``
        - ``cost_per_response``, ``cost_per_information_request``, ``cost_per_lead``,
          ``cost_per_sale``, ``cost_per_address`` : float, currency; NaN without such a result
        - ``…_low``, ``…_high`` of each but ``cpm`` : float, bounds of the cost of a result to
          expect of campaigns like these; ``…_high`` is infinite if there was no result, as
          nothing then speaks against none to come

    Raises
    ------
    SchemaError
        If a column is missing, a campaign stands in two rows or has a negative cost, or an
        event is not known.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    SetAsideWarning
        If events name campaigns that are not in the table.
    WeakResultWarning
        If campaigns have no cost.

    Notes
    -----
    The cost is known and the number of results is left to chance. Of campaigns whose contacts
    were written to, its interval is Wilson's of the share with the result; of others, and of
    addresses, the exact one of a Poisson mean (Garwood 1936).

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson. Chapter 9: cost per thousand, per click,
    per order and per customer acquired.

    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4),
    437-442.

    Examples
    --------
    >>> campaigns = pd.DataFrame({"campaign_id": ["mail"], "cost": [10.0]})
    >>> events = pd.DataFrame({
    ...     "campaign_id": "mail",
    ...     "customer_id": [*range(100), 1, 2, 3, 3],
    ...     "event": ["sent"] * 100 + ["information_request"] * 3 + ["sale"],
    ...     "occurred_at": pd.Timestamp("2024-03-01"),
    ... })
    >>> costs = cost_per_result(campaigns, events)
    >>> costs[["cpm", "cost_per_1000_responses", "cost_per_sale"]].round(2).values.tolist()
    [[100.0, 3333.33, 10.0]]
    """
    require_between(level, 0, 1, name="level", open_ends=True)
    require_type(by, str, name="by", what=_("the name of a column"))
    counted = counted_campaigns(campaigns, events, by)
    names = counted.index[counted["cost"].isna()]
    if len(names):
        warn(uncosted(names), WeakResultWarning)
    return costs_of(counted, by, level)


def costs_of(counted: pd.DataFrame, by: str, level: float) -> pd.DataFrame:
    """Return the table of `cost_per_result` from campaigns with what their events count."""
    totals = _totals(counted, grouped_labels(counted, by))
    cost, columns = totals["cost"], dict(totals)
    columns["cpm"] = 1000 * quotient(cost, totals["n_sent"])
    for name, count in _PER_ONE.items():
        sent = totals["n_sent"] if name != "cost_per_address" else totals["n_sent"] * 0
        bounds = _bounds(totals[count].to_numpy(float), sent.to_numpy(float), level)
        columns |= _three(name, cost, totals[count], bounds, 1)
        if name == "cost_per_response":
            columns |= _three("cost_per_1000_responses", cost, totals[count], bounds, 1000)
    return pd.DataFrame(columns)


def counted_campaigns(campaigns: Frame, events: Frame, by: str) -> pd.DataFrame:
    """Return the campaigns with what their events count; warn of events of unknown ones."""
    has_addresses = "n_addresses" in as_narwhals(campaigns).collect_schema().names()
    wanted = ["cost", by, *(["n_addresses"] if has_addresses else [])]
    table = read_campaigns(campaigns, list(dict.fromkeys(wanted)))
    counts = responders(events)
    strangers = counts.index.difference(table.index)
    if len(strangers):
        n_rows = int(counts.loc[strangers, "n_rows"].sum())
        message = unknown_campaigns(strangers, n_rows, "campaign_events")
        warn(message, SetAsideWarning)
    known = counts.reindex(table.index)[list(COUNTS)].fillna(0).astype("int64")
    if not has_addresses:
        table["n_addresses"] = np.nan
    return table.join(known)


def _totals(counted: pd.DataFrame, groups: "pd.Index[Any]") -> pd.DataFrame:
    has_cost = counted["cost"].notna()
    counts = ["n_sent", "n_responses", "n_information_requests", "n_leads", "n_sales"]
    used = counted[counts].where(has_cost, 0).astype("int64")
    used = used.assign(
        cost=counted["cost"],
        n_addresses=counted["n_addresses"].where(has_cost),
        n_campaigns=1,
        n_without_cost=(~has_cost).astype("int64"),
    ).set_axis(groups)
    grouped = used.groupby(level=0, sort=False)
    totals = grouped.sum()
    for name in ("cost", "n_addresses"):
        totals[name] = grouped[name].sum(min_count=1)
    return totals[["n_campaigns", "n_without_cost", "cost", *counts, "n_addresses"]]


def _bounds(counts: Floats, sent: Floats, level: float) -> Bounds:
    """Return the bounds of the number of results to expect."""
    is_share = (sent > 0) & (counts <= sent)
    low, high = wilson_interval(np.where(is_share, counts, 0), np.maximum(sent, 1), level)
    # gammaincinv gives the quantiles of the gamma distributions that are Garwood's bounds.
    tail = (1 - level) / 2
    known = np.isfinite(counts)
    results = np.where(known, counts, 0.0)
    fewest = np.where(results > 0, gammaincinv(np.maximum(results, 1e-9), tail), 0.0)
    most = gammaincinv(results + 1, 1 - tail)
    return Bounds(
        np.where(known, np.where(is_share, low * sent, fewest), np.nan),
        np.where(known, np.where(is_share, high * sent, most), np.nan),
    )


def _three(
    name: str, cost: "pd.Series[float]", counts: "pd.Series[float]", bounds: Bounds, per: int
) -> dict[str, "pd.Series[float]"]:
    amounts = per * cost
    with np.errstate(divide="ignore", invalid="ignore"):
        high = np.where(bounds.low > 0, amounts / np.maximum(bounds.low, 1e-300), np.inf)
    high = np.where(cost.isna() | np.isnan(bounds.low), np.nan, high)
    return {
        name: quotient(amounts, counts),
        f"{name}_low": amounts / bounds.high,
        f"{name}_high": pd.Series(high, index=cost.index),
    }
