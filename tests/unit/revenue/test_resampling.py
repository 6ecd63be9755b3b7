import numpy as np
import pandas as pd
import pytest
from scipy import stats

from custintel.errors import WeakResultWarning
from custintel.revenue import concentration_intervals, concentration_table
from custintel.revenue import resampling as module

MEASURES = ["cr_1", "cr_10", "hhi", "gini", "pareto_share"]


def one_period(amounts):
    return pd.DataFrame({2024: amounts}, index=range(len(amounts)), dtype=float)


def gini(amounts):
    """Return the Gini index as the mean difference of all pairs, half of it over the mean."""
    pairs = np.abs(amounts[:, None] - amounts[None, :]).mean()
    return pairs / (2 * amounts.mean())


def hhi(amounts):
    return float(((amounts / amounts.sum()) ** 2).sum())


def cr_10(amounts):
    return np.sort(amounts)[::-1][:10].sum() / amounts.sum()


@pytest.mark.parametrize(("name", "statistic"), [("gini", gini), ("hhi", hhi), ("cr_10", cr_10)])
def test_bounds_are_those_of_scipys_resamples(name, statistic):
    amounts = np.random.default_rng(1).lognormal(size=60)
    ours = concentration_intervals(one_period(amounts), n_resamples=20_000).xs(name, level=1)
    theirs = stats.bootstrap(
        (amounts,), statistic, n_resamples=20_000, vectorized=False, random_state=2
    ).bootstrap_distribution
    # The bias correction of Efron and Tibshirani (1993), equation 14.10 with a = 0.
    bias = stats.norm.ppf((theirs < statistic(amounts)).mean())
    low, high = np.quantile(theirs, stats.norm.cdf(2 * bias + stats.norm.ppf([0.025, 0.975])))
    # Both ends are quantiles of 20,000 draws: they differ by some hundredths of the width.
    assert ours["low"].iloc[0] == pytest.approx(low, abs=0.03 * (high - low))
    assert ours["high"].iloc[0] == pytest.approx(high, abs=0.03 * (high - low))


def test_values_are_those_of_the_concentration_table():
    table = pd.DataFrame(np.random.default_rng(0).gamma(1, 9, (40, 2)), columns=[2023, 2024])
    intervals = concentration_intervals(table)
    expected = concentration_table(table)[MEASURES]
    for measure in MEASURES:
        values = intervals.xs(measure, level="measure")["value"]
        np.testing.assert_allclose(values, expected[measure])
    assert (intervals["low"] <= intervals["high"]).all()
    assert intervals["n_customers"].tolist() == [40] * 10


def test_intervals_hold_the_gini_of_a_lognormal_population():
    # Gini of a lognormal: 2 Φ(σ / √2) − 1.
    sigma, n_sets = 0.8, 200
    true = 2 * stats.norm.cdf(sigma / np.sqrt(2)) - 1
    samples = np.random.default_rng(7).lognormal(0, sigma, (400, n_sets))
    table = pd.DataFrame(samples, columns=pd.period_range("2000-01", periods=n_sets, freq="M"))
    found = concentration_intervals(table, n_resamples=400).xs("gini", level="measure")
    coverage = ((found["low"] <= true) & (true <= found["high"])).mean()
    # Bootstrap intervals of a skewed population fall a little short of the 95 % they aim at.
    assert 0.89 <= coverage <= 0.98


def test_many_customers_in_cells_give_the_bounds_of_customers_one_by_one(monkeypatch):
    amounts = np.random.default_rng(3).lognormal(0, 1.5, 8_000)
    alone = concentration_intervals(one_period(amounts), n_resamples=500)
    monkeypatch.setattr(module, "_ALONE", 300)
    monkeypatch.setattr(module, "_CELLS", 900)
    in_cells = concentration_intervals(one_period(amounts), n_resamples=500, random_state=1)
    width = alone["high"] - alone["low"]
    for end in ("low", "high"):
        assert ((in_cells[end] - alone[end]).abs() < 0.25 * width).all()


def test_cells_lose_no_measure(monkeypatch):
    amounts = np.random.default_rng(3).lognormal(0, 1.5, 20_000)
    cells = module._cells(amounts / amounts.mean())
    assert len(cells.count) == 10_000
    assert cells.count.sum() == 20_000
    once = module._measures(cells, cells.count[None, :].astype(float), [1, 10, 4_000])[0]
    exact = concentration_table(one_period(amounts)).iloc[0][MEASURES]
    np.testing.assert_allclose(once, exact.astype(float), rtol=1e-4)


def test_the_seed_decides():
    table = one_period(np.arange(1.0, 51.0))
    first = concentration_intervals(table, random_state=5)
    pd.testing.assert_frame_equal(first, concentration_intervals(table, random_state=5))
    assert not first.equals(concentration_intervals(table, random_state=6))
    generator = np.random.default_rng(5)
    pd.testing.assert_frame_equal(first, concentration_intervals(table, random_state=generator))


def test_a_higher_level_is_wider():
    table = one_period(np.arange(1.0, 51.0))
    wide, narrow = (concentration_intervals(table, level=level) for level in (0.99, 0.5))
    assert (wide["low"] < narrow["low"]).all()
    assert (wide["high"] > narrow["high"]).all()


def test_large_amounts_are_no_obstacle():
    amounts = np.arange(1.0, 51.0)
    plain = concentration_intervals(one_period(amounts))
    large = concentration_intervals(one_period(amounts * 1e28))
    columns = ["low", "high"]
    pd.testing.assert_frame_equal(large[columns], plain[columns])


def test_few_customers_are_told_and_none_give_no_numbers():
    table = pd.DataFrame({2023: [3.0, 1.0], 2024: [0.0, 0.0]}, index=["ann", "bob"])
    with pytest.warns(WeakResultWarning, match="1 period has fewer than 30 customers.*'2023'"):
        found = concentration_intervals(table)
    assert found.loc[pd.Period("2024")][["value", "low", "high"]].isna().all(axis=None)
    assert found.loc[(pd.Period("2023"), "cr_10"), ["low", "high"]].tolist() == [1, 1]


def test_no_period_gives_no_row():
    assert concentration_intervals(pd.DataFrame(index=["a"])).empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"level": 1.0}, "level lies between 0 and 1"),
        ({"level": 95}, "level lies between 0 and 1"),
        ({"n_resamples": 0}, "n_resamples is a whole number"),
        ({"pareto": 20}, "pareto lies between"),
        ({"top": [0]}, "top holds whole numbers"),
    ],
)
def test_unusable_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        concentration_intervals(one_period([1.0]), **arguments)
