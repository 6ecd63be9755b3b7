"""Value of customers who move between states: the customer migration model."""

import numpy as np
import pandas as pd

from custintel._checks import quoted, require_choice, require_type
from custintel._elementwise import count_or_none, float_column, numbers
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.value.constant_retention import TIMINGS, MarginTiming

# Probabilities are often given rounded, so that a row may miss 1 by a little.
_ROUNDING = 1e-6


def migration_value(
    transitions: pd.DataFrame,
    margins: pd.Series,
    *,
    discount_rate: float,
    n_periods: int | None = None,
    timing: MarginTiming = "now",
) -> pd.Series:
    """Value a customer in each state, when customers move between states at known rates.

    States are what tells customers apart now, such as the number of periods since the last
    purchase, or segments. A customer who is lost for a while and comes back is in the model,
    unlike in the formulas with a retention rate alone. Without an end, with transition matrix
    P, margins m and rate d, the values are (I − P/(1 + d))⁻¹ m.

    Parameters
    ----------
    transitions : DataFrame
        Square: probability that a customer in the state of the row is in the state of the
        column one period later. Rows that sum to less than 1 lose customers for good, who are
        worth nothing then.
    margins : Series
        Margin of a period by state, currency; what is spent on customers without purchase
        makes it negative. Indexed by state.
    discount_rate : float
        Effective rate **per period**, 0 or more.
    n_periods : int, optional
        Number of margins counted; by default there is no end.
    timing : {"now", "period_end", "after_renewal"}, default="now"
        When the first margin comes. ``"now"``: that of the current state comes now, as in
        the source; ``"period_end"``: it comes after one period; ``"after_renewal"``: the
        first one is that of the next state, after one period, the current one being in the
        books already.

    Returns
    -------
    Series
        ``lifetime_value``, currency, indexed by state in the order of the rows.

    Raises
    ------
    SchemaError
        If states repeat or differ between rows, columns and margins, a probability or margin
        is missing, a probability is negative, or a row sums to more than 1.
    ValueError
        If the rate is negative, or if there is no end and no discount, and some customers
        never leave.
    TypeError
        If `transitions` is not a table, or `margins` no Series.

    References
    ----------
    Pfeifer, P. E. and Carraway, R. L. (2000). Modeling customer relationships as Markov
    chains. Journal of Interactive Marketing 14(2), 43-55.

    Examples
    --------
    >>> import pandas as pd
    >>> states = ["active", "lapsed"]
    >>> moves = pd.DataFrame([[0.6, 0.4], [0.1, 0.5]], index=states, columns=states)
    >>> margins = pd.Series([50.0, -5.0], index=states)
    >>> migration_value(moves, margins, discount_rate=0.1).round(2).to_dict()
    {'active': 118.46, 'lapsed': 10.58}
    """
    require_choice(timing, TIMINGS, name="timing")
    terms = count_or_none(n_periods)
    moves = _probabilities(transitions)
    earned = _margins(margins, transitions.index)
    rate = float(numbers(discount_rate, name="discount_rate", low=0))
    step = moves / (1 + rate)
    values = _endless(step, earned) if terms is None else _finite(step, earned, terms)
    values = {"now": values, "period_end": values / (1 + rate), "after_renewal": step @ values}[
        timing
    ]
    return pd.Series(values, index=transitions.index, name="lifetime_value")


def _endless(step: Floats, earned: Floats) -> Floats:
    if len(step) and np.abs(np.linalg.eigvals(step)).max() >= 1 - _ROUNDING**2:
        raise ValueError(
            _(
                "Without discount and without an end the value has no limit: customers in some "
                "states never leave them. Give n_periods, a discount_rate above zero, or leave "
                "out the state of those who are lost."
            )
        )
    return np.asarray(np.linalg.solve(np.eye(len(step)) - step, earned))


def _finite(step: Floats, earned: Floats, terms: int) -> Floats:
    values = earned
    for _term in range(terms - 1):
        values = earned + step @ values
    return values


def _probabilities(transitions: pd.DataFrame) -> Floats:
    square = _("a pandas DataFrame whose rows and columns are labelled by state")
    require_type(transitions, pd.DataFrame, name="transitions", what=square)
    states = transitions.index
    if not (states.is_unique and transitions.columns.is_unique):
        raise SchemaError(_("A state stands twice in transitions; each has one row and column."))
    _require_states(transitions.columns, states, _("columns of transitions"))
    moves = transitions[list(states)].apply(float_column).to_numpy(dtype=float)
    _require_sums(moves.sum(axis=1), states)
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~(moves >= 0).all(axis=1))
    if len(wrong):
        raise SchemaError(
            _n(
                "The probabilities of moving from {n} state of {total} are negative, missing or "
                "no numbers: {examples}.",
                "The probabilities of moving from {n} states of {total} are negative, missing or "
                "no numbers, such as {examples}.",
                len(wrong),
                total=len(states),
                examples=quoted(states[wrong], most=3),
            )
        )
    return np.asarray(moves)


def _require_sums(sums: Floats, states: pd.Index) -> None:
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(sums > 1 + _ROUNDING)
    if len(wrong):
        raise SchemaError(
            _n(
                "The probabilities of moving from state {state!r} add up to {sum:g}, more than 1.",
                "The probabilities of moving from {n} of {total} states add up to more than 1, "
                "such as those from {state!r} to {sum:g}.",
                len(wrong),
                total=len(states),
                state=str(states[wrong[0]]),
                sum=sums[wrong[0]],
            )
        )


def _margins(margins: pd.Series, states: pd.Index) -> Floats:
    by_state = _("a Series indexed by state")
    require_type(margins, pd.Series, name="margins", what=by_state)
    if not margins.index.is_unique:
        raise SchemaError(_("A state stands twice in margins; each has one."))
    _require_states(margins.index, states, _("margins"))
    earned = float_column(margins.reindex(states)).to_numpy()
    unknown = ~np.isfinite(earned)
    if unknown.any():
        raise SchemaError(
            _(
                "The margins of {states} are missing or not finite; give 0 to states that bring "
                "nothing.",
                states=quoted(states[unknown], most=3),
            )
        )
    return np.asarray(earned)


def _require_states(found: pd.Index, states: pd.Index, where: str) -> None:
    missing, unknown = states.difference(found), found.difference(states)
    if len(missing) or len(unknown):
        raise SchemaError(
            _(
                "The {where} are not those of the rows of transitions: {missing} missing, "
                "{unknown} unknown. Label all with the same states.",
                where=where,
                missing=quoted(missing, most=3) or _("none"),
                unknown=quoted(unknown, most=3) or _("none"),
            )
        )
