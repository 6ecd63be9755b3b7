"""The predictive models in scikit-learn's own tools, on features of a snapshot."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from custintel.models import ChurnModel
from custintel.tables import snapshot

FEW = ["n_purchase_days_6m", "revenue_6m", "recency_days", "tenure_days"]


@pytest.fixture(scope="module")
def seen(cdnow):
    return snapshot(cdnow, as_of=["1997-06-30", "1997-12-31"], window="6M", horizon="6M")


@pytest.fixture(scope="module")
def event(seen):
    return seen.label("is_churned")


def test_cross_validation_keeps_customers_together(seen, event):
    customers = seen.features.index.get_level_values("customer_id")
    folds = GroupKFold(3)
    tested = cross_validate(
        ChurnModel(penalty=10.0),
        seen.features[FEW],
        event,
        groups=customers,
        cv=folds,
        scoring=["roc_auc", "neg_brier_score"],
        return_indices=True,
    )
    assert tested["test_roc_auc"].min() > 0.6
    for train, test in zip(*tested["indices"].values(), strict=True):
        assert not set(customers[train]) & set(customers[test])


def test_a_step_before_it_hands_on_a_pandas_table(seen, event):
    scaled = make_column_transformer(
        (StandardScaler(), FEW[:2]),
        ("passthrough", FEW[2:]),
        verbose_feature_names_out=False,
    )
    model = make_pipeline(scaled, ChurnModel(penalty=10.0, transformation="none"))
    model.set_output(transform="pandas").fit(seen.features[FEW], event)
    fitted = model[-1]
    assert list(fitted.feature_names_in_) == FEW
    # It standardises by itself, so a scaler before it changes nothing.
    alone = ChurnModel(penalty=10.0, transformation="none").fit(seen.features[FEW], event)
    np.testing.assert_allclose(
        model.predict_proba(seen.features[FEW]), alone.predict_proba(seen.features[FEW]), rtol=1e-6
    )


def test_a_pipeline_keeps_whose_rows_they_are(seen, event):
    """Folds inside the fit keep a customer's rows together through a step of pandas."""
    kept = FunctionTransformer(lambda table: table[FEW])
    model = make_pipeline(kept, ChurnModel(penalty=10.0)).fit(seen.features, event)
    n_customers = seen.features.index.get_level_values("customer_id").nunique()
    assert model[-1].n_customers_ == n_customers < len(seen.features)
    found = pd.DataFrame(model.predict_proba(seen.features), index=seen.features.index)
    np.testing.assert_allclose(found.sum(axis="columns"), 1.0)
