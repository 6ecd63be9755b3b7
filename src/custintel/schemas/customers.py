"""The canonical table of people, and the headers that exports give its columns.

Synonyms cover English and French usage and the contacts of Salesforce, HubSpot, Dynamics,
SuiteCRM, Zoho, Pipedrive, Shopify, Mailchimp and Brevo.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

CUSTOMERS = Table(
    name="customers",
    key=("customer_id",),
    columns={
        "customer_id": Column(
            "id",
            N_("one per person; never missing"),
            required=True,
            synonyms=(
                *("id", "customer", "customer no", "customer number", "customerid"),
                *("contact", "contact id", "contactid", "contact number", "record id"),
                *("hs object id", "person id", "user id", "member id", "leid", "client"),
                *("client id", "id client", "code client", "n client", "no client"),
                *("numero client", "n de client", "no de client", "numero de client"),
                *("identifiant client", "id contact", "id de fiche d informations"),
            ),
        ),
        "account_id": Column(
            "id",
            N_("company that the person belongs to; missing for people on their own"),
            synonyms=(
                *("account", "accountid", "account name id", "company id"),
                *("associated company id", "primary associated company id", "companyid"),
                *("organization id", "organisation id", "parentcustomerid", "id compte"),
                *("code compte", "numero de compte", "id societe", "code societe"),
                *("id entreprise", "id organisation"),
            ),
        ),
        "first_name": Column(
            "text",
            N_("given name"),
            synonyms=(
                *("firstname", "given name", "forename", "fname", "person first name"),
                *("prenom", "prenom du contact"),
            ),
        ),
        "last_name": Column(
            "text",
            N_("family name"),
            synonyms=(
                *("lastname", "surname", "family name", "lname", "person last name"),
                *("nom", "nom de famille", "nom du contact"),
            ),
        ),
        "email": Column(
            "text",
            N_("e-mail address, as it stands in the export"),
            synonyms=(
                *("e mail", "mail", "email address", "e mail address", "emailaddress1"),
                *("person email", "person email work", "customer email", "courriel"),
                *("adresse email", "adresse e mail", "adresse mail", "adresse electronique"),
            ),
        ),
        "phone": Column(
            "id",
            N_("telephone number, as it stands in the export"),
            synonyms=(
                *("phone number", "telephone", "telephone1", "business phone", "phone work"),
                *("person phone", "person phone work", "tel", "numero de telephone"),
                *("n de telephone", "telephone fixe"),
            ),
        ),
        "street": Column(
            "text",
            N_("street and number"),
            synonyms=(
                *("mailing street", "mailingstreet", "street address", "address", "address1"),
                *("address line 1", "address 1 street 1", "primary address street"),
                *("person address", "rue", "adresse", "adresse postale", "adresse ligne 1"),
            ),
        ),
        "city": Column(
            "text",
            N_("town"),
            synonyms=(
                *("mailing city", "mailingcity", "town", "address 1 city"),
                *("primary address city", "ville", "commune", "localite"),
            ),
        ),
        "postal_code": Column(
            "id",
            N_("postal code, leading zeros kept if the export has them"),
            synonyms=(
                *("mailing zip postal code", "mailingpostalcode", "mailing zip", "zip"),
                *("zip code", "zip postal code", "postcode", "postalcode"),
                *("address 1 zip postal code", "primary address postal code"),
                *("code postal", "cp", "npa"),
            ),
        ),
        "country": Column(
            "text",
            N_("country, by name or code as in the export"),
            synonyms=(
                *("mailing country", "mailingcountry", "country region", "country name"),
                *("address 1 country region", "primary address country", "pays"),
                *("pays region",),
            ),
        ),
        "job_function": Column(
            "text",
            N_("field of work, such as finance"),
            synonyms=(
                *("function", "job role", "department", "fonction", "service"),
                *("departement", "domaine", "metier"),
            ),
        ),
        "job_level": Column(
            "text",
            N_("rank, such as director"),
            synonyms=(
                *("level", "seniority", "job seniority", "seniority level"),
                *("management level", "niveau", "niveau hierarchique", "echelon"),
            ),
        ),
        "email_opt_out": Column(
            "flag",
            N_("whether the person refused to be written to by e-mail"),
            synonyms=(
                *("hasoptedoutofemail", "opted out of email", "unsubscribed"),
                *("unsubscribed from all email", "email blacklisted", "do not email"),
                *("do not allow emails", "desinscrit", "desabonne", "refus email"),
                *("refus d e mail", "opposition email"),
            ),
        ),
        "email_bounced_at": Column(
            "instant",
            N_("when an e-mail last came back"),
            synonyms=(
                *("emailbounceddate", "email bounced date", "bounced at", "bounce date"),
                *("date de rebond", "date rebond"),
            ),
        ),
        "mail_returned_at": Column(
            "instant",
            N_("when a letter last came back"),
            synonyms=(
                *("returned mail date", "mail returned date", "date de retour courrier"),
                *("date retour courrier", "npai le", "date npai"),
            ),
        ),
        "created_at": Column(
            "instant",
            N_("when the person was entered"),
            synonyms=(
                *("createddate", "created date", "create date", "created on", "created"),
                *("created time", "date created", "added time", "optin time"),
                *("person created", "date de creation", "date creation", "cree le"),
            ),
        ),
        "updated_at": Column(
            "instant",
            N_("when the row was last changed; of rows with one id the latest stands"),
            synonyms=(
                *("lastmodifieddate", "last modified date", "modified on", "modified time"),
                *("date modified", "last changed", "systemmodstamp", "last modified"),
                *("updated", "date de modification", "date modification", "modifie le"),
                *("derniere modification", "date de derniere modification"),
            ),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
)
