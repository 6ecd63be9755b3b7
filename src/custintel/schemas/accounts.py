"""The canonical table of companies, and the headers that exports give its columns.

Synonyms cover English and French usage and the accounts of Salesforce, HubSpot, Dynamics,
SuiteCRM, Zoho and Pipedrive.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

ACCOUNTS = Table(
    name="accounts",
    key=("account_id",),
    columns={
        "account_id": Column(
            "id",
            N_("one per company; never missing"),
            required=True,
            synonyms=(
                *("id", "account", "accountid", "account no", "record id"),
                *("company id", "companyid", "organization id", "organisation id"),
                *("hs object id", "id compte", "code compte", "numero de compte"),
                *("id societe", "code societe", "id entreprise", "code entreprise"),
                *("id organisation", "siren", "id de fiche d informations"),
            ),
        ),
        "account_name": Column(
            "text",
            N_("name of the company"),
            synonyms=(
                *("name", "company", "company name", "organization name", "organisation name"),
                *("organization", "organisation", "nom", "nom de l entreprise"),
                *("nom du compte", "nom de la societe", "raison sociale", "societe"),
                *("entreprise",),
            ),
        ),
        "parent_account_id": Column(
            "id",
            N_("company that owns it; missing at the top of a group"),
            synonyms=(
                *("parentid", "parent id", "parent account", "parentaccountid"),
                *("parent company", "parent company id", "parent account name id"),
                *("id compte parent", "compte parent", "societe mere", "maison mere"),
                *("id societe mere", "id maison mere"),
            ),
        ),
        "industry": Column(
            "text",
            N_("line of business"),
            synonyms=(
                *("sector", "industry sector", "industrycode", "organization industry"),
                *("secteur", "secteur d activite", "branche", "industrie"),
            ),
        ),
        "country": Column(
            "text",
            N_("country, by name or code as in the export"),
            synonyms=(
                *("billing country", "billingcountry", "billingcountrycode"),
                *("country region", "country name", "address 1 country region"),
                *("pays", "pays region", "pays de facturation"),
            ),
        ),
        "n_employees": Column(
            "number",
            N_("number of people who work there"),
            synonyms=(
                *("employees", "numberofemployees", "number of employees", "no of employees"),
                *("headcount", "effectif", "effectifs", "nombre d employes"),
                *("nombre de salaries", "salaries", "nb salaries", "nb employes"),
            ),
        ),
        "created_at": Column(
            "instant",
            N_("when the company was entered"),
            synonyms=(
                *("createddate", "created date", "create date", "created on", "created"),
                *("created time", "date created", "organization organization created"),
                *("date de creation", "date creation", "cree le"),
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
