"""How items, pairs and lifts are written on plots."""

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import _style as style

_WIDTH = 24  # characters of a name that shares a line or a label with others
_WIDTH_OF_SEVERAL = 30


def item_label(name: object) -> str:
    """Return the name of an item on one line."""
    return style.short_label(name, _WIDTH)


def pair_label(one: object, other: object) -> str:
    """Return the two lines that name a pair, or a rule of several items."""
    if isinstance(one, tuple):
        joined = style.short_label(" + ".join(map(str, one)), _WIDTH_OF_SEVERAL)
        return _("{antecedent}\n→ {consequent}", antecedent=joined, consequent=item_label(other))
    return _(
        "{antecedent}\n+ {consequent}", antecedent=item_label(one), consequent=item_label(other)
    )


def lift_label(lift: float) -> str:
    """Return a lift with the decimals that its size calls for."""
    return formats.number(lift, 2 if lift < 2 else 1 if lift < 10 else 0)
