"""Fits and forecasts, timed beside lifetimes in the same run.

Skipped by default; run with ``pytest tests/benchmarks --benchmark-only``. The ratios are kept
in each benchmark's ``extra_info``.
"""

import time
import warnings

import numpy as np
import pandas as pd
import pytest
from lifetimes import BetaGeoFitter, GammaGammaFitter

from custintel.datasets import load_cdnow
from custintel.models import BetaGeoModel, GammaGammaModel
from custintel.models._beta_geo_process import draw_beta_geo
from custintel.tables import purchase_history

CDNOW = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
MILLION = 1_000_000


@pytest.fixture(scope="module")
def million():
    """Return a million customers like those of CDNOW, in whole days."""
    rng = np.random.default_rng(1)
    T = rng.integers(189, 273, MILLION).astype(float)
    drawn = draw_beta_geo(np.array([*CDNOW.values()]), T / 7, rng)
    days = np.ceil(drawn.time * 7)
    is_new_day = np.r_[True, (np.diff(drawn.customer) != 0) | (np.diff(days) > 0)]
    frequency = np.bincount(drawn.customer[is_new_day]) - 1
    recency = np.zeros(MILLION)
    np.maximum.at(recency, drawn.customer, days)
    history = pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})
    spend = GammaGammaModel.from_parameters(p=6.25, q=3.74, v=15.44)
    amounts = spend.simulate(history, random_state=2)["monetary_value"]
    return history.assign(monetary_value=amounts)


@pytest.fixture(scope="module")
def master():
    return purchase_history(load_cdnow("master"), as_of="1997-09-30")


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


def lifetimes_beta_geo(history):
    columns = history["frequency"], history["recency"] / 7, history["T"] / 7
    return BetaGeoFitter().fit(*columns)


def lifetimes_gamma_gamma(history):
    repeat = history[history["frequency"] > 0]
    return GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])


def test_fit_a_million_with_standard_errors(benchmark, million):
    model = benchmark.pedantic(lambda: BetaGeoModel().fit(million), rounds=5, warmup_rounds=1)
    theirs, fitter = seconds(lifetimes_beta_geo, million)
    assert model.r_ == pytest.approx(fitter.params_["r"], rel=1e-3)
    compare(benchmark, theirs, at_least=50)


def test_fit_cdnow_master(benchmark, master):
    benchmark.pedantic(lambda: BetaGeoModel().fit(master), rounds=9, warmup_rounds=1)
    assert benchmark.stats.stats.median < 0.1
    compare(benchmark, seconds(lifetimes_beta_geo, master)[0], at_least=5)


def test_fit_the_spend_of_a_million(benchmark, million):
    benchmark.pedantic(lambda: GammaGammaModel().fit(million), rounds=5, warmup_rounds=1)
    compare(benchmark, seconds(lifetimes_gamma_gamma, million)[0], at_least=20)


def test_discounted_year_of_a_million_with_intervals(benchmark, million):
    """Beside lifetimes' twelve monthly expectations, without spend, bounds or derivatives."""
    model = BetaGeoModel.from_parameters(
        **CDNOW, covariance=BetaGeoModel().fit(million).covariance_
    )

    def year():
        arguments = {"horizon": "12M", "annual_discount_rate": 0.1}
        return model.expected_purchases(million, **arguments).interval(0.95)

    low, high = benchmark.pedantic(year, rounds=3, warmup_rounds=1)
    fitter = lifetimes_beta_geo(million.head(1000))
    fitter.params_ = pd.Series(CDNOW)
    columns = million["frequency"], million["recency"] / 7, million["T"] / 7

    def lifetimes_year():
        up_to = fitter.conditional_expected_number_of_purchases_up_to_time
        sums = [
            np.zeros(MILLION),
            *(up_to(month * 365.25 / 84, *columns) for month in range(1, 13)),
        ]
        return sum(np.diff(sums, axis=0) * 1.1 ** -((np.arange(12)[:, None] + 0.5) / 12))

    theirs, values = seconds(lifetimes_year)
    assert (low <= values).all()
    assert (values <= high).all()
    compare(benchmark, theirs, at_least=20)


def test_forecast_cdnow_master_with_intervals(benchmark, master):
    model = BetaGeoModel().fit(master)
    benchmark.pedantic(lambda: model.forecast(master), rounds=5, warmup_rounds=1)
    assert benchmark.stats.stats.median < 1
