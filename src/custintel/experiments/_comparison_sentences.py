"""What a comparison of arms found, in sentences."""

from typing import Any

from custintel import _formats as formats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.experiments.comparison import ArmComparison


def sentences(found: ArmComparison) -> list[str]:
    """Return the findings: first whether they can be trusted, then one sentence for each arm."""
    treated = found.table[~found.table["is_control"]]
    told = [_sample_ratio(found), *_left_out(found)]
    if found.covariate is not None:
        told.append(
            _(
                "The covariate {covariate!r} takes {share} of the variance away.",
                covariate=found.covariate,
                share=formats.percent(found.variance_reduction),
            )
        )
    return told + [_arm(row, found) for row in treated.itertuples()]


def p_text(p: float) -> str:
    """Write a p-value with two digits that count, and small ones as below a limit.

    >>> p_text(0.0456), p_text(0.5), p_text(1e-9)
    ('p = 0.046', 'p = 0.50', 'p < 0.0001')
    """
    if p < 1e-4:
        return _("p < {limit}", limit=formats.number(1e-4, 4))
    digits = 2 if p >= 0.1 else 3 if p >= 0.01 else 4 if p >= 0.001 else 5
    return _("p = {p}", p=formats.number(p, digits))


def _sample_ratio(found: ArmComparison) -> str:
    p = found.sample_ratio_p
    if p != p:
        return _(
            "It was not checked whether customers are spread over the arms as planned: give "
            "expected_shares."
        )
    if found.is_mismatched:
        return _(
            "Do not trust this experiment: chance hardly spreads customers over the arms like "
            "this ({p}). Find out what went wrong in assigning or recording them.",
            p=p_text(p),
        )
    return _("Customers are spread over the arms as planned ({p}).", p=p_text(p))


def _left_out(found: ArmComparison) -> list[str]:
    told = []
    if found.n_missing:
        told.append(
            _n(
                "{n} customer has no outcome, and is left out.",
                "{n} customers have no outcome, and are left out.",
                found.n_missing,
                n=formats.number(found.n_missing),
            )
        )
    if found.n_in_two_arms:
        told.append(
            _n(
                "{n} customer is in several arms, and is left out.",
                "{n} customers are in several arms, and are left out.",
                found.n_in_two_arms,
                n=formats.number(found.n_in_two_arms),
            )
        )
    return told


def _arm(row: Any, found: ArmComparison) -> str:
    return _(
        "{arm}: {value} against {base} in {control}, a lift of {lift} ({interval}), {p}: "
        "{verdict}.",
        arm=row.Index,
        control=found.control,
        value=_value(row.value, is_rate=found.is_rate),
        base=_value(row.value - row.lift, is_rate=found.is_rate),
        lift=_lift(row.lift, is_rate=found.is_rate),
        interval=_interval(row, is_rate=found.is_rate),
        p=p_text(row.p_adjusted) if row.p == row.p else _("no test is possible"),
        verdict=_("a difference") if row.is_different else _("the data do not tell them apart"),
    )


def _value(value: float, *, is_rate: bool) -> str:
    return formats.percent(value) if is_rate else formats.number(value, _digits(value))


def _lift(lift: float, *, is_rate: bool) -> str:
    written = _signed(lift, is_rate=is_rate)
    return _("{points} points", points=written) if is_rate else written


def _interval(row: Any, *, is_rate: bool) -> str:
    ends = (_signed(each, is_rate=is_rate) for each in (row.lift_low, row.lift_high))
    return formats.interval(*ends)


def _signed(lift: float, *, is_rate: bool) -> str:
    written = formats.number(100 * lift, 1) if is_rate else formats.number(lift, _digits(lift))
    return f"+{written}" if lift > 0 else written


def _digits(value: float) -> int:
    return 0 if abs(value) >= 1000 else 2
