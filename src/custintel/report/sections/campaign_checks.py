"""What a log of campaigns shows against the will of contacts, and what does not add up."""

import pandas as pd
from markupsafe import Markup

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Table,
    count,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.campaign_messages import MessageResults
from custintel.report.sections.rates import rate, rate_between

Cells = list[Figure | Markup | str]

_RULES = {  # opt-outs stand in a table of customers, which the report does not read
    "after_unsubscription": N_("after the contact had unsubscribed"),
    "after_hard_bounce": N_("after a message had bounced for good"),
    "after_complaint": N_("after the contact had complained"),
}
_ASKED, _REFUSED = 0.001, 0.003  # Google's guidelines for senders of 2024
_CHECKS = {
    "before_send": N_("Earlier than the sending"),
    "without_sending": N_("Of contacts who were not sent the campaign"),
    "without_delivery": N_("Of messages that were not delivered"),
    "click_without_open": N_("Clicks without an opening"),
    "repeated": N_("The same event again"),
    "negative_revenue": N_("Sales below zero"),
    "unknown_campaign": N_("Of campaigns that the list of campaigns lacks"),
}


def consent_blocks(messages: MessageResults) -> list[Block]:
    """Tell of messages to contacts who had refused them, and of complaints."""
    consent = messages.consent
    rows: list[Cells] = []
    for rule, name in _RULES.items():
        found = consent.table.loc[[rule]].iloc[0]
        key = f"campaigns.consent.{rule}"
        cells = [count(f"{key}.{each}", int(found[each])) for each in consent.table.columns]
        rows.append([_(name), *cells])
    headings = [_("Messages sent"), _("Sendings"), _("Contacts"), _("Campaigns")]
    table = Table(_("Messages in spite of a refusal"), headings, rows, is_wordy=True)
    told = [_complaints(messages)]
    if messages.n_kept_out:
        told.append(
            sentence_plural(
                "One message that is owed to a customer, such as a confirmation, needs no "
                "consent and is left out here.",
                "{n} messages that are owed to customers, such as confirmations, need no consent "
                "and are left out here.",
                messages.n_kept_out,
                n=count("campaigns.consent.n_kept_out", messages.n_kept_out),
            )
        )
    return [table, Note(Markup(" ").join(told))]


def _complaints(messages: MessageResults) -> Markup:
    consent = messages.consent
    if consent.verdict == "unknown":
        return sentence("No message that needs a consent was delivered.")
    row = {name: getattr(consent, f"complaint_rate{name}") for name in ("", "_low", "_high")}
    fields: dict[str, object] = {
        "n": count("campaigns.consent.n_complained", consent.n_complained),
        "n_delivered": count("campaigns.consent.n_delivered", consent.n_delivered),
        "rate": rate("campaigns.consent.complaint_rate", row[""]),
        "interval": rate_between("campaigns.consent.complaint_rate", _ends(row), "r"),
    }
    texts = {
        "fine": N_(
            "{n} of {n_delivered} messages delivered drew a complaint, {rate} ({interval}): below "
            "the {limit} that large mail providers ask senders to keep to."
        ),
        "high": N_(
            "{n} of {n_delivered} messages delivered drew a complaint, {rate} ({interval}): above "
            "the {limit} that large mail providers ask senders to keep to."
        ),
        "too high": N_(
            "{n} of {n_delivered} messages delivered drew a complaint, {rate} ({interval}): large "
            "mail providers may refuse messages of senders from {limit} on."
        ),
    }
    limit = _REFUSED if consent.verdict == "too high" else _ASKED
    fields["limit"] = share("campaigns.consent.limit", limit)
    return sentence(texts[consent.verdict], **fields)


def _ends(row: dict[str, float]) -> "pd.Series[float]":
    return pd.Series({"r_low": row["_low"], "r_high": row["_high"]})


def check_blocks(messages: MessageResults) -> list[Block]:
    """Tell what does not add up in the log, and how it is treated."""
    found = messages.checks
    if found.empty:
        return [Note(sentence("Nothing in the log of campaigns contradicts itself."))]
    rows: list[Cells] = []
    for check, row in found.iterrows():
        key = f"campaigns.check.{check}"
        cells: Cells = [
            # Of campaigns that are not known only the events are told, not the contacts.
            "–"
            if each == "n_contacts" and check == "unknown_campaign"
            else count(f"{key}.{each}", int(row[each]))
            for each in ("n_events", "n_contacts", "n_campaigns")
        ]
        what = _("{found}: {treatment}", found=_(_CHECKS[str(check)]), treatment=row["treatment"])
        rows.append([what, *cells])
    headings = [_("What was found, and how it is treated"), _("Events"), _("Contacts")]
    headings.append(_("Campaigns"))
    caption = _("What does not add up in the log of campaigns")
    return [Table(caption, headings, rows, is_wordy=True)]
