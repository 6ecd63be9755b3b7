"""The packaged files: what their cards promise, and that they can be made again."""

import hashlib
import re
import runpy
from importlib.metadata import distribution
from pathlib import Path

import pytest

from custintel.datasets import dataset_path
from custintel.datasets._files import NAMES

FOLDER = dataset_path("donations.csv").parent
SCRIPT = Path(__file__).parents[3] / "datasets" / "rebuild.py"
REBUILT = ["cdnow_sample.csv", "cdnow_master.csv", "donations.csv"]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card(name):
    return (FOLDER / name).with_suffix(".md").read_text("utf-8")


def on_card(name, label):
    return re.search(rf"^\| {label} \| `([0-9a-f]{{64}})` \|$", card(name), re.MULTILINE)[1]


@pytest.mark.parametrize("name", NAMES)
def test_file_has_the_checksum_on_its_card(name):
    assert sha256(dataset_path(name)) == on_card(name, "sha256")


@pytest.mark.parametrize("name", NAMES)
def test_card_describes_every_column(name):
    header = dataset_path(name).read_text("utf-8").splitlines()[0].split(",")
    years = {"2005", "2006", "2007", "2008", "2009"}  # one line of the card: 2005 … 2009
    described = set(re.findall(r"^\| `(\w+)`", card(name), re.MULTILINE))
    assert described - years == set(header) - years
    assert described


def test_every_file_is_known_to_the_loader():
    assert {path.name for path in FOLDER.glob("*.csv")} == set(NAMES)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'cdnow_sample.csv'.*got 'cdnow'"):
        dataset_path("cdnow")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rebuilt")
    runpy.run_path(str(SCRIPT))["rebuild"](folder)
    return folder


@pytest.mark.parametrize("name", REBUILT)
def test_files_from_lifetimes_are_rebuilt_byte_for_byte(rebuilt, name):
    assert (rebuilt / name).read_bytes() == dataset_path(name).read_bytes()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("cdnow_sample.csv", "CDNOW_sample.txt"),
        ("cdnow_master.csv", "CDNOW_master.txt"),
        ("donations.csv", "donations.csv"),
    ],
)
def test_source_has_the_checksum_on_the_card(name, source):
    lifetimes = distribution("lifetimes")
    path = Path(str(lifetimes.locate_file(f"lifetimes/datasets/{source}")))
    assert sha256(path) == on_card(name, "source sha256")


def test_licence_of_lifetimes_travels_with_its_files():
    text = (FOLDER / "LICENSE-lifetimes.txt").read_text("utf-8")
    assert "Copyright (c) 2015, Cameron Davidson-Pilon" in text
    assert "The above copyright notice and this permission notice shall be included" in text
