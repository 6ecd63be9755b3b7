"""Arms, sizes and looks against scipy, statsmodels and published tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, chisquare, fisher_exact, permutation_test, ttest_ind
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    power_proportions_2indep,
    proportion_confint,
    samplesize_proportions_2indep_onetail,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from statsmodels.tools import add_constant

from custintel.experiments import (
    LookPlan,
    compare_arms,
    detectable_effect,
    power_of,
    sample_size,
)
from custintel.experiments._arm_tests import adjusted_p
from custintel.experiments._boundaries import crossing_probabilities

COUNTS = {"none": (43, 410), "mail": (77, 520)}


def rates():
    parts = [
        pd.DataFrame({"arm": arm, "y": [1] * wins + [0] * (n - wins)})
        for arm, (wins, n) in COUNTS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def amounts():
    rng = np.random.default_rng(9)
    arm = np.repeat(["none", "mail"], [300, 220])
    before = rng.gamma(3, 10, 520)
    y = 0.7 * before + rng.gamma(2, 8, 520) + 3 * (arm == "mail")
    return pd.DataFrame({"arm": arm, "y": y, "before": before})


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_rates_are_those_of_scipy_and_statsmodels(level):
    found = compare_arms(
        rates(),
        outcome="y",
        control="none",
        level=level,
        expected_shares={"none": 0.4, "mail": 0.6},
    )
    row = found.table.loc["mail"]
    (k0, n0), (k1, n1) = COUNTS.values()
    cells = [[k1, n1 - k1], [k0, n0 - k0]]
    tails = [fisher_exact(cells, alternative=side).pvalue for side in ("greater", "less")]
    p = found.tests.set_index("test")["p"]
    assert p["chi_square"] == pytest.approx(chi2_contingency(cells, correction=False).pvalue)
    assert p["fisher"] == pytest.approx(2 * min(tails))
    wilson = proportion_confint(k1, n1, alpha=1 - level, method="wilson")
    assert (row["value_low"], row["value_high"]) == pytest.approx(wilson)
    newcombe = confint_proportions_2indep(k1, n1, k0, n0, method="newcomb", alpha=1 - level)
    assert (row["lift_low"], row["lift_high"]) == pytest.approx(newcombe)
    ratio = chisquare([n0, n1], [0.4 * 930, 0.6 * 930]).pvalue
    assert found.sample_ratio_p == pytest.approx(ratio)


def test_relative_lift_of_rates_is_near_the_score_interval():
    row = compare_arms(rates(), outcome="y", control="none").table.loc["mail"]
    (k0, n0), (k1, n1) = COUNTS.values()
    score = confint_proportions_2indep(k1, n1, k0, n0, compare="ratio", method="score")
    bounds = row["relative_lift_low"] + 1, row["relative_lift_high"] + 1
    assert bounds == pytest.approx(score, rel=0.01)


def test_welch_is_that_of_statsmodels():
    table = amounts()
    row = compare_arms(table, outcome="y", control="none").table.loc["mail"]
    arms = [table.loc[table["arm"] == arm, "y"] for arm in ("mail", "none")]
    both = CompareMeans(*(DescrStatsW(each) for each in arms))
    assert (row["lift_low"], row["lift_high"]) == pytest.approx(
        both.tconfint_diff(usevar="unequal")
    )
    assert row["p"] == pytest.approx(both.ttest_ind(usevar="unequal")[1])
    assert (row["value_low"], row["value_high"]) == pytest.approx(both.d1.tconfint_mean())


def test_fieller_is_where_the_lift_over_a_ratio_would_be_chance():
    """By definition: r is inside if mean − r × control's mean is within Student's bounds of 0."""
    table = amounts()
    row = compare_arms(table, outcome="y", control="none").table.loc["mail"]
    halves = {}
    for arm in ("mail", "none"):
        low, high = DescrStatsW(table.loc[table["arm"] == arm, "y"]).tconfint_mean()
        halves[arm] = (low + high) / 2, (high - low) / 2
    for bound in (row["relative_lift_low"], row["relative_lift_high"]):
        gap = halves["mail"][0] - (1 + bound) * halves["none"][0]
        assert abs(gap) == pytest.approx(
            np.hypot(halves["mail"][1], (1 + bound) * halves["none"][1])
        )


def test_cuped_is_the_regression_on_arm_and_covariate():
    """The lift adjusted within arms is the coefficient of the arm (analysis of covariance)."""
    table = amounts()
    row = compare_arms(table, outcome="y", control="none", covariate="before").table.loc["mail"]
    design = add_constant(np.column_stack([table["arm"] == "mail", table["before"]]).astype(float))
    fit = OLS(table["y"].to_numpy(), design).fit()
    assert row["lift"] == pytest.approx(fit.params[1])
    error = (row["lift_high"] - row["lift_low"]) / 2 / 1.96
    assert error == pytest.approx(fit.HC1_se[1], rel=0.02)


def test_permutations_are_those_of_scipy():
    rng = np.random.default_rng(4)
    none, mail = rng.lognormal(3, 1, 80), rng.lognormal(3.4, 1, 60)
    table = pd.DataFrame({"arm": ["none"] * 80 + ["mail"] * 60, "y": [*none, *mail]})
    found = compare_arms(table, outcome="y", control="none", test="permutation")

    def welch(one, other, axis):
        return ttest_ind(one, other, equal_var=False, axis=axis).statistic

    samples = {"n_resamples": 4999, "vectorized": True, "random_state": 1}
    theirs = permutation_test((mail, none), welch, **samples)
    assert found.table.loc["mail", "p"] == pytest.approx(theirs.pvalue, abs=0.012)
    low, high = np.quantile(theirs.null_distribution, [0.025, 0.975])
    error = np.sqrt(none.var(ddof=1) / 80 + mail.var(ddof=1) / 60)
    lift = found.table.loc["mail", "lift"]
    bounds = found.table.loc["mail", ["lift_low", "lift_high"]].to_list()
    assert bounds == pytest.approx([lift - high * error, lift - low * error], abs=0.15 * error)


def test_the_bootstrap_is_that_of_its_definition():
    """Efron & Tibshirani (1993), section 12.5, with both sides taken together."""
    rng = np.random.default_rng(4)
    none, mail = rng.lognormal(3, 1, 80), rng.lognormal(3.4, 1, 60)
    table = pd.DataFrame({"arm": ["none"] * 80 + ["mail"] * 60, "y": [*none, *mail]})
    found = compare_arms(table, outcome="y", control="none", test="bootstrap")
    lift = mail.mean() - none.mean()
    one, other = (rng.choice(arm, (4999, len(arm))) for arm in (mail, none))
    errors = np.sqrt(one.var(axis=1, ddof=1) / 60 + other.var(axis=1, ddof=1) / 80)
    t = np.abs((one.mean(axis=1) - other.mean(axis=1) - lift) / errors)
    error = np.sqrt(none.var(ddof=1) / 80 + mail.var(ddof=1) / 60)
    half = np.quantile(t, 0.95) * error
    bounds = found.table.loc["mail", ["lift_low", "lift_high"]].to_list()
    assert bounds == pytest.approx([lift - half, lift + half], abs=0.1 * half)
    assert found.table.loc["mail", "p"] == pytest.approx((t >= lift / error).mean(), abs=0.012)


def test_the_size_of_the_reference_values():
    needed = sample_size(baseline=0.10, minimum_effect=0.02)
    assert needed.exact == pytest.approx(3840.847, abs=5e-4)
    assert needed.n_treated == needed.n_control == 3841


@pytest.mark.parametrize("correction", ["holm", "bonferroni", "bh"])
def test_corrections_are_those_of_statsmodels(correction):
    p = np.array([0.04, 0.001, 0.3, 0.02, 0.02])
    method = "fdr_bh" if correction == "bh" else correction
    expected = multipletests(p, method=method)[1]
    assert adjusted_p(p, correction).tolist() == pytest.approx(expected)
    gapped = adjusted_p(np.insert(p, 2, np.nan), correction)
    assert np.isnan(gapped[2])
    assert np.delete(gapped, 2).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("effect", [0.02, -0.03, 0.3])
@pytest.mark.parametrize("ratio", [1.0, 0.2, 3.0])
def test_sizes_of_rates_are_those_of_statsmodels(effect, ratio):
    # Theirs: the second rate is the control's, and the ratio is that of it to the first.
    needed = sample_size(baseline=0.1 + 0.05, minimum_effect=effect, control_ratio=ratio, power=0.9)
    theirs = samplesize_proportions_2indep_onetail(
        effect, 0.15, 0.9, ratio=ratio, alpha=0.05, alternative="two-sided"
    )
    assert needed.exact == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("n", [200, 3000])
def test_power_of_rates_is_that_of_statsmodels(n):
    ours = power_of(baseline=0.1, effect=0.05, n_treated=n, n_control=2 * n)
    theirs = power_proportions_2indep(0.05, 0.1, n, ratio=2, return_results=False)
    assert ours == pytest.approx(theirs, abs=2e-4)  # theirs adds the wrong tail


@pytest.mark.parametrize("effect", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("ratio", [1.0, 0.25])
def test_sizes_of_means_are_those_of_statsmodels(effect, ratio):
    needed = sample_size(sd=20.0, minimum_effect=20 * effect, control_ratio=ratio)
    theirs = TTestIndPower().solve_power(effect, alpha=0.05, power=0.8, ratio=ratio)
    assert needed.exact == pytest.approx(theirs, rel=1e-3)
    found = detectable_effect(sd=20.0, n_treated=theirs, n_control=ratio * theirs)
    assert found == pytest.approx(20 * effect, rel=1e-3)


# Jennison & Turnbull (2000), tables 2.1 and 2.3; Lan & DeMets as computed by R's ldbounds.
PUBLISHED = {
    ("pocock", 0.95): {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555},
    ("obrien_fleming", 0.95): {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 10: 2.087},
    ("pocock", 0.99): {2: 2.772, 5: 2.986},
    ("obrien_fleming", 0.99): {2: 2.580, 4: 2.609},
}


@pytest.mark.parametrize(("boundary", "level"), PUBLISHED)
def test_boundaries_are_the_published_ones(boundary, level):
    for n_looks, z in PUBLISHED[boundary, level].items():
        limits = LookPlan(n_looks, boundary=boundary).limits(level=level)
        assert limits["z"].iloc[-1] == pytest.approx(z, abs=6e-4), n_looks


def test_spending_is_the_published_one():
    limits = LookPlan(5, boundary="spending").limits()
    assert limits["z"].to_list() == pytest.approx(
        [4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4
    )


@pytest.mark.parametrize(("n_looks", "share"), [(1, 0.05), (2, 0.083), (5, 0.142), (10, 0.193)])
def test_looks_without_a_plan_err_as_armitage_found(n_looks, share):
    """Armitage, McPherson & Rowe (1969), table 2."""
    information = np.arange(1, n_looks + 1) / n_looks
    found = crossing_probabilities(np.full(n_looks, 1.959964), information).sum()
    assert found == pytest.approx(share, abs=6e-4)
