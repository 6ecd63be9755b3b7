"""The canonical table of contacts with marketing on any channel, and its usual headers.

Synonyms cover English and French usage and the exports of web analytics.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

TOUCHES = Table(
    name="touches",
    key=("touch_id",),
    columns={
        "touch_id": Column(
            "id",
            N_("one per touch, if the export numbers them"),
            synonyms=(
                *("id", "touchid", "touchpoint id", "interaction id", "session id", "hit id"),
                *("event id", "id interaction", "id session", "id point de contact"),
            ),
        ),
        "customer_id": Column(
            "id",
            N_("who was reached; resolved identity, never missing"),
            required=True,
            synonyms=(
                *("customer", "customer no", "customer number", "customerid", "contact"),
                *("contact id", "contactid", "client id", "clientid", "user id", "userid"),
                *("user pseudo id", "visitor id", "person id", "member id", "client"),
                *("id client", "code client", "n client", "no client", "numero client"),
                *("numero de client", "identifiant client", "id contact", "id visiteur"),
            ),
        ),
        "channel": Column(
            "text",
            N_("where: e-mail, search, social, telephone …; never missing"),
            required=True,
            synonyms=(
                *("marketing channel", "channel group", "channel grouping", "default channel"),
                *("default channel group", "default channel grouping", "traffic channel"),
                *("session default channel group", "touchpoint", "source", "original source"),
                *("utm source", "canal", "canal marketing", "groupe de canaux"),
                *("point de contact",),
            ),
        ),
        "kind": Column(
            "text",
            N_("what the touch was, such as an impression, a click or a call"),
            synonyms=(
                *("type", "touch type", "touchpoint type", "interaction type", "interaction"),
                *("type d interaction", "type de contact", "nature"),
            ),
        ),
        "occurred_at": Column(
            "instant",
            N_("local time of the touch, without time zone"),
            required=True,
            synonyms=(
                *("date", "date time", "datetime", "timestamp", "time", "touch date"),
                *("touch time", "touched at", "touchpoint date", "touchpoint time"),
                *("interaction date", "interaction time", "event date", "event time"),
                *("visit date", "session date", "event timestamp", "created at", "horodatage"),
                *("date et heure", "date de contact", "date de l interaction"),
                *("date de visite", "survenu le"),
            ),
        ),
        "campaign_id": Column(
            "id",
            N_("campaign that the touch belongs to"),
            synonyms=(
                *("campaign", "campaignid", "campaign code", "utm campaign", "campagne"),
                *("id campagne", "code campagne"),
            ),
        ),
        "cost": Column(
            "money",
            N_("what the touch cost, 0 or more"),
            synonyms=(
                *("costs", "cost per click", "cpc", "spend", "amount spent", "media cost"),
                *("cout", "couts", "cout par clic", "depense", "montant depense"),
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
