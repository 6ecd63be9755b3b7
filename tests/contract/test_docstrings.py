"""Every public name is documented in numpydoc's form, with an example that runs."""

import inspect

import pytest
from numpydoc.validate import validate

IGNORED = {
    "ES01": "a second paragraph is written where there is more to say",
    "EX01": "the examples are tested below, for all that can have one",
    "GL01": "the summary stands on the line of the quotes",
    "SA01": "what belongs together is on one page of the reference",
}
# One line says all that there is to say about an error or a property.
IGNORED_FOR_ONE_LINE = {"GL02", "PR01", "RT01"}


def ignored(name):
    text = inspect.getdoc(name.value) or ""
    one_line = text and "\n" not in text and (name.is_error() or isinstance(name.value, property))
    return set(IGNORED) | (IGNORED_FOR_ONE_LINE if one_line else set())


def test_docstring_is_valid_numpydoc(documented):
    if documented.is_constant():
        pytest.skip("a constant has no docstring")
    found = dict(validate(documented.path)["errors"])
    assert {code: found[code] for code in found.keys() - ignored(documented)} == {}


def test_public_name_has_an_example(public):
    if public.is_constant() or public.is_error():
        pytest.skip("constants and errors are shown where they are used")
    assert ">>> " in (inspect.getdoc(public.value) or ""), "the docstring has no example"


def test_public_name_is_in_the_reference(public, repository):
    page = repository / "docs" / "reference" / f"{public.room}.md"
    assert f"::: custintel.{public.room}\n" in page.read_text("utf-8")


def test_every_reference_page_is_about_a_room(repository, all_rooms):
    pages = {page.stem for page in (repository / "docs" / "reference").glob("*.md")}
    assert pages == set(all_rooms)


def test_the_walk_covers_the_package(all_documented, all_rooms):
    assert {"custintel.tables.purchase_history", "custintel.datasets.load_cdnow"} <= {
        name.path for name in all_documented
    }
    assert {name.room for name in all_documented} == set(all_rooms)
