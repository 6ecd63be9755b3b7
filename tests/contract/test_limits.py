"""Files and functions stay short, and their names say what they hold."""

import ast

import pytest

MOST_LINES_IN_A_BODY = 45
MOST_LINES_IN_A_FILE = 400
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "base"}


def functions(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def body_lines(function):
    """Count the lines of a function without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short(source):
    tree = ast.parse(source.read_text("utf-8"))
    lengths = {f"{each.name}, line {each.lineno}": body_lines(each) for each in functions(tree)}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES_IN_A_BODY} == {}


def test_files_are_short(source):
    assert len(source.read_text("utf-8").splitlines()) <= MOST_LINES_IN_A_FILE


def test_module_name_says_what_it_holds(source):
    assert source.stem.strip("_") not in SAYS_NOTHING


def test_no_function_has_its_modules_name(source):
    module = source.parent.name if source.stem == "__init__" else source.stem
    names = {each.name for each in functions(ast.parse(source.read_text("utf-8")))}
    assert module not in names


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("def f():\n    pass", 1),
        ('def f():\n    """Say."""\n    a = 1\n\n    return a', 3),
        ('def f():\n    """Say."""', 0),
        ("def f(\n    a,\n    b,\n):\n    return a", 1),
    ],
)
def test_docstring_and_signature_are_not_counted(text, lines):
    assert body_lines(ast.parse(text).body[0]) == lines
