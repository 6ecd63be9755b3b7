"""Rules that select rows, read from text.

Nothing is evaluated here or anywhere: a rule becomes a tree of the few parts below, and what
is not one of them is refused with its position. In the grammar, the words may be written in
small or capital letters::

    rule        =  conjunction ("or" conjunction)*
    conjunction =  negation ("and" negation)*
    negation    =  "not" negation | "(" rule ")" | condition
    condition   =  operand (sign operand)+
                |  column ["not"] "in" "[" value ("," value)* "]"
                |  column "is" ["not"] "missing"
                |  column                                           (true and false)
    sign        =  "<" | "<=" | "==" | "!=" | ">=" | ">"
    operand     =  column | value
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from custintel._checks import require_type
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SelectionError

LONGEST = 10_000  # characters
DEEPEST = 50  # parentheses and negations within one another
_SHOWN = 72  # characters of a long rule around its fault
_LARGEST_INTEGER = 2**63 - 1

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>-?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.]))
    |(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<quoted>`[^`]+`)
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><=|>=|==|!=|<|>)
    |(?P<mark>[()\[\],])""",
    re.VERBOSE,
)
_HINTS = {
    "=": N_("To compare, write '=='."),
    "!": N_("Write '!=' for unlike, or 'not' before a condition."),
    "&": N_("Write 'and'."),
    "|": N_("Write 'or'."),
    "~": N_("Write 'not'."),
    "'": N_("This text has no closing quote."),
    '"': N_("This text has no closing quote."),
    "`": N_("This column name has no closing backquote, or is empty."),
    ".": N_("A rule reads no attributes; a column name with a dot stands between backquotes."),
} | dict.fromkeys("+-*/%^", N_("A rule does not calculate: add a column with the result first."))
_ANY_HINT = N_("Texts stand between quotes, column names with other signs between backquotes.")
_WORDS = {"and", "or", "not", "in", "is", "true", "false"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and where the rule names it."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a text, true or false, and where it stands in the rule."""

    value: float | str | bool
    at: int


Operand: TypeAlias = Column | Value


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands, and how they are to compare."""

    left: Operand
    sign: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Membership:
    """A column that holds one of some values."""

    column: Column
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A column without a value."""

    column: Column


@dataclass(frozen=True, slots=True)
class Truth:
    """A column that is true."""

    column: Column


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a rule."""

    part: "Rule"


@dataclass(frozen=True, slots=True)
class Every:
    """Rules that all hold."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Rules of which one holds, or several."""

    parts: tuple["Rule", ...]


Rule: TypeAlias = Comparison | Membership | Missing | Truth | Not | Every | Some


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, text, quoted, word, sign, mark or end
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


def read_rule(expression: str) -> Rule:
    """Return the tree of a rule, or raise `SelectionError` at its first fault."""
    require_type(
        expression,
        str,
        name="expression",
        what=_("a rule, such as \"income >= 75000 and country == 'FR'\""),
    )
    if len(expression) > LONGEST:
        raise fault(
            expression,
            LONGEST,
            _(
                "A rule has {most} characters at most, this one {n}.",
                most=LONGEST,
                n=len(expression),
            )
            + " "
            + _("Compare with a column of the table instead, or select twice."),
        )
    return _Parser(expression).whole()


def fault(expression: str, at: int, message: str) -> SelectionError:
    """Return the error that shows a rule with a mark under its fault."""
    first = max(0, at - _SHOWN // 2)
    before = expression[first:at]
    shown = before + expression[at : first + _SHOWN]
    lead = "…" if first else ""
    tail = "…" if first + _SHOWN < len(expression) else ""
    # One line, whatever the rule holds, so that the mark stays under its place.
    line = re.sub(r"[^\S ]|[^\x20-\U0010ffff]", " ", shown)
    text = f"{message}\n    {lead}{line}{tail}\n    {' ' * (len(lead) + len(before))}^"
    return SelectionError(text, expression=expression, position=at)


def _tokens(expression: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            what = _("{sign!r} cannot be read here.", sign=expression[at])
            raise fault(expression, at, f"{what} {_(_HINTS.get(expression[at], _ANY_HINT))}")
        if match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match[0], at))
        at = match.end()
    return [*tokens, _Token("end", "", len(expression))]


class _Parser:
    """Reads the tokens of one rule from left to right."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = _tokens(expression)
        self.position = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += 1
        return token

    def takes(self, *words: str) -> bool:
        """Take the next token if it is one of `words` or signs, and say whether it was."""
        found = self.next.is_word(*words) or (self.next.kind == "mark" and self.next.text in words)
        self.position += found
        return found

    def expected(self, what: str) -> SelectionError:
        if self.next.kind == "end":
            found = _("The rule ends too soon.")
        elif self.next.text == "(":
            found = _("{found!r} does not belong here: a rule calls no functions.", found="(")
        else:
            found = _("{found!r} does not belong here.", found=self.next.text[:_SHOWN])
        told = _("Expected: {what}.", what=what)
        return fault(self.expression, self.next.at, f"{found} {told}")

    def whole(self) -> Rule:
        rule = self.rule()
        if self.next.kind != "end":
            raise self.expected(_("'and', 'or', or the end of the rule"))
        return rule

    def rule(self) -> Rule:
        parts = self.listed(self.conjunction, "or")
        return parts[0] if len(parts) == 1 else Some(parts)

    def conjunction(self) -> Rule:
        parts = self.listed(self.negation, "and")
        return parts[0] if len(parts) == 1 else Every(parts)

    def listed(self, part: Callable[[], Rule], word: str) -> tuple[Rule, ...]:
        parts = [part()]
        while self.takes(word):
            parts.append(part())
        return tuple(parts)

    def negation(self) -> Rule:
        if not (self.next.is_word("not") or self.next.text == "("):
            return self.condition()
        if self.depth == DEEPEST:
            raise fault(
                self.expression,
                self.next.at,
                _("The rule is nested more than {most} deep. Select in steps.", most=DEEPEST),
            )
        self.depth += 1
        found = self.nested()
        self.depth -= 1
        return found

    def nested(self) -> Rule:
        if self.takes("not"):
            return Not(self.negation())
        self.take()
        inner = self.rule()
        if not self.takes(")"):
            raise self.expected(_("'and', 'or' or a closing ')'"))
        return inner

    def condition(self) -> Rule:
        first = self.operand()
        if self.next.kind == "sign":
            return self.comparison(first)
        if isinstance(first, Value):
            raise self.expected(_("a sign such as '<' or '==' after a value"))
        if self.takes("is"):
            return self.missing(first)
        if self.next.is_word("not"):
            self.take()
            if not self.next.is_word("in"):
                raise self.expected(_("'in' after 'not'"))
            return Not(self.membership(first))
        return self.membership(first) if self.next.is_word("in") else self.truth(first)

    def truth(self, column: Column) -> Rule:
        if self.next.kind == "end" or self.next.is_word("and", "or") or self.next.text == ")":
            return Truth(column)
        raise self.expected(_("a sign such as '<' or '==', 'in', 'is missing', 'and' or 'or'"))

    def comparison(self, first: Operand) -> Rule:
        operands, signs = [first], []
        while self.next.kind == "sign":
            signs.append(self.take().text)
            operands.append(self.operand())
        pairs = zip(pairwise(operands), signs, strict=True)
        parts = tuple(Comparison(left, sign, right) for (left, right), sign in pairs)
        return parts[0] if len(parts) == 1 else Every(parts)

    def missing(self, column: Column) -> Rule:
        negated = self.takes("not")
        if not self.takes("missing"):
            raise self.expected(_("'missing' or 'not missing' after 'is'"))
        return Not(Missing(column)) if negated else Missing(column)

    def membership(self, column: Column) -> Rule:
        self.take()
        closing = {"[": "]", "(": ")"}.get(self.next.text)
        if closing is None:
            raise self.expected(_("a list such as ['FR', 'CH'] after 'in'"))
        self.take()
        values = [self.value()]
        while self.takes(","):
            values.append(self.value())
        if not self.takes(closing):
            raise self.expected(_("',' or a closing {closing!r}", closing=closing))
        return Membership(column, tuple(values))

    def operand(self) -> Operand:
        if self.next.kind == "quoted":
            token = self.take()
            return Column(token.text[1:-1], token.at)
        if self.next.kind == "word" and not self.next.is_word(*_WORDS):
            token = self.take()
            return Column(token.text, token.at)
        return self.value(_("a column or a value"))

    def value(self, what: str = "") -> Value:
        token = self.next
        if token.kind == "text":
            mark = token.text[0]
            value: float | str | bool = token.text[1:-1].replace(mark * 2, mark)
        elif token.kind == "number":
            value = self.number(token)
        elif token.is_word("true", "false"):
            value = token.text.lower() == "true"
        else:
            raise self.expected(what or _("a number, or a text between quotes"))
        self.take()
        return Value(value, token.at)

    def number(self, token: _Token) -> float:
        number = float(token.text)
        if not math.isfinite(number):
            raise fault(self.expression, token.at, _("This number is too large."))
        is_whole = re.fullmatch(r"-?[0-9_]+", token.text) and abs(number) < _LARGEST_INTEGER
        return int(token.text) if is_whole else number
