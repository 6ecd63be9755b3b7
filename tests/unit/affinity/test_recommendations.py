"""Recommendations: who gets what and why, and whether they beat popularity."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, chi2_contingency
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from custintel.affinity import _neighbours as neighbours
from custintel.affinity import recommend, recommendation_trial
from custintel.affinity._paired_rates import PairedRates
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

CUT, AS_OF = "2024-06-30", "2024-12-31"


def bought(*rows, day="2024-03-01"):
    """Return transactions from texts such as ``"ann: tent stove"``."""
    pairs = [
        (customer, item)
        for row in rows
        for customer, items in [row.split(":")]
        for item in items.split()
    ]
    return pd.DataFrame(pairs, columns=["customer_id", "product_id"]).assign(
        ordered_at=pd.Timestamp(day), revenue=10.0
    )


def market(rng, *, n_customers=400, n_clusters=3, loyalty=0.9, per_customer=6):
    """Draw what customers buy; a share `loyalty` of it within their own cluster of ten items."""
    cluster = rng.integers(0, n_clusters, n_customers)
    customer = np.repeat(np.arange(n_customers), per_customer)
    popularity = 1 / np.arange(2, 12)
    item = rng.choice(10, len(customer), p=popularity / popularity.sum())
    is_loyal = rng.random(len(customer)) < loyalty
    shelf = np.where(is_loyal, cluster[customer], rng.integers(0, n_clusters, len(customer)))
    days = rng.integers(0, 366, len(customer)).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in customer],
            "product_id": [f"{s}-{i}" for s, i in zip(shelf, item, strict=True)],
            "ordered_at": np.datetime64("2024-01-01", "us") + days,
            "revenue": 10.0,
        }
    )


@pytest.fixture
def camp():
    return bought(
        *("ann: tent stove", "bob: tent stove", "dan: tent stove lamp", "eve: tent"),
        *("kim: novel", "lou: novel poems", "max: novel poems"),
    )


def test_scores_and_reasons_by_hand(camp):
    table = recommend(camp, as_of=AS_OF, customers="eve", n=3)
    # tent has 4 owners, stove 3 (all with tent), lamp 1.
    assert table["product_id"].tolist() == ["stove", "lamp", "novel"]
    expected = [3 / (np.sqrt(12) + 10), 1 / (np.sqrt(4) + 10), 0]
    assert table["score"].tolist() == pytest.approx(expected, abs=1e-8)
    assert table["basis"].tolist() == ["neighbours", "neighbours", "popularity"]
    assert table["because"].tolist() == ["tent", "tent", ""]
    assert table["bought_share"].tolist() == pytest.approx([3 / 7, 1 / 7, 3 / 7])
    assert table["rank"].tolist() == [1, 2, 3]


def test_reasons_are_the_three_that_add_most():
    lines = bought(
        *[f"x{i}: a target" for i in range(5)],
        *[f"y{i}: b target" for i in range(9)],
        *[f"z{i}: c target" for i in range(7)],
        *[f"w{i}: d target" for i in range(3)],
        "eve: a b c d",
    )
    table = recommend(lines, as_of=AS_OF, customers=["eve"], n=1)
    assert table.loc[0, ["product_id", "because"]].tolist() == ["target", "b; c; a"]


def test_all_customers_are_served_in_order_of_their_ids(camp):
    table = recommend(camp, as_of=AS_OF, n=2)
    counts = table["customer_id"].value_counts(sort=False)
    assert counts.to_dict() == dict.fromkeys(["ann", "bob", "dan", "eve", "kim", "lou", "max"], 2)
    assert table["customer_id"].is_monotonic_increasing
    owned = set(zip(camp["customer_id"], camp["product_id"], strict=True))
    assert not owned & set(zip(table["customer_id"], table["product_id"], strict=True))


def test_customers_asked_for_keep_their_order_and_equal_those_of_all(camp):
    table = recommend(camp, as_of=AS_OF, customers=pd.Index(["max", "ann", "max"]), n=2)
    assert table["customer_id"].tolist() == ["max", "max", "ann", "ann"]
    everybody = recommend(camp, as_of=AS_OF, n=2)
    both = everybody[everybody["customer_id"].isin(["max", "ann"])]
    pd.testing.assert_frame_equal(
        table.sort_values(["customer_id", "rank"], ignore_index=True), both.reset_index(drop=True)
    )


def test_the_unknown_get_what_is_popular_and_are_counted(camp):
    with pytest.warns(WeakResultWarning, match="1 customer asked for has no purchase.*'zoe'"):
        table = recommend(camp, as_of=AS_OF, customers=["zoe"], n=3)
    # tent has four owners; novel comes before stove by name.
    assert table["product_id"].tolist() == ["tent", "novel", "stove"]
    assert set(table["basis"]) == {"popularity"}
    assert (table["score"] == 0).all()


def test_who_owns_everything_is_told_and_may_get_it_again():
    lines = bought("ann: tent stove", "bob: tent")
    with pytest.warns(SetAsideWarning, match="1 customer owns every item.*'ann'"):
        table = recommend(lines, as_of=AS_OF, n=2)
    assert table["customer_id"].tolist() == ["bob"]
    again = recommend(lines, as_of=AS_OF, n=2, owned="allow")
    assert again["customer_id"].tolist() == ["ann", "ann", "bob", "bob"]
    # Own items are scored by the other ones: no item speaks for itself.
    assert again["because"].tolist() == ["stove", "tent", "tent", ""]


def test_refunds_later_lines_and_times_of_day_do_not_count(camp):
    extra = bought("eve: lamp", day="2024-12-31 23:59:59")
    more = pd.concat(
        [
            camp,
            extra,
            bought("eve: novel").assign(revenue=-5.0),
            bought("eve: poems", day="2025-01-01"),
        ]
    )
    found = recommend(more, as_of=AS_OF, customers="eve", n=9)["product_id"].tolist()
    assert found == ["stove", "novel", "poems"]


def test_lines_without_item_are_counted_and_their_customer_is_served(camp):
    blank = camp.iloc[[-1]].assign(product_id=None, customer_id="una")
    with pytest.warns(SetAsideWarning, match="1 of 14 purchase lines has no product_id"):
        table = recommend(pd.concat([camp, blank]), as_of=AS_OF, customers="una", n=1)
    assert table.loc[0, ["product_id", "basis"]].tolist() == ["tent", "popularity"]


def test_the_input_is_not_changed(camp):
    before = camp.copy(deep=True)
    recommend(camp, as_of=AS_OF)
    pd.testing.assert_frame_equal(camp, before)


def test_bad_input_is_refused(camp):
    with pytest.raises(ValueError, match="by names the column of what is recommended"):
        recommend(camp, as_of=AS_OF, by="customer_id")
    with pytest.raises(ValueError, match="n is a whole number, 1 or more: got 0"):
        recommend(camp, as_of=AS_OF, n=0)
    with pytest.raises(ValueError, match="owned is one of 'exclude', 'allow'"):
        recommend(camp, as_of=AS_OF, owned="drop")
    for nobody in ([], 5, {}):
        with pytest.raises(ValueError, match="customers is the id of a customer"):
            recommend(camp, as_of=AS_OF, customers=nobody)
    with pytest.raises(SchemaError, match="no purchase on or before"):
        recommend(camp, as_of="2001-01-01")
    with pytest.raises(SchemaError, match="lacks 'category'"):
        recommend(camp, as_of=AS_OF, by="category")
    with (
        pytest.raises(SchemaError, match="nothing to recommend"),
        pytest.warns(SetAsideWarning, match="have no product_id"),
    ):
        recommend(camp.assign(product_id=None), as_of=AS_OF)


def test_blocks_do_not_change_the_table(monkeypatch):
    lines = market(np.random.default_rng(1), n_customers=80)
    whole = recommend(lines, as_of=AS_OF)
    monkeypatch.setattr(neighbours, "_BLOCK", 70)
    pd.testing.assert_frame_equal(recommend(lines, as_of=AS_OF), whole)


def test_each_item_speaks_for_so_many_others_only(monkeypatch):
    monkeypatch.setattr(neighbours, "_MOST_NEIGHBOURS", 2)
    lines = bought(*[f"x{i}: a b" for i in range(3)], *[f"y{i}: a c" for i in range(2)], "z: a d")
    table = recommend(pd.concat([lines, bought("eve: a")]), as_of=AS_OF, customers="eve", n=3)
    assert table["product_id"].tolist() == ["b", "c", "d"]
    assert table["basis"].tolist() == ["neighbours", "neighbours", "popularity"]


def test_planted_clusters_are_found_and_beat_popularity():
    lines = market(np.random.default_rng(5))
    trial = recommendation_trial(lines, calibration_end=CUT, as_of=AS_OF, n=5)
    assert trial.beats_popularity
    assert trial.difference_low > 0.1
    assert "Recommendations beat popularity." in trial.summary()
    table = recommend(lines, as_of=AS_OF, n=3)
    home = lines["product_id"].str[0].groupby(lines["customer_id"]).agg(lambda x: x.mode()[0])
    is_home = table["product_id"].str[0].to_numpy() == home[table["customer_id"]].to_numpy()
    assert is_home.mean() > 0.9


def test_of_independent_purchases_popularity_is_not_beaten():
    trials = [
        recommendation_trial(
            market(np.random.default_rng(seed), n_customers=250, loyalty=0.0),
            calibration_end=CUT,
            as_of=AS_OF,
        )
        for seed in range(20)
    ]
    # At most a fortieth may by chance; of twenty, two or more happen in one of eleven.
    assert sum(trial.beats_popularity for trial in trials) <= 1
    assert np.mean([trial.difference for trial in trials]) < 0.02


@pytest.fixture
def split():
    past = bought("ann: tent stove", "bob: tent stove", "dan: tent", "eve: tent", "kim: novel")
    late = bought("dan: stove", "eve: tent", "kim: drone", "zoe: tent novel", day="2024-09-01")
    return pd.concat([past, late], ignore_index=True)


def test_customers_evaluated_and_left_out_add_up(split):
    with pytest.warns(WeakResultWarning, match="Only 1 customer can be evaluated"):
        trial = recommendation_trial(split, calibration_end=CUT, as_of=AS_OF, n=1)
    assert trial.customers["n_customers"].to_dict() == {
        "evaluated": 1,
        "no purchase after calibration_end": 2,
        "bought only what they owned, or without item": 1,
        "bought only items that nobody had before": 1,
        "first purchase after calibration_end": 1,
    }
    assert trial.customers["n_customers"].sum() == split["customer_id"].nunique()
    assert trial.hits["n_hits"].tolist() == [1, 1]
    assert trial.difference == 0
    assert not trial.beats_popularity
    assert trial.hits["catalogue_share"].tolist() == pytest.approx([1 / 3, 1 / 3])


def test_hits_equal_their_definition():
    lines = market(np.random.default_rng(2), n_customers=200)
    trial = recommendation_trial(lines, calibration_end=CUT, as_of=AS_OF, n=4)
    past = lines[lines["ordered_at"] <= CUT]
    later = lines[lines["ordered_at"] > CUT].groupby("customer_id")["product_id"].agg(set)
    held = past.groupby("customer_id")["product_id"].agg(set)
    popular = past.drop_duplicates(["customer_id", "product_id"])["product_id"].value_counts()
    popular = sorted(popular.index, key=lambda item: (-popular[item], item))
    known = set(popular)
    named = recommend(past, as_of=CUT, n=4).groupby("customer_id")["product_id"].agg(set)
    outcomes = []
    for customer in held.index.intersection(later.index):
        new = (later[customer] & known) - held[customer]
        best = [item for item in popular if item not in held[customer]][:4]
        if new:
            outcomes.append((bool(new & named[customer]), bool(new & set(best))))
    hits = np.array(outcomes)
    assert trial.hits["n_hits"].tolist() == hits.sum(axis=0).tolist()
    assert set(trial.hits["n_customers"]) == {len(hits)}
    assert trial.difference == pytest.approx(hits[:, 0].mean() - hits[:, 1].mean())
    for k, row in zip(hits.sum(axis=0), trial.hits.itertuples(), strict=True):
        wilson = proportion_confint(k, len(hits), 0.05, method="wilson")
        assert (row.hit_rate_low, row.hit_rate_high) == pytest.approx(wilson)


def test_what_comes_after_the_cut_is_not_known_to_the_recommendations():
    lines = market(np.random.default_rng(3), n_customers=150)
    early = recommendation_trial(lines, calibration_end=CUT, as_of="2024-10-31")
    cut_off = lines[lines["ordered_at"] <= "2024-10-31"]
    same = recommendation_trial(cut_off, calibration_end=CUT, as_of=AS_OF)
    pd.testing.assert_frame_equal(early.hits, same.hits)


def test_verdicts_follow_from_the_interval(split):
    with pytest.warns(WeakResultWarning):
        trial = recommendation_trial(split, calibration_end=CUT, as_of=AS_OF, n=1)
    assert "The data do not tell which is better" in trial.summary()
    assert trial.summary().startswith("Of 1 customer who bought something new")
    for low, high, verdict in (
        (0.1, 0.2, "Recommendations beat popularity."),
        (-0.2, -0.1, "Popularity beats recommendations: offer what sells best."),
    ):
        told = replace(trial, difference_low=low, difference_high=high)
        assert told.summary().endswith(verdict)
        assert told.beats_popularity == (low > 0)


def test_trials_without_anybody_to_judge_are_refused(split):
    with pytest.raises(SchemaError, match="no recommendation can be judged"):
        recommendation_trial(split[split["customer_id"] != "dan"], calibration_end=CUT, as_of=AS_OF)
    with pytest.raises(ValueError, match="does not come after calibration_end"):
        recommendation_trial(split, calibration_end=AS_OF, as_of=AS_OF)
    with pytest.raises(SchemaError, match="no purchase from 2024-10-01"):
        recommendation_trial(split, calibration_end="2024-09-30", as_of=AS_OF)
    with pytest.raises(ValueError, match="level lies between 0 and 1"):
        recommendation_trial(split, calibration_end=CUT, as_of=AS_OF, level=1)


def newcombes(both, first_only, second_only, neither):
    """Return Newcombe's interval (1998, method 10) from the parts that others compute.

    Wilson's bounds are statsmodels', and φ is the root of scipy's χ² over n, with Yates'
    correction where the two go together, as Newcombe's correction of φ is the same.
    """
    n = both + first_only + second_only + neither
    rates = np.array([both + first_only, both + second_only]) / n
    low, high = proportion_confint(rates * n, n, 0.05, method="wilson")
    cross = both * neither - first_only * second_only
    cells = [[both, first_only], [second_only, neither]]
    phi = 0.0
    if np.prod([rates, 1 - rates]) > 0:
        phi = np.sign(cross) * np.sqrt(chi2_contingency(cells, correction=cross > 0)[0] / n)
    down, up = rates - low, high - rates
    gap = rates[0] - rates[1]
    return (
        gap - np.sqrt(down[0] ** 2 - 2 * phi * down[0] * up[1] + up[1] ** 2),
        gap + np.sqrt(up[0] ** 2 - 2 * phi * up[0] * down[1] + down[1] ** 2),
    )


@pytest.mark.parametrize(
    "counts",
    [
        (36, 12, 2, 0),  # the two go apart: φ is below 0, and not corrected
        (10, 20, 5, 65),  # together: corrected
        (40, 3, 8, 49),
        (10, 9, 7, 8),  # together by no more than the correction: φ is 0
        (0, 7, 9, 0),  # φ is −1
        (20, 0, 0, 30),  # φ is near 1
        (3, 4, 0, 0),  # one of them always hits
    ],
)
def test_paired_difference_has_newcombes_interval(counts):
    assert PairedRates(*counts).interval(0.95) == pytest.approx(newcombes(*counts), abs=1e-9)


@pytest.mark.parametrize("counts", [(10, 9, 7, 8), (3, 4, 0, 0), (0, 0, 5, 5)])
def test_rates_that_are_not_related_have_the_interval_of_independent_ones(counts):
    n = sum(counts)
    expected = confint_proportions_2indep(
        *(counts[0] + counts[1], n, counts[0] + counts[2], n), method="newcomb", compare="diff"
    )
    assert PairedRates(*counts).interval(0.95) == pytest.approx(expected, abs=1e-9)


def test_paired_interval_covers_the_difference_as_often_as_it_says():
    rng = np.random.default_rng(0)
    p = np.array([0.35, 0.2, 0.1, 0.35])
    drawn = rng.multinomial(150, p, size=2000)
    bounds = [PairedRates(*map(int, counts)).interval(0.95) for counts in drawn]
    n_covered = sum(low <= 0.1 <= high for low, high in bounds)
    assert binomtest(n_covered, 2000, 0.95).proportion_ci(0.999).high > 0.94
    assert 0.93 < n_covered / 2000 < 0.975


@pytest.mark.parametrize("counts", [(5, 0, 0, 0), (0, 0, 0, 5), (0, 5, 0, 0), (1, 0, 0, 0)])
def test_paired_interval_is_finite_at_the_ends(counts):
    paired = PairedRates(*counts)
    low, high = paired.interval(0.95)
    assert -1 <= low <= paired.difference() <= high <= 1
