"""One clear line, and a status, for what the user can mend."""

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from custintel._text import translate as _
from custintel.errors import CustintelError, CustintelWarning

USERS_ERROR = 2  # the status of a command that the user can mend


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """End with status 2 and one line, without a traceback, for what the user can mend."""
    try:
        with warnings.catch_warnings():
            # What is weak or set aside is told in the report itself.
            warnings.simplefilter("ignore", CustintelWarning)
            yield
    except (CustintelError, ValueError, OSError, ImportError) as error:
        message = " ".join(str(error).split())
        typer.echo(f"custintel: {message}{_on_the_command_line(error)}", err=True)
        raise typer.Exit(USERS_ERROR) from None


_COLUMN_ADVICE = re.compile(r"(?:build_(\w+)\(raw, )?columns=\{'(.+?)': '(\w+)'")
_OPTIONS = {
    "date_order=": "--date-order DMY",
    "decimal=": "--decimal ','",
    "currency=": "--currency EUR",
    "timezone=": "--timezone Europe/Zurich",
    "control=": "--control NAME",
    "observed_until=": "--observed-until 2024-12-31",
    "as_of=": "--as-of 2024-06-30",
    "population=": "--population ever_bought",
}


def _on_the_command_line(error: Exception) -> str:
    """Say which option does what the message advises for Python."""
    column = _COLUMN_ADVICE.search(str(error))
    if column is not None:
        table, header, name = column.groups()
        place = "" if table in (None, "transactions") else f"{table}:"
        option = f"--column '{place}{header}={name}'"
    else:
        option = next((new for old, new in _OPTIONS.items() if old in str(error)), "")
    return " " + _("On the command line: {option}.", option=option) if option else ""


def refuse_overwriting(read: Iterable[Path], written: Iterable[Path]) -> None:
    """Refuse to write over one of the files to read."""
    places = {path.resolve() for path in written}
    for path in read:
        if path.resolve() in places:
            raise ValueError(
                _("{file} would be overwritten. Choose another place with --out.", file=path)
            )


def require_places(*paths: Path | None) -> None:
    """Refuse places that cannot be written before the work is done."""
    from custintel.scoring._whole_files import require_place

    for path in paths:
        if path is not None:
            require_place(path)
