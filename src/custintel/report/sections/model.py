"""The purchase model, and its test against purchases that it has not seen."""

import math

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import holdout_bars, tracking_lines
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    change,
    chart,
    count,
    decimal,
    sentence,
    sentence_plural,
    significant,
)
from custintel.report.analysis import Analysis
from custintel.report.purchase_models import ModelTest, PurchaseForecast

_CLOSE, _ROUGH = 0.1, 0.25
_FEW = 100  # purchases, of which chance alone moves a tenth
_WIDEST = 1000  # times the lower bound of an interval, beyond which it says nothing


def model_section(analysis: Analysis) -> Section:
    """Tell how well the purchase model forecast the last third of the time."""
    title = _("Purchase model")
    test = analysis.test
    blocks: list[Block] = []
    if test is None:
        opening = sentence_plural(
            "The purchase model could not be tested on one customer.",
            "The purchase model could not be tested on these {n} customers: {reason}.",
            len(analysis.history),
            n=count("customers.n", len(analysis.history)),
            reason=str(analysis.no_test).rstrip("."),
        )
    else:
        opening = _opening(test, analysis)
        blocks = [
            _choice(test, analysis),
            chart(tracking_lines(test.tracking)),
            chart(holdout_bars(test.fit)),
            _classes(test.fit),
            _rules(test),
        ]
    # Parameters of a model that was neither tested nor used for a value tell nobody anything.
    if analysis.forecast is not None and (test is not None or analysis.value is not None):
        blocks.append(_parameters(analysis.forecast, analysis))
    return Section("model", title, opening, blocks)


def _opening(test: ModelTest, analysis: Analysis) -> Markup:
    actual = int(test.fit["actual_purchases"].sum())
    expected = float(test.fit["expected_purchases"].sum())
    fields: dict[str, Figure | str] = {
        "days": count("model.holdout_days", (analysis.as_of - test.calibration_end).days),
        "cut": formats.date(test.calibration_end),
        "expected": count("model.expected", round(expected)),
        "actual": count("model.actual", actual),
    }
    if analysis.untested_model is not None:
        return sentence(
            "The values below come from a model that was not tested, {untested}: {tested}, which "
            "forecast best on earlier purchases, could not be fitted on all of them. For the "
            "{days} days after {cut} that one expected {expected} purchases and {actual} were "
            "made.",
            untested=analysis.untested_model,
            tested=test.choice.name,
            **fields,
        )
    if actual == 0:
        return sentence(
            "In the {days} days after {cut}, which the model had not seen, nobody bought again "
            "({actual} purchases) where it expected {expected}: do not plan with the values "
            "below.",
            **fields,
        )
    if actual < _FEW:
        return sentence(
            "Too few purchases to judge the model: for the {days} days after {cut}, which it had "
            "not seen, it expected {expected} purchases and {actual} were made.",
            **fields,
        )
    error = expected / actual - 1
    verdicts = set(test.choice.against_baselines["verdict"])
    return _verdict(error, verdicts, {**fields, "error": change("model.error", error)})


def _verdict(error: float, verdicts: set[str], fields: dict[str, Figure | str]) -> Markup:
    if "worse" in verdicts:
        return sentence(
            "A plain rule forecasts these customers better than the best model: for the {days} "
            "days after {cut}, which it had not seen, the model expected {expected} purchases and "
            "{actual} were made ({error}); take the values below as an order of customers, not "
            "as amounts.",
            **fields,
        )
    if abs(error) <= _CLOSE and "undecided" in verdicts:
        return sentence(
            "You can plan with the purchase model, but a rule of thumb does about as well: for "
            "the {days} days after {cut}, which the model had not seen, it expected {expected} "
            "purchases and {actual} were made ({error}).",
            **fields,
        )
    if abs(error) <= _CLOSE:
        return sentence(
            "You can plan with the purchase model: for the {days} days after {cut}, which it "
            "had not seen, it expected {expected} purchases and {actual} were made ({error}).",
            **fields,
        )
    if abs(error) <= _ROUGH:
        return sentence(
            "The purchase model is a rough guide: for the {days} days after {cut}, which it had "
            "not seen, it expected {expected} purchases and {actual} were made ({error}).",
            **fields,
        )
    return sentence(
        "The purchase model misses too much to plan with: for the {days} days after {cut}, "
        "which it had not seen, it expected {expected} purchases and {actual} were made "
        "({error}); take the values below as an order of customers, not as amounts.",
        **fields,
    )


def _classes(fit: pd.DataFrame) -> Table:
    rows: list[list[Figure | Markup | str]] = []
    last = fit.index[-1]
    for frequency, row in fit.iterrows():
        key = f"model.class.{frequency}"
        name = formats.number(float(str(frequency)))
        rows.append(
            [
                _("{n} or more", n=name) if frequency == last else name,
                count(f"{key}.n_customers", row["n_customers"]),
                count(f"{key}.actual", row["actual_purchases"]),
                decimal(f"{key}.expected", row["expected_purchases"], 1),
            ]
        )
    headings = [
        _("Repeat purchases before"),
        _("Customers"),
        _("Purchases made"),
        _("Expected"),
    ]
    return Table(_("Purchases in the time that the model had not seen"), headings, rows)


def _choice(test: ModelTest, analysis: Analysis) -> Note:
    """Say which model was tested, and why."""
    if test.n_models == 0:
        return Note(
            sentence(
                "The model tested is {model}, the usual one: the purchases before {cut} are too "
                "few to choose between models.",
                model=test.choice.name,
                cut=formats.date(test.calibration_end),
            )
        )
    if test.n_models == 1:
        return Note(
            sentence(
                "The model tested is {model}: the others could not be fitted to the purchases up "
                "to {cut}, or to the earlier ones on which models are compared.",
                model=test.choice.name,
                cut=formats.date(test.calibration_end),
            )
        )
    is_used = analysis.forecast is not None and analysis.untested_model is None
    fields: dict[str, Figure | str] = {
        "n": count("model.n_models", test.n_models),
        "days": count("model.holdout_days", (analysis.as_of - test.calibration_end).days),
        "cut": formats.date(test.calibration_end),
        "model": test.choice.name,
    }
    if is_used:
        return Note(
            sentence(
                "{n} models were compared on the {days} days up to {cut}. {model} came closest, "
                "and this report uses it.",
                **fields,
            )
        )
    return Note(
        sentence(
            "{n} models were compared on the {days} days up to {cut}. {model} came closest, and "
            "is the one tested here.",
            **fields,
        )
    )


def _rules(test: ModelTest) -> Table:
    """Compare the model with two plain rules, customer by customer."""
    rules = {
        "past_rate": _("Each customer goes on at the past rate"),
        "hiatus": _("The same, but customers silent for longer than ever before are written off"),
    }
    verdicts = {"better": _("Model"), "worse": _("Rule"), "undecided": _("Undecided")}
    headings = [
        _("Rule of thumb"),
        _("Better"),
        _("Change in error"),
        _("The model's error"),
        _("The rule's error"),
        _(
            "{level} interval of the difference",
            level=formats.percent(test.choice.level, 0),
        ),
    ]
    rows = [
        [rules[str(name)], verdicts[str(row["verdict"])], *_errors(f"model.rule.{name}", row)]
        for name, row in test.choice.against_baselines.iterrows()
    ]
    caption = _(
        "Is the model better than a rule of thumb? (squared error per customer: smaller is better)"
    )
    return Table(caption, headings, rows, is_wordy=True)


def _errors(key: str, row: "pd.Series[float]") -> list[Figure | Markup | str]:
    """Return the errors of model and rule, and how far apart they are."""
    model, rule = float(row["model_error"]), float(row["baseline_error"])
    return [
        change(f"{key}.change", model / rule - 1, 0) if rule > 0 else "–",
        decimal(f"{key}.model_error", model, 3),
        decimal(f"{key}.baseline_error", rule, 3),
        sentence(
            "{low} to {high}",
            low=decimal(f"{key}.difference_low", row["difference_low"], 3),
            high=decimal(f"{key}.difference_high", row["difference_high"], 3),
        ),
    ]


def _parameters(forecast: PurchaseForecast, analysis: Analysis) -> Table:
    level = analysis.assumptions.level
    tables = [(forecast.name, forecast.model.summary(level=level))]
    if analysis.value is not None:
        tables.append(("gamma-gamma", analysis.value.spend_model.summary(level=level)))
    told = {"spend_frequency_correlation": _("correlation of spend and frequency")}
    rows: list[list[Figure | Markup | str]] = []
    for name, table in tables:
        for parameter, estimate in table.iterrows():
            key = f"model.{name}.{parameter}"
            rows.append(
                [
                    f"{name} {told.get(str(parameter), parameter)}",
                    significant(key, estimate["estimate"]),
                    _bounds(key, estimate["low"], estimate["high"]),
                ]
            )
    interval = _("{level} interval", level=formats.percent(level, 0))
    headings = [_("Parameter"), _("Estimate"), interval]
    caption = _("Models fitted on all purchases (time in weeks)")
    return Table(caption, headings, rows, is_wordy=True)


def _bounds(key: str, low: float, high: float) -> Markup | str:
    """Write an interval, unless it is so wide that it determines nothing."""
    if not (math.isfinite(low) and math.isfinite(high)) or high > _WIDEST * low >= 0:
        return _("not determined")
    return sentence(
        "{low} to {high}", low=significant(f"{key}_low", low), high=significant(f"{key}_high", high)
    )
