"""What campaigns earned on what they cost, and what each result cost."""

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.plots import campaign_budget_bars, cost_intervals, roi_intervals
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    amounts_between,
    chart,
    count,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.campaign_returns import BudgetResults, ReturnResults
from custintel.report.identity import masked
from custintel.report.sections.campaign_names import (
    campaign_label,
    kind_heading,
    kind_label,
    kind_labels,
)
from custintel.report.sections.rates import with_below
from custintel.report.sections.tested_returns import tested_blocks

Cells = list[Figure | Markup | str]

_MOST_ROWS = 15
_FEWEST_DRAWN = 2
_CAPTIONS = {
    "kind": N_("Return on kinds of campaigns, dearest first"),
    "top": N_("Return on single campaigns, dearest first"),
}
_RESULTS = {
    "response": ("n_responses", N_("Of a response")),
    "lead": ("n_leads", N_("Of a lead")),
    "sale": ("n_sales", N_("Of a buyer")),
}


def returns_section(analysis: Analysis) -> Section | None:
    """Tell the return on campaigns, go or no-go, and what a result cost."""
    returns = analysis.campaigns.returns
    if returns is None:
        return None
    currency = analysis.currency
    blocks: list[Block] = [Note(_basis(returns, analysis))]
    drawn = _named(returns, analysis)
    if drawn["romi"].notna().sum() >= _FEWEST_DRAWN:
        blocks.append(chart(roi_intervals(drawn)))
    if returns.kinds is not None and len(returns.kinds) > 1:
        labels = [kind_label(kind) for kind in returns.kinds.index]
        heading = kind_heading(returns.by)
        blocks.append(_table("kind", returns.kinds, labels, heading, analysis))
    groups = analysis.campaigns.groups
    assert groups is not None  # made with the returns
    labels = [campaign_label(group, groups) for group in returns.campaigns.index]
    if labels:
        blocks.append(_table("top", returns.campaigns, labels, _("Campaign"), analysis))
    blocks += tested_blocks(analysis)
    blocks += _costs(returns, analysis)
    if returns.budgets is not None:
        blocks += _budget_blocks(returns.budgets, analysis)
    blocks += [Note(Markup("{}").format(told)) for told in _remarks(returns, analysis)]
    return Section("returns", _("Return on campaigns"), _opening(returns, currency), blocks)


def _opening(returns: ReturnResults, currency: str | None) -> Markup:
    total = returns.total
    fields: dict[str, object] = {
        "n": count("returns.n", total["n_campaigns"]),
        "cost": amount("returns.cost", total["cost"], currency),
        "n_sales": count("returns.n_sales", total["n_sales"]),
        "revenue": amount("returns.revenue", total["revenue"], currency),
    }
    if pd.isna(total["romi"]):
        return sentence(
            "{n} campaigns cost {cost} and are credited with {n_sales} sales of {revenue}; a "
            "return of all cannot be told.",
            **fields,
        )
    fields["romi"] = share("returns.romi", total["romi"], 0)
    if returns.margin_is == "revenue":
        return sentence(
            "{n} campaigns cost {cost} and are credited with {n_sales} sales of {revenue}: a "
            "return of {romi} on the cost, before the cost of the goods.",
            **fields,
        )
    fields["margin"] = amount("returns.margin", total["margin"], currency)
    if total["romi"] < 0:
        return sentence(
            "{n} campaigns cost {cost}, more than the margin of {margin} on the {n_sales} sales "
            "that they are credited with: a return of {romi}.",
            **fields,
        )
    return sentence(
        "{n} campaigns cost {cost} and are credited with {n_sales} sales that left a margin of "
        "{margin}: a return of {romi} on the cost.",
        **fields,
    )


def _basis(returns: ReturnResults, analysis: Analysis) -> Markup:
    """Say which sales and which margin the returns rest on, and how far to trust them."""
    sources = {
        "transactions": N_("Sales are those purchases that name a campaign."),
        "campaign_events": N_("Sales are those in the log of campaigns, at their revenue."),
    }
    told = [sentence(sources[returns.sales_are])]
    if returns.margin_is == "rate":
        rate = float(analysis.assumptions.margin_rate or 0.0)
        told.append(
            sentence(
                "The margin is {rate} of the revenue, as was assumed.",
                rate=share("returns.margin_rate", rate),
            )
        )
    elif returns.margin_is == "cost of goods":
        told.append(sentence("The margin is their revenue less the cost of the goods."))
    else:
        told.append(
            sentence(
                "No margin is known: returns are those of the revenue, and too high. A no-go "
                "stands all the same, a go cannot be told: assume a margin rate."
            )
        )
    told.append(
        sentence(
            "Customers who would have bought anyway are among these sales, so that each return is "
            "an upper estimate. What a campaign caused, only a group held back at random shows."
        )
    )
    if returns.total["is_tested"]:
        told.append(
            sentence(
                "Campaigns with such a group are among the sums, and have a table of their own "
                "below rather than a row among single campaigns. It alone counts purchases that "
                "they caused and that do not name them."
            )
        )
    return Markup(" ").join(told)


def _named(returns: ReturnResults, analysis: Analysis) -> pd.DataFrame:
    """Return what the chart draws: kinds, or campaigns if there are none, by their names."""
    groups = analysis.campaigns.groups
    assert groups is not None  # made with the returns
    if returns.kinds is not None and len(returns.kinds) > 1:
        table, names = returns.kinds, [kind_label(kind) for kind in returns.kinds.index]
    else:
        table = returns.campaigns.head(_MOST_ROWS)
        names = [campaign_label(group, groups) for group in table.index]
    return table.assign(
        campaign_name=names, revenue_is="attributed", romi_low=math.nan, romi_high=math.nan
    )


def _table(
    part: str, returns: pd.DataFrame, labels: list[str], heading: str, analysis: Analysis
) -> Table:
    currency = analysis.currency
    results = analysis.campaigns.returns
    assert results is not None
    has_margin = results.margin_is != "revenue"
    rows: list[Cells] = []
    named = returns.assign(label=labels)
    others = named[named["is_other"]]
    shown = pd.concat([named[~named["is_other"]].head(_MOST_ROWS - len(others)), others])
    for rank, row in enumerate(shown.to_dict("records"), start=1):
        key = f"returns.{part}.{rank}"
        cells: Cells = [row["label"], amount(f"{key}.cost", row["cost"], currency)]
        cells.append(count(f"{key}.n_sales", row["n_sales"]))
        cells.append(amount(f"{key}.revenue", row["revenue"], currency))
        if has_margin:
            cells.append(_amount(f"{key}.margin", row["margin"], currency))
        cells.append(_share(f"{key}.romi", row["romi"]))
        cells.append(_decision(row, has_margin=has_margin))
        if has_margin:
            is_decided = not (row["is_owed"] or row["is_tested"])
            needed = row["needed_share"] if is_decided else math.nan
            cells.append(_share(f"{key}.needed_share", needed))
        rows.append(cells)
    headings = [
        heading,
        _("Cost"),
        _("Sales"),
        _("Revenue"),
        *([_("Margin")] if has_margin else []),
    ]
    headings += [
        _("Return"),
        _("Decision"),
        *([_("Share it must have caused")] if has_margin else []),
    ]
    caption = _(_CAPTIONS[part])
    if len(rows) < len(returns):
        caption = _(
            "{caption}; first {n} of {n_items}", caption=caption, n=len(rows), n_items=len(returns)
        )
    return Table(caption, headings, rows, is_wordy=True)


def _decision(row: dict[Any, Any], *, has_margin: bool) -> str:
    if row["is_owed"]:
        return "–"
    if pd.isna(row["romi"]):
        return _(str(row["why"]))
    if row["is_tested"]:
        return _("see those held back")
    if not has_margin and row["decision"] == "go":
        return _("unclear")
    return _(str(row["decision"]))


def _amount(key: str, value: float, currency: str | None) -> Figure | str:
    return "–" if pd.isna(value) else amount(key, value, currency)


def _share(key: str, value: float) -> Figure | str:
    return "–" if pd.isna(value) else share(key, value, 0)


def _costs(returns: ReturnResults, analysis: Analysis) -> list[Block]:
    """Tell what a thousand messages, a response, a lead and a buyer cost."""
    costs = returns.costs
    if costs is None:
        return []
    groups = analysis.campaigns.groups
    assert groups is not None  # made with the returns
    shown = costs.head(_MOST_ROWS)
    label = kind_label if returns.by else (lambda group: campaign_label(group, groups))
    rows: list[Cells] = []
    for rank, (group, row) in enumerate(shown.iterrows(), start=1):
        key = f"returns.result.{rank}"
        cells: Cells = [label(group), _amount(f"{key}.cpm", row["cpm"], analysis.currency)]
        for result, (n_results, _name) in _RESULTS.items():
            n = sentence("{n} in all", n=count(f"{key}.{n_results}", row[n_results]))
            cost = _cost(f"{key}.{result}", row, result, analysis.currency)
            cells.append(with_below(cost, n))
        rows.append(cells)
    headings = [kind_heading(returns.by), _("Of 1,000 messages")]
    headings += [_(name) for _n_results, name in _RESULTS.values()]
    caption = _("Cost of a result above its interval, dearest campaigns first")
    if len(shown) < len(costs):
        caption = _(
            "Cost of a result above its interval, dearest {n} of {n_items}",
            n=len(shown),
            n_items=len(costs),
        )
    blocks: list[Block] = [Table(caption, headings, rows, is_wordy=True)]
    drawn = shown[shown["n_sales"] > 0]
    if len(drawn) >= _FEWEST_DRAWN:
        labelled = drawn.set_axis([label(group) for group in drawn.index])
        blocks.insert(0, chart(cost_intervals(labelled, result="sale", currency=analysis.currency)))
    return blocks


def _cost(key: str, row: "pd.Series[float]", result: str, currency: str | None) -> Markup | str:
    """Return what one result cost, with its interval, which may have no upper end."""
    name = f"cost_per_{result}"
    cost, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    if math.isnan(cost) or math.isnan(low):
        return "–"
    cell = amount(f"{key}.cost", cost, currency)
    if math.isinf(high):
        least = amount(f"{key}.cost_low", low, currency)
        return with_below(cell, sentence("{low} or more", low=least))
    return with_below(cell, amounts_between(f"{key}.cost", low, high, currency))


def _budget_blocks(budgets: BudgetResults, analysis: Analysis) -> list[Block]:
    currency = analysis.currency
    blocks: list[Block] = []
    if budgets.n_compared:
        told = sentence(
            "{n} campaigns with a budget and a cost were to cost {budget} and cost {cost}; "
            "{n_over} of them cost more than planned.",
            n=count("returns.budget.n", budgets.n_compared),
            budget=amount("returns.budget.planned", budgets.budget, currency),
            cost=amount("returns.budget.spent", budgets.cost, currency),
            n_over=count("returns.budget.n_over", budgets.n_over),
        )
        blocks.append(Note(told))
    annual = analysis.assumptions.annual_marketing_budget
    if annual is None:
        return blocks
    if budgets.year is None:
        told = sentence(
            "No campaign is known to have begun in {year}: nothing is taken of the year's budget.",
            year=str(analysis.as_of.year),
        )
        return [*blocks, Note(told)]
    if budgets.by_kind is not None and len(budgets.by_kind) >= _FEWEST_DRAWN:
        drawn = kind_labels(budgets.by_kind)
        drawn = drawn.assign(campaign_name=drawn.index)
        blocks.append(chart(campaign_budget_bars(drawn, currency=currency)))
    return [*blocks, Note(_year(budgets, budgets.year, annual, analysis))]


def _year(budgets: BudgetResults, year: pd.DataFrame, annual: float, analysis: Analysis) -> Markup:
    currency = analysis.currency
    committed = float(year["committed"].sum())
    fields: dict[str, object] = {
        "year": str(analysis.as_of.year),
        "n": count("returns.budget.n_year", len(year)),
        "committed": amount("returns.budget.committed", committed, currency),
        "annual": amount("returns.budget.annual", annual, currency),
        "share": share("returns.budget.annual_share", committed / annual),
    }
    left = annual - committed
    if left < 0:
        told = sentence(
            "{n} campaigns that began in {year} take {committed}, {share} of the year's budget of "
            "{annual}: {over} more than there is.",
            over=amount("returns.budget.over", -left, currency),
            **fields,
        )
    else:
        told = sentence(
            "{n} campaigns that began in {year} take {committed}, {share} of the year's budget of "
            "{annual}: {left} are left.",
            left=amount("returns.budget.left", left, currency),
            **fields,
        )
    if not budgets.n_undated:
        return told
    undated = sentence_plural(
        "One campaign has no start, and is not in it.",
        "{n} campaigns have no start, and are not in it.",
        budgets.n_undated,
        n=count("returns.budget.n_undated", budgets.n_undated),
    )
    return Markup(" ").join([told, undated])


def _remarks(returns: ReturnResults, analysis: Analysis) -> list[str]:
    told = [masked(remark, analysis.assumptions) for remark in returns.remarks]
    if returns.n_later:
        told.append(
            _(
                "{n} campaigns that start after the last day observed are left out.",
                n=returns.n_later,
            )
        )
    return told
