"""Channels compared within segments, against scipy and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact, ttest_ind
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from custintel.errors import SchemaError, SetAsideWarning
from custintel.revenue import best_channel, customer_channels

AS_OF = "2024-12-31"


@pytest.fixture
def customers():
    rng = np.random.default_rng(24)
    n = 400
    table = pd.DataFrame(
        {
            "segment": rng.choice(["small", "large"], n, p=[0.6, 0.4]),
            "channel": rng.choice(["web", "shop", "rep"], n, p=[0.5, 0.3, 0.2]),
        },
        index=[f"c{i}" for i in range(n)],
    )
    is_apt = (table["segment"] == "large") & (table["channel"] == "rep")
    table["revenue"] = rng.gamma(2, 50, n) + 150 * is_apt
    table["is_repeat"] = rng.random(n) < np.where(is_apt, 0.9, 0.3)
    return table


def test_means_are_those_of_scipy_and_statsmodels(customers):
    table = best_channel(customers)
    for row in table.itertuples():
        inside = customers[customers["segment"] == row.segment]
        ours = inside.loc[inside["channel"] == row.channel, "revenue"]
        others = inside.loc[inside["channel"] != row.channel, "revenue"]
        assert (row.n_customers, row.value) == (len(ours), pytest.approx(ours.mean()))
        both = CompareMeans(DescrStatsW(ours), DescrStatsW(others))
        assert (row.value_low, row.value_high) == pytest.approx(both.d1.tconfint_mean())
        assert row.difference == pytest.approx(ours.mean() - others.mean())
        bounds = both.tconfint_diff(usevar="unequal")
        assert (row.difference_low, row.difference_high) == pytest.approx(bounds)


def test_rates_are_those_of_statsmodels(customers):
    table = best_channel(customers, outcome="is_repeat", level=0.9)
    assert table["is_rate"].all()
    for row in table.itertuples():
        inside = customers[customers["segment"] == row.segment]
        ours = inside.loc[inside["channel"] == row.channel, "is_repeat"]
        others = inside.loc[inside["channel"] != row.channel, "is_repeat"]
        bounds = proportion_confint(ours.sum(), len(ours), alpha=0.1, method="wilson")
        assert (row.value_low, row.value_high) == pytest.approx(bounds)
        counts = (ours.sum(), len(ours), others.sum(), len(others))
        bounds = confint_proportions_2indep(*counts, method="newcomb", alpha=0.1)
        assert (row.difference_low, row.difference_high) == pytest.approx(bounds)


def pairwise(customers, outcome, p_of):
    """Return the Holm-adjusted p of all pairs of channels of all segments."""
    p = {}
    for segment, inside in customers.groupby("segment"):
        parts = dict(list(inside.groupby("channel")[outcome]))
        names = sorted(parts, key=lambda name: -parts[name].mean())
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                p[segment, one, other] = p_of(parts[one], parts[other])
    adjusted = multipletests(list(p.values()), method="holm")[1]
    return dict(zip(p, adjusted, strict=True))


def p_of_means(one, other):
    return ttest_ind(one, other, equal_var=False).pvalue


def p_of_rates(one, other):
    cells = [[one.sum(), len(one) - one.sum()], [other.sum(), len(other) - other.sum()]]
    tails = [fisher_exact(cells, alternative=side).pvalue for side in ("greater", "less")]
    return min(2 * min(tails), 1.0)


@pytest.mark.parametrize(("outcome", "p_of"), [("revenue", p_of_means), ("is_repeat", p_of_rates)])
def test_the_best_is_told_apart_from_every_other(customers, outcome, p_of):
    table = best_channel(customers, outcome=outcome)
    adjusted = pairwise(customers, outcome, p_of)
    for segment, rows in table.groupby("segment"):
        first, *others = rows["channel"]
        p = [adjusted[segment, first, other] for other in others]
        assert rows["p_best"].to_list() == pytest.approx([max(p), *p], abs=1e-12)
        assert rows["is_best"].to_list() == [max(p) <= 0.05, False, False]
    assert table.loc[table["is_best"], ["segment", "channel"]].to_numpy().tolist() == [
        ["large", "rep"]
    ]
    assert set(table.loc[table["segment"] == "small", "verdict"]) == {"not told apart"}
    assert set(table.loc[table["segment"] == "large", "verdict"]) == {"best", "behind"}


def test_q_is_over_all_rows(customers):
    table = best_channel(customers)
    p = []
    for row in table.itertuples():
        inside = customers[customers["segment"] == row.segment]
        is_ours = inside["channel"] == row.channel
        p.append(p_of_means(inside.loc[is_ours, "revenue"], inside.loc[~is_ours, "revenue"]))
    assert table["q"].to_list() == pytest.approx(multipletests(p, method="fdr_bh")[1])


@pytest.mark.parametrize("outcome", ["revenue", "is_repeat"])
def test_without_any_difference_a_best_is_seldom_named(outcome):
    rng = np.random.default_rng(1)
    named = 0
    for _table in range(100):
        n = 360
        customers = pd.DataFrame(
            {
                "segment": rng.integers(0, 3, n),
                "channel": rng.choice(["web", "shop", "rep"], n),
                "revenue": rng.gamma(3, 10, n),
                "is_repeat": rng.random(n) < 0.4,
            }
        )
        table = best_channel(customers, outcome=outcome)
        named += table["verdict"].isin(["best", "behind"]).any()
    # Of 100 tables, 11 are two standard errors and a half above five per cent.
    assert named <= 11


def test_few_customers_are_listed_and_not_compared(customers):
    few = pd.DataFrame({"segment": "small", "channel": "fax", "revenue": [9999.0]}, index=["x"])
    both = pd.concat([customers, few])
    table, without = best_channel(both), best_channel(customers)
    row = table[table["channel"] == "fax"].iloc[0]
    assert row["verdict"] == "too few customers"
    assert row[["value_low", "difference", "q", "p_best"]].isna().all()
    compared = table[table["channel"] != "fax"].reset_index(drop=True)
    pd.testing.assert_frame_equal(compared, without)


def test_one_channel_has_no_rival():
    customers = pd.DataFrame({"segment": "a", "channel": "web", "revenue": np.arange(20.0)})
    table = best_channel(customers)
    assert table["verdict"].to_list() == ["no other channel"]
    assert not table["is_best"].any()


def test_groups_without_variation_are_equal_or_different_for_sure():
    customers = pd.DataFrame(
        {
            "segment": ["a"] * 40 + ["b"] * 40,
            "channel": (["web"] * 20 + ["shop"] * 20) * 2,
            "spent": [5.0] * 40 + [5.0] * 20 + [6.0] * 20,
        }
    )
    table = best_channel(customers, outcome="spent").set_index(["segment", "channel"])
    assert table.loc["a", "verdict"].to_list() == ["not told apart"] * 2
    assert table.loc[("b", "shop"), "verdict"] == "best"


@pytest.mark.parametrize("amount", [0.1, 1234.56])
def test_equal_amounts_are_equal_however_sums_are_rounded(amount):
    channels = np.repeat(["web", "shop", "rep"], [10, 13, 29])
    customers = pd.DataFrame({"segment": "all", "channel": channels, "revenue": amount})
    table = best_channel(customers)
    assert table["q"].to_list() == [1.0] * 3
    assert set(table["verdict"]) == {"not told apart"}


def test_channels_of_equal_value_are_in_the_order_of_their_names():
    # On paper all means are 0.2; in which order the amounts are added parts them in a computer.
    channels = np.repeat(["web 10", "web 9", "shop", "rep"], [3, 6, 9, 12])
    amounts = np.tile([0.1, 0.2, 0.3], 10)
    customers = pd.DataFrame({"segment": "all", "channel": channels, "revenue": amounts})
    for seed in range(8):
        table = best_channel(customers.sample(frac=1, random_state=seed), min_customers=2)
        assert table["channel"].to_list() == ["rep", "shop", "web 9", "web 10"]


def test_zero_and_one_are_a_rate_whatever_their_type(customers):
    as_numbers = customers.assign(is_repeat=customers["is_repeat"].astype(int))
    pd.testing.assert_frame_equal(
        best_channel(customers, outcome="is_repeat"), best_channel(as_numbers, outcome="is_repeat")
    )


def test_large_means_lose_no_digits(customers):
    shifted = customers.assign(revenue=customers["revenue"] + 1e9)
    columns = ["difference", "difference_low", "difference_high"]
    np.testing.assert_allclose(
        best_channel(shifted)[columns], best_channel(customers)[columns], rtol=1e-5
    )


def test_nobody_gives_no_row(customers):
    table = best_channel(customers.iloc[:0])
    assert table.empty
    assert "verdict" in table.columns


def test_arguments_are_checked(customers):
    with pytest.raises(SchemaError, match="'outcome_'"):
        best_channel(customers, outcome="outcome_")
    with pytest.raises(SchemaError, match=r"400 customers have no number as 'name'.*'c0'"):
        best_channel(customers.assign(name="x"), outcome="name")
    with pytest.raises(SchemaError, match="1 customer has no number as 'revenue': 'c3'"):
        best_channel(customers.assign(revenue=customers["revenue"].where(customers.index != "c3")))
    with pytest.raises(ValueError, match="min_customers is a whole number from 2"):
        best_channel(customers, min_customers=1)
    with pytest.raises(ValueError, match="level"):
        best_channel(customers, level=1.0)


@pytest.fixture
def orders():
    rng = np.random.default_rng(8)
    n = 700
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in rng.integers(0, 90, n)],
            "order_id": [f"o{i}" for i in rng.integers(0, 450, n)],
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, n), "D"),
            "revenue": rng.normal(30, 20, n).round(2),
            "channel": rng.choice(["web", "shop", "rep"], n),
        }
    )


def test_main_channel_equals_its_definition(orders):
    segments = pd.Series({f"c{i}": "even" if i % 2 == 0 else "odd" for i in range(90)})
    table = customer_channels(orders, segments, as_of="2024-03-15")
    seen = orders[orders["ordered_at"] < "2024-03-16"]
    bought = seen[seen["revenue"] >= 0]
    assert list(table.index) == sorted(bought["customer_id"].unique())
    for customer, row in table.iterrows():
        own = bought[bought["customer_id"] == customer]
        n_orders = own.groupby("channel")["order_id"].nunique()
        last = own.groupby("channel")["ordered_at"].max()
        ranked = sorted(n_orders.index, key=lambda c: (-n_orders[c], -last[c].value, c))
        assert row["channel"] == ranked[0]
        # An order in two channels is one order.
        n_all = own["order_id"].nunique()
        assert (row["n_channels"], row["n_orders"]) == (len(n_orders), n_all)
        net = seen.loc[seen["customer_id"] == customer, "revenue"].sum()
        assert row["revenue"] == pytest.approx(net)
        assert row["is_repeat"] == (n_all >= 2)
        assert row["segment"] == segments[customer]


def test_segments_may_be_a_column(orders):
    with_sector = orders.assign(sector=orders["customer_id"].str[-1])
    table = customer_channels(with_sector, "sector", as_of=AS_OF)
    assert table["segment"].to_list() == [customer[-1] for customer in table.index]
    with pytest.raises(SchemaError, match="customers have several values of 'channel'"):
        customer_channels(orders, "channel", as_of=AS_OF)


def test_customers_without_segment_are_one_group(orders):
    table = customer_channels(orders, pd.Series({"c1": "one"}), as_of=AS_OF)
    assert table["segment"].value_counts()["(missing)"] == len(table) - 1


def test_segments_are_checked(orders):
    with pytest.raises(SchemaError, match="value for none of the customers"):
        customer_channels(orders, pd.Series({"x": 1}), as_of=AS_OF)
    with pytest.raises(SchemaError, match="several values for 1 customer: 'c1'"):
        customer_channels(orders, pd.Series(["a", "b"], index=["c1", "c1"]), as_of=AS_OF)
    with pytest.raises(TypeError, match="segments is a Series"):
        customer_channels(orders, ["a"], as_of=AS_OF)


def test_customers_with_refunds_alone_are_counted():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "ordered_at": pd.Timestamp("2024-02-01"),
            "revenue": [5.0, -5.0],
            "channel": "web",
        }
    )
    with pytest.warns(SetAsideWarning, match="1 customer has refunds but no purchase"):
        table = customer_channels(orders, pd.Series({"a": 1, "b": 1}), as_of=AS_OF)
    assert list(table.index) == ["a"]
