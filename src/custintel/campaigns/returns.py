"""What campaigns earned on what they cost."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_between, require_type
from custintel._frames import Frame, number_of_day
from custintel._significance import q_values
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.campaigns._campaign_rows import read_campaigns, uncosted, unknown_campaigns
from custintel.campaigns._credited_sales import (
    credited,
    days_of,
    require_margin,
    sales_lines,
    unpriced,
    window_ends,
)
from custintel.campaigns._held_back import incremental, read_assigned
from custintel.errors import (
    CustintelWarning,
    SchemaError,
    SetAsideWarning,
    WeakResultWarning,
)

ATTRIBUTED, INCREMENTAL = N_("attributed"), N_("incremental")
_NO_COST, _NO_MARGIN = N_("cost not known"), N_("cost of the goods not known")
_FREE, _NOT_BEGUN = N_("cost is zero"), N_("not begun on as_of")
_NO_GROUPS = N_("too few customers in one of the groups")
_NO_VARIATION = N_("purchases do not vary within the groups")
_AMOUNTS = ("revenue", "margin", "profit", "romi")
_FEWEST = 2  # customers of a group, to tell how much they vary


@dataclass(frozen=True, slots=True, eq=False)
class Holdout:
    """Who was held back from campaigns, so that their purchases show what comes anyway.

    Parameters
    ----------
    arms : DataFrame
        One row per campaign and customer that was assigned: ``campaign_id``, ``customer_id``,
        ``arm`` and, if there is one, ``assigned_at``; of any engine. Customers must have been
        assigned at random.
    control : str, default="control"
        Arm of those held back. All others of a campaign are taken together.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Examples
    --------
    >>> arms = pd.DataFrame(
    ...     {"campaign_id": "spring", "customer_id": ["ann", "bob"], "arm": ["mail", "control"]}
    ... )
    >>> Holdout(arms).control
    'control'
    """

    arms: Frame
    control: str = "control"
    level: float = 0.95


def campaign_roi(
    campaigns: Frame,
    sales: Frame,
    *,
    as_of: Day,
    margin_rate: float | None = None,
    window: str | None = None,
    holdout: Holdout | None = None,
) -> pd.DataFrame:
    """Measure the return on each campaign: (revenue × margin rate − cost) ÷ cost.

    Which revenue, makes the difference. **Attributed** revenue is what the sales credit to the
    campaign, and includes customers who would have bought anyway. **Incremental** revenue is
    what customers who were reached bought beyond those held back at random; it is what the
    campaign caused, and has an interval. A campaign of which `holdout` has customers is
    measured in this way, any other by attribution; ``revenue_is`` says which.

    Parameters
    ----------
    campaigns : DataFrame
        ``campaign_id``, ``cost`` and, if there are any, ``campaign_name`` and ``starts_at``; of
        any engine.
    sales : DataFrame
        Transactions: ``customer_id``, ``ordered_at``, ``revenue``, ``campaign_id`` and, if
        there are any, ``order_id`` and ``cost`` of the goods; or campaign events, of which
        those of the kind ``sale`` count, with their ``revenue``. Pandas, polars, DuckDB,
        PySpark, pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included.
    margin_rate : float, optional
        Part of the revenue left after variable costs, 0-1. By default the margin is revenue
        less the ``cost`` of the goods.
    window : str, optional
        Count sales for this long, such as ``"30D"`` or ``"1M"``, from the day of the campaign's
        start on (with a holdout, from each customer's assignment, or the start). By default up
        to `as_of`. Sales before the start never count, nor do customers assigned after `as_of`.
    holdout : Holdout, optional
        Who was held back from which campaign.

    Returns
    -------
    DataFrame
        Indexed by ``campaign_id``, in the order of `campaigns`.

        - ``campaign_name`` : str, the id where there is none
        - ``revenue_is`` : str, ``"attributed"`` or ``"incremental"``
        - ``n_sales`` : int, sales credited; with a holdout, those of the customers reached,
          whatever made them buy
        - ``revenue`` : float, currency, refunds netted
        - ``margin`` : float, currency; NaN if a sale lacks its cost
        - ``cost`` : float, of the campaign, currency; NaN if not known
        - ``profit`` : float, ``margin`` − ``cost``
        - ``romi`` : float, ``profit`` ÷ ``cost``: 0 at break-even; NaN without a cost above 0,
          and of a campaign that begins after `as_of`
        - ``revenue_low``, ``revenue_high`` and so on for ``margin``, ``profit`` and ``romi`` :
          float, bounds of incremental figures; NaN of attributed ones, which are sums, and
          where nobody, or everybody in each group alike, has bought
        - ``roas`` : float, ``revenue`` ÷ ``cost``, before the cost of the goods
        - ``p``, ``q`` : float, two-sided p that those reached bring another margin than those
          held back, and Benjamini-Hochberg adjusted; NaN of attributed revenue
        - ``n_reached``, ``n_held_back`` : int, customers assigned; 0 without a holdout
        - ``reason`` : str, why there is no ``romi``, or no interval of an incremental one; empty
          if there is

    Raises
    ------
    SchemaError
        If a column is missing, a campaign or an assignment stands in two rows, an amount is
        negative, nothing tells the margin, or with a `window` a campaign has no start.
    ValueError
        If `as_of`, `margin_rate` or `window` is not one.
    TypeError
        If `holdout` is none.

    Warns
    -----
    SetAsideWarning
        If sales, or assignments, name campaigns that are not in the table, or customers were
        assigned after `as_of`.
    WeakResultWarning
        If campaigns have no cost, sales no revenue or no cost of the goods, or fall outside the
        window, campaigns begin after `as_of` or have windows that are not over then, or a
        campaign of the holdout lacks one of the two groups.

    Notes
    -----
    Bounds are Welch's, of the difference between the mean margin (or revenue) of the customers
    reached and held back, times the customers reached. With amounts as skewed as those of
    purchases they need some hundred buyers.

    References
    ----------
    Farris, P. W., Bendle, N. T., Pfeifer, P. E. and Reibstein, D. J. (2010). Marketing
    metrics, 2nd edition. Upper Saddle River: Pearson. Chapter 10: return on marketing
    investment = (incremental revenue × contribution margin − spend) ÷ spend.

    Lewis, R. A. and Rao, J. M. (2015). The unfavorable economics of measuring the returns to
    advertising. The Quarterly Journal of Economics 130(4), 1941-1973.

    Examples
    --------
    >>> campaigns = pd.DataFrame({"campaign_id": ["spring"], "cost": [10_000.0]})
    >>> sales = pd.DataFrame({
    ...     "customer_id": ["ann", "bob"],
    ...     "ordered_at": pd.Timestamp("2024-03-20"),
    ...     "revenue": [20_000.0, 30_000.0],
    ...     "campaign_id": "spring",
    ... })
    >>> roi = campaign_roi(campaigns, sales, as_of="2024-12-31", margin_rate=0.6)
    >>> roi[["revenue_is", "margin", "profit", "romi", "roas"]].values.tolist()
    [['attributed', 30000.0, 20000.0, 2.0, 5.0]]
    """
    last_day = as_day(as_of)
    table = read_campaigns(campaigns)
    require_margin(margin_rate, sales)
    if margin_rate is not None:
        require_between(margin_rate, 0, 1, name="margin_rate")
    if holdout is not None:
        what = _("a custintel.campaigns.Holdout")
        require_type(holdout, Holdout, name="holdout", what=what)
    lines = sales_lines(sales, last_day)
    spans = pd.DataFrame(
        {"first": days_of(table["starts_at"]), "last": window_ends(table["starts_at"], window)},
        index=table.index,
    )
    sums = credited(lines, spans)
    rows = _attributed(table, sums, margin_rate)
    remarks = list(_remarks(table, sums))
    if holdout is not None:
        assigned = read_assigned(
            holdout.arms, table, last_day=last_day, control=holdout.control, window=window
        )
        compared = incremental(
            lines, assigned, last_day=last_day, margin_rate=margin_rate, level=holdout.level
        )
        remarks += list(assigned.remarks(last_day))
        rows = _replaced(rows, compared)
    credited_days = spans[rows["revenue_is"] == ATTRIBUTED]
    if window is not None:
        _require_starts(credited_days)
    rows["has_begun"] = ~(credited_days["first"] > number_of_day(last_day)).reindex(
        rows.index, fill_value=False
    )
    remarks += [*_day_remarks(credited_days, last_day), *_margin_remarks(rows)]
    for category, reason in remarks:
        warn(reason, category)
    return _returns(rows)


def _attributed(table: pd.DataFrame, sums: pd.DataFrame, margin_rate: float | None) -> pd.DataFrame:
    known = sums.reindex(table.index).fillna(0.0)
    revenue = known["revenue"].astype(float)
    margin = (revenue - known["cost"]).where(known["n_costless"] == 0)
    unknown = dict.fromkeys(
        ("revenue_low", "revenue_high", "margin_low", "margin_high", "p"), np.nan
    )
    return pd.DataFrame(
        {
            "campaign_name": table["campaign_name"],
            "revenue_is": ATTRIBUTED,
            "n_sales": known["n_sales"].astype("int64"),
            "revenue": revenue,
            "margin": margin if margin_rate is None else revenue * margin_rate,
            "cost": table["cost"],
            "n_costless": known["n_costless"] if margin_rate is None else 0.0,
            "n_reached": 0,
            "n_held_back": 0,
            **unknown,
        }
    )


def _replaced(attributed: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with those of campaigns that were compared with customers held back."""
    if compared.empty:
        return attributed
    rows = attributed.copy()
    rows.loc[compared.index, compared.columns] = compared
    rows["revenue_is"] = rows["revenue_is"].where(~rows.index.isin(compared.index), INCREMENTAL)
    return rows.astype(dict.fromkeys(("n_sales", "n_reached", "n_held_back"), "int64"))


def _returns(rows: pd.DataFrame) -> pd.DataFrame:
    cost, columns = rows["cost"], dict(rows)
    paid = cost.where((cost > 0) & rows["has_begun"])
    for end in ("", "_low", "_high"):
        columns[f"profit{end}"] = rows[f"margin{end}"] - cost
        columns[f"romi{end}"] = columns[f"profit{end}"] / paid
    columns["roas"] = rows["revenue"] / paid
    columns["q"] = pd.Series(q_values(rows["p"]), index=rows.index)
    is_compared = rows["revenue_is"] == INCREMENTAL
    reasons = {
        _NOT_BEGUN: ~rows["has_begun"],
        _NO_COST: cost.isna(),
        _FREE: cost == 0,
        _NO_MARGIN: rows["n_costless"] > 0,
        _NO_GROUPS: is_compared & (rows[["n_reached", "n_held_back"]].min(axis=1) < _FEWEST),
        _NO_VARIATION: is_compared & rows["margin_low"].isna(),
    }
    columns["reason"] = pd.Series(
        np.select(list(reasons.values()), list(reasons), default=""), index=rows.index
    )
    with_bounds = [f"{name}{end}" for name in _AMOUNTS for end in ("", "_low", "_high")]
    first = ["campaign_name", "revenue_is", "n_sales", *with_bounds]
    last = ["cost", "roas", "p", "q", "n_reached", "n_held_back", "reason"]
    return pd.DataFrame(columns)[[*first, *last]]


def _remarks(
    table: pd.DataFrame, sums: pd.DataFrame
) -> Iterator[tuple[type[CustintelWarning], str]]:
    """Yield what was not counted, and what could not be."""
    strangers = sums.index.difference(table.index)
    if len(strangers):
        n_rows = int(sums.loc[strangers, "n_rows"].sum())
        yield SetAsideWarning, unknown_campaigns(strangers, n_rows, "sales")
    costless = table.index[table["cost"].isna()]
    if len(costless):
        yield WeakResultWarning, uncosted(costless)
    is_unpriced = (sums["n_unpriced"] > 0) & sums.index.isin(table.index)
    if is_unpriced.any():
        n_sales = int(sums.loc[is_unpriced, "n_unpriced"].sum())
        yield WeakResultWarning, unpriced(sums.index[is_unpriced], n_sales)
    outside = sums.index[(sums["n_outside"] > 0) & sums.index.isin(table.index)]
    if len(outside):
        yield (
            WeakResultWarning,
            _n(
                "{n} sale is credited to a campaign before its start or after the window, and "
                "not counted: {examples}. Check starts_at, or widen the window.",
                "{n} sales are credited to campaigns before their start or after the window, and "
                "not counted: {examples}. Check starts_at, or widen the window.",
                int(sums.loc[outside, "n_outside"].sum()),
                examples=quoted(outside, most=3),
            ),
        )


def _require_starts(days: pd.DataFrame) -> None:
    unknown = days.index[days["first"].isna()]
    if len(unknown):
        raise SchemaError(
            _n(
                "{n} campaign has no start from which its window could be counted: {examples}. "
                "Fill the column 'starts_at' of 'campaigns', or leave out the window.",
                "{n} campaigns have no start from which their windows could be counted: "
                "{examples}. Fill the column 'starts_at' of 'campaigns', or leave out the window.",
                len(unknown),
                examples=quoted(unknown, most=3),
            )
        )


def _day_remarks(
    days: pd.DataFrame, last_day: pd.Timestamp
) -> Iterator[tuple[type[CustintelWarning], str]]:
    """Yield which campaigns that sales are credited to have not begun, or not ended."""
    today = number_of_day(last_day)
    to_come = days.index[days["first"] > today]
    if len(to_come):
        yield (
            WeakResultWarning,
            _n(
                "{n} campaign begins after as_of, and has no return yet: {examples}.",
                "{n} campaigns begin after as_of, and have no return yet: {examples}.",
                len(to_come),
                examples=quoted(to_come, most=3),
            ),
        )
    still_open = days.index[(days["first"] <= today) & (days["last"] > today)]
    if len(still_open):
        yield (
            WeakResultWarning,
            _n(
                "The window of {n} campaign is not over on as_of: {examples}. Its return may "
                "still change.",
                "The windows of {n} campaigns are not over on as_of: {examples}. Their returns "
                "may still change.",
                len(still_open),
                examples=quoted(still_open, most=3),
            ),
        )


def _margin_remarks(rows: pd.DataFrame) -> Iterator[tuple[type[CustintelWarning], str]]:
    lacking = rows.index[rows["n_costless"] > 0]
    if len(lacking):
        yield (
            WeakResultWarning,
            _n(
                "{n} campaign has no margin, because sales lack their cost: {examples}. Fill the "
                "column 'cost', with 0 where there was none, or give margin_rate.",
                "{n} campaigns have no margin, because sales lack their cost: {examples}. Fill "
                "the column 'cost', with 0 where there was none, or give margin_rate.",
                len(lacking),
                examples=quoted(lacking, most=3),
            ),
        )
