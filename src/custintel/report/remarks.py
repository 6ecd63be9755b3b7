"""What the analyses warn of, kept to be told beside their results."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from custintel.errors import CustintelWarning


@contextmanager
def warnings_kept() -> Iterator[list[str]]:
    """Collect the library's warnings inside the ``with`` block, each once, in a list.

    The list is filled when the block ends.

    >>> with warnings_kept() as kept:
    ...     warnings.warn("few", CustintelWarning)
    ...     warnings.warn("few", CustintelWarning)
    >>> kept
    ['few']
    """
    kept: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CustintelWarning)
        yield kept
    kept += dict.fromkeys(
        str(each.message) for each in caught if issubclass(each.category, CustintelWarning)
    )
