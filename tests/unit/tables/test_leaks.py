"""Planted leaks of each kind are found and refused; honest snapshots have none."""

import warnings

import numpy as np
import pandas as pd
import pytest

from custintel._ranks import auc
from custintel.datasets import load_cdnow, simulate_crm
from custintel.errors import LeakError, SchemaError, WeakResultWarning
from custintel.tables import find_future_use, find_leaks, require_no_leaks, snapshot
from custintel.tables.future_use import require_known_at

N = 400
AS_OF = pd.Timestamp("2024-06-30")


@pytest.fixture(scope="module")
def label():
    rng = np.random.default_rng(5)
    who = pd.Index([f"c{i}" for i in range(N)], name="customer_id")
    return pd.Series((rng.random(N) < 0.4).astype(int), who, name="is_churned")


@pytest.fixture(scope="module")
def honest(label):
    rng = np.random.default_rng(6)
    signal = label.to_numpy() + rng.normal(0, 1, N)
    gap = pd.Series(rng.gamma(2, 10, N)).mask(rng.random(N) < 0.3).to_numpy()
    region = rng.choice(["north", "south"], N)
    first = AS_OF - pd.to_timedelta(rng.integers(0, 900, N), "D")
    columns = {"signal": signal, "gap": gap, "region": region, "first_at": first}
    return pd.DataFrame(columns, index=label.index)


def kinds(features, label, **options):
    return find_leaks(features, label, **options)[["feature", "kind"]].values.tolist()


def test_honest_features_have_no_leak(honest, label):
    assert 0.7 < auc(honest["signal"], label) < 0.85
    assert kinds(honest, label, as_of=AS_OF) == []
    require_no_leaks(honest, label, as_of=AS_OF)


def planted(label):
    rng = np.random.default_rng(7)
    is_one = label == 1
    late = pd.Series(AS_OF + pd.Timedelta(days=9), label.index)
    return {
        "copies_label": is_one.map({True: "gone", False: "here"}),
        "separates_label": label * 4 + rng.normal(size=N),
        "missing_by_label": pd.Series(rng.normal(size=N), label.index).where(is_one),
        "filled_later": pd.Series(1.0, label.index).where(is_one & (rng.random(N) < 0.5)),
        "after_as_of": late.where(rng.random(N) < 0.02),
    }


@pytest.mark.parametrize(
    ("planting", "found"),
    [
        ("copies_label", "copies_label"),
        ("separates_label", "separates_label"),
        # Filled for churners alone is the plainer evidence of the two.
        ("missing_by_label", "filled_later"),
        ("filled_later", "filled_later"),
        ("after_as_of", "after_as_of"),
    ],
)
def test_a_planted_leak_is_named_and_refused(honest, label, planting, found):
    features = honest.assign(planted=planted(label)[planting])
    assert kinds(features, label, as_of=AS_OF) == [["planted", found]]
    with pytest.raises(LeakError, match=rf"1 column knows .*'planted' \({found}: ") as caught:
        require_no_leaks(features, label, as_of=AS_OF)
    assert caught.value.leaks["feature"].tolist() == ["planted"]


def test_missing_values_that_tell_the_label_almost_always_are_found(honest, label):
    is_missing = (label == 1).to_numpy().copy()
    is_missing[[0, 399]] = ~is_missing[[0, 399]]
    assert len({*label.iloc[[0, 399]]}) == 2
    features = honest.assign(planted=np.where(is_missing, np.nan, honest["signal"]))
    assert ["planted", "missing_by_label"] in kinds(features, label)


def test_a_reversed_feature_and_a_category_leak_as_well(honest, label):
    rng = np.random.default_rng(8)
    reversed_one = -label * 4 + rng.normal(size=N)
    category = (label * 10 + rng.integers(0, 5, N)).astype(str)
    features = honest.assign(a=reversed_one, b=category)
    assert kinds(features, label) == [["a", "separates_label"], ["b", "separates_label"]]


def test_a_category_of_its_own_for_each_customer_is_no_leak(label):
    features = pd.DataFrame({"email": label.index}, index=label.index)
    assert kinds(features, label) == []


def test_evidence_does_not_depend_on_the_order_of_rows(honest, label):
    rng = np.random.default_rng(8)
    flips = rng.random(N) < 0.02
    told = pd.DataFrame({"state": np.where((label == 1) ^ flips, "gone", "here")}, label.index)
    found = find_leaks(told, label)
    assert found["kind"].tolist() == ["separates_label"]
    order = rng.permutation(N)
    again = find_leaks(told.iloc[order], label.iloc[order])
    pd.testing.assert_frame_equal(again, found)


@pytest.fixture(scope="module")
def of_two_days():
    """Two cuts of the same customers, most of whom have the same label at both."""
    rng = np.random.default_rng(12)
    who = [f"c{i:03d}" for i in range(N)]
    cuts = [pd.Timestamp("2023-12-31"), AS_OF]
    index = pd.MultiIndex.from_product([cuts, who], names=["as_of", "customer_id"])
    always = rng.random(N) < 0.4
    return pd.Series(np.r_[always, always ^ (rng.random(N) < 0.01)] * 1, index, name="is_churned")


def test_a_category_leaks_in_the_snapshot_of_one_day(of_two_days):
    label = of_two_days.loc[[AS_OF]]
    flips = np.random.default_rng(9).random(len(label)) < 0.005
    state = pd.DataFrame({"state": np.where((label == 1) ^ flips, "gone", "here")}, label.index)
    assert kinds(state, label) == [["state", "separates_label"]]


def test_an_id_is_no_leak_because_customers_come_again(of_two_days):
    ids = of_two_days.index.get_level_values("customer_id")
    features = pd.DataFrame({"email": ids + "@example.org"}, index=of_two_days.index)
    assert kinds(features, of_two_days) == []


def test_few_rows_prove_nothing():
    label = pd.Series([0, 1] * 6)
    features = pd.DataFrame({"a": label, "b": np.arange(12.0) + 100 * label})
    assert kinds(features, label) == []
    many = pd.Series([0, 1] * 13)
    assert kinds(pd.DataFrame({"a": many}), many) == [["a", "copies_label"]]


def test_the_limit_moves_what_is_too_good(honest, label):
    assert kinds(honest, label, limit=0.6) == [["signal", "separates_label"]]


def test_amounts_are_known_by_their_order(label):
    rng = np.random.default_rng(9)
    revenue = pd.Series(rng.gamma(2, 10, N), label.index, name="revenue")
    features = pd.DataFrame({"a": np.log(revenue), "b": -3 * revenue, "c": rng.normal(size=N)})
    assert kinds(features, revenue) == [["a", "copies_label"], ["b", "copies_label"]]


def test_names_of_what_the_end_fills_are_refused(honest, label):
    never = pd.Series(pd.NaT, label.index, dtype="datetime64[us]")
    assert kinds(honest.assign(churned_at=never), label) == [["churned_at", "filled_later"]]


def test_instants_are_compared_with_the_cut_of_their_row(label):
    index = pd.MultiIndex.from_product(
        [pd.to_datetime(["2024-03-31", "2024-06-30"]), ["a", "b"]], names=["as_of", "customer_id"]
    )
    at = pd.to_datetime(
        ["2024-03-31 23:59", "2024-01-01 00:00", "2024-06-30 12:00", "2024-07-01 00:00"]
    )
    features = pd.DataFrame({"seen_at": at}, index=index)
    found = find_leaks(features, pd.Series([0, 1, 0, 1], index))
    assert found["evidence"].tolist() == [
        "1 row holds an instant after as_of, 2024-07-01",
    ]


def test_rows_that_do_not_belong_together_are_refused(honest, label):
    with pytest.raises(SchemaError, match="different rows: 400 and 399"):
        find_leaks(honest, label.iloc[1:])
    with pytest.raises(SchemaError, match="is missing on 1 of 400 rows, such as 'c0'"):
        find_leaks(honest, label.astype(float).where(label.index != "c0"))


def totals(lines):
    return lines.groupby("customer_id").agg(
        first=("ordered_at", "min"), spend=("revenue", "sum"), last=("ordered_at", "max")
    )


LINES = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "bob", "cid"],
        "ordered_at": pd.to_datetime(
            ["2024-01-05 09:00", "2024-07-01 00:00", "2024-06-30 23:00", "2024-08-01 09:00"]
        ),
        "revenue": [10.0, 20.0, 30.0, 40.0],
    }
)


def test_features_that_change_with_later_rows_are_named():
    found = find_future_use(totals, LINES, as_of=AS_OF)
    assert found.values.tolist() == [["spend", 1, "'ann'"], ["last", 1, "'ann'"]]

    def cut(tables):
        seen = tables["transactions"]
        return totals(seen[seen["ordered_at"] < "2024-07-01"])

    assert find_future_use(cut, {"transactions": LINES}, as_of=AS_OF).empty
    with pytest.raises(SchemaError, match="No row is later than 2024-12-31"):
        find_future_use(totals, LINES, as_of="2024-12-31")


def test_attributes_of_customers_are_those_of_the_day_or_refused():
    customers = pd.DataFrame(
        {
            "country": ["CH", "FR"],
            "created_at": pd.to_datetime(["2023-01-01", "2024-07-01"]),
            "churned_at": pd.to_datetime([None, None]),
            "updated_at": pd.to_datetime(["2024-06-30 12:00", "2024-01-01 00:00"]),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        require_known_at(customers, ["country"], AS_OF)
    with pytest.warns(WeakResultWarning, match="'country' of 'customers' are as of the export"):
        require_known_at(customers, ["country"], AS_OF - pd.Timedelta(days=1))
    with pytest.warns(WeakResultWarning, match="as of the export"):
        require_known_at(customers.drop(columns="updated_at"), ["country"], AS_OF)
    with pytest.raises(LeakError, match=r"2 columns.*'created_at' \(after_as_of.*'churned_at'"):
        require_known_at(customers, ["created_at", "churned_at"], AS_OF)


def test_honest_snapshots_have_no_leak():
    seen = snapshot(load_cdnow(), as_of="1997-09-30", window="6M", horizon="6M")
    assert len(seen.features) > 200
    require_no_leaks(seen.features, seen.labels)
    lines = simulate_crm(random_state=1).transactions
    cuts = pd.DatetimeIndex(lines["ordered_at"].quantile([0.5, 0.6]).dt.normalize())
    crm = snapshot(lines, as_of=cuts, window="12M", horizon="6M")
    require_no_leaks(crm.features, crm.labels)


def events_by_chance(lines, n=4000):
    """Return cases, surveys, touches, messages and visits that know nothing of the purchases."""
    rng = np.random.default_rng(3)
    first, n_days = lines["ordered_at"].min(), np.ptp(lines["ordered_at"]).days
    people = lines["customer_id"].unique()

    def table(**columns):
        at = first + pd.to_timedelta(rng.integers(0, n_days * 86_400, n), "s")
        who = {"customer_id": rng.choice(people, n), "occurred_at": at.as_unit("us")}
        return pd.DataFrame(who | columns)

    cases = table(cost=rng.random(n)).rename(columns={"occurred_at": "opened_at"})
    closed = (cases["opened_at"] + pd.Timedelta(days=40)).mask(rng.random(n) < 0.3)
    surveys = table(score=rng.integers(0, 11, n).astype(float), scale_min=0.0, scale_max=10.0)
    events = rng.choice(["sent", "delivered", "opened", "clicked"], n)
    return {
        "cases": cases.assign(answered_at=cases["opened_at"], closed_at=closed, reason="bill"),
        "surveys": surveys.rename(columns={"occurred_at": "answered_at"}),
        "touches": table(channel="mail", campaign_id="k", cost=rng.random(n)),
        "campaign_events": table(campaign_id="k", event=events, is_machine=False),
        "web_events": table(page=rng.choice(["home", "jobs"], n), search_term="pool"),
    }


def test_honest_features_of_all_tables_have_no_leak():
    lines = simulate_crm(random_state=1).transactions
    tables = {"transactions": lines, **events_by_chance(lines)}
    cut = lines["ordered_at"].quantile(0.6).normalize()
    seen = snapshot(tables, as_of=cut, window="12M", horizon="6M")
    assert seen.features.shape[1] > 150
    require_no_leaks(seen.features, seen.labels)


def test_features_of_the_days_of_the_label_are_found_on_real_data():
    lines = load_cdnow()
    seen = snapshot(lines, as_of="1997-09-30", window="6M", horizon="6M")
    then = (lines["ordered_at"] > "1997-09-30") & (lines["ordered_at"] <= "1998-03-31")
    later = lines[then].groupby("customer_id").size()
    who = seen.features.index.get_level_values("customer_id")
    features = seen.features.assign(n_orders_then=later.reindex(who).fillna(0).to_numpy())
    assert kinds(features, seen.labels["is_churned"]) == [["n_orders_then", "separates_label"]]
