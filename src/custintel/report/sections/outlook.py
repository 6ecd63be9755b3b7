"""The season of sales, and sales to come."""

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import seasonal_profile
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    amounts_between,
    change,
    chart,
    decimal,
    sentence,
)
from custintel.report.activity import OutlookResults
from custintel.report.analysis import Analysis

_YEAR = 12  # months
_MONTHS = (
    *(N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June")),
    *(N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December")),
)


def outlook_section(analysis: Analysis) -> Section | None:
    """Tell the forecast of the coming year, whether it deserves trust, and the season."""
    outlook = analysis.activity.outlook
    if outlook is None:
        return None
    currency = analysis.currency
    blocks: list[Block] = [
        chart(outlook.forecast.plot(currency=currency)),
        Note(_verdict(outlook, currency)),
        _table(outlook, currency),
        chart(seasonal_profile(outlook.seasons)),
        Note(_season(outlook.seasons)),
    ]
    return Section("outlook", _("Sales to come"), _opening(outlook, currency), blocks)


def _opening(outlook: OutlookResults, currency: str | None) -> Markup:
    forecast = outlook.forecast
    last_year = float(forecast.history.iloc[-_YEAR:].sum())
    fields: dict[str, object] = {
        "total": amount("outlook.total", forecast.total, currency),
        "low": amount("outlook.total_low", forecast.total_low, currency),
        "high": amount("outlook.total_high", forecast.total_high, currency),
        "last": amount("outlook.last_year", last_year, currency),
    }
    if not forecast.beats_naive:
        return sentence(
            "No forecast does better than repeating the last year: the next 12 months would then "
            "bring {total} again ({low} to {high}).",
            **fields,
        )
    if last_year <= 0:
        return sentence(
            "The next 12 months are forecast to bring {total} ({low} to {high}); the last 12 "
            "whole ones brought {last}.",
            **fields,
        )
    fields["change"] = change("outlook.change", forecast.total / last_year - 1)
    if forecast.total_low > last_year or forecast.total_high < last_year:
        return sentence(
            "The next 12 months are forecast to bring {total} ({low} to {high}), {change} on the "
            "last 12 whole ones, {last}: more of a change than chance is likely to undo.",
            **fields,
        )
    return sentence(
        "The next 12 months are forecast to bring {total} ({low} to {high}), {change} on the last "
        "12 whole ones, {last}: no change that can be told from chance.",
        **fields,
    )


def _verdict(outlook: OutlookResults, currency: str | None) -> Markup:
    """Say what the forecast is made with, and how it did on the past."""
    forecast = outlook.forecast
    if forecast.backtest.empty:
        return sentence(
            "The history is too short to test a forecast on: the last year is repeated, which "
            "says little more than that."
        )
    mae = forecast.backtest["mae"]
    fields = {
        "model": forecast.model,
        "smoothing": amount("outlook.mae_smoothing", mae.iloc[0], currency),
        "naive": amount("outlook.mae_naive", mae.iloc[1], currency),
    }
    if forecast.beats_naive:
        return sentence(
            "Tested on the past, exponential smoothing ({model}) was off by {smoothing} a month, "
            "and simply repeating the year before by {naive}: the forecast is worth more than "
            "that rule.",
            **fields,
        )
    return sentence(
        "Tested on the past, exponential smoothing was off by {smoothing} a month, and simply "
        "repeating the year before by {naive}: the forecast therefore repeats the last year. It "
        "tells the season, not growth.",
        smoothing=fields["smoothing"],
        naive=fields["naive"],
    )


def _table(outlook: OutlookResults, currency: str | None) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for month, row in outlook.forecast.table.iterrows():
        assert isinstance(month, pd.Period)
        key = f"outlook.{month}"
        rows.append(
            [
                formats.period(month),
                amount(key, row["forecast"], currency),
                amounts_between(key, row["low"], row["high"], currency),
            ]
        )
    level = formats.percent(outlook.forecast.level, 0)
    headings = [_("Month"), _("Forecast"), _("{level} bounds", level=level)]
    return Table(_("Forecast of sales, net of refunds"), headings, rows)


def _season(seasons: pd.DataFrame) -> Markup:
    index = seasons["seasonal_index"].droplevel(0)
    if index.isna().any():
        return sentence("No season can be told: sales are not above zero all the year.")
    best, least = int(index.argmax()), int(index.argmin())
    return sentence(
        "In an average year the strongest month is {best}, with {highest} times the revenue of a "
        "month on average, and the weakest {least}, with {lowest} times.",
        best=_(_MONTHS[best]),
        highest=decimal("outlook.season_high", float(index.iloc[best]), 2),
        least=_(_MONTHS[least]),
        lowest=decimal("outlook.season_low", float(index.iloc[least]), 2),
    )
