"""How far revenue hangs on few companies, and what each takes more of than others."""

import pandas as pd
from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import revenue_share_bars
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    amount,
    chart,
    count,
    decimal,
    sentence,
    sentence_plural,
    share,
    shares_between,
)
from custintel.report.activity import AccountResults
from custintel.report.analysis import Analysis
from custintel.report.sections.items import heading_of, named

_MOST_ROWS = 10
_FEW = 10
_STRONG = 0.5  # share of the ten largest above which the words change


def accounts_section(analysis: Analysis) -> Section | None:
    """Tell the largest companies, and the heavy users among them."""
    accounts = analysis.activity.accounts
    if accounts is None:
        return None
    currency = analysis.currency
    blocks: list[Block] = [
        chart(revenue_share_bars(accounts.totals, currency=currency)),
        _largest(accounts, currency),
    ]
    if accounts.heavy is not None and len(accounts.heavy):
        blocks += [_heavy(accounts.heavy, str(accounts.by)), Note(_teams())]
    elif accounts.heavy is not None:
        blocks.append(Note(_nobody_heavy()))
    if accounts.n_lines_without:
        blocks.append(Note(_without(accounts)))
    return Section("accounts", _("Companies"), _opening(accounts, currency), blocks)


def _opening(accounts: AccountResults, currency: str | None) -> Markup:
    measured = accounts.concentration
    fields: dict[str, object] = {
        "n": count("accounts.n", len(accounts.totals)),
        "first": named(accounts.totals.index[0]),
        "revenue": amount("accounts.1.revenue", accounts.totals["revenue"].iloc[0], currency),
    }
    if not measured["n_customers"] or len(accounts.totals) <= _FEW:
        return sentence_plural(
            "The only company, “{first}”, brought {revenue}.",
            "Of {n} companies “{first}” brought most, {revenue}.",
            len(accounts.totals),
            **fields,
        )
    fields |= {
        "share": share("accounts.cr_1", measured["cr_1"]),
        "ten": share("accounts.cr_10", measured["cr_10"]),
    }
    if measured["cr_10"] >= _STRONG:
        return sentence(
            "Revenue from companies hangs on few: the ten largest of {n} bring {ten} of it, "
            "“{first}” alone {share}.",
            **fields,
        )
    return sentence(
        "Revenue from companies is spread over {n}: the ten largest bring {ten} of it, “{first}” "
        "alone {share}.",
        **fields,
    )


def _largest(accounts: AccountResults, currency: str | None) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, (account, row) in enumerate(accounts.totals.head(_MOST_ROWS).iterrows(), start=1):
        key = f"accounts.{rank}"
        part = row["revenue_share"]
        rows.append(
            [
                named(account),
                count(f"{key}.n_people", row["n_customers"]),
                count(f"{key}.n_orders", row["n_orders"]),
                amount(f"{key}.revenue", row["revenue"], currency),
                share(f"{key}.share", part) if pd.notna(part) else "–",
            ]
        )
    headings = [
        heading_of("account_id"),
        _("People who bought"),
        _("Orders"),
        _("Revenue"),
        _("Share"),
    ]
    return Table(_("The largest companies, by revenue of the rows that name one"), headings, rows)


def _heavy(heavy: pd.DataFrame, by: str) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    for rank, row in enumerate(heavy.head(_MOST_ROWS).to_dict("records"), start=1):
        key = f"accounts.heavy.{rank}"
        rows.append(
            [
                named(row["account_id"]),
                named(row[by]),
                count(f"{key}.n_purchases", row["n_purchases"]),
                share(f"{key}.share", row["shrunk_share"], 0),
                shares_between(f"{key}.share", row["shrunk_share_low"], row["shrunk_share_high"]),
                share(f"{key}.base_share", row["base_share"], 0),
                decimal(f"{key}.location_quotient", row["location_quotient"]),
            ]
        )
    headings = [
        heading_of("account_id"),
        heading_of(by),
        _("Purchases"),
        _("Share of its purchases"),
        _("Interval"),
        _("Share among all"),
        _("Times as usual"),
    ]
    caption = _("Heavy users, surest first")
    if len(rows) < len(heavy):
        caption = _("Heavy users, surest {n} of {n_items}", n=len(rows), n_items=len(heavy))
    return Table(caption, headings, rows)


def _teams() -> Markup:
    return sentence(
        "Shares are drawn towards those of all companies, the more so the fewer the purchases; "
        "“times as usual” is as counted. Where a company sends whole teams at once, fewer "
        "decisions stand behind its purchases than are counted here."
    )


def _nobody_heavy() -> Markup:
    return sentence("No company takes more of anything than chance explains.")


def _without(accounts: AccountResults) -> Markup:
    return sentence_plural(
        "One row names no company and is left out here.",
        "{n} rows name no company and are left out here.",
        accounts.n_lines_without,
        n=count("accounts.n_lines_without", accounts.n_lines_without),
    )
