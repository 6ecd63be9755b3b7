"""No dependency, however deep, is under the GNU General Public License."""

import re
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement

FORBIDDEN = re.compile(r"\b(A?GPL)|(GNU (Affero )?General Public)")
EXTRAS = ["boost", "lifetimes", "polars", "skops", "spark"]


def required_by(name, extras=()):
    """Return the names that an installed package requires here, with the extras asked for."""
    requirements = map(Requirement, distribution(name).requires or [])
    return {
        (each.name.lower(), tuple(sorted(each.extras)))
        for each in requirements
        if each.marker is None
        or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    }


def all_required():
    """Return the names of all installed packages that custintel needs, directly or not."""
    seen, waiting = set(), required_by("custintel", EXTRAS)
    while waiting:
        package = waiting.pop()
        if package in seen or not is_installed(package[0]):
            continue
        seen.add(package)
        waiting |= required_by(*package)
    return {name for name, _ in seen}


def is_installed(name):
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def licence(name):
    """Return what a package says of its own licence; the texts of bundled parts aside."""
    about = distribution(name).metadata
    declared = about.get("License-Expression") or about.get("License") or ""
    classifiers = [each for each in about.get_all("Classifier", []) if each.startswith("License")]
    return "\n".join([declared.strip().partition("\n")[0], *classifiers])


def test_no_dependency_is_under_the_gpl():
    licences = {name: licence(name) for name in all_required()}
    assert {name: text for name, text in licences.items() if FORBIDDEN.search(text)} == {}
    assert {"pandas", "numpy", "scipy", "duckdb", "python-dateutil"} <= licences.keys()


def test_the_gpl_would_be_recognised():
    assert FORBIDDEN.search("GPL-3.0-or-later")
    assert FORBIDDEN.search("License :: OSI Approved :: GNU General Public License v3 (GPLv3)")
    assert FORBIDDEN.search("AGPL-3.0-only")
    assert not FORBIDDEN.search("LGPL-2.1-only")
    assert not FORBIDDEN.search("BSD-3-Clause")
