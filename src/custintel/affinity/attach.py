"""How often an add-on is bought with a base product."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import pandas as pd
from scipy.sparse import csc_array

from custintel._checks import quoted
from custintel._frames import Frame
from custintel._intervals import Bounds, Floats, wilson_interval
from custintel._significance import fisher_greater, q_values
from custintel._text import translate as _
from custintel._time import Day, Span, as_day, window_start
from custintel.affinity._baskets import Basket, Baskets, read_baskets, warn_unnamed
from custintel.affinity._pair_measures import Counts, Together


def attach_rate(  # noqa: PLR0913 - the question, and five named conventions
    transactions: Frame,
    base: str | Sequence[str],
    add_on: str | Sequence[str],
    *,
    as_of: Day,
    basket: Basket = "order",
    by: str = "product_id",
    window: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure how many baskets with a base product hold an add-on as well.

    The rate of the baskets without the base is set beside it: what sells with everything is
    no add-on of anything. The difference is no effect of the base, as those who buy it may
    differ from the others in more than that.

    Parameters
    ----------
    transactions : DataFrame
        ``ordered_at``, ``revenue``, the column `by`, and ``order_id`` or ``customer_id``;
        pandas, polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file. If it has both,
        orders of one number but of several customers are several orders. Refunds are left
        out. Lines without an item count in their baskets alone, and a warning counts them.
    base : str or sequence of str
        The product or products that something is added to, as they stand in `by`.
    add_on : str or sequence of str
        The product or products that are added. Each is set beside each base but itself.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    basket : {"order", "customer"}, default="order"
        What they are together in: one order, or all that a customer bought, in any order of
        time.
    by : str, default="product_id"
        Column whose values are the items, such as ``product_id`` or ``category``.
    window : str, optional
        Length of the time observed, up to `as_of`, such as "12M": months and years are those
        of the calendar. By default all that came before.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per base and add-on, in the order given.

        - ``base``, ``add_on`` : str
        - ``n_baskets``, ``n_base``, ``n_add_on``, ``n_both`` : int, baskets: all, and those
          that hold the base, the add-on, and both
        - ``attach_rate``, ``attach_rate_low``, ``attach_rate_high`` : float, 0-1,
          ``n_both`` / ``n_base`` with its Wilson interval
        - ``other_rate``, ``other_rate_low``, ``other_rate_high`` : float, 0-1, the add-on's
          share of the baskets without the base; NaN if there are none
        - ``difference``, ``difference_low``, ``difference_high`` : float, from −1 to 1,
          ``attach_rate`` − ``other_rate``, with Newcombe's interval; NaN likewise
        - ``lift``, ``lift_low``, ``lift_high`` : float, ≥ 0, ``attach_rate`` over the
          add-on's share of all baskets, as in `product_pairs`
        - ``p`` : float, 0-1, of Fisher's exact test, that chance brings them together as
          often or more so
        - ``q`` : float, 0-1, p after Benjamini and Hochberg, over the rows of the table

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase.
    ValueError
        If an argument is not as described, or a product was not bought in the time observed.

    Warns
    -----
    SetAsideWarning
        If purchase lines have no item.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17, 873-890.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "order_id": ["1", "1", "2", "3", "4", "4"],
    ...     "product_id": ["phone", "case", "phone", "case", "phone", "case"],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": 20.0,
    ... })
    >>> rates = attach_rate(transactions, "phone", "case", as_of="2024-12-31")
    >>> rates[["base", "add_on", "n_base", "n_both", "attach_rate"]].round(2)
        base add_on  n_base  n_both  attach_rate
    0  phone   case       3       2         0.67
    """
    bases, add_ons = _names(base, "base"), _names(add_on, "add_on")
    asked = [(one, other) for one in bases for other in add_ons if one != other]
    if not asked:
        raise ValueError(_("base and add_on are the same product: {item!r}.", item=bases[0]))
    first_day = None if window is None else window_start(as_day(as_of), Span.parse(window))
    baskets = read_baskets(
        transactions, as_of=as_of, basket=basket, by=by, first_day=first_day, name_baskets=False
    )
    warn_unnamed(baskets, by)
    place = _places(baskets, [*bases, *add_ons], by)
    first = np.array([place[one] for one, _other in asked])
    second = np.array([place[other] for _one, other in asked])
    counts = _together(baskets, first, second)
    names = {"base": [one for one, _other in asked], "add_on": [other for _one, other in asked]}
    return pd.DataFrame({**names, **_rates(counts, level)})


def _names(given: str | Sequence[str], name: str) -> list[str]:
    names = [given] if isinstance(given, str) else given
    is_list = isinstance(names, Sequence | pd.Index | pd.Series | np.ndarray) and len(names) > 0
    if not (is_list and all(isinstance(each, str) for each in names)):
        raise ValueError(
            _(
                "{name} is the name of a product, or a list of names, as they stand in the "
                "table: got {given!r}.",
                name=name,
                given=given,
            )
        )
    return list(dict.fromkeys(names))


def _places(baskets: Baskets, asked: list[str], by: str) -> dict[str, int]:
    places = baskets.items.get_indexer(pd.Index(asked, dtype=baskets.items.dtype))
    unknown = [name for name, place in zip(asked, places, strict=True) if place < 0]
    if unknown:
        near = get_close_matches(unknown[0], baskets.items[:100_000].to_list(), n=1)
        raise ValueError(
            _(
                "No purchase of {unknown} in the column {by!r} in the time observed. {advice}",
                unknown=quoted(unknown, most=3),
                by=by,
                advice=_("The nearest name is {name!r}.", name=near[0])
                if near
                else _("Check the spelling, and what by=… names."),
            )
        )
    return dict(zip(asked, places.tolist(), strict=True))


def _together(baskets: Baskets, first: Counts, second: Counts) -> Together:
    item_counts = baskets.item_counts()
    by_item = csc_array(baskets.matrix)
    bases, base = np.unique(first, return_inverse=True)
    add_ons, add_on = np.unique(second, return_inverse=True)
    both = (by_item[:, bases].T @ by_item[:, add_ons]).toarray()[base, add_on]
    return Together(
        both.astype(np.int64), item_counts[first], item_counts[second], len(baskets.baskets)
    )


def _rates(counts: Together, level: float) -> dict[str, Floats | Counts]:
    attached = counts.confidence_interval(level)
    with_other, others = counts.consequent - counts.both, counts.n - counts.antecedent
    other_rate = np.divide(with_other, others, out=np.full(len(others), np.nan), where=others > 0)
    other = Bounds(*wilson_interval(with_other, others, level))
    difference = counts.confidence - other_rate
    spread = _newcombe(counts.confidence, attached, other_rate, other)
    lift = counts.lift_interval(level)
    p = fisher_greater(counts.both, counts.antecedent, counts.consequent, counts.n)
    return {
        "n_baskets": np.full(len(others), counts.n, dtype=np.int64),
        "n_base": counts.antecedent,
        "n_add_on": counts.consequent,
        "n_both": counts.both,
        "attach_rate": counts.confidence,
        "attach_rate_low": attached.low,
        "attach_rate_high": attached.high,
        "other_rate": other_rate,
        "other_rate_low": other.low,
        "other_rate_high": other.high,
        "difference": difference,
        "difference_low": difference - spread.low,
        "difference_high": difference + spread.high,
        "lift": counts.lift,
        "lift_low": lift.low,
        "lift_high": lift.high,
        "p": p,
        "q": q_values(p),
    }


def _newcombe(one: Floats, of_one: Bounds, other: Floats, of_other: Bounds) -> Bounds:
    """Return how far below and above it the difference of two proportions may lie."""
    return Bounds(
        np.hypot(one - of_one.low, of_other.high - other),
        np.hypot(of_one.high - one, other - of_other.low),
    )
