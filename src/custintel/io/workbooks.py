"""Excel workbooks: one sheet, its first row with content being the header."""

import warnings
from typing import Any

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.io.raw import RawTable, whole_rows, without_idle_rows
from custintel.io.sources import FileFormat, Source, in_memory


def read_workbook(source: Source, file_format: FileFormat) -> RawTable:
    """Read a sheet; numbers and dates keep their type, formulas give their last value."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # About styles and validation rules, which hold no data.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(in_memory(source), read_only=True, data_only=True)
            sheet = _sheet(book, file_format.sheet)
            sheet.reset_dimensions()
            rows = list(enumerate(sheet.iter_rows(values_only=True), start=1))
            book.close()
    except ReadError:
        raise
    except Exception as error:  # openpyxl lets through whatever a damaged part makes it meet
        raise ReadError(_("The workbook is damaged. Open it and save it again.")) from error
    return _table(rows)


def _sheet(book: Any, name: str | None) -> Any:
    if name is not None:
        if name not in book.sheetnames:
            raise ReadError(
                _(
                    "There is no sheet {name!r}; the workbook has {sheets}.",
                    name=name,
                    sheets=quoted(book.sheetnames),
                )
            )
        return book[name]
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = [sheet for sheet in visible if _has_content(sheet)]
    if not filled:
        raise ReadError(_("No visible sheet has content. Name one: FileFormat(sheet='…')."))
    return filled[0]


def _has_content(sheet: Any) -> bool:
    return any(cell is not None for row in sheet.iter_rows(values_only=True) for cell in row)


def _table(rows: list[tuple[int, tuple[Any, ...]]]) -> RawTable:
    filled = [(line, _trimmed(row)) for line, row in rows]
    filled = [(line, row) for line, row in filled if row]
    headers = ["" if cell is None else str(cell) for cell in filled[0][1]]
    width = len(headers)
    whole = [
        (line, row + [None] * (width - len(row))) for line, row in filled[1:] if len(row) <= width
    ]
    wide = [(line, row) for line, row in filled[1:] if len(row) > width]
    lines = pd.Index([line for line, _row in whole], dtype="int64", name="line")
    cells = pd.DataFrame([row for _line, row in whole], lines, range(width), dtype=object)
    body, set_aside = without_idle_rows(headers, cells)
    if wide:
        told = ["; ".join(str(cell) for cell in row if cell is not None) for _line, row in wide]
        set_aside.append(whole_rows([line for line, _row in wide], told, _("too many fields")))
    return RawTable(headers, body, set_aside)


def _trimmed(row: tuple[Any, ...]) -> list[Any]:
    """Return the cells up to the last that is filled."""
    cells = [None if cell == "" else cell for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells
