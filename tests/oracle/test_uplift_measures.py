"""Curves and coefficients as other libraries print them, of 60 customers made by arithmetic.

scikit-uplift 0.5.1 (`qini_curve`, `uplift_curve`, `qini_auc_score`, `uplift_auc_score`) and
causalml 0.18.0 (`get_cumgain`, `get_qini`), both run once on these very customers.
"""

import numpy as np
import pandas as pd
import pytest

from custintel.experiments import uplift_curve, uplift_measures

pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.WeakResultWarning")

PLACE = np.arange(60)
IS_TREATED = (PLACE * 7) % 5 < 2
IS_BUYER = ((PLACE * 11) % 17 < 6) | (IS_TREATED & ((PLACE * 13) % 10 > 6))
TIED = pd.Series((PLACE * 13) % 10)
DISTINCT = pd.Series((PLACE * 37) % 61)
RESULTS = pd.DataFrame(
    {
        "arm": np.where(IS_TREATED, "mail", "none"),
        "is_buyer": IS_BUYER,
        "revenue": IS_BUYER * (5.0 + (PLACE * 29) % 23),
    }
)
N_TREATED = 24

# scikit-uplift, at each of the ten distinct scores.
QINI = [0, 6, 4, 3.5, 10 / 3, 11 / 3, 4, 3.75, 4.2, 5, 11 / 3]
GAIN = [0, 6, 8, 10.5, 40 / 3, 27.5 / 3, 8, 8.75, 11.2, 15, 27.5 / 3]
COEFFICIENTS = {
    "tied": (TIED, 0.24165331624479328, 0.29010479867622735),
    "distinct": (DISTINCT, 0.006775560769452356, 0.17694579414526984),
}

# causalml, at quarters of the customers.
QUARTERS = [0.25, 0.5, 0.75, 1.0]
REVENUE_GAIN = [42.49999999999999, 114.99999999999999, 70.0714285714286, 45.83333333333336]
REVENUE_QINI = [17.0, 23.0, 15.57142857142857, 18.333333333333343]


@pytest.mark.parametrize(
    ("curve", "unit", "published"), [("qini", N_TREATED, QINI), ("gain", 60, GAIN)]
)
def test_curves_equal_scikit_uplift(curve, unit, published):
    found = uplift_curve(TIED, RESULTS, outcome="is_buyer", control="none", curve=curve)
    np.testing.assert_allclose(found["gain"].iloc[::10] * unit, published, atol=1e-12)


@pytest.mark.parametrize(("scores", "qini", "auuc"), COEFFICIENTS.values(), ids=COEFFICIENTS)
def test_coefficients_equal_scikit_uplift(scores, qini, auuc):
    found = uplift_measures(scores, RESULTS, outcome="is_buyer", control="none")["value"]
    assert found["qini_coefficient"] == pytest.approx(qini, rel=1e-12)
    assert found["auuc_coefficient"] == pytest.approx(auuc, rel=1e-12)


@pytest.mark.parametrize(
    ("curve", "unit", "published"), [("qini", N_TREATED, REVENUE_QINI), ("gain", 60, REVENUE_GAIN)]
)
def test_curves_of_revenue_equal_causalml(curve, unit, published):
    found = uplift_curve(DISTINCT, RESULTS, outcome="revenue", control="none", curve=curve)
    np.testing.assert_allclose(found.loc[QUARTERS, "gain"] * unit, published, rtol=1e-12)
