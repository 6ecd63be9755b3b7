"""The Python of the README and of the guide runs, page by page, from an empty folder."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs" / "guide").glob("*.md"))]
# Run with their tables, which are compared cell by cell, in tests/oracle/test_clusters.py.
ELSEWHERE = {"clusters"}
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(page):
    return BLOCK.findall(page.read_text("utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.stem not in ELSEWHERE], ids=lambda page: page.stem
)
def test_python_on_the_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": page.stem}
    for block in blocks(page):
        exec(compile(block, page.name, "exec"), names)


def test_pages_hold_python():
    assert sum(len(blocks(page)) for page in PAGES) >= 3
