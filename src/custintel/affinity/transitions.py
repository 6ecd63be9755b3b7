"""From which item customers go on to which: transitions between purchase occasions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._checks import require_count
from custintel._frames import Frame
from custintel._intervals import Floats, normal_quantile, wilson_interval
from custintel._runs import Flags, Ints
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, Span
from custintel.affinity._following import Cases, Rule, Sums
from custintel.affinity._repeated_cases import RepeatedCases
from custintel.affinity._sequences import Sequences, read_sequences
from custintel.errors import SchemaError

OTHER, NONE = N_("(other items)"), N_("(no further purchase)")


def transition_table(
    transactions: Frame,
    *,
    as_of: Day,
    by: str = "product_id",
    horizon: str | None = None,
    n_items: int = 20,
    level: float = 0.95,
) -> pd.DataFrame:
    """Follow every purchase of each item to the customer's next occasion, or to none.

    The result is a Markov chain of the first order: what comes next, given the last item. An
    occasion is an order; one of several items counts in equal parts for each of them, so that
    the probabilities of an item add up to 1. Orders of one day count in the order of their
    ``order_id``, as text. Refunds (negative lines) are no purchases.

    Without a horizon, ``(no further purchase)`` says *not yet*: who bought last week has
    hardly had the time. With a horizon it says *not within it*, and only purchases of which
    all of it was observed are counted.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue``, the column `by` and, if there is one,
        ``order_id`` (otherwise each row is an order); pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    by : str, default="product_id"
        Column whose values are the items. Lines without a value are the item ``(missing)``.
    horizon : str, optional
        How long after a purchase the next one may come, such as ``"12M"``, the last day
        included; months and years are calendar ones.
    n_items : int, default=20
        How many items are told apart, those with most purchases, >= 1; the rest are one,
        ``(other items)``.
    level : float, default=0.95
        Probability of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row for each pair of items, those with most purchases first, and for each item
        and ``(no further purchase)``; items of which no purchase was observed for all of the
        horizon have none. For a square matrix:
        ``table.pivot(index="item", columns="next_item", values="probability")``.

        - ``item`` : str, the item bought
        - ``next_item`` : str, what came next
        - ``n_cases`` : int, >= 1, purchases of the item, one per occasion, of
          ``(other items)`` one per item of it; with a horizon, those observed for all of it
        - ``n_transitions`` : float, those of them that came to the next item; fractional, as
          occasions of several items count in parts
        - ``probability`` : float, 0-1, ``n_transitions`` / ``n_cases``; adds up to 1 per item
        - ``probability_low``, ``probability_high`` : float, 0-1, Wilson interval on the
          effective number of cases, as those of one customer are alike

    Raises
    ------
    SchemaError
        If a column is missing, there is no purchase, or an item that is told apart has the
        name ``(other items)``, with others beside it, or ``(no further purchase)``.
    ValueError
        If `as_of`, `horizon`, `n_items` or `level` is not one.

    Warns
    -----
    WeakResultWarning
        If no purchase was observed for all of the horizon, or if more than a twentieth of
        the next purchases are of the same day as the one before.

    References
    ----------
    Anderson, T. W. and Goodman, L. A. (1957). Statistical inference about Markov chains.
    Annals of Mathematical Statistics 28(1), 89-110.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob"],
    ...     "order_id": ["1", "2", "3", "4"],
    ...     "ordered_at": pd.to_datetime(["2024-01-10", "2024-03-10", "2024-01-20", "2024-05-20"]),
    ...     "product_id": ["course", "book", "course", "course"],
    ...     "revenue": 100.0,
    ... })
    >>> table = transition_table(transactions, as_of="2024-06-30")
    >>> table.loc[table["item"] == "course", ["next_item", "n_cases", "n_transitions"]]
                   next_item  n_cases  n_transitions
    0                 course        3            1.0
    1                   book        3            1.0
    2  (no further purchase)        3            1.0
    """
    require_count(n_items, name="n_items")
    normal_quantile(level)
    span = None if horizon is None else Span.parse(horizon)
    sequences = read_sequences(transactions, as_of=as_of, by=by)
    steps = _Steps.of(sequences, span, n_items)
    if steps.case_lines.any():
        sequences.warn_of_ties()
    else:
        sequences.warn_unobserved(span)
    return steps.table(level)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """Cases with their states, and of each line how much of its occasion it is.

    States are numbered from the one with most purchases on; the last is that of all others,
    if there are more. ``went_on`` is, for each occasion, whether a next one came in time.
    """

    sequences: Sequences
    state: Ints
    names: list[str]
    cases: Cases
    case_lines: Flags
    went_on: Flags

    @classmethod
    def of(cls, sequences: Sequences, horizon: Span | None, n_items: int) -> "_Steps":
        rule = Rule.of(sequences, only_next=True, horizon=horizon)
        went_on = sequences.has_next()
        is_case = np.ones(len(sequences.item), dtype=bool)
        if rule.ends is not None:
            went_on[:-1] &= sequences.day[1:] <= rule.ends[:-1]
            is_case = rule.observed(sequences)[sequences.occasion]
        state, names = _states(sequences, n_items)
        return cls(sequences, state, names, Cases.at(sequences, is_case), is_case, went_on)

    def table(self, level: float) -> pd.DataFrame:
        """Return the rows for all states with a case."""
        n, n_next = len(self.names), len(self.names) + 1
        cases = np.bincount(self.state[self.case_lines], minlength=n)
        by_customer = self._transitions()
        pair = by_customer.keys // self._n_customers
        keys = np.arange(n * n_next)
        n_transitions = by_customer.by(pair).at(keys)
        repeated = RepeatedCases(by_customer, self._cases_by_customer(), n_next, self._n_customers)
        effect = np.maximum(repeated.design_effects().at(keys), 1.0)
        n_cases = np.repeat(cases, n_next)
        has_cases = n_cases > 0
        # Sums of fractions may pass the whole by a rounding error.
        k = np.minimum(n_transitions, n_cases)[has_cases]
        effect, n_cases = effect[has_cases], n_cases[has_cases]
        low, high = wilson_interval(k / effect, n_cases / effect, level)
        names = pd.Index([*self.names, NONE], dtype="str")
        return pd.DataFrame(
            {
                "item": names[keys[has_cases] // n_next],
                "next_item": names[keys[has_cases] % n_next],
                "n_cases": n_cases,
                "n_transitions": k,
                "probability": k / n_cases,
                "probability_low": low,
                "probability_high": high,
            }
        )

    @property
    def _n_customers(self) -> int:
        return int(self.sequences.customer.max()) + 1

    def _cases_by_customer(self) -> Sums:
        who = self.sequences.customer[self.cases.occasion]
        return Sums.counts([self.state[self.case_lines] * self._n_customers + who])

    def _transitions(self) -> Sums:
        """Add up the parts of cases by state, next state and customer."""
        sums = Sums(np.empty(0, np.int64), np.empty(0))
        for case, next_state, part in self._parts():
            state = self.state[self.case_lines][case]
            who = self.sequences.customer[self.cases.occasion[case]]
            cell = state * (len(self.names) + 1) + next_state
            sums = sums.plus(Sums.of(cell * self._n_customers + who, part))
        return sums

    def _parts(self) -> Iterator[tuple[Ints, Ints | int, Floats]]:
        """Yield cases, the state that came next, and the part of a case that went to it."""
        occasion = self.sequences.occasion
        size = np.bincount(occasion)
        follows = np.r_[False, self.went_on[:-1]][occasion]
        state, after = self.state[follows], occasion[follows]
        for case, line in self.cases.run(after - 1, after).pairs():
            yield case, state[line], 1 / size[after[line]]
        ended = np.flatnonzero(~self.went_on[self.cases.occasion])
        yield ended, len(self.names), np.ones(len(ended))


def _states(sequences: Sequences, n_items: int) -> tuple[Ints, list[str]]:
    """Return the state of each line, and the names of the states."""
    n_purchases = np.bincount(sequences.item, minlength=len(sequences.items))
    largest = np.argsort(-n_purchases, kind="stable")
    place = np.empty_like(largest)
    place[largest] = np.minimum(np.arange(len(largest)), n_items)
    names = [str(name) for name in sequences.items[largest[:n_items]]]
    further = [NONE] if len(largest) <= n_items else [OTHER, NONE]
    _require_other_names(names, further)
    return place[sequences.item], [*names, *further[:-1]]


def _require_other_names(names: list[str], taken: list[str]) -> None:
    """Raise `SchemaError` if two states would have one name."""
    for name in taken:
        if name in names:
            raise SchemaError(
                _(
                    "An item of 'transactions' is called {name!r}, as something else here is. "
                    "Rename the item, so that the two are not taken for one.",
                    name=name,
                )
            )
