"""`select`: what rules mean, and that nothing else than a rule is read. Engines are elsewhere."""

from datetime import datetime
from decimal import Decimal

import pandas as pd
import polars
import pytest

from custintel.errors import CustintelError, ReadError, SchemaError, SelectionError
from custintel.segmentation import select


@pytest.fixture
def customers() -> pd.DataFrame:
    """Five customers; `e` is missing throughout."""
    return pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "e"],
            "income": [74_999.0, 75_000.0, 200_000.0, 200_001.0, None],
            "spend": [80_000.0, 75_000.0, 1.0, -5.0, None],
            "country": ["FR", "fr", "CH", "L'Aquila", None],
            "job level": ["VP", "CEO", "VP", "x", None],
            "opted_out": pd.array([True, False, True, False, None], dtype="boolean"),
            "created_at": pd.to_datetime(
                ["2024-12-31T23:59:59", "2025-01-01", "2024-01-01", "2023-12-31T12:00", None],
                format="ISO8601",
            ),
            "updated_at": pd.to_datetime(
                ["2025-06-01", "2025-01-01", "2023-01-01", "2024-12-31", "2024-12-31"]
            ),
        }
    )


RULES = {
    # The households of the founding example, with both ends.
    "75000 <= income <= 200000": "bc",
    "income >= 75000 and income <= 200_000": "bc",
    "75e3 < income": "cd",
    "income > -.5": "abcd",
    "spend == -5": "d",
    "income != 75000": "acd",
    "not income == 75000": "acd",
    "income == spend": "b",
    "income < spend": "a",
    "not (income < spend)": "bcd",
    "country == 'FR'": "a",
    'country == "FR"': "a",
    "country == 'L''Aquila'": "d",
    'country == "L\'Aquila"': "d",
    "country >= 'FR'": "abd",
    "country in ['FR', 'CH']": "ac",
    "country IN ('FR', 'CH')": "ac",
    "country not in ['FR', 'CH']": "bd",
    "income in [75000, 2e5]": "bc",
    "country is missing": "e",
    "country is not missing": "abcd",
    "not country is missing": "abcd",
    "country != 'FR' or country is missing": "bcde",
    "`job level` == 'VP'": "ac",
    "opted_out": "ac",
    "not opted_out": "bd",
    "opted_out == False": "bd",
    "opted_out in (true)": "ac",
    "opted_out and income < 75000": "a",
    "created_at <= '2024-12-31'": "acd",
    "created_at < '2024-12-31'": "cd",
    "created_at > '2024-12-31'": "b",
    "created_at >= '2025-01-01'": "b",
    "created_at == '2024-12-31'": "a",
    "created_at != '2024-12-31'": "bcd",
    "'2024-01-01' <= created_at <= '2024-12-31'": "ac",
    "created_at in ['2024-12-31', '2023-12-31']": "ad",
    "created_at not in ['2024-12-31', '2023-12-31']": "bc",
    "created_at == '2023-12-31T12:00'": "d",
    "created_at > '2024-12-31 23:59:58.5'": "ab",
    "created_at in ['2024-01-01T00:00', '2023-12-31']": "cd",
    "created_at < updated_at": "ad",
    # `and` binds closer than `or`, `not` closer than both.
    "country == 'FR' or country == 'CH' and income > 200000": "a",
    "(country == 'FR' or country == 'CH') and income > 100000": "c",
    "not opted_out or income > 100000": "bcd",
    "income\n  >\t100000": "cd",
    "not not opted_out": "ac",
}


@pytest.mark.parametrize("rule", RULES)
def test_rows_that_fulfil_a_rule(customers: pd.DataFrame, rule: str) -> None:
    assert "".join(select(customers, rule)["customer_id"]) == RULES[rule]


def test_the_rows_come_whole_in_their_order(customers: pd.DataFrame) -> None:
    before = customers.copy(deep=True)
    found = select(customers, "income >= 75000")
    pd.testing.assert_frame_equal(found, customers.iloc[[1, 2, 3]])
    pd.testing.assert_frame_equal(customers, before)
    assert select(customers, "income > 1e9").columns.tolist() == customers.columns.tolist()
    assert select(customers.iloc[:0], "country == 'FR'").empty


def test_levels_of_the_index_can_be_named(customers: pd.DataFrame) -> None:
    by_id = customers.set_index("customer_id")
    assert select(by_id, "customer_id in ['a', 'e']").index.tolist() == ["a", "e"]


def test_python_objects_are_taken_for_what_they_are() -> None:
    table = pd.DataFrame(
        {
            "on": [pd.Timestamp("2024-05-01").date(), None],
            "flag": [None, True],
            "n": [None, 3],
            "c": pd.Categorical([None, "x"]),
            "small": pd.array([300, None], dtype="Int16"),
        },
    ).astype({"on": object, "flag": object, "n": object})
    for rule, expected in {
        "on == '2024-05-01'": [0],
        "flag": [1],
        "n == 3": [1],
        "c == 'x'": [1],
        "small < 75000": [0],
    }.items():
        assert select(table, rule).index.tolist() == expected


def test_the_last_day_of_the_calendar_is_one_like_any_other() -> None:
    written = ["9999-12-31T23:59", "9999-12-30T23:59", "2024-01-01T00:00"]
    at = [datetime.fromisoformat(each) for each in written]
    for column in (
        pd.Series(at, dtype="datetime64[us]"),
        pd.Series([*at, None, pd.NaT], dtype=object),
    ):
        table = pd.DataFrame({"until": column})
        assert select(table, "until == '9999-12-31'").index.tolist() == [0]
        assert select(table, "until < '9999-12-31'").index.tolist() == [1, 2]
        assert select(table, "until <= '9999-12-31'").index.tolist() == [0, 1, 2]
        assert select(table, "until > '9999-12-31'").empty
    days = pd.DataFrame({"until": [each.date() for each in at]})
    assert select(days, "until == '9999-12-31'").index.tolist() == [0]
    assert select(polars.DataFrame(days), "until > '9999-12-30'").height == 1


def test_objects_with_any_sign_of_absence_are_taken_for_what_they_are() -> None:
    for missing in (None, pd.NA, float("nan")):
        for one, three in ((1, 3), (Decimal("1.5"), Decimal("3")), (1.5, 3)):
            table = pd.DataFrame({"x": pd.Series([one, missing, three], dtype=object)})
            assert select(table, "x > 2").index.tolist() == [2]


def test_instants_of_several_zones_can_only_be_missing() -> None:
    at = [pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2024-01-01", tz="Europe/Paris"), None]
    table = pd.DataFrame({"at": pd.Series(at, dtype=object)})
    assert select(table, "at is missing").index.tolist() == [2]
    with pytest.raises(SelectionError, match="without time zone"):
        select(table, "at > '2023-12-31'")


@pytest.mark.parametrize("dtype", [polars.Float64, polars.Float32, polars.Int8, polars.UInt64])
def test_whole_numbers_are_found_among_numbers_of_every_kind(dtype: polars.DataType) -> None:
    table = polars.DataFrame({"x": polars.Series([1, 2, None], dtype=dtype)})
    assert select(table, "x in [1, 300]")["x"].to_list() == [1]
    assert select(table, "x not in [1, 300]")["x"].to_list() == [2]


def test_a_frame_of_polars_stays_one() -> None:
    frame = polars.DataFrame({"n": [1, 2]})
    assert select(frame, "n > 1").equals(polars.DataFrame({"n": [2]}))
    assert isinstance(select(frame.lazy(), "n > 1"), polars.LazyFrame)


def test_a_thousand_alternatives_are_no_obstacle(customers: pd.DataFrame) -> None:
    rule = " or ".join(f"income==75{i:03d}" for i in range(500))
    assert select(customers, rule)["customer_id"].tolist() == ["b"]


FAULTS = {
    "__import__('os')": (10, "calls no functions"),
    "__import__('os').system('true')": (30 - 14, "reads no attributes"),
    "country.upper": (7, "reads no attributes"),
    "country.upper()": (7, "reads no attributes"),
    "len(country) > 2": (3, "calls no functions"),
    "income": (0, "holds numbers"),
    "incom > 3": (0, "nearest is 'income'"),
    "zzz > 3": (0, "there are 'customer_id'"),
    "income = 3": (7, "write '=='"),
    "income == 'x": (10, "no closing quote"),
    "`job level == 'x'": (0, "no closing backquote"),
    "``== 3": (0, "no closing backquote"),
    "income > '75000'": (9, "a number, without quotes"),
    "country == 12": (11, "a text between quotes"),
    "country in ['FR', 3]": (18, "a text between quotes"),
    "opted_out == 1": (13, "true or false"),
    "opted_out > true": (0, "without order"),
    "created_at > 2024": (13, "'2024-12-31'"),
    "created_at > '31/12/2024'": (13, "'2024-12-31'"),
    "created_at > '2023-02-29'": (13, "calendar has no '2023-02-29'"),
    "created_at > '10000-01-01'": (13, "'2024-12-31'"),
    "country < income": (10, "different kinds"),
    "1 < 2": (0, "Neither side"),
    "income + 1 > 2": (7, "does not calculate"),
    "income > 1 & opted_out": (11, "Write 'and'"),
    "income > 1 && opted_out": (11, "Write 'and'"),
    "income <> 1": (8, "'>' does not belong here"),
    "(income > 1": (11, "ends too soon"),
    "income > 1)": (10, "')' does not belong here"),
    "income >": (8, "ends too soon"),
    "": (0, "ends too soon"),
    "country is null": (11, "'missing'"),
    "country in 'FR'": (11, "a list such as"),
    "country in []": (12, "a number, or a text"),
    "country in ['FR'": (16, "a closing ']'"),
    "country not 'FR'": (12, "'in' after 'not'"),
    "country like 'F%'": (8, "a sign such as"),
    "'FR' in country": (5, "a sign such as"),
    "income == 1e999": (10, "too large"),
    "income > 75,000": (11, "',' does not belong here"),
    "income > 75k": (9, "cannot be read"),
    "income[0] > 1": (6, "does not belong here"),
    "[x for x in ()]": (0, "does not belong here"),
    "lambda: 0": (6, "cannot be read"),
    "income > 1; drop table": (10, "cannot be read"),
    "income == nan": (10, "no column 'nan'"),
    "@income > 1": (0, "cannot be read"),
    "\0": (0, "cannot be read"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_what_is_no_rule_is_refused_with_its_place(customers: pd.DataFrame, rule: str) -> None:
    position, message = FAULTS[rule]
    with pytest.raises(SelectionError) as refused:
        select(customers, rule)
    error = refused.value
    assert (error.position, error.expression) == (position, rule)
    told, shown, mark = str(error).split("\n")
    assert message in told
    # The mark stands under the sign of the rule that is at fault.
    assert mark.strip() == "^"
    assert mark.index("^") == 4 + position
    assert len(shown) >= 4 + position


def test_the_fault_of_a_long_rule_is_shown_with_what_is_around_it(
    customers: pd.DataFrame,
) -> None:
    rule = " or ".join(["income > 1"] * 300) + " or oops > 2 or " + "income > 1"
    with pytest.raises(SelectionError) as refused:
        select(customers, rule)
    _told, shown, mark = str(refused.value).split("\n")
    assert shown[mark.index("^") :].startswith("oops > 2")
    assert len(shown) < 90
    assert shown.strip().startswith("…")


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("(" * 60 + "opted_out" + ")" * 60, "nested more than 50 deep"),
        ("not " * 60 + "opted_out", "nested more than 50 deep"),
        ("(" * 9_000, "nested more than 50 deep"),
        ("x" * 20_000, "10000 characters at most"),
    ],
)
def test_bombs_are_refused(customers: pd.DataFrame, rule: str, message: str) -> None:
    with pytest.raises(SelectionError, match=message):
        select(customers, rule)


def test_fifty_parentheses_are_read(customers: pd.DataFrame) -> None:
    assert len(select(customers, "(" * 50 + "opted_out" + ")" * 50)) == 2


def test_types_that_no_rule_compares() -> None:
    table = pd.DataFrame(
        {
            "zoned": pd.to_datetime(["2024-01-01"]).tz_localize("UTC"),
            "mixed": pd.Series([1, "x"], dtype=object).iloc[:1],
            "list": [[1]],
        }
    )
    for column in ("zoned", "list"):
        with pytest.raises(SelectionError, match="'is missing'"):
            select(table, f"{column} == '2024-01-01'")
        assert len(select(table, f"{column} is not missing")) == 1


def test_a_column_that_stands_twice_is_refused() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["n", "n"])
    with pytest.raises(SchemaError, match="'n' stands more than once"):
        select(twice, "n > 0")


def test_what_is_no_table_or_no_text_is_refused(customers: pd.DataFrame) -> None:
    with pytest.raises(TypeError, match="A table is"):
        select([1], "n > 0")
    with pytest.raises(TypeError, match="expression is a rule"):
        select(customers, customers["opted_out"])  # type: ignore[arg-type]
    with pytest.raises(ReadError, match="no file"):
        select("absent.parquet", "n > 0")
    assert issubclass(SelectionError, CustintelError)
    assert issubclass(SelectionError, ValueError)
