"""What exports about campaigns would tell beside the purchases, and which ones it takes."""

from dataclasses import dataclass

from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report._elements import Definition, sentence
from custintel.report.analysis import Analysis
from custintel.report.campaign_arms import ARMS
from custintel.report.identity import masked
from custintel.schemas import CAMPAIGN_EVENTS, CAMPAIGNS, TOUCHES, Table


@dataclass(frozen=True, slots=True)
class _Question:
    """A part of the analysis of campaigns, and the table that it takes beside the purchases."""

    part: str
    title: str
    table: Table
    option: str
    holds: str
    columns: tuple[str, ...]
    tells: str


_QUESTIONS = (
    _Question(
        "messages",
        N_("Campaigns."),
        CAMPAIGN_EVENTS,
        "--campaign-events",
        N_("what was sent to whom, and what came of it"),
        ("campaign_id", "customer_id", "event", "occurred_at"),
        N_("how far messages come, who is written to too often, and who had refused"),
    ),
    _Question(
        "returns",
        N_("Return on campaigns."),
        CAMPAIGNS,
        "--campaigns",
        N_("what each campaign cost, and let the purchases name theirs"),
        ("campaign_id", "cost"),
        N_("which campaigns earn what they cost"),
    ),
    _Question(
        "experiments",
        N_("Experiments."),
        ARMS,
        "--arms",
        N_("who was held back from which campaign at random, and who was not"),
        ("campaign_id", "customer_id", "arm"),
        N_("what campaigns caused, beyond what customers buy anyway"),
    ),
    _Question(
        "credits",
        N_("Attribution."),
        TOUCHES,
        "--touches",
        N_("each contact of a customer with marketing, on any channel"),
        ("customer_id", "channel", "occurred_at"),
        N_("which channels lead to purchases"),
    ),
)


def questions_on_campaigns(analysis: Analysis) -> list[Definition]:
    """List what no export about campaigns answers yet."""
    results = analysis.campaigns
    missing = [each for each in _QUESTIONS if getattr(results, each.part) is None]
    return [Definition(_(each.title), _told(each, analysis)) for each in missing]


def _told(question: _Question, analysis: Analysis) -> Markup:
    fields: dict[str, object] = {"tells": _(question.tells)}
    why = analysis.campaigns.reasons.get(question.part)
    if why is not None:
        return sentence(
            "The exports could tell {tells}, but this could not be worked out: {why}.",
            why=masked(why, analysis.assumptions).rstrip("."),
            **fields,
        )
    fields["columns"] = Markup(", ").join(
        Markup("<code>{}</code>").format(name) for name in question.columns
    )
    source = analysis.campaign_source
    read = {} if source is None else source.tables()
    if question.table.name in read:
        return sentence(
            "The export of these tells too little: with the columns {columns} filled it tells "
            "{tells}.",
            **fields,
        )
    return sentence(
        "Export {holds} (columns {columns}), and give it with {option}: it tells {tells}.",
        holds=_(question.holds),
        option=Markup("<code>{}</code>").format(question.option),
        **fields,
    )
