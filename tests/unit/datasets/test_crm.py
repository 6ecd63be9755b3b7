"""The simulated CRM: its form, and every planted fact found again in its tables."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, chisquare, gamma, kstest, norm

from custintel.datasets import simulate_crm
from custintel.models import BetaGeoModel, ModifiedBetaGeoModel
from custintel.schemas import TRANSACTIONS
from custintel.tables import inspect_transactions, purchase_history

START, END = pd.Timestamp("2022-01-01"), pd.Timestamp("2025-01-01")


@pytest.fixture(scope="module")
def crm():
    return simulate_crm(2500, random_state=20240229)


@pytest.fixture(scope="module")
def enrolments(crm):
    """The programmes' lines, in the order of people and time: neither coaching nor refunds."""
    lines = crm.transactions
    lines = lines[(lines["revenue"] >= 0) & (lines["category"] != "Services")]
    return lines.sort_values(["customer_id", "ordered_at"], ignore_index=True)


@pytest.fixture(scope="module")
def newcomers(crm, enrolments):
    """The first enrolments of those who came once all programmes were on offer."""
    people = crm.customers[crm.customers["created_at"] >= crm.truth.all_on_offer_from]
    first = enrolments.drop_duplicates("customer_id")
    return first.merge(people[["customer_id", "account_id", "created_at"]])


@pytest.fixture(scope="module")
def first_and_next(crm, enrolments):
    """Days since the first enrolment, a year or more, and whether another followed, by person."""
    came = crm.customers.loc[crm.customers["created_at"] >= START, "customer_id"]
    first = enrolments.groupby("customer_id")["ordered_at"].min().reindex(came)
    first = first[first < END - pd.Timedelta(days=365)]
    n = enrolments["customer_id"].value_counts().reindex(first.index)
    return (END - first) / pd.Timedelta(days=1), n > 1


def assert_rate(hits, rate):
    """Check a share of independent trials: within four standard errors."""
    assert len(hits) >= 50
    error = np.sqrt(rate * (1 - rate) / len(hits))
    assert np.mean(hits) == pytest.approx(rate, abs=4 * error)


def assert_chances(hits, chances):
    """Check independent trials, each with a chance of its own: within four standard errors."""
    assert len(hits) >= 50
    error = np.sqrt((chances * (1 - chances)).sum())
    assert hits.sum() == pytest.approx(chances.sum(), abs=4 * error)


def assert_counts(counts, shares):
    """Check counts of independent draws by Pearson's test; one in 10,000 truths would fail."""
    shares = shares.reindex(counts.index)
    assert shares.sum() == pytest.approx(1)
    assert chisquare(counts, shares * counts.sum()).pvalue > 1e-4


def test_tables_have_the_canonical_columns(crm):
    canonical = [*TRANSACTIONS.columns]
    columns = list(crm.transactions)
    assert columns == [name for name in canonical if name in columns]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        built = inspect_transactions(crm.transactions, exported_on=crm.as_of)
    assert built.set_aside.empty
    assert built.currency == "CHF"
    pd.testing.assert_frame_equal(built.table, crm.transactions)


def test_keys_are_unique_and_references_exist(crm):
    assert crm.accounts["account_id"].is_unique
    assert crm.customers["customer_id"].is_unique
    assert crm.products["product_id"].is_unique
    assert crm.ratings["response_id"].is_unique
    assert not crm.transactions.duplicated(["order_id", "line_id"]).any()
    assert crm.transactions["customer_id"].isin(crm.customers["customer_id"]).all()
    assert crm.transactions["product_id"].isin(crm.products["product_id"]).all()
    assert crm.customers["account_id"].dropna().isin(crm.accounts["account_id"]).all()
    assert crm.accounts["parent_account_id"].dropna().isin(crm.accounts["account_id"]).all()
    assert crm.ratings["order_id"].isin(crm.transactions["order_id"]).all()


def test_everything_happens_during_the_export(crm):
    assert crm.transactions["ordered_at"].between(START, END, inclusive="left").all()
    assert crm.ratings["answered_at"].between(START, END, inclusive="left").all()
    assert (
        crm.customers["created_at"].between(START - 3 * (END - START), END, inclusive="left").all()
    )
    assert crm.as_of == END - pd.Timedelta(days=1)
    first = crm.transactions.groupby("customer_id")["ordered_at"].min()
    assert (
        crm.customers.set_index("customer_id")["created_at"].reindex(first.index) <= first
    ).all()


def test_nothing_is_sold_before_its_launch(crm):
    launched = crm.products.set_index("product_id")["launched_at"]
    assert (launched > START).sum() == 2
    assert launched.max() == crm.truth.all_on_offer_from
    sold = crm.transactions.groupby("product_id")["ordered_at"].min()
    assert (sold >= launched.reindex(sold.index)).all()
    assert len(sold) == len(launched) == 13


def test_next_programmes_follow_the_planted_transitions(crm, enrolments):
    after = enrolments.groupby("customer_id").shift(-1)
    is_move = after["ordered_at"] >= crm.truth.all_on_offer_from
    moves = enrolments[is_move].assign(next_product_id=after.loc[is_move, "product_id"])
    planted = crm.truth.transitions.set_index(["product_id", "next_product_id"])["probability"]
    for product, counts in moves.groupby("product_id")["next_product_id"]:
        assert_counts(counts.value_counts(), planted.loc[product])
    assert moves["product_id"].nunique() == 12
    # The planted affinity is strong: one successor takes more than half.
    assert (planted.groupby("product_id").max() > 0.5).all()


def test_the_planted_share_of_people_comes_back(first_and_next, crm):
    days, comes_back = first_and_next
    planted = crm.truth.habits.set_index("parameter")["value"]
    # Of gaps at gamma-distributed rates (alpha / (alpha + t)) ** r are longer than t.
    is_over = 1 - (planted["alpha"] / (planted["alpha"] + days - 7)) ** planted["r"]
    assert_chances(comes_back, crm.truth.repeat_rate * is_over)
    assert crm.truth.repeat_rate == pytest.approx(planted["b"] / (planted["a"] + planted["b"]))


@pytest.mark.parametrize("habit", ["enrolments_per_year", "leaving_rate"])
def test_each_person_keeps_to_his_or_her_habits(first_and_next, crm, habit):
    days, comes_back = first_and_next
    people = crm.truth.people.set_index("customer_id").loc[days.index]
    is_over = 1 - np.exp(-people["enrolments_per_year"] / 365.25 * (days - 7))
    chances = (1 - people["leaving_rate"]) * is_over
    fifths = pd.qcut(people[habit], 5)
    for _fifth, each in chances.groupby(fifths, observed=True):
        assert_chances(comes_back[each.index], each)


def test_habits_are_drawn_from_the_planted_distributions(crm):
    assert crm.truth.people["customer_id"].tolist() == crm.customers["customer_id"].tolist()
    # All who came during the export are in it; of the others those who stay long.
    habits = crm.truth.people[(crm.customers["created_at"] >= START).to_numpy()]
    planted = crm.truth.habits.set_index("parameter")["value"]
    pace = gamma(planted["r"], scale=365.25 / planted["alpha"])
    assert kstest(habits["enrolments_per_year"], pace.cdf).pvalue > 1e-4
    assert kstest(habits["leaving_rate"], beta(planted["a"], planted["b"]).cdf).pvalue > 1e-4


def test_a_purchase_model_finds_how_people_differ(crm):
    came = crm.customers.loc[crm.customers["created_at"] >= START, "customer_id"]
    sold = crm.transactions[crm.transactions["customer_id"].isin(came)]
    model = ModifiedBetaGeoModel().fit(purchase_history(sold, as_of=crm.as_of))
    assert model.a_ / (model.a_ + model.b_) == pytest.approx(1 - crm.truth.repeat_rate, rel=0.03)
    # The shortest gap and the seasons are not in the model, which takes people for more alike.
    mean_gap = crm.truth.habits.set_index("parameter")["value"].loc["alpha"] / 2 + 7
    assert 7 * model.alpha_ / model.r_ == pytest.approx(mean_gap, rel=0.1)
    assert 1.5 < model.r_ < 4


@pytest.mark.parametrize("seed", [1, 2])
def test_purchase_models_fit_few_companies_too(seed):
    crm = simulate_crm(200, random_state=seed)
    model = BetaGeoModel().fit(purchase_history(crm.transactions, as_of=crm.as_of))
    estimates = model.summary()
    # Bounds within a factor of five: the likelihood has a true maximum.
    assert (estimates["high"] < 5 * estimates["low"]).all()


def test_people_do_not_take_two_programmes_on_one_day(enrolments):
    gaps = enrolments.groupby("customer_id")["ordered_at"].diff().dropna()
    assert gaps.min() > pd.Timedelta(days=3)


def test_companies_send_people_to_their_favourite_category_first(crm, newcomers):
    first = newcomers.merge(crm.truth.accounts, how="left")
    planted = crm.truth.first_programmes
    groups = [*crm.truth.accounts["favourite_category"].dropna().unique(), None]
    for category in groups:
        is_group = first["favourite_category"].isna()
        is_planted = planted["favourite_category"].isna()
        if category is not None:
            is_group = first["favourite_category"] == category
            is_planted = planted["favourite_category"] == category
        shares = planted[is_planted].set_index("product_id")["probability"]
        assert_counts(first.loc[is_group, "product_id"].value_counts(), shares)
    assert len(groups) == 5


def test_heavy_companies_buy_more_of_their_category_in_all(crm, enrolments):
    lines = enrolments.merge(crm.customers[["customer_id", "account_id"]]).merge(crm.truth.accounts)
    for category in ("Finance", "Leadership", "Strategy", "General management"):
        is_category = lines["category"] == category
        heavy = is_category[lines["favourite_category"] == category].mean()
        neutral = is_category[lines["favourite_category"].isna()].mean()
        assert heavy > 1.25 * neutral
    assert_rate(crm.truth.accounts["favourite_category"].notna(), 0.3)


def test_people_belong_to_companies_in_proportion_to_their_shares(crm):
    shares = crm.truth.accounts.set_index("account_id")["share"]
    assert shares.sum() == pytest.approx(1)
    n_people = crm.customers["account_id"].value_counts().reindex(shares.index, fill_value=0)
    large = shares[shares * n_people.sum() >= 5]
    rest = 1 - large.sum()
    counts = pd.concat(
        [n_people[large.index], pd.Series({"rest": n_people.drop(large.index).sum()})]
    )
    assert_counts(counts, pd.concat([large, pd.Series({"rest": rest})]))
    assert_rate(crm.customers["account_id"].isna(), 0.08)


def test_few_companies_are_large(crm):
    shares = crm.truth.accounts["share"].sort_values(ascending=False)
    # Of log-normal weights, the top 5 % hold Φ(σ − z.95), that is 32.8 % for σ = 1.2.
    expected = norm.cdf(1.2 - norm.ppf(0.95))
    assert shares.head(len(shares) // 20).sum() == pytest.approx(expected, rel=0.15)
    sizes = crm.accounts["n_employees"].rank()
    assert sizes.corr(crm.truth.accounts["share"].rank()) > 0.8


def test_subsidiaries_are_smaller_than_their_parents(crm):
    shares = crm.truth.accounts.set_index("account_id")["share"]
    owned = crm.accounts.dropna(subset="parent_account_id")
    assert_rate(crm.accounts["parent_account_id"].notna(), 0.12)
    parents = shares[owned["parent_account_id"]].to_numpy()
    assert (parents > shares[owned["account_id"]].to_numpy()).all()
    # Some groups have more than two levels.
    assert owned["parent_account_id"].isin(owned["account_id"]).any()


def test_channels_are_chosen_by_programme(crm, enrolments):
    planted = crm.truth.channels.set_index(["product_id", "channel"])["probability"]
    for product, channels in enrolments.groupby("product_id")["channel"]:
        assert_counts(channels.value_counts(), planted.loc[product])


def test_coaching_is_sold_with_programmes_on_leadership(crm, enrolments):
    coaching = crm.transactions[crm.transactions["category"] == "Services"]
    assert coaching["order_id"].isin(enrolments["order_id"]).all()
    is_attached = enrolments["order_id"].isin(coaching["order_id"])
    planted = crm.truth.attach_rates.set_index("category")["probability"]
    for category, hits in is_attached.groupby(enrolments["category"]):
        assert_rate(hits, planted[category])
    assert planted.idxmax() == "Leadership"


def test_discounts_differ_by_channel(crm, enrolments):
    paid = enrolments[enrolments["revenue"] > 0]
    planted = crm.truth.discounts.set_index("channel")["probability"]
    for channel, hits in (paid["discount"] > 0).groupby(paid["channel"]):
        assert_rate(hits, planted[channel])
    depth = (paid["discount"] / (paid["discount"] + paid["revenue"])).round(6)
    assert set(depth.unique()) == {0.0, 0.1, 0.15, 0.2}


def test_amounts_are_the_price_less_the_discount(crm, enrolments):
    price = crm.products.set_index("product_id")["unit_price"]
    listed = price[enrolments["product_id"]].to_numpy() * enrolments["quantity"]
    np.testing.assert_allclose(enrolments["revenue"] + enrolments["discount"], listed)
    assert (enrolments["quantity"] >= 1).all()
    has_several = enrolments["quantity"] > 1
    assert set(enrolments.loc[has_several, "channel"]) == {"sales representative"}
    assert enrolments["cost"].sum() < enrolments["revenue"].sum()


def test_some_enrolments_are_free_and_some_are_cancelled(crm, enrolments):
    assert_rate(enrolments["revenue"] == 0, crm.truth.free_rate)
    refunds = crm.transactions[crm.transactions["revenue"] < 0]
    paid = enrolments[enrolments["revenue"] > 0]
    observed = paid[paid["ordered_at"] < END - pd.Timedelta(days=40)]
    assert_rate(observed["order_id"].isin(refunds["order_id"]), crm.truth.refund_rate)
    pairs = refunds.merge(paid, on=["order_id", "product_id"], suffixes=("", "_paid"))
    assert len(pairs) == len(refunds)
    for amount in ("quantity", "revenue", "cost", "discount"):
        assert (pairs[amount] == -pairs[f"{amount}_paid"]).all()
    days = (pairs["ordered_at"] - pairs["ordered_at_paid"]).dt.days
    assert days.between(3, 40).all()
    assert not crm.ratings["order_id"].isin(refunds["order_id"]).any()


def test_coaches_have_their_shares_and_their_quality(crm, enrolments):
    planted = crm.truth.coaches.set_index("partner_id")
    assert len(planted) == 24
    for category, coaches in enrolments.groupby("category")["partner_id"]:
        shares = planted.loc[planted["category"] == category, "share"]
        assert_counts(coaches.value_counts(), shares)
    scores = crm.ratings.groupby("partner_id")["score"].agg(["mean", "std", "size"])
    z = (scores["mean"] - planted["mean_score"]) / (scores["std"] / np.sqrt(scores["size"]))
    assert z.abs().max() < 4
    assert z.std() == pytest.approx(1, abs=0.5)
    assert planted["mean_score"].std() > 0.3
    assert crm.ratings["score"].between(1, 10).all()
    # What small samples do to a ranking is part of what is planted.
    assert scores["size"].max() > 10 * scores["size"].min()


def test_ratings_are_of_the_coach_of_the_order(crm, enrolments):
    rated = crm.ratings.merge(enrolments, on="order_id", suffixes=("", "_ordered"))
    assert len(rated) == len(crm.ratings)
    for column in ("customer_id", "product_id", "partner_id"):
        assert (rated[column] == rated[f"{column}_ordered"]).all()
    assert (rated["answered_at"] - rated["ordered_at"]).dt.days.between(20, 60).all()


def test_marketing_costs_the_planted_amount_per_order(crm, enrolments):
    spent = crm.spend.groupby("channel")["cost"].sum()
    n_orders = enrolments["channel"].value_counts()
    planted = crm.truth.costs_per_order.set_index("channel")["cost"]
    # 36 months with a spread of 10 % each: 2 % in all.
    np.testing.assert_allclose((spent / n_orders)[planted.index], planted, rtol=0.07)
    assert len(crm.spend) == 36 * 5


def test_seasons_and_waning_growth(crm, enrolments):
    # Enrolments of one person come in chains, which spread counts wider than Poisson's.
    months = enrolments["ordered_at"].dt.to_period("M").value_counts().sort_index()
    planted = crm.truth.months.set_index(crm.truth.months["month"].dt.to_period("M"))["share"]
    assert planted.sum() == pytest.approx(1)
    expected = planted * len(enrolments)
    np.testing.assert_allclose(months, expected, atol=6 * np.sqrt(expected.max()))
    assert np.corrcoef(months, expected)[0, 1] > 0.98
    years = months.groupby(months.index.year).sum()
    growth = years.pct_change().dropna()
    np.testing.assert_allclose(growth, [0.09, 112 / 109 - 1], atol=0.03)
    assert growth.iloc[1] < growth.iloc[0]


def test_same_seed_same_tables():
    first, again = (simulate_crm(30, random_state=7) for _ in range(2))
    other = simulate_crm(30, random_state=8)
    for name in ("accounts", "customers", "products", "transactions", "ratings", "spend"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert not first.transactions.equals(other.transactions)
    drawn = [simulate_crm(30, random_state=np.random.default_rng(7)) for _ in range(2)]
    pd.testing.assert_frame_equal(drawn[0].transactions, drawn[1].transactions)


@pytest.mark.parametrize("seed", range(5))
def test_one_company_is_enough(seed):
    crm = simulate_crm(1, random_state=seed)
    assert crm.accounts["account_id"].tolist() == ["A00001"]
    assert crm.accounts["parent_account_id"].isna().all()
    assert len(crm.spend) == 180


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "n_accounts is 1 or more: got 0"),
        (2.5, TypeError, "n_accounts is a whole number: got 2.5"),
        ("9", TypeError, "n_accounts is a whole number: got '9'"),
    ],
)
def test_impossible_numbers_of_companies_are_refused(n, error, message):
    with pytest.raises(error, match=message):
        simulate_crm(n, random_state=1)


@pytest.mark.parametrize(
    ("seed", "error"), [(None, TypeError), ("1", TypeError), (1.5, TypeError), (-1, ValueError)]
)
def test_impossible_seeds_are_refused(seed, error):
    with pytest.raises(error, match="random_state is a whole number from 0, or a numpy"):
        simulate_crm(1, random_state=seed)
