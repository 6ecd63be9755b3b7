"""Warnings name the line that called the library, however deep in it they arise."""

import warnings
from pathlib import Path

import custintel
from custintel.datasets import load_cdnow
from custintel.errors import WeakResultWarning
from custintel.models import ChurnModel
from custintel.scoring import score_customers, train_model


def heard(call):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        call()
    return [each for each in told if issubclass(each.category, WeakResultWarning)]


def test_a_fit_through_several_rooms_points_at_its_caller():
    lines = load_cdnow()
    few = lines[lines["customer_id"] < "0400"]
    days = ["1997-06-30", "1997-12-31"]
    told = heard(lambda: train_model(few, ChurnModel(), as_of=days, window="6M", horizon="6M"))
    assert told
    assert {each.filename for each in told} == {__file__}


def test_what_a_context_manager_tells_points_at_its_caller():
    lines = load_cdnow()
    days = ["1997-06-30", "1997-12-31"]
    trained = train_model(lines, ChurnModel(), as_of=days, window="6M", horizon="6M")
    told = heard(lambda: score_customers(lines, trained, as_of="1998-09-30"))
    assert [each.filename for each in told] == [__file__]


def test_nothing_else_warns_by_a_number_of_lines():
    home = Path(custintel.__file__).parent
    found = [path.name for path in home.rglob("*.py") if "stacklevel" in path.read_text("utf-8")]
    assert found == ["_warnings.py"]
