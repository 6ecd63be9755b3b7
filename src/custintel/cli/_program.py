"""The program that the commands belong to."""

import typer

from custintel._text import translate as _

app = typer.Typer(
    name="custintel",
    help=_("Customer intelligence from any CRM export."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
