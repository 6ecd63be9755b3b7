"""What it means when the BG/NBD likelihood has no maximum, in an analyst's words."""

from custintel._text import translate as _
from custintel.models._newton import Escape
from custintel.models._purchase_fit import advice

_NEVER_LEAVES = 1e-3  # mean probability of leaving after a purchase, below which nobody leaves


def explain_escape(escape: Escape) -> str:
    """Say which simpler situation the data look like, and what to do."""
    return _("{situation} {advice}", situation=_situation(escape), advice=advice())


def _situation(escape: Escape) -> str:
    a, b = escape.parameters["a"], escape.parameters["b"]
    only_a_shrinks = "a" in escape.shrinking and "b" not in escape.shrinking
    if only_a_shrinks or a / (a + b) < _NEVER_LEAVES:
        return _(
            "The data look as if nobody ever dropped out: this is the limit where BG/NBD becomes "
            "the NBD model, which has no departures."
        )
    if escape.growing & {"a", "b"} or escape.shrinking & {"a", "b"}:
        return _departures(escape)
    if {"r", "alpha"} <= escape.growing:
        return _("The data look as if all customers purchased at the same rate.")
    if "r" in escape.shrinking:
        return _("The data look as if hardly anybody purchased again.")
    return _("The data do not tell these parameters apart.")


def _departures(escape: Escape) -> str:
    if {"a", "b"} <= escape.shrinking:
        return _(
            "The data look like two kinds of customers: those who never leave, and those who "
            "leave right after their first repeat purchase."
        )
    if "b" in escape.shrinking or escape.growing & {"a", "b"} == {"a"}:
        return _("The data look as if everybody left right after the first repeat purchase.")
    a, b = escape.parameters["a"], escape.parameters["b"]
    return _(
        "The data look as if all customers had the same probability of leaving after a purchase, "
        "about {probability:.2g}.",
        probability=a / (a + b),
    )
