"""Every public name is documented in numpydoc's form, with an example that runs."""

import inspect
from dataclasses import fields

from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

IGNORED = {
    "ES01": "a second paragraph is written where there is more to say",
    "EX01": "the examples are tested below, for all that can have one",
    "GL01": "the summary stands on the line of the quotes",
    "SA01": "what belongs together is on one page of the reference",
}
IGNORED_IN_PLOTS = {"RT03": "every plot returns the Axes that it has drawn on"}
IGNORED_FOR_RESULTS = {"PR01": "their fields are tested below; users do not make them"}
IGNORED_FOR_ONE_LINE = dict.fromkeys(
    ("GL02", "PR01", "RT01"), "enough for an error, or for a method without parameters"
)


def ignored(name):
    codes = set(IGNORED)
    codes |= set(IGNORED_IN_PLOTS if name.room == "plots" else ())
    codes |= set(IGNORED_FOR_RESULTS if name.is_result() else ())
    return codes | set(IGNORED_FOR_ONE_LINE if is_told_in_one_line(name) else ())


def is_told_in_one_line(name):
    if "\n" in (inspect.getdoc(name.value) or "\n"):
        return False
    return name.is_error() or isinstance(name.value, property) or is_method_of_self_alone(name)


def is_method_of_self_alone(name):
    is_method = name.path.count(".") == 3
    return is_method and list(inspect.signature(name.value).parameters) == ["self"]


def test_docstring_is_valid_numpydoc(documented):
    found = dict(validate(documented.path)["errors"])
    assert {code: found[code] for code in found.keys() - ignored(documented)} == {}


def test_public_name_has_an_example(explained):
    assert ">>> " in (inspect.getdoc(explained.value) or ""), "the docstring has no example"


def test_fields_of_results_are_described(result):
    documented = NumpyDocString(inspect.getdoc(result.value))
    described = {
        name.strip()
        for section in ("Attributes", "Parameters")
        for each in documented[section]
        for name in each.name.split(",")
    }
    assert {field.name for field in fields(result.value)} - described == set()


def test_public_name_is_in_the_reference(public, repository):
    page = repository / "docs" / "reference" / f"{public.room}.md"
    assert f"::: custintel.{public.room}\n" in page.read_text("utf-8")


def test_every_reference_page_is_about_a_room(repository, all_rooms):
    pages = {page.stem for page in (repository / "docs" / "reference").glob("*.md")}
    assert pages == set(all_rooms)


def test_the_walk_covers_the_package(all_names, all_rooms):
    assert {"custintel.tables.purchase_history", "custintel.datasets.load_cdnow"} <= {
        name.path for name in all_names
    }
    assert {name.room for name in all_names} == set(all_rooms)
