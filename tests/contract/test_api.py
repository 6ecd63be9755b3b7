"""The public names and their signatures change on purpose only.

``api.txt`` lists them. When a change is meant, write the list anew and commit it:
``pytest tests/contract/test_api.py --refresh-api``.
"""

import inspect
import re
from difflib import unified_diff
from pathlib import Path

import pytest

SNAPSHOT = Path(__file__).with_name("api.txt")


def without_types(function):
    """Return a signature without what differs from run to run: annotations and addresses.

    The text of an annotation depends on the version of pandas.
    """
    signature = inspect.signature(function)
    bare = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    text = str(signature.replace(parameters=bare, return_annotation=signature.empty))
    return re.sub(r"<function (\S+) at 0x\w+>", r"\1", text)


def line(name):
    if name.is_constant():
        return f"{name.path}: constant"
    if isinstance(name.value, property):
        return f"{name.path}: property"
    if name.is_error():
        return f"{name.path}: {', '.join(base.__name__ for base in name.value.__bases__)}"
    return name.path + without_types(name.value)


def test_public_names_are_those_of_the_snapshot(all_names, request):
    lines = sorted(line(name) for name in all_names)
    if request.config.getoption("--refresh-api"):
        SNAPSHOT.write_text("\n".join(lines) + "\n", "utf-8")
        pytest.skip(f"wrote {len(lines)} names")
    recorded = SNAPSHOT.read_text("utf-8").splitlines()
    changes = "\n".join(unified_diff(recorded, lines, "api.txt", "code", lineterm="", n=0))
    assert not changes, f"{changes}\nIf this is meant: {__doc__.split(': ')[-1]}"
    assert recorded
