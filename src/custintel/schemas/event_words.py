"""How exports write the events of a campaign: each word, and the canonical event it means.

Words are compared in plain form (without case, accents and punctuation), so ``Hard Bounce``,
``hard_bounce`` and ``hard-bounce`` are one. They cover English and French usage and the logs
of Mailchimp, Brevo, HubSpot, SendGrid, Mandrill and Salesforce. A response whose outcome is
not told (``Responded`` of a campaign member) is an information request, the least of the three.
"""

from dataclasses import dataclass
from typing import Literal

BounceType = Literal["hard", "soft"]

EVENTS = (
    *("sent", "bounced", "delivered", "opened", "clicked"),
    *("information_request", "lead", "sale", "unsubscribed", "complained"),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word of an export says."""

    event: str
    bounce_type: BounceType | None = None
    is_machine: bool = False


def _meaning(words: tuple[str, ...], meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(words, meaning)


_SENT = (
    *("sent", "send", "email sent", "mailed", "sending"),
    *("envoye", "envoyee", "envoi", "envoyes", "expedie"),
)
_DELIVERED = (
    *("delivered", "delivery", "deliveries", "email delivered", "delivre", "delivree"),
    *("livre", "livree", "remis", "recu"),
)
_BOUNCED = (
    *("bounced", "bounce", "bounces", "email bounced", "returned", "returned mail"),
    *("undelivered", "undeliverable", "rebond", "rebonds", "npai", "non remis"),
)
_HARD = (
    *("hard bounce", "hardbounce", "hard bounces", "hard bounced", "bounce hard"),
    *("permanent bounce", "invalid email", "rebond dur", "rebond permanent"),
    *("rebond definitif", "hard"),
)
_SOFT = (
    *("soft bounce", "softbounce", "soft bounces", "soft bounced", "bounce soft"),
    *("temporary bounce", "transient bounce", "rebond mou", "rebond temporaire", "soft"),
)
_OPENED = (
    *("opened", "open", "opens", "email opened", "email open", "unique open"),
    *("unique opened", "first open", "first opening", "opening", "ouvert", "ouverte"),
    *("ouverts", "ouverture", "ouvertures", "premiere ouverture", "lu", "lecture"),
)
_OPENED_BY_MACHINE = (
    *("machine open", "machine opened", "proxy open", "unique proxy open"),
    *("loaded by proxy", "first loaded by proxy", "apple mpp open", "mpp open"),
    *("ouverture machine", "ouverture automatique", "charge par un proxy"),
)
_CLICKED = (
    *("clicked", "click", "clicks", "email clicked", "email click", "link click"),
    *("link clicked", "unique click", "first click", "clic", "clics", "clique"),
    *("cliquee", "a clique"),
)
_CLICKED_BY_MACHINE = (
    *("machine click", "bot click", "machine clicked", "clic machine", "clic robot"),
    *("clic automatique",),
)
_INFORMATION_REQUEST = (
    *("information request", "info request", "information requested", "request info"),
    *("request information", "enquiry", "inquiry", "responded", "response", "replied"),
    *("reply", "demande d information", "demande d informations", "demande d info"),
    *("demande de renseignements", "reponse", "a repondu", "repondu"),
)
_LEAD = (
    *("lead", "leads", "new lead", "lead created", "form submission", "form submitted"),
    *("form filled", "piste", "prospect", "lead cree", "formulaire rempli"),
    *("formulaire soumis",),
)
_SALE = (
    *("sale", "sales", "sold", "purchase", "purchased", "order", "ordered"),
    *("transaction", "bought", "vente", "vendu", "achat", "achete"),
    *("commande", "commande passee"),
)
_UNSUBSCRIBED = (
    *("unsubscribed", "unsubscribe", "unsubscribes", "unsub", "unsubs", "opt out"),
    *("optout", "opted out", "email unsubscribed", "group unsubscribe"),
    *("unsubscription", "desinscription", "desinscriptions", "desinscrit"),
    *("desinscrite", "desabonnement", "desabonne", "desabonnee"),
)
_COMPLAINED = (
    *("complained", "complaint", "complaints", "spam complaint", "abuse"),
    *("abuse complaint", "abuse report", "spam", "spam report", "spamreport"),
    *("marked as spam", "reported as spam", "plainte", "plaintes", "plainte spam"),
    *("signale comme spam", "signalement spam", "marque comme spam"),
)

MEANINGS: dict[str, Meaning] = (
    _meaning(_SENT, Meaning("sent"))
    | _meaning(_DELIVERED, Meaning("delivered"))
    | _meaning(_BOUNCED, Meaning("bounced"))
    | _meaning(_HARD, Meaning("bounced", bounce_type="hard"))
    | _meaning(_SOFT, Meaning("bounced", bounce_type="soft"))
    | _meaning(_OPENED, Meaning("opened"))
    | _meaning(_OPENED_BY_MACHINE, Meaning("opened", is_machine=True))
    | _meaning(_CLICKED, Meaning("clicked"))
    | _meaning(_CLICKED_BY_MACHINE, Meaning("clicked", is_machine=True))
    | _meaning(_INFORMATION_REQUEST, Meaning("information_request"))
    | _meaning(_LEAD, Meaning("lead"))
    | _meaning(_SALE, Meaning("sale"))
    | _meaning(_UNSUBSCRIBED, Meaning("unsubscribed"))
    | _meaning(_COMPLAINED, Meaning("complained"))
)

_HARD_ALONE = ("permanent", "permanente", "dur", "definitif", "invalid")
_SOFT_ALONE = ("transient", "temporary", "temporaire", "mou", "block", "blocked", "mailbox full")
_NEITHER = (
    *("undetermined", "unknown", "other", "inconnu", "indetermine", "autre"),
    *("", "none", "null", "na", "n a", "nan"),
)

BOUNCE_TYPES: dict[str, BounceType | None] = {
    **dict.fromkeys((*_HARD, *_HARD_ALONE), "hard"),
    **dict.fromkeys((*_SOFT, *_SOFT_ALONE), "soft"),
    **dict.fromkeys(_NEITHER),
}
