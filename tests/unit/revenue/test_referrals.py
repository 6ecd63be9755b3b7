"""Customers sent by others."""

import pandas as pd
import polars
import pytest
from statsmodels.stats.proportion import proportion_confint

from custintel.errors import SchemaError
from custintel.revenue import referral_rate
from custintel.tables import build_customers


@pytest.fixture
def customers():
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(10)],
            "referred_by": [None, "c0", "c0", "c1", None, "gone", None, None, "c1", None],
            "country": ["CH", "CH", "FR", "FR", "FR", "CH", None, "FR", "CH", "FR"],
        }
    )


def test_counts_are_those_of_the_table(customers):
    row = referral_rate(customers).iloc[0]
    assert (row["n_customers"], row["n_referred"], row["n_referrers"]) == (10, 5, 3)
    assert row["n_unknown_referrers"] == 1
    assert row["referrals_per_referrer"] == pytest.approx(5 / 3)
    low, high = proportion_confint(5, 10, 0.05, method="wilson")
    assert row[["referral_rate_low", "referral_rate_high"]].tolist() == pytest.approx([low, high])


def test_rows_add_up_and_nobody_without_a_value_is_lost(customers):
    table = referral_rate(customers, by="country")
    assert table.index.tolist() == ["FR", "CH", "(missing)"]
    assert table["n_customers"].tolist() == [5, 4, 1]
    assert table["n_referred"].tolist() == [2, 3, 0]
    assert table["referrals_per_referrer"].isna().tolist() == [False, False, True]


def test_customers_twice_and_self_referrals_are_refused(customers):
    with pytest.raises(SchemaError, match="one row for each"):
        referral_rate(pd.concat([customers, customers.head(2)]))
    with pytest.raises(SchemaError, match="themselves: 'c3'"):
        referral_rate(
            customers.assign(referred_by=customers["customer_id"].where(lambda c: c == "c3"))
        )
    with pytest.raises(SchemaError, match="lacks"):
        referral_rate(customers.drop(columns="referred_by"))


def test_ids_are_compared_as_the_builders_write_them():
    # An export whose ids are numbers: the builder makes text of its own column alone.
    raw = pd.DataFrame({"Customer ID": [1, 2, 3, 4], "referred_by": [None, 1, 1, 9]})
    row = referral_rate(build_customers(raw)).iloc[0]
    assert row[["n_referred", "n_referrers", "n_unknown_referrers"]].tolist() == [3, 2, 1]
    with pytest.raises(SchemaError, match="themselves: '2'"):
        referral_rate(build_customers(raw.assign(referred_by=[None, 2, 1, 9])))


def test_rows_without_customer_and_other_frames_are_refused(customers):
    customers.loc[[2, 5], "customer_id"] = None
    with pytest.raises(SchemaError, match="2 rows without customer_id"):
        referral_rate(customers)
    with pytest.raises(TypeError, match="a pandas DataFrame with one row per customer"):
        referral_rate(polars.DataFrame({"customer_id": ["a"], "referred_by": ["b"]}))


def test_an_empty_table_gives_no_row(customers):
    assert len(referral_rate(customers.head(0))) == 0
