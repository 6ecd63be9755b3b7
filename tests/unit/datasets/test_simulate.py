"""Simulated transactions: their form, their chunks, and their moments in closed form."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel.datasets import simulate_transactions, simulate_transactions_to_parquet
from custintel.models import BetaGeoModel

PERIOD_START = pd.Timestamp("2024-01-01")


@pytest.fixture(scope="module")
def transactions():
    return simulate_transactions(60_000, random_state=1)


def repeats_and_exposure(transactions):
    """Return repeat purchases by customer, and the days from the first one to the end."""
    first = transactions.groupby("customer_id", sort=False)["ordered_at"].agg(["min", "count"])
    days = (PERIOD_START + pd.Timedelta(weeks=78) - first["min"]) / pd.Timedelta(days=1)
    return first["count"].to_numpy() - 1, days.to_numpy()


def assert_mean(sample, expected):
    error = sample.std() / np.sqrt(len(sample))
    assert sample.mean() == pytest.approx(expected, abs=4 * error)


def test_form_of_the_table(transactions):
    assert list(transactions) == ["order_id", "line_id", "customer_id", "ordered_at", "revenue"]
    assert transactions["order_id"].is_unique
    assert transactions["customer_id"].nunique() == 60_000
    assert transactions["ordered_at"].dtype == "datetime64[us]"
    assert (
        transactions["ordered_at"].between(PERIOD_START, PERIOD_START + pd.Timedelta("546D")).all()
    )
    cents = transactions["revenue"] * 100
    assert (cents.round() - cents).abs().max() < 1e-6
    assert (cents >= 1).all()
    assert transactions.groupby("customer_id")["ordered_at"].is_monotonic_increasing.all()


def test_first_purchases_are_even_over_the_first_quarter(transactions):
    first = transactions.groupby("customer_id")["ordered_at"].min()
    share = (first - PERIOD_START) / pd.Timedelta(weeks=78 / 4)
    assert share.between(0, 1).all()
    assert_mean(share, 0.5)
    assert share.var() == pytest.approx(1 / 12, rel=0.02)


def test_bg_nbd_repeats_have_the_expected_mean(transactions):
    repeats, days = repeats_and_exposure(transactions)
    model = BetaGeoModel.from_parameters(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    assert_mean(repeats - model.expected_repeat_purchases(days), 0)


def test_pareto_nbd_repeats_have_the_expected_mean():
    r, alpha, s, beta = 0.7, 8.0, 1.6, 20.0
    parameters = {"beta": beta, "s": s, "alpha": alpha, "r": r}
    drawn = simulate_transactions(
        60_000, process="pareto_nbd", parameters=parameters, random_state=2
    )
    repeats, days = repeats_and_exposure(drawn)
    # Schmittlein, Morrison & Colombo (1987), equation 17.
    lived = beta / (s - 1) * (1 - (beta / (beta + days / 7)) ** (s - 1))
    assert_mean(repeats - r / alpha * lived, 0)


def test_amounts_have_the_mean_of_the_gamma_gamma_model(transactions):
    by_customer = transactions.groupby("customer_id")["revenue"].mean()
    assert_mean(by_customer, 6.25 * 15.44 / 2.74)


def test_spread_of_amounts_between_and_within_customers():
    parameters = {"r": 40.0, "alpha": 50.0, "a": 0.01, "b": 10.0}
    spend = {"p": 4.0, "q": 12.0, "v": 30.0}
    drawn = simulate_transactions(3000, parameters=parameters, spend=spend, random_state=3)
    revenue = drawn.groupby("customer_id")["revenue"]
    relative = revenue.std() / revenue.mean()
    assert relative.mean() == pytest.approx(4**-0.5, rel=0.02)
    means = revenue.mean()
    # Inverse gamma means: variation coefficient 1 / √(q − 2), a little more from averaging.
    assert means.std() / means.mean() == pytest.approx(10**-0.5, rel=0.06)


def test_same_seed_same_transactions():
    first, again = (simulate_transactions(500, random_state=4) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(simulate_transactions(500, random_state=5))
    from_generator = [
        simulate_transactions(500, random_state=np.random.default_rng(6)) for _ in range(2)
    ]
    pd.testing.assert_frame_equal(*from_generator)


def test_whole_blocks_are_the_same_whatever_follows(monkeypatch):
    monkeypatch.setattr("custintel.datasets.simulate._BLOCK", 100)
    few, many = (simulate_transactions(n, random_state=7) for n in (200, 450))
    pd.testing.assert_frame_equal(many.head(len(few)), few)


def test_parquet_holds_the_same_transactions(tmp_path, monkeypatch):
    monkeypatch.setattr("custintel.datasets.simulate._BLOCK", 300)
    file = simulate_transactions_to_parquet(
        tmp_path / "transactions.parquet", 1000, process="pareto_nbd", random_state=8
    )
    written = duckdb.sql(f"SELECT * FROM read_parquet('{file}')").df()
    expected = simulate_transactions(1000, process="pareto_nbd", random_state=8)
    pd.testing.assert_frame_equal(written, expected, check_dtype=False, check_exact=True)
    assert [each.name for each in tmp_path.iterdir()] == ["transactions.parquet"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"process": "nbd"}, "process is one of 'bg_nbd', 'pareto_nbd': got 'nbd'"),
        ({"parameters": {"r": 1.0}}, "parameters are 'r', 'alpha', 'a', 'b': got 'r'"),
        ({"spend": {"p": 1.0, "q": -1.0, "v": 2.0}}, "spend are finite numbers above zero"),
        ({"n_customers": 0}, "n_customers is 1 or more: got 0"),
        ({"duration": "78"}, "A span is a number above zero with its unit"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate_transactions(**{"n_customers": 5, "random_state": 1, **arguments})
