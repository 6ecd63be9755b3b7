"""PropensityModel: from thousands of customers down to a handful of accounts."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import binomtest

from custintel._shrinkage import shrunk_rates
from custintel.errors import SchemaError
from custintel.models import PropensityModel


@pytest.fixture(scope="module")
def accounts():
    """Return 60 accounts, of whom 20 bought, mostly those with many orders."""
    rng = np.random.default_rng(6)
    table = pd.DataFrame(
        {
            "sector": np.repeat(["bank", "food", "travel"], 20),
            "n_orders": rng.poisson(5, 60).astype(float),
            "revenue": rng.lognormal(6, 1, 60),
        },
        index=pd.Index([f"a{i:02}" for i in range(60)], name="customer_id"),
    )
    score = table["n_orders"] + rng.normal(0, 1.5, 60)
    return table, (score >= score.nlargest(20).min()).to_numpy()


@pytest.fixture(scope="module")
def of_accounts(accounts):
    return PropensityModel(segment="sector").fit(*accounts)


def few(accounts, n):
    """Return labels of which only `n` are true."""
    return accounts[1] & (np.cumsum(accounts[1]) <= n)


@pytest.mark.parametrize(
    ("n_events", "min_events", "method"),
    [(20, 20, "logistic"), (20, 50, "firth"), (9, 50, "segment_rate")],
)
def test_the_method_follows_the_events(accounts, n_events, min_events, method):
    model = PropensityModel(min_events=min_events, n_folds=2, penalty=1.0)
    labels = few(accounts, n_events)
    if method == "logistic":
        with pytest.warns(UserWarning, match="fewer than 10 for each"):
            model.fit(accounts[0], labels)
    else:
        model.fit(accounts[0], labels)
    assert model.method_ == method


def test_few_buyers_take_few_columns_and_keep_the_rate(accounts, of_accounts):
    said = of_accounts.probabilities(accounts[0])
    assert (of_accounts.summary()["coefficient"] != 0).sum() == 2
    assert of_accounts.summary().index[0] == "n_orders"
    assert said["probability"].mean() == pytest.approx(20 / 60, rel=1e-9)
    assert (said["probability_low"] < said["probability"]).all()
    assert (said["probability"] < said["probability_high"]).all()


def test_rates_have_exact_intervals_and_are_shrunk(accounts, of_accounts):
    table, bought = accounts
    rates = of_accounts.rates()
    n = pd.Series(bought).groupby(table["sector"].to_numpy()).agg(["sum", "count"])
    for name, (k, total) in n.iterrows():
        exact = binomtest(int(k), int(total)).proportion_ci(0.95, method="exact")
        found = rates.loc[name, ["rate_low", "rate_high"]]
        assert found.tolist() == pytest.approx([exact.low, exact.high], rel=1e-9)
    shrunk = shrunk_rates([*n["sum"], 0], [*n["count"], 0])
    assert rates["shrunk_rate"].tolist() == pytest.approx(shrunk.value.tolist())
    assert rates.index[-1] == "other"


def test_customers_without_history_get_the_rate_of_their_segment(accounts, of_accounts):
    new = accounts[0].head(3).assign(n_orders=[np.nan, np.nan, 4.0], revenue=np.nan)
    said = of_accounts.probabilities(new)
    assert said["is_cold_start"].tolist() == [True, True, False]
    expected = of_accounts.rates().loc["bank", ["shrunk_rate", "shrunk_low", "shrunk_high"]]
    columns = ["probability", "probability_low", "probability_high"]
    assert said[columns].iloc[0].tolist() == expected.tolist()


def test_one_left_out_is_not_seen(accounts):
    # The labels of the others alone decide what is said of an account.
    table, bought = accounts
    model = PropensityModel(method="segment_rate", segment="sector")
    found = model.leave_one_out(table, bought)
    assert found["outcome"].tolist() == bought.tolist()
    for at in (0, 59):
        others = np.arange(60) != at
        alone = PropensityModel(method="segment_rate", segment="sector")
        alone.fit(table[others], bought[others])
        expected = alone.probabilities(table.iloc[[at]])["probability"].iloc[0]
        assert found["probability"].iloc[at] == pytest.approx(expected, rel=1e-12)


def test_leaving_out_the_only_buyer_leaves_a_low_rate(accounts):
    found = PropensityModel().leave_one_out(accounts[0], few(accounts, 1))
    buyer = found.loc[found["outcome"], "probability"].iloc[0]
    assert 0 < buyer < found.loc[~found["outcome"], "probability"].min()


def test_leave_one_out_of_a_regression_ranks_buyers_first(accounts):
    found = PropensityModel(n_folds=2).leave_one_out(*accounts)
    means = found.groupby("outcome")["probability"].mean()
    assert found.index.equals(accounts[0].index)
    assert means[True] > means[False] + 0.1


def test_lookalikes_are_the_likeliest_who_have_not_bought(accounts, of_accounts):
    table, bought = accounts
    found = of_accounts.lookalikes(table, buyers=bought, n=5)
    said = of_accounts.probabilities(table)["probability"]
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert not set(found.index) & set(table.index[bought])
    assert found["probability"].tolist() == said[~bought].nlargest(5).tolist()
    with pytest.raises(SchemaError, match="one class alone"):
        of_accounts.lookalikes(table, buyers=np.ones(60, dtype=bool))
    with pytest.raises(ValueError, match="n is a whole number"):
        of_accounts.lookalikes(table, buyers=bought, n=0)


def test_intervals_cover_the_chance():
    # One feature that counts, of 60 accounts: 20 to 30 buyers.
    rng = np.random.default_rng(7)
    inside = total = 0
    for _draw in range(60):
        x = pd.DataFrame({"growth": rng.normal(size=60)})
        chance = expit(-0.5 + x["growth"])
        model = PropensityModel(method="firth", transformation="none", n_folds=2)
        said = model.fit(x, rng.random(60) < chance).probabilities(x)
        inside += said["probability_low"].lt(chance).mul(said["probability_high"].gt(chance)).sum()
        total += 60
    assert inside / total > 0.88


def test_a_column_that_one_account_fills_can_be_held_back(accounts):
    # The folds without this account have nothing to learn from.
    table, bought = accounts
    alone = pd.DataFrame({"is_key": np.arange(60) == 0}, index=table.index)
    model = PropensityModel().fit(alone, bought)
    assert model.method_ == "firth"
    assert model.probabilities(alone)["probability"].mean() == pytest.approx(1 / 3, rel=1e-9)


def test_an_unknown_segment_is_named(accounts):
    with pytest.raises(SchemaError, match="segment='country' is no feature"):
        PropensityModel(segment="country").fit(*accounts)


def test_many_customers_cannot_each_be_left_out():
    table = pd.DataFrame({"n_orders": np.arange(1001.0)})
    with pytest.raises(SchemaError, match="1001 customers"):
        PropensityModel().leave_one_out(table, np.arange(1001) % 2)
