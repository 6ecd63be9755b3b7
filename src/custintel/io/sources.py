"""Where an export is and what kind of file it is: its content decides, not its name."""

import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from custintel._checks import quoted
from custintel._text import translate as _
from custintel.errors import CustintelError, ReadError

PathLike = str | os.PathLike[str]
Kind = Literal["delimited", "workbook", "parquet", "json_lines"]

_ZIP, _GZIP, _PARQUET, _OLE = b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"\xd0\xcf\x11\xe0"
_JSON_SUFFIXES = {".jsonl", ".ndjson", ".json"}
_WORKBOOK_SUFFIXES = {".xlsx", ".xlsm"}
_UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class FileFormat:
    """What is known of a file beforehand.

    Whatever is left out is found in the file.

    Parameters
    ----------
    encoding : str, optional
        Name of the text encoding, such as ``"cp1252"``.
    delimiter : str, optional
        Character between the fields of a text file.
    sheet : str, optional
        Name of a worksheet; the first visible one with content by default.

    Examples
    --------
    >>> FileFormat(delimiter="|").encoding is None
    True
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        """Refuse a delimiter that is not one character."""
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            raise ValueError(
                _(
                    "delimiter is one character that is neither a quote nor a line end: "
                    "got {delimiter!r}.",
                    delimiter=self.delimiter,
                )
            )


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds one table, perhaps compressed."""

    path: Path
    kind: Kind
    packing: Literal["gzip", "zip"] | None = None
    member: str = ""  # of the zip archive

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    def open(self) -> BinaryIO:
        """Return the content as a stream of bytes, unpacked."""
        if self.packing == "gzip":
            return gzip.open(self.path, "rb")  # type: ignore[return-value]
        if self.packing == "zip":
            with zipfile.ZipFile(self.path) as archive:
                return _member(archive, self.member)
        return self.path.open("rb")


def locate(path: PathLike) -> Source:
    """Return the source at `path`, or raise `ReadError` when it is no table."""
    file = Path(path).expanduser()
    if not file.exists():
        raise ReadError(_("There is no such file. Check the path and the spelling."))
    if not file.is_file():
        raise ReadError(_("This is a folder, not a file. Give the files in it one by one."))
    with file.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise ReadError(_("The file is empty. Export it again."))
    _refuse_mislabelled(file, start)
    if start.startswith(_ZIP):
        return _in_zip(file)
    if start.startswith(_GZIP):
        with gzip.open(file) as unpacked:
            _refuse_packed(unpacked.read(4))
        return Source(file, _text_kind(file.stem), "gzip")
    return Source(file, "parquet" if start.startswith(_PARQUET) else _text_kind(file.name))


@contextmanager
def naming(path: PathLike) -> Iterator[None]:
    """Put the file's name before the message of any error inside the ``with`` block."""
    name = Path(path).name
    try:
        yield
    except CustintelError as error:
        raise type(error)(_("{file}: {problem}", file=name, problem=error)) from error
    except _UNREADABLE as error:
        problem = _("The file is damaged or cannot be opened. Export or copy it again.")
        raise ReadError(_("{file}: {problem}", file=name, problem=problem)) from error


def _text_kind(name: str) -> Kind:
    return "json_lines" if Path(name).suffix.lower() in _JSON_SUFFIXES else "delimited"


def _refuse_mislabelled(file: Path, start: bytes) -> None:
    suffix = file.suffix.lower()
    if start.startswith(_OLE):
        raise ReadError(
            _(
                "This is an old .xls workbook or one with a password. Open it in a spreadsheet "
                "and save it as .xlsx without a password, or as CSV."
            )
        )
    expected = {
        ".gz": _GZIP,
        ".zip": _ZIP,
        ".parquet": _PARQUET,
        **dict.fromkeys(_WORKBOOK_SUFFIXES, _ZIP),
    }
    if suffix in expected and not start.startswith(expected[suffix]):
        raise ReadError(
            _(
                "The content is not what {suffix} promises. Export it again, or give the file "
                "the ending of what it is.",
                suffix=suffix,
            )
        )


def _in_zip(file: Path) -> Source:
    with zipfile.ZipFile(file) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if "xl/workbook.xml" in names:
            return Source(file, "workbook")
        tables = [name for name in names if not _is_hidden(name)]
        if len(tables) != 1:
            raise ReadError(
                _(
                    "The archive holds {n} files ({names}); it should hold one table. "
                    "Unpack it and give the files that you want.",
                    n=len(tables),
                    names=quoted(tables, most=5),
                )
            )
        with _member(archive, tables[0]) as content:
            start = content.read(4)
    _refuse_packed(start)
    return Source(file, _text_kind(tables[0]), "zip", tables[0])


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".")


def _member(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    try:
        return archive.open(name)  # type: ignore[return-value]
    except (RuntimeError, NotImplementedError) as error:
        raise ReadError(
            _("The archive has a password or an unusual compression. Unpack it first.")
        ) from error


def _refuse_packed(start: bytes) -> None:
    if start.startswith((_ZIP, _GZIP, _PARQUET, _OLE)):
        raise ReadError(_("There is a packed file inside the packed file. Unpack it first."))


def in_memory(source: Source) -> io.BytesIO:
    """Return the whole content as a seekable stream."""
    with source.open() as stream:
        return io.BytesIO(stream.read())
