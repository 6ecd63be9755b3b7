"""What the words and figures about campaigns mean, each rate with its denominator."""

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.report._elements import Definition, sentence
from custintel.report.analysis import Analysis
from custintel.report.campaign_credits import LOOKBACK_DAYS


def terms_on_campaigns(analysis: Analysis) -> list[Definition]:
    """Define the terms of the sections about campaigns that the report has."""
    results = analysis.campaigns
    terms = []
    if results.messages is not None:
        terms += [*_of_messages(analysis.assumptions.level), _small()]
    if results.experiments is not None:
        terms += _of_experiments()
    if results.returns is not None:
        terms += [*_of_returns(), *([] if results.messages is not None else [_small()])]
    if results.credits is not None:
        terms += _of_credits()
    return terms


def _of_messages(level: float) -> list[Definition]:
    return [
        Definition(
            _("Message."),
            sentence(
                "One contact in one campaign, however often it was sent, opened or clicked. "
                "Delivered is what the log says was; of a campaign whose log does not say, what "
                "was sent and did not bounce."
            ),
        ),
        Definition(
            _("Rates of messages."),
            sentence(
                "Delivered ÷ sent; opened, clicked, complained and bought ÷ delivered; clicked ÷ "
                "opened; unsubscribed ÷ sent. Other tools divide otherwise, or count openings "
                "rather than people. A click proves an opening; openings and clicks by programs "
                "are left out where the log tells them apart. Intervals are Wilson's, {level}.",
                level=formats.percent(level, 0),
            ),
        ),
        Definition(
            _("Refusal."),
            sentence(
                "A contact who unsubscribed, complained or whose address bounced for good should "
                "not be written to again, from that moment on and by any campaign. Opt-outs that "
                "stand in the CRM alone are not seen here."
            ),
        ),
    ]


def _small() -> Definition:
    return Definition(
        _("Small campaigns."),
        sentence(
            "Campaigns and kinds of campaigns with fewer than five contacts, in returns fewer than "
            "five buyers, are shown as one. Campaigns without any sale show nobody and stand "
            "alone."
        ),
    )


def _of_returns() -> list[Definition]:
    return [
        Definition(
            _("Return."),
            sentence(
                "(Margin − cost) ÷ cost of the campaign, on sales credited to it from its start "
                "on: 0% at break-even."
            ),
        ),
        Definition(
            _("Go or no-go."),
            sentence(
                "Go if the return is above 0%, no-go if below. A no-go is sound, since not even "
                "all credited sales cover the cost. A go holds if the share in the last column, "
                "cost ÷ margin, of the credited margin would not have come without the campaign. "
                "Messages owed to customers, such as confirmations, are not decided on."
            ),
        ),
        Definition(
            _("Cost of a result."),
            sentence(
                "Cost of the campaigns ÷ contacts who responded (asked for information, became a "
                "lead or bought), became a lead, or bought. The interval is that of the number of "
                "results to expect of campaigns like these."
            ),
        ),
    ]


def _of_experiments() -> list[Definition]:
    return [
        Definition(
            _("Reached and held back."),
            sentence(
                "Customers assigned at random to be contacted, whatever the variant and whether "
                "they noticed, and to be left alone. Chance makes the two groups alike, so that "
                "what the former buy beyond the latter was caused by the campaign."
            ),
        ),
        Definition(
            _("Difference told or not."),
            sentence(
                "Shares of buyers by the chi-square or Fisher's exact test with Newcombe's "
                "interval, revenue by Welch's test; q after Benjamini and Hochberg over all "
                "campaigns. Intervals hold for each campaign alone."
            ),
        ),
    ]


def _of_credits() -> list[Definition]:
    return [
        Definition(
            _("Credit."),
            sentence(
                "Each purchase within {days} days after touches is shared out among them; a touch "
                "belongs to the next purchase alone. First and last touch: all to one. Linear: "
                "equal parts. Position: 40% each to first and last, the rest between. Time decay: "
                "half for each 7 days further back. Shapley value: equal parts to the distinct "
                "channels. Markov chain: in proportion to what would be lost without the channel, "
                "touches without a purchase included.",
                days=LOOKBACK_DAYS,
            ),
        )
    ]
