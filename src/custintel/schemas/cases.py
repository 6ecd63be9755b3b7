"""The canonical table of calls and cases of customer service, and its usual headers.

Synonyms cover English and French usage and the exports of Salesforce, Zendesk, Dynamics,
Freshdesk and telephone systems.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

CASES = Table(
    name="cases",
    key=("case_id",),
    columns={
        "case_id": Column(
            "id",
            N_("one per call or case, if the export numbers them"),
            synonyms=(
                *("id", "caseid", "case number", "casenumber", "case no", "call id", "callid"),
                *("call number", "ticket", "ticket id", "ticket number", "incident id"),
                *("interaction id", "id appel", "numero d appel", "id ticket", "n ticket"),
                *("numero de ticket", "numero de dossier", "id dossier", "n dossier"),
            ),
        ),
        "customer_id": Column(
            "id",
            N_("who called or wrote; missing while unknown"),
            synonyms=(
                *("customer", "customer no", "customer number", "customerid", "contact"),
                *("contact id", "contactid", "client id", "clientid", "user id", "userid"),
                *("client", "id client", "code client", "n client", "no client"),
                *("numero client", "numero de client", "identifiant client", "id contact"),
                *("requester", "requester id", "caller id", "demandeur"),
            ),
        ),
        "agent_id": Column(
            "id",
            N_("who works on it"),
            synonyms=(
                *("agent", "assignee", "assignee id", "owner", "ownerid", "owner id"),
                *("assigned to", "conseiller", "id agent", "attribue a", "responsable"),
            ),
        ),
        "direction": Column(
            "text",
            N_("who began it, such as inbound or outbound"),
            synonyms=("call direction", "call type", "sens", "sens de l appel"),
        ),
        "channel": Column(
            "text",
            N_("by telephone, e-mail, chat, web …"),
            synonyms=(
                *("origin", "case origin", "caseorigincode", "ticket channel", "via"),
                *("contact channel", "canal", "origine", "canal de contact"),
            ),
        ),
        "reason": Column(
            "text",
            N_("what it is about"),
            synonyms=(
                *("case reason", "call reason", "contact reason", "topic", "motif"),
                *("motif d appel", "motif de contact", "raison", "type", "case type"),
            ),
        ),
        "opened_at": Column(
            "instant",
            N_("local time of the call, or at which the case was opened, without time zone"),
            required=True,
            synonyms=(
                *("opened", "open date", "date opened", "opened date", "created"),
                *("created at", "created date", "createddate", "createdon", "call date"),
                *("call time", "start time", "started at", "call start", "date", "date time"),
                *("date d ouverture", "ouvert le", "date de creation", "cree le"),
                *("date d appel", "debut de l appel", "date et heure"),
            ),
        ),
        "answered_at": Column(
            "instant",
            N_("local time of the first answer; missing without one"),
            synonyms=(
                *("answered", "answer time", "first response at", "first reply at"),
                *("first response time", "first replied at", "responded at"),
                *("repondu le", "date de reponse", "premiere reponse"),
            ),
        ),
        "abandoned_at": Column(
            "instant",
            N_("local time at which the customer gave up; missing otherwise"),
            synonyms=("abandoned", "abandon time", "abandonne le", "date d abandon"),
        ),
        "closed_at": Column(
            "instant",
            N_("local time of the end; missing while the case is open"),
            synonyms=(
                *("closed", "close date", "closed date", "closeddate", "date closed"),
                *("resolved at", "solved at", "resolution date", "end time", "ended at"),
                *("call end", "cloture le", "date de cloture", "ferme le", "resolu le"),
                *("date de resolution", "fin de l appel"),
            ),
        ),
        "product_id": Column(
            "id",
            N_("product that it is about"),
            synonyms=(
                *("product", "productid", "product code", "sku", "produit", "id produit"),
                *("code produit", "reference"),
            ),
        ),
        "cost": Column(
            "money",
            N_("what it cost to handle, 0 or more"),
            synonyms=(
                "costs",
                "handling cost",
                "cost per call",
                "cout",
                "couts",
                "cout de l appel",
            ),
        ),
        "currency": Column(
            "currency",
            N_("ISO 4217 code of the cost"),
            synonyms=("currency code", "currencyisocode", "devise", "code devise", "monnaie"),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
)
