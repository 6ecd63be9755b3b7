"""Gamma-gamma: the likelihood and the expectations against their definitions, and the edges."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from custintel.errors import ConvergenceError, SetAsideWarning, WeakResultWarning
from custintel.models import GammaGammaModel
from custintel.models._correlation import fisher_interval, pearson_correlation
from custintel.models._gamma_gamma_likelihood import GammaGammaLikelihood
from custintel.models._history import Spend

CDNOW = {"p": 6.25, "q": 3.74, "v": 15.44}
MODEL = GammaGammaModel.from_parameters(**CDNOW)


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(2)
    frequency = pd.DataFrame({"frequency": rng.geometric(0.4, 4000) - 1})
    return MODEL.simulate(frequency, random_state=3)


@pytest.fixture(scope="module")
def fitted(simulated):
    return GammaGammaModel().fit(simulated)


def likelihood_of(history):
    usable = history[history["frequency"] > 0].to_numpy(float).T
    return GammaGammaLikelihood.of(Spend(*usable), np.ones(usable.shape[1]))


@pytest.mark.parametrize(("x", "z"), [(1, 12.0), (3, 40.0), (20, 25.0)])
def test_likelihood_equals_its_definition(x, z):
    p, q, v = CDNOW.values()
    rate = gamma.ppf((np.arange(200_000) + 0.5) / 200_000, q, scale=1 / v)
    # The mean of x amounts, each gamma(p, rate), is gamma(px, x · rate).
    by_definition = gamma.pdf(z, p * x, scale=1 / (x * rate)).mean()
    one = GammaGammaLikelihood.of(Spend(np.array([float(x)]), np.array([z])), np.ones(1))
    assert np.exp(one(np.log([p, q, v])).value) == pytest.approx(by_definition, rel=1e-4)


@pytest.mark.parametrize("at", [[6, 4, 15], [0.3, 0.8, 90], [40, 12, 1]])
def test_derivatives_equal_differences(simulated, at):
    likelihood = likelihood_of(simulated)
    point, steps = np.log(at), 1e-5 * np.eye(3)
    curve = likelihood(point)
    ends = [(likelihood(point + step), likelihood(point - step)) for step in steps]
    gradient = [(up.value - down.value) / 2e-5 for up, down in ends]
    hessian = [(up.gradient - down.gradient) / 2e-5 for up, down in ends]
    assert curve.gradient == pytest.approx(gradient, rel=1e-6, abs=1e-4)
    assert curve.hessian == pytest.approx(np.array(hessian), rel=1e-6, abs=1e-4)


def test_blocks_do_not_matter(simulated, monkeypatch):
    likelihood, at = likelihood_of(simulated), np.log([6, 4, 15])
    whole = likelihood(at)
    monkeypatch.setattr("custintel.models._gamma_gamma_likelihood._BLOCK", 100)
    assert likelihood(at).value == pytest.approx(whole.value, rel=1e-13)
    assert likelihood(at).hessian == pytest.approx(whole.hessian, rel=1e-11)


def test_fit_recovers_the_true_parameters(fitted):
    for name, truth in CDNOW.items():
        distance = abs(np.log(getattr(fitted, f"{name}_") / truth))
        assert distance < 3 * fitted.standard_errors_[name] / getattr(fitted, f"{name}_")


def test_a_subsample_as_start_changes_nothing(simulated, fitted, monkeypatch):
    monkeypatch.setattr("custintel.models._gamma_gamma_fit._SUBSAMPLE", 500)
    again = GammaGammaModel().fit(simulated)
    pd.testing.assert_frame_equal(again.summary(), fitted.summary(), rtol=1e-6)


def test_expected_spend_is_the_mean_of_the_next_amount():
    rng = np.random.default_rng(4)
    p, q, v = CDNOW.values()
    rate = rng.gamma(q, 1 / v, 400_000)
    x = rng.integers(0, 4, len(rate))
    mean = np.where(x > 0, rng.gamma(p * np.maximum(x, 1)) / (rate * np.maximum(x, 1)), 0.0)
    following = rng.gamma(p, size=len(rate)) / rate
    history = pd.DataFrame({"frequency": x, "monetary_value": mean})
    residuals = following - MODEL.expected_spend(history).value
    for group in (x == 0, x == 1, x == 3, (x > 0) & (mean > 60), (x > 0) & (mean < 20)):
        error = residuals[group].std() / np.sqrt(group.sum())
        assert residuals[group].mean() == pytest.approx(0, abs=4 * error)


def test_jacobian_equals_differences(simulated):
    some, h = simulated.head(200), 1e-5
    jacobian = MODEL.expected_spend(some).jacobian
    for position, name in enumerate(CDNOW):
        up, down = (
            GammaGammaModel.from_parameters(**{**CDNOW, name: CDNOW[name] * np.exp(step)})
            for step in (h, -h)
        )
        values = [model.expected_spend(some).value for model in (up, down)]
        assert jacobian[:, position] == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-6)


def test_customers_without_repeat_or_amount_are_counted(simulated, fitted):
    repeat = simulated["frequency"] > 0
    assert fitted.n_customers_ == repeat.sum()
    assert fitted.n_customers_set_aside_ == (~repeat).sum()
    free = simulated.assign(
        monetary_value=simulated["monetary_value"].where(repeat.cumsum() > 3, 0)
    )
    with pytest.warns(SetAsideWarning, match="3 customers with repeat purchases have a mean amo"):
        again = GammaGammaModel().fit(free)
    assert again.n_customers_ == fitted.n_customers_ - 3
    assert again.n_customers_ + again.n_customers_set_aside_ == len(simulated)


def test_nobody_to_fit_is_an_error(simulated):
    with pytest.raises(ConvergenceError, match="None of the 4000 customers has both"):
        GammaGammaModel().fit(simulated.assign(monetary_value=0.0))


def test_amounts_all_alike_are_diagnosed(simulated):
    with pytest.raises(ConvergenceError, match="The likelihood has no maximum") as error:
        GammaGammaModel().fit(simulated.assign(monetary_value=20.0))
    assert "spent the same amount" in str(error.value)


@pytest.mark.filterwarnings("ignore:The data hardly tell")
def test_one_amount_for_each_customer_is_diagnosed():
    # Not every sample of such customers lacks a maximum, but some do.
    constant = GammaGammaModel.from_parameters(p=1e5, q=4.0, v=1e-3)
    messages = []
    for seed in range(8):
        frequency = np.random.default_rng(seed).integers(1, 6, 500)
        history = pd.DataFrame({"frequency": frequency})
        try:
            GammaGammaModel().fit(constant.simulate(history, random_state=seed))
        except ConvergenceError as error:
            messages.append(str(error))
    assert messages
    assert pd.Series(messages).str.contains("p grows.*v shrinks.* always spent the same").all()


def test_infinite_means_are_refused_where_they_matter():
    model = GammaGammaModel.from_parameters(p=2.0, q=0.9, v=15.0)
    history = pd.DataFrame({"frequency": [0, 3], "monetary_value": [0.0, 20.0]}, index=["a", "b"])
    with pytest.raises(ConvergenceError, match="1 of 2 customers, such as 'a', is infinite"):
        model.expected_spend(history)
    assert model.expected_spend(history.loc[["b"]]).value == pytest.approx([2 * 75 / 5.9])


def test_negative_means_are_taken_for_zero_with_a_warning():
    history = pd.DataFrame({"frequency": [2, 2], "monetary_value": [-5.0, 0.0]}, index=["a", "b"])
    with pytest.warns(WeakResultWarning, match="1 customer has a negative .* such as 'a'") as seen:
        value = MODEL.expected_spend(history).value
    assert seen[0].filename == __file__
    assert value[0] == value[1] > 0


def test_correlated_spend_is_warned_of():
    rng = np.random.default_rng(6)
    frequency = rng.integers(1, 20, 2000)
    amounts = rng.gamma(3, frequency)
    history = pd.DataFrame({"frequency": frequency, "monetary_value": amounts})
    with pytest.warns(WeakResultWarning, match="go together") as caught:
        model = GammaGammaModel().fit(history)
    assert caught[0].filename == __file__
    row = model.summary().loc["spend_frequency_correlation"]
    assert row["estimate"] == pytest.approx(np.corrcoef(frequency, amounts)[0, 1])
    assert 0.1 < row["low"] < row["estimate"] < row["high"]


def test_correlation_is_weighted():
    first, second = np.array([1.0, 2, 4, 7]), np.array([3.0, 1, 5, 5])
    weight = np.array([1, 3, 2, 1])
    repeated = np.corrcoef(np.repeat(first, weight), np.repeat(second, weight))[0, 1]
    assert pearson_correlation(first, second, weight) == pytest.approx(repeated)
    assert np.isnan(pearson_correlation(first, np.ones(4), weight))


def test_fisher_interval_needs_four_customers():
    assert np.isnan(fisher_interval(0.5, 3, 0.95)).all()
    # Worked by hand: tanh(atanh(0.5) ± 1.959964 / √97).
    assert fisher_interval(0.5, 100, 0.95) == pytest.approx((0.3366, 0.6341), abs=1e-4)


def test_bounds_are_missing_with_a_warning_without_covariance(simulated):
    with pytest.warns(WeakResultWarning, match="made without the covariance"):
        table = MODEL.forecast(simulated.head(3))
    assert table.filter(regex="low|high").isna().all(axis=None)
    assert "spend_frequency_correlation" not in MODEL.summary().index


def test_simulated_means_have_the_mean_of_the_model(simulated):
    many = MODEL.simulate(pd.DataFrame({"frequency": np.ones(300_000)}), random_state=7)
    amounts = many["monetary_value"]
    error = amounts.std() / np.sqrt(len(amounts))
    assert amounts.mean() == pytest.approx(6.25 * 15.44 / 2.74, abs=4 * error)
    assert (simulated.loc[simulated["frequency"] == 0, "monetary_value"] == 0).all()
