"""Fader, Hardie & Lee (2005), Marketing Science 24(2), section 4.1: fit to CDNOW's frequencies.

They compare the 2,357 customers by repeat purchases, 0 to 6 and 7 or more, with what each model
expects: a χ² of 4.82 (BG/NBD) and 11.99 (Pareto/NBD). BG/NBD probabilities are compared with
those of lifetimes 0.11.3 too.
"""

import warnings

import numpy as np
import pytest
from lifetimes import BetaGeoFitter

from custintel.datasets import load_cdnow
from custintel.models import BetaGeoModel, ParetoNBDModel
from custintel.tables import purchase_history
from custintel.value.repeat_counts import frequency_fit


@pytest.fixture(scope="module")
def history():
    return purchase_history(load_cdnow("sample"), as_of="1997-09-30")


@pytest.mark.parametrize(("model", "published"), [(BetaGeoModel, 4.82), (ParetoNBDModel, 11.99)])
def test_chi_square(history, model, published):
    fit = frequency_fit(history, model().fit(history), most=7)
    surplus = fit["n_customers"] - fit["expected_customers"]
    # Printed to two decimals, so half a unit in the last place.
    assert (surplus**2 / fit["expected_customers"]).sum() == pytest.approx(published, abs=0.005)


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
