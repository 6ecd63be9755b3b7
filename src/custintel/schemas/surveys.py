"""The canonical table of answers to the questions of surveys, and its usual headers.

Synonyms cover English and French usage and the exports of survey tools.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

SURVEYS = Table(
    name="surveys",
    key=("response_id",),
    columns={
        "response_id": Column(
            "id",
            N_("one per question asked of a person, if the export numbers them"),
            synonyms=(
                *("id", "responseid", "response", "respondent id", "answer id"),
                *("submission id", "id reponse", "n reponse", "numero de reponse"),
            ),
        ),
        "customer_id": Column(
            "id",
            N_("who was asked; missing of anonymous answers"),
            synonyms=(
                *("customer", "customer no", "customer number", "customerid", "contact"),
                *("contact id", "contactid", "client id", "clientid", "user id", "userid"),
                *("client", "id client", "code client", "n client", "no client"),
                *("numero client", "numero de client", "identifiant client", "id contact"),
            ),
        ),
        "survey_id": Column(
            "id",
            N_("which survey"),
            synonyms=(
                *("survey", "surveyid", "survey name", "questionnaire", "form id", "form"),
                *("enquete", "id enquete", "nom de l enquete", "sondage"),
            ),
        ),
        "purpose": Column(
            "text",
            N_("what the question measures, such as satisfaction, effort or recommendation"),
            synonyms=("survey type", "metric", "objectif", "type d enquete", "mesure"),
        ),
        "sent_at": Column(
            "instant",
            N_("local time at which the question was asked, without time zone"),
            synonyms=(
                *("sent", "sent date", "invited at", "invitation date", "asked at"),
                *("envoye le", "date d envoi", "date d invitation"),
            ),
        ),
        "answered_at": Column(
            "instant",
            N_("local time of the answer; missing without one"),
            synonyms=(
                *("answered", "answer date", "response date", "responded at", "submitted at"),
                *("completed at", "end date", "date submitted", "recorded date", "timestamp"),
                *("date", "date time", "horodatage", "date de reponse", "repondu le"),
            ),
        ),
        "question": Column(
            "text",
            N_("the question, or its name"),
            synonyms=("question text", "question id", "item", "intitule", "libelle question"),
        ),
        "scale_min": Column(
            "number",
            N_("lowest score that the question allows"),
            synonyms=("scale minimum", "min score", "minimum", "echelle min", "note minimale"),
        ),
        "scale_max": Column(
            "number",
            N_("highest score that the question allows"),
            synonyms=("scale maximum", "max score", "maximum", "echelle max", "note maximale"),
        ),
        "score": Column(
            "number",
            N_("the answer as a number on the scale; missing without one"),
            synonyms=(
                *("rating", "answer value", "value", "nps", "nps score", "csat", "ces"),
                *("note", "note donnee", "valeur", "evaluation"),
            ),
        ),
        "driver": Column(
            "text",
            N_("what the score is about, such as price or service"),
            synonyms=("topic", "dimension", "attribute", "critere", "theme"),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
)
