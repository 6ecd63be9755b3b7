"""What a report is made of: figures, sentences, tables and charts, ready for HTML.

Each number shown is a `Figure`: it carries its key and exact value into the page, so that
any of them can be checked against the data.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from custintel import _formats
from custintel._text import translate, translate_plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in the report: its key, its value, and how it is written."""

    key: str
    value: float | str
    text: str

    def __html__(self) -> Markup:
        """Return the number as a ``<data>`` element, its text escaped."""
        pattern = Markup('<data data-figure="{}" value="{}">{}</data>')
        return pattern.format(self.key, self.value, self.text)


def count(key: str, n: float) -> Figure:
    """Return a whole number."""
    if n != int(n):
        raise ValueError(translate("{key} is not a whole number: {n}.", key=key, n=n))
    return Figure(key, int(n), _formats.number(n))


def decimal(key: str, value: float, digits: int = 1) -> Figure:
    """Return a number with decimals."""
    return Figure(key, float(value), _formats.number(value, int(digits)))


def share(key: str, value: float, digits: int = 1) -> Figure:
    """Return a share or rate, given in 0–1."""
    return Figure(key, float(value), _formats.percent(value, digits))


def change(key: str, value: float, digits: int = 1) -> Figure:
    """Return a rate of change, with its sign."""
    return Figure(key, float(value), _formats.signed_percent(value, digits))


def points(key: str, value: float) -> Figure:
    """Return a part of a rate of growth, given in 0–1, in percentage points with its sign.

    >>> points("a", 0.0123).text
    '+1.2'
    """
    written = _formats.number(value * 100, 1)
    signed = f"+{written}" if value > 0 and written != _formats.number(0.0, 1) else written
    return Figure(key, float(value), signed)


def significant(key: str, value: float) -> Figure:
    """Return a number with at most four significant digits, three below one.

    >>> [significant("a", value).text for value in (0.26713, 5.98612, 53.4302, 186408.7)]
    ['0.267', '5.986', '53.43', '186,400']
    """
    magnitude = math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
    digits = 3 - magnitude if magnitude >= 0 else 2 - magnitude
    written = _formats.number(round(value, digits), min(max(digits, 0), _MOST_DECIMALS))
    return Figure(key, float(value), written)


def amount(key: str, value: float, currency: str | None) -> Figure:
    """Return an amount of money."""
    return Figure(key, float(value), _formats.money(value, currency))


def amounts_between(key: str, low: float, high: float, currency: str | None) -> Markup:
    """Return a range of amounts, its two ends as figures."""
    ends = {
        "low": amount(f"{key}_low", low, currency),
        "high": amount(f"{key}_high", high, currency),
    }
    return sentence("{low} to {high}", **ends)


def shares_between(key: str, low: float, high: float, digits: int = 0) -> Markup:
    """Return a range of shares, its two ends as figures."""
    ends = {"low": share(f"{key}_low", low, digits), "high": share(f"{key}_high", high, digits)}
    return sentence("{low} to {high}", **ends)


def decimals_between(key: str, low: float, high: float, digits: int = 1) -> Markup:
    """Return a range of numbers, its two ends as figures."""
    ends = {
        "low": decimal(f"{key}_low", low, digits),
        "high": decimal(f"{key}_high", high, digits),
    }
    return sentence("{low} to {high}", **ends)


def sentence(message: str, /, **fields: object) -> Markup:
    """Return `message` in the reader's language as HTML; figures keep their markup."""
    return Markup(escape(translate(message))).format(**fields)  # noqa: S704 - escaped


def sentence_plural(singular: str, plural: str, n: int, /, **fields: object) -> Markup:
    """Return the form of a message that goes with `n`, as `sentence` does."""
    message = translate_plural(singular, plural, n, **{name: f"{{{name}}}" for name in fields})
    return Markup(escape(message)).format(**fields)  # noqa: S704 - escaped


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; cells are figures or plain text."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Figure | Markup | str]]
    is_wordy: bool = False  # its first column holds sentences, which need room on a phone
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, with the words that stand for it where it cannot be seen."""

    title: str
    svg: Markup
    kind: str = "chart"


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph."""

    text: Markup
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and what it means here."""

    term: str
    meaning: Markup
    kind: str = "definition"


Block = Table | Chart | Note | Definition


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report, opened by a sentence that says what its figures mean."""

    key: str
    title: str
    opening: Markup
    blocks: Sequence[Block] = ()


def chart(axes: "Axes") -> Chart:
    """Return a drawing as SVG that scales with the page, and close its figure.

    Its title moves to the page, where it wraps on a phone and can be read aloud.
    """
    import matplotlib.pyplot as plt

    figure = axes.get_figure(root=True)
    assert figure is not None  # axes that a plot has just returned
    title = axes.get_title(loc="left")
    axes.set_title("", loc="left")
    written = StringIO()
    # Text stays text, so that it can be read aloud, searched and copied; fixed salt and no
    # date make the same data give the same file.
    # The reader's browser has the letters that matplotlib's own font lacks.
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
        figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    drawing = written.getvalue()
    return Chart(title, Markup(drawing[drawing.index("<svg") :]))  # noqa: S704 - matplotlib escapes
