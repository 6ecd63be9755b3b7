"""All results that a report shows, computed before a word of it is written."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.errors import ConvergenceError, CustintelWarning, SchemaError, SetAsideWarning
from custintel.models import GammaGammaModel
from custintel.report.activity import Activity, examine
from custintel.report.assumptions import Assumptions
from custintel.report.campaign_results import CampaignResults, examine_campaigns
from custintel.report.campaign_source import CampaignSource, require_one_currency
from custintel.report.groups import SMALLEST_GROUP, merged_small_groups
from custintel.report.purchase_models import ModelTest, PurchaseForecast, chosen_and_tried
from custintel.report.purchase_models import forecast as forecast_with
from custintel.report.source import Source
from custintel.retention import cohort_table
from custintel.revenue import concentration_curve, concentration_table, revenue_table
from custintel.segmentation import DEFAULT_SEGMENTS, rfm_scores, rfm_segments, rfm_table
from custintel.tables import purchase_history
from custintel.value import (
    CustomerEquity,
    LifetimeValues,
    customer_equity,
    customer_lifetime_value,
    value_deciles,
)

_FEW_DAYS = 10  # with purchases, too few to tell a gap from a habit


@dataclass(frozen=True, slots=True, eq=False)
class RevenueResults:
    """Revenue by month, and how it is spread over customers."""

    months: pd.DataFrame  # one row, every month observed
    whole_months: pd.DataFrame  # likewise, without months cut by the ends of the data
    quarters: pd.DataFrame
    whole_quarters: pd.DataFrame
    concentration: pd.Series  # of all customers over all time
    curve: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class ValueResults:
    """The models on all data, and what they say customers will bring."""

    spend_model: GammaGammaModel
    values: LifetimeValues
    by_segment: CustomerEquity
    by_decile: CustomerEquity | None  # None: too few customers for tenths of five or more


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Everything that the sections of a report read.

    Attributes
    ----------
    source : Source
        What was read.
    as_of : Timestamp
        Last day observed.
    as_of_is_given : bool
        Whether that day was chosen, rather than the last one in the data.
    assumptions : Assumptions
        The choices behind the value of customers.
    n_after : int
        Rows after `as_of`, which nothing else counts.
    n_purchases : int
        Orders, by the rules of counting.
    n_refunded_alone : int
        Customers with refunds but no purchase.
    revenue : RevenueResults
        Revenue by time, and its concentration.
    activity : Activity
        Products, channels, companies, partners, margins and outlook, as far as the export
        tells.
    campaign_source : CampaignSource or None
        What was read of campaigns.
    campaigns : CampaignResults
        Messages, returns and attribution, as far as their exports tell.
    segmented : DataFrame
        One row per customer: RFM, scores, segment.
    groups : Series
        Segment of each customer, those of fewer than five customers as one.
    cohorts : DataFrame
        `custintel.retention.cohort_table`.
    cohort_period : {"M", "Q", "Y"}
        Length of its periods.
    history : DataFrame
        `custintel.tables.purchase_history`.
    test : ModelTest or None
        The purchase model, chosen among several, against purchases that it had not seen.
    no_test : str or None
        Why there is no test.
    forecast : PurchaseForecast or None
        What customers are expected to do.
    value : ValueResults or None
        What customers are expected to bring.
    no_value : str or None
        Why there is no value.
    remarks : tuple of str
        Warnings that the analyses gave.
    """

    source: Source
    as_of: pd.Timestamp
    as_of_is_given: bool
    assumptions: Assumptions
    n_after: int
    n_purchases: int
    n_refunded_alone: int
    revenue: RevenueResults
    activity: Activity
    campaign_source: CampaignSource | None
    campaigns: CampaignResults
    segmented: pd.DataFrame
    groups: pd.Series
    cohorts: pd.DataFrame
    cohort_period: str
    history: pd.DataFrame
    test: ModelTest | None
    no_test: str | None
    forecast: PurchaseForecast | None
    value: ValueResults | None
    no_value: str | None
    remarks: tuple[str, ...]

    @property
    def currency(self) -> str | None:
        """Return the currency of all amounts, if it is known."""
        return self.source.currency

    @property
    def untested_model(self) -> str | None:
        """Return the model of the values if the test is that of another one, else None."""
        if self.test is None or self.forecast is None:
            return None
        return None if self.forecast.name == self.test.choice.name else self.forecast.name


def analyse(
    source: Source,
    campaign_source: CampaignSource | None = None,
    *,
    as_of: Day | None = None,
    assumptions: Assumptions | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Analysis:
    """Run every analysis of the report.

    Parameters
    ----------
    source : Source
        What was read, from `read_source` or `source_from_table`.
    campaign_source : CampaignSource, optional
        What was read of campaigns, from `read_campaign_source` or
        `campaign_source_from_tables`.
    as_of : date-like, optional
        Last day observed, included. By default the last day with a purchase, which the report
        then says.
    assumptions : Assumptions, optional
        The choices behind the value of customers.
    on_step : callable, optional
        Called with the name of each step as it starts.

    Returns
    -------
    Analysis
        The results, ready for `write_report`.

    Raises
    ------
    SchemaError
        If nobody bought on or before `as_of`.
    MixedCurrencyError
        If campaigns are paid in another currency than purchases.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.report import source_from_table
    >>> source = source_from_table(load_cdnow("sample"), name="CDNOW sample")
    >>> analysis = analyse(source, as_of="1998-06-30")
    >>> len(analysis.history), analysis.currency
    (2357, 'USD')
    """
    assumptions = assumptions or Assumptions()
    tell = on_step or (lambda _step: None)
    day = _last_day(source.transactions) if as_of is None else as_day(as_of)
    if campaign_source is not None:
        require_one_currency(source.currency, campaign_source)
    seen = source.transactions[source.transactions["ordered_at"] < day + pd.Timedelta(days=1)]
    _require_purchases(seen, day)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", CustintelWarning)
        # Customers with refunds alone, of whom each table warns, are counted once below.
        warnings.simplefilter("ignore", SetAsideWarning)
        results = _results(seen, day, assumptions, tell)
        if campaign_source is not None:
            tell(_("Campaigns"))
        campaigns = examine_campaigns(campaign_source, seen, day, assumptions)
    return Analysis(
        source=source,
        as_of=day,
        as_of_is_given=as_of is not None,
        assumptions=assumptions,
        campaign_source=campaign_source,
        campaigns=campaigns,
        n_after=len(source.transactions) - len(seen),
        n_purchases=int(results["segmented"]["frequency"].sum()),
        n_refunded_alone=seen["customer_id"].nunique() - len(results["segmented"]),
        remarks=tuple(dict.fromkeys(str(warning.message) for warning in caught)),
        **results,
    )


def _results(
    seen: pd.DataFrame,
    day: pd.Timestamp,
    assumptions: Assumptions,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Return the fields of `Analysis` that are computed from the purchases observed."""
    tell(_("Revenue"))
    revenue = _revenue(seen, day)
    tell(_("Products, channels and companies"))
    activity = examine(seen, day, revenue.whole_months, assumptions)
    tell(_("Segments"))
    segmented = rfm_segments(rfm_scores(rfm_table(seen, as_of=day)))
    groups = merged_small_groups(_in_order(segmented["segment"]))
    tell(_("Retention"))
    period = _cohort_period(seen, day)
    cohorts = cohort_table(seen, as_of=day, period=period)
    tell(_("Test of the purchase model"))
    history = purchase_history(seen, as_of=day)
    test, no_test = chosen_and_tried(seen, day)
    tell(_("Value of customers"))
    preferred = None if test is None else test.choice.name
    forecast, no_value = forecast_with(history, preferred, assumptions)
    value = None
    if forecast is not None:
        value, no_value = _valued(history, forecast, groups, assumptions)
    return {
        "revenue": revenue,
        "activity": activity,
        "segmented": segmented,
        "groups": groups,
        "cohorts": cohorts,
        "cohort_period": period,
        "history": history,
        "test": test,
        "no_test": no_test,
        "forecast": forecast,
        "value": value,
        "no_value": no_value,
    }


def _last_day(transactions: pd.DataFrame) -> pd.Timestamp:
    """Return the last day in the data, unless it stands so far out that it may be mistyped."""
    days = pd.Series(transactions["ordered_at"].dt.normalize().sort_values().unique())
    gaps = days.diff().dt.days
    last: pd.Timestamp = days.iloc[-1]
    if len(days) < _FEW_DAYS or gaps.iloc[-1] <= max(90, 3 * gaps.iloc[:-1].max()):
        return last
    raise SchemaError(
        _(
            "The last day in the data, {last:%Y-%m-%d}, comes {n} days after the one before it, "
            "{before:%Y-%m-%d}: is it mistyped? Say which day was the last one observed: "
            "--as-of (as_of=).",
            last=last,
            n=int(gaps.iloc[-1]),
            before=days.iloc[-2],
        )
    )


def _require_purchases(seen: pd.DataFrame, day: pd.Timestamp) -> None:
    if len(seen) and (seen["revenue"] < 0).all():
        raise SchemaError(
            _(
                "All {n} amounts up to {day:%Y-%m-%d} are negative: No purchase, only refunds. "
                "Check the sign of the amounts.",
                n=len(seen),
                day=day,
            )
        )
    if seen.empty:
        raise SchemaError(
            _(
                "No purchase on or before {day:%Y-%m-%d}; there is nothing to report on. "
                "Choose a later day with --as-of (as_of=), or check the dates of the export.",
                day=day,
            )
        )


def _in_order(segments: pd.Series) -> pd.Series:
    """Return the segments as a categorical in their usual order, best first."""
    names = list(dict.fromkeys(rule.segment for rule in DEFAULT_SEGMENTS))
    return segments.astype(pd.CategoricalDtype(names, ordered=True))


def _revenue(seen: pd.DataFrame, day: pd.Timestamp) -> RevenueResults:
    by_customer = revenue_table(seen, as_of=day, by="customer_id", period="Y")
    # One column for the whole time: the label of its year is never shown.
    whole = by_customer.sum(axis=1).to_frame(pd.Period(day, "Y"))
    return RevenueResults(
        months=revenue_table(seen, as_of=day, period="M"),
        whole_months=revenue_table(seen, as_of=day, period="M", partial="drop"),
        quarters=revenue_table(seen, as_of=day, period="Q"),
        whole_quarters=revenue_table(seen, as_of=day, period="Q", partial="drop"),
        concentration=concentration_table(whole, top=(1, 10)).iloc[0],
        curve=concentration_curve(whole),
    )


def _cohort_period(seen: pd.DataFrame, day: pd.Timestamp) -> Literal["M", "Q", "Y"]:
    """Choose months for two years of data, quarters for six, else years."""
    days = (day - seen["ordered_at"].min()).days
    return "M" if days <= 2 * 366 else "Q" if days <= 6 * 366 else "Y"


def _valued(
    history: pd.DataFrame,
    forecast: PurchaseForecast,
    groups: pd.Series,
    assumptions: Assumptions,
) -> tuple[ValueResults | None, str | None]:
    """Value every customer with models fitted on all data; or say why not."""
    try:
        spend = GammaGammaModel().fit(history)
    except (ConvergenceError, SchemaError) as error:
        return None, _why_no_spend_model(error, history)
    try:
        values = customer_lifetime_value(
            history,
            forecast.model,
            spend,
            horizon=assumptions.horizon,
            annual_discount_rate=assumptions.annual_discount_rate,
            margin_rate=assumptions.margin_rate,
            level=assumptions.level,
        )
    except ConvergenceError:  # the spend model is fitted, but its mean is infinite
        return None, _no_mean()
    except SchemaError as error:
        return None, str(error)
    by_decile = None
    if len(history) >= 10 * SMALLEST_GROUP:
        by_decile = customer_equity(values, by=value_deciles(values))
    return ValueResults(spend, values, customer_equity(values, by=groups), by_decile), None


def _why_no_spend_model(error: Exception, history: pd.DataFrame) -> str:
    """Say in a reader's words why there is no spend model."""
    if not isinstance(error, ConvergenceError):
        return str(error)
    if not ((history["frequency"] > 0) & (history["monetary_value"] > 0)).any():
        return _(
            "the purchases could be modelled, but nobody who bought again paid anything for it"
        )
    if error.diagnosis is not None and error.diagnosis["value"]["q"] <= 1:
        return _no_mean()
    return _(
        "the purchases could be modelled, but customers, or the purchases of each, differ too "
        "little in what is spent"
    )


def _no_mean() -> str:
    return _(
        "the purchases could be modelled, but a few customers spend so much more than the others "
        "that there is no mean"
    )
