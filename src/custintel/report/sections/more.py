"""What more the export could tell, and which column it takes."""

from dataclasses import dataclass

from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report._elements import Definition, Section, count, sentence, sentence_plural
from custintel.report.activity import FEWEST_MONTHS
from custintel.report.analysis import Analysis
from custintel.report.identity import masked
from custintel.report.sections.campaign_questions import questions_on_campaigns
from custintel.schemas import TRANSACTIONS


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the analysis, the column that it takes, and what it tells."""

    name: str
    title: str
    column: str
    tells: str


_PARTS = (  # in the order of use
    _Part(
        "products",
        N_("Products."),
        "product_id",
        N_("which products bring the revenue, which grow and fall, and what is bought next"),
    ),
    _Part(
        "channels",
        N_("Channels."),
        "channel",
        N_("which channels bring revenue, large orders and new customers"),
    ),
    _Part(
        "accounts",
        N_("Companies."),
        "account_id",
        N_("on which companies the revenue hangs, and what each takes more of than others"),
    ),
    _Part(
        "margins",
        N_("Margins."),
        "cost",
        N_("what remains of the revenue, and where the margin is made"),
    ),
    _Part(
        "discounts",
        N_("Discounts."),
        "discount",
        N_("how many orders are discounted, and what that costs"),
    ),
    _Part("partners", N_("Partners."), "partner_id", N_("what each partner or reseller brings")),
)
_TOGETHER = _Part(
    "together", N_("What goes together."), "order_id", N_("what is bought together in one order")
)


def more_section(analysis: Analysis) -> Section | None:
    """List what the export does not tell, with the column to export for it."""
    activity = analysis.activity
    blocks = [_missing(analysis, each) for each in _PARTS if getattr(activity, each.name) is None]
    if activity.together is None and activity.products is not None:
        blocks.append(_missing(analysis, _TOGETHER))
    elif activity.together is not None and _has_one_row_per_order(analysis):
        blocks.append(_one_row_per_order())
    if activity.outlook is None:
        blocks.append(_outlook(analysis))
    blocks += questions_on_campaigns(analysis)
    if not blocks:
        return None
    opening = sentence_plural(
        "These {n_purchases} purchases leave {n} question open, which a fuller export would "
        "answer.",
        "These {n_purchases} purchases leave {n} questions open, which a fuller export would "
        "answer.",
        len(blocks),
        n_purchases=count("purchases.n", analysis.n_purchases),
        n=count("more.n", len(blocks)),
    )
    return Section("more", _("What more the export could tell"), opening, blocks)


def _missing(analysis: Analysis, part: _Part) -> Definition:
    described = {**TRANSACTIONS.columns, **TRANSACTIONS.beside}[part.column]
    fields: dict[str, object] = {
        "tells": _(part.tells),
        "column": Markup("<code>{}</code>").format(part.column),
        "meaning": _(described.meaning),
    }
    why = analysis.activity.reasons.get(part.name)
    if why is not None:
        told = sentence(
            "The export could tell {tells}, but this could not be worked out: {why}",
            why=masked(why, analysis.assumptions),
            **fields,
        )
    elif part.column in analysis.source.transactions:
        told = sentence(
            "The column {column} ({meaning}) is empty; filled, it tells {tells}.", **fields
        )
    else:
        told = sentence("Export a column {column} ({meaning}): it tells {tells}.", **fields)
    return Definition(_(part.title), told)


def _has_one_row_per_order(analysis: Analysis) -> bool:
    return not analysis.source.transactions.duplicated(["customer_id", "order_id"]).any()


def _one_row_per_order() -> Definition:
    return Definition(
        _(_TOGETHER.title),
        sentence(
            "Each row is an order of its own. If orders hold several products, export a row for "
            "each with its order in a column {column}: it tells {tells}.",
            column=Markup("<code>{}</code>").format(_TOGETHER.column),
            tells=_(_TOGETHER.tells),
        ),
    )


def _outlook(analysis: Analysis) -> Definition:
    title = _("Sales to come.")
    why = analysis.activity.reasons.get("outlook")
    if why is not None:
        told = sentence(
            "A forecast of sales could not be worked out: {why}",
            why=masked(why, analysis.assumptions),
        )
        return Definition(title, told)
    n_months = analysis.revenue.whole_months.shape[1]
    told = sentence(
        "Export a longer history: {needed} whole months or more tell the season and give a "
        "forecast of sales; there are {n}.",
        needed=count("more.months_needed", FEWEST_MONTHS),
        n=count("more.n_months", n_months),
    )
    return Definition(title, told)
