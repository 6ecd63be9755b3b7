"""What kinds of campaigns, and small ones taken together, are called for a reader."""

import re

import pandas as pd

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report.campaign_groups import CampaignGroups
from custintel.report.sections.items import named

_CODE = re.compile(r"[a-z]+(_[a-z]+)+")  # as systems write names, not people
_KINDS = {  # of `custintel.campaigns.email_types`
    "complementary_offer": N_("Complementary offer"),
    "confirmation": N_("Confirmation"),
    "account_statement": N_("Account statement"),
    "satisfaction_survey": N_("Satisfaction survey"),
    "alert": N_("Alert"),
    "commercial_newsletter": N_("Commercial newsletter"),
    "informative_newsletter": N_("Informative newsletter"),
    "birthday": N_("Birthday"),
    "acquisition": N_("Acquisition"),
}
_HEADINGS = {"campaign_type": N_("Type"), "channel": N_("Channel")}


def kind_heading(by: str | None) -> str:
    """Return the heading above kinds of campaigns, or above campaigns if there are none.

    >>> kind_heading("campaign_type"), kind_heading(None)
    ('Type', 'Campaign')
    """
    return _("Campaign") if by is None else _(_HEADINGS[by])


def kind_label(kind: object) -> str:
    """Return a kind of campaign as it is written; those of the library's own are translated.

    >>> kind_label("birthday"), kind_label("direct_mail")
    ('Birthday', 'direct mail')
    """
    text = str(kind)
    if text in _KINDS:
        return _(_KINDS[text])
    return text.replace("_", " ") if _CODE.fullmatch(text) else named(text)


def campaign_label(group: object, groups: CampaignGroups) -> str:
    """Return what a campaign is called, or what small ones are called together."""
    return named(groups.name_of(group))


def kind_labels(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose rows are kinds, under their labels."""
    return table.set_axis([kind_label(kind) for kind in table.index])
