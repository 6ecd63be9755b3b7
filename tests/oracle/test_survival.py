"""Survival curves, log-rank test and Cox regression against published values and R's.

Freireich, E. J. et al. (1963), Blood 21(6), 699-716: weeks of remission of 21 patients with 6-MP
and 21 with a placebo. The curve, the expected numbers and the log-rank statistic are those
printed in the textbooks (Kleinbaum and Klein 2012, chapters 2 and 3); Efron's coefficient 1.572
with standard error 0.412 is that of R's coxph. Further regressions are compared with R's results
that come with statsmodels.
"""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from statsmodels.duration.survfunc import survdiff

from custintel.datasets import load_cdnow
from custintel.errors import ConvergenceError, SchemaError, WeakResultWarning
from custintel.retention import (
    compare_survival,
    hazard_ratios,
    second_purchase,
    survival_curves,
    survival_times,
)
from custintel.retention.survival_comparison import _inverse

TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23".split()


@pytest.fixture(scope="module")
def remissions():
    weeks = [*TREATED, *PLACEBO]
    return pd.DataFrame(
        {
            "duration_days": [float(each.rstrip("+")) for each in weeks],
            "is_ended": [not each.endswith("+") for each in weeks],
            "arm": ["6-MP"] * len(TREATED) + ["placebo"] * len(PLACEBO),
        }
    )


def test_the_printed_curve(remissions):
    curves = survival_curves(remissions, by="arm")
    curve = curves[curves["group"] == "6-MP"].set_index("days")
    assert curve["survival"].round(4).to_dict() == {
        0: 1, 6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482,
    }  # fmt: skip
    assert curve["n_at_risk"].tolist() == [21, 21, 17, 15, 12, 11, 7, 6]
    # The standard error at 10 weeks is 0.0963 by Greenwood's formula.
    spread = 1.959964 * 0.0963 / (0.7529 * np.log(0.7529))
    assert curve.loc[10, "survival_low"] == pytest.approx(0.7529 ** np.exp(-spread), abs=2e-4)
    assert curve.loc[10, "survival_high"] == pytest.approx(0.7529 ** np.exp(spread), abs=2e-4)
    last = curves[curves["group"] == "placebo"].iloc[-1]
    assert last[["survival", "survival_low"]].tolist() == [0, 0]
    # One was left: with half of one left, the bound is above 0.
    assert 0 < last["survival_high"] < 0.3


def test_the_printed_medians(remissions):
    times = survival_times(remissions, by="arm")
    assert times["median_days"].tolist() == [23, 8]
    assert times["n_ended"].tolist() == [9, 21]
    assert times.loc["placebo", ["median_days_low", "median_days_high"]].tolist() == [4, 11]
    assert np.isnan(times.loc["6-MP", "q75_days"])
    assert times.loc["6-MP", "median_days_high"] == np.inf


def test_the_printed_log_rank(remissions):
    found = compare_survival(remissions, by="arm")
    assert found.chi_square == pytest.approx(16.793, abs=5e-4)
    assert found.groups["n_expected"].round(2).tolist() == [19.25, 10.75]
    assert found.pairs["p"].tolist() == [found.p]


def test_the_coefficient_of_coxph(remissions):
    found = hazard_ratios(remissions, covariates=["arm"]).loc["arm: placebo (vs 6-MP)"]
    assert found["coefficient"] == pytest.approx(1.5721, abs=1e-4)
    assert found["standard_error"] == pytest.approx(0.4124, abs=1e-4)
    assert found["is_proportional"]


def r_results(name):
    folder = files("statsmodels.duration.tests.results")
    rows = np.loadtxt(str(folder / f"survival_data_{name}.csv"))
    from statsmodels.duration.tests.results import survival_r_results

    columns = [f"x{i}" for i in range(rows.shape[1] - 3)]
    table = pd.DataFrame(rows[:, 3:], columns=columns)
    table = table.assign(duration_days=rows[:, 0], is_ended=rows[:, 1])
    return table.assign(entered_days=rows[:, 2]), columns, survival_r_results


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
@pytest.mark.parametrize("name", ["20_1", "50_1", "50_2", "100_5"])
@pytest.mark.parametrize("late", [False, True])
def test_regressions_equal_those_of_r(name, late):
    table, columns, results = r_results(name)
    table = table if late else table.drop(columns="entered_days")
    table = table[table["entered_days"] < table["duration_days"]] if late else table
    found = hazard_ratios(table, covariates=columns)
    label = f"{name}_et_efr" if late else f"{name}_efr"
    coefficients = getattr(results, f"coef_{label}")
    np.testing.assert_allclose(found["coefficient"], coefficients, rtol=1e-3)
    np.testing.assert_allclose(found["standard_error"], getattr(results, f"se_{label}"), rtol=1e-3)


def weibull(n=400, *, ratio=2.0, crossing=False, seed=6):
    rng = np.random.default_rng(seed)
    group = np.arange(n) % 2
    shape = np.where(crossing & (group == 1), 3.0, 1.0)
    days = 100 * (rng.exponential(1, n) / np.where(group == 1, ratio, 1)) ** (1 / shape)
    seen = rng.uniform(50, 300, n)
    return pd.DataFrame(
        {
            "duration_days": np.minimum(days, seen) + 1e-6,
            "is_ended": days <= seen,
            "group": group,
            "customer_id": np.arange(n) // 2,
        }
    )


def test_ratios_that_change_with_age_are_told():
    with pytest.warns(WeakResultWarning, match="not look the same at every age"):
        found = hazard_ratios(weibull(ratio=1.0, crossing=True), covariates=["group"])
    assert found["proportional_p"].iloc[0] < 1e-6
    steady = hazard_ratios(weibull(), covariates=["group"]).iloc[0]
    assert steady["hazard_ratio_low"] < 2 < steady["hazard_ratio_high"]


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_the_test_of_proportionality_errs_as_often_as_it_says():
    p = [
        hazard_ratios(weibull(120, seed=seed), covariates=["group"])["proportional_p"].iloc[0]
        for seed in range(30)
    ]
    # 1.5 of 30 expected below 0.05, and 15 below one half.
    assert sum(each < 0.05 for each in p) <= 6
    assert 6 <= sum(each < 0.5 for each in p) <= 24


def test_scales_of_covariates_and_the_order_of_rows_do_not_matter():
    table = weibull().assign(amount=np.random.default_rng(1).gamma(2, 1, 400))
    one = hazard_ratios(table, covariates=["group", "amount"])
    scaled = table.assign(amount=1e6 * table["amount"]).sample(frac=1, random_state=3)
    other = hazard_ratios(scaled, covariates=["group", "amount"])
    expected = one["coefficient"] / np.array([1, 1e6])
    np.testing.assert_allclose(other["coefficient"], expected, rtol=1e-6)
    np.testing.assert_allclose(other["proportional_p"], one["proportional_p"], rtol=1e-4)


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_rows_told_twice_add_nothing_when_clustered():
    table = weibull(200)
    once = hazard_ratios(table, covariates=["group"]).iloc[0]
    both = pd.concat([table.assign(row=np.arange(200))] * 2, ignore_index=True)
    clustered = hazard_ratios(both, covariates=["group"], cluster="row").iloc[0]
    assert clustered["standard_error"] == pytest.approx(once["standard_error"], rel=0.2)
    naive = hazard_ratios(both, covariates=["group"]).iloc[0]
    assert naive["standard_error"] == pytest.approx(once["standard_error"] / np.sqrt(2), rel=0.05)


def test_late_entries_count_from_when_they_were_seen():
    table = pd.DataFrame(
        {"duration_days": [5, 8, 9], "is_ended": [1, 1, 1], "entered_days": [0, 6, 0]}
    )
    curve = survival_curves(table).set_index("days")
    # By hand: at 5 two are seen, at 8 two, at 9 one.
    assert curve["n_at_risk"].tolist() == [2, 2, 2, 1]
    assert curve["survival"].tolist() == [1, 0.5, 0.25, 0]


def test_pairs_are_corrected_and_groups_without_an_end_stand():
    table = weibull(300).assign(plan=np.arange(300) % 3)
    table.loc[table["plan"] == 2, "is_ended"] = False
    found = compare_survival(table, by="plan")
    assert found.degrees_of_freedom == 2
    assert found.groups["n_expected"].sum() == pytest.approx(table["is_ended"].sum())
    assert (found.pairs["p_adjusted"] >= found.pairs["p"]).all()
    curves = survival_curves(table, by="plan")
    assert curves[curves["group"] == "2"]["survival"].tolist() == [1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duration_days": 0}, "above 0"),
        ({"duration_days": "soon"}, "a number"),
        ({"is_ended": 2}, "true or false"),
        ({"entered_days": 1e9}, "below duration_days"),
    ],
)
def test_wrong_durations_are_named(remissions, change, message):
    with pytest.raises(SchemaError, match=message):
        survival_curves(remissions.assign(**change))


def test_second_purchases_of_cdnow_can_be_counted():
    """All of the cohort are followed for more than a year, so counting is enough."""
    orders = load_cdnow()
    days = orders.assign(day=orders["ordered_at"].dt.normalize())
    days = days[days["revenue"] >= 0].drop_duplicates(["customer_id", "day"])
    days = days.sort_values("day").groupby("customer_id")["day"]
    waits = days.apply(lambda each: (each.iloc[1] - each.iloc[0]).days if len(each) > 1 else 9999)
    found = second_purchase(orders, as_of="1998-06-30", within="365D").loc["total"]
    assert found["n_second"] == (waits <= 365).sum()
    assert found["second_rate"] == pytest.approx((waits <= 365).mean(), abs=1e-12)


def test_what_cannot_be_compared_is_said(remissions):
    with pytest.raises(SchemaError, match="two groups or more"):
        compare_survival(remissions.assign(arm="x"), by="arm")
    with pytest.raises(SchemaError, match="two or more"):
        hazard_ratios(remissions.assign(arm="x"), covariates=["arm"])
    with pytest.raises(ConvergenceError, match="None of the 42 rows"):
        hazard_ratios(remissions.assign(is_ended=False), covariates=["arm"])
    with pytest.raises(ConvergenceError, match="repeat one another"):
        hazard_ratios(remissions.assign(copy=remissions["arm"]), covariates=["arm", "copy"])
    early = remissions["duration_days"] < 8
    with pytest.raises(ConvergenceError, match="run away"):
        hazard_ratios(remissions.assign(x=early * 1, is_ended=early), covariates=["x"])
    with pytest.raises(ValueError, match="one column or more"):
        hazard_ratios(remissions, covariates="arm")
    few = remissions[::3].assign(x=np.arange(14) % 3)
    with pytest.warns(WeakResultWarning, match="carry 2 terms"):
        hazard_ratios(few, covariates=["arm", "x"])


@pytest.mark.parametrize("plans", [[1, 2, 1, 2], [1.5, None, 1.5, 2.0], ["a", None, "b", "a"]])
def test_groups_are_named_whatever_their_type(plans):
    table = pd.DataFrame({"duration_days": [1, 2, 3, 4], "is_ended": True, "plan": plans})
    groups = survival_times(table, by="plan").index
    missing = ["(missing)"] if None in plans else []
    assert groups.tolist() == [*missing, *sorted({str(each) for each in plans if each is not None})]


def test_groups_that_are_never_at_risk_together_tell_nothing_of_each_other():
    table = pd.DataFrame(
        {
            "duration_days": [1, 2, 3, 10, 11, 12],
            "is_ended": 1,
            "entered_days": [0, 0, 0, 5, 5, 5],
            "plan": list("aaabbb"),
        }
    )
    apart = compare_survival(table, by="plan")
    assert (apart.chi_square, apart.degrees_of_freedom, apart.p) == (0, 0, 1)
    # A third group that overlaps the first: the second takes no part.
    more = table[:3].assign(plan="c", duration_days=[2, 3, 4])
    three = compare_survival(pd.concat([table, more], ignore_index=True), by="plan")
    two = compare_survival(pd.concat([table[:3], more], ignore_index=True), by="plan")
    assert three.degrees_of_freedom == two.degrees_of_freedom == 1
    assert three.chi_square == pytest.approx(two.chi_square)


def test_log_ranks_equal_those_of_statsmodels():
    rng = np.random.default_rng(2)
    days = rng.integers(2, 25, 150)
    table = pd.DataFrame(
        {
            "duration_days": days,
            "is_ended": rng.integers(0, 2, 150),
            "plan": rng.integers(0, 4, 150),
            "entered_days": np.minimum(rng.integers(0, 12, 150), days - 1),
        }
    )
    theirs = survdiff(days, table["is_ended"], table["plan"], entry=table["entered_days"])
    found = compare_survival(table, by="plan")
    assert (found.chi_square, found.p) == pytest.approx(theirs, rel=1e-9)
    assert found.degrees_of_freedom == 3


def test_a_curve_that_ends_too_early_is_told():
    table = pd.DataFrame(
        {"duration_days": [3, 10, 12], "is_ended": True, "entered_days": [0, 5, 5]}
    )
    with pytest.warns(WeakResultWarning, match="all 1 left .* 2 stayed longer"):
        curve = survival_curves(table)
    assert curve["survival"].tolist() == [1, 0, 0, 0]
    assert curve[["survival_low", "survival_high"]].notna().all(axis=None)


def test_upper_bounds_of_medians_of_few_miss_no_more_than_they_may():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"duration_days": rng.exponential(100, 900), "is_ended": True})
    times = survival_times(table.assign(set=np.arange(900) // 3), by="set")
    # Of three who all left before the median, in one case of eight, the last day is no bound.
    assert (times["median_days_high"] >= 100 * np.log(2)).mean() > 0.95


def test_missing_clusters_and_endless_covariates_are_named():
    table = weibull(60)
    table["customer_id"] = table["customer_id"].astype(float).where(table["customer_id"] > 2)
    with pytest.raises(SchemaError, match=r"'customer_id' .* 6 missing values in 60 rows"):
        hazard_ratios(table, covariates=["group"], cluster="customer_id")
    table["amount"] = np.arange(60.0)
    table.loc[3, "amount"] = np.inf
    with pytest.raises(SchemaError, match="'amount' of table 'durations' holds finite numbers"):
        hazard_ratios(table, covariates=["amount"])
    spans = table.assign(duration_days=pd.to_timedelta(table["duration_days"], unit="D"))
    with pytest.raises(SchemaError, match="'duration_days' that is not a number"):
        survival_curves(spans)


@pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")
def test_who_enters_on_a_day_on_which_others_leave_is_at_risk_after_it():
    """By Efron's likelihood in loops: whole days make entries and endings coincide."""
    rng = np.random.default_rng(0)
    days = rng.integers(2, 12, 60).astype(float)
    entered = np.minimum(rng.integers(0, 8, 60), days - 1)
    ended, x = rng.random(60) < 0.8, rng.normal(size=60)

    def loss(slope):
        risk, total = np.exp(slope * x), 0.0
        for day in np.unique(days[ended]):
            here = (days == day) & ended
            seen = risk[(entered < day) & (days >= day)].sum()
            for k in range(here.sum()):
                total += np.log(seen - k / here.sum() * risk[here].sum())
            total -= slope * x[here].sum()
        return total

    best = minimize_scalar(loss, bounds=(-2, 2), method="bounded", options={"xatol": 1e-9}).x
    information = (loss(best + 1e-4) - 2 * loss(best) + loss(best - 1e-4)) / 1e-8
    table = {"duration_days": days, "is_ended": ended, "entered_days": entered, "x": x}
    found = hazard_ratios(pd.DataFrame(table), covariates=["x"]).iloc[0]
    assert found["coefficient"] == pytest.approx(best, abs=1e-5)
    assert found["standard_error"] == pytest.approx(information**-0.5, rel=1e-4)


def test_degrees_of_freedom_do_not_grow_with_the_number_of_rows():
    variance = 1e12 * np.array([[2 / 3 + 1e-15, -1 / 3, -1 / 3], [-1 / 3, 2 / 3, -1 / 3]])
    variance = np.vstack([variance, -variance.sum(axis=0)])
    n_free, inverse = _inverse(variance)
    assert n_free == 2
    np.testing.assert_allclose(variance @ inverse @ variance, variance, rtol=1e-9)


def test_durations_that_are_no_pandas_table_are_refused():
    with pytest.raises(TypeError, match="durations is a pandas table"):
        survival_curves([1, 2])
