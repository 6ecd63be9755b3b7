"""Headers of campaigns, their events, touches and leads; and the words for events."""

import pytest

from custintel.schemas import CAMPAIGN_EVENTS, CAMPAIGNS, LEADS, TOUCHES, recognise
from custintel.schemas.event_words import BOUNCE_TYPES, EVENTS, MEANINGS
from custintel.schemas.headers import plain_header, plain_words

TABLES = [CAMPAIGNS, CAMPAIGN_EVENTS, TOUCHES, LEADS]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_synonym_is_in_plain_form_and_means_one_column(table):
    words = [word for column in table.columns.values() for word in column.synonyms]
    assert words == [plain_header(word) for word in words]
    names = {plain_header(name) for name in table.columns}
    assert len({*words, *names}) == len(words) + len(names)


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (
            ["Id", "Name", "Type", "ActualCost", "BudgetedCost", "StartDate", "EndDate"],
            ["campaign_id", "campaign_name", "channel", "cost", "budget", "starts_at", "ends_at"],
        ),
        (
            ["Unique Id", "Title", "Subject", "Campaign Cost", "Send Date", "Total Recipients"],
            ["campaign_id", "campaign_name", None, "cost", "starts_at", None],
        ),
        (
            ["Campaign Code", "Campaign Type", "Budget Allocated", "Total Cost of Campaign"],
            ["campaign_id", "campaign_type", "budget", "cost"],
        ),
        (
            ["Code campagne", "Nom de la campagne", "Canal", "Objectif", "Coût réel (€)", "Début"],
            ["campaign_id", "campaign_name", "channel", "objective", "cost", "starts_at"],
        ),
        (["Campaign ID", "Amount spent (EUR)", "Starts"], ["campaign_id", "cost", "starts_at"]),
    ],
    ids=["salesforce", "mailchimp", "dynamics", "french", "advertising"],
)
def test_campaigns_of_all_systems(headers, names):
    expected = {header: name for header, name in zip(headers, names, strict=True) if name}
    assert recognise(headers, CAMPAIGNS) == expected


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        (
            ["id", "created", "email_campaign_id", "type", "recipient"],
            ["event_id", "occurred_at", "campaign_id", "event", "customer_id"],
        ),
        (
            ["Campaign ID", "Contact ID", "Email", "Event", "Date", "Link"],
            ["campaign_id", "customer_id", "email", "event", "occurred_at", "link"],
        ),
        (
            ["Campagne", "Courriel", "Événement", "Date et heure", "Motif", "Type de rebond"],
            ["campaign_id", "customer_id", "event", "occurred_at", "reason", "bounce_type"],
        ),
        (
            ["CampaignId", "LeadOrContactId", "Status", "CreatedDate"],
            ["campaign_id", "customer_id", "event", "occurred_at"],
        ),
    ],
    ids=["hubspot", "id and address", "french", "salesforce campaign members"],
)
def test_events_of_all_systems(headers, names):
    assert recognise(headers, CAMPAIGN_EVENTS) == dict(zip(headers, names, strict=True))


def test_touches_and_leads():
    headers = ["User pseudo ID", "Default channel group", "Event timestamp", "UTM campaign"]
    names = ["customer_id", "channel", "occurred_at", "campaign_id"]
    assert recognise(headers, TOUCHES) == dict(zip(headers, names, strict=True))
    headers = ["Id", "LeadSource", "OwnerId", "Status", "IsConverted", "ConvertedContactId"]
    names = ["lead_id", "source", "owner_id", "status", "is_converted", "customer_id"]
    assert recognise(headers, LEADS) == dict(zip(headers, names, strict=True))


def test_words_for_events_are_in_plain_form_and_mean_one_of_the_ten():
    assert list(MEANINGS) == [plain_words(word) for word in MEANINGS]
    assert list(BOUNCE_TYPES) == [plain_words(word) for word in BOUNCE_TYPES]
    assert {meaning.event for meaning in MEANINGS.values()} == set(EVENTS)
    assert all(MEANINGS[plain_words(event)].event == event for event in EVENTS)
    assert all(meaning.event == "bounced" for meaning in MEANINGS.values() if meaning.bounce_type)


def test_no_word_is_listed_for_two_events():
    from custintel.schemas import event_words

    lists = [
        words
        for name, words in vars(event_words).items()
        if name.startswith("_") and name.isupper() and isinstance(words, tuple)
    ]
    words = [word for words in lists for word in words]
    assert len(words) > 150
    assert len(set(words)) == len(words)
