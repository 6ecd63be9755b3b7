"""One trained model for all tests of the room: training takes the time of a test."""

import pytest

from custintel.datasets import load_cdnow
from custintel.models import ChurnModel
from custintel.scoring import train_model

DAYS = ["1997-06-30", "1997-12-31"]


@pytest.fixture(scope="session")
def cdnow():
    return load_cdnow()


@pytest.fixture(scope="session")
def churn(cdnow):
    return train_model(cdnow, ChurnModel(), as_of=DAYS, window="6M", horizon="6M")
