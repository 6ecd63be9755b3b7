"""Comparisons of response against statsmodels: independent, paired, and clustered by contact."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.stats import chi2_contingency
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from custintel.campaigns import compare_response
from custintel.campaigns._clustered_rates import Common, Totals

ENDS = ["difference_low", "difference_high"]
RATIO_ENDS = ["ratio_low", "ratio_high"]


def events(sent, responded):
    """Sendings and sales, as pairs of campaign and contact; the first letter is the medium."""
    rows = [(*pair, "sent") for pair in sent] + [(*pair, "sale") for pair in responded]
    table = pd.DataFrame(rows, columns=["campaign_id", "customer_id", "event"])
    return table.assign(occurred_at=pd.Timestamp("2024-05-02"), medium=table["campaign_id"].str[0])


def compared(table, **options):
    return compare_response(table, by="medium", baseline="b", **options).loc["a"]


def groups(wins, n):
    """Contacts who got one message each, of whom the first respond."""
    sizes = zip("ab", n, strict=True)
    names = [[(medium, f"{medium}{i}") for i in range(size)] for medium, size in sizes]
    responded = [pair for own, k in zip(names, wins, strict=True) for pair in own[:k]]
    return events([*names[0], *names[1]], responded)


@pytest.mark.parametrize(("wins", "n"), [((7, 1), (34, 36)), ((0, 5), (20, 25)), ((9, 9), (9, 30))])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_contacts_of_one_message_are_two_independent_groups(wins, n, level):
    names = [
        [(medium, f"{medium}{i}") for i in range(k)] for medium, k in zip("ab", n, strict=True)
    ]
    responded = [pair for own, k in zip(names, wins, strict=True) for pair in own[:k]]
    found = compared(events([*names[0], *names[1]], responded), level=level)
    ends = confint_proportions_2indep(
        wins[0], n[0], wins[1], n[1], compare="diff", method="newcomb", alpha=1 - level
    )
    np.testing.assert_allclose(found[ENDS].to_numpy(float), ends, rtol=1e-9)
    one = proportion_confint(wins[0], n[0], alpha=1 - level, method="wilson")
    rate_ends = found[["response_rate_low", "response_rate_high"]].to_numpy(float)
    np.testing.assert_allclose(rate_ends, one, rtol=1e-9, atol=1e-15)
    table = [[wins[0], n[0] - wins[0]], [wins[1], n[1] - wins[1]]]
    assert found["p"] == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert found["n_common"] == 0


def test_contacts_in_both_groups_are_pairs():
    contacts = [f"c{i}" for i in range(60)]
    a, b = set(contacts[:25]), {*contacts[15:31], *contacts[:4]}
    sent = [(medium, contact) for medium in "ab" for contact in contacts]
    found = compared(events(sent, [("a", c) for c in a] + [("b", c) for c in b]))
    table = [[len(a & b), len(a - b)], [len(b - a), 60 - len(a | b)]]
    assert found["p"] == pytest.approx(mcnemar(table, exact=False, correction=False).pvalue)
    assert found["n_common"] == found["n_contacts"] == 60
    # Newcombe's interval for pairs: Wilson's bounds joined by the correlation of the answers.
    yes_a, yes_b = (np.isin(contacts, list(who)).astype(float) for who in (a, b))
    phi = np.corrcoef(yes_a, yes_b)[0, 1]
    (low_a, high_a), (low_b, high_b) = (
        proportion_confint(len(who), 60, method="wilson") for who in (a, b)
    )
    p, q = len(a) / 60, len(b) / 60
    below, above = (p - low_a, high_b - q), (high_a - p, q - low_b)
    halves = [np.sqrt(x**2 + y**2 - 2 * phi * x * y) for x, y in (below, above)]
    assert found[ENDS].tolist() == pytest.approx([p - q - halves[0], p - q + halves[1]])


@pytest.mark.parametrize(("wins", "n"), [((7, 1), (34, 36)), ((40, 80), (400, 400))])
def test_a_ratio_is_possible_if_its_difference_may_be_nothing(wins, n):
    """The bounds are where a difference of one rate and a multiple of the other leaves 0."""
    names = [
        [(medium, f"{medium}{i}") for i in range(k)] for medium, k in zip("ab", n, strict=True)
    ]
    responded = [pair for own, k in zip(names, wins, strict=True) for pair in own[:k]]
    found = compared(events([*names[0], *names[1]], responded))
    (low_a, high_a), (low_b, high_b) = (
        proportion_confint(k, total, method="wilson") for k, total in zip(wins, n, strict=True)
    )
    p, q = wins[0] / n[0], wins[1] / n[1]

    def lower(ratio):
        return p - ratio * q - np.hypot(p - low_a, ratio * (high_b - q))

    def upper(ratio):
        return p - ratio * q + np.hypot(high_a - p, ratio * (q - low_b))

    ends = brentq(lower, 0, p / q), brentq(upper, p / q, 1e4)
    assert found[RATIO_ENDS].tolist() == pytest.approx(ends, rel=1e-6)
    score = confint_proportions_2indep(
        wins[0], n[0], wins[1], n[1], compare="ratio", method="score"
    )
    assert np.log(found[RATIO_ENDS].to_numpy(float)) == pytest.approx(np.log(score), abs=0.06)


def totals(n, y):
    sums = ((n > 0).sum(), n.sum(), y.sum(), (n**2).sum(), (n * y).sum(), (y**2).sum())
    return Totals(*(np.array([float(each)]) for each in sums))


def test_variances_by_contact_are_those_of_a_clustered_regression():
    rng = np.random.default_rng(1)
    contact = np.repeat(np.arange(80), rng.integers(1, 6, 80))
    is_a = rng.random(len(contact)) < 0.5
    keen = rng.beta(1, 3, 80)
    won = (rng.random(len(contact)) < keen[contact]).astype(float)
    dummies = np.column_stack([is_a, ~is_a]).astype(float)
    by_contact = {"groups": contact, "use_correction": False}
    fitted = sm.OLS(won, dummies).fit(cov_type="cluster", cov_kwds=by_contact)
    n, m = (np.bincount(contact[which], minlength=80) for which in (is_a, ~is_a))
    y, z = (np.bincount(contact[which], won[which], 80) for which in (is_a, ~is_a))
    a, b = totals(n, y), totals(m, z)
    common = Common(*(np.array([each.sum()]) for each in (y * z, y * m, n * z, n * m)))
    covariance = common.covariance(a, b, a.rate(), b.rate())
    assert [a.rate()[0], b.rate()[0]] == pytest.approx(list(fitted.params))
    found = [[a.variance()[0], covariance[0]], [covariance[0], b.variance()[0]]]
    np.testing.assert_allclose(found, fitted.cov_params(), rtol=1e-9)
    # Answers of one contact resemble each other: fewer messages' worth of evidence.
    assert a.n_effective()[0] < a.trials[0]
