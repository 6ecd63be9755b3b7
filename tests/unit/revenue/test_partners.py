"""What partners bring, and how satisfied their customers are."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from custintel._shrinkage import shrunk_means
from custintel.errors import SchemaError, SetAsideWarning
from custintel.revenue import partner_table
from custintel.revenue.partners import _satisfaction

AS_OF = "2024-12-31"


@pytest.fixture
def sales():
    return pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "bob", "eve", "eve"],
            "order_id": ["1", "1", "2", "3", "4"],
            "ordered_at": pd.to_datetime(["2024-01-05"] * 4 + ["2025-01-01"]),
            "revenue": [60.0, 20.0, 40.0, -20.0, 500.0],
            "partner_id": ["kim", "lou", "kim", "kim", "kim"],
        }
    )


def scored(**scores):
    rows = [(partner, score) for partner, given in scores.items() for score in given]
    return pd.DataFrame(rows, columns=["partner_id", "score"])


def test_contribution(sales):
    table = partner_table(sales, as_of=AS_OF)
    assert table["revenue"].to_dict() == {"kim": 80.0, "lou": 20.0}
    assert table["revenue_share"].to_dict() == {"kim": 0.8, "lou": 0.2}
    assert table["n_customers"].to_dict() == {"kim": 2, "lou": 1}
    assert table["n_orders"].to_dict() == {"kim": 2, "lou": 1}
    assert table["n_ratings"].to_list() == [0, 0]
    assert table.loc[:, "satisfaction":"q"].isna().all(axis=None)
    assert not table["is_different"].any()


def test_partners_with_ratings_alone_are_rows_too(sales):
    table = partner_table(sales, scored(kim=[8, 9, 9], zoe=[4, 6]), as_of=AS_OF)
    assert list(table.index) == ["kim", "lou", "zoe"]
    assert table["n_ratings"].to_dict() == {"kim": 3, "lou": 0, "zoe": 2}
    assert table.loc["zoe", ["n_orders", "revenue"]].to_list() == [0, 0]
    assert table["satisfaction"].to_dict() == pytest.approx(
        {"kim": 26 / 3, "lou": np.nan, "zoe": 5}, nan_ok=True
    )
    assert table["satisfaction_rank"].to_dict() == pytest.approx(
        {"kim": 1, "lou": np.nan, "zoe": 2}, nan_ok=True
    )


def test_shrunk_means_are_those_of_the_foundation_with_the_variance_said(sales):
    ratings = scored(kim=[8, 9, 9, 10, 8, 9], lou=[5, 7, 6, 7], zoe=[8, 6, 10])
    table = partner_table(sales, ratings, as_of=AS_OF).loc[["kim", "lou", "zoe"]]
    by_partner = ratings.groupby("partner_id")["score"]
    n, squares = by_partner.size(), by_partner.var() * (by_partner.size() - 1)
    pooled = squares.sum() / (n - 1).sum()
    variance = (10 * pooled + squares) / (10 + n - 1)
    shrunk = shrunk_means(by_partner.mean(), variance / n)
    np.testing.assert_allclose(table["shrunk_satisfaction"], shrunk.value.clip(1, 10))
    np.testing.assert_allclose(table["shrunk_low"], shrunk.low.clip(1, 10))
    np.testing.assert_allclose(table["shrunk_high"], shrunk.high.clip(1, 10))


def test_with_many_ratings_the_test_is_welchs():
    rng = np.random.default_rng(5)
    one, two = rng.normal(7.2, 1, 500).clip(1, 10), rng.normal(7.3, 1.4, 700).clip(1, 10)
    sales = pd.DataFrame(
        {
            "customer_id": ["a"],
            "ordered_at": pd.to_datetime(["2024-01-01"]),
            "revenue": [1.0],
            "partner_id": ["x"],
        }
    )
    table = partner_table(sales, scored(x=one, y=two), as_of=AS_OF)
    assert table.loc["x", "p"] == pytest.approx(
        ttest_ind(one, two, equal_var=False).pvalue, rel=0.05
    )
    assert table.loc["x", "shrunk_satisfaction"] == pytest.approx(one.mean(), abs=0.02)


def test_of_two_partners_both_have_the_same_p(sales):
    # Few ratings on either side leave few degrees of freedom.
    ratings = scored(kim=[5, 6, 7, 8, 9] * 12, lou=[9, 10])
    p = partner_table(sales, ratings, as_of=AS_OF)["p"]
    assert p["kim"] == pytest.approx(p["lou"], rel=1e-9)


def test_few_ratings_say_little():
    rng = np.random.default_rng(11)
    many = {f"m{i}": np.rint(rng.normal(7.5, 1, 60)).clip(1, 10) for i in range(12)}
    sales = pd.DataFrame(
        {
            "customer_id": ["a"],
            "ordered_at": pd.to_datetime(["2024-01-01"]),
            "revenue": [1.0],
            "partner_id": ["m0"],
        }
    )
    table = partner_table(sales, scored(**many, lucky=[10.0, 10.0]), as_of=AS_OF)
    lucky = table.loc["lucky"]
    assert lucky["satisfaction"] == 10
    assert lucky["shrunk_satisfaction"] < 8.2
    assert not lucky["is_different"]
    widths = table["shrunk_high"] - table["shrunk_low"]
    assert widths["lucky"] > widths.drop("lucky").max()


def test_without_any_difference_partners_seldom_differ():
    rng = np.random.default_rng(2)
    n_tables, found, covered = 300, 0, 0.0
    for _table in range(n_tables):
        partner = rng.integers(0, 15, 200)
        score = np.rint(rng.normal(7.5, 1.5, 200)).clip(1, 10)
        rated = (
            pd.DataFrame({"partner": partner, "score": score})
            .groupby("partner")["score"]
            .agg(n="size", mean="mean", squares=lambda own: ((own - own.mean()) ** 2).sum())
        )
        table = _satisfaction(rated, (1, 10), 0.95)
        found += (table["q"] <= 0.05).any()
        covered += ((table["shrunk_low"] <= 7.45) & (table["shrunk_high"] >= 7.45)).mean()
    # Of 300 tables, 24 finds are two standard errors and a half above five per cent.
    assert found <= 24
    assert covered / n_tables > 0.95


def test_intervals_cover_partners_who_differ():
    rng = np.random.default_rng(4)
    covered = []
    for _table in range(300):
        true = rng.normal(7, 0.6, 12)
        n = rng.integers(2, 40, 12)
        scores = [rng.normal(mean, 1.2, size) for mean, size in zip(true, n, strict=True)]
        rated = pd.DataFrame(
            {
                "n": n.astype(float),
                "mean": [own.mean() for own in scores],
                "squares": [((own - own.mean()) ** 2).sum() for own in scores],
            }
        )
        table = _satisfaction(rated, (-99, 99), 0.95)
        covered += list((table["shrunk_low"] <= true) & (true <= table["shrunk_high"]))
    # Few groups and estimated variances cost one or two points of the 95.
    assert 0.92 < np.mean(covered) < 0.97


@pytest.mark.parametrize("scores", [{"kim": [7]}, {"kim": [7], "lou": [7]}, {"kim": [7, 7, 7]}])
def test_intervals_stay_finite_when_nothing_varies(sales, scores):
    table = partner_table(sales, scored(**scores), as_of=AS_OF)
    rated = table[table["n_ratings"] > 0]
    assert (rated["shrunk_low"] < 7).all()
    assert (rated["shrunk_high"] > 7).all()
    assert rated["shrunk_satisfaction"].to_list() == pytest.approx([7.0] * len(rated))
    assert rated["p"].isna().all() == (len(rated) == 1)


def test_scores_outside_the_scale_are_an_error(sales):
    with pytest.raises(SchemaError, match=r"3 scores.*scale from 1 to 10: '0.0', '11.0'.*scale="):
        partner_table(sales, scored(kim=[0, 5, 11, 0]), as_of=AS_OF)
    table = partner_table(sales, scored(kim=[0, 5, 11, 0]), as_of=AS_OF, scale=(0, 11))
    assert table.loc["kim", "satisfaction"] == 4


def test_later_ratings_are_ignored_and_missing_scores_counted(sales):
    days = ["2024-12-31 23:59:59", "2025-01-01"]
    ratings = scored(kim=[8, 2]).assign(answered_at=pd.to_datetime(days, format="ISO8601"))
    assert partner_table(sales, ratings, as_of=AS_OF).loc["kim", "satisfaction"] == 8
    with pytest.warns(SetAsideWarning, match="1 rating has no score") as caught:
        table = partner_table(sales, scored(kim=[8, np.nan]), as_of=AS_OF)
    assert caught[0].filename == __file__
    assert table.loc["kim", "n_ratings"] == 1


def test_ratings_without_a_partner_are_a_row(sales):
    table = partner_table(sales, scored(kim=[8, 7]).replace("kim", None), as_of=AS_OF)
    assert table.loc["(missing)", "n_ratings"] == 2


@pytest.mark.parametrize("scale", [(10, 1), (1, 1), 10, (1, np.inf), ("a", "b")])
def test_scale_has_two_ends(sales, scale):
    with pytest.raises(ValueError, match="scale is the lowest and the highest score"):
        partner_table(sales, scored(kim=[8]), as_of=AS_OF, scale=scale)


def test_wrong_types_are_named(sales):
    texts = scored(kim=[8]).assign(answered_at="2024-01-01")
    with pytest.raises(SchemaError, match="Column 'score' of 'ratings' holds String"):
        partner_table(sales, scored(kim=["8"]).astype({"score": "str"}), as_of=AS_OF)
    with pytest.raises(SchemaError, match="'answered_at' of 'ratings' holds String"):
        partner_table(sales, texts, as_of=AS_OF)
    with pytest.raises(SchemaError, match="Table 'ratings' lacks 'score'"):
        partner_table(sales, sales, as_of=AS_OF)
    with pytest.raises(ValueError, match="level"):
        partner_table(sales, as_of=AS_OF, level=2)


def test_another_column_can_name_the_partners(sales):
    coaches = sales.rename(columns={"partner_id": "coach"})
    table = partner_table(
        coaches, scored(kim=[8]).rename(columns={"partner_id": "coach"}), as_of=AS_OF, by="coach"
    )
    assert table.index.name == "coach"
    assert table.loc["kim", "n_ratings"] == 1


def test_no_line_and_no_rating_give_no_row(sales):
    table = partner_table(sales.iloc[:0], scored(kim=[8]).iloc[:0], as_of=AS_OF)
    assert table.empty
