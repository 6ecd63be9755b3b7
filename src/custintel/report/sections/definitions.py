"""What the words and figures of the report mean."""

from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.report._elements import Definition, Section, count, sentence, sentence_plural
from custintel.report.analysis import Analysis
from custintel.report.sections.campaign_terms import terms_on_campaigns
from custintel.report.sections.equity import spelled


def definitions_section(analysis: Analysis) -> Section:
    """Define every term, and state every assumption."""
    currency = analysis.currency or _("no stated currency")
    opening = sentence_plural(
        "Every figure on customers rests on the purchases of one customer up to {day}, in "
        "{currency}.",
        "Every figure on customers rests on {n_purchases} purchases by {n_customers} customers up "
        "to {day}, in {currency}.",
        len(analysis.history),
        n_purchases=count("purchases.n", analysis.n_purchases),
        n_customers=count("customers.n", len(analysis.history)),
        day=formats.date(analysis.as_of),
        currency=currency,
    )
    return Section("definitions", _("Definitions and assumptions"), opening, _terms(analysis))


def _terms(analysis: Analysis) -> list[Definition]:
    modelled = [*_modelled_terms(analysis), *_test_terms(analysis)]
    return [*_observed_terms(), *modelled, *terms_on_campaigns(analysis)]


def _observed_terms() -> list[Definition]:
    return [
        Definition(
            _("Purchase."),
            sentence(
                "An order: a row with an amount of zero or more, rows of one order taken "
                "together. A negative row is a refund: it lowers revenue and is no purchase. "
                "Purchase models count the days on which a customer bought."
            ),
        ),
        Definition(
            _("Revenue."),
            sentence("Amounts as exported, net of refunds in the period of the refund."),
        ),
        Definition(
            _("Segments."),
            sentence(
                "Customers are scored from 1 to 5 on days since the last purchase, number of "
                "purchases and revenue, by fifths of the customers; equal values get the equal "
                "score. A segment is a range of scores, such as Champions: recent, frequent "
                "and large. Segments of fewer than five customers are shown as one."
            ),
        ),
        Definition(
            _("Customers named by a row."),
            sentence(
                "Ids that look like an address, a phone number or a name are not shown; the row "
                "is that of the customer in the file of scores beside this report."
            ),
        ),
        Definition(
            _("Best fifth."),
            sentence(
                "The 20 % of customers with the largest revenue; for concentration, customers "
                "refunded as much as they paid, or more, are left out."
            ),
        ),
        Definition(
            _("Retention."),
            sentence(
                "Share of the customers who first bought in a period that buy again in a later "
                "one; periods that are not over yet are hatched in the chart and left out of "
                "the table."
            ),
        ),
    ]


def _modelled_terms(analysis: Analysis) -> list[Definition]:
    """Define the models and what follows from them, where there are any."""
    terms = []
    name = _model_shown(analysis)
    if name is not None:
        terms.append(Definition(_("Purchase model."), _meaning_of_model(name)))
    if analysis.value is not None:
        terms += [
            Definition(
                _("Spend model."),
                sentence(
                    "Spend per purchase follows the gamma-gamma model (Fader and Hardie 2013)."
                ),
            ),
            Definition(
                _("Customer equity."),
                sentence(
                    "Sum of what today's customers are expected to bring within {time}: expected "
                    "purchases × expected spend, discounted from the middle of each month. New "
                    "customers are not in it.",
                    time=spelled(analysis.assumptions.horizon),
                ),
            ),
        ]
    return terms


def _model_shown(analysis: Analysis) -> str | None:
    if analysis.forecast is not None:
        return analysis.forecast.name
    return None if analysis.test is None else analysis.test.choice.name


def _meaning_of_model(name: str) -> Markup:
    if name == "Pareto/NBD":
        return sentence(
            "Pareto/NBD (Schmittlein, Morrison and Colombo 1987): customers buy at their own pace "
            "until, at some moment that nobody sees, they stop."
        )
    if name == "MBG/NBD":
        return sentence(
            "MBG/NBD (Batislam, Denizel and Filiztekin 2007): customers buy at their own pace "
            "until, after some purchase, be it the first, they stop."
        )
    return sentence(
        "BG/NBD (Fader, Hardie and Lee 2005): customers buy at their own pace until, after some "
        "purchase, they stop. Who has bought on one day only counts as active with certainty, "
        "which is a trait of this model and no finding."
    )


def _test_terms(analysis: Analysis) -> list[Definition]:
    test = analysis.test
    if test is None:
        return []
    day = formats.date(test.calibration_end)
    parts = [
        sentence(
            "Models are compared on the middle third of the time, after a fit on the first; the "
            "one with the smallest mean squared error is fitted on purchases up to {day} and "
            "compared with those after it.",
            day=day,
        )
        if test.n_models > 1
        else sentence(
            "The model is fitted on purchases up to {day} and compared with those after it.",
            day=day,
        ),
        *_after_the_test(analysis),
    ]
    return [Definition(_("Test of the model."), Markup(" ").join(parts))]


def _after_the_test(analysis: Analysis) -> list[Markup]:
    """Say which model the forecasts come from, in the end."""
    if analysis.forecast is None:
        return []
    if analysis.untested_model is None:
        return [sentence("For the forecasts it is fitted again on all purchases.")]
    return [
        sentence(
            "On all purchases it could not be fitted: the forecasts are those of {untested}.",
            untested=analysis.untested_model,
        )
    ]
