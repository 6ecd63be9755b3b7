"""What is bought together, and what is bought next."""

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import next_purchase_bars, pair_lifts
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
    decimals_between,
    sentence,
    share,
    shares_between,
)
from custintel.report.activity import TogetherResults
from custintel.report.analysis import Analysis
from custintel.report.sections.equity import spelled
from custintel.report.sections.items import named

_MOST_ROWS = 10


def together_section(analysis: Analysis) -> Section | None:
    """Tell baskets, pairs in one order, and what follows, as far as chance does not explain it."""
    found = analysis.activity.together
    if found is None:
        return None
    blocks: list[Block] = [Note(_orders(found, analysis.currency))]
    if len(found.following):
        blocks += [_following(found), chart(next_purchase_bars(found.following.head(_MOST_ROWS)))]
    if len(found.pairs):
        blocks += [_pairs(found.pairs), chart(pair_lifts(found.pairs.head(_MOST_ROWS)))]
    if found.n_without_item:
        blocks.append(Note(_without_item(found)))
    title = _("What goes together, and what comes next")
    return Section("together", title, _opening(found), blocks)


def _opening(found: TogetherResults) -> Markup:
    n_pairs = count("together.n_pairs", len(found.pairs))
    n_steps = count("together.n_following", len(found.following))
    if len(found.following):
        first = found.following.iloc[0]
        return sentence(
            "Of those who bought “{a}”, {probability} buy “{b}” within {time} ({low} to {high}), "
            "against {base} after anything: offer it to the others. Chance explains neither this "
            "nor {n_others} more such steps, nor {n_pairs} pairs within one order.",
            a=named(first["antecedent"]),
            b=named(first["consequent"]),
            time=spelled(str(found.horizon)),
            probability=share("together.next.1.probability", first["probability"], 0),
            low=share("together.next.1.probability_low", first["probability_low"], 0),
            high=share("together.next.1.probability_high", first["probability_high"], 0),
            base=share("together.next.1.base_rate", first["base_rate"], 0),
            n_others=count("together.n_other_following", len(found.following) - 1),
            n_pairs=n_pairs,
        )
    if len(found.pairs):
        first = found.pairs.iloc[0]
        return sentence(
            "“{a}” and “{b}” are {lift} times as often in one order as chance would bring them "
            "together ({low} to {high}); so are {n_pairs} pairs in all more often than chance "
            "explains. No step from one purchase to the next is ({n_steps}).",
            a=named(first["antecedent"]),
            b=named(first["consequent"]),
            lift=decimal("together.pair.1.lift", first["lift"]),
            low=decimal("together.pair.1.lift_low", first["lift_low"]),
            high=decimal("together.pair.1.lift_high", first["lift_high"]),
            n_pairs=n_pairs,
            n_steps=n_steps,
        )
    return sentence(
        "Chance explains all that was bought together, and next, in {n_orders} orders.",
        n_orders=count("together.n_orders", found.baskets["n_orders"]),
    )


def _orders(found: TogetherResults, currency: str | None) -> Markup:
    baskets = found.baskets
    key = "together"
    fields: dict[str, object] = {
        "n_orders": count(f"{key}.n_orders", baskets["n_orders"]),
        "items": decimal(f"{key}.items_per_order", baskets["items_per_order"], 2),
        "single": share(f"{key}.single_item_share", baskets["single_item_share"], 0),
        "revenue": amount(f"{key}.revenue_per_order", baskets["revenue_per_order"], currency),
    }
    if pd.isna(baskets["revenue_per_order_low"]):
        return sentence(
            "{n_orders} orders hold {items} items on average, {single} of them one only; an order "
            "brings {revenue}.",
            **fields,
        )
    return sentence(
        "{n_orders} orders hold {items} items on average, {single} of them one only; an order "
        "brings {revenue} ({interval}).",
        interval=amounts_between(
            f"{key}.revenue_per_order",
            baskets["revenue_per_order_low"],
            baskets["revenue_per_order_high"],
            currency,
        ),
        **fields,
    )


def _following(found: TogetherResults) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, row in enumerate(found.following.head(_MOST_ROWS).to_dict("records"), start=1):
        key = f"together.next.{rank}"
        rows.append(
            [
                f"{named(row['antecedent'])} → {named(row['consequent'])}",
                count(f"{key}.n_observed", row["n_observed"]),
                count(f"{key}.n_followed", row["n_followed"]),
                share(f"{key}.probability", row["probability"], 0),
                shares_between(
                    f"{key}.probability", row["probability_low"], row["probability_high"]
                ),
                share(f"{key}.base_rate", row["base_rate"], 0),
                decimal(f"{key}.days", row["median_gap_days"], row["median_gap_days"] % 1 > 0),
            ]
        )
    headings = [
        _("First, then"),
        _("Buyers of the first"),
        _("Bought the other"),
        _("Share"),
        _("Interval"),
        _("After anything"),
        _("Days between (median)"),
    ]
    time = spelled(str(found.horizon))
    caption = _("What is bought next, within {time}, by who did not have it yet", time=time)
    told = _first_of(caption, len(rows), len(found.following))
    return Table(told, headings, rows, is_wordy=True)


def _pairs(pairs: pd.DataFrame) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, row in enumerate(pairs.head(_MOST_ROWS).to_dict("records"), start=1):
        key = f"together.pair.{rank}"
        rows.append(
            [
                _(
                    "{a} with {b}",
                    a=named(row["antecedent"]),
                    b=named(row["consequent"]),
                ),
                count(f"{key}.n_both", row["n_both"]),
                share(f"{key}.confidence", row["confidence"], 0),
                decimal(f"{key}.lift", row["lift"]),
                decimals_between(f"{key}.lift", row["lift_low"], row["lift_high"]),
            ]
        )
    headings = [
        _("Pair"),
        _("Orders with both"),
        _("Of orders with the first"),
        _("Times as often as by chance"),
        _("Interval"),
    ]
    caption = _("What is bought together in one order, more often than chance explains")
    return Table(_first_of(caption, len(rows), len(pairs)), headings, rows, is_wordy=True)


def _first_of(caption: str, n_shown: int, n: int) -> str:
    if n_shown == n:
        return caption
    return _(
        "{caption}: first {n} of {n_all}",
        caption=caption,
        n=n_shown,
        n_all=formats.number(n),
    )


def _without_item(found: TogetherResults) -> Markup:
    return sentence(
        "{n} rows name no product; they count as orders only.",
        n=count("together.n_without_item", found.n_without_item),
    )
