"""What the customers there are will bring."""

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Span
from custintel.plots import equity_bars
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
    count,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis, ValueResults


def equity_section(analysis: Analysis) -> Section:
    """Tell what customers are expected to bring, by segment and by decile of value."""
    title = _("Customer equity")
    value = analysis.value
    if value is None:
        opening = sentence_plural(
            "What one customer will bring cannot be estimated.",
            "What these {n} customers will bring could not be estimated: {reason}.",
            len(analysis.history),
            n=count("customers.n", len(analysis.history)),
            reason=str(analysis.no_value).rstrip("."),
        )
        return Section("equity", title, opening)
    currency = analysis.currency
    segments = value.by_segment.table
    blocks: list[Block] = [
        Note(_basis(analysis)),
        *_caution(analysis),
        chart(equity_bars(segments, currency=currency)),
        _table(segments, "segment", _("Segment"), _("Expected equity by segment"), currency),
    ]
    if value.by_decile is not None:
        heading, caption = _("Decile (1: most valuable tenth)"), _("Expected equity by decile")
        blocks.append(_table(value.by_decile.table, "decile", heading, caption, currency))
    return Section("equity", title, _opening(analysis, value), blocks)


def _opening(analysis: Analysis, value: ValueResults) -> Markup:
    equity = value.by_segment
    position = int(equity.table["equity"].argmax())
    best, best_share = equity.table.index[position], equity.table["equity_share"].iloc[position]
    low = amount("equity.total_low", equity.total_low, analysis.currency)
    high = amount("equity.total_high", equity.total_high, analysis.currency)
    fields = {
        "n": count("customers.n", equity.n_customers),
        "total": amount("equity.total", equity.total, analysis.currency),
        "low": low,
        "high": high,
        "time": spelled(analysis.assumptions.horizon),
        "segment": _(str(best)),
        "share": share("equity.best_share", float(best_share)),
    }
    if analysis.assumptions.margin_rate is None:
        return sentence(
            "The {n} customers there are today are expected to bring {total} of revenue, "
            "discounted, in the next {time} ({low} to {high}); {share} of it from the segment "
            "“{segment}”.",
            **fields,
        )
    return sentence(
        "The {n} customers there are today are expected to bring {total} of margin, "
        "discounted, in the next {time} ({low} to {high}); {share} of it from the segment "
        "“{segment}”.",
        **fields,
    )


def spelled(horizon: str) -> str:
    """Write a length of time in words.

    >>> spelled("12M"), spelled("1Y")
    ('12 months', '1 year')
    """
    span = Span.parse(horizon)
    written = formats.number(span.count, 0 if span.count == int(span.count) else 2)
    n = int(span.count) if span.count == int(span.count) else 2
    return {
        "D": _n("{n} day", "{n} days", n, n=written),
        "W": _n("{n} week", "{n} weeks", n, n=written),
        "M": _n("{n} month", "{n} months", n, n=written),
        "Y": _n("{n} year", "{n} years", n, n=written),
    }[span.unit]


def _basis(analysis: Analysis) -> Markup:
    assumptions = analysis.assumptions
    rate = formats.percent(assumptions.annual_discount_rate)
    level = formats.percent(assumptions.level, 0)
    if assumptions.margin_rate is None:
        return sentence(
            "Valued by revenue, not profit: no margin was given. Discounted at {rate} a year. "
            "The ranges are {level} intervals of the expected amount; what will really be "
            "bought varies more, most of all for a single customer.",
            rate=rate,
            level=level,
        )
    return sentence(
        "Valued at a margin of {margin} of revenue, discounted at {rate} a year. The ranges "
        "are {level} intervals of the expected amount; what will really be bought varies "
        "more, most of all for a single customer.",
        margin=formats.percent(assumptions.margin_rate),
        rate=rate,
        level=level,
    )


def _caution(analysis: Analysis) -> list[Note]:
    """Say how far off the model was in its test: the intervals do not hold that error."""
    test = analysis.test
    actual = 0 if test is None else int(test.fit["actual_purchases"].sum())
    if test is None or actual == 0 or analysis.untested_model is not None:
        return []
    error = float(test.fit["expected_purchases"].sum()) / actual - 1
    return [
        Note(
            sentence(
                "The intervals hold the uncertainty of the models' parameters, not that of the "
                "models themselves: in its test the purchase model was off by {error}, and a "
                "like error is to be reckoned with here.",
                error=change("model.error", error),
            )
        )
    ]


def _table(
    equity: pd.DataFrame, key: str, heading: str, caption: str, currency: str | None
) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for group, row in equity.iterrows():
        name = f"equity.{key}.{group}"
        rows.append(
            [
                _(str(group)),
                count(f"{name}.n_customers", row["n_customers"]),
                amount(f"{name}.equity", row["equity"], currency),
                share(f"{name}.equity_share", row["equity_share"]),
                amounts_between(f"{name}.equity", row["equity_low"], row["equity_high"], currency),
            ]
        )
    headings = [heading, _("Customers"), _("Equity"), _("Share"), _("Interval")]
    return Table(caption, headings, rows)
