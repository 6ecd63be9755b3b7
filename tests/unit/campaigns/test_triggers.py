"""Who is due, who is not, and why: each rule by hand."""

import numpy as np
import pandas as pd
import pytest

from custintel.campaigns import (
    BirthdayRule,
    ContactLimit,
    CustomerRecords,
    NoAnswerRule,
    PurchaseRule,
    StageRule,
    StockRule,
    due_triggers,
)
from custintel.errors import SchemaError

PEOPLE = pd.DataFrame(
    {
        "customer_id": ["ann", "bob", "eve", "kim"],
        "birth_date": pd.to_datetime(["1992-02-29", "1990-02-28", "1990-03-01", None]),
    }
)


def at(*days):
    return pd.to_datetime(list(days), format="ISO8601")


def events(*rows, **columns):
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "event", "occurred_at"])
    return table.assign(
        occurred_at=pd.to_datetime(table["occurred_at"], format="ISO8601"), **columns
    )


def names(table):
    return table["customer_id"].tolist()


class TestBirthdays:
    @pytest.mark.parametrize(
        ("as_of", "due"),
        [
            ("2023-02-28", ["ann", "bob"]),
            ("2024-02-28", ["bob"]),
            ("2024-02-29", ["ann"]),
            ("2023-03-01", ["eve"]),
        ],
    )
    def test_those_of_29_february_have_theirs_on_the_28th_of_other_years(self, as_of, due):
        listed = due_triggers([BirthdayRule("birthday", "B")], PEOPLE, as_of=as_of)
        assert names(listed.due) == due

    def test_notice_and_window_reach_over_the_new_year(self):
        people = pd.DataFrame(
            {"customer_id": ["ann", "bob"], "birth_date": at("1990-01-02", "1990-12-31")}
        )
        rule = BirthdayRule("birthday", "B", days_before=3)
        listed = due_triggers([rule], people, as_of="2024-12-31", window="1W")
        assert listed.due[["customer_id", "due_on"]].values.tolist() == [
            ["bob", pd.Timestamp("2024-12-28")],
            ["ann", pd.Timestamp("2024-12-30")],
        ]

    def test_nobody_is_due_before_or_at_birth(self):
        people = pd.DataFrame({"customer_id": ["baby"], "birth_date": at("2024-05-14")})
        rule = [BirthdayRule("birthday", "B")]
        assert due_triggers(rule, people, as_of="2024-05-14").due.empty
        assert names(due_triggers(rule, people, as_of="2025-05-14").due) == ["baby"]

    def test_texts_are_no_dates(self):
        people = pd.DataFrame({"customer_id": ["ann"], "birth_date": ["14/05/1990"]})
        with pytest.raises(SchemaError, match="birth_date"):
            due_triggers([BirthdayRule("birthday", "B")], people, as_of="2024-05-14")


class TestPurchases:
    TRANSACTIONS = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "bob", "eve", "kim"],
            "ordered_at": at("2024-01-31", "2024-03-01", "2024-01-30", "2024-01-31", "2024-01-31"),
            "revenue": [449.0, 20.0, 449.0, -449.0, 20.0],
            "product_id": ["SB-100", "HS", "SB-100", "SB-100", "HS"],
        }
    )

    def listed(self, rule, as_of, window="1D"):
        records = CustomerRecords(transactions=self.TRANSACTIONS)
        return due_triggers([rule], PEOPLE, records, as_of=as_of, window=window)

    def test_a_month_after_the_end_of_january_is_the_end_of_february(self):
        rule = PurchaseRule("call", "CALL", after="1M")
        assert names(self.listed(rule, "2024-02-29").due) == ["ann", "bob", "kim"]

    def test_only_the_product_counts(self):
        rule = PurchaseRule("call", "CALL", after="1M", product_id="SB-100")
        assert names(self.listed(rule, "2024-02-29").due) == ["ann", "bob"]

    def test_the_last_purchase_starts_anew(self):
        rule = PurchaseRule("win back", "W", after="30D", purchase="last")
        assert names(self.listed(rule, "2024-03-01", "3D").due) == ["bob", "kim"]
        assert names(self.listed(rule, "2024-03-31").due) == ["ann"]

    def test_later_purchases_are_not_known_yet(self):
        rule = PurchaseRule("win back", "W", after="29D", purchase="last")
        assert names(self.listed(rule, "2024-02-29").due) == ["ann", "kim"]


class TestStages:
    LEADS = pd.DataFrame(
        {
            "lead_id": ["1", "2", "3", "4"],
            "customer_id": ["ann", "bob", None, "kim"],
            "status": ["Qualified", "Qualified", "Qualified", "Converted"],
            "created_at": at("2024-03-01 15:00", "2024-03-08", "2024-03-01", "2024-03-01"),
        }
    )

    @pytest.mark.parametrize(
        ("as_of", "due"),
        [
            ("2024-03-01", []),
            ("2024-03-08", ["ann"]),
            ("2024-03-15", ["ann", "bob"]),
            ("2024-03-14", []),
        ],
    )
    def test_weekly_from_the_first_week_on(self, as_of, due):
        rule = StageRule("nurture", "N", stage="Qualified")
        listed = due_triggers([rule], PEOPLE, CustomerRecords(leads=self.LEADS), as_of=as_of)
        assert names(listed.due) == due

    def test_leads_without_a_name_are_listed_apart(self):
        rule = StageRule("nurture", "N", stage="Qualified")
        listed = due_triggers([rule], PEOPLE, CustomerRecords(leads=self.LEADS), as_of="2024-03-08")
        assert listed.held_back["reason"].tolist() == ["not a known customer"]

    @pytest.mark.parametrize(
        ("as_of", "due"),
        [("2024-02-29", True), ("2024-03-30", False), ("2024-03-31", True), ("2024-02-28", False)],
    )
    def test_monthly_from_the_31st(self, as_of, due):
        leads = self.LEADS.head(1).assign(created_at=at("2024-01-31"))
        rule = StageRule("nurture", "N", stage="Qualified", every="1M")
        listed = due_triggers([rule], PEOPLE, CustomerRecords(leads=leads), as_of=as_of)
        assert (names(listed.due) == ["ann"]) is due


class TestNoAnswers:
    LOG = events(
        ("A", "ann", "sent", "2024-03-01"),
        ("A", "bob", "sent", "2024-03-01"),
        ("A", "eve", "sent", "2024-03-01"),
        ("A", "kim", "sent", "2024-03-02"),
        ("A", "bob", "clicked", "2024-03-06 23:00"),
        ("A", "ann", "opened", "2024-03-02"),
        ("A", "eve", "clicked", "2024-03-01"),
        is_machine=[False] * 6 + [True],
    )

    @pytest.mark.parametrize(("answer", "due"), [("clicked", ["ann", "eve"]), ("opened", ["eve"])])
    def test_machines_do_not_answer(self, answer, due):
        rule = NoAnswerRule("again", "B", to_campaign_id="A", answer=answer)
        listed = due_triggers([rule], PEOPLE, CustomerRecords(events=self.LOG), as_of="2024-03-06")
        assert names(listed.due) == due


class TestStock:
    def test_as_many_as_it_takes_the_latest_buyers_first(self):
        transactions = pd.DataFrame(
            {
                "customer_id": ["ann", "bob", "eve", "kim"],
                "ordered_at": at("2024-01-01", "2024-03-01", "2024-03-01", "2024-02-01"),
                "revenue": 10.0,
            }
        )
        rule = StockRule("seats", "S", n_units=1, deadline="2024-05-31", conversion_rate=0.4)
        records = CustomerRecords(transactions=transactions)
        for as_of, due in {
            "2024-05-23": [],
            "2024-05-24": ["bob", "eve", "kim"],
            "2024-05-31": ["bob", "eve", "kim"],
            "2024-06-01": [],
        }.items():
            assert names(due_triggers([rule], PEOPLE, records, as_of=as_of).due) == due

    def test_who_may_not_be_written_to_takes_nobodys_place(self):
        people = pd.DataFrame(
            {"customer_id": ["ann", "bob", "eve"], "email_opt_out": [False, False, True]}
        )
        transactions = pd.DataFrame(
            {
                "customer_id": ["ann", "bob", "eve", "stranger"],
                "ordered_at": at("2024-01-01", "2024-02-01", "2024-03-01", "2024-03-02"),
                "revenue": 10.0,
            }
        )
        rule = StockRule("seats", "S", n_units=1, deadline="2024-05-31", conversion_rate=0.5)
        records = CustomerRecords(transactions=transactions)
        listed = due_triggers([rule], people, records, as_of="2024-05-31")
        assert names(listed.due) == ["ann", "bob"]

    def test_a_whole_number_of_customers_is_not_rounded_up(self):
        ids = [f"c{i:02d}" for i in range(70)]
        transactions = pd.DataFrame(
            {"customer_id": ids, "ordered_at": pd.Timestamp("2024-03-01"), "revenue": 10.0}
        )
        rule = StockRule("seats", "S", n_units=21, deadline="2024-05-31", conversion_rate=0.35)
        records = CustomerRecords(transactions=transactions)
        listed = due_triggers(
            [rule], pd.DataFrame({"customer_id": ids}), records, as_of="2024-05-31"
        )
        assert names(listed.due) == ids[:60]


class TestWhoIsHeldBack:
    def test_each_for_the_gravest_reason(self):
        people = pd.DataFrame(
            {
                "customer_id": ["a", "b", "c", "d", "e", "f"],
                "birth_date": pd.Timestamp("1990-05-14"),
                "email_opt_out": [True, False, None, False, False, False],
                "email_bounced_at": at(*["NaT"] * 3, "2024-01-01", "NaT", "2024-06-01"),
            }
        )
        log = events(
            ("X", "a", "complained", "2024-01-01"),
            ("X", "b", "complained", "2024-01-01"),
            ("X", "c", "unsubscribed", "2024-01-01"),
            ("X", "e", "bounced", "2024-01-01"),
            ("X", "f", "bounced", "2024-01-01"),
            ("X", "f", "complained", "2024-05-15"),
            bounce_type=[None, None, None, "hard", "soft", None],
        )
        listed = due_triggers(
            [BirthdayRule("birthday", "B")],
            people,
            CustomerRecords(events=log),
            as_of="2024-05-14",
        )
        assert names(listed.due) == ["f"]
        assert dict(listed.held_back[["customer_id", "reason"]].to_numpy()) == {
            "a": "opted out",
            "b": "complained",
            "c": "unsubscribed",
            "d": "bounced",
            "e": "bounced",
        }

    def test_what_was_sent_since_the_day_due_is_not_due_again(self):
        log = events(
            ("B", "ann", "sent", "2024-02-29 08:00"),
            ("B", "bob", "sent", "2024-02-27 08:00"),
            ("C", "eve", "sent", "2024-03-01 08:00"),
        )
        listed = due_triggers(
            [BirthdayRule("birthday", "B")],
            PEOPLE,
            CustomerRecords(events=log),
            as_of="2024-03-01",
            window="3D",
        )
        assert names(listed.due) == ["bob", "eve"]
        assert listed.n_already_sent == 1

    def test_the_limit_counts_what_was_sent_and_what_is_listed_before(self):
        log = events(
            ("X", "bob", "sent", "2024-02-01"),
            ("X", "ann", "sent", "2024-01-30"),  # thirty days ago: 31 January and later count
        )
        rules = [
            BirthdayRule("birthday", "B"),
            StockRule("seats", "S", n_units=4, deadline="2024-02-29", conversion_rate=1.0),
        ]
        transactions = pd.DataFrame(
            {
                "customer_id": ["ann", "bob"],
                "ordered_at": at("2024-01-01", "2024-01-01"),
                "revenue": [1.0, 1.0],
            }
        )
        listed = due_triggers(
            rules,
            PEOPLE,
            CustomerRecords(events=log, transactions=transactions),
            as_of="2024-02-29",
            limit=ContactLimit(1, within="30D"),
        )
        assert listed.due[["rank", "customer_id", "rule"]].values.tolist() == [
            [1, "ann", "birthday"]
        ]
        assert listed.held_back[["customer_id", "rule", "reason"]].values.tolist() == [
            ["ann", "seats", "contact limit"],
            ["bob", "seats", "contact limit"],
        ]


class TestRules:
    @pytest.mark.parametrize(
        ("make", "match"),
        [
            (lambda: PurchaseRule("a", "A", after="30"), "span"),
            (lambda: PurchaseRule("a", "A", purchase="second"), "purchase"),
            (lambda: BirthdayRule("a", "A", days_before=400), "days_before"),
            (lambda: NoAnswerRule("a", "A", to_campaign_id="B", answer="read"), "answer"),
            (lambda: StageRule("a", "A", stage="x", since="then"), "since"),
            (
                lambda: StockRule("a", "A", n_units=0, deadline="2024-01-01", conversion_rate=1),
                "n_units",
            ),
            (
                lambda: StockRule("a", "A", n_units=1, deadline="2024-01-01", conversion_rate=0),
                "conversion_rate",
            ),
            (lambda: ContactLimit(0), "n is"),
        ],
    )
    def test_impossible_rules_are_refused(self, make, match):
        with pytest.raises(ValueError, match=match):
            make()

    @pytest.mark.parametrize(
        ("rules", "error", "match"),
        [
            ([], ValueError, "none"),
            ([BirthdayRule("a", "A"), BirthdayRule("a", "B")], ValueError, "name of its own"),
            ([PurchaseRule("a", "A")], ValueError, "needs transactions"),
            (["birthday"], TypeError, "rules"),
            (BirthdayRule("a", "A"), TypeError, "rules"),
        ],
    )
    def test_impossible_lists_are_refused(self, rules, error, match):
        with pytest.raises(error, match=match):
            due_triggers(rules, PEOPLE, as_of="2024-05-14")

    def test_a_customer_of_two_rows_is_refused(self):
        twice = pd.concat([PEOPLE, PEOPLE.head(1)])
        with pytest.raises(SchemaError, match="'ann'"):
            due_triggers([BirthdayRule("a", "A")], twice, as_of="2024-05-14")

    def test_nobody_due_gives_empty_lists(self):
        listed = due_triggers([BirthdayRule("a", "A")], PEOPLE, as_of="2024-07-14")
        assert list(listed.due.columns) == [
            "rank",
            "customer_id",
            "rule",
            "campaign_id",
            "due_on",
            "why",
        ]
        assert listed.due.empty
        assert listed.held_back.empty

    def test_order_of_rows_does_not_matter(self):
        rng = np.random.default_rng(3)
        shuffled = PEOPLE.sample(frac=1, random_state=rng.integers(100))
        rules = [BirthdayRule("a", "A")]
        one = due_triggers(rules, PEOPLE, as_of="2023-02-28")
        two = due_triggers(rules, shuffled, as_of="2023-02-28")
        pd.testing.assert_frame_equal(one.due, two.due)
