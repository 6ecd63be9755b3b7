"""Random rules select the rows that a plain evaluation finds; random texts do no harm."""

import operator
from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custintel.errors import SelectionError
from custintel.segmentation import select

ROWS = [
    {"n": n, "m": m, "t": t, "at": at, "yes": yes}
    for n, m, t, at, yes in [
        (1.0, 2.0, "a", "2024-01-01T00:00:00", True),
        (2.0, 2.0, "A", "2024-01-01T23:59:59", False),
        (3.5, None, "b", "2024-01-02T00:00:00", None),
        (None, 1.0, None, None, True),
        (-1.0, 0.0, "", "2023-12-31T12:00:00", False),
        (0.0, 0.0, "it's", "2024-01-02T12:00:00", True),
    ]
]
TABLE = pd.DataFrame(ROWS).assign(
    at=lambda table: pd.to_datetime(table["at"]),
    yes=lambda table: table["yes"].astype("boolean"),
)
SIGNS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Written:
    """A rule as text, and what it says of a row: true, false, or unknown (None)."""

    text: str
    says: object


def comparison(column, sign, value):
    literal = repr(value) if not isinstance(value, str) else "'" + value.replace("'", "''") + "'"

    def says(row):
        held = row[column]
        if held is None:
            return None
        # Of instants the day is compared, in whose ISO text the order is that of time.
        return SIGNS[sign](held[:10] if column == "at" else held, value)

    return Written(f"{column} {sign} {literal}", says)


def between_columns(sign):
    def says(row):
        return None if None in (row["n"], row["m"]) else SIGNS[sign](row["n"], row["m"])

    return Written(f"n {sign} m", says)


def member(column, values, negated):
    listed = ", ".join(repr(value) for value in values)

    def says(row):
        return None if row[column] is None else (row[column] in values) != negated

    return Written(f"{column} {'not ' if negated else ''}in [{listed}]", says)


def missing(column, negated):
    text = f"{column} is {'not ' if negated else ''}missing"
    return Written(text, lambda row: (row[column] is None) != negated)


def negation(part):
    def says(row):
        known = part.says(row)
        return None if known is None else not known

    return Written(f"not ({part.text})", says)


def joined(word, parts):
    decisive = word == "or"

    def says(row):
        known = [part.says(row) for part in parts]
        if decisive in known:
            return decisive
        return None if None in known else not decisive

    return Written(f" {word} ".join(f"({part.text})" for part in parts), says)


signs = st.sampled_from(sorted(SIGNS))
numbers = st.sampled_from([-1, 0, 0.5, 1, 2, 3.5, 10])
texts = st.sampled_from(["a", "A", "b", "", "it's", "z"])
days = st.sampled_from(["2023-12-31", "2024-01-01", "2024-01-02", "2025-01-01"])
columns = st.sampled_from(["n", "m", "t", "at", "yes"])
leaves = st.one_of(
    st.builds(comparison, st.sampled_from(["n", "m"]), signs, numbers),
    st.builds(comparison, st.just("t"), signs, texts),
    st.builds(comparison, st.just("at"), signs, days),
    st.builds(between_columns, signs),
    st.builds(member, st.just("n"), st.lists(numbers, min_size=1), st.booleans()),
    st.builds(missing, columns, st.booleans()),
    st.just(Written("yes", lambda row: row["yes"])),
)
rules = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.builds(negation, part),
        st.builds(joined, st.sampled_from(["and", "or"]), st.lists(part, min_size=2, max_size=3)),
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(rules)
def test_a_rule_selects_the_rows_of_which_it_surely_holds(rule):
    expected = [i for i, row in enumerate(ROWS) if rule.says(row) is True]
    assert select(TABLE, rule.text).index.tolist() == expected


@given(rules)
def test_a_rule_its_contrary_and_the_unknown_part_the_table(rule):
    fulfilled = set(select(TABLE, rule.text).index)
    contrary = set(select(TABLE, f"not ({rule.text})").index)
    unknown = {i for i, row in enumerate(ROWS) if rule.says(row) is None}
    assert fulfilled | contrary | unknown == set(TABLE.index)
    assert len(fulfilled) + len(contrary) + len(unknown) == len(TABLE)


pieces = st.sampled_from(
    "n m t at yes and or not in is missing true ( ) [ ] , < <= == != 1 -2.5 1e9 'a' '2024-01-01' "
    "'2024-01-01T10:00' '0001-01-01' '9999-12-31' ` ' \" . __import__ = & | ~ @ \\ \0 é ٣".split(
        " "
    )
)


@settings(max_examples=300)
@given(st.one_of(st.text(), st.lists(pieces, max_size=12).map(" ".join)))
def test_any_text_selects_rows_or_is_refused_with_a_place(text):
    try:
        found, error = select(TABLE, text), None
    except SelectionError as refused:
        found, error = TABLE, refused
    assert set(found.index) <= set(TABLE.index)
    if error is not None:
        assert 0 <= error.position <= len(text)
        assert str(error).count("\n") == 2


@given(st.lists(pieces, max_size=12).map(" ".join), st.text(max_size=20))
def test_a_text_between_quotes_is_never_more_than_a_text(piece, noise):
    hostile = (piece + noise).replace("'", "''")
    assert select(TABLE, f"t == '{hostile}' and t != '{hostile}'").empty
    assert len(select(TABLE, f"t == '{hostile}' or t is not missing")) == 5


def test_the_rows_hold_what_the_rules_tell_apart():
    assert TABLE.isna().any().all()
    with pytest.raises(SelectionError):
        select(TABLE, "oops")
