"""The customers to keep and those to win back, by id."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    amounts_between,
    count,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis, ValueResults
from custintel.report.identity import shown_id
from custintel.report.scores import customer_scores

_MOST = 10
_BEST_PART = 0.2  # of the customers by revenue: those worth winning back


def customers_section(analysis: Analysis) -> Section:
    """List the most valuable customers, and good ones who have probably left."""
    title = _("Best customers, and customers at risk")
    if analysis.value is None:
        opening = sentence_plural(
            "Without a value, one customer cannot be ranked.",
            "Without the value of customers, the {n} of them cannot be ranked by it.",
            len(analysis.history),
            n=count("customers.n", len(analysis.history)),
        )
        return Section("customers", title, opening)
    scores = customer_scores(analysis)
    best = _first(scores, "customer_lifetime_value")
    at_risk = customers_at_risk(scores)
    blocks: list[Block] = [_best_table(best, analysis)]
    if len(at_risk):
        blocks += [_at_risk_table(_first(at_risk, "monetary"), analysis), Note(_own_pace())]
    return Section("customers", title, _opening(analysis, analysis.value, best, at_risk), blocks)


def customers_at_risk(scores: pd.DataFrame) -> pd.DataFrame:
    """Return customers among the best fifth by revenue who have more likely left than not."""
    n_best = max(1, round(_BEST_PART * len(scores)))
    best = _first(scores, "monetary", n_best)
    return best[best["probability_alive"] < 0.5]


def _first(scores: pd.DataFrame, column: str, n: int = _MOST) -> pd.DataFrame:
    ordered = scores.sort_index().sort_values(column, ascending=False, kind="stable")
    return ordered.head(n)


def _opening(
    analysis: Analysis, value: ValueResults, best: pd.DataFrame, at_risk: pd.DataFrame
) -> Markup:
    total = value.by_segment.total
    worth = best["customer_lifetime_value"].sum()
    fields = {
        "n": count("customers.n_best", len(best)),
        "worth": amount("customers.best_value", worth, analysis.currency),
        "share": share("customers.best_share", worth / total if total > 0 else 0.0),
        "n_at_risk": count("customers.n_at_risk", len(at_risk)),
        "lost": amount("customers.at_risk_revenue", at_risk["monetary"].sum(), analysis.currency),
    }
    if at_risk.empty:
        return sentence(
            "The {n} most valuable customers are expected to bring {worth}, {share} of the "
            "whole; none of the best fifth has probably left ({n_at_risk}).",
            **fields,
        )
    return sentence(
        "The {n} most valuable customers are expected to bring {worth}, {share} of the whole; "
        "{n_at_risk} of the best fifth by revenue, who brought {lost}, have more likely left "
        "than not.",
        **fields,
    )


def _best_table(best: pd.DataFrame, analysis: Analysis) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, (customer, row) in enumerate(best.iterrows(), start=1):
        key = f"customers.best.{rank}"
        rows.append(
            [
                shown_id(str(customer), analysis),
                _(str(row["segment"])),
                amount(f"{key}.revenue", row["monetary"], analysis.currency),
                share(f"{key}.probability_alive", row["probability_alive"], 0),
                amount(f"{key}.value", row["customer_lifetime_value"], analysis.currency),
                amounts_between(
                    f"{key}.value",
                    row["customer_lifetime_value_low"],
                    row["customer_lifetime_value_high"],
                    analysis.currency,
                ),
            ]
        )
    headings = [
        _("Customer"),
        _("Segment"),
        _("Revenue so far"),
        _("Probability of being active"),
        _("Expected value"),
        _("Interval"),
    ]
    return Table(_("The most valuable customers"), headings, rows)


def _at_risk_table(at_risk: pd.DataFrame, analysis: Analysis) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, (customer, row) in enumerate(at_risk.iterrows(), start=1):
        key = f"customers.at_risk.{rank}"
        rows.append(
            [
                shown_id(str(customer), analysis),
                _(str(row["segment"])),
                amount(f"{key}.revenue", row["monetary"], analysis.currency),
                count(f"{key}.purchases", row["frequency"]),
                count(f"{key}.recency_days", row["recency_days"]),
                share(f"{key}.probability_alive", row["probability_alive"], 0),
            ]
        )
    headings = [
        _("Customer"),
        _("Segment"),
        _("Revenue so far"),
        _("Purchases"),
        _("Days since the last"),
        _("Probability of being active"),
    ]
    return Table(_("Good customers who have probably left, largest first"), headings, rows)


def _own_pace() -> Markup:
    """Say why Champions, who are recent, can be among those who have probably left."""
    return sentence(
        "A segment compares customers with one another; this probability compares each with "
        "their own pace. Who bought every week and has been silent for two months may be recent "
        "beside the others, and has still probably left."
    )
