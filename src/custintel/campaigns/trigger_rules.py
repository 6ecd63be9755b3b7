"""Rules that say when a customer is to be contacted, as data."""

from dataclasses import dataclass

from custintel._checks import require_between, require_choice, require_count, require_type
from custintel._text import translate as _
from custintel._time import Day, Span, as_day

ANSWERS = ("opened", "clicked", "information_request", "lead", "sale")
_LONGEST_NOTICE = 366


@dataclass(frozen=True, slots=True)
class BirthdayRule:
    """Write to customers on, or some days before, their birthday.

    Those born on 29 February have theirs on 28 February in other years.

    Parameters
    ----------
    name : str
        What the rule is called.
    campaign_id : str
        Campaign that writes: what it has sent since the day is not due again.
    days_before : int, default=0
        How long before the birthday, 0 to 366.

    Examples
    --------
    >>> BirthdayRule("birthday", "M001").days_before
    0
    """

    name: str
    campaign_id: str
    days_before: int = 0

    def __post_init__(self) -> None:
        """Check the rule."""
        _require_names(self)
        require_type(self.days_before, int, name="days_before", what=_("a whole number"))
        require_between(self.days_before, 0, _LONGEST_NOTICE, name="days_before")


@dataclass(frozen=True, slots=True)
class PurchaseRule:
    """Write to customers some time after a purchase.

    Parameters
    ----------
    name : str
        What the rule is called.
    campaign_id : str
        Campaign that writes: what it has sent since the day is not due again.
    after : str, default="1M"
        How long after the purchase; months are calendar ones, the last day of a shorter one.
    purchase : {'first', 'last'}, default="first"
        Which one.
    product_id : str, optional
        Only purchases of this product.

    Examples
    --------
    >>> PurchaseRule("follow-up call", "CALL", after="1M", product_id="SB-100").purchase
    'first'
    """

    name: str
    campaign_id: str
    after: str = "1M"
    purchase: str = "first"
    product_id: str | None = None

    def __post_init__(self) -> None:
        """Check the rule."""
        _require_names(self)
        Span.parse(self.after)
        require_choice(self.purchase, ("first", "last"), name="purchase")


@dataclass(frozen=True, slots=True)
class StageRule:
    """Write to leads at a stage again and again, such as weekly.

    Parameters
    ----------
    name : str
        What the rule is called.
    campaign_id : str
        Campaign that writes: what it has sent since the day is not due again.
    stage : str
        Value of ``status`` of the leads, in the words of the export.
    every : str, default="1W"
        How often, counted from the day in `since`.
    since : {'created_at', 'qualified_at'}, default="created_at"
        Column of the leads from which is counted.

    Examples
    --------
    >>> StageRule("nurture", "M010", stage="Qualified").every
    '1W'
    """

    name: str
    campaign_id: str
    stage: str
    every: str = "1W"
    since: str = "created_at"

    def __post_init__(self) -> None:
        """Check the rule."""
        _require_names(self)
        require_type(self.stage, str, name="stage", what=_("a text"))
        Span.parse(self.every)
        require_choice(self.since, ("created_at", "qualified_at"), name="since")


@dataclass(frozen=True, slots=True)
class NoAnswerRule:
    """Write again to those who did not do something after a campaign.

    Parameters
    ----------
    name : str
        What the rule is called.
    campaign_id : str
        Campaign that writes again: what it has sent since the day is not due again.
    to_campaign_id : str
        Campaign that was not answered.
    answer : {'opened', 'clicked', 'information_request', 'lead', 'sale'}, default="clicked"
        What counts as an answer; any later one of the list does too. Openings and clicks by
        machines do not.
    after : str, default="5D"
        How long after the first sending.

    Examples
    --------
    >>> NoAnswerRule("reminder", "M011", to_campaign_id="M010", answer="opened").after
    '5D'
    """

    name: str
    campaign_id: str
    to_campaign_id: str
    answer: str = "clicked"
    after: str = "5D"

    def __post_init__(self) -> None:
        """Check the rule."""
        _require_names(self)
        require_type(self.to_campaign_id, str, name="to_campaign_id", what=_("a text"))
        require_choice(self.answer, ANSWERS, name="answer")
        Span.parse(self.after)


@dataclass(frozen=True, slots=True)
class StockRule:
    """Write to as many customers as it takes to sell what is left before a deadline.

    Seats, rooms or goods that are lost afterwards: the alert of yield management. Of those who
    may be written to, who bought last is first; ``n_units`` ÷ ``conversion_rate``, rounded up.

    Parameters
    ----------
    name : str
        What the rule is called.
    campaign_id : str
        Campaign that writes: what it has sent since the first day is not due again.
    n_units : int
        What is left, 1 or more.
    deadline : date-like
        Last day on which it can be sold.
    conversion_rate : float
        Part of those written to that takes one, above 0 and up to 1.
    before : str, default="7D"
        How long before the deadline writing begins.
    product_id : str, optional
        Only customers who have bought this product before.

    Examples
    --------
    >>> rule = StockRule(
    ...     "last seats", "M012", n_units=5, deadline="2024-05-31", conversion_rate=0.02
    ... )
    >>> rule.n_units / rule.conversion_rate
    250.0
    """

    name: str
    campaign_id: str
    n_units: int
    deadline: Day
    conversion_rate: float
    before: str = "7D"
    product_id: str | None = None

    def __post_init__(self) -> None:
        """Check the rule."""
        _require_names(self)
        require_count(self.n_units, name="n_units")
        as_day(self.deadline, name="deadline")
        require_between(self.conversion_rate, 0, 1, name="conversion_rate")
        if self.conversion_rate == 0:
            raise ValueError(_("conversion_rate is above 0: nobody would sell what is left."))
        Span.parse(self.before)


@dataclass(frozen=True, slots=True)
class ContactLimit:
    """How often a customer may be written to.

    Parameters
    ----------
    n : int
        At most so many sendings of all campaigns, 1 or more.
    within : str, default="30D"
        In this time, up to the day of the list.

    Examples
    --------
    >>> ContactLimit(4, within="30D").n
    4
    """

    n: int
    within: str = "30D"

    def __post_init__(self) -> None:
        """Check the limit."""
        require_count(self.n, name="n")
        Span.parse(self.within)


TriggerRule = BirthdayRule | PurchaseRule | StageRule | NoAnswerRule | StockRule


def _require_names(rule: TriggerRule) -> None:
    for name in ("name", "campaign_id"):
        require_type(getattr(rule, name), str, name=name, what=_("a text"))
