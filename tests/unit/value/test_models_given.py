"""Models in the wrong place are told from those that fit, whatever their class."""

import re

import pandas as pd
import pytest

from custintel.datasets import load_cdnow
from custintel.errors import SchemaError
from custintel.models import (
    BetaGeoBetaBinomialModel,
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
)
from custintel.tables import purchase_holdout
from custintel.value import (
    alive_path,
    customer_lifetime_value,
    forecast_matrix,
    frequency_fit,
    holdout_fit,
    new_customer_value,
    purchase_tracking,
)

BUYING = BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
SPENDING = GammaGammaModel.from_parameters(p=6.25, q=3.74, v=15.44)
OCCASIONS = BetaGeoBetaBinomialModel.from_parameters(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78)
MEMBERS = BetaGeoModel.from_parameters(
    r=0.8, alpha=5, a=0.8, b=2.5, transaction_coefficients={"is_member": 0.7}
)
HISTORY = pd.DataFrame(
    {"frequency": [0, 2], "recency": [0.0, 30.0], "T": [210.0, 210.0], "monetary_value": [0, 20.0]},
    index=["ann", "bob"],
)
KINDS = "a BetaGeoModel, ModifiedBetaGeoModel or ParetoNBDModel"


def test_models_that_fit_are_taken() -> None:
    others = [
        ModifiedBetaGeoModel.from_parameters(r=0.5, alpha=6.0, a=0.9, b=1.6),
        ParetoNBDModel.from_parameters(r=0.55, alpha=10.6, s=0.61, beta=11.7),
    ]
    for model in (BUYING, *others):
        values = customer_lifetime_value(HISTORY, model, SPENDING, annual_discount_rate=0.1)
        assert (values.table["customer_lifetime_value"] > 0).all()
        assert new_customer_value(model, SPENDING, annual_discount_rate=0.1).value > 0


@pytest.mark.parametrize(
    ("models", "told"),
    [
        ((SPENDING, BUYING), f"purchase_model is {KINDS}: got GammaGammaModel. Are the models sw"),
        ((OCCASIONS, SPENDING), f"purchase_model is {KINDS}: got BetaGeoBetaBinomialModel."),
        ((BetaGeoModel, SPENDING), f"purchase_model is {KINDS}: got a class, not yet a model."),
        ((None, SPENDING), f"purchase_model is {KINDS}: got NoneType."),
        ((BUYING, BUYING), "spend_model is a GammaGammaModel: got BetaGeoModel. Are the models"),
    ],
)
def test_others_are_refused_where_customers_are_valued(
    models: tuple[object, object], told: str
) -> None:
    with pytest.raises(TypeError, match=re.escape(told)):
        customer_lifetime_value(HISTORY, *models, annual_discount_rate=0.1)
    with pytest.raises(TypeError, match=re.escape(told)):
        new_customer_value(*models, annual_discount_rate=0.1)


@pytest.mark.parametrize("model", [SPENDING, OCCASIONS])
def test_others_are_refused_where_forecasts_are_looked_at(model: object) -> None:
    orders = load_cdnow("sample")
    days = {"calibration_end": "1997-09-30", "as_of": "1998-06-30"}
    asks = [
        lambda: frequency_fit(HISTORY, model),
        lambda: forecast_matrix(model, age="39W", horizon="39W"),
        lambda: purchase_tracking(orders, model, **days),
        lambda: holdout_fit(purchase_holdout(orders, **days), model),
    ]
    if model is SPENDING:
        asks.append(lambda: alive_path(orders, model, customer_id="0001", as_of="1998-06-30"))
    for ask in asks:
        with pytest.raises(TypeError, match=f"model is {KINDS}: got {type(model).__name__}"):
            ask()


def test_functions_that_know_no_covariates_say_so() -> None:
    orders = load_cdnow("sample")
    for ask in (
        lambda: alive_path(orders, MEMBERS, customer_id="0001", as_of="1998-06-30"),
        lambda: forecast_matrix(MEMBERS, age="39W", horizon="39W"),
        lambda: purchase_tracking(
            orders, MEMBERS, calibration_end="1997-09-30", as_of="1998-06-30"
        ),
    ):
        with pytest.raises(SchemaError, match=r"models without covariates: .* has 'is_member'"):
            ask()


def test_tracking_needs_days_after_the_calibration() -> None:
    with pytest.raises(ValueError, match="as_of 1997-12-31 does not come after calibration_end"):
        purchase_tracking(
            load_cdnow("sample"), BUYING, calibration_end="1998-06-30", as_of="1997-12-31"
        )
