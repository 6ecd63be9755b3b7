"""The data goes one way, and importing the package costs little."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HEAVY = {"duckdb", "matplotlib", "mlxtend", "openpyxl"} | {
    *("polars", "pyarrow", "pyspark", "statsmodels"),
}


@pytest.fixture(scope="module")
def contracts(repository):
    text = (repository / "pyproject.toml").read_text("utf-8")
    found = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return {contract["type"]: contract for contract in found}


def test_import_contracts_are_kept(repository):
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=repository, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 kept, 0 broken" in done.stdout


def test_layers_name_every_module(contracts, source_folder):
    layers = contracts["layers"]
    assert layers["exhaustive"] is True
    named = {name.strip(" ()") for layer in layers["layers"] for name in layer.split(":")}
    files = {path.stem for path in source_folder.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in source_folder.glob("*/__init__.py")}
    assert named == files | packages


def test_every_family_is_held_independent(contracts):
    layer = next(layer for layer in contracts["layers"]["layers"] if "segmentation" in layer)
    families = {f"custintel.{name.strip()}" for name in layer.split(":")}
    assert set(contracts["independence"]["modules"]) == families


def modules_loaded_by(statement):
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return set(json.loads(done.stdout))


def test_import_of_the_package_is_light():
    loaded = modules_loaded_by("import custintel")
    assert "custintel" in loaded
    assert loaded & {*HEAVY, "scipy", "sklearn"} == set()


def test_rooms_load_no_heavy_module_before_it_is_needed(all_rooms):
    loaded = modules_loaded_by("import " + ", ".join(f"custintel.{room}" for room in all_rooms))
    assert {f"custintel.{room}" for room in all_rooms} <= loaded
    # pandas itself loads pyarrow where it is installed.
    assert loaded & (HEAVY - {"pyarrow"}) == set()
