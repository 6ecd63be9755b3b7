"""Fits and forecasts of Pareto/NBD, timed beside lifetimes in the same run.

Skipped by default; run with ``pytest tests/benchmarks --benchmark-only``. The ratios are kept
in each benchmark's ``extra_info``.
"""

import time
import warnings

import numpy as np
import pandas as pd
import pytest
from lifetimes import ParetoNBDFitter

from custintel.models._pareto_nbd_process import ParetoNBDProcess
from custintel.models.pareto_nbd import ParetoNBDModel

CDNOW = {"r": 0.55315, "alpha": 10.57633, "s": 0.60625, "beta": 11.67150}
N_CUSTOMERS = 100_000


@pytest.fixture(scope="module")
def customers():
    """Return customers like those of CDNOW, in whole days."""
    rng = np.random.default_rng(1)
    T = rng.integers(189, 273, N_CUSTOMERS).astype(float)
    drawn = ParetoNBDProcess().draw_new(np.array([*CDNOW.values()]), T / 7, rng)
    days = np.ceil(drawn.time * 7)
    is_new_day = np.r_[True, (np.diff(drawn.customer) != 0) | (np.diff(days) > 0)]
    frequency = np.bincount(drawn.customer[is_new_day]) - 1
    recency = np.zeros(N_CUSTOMERS)
    np.maximum.at(recency, drawn.customer, days)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


def seconds(function, *arguments):
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = function(*arguments)
    return time.perf_counter() - start, result


def compare(benchmark, theirs, *, at_least):
    """Keep how many times faster than lifetimes the benchmark ran, and require a ratio."""
    ratio = theirs / benchmark.stats.stats.median
    benchmark.extra_info["lifetimes_seconds"] = round(theirs, 3)
    benchmark.extra_info["ratio"] = round(ratio, 1)
    assert ratio > at_least


def columns_of(customers):
    return customers["frequency"], customers["recency"] / 7, customers["T"] / 7


def test_fit_with_standard_errors(benchmark, customers):
    model = benchmark.pedantic(lambda: ParetoNBDModel().fit(customers), rounds=5, warmup_rounds=1)
    theirs, fitter = seconds(ParetoNBDFitter().fit, *columns_of(customers))
    assert model.r_ == pytest.approx(fitter.params_["r"], rel=1e-3)
    assert model.standard_errors_.notna().all()
    compare(benchmark, theirs, at_least=40)


def test_discounted_year_with_intervals(benchmark, customers):
    """Beside lifetimes' twelve monthly expectations, without bounds or derivatives."""
    errors = ParetoNBDModel().fit(customers).covariance_
    model = ParetoNBDModel.from_parameters(**CDNOW, covariance=errors)

    def year():
        arguments = {"horizon": "12M", "annual_discount_rate": 0.1}
        return model.expected_purchases(customers, **arguments).interval(0.95)

    bounds = benchmark.pedantic(year, rounds=5, warmup_rounds=1)
    fitter = ParetoNBDFitter()
    fitter.params_ = pd.Series(CDNOW)

    def lifetimes_year():
        up_to = fitter.conditional_expected_number_of_purchases_up_to_time
        columns = columns_of(customers)
        sums = [up_to(month * 365.25 / 84, *columns) for month in range(1, 13)]
        steps = np.diff([np.zeros(N_CUSTOMERS), *sums], axis=0)
        return sum(steps * 1.1 ** -((np.arange(12)[:, None] + 0.5) / 12))

    theirs, values = seconds(lifetimes_year)
    assert (bounds.low <= values).all()
    assert (values <= bounds.high).all()
    compare(benchmark, theirs, at_least=5)
