"""Options that several commands share: which files are read, and how."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from custintel._checks import quoted
from custintel._text import translate as _

Currency = Annotated[
    str | None, typer.Option(help=_("Currency of the amounts, if the files do not name it."))
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="HEADER=NAME",
        help=_(
            "What a column of the file stands for, such as --column 'Kunde=customer_id'; of "
            "another file than that of purchases, --column 'touches:Kunde=customer_id'."
        ),
    ),
]
Decimal = Annotated[
    str | None, typer.Option(help=_("Decimal sign, '.' or ',', if the numbers do not tell."))
]
DateOrder = Annotated[
    str | None, typer.Option(help=_("DMY, MDY or YMD, if the dates do not tell."))
]
Timezone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE", help=_("Time zone, such as Europe/Zurich, for dates with an offset.")
    ),
]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Exports of purchases."))]
Customers = Annotated[
    Path | None, typer.Option(help=_("Export of customers, for --attribute and --population."))
]
Touches = Annotated[
    Path | None, typer.Option(help=_("Log of contacts of customers with marketing."))
]
ObservedUntil = Annotated[
    str | None,
    typer.Option(help=_("Last day that the exports cover; by default that of the last purchase.")),
]


def conventions(
    currency: str | None, decimal: str | None, date_order: str | None, timezone: str | None
) -> dict[str, str | None]:
    """Return how files are to be read, by the names of the library."""
    return {
        "currency": currency,
        "decimal": decimal,
        "date_order": date_order,
        "timezone": timezone,
    }


def columns_by_table(
    options: list[str] | None, tables: Iterable[str]
) -> tuple[dict[str, str] | None, dict[str, dict[str, str]]]:
    """Return the columns named of the purchases, and those of other tables, ``TABLE:HEADER``."""
    own = list(options or [])
    others: dict[str, dict[str, str]] = {}
    for table in tables:
        start = f"{table}:"
        named = [option.removeprefix(start) for option in own if option.startswith(start)]
        others[table] = named_columns(named) or {}
        own = [option for option in own if not option.startswith(start)]
    return named_columns(own), others


def named_columns(options: list[str] | None) -> dict[str, str] | None:
    """Return what each header of a file stands for; None if nothing is named."""
    if not options:
        return None
    pairs = [option.rpartition("=") for option in options]
    wrong = [
        option
        for option, (header, _is, name) in zip(options, pairs, strict=True)
        if not header or not name
    ]
    if wrong:
        raise ValueError(_("--column takes HEADER=NAME: got {wrong}.", wrong=quoted(wrong, most=3)))
    return {header: name for header, _is, name in pairs}
