"""`snapshot`: edges, what is told of weak results, and what is refused."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from custintel.errors import LeakError, MixedCurrencyError, SchemaError, WeakResultWarning
from custintel.models import ModifiedBetaGeoModel
from custintel.tables import PurchaseLabel, Snapshot, snapshot

AS_OF = date(2024, 6, 30)


@pytest.fixture(scope="module")
def transactions() -> pd.DataFrame:
    """420 lines of 20 customers, a day or two apart."""
    rng = np.random.default_rng(1)
    day = pd.to_timedelta(rng.integers(0, 860, 420), unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:02d}" for i in rng.integers(0, 20, 420)],
            "ordered_at": pd.Timestamp("2022-09-01") + day,
            "revenue": np.round(rng.gamma(2, 20, 420), 2),
            "category": rng.choice(["tea", "coffee"], 420),
        }
    )


@pytest.fixture(scope="module")
def seen(transactions: pd.DataFrame) -> Snapshot:
    return snapshot(transactions, as_of=AS_OF, window="6M", horizon="3M")


MODEL = ModifiedBetaGeoModel(penalty=0.1)
ONE = pd.DataFrame(
    {"customer_id": [7], "ordered_at": [pd.Timestamp("2024-06-30 23:59:59")], "revenue": [5]}
)


def test_one_row_is_enough() -> None:
    found = snapshot(
        ONE, as_of=AS_OF, window="1D", horizon="1D", observed_until=AS_OF + timedelta(days=1)
    )
    row = found.features.loc[(pd.Timestamp(AS_OF), "7")]
    assert (row["n_purchase_days_1d"], row["recency_days"], row["revenue_ever"]) == (1, 0, 5.0)
    assert found.label("is_churned").to_list() == [True]
    assert not [name for name in found.features if name.startswith("trend")]


def test_identical_lines_all_count() -> None:
    twice = snapshot(pd.concat([ONE, ONE]), as_of=AS_OF, window="1M", labels=()).features.iloc[0]
    assert (twice["n_lines_1m"], twice["n_purchase_days_1m"], twice["revenue_1m"]) == (2, 1, 10.0)


def test_a_horizon_beyond_the_data_names_the_latest_day_possible(
    transactions: pd.DataFrame,
) -> None:
    last = transactions["ordered_at"].max().normalize()
    with pytest.raises(SchemaError, match="the latest as_of possible is") as raised:
        snapshot(transactions, as_of=last, window="6M", gap="1W", horizon="3M")
    latest = str(raised.value).split("possible is ")[1][:10]
    day = pd.Timestamp(latest)
    asked = {"window": "6M", "gap": "1W", "horizon": "3M"}
    assert snapshot(transactions, as_of=day, **asked).days["labels_until"].item() <= last
    with pytest.raises(SchemaError, match="latest as_of possible"):
        snapshot(transactions, as_of=day + timedelta(days=1), **asked)


def test_a_cut_after_the_last_row_is_told(transactions: pd.DataFrame) -> None:
    with pytest.warns(WeakResultWarning, match="after the last day"):
        snapshot(transactions, as_of="2025-03-01", window="12M", labels=())
    snapshot(transactions, as_of="2025-03-01", window="12M", labels=(), observed_until="2025-03-01")


def test_a_condition_that_nobody_meets_is_told(transactions: pd.DataFrame) -> None:
    wanted = {"typo": PurchaseLabel(category="cofee")}
    with pytest.warns(WeakResultWarning, match="'typo'.*spelling"):
        found = snapshot(transactions, as_of=AS_OF, window="6M", horizon="3M", labels=wanted)
    assert not found.label("typo").any()


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"window": "12"}, ValueError, "try '12M'"),
        ({"window": "0.1D"}, ValueError, "window is a day or longer"),
        ({"horizon": None}, ValueError, "Labels need a horizon"),
        ({"window": "300Y"}, ValueError, "window is a day or longer, and 100 years at most"),
        ({"horizon": "0.2D"}, ValueError, "horizon is a day or longer"),
        ({"horizon": "99999Y"}, ValueError, "horizon is a day or longer, and 100 years at most"),
        ({"gap": "0.2D"}, ValueError, "gap is a day or longer"),
        ({"labels": ["is_churn"]}, ValueError, "no label 'is_churn'.*'is_churned'"),
        ({"labels": {"a": 3}}, TypeError, "labels maps names.*got 3 for 'a'"),
        ({"labels": 3}, TypeError, "labels is"),
        ({"labels": {"b": PurchaseLabel(category="x")}}, SchemaError, "lacks 'category'"),
        ({"as_of": []}, ValueError, "as_of has no day"),
        ({"as_of": ["2024-06-30", "2024-06-30 12:00"]}, ValueError, "more than once: '2024-06-30'"),
        ({"as_of": "2020-01-01"}, SchemaError, "Nobody purchased from 2019-07-02"),
        ({"as_of": 3}, ValueError, "as_of is a date"),
        ({"observed_until": "1.1.2025"}, ValueError, "observed_until is a date"),
        ({"population": "all"}, ValueError, "population is one of"),
        ({"population": "known"}, SchemaError, "come from the table of customers"),
        ({"purchase_model": ModifiedBetaGeoModel}, TypeError, "is a class; call it"),
        ({"purchase_model": 3}, TypeError, "lacks fit"),
        (
            {"labels": (), "horizon": None, "purchase_model": MODEL},
            ValueError,
            "needs a horizon",
        ),
        ({"tables": {"orders": ONE}}, ValueError, "tables named 'transactions'.*got 'orders'"),
        ({"tables": {"customers": ONE}}, SchemaError, "no table 'transactions'"),
        ({"tables": ONE.iloc[:0]}, SchemaError, "empty"),
        ({"tables": ONE.assign(revenue=np.nan)}, SchemaError, r"without revenue \(1\)"),
        ({"tables": ONE.assign(revenue=1e300)}, SchemaError, "too large to be added up"),
        ({"tables": ONE.assign(revenue="5")}, SchemaError, "holds text in 'revenue'"),
        ({"tables": ONE.assign(ordered_at="2024-06-30")}, SchemaError, "'ordered_at'"),
        ({"tables": 3}, TypeError, "A table is a pandas"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    changes: dict[str, object], error: type[Exception], told: str
) -> None:
    asked = {"tables": ONE, "as_of": AS_OF, "window": "6M", "horizon": "6M"} | changes
    table = asked.pop("tables")
    with pytest.raises(error, match=told):
        snapshot(table, **{"observed_until": "2025-01-01"} | asked)


def test_amounts_in_several_currencies_are_refused(transactions: pd.DataFrame) -> None:
    mixed = transactions.assign(currency=["EUR", "CHF"] * (len(transactions) // 2))
    with pytest.raises(MixedCurrencyError, match="210 rows in CHF, 210 rows in EUR"):
        snapshot(mixed, as_of=AS_OF, window="6M", labels=())


@pytest.mark.parametrize(
    ("customers", "told"),
    [
        (pd.DataFrame({"customer_id": ["a", "a"], "sector": ["x", "y"]}), "on several rows: 'a'"),
        (pd.DataFrame({"customer_id": ["a"]}), "lacks 'sector'"),
        (pd.DataFrame({"customer_id": ["a", None], "sector": ["x", "y"]}), "without customer_id"),
    ],
)
def test_customers_that_cannot_be_looked_up_are_refused(customers: pd.DataFrame, told: str) -> None:
    with pytest.raises(SchemaError, match=told):
        snapshot(
            {"transactions": ONE, "customers": customers},
            as_of=AS_OF,
            window="6M",
            labels=(),
            attributes=["sector"],
        )


def test_attributes_that_may_be_later_than_the_cut_are_told_or_refused() -> None:
    day = pd.Timestamp(AS_OF)
    later = pd.Timestamp("2024-08-01")
    table = pd.DataFrame(
        {"customer_id": ["7"], "sector": ["x"], "updated_at": [day], "churned_at": [later]}
    )
    asked = {"as_of": AS_OF, "window": "6M", "labels": ()}
    told = snapshot({"transactions": ONE, "customers": table}, attributes=["sector"], **asked)
    assert told.features["sector"].to_list() == ["x"]
    assert "updated_at" not in told.features
    with pytest.warns(WeakResultWarning, match="'sector' of 'customers' are as of the export"):
        snapshot(
            {"transactions": ONE, "customers": table.assign(updated_at=later)},
            attributes=["sector"],
            **asked,
        )
    with pytest.raises(LeakError, match="churned_at"):
        snapshot({"transactions": ONE, "customers": table}, attributes=["churned_at"], **asked)


def test_an_attribute_later_than_any_cut_is_told_once() -> None:
    """Who became a customer after the first cut may have been described after the second."""
    lines = pd.DataFrame(
        {
            "customer_id": ["7", "8", "7", "8"],
            "ordered_at": pd.to_datetime(["2024-01-05", "2024-05-01", "2024-05-01", "2024-08-01"]),
            "revenue": 1.0,
        }
    )
    day = pd.Timestamp("2024-01-01")
    customers = pd.DataFrame({"customer_id": ["7", "8"], "sector": ["x", "y"]})
    asked = {"window": "6M", "labels": (), "attributes": ["sector"]}
    cuts = ["2024-01-31", "2024-06-30", "2024-07-31"]
    known = customers.assign(updated_at=day)
    snapshot({"transactions": lines, "customers": known}, as_of=cuts, **asked)
    later = customers.assign(updated_at=[day, pd.Timestamp("2024-12-01")])
    with pytest.warns(WeakResultWarning) as told:
        snapshot({"transactions": lines, "customers": later}, as_of=cuts, **asked)
    assert len(told) == 1
    assert "changed since 2024-06-30" in str(told[0].message)
    assert told[0].filename == __file__


@pytest.mark.filterwarnings("ignore:.*as of the export")
@pytest.mark.parametrize("kind", ["object", "boolean"])
def test_flags_are_numbers_even_where_some_are_missing(kind: str) -> None:
    customers = pd.DataFrame(
        {"customer_id": ["7", "8"], "is_member": pd.Series([True, None], dtype=kind)}
    )
    found = snapshot(
        {"transactions": pd.concat([ONE, ONE.assign(customer_id=8)]), "customers": customers},
        as_of=AS_OF,
        window="6M",
        labels=(),
        attributes=["is_member"],
    ).features["is_member"]
    assert found.dtype == "float64"
    np.testing.assert_array_equal(found, [1.0, np.nan])


@pytest.mark.parametrize("names", [["customer_id"], ["sector", "sector"]])
def test_attributes_are_named_once_each(names: list[str]) -> None:
    customers = pd.DataFrame({"customer_id": ["7"], "sector": ["x"]})
    tables = {"transactions": ONE, "customers": customers}
    with pytest.raises(ValueError, match="attributes are columns that describe customers"):
        snapshot(tables, as_of=AS_OF, window="6M", labels=(), attributes=names)


def test_known_customers_with_refunds_alone_are_not_said_to_be_left_out() -> None:
    lines = pd.concat([ONE, ONE.assign(customer_id=[8], revenue=[-2])])
    known = pd.DataFrame({"customer_id": ["8"], "created_at": [pd.Timestamp("2020-01-01")]})
    tables = {"transactions": lines, "customers": known}
    found = snapshot(tables, as_of=AS_OF, window="6M", labels=(), population="known")
    assert list(found.features["refunds_6m"].droplevel("as_of").items()) == [("7", 0), ("8", 2)]
    assert found.days["n_without_purchase"].item() == 1


@pytest.mark.filterwarnings("ignore:.*as of the export")
def test_attributes_do_not_hide_features() -> None:
    customers = pd.DataFrame({"customer_id": ["7"], "recency_days": [1]})
    with pytest.raises(ValueError, match="names of features: 'recency_days'"):
        snapshot(
            {"transactions": ONE, "customers": customers},
            as_of=AS_OF,
            window="6M",
            labels=(),
            attributes=["recency_days"],
        )


def test_a_snapshot_says_what_it_lacks(seen: Snapshot) -> None:
    with pytest.raises(ValueError, match=r"no label 'churn'.*'is_churned'"):
        seen.label("churn")
    with pytest.raises(ValueError, match="as_of is one of '2024-06-30': got 2024-07-01"):
        seen.at("2024-07-01")


@pytest.mark.parametrize("value", [[], [None], None])
def test_a_condition_needs_a_value(value: object) -> None:
    with pytest.raises(ValueError, match="PurchaseLabel"):
        PurchaseLabel(category=value)


@pytest.mark.parametrize("value", [3, 3.0, "3", np.int64(3), np.float64(3), [np.int64(3)], {"3"}])
def test_a_condition_takes_the_number_of_a_cell(value: object) -> None:
    assert PurchaseLabel(product_id=value).conditions == {"product_id": ["3"]}
