"""The canonical table of what happened to the contacts of campaigns, and its usual headers.

Synonyms cover English and French usage, the e-mail events of HubSpot, Mailchimp and Brevo,
and the campaign members of Salesforce. How exports write the events themselves is in
`custintel.schemas.event_words`.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

CAMPAIGN_EVENTS = Table(
    name="campaign_events",
    key=("event_id",),
    columns={
        "event_id": Column(
            "id",
            N_("one per event, if the export numbers them"),
            synonyms=(
                *("id", "eventid", "event uuid", "log id", "activity id", "id evenement"),
                *("n evenement", "id de l evenement"),
            ),
        ),
        "campaign_id": Column(
            "id",
            N_("campaign that the event belongs to; never missing"),
            required=True,
            synonyms=(
                *("campaign", "campaignid", "campaign code", "email campaign id"),
                *("utm campaign", "campagne", "id campagne", "code campagne"),
                *("identifiant campagne", "id de la campagne"),
            ),
        ),
        "customer_id": Column(
            "id",
            N_("contact; resolved identity, never missing"),
            required=True,
            synonyms=(
                *("customer", "customer no", "customer number", "customerid", "contact"),
                *("contact id", "contactid", "contact number", "lead or contact id"),
                *("leadorcontactid", "member id", "memberid", "subscriber", "subscriber id"),
                *("subscriber key", "subscriberkey", "recipient id", "person id", "user id"),
                *("leid", "client", "client id", "id client", "code client", "n client"),
                *("no client", "numero client", "n de client", "numero de client"),
                *("identifiant client", "id contact", "id abonne", "id destinataire"),
                *("recipient", "recipient email", "email", "e mail", "email address"),
                *("e mail address", "destinataire", "courriel", "adresse email"),
                *("adresse e mail", "adresse mail"),
            ),
        ),
        "arm": Column(
            "text",
            N_("variant of an experiment that the contact was given"),
            synonyms=(
                *("variant", "variation", "test group", "experiment arm", "ab variant"),
                *("ab group", "treatment", "split", "variante", "groupe de test", "bras"),
            ),
        ),
        "event": Column(
            "text",
            N_("what happened: one of the ten events"),
            required=True,
            synonyms=(
                *("event type", "eventtype", "event name", "type", "action", "activity"),
                *("activity type", "status", "member status", "evenement"),
                *("type d evenement", "type evenement", "statut", "activite"),
            ),
        ),
        "occurred_at": Column(
            "instant",
            N_("local time of the event, without time zone"),
            required=True,
            synonyms=(
                *("event at", "event date", "event time", "eventdate", "date time", "datetime"),
                *("date", "timestamp", "time", "created", "created at", "created date"),
                *("createddate", "activity date", "action date", "action time", "ts"),
                *("date de l evenement", "date evenement", "date et heure", "horodatage"),
                *("date de l action", "survenu le"),
            ),
        ),
        "bounce_type": Column(
            "text",
            N_("of a bounce: hard (for good) or soft (for now), where the export says"),
            synonyms=(
                *("bouncetype", "bounce category", "bouncecategory", "bounce class"),
                *("type de rebond", "type rebond", "categorie de rebond"),
            ),
        ),
        "is_machine": Column(
            "flag",
            N_("whether a program opened or clicked, such as privacy protection or a filter"),
            synonyms=(
                *("machine", "machine open", "is bot", "bot", "apple mpp", "mpp", "is mpp"),
                *("sg machine open", "automated", "proxy", "robot", "ouverture machine"),
            ),
        ),
        "link": Column(
            "text",
            N_("what was clicked"),
            synonyms=("url", "clicked url", "link url", "click url", "lien", "lien clique"),
        ),
        "reason": Column(
            "text",
            N_("why a contact unsubscribed"),
            synonyms=(
                *("unsub reason", "unsubscribe reason", "unsubscription reason", "raison"),
                *("motif", "motif de desinscription", "raison de desinscription"),
                *("motif de desabonnement",),
            ),
        ),
        "revenue": Column(
            "money",
            N_("amount of a sale, 0 or more"),
            synonyms=(
                *("amount", "sales", "sale amount", "order total", "order amount", "value"),
                *("conversion value", "event value", "montant", "montant de la vente", "ca"),
                *("chiffre d affaires", "valeur"),
            ),
        ),
        "currency": Column(
            "currency",
            N_("ISO 4217 code of the amounts"),
            synonyms=("currency code", "currencyisocode", "devise", "code devise", "monnaie"),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
    # An address alone says who it was; beside an id it is one more fact about the contact.
    beside={
        "email": Column(
            "text",
            N_("e-mail address, as it stands in the export"),
            synonyms=(
                *("email address", "e mail", "e mail address", "recipient", "recipient email"),
                *("destinataire", "courriel", "adresse email", "adresse e mail"),
                *("adresse mail",),
            ),
        ),
    },
)
