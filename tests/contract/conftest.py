"""What the contract tests walk: the public names, and the source files.

A test that asks for ``public``, ``documented``, ``explained``, ``result`` or ``source`` runs
once for each of them.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from types import FunctionType

import pytest

import custintel

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src" / "custintel"

# The command line is for terminals: its commands are tested by running them.
NOT_FOR_IMPORT = {"cli"}


@dataclass(frozen=True, slots=True)
class PublicName:
    """A name that users import, or a method of a class that they import."""

    path: str  # as users write it, such as custintel.tables.purchase_history
    room: str
    value: object

    def is_error(self) -> bool:
        return inspect.isclass(self.value) and issubclass(self.value, BaseException)

    def is_result(self) -> bool:
        return inspect.isclass(self.value) and is_dataclass(self.value)

    def is_constant(self) -> bool:
        return not callable(self.value) and not isinstance(self.value, property)


def rooms() -> list[str]:
    """Return the public packages and modules of custintel."""
    found = {module.name for module in pkgutil.iter_modules(custintel.__path__)}
    return sorted(name for name in found - NOT_FOR_IMPORT if not name.startswith("_"))


def public_names() -> list[PublicName]:
    """Return every name in the `__all__` of every room."""
    names = []
    for room in rooms():
        module = importlib.import_module(f"custintel.{room}")
        names += [
            PublicName(f"custintel.{room}.{name}", room, getattr(module, name))
            for name in module.__all__
        ]
    return names


def methods(owner: PublicName) -> Iterator[PublicName]:
    """Yield the public methods and properties of a class that custintel defines."""
    if not inspect.isclass(owner.value):
        return
    ours = [base for base in owner.value.__mro__ if base.__module__.startswith("custintel")]
    names = {name: value for base in reversed(ours) for name, value in vars(base).items()}
    for name, value in names.items():
        is_method = isinstance(value, FunctionType | classmethod | staticmethod | property)
        if is_method and not name.startswith("_"):
            # Through getattr, so that class methods are bound as users see them.
            seen = value if isinstance(value, property) else getattr(owner.value, name)
            yield PublicName(f"{owner.path}.{name}", owner.room, seen)


def documented_names() -> list[PublicName]:
    """Return what a docstring explains: the public names save constants, and all methods."""
    names = [name for name in public_names() if not name.is_constant()]
    return [each for name in names for each in (name, *methods(name))]


def explained_names() -> list[PublicName]:
    """Return the names whose use an example shows.

    Errors are shown where they are raised, results by the functions that return them.
    """
    names = [name for name in public_names() if not name.is_constant()]
    return [name for name in names if not (name.is_error() or name.is_result())]


def results() -> list[PublicName]:
    """Return the dataclasses among the public names."""
    return [name for name in public_names() if name.is_result()]


WALKS = {
    "public": public_names,
    "documented": documented_names,
    "explained": explained_names,
    "result": results,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each name or source file that it asks for."""
    for fixture in WALKS.keys() & set(metafunc.fixturenames):
        names = WALKS[fixture]()
        metafunc.parametrize(fixture, names, ids=[name.path for name in names])
    if "source" in metafunc.fixturenames:
        files = sorted(SOURCE.rglob("*.py"))
        ids = [file.relative_to(SOURCE).as_posix() for file in files]
        metafunc.parametrize("source", files, ids=ids)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the folder of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def source_folder() -> Path:
    """Return the folder of the package's source."""
    return SOURCE


@pytest.fixture(scope="session")
def all_rooms() -> list[str]:
    """Return the public packages and modules of custintel."""
    return rooms()


@pytest.fixture(scope="session")
def all_names() -> list[PublicName]:
    """Return the public names, constants included, and the methods of the classes."""
    return [each for name in public_names() for each in (name, *methods(name))]
