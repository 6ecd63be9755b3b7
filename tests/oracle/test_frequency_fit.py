"""Numbers of CDNOW customers by repeat purchases, against the definition and lifetimes.

The 2,357 customers are compared by repeat purchases, 0 to 6 and 7 or more, with what each model
expects, as Fader, Hardie & Lee (2005), Marketing Science 24(2), do. The χ² of 4.82 (BG/NBD) and
11.99 (Pareto/NBD) are derived here, not read off a page: from the parameters that the paper
prints in its Table 1, the probabilities of the Pareto/NBD by numerical integration of the
definition, and those of the BG/NBD by lifetimes 0.11.3.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoFitter
from scipy.integrate import quad
from scipy.stats import nbinom

from custintel.datasets import load_cdnow
from custintel.models import BetaGeoModel, ParetoNBDModel
from custintel.tables import purchase_history
from custintel.value.repeat_counts import frequency_fit


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


def chi_square(observed, expected):
    return ((np.asarray(observed) - expected) ** 2 / expected).sum()


def with_the_rest(probabilities):
    """Append the probability of more."""
    return np.append(probabilities, 1 - np.sum(probabilities))


def observed(history):
    return np.bincount(history["frequency"].clip(upper=7).astype(int))


def of_pareto_nbd(n, weeks, r, alpha, s, beta):
    """Integrate the negative binomial probability over the time until the customer leaves."""

    def counted(t):
        return nbinom.pmf(n, r, alpha / (alpha + t))

    left = quad(lambda t: counted(t) * s / beta * (1 + t / beta) ** (-s - 1), 0, weeks)[0]
    return left + counted(weeks) * (1 + weeks / beta) ** -s


@pytest.mark.parametrize(("model", "derived"), [(BetaGeoModel, 4.82), (ParetoNBDModel, 11.99)])
def test_chi_square(history, model, derived):
    fit = frequency_fit(history, model().fit(history), most=7)
    found = chi_square(fit["n_customers"], fit["expected_customers"])
    assert found == pytest.approx(derived, abs=0.005)


def test_chi_square_of_pareto_nbd_from_its_definition(history):
    published = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    ages = (history["T"] / 7).value_counts()
    probabilities = [
        sum(of_pareto_nbd(n, weeks, **published) * k for weeks, k in ages.items()) / ages.sum()
        for n in range(7)
    ]
    expected = with_the_rest(probabilities) * len(history)
    assert chi_square(observed(history), expected) == pytest.approx(11.99, abs=0.02)


def test_chi_square_of_beta_geo_by_lifetimes(history):
    theirs = BetaGeoFitter()
    theirs.params_ = pd.Series({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    ages = (history["T"] / 7).value_counts()
    probabilities = [
        sum(theirs.probability_of_n_purchases_up_to_time(t, n) * k for t, k in ages.items())
        / ages.sum()
        for n in range(7)
    ]
    expected = with_the_rest(probabilities) * len(history)
    assert chi_square(observed(history), expected) == pytest.approx(4.82, abs=0.02)


def test_expected_numbers_equal_those_of_lifetimes(history):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = BetaGeoFitter().fit(history["frequency"], history["recency"] / 7, history["T"] / 7)
    ages = history["T"].value_counts()
    expected = [
        sum(
            theirs.probability_of_n_purchases_up_to_time(days / 7, n) * customers
            for days, customers in ages.items()
        )
        for n in range(7)
    ]
    model = BetaGeoModel.from_parameters(**theirs.params_)
    found = frequency_fit(history, model)["expected_customers"]
    np.testing.assert_allclose(found[:7], expected, rtol=1e-8)
