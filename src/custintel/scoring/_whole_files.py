"""Files that are whole or not there: written beside their place, then moved to it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custintel._text import translate as _


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the place of a temporary file, which replaces `path` once it is written."""
    # Two runs at the same time must not write into one file.
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(path)
    except OSError as error:
        raise _not_writable(path, (error.strerror or str(error)).rstrip(".")) from error
    finally:
        if partial.exists():
            partial.unlink()


def require_place(path: Path) -> None:
    """Raise `OSError` if a file cannot be written there, before the work that fills it."""
    if path.is_dir():
        raise _not_writable(path, _("it is a folder"))
    folder = next(each for each in path.absolute().parents if each.exists())
    if not folder.is_dir():
        raise _not_writable(path, _("{place} is a file, no folder", place=folder))
    if not os.access(folder, os.W_OK):
        raise _not_writable(path, _("{place} is closed to you", place=folder))


def _not_writable(path: Path, problem: str) -> OSError:
    return OSError(
        _(
            "{path} cannot be written: {problem}. Choose another place.",
            path=path,
            problem=problem,
        )
    )
