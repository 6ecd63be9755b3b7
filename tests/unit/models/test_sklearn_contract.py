"""Predictive models in the company of scikit-learn: its own checks, pipelines and searches."""

import unittest
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

from custintel.models.churn import ChurnModel
from custintel.models.propensity import PropensityModel

QUICK = {"min_events": 1, "leaks": "allow", "n_folds": 2, "n_trees": 20}
MODELS = [
    ChurnModel(**QUICK),
    # Ten seconds of small forests, which differ from the regression in the learner alone.
    pytest.param(
        ChurnModel(method="boosting", **{**QUICK, "n_trees": 3}), marks=pytest.mark.validation
    ),
    PropensityModel(method="segment_rate", **QUICK),
]
SEEDED = "rows that no customer_id keeps together fall into folds by their place"
RATES = "rates of segments use no number, and cannot tell these classes apart"
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": SEEDED,
    "check_sample_weights_invariance": SEEDED,
    "check_sample_weight_equivalence": SEEDED,
}
# The second asks for good answers in old versions of scikit-learn alone.
OF_RATES = {"check_classifiers_train": RATES, "check_classifiers_classes": RATES}
OF_STUMPS = {"check_classifiers_classes": "three trees learn too little"}


def checks_of(model):
    """Return scikit-learn's checks, which it hands out under another name from 1.6 on."""
    if hasattr(estimator_checks, "estimator_checks_generator"):
        return estimator_checks.estimator_checks_generator(model)
    return estimator_checks.check_estimator(model, generate_only=True)


def name_of(check):
    return getattr(check, "func", check).__name__


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_the_checks_of_scikit_learn_pass(model):
    expected = EXPECTED | {"segment_rate": OF_RATES, "boosting": OF_STUMPS}.get(model.method, {})
    passed, failed = set(), {}
    for fresh, check in checks_of(model):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                check(fresh)
                passed.add(name_of(check))
            except unittest.SkipTest:
                continue
            except Exception as error:
                failed[name_of(check)] = f"{type(error).__name__}: {str(error)[:300]}"
    assert len(passed) > 25
    assert {name: told for name, told in failed.items() if name not in expected} == {}


@pytest.fixture(scope="module")
def customers():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(
        {"recency_days": rng.exponential(60, 600), "n_orders": rng.poisson(3, 600)},
        index=pd.Index(np.arange(600) // 2, name="customer_id"),
    )
    return table, rng.random(600) < 1 / (1 + np.exp(1 - table["recency_days"] / 60))


def test_it_works_in_cross_validation_and_pipelines(customers):
    features, churned = customers
    scaler = StandardScaler().set_output(transform="pandas")
    for model in (ChurnModel(), make_pipeline(scaler, ChurnModel())):
        found = cross_validate(
            model,
            features,
            churned,
            groups=features.index,
            cv=GroupKFold(3),
            scoring=["roc_auc", "neg_log_loss"],
            error_score="raise",
        )
        assert found["test_roc_auc"].mean() > 0.65
        assert found["test_neg_log_loss"].mean() > -np.log(2)
