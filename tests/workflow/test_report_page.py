"""The report as a page: its words, its weight, and how a browser takes it."""

import gettext
import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.datasets import simulate_transactions
from custintel.errors import ConvergenceError, ReadError, SchemaError
from custintel.models import ModifiedBetaGeoModel, ParetoNBDModel
from custintel.report import (
    Analysis,
    Assumptions,
    analyse,
    customer_scores,
    purchase_models,
    source_from_table,
    write_report,
)
from custintel.report._elements import Figure
from custintel.report.sections.model import _bounds, _verdict

SECTIONS = [
    *("reading", "revenue", "concentration", "segments", "retention"),
    *("model", "equity", "customers", "more", "definitions"),
]


def test_every_section_opens_with_a_sentence_that_holds_figures(page: Any) -> None:
    assert list(page.openings) == SECTIONS
    for opening in page.openings.values():
        assert re.search(r"\d", opening)
        assert opening.strip().endswith(".")


def test_other_data_change_every_opening(
    analysis: Analysis, page: Any, read_page: Any, tmp_path: Path
) -> None:
    table = analysis.source.transactions
    fewer = table[table["customer_id"].astype(int) % 3 > 0]
    other = fewer.assign(revenue=fewer["revenue"] * 1.7)
    source = source_from_table(other.drop(columns=["order_id", "line_id"]), name="ventes.csv")
    changed = analyse(source, as_of=analysis.as_of, assumptions=analysis.assumptions)
    openings = read_page(write_report(changed, tmp_path / "other.html").html).openings
    same = [key for key in SECTIONS if openings[key] == page.openings[key]]
    assert same == []


def test_the_same_data_give_the_same_page(analysis: Analysis, files: Any, tmp_path: Path) -> None:
    again = write_report(analysis, tmp_path / "again.html")
    assert again.html.read_bytes() == files.html.read_bytes()


def test_the_page_is_light_and_asks_nobody(files: Any) -> None:
    text = files.html.read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000
    asked = re.findall(r'(?:href|src)="([^"]*)"', text) + re.findall(r"url\(([^)]*)\)", text)
    assert len(asked) > len(SECTIONS)
    assert [url for url in asked if not url.startswith(("#", "data:"))] == []
    assert "<script" not in text


class _Bracketed(gettext.NullTranslations):
    """A language in which every message stands between brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class _Texts(HTMLParser):
    """Collect what a reader sees, element by element, and the words of labels."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "metadata")
        self.texts += [value or "" for name, value in attrs if name in ("aria-label", "alt")]
        self.texts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "metadata")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def outside_brackets(text: str) -> str:
    depth, kept = 0, []
    for letter in text:
        depth += letter == "⟦"
        if not depth:
            kept.append(letter)
        depth -= letter == "⟧"
    return "".join(kept)


@pytest.mark.parametrize("case", ["whole", "too little for a model", "every section", "campaigns"])
def test_every_text_is_translated(
    case: str, analysis: Analysis, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if case in ("every section", "campaigns"):
        fixture = "school_analysis" if case == "every section" else "shop_analysis"
        analysis = request.getfixturevalue(fixture)
    with catalogue_in_use(_Bracketed(), "xx"):
        if case != "too little for a model":
            shown = analyse(
                analysis.source,
                analysis.campaign_source,
                as_of=analysis.as_of,
                assumptions=analysis.assumptions,
            )
        else:
            few = analysis.source.transactions.head(8)
            shown = analyse(source_from_table(few, name="ventes.csv"))
        html = write_report(shown, tmp_path / "bracketed.html").html.read_text(encoding="utf-8")
    parser = _Texts()
    parser.feed(html)
    left = outside_brackets("".join(parser.texts))
    # Names of files and models, currencies, and dates as their numbers and months are written.
    known = [
        *(r"N° client", r"Montant", r"Date de commande", r"ventes\.csv", "EUR"),
        *(r"BG/NBD \w+", r"gamma-gamma \w*", r"[0-3]?\d? ?[A-Z][a-z]{2} \d{4}", r"Q\d \d{4}"),
        *(r"school\.csv", "CHF", r"[APSKC]\d+", r"ETS\(A\w*,\w+,\w+\)"),
        *("website", "sales…", "sales", "representative", "e-mail", "partner", "direct mail"),
        *(
            r"\(customer_id\)",
            r"\(occurred_at\)",
            r"\(event\)",
            r"\(channel\)",
            "Variant",
            r"\(Coût \(€\)\)",
        ),
        *(r"purchases\.csv", r"Commercial newsletter [\d-]+", r"Complementary offer [\d-]+"),
        *(r"Informative newsletter [\d-]+", r"[A-Z]\w+ \d{4}-\d\d-\d\d", "Account statement"),
        *("Birthday", "Confirmation", "Satisfaction survey", "social", "Direct mail [\\d-]+"),
    ]
    words = re.findall(r"[^\W\d_]{2,}", re.sub("|".join(known), "", left))
    assert words == []


def _chromium(
    path: str, page: Path, folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    flags = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr"),
        f"--user-data-dir={folder / 'profile'}",
    ]
    command: Sequence[str] = [path, *flags, *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)


@pytest.mark.browser
def test_a_browser_shows_it_without_error_or_request(
    chromium: str, files: Any, tmp_path: Path
) -> None:
    log = tmp_path / "net.json"
    shown = _chromium(chromium, files.html, tmp_path, f"--log-net-log={log}", "--dump-dom")
    assert "</html>" in shown.stdout
    assert "CONSOLE" not in shown.stderr
    empty = tmp_path / "empty.html"
    empty.write_text("<title>empty</title>", encoding="utf-8")
    own = tmp_path / "own.json"
    _chromium(chromium, empty, tmp_path / "other", f"--log-net-log={own}", "--dump-dom")
    # A browser asks its maker for the time and for updates, whatever it shows.
    assert _hosts(log) <= _hosts(own)


def _hosts(log: Path) -> set[str]:
    text = log.read_text(encoding="utf-8")
    assert '"events"' in text
    urls = re.findall(r'"url":"([a-z]+)://([^/"]*)', text)
    return {host for scheme, host in urls if scheme not in ("file", "chrome")}


MEASURE = """<script>
const figures = [...document.querySelectorAll("figure")].map(f => {
  const svg = f.querySelector("svg"), box = svg.getBoundingClientRect();
  const outside = [...svg.querySelectorAll("text")].filter(t => {
    const b = t.getBoundingClientRect();
    return b.left < box.left - 2 || b.right > box.right + 2;
  }).map(t => t.textContent);
  return {width: box.width, height: box.height, shapes: svg.querySelectorAll("path, use").length,
          images: svg.querySelectorAll("image").length,
          outside};
});
const page = {scroll: document.documentElement.scrollWidth, inner: window.innerWidth, figures};
document.documentElement.setAttribute("data-measured", JSON.stringify(page));
</script></body>"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize(
    ("report", "n_drawings"), [("files", 7), ("school_files", 18), ("shop_files", 15)]
)
def test_every_drawing_is_drawn_and_nothing_is_cut(
    report: str,
    n_drawings: int,
    width: int,
    chromium: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    files = request.getfixturevalue(report)
    text = files.html.read_text(encoding="utf-8")
    # A copy that may run one script of ours, to measure; the report itself allows none.
    allowed = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    measured = tmp_path / "measured.html"
    measured.write_text(allowed.replace("</body>", MEASURE), encoding="utf-8")
    # Headless Chromium has a smallest window; a frame of the width wanted has none.
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="measured.html" style="width:{width}px;height:900px;border:0"></iframe>'
        "<script>addEventListener('load', () => setTimeout(() => {"
        "const inner = document.querySelector('iframe').contentDocument.documentElement;"
        "document.title = inner.getAttribute('data-measured');}, 50))</script>",
        encoding="utf-8",
    )
    shown = _chromium(
        chromium,
        frame,
        tmp_path,
        "--allow-file-access-from-files",
        "--virtual-time-budget=5000",
        "--dump-dom",
    )
    title = re.search(r"<title>(.*?)</title>", shown.stdout, re.DOTALL)
    assert title is not None
    page = json.loads(title.group(1).replace("&amp;", "&").replace("&lt;", "<"))
    assert page["inner"] == width
    assert page["scroll"] <= width
    assert len(page["figures"]) == n_drawings
    for figure in page["figures"]:
        assert figure["width"] > 0.75 * min(width, 700)
        assert figure["height"] > 80
        assert figure["shapes"] > 3 or figure["images"] > 0  # shades are an image
        assert figure["outside"] == []


HOSTILE = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "ann@example.com", "{0.__class__}"]


@pytest.fixture
def hostile() -> pd.DataFrame:
    """Customers whose ids would do harm, or should not be shown."""
    days = pd.date_range("2024-01-01", periods=60, freq="3D")
    ids = [HOSTILE[at % 4] if at % 3 else f"c{at}" for at in range(60)]
    return pd.DataFrame(
        {"customer_id": ids, "ordered_at": days, "revenue": [float(9 + at) for at in range(60)]}
    )


def test_hostile_ids_are_shown_as_text_and_addresses_masked(
    hostile: pd.DataFrame, tmp_path: Path
) -> None:
    source = source_from_table(hostile, name="<b>orders</b>.csv", currency="EUR")
    text = write_report(analyse(source), tmp_path / "r.html").html.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>orders" not in text
    assert "&lt;script&gt;" in text
    assert "{0.__class__}" in text
    assert "ann@example.com" not in text
    assert re.search(r'<th scope="row">row \d+</th>', text)
    shown = analyse(source, assumptions=Assumptions(show_personal_data=True))
    assert "ann@example.com" in write_report(shown, tmp_path / "s.html").html.read_text("utf-8")


def _purchases(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]))


@pytest.mark.parametrize(
    "table",
    [
        _purchases(("a", "2024-01-01", 10.0)),
        _purchases(("a", "2024-01-01", 0.0)),
        _purchases(*[(f"c{at}", "2024-01-01", 5.0) for at in range(30)]),
        _purchases(*[("a", f"2024-01-{day:02d}", 5.0) for day in range(1, 31)]),
        _purchases(("a", "2024-01-01", 10.0), ("a", "2024-02-01", -10.0), ("b", "2024-03-01", 1.0)),
        _purchases(*[(f"c{at}", f"2024-0{1 + at % 9}-01", 1e12 * at) for at in range(200)]),
        _purchases(*[(f"c{at % 20}", f"20{10 + at % 9}-03-01", 5.0) for at in range(200)]),
    ],
    ids=[
        *("one purchase", "one gift", "one day", "one customer"),
        *("all refunded", "huge amounts", "nine years"),
    ],
)
def test_odd_data_give_a_whole_report(table: pd.DataFrame, read_page: Any, tmp_path: Path) -> None:
    analysis = analyse(source_from_table(table, name="odd"))
    page = read_page(write_report(analysis, tmp_path / "odd.html").html)
    has_outlook = analysis.revenue.whole_months.shape[1] >= 24
    assert [key for key in page.openings if key != "outlook"] == SECTIONS
    assert ("outlook" in page.openings) == has_outlook
    assert int(page.figures["reading.n_rows"][0]) == len(table)
    shown = [value for values in page.figures.values() for value in values]
    assert "nan" not in shown
    assert "inf" not in shown


def _many(n: int, amount: float | None = None) -> pd.DataFrame:
    """Purchases of `n` customers who buy as CDNOW's did, from January 2024 on."""
    table = simulate_transactions(n, random_state=1)[["customer_id", "ordered_at", "revenue"]]
    return table if amount is None else table.assign(revenue=amount)


def _openings(read_page: Any, folder: Path, table: pd.DataFrame, **options: Any) -> dict[str, str]:
    analysis = analyse(source_from_table(table, name="odd"), **options)
    openings: dict[str, str] = read_page(write_report(analysis, folder / "r.html").html).openings
    return openings


def test_rows_after_the_last_day_observed_are_owned_up_to(read_page: Any, tmp_path: Path) -> None:
    openings = _openings(read_page, tmp_path, _many(200), as_of="2024-06-30")
    assert "are not counted below" in openings["reading"]


def test_equal_amounts_leave_the_purchase_model_standing(tmp_path: Path) -> None:
    analysis = analyse(source_from_table(_many(300, amount=9.99), name="subscriptions"))
    scores = customer_scores(analysis)
    assert analysis.forecast is not None
    assert scores["probability_alive"].between(0, 1).all()
    if analysis.value is None:
        assert "customer_lifetime_value" not in scores
        assert analysis.no_value is not None


def _told(folder: Path, table: pd.DataFrame) -> tuple[Analysis, str]:
    """Return the analysis of purchases, and the words of its page."""
    analysis = analyse(source_from_table(table, name="odd"))
    html = write_report(analysis, folder / "r.html").html.read_text(encoding="utf-8")
    return analysis, re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))


def _once() -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=400).strftime("%Y-%m-%d")
    return _purchases(*[(f"c{at}", day, 5.0 + at % 7) for at, day in enumerate(days)])


def _alike() -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=12, freq="30D").strftime("%Y-%m-%d")
    return _purchases(*[(f"c{at}", day, 5.0 + at) for at in range(40) for day in days])


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (_once(), "none of them has bought on a second day"),
        (_alike(), "their purchases look too much alike"),
        (_many(300, amount=9.99), "could be modelled, but customers, or the purchases of each"),
        (_many(300, amount=0.0), "but nobody who bought again paid anything"),
    ],
    ids=["all once", "all alike", "one price", "gifts"],
)
def test_why_there_is_no_value_is_told_apart(
    table: pd.DataFrame, told: str, tmp_path: Path
) -> None:
    analysis, text = _told(tmp_path, table)
    assert analysis.value is None
    assert told in text
    assert "Customer equity. Sum" not in text
    assert ("BG/NBD" in text) == (analysis.forecast is not None)


def test_parameters_that_serve_nothing_are_not_shown(analysis: Analysis, tmp_path: Path) -> None:
    untested = replace(analysis, test=None, no_test="too short")
    unvalued = replace(analysis, value=None, no_value="too much alike")
    neither = replace(unvalued, test=None, no_test="too short")
    for shown, is_there in ((untested, True), (unvalued, True), (neither, False)):
        html = write_report(shown, tmp_path / "r.html").html.read_text(encoding="utf-8")
        assert ("Models fitted on all purchases" in html) == is_there


def test_the_page_leaves_loose_parameters_of_trials_to_analysts(tmp_path: Path) -> None:
    analysis, text = _told(tmp_path, _many(100))
    assert analysis.value is not None
    assert "penalty" not in text


def test_bounds_a_thousandfold_apart_determine_nothing() -> None:
    key = "model.BG/NBD.a"
    assert _bounds(key, 1.5e-12, 1.9e15) == "not determined"
    assert _bounds(key, 0.0, 1.0) == "not determined"
    assert _bounds(key, 2.0, float("inf")) == "not determined"
    for low, high in ((0.01, 9.9), (-0.2, 0.1)):
        assert "data-figure" in _bounds(key, low, high)


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ({"better"}, "You can plan with the purchase model: for"),
        ({"undecided"}, "but a rule of thumb does about as well"),
        ({"better", "undecided"}, "but a rule of thumb does about as well"),
        ({"undecided", "worse"}, "A plain rule forecasts these customers better"),
    ],
)
def test_a_model_no_better_than_a_rule_is_not_praised(verdicts: set[str], told: str) -> None:
    names = ("days", "cut", "expected", "actual", "error")
    fields: dict[str, Figure | str] = dict.fromkeys(names, "x")
    assert told in _verdict(0.01, verdicts, fields)


def test_few_customers_are_not_summed_up_by_fifths(read_page: Any, tmp_path: Path) -> None:
    one = _openings(read_page, tmp_path, _many(1))
    assert "brought all of it" in one["concentration"]
    assert (
        "With 3 customers every one counts"
        in _openings(read_page, tmp_path, _many(3))["concentration"]
    )


def test_a_good_fit_on_few_purchases_is_not_praised(read_page: Any, tmp_path: Path) -> None:
    opening = _openings(read_page, tmp_path, _many(30))["model"]
    assert "You can plan with" not in opening


def test_tenths_of_few_customers_are_not_shown(tmp_path: Path) -> None:
    few = analyse(source_from_table(_many(48), name="few"))
    many = analyse(source_from_table(_many(300), name="many"))
    assert few.value is None or few.value.by_decile is None
    assert many.value is not None
    assert many.value.by_decile is not None


@pytest.mark.parametrize("n", [60, 300])
def test_no_group_of_fewer_than_five_is_shown(n: int, read_page: Any, tmp_path: Path) -> None:
    analysis = analyse(source_from_table(_many(n), name="few"))
    page = read_page(write_report(analysis, tmp_path / "r.html").html)
    sizes = {
        key: int(values[0])
        for key, values in page.figures.items()
        if key.endswith(".n_customers") and "retention" not in key
    }
    assert sizes
    assert min(sizes.values()) >= 5


def test_a_last_day_far_out_is_asked_about() -> None:
    late = pd.concat([_many(200), _purchases(("c1", "2089-06-30", 5.0))])
    source = source_from_table(late, name="late")
    with pytest.raises(SchemaError, match=r"2089-06-30, comes .* mistyped.*--as-of"):
        analyse(source)
    assert analyse(source, as_of="2026-12-31").n_after == 1


def test_addresses_of_customers_with_refunds_alone_are_masked(tmp_path: Path) -> None:
    refunded = _purchases(("ann.lee@example.com", "2024-03-01", -5.0))
    source = source_from_table(pd.concat([_many(50), refunded]), name="refunds")
    analysis = analyse(source)
    text = write_report(analysis, tmp_path / "r.html").html.read_text(encoding="utf-8")
    assert "example.com" not in text
    assert analysis.n_refunded_alone == 1
    assert 'data-figure="reading.n_refunded_alone" value="1"' in text


def test_scores_and_page_need_two_places(analysis: Analysis, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="where the scores go"):
        write_report(analysis, tmp_path / "customers.parquet")
    (tmp_path / "customers.parquet").mkdir()  # of report.html
    with pytest.raises(ReadError, match="cannot be written"):
        write_report(analysis, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_values_of_an_untested_model_do_not_borrow_the_test(
    read_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = _many(600)
    tested = analyse(source_from_table(table, name="usual")).test
    assert tested is not None
    fit = purchase_models._fitted

    def refuse_all_purchases(name: str, history: pd.DataFrame) -> Any:
        if name == tested.choice.name and "holdout_purchases" not in history:
            raise ConvergenceError("no maximum")
        return fit(name, history)

    monkeypatch.setattr(purchase_models, "_fitted", refuse_all_purchases)
    analysis = analyse(source_from_table(table, name="odd"))
    assert analysis.forecast is not None
    assert analysis.untested_model == analysis.forecast.name != tested.choice.name
    files = write_report(analysis, tmp_path / "r.html")
    opening = read_page(files.html).openings["model"]
    assert f"a model that was not tested, {analysis.forecast.name}" in opening
    text = files.html.read_text(encoding="utf-8")
    assert "this report uses it" not in text
    assert "fitted again" not in text
    assert f"the forecasts are those of {analysis.forecast.name}" in text
    assert "in its test the purchase model" not in text


@pytest.mark.parametrize(
    ("failing", "n", "told"),
    [
        ([ParetoNBDModel], 2, "2 models were compared"),
        ([ParetoNBDModel, ModifiedBetaGeoModel], 1, "the others could not be fitted"),
    ],
)
def test_only_models_that_were_fitted_count_as_compared(
    failing: list[Any], n: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object, X: pd.DataFrame, **_options: object) -> None:
        raise ConvergenceError("no maximum")

    for model in failing:
        monkeypatch.setattr(model, "fit", refuse)
    analysis = analyse(source_from_table(_many(600), name="odd"))
    assert analysis.test is not None
    assert analysis.test.n_models == n
    text = write_report(analysis, tmp_path / "r.html").html.read_text(encoding="utf-8")
    assert told in re.sub("<[^>]+>", "", text)


def test_a_refund_long_before_the_first_purchase_does_not_stretch_the_test() -> None:
    table = _many(600)
    early = pd.DataFrame(
        {
            "customer_id": table["customer_id"].iloc[:1],
            "ordered_at": [table["ordered_at"].min() - pd.Timedelta(days=1500)],
            "revenue": [-5.0],
        }
    )
    usual = analyse(source_from_table(table, name="usual")).test
    with_refund = analyse(source_from_table(pd.concat([early, table]), name="odd")).test
    assert usual is not None
    assert with_refund is not None
    assert with_refund.calibration_end == usual.calibration_end
