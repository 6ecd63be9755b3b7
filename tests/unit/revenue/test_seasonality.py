import numpy as np
import pandas as pd
import pytest
from scipy import stats

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import seasonality_table, weekday_table

KNOWN = np.array([0.6, 0.7, 1.0, 1.1, 0.9, 1.0, 0.8, 0.5, 1.2, 1.3, 1.3, 1.6])
KNOWN = KNOWN / KNOWN.mean()


def months(amounts, start="2019-01", names=None):
    rows = np.atleast_2d(amounts)
    periods = pd.period_range(start, periods=rows.shape[1], freq="M")
    return pd.DataFrame(rows, index=names or ["total"], columns=periods, dtype=float)


def test_known_indices_on_a_flat_level_come_back():
    found = seasonality_table(months(200 * np.tile(KNOWN, 4)))
    assert found.index.names == ["item", "month"]
    np.testing.assert_allclose(found["seasonal_index"], KNOWN, rtol=1e-12)
    np.testing.assert_allclose(found[["low", "high"]], np.stack([KNOWN, KNOWN]).T, rtol=1e-7)
    assert set(found["n_years"]) == {3}


def test_known_indices_on_a_trend_come_back_but_for_its_curvature():
    trend = 1.01 ** np.arange(72)
    found = seasonality_table(months(200 * np.tile(KNOWN, 6) * trend))
    np.testing.assert_allclose(found["seasonal_index"], KNOWN, rtol=0.01)


def test_a_table_may_begin_in_any_month():
    whole = np.tile(KNOWN, 5)
    found = seasonality_table(months(whole[4:-3], start="2019-05"))
    np.testing.assert_allclose(found["seasonal_index"], KNOWN, rtol=1e-12)
    # The middle of 53 months: May 2019 to September 2023 less half a year at each end.
    assert found["n_years"].tolist() == [4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 4, 4]


def test_the_mean_over_the_year_is_one_and_extremes_hold_it():
    rng = np.random.default_rng(0)
    found = seasonality_table(months(np.tile(KNOWN, 5) * rng.lognormal(0, 0.1, 60)))
    assert found["seasonal_index"].mean() == pytest.approx(1)
    assert (found["lowest"] < found["highest"]).all()
    assert (found["low"] < found["seasonal_index"]).all()
    assert (found["seasonal_index"] < found["high"]).all()


def test_intervals_hold_known_indices_as_often_as_they_say():
    rng = np.random.default_rng(1)
    amounts = np.tile(KNOWN, 5) * rng.lognormal(0, 0.1, (200, 60))
    found = seasonality_table(months(amounts, names=[str(i) for i in range(200)]))
    true = np.tile(KNOWN, 200)
    coverage = ((found["low"] <= true) & (true <= found["high"])).mean()
    assert 0.93 <= coverage <= 0.97


def test_each_item_has_its_own_season():
    flat = np.full(36, 5.0)
    both = seasonality_table(months([flat, np.tile(KNOWN, 3)], names=["flat", "known"]))
    np.testing.assert_allclose(both.loc["flat", "seasonal_index"], 1)
    np.testing.assert_allclose(both.loc["known", "seasonal_index"], KNOWN)


def test_quarters():
    quarters = pd.period_range("2020Q2", periods=13, freq="Q")
    amounts = [[130, 90, 80, 100] * 3 + [130]]
    found = seasonality_table(pd.DataFrame(amounts, index=["a"], columns=quarters))
    assert found.index.names[-1] == "quarter"
    assert found["seasonal_index"].tolist() == pytest.approx([1.0, 1.3, 0.9, 0.8])


def test_two_years_rest_on_one_ratio_and_have_no_interval():
    with pytest.warns(WeakResultWarning, match="Each month rests on one ratio"):
        found = seasonality_table(months(np.tile(KNOWN, 2)))
    assert found[["low", "high"]].isna().all(axis=None)
    assert set(found["n_years"]) == {1}


def test_items_that_lie_idle_have_no_index_and_are_told():
    idle = np.concatenate([np.zeros(24), np.ones(12)])
    with pytest.warns(WeakResultWarning, match="1 of 2 items has no seasonal index.*'idle'"):
        found = seasonality_table(months([idle, np.ones(36)], names=["idle", "busy"]))
    assert found.loc["idle", ["seasonal_index", "low", "high"]].isna().all(axis=None)
    assert found.loc["busy"].notna().all(axis=None)


def test_a_month_without_sales_has_the_index_zero():
    closed = np.tile(np.where(np.arange(12) == 7, 0.0, 1.0), 3)
    august = seasonality_table(months(closed)).loc[("total", 8)]
    assert august[["seasonal_index", "low", "high"]].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (months(np.ones(23)), "23 periods; two whole years, 24 periods"),
        (months(np.ones(30)).drop(columns=pd.Period("2019-05")), "Periods are missing"),
        (pd.DataFrame([[1.0] * 30], columns=range(1990, 2020)), "years, which have no season"),
        (pd.DataFrame(index=["a"]), "years, which have no season"),
    ],
)
def test_tables_without_a_season_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        seasonality_table(table)


def days(revenue, start="2024-01-01"):
    ordered_at = pd.date_range(start, periods=len(revenue), freq="D")
    return pd.DataFrame({"ordered_at": ordered_at, "revenue": revenue})


def test_weekdays_by_hand():
    # Two weeks: Mondays 10 and 30, Saturdays 20 and 80, of 140 in all.
    weeks = [10, 0, 0, 0, 0, 20, 0, 30, 0, 0, 0, 0, 80, 0]
    found = weekday_table(days(np.array(weeks, float)), as_of="2024-01-14")
    assert found.index.names == ["item", "weekday"]
    assert found["seasonal_index"].tolist() == pytest.approx([2, 0, 0, 0, 0, 5, 0])
    assert set(found["n_weeks"]) == {2}
    # Ratio of means: residuals of Monday are 10 − 2 × 30/7 and 30 − 2 × 110/7.
    residuals = np.array([10 - 60 / 7, 30 - 220 / 7])
    error = np.sqrt((residuals**2).sum() / 1 / 2) / 10
    factor = np.exp(stats.t.ppf(0.975, 1) * error / 2)
    assert found.loc[("total", 1), ["low", "high"]].tolist() == pytest.approx(
        [2 / factor, 2 * factor]
    )
    assert found.loc[("total", 2), ["low", "high"]].tolist() == [0, 0]


def test_only_whole_weeks_count():
    # From Wednesday 3 to Tuesday 23 January 2024: two whole weeks, from the 8th to the 21st.
    revenue = np.ones(21)
    revenue[[0, -1]] = 1000.0
    found = weekday_table(days(revenue, start="2024-01-03"), as_of="2024-01-23")
    assert found["seasonal_index"].tolist() == pytest.approx([1] * 7)
    assert set(found["n_weeks"]) == {2}


def test_weekdays_of_items_the_largest_first(order_lines):
    lines = pd.concat([days(np.ones(14)).assign(channel="web"), days(np.ones(14) * 3)])
    found = weekday_table(lines, as_of="2024-01-14", by="channel")
    assert list(found.index.unique(0)) == ["(missing)", "web"]
    assert found.index.names == ["channel", "weekday"]
    np.testing.assert_allclose(found["seasonal_index"], 1)


def test_weekdays_without_revenue_are_told():
    lines = pd.concat([days(-np.ones(14)).assign(channel="web"), days(np.ones(14))])
    with pytest.warns(WeakResultWarning, match="1 of 2 items.*'web'"):
        found = weekday_table(lines, as_of="2024-01-14", by="channel")
    assert found.loc["web", "seasonal_index"].isna().all()


@pytest.mark.parametrize(("as_of", "n"), [("2024-01-13", 1), ("2024-01-06", 0), ("2020-01-01", 0)])
def test_less_than_two_weeks_are_refused(as_of, n):
    with pytest.raises(SchemaError, match=f"cover {n} whole weeks"):
        weekday_table(days(np.ones(14)), as_of=as_of)


def test_intervals_of_weekdays_hold_known_indices():
    rng = np.random.default_rng(2)
    true = np.array([0.5, 0.8, 0.9, 1.0, 1.2, 2.0, 0.6])
    inside = []
    for _each in range(60):
        revenue = np.tile(true, 26) * rng.lognormal(0, 0.3, 182)
        found = weekday_table(days(revenue), as_of="2024-12-31")
        inside.append((found["low"] <= true).to_numpy() & (true <= found["high"]).to_numpy())
    assert 0.9 <= np.mean(inside) <= 0.99


def test_inputs_are_left_alone():
    table, lines = months(np.tile(KNOWN, 3)), days(np.ones(14))
    before = table.copy(deep=True), lines.copy(deep=True)
    seasonality_table(table)
    weekday_table(lines, as_of="2024-01-14")
    pd.testing.assert_frame_equal(table, before[0])
    pd.testing.assert_frame_equal(lines, before[1])
