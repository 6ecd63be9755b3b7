"""Reading exports: what was found in the file, its rows, and the rows that cannot be used."""

from custintel.io.cells import RawExport, inspect_cells, read_cells
from custintel.io.exports import Export, combine_exports, inspect_export, read_export
from custintel.io.sources import FileFormat

__all__ = [
    "Export",
    "FileFormat",
    "RawExport",
    "combine_exports",
    "inspect_cells",
    "inspect_export",
    "read_cells",
    "read_export",
]
