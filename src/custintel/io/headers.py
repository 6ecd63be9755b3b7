"""The header of a file: each name once, and no row of data in its place."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._dates import parse_dates
from custintel._numbers import read_numbers
from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.io.raw import RawTable
from custintel.schemas.columns import Table
from custintel.schemas.headers import n_recognised


def checked_headers(raw: RawTable, tables: Iterable[Table], *, are_told: bool = False) -> list[str]:
    """Return the headers, each once; the columns without one are numbered.

    A first line that looks like data is refused, unless one of `tables` knows a header in it
    or the user has told what some of them stand for.
    """
    found = [header.replace("\ufeff", "").strip() for header in raw.headers]
    known = are_told or any(n_recognised(found, table) for table in tables)
    if not known and _looks_like_data(found):
        raise ReadError(
            _(
                "The first line, {cells}, looks like data: the file seems to have no header. "
                "Put one above it, such as: {example}.",
                cells=quoted(found, most=5),
                example=", ".join(next(iter(tables)).required()),
            )
        )
    twice = [header for header, n in Counter(found).items() if header and n > 1]
    if twice:
        raise ReadError(
            _(
                "The header has {names} more than once. Rename or delete one of each in the file.",
                names=quoted(twice, most=5),
            )
        )
    if not raw.n_rows:
        raise ReadError(_("The file has a header but no rows. Export it again."))
    return [header or _("unnamed_{i}", i=i) for i, header in enumerate(found, start=1)]


def _looks_like_data(headers: list[str]) -> bool:
    # Fields parted by spaces arrive as one.
    cells = pd.Series([cell for header in headers for cell in (header, *header.split())])
    numbers = read_numbers(cells).by_decimal
    dates = parse_dates(cells, date_order="DMY", timezone="UTC").instants
    found = ~(np.isnan(numbers["."]) & np.isnan(numbers[","]))
    return bool(found.any() or (~np.isnat(dates)).any())
