"""Warnings that point at the line of the caller, however deep in the library they arise."""

import contextlib
import os
import sys
import warnings
from pathlib import Path

_HOME = str(Path(__file__).parent) + os.sep
# A context manager that warns is left through the standard library.
_PASSED = (_HOME, contextlib.__file__)


def warn(message: str | Warning, category: type[Warning] | None = None) -> None:
    """Warn of the newest line that is not of the library; a warning has its own category."""
    frame, level = sys._getframe(1), 2
    while frame.f_code.co_filename.startswith(_PASSED) and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
