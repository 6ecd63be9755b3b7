"""Revenue over time, and whether it grows."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import revenue_over_time
from custintel.report._elements import (
    Figure,
    Section,
    Table,
    amount,
    change,
    chart,
    count,
    sentence,
    sentence_plural,
)
from custintel.report.analysis import Analysis

_FLAT = 0.03  # a change below this is called flat
_MOST_QUARTERS = 12
_SHORTEST_TREND = 2  # months


@dataclass(frozen=True, slots=True)
class _Comparison:
    recent: float
    before: float
    recent_months: str
    before_months: str

    @property
    def change(self) -> float:
        return self.recent / self.before - 1


def revenue_section(analysis: Analysis) -> Section:
    """Tell revenue by month and quarter, and compare the latest months with earlier ones."""
    months = analysis.revenue.months
    drawing = chart(revenue_over_time(months, currency=analysis.currency))
    return Section("revenue", _("Revenue"), _opening(analysis), [drawing, _quarters(analysis)])


def _opening(analysis: Analysis) -> Markup:
    currency = analysis.currency
    total = amount("revenue.total", float(analysis.revenue.months.iloc[0].sum()), currency)
    compared = _compared(analysis.revenue.whole_months.iloc[0])
    if compared is None:
        n_purchases = count("purchases.n", analysis.n_purchases)
        if analysis.revenue.whole_months.shape[1] >= _SHORTEST_TREND:
            return sentence(
                "{n} purchases have brought {total}; the months to compare the latest ones with "
                "brought nothing, so there is no trend to tell.",
                n=n_purchases,
                total=total,
            )
        return sentence_plural(
            "One purchase has brought {total}; two whole months are needed before a trend can "
            "be told.",
            "{n} purchases have brought {total}; two whole months are needed before a trend can "
            "be told.",
            analysis.n_purchases,
            n=n_purchases,
            total=total,
        )
    fields = {
        "months": compared.recent_months,
        "recent": amount("revenue.recent", compared.recent, currency),
        "change": change("revenue.change", compared.change),
        "before": compared.before_months,
        "total": total,
    }
    if compared.change > _FLAT:
        return sentence(
            "Revenue is growing: {months} brought {recent}, {change} on {before}, of {total} in "
            "all.",
            **fields,
        )
    if compared.change < -_FLAT:
        return sentence(
            "Revenue is falling: {months} brought {recent}, {change} on {before}, of {total} in "
            "all.",
            **fields,
        )
    return sentence(
        "Revenue is flat: {months} brought {recent}, {change} on {before}, of {total} in all.",
        **fields,
    )


def _compared(months: pd.Series) -> _Comparison | None:
    """Compare the last three whole months with the same a year before, or with those before.

    The same months of the year before come first, because seasons then cancel out.
    """
    n = len(months)
    if n < _SHORTEST_TREND:
        return None
    length = min(3, n // 2)
    shift = 12 if n >= 12 + length else length
    recent, before = months.iloc[n - length :], months.iloc[n - length - shift : n - shift]
    if before.sum() <= 0:
        return None
    return _Comparison(recent.sum(), before.sum(), _named(recent), _named(before))


def _named(months: pd.Series) -> str:
    first, last = formats.period(months.index[0]), formats.period(months.index[-1])
    return first if len(months) == 1 else formats.interval(first, last)


def _quarters(analysis: Analysis) -> Table:
    quarters = analysis.revenue.quarters.iloc[0].iloc[-_MOST_QUARTERS:]
    whole = analysis.revenue.whole_quarters.columns
    rows: list[list[Figure | Markup | str]] = []
    previous = 0.0
    for quarter, revenue in zip(pd.PeriodIndex(quarters.index), quarters, strict=True):
        key, name = f"revenue.{quarter}", formats.period(quarter)
        is_whole = quarter in whole
        growth = change(f"{key}.growth", revenue / previous - 1) if previous > 0 else "–"
        rows.append(
            [
                name if is_whole else _("{quarter} (not whole)", quarter=name),
                amount(key, revenue, analysis.currency),
                growth if is_whole else "–",
            ]
        )
        previous = revenue if is_whole else 0.0
    headings = [_("Quarter"), _("Revenue"), _("Against the quarter before")]
    return Table(_("Revenue by quarter, net of refunds"), headings, rows)
