"""What it means when the Pareto/NBD likelihood has no maximum, in an analyst's words."""

from custintel._text import translate as _
from custintel.models._newton import Escape
from custintel.models._purchase_fit import advice

_LEAVING = {"s", "beta"}


def explain_escape(escape: Escape) -> str:
    """Say which simpler situation the data look like, and what to do."""
    return _("{situation} {advice}", situation=_situation(escape), advice=advice())


def _situation(escape: Escape) -> str:
    if (escape.growing | escape.shrinking) & _LEAVING:
        return _departures(escape)
    if {"r", "alpha"} <= escape.growing:
        return _("The data look as if all customers purchased at the same rate.")
    if {"r", "alpha"} <= escape.shrinking:
        return _(
            "The data look like two kinds of customers: those who never purchase again, and "
            "those who purchase very often."
        )
    if "r" in escape.shrinking or "alpha" in escape.growing:
        return _("The data look as if hardly anybody purchased again.")
    return _("The data do not tell these parameters apart.")


def _departures(escape: Escape) -> str:
    growing, shrinking = escape.growing & _LEAVING, escape.shrinking & _LEAVING
    if shrinking == _LEAVING:
        return _(
            "The data look like two kinds of customers: those who never leave, and those who "
            "leave right after their first purchase."
        )
    if shrinking == {"beta"} or growing == {"s"}:
        return _("The data look as if everybody left right after the first purchase.")
    if growing == _LEAVING:
        return _(
            "The data look as if all customers left at the same rate, about {rate:.2g} per unit "
            "of time, so that lifetimes are exponential; or as if hardly anybody left, if that "
            "is next to nothing over the time observed.",
            rate=escape.parameters["s"] / escape.parameters["beta"],
        )
    return _(
        "The data look as if nobody ever left: this is the limit where Pareto/NBD becomes the "
        "NBD model, which has no departures."
    )
