"""What campaigns caused: those reached beside those held back at random."""

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import lift_intervals
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
    decimal,
    points,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.campaign_experiments import WINDOW_DAYS, ExperimentResults
from custintel.report.groups import SMALLEST_GROUP
from custintel.report.sections.campaign_names import campaign_label
from custintel.report.sections.rates import rate, with_below
from custintel.report.sections.tested_returns import tested_blocks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Cells = list[Figure | Markup | str]

_MOST_ROWS = 15
_LONGEST = 24  # letters of a name in the drawing
_MOST_DIGITS = 0.1  # a q below it is written with three decimals
_OF_LIFTS = ("lift", "lift_low", "lift_high", "relative_lift")


def experiments_section(analysis: Analysis) -> Section | None:
    """Tell of each campaign with customers held back what it added, or that nothing is told."""
    found = analysis.campaigns.experiments
    if found is None:
        return None
    blocks: list[Block] = [Note(_basis(analysis))]
    shown = found.campaigns.head(_MOST_ROWS)
    blocks.append(chart(_lifts(shown, analysis)))
    blocks.append(_table(shown, len(found.campaigns), analysis))
    blocks += [Note(told) for told in [*_sizes(found, analysis), *_left_out(found)]]
    if analysis.campaigns.returns is None:
        blocks += tested_blocks(analysis)
    title = _("What campaigns caused")
    return Section("experiments", title, _opening(found, analysis), blocks)


def _opening(found: ExperimentResults, analysis: Analysis) -> Markup:
    table = found.campaigns
    is_more = table["is_told"] & (table["revenue_lift"] > 0)
    is_less = table["is_told"] & (table["revenue_lift"] < 0)
    limit = 1 - analysis.assumptions.level
    is_bought = (table["is_buyer_q"] <= limit) & ~table["is_mismatched"]
    told = sentence_plural(
        "From {n} campaign customers were held back at random. Those reached brought more revenue "
        "than they in {n_more}, and less in {n_less}; in {n_same} chance alone may explain the "
        "difference.",
        "From {n} campaigns customers were held back at random. Those reached brought more "
        "revenue than they in {n_more}, and less in {n_less}; in {n_same} chance alone may "
        "explain the difference.",
        len(table),
        n=count("experiments.n", len(table)),
        n_more=count("experiments.n_more", is_more.sum()),
        n_less=count("experiments.n_less", is_less.sum()),
        n_same=count("experiments.n_same", (~table["is_told"] & ~table["is_mismatched"]).sum()),
    )
    bought = sentence(
        "Of the share who bought, {n_bought} tell a difference.",
        n_bought=count("experiments.n_bought", is_bought.sum()),
    )
    return Markup(" ").join([told, bought])


def _basis(analysis: Analysis) -> Markup:
    return sentence(
        "Counted are all purchases within {days} days from the assignment on, whatever they name, "
        "of all customers assigned. Revenue added is the difference per customer times those "
        "reached; its interval covers {level} of cases. q is p after allowing for the number of "
        "campaigns: where it is up to {limit}, the data tell a difference. “Not told apart” does "
        "not mean that nothing was caused: with more customers, smaller differences are told.",
        days=count("experiments.days", WINDOW_DAYS),
        level=formats.percent(analysis.assumptions.level, 0),
        limit=formats.number(1 - analysis.assumptions.level, 2),
    )


def _drawn(shown: pd.DataFrame, analysis: Analysis) -> pd.DataFrame:
    """Return the lifts of revenue as the plot takes them: a row per campaign, by its name."""
    lifts = shown[[f"revenue_{name}" for name in _OF_LIFTS]].set_axis(_OF_LIFTS, axis="columns")
    drawn = lifts.assign(
        is_control=False, is_rate=False, n=shown["n_reached"], is_different=shown["is_told"]
    )
    drawn = drawn.set_axis([_shortened(_label(each, analysis)) for each in shown.index])
    # The plot names in its title what the lifts are over.
    base = drawn.head(1).assign(is_control=True).set_axis([_("customers held back")])
    return pd.concat([base, drawn])


def _lifts(shown: pd.DataFrame, analysis: Analysis) -> "Axes":
    outcome = _("revenue per customer")
    return lift_intervals(_drawn(shown, analysis), outcome=outcome, currency=analysis.currency)


def _shortened(label: str) -> str:
    """Cut a name in its middle: campaigns of one kind often differ in a date at their end."""
    half = _LONGEST // 2
    return label if len(label) <= _LONGEST else f"{label[: half - 1].rstrip()}…{label[-half:]}"


def _label(campaign_id: object, analysis: Analysis) -> str:
    groups = analysis.campaigns.groups
    assert groups is not None  # made with the experiments
    return campaign_label(campaign_id, groups)


def _table(shown: pd.DataFrame, n_items: int, analysis: Analysis) -> Table:
    rows = [
        _row(f"experiments.{rank}", _label(campaign_id, analysis), row, analysis.currency)
        for rank, (campaign_id, row) in enumerate(shown.iterrows(), start=1)
    ]
    caption = _("Customers reached above those held back, most revenue added first")
    if len(rows) < n_items:
        caption = _(
            "{caption}; first {n} of {n_items}", caption=caption, n=len(rows), n_items=n_items
        )
    headings = [
        _("Campaign"),
        _("Customers"),
        _("Bought"),
        _("Difference, in points"),
        _("Revenue per customer"),
        _("Revenue added"),
        _("Revenue is"),
    ]
    return Table(caption, headings, rows, is_wordy=True)


def _row(key: str, label: str, row: "pd.Series[Any]", currency: str | None) -> Cells:
    ends = {
        "low": points(f"{key}.points_low", row["is_buyer_lift_low"]),
        "high": points(f"{key}.points_high", row["is_buyer_lift_high"]),
    }
    return [
        label,
        with_below(
            count(f"{key}.n_reached", row["n_reached"]),
            count(f"{key}.n_held_back", row["n_held_back"]),
        ),
        with_below(
            rate(f"{key}.bought", row["is_buyer_reached"]),
            rate(f"{key}.bought_held_back", row["is_buyer_held_back"]),
        ),
        with_below(
            with_below(
                points(f"{key}.points", row["is_buyer_lift"]), sentence("{low} to {high}", **ends)
            ),
            sentence("q {q}", q=_q(f"{key}.bought_q", row["is_buyer_q"])),
        ),
        with_below(
            amount(f"{key}.revenue", row["revenue_reached"], currency),
            amount(f"{key}.revenue_held_back", row["revenue_held_back"], currency),
        ),
        with_below(
            amount(f"{key}.added", row["added"], currency),
            amounts_between(f"{key}.added", row["added_low"], row["added_high"], currency),
        ),
        with_below(_verdict(row), sentence("q {q}", q=_q(f"{key}.revenue_q", row["revenue_q"]))),
    ]


def _verdict(row: "pd.Series[Any]") -> str:
    if row["is_mismatched"]:
        return _("not to be trusted")
    if not row["is_told"]:
        return _("not told apart")
    return _("more") if row["revenue_lift"] > 0 else _("less")


def _q(key: str, value: float) -> Figure | str:
    if math.isnan(value):
        return "–"
    return decimal(key, value, 3 if value < _MOST_DIGITS else 2)


def _sizes(found: ExperimentResults, analysis: Analysis) -> list[Markup]:
    """Say whether as many were held back as planned, and where amounts are uneven."""
    planned = analysis.assumptions.held_back_share
    n_wrong = int(found.campaigns["is_mismatched"].sum())
    fields: dict[str, object] = {}
    if planned is not None:
        fields["share"] = share("experiments.held_back_share", planned)
    if planned is None:
        text = _(
            "Whether as many were held back as planned was not checked: say what share was to be. "
            "If it differs, no comparison can be trusted."
        )
    elif n_wrong:
        text = _(
            "{share} were to be held back: in {n} campaigns chance hardly explains how many were. "
            "Find out what went wrong in assigning customers or recording them; what these "
            "campaigns caused cannot be told."
        )
        fields["n"] = count("experiments.n_mismatched", n_wrong)
    else:
        text = _("{share} were to be held back, and as many were, give or take chance.")
    told = [sentence(text, **fields)]
    if found.n_uneven:
        told.append(
            sentence_plural(
                "In {n} campaign a few large amounts, or none, make the interval of the revenue "
                "less sure than it looks.",
                "In {n} campaigns a few large amounts, or none, make the interval of the revenue "
                "less sure than it looks.",
                found.n_uneven,
                n=count("experiments.n_uneven", found.n_uneven),
            )
        )
    return told


def _left_out(found: ExperimentResults) -> list[Markup]:
    """Say who was assigned and is not compared."""
    told = []
    if found.n_open:
        told.append(
            sentence_plural(
                "{n} assignment is left out because its {days} days are not over.",
                "{n} assignments are left out because their {days} days are not over.",
                found.n_open,
                n=count("experiments.n_open", found.n_open),
                days=count("experiments.days", WINDOW_DAYS),
            )
        )
    if found.n_undated:
        told.append(
            sentence_plural(
                "{n} assignment is left out: neither it nor the start of its campaign says since "
                "when purchases count.",
                "{n} assignments are left out: neither they nor the starts of their campaigns say "
                "since when purchases count.",
                found.n_undated,
                n=count("experiments.n_undated", found.n_undated),
            )
        )
    return [*told, *_campaigns_left_out(found)]


def _campaigns_left_out(found: ExperimentResults) -> list[Markup]:
    told = []
    if found.n_one_group:
        told.append(
            sentence_plural(
                "{n} campaign is left out because nobody, or everybody, was held back.",
                "{n} campaigns are left out because nobody, or everybody, was held back.",
                found.n_one_group,
                n=count("experiments.n_one_group", found.n_one_group),
            )
        )
    if found.n_small:
        told.append(
            sentence_plural(
                "{n} campaign is left out because one of its groups has fewer than {fewest} "
                "customers.",
                "{n} campaigns are left out because one of their groups has fewer than {fewest} "
                "customers.",
                found.n_small,
                n=count("experiments.n_small", found.n_small),
                fewest=count("experiments.fewest", SMALLEST_GROUP),
            )
        )
    return told
