"""The canonical table of what visitors do on a website, and its usual headers.

Synonyms cover English and French usage and the exports of web analytics.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

WEB_EVENTS = Table(
    name="web_events",
    key=("event_id",),
    columns={
        "event_id": Column(
            "id",
            N_("one per event, if the export numbers them"),
            synonyms=("id", "eventid", "hit id", "page view id", "id evenement"),
        ),
        "customer_id": Column(
            "id",
            N_("who it was; missing of visitors who are not known"),
            synonyms=(
                *("customer", "customer no", "customer number", "customerid", "contact"),
                *("contact id", "contactid", "client id", "clientid", "user id", "userid"),
                *("client", "id client", "code client", "n client", "no client"),
                *("numero client", "numero de client", "identifiant client", "id contact"),
            ),
        ),
        "visitor_id": Column(
            "id",
            N_("browser or device, whoever sat before it"),
            synonyms=(
                *("visitor", "visitorid", "user pseudo id", "full visitor id", "cookie id"),
                *("anonymous id", "device id", "ga client id", "visiteur", "id visiteur"),
            ),
        ),
        "occurred_at": Column(
            "instant",
            N_("local time of the event, without time zone"),
            required=True,
            synonyms=(
                *("date", "date time", "datetime", "timestamp", "time", "event date"),
                *("event time", "event timestamp", "visited at", "visit date", "viewed at"),
                *("created at", "horodatage", "date et heure", "date de visite"),
                *("survenu le",),
            ),
        ),
        "page": Column(
            "text",
            N_("what was seen"),
            synonyms=(
                *("page path", "page url", "page location", "url", "page title", "path"),
                *("landing page", "page vue", "adresse de la page", "chemin"),
            ),
        ),
        "section": Column(
            "text",
            N_("part of the website"),
            synonyms=("page section", "content group", "site section", "rubrique", "univers"),
        ),
        "search_term": Column(
            "text",
            N_("what was searched for on the website; missing of other events"),
            synonyms=(
                *("search", "search query", "query", "search keyword", "internal search"),
                *("site search term", "recherche", "terme de recherche", "mot cle"),
            ),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
)
