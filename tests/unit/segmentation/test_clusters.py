import gettext

import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError, WeakResultWarning
from custintel.models import CustomerClusters
from custintel.segmentation import cluster_profiles, rfm_table


@pytest.fixture
def rfm():
    """Ten customers: two who buy often, three in the middle, five who bought once."""
    return pd.DataFrame(
        {
            "recency_days": [1, 3, 40, 50, 60, 300, 310, 320, 330, 340],
            "frequency": [20, 30, 4, 5, 6, 1, 1, 1, 1, 1],
            "monetary": [900.0, 700, 150, 160, 140, 10, 20, 30, 40, 50],
        },
        index=pd.Index([f"c{i}" for i in range(10)], name="customer_id"),
    )


@pytest.fixture
def labels(rfm):
    return pd.Series([1, 1, 2, 2, 2, 3, 3, 3, 3, 3], index=rfm.index, name="cluster")


def test_numbers_of_each_cluster(rfm, labels):
    profiles = cluster_profiles(rfm, labels)
    assert profiles.index.tolist() == [1, 2, 3]
    assert profiles.index.name == "cluster"
    assert profiles["n_customers"].tolist() == [2, 3, 5]
    assert profiles["customer_share"].tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert profiles["revenue"].tolist() == [1600, 450, 150]
    assert profiles["revenue_share"].tolist() == pytest.approx(
        [1600 / 2200, 450 / 2200, 150 / 2200]
    )
    assert profiles["median_recency_days"].tolist() == [2, 50, 320]
    assert profiles["median_frequency"].tolist() == [25, 5, 1]
    # Of ten, five have 1 order: half of those equal to the median count as below it.
    assert profiles["position_frequency"].tolist() == pytest.approx([0.9, 0.65, 0.25])
    assert profiles["position_recency_days"].tolist() == pytest.approx([0.1, 0.35, 0.75])


def test_names_say_what_stands_out(rfm, labels):
    assert cluster_profiles(rfm, labels)["name"].tolist() == [
        "Very recent, very frequent, very high spenders",
        "Average customers",
        "Long silent, infrequent, low spenders",
    ]


@pytest.mark.parametrize(
    ("position", "word"),
    [
        (0.05, "Very low age"),
        (0.10, "Very low age"),
        (0.15, "Low age"),
        (1 / 3, "Low age"),
        (0.40, "Average customers"),
        (2 / 3, "High age"),
        (0.85, "High age"),
        (0.90, "Very high age"),
        (0.95, "Very high age"),
    ],
)
def test_bounds_of_the_grades(position, word):
    # Sixty customers aged 0 to 59, of whom one, or two around the position, are the cluster.
    ages = np.arange(60.0)
    middle = position * 60
    chosen = [middle - 0.5] if middle % 1 else [middle - 1, middle]
    table = pd.DataFrame({"age": ages})
    labels = pd.Series(np.where(np.isin(ages, np.round(chosen, 6)), 1, 2))
    profiles = cluster_profiles(table, labels)
    assert profiles.loc[1, "position_age"] == pytest.approx(position, abs=1e-9)
    # Where the others are average as well, their medians follow in brackets.
    assert profiles.loc[1, "name"].partition(" (")[0] == word


def test_medians_or_else_numbers_tell_equal_names_apart():
    table = pd.DataFrame({"age": [10.0, 20, 30, 31, 40, 50], "spend": 5.0})
    labels = pd.Series([1, 1, 2, 3, 4, 4])
    names = cluster_profiles(table, labels)["name"]
    assert names.tolist() == [
        "Low age",
        "Average customers (age 30)",
        "Average customers (age 31)",
        "High age",
    ]
    alike = cluster_profiles(table.assign(age=1.0), labels)["name"]
    assert alike.tolist() == [f"Average customers, cluster {number}" for number in (1, 2, 3, 4)]
    small = cluster_profiles(table.assign(age=[0, 0, 10.1, 10.2, 30, 40]), labels)["name"]
    assert small.tolist()[1:3] == [
        "Average customers (age 10), cluster 2",
        "Average customers (age 10), cluster 3",
    ]


def test_texts_are_named_where_they_are_over_represented(rfm, labels):
    sector = ["bank", "bank", "retail", "retail", "bank", "retail", "retail", "retail", None, "x"]
    profiles = cluster_profiles(rfm.assign(sector=sector), labels, features=["sector", "frequency"])
    assert profiles["most_common_sector"].tolist() == ["bank", "retail", "retail"]
    assert profiles["most_common_share_sector"].tolist() == pytest.approx([1, 2 / 3, 3 / 5])
    assert profiles["most_common_lift_sector"].tolist() == pytest.approx([1 / 0.3, 4 / 3, 6 / 5])
    assert profiles["name"].tolist() == [
        "Very frequent, mostly bank",
        "Average customers",
        "Infrequent",
    ]
    assert "median_monetary" not in profiles


def test_of_equally_common_texts_the_first_is_told():
    table = pd.DataFrame({"sector": ["b", "a", None, None, None]})
    profiles = cluster_profiles(table, pd.Series([1, 1, 2, 2, 2]), features=["sector"])
    assert profiles["most_common_sector"].tolist() == ["a", "(missing)"]


def test_other_columns_are_described_where_they_hold_numbers(rfm, labels):
    table = rfm.assign(email="a@b.example", is_member=True, age=30)
    profiles = cluster_profiles(table, labels)
    assert "median_age" in profiles
    assert not [name for name in profiles if "email" in name or "is_member" in name]


def test_missing_numbers_are_counted_and_left_out_of_the_medians(rfm, labels):
    table = rfm.assign(age=[np.nan, np.nan, 30, 40, np.inf, 60, 61, 62, 63, 64])
    with pytest.warns(
        WeakResultWarning, match=r"'age' is missing for 3 of 10 customers: 'c0', 'c1'"
    ):
        profiles = cluster_profiles(table, labels)
    assert profiles["median_age"].iloc[1:].tolist() == [35, 62]
    assert profiles[["median_age", "position_age"]].iloc[0].isna().all()
    assert profiles["position_age"].iloc[1] == pytest.approx(1 / 7)


def test_net_refunds_have_no_shares_of_revenue(rfm, labels):
    profiles = cluster_profiles(rfm.assign(monetary=-rfm["monetary"]), labels)
    assert profiles["revenue"].tolist() == [-1600, -450, -150]
    assert profiles["revenue_share"].isna().all()
    without = cluster_profiles(rfm.drop(columns="monetary"), labels)
    assert "revenue" not in without


def test_labels_are_matched_by_customer(rfm, labels):
    expected = cluster_profiles(rfm, labels)
    shuffled = cluster_profiles(rfm, labels.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled, expected)


def test_labels_of_a_model(few_orders):
    rfm = rfm_table(few_orders, as_of="2024-06-30")
    before = rfm.copy(deep=True)
    model = CustomerClusters(2).fit(rfm)
    profiles = cluster_profiles(rfm, model.labels_)
    assert profiles["n_customers"].tolist() == model.sizes_.tolist()
    assert profiles["revenue"].sum() == pytest.approx(1000)
    pd.testing.assert_frame_equal(rfm, before)


def test_one_cluster_of_one_customer(rfm, labels):
    profiles = cluster_profiles(rfm.head(1), labels.head(1))
    assert profiles["name"].tolist() == ["Average customers"]
    assert profiles["revenue_share"].tolist() == [1]


def test_labels_of_other_customers_are_refused(rfm, labels):
    with pytest.raises(SchemaError, match=r"not about the same customers: 2 are in one.*'c0', 'x'"):
        cluster_profiles(rfm, labels.rename({"c0": "x"}))
    with pytest.raises(SchemaError, match="2 customers have no cluster: 'c0', 'c1'"):
        cluster_profiles(rfm, labels.where(labels > 1))
    with pytest.raises(SchemaError, match="several rows have one index"):
        cluster_profiles(pd.concat([rfm, rfm]), labels)
    with pytest.raises(TypeError, match=r"labels is a Series of clusters, by customer: got list"):
        cluster_profiles(rfm, [1] * 10)


def test_tables_that_cannot_be_described_are_refused(rfm, labels):
    with pytest.raises(SchemaError, match="has no customer, or no number"):
        cluster_profiles(rfm.head(0), labels.head(0))
    with pytest.raises(SchemaError, match="has no customer, or no number"):
        cluster_profiles(rfm[[]], labels)
    with pytest.raises(SchemaError, match=r"lacks 'frequence' \(nearest: 'frequency'\)"):
        cluster_profiles(rfm, labels, features=["frequence"])
    with pytest.raises(TypeError, match="table is a pandas DataFrame"):
        cluster_profiles([1], labels)


def test_names_are_translated(rfm, labels):
    class Catalogue(gettext.NullTranslations):
        def gettext(self, message):
            return {"average customers": "clients moyens"}.get(message, message)

    with catalogue_in_use(Catalogue(), "fr"):
        names = cluster_profiles(rfm, labels)["name"]
    assert names[2] == "Clients moyens"
