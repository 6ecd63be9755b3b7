"""The canonical table of leads, and the headers that exports give its columns.

Synonyms cover English and French usage and the leads of Salesforce, HubSpot, Dynamics,
SuiteCRM, Zoho and Pipedrive.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

LEADS = Table(
    name="leads",
    key=("lead_id",),
    columns={
        "lead_id": Column(
            "id",
            N_("one per lead; never missing"),
            required=True,
            synonyms=(
                *("id", "lead", "leadid", "lead no", "lead number", "record id"),
                *("hs object id", "id piste", "n piste", "numero de piste", "code piste"),
                *("id lead", "id prospect", "id de fiche d informations"),
            ),
        ),
        "customer_id": Column(
            "id",
            N_("person that the lead is about, or became; missing while unknown"),
            synonyms=(
                *("customer", "customerid", "customer no", "contact", "contact id"),
                *("contactid", "convertedcontactid", "converted contact id"),
                *("converted contact", "associated contact", "associated contact id"),
                *("person id", "id client", "code client", "id contact", "n client"),
                *("numero client", "numero de client"),
            ),
        ),
        "campaign_id": Column(
            "id",
            N_("campaign that brought the lead"),
            synonyms=(
                *("campaign", "campaignid", "campaign code", "source campaign", "campagne"),
                *("campaign source id", "utm campaign", "id campagne", "code campagne"),
            ),
        ),
        "source": Column(
            "text",
            N_("where the lead came from, such as a fair, the website or an advertisement"),
            synonyms=(
                *("leadsource", "lead source", "original source", "origin", "lead origin"),
                *("source du lead", "source de la piste", "origine", "origine du lead"),
                *("origine de la piste", "provenance"),
            ),
        ),
        "owner_id": Column(
            "id",
            N_("who works on the lead"),
            synonyms=(
                *("ownerid", "owner", "lead owner", "lead owner id", "assigned to"),
                *("assigned user id", "sales rep", "representative", "salesperson"),
                *("proprietaire", "proprietaire de la piste", "commercial", "attribue a"),
            ),
        ),
        "status": Column(
            "text",
            N_("stage that the lead has reached, in the words of the export"),
            synonyms=(
                *("lead status", "leadstatus", "stage", "lead stage", "status reason"),
                *("statut", "statut du lead", "statut de la piste", "etape", "stade"),
            ),
        ),
        "is_converted": Column(
            "flag",
            N_("whether the lead became a customer or an opportunity"),
            synonyms=("isconverted", "converted", "converti", "convertie", "est converti"),
        ),
        "created_at": Column(
            "instant",
            N_("when the lead was entered"),
            synonyms=(
                *("createddate", "created date", "create date", "created on", "created"),
                *("created time", "date created", "lead created", "lead date"),
                *("date de creation", "date creation", "cree le"),
            ),
        ),
        "qualified_at": Column(
            "instant",
            N_("when the lead was found worth a sales talk"),
            synonyms=(
                *("qualified date", "qualified on", "qualification date", "date qualified"),
                *("date de qualification", "qualifie le"),
            ),
        ),
        "converted_at": Column(
            "instant",
            N_("when the lead became a customer or an opportunity"),
            synonyms=(
                *("converteddate", "converted date", "converted on", "conversion date"),
                *("converted time", "date converted", "date de conversion", "converti le"),
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
