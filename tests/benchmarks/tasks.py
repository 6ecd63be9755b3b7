"""What is measured: the same task, done by custintel and by lifetimes, on the same customers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

from custintel.models import BetaGeoModel, GammaGammaModel
from custintel.models.pareto_nbd import ParetoNBDModel
from custintel.value import customer_lifetime_value

from .measuring import Task

CDNOW: dict[str, Any] = {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
CDNOW_PARETO: dict[str, Any] = {"r": 0.5532, "alpha": 10.5763, "s": 0.6063, "beta": 11.6715}
CDNOW_SPEND: dict[str, Any] = {"p": 6.25, "q": 3.74, "v": 15.44}
MONTHLY_RATE = 0.01
MILLION = 1_000_000


def customers(n: int, model: Any = None) -> pd.DataFrame:
    """Return a purchase history of customers like those of CDNOW, in whole days."""
    model = model or BetaGeoModel.from_parameters(**CDNOW)
    rng = np.random.default_rng(1)
    # In parts, so that making the data takes less memory than what is measured.
    parts = [_drawn(size, model, rng) for size in _parts(n)]
    return pd.concat(parts, ignore_index=True)


def _parts(n: int) -> list[int]:
    return [min(MILLION, n - start) for start in range(0, n, MILLION)]


def _drawn(n: int, model: Any, rng: np.random.Generator) -> pd.DataFrame:
    T = rng.integers(189, 273, n).astype(float)
    drawn = model._process().draw_new(model.parameters_.to_numpy(), T / 7, rng)
    days = np.ceil(drawn.time * 7)
    is_new_day = np.r_[True, (np.diff(drawn.customer) != 0) | (np.diff(days) > 0)]
    recency = np.zeros(n)
    np.maximum.at(recency, drawn.customer, days)
    frequency = np.bincount(drawn.customer[is_new_day]) - 1
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})


def _pareto_customers(n: int) -> pd.DataFrame:
    return customers(n, ParetoNBDModel.from_parameters(**CDNOW_PARETO))


def _spenders(n: int) -> pd.DataFrame:
    history = customers(n)
    spend = GammaGammaModel.from_parameters(**CDNOW_SPEND)
    return history.assign(monetary_value=spend.simulate(history, random_state=2)["monetary_value"])


def _repeat_spenders(n: int) -> pd.DataFrame:
    history = _spenders(n)
    return history[history["frequency"] > 0]


def _in_weeks(history: pd.DataFrame) -> list[pd.Series]:
    return [history["frequency"], history["recency"] / 7, history["T"] / 7]


@dataclass(frozen=True, slots=True)
class ToValue:
    """Customers with models of purchases and of spend, fitted to some of them."""

    history: pd.DataFrame
    purchases: Any
    spend: Any


def _to_value(n: int) -> ToValue:
    history = _spenders(n)
    some = history.head(20_000)
    return ToValue(history, BetaGeoModel().fit(some), GammaGammaModel().fit(some))


def _to_value_with_lifetimes(n: int) -> ToValue:
    ours = _to_value(n)
    some = ours.history.head(1000)
    purchases = BetaGeoFitter().fit(*_in_weeks(some))
    repeat = some[some["frequency"] > 0]
    spend = GammaGammaFitter().fit(repeat["frequency"], repeat["monetary_value"])
    purchases.params_ = ours.purchases.parameters_
    spend.params_ = ours.spend.parameters_
    return ToValue(ours.history, purchases, spend)


def _value(data: ToValue, level: float | None) -> list[float]:
    values = customer_lifetime_value(
        data.history,
        data.purchases,
        data.spend,
        horizon="12M",
        annual_discount_rate=(1 + MONTHLY_RATE) ** 12 - 1,
        level=level,
    )
    return [float(values.table["customer_lifetime_value"].mean())]


def _value_with_lifetimes(data: ToValue) -> list[float]:
    values = data.spend.customer_lifetime_value(
        data.purchases,
        *_in_weeks(data.history),
        data.history["monetary_value"],
        time=12,
        discount_rate=MONTHLY_RATE,
        freq="W",
    )
    # It discounts from the end of each month, custintel from the middle.
    return [float(values.mean()) * (1 + MONTHLY_RATE) ** 0.5]


def _fitted_with_lifetimes(fitter: Any, *columns: pd.Series) -> list[float]:
    return list(fitter.fit(*columns).params_)


TASKS = {
    ("beta_geo", "custintel"): Task(
        customers, lambda history: BetaGeoModel().fit(history).parameters_.tolist()
    ),
    ("beta_geo", "lifetimes"): Task(
        customers, lambda history: _fitted_with_lifetimes(BetaGeoFitter(), *_in_weeks(history))
    ),
    ("pareto_nbd", "custintel"): Task(
        _pareto_customers, lambda history: ParetoNBDModel().fit(history).parameters_.tolist()
    ),
    ("pareto_nbd", "lifetimes"): Task(
        _pareto_customers,
        lambda history: _fitted_with_lifetimes(ParetoNBDFitter(), *_in_weeks(history)),
    ),
    ("gamma_gamma", "custintel"): Task(
        _spenders, lambda history: GammaGammaModel().fit(history).parameters_.tolist()
    ),
    ("gamma_gamma", "lifetimes"): Task(
        _repeat_spenders,
        lambda repeat: _fitted_with_lifetimes(
            GammaGammaFitter(), repeat["frequency"], repeat["monetary_value"]
        ),
    ),
    ("value", "custintel"): Task(_to_value, lambda data: _value(data, None)),
    ("value_with_intervals", "custintel"): Task(_to_value, lambda data: _value(data, 0.95)),
    ("value", "lifetimes"): Task(_to_value_with_lifetimes, _value_with_lifetimes),
}
