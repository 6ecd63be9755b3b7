"""Text files: their encoding, found by what cannot be anything else.

A byte-order mark decides; then strict UTF-8, which other encodings hardly ever pass; then
cp1252, which Windows writes in Western Europe. Statistical detectors do worse.
"""

import codecs
import io
from dataclasses import dataclass

from custintel._text import translate as _
from custintel.errors import ReadError
from custintel.io.sources import Source

LONGEST_HEAD = 4 << 20  # characters
_CHUNK = 1 << 20
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(slots=True)
class Text:
    """What one pass over the file tells."""

    encoding: str
    head: str = ""  # the first `LONGEST_HEAD` characters
    n_lines: int = 0
    has_quotes: bool = False
    has_returns: bool = False  # "\r" that no "\n" follows, or that a block of the file ends with

    @property
    def encoding_name(self) -> str:
        """Name of the encoding, the byte-order mark left out."""
        return self.encoding.removesuffix("-sig")


def open_text(source: Source, encoding: str) -> io.TextIOWrapper:
    """Return the content as text, line ends untouched."""
    codecs.lookup(encoding)  # before anything is opened
    return io.TextIOWrapper(source.open(), encoding=encoding, newline="")


def scan_text(source: Source, encoding: str | None) -> Text:
    """Pass over the whole file once to find its encoding and count its lines."""
    if encoding is None:
        with source.open() as stream:
            start = stream.read(4)
        marked = [name for bom, name in _BOMS.items() if start.startswith(bom)]
        candidates = marked or ["utf-8", "cp1252"]
    else:
        candidates = [encoding]
    for candidate in candidates:
        try:
            text = _decoded(source, candidate)
        except UnicodeError:
            continue
        except LookupError as error:
            raise ReadError(_("There is no encoding {name!r}.", name=candidate)) from error
        if not text.head.strip():
            raise ReadError(_("The file is empty. Export it again."))
        return text
    raise ReadError(
        _(
            "This is not text in {tried}. If it is a table, save it as CSV in UTF-8, or name "
            "its encoding: file_format=FileFormat(encoding='…').",
            tried=_(" or ").join(candidates),
        )
    )


def _decoded(source: Source, encoding: str) -> Text:
    text, last = Text(encoding), "\n"
    with open_text(source, encoding) as stream:
        while piece := stream.read(_CHUNK):
            if "\0" in piece:
                raise ReadError(
                    _(
                        "This is not a text file: it holds NUL characters. If it is a table, "
                        "export it as CSV in UTF-8; UTF-16 without a mark needs "
                        "file_format=FileFormat(encoding='utf-16-le')."
                    )
                )
            text.n_lines += piece.count("\n")
            text.has_quotes |= '"' in piece
            text.has_returns |= piece.count("\r") > piece.count("\r\n")
            text.head += piece[: LONGEST_HEAD - len(text.head)]
            last = piece[-1]
    text.n_lines += last != "\n"
    return text
