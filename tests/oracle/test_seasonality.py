"""Seasonal indices against the classical decomposition of statsmodels."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.seasonal import seasonal_decompose

from custintel.revenue import seasonality_table


@pytest.mark.parametrize(("freq", "cycle", "n"), [("M", 12, 41), ("M", 12, 60), ("Q", 4, 18)])
def test_indices_are_those_of_seasonal_decompose(freq, cycle, n):
    rng = np.random.default_rng(n)
    at = np.arange(n)
    amounts = (50 + at) * (1 + 0.4 * np.sin(2 * np.pi * at / cycle)) * rng.lognormal(0, 0.1, n)
    periods = pd.period_range("2018-01", periods=n, freq=freq)
    ours = seasonality_table(pd.DataFrame([amounts], index=["total"], columns=periods))
    theirs = seasonal_decompose(amounts, model="multiplicative", period=cycle).seasonal[:cycle]
    np.testing.assert_allclose(ours["seasonal_index"], theirs, rtol=1e-10)
