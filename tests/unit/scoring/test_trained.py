"""Models on disk: what is read is what was written, and what is not whole is refused."""

import hashlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest

from custintel.errors import ReadError
from custintel.models import ChurnModel, ModifiedBetaGeoModel, PropensityModel
from custintel.scoring import load_models, load_trained, score_customers, train_model
from custintel.tables import PurchaseLabel

DAYS = ["1997-06-30", "1997-12-31"]
SPANS = {"window": "6M", "horizon": "6M"}


@pytest.fixture
def folder(churn, tmp_path):
    churn.save(tmp_path / "churn")
    return tmp_path / "churn"


def test_scores_of_what_is_read_are_the_same(cdnow, churn, folder):
    before = score_customers(cdnow, churn, as_of="1998-06-30")
    after = score_customers(cdnow, load_trained(folder), as_of="1998-06-30")
    pd.testing.assert_frame_equal(before.table, after.table)
    pd.testing.assert_frame_equal(before.drift, after.drift)
    assert before.remarks == after.remarks


def test_every_fact_is_read_back(churn, folder):
    found = load_trained(folder)
    names = {"settings", "validation", "trained_as_of", "labels_until", "n_rows", "n_events"}
    for name in names | {"currency", "feature_bins", "score_bins", "version", "features"}:
        assert getattr(found, name) == getattr(churn, name), name


def test_trees_are_written_by_skops_and_never_by_pickle(cdnow, tmp_path):
    few = cdnow[cdnow["customer_id"] < "0600"]
    model = ChurnModel(method="boosting", n_trees=2, n_folds=2)
    trained = train_model(few, model, as_of=DAYS, **SPANS)
    trained.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "model.skops"]
    before = score_customers(cdnow, trained, as_of="1998-06-30").table["probability"]
    after = score_customers(cdnow, load_trained(tmp_path), as_of="1998-06-30").table["probability"]
    np.testing.assert_array_equal(before, after)


def test_settings_with_a_label_of_ones_own_and_a_purchase_model_are_read_back(cdnow, tmp_path):
    tagged = cdnow.assign(category=np.where(np.arange(len(cdnow)) % 3, "rock", "jazz"))
    trained = train_model(
        tagged,
        PropensityModel(method="firth"),
        as_of=DAYS,
        label={"buys_jazz": PurchaseLabel(category=["jazz"])},
        purchase_model=ModifiedBetaGeoModel(penalty=0.01),
        **SPANS,
    )
    trained.save(tmp_path)
    found = load_trained(tmp_path)
    assert found.settings.label == "buys_jazz"
    assert found.settings.meaning.conditions == {"category": ["jazz"]}
    assert found.settings.purchase_model.get_params() == {
        **ModifiedBetaGeoModel().get_params(),
        "penalty": 0.01,
    }
    scores = score_customers(tagged, found, as_of="1998-06-30").table
    assert {"probability_low", "probability_high", "is_cold_start"} <= set(scores)
    assert (scores["probability_low"] <= scores["probability"]).all()
    assert (scores["probability"] <= scores["probability_high"]).all()


def test_saving_again_replaces_the_model(cdnow, churn, folder):
    other = train_model(
        cdnow, PropensityModel(method="segment_rate"), as_of=DAYS, label="is_buyer", **SPANS
    )
    other.save(folder)
    assert load_trained(folder).settings.label == "is_buyer"
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.json"]


def test_the_folder_holds_no_customer(cdnow, folder):
    text = "".join(path.read_text("utf-8") for path in folder.iterdir())
    ids = cdnow["customer_id"].unique()
    assert len(ids) == 2357
    # An id of CDNOW has four digits, which numbers hold as well: with its quotes it is an id.
    assert not [each for each in ids if f'"{each}"' in text]


def _edit(folder, *, with_checksum=True, **changes):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8")) | changes
    if with_checksum:
        told = {name: value for name, value in manifest.items() if name != "sha256"}
        text = json.dumps(told, sort_keys=True)
        manifest["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(manifest), "utf-8")


SPOILT = {
    "nothing": (shutil.rmtree, "holds no trained model: there is no manifest.json"),
    "no manifest": (lambda at: (at / "manifest.json").unlink(), "there is no manifest.json"),
    "no model": (lambda at: (at / "model.json").unlink(), "incomplete: model.json is missing"),
    "changed model": (
        lambda at: (at / "model.json").write_text("{}"),
        "not the one that its manifest describes",
    ),
    "torn manifest": (lambda at: (at / "manifest.json").write_text('{"format'), "not a manifest"),
    "a list": (lambda at: (at / "manifest.json").write_text("[]"), "not a manifest"),
    "newer": (lambda at: _edit(at, format=99, version="9.1"), "custintel 9.1, which is newer"),
    "changed facts": (
        lambda at: _edit(at, with_checksum=False, n_rows=1),
        "not a manifest .*its checksum is that of other settings",
    ),
    "no settings": (lambda at: _edit(at, settings={}), "not a manifest .*KeyError"),
    "strange bins": (lambda at: _edit(at, score_bins=3), "not a manifest"),
    "a path of another file": (
        lambda at: _edit(at, model={"kind": "ChurnModel", "file": "../x", "sha256": ""}),
        "not a manifest",
    ),
    "an unknown kind": (
        lambda at: _edit(at, model={"kind": "os", "file": "model.json", "sha256": ""}),
        "not a manifest",
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_what_is_not_whole_is_refused(case, folder):
    spoil, told = SPOILT[case]
    spoil(folder)
    with pytest.raises(ReadError, match=told):
        load_trained(folder)


@pytest.mark.parametrize("name", ["subprocess", "ChurnModel", "GammaGammaModel"])
def test_what_is_no_purchase_model_of_ours_is_never_made(folder, name):
    settings = json.loads((folder / "manifest.json").read_text("utf-8"))["settings"]
    made = {"model": name, "settings": {}}
    _edit(folder, settings={**settings, "purchase_model": made})
    with pytest.raises(ReadError, match=f"{name}.* is no purchase model"):
        load_trained(folder)


def test_models_of_a_folder_are_named_after_their_folders(churn, folder):
    churn.save(folder.parent / "b")
    (folder.parent / "notes").mkdir()
    assert list(load_models(folder.parent)) == ["b", "churn"]
    assert list(load_models(folder)) == ["churn"]


def test_an_empty_folder_and_a_model_written_in_part_are_refused(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadError, match="it has nothing"):
        load_models(tmp_path / "empty")
    (folder / "manifest.json").unlink()
    with pytest.raises(ReadError, match=r"there is no manifest\.json"):
        load_models(tmp_path)


def test_a_place_that_cannot_be_written_is_named(churn, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot be written"):
        churn.save(tmp_path / "file")


def test_a_purchase_model_of_others_is_not_saved(cdnow, tmp_path):
    class Other(ModifiedBetaGeoModel):
        pass

    trained = train_model(
        cdnow,
        PropensityModel(method="segment_rate"),
        as_of=DAYS,
        label="is_buyer",
        purchase_model=Other(),
        **SPANS,
    )
    with pytest.raises(ValueError, match=r"of custintel\.models alone: got Other"):
        trained.save(tmp_path)
    assert not list(tmp_path.iterdir())
