"""What a report takes as given: the choices that its values rest on."""

from dataclasses import dataclass

from custintel._checks import require_between
from custintel._time import Span

_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The choices behind the value of customers, all of them shown in the report.

    Parameters
    ----------
    horizon : str, default="12M"
        Length of time valued, from the day after the last day observed.
    annual_discount_rate : float, default=0.1
        Effective rate a year.
    margin_rate : float, optional
        Margin per unit of revenue, in 0-1. Left out, customers are valued by revenue, and
        the report says so.
    level : float, default=0.95
        Probability that intervals aim to cover.
    show_personal_data : bool, default=False
        Show customer ids that are e-mail addresses as they are, rather than masked.
    annual_marketing_budget : float, optional
        What campaigns may cost in the calendar year of the last day observed, in the currency
        of the purchases, above 0.
    held_back_share : float, optional
        Part of the customers that were to be held back from each campaign, between 0 and 1.
        Given, the report checks whether as many were.

    Examples
    --------
    >>> Assumptions(horizon="52W", margin_rate=0.3).annual_discount_rate
    0.1
    """

    horizon: str = "12M"
    annual_discount_rate: float = 0.1
    margin_rate: float | None = None
    level: float = 0.95
    show_personal_data: bool = False
    annual_marketing_budget: float | None = None
    held_back_share: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no report can be made with, before any work is done."""
        Span.parse(self.horizon)
        require_between(self.annual_discount_rate, 0, 10, name="annual_discount_rate")
        require_between(self.level, 0, 1, name="level", open_ends=True)
        if self.margin_rate is not None:
            require_between(self.margin_rate, 0, 1, name="margin_rate")
        budget = self.annual_marketing_budget
        if budget is not None:
            name = "annual_marketing_budget"
            require_between(budget, 0, _LARGEST, name=name, open_ends=True)
        if self.held_back_share is not None:
            require_between(self.held_back_share, 0, 1, name="held_back_share", open_ends=True)
