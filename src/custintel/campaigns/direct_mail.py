"""What a mailing by post costs and must bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np

from custintel._checks import quoted, require_between, require_count, require_type
from custintel._text import mark as N_
from custintel._text import translate as _

_LARGEST = 1e15
_ITEMS = {
    "list": N_("list"),
    "design": N_("design"),
    "printing": N_("printing"),
    "postage": N_("postage"),
    "other": N_("other"),
}


@dataclass(frozen=True, slots=True)
class DirectMailPlan:
    """What a mailing costs and must bring.

    Parameters
    ----------
    n_pieces : int
        Pieces that are sent.
    cost : float
        Of all pieces, currency.
    covers : str
        What the cost is made of, such as "postage only": figures of different mailings compare
        only if they cover the same.
    response_rate : float
        Part of the pieces that is answered, 0-1, as assumed.
    n_responses : float
        ``n_pieces`` × ``response_rate``, not rounded.
    cost_per_piece : float
        ``cost`` ÷ ``n_pieces``, currency.
    cost_per_response : float
        ``cost`` ÷ ``n_responses``, currency; infinite without a response.
    cost_per_1000_responses : float
        A thousand times that. It is not the CPM, which is ``1000 * cost_per_piece``.
    margin_per_response : float or None
        What one response earns before the cost of the mailing, currency, as given.
    profit : float or None
        ``n_responses`` × ``margin_per_response`` − ``cost``; None without a margin.
    break_even_responses : float or None
        ``cost`` ÷ ``margin_per_response``, not rounded; None without a margin, infinite if
        that is 0.
    break_even_response_rate : float or None
        ``cost_per_piece`` ÷ ``margin_per_response``. Above 1, no answer rate earns the cost.

    Examples
    --------
    >>> plan = direct_mail_plan(100_000, costs={"postage": 17_000}, response_rate=0.10)
    >>> plan.covers, plan.cost_per_1000_responses
    ('postage only', 1700.0)
    """

    n_pieces: int
    cost: float
    covers: str
    response_rate: float
    n_responses: float
    cost_per_piece: float
    cost_per_response: float
    cost_per_1000_responses: float
    margin_per_response: float | None
    profit: float | None
    break_even_responses: float | None
    break_even_response_rate: float | None


def direct_mail_plan(
    n_pieces: int,
    *,
    costs: Mapping[str, float],
    response_rate: float,
    margin_per_response: float | None = None,
) -> DirectMailPlan:
    """Plan a mailing by post: cost of a piece and of a response, and the break-even.

    Published costs of a response often cover the postage alone. So each item is named, and the
    result says what it covers.

    Parameters
    ----------
    n_pieces : int
        Pieces that are sent, 1 or more.
    costs : mapping of str to float
        Costs of the whole mailing, currency, 0 or more, of any of ``list`` (the addresses),
        ``design``, ``printing``, ``postage`` and ``other``.
    response_rate : float
        Part of the pieces that is answered, 0-1: what you expect, such as the rate of a like
        mailing or a test.
    margin_per_response : float, optional
        What one response earns on average before the cost of the mailing, currency, 0 or more:
        sales per response × value of a sale × margin rate. It gives the break-even.

    Returns
    -------
    DirectMailPlan
        Costs of a piece, a response and a thousand responses, and the break-even.

    Raises
    ------
    ValueError
        If a number is out of range, or an item of `costs` is not known.
    TypeError
        If `costs` is no mapping, or a cost no number.

    Examples
    --------
    A mailing to 100,000 households whose postage is 17,000 $, answered by 10 %:

    >>> plan = direct_mail_plan(
    ...     100_000,
    ...     costs={"postage": 17_000, "printing": 21_000},
    ...     response_rate=0.10,
    ...     margin_per_response=11.4,
    ... )
    >>> plan.cost_per_piece, plan.cost_per_response, plan.covers
    (0.38, 3.8, 'printing and postage')
    >>> round(plan.break_even_response_rate, 4), round(plan.profit)
    (0.0333, 76000)
    """
    require_count(n_pieces, name="n_pieces")
    require_between(response_rate, 0, 1, name="response_rate")
    cost = _total(costs)
    if margin_per_response is not None:
        require_between(margin_per_response, 0, _LARGEST, name="margin_per_response")
    n_responses = n_pieces * response_rate
    per_response = _ratio(cost, n_responses)
    profit = needed = rate = None
    if margin_per_response is not None:
        profit = n_responses * margin_per_response - cost
        needed = _ratio(cost, margin_per_response)
        rate = needed / n_pieces
    return DirectMailPlan(
        n_pieces=int(n_pieces),
        cost=cost,
        covers=_covers(costs),
        response_rate=float(response_rate),
        n_responses=n_responses,
        cost_per_piece=cost / n_pieces,
        cost_per_response=per_response,
        cost_per_1000_responses=1000 * per_response,
        margin_per_response=margin_per_response,
        profit=profit,
        break_even_responses=needed,
        break_even_response_rate=rate,
    )


def _total(costs: Mapping[str, float]) -> float:
    what = _("a mapping of costs, such as {'postage': 17000}")
    require_type(costs, Mapping, name="costs", what=what)
    unknown = [name for name in costs if name not in _ITEMS]
    if unknown or not costs:
        raise ValueError(
            _(
                "costs names some of {items}: got {given}.",
                items=quoted(_ITEMS),
                given=quoted(costs) or _("none"),
            )
        )
    for name, amount in costs.items():
        require_type(amount, Real, name=name, what=_("an amount"))
        require_between(amount, 0, _LARGEST, name=name)
    return float(sum(costs.values()))


def _covers(costs: Mapping[str, float]) -> str:
    """Return what the costs are of, in the order of the work."""
    names = [_(text) for item, text in _ITEMS.items() if item in costs]
    if len(names) == 1:
        return _("{item} only", item=names[0])
    return _("{items} and {last}", items=", ".join(names[:-1]), last=names[-1])


def _ratio(amount: float, count: float) -> float:
    """Return amount ÷ count: infinite without a count, but 0 if there is no amount either."""
    if count > 0:
        return amount / count
    return np.inf if amount > 0 else 0.0
