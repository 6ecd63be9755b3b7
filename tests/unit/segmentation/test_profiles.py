"""`profile_table` and `profile_means`: against definitions, other libraries, and simulation."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from custintel.errors import SchemaError
from custintel.segmentation import profile_means, profile_table


@pytest.fixture
def customers() -> pd.DataFrame:
    """200 customers, of whom 60 of segment "a"; some attributes are missing."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "customer_id": [f"c{i:03d}" for i in range(200)],
            "country": rng.choice(["FR", "CH", "DE"], 200, p=[0.6, 0.3, 0.1]),
            "is_member": rng.random(200) < 0.3,
            "income": rng.gamma(3, 20_000, 200),
            "email": [f"{i}@x.org" for i in range(200)],
        }
    )
    table.loc[:9, "country"] = None
    table.loc[5:24, "income"] = np.nan
    return table


@pytest.fixture
def segments() -> pd.Series:
    names = ["a"] * 60 + ["b"] * 100 + ["c"] * 40
    return pd.Series(names, index=[f"c{i:03d}" for i in range(200)])


@pytest.mark.parametrize("base", ["all", "others"])
def test_shares_by_their_definition(
    customers: pd.DataFrame, segments: pd.Series, base: str
) -> None:
    profile = profile_table(customers, segments, base=base)
    assert set(profile["attribute"]) == {"country", "is_member"}
    assert len(profile) == 3 * (4 + 2)
    segment = segments.to_numpy()
    for row in profile.itertuples():
        held = customers[row.attribute].map(str, na_action="ignore").fillna("(missing)")
        is_value = (held == row.value).to_numpy()
        is_base = np.full(200, True) if base == "all" else segment != row.segment
        assert row.n_customers == (is_value & (segment == row.segment)).sum()
        assert row.segment_share == pytest.approx(is_value[segment == row.segment].mean())
        assert row.base_share == pytest.approx(is_value[is_base].mean())
        ratio = row.segment_share / row.base_share if row.base_share else np.inf
        assert row.index == pytest.approx(100 * ratio)
        assert row.index_low <= 100 * ratio <= row.index_high


def test_p_is_that_of_fisher_and_q_that_of_benjamini_hochberg(
    customers: pd.DataFrame, segments: pd.Series
) -> None:
    profile = profile_table(customers, segments)
    in_segment = segments.value_counts()
    for row in profile.itertuples():
        n_value = profile.loc[
            (profile["attribute"] == row.attribute) & (profile["value"] == row.value),
            "n_customers",
        ].sum()
        inside, n = row.n_customers, in_segment[row.segment]
        square = [[inside, n - inside], [n_value - inside, 200 - n - n_value + inside]]
        tails = [stats.fisher_exact(square, side).pvalue for side in ("less", "greater")]
        assert row.p == pytest.approx(min(1, 2 * min(tails)))
    expected = stats.false_discovery_control(profile["p"])
    assert profile["q"].to_numpy() == pytest.approx(expected)
    assert (profile["is_small"] == (profile["n_customers"] < 5)).all()


def test_a_tail_too_small_for_one_minus_the_other() -> None:
    ids = [f"c{i}" for i in range(400)]
    table = pd.DataFrame({"x": ["in"] * 200 + ["out"] * 200}, index=ids)
    profile = profile_table(table, pd.Series(["s"] * 200 + ["t"] * 200, index=ids))
    assert (profile["p"] > 0).all()
    # One table of all that have these sums, twice.
    assert profile["p"].to_numpy() == pytest.approx(2 / math.comb(400, 200))


@pytest.mark.parametrize(
    ("base", "n", "rate", "factor"),
    [("all", 300, 0.3, 1.5), ("others", 300, 0.3, 1.5), ("all", 60, 0.2, 0.5)],
)
def test_intervals_cover_the_true_index(base: str, n: int, rate: float, factor: float) -> None:
    # Segments of n beside 600 others, whose rates are known; 150 of them in one table.
    rng = np.random.default_rng(11)
    weight = n / (n + 600)
    true = factor if base == "others" else factor / (weight * factor + 1 - weight)
    ids = np.array([f"c{i}" for i in range(n + 600)])
    segments = pd.Series(["s"] * n + ["t"] * 600, index=ids)
    rates = np.repeat([rate * factor, rate], [n, 600])
    drawn = rng.random((150, n + 600)) < rates
    drawn[:, 0], drawn[:, n] = True, False  # so that both values occur
    drawn[:, 1], drawn[:, n + 1] = False, True
    table = pd.DataFrame(drawn.T.astype(str), index=ids, columns=[f"x{i}" for i in range(150)])
    profile = profile_table(table, segments, columns=list(table.columns), base=base)
    rows = profile[(profile["segment"] == "s") & (profile["value"] == "True")]
    covered = (rows["index_low"] <= 100 * true) & (100 * true <= rows["index_high"])
    # 95 % of 150, give or take three standard errors. More draws are in test_relative_rates.
    assert covered.mean() >= 0.897


def test_missing_attributes_segments_and_customers_are_values_of_their_own() -> None:
    table = pd.DataFrame({"x": ["u", None, "v"]}, index=["a", "b", "c"])
    profile = profile_table(table, pd.Series({"a": "s", "b": "s", "d": "t"}), columns=["x"])
    counted = profile.set_index(["segment", "value"])["n_customers"]
    assert counted[counted > 0].to_dict() == {
        ("s", "u"): 1,
        ("s", "(missing)"): 1,
        ("t", "(missing)"): 1,
        ("(missing)", "v"): 1,
    }


def test_what_nobody_else_has_is_infinitely_more_than_the_others() -> None:
    table = pd.DataFrame({"x": ["u"] * 3 + ["v"] * 3}, index=list("abcdef"))
    segments = pd.Series(["s"] * 3 + ["t"] * 3, index=list("abcdef"))
    others = profile_table(table, segments, base="others").iloc[0]
    assert (others["index"], others["index_high"]) == (np.inf, np.inf)
    whole = profile_table(table, segments).iloc[0]
    assert (whole["index"], whole["index_high"]) == (200.0, pytest.approx(200.0))


@pytest.mark.parametrize("base", ["all", "others"])
def test_means_are_those_of_welch(customers: pd.DataFrame, segments: pd.Series, base: str) -> None:
    means = profile_means(customers, segments, base=base).set_index("segment")
    assert (means["attribute"] == "income").all()
    income = customers["income"].to_numpy()
    for segment, row in means.iterrows():
        is_in = (segments == segment).to_numpy()
        known = ~np.isnan(income)
        inside, outside = income[is_in & known], income[~is_in & known]
        welch = stats.ttest_ind(inside, outside, equal_var=False)
        interval = welch.confidence_interval()
        overlap = len(outside) / known.sum() if base == "all" else 1
        against = income[known] if base == "all" else outside
        assert row["mean"] == pytest.approx(inside.mean())
        assert row["base_mean"] == pytest.approx(against.mean())
        assert row["difference"] == pytest.approx(inside.mean() - against.mean())
        assert row["difference_low"] == pytest.approx(overlap * interval.low)
        assert row["difference_high"] == pytest.approx(overlap * interval.high)
        assert row["p"] == pytest.approx(welch.pvalue)
        unit = np.sqrt((inside.var(ddof=1) + outside.var(ddof=1)) / 2)
        gap = inside.mean() - outside.mean()
        assert row["standardised_difference"] == pytest.approx(gap / unit)
        assert row["standardised_low"] == pytest.approx(interval.low / unit)
        assert row["n_customers"] + row["n_missing"] == is_in.sum()
    assert means["q"].to_numpy() == pytest.approx(stats.false_discovery_control(means["p"]))


def test_durations_are_no_numbers_by_default() -> None:
    people = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]}, index=list("abcd"))
    people["since"] = pd.to_timedelta(people["x"], "D")
    means = profile_means(people, pd.Series(["A", "A", "B", "B"], list("abcd")))
    assert set(means["attribute"]) == {"x"}


def test_means_of_too_few_have_no_interval() -> None:
    table = pd.DataFrame(
        {"one": [1.0, np.nan, 3.0, 4.0], "none": [np.nan, np.nan, 1.0, 2.0], "same": 5},
        index=list("abcd"),
    )
    segments = pd.Series(["s", "s", "t", "t"], index=list("abcd"))
    means = profile_means(table, segments).set_index(["segment", "attribute"])
    known = ["difference_low", "difference_high", "standardised_difference", "p", "q"]
    assert means[known].isna().all().all()
    assert means.loc[("s", "one"), ["n_customers", "n_missing", "mean"]].tolist() == [1, 1, 1.0]
    assert np.isnan(means.loc[("s", "none"), "mean"])
    assert means.loc[("s", "same"), "difference"] == 0


def test_what_cannot_be_compared_is_refused(customers: pd.DataFrame, segments: pd.Series) -> None:
    with pytest.raises(SchemaError, match="No customer is in both tables"):
        profile_table(customers, segments.set_axis(range(200)))
    with pytest.raises(SchemaError, match="All customers are in segment 'a'"):
        profile_table(customers, pd.Series("a", index=segments.index))
    with pytest.raises(SchemaError, match="'email' holds 200 different values"):
        profile_table(customers, segments, columns=["email"])
    with pytest.raises(SchemaError, match="nearest: 'country'"):
        profile_table(customers, segments, columns=["contry"])
    with pytest.raises(SchemaError, match="'country' holds no numbers"):
        profile_means(customers, segments, columns=["country"])
    with pytest.raises(SchemaError, match="No columns of customers hold 2 to 50"):
        profile_table(customers[["customer_id", "income"]], segments)
    with pytest.raises(SchemaError, match="No columns of customers hold numbers"):
        profile_means(customers[["customer_id", "email"]], segments)
    with pytest.raises(ValueError, match="base is one of"):
        profile_table(customers, segments, base="rest")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="columns names one column or more"):
        profile_means(customers, segments, columns=[])
    with pytest.raises(SchemaError, match="infinite for 1 customer: 'c000'"):
        profile_means(customers.assign(income=[np.inf] + [1.0] * 199), segments)


@pytest.mark.parametrize("function", [profile_table, profile_means])
@pytest.mark.parametrize("name", ["country", "customer_id"])
def test_columns_of_one_name_are_refused(
    customers: pd.DataFrame, segments: pd.Series, function: Callable[..., pd.DataFrame], name: str
) -> None:
    twice = pd.concat([customers, customers[[name]]], axis=1)
    with pytest.raises(
        SchemaError, match=f"customers has 1 name on more than one column: '{name}'"
    ):
        function(twice, segments)


def test_ids_that_are_floats_are_the_whole_numbers_they_hold() -> None:
    segments = pd.Series(["best", "best", "rest", "rest"], index=["10", "11", "12", "13"])
    ids = pd.Index([10.0, 11.0, 12.0, 13.0])
    customers = pd.DataFrame({"country": ["FR", "CH", "FR", "FR"]}, index=ids)
    expected = profile_table(customers.set_axis(segments.index), segments)
    pd.testing.assert_frame_equal(profile_table(customers, segments), expected)
    by_floats = profile_table(customers, segments.set_axis(ids.astype("float32")))
    pd.testing.assert_frame_equal(by_floats, expected)
