"""Numbers of CDNOW customers by repeat purchases, against the definition and lifetimes.

The 2,357 customers are compared by repeat purchases, 0 to 6 and 7 or more, with what each model
expects, as Fader, Hardie & Lee (2005), Marketing Science 24(2), do. The expected numbers are
checked against numerical integration of the definition (Pareto/NBD) and lifetimes 0.11.3
(BG/NBD); the χ² of 4.82 and 11.99 are derived from them, not read off a page.
"""

import warnings

import numpy as np
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


def of_pareto_nbd(n, weeks, r, alpha, s, beta):
    """Integrate the negative binomial probability over the time until the customer leaves."""

    def counted(t):
        return nbinom.pmf(n, r, alpha / (alpha + t))

    left = quad(lambda t: counted(t) * s / beta * (1 + t / beta) ** (-s - 1), 0, weeks)[0]
    return left + counted(weeks) * (1 + weeks / beta) ** -s


@pytest.mark.parametrize(("model", "derived"), [(BetaGeoModel, 4.82), (ParetoNBDModel, 11.99)])
def test_chi_square(history, model, derived):
    fit = frequency_fit(history, model().fit(history), most=7)
    surplus = fit["n_customers"] - fit["expected_customers"]
    found = (surplus**2 / fit["expected_customers"]).sum()
    assert found == pytest.approx(derived, abs=0.005)


def test_expected_numbers_of_pareto_nbd_are_those_of_the_definition(history):
    parameters = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    ages = history["T"].value_counts()
    expected = [
        sum(of_pareto_nbd(n, days / 7, **parameters) * k for days, k in ages.items())
        for n in range(7)
    ]
    model = ParetoNBDModel.from_parameters(**parameters)
    found = frequency_fit(history, model)["expected_customers"]
    np.testing.assert_allclose(found[:7], expected, rtol=1e-8)


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
