"""The rules by which conversions are attributed, where they have settings."""

from dataclasses import dataclass

from custintel._checks import is_count, quoted, require_between
from custintel._text import translate as _
from custintel._time import Span

_MOST_ORDER = 3


@dataclass(frozen=True, slots=True)
class PositionBased:
    """Attribution that favours the ends of a path; also called U-shaped.

    What the ends leave is shared equally by the touches between them. A path of two touches
    is shared as the ends' parts are to one another, one of one touch is not shared.

    Parameters
    ----------
    first, last : float, default=0.4
        Parts of the first and of the last touch, 0 or more, at most 1 together.

    Examples
    --------
    >>> PositionBased(first=0.3, last=0.3)
    PositionBased(first=0.3, last=0.3)
    """

    first: float = 0.4
    last: float = 0.4

    def __post_init__(self) -> None:
        """Check the parts."""
        for name in ("first", "last"):
            require_between(getattr(self, name), 0, 1, name=name)
        if self.first + self.last > 1 + 1e-12:
            raise ValueError(
                _(
                    "first and last are at most 1 together: got {first} and {last}.",
                    first=self.first,
                    last=self.last,
                )
            )


@dataclass(frozen=True, slots=True)
class TimeDecay:
    """Attribution that favours the touches that are near the conversion in time.

    Parameters
    ----------
    half_life : str, default="7D"
        Time after which a touch counts half as much, with its unit.

    Examples
    --------
    >>> TimeDecay("2W")
    TimeDecay(half_life='2W')
    """

    half_life: str = "7D"

    def __post_init__(self) -> None:
        """Check the half-life."""
        Span.parse(self.half_life)


@dataclass(frozen=True, slots=True)
class MarkovChain:
    """Attribution by what would be lost without each channel, in a Markov chain of channels.

    Parameters
    ----------
    order : int, default=1
        How many of the last touches the next step depends on, 1 to 3. Each further one takes
        many times as many paths to be estimated as well.

    Examples
    --------
    >>> MarkovChain(order=2)
    MarkovChain(order=2)
    """

    order: int = 1

    def __post_init__(self) -> None:
        """Check the order."""
        if not is_count(self.order) or self.order > _MOST_ORDER:
            raise ValueError(
                _(
                    "order is a whole number from 1 to {most}: got {order!r}.",
                    most=_MOST_ORDER,
                    order=self.order,
                )
            )


Method = str | PositionBased | TimeDecay | MarkovChain

_WITH_SETTINGS: dict[str, Method] = {
    "position": PositionBased(),
    "time_decay": TimeDecay(),
    "markov": MarkovChain(),
}
_NAMES = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")


def as_method(method: Method) -> Method:
    """Return a method with its settings; one that has none is its name."""
    if isinstance(method, PositionBased | TimeDecay | MarkovChain):
        return method
    if method not in _NAMES:
        raise ValueError(
            _(
                "method is one of {names}, or PositionBased(…), TimeDecay(…), MarkovChain(…): "
                "got {method!r}.",
                names=quoted(_NAMES),
                method=method,
            )
        )
    return _WITH_SETTINGS.get(method, method)
