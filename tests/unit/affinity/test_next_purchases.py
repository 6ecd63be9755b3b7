import numpy as np
import pandas as pd
import pytest

from custintel._significance import fisher_greater
from custintel.affinity import next_purchase
from custintel.errors import SchemaError, WeakResultWarning


def table(rows, columns=("customer_id", "order_id", "ordered_at", "product_id", "revenue")):
    frame = pd.DataFrame(rows, columns=list(columns))
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


@pytest.fixture
def programs():
    """Five participants.

    Ann: strategy with the book, then coaching, then strategy again. Ben: strategy, then the
    book, then coaching. Cid: strategy, then coaching two years later. Dee: strategy alone, a
    month before the end. Eve: coaching, then strategy.
    """
    return table(
        [
            ("ann", "1", "2021-01-10", "strategy", 100.0),
            ("ann", "1", "2021-01-10", "book", 5.0),
            ("ann", "2", "2021-03-11", "coaching", 50.0),
            ("ann", "3", "2021-09-01", "strategy", 90.0),
            ("ben", "4", "2021-02-01", "strategy", 100.0),
            ("ben", "5", "2021-02-15", "book", 5.0),
            ("ben", "6", "2021-06-01", "coaching", 50.0),
            ("cid", "7", "2021-01-31", "strategy", 100.0),
            ("cid", "8", "2023-01-31", "coaching", 50.0),
            ("dee", "9", "2023-11-30", "strategy", 100.0),
            ("eve", "10", "2021-05-01", "coaching", 50.0),
            ("eve", "11", "2021-05-31", "strategy", 100.0),
        ]
    )


def pairs(transactions, **arguments):
    settings = {"as_of": "2023-12-31", "min_support": 1} | arguments
    return next_purchase(transactions, **settings).set_index(["antecedent", "consequent"])


COUNTS = ["n_antecedent", "n_observed", "n_censored", "n_followed"]


def test_what_comes_next_after_the_first_purchase_of_each_item(programs):
    found = pairs(programs)
    # Of the five who took strategy, Dee and Eve have not bought since.
    assert found.loc[("strategy", "coaching"), COUNTS].tolist() == [5, 3, 2, 2]
    assert found.loc[("strategy", "book"), COUNTS].tolist() == [5, 3, 2, 1]
    assert found.loc[("book", "coaching"), COUNTS].tolist() == [2, 2, 0, 2]
    assert found.loc[("coaching", "strategy"), COUNTS].tolist() == [4, 2, 2, 2]
    assert len(found) == 4
    # Of the seven cases: coaching follows four times, the book once, strategy twice.
    assert found["base_rate"].tolist() == pytest.approx([4 / 7, 2 / 7, 4 / 7, 1 / 7])
    assert found["probability"].tolist() == pytest.approx([1, 1, 2 / 3, 1 / 3])
    assert found["lift"].tolist() == pytest.approx([7 / 4, 7 / 2, 7 / 6, 7 / 3])
    # Ann came back after 60 days, Cid after 730.
    assert found.loc[("strategy", "coaching"), "median_gap_days"] == (60 + 730) / 2


def test_rows_stand_by_antecedent_and_the_most_probable_first(programs):
    found = next_purchase(programs, as_of="2023-12-31", min_support=1)
    assert list(zip(found["antecedent"], found["consequent"], strict=True)) == [
        ("book", "coaching"),
        ("coaching", "strategy"),
        ("strategy", "coaching"),
        ("strategy", "book"),
    ]
    assert found.index.tolist() == [0, 1, 2, 3]


def test_within_a_horizon_all_that_follows_counts(programs):
    found = pairs(programs, basis="within", horizon="12M")
    # Dee's year is not over; Cid's coaching came too late, but his year was observed.
    assert found.loc[("strategy", "coaching"), COUNTS].tolist() == [5, 4, 1, 2]
    assert found.loc[("strategy", "strategy"), COUNTS].tolist() == [5, 4, 1, 1]
    assert found.loc[("strategy", "strategy"), "median_gap_days"] == 234
    # Cid's coaching of 2023-01-31 is not observed for a year before the end of 2023.
    assert found.loc[("coaching", "strategy"), COUNTS].tolist() == [4, 3, 1, 2]


def test_a_horizon_ends_with_the_same_day_of_the_month(programs):
    to_the_day = pairs(programs, basis="within", horizon="24M")
    assert to_the_day.loc[("strategy", "coaching"), COUNTS].tolist() == [5, 4, 1, 3]
    a_day_less = pairs(programs, basis="within", horizon="729D")
    assert a_day_less.loc[("strategy", "coaching"), "n_followed"] == 2
    years = pairs(programs, basis="within", horizon="2Y")
    pd.testing.assert_frame_equal(years, to_the_day)


def test_a_horizon_for_the_next_occasion_counts_who_did_not_come_back(programs):
    found = pairs(programs, basis="next", horizon="12M")
    # Cid has not come back within the year, Eve neither; Dee's year is not over.
    assert found.loc[("strategy", "coaching"), COUNTS].tolist() == [5, 4, 1, 1]
    assert found.loc[("strategy", "coaching"), "probability"] == 1 / 4


def test_a_window_that_is_not_over_does_not_count_even_if_the_purchase_has_come():
    quick = table(
        [
            ("ann", "1", "2023-01-01", "a", 1.0),
            ("ann", "2", "2023-12-01", "b", 1.0),
            ("ben", "3", "2023-06-01", "a", 1.0),
            ("ben", "4", "2023-06-02", "b", 1.0),
        ]
    )
    found = pairs(quick, basis="within", horizon="11M")
    assert found.loc[("a", "b"), COUNTS].tolist() == [2, 1, 1, 1]


def test_every_purchase_can_be_a_case(programs):
    found = pairs(programs, basis="within", horizon="12M", repeats="all")
    # Ann took strategy twice; her second year holds nothing.
    assert found.loc[("strategy", "coaching"), COUNTS].tolist() == [6, 5, 1, 2]
    assert found.loc[("coaching", "strategy"), COUNTS].tolist() == [4, 3, 1, 2]


def test_who_has_the_consequent_already_can_be_left_out(programs):
    found = pairs(programs, basis="within", horizon="12M", exclude_owned=True)
    # Eve had coaching before strategy, Ann bought the book together with it.
    assert found.loc[("strategy", "coaching"), COUNTS].tolist() == [4, 3, 1, 2]
    assert found.loc[("strategy", "book"), COUNTS].tolist() == [4, 3, 1, 1]
    assert ("strategy", "strategy") not in found.index
    # Chance for coaching: cases that did not have it are strategy of Ann, Ben, Cid and the
    # two books; it followed four of the five.
    assert found.loc[("strategy", "coaching"), "base_rate"] == 4 / 5


def test_items_of_one_order_do_not_follow_one_another():
    together = table(
        [
            ("ann", "1", "2023-01-01", "a", 1.0),
            ("ann", "1", "2023-01-03", "b", 1.0),  # a later line of the same order
            ("ann", "2", "2023-01-02", "c", 1.0),
        ]
    )
    found = pairs(together)
    assert sorted(found.index) == [("a", "c"), ("b", "c")]
    assert found["median_gap_days"].tolist() == [1, 1]


def test_the_same_number_is_another_order_of_another_customer():
    shared = table(
        [
            ("ann", "1", "2023-01-01", "a", 1.0),
            ("ben", "1", "2023-01-02", "b", 1.0),
            ("ann", "2", "2023-01-03", "b", 1.0),
        ]
    )
    assert pairs(shared).loc[("a", "b"), COUNTS].tolist() == [1, 1, 0, 1]


def test_an_item_that_stands_twice_in_an_order_counts_once():
    twice = table(
        [
            ("ann", "1", "2023-01-01", "a", 1.0),
            ("ann", "1", "2023-01-01", "a", 1.0),
            ("ann", "2", "2023-01-03", "b", 1.0),
        ]
    )
    assert pairs(twice, repeats="all").loc[("a", "b"), COUNTS].tolist() == [1, 1, 0, 1]


def test_refunds_are_no_purchases_and_gifts_are(programs):
    refund = table([("dee", "12", "2023-12-05", "coaching", -50.0)])
    gift = table([("dee", "13", "2023-12-06", "coaching", 0.0)])
    after = [("strategy", "coaching")]
    assert pairs(pd.concat([programs, refund])).loc[after, "n_followed"].item() == 2
    assert pairs(pd.concat([programs, gift])).loc[after, "n_followed"].item() == 3


def test_what_comes_after_as_of_is_not_seen_and_its_day_is(programs):
    late = programs.assign(ordered_at=programs["ordered_at"] + pd.Timedelta(hours=23))
    whole_day = pairs(late, as_of="2021-03-11")
    assert whole_day.loc[("strategy", "coaching"), "n_followed"] == 1
    assert ("strategy", "coaching") not in pairs(late, as_of="2021-03-10").index


def test_lines_without_an_item_are_an_item_of_their_own(programs):
    without = programs.assign(product_id=programs["product_id"].replace("coaching", None))
    found = pairs(without)
    assert found.loc[("strategy", "(missing)"), COUNTS].tolist() == [5, 3, 2, 2]


def test_any_column_can_hold_the_items(programs):
    kind = programs.assign(kind=programs["revenue"] >= 50)
    found = pairs(kind, by="kind", repeats="all")
    assert set(found.index.get_level_values("antecedent")) == {"False", "True"}
    # Numbers as texts, and 1 and "1" are one item.
    mixed = programs.assign(kind=pd.Series([1, "1"] * 6, dtype=object))
    assert set(pairs(mixed, by="kind").index) == {("1", "1")}


def same_day(orders):
    return table([("ann", order, "2023-01-01", item, 1.0) for order, item in orders])


def test_orders_of_a_day_are_ordered_by_their_text():
    with pytest.warns(WeakResultWarning, match="told by order_id alone"):
        found = pairs(same_day([("o9", "b"), ("o10", "a"), ("o2", "c")]))
    assert sorted(found.index) == [("a", "c"), ("c", "b")]


def test_rows_of_a_day_without_order_are_ordered_by_their_item():
    rows = same_day([("1", "c"), ("1", "a"), ("1", "b")]).drop(columns="order_id")
    with pytest.warns(WeakResultWarning, match=r"2 of 2 next purchases \(100.0%\).*Add order_id"):
        found = pairs(rows)
    assert sorted(found.index) == [("a", "b"), ("b", "c")]


def test_few_steps_within_a_day_are_no_reason_to_warn(programs):
    days = pd.date_range("2022-01-01", periods=40).strftime("%Y-%m-%d")
    many = table([("fay", f"f{day}", day, "book", 1.0) for day in days])
    tied = table([("fay", "f0", "2022-01-01", "book", 1.0)])
    found = pairs(pd.concat([many, tied]), repeats="all")
    assert found.loc[("book", "book"), "n_followed"] == 40


def test_p_is_that_of_fisher_and_q_counts_all_pairs_that_could_be_listed(programs):
    found = pairs(programs)
    row = found.loc[("strategy", "coaching")]
    # Of seven cases three are of strategy, four are followed by coaching, two are both.
    assert row["p"] == pytest.approx(fisher_greater([2], [3], [4], [7]).item())
    # Three antecedents are observed, three consequents follow something: nine pairs.
    smallest = found["p"].min()
    n_smallest = (found["p"] == smallest).sum()
    assert found["q"].min() == pytest.approx(min(1, smallest * 9 / n_smallest))


def test_rare_pairs_are_not_listed_but_counted_in_q(programs):
    found = pairs(programs, min_support=2)
    assert len(found) == 3
    assert (found["n_followed"] >= 2).all()
    # Strategy, the book and coaching are observed twice or more; the book follows but once.
    row = found.loc[("coaching", "strategy")]
    p = sorted(found["p"])
    assert row["q"] == pytest.approx(
        min(1, *(p[i] * 6 / (i + 1) for i in range(3) if p[i] >= row["p"]))
    )


def test_a_customer_s_repeated_cases_widen_the_interval():
    # One customer takes b after every a, nine others never: 10 of 19 cases.
    rows = []
    day = pd.Timestamp("2023-01-01")
    for i in range(10):
        rows.append(("fan", f"{i:02}", day + pd.Timedelta(days=10 * i), "a", 1.0))
        rows.append(("fan", f"{i:02}b", day + pd.Timedelta(days=10 * i + 5), "b", 1.0))
    for i in range(9):
        rows.append((f"c{i}", "1", day, "a", 1.0))
        rows.append((f"c{i}", "2", day + pd.Timedelta(days=5), "c", 1.0))
    repeated = pairs(table(rows), repeats="all").loc[("a", "b")]
    assert repeated[["n_observed", "n_followed"]].tolist() == [19, 10]
    assert repeated["probability_high"] - repeated["probability_low"] > 0.7
    assert repeated["p"] > 0.1
    once = pairs(table(rows), repeats="first").loc[("a", "b")]
    assert once[["n_observed", "n_followed"]].tolist() == [10, 1]


def test_where_all_cases_of_customers_are_followed_each_customer_counts_once():
    rows = []
    for customer in ("ann", "ben"):
        for i in range(8):
            day = pd.Timestamp("2023-01-01") + pd.Timedelta(days=10 * i)
            rows.append((customer, f"{i}", day, "ab"[i % 2], 1.0))
    row = pairs(table(rows), repeats="all").loc[("a", "b")]
    assert row[["n_observed", "n_followed"]].tolist() == [8, 8]
    # The Wilson interval of 2 of 2.
    assert row["probability_low"] == pytest.approx(0.3424, abs=1e-4)


def test_the_input_is_not_changed(programs):
    before = programs.copy(deep=True)
    pairs(programs)
    pd.testing.assert_frame_equal(programs, before)


def test_a_single_purchase_gives_no_pair_and_says_why():
    one = table([("ann", "1", "2023-01-01", "a", 1.0)])
    with pytest.warns(WeakResultWarning, match="no customer has bought twice"):
        found = next_purchase(one, as_of="2023-12-31")
    assert len(found) == 0
    assert list(found.columns[:2]) == ["antecedent", "consequent"]
    assert found["n_followed"].dtype == np.int64


def test_a_horizon_that_no_data_cover_is_told(programs):
    with pytest.warns(WeakResultWarning, match=r"the 5Y after it.*first is of 10 Jan 2021"):
        found = next_purchase(programs, as_of="2023-12-31", basis="within", horizon="5Y")
    assert len(found) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"basis": "after"}, "basis is one of 'next', 'within'"),
        ({"repeats": "last"}, "repeats is one of 'first', 'all'"),
        ({"basis": "within"}, "needs a horizon"),
        ({"horizon": "12"}, "A span is a number above zero"),
        ({"min_support": 0}, "min_support is a whole number, 1 or more: got 0"),
        ({"min_support": 0.1}, "min_support is a whole number"),
        ({"min_support": True}, "min_support is a whole number"),
        ({"level": 95}, "level lies between 0 and 1"),
        ({"as_of": "31/12/2023"}, "as_of is a date"),
        ({"exclude_owned": True, "repeats": "all"}, "goes with repeats='first'"),
    ],
)
def test_wrong_arguments_are_told(programs, arguments, message):
    with pytest.raises(ValueError, match=message):
        next_purchase(programs, **({"as_of": "2023-12-31"} | arguments))


def test_flags_are_flags(programs):
    with pytest.raises(TypeError, match="exclude_owned is True or False"):
        next_purchase(programs, as_of="2023-12-31", exclude_owned="yes")


def test_a_missing_column_and_an_empty_table_are_told(programs):
    with pytest.raises(SchemaError, match="lacks 'produit'"):
        next_purchase(programs, as_of="2023-12-31", by="produit")
    with pytest.raises(SchemaError, match="no purchase on or before 2020-12-31"):
        next_purchase(programs, as_of="2020-12-31")
    with pytest.raises(SchemaError, match="no purchase on or before"):
        next_purchase(programs.iloc[:0], as_of="2023-12-31")


def test_dates_far_apart_and_large_tables_of_items():
    old = table(
        [
            ("ann", "1", "1800-01-31", "a", 1.0),
            ("ann", "2", "1800-02-28", "b", 1e300),
            ("ben", "3", "2023-01-01", "c", 1.0),
        ]
    )
    found = pairs(old, basis="within", horizon="1M")
    assert found.loc[("a", "b"), "median_gap_days"] == 28
