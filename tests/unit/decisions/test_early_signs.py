"""Early warnings: false alarms, power, and agreement with statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from custintel._significance import q_values
from custintel.decisions import early_warnings
from custintel.decisions._step_tests import step_test
from custintel.errors import SchemaError

MONTHS = pd.period_range("2021-01", periods=39, freq="M")


def autocorrelated(rng, n_series, n, habit):
    noise = rng.normal(size=(n + 50, n_series))
    for t in range(1, len(noise)):
        noise[t] += habit * noise[t - 1]
    return noise[50:]


def share_of_alarms(values, trials=None, season=1, watch=3):
    columns = range(values.shape[1])
    tested = [
        step_test(
            values[:, i],
            None if trials is None else trials[:, i],
            watch=watch,
            season=season,
            level=0.95,
        )
        for i in columns
    ]
    return np.mean([each.p <= 0.05 for each in tested])


@pytest.mark.parametrize(("habit", "most"), [(0.0, 0.075), (0.3, 0.10), (0.6, 0.13)])
def test_alarms_without_a_change_are_few(habit, most):
    values = autocorrelated(np.random.default_rng(1), 500, 39, habit)
    share = share_of_alarms(values)
    assert 0.01 < share < most


def test_alarms_of_seasonal_figures_are_few():
    rng = np.random.default_rng(2)
    season = 5 * np.sin(2 * np.pi * np.arange(39) / 12)[:, None]
    share = share_of_alarms(rng.normal(size=(39, 400)) + season, season=12)
    assert 0.01 < share < 0.085


def test_alarms_of_rates_are_few():
    rng = np.random.default_rng(3)
    trials = rng.integers(50, 2000, (39, 400)).astype(float)
    share = share_of_alarms(rng.binomial(trials.astype(int), 0.1) / trials, trials)
    assert 0.005 < share < 0.075


def test_a_step_is_found_with_its_size_and_start():
    rng = np.random.default_rng(4)
    values = rng.normal(size=(39, 100))
    values[-2:] += 5.0
    tests = [step_test(each, None, watch=3, season=1, level=0.95) for each in values.T]
    assert np.mean([each.p <= 0.01 for each in tests]) > 0.95
    assert np.mean([each.start == 37 for each in tests]) > 0.9
    covered = [each.size_low < 5 < each.size_high for each in tests if each.start == 37]
    assert 0.88 < np.mean(covered) <= 1


def test_independent_errors_give_the_t_test_of_statsmodels():
    rng = np.random.default_rng(5)
    values = 10 + rng.normal(size=11)
    values[-1] += 3
    found = step_test(values, None, watch=1, season=1, level=0.9)
    step = (np.arange(11) == 10).astype(float)
    fitted = sm.OLS(values, np.column_stack([np.ones(11), step])).fit()
    assert found.p == pytest.approx(fitted.pvalues[1])
    assert found.size == pytest.approx(fitted.params[1])
    assert [found.size_low, found.size_high] == pytest.approx(fitted.conf_int(0.1)[1].tolist())


def test_control_limits_are_the_prediction_interval_of_statsmodels():
    values = 10 + np.random.default_rng(6).normal(size=11)
    found = step_test(values, None, watch=1, season=1, level=0.9)
    usual = sm.OLS(values[:-1], np.ones(10)).fit()
    frame = usual.get_prediction(np.ones(1)).summary_frame(alpha=0.1)
    assert found.expected[-1] == pytest.approx(frame["mean"].iloc[0])
    ends = frame[["obs_ci_lower", "obs_ci_upper"]].iloc[0].tolist()
    assert [found.low[-1], found.high[-1]] == pytest.approx(ends)


def test_given_errors_that_follow_one_another_statsmodels_agrees():
    rng = np.random.default_rng(7)
    values = 10 + autocorrelated(rng, 1, 30, 0.6)[:, 0]
    found = step_test(values, None, watch=1, season=1, level=0.9)
    at = np.arange(30)
    design = np.column_stack([np.ones(30), at / 29, (at == 29).astype(float)])
    order = sm.regression.linear_model.GLS(
        values, design, sigma=found.habit ** np.abs(at[:, None] - at)
    ).fit()
    assert 0 < found.habit < 0.95
    assert found.size == pytest.approx(order.params[2])
    assert found.p == pytest.approx(order.pvalues[2])


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(20)
    values = pd.DataFrame(100 + rng.normal(size=(39, 6)), index=MONTHS, columns=list("abcdef"))
    values.loc["2024-02":, "b"] += 9
    values.loc["2024-03":, "d"] -= 12
    return early_warnings(values)


def test_the_changed_figures_are_named_and_the_others_are_not(found):
    warned = found.table.head(2)
    assert set(warned.index) == {"b", "d"}
    assert found.table["is_warning"].tolist() == [True] * 2 + [False] * 4
    assert warned.loc["b", "direction"] == "up"
    assert warned.loc["b", "since"] == pd.Period("2024-02", "M")
    assert warned.loc["d", "direction"] == "down"
    assert warned["change_low"].loc["b"] < 9 < warned["change_high"].loc["b"]
    assert found.summary()[0] == "2 of 6 figures have changed beyond their noise."
    assert "b: up by" in " ".join(found.summary())
    assert "since Feb 2024" in found.table.loc["b", "reason"]


def test_few_of_the_warnings_are_chance():
    rng = np.random.default_rng(13)
    false = []
    for _trial in range(80):
        values = rng.normal(size=(39, 8))
        values[-2:, :2] += 5
        tests = [step_test(each, None, watch=3, season=1, level=0.95) for each in values.T]
        is_warned = q_values([each.p for each in tests]) <= 0.05
        false.append(is_warned[2:].sum() / max(is_warned.sum(), 1))
    assert np.mean(false) < 0.08


def test_p_is_corrected_for_all_figures(found):
    from scipy.stats import false_discovery_control

    np.testing.assert_allclose(found.table["q"], false_discovery_control(found.table["p"]))


def test_long_and_wide_tables_agree():
    rng = np.random.default_rng(9)
    wide = pd.DataFrame(rng.normal(size=(39, 2)), index=MONTHS, columns=["a", "b"])
    long = wide.rename_axis("period").reset_index().melt("period", var_name="kpi")
    shuffled = long.sample(frac=1, random_state=1)
    first, second = early_warnings(wide).table, early_warnings(shuffled).table
    pd.testing.assert_frame_equal(first, second)


def test_a_rate_of_few_is_noisier_than_one_of_many():
    base = pd.DataFrame({"kpi": "rate", "period": MONTHS, "value": 0.1})
    base.loc[38, "value"] = 0.14
    few, many = (early_warnings(base.assign(denominator=n)).table.iloc[0] for n in (100, 10_000))
    assert not few["is_warning"]
    assert many["is_warning"]
    assert "up by 4.0%" in many["reason"]


def test_short_series_give_no_verdict_or_a_tentative_one():
    short = pd.DataFrame({"a": np.arange(6.0)}, index=MONTHS[:6])
    told = early_warnings(short).table.iloc[0]
    assert np.isnan(told["p"])
    assert not told["is_warning"]
    assert "3 periods of history are fewer than 8" in told["reason"]
    values = np.random.default_rng(1).normal(size=14)
    values[-1] += 20
    middling = pd.DataFrame({"a": values}, index=MONTHS[:14])
    row = early_warnings(middling).table.iloc[0]
    assert row["is_warning"]
    assert row["is_tentative"]
    assert row["reason"].endswith("Little history: tentative.")


def test_a_constant_figure_is_quiet_until_it_moves():
    flat = pd.DataFrame({"a": 5.0, "b": [5.0] * 38 + [6.0]}, index=MONTHS)
    table = early_warnings(flat).table
    assert table["is_warning"].to_dict() == {"b": True, "a": False}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"a": [1.0, np.nan, 2.0]}), "1 value that is missing"),
        (pd.DataFrame({"a": ["x", "y"]}), "no numbers"),
        (pd.DataFrame({"a": [np.nan]}), "holds no value"),
        (pd.DataFrame(index=MONTHS), "holds no figure"),
        (pd.DataFrame({"a": [1.0, 2.0]}, index=[1, 1]), "come twice: '1'"),
        (pd.DataFrame({"a": [1.0, 2.0]}, index=MONTHS[[0, 3]]), "lacks 2 periods"),
        (pd.DataFrame({"kpi": ["a"], "value": [1.0]}), "lacks 'period'"),
        (
            pd.DataFrame({"kpi": "a", "period": [1], "value": [1.2], "denominator": [5]}),
            "no rate 0-1",
        ),
    ],
)
def test_bad_series_are_refused(table, message):
    with pytest.raises(SchemaError, match=message):
        early_warnings(table)


def dated(n=30, seed=1):
    days = pd.date_range("2022-01-01", periods=n, freq="MS")
    return pd.DataFrame({"a": np.random.default_rng(seed).normal(size=n)}, index=days)


@pytest.mark.parametrize("lost", [[10], [4, 20, 21]])
def test_dates_with_a_period_lacking_are_refused(lost):
    table = dated()
    with pytest.raises(SchemaError, match=f"lacks {len(lost)} period"):
        early_warnings(table.drop(index=table.index[lost]))
    texts = table.set_axis(table.index.strftime("%Y-%m"), axis=0)
    with pytest.raises(SchemaError, match=f"lacks {len(lost)} period"):
        early_warnings(texts.drop(index=texts.index[lost]))


def test_days_off_the_first_of_a_month_are_months_all_the_same():
    table = dated()
    late = table.set_axis(table.index + pd.to_timedelta(np.arange(30) % 3, "D"), axis=0)
    pd.testing.assert_frame_equal(early_warnings(late).table, early_warnings(table).table)


def test_periods_without_an_order_in_time_are_refused():
    table = dated()
    with pytest.raises(SchemaError, match="no dates, such as 'Jan 2022', 'Feb 2022'"):
        early_warnings(table.set_axis(table.index.strftime("%b %Y"), axis=0))
    with pytest.raises(SchemaError, match="do not follow one another evenly"):
        early_warnings(table.set_axis([*range(29), 40], axis=0))
    odd = table.index[0] + pd.to_timedelta(np.arange(30) ** 2 * 3, "D")
    with pytest.raises(SchemaError, match="do not follow one another evenly"):
        early_warnings(table.set_axis(odd, axis=0))


@pytest.mark.parametrize("every", ["B", "14D", "QS", "W-WED", "D", "h"])
def test_regular_dates_are_taken_as_they_are(every):
    days = pd.date_range("2022-01-03", periods=30, freq=every)
    assert early_warnings(dated().set_axis(days, axis=0)).table["n_history"].tolist() == [27]
