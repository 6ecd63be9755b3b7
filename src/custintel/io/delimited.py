"""Text files of fields between delimiters: their delimiter and rows.

A regular file, one line to a row, goes through pandas' fast parser; any other through the
exact parser of the standard library, which knows the line of every row.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.io.raw import RawTable, whole_rows, without_idle_rows
from custintel.io.sources import FileFormat, Source
from custintel.io.text import LONGEST_HEAD, Text, open_text, scan_text
from custintel.schemas import TRANSACTIONS
from custintel.schemas.headers import n_recognised

_ROWS_LOOKED_AT = 100
_DELIMITERS = (";", "\t", "|", ",")
_LONGEST_FIELD = 2**31 - 1


def read_delimited(source: Source, file_format: FileFormat) -> RawTable:
    """Read a text file; every cell is text, and missing only where it is empty."""
    text = scan_text(source, file_format.encoding)
    told = _told_delimiter(text.head)
    delimiter = file_format.delimiter or told or _found_delimiter(text.head)
    n_skipped = 1 if told else 0
    return _fast(source, text, delimiter, n_skipped) or _exact(source, text, delimiter, n_skipped)


def _told_delimiter(head: str) -> str | None:
    """Return the delimiter that spreadsheets write in a first line of its own, ``sep=;``."""
    first = head.split("\n", 1)[0].strip().strip('"')
    return first[4] if len(first) == 5 and first.startswith("sep=") else None


def _found_delimiter(head: str) -> str:
    """Return the delimiter that gives most rows as many fields as the header."""
    evidence = {delimiter: _fit(head, delimiter) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=evidence.__getitem__)


def _fit(head: str, delimiter: str) -> tuple[bool, float, int, int]:
    whole = head if len(head) < LONGEST_HEAD else head[: head.rfind("\n") + 1] or head
    rows: list[list[str]] = []
    with _any_length():
        for row in csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter):
            rows += [row] if row else []
            if len(rows) > _ROWS_LOOKED_AT:
                break
    header, body = rows[0], rows[1:]
    share = sum(len(row) == len(header) for row in body) / max(len(body), 1)
    return len(header) > 1, share, n_recognised(header, TRANSACTIONS), len(header)


@contextmanager
def _any_length() -> Iterator[None]:
    """Let cells be as long as they are; the limit belongs to the whole process."""
    previous = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(previous)


def _fast(source: Source, text: Text, delimiter: str, n_skipped: int) -> RawTable | None:
    """Read a regular file; None when it is not one line to a row."""
    if text.has_returns:  # pandas' parser never ends at "\r " in the middle of a line
        return None
    with open_text(source, text.encoding) as stream:
        try:
            # The header is read as a row: its fields then set the number of columns.
            frame = pd.read_csv(
                stream,
                sep=delimiter,
                header=None,
                skiprows=n_skipped,
                dtype=str,
                keep_default_na=False,
                low_memory=False,
            )
        except (pd.errors.ParserError, pd.errors.EmptyDataError):
            return None
    if len(frame) + n_skipped != text.n_lines:
        return None
    if _may_be_short(source, text, delimiter, frame):
        return None
    headers = [str(header) for header in frame.iloc[0]]
    first_line = n_skipped + 2
    lines = pd.RangeIndex(first_line, first_line + len(frame) - 1, name="line")
    body, idle = without_idle_rows(headers, frame.iloc[1:].set_axis(lines))
    return RawTable(headers, body, idle, text.encoding_name, delimiter)


def _may_be_short(source: Source, text: Text, delimiter: str, frame: pd.DataFrame) -> bool:
    """Whether a row may lack fields: pandas fills them up as if they were empty."""
    if not (frame.iloc[:, -1] == "").any():
        return False
    if text.has_quotes:  # a delimiter may then belong to a cell
        return True
    with open_text(source, text.encoding) as stream:
        n_found = sum(line.count(delimiter) for line in stream)
    return n_found < len(frame) * (len(frame.columns) - 1)


@dataclass(slots=True)
class _Rows:
    """Rows of the header's width, and the others, each with its line."""

    width: int
    delimiter: str
    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    others: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, line: int, row: list[str]) -> None:
        """File a row by its number of fields; empty ones beyond the header do not count."""
        while len(row) > self.width and row[-1] == "":
            row.pop()
        if len(row) == self.width:
            self.cells.append(row)
            self.lines.append(line)
            return
        reason = _("too few fields") if len(row) < self.width else _("too many fields")
        self.reject(line, self.delimiter.join(row), reason)

    def reject(self, line: int, value: str, reason: str) -> None:
        """Set a row aside."""
        self.others.setdefault(reason, []).append((line, value))

    def set_aside(self) -> list[pd.DataFrame]:
        """Return the rejected rows, by reason."""
        return [
            whole_rows([line for line, _value in told], [value for _line, value in told], reason)
            for reason, told in self.others.items()
        ]


def _exact(source: Source, text: Text, delimiter: str, n_skipped: int) -> RawTable:
    with open_text(source, text.encoding) as stream, _any_length():
        for _line in range(n_skipped):
            stream.readline()
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        header, rows = None, _Rows(0, delimiter)
        for line, row in _numbered(reader, rows, n_skipped):
            if header is None:
                header, rows.width = row, len(row)
            else:
                rows.add(line, row)
    if header is None:
        raise ReadError(_("The first line cannot be read as a header. Export it again."))
    lines = pd.Index(rows.lines, dtype="int64", name="line")
    cells = pd.DataFrame(rows.cells, index=lines, columns=range(len(header)), dtype=object)
    body, idle = without_idle_rows(header, cells)
    return RawTable(header, body, [*rows.set_aside(), *idle], text.encoding_name, delimiter)


def _numbered(reader: Any, rows: _Rows, n_skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, with the line that each begins on."""
    while True:
        line = reader.line_num + n_skipped + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise ReadError(
                    _(
                        "Line {line}: a quotation mark opens a field and is never closed. "
                        "Close it, or double it if it belongs to the text.",
                        line=line,
                    )
                ) from error
            rows.reject(line, "", _("quotation marks that do not match"))
            continue
        if row:
            yield line, row
