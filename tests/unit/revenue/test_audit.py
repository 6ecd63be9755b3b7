import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import (
    GrowthClaim,
    PrintedCagr,
    PrintedShares,
    PrintedTotals,
    audit_table,
)


@pytest.fixture
def table():
    """Return whole numbers of two items over three years; their sums are 100, 103, 110."""
    return pd.DataFrame({2021: [60, 40], 2022: [61, 42], 2023: [70, 40]}, index=["a", "b"])


def judged(table, claim, rounding=1.0, **options):
    return audit_table(table, rounding=rounding, claims=[claim], **options).table


def verdicts(table, claim, **options):
    return judged(table, claim, **options)["verdict"].tolist()


def one_item(*amounts, first=2021):
    labels = range(first, first + len(amounts))
    return pd.DataFrame([amounts], index=["item"], columns=list(labels), dtype=float)


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        (103, "agrees"),
        (103.5, "agrees"),  # 103 is the even neighbour of what stands for 103 to 104
        (104, "agrees within rounding"),
        (104.5, "agrees within rounding"),  # 104 to 105 meets 102 to 104 at its end
        (104.51, "cannot be"),
        (101.5, "agrees within rounding"),
        (101.49, "cannot be"),
    ],
)
def test_totals_at_the_ends_of_what_is_possible(table, printed, verdict):
    assert verdicts(table, PrintedTotals({2022: printed}, rounding=1.0)) == [verdict]


@pytest.mark.parametrize("unit", [1e-6, 0.001, 0.1, 1.0, 1000.0, 1e12])
def test_ends_that_are_met_on_paper_are_met_in_any_unit(unit):
    # Ten figures of 0.1 with half a place each are up to 1.5; 1.6 with a place of 0.2 reaches it.
    table = pd.DataFrame({2021: [unit] * 10}, index=range(10))
    claims = [
        PrintedTotals({2021: 16 * unit}, rounding=2 * unit),
        PrintedTotals({2021: 16.001 * unit}, rounding=2 * unit),
    ]
    audit = audit_table(table, rounding=unit, claims=claims)
    assert audit.table["verdict"].tolist() == ["agrees within rounding", "cannot be"]


def test_an_index_has_an_exact_base_and_amounts_have_none():
    table = one_item(100, 104)
    claim = PrintedCagr({"item": 0.034}, rounding=0.001)
    # From 100 exactly: at least 3.5 %. From 99.5 to 100.5: at least 2.99 %.
    assert verdicts(table, claim) == ["cannot be"]
    assert verdicts(table, claim, is_index=False) == ["agrees within rounding"]


def test_the_base_of_an_index_may_be_a_later_period():
    table = one_item(90, 100)
    row = judged(table, GrowthClaim(0.1, rounding=0.1, item="item"), is_index=True).iloc[0]
    assert [row["low"], row["high"]] == pytest.approx([100 / 90.5 - 1, 100 / 89.5 - 1])
    with pytest.raises(ValueError, match="none of its periods is 100 throughout"):
        judged(one_item(90, 99), GrowthClaim(0.1, rounding=0.1, item="item"), is_index=True)


def test_growth_of_an_item_and_of_all(table):
    item = judged(table, GrowthClaim(0.02, rounding=0.01, item="a", period=2022)).iloc[0]
    assert [item["low"], item["high"]] == pytest.approx([60.5 / 60.5 - 1, 61.5 / 59.5 - 1])
    total = judged(table, GrowthClaim(0.02, rounding=0.01, period=2022)).iloc[0]
    assert total["item"] == "total"
    assert [total["low"], total["high"]] == pytest.approx([102 / 101 - 1, 104 / 99 - 1])
    assert [item["verdict"], total["verdict"]] == ["agrees", "agrees within rounding"]


def test_a_claim_without_a_period_is_tried_on_all_and_shown_at_its_best(table):
    claims = [GrowthClaim(0.07, rounding=0.01), GrowthClaim(0.5, rounding=0.01, period=2023)]
    audit = audit_table(table, rounding=1.0, claims=claims)
    assert audit.claim_periods["period"].astype(str).tolist() == ["2022", "2023"]
    assert audit.claim_periods["verdict"].tolist() == ["cannot be", "agrees"]
    assert audit.table["period"].astype(str).tolist() == ["2023", "2023"]
    assert audit.summary() == [
        "Of 2 printed figures 1 agrees, 0 agree within rounding and 1 cannot be.",
        "Growth of the total in 2023: +50% is printed, but the table allows +4.8% to +8.8% only.",
        "A growth of +7% fits 2023 only.",
    ]


def test_a_claim_on_an_item_names_it(table):
    items = list(table.index[:2])
    claims = [GrowthClaim(0.5, rounding=0.01, item=item) for item in items]
    said = audit_table(table, rounding=1.0, claims=claims).summary()[1:]
    assert [sentence.split(": A growth")[0] for sentence in said] == items


def test_a_claim_that_fits_nowhere_is_said_once(table):
    claims = [GrowthClaim(0.5, rounding=0.01), GrowthClaim(0.5, rounding=0.01, period=2023)]
    assert audit_table(table, rounding=1.0, claims=claims).summary()[1:] == [
        "A growth of +50% fits no period."
    ]


def test_shares_of_amounts_are_recomputed(table):
    claim = PrintedShares({"a": 0.64, "b": 0.36}, rounding=0.01)
    rows = judged(table, claim).set_index(["check", "item"])
    a = rows.loc[("share", "a")]
    assert a["recomputed"] == pytest.approx(70 / 110)
    assert [a["low"], a["high"]] == pytest.approx([69.5 / (69.5 + 40.5), 70.5 / (70.5 + 39.5)])
    assert rows["verdict"].tolist() == ["agrees", "agrees", "agrees"]
    assert verdicts(table, PrintedShares({"a": 0.62}, rounding=0.01)) == ["cannot be"]


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ([0.5, 0.5], "agrees"),
        ([0.5, 0.49], "agrees within rounding"),
        ([0.5, 0.51], "agrees within rounding"),
        ([0.5, 0.48], "cannot be"),
        ([0.5, 0.52], "cannot be"),
    ],
)
def test_shares_of_all_make_one_exactly(shares, verdict):
    index = pd.DataFrame({2021: [100, 100], 2022: [110, 120]}, index=["a", "b"])
    claim = PrintedShares(dict(zip("ab", shares, strict=True)), rounding=0.01)
    audit = audit_table(index, rounding=1.0, claims=[claim])
    assert audit.table[["check", "verdict"]].to_numpy().tolist() == [["share sum", verdict]]
    said = "The shares of 2022 add up to" in " ".join(audit.summary())
    assert said == (verdict == "cannot be")


def test_some_shares_beside_an_index_can_be_compared_with_nothing():
    index = pd.DataFrame({2021: [100, 100], 2022: [110, 120]}, index=["a", "b"])
    row = judged(index, PrintedShares({"a": 0.2}, rounding=0.01)).iloc[0]
    assert row["verdict"] == "not judged"
    assert row[["recomputed", "low", "high"]].isna().all()


def test_shares_of_a_total_that_may_be_zero_are_not_judged():
    table = pd.DataFrame({2021: [0.0, 0.4]}, index=["a", "b"])
    assert verdicts(table, PrintedShares({"a": 0.2}, rounding=0.01)) == ["not judged"]


def test_totals_of_an_index_follow_from_its_shares():
    index = pd.DataFrame({2021: [100, 100], 2022: [200, 100]}, index=["new", "old"])
    shares = PrintedShares({"new": 0.25, "old": 0.75}, rounding=0.01)
    claims = [shares, PrintedTotals({2022: 114, 2021: 100}, rounding=1.0)]
    table = audit_table(index, rounding=1.0, claims=claims).table
    assert table["verdict"].tolist() == ["agrees"] * 3
    assert table["recomputed"].tolist() == pytest.approx([1.0, 800 / 7, 100.0])
    with pytest.raises(ValueError, match="Add the shares of its items"):
        audit_table(index, rounding=1.0, claims=claims[1:])


def test_shares_of_an_earlier_period_give_totals_too():
    index = pd.DataFrame({2021: [100, 100], 2022: [200, 100]}, index=["new", "old"])
    claims = [
        PrintedShares({"new": 0.5, "old": 0.5}, rounding=0.01, period=2021),
        GrowthClaim(0.5, rounding=0.01),
    ]
    row = audit_table(index, rounding=1.0, claims=claims).table.iloc[-1]
    assert row["recomputed"] == pytest.approx(0.5)
    # With half of 0.5 % more or less of each, and half a unit of each index.
    low = 0.495 * 1.995 + 0.505 * 0.995 - 1
    assert [row["low"], row["high"]] == pytest.approx([low, 0.505 * 2.005 + 0.495 * 1.005 - 1])


def test_growth_without_a_base_is_not_judged():
    table = pd.DataFrame({2021: [-5.0, 0.0, 5.0], 2022: [5.0, 5.0, 5.0]}, index=["r", "z", "p"])
    claims = [PrintedCagr({"r": 1.0, "z": 1.0, "p": 0.0}, rounding=0.1)]
    audit = audit_table(table, rounding=1.0, claims=claims)
    # From 0 to 0.5 at most to 4.5 at least: tenfold or more.
    assert audit.table["verdict"].tolist() == ["not judged", "cannot be", "agrees"]
    assert audit.table["low"].iloc[1] == 8.0
    assert audit.summary()[0].endswith("1 cannot be. 1 could not be judged.")


def test_a_last_amount_below_zero_has_no_growth_per_year():
    table = pd.DataFrame({2021: [5.0, 5.0, 5.0], 2022: [-5.0, -0.4, 0.0]}, index=["n", "m", "z"])
    claims = [PrintedCagr({"n": 0.1, "m": -1.0, "z": -1.0}, rounding=0.1)]
    audit = audit_table(table, rounding=1.0, claims=claims)
    assert audit.table["verdict"].tolist() == ["not judged", "agrees within rounding", "agrees"]
    assert audit.table[["low", "high"]].iloc[0].isna().all()
    assert audit.summary()[1] == (
        "1 item has no growth per year, as its first amount is not above zero, or its last is "
        "below: 'n'."
    )


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ([-5, -3, 4], ["could be judged in no period: none follows an amount above zero."]),
        ([-5, 10, 11], ["fits 2023 only.", "no growth to judge in 2022, after an amount not"]),
        ([-5, 10, 50], ["fits no period.", "no growth to judge in 2022, after an amount not"]),
        ([8, 10, 50], ["fits no period."]),
    ],
)
def test_periods_that_cannot_be_judged_are_told_from_those_that_do_not_fit(amounts, told):
    claim = GrowthClaim(0.1, rounding=0.01)
    said = audit_table(one_item(*amounts), rounding=1.0, claims=[claim]).summary()
    assert len(said) == 2
    assert all(text in said[1] for text in told)
    assert said[1].count(".") == len(told)


def test_many_impossible_figures_are_counted_not_all_told(table):
    totals = PrintedTotals({2021: 1, 2022: 2, 2023: 3}, rounding=1.0)
    claims = [
        totals,
        PrintedCagr({"a": 1, "b": 1}, 0.1),
        GrowthClaim(9.0, 1.0, item="a", period=2022),
    ]
    summary = audit_table(table, rounding=1.0, claims=claims).summary()
    assert len(summary) == 7
    assert summary[-1] == "1 more figure cannot be."


@pytest.mark.parametrize(
    ("columns", "panel"),
    [
        ([[9, 5, 1], [9, 5, 1]], "per_period"),
        ([[9, 5, 1], [9, 9, 9]], "per_period"),
        ([[9, 1, 5], [9, 9, 1]], "fixed"),  # in the order of their means: 9, 5, 3
        ([[9, 5, 1], [1, 5, 9]], "fixed"),  # in the order of the first period
        ([[1, 5, 9], [1, 9, 5]], None),
        ([[9, 5, 1]], None),  # one period is in no panel
        ([[1, 9], [9, 8]], None),  # the order of two tells nothing
    ],
)
def test_the_order_of_items_tells_how_they_were_chosen(columns, panel):
    table = pd.DataFrame(dict(enumerate(columns, start=2021)))
    totals = PrintedTotals(table.sum().to_dict(), rounding=1.0)
    audit = audit_table(table, rounding=1.0, claims=[totals])
    assert audit.panel == panel
    assert ("only a lower bound" in audit.summary()[-1]) == (panel == "fixed")


def test_items_may_be_named_true_and_false(table):
    flagged = table.set_axis([True, False])
    claims = [
        PrintedCagr({False: 0.0}, rounding=0.01),
        GrowthClaim(0.05, rounding=0.01, item=False),
    ]
    audit = audit_table(flagged, rounding=1.0, claims=claims)
    assert audit.table["item"].tolist() == [False, False]
    assert audit.table["recomputed"].tolist() == pytest.approx([0.0, 0.05])


def test_inputs_stay_as_they_are(table):
    shares = pd.Series({"a": 0.64, "b": 0.36})
    before = table.copy(), shares.copy()
    audit_table(table, rounding=1.0, claims=[PrintedShares(shares, rounding=0.01)])
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_series_equal(shares, before[1])


def test_an_empty_table_has_only_empty_claims():
    empty = pd.DataFrame(index=[], columns=[2021, 2022], dtype=float)
    audit = audit_table(empty, rounding=1.0, claims=[PrintedTotals({2022: 0.0}, rounding=1.0)])
    assert audit.table["verdict"].tolist() == ["agrees"]
    with pytest.raises(SchemaError, match="1 label of PrintedCagr is no item of the table: 'a'"):
        audit_table(empty, rounding=1.0, claims=[PrintedCagr({"a": 0.0}, rounding=0.1)])


@pytest.mark.parametrize(
    ("claim", "error", "message"),
    [
        (PrintedCagr({"c": 0.1}, 0.1), SchemaError, "'c'; it has 'a', 'b'"),
        (PrintedShares({"c": 0.1}, 0.1), SchemaError, "PrintedShares is no item"),
        (GrowthClaim(0.1, 0.1, item="c"), SchemaError, "GrowthClaim is no item"),
        (PrintedTotals({1999: 1}, 0.1), ValueError, "1999 is not a period of this table"),
        (GrowthClaim(0.1, 0.1, period=2021), ValueError, "2021 is the first of this table"),
        ("growth 10 %", TypeError, "claims is a sequence of PrintedCagr.*got 'growth 10 %'"),
    ],
)
def test_claims_that_do_not_fit_the_table_are_refused(table, claim, error, message):
    with pytest.raises(error, match=message):
        judged(table, claim)


def test_one_period_has_no_growth():
    for claim in (PrintedCagr({"item": 0.1}, 0.1), GrowthClaim(0.1, 0.1)):
        with pytest.raises(ValueError, match=r"is the first of this table|this table has one"):
            judged(one_item(10), claim)


def test_a_table_is_a_frame():
    with pytest.raises(TypeError, match="table is a pandas DataFrame: got 'x'"):
        audit_table("x", rounding=1.0, claims=[GrowthClaim(0.1, 0.1)])


def test_nothing_to_audit_is_said(table):
    with pytest.raises(ValueError, match="claims is empty"):
        audit_table(table, rounding=1.0, claims=[])
    with pytest.raises(TypeError, match="claims is a sequence"):
        audit_table(table, rounding=1.0, claims=GrowthClaim(0.1, 0.1))


@pytest.mark.parametrize("rounding", [0, -1, float("inf"), float("nan")])
def test_rounding_is_above_zero(table, rounding):
    with pytest.raises(ValueError, match="rounding lies between 0 and inf, ends excluded"):
        audit_table(table, rounding=rounding, claims=[GrowthClaim(0.1, 0.1)])
    with pytest.raises(ValueError, match="rounding lies between 0 and inf, ends excluded"):
        PrintedCagr({"a": 0.1}, rounding=rounding)
    with pytest.raises(ValueError, match="rounding lies between 0 and inf, ends excluded"):
        GrowthClaim(0.1, rounding=rounding)


@pytest.mark.parametrize("kind", [PrintedCagr, PrintedTotals, PrintedShares])
def test_printed_figures_are_numbers_each_with_one_label(kind):
    with pytest.raises(SchemaError, match="2 figures of values are missing or not numbers: '2021'"):
        kind({2021: None, 2022: "n/a", 2023: 1.0}, rounding=1.0)
    with pytest.raises(SchemaError, match="1 label of values comes more than once: '2021'"):
        kind(pd.Series([1.0, 2.0], index=[2021, 2021]), rounding=1.0)
    with pytest.raises(TypeError, match="values is a Series or a mapping: got list"):
        kind([1.0], rounding=1.0)


def test_periods_of_claims_are_periods():
    with pytest.raises(SchemaError, match=r"years, quarters or months.*got 'last year'"):
        GrowthClaim(0.1, rounding=0.1, period="last year")
    with pytest.raises(SchemaError, match="got 'all'"):
        PrintedTotals({"all": 1.0}, rounding=1.0)
    with pytest.raises(SchemaError, match="got 'then'"):
        PrintedShares({"a": 1.0}, rounding=1.0, period="then")
