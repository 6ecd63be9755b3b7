"""Files whose rows name their own fields: JSON lines and Parquet."""

import itertools
import json
import re
from typing import Any

import pandas as pd

from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.io.raw import RawTable, whole_rows
from custintel.io.sources import FileFormat, Source
from custintel.io.text import open_text, scan_text

_AWARE = "TIMESTAMP WITH TIME ZONE"
# Taken as they are; the others as text. Large whole numbers are among the others: beside
# missing values they would become floats and lose digits.
_PLAIN = re.compile(
    r"BOOLEAN|U?(TINY|SMALL)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|VARCHAR|DATE|TIMESTAMP(_\w+)?"
)


def read_json_lines(source: Source, file_format: FileFormat) -> RawTable:
    """Read one JSON object per line; lists and objects inside it stay JSON text."""
    text = scan_text(source, file_format.encoding)
    records: dict[int, dict[str, Any]] = {}
    others: dict[int, str] = {}
    with open_text(source, text.encoding) as stream:
        for number, line in enumerate(stream, start=1):
            record = _record(line)
            if record is not None:
                records[number] = record
            elif line.strip():
                others[number] = line.strip()
    if not records:
        raise ReadError(_("No line is a JSON object. Save it as JSON lines, one object a line."))
    headers = list(dict.fromkeys(key for record in records.values() for key in record))
    cells = [[record.get(header) for header in headers] for record in records.values()]
    index = pd.Index(list(records), dtype="int64", name="line")
    frame = pd.DataFrame(cells, index, range(len(headers)), dtype=object)
    set_aside = [whole_rows(others, others.values(), _("not a JSON object"))] if others else []
    return RawTable(headers, frame, set_aside, text.encoding_name)


def _record(line: str) -> dict[str, Any] | None:
    try:
        # NaN and Infinity are no JSON: as text they are told to be no numbers.
        value = json.loads(line, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return {
        key: json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict) else cell
        for key, cell in value.items()
    }


def read_parquet(source: Source) -> RawTable:
    """Read a Parquet file through DuckDB; rows are numbered from 1."""
    import duckdb

    escaped = "".join(f"[{c}]" if c in "[*?" else c for c in str(source.path))
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            file = connection.from_parquet(escaped)
            kinds = dict(zip(file.columns, map(str, file.types), strict=True))
            frame = file.project(", ".join(itertools.starmap(_selected, kinds.items()))).df()
    except duckdb.Error as error:
        raise ReadError(_("The Parquet file is damaged. Write it again.")) from error
    aware = [name for name, kind in kinds.items() if kind == _AWARE]
    frame = frame.assign(**{name: frame[name].dt.tz_localize("UTC") for name in aware})
    lines = pd.RangeIndex(1, len(frame) + 1, name="line")
    headers = list(kinds)
    return RawTable(headers, frame.set_axis(range(len(headers)), axis=1).set_axis(lines), [])


def _selected(name: str, kind: str) -> str:
    """Return the SQL of a column in a type that pandas holds without loss."""
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == _AWARE:
        return f"make_timestamp(epoch_us({quoted})) AS {quoted}"
    return quoted if _PLAIN.fullmatch(kind) else f"CAST({quoted} AS VARCHAR) AS {quoted}"
