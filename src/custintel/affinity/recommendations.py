"""What to offer to whom: what customers who own the same things own besides."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from custintel._checks import quoted, require_choice, require_count
from custintel._frames import Frame, plain_text
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._time import Day
from custintel._warnings import warn
from custintel.affinity._baskets import Baskets, read_baskets, warn_unnamed
from custintel.affinity._neighbours import Catalogue, Ranked, ranked_items, strongest_reasons
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning

Owned = Literal["exclude", "allow"]
_COLUMNS = ("customer_id", "rank", "score", "basis", "because", "bought_share")
_MOST_REASONS = 3


def recommend(
    transactions: Frame,
    *,
    as_of: Day,
    customers: str | Sequence[str] | None = None,
    by: str = "product_id",
    n: int = 5,
    owned: Owned = "exclude",
) -> pd.DataFrame:
    """Recommend items to each customer, from what owners of the same things own.

    Two items are similar if they have many customers in common for how many each has:
    common customers / (√(customers of one × customers of the other) + 10). This is the cosine
    of item-to-item collaborative filtering; the 10 keeps two customers of two rare items from
    making a pattern. Each item speaks for the 50 others most similar to it. An item's
    score for a customer is the sum of the similarities of what the customer owns to it.

    What nothing owned speaks for has a score of 0 and comes after, the most popular first.
    Whether all this beats popularity in your data, `recommendation_trial` tells.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id``, ``ordered_at``, ``revenue`` and the column `by`; pandas, polars,
        DuckDB, PySpark, pyarrow, or the path of a Parquet file. Refunds are left out.
    as_of : date-like
        Last day observed, included; later lines are ignored.
    customers : str or sequence of str, optional
        Whom to recommend to, in that order. Ids without a purchase get what is most popular,
        and a warning counts them. By default all customers with a purchase, sorted.
    by : str, default="product_id"
        Column whose values are the items, such as ``category``.
    n : int, default=5
        Items per customer, 1 or more. Who owns nearly everything gets fewer.
    owned : {"exclude", "allow"}, default="exclude"
        Whether a customer's own items may be recommended again. They are then scored by the
        other items owned.

    Returns
    -------
    DataFrame
        One row per customer and rank; equal scores go by popularity, then by name.

        - ``customer_id`` : str
        - ``rank`` : int, from 1, the best, to `n`
        - `by` : str, the item
        - ``score`` : float, >= 0, sum of similarities; meant to compare the items of one
          customer, not customers
        - ``basis`` : str, ``"neighbours"`` of what is owned, or ``"popularity"``
        - ``because`` : str, the owned items that add most to the score, three at most, the
          strongest first, separated by ``"; "``; empty for popularity
        - ``bought_share`` : float, 0-1, customers who own the item, of all with a purchase

    Raises
    ------
    SchemaError
        If a column is missing, or there is no purchase with an item.
    ValueError
        If an argument is not as described.

    Warns
    -----
    SetAsideWarning
        If purchase lines have no item, or customers own everything and get no row.
    WeakResultWarning
        If customers asked for have no purchase.

    References
    ----------
    Linden, G., Smith, B. and York, J. (2003). Amazon.com recommendations: item-to-item
    collaborative filtering. IEEE Internet Computing 7(1), 76-80. (The cosine.)

    Deshpande, M. and Karypis, G. (2004). Item-based top-N recommendation algorithms. ACM
    Transactions on Information Systems 22(1), 143-177. (The sum over the nearest items.)

    Ferrari Dacrema, M., Cremonesi, P. and Jannach, D. (2019). Are we really making much
    progress? Proceedings of RecSys 2019, 101-109. (The term that shrinks.)

    Examples
    --------
    >>> import pandas as pd
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "eve", "kim"],
    ...     "product_id": ["tent", "stove", "tent", "stove", "tent", "novel"],
    ...     "ordered_at": pd.Timestamp("2024-03-01"),
    ...     "revenue": 20.0,
    ... })
    >>> offers = recommend(transactions, as_of="2024-12-31", customers=["eve", "kim"], n=1)
    >>> offers[["customer_id", "rank", "product_id", "basis", "because"]]
      customer_id  rank product_id       basis because
    0         eve     1      stove  neighbours    tent
    1         kim     1       tent  popularity
    """
    require_items_column(by)
    require_count(n, name="n")
    require_choice(owned, ("exclude", "allow"), name="owned")
    asked = None if customers is None else _ids(customers)
    baskets = read_baskets(transactions, as_of=as_of, basket="customer", by=by)
    warn_unnamed(baskets, by)
    require_items(baskets, by)
    catalogue = Catalogue.of_customers(baskets)
    who = baskets.baskets if asked is None else pd.Index(asked, dtype="str")
    held = catalogue.owned if asked is None else _held(catalogue, baskets, who)
    if asked is not None:
        _warn_unknown(who[~who.isin(baskets.baskets)])
    ranked = ranked_items(held, catalogue.similarity, int(n), may_repeat=owned == "allow")
    _warn_nothing_left(who, ranked)
    return _as_table(catalogue, held, who, ranked, by)


def require_items_column(by: str) -> None:
    """Raise `ValueError` if `by` is a column that recommendations have for something else."""
    if by in _COLUMNS:
        raise ValueError(
            _(
                "by names the column of what is recommended, such as 'product_id': got {by!r}, "
                "which is something else in the result. Take another column, or rename it.",
                by=by,
            )
        )


def require_items(baskets: Baskets, by: str) -> None:
    """Raise `SchemaError` unless at least one purchase line has an item."""
    if not len(baskets.items):
        raise SchemaError(
            _(
                "None of the {n} purchase lines has a value of {by!r}, so that there is nothing "
                "to recommend. Fill the column, or take another one with by=….",
                n=baskets.n_lines,
                by=by,
            )
        )


def _ids(customers: str | Sequence[str]) -> list[str]:
    ids = [customers] if isinstance(customers, str) else customers
    is_list = isinstance(ids, Sequence | pd.Index | pd.Series | np.ndarray)
    found = list(dict.fromkeys(map(plain_text, ids))) if is_list else []
    if not found:
        raise ValueError(
            _(
                "customers is the id of a customer, or a list of ids: got {given!r}. Leave it "
                "out for all customers.",
                given=customers,
            )
        )
    return found


def _held(catalogue: Catalogue, baskets: Baskets, who: pd.Index) -> "csr_array":
    """Return what the customers asked for own; the unknown own nothing."""
    place = baskets.baskets.get_indexer(who)
    n_known = len(baskets.baskets)
    known = np.flatnonzero(place >= 0)
    picks = csr_array(
        (np.ones(len(known), np.int32), (known, place[known])), shape=(len(who), n_known)
    )
    held = csr_array(picks @ catalogue.owned)
    held.sort_indices()
    return held


def _warn_unknown(unknown: pd.Index) -> None:
    if len(unknown):
        message = _n(
            "{n} customer asked for has no purchase in the time observed, and gets what is "
            "most popular: {examples}. Check the id, unless the customer is new.",
            "{n} customers asked for have no purchase in the time observed, and get what is "
            "most popular: {examples}. Check the ids, unless the customers are new.",
            len(unknown),
            examples=quoted(unknown, most=3),
        )
        warn(message, WeakResultWarning)


def _warn_nothing_left(who: pd.Index, ranked: Ranked) -> None:
    empty = who[np.bincount(ranked.customer, minlength=len(who)) == 0]
    if len(empty):
        message = _n(
            "{n} customer owns every item, and gets no row: {examples}. With owned='allow' "
            "items are recommended again.",
            "{n} customers own every item, and get no row: {examples}. With owned='allow' "
            "items are recommended again.",
            len(empty),
            examples=quoted(empty, most=3),
        )
        warn(message, SetAsideWarning)


def _as_table(
    catalogue: Catalogue, held: "csr_array", who: pd.Index, ranked: Ranked, by: str
) -> pd.DataFrame:
    reasons = strongest_reasons(held, catalogue.similarity, ranked, most=_MOST_REASONS)
    basis = np.where(ranked.score > 0, "neighbours", "popularity")
    shares = catalogue.counts / catalogue.owned.shape[0]
    return pd.DataFrame(
        {
            "customer_id": who[ranked.customer],
            "rank": ranked.rank(),
            by: catalogue.items[ranked.item],
            "score": ranked.score,
            "basis": pd.Series(basis, dtype="str"),
            "because": pd.Series(_joined(catalogue.items, reasons), dtype="str"),
            "bought_share": shares[ranked.item],
        }
    )


def _joined(items: pd.Index, reasons: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return the names of the reasons in one text, empty where there is none."""
    # The last name stands for no reason, whose place is −1.
    names = np.array([*items, ""], dtype=object)
    after = np.array([*("; " + str(name) for name in items), ""], dtype=object)
    text = names[reasons[:, 0]]
    for place in reasons.T[1:]:
        text = text + after[place]
    return np.asarray(text, dtype=object)
