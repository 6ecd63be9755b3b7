"""The oldest packages that are tested are those that pyproject.toml promises."""

import tomllib

from packaging.requirements import Requirement
from packaging.version import Version

EXTRAS = ("boost", "polars", "skops", "spark", "test")
ONLY_TESTED_NEWEST = {
    *("custintel", "hypothesis", "import-linter", "numpydoc"),
    *("pytest", "pytest-benchmark", "pytest-xdist"),
}
NEEDED_BY_THE_OLDEST = {"click", "pyparsing"}


def test_tested_floors_are_the_promised_ones(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    listed = [*project["dependencies"], *(each for name in EXTRAS for each in optional[name])]
    promised = [each for each in map(Requirement, listed) if each.name not in ONLY_TESTED_NEWEST]
    lines = (repository / "tests" / "oldest.txt").read_text("utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    tested = [each for each in pinned if each.name not in NEEDED_BY_THE_OLDEST]
    assert floors(promised, ">=") == floors(tested, "==")


def floors(requirements, operator):
    found = {}
    for each in requirements:
        (specifier,) = each.specifier
        assert specifier.operator == operator, each
        found[each.name] = Version(specifier.version)
    return found
