"""``custintel inspect``: how an export is read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from custintel._text import translate as _
from custintel.cli._errors import errors_in_one_line
from custintel.cli._options import Columns, DateOrder, Decimal, Timezone, named_columns
from custintel.cli._program import app

if TYPE_CHECKING:
    import pandas as pd

    from custintel.io import Export

_MOST_ROWS = 20


@app.command(
    help=_("Show how an export is read: columns, formats, and the rows that cannot be used.")
)
def inspect(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_("An export of purchases."))],
    column: Columns = None,
    decimal: Decimal = None,
    date_order: DateOrder = None,
    timezone: Timezone = None,
) -> None:
    """Show how an export is read: columns, formats, and the rows that cannot be used."""
    with errors_in_one_line():
        import pandas as pd

        from custintel.io import combine_exports, inspect_export
        from custintel.tables import inspect_transactions

        export = inspect_export(
            path,
            columns=named_columns(column),
            decimal=decimal,
            date_order=date_order,
            timezone=timezone,
        )
        built = inspect_transactions(combine_exports([export]))
        _tell_export(export, pd.concat([export.set_aside, built.set_aside]))


def _tell_export(export: "Export", set_aside: "pd.DataFrame") -> None:
    from custintel.schemas import TRANSACTIONS

    console = Console()
    n_aside = len(set_aside)
    facts = [
        (_("File"), export.source),
        (_("Rows"), f"{export.n_rows:,}"),
        (_("Rows used"), f"{export.n_rows - n_aside:,}"),
        (_("Rows set aside"), f"{n_aside:,}"),
        (_("Encoding"), export.encoding),
        (_("Delimiter"), None if export.delimiter is None else repr(export.delimiter)),
        (_("Decimal sign"), export.decimal),
        (_("Date format"), export.date_format),
        (_("Currency"), export.currency),
    ]
    found = Table(show_header=False, box=None)
    for name, value in facts:
        found.add_row(name, _plain(_("not stated") if value is None else value))
    console.print(found)
    columns = Table(_("Column of the file"), _("Read as"))
    for header in export.mapping:
        columns.add_row(_plain(header), export.mapping[header])
    known = [*TRANSACTIONS.columns, *export.mapping.values()]
    for header in export.table.columns.difference(known, sort=False):
        columns.add_row(_plain(str(header)), _("kept as it is"))
    console.print(columns)
    if n_aside:
        _tell_set_aside(set_aside, console)


def _tell_set_aside(set_aside: "pd.DataFrame", console: Console) -> None:
    rows = Table(_("Line"), _("Column"), _("Text"), _("Reason"))
    for row in set_aside.sort_values("line").head(_MOST_ROWS).to_dict("records"):
        rows.add_row(
            *(_plain(str(row[name] or "")) for name in ("line", "column", "value", "reason"))
        )
    console.print(rows)
    more = len(set_aside) - _MOST_ROWS
    if more > 0:
        console.print(_("… and {n} more", n=f"{more:,}"))


def _plain(text: str) -> Text:
    """Return text of a file as it is: no markup, no control characters."""
    return Text("".join(letter if letter.isprintable() else "\ufffd" for letter in text))
