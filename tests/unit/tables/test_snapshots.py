"""`snapshot`: every feature and label against loops in plain Python, edges and errors."""

import math
import statistics
from datetime import date

import numpy as np
import pandas as pd
import pytest

from custintel.errors import (
    SetAsideWarning,
)
from custintel.models import ModifiedBetaGeoModel
from custintel.tables import PurchaseLabel, Snapshot, purchase_history, snapshot

AS_OF = date(2024, 6, 30)
SPANS = {
    "12m": date(2023, 7, 1),
    "6m": date(2024, 1, 1),
    "3m": date(2024, 4, 1),
    "1m": date(2024, 6, 1),
}
SEASON = (date(2023, 7, 8), date(2023, 10, 7))
LABEL_DAYS = (date(2024, 7, 8), date(2024, 10, 7))
LABELS = {
    "is_churned": "is_churned",
    "is_buyer": "is_buyer",
    "n_purchases": "n_purchases",
    "revenue": "revenue",
    "tea_online": PurchaseLabel(category="tea", channel="web"),
    "p1_or_p2": PurchaseLabel(product_id=["p1", "p2"]),
}


def lines(n: int = 420) -> pd.DataFrame:
    """Lines of 24 customers over two years: ties, refunds, zero amounts, what is not told."""
    rng = np.random.default_rng(20240630)
    day = rng.integers(0, 860, n)
    amount = np.round(rng.choice([0.0, 1, 1, 1, 1, -0.4], n) * rng.gamma(2, 20, n), 2)
    told = rng.random(n) > 0.15
    return pd.DataFrame(
        {
            "customer_id": [f"c{i:02d}" for i in np.minimum(rng.geometric(0.12, n), 24)],
            "order_id": [f"o{i}" for i in rng.integers(0, 300, n)],
            "ordered_at": pd.Timestamp("2022-09-01")
            + pd.to_timedelta(day * 86_400 + rng.choice([0, 86_399], n), unit="s"),
            "revenue": amount,
            "product_id": np.where(told, [f"p{i}" for i in rng.integers(0, 12, n)], None),
            "category": np.where(told, rng.choice(["tea", "coffee", "cups"], n), None),
            "channel": rng.choice(["shop", "web"], n),
            "quantity": np.where(told, rng.integers(1, 5, n).astype(float), np.nan),
            "discount": np.where(told, np.round(rng.choice([0.0, 2.5], n), 2), np.nan),
        }
    )


@pytest.fixture(scope="module")
def transactions() -> pd.DataFrame:
    return lines()


@pytest.fixture(scope="module")
def seen(transactions: pd.DataFrame) -> Snapshot:
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase"):
        return snapshot(
            pd.concat([transactions, refunds_alone()], ignore_index=True),
            as_of=AS_OF,
            window="12M",
            gap="1W",
            horizon="3M",
            labels=LABELS,
            population="ever_bought",
        )


def refunds_alone() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["refunded"],
            "order_id": ["r"],
            "ordered_at": [pd.Timestamp("2024-05-05")],
            "revenue": [-1.0],
            "channel": ["web"],
        }
    )


class Customer:
    """What the lines of one customer say, by loops over them."""

    def __init__(self, rows: list[dict]) -> None:
        self.rows = [row | {"day": row["ordered_at"].date()} for row in rows]
        self.past = [row for row in self.rows if row["day"] <= AS_OF]
        self.days = sorted({row["day"] for row in self.past if row["revenue"] >= 0})

    def within(self, first: date, last: date = AS_OF, *, bought: bool = True) -> list[dict]:
        rows = [row for row in self.rows if first <= row["day"] <= last]
        return [row for row in rows if row["revenue"] >= 0] if bought else rows

    def total(self, rows: list[dict], name: str = "revenue") -> float:
        return sum(row[name] for row in rows if row[name] == row[name])

    def different(self, name: str, first: date) -> int:
        told = {row[name] for row in self.within(first) if isinstance(row[name], str)}
        return len(told)

    def largest(self, name: str) -> float:
        told = [row[name] for row in self.within(SPANS["12m"]) if isinstance(row[name], str)]
        return max(map(told.count, told)) / len(told) if told else math.nan

    def of_spans(self) -> dict[str, float]:
        found = {}
        for span, first in SPANS.items():
            rows, everything = self.within(first), self.within(first, bought=False)
            n_orders = self.different("order_id", first)
            found |= {
                f"n_purchase_days_{span}": len({row["day"] for row in rows}),
                f"n_lines_{span}": len(rows),
                f"revenue_{span}": self.total(everything),
                f"refunds_{span}": -sum(min(row["revenue"], 0) for row in everything),
                f"quantity_{span}": self.total(rows, "quantity"),
                f"discount_{span}": self.total(rows, "discount"),
                f"n_orders_{span}": n_orders,
                f"n_products_{span}": self.different("product_id", first),
                f"n_categories_{span}": self.different("category", first),
                f"n_channels_{span}": self.different("channel", first),
                f"mean_order_value_{span}": self.total(rows) / n_orders if rows else math.nan,
            }
        return found

    def of_all_days(self) -> dict[str, float]:
        gaps = [(b - a).days for a, b in zip(self.days[:-1], self.days[1:], strict=True)]
        mean = statistics.mean(gaps) if gaps else math.nan
        recency = (AS_OF - self.days[-1]).days
        return {
            "n_purchase_days_ever": len(self.days),
            "revenue_ever": self.total(self.past),
            "recency_days": recency,
            "tenure_days": (AS_OF - self.days[0]).days,
            "mean_gap_days": mean,
            "sd_gap_days": statistics.stdev(gaps) if len(gaps) > 1 else math.nan,
            "recency_to_mean_gap": recency / mean,
        }

    def of_window(self) -> dict[str, float]:
        rows, newest = self.within(SPANS["12m"]), self.within(SPANS["6m"])
        everything = self.within(SPANS["12m"], bought=False)
        older = [row for row in rows if row["day"] < SPANS["6m"]]
        days = {row["day"] for row in rows}
        bought = self.total(rows)
        new, old = self.total(newest), self.total(older)
        n_new, n_old = (len({row["day"] for row in part}) for part in (newest, older))
        weekend = [day for day in days if day.isoweekday() > 5]
        cheaper = [row for row in rows if row["discount"] > 0]
        refunds = -sum(min(row["revenue"], 0) for row in everything)
        return {
            "trend_purchase_days_12m": math.log(max(n_new, 0.5) / max(n_old, 0.5)),
            "trend_purchases_12m": math.log(max(new, bought / 100) / max(old, bought / 100))
            if bought
            else 0.0,
            "weekend_share_12m": len(weekend) / len(days) if days else math.nan,
            "refund_share_12m": refunds / bought if bought else math.nan,
            "discounted_share_12m": self.total(cheaper) / bought if bought else math.nan,
            "largest_category_share_12m": self.largest("category"),
            "largest_channel_share_12m": self.largest("channel"),
            "n_purchase_days_year_before": len({row["day"] for row in self.within(*SEASON)}),
            "revenue_year_before": self.total(self.within(*SEASON, bought=False)),
        }

    def labels(self) -> dict[str, float]:
        rows = self.within(*LABEL_DAYS)
        days = {row["day"] for row in rows}
        return {
            "is_churned": not rows,
            "is_buyer": bool(rows),
            "n_purchases": len(days),
            "revenue": self.total(self.within(*LABEL_DAYS, bought=False)),
            "tea_online": any(r["category"] == "tea" and r["channel"] == "web" for r in rows),
            "p1_or_p2": any(row["product_id"] in ("p1", "p2") for row in rows),
        }


@pytest.fixture(scope="module")
def customers(transactions: pd.DataFrame) -> dict[str, Customer]:
    found = {
        str(name): Customer(rows.to_dict("records"))
        for name, rows in transactions.groupby("customer_id")
    }
    return {name: each for name, each in found.items() if each.days}


def test_every_feature_equals_its_definition(
    seen: Snapshot, customers: dict[str, Customer]
) -> None:
    found = seen.features.droplevel("as_of")
    assert list(found.index) == sorted(customers)
    for name, customer in customers.items():
        expected = customer.of_spans() | customer.of_all_days() | customer.of_window()
        assert set(found) == set(expected)
        told = found.loc[name].to_dict()
        assert told == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), name


def test_features_differ_between_customers_and_some_cannot_be_told(seen: Snapshot) -> None:
    """The comparison above would mean little of columns without anything in them."""
    assert seen.features.shape[1] >= 60
    assert seen.features.nunique().min() >= 3
    missing = set(seen.features.columns[seen.features.isna().any()])
    assert {"sd_gap_days", "mean_order_value_1m", "largest_category_share_12m"} <= missing
    assert not {"revenue_1m", "recency_days", "trend_purchases_12m"} & missing


def test_every_label_equals_its_definition(seen: Snapshot, customers: dict[str, Customer]) -> None:
    found = seen.labels.droplevel("as_of")
    assert seen.labels.nunique().min() >= 2
    for name, customer in customers.items():
        assert found.loc[name].to_dict() == pytest.approx(customer.labels(), rel=1e-9, abs=1e-9)
    kinds = {name: kind.kind for name, kind in seen.labels.dtypes.items()}
    assert kinds == dict.fromkeys(LABELS, "b") | {"n_purchases": "f", "revenue": "f"}


def test_the_days_and_the_dictionary_say_what_was_looked_at(seen: Snapshot) -> None:
    day = seen.days.loc[pd.Timestamp(AS_OF)]
    assert day["features_from"] == pd.Timestamp(SPANS["12m"])
    assert (day["labels_from"], day["labels_until"]) == tuple(map(pd.Timestamp, LABEL_DAYS))
    assert (day["n_customers"], day["n_without_purchase"]) == (len(seen.features), 0)
    assert (seen.window, seen.gap, seen.horizon) == ("12M", "1W", "3M")
    assert list(seen.dictionary.index) == list(seen.features)
    offsets = seen.dictionary["first_day_offset"]
    for span, first in SPANS.items():
        assert offsets[f"revenue_{span}"] == (first - AS_OF).days
    assert offsets["revenue_year_before"] == (SEASON[0] - AS_OF).days
    assert math.isnan(offsets["recency_days"])
    assert set(seen.dictionary["table"]) == {"transactions"}
    assert (seen.dictionary[["meaning", "unit", "span"]].map(len) > 0).all(axis=None)


def test_what_a_table_does_not_have_gives_fewer_features(transactions: pd.DataFrame) -> None:
    bare = transactions[["customer_id", "ordered_at", "revenue"]]
    few = snapshot(bare, as_of=AS_OF, window="12M", labels=()).features
    stems = {name.rsplit("_", 1)[0] for name in few if name.endswith("_12m")}
    assert stems == {
        *("n_purchase_days", "n_lines", "revenue", "refunds", "mean_order_value"),
        *("trend_purchase_days", "trend_purchases", "weekend_share", "refund_share"),
    }
    # Each line is an order, where orders have no numbers.
    bought = few["revenue_12m"] + few["refunds_12m"]
    np.testing.assert_allclose(few["mean_order_value_12m"], bought / few["n_lines_12m"])


def test_the_default_population_bought_in_the_window(
    transactions: pd.DataFrame, customers: dict[str, Customer]
) -> None:
    found = snapshot(transactions, as_of=AS_OF, window="1M", labels=()).features
    recent = [name for name, each in customers.items() if each.days[-1] >= SPANS["1m"]]
    assert 0 < len(recent) < len(customers)
    assert list(found.index.get_level_values("customer_id")) == sorted(recent)


@pytest.mark.filterwarnings("ignore:.*as of the export")
def test_known_customers_without_purchase_have_zeros_and_are_counted(
    transactions: pd.DataFrame,
) -> None:
    known = pd.DataFrame(
        {
            "customer_id": ["c01", "new", "later", "unknown"],
            "created_at": pd.to_datetime(["2020-01-01", "2024-06-30", "2024-07-01", None]),
            "sector": ["a", "b", "c", None],
            "email_opt_out": [True, False, False, True],
        }
    )
    known["created_at"] += pd.Timedelta(hours=23)
    with pytest.warns(SetAsideWarning, match="1 of 4 customers has no created_at.*'unknown'"):
        found = snapshot(
            {"transactions": transactions, "customers": known},
            as_of=AS_OF,
            window="12M",
            labels=(),
            population="known",
            attributes=["sector", "email_opt_out"],
        )
    assert found.days["n_without_purchase"].item() == 1
    row = found.features.xs("new", level="customer_id").iloc[0]
    assert row["revenue_12m"] == row["n_purchase_days_ever"] == row["trend_purchases_12m"] == 0
    assert math.isnan(row["recency_days"])
    assert (row["sector"], row["email_opt_out"]) == ("b", 0.0)
    names = found.features.index.get_level_values("customer_id")
    assert not {"later", "unknown"} & set(names)
    assert found.dictionary.loc["sector", "span"] == "export"
    assert found.features["sector"].dtype == "category"


def test_a_purchase_model_is_fitted_on_what_each_cut_had_seen(transactions: pd.DataFrame) -> None:
    model = ModifiedBetaGeoModel(penalty=0.1)
    cuts = ["2024-03-31", "2024-06-30"]
    found = snapshot(
        transactions, as_of=cuts, window="6M", gap="1W", horizon="3M", purchase_model=model
    )
    assert not hasattr(model, "r_")
    for cut in cuts:
        history = purchase_history(transactions, as_of=cut)
        own = ModifiedBetaGeoModel(penalty=0.1).fit(history)
        days = (found.days.loc[cut, "labels_until"] - pd.Timestamp(cut)).days
        forecast = own.forecast(history, horizon=f"{days}D")
        rows = found.at(cut).features.droplevel("as_of")
        told = forecast.loc[rows.index]
        for name in ("expected_purchases", "probability_of_none", "probability_alive"):
            np.testing.assert_allclose(rows[f"purchase_model_{name}"], told[name], rtol=1e-6)


@pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")
def test_stacked_cuts_are_the_single_ones(transactions: pd.DataFrame) -> None:
    cuts = ["2024-06-30", "2023-12-31"]
    asked = {"window": "6M", "horizon": "3M"}
    both = snapshot(transactions, as_of=cuts, **asked)
    assert list(both.days.index) == sorted(map(pd.Timestamp, cuts))
    for cut in cuts:
        alone, one = snapshot(transactions, as_of=cut, **asked), both.at(cut)
        pd.testing.assert_frame_equal(one.features, alone.features)
        pd.testing.assert_frame_equal(one.labels, alone.labels)
        pd.testing.assert_frame_equal(one.days, alone.days)


def test_the_snapshot_to_score_has_the_features_of_the_one_to_learn_from(
    transactions: pd.DataFrame, seen: Snapshot
) -> None:
    asked = {"window": "12M", "gap": "1W", "horizon": "3M", "population": "ever_bought"}
    score = snapshot(transactions, as_of="2024-12-31", labels=(), **asked)
    assert list(score.features) == list(seen.features)
    assert score.labels.shape == (len(score.features), 0)
    without = snapshot(transactions, as_of=AS_OF, window="12M", labels=None)
    assert without.horizon is None
    assert without.days[["labels_from", "labels_until"]].isna().all(axis=None)


def test_inputs_stay_as_they_are(transactions: pd.DataFrame) -> None:
    before = transactions.copy(deep=True)
    snapshot(transactions, as_of=AS_OF, window="6M", horizon="3M")
    pd.testing.assert_frame_equal(transactions, before)
