"""From the campaign to what buyers say of it: every step in one table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import require_between, require_type
from custintel._differences import Groups
from custintel._frames import Frame
from custintel._intervals import wilson_interval
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.campaigns._campaign_rows import quotient, read_campaigns, uncosted
from custintel.campaigns._credited_sales import sales_lines, unpriced
from custintel.campaigns._loop_links import (
    answered,
    bought_of,
    called,
    counts_of_links,
    leads_of,
)
from custintel.campaigns._responders import responders
from custintel.errors import WeakResultWarning

_STEPS = {
    "response_rate": ("n_responses", "n_delivered"),
    "lead_rate": ("n_leads", "n_responses"),
    "buyer_rate": ("n_buyers", "n_leads"),
    "call_rate": ("n_called", "n_buyers"),
    "survey_rate": ("n_surveyed", "n_buyers"),
}


@dataclass(frozen=True, slots=True, eq=False)
class CustomerRecords:
    """What is recorded of customers around campaigns, each table where there is one.

    Parameters
    ----------
    events : DataFrame, optional
        Campaign events: ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``
        and, where there are no transactions, ``revenue``. All tables are of any engine.
    transactions : DataFrame, optional
        ``customer_id``, ``ordered_at``, ``revenue`` and, if there are any, ``order_id``,
        ``campaign_id`` and ``cost``.
    leads : DataFrame, optional
        ``lead_id``, ``campaign_id`` and, if there are any, ``customer_id``, ``created_at``,
        ``status``.
    calls : DataFrame, optional
        ``customer_id``, ``opened_at``.
    surveys : DataFrame, optional
        ``customer_id``, ``answered_at``, ``score``: one row per answer.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["spring"],
    ...     "customer_id": ["ann"],
    ...     "event": ["sent"],
    ...     "occurred_at": pd.to_datetime(["2024-03-01"]),
    ... })
    >>> CustomerRecords(events=events).leads is None
    True
    """

    events: Frame | None = None
    transactions: Frame | None = None
    leads: Frame | None = None
    calls: Frame | None = None
    surveys: Frame | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ClosedLoop:
    """Each campaign from its sending to the scores of its buyers, and what was not linked.

    Parameters
    ----------
    table : DataFrame
        One row per campaign; described in `closed_loop`.
    links : DataFrame
        What became of the rows of each record: ``record``, ``outcome`` (``"linked"``, or why
        not), ``n``. The numbers of a record add up to its rows up to ``as_of``.
    as_of : Timestamp
        Last day observed.

    Examples
    --------
    >>> campaigns = pd.DataFrame({"campaign_id": ["spring"], "cost": [50.0]})
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["spring", "spring", "autumn"],
    ...     "customer_id": ["ann", "bob", "ann"],
    ...     "event": ["sent", "sent", "sent"],
    ...     "occurred_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": None,
    ... }).astype({"revenue": float})
    >>> loop = closed_loop(campaigns, CustomerRecords(events=events), as_of="2024-12-31")
    >>> loop.links.values.tolist()
    [['events', 'linked', 2], ['events', 'campaign not in the table', 1]]
    """

    table: pd.DataFrame
    links: pd.DataFrame
    as_of: pd.Timestamp

    def plot(self, campaign_id: object, *, ax=None):  # type: ignore[no-untyped-def]
        """Draw the steps of one campaign; see `custintel.plots.loop_funnel`.

        Parameters
        ----------
        campaign_id : str
            Which campaign.
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.campaign_loops import loop_funnel

        return loop_funnel(self.table, campaign_id, ax=ax)


def closed_loop(
    campaigns: Frame,
    records: CustomerRecords,
    *,
    as_of: Day,
    margin_rate: float | None = None,
    level: float = 0.95,
) -> ClosedLoop:
    """Follow each campaign through response, lead, sale, call and survey to its return.

    Events, leads and transactions belong to the campaign that they name. Calls and surveys name
    none: they belong to the campaign that their customer last bought for, on that day or
    before (of two on one day, the first by name). Nothing is guessed beyond this, and ``links``
    counts what was not linked. Sales are credited, which is more than campaigns cause; see
    `campaign_roi`.

    Parameters
    ----------
    campaigns : DataFrame
        ``campaign_id``, ``cost`` and, if there is one, ``campaign_name``; of any engine.
    records : CustomerRecords
        Events at least. Without leads, those among the events count; without transactions, the
        sales among the events.
    as_of : date-like
        Last day observed, included; whatever comes later is not linked.
    margin_rate : float, optional
        Part of the revenue left after variable costs, 0-1. By default the margin is revenue
        less the ``cost`` of the goods in the transactions; missing if some sales lack it.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    ClosedLoop
        ``table``, indexed by ``campaign_id`` in the order of `campaigns`, holds customers at
        each step, each once in a campaign; figures of records that are not given are NaN.

        - ``campaign_name`` : str, the id where there is none
        - ``n_sent``, ``n_delivered``, ``n_responses`` : float, contacts; delivered is sent less
          bounced where no delivery is recorded
        - ``n_leads``, ``n_buyers``, ``n_called``, ``n_surveyed`` : float, customers; leads
          without a ``customer_id`` count one by one
        - ``response_rate`` : float, responses ÷ delivered; ``lead_rate``, leads ÷ responses;
          ``buyer_rate``, buyers ÷ leads; ``call_rate``, called ÷ buyers; ``survey_rate``,
          surveyed ÷ buyers; each with ``_low`` and ``_high`` (Wilson). NaN if the step before
          is empty or smaller, as happens where steps are left out
        - ``n_sales`` : float, orders; ``revenue``, ``margin``, ``cost``, ``profit``: float,
          currency
        - ``mean_score``, ``mean_score_low``, ``mean_score_high`` : float, on the scale of the
          survey, mean over customers of their mean scores; bounds NaN below two customers
        - ``romi`` : float, ``profit`` ÷ ``cost``; NaN without a cost above 0

    Raises
    ------
    SchemaError
        If a column is missing, an amount is negative, an event is not known or a score no
        number.
    TypeError
        If `records` is none.
    ValueError
        If there are no events, or `as_of`, `margin_rate` or `level` is not one.

    Warns
    -----
    WeakResultWarning
        If campaigns have no cost, or sales no revenue.

    Examples
    --------
    >>> campaigns = pd.DataFrame({"campaign_id": ["spring"], "cost": [50.0]})
    >>> events = pd.DataFrame({
    ...     "campaign_id": "spring",
    ...     "customer_id": ["ann", "bob", "eve", "ann", "ann"],
    ...     "event": ["sent", "sent", "sent", "lead", "sale"],
    ...     "occurred_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": [None, None, None, None, 200.0],
    ... })
    >>> surveys = pd.DataFrame({
    ...     "customer_id": ["ann"], "answered_at": pd.to_datetime(["2024-04-01"]), "score": [9],
    ... })
    >>> records = CustomerRecords(events=events, surveys=surveys)
    >>> loop = closed_loop(campaigns, records, as_of="2024-12-31", margin_rate=0.5)
    >>> loop.table[["n_sent", "n_leads", "n_buyers", "mean_score", "romi"]].values.tolist()
    [[3.0, 1.0, 1.0, 9.0, 1.0]]
    """
    last_day = as_day(as_of)
    require_between(level, 0, 1, name="level", open_ends=True)
    sales = _sales(records, margin_rate)
    table = read_campaigns(campaigns)
    counts = responders(records.events, as_of=last_day)
    uncosted_ids = table.index[table["cost"].isna()]
    if len(uncosted_ids):
        warn(uncosted(uncosted_ids), WeakResultWarning)
    has_later = records.calls is not None or records.surveys is not None
    sold = bought_of(sales_lines(sales, last_day), table.index, who=has_later)
    n_unpriced = sold.totals["n_unpriced"]
    if n_unpriced.any():
        names = n_unpriced.index[n_unpriced > 0]
        warn(unpriced(names, int(n_unpriced.sum())), WeakResultWarning)
    calls = called(records.calls, sold.buyers, last_day)
    surveys = answered(records.surveys, sold.buyers, last_day)
    steps = counts.drop(columns=["n_rows", "n_sales", "revenue"]).join(sold.totals, how="outer")
    steps = steps.reindex(table.index).fillna(0.0)
    linked = [counts_of_links("events", counts["n_rows"], table.index)]
    linked += [sold.links] if records.transactions is not None else []
    if records.leads is not None:
        leads = leads_of(records.leads, last_day, table.index)
        steps["n_leads"] = leads.n.reindex(table.index, fill_value=0)
        linked.insert(1, leads.links)
    steps["n_called"] = _known(calls.n, records.calls, table.index)
    steps["n_surveyed"] = _known(surveys.n, records.surveys, table.index)
    steps = steps.join(_mean_scores(surveys.scores, level))
    finished = _finished(table, steps, margin_rate, level)
    rows = [row for each in [*linked, calls.links, surveys.links] for row in each.to_numpy()]
    links = pd.DataFrame(rows, columns=["record", "outcome", "n"]).astype({"n": "int64"})
    return ClosedLoop(finished, links, last_day)


def _sales(records: CustomerRecords, margin_rate: float | None) -> Frame:
    """Return the table that the sales are in, once what is needed is there."""
    require_type(records, CustomerRecords, name="records", what=_("a CustomerRecords"))
    if records.events is None:
        raise ValueError(
            _("closed_loop needs the events of the campaigns: CustomerRecords(events=…).")
        )
    if margin_rate is not None:
        require_between(margin_rate, 0, 1, name="margin_rate")
    return records.events if records.transactions is None else records.transactions


def _known(n: "pd.Series[Any]", given: Frame | None, index: "pd.Index[Any]") -> "pd.Series[float]":
    unknown = np.nan if given is None else 0.0
    return n.reindex(index).astype(float).fillna(unknown)


def _mean_scores(scores: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the mean score of each campaign's customers, by Student's t."""
    names = ["mean_score", "mean_score_low", "mean_score_high"]
    if scores.empty:
        return pd.DataFrame(columns=names, dtype=float)
    by_campaign = scores.groupby("campaign_id")["score"]
    mean = by_campaign.mean()
    n = np.asarray(by_campaign.size(), dtype=float)
    away = scores["score"] - scores["campaign_id"].map(mean)
    squares = (away**2).groupby(scores["campaign_id"]).sum()
    middle = np.asarray(mean, dtype=float)
    bounds = Groups(n, middle, np.asarray(squares, dtype=float), is_rate=False).interval(level)
    figures = dict(zip(names, (middle, bounds.low, bounds.high), strict=True))
    return pd.DataFrame(figures, index=mean.index)


def _finished(
    table: pd.DataFrame, steps: pd.DataFrame, margin_rate: float | None, level: float
) -> pd.DataFrame:
    counts = ["n_sent", "n_delivered", "n_responses", "n_leads", "n_buyers", "n_sales"]
    counts += ["n_called", "n_surveyed"]
    columns = {"campaign_name": table["campaign_name"]} | dict(steps[counts].astype(float))
    for rate, (part, whole) in _STEPS.items():
        columns |= _rate(rate, columns[part], columns[whole], level)
    revenue, cost = steps["revenue"].astype(float), table["cost"]
    margin = (revenue - steps["goods"]).where(steps["n_costless"] == 0)
    columns["revenue"] = revenue
    columns["margin"] = margin if margin_rate is None else revenue * margin_rate
    columns["cost"] = cost
    columns["profit"] = columns["margin"] - cost
    columns |= dict(steps[["mean_score", "mean_score_low", "mean_score_high"]])
    columns["romi"] = quotient(columns["profit"], cost)
    return pd.DataFrame(columns)


def _rate(
    name: str, part: "pd.Series[float]", whole: "pd.Series[float]", level: float
) -> dict[str, "pd.Series[float]"]:
    is_part = (whole > 0) & (part <= whole)
    trials = whole.where(is_part)
    low, high = wilson_interval(part.where(is_part), trials, level)
    return {
        name: part / trials,
        f"{name}_low": pd.Series(low, index=part.index),
        f"{name}_high": pd.Series(high, index=part.index),
    }
