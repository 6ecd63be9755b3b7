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
        raise OSError(
            _(
                "{path} cannot be written: {problem}. Choose another place.",
                path=path,
                problem=(error.strerror or str(error)).rstrip("."),
            )
        ) from error
    finally:
        if partial.exists():
            partial.unlink()
