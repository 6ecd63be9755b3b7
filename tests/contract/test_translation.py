"""Every text that a person reads can be translated: errors, warnings, labels, the report."""

import ast
import re

import pytest

from custintel import errors

MARKS = {"_", "_n", "N_", "translate", "translate_plural", "mark"}
ERRORS = {*errors.__all__, "ValueError", "TypeError", "BadParameter", "UsageError"}

# Calls that show text: the positions and keywords that hold it; None is every position.
SHOWN = {
    "warn": (slice(0, 1), {"message"}),
    "set_title": (slice(0, 1), {"label"}),
    "set_xlabel": (slice(0, 1), {"xlabel"}),
    "set_ylabel": (slice(0, 1), {"ylabel"}),
    "suptitle": (slice(0, 1), {"t"}),
    "annotate": (slice(0, 1), {"text"}),
    "text": (slice(2, 3), {"s"}),
    "set": (slice(0, 0), {"title", "xlabel", "ylabel"}),
    "legend": (slice(0, 0), {"title"}),
    "colorbar": (slice(0, 0), {"label"}),
    "echo": (slice(0, 1), {"message"}),
}
LETTER = re.compile(r"[^\W\d_]")
LABELLED = {"plot", "bar", "barh", "scatter", "fill_between", "step", "axhline", "axvline"}


def called(node):
    """Return the last part of the name that a call calls: ``set_title`` for ``ax.set_title``."""
    return getattr(node.func, "attr", getattr(node.func, "id", None))


def bare_text(node):
    """Yield the texts with letters that an expression shows without a mark for translation."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and LETTER.search(node.value.replace("custintel", "")):
            yield node.value
    elif isinstance(node, ast.JoinedStr | ast.BinOp | ast.BoolOp | ast.IfExp | ast.Starred):
        parts = [
            part for part in ast.iter_child_nodes(node) if part is not getattr(node, "test", 0)
        ]
        for part in parts:
            yield from bare_text(part)
    elif isinstance(node, ast.Call) and called(node) in {"format", "join"}:
        yield from bare_text(node.func.value)


def shown(node):
    """Yield the expressions that an expression or statement shows to a person."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        if called(node.exc) in ERRORS:
            yield from node.exc.args
    elif isinstance(node, ast.Call):
        positions, keywords = SHOWN.get(called(node), (slice(0, 0), set()))
        if called(node) in LABELLED:
            keywords = {"label"}
        yield from node.args[positions]
        yield from (each.value for each in node.keywords if each.arg in keywords)


def untranslated(tree):
    """Return the bare texts of a module, with their lines."""
    return [
        f"line {node.lineno}: {text!r}"
        for node in ast.walk(tree)
        for expression in shown(node)
        for text in bare_text(expression)
    ]


def marked(tree):
    """Return the calls that mark texts in a module."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in calls if called(node) in MARKS and isinstance(node.func, ast.Name)]


def test_texts_pass_through_the_translation(source):
    assert untranslated(ast.parse(source.read_text("utf-8"))) == []


def test_marked_texts_are_constant(source):
    made_up = (ast.JoinedStr, ast.BinOp)  # gettext finds literal texts alone
    calls = marked(ast.parse(source.read_text("utf-8")))
    assert [node.lineno for node in calls if isinstance(node.args[0], made_up)] == []


def test_the_package_marks_texts(source_folder):
    trees = [ast.parse(path.read_text("utf-8")) for path in source_folder.rglob("*.py")]
    assert sum(len(marked(tree)) for tree in trees) > 50


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('no rows')",
        "raise errors.SchemaError(f'{n} rows')",
        "raise ReadError('a ' + _('b'))",
        "raise ReadError('{} rows'.format(n))",
        "warnings.warn('weak', WeakResultWarning, stacklevel=2)",
        "ax.set(xlabel='Share')",
        "ax.set_title('Equity' if short else _('Customer equity'))",
        "ax.annotate(f'{n} customers', (0, 0))",
        "ax.text(0, 0, 'here')",
        "ax.plot(x, label='actual')",
    ],
)
def test_bare_texts_are_found(code):
    assert len(untranslated(ast.parse(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError(_('no rows'))",
        "raise SchemaError(_n('{n} row', '{n} rows', n) + ' ' + _('missing'))",
        "raise ReadError(message)",
        "raise AttributeError('for programmers')",
        "typer.echo(f'custintel: {message}')",
        "warnings.warn(_('weak'), WeakResultWarning, stacklevel=2)",
        "ax.set(xlabel=_('Share'), xscale='log')",
        "ax.annotate(f'{n:.0f} %', (0, 0), textcoords='offset points')",
        "ax.plot(x, label=_(names['actual']), color='black')",
    ],
)
def test_marked_texts_are_accepted(code):
    assert untranslated(ast.parse(code)) == []


JINJA = re.compile(
    r"{#.*?#}|{%-?\s*trans\b.*?endtrans\s*-?%}|{%.*?%}|{{.*?}}"
    r"|<style.*?</style>|<script.*?</script>|<!--.*?-->",
    re.DOTALL,
)
READ_ALOUD = re.compile(r"\b(?:alt|title|aria-label|placeholder)=\"([^\"]*)\"")
TAG = re.compile(r"<[^>]*>|&#?\w+;")


def words_outside_translation(template):
    """Return what is left of a template when expressions, tags and code are taken away."""
    html = JINJA.sub(" ", template)
    texts = [TAG.sub(" ", html), *READ_ALOUD.findall(html)]
    return re.findall(r"[^\W\d_]+", " ".join(texts))


def test_templates_hold_no_bare_words(source_folder):
    templates = sorted(source_folder.rglob("*.html*"))
    found = {path.name: words_outside_translation(path.read_text("utf-8")) for path in templates}
    assert {name: words for name, words in found.items() if words} == {}
    assert templates, "no template was looked at"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<h1>{{ _('Report') }}</h1><style>a { color: red }</style>&nbsp;{# why #}", []),
        ('<img alt="{{ title }}" class="wide">{% if a %}{% endif %}', []),
        ("{% trans n=n %}{{ n }} row{% pluralize %}{{ n }} rows{% endtrans %}", []),
        ("<p>Revenue: {{ revenue }}</p>", ["Revenue"]),
        ('<img alt="A chart">', ["A", "chart"]),
    ],
)
def test_bare_words_of_templates_are_found(template, words):
    assert words_outside_translation(template) == words
