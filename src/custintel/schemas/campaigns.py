"""The canonical table of campaigns, and the headers that exports give its columns.

Synonyms cover English and French usage, the campaigns of Salesforce, HubSpot, Dynamics,
SuiteCRM, Zoho, Mailchimp and Brevo, and what advertising platforms export.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

CAMPAIGNS = Table(
    name="campaigns",
    key=("campaign_id",),
    columns={
        "campaign_id": Column(
            "id",
            N_("one per campaign; never missing"),
            required=True,
            synonyms=(
                *("id", "campaign", "campaignid", "campaign code", "campaign no", "unique id"),
                *("campaign number", "email campaign id", "email id", "record id", "codename"),
                *("hs object id", "utm campaign", "utm id", "campagne", "id campagne"),
                *("code campagne", "n campagne", "numero de campagne", "ref campagne"),
                *("identifiant campagne", "id de la campagne", "id de fiche d informations"),
            ),
        ),
        "campaign_name": Column(
            "text",
            N_("name of the campaign"),
            synonyms=(
                *("name", "title", "campaign title", "email name", "nom"),
                *("nom de la campagne", "nom campagne", "intitule", "libelle"),
                *("libelle campagne", "titre de la campagne"),
            ),
        ),
        "channel": Column(
            "text",
            N_("medium, such as e-mail, direct mail, search, social or telephone"),
            synonyms=(
                *("medium", "media", "campaign channel", "marketing channel", "utm medium"),
                *("type", "canal", "canal de diffusion", "canal marketing", "support"),
            ),
        ),
        "objective": Column(
            "text",
            N_("what it is for, such as awareness, prospects, loyalty or sales"),
            synonyms=(
                *("goal", "purpose", "campaign objective", "campaign goal", "campaign purpose"),
                *("objectif", "objectif de la campagne", "but", "finalite"),
            ),
        ),
        "campaign_type": Column(
            "text",
            N_("kind of message, such as a newsletter, a birthday or an alert"),
            synonyms=(
                *("email type", "message type", "type de campagne", "type campagne"),
                *("type d email", "type d e mail", "type de message"),
            ),
        ),
        "cost": Column(
            "money",
            N_("what it cost, 0 or more; missing where it is not known"),
            synonyms=(
                *("actualcost", "actual cost", "campaign cost", "total cost", "costs", "spend"),
                *("amount spent", "total spent", "spent", "total cost of campaign"),
                *("cout", "couts", "cout reel", "cout total", "cout de la campagne"),
                *("depense", "depenses", "montant depense", "frais"),
            ),
        ),
        "budget": Column(
            "money",
            N_("what it may cost, 0 or more"),
            synonyms=(
                *("budgetedcost", "budgeted cost", "budget allocated", "allocated budget"),
                *("campaign budget", "planned cost", "budget prevu", "budget alloue"),
                *("budget de la campagne", "budget campagne", "cout prevu", "cout budgete"),
            ),
        ),
        "currency": Column(
            "currency",
            N_("ISO 4217 code of cost and budget"),
            synonyms=("currency code", "currencyisocode", "devise", "code devise", "monnaie"),
        ),
        "starts_at": Column(
            "instant",
            N_("when it begins"),
            synonyms=(
                *("startdate", "start date", "starts", "starts on", "start", "launch date"),
                *("actual start", "actual start date", "send date", "send time", "sent date"),
                *("sent at", "scheduled at", "debut", "date de debut", "date debut"),
                *("date d envoi", "date envoi", "date de lancement", "lancee le"),
            ),
        ),
        "ends_at": Column(
            "instant",
            N_("when it ends, not before it begins"),
            synonyms=(
                *("enddate", "end date", "ends", "ends on", "end", "actual end"),
                *("actual end date", "fin", "date de fin", "date fin"),
            ),
        ),
        "updated_at": Column(
            "instant",
            N_("when the row was last changed; of rows with one id the latest stands"),
            synonyms=(
                *("lastmodifieddate", "last modified date", "modified on", "modified time"),
                *("date modified", "systemmodstamp", "last modified", "updated"),
                *("date de modification", "date modification", "modifie le"),
                *("derniere modification", "date de derniere modification"),
            ),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
)
