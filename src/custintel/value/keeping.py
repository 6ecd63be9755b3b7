"""Keeping customers against winning new ones."""

from dataclasses import dataclass

from custintel._checks import require_between
from custintel._elementwise import numbers
from custintel._text import translate as _
from custintel.value.constant_retention import MarginTiming, simple_lifetime_value


@dataclass(frozen=True, slots=True)
class RetentionOrAcquisition:
    """What keeping a customer costs and brings, beside what winning one costs.

    Attributes
    ----------
    cost_per_customer_kept : float
        Programme cost per customer who stays thanks to it, currency.
    acquisition_cost : float
        Cost per customer won, currency, as given.
    saving_per_customer_kept : float
        What it saves to keep a customer rather than to replace one; negative: winning is
        cheaper.
    break_even_programme_cost : float
        Programme cost per customer and period at which keeping costs as much as winning.
    break_even_retention_rate : float
        Retention rate that the programme must reach for keeping to cost as much as winning;
        above 1 it cannot.
    value_without, value_with : float
        Lifetime value of a customer without and with the programme in every period, currency.
    """

    cost_per_customer_kept: float
    acquisition_cost: float
    saving_per_customer_kept: float
    break_even_programme_cost: float
    break_even_retention_rate: float
    value_without: float
    value_with: float


def retention_or_acquisition(  # noqa: PLR0913 - a programme, what it is set against, conventions
    *,
    programme_cost: float,
    retention_without: float,
    retention_with: float,
    acquisition_cost: float,
    margin: float,
    discount_rate: float,
    timing: MarginTiming = "after_renewal",
) -> RetentionOrAcquisition:
    """Set the cost of keeping a customer against that of winning one.

    A programme is paid for all customers but changes the mind of a few: of 100, those who
    stay with it and would not without it. So its cost per customer kept is the programme cost
    divided by the gain in retention; reports that divide it by all who stay show a fraction
    of that.

    Parameters
    ----------
    programme_cost : float
        Cost of the programme per customer and period, currency, 0 or more.
    retention_without, retention_with : float
        Retention rate per period without and with the programme, 0-1; it is higher with it.
        The difference should come from an experiment: loyal customers join programmes.
    acquisition_cost : float
        Cost per customer won, currency, 0 or more.
    margin : float
        Margin per customer and period before the programme, currency.
    discount_rate : float
        Effective rate **per period**, 0 or more.
    timing : {"after_renewal", "now", "period_end"}, default="after_renewal"
        When the first margin comes; see `margin_multiple`. The programme is paid with each
        margin.

    Returns
    -------
    RetentionOrAcquisition
        Costs, the saving, both break-even points and the lifetime values.

    Raises
    ------
    ValueError
        If an argument is out of range, or the programme does not raise retention.

    References
    ----------
    Pfeifer, P. E. (2005). The optimal ratio of acquisition and retention costs. Journal of
    Targeting, Measurement and Analysis for Marketing 13(2), 179-188.

    Examples
    --------
    >>> choice = retention_or_acquisition(
    ...     programme_cost=4,
    ...     retention_without=0.70,
    ...     retention_with=0.75,
    ...     acquisition_cost=120,
    ...     margin=60,
    ...     discount_rate=0.1,
    ... )
    >>> round(choice.cost_per_customer_kept, 2), round(choice.saving_per_customer_kept, 2)
    (80.0, 40.0)
    >>> round(choice.value_without, 2), round(choice.value_with, 2)
    (105.0, 120.0)
    """
    spent = float(numbers(programme_cost, name="programme_cost", low=0))
    winning = float(numbers(acquisition_cost, name="acquisition_cost", low=0))
    require_between(retention_without, 0, 1, name="retention_without")
    require_between(retention_with, 0, 1, name="retention_with")
    gain = retention_with - retention_without
    if gain <= 0:
        raise ValueError(
            _(
                "The programme keeps nobody: retention is {after:g} with it and {before:g} "
                "without it. Nothing can be said of the cost per customer kept.",
                after=retention_with,
                before=retention_without,
            )
        )
    per_customer = spent / gain

    def value(net_margin: float, rate: float) -> float:
        return float(
            simple_lifetime_value(
                net_margin, retention_rate=rate, discount_rate=discount_rate, timing=timing
            )
        )

    return RetentionOrAcquisition(
        cost_per_customer_kept=per_customer,
        acquisition_cost=winning,
        saving_per_customer_kept=winning - per_customer,
        break_even_programme_cost=winning * gain,
        break_even_retention_rate=(
            retention_without + spent / winning if winning > 0 else float("inf")
        ),
        value_without=value(margin, retention_without),
        value_with=value(margin - spent, retention_with),
    )
