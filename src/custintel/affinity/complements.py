"""What to offer with an order, from the pairs of products that are bought together."""

from collections.abc import Iterable

import pandas as pd

from custintel._checks import quoted, require_between, require_columns, require_count
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import WeakResultWarning

_NEEDED = [
    *("antecedent", "consequent", "n_baskets", "n_antecedent", "n_consequent", "n_both"),
    *("confidence", "confidence_low", "confidence_high", "lift", "q"),
]


def complementary_offers(
    pairs: pd.DataFrame, basket_items: Iterable[str], *, n: int = 5, max_q: float = 0.05
) -> pd.DataFrame:
    """Choose what to offer with the items of an order, with the item that speaks for each.

    An item is offered for how much oftener than by itself it is taken with one of the
    order: what everybody takes anyway needs no offer. Whether an offer makes customers take
    more is for a test to tell.

    Parameters
    ----------
    pairs : DataFrame
        From `product_pairs`.
    basket_items : iterable of str
        What the order holds; it is not offered again.
    n : int, default=5
        Most offers.
    max_q : float, default=0.05
        Pairs with a higher ``q``, which may well be chance, speak for nothing; 0-1.

    Returns
    -------
    DataFrame
        One row per item offered, best first; empty if no pair speaks for any.

        - ``rank`` : int, from 1
        - ``item`` : str, what to offer
        - ``because_of`` : str, the item of the order that speaks most for it
        - ``n_antecedent``, ``n_both`` : int, baskets that hold ``because_of``, and both
        - ``confidence``, ``confidence_low``, ``confidence_high`` : float, 0-1, share of the
          baskets with ``because_of`` that hold the item
        - ``base_rate`` : float, 0-1, share of all baskets that hold the item
        - ``gain`` : float, from 0 to 1, ``confidence_low`` − ``base_rate``, above 0: what the
          offers are ranked by; equal ones by ``confidence``, then by name
        - ``lift``, ``q`` : float, of the pair
        - ``n_reasons`` : int, items of the order that speak for it in this way, from 1

    Raises
    ------
    SchemaError
        If `pairs` lacks a column.
    TypeError
        If `basket_items` is not a list of names.
    ValueError
        If `n` is not a whole number above zero, or `max_q` not between 0 and 1.

    Warns
    -----
    WeakResultWarning
        If items of the order are in no pair: new, rare, or written otherwise.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = ["bread butter"] * 30 + ["bread"] * 10 + ["milk"] * 60
    >>> lines = [(order, item) for order, held in enumerate(orders) for item in held.split()]
    >>> transactions = pd.DataFrame(lines, columns=["order_id", "product_id"]).assign(
    ...     ordered_at=pd.Timestamp("2024-03-01"), revenue=2.0
    ... )
    >>> from custintel.affinity import product_pairs
    >>> pairs = product_pairs(transactions, as_of="2024-12-31", min_support=5)
    >>> offers = complementary_offers(pairs, ["bread"])
    >>> offers[["item", "because_of", "confidence", "base_rate"]]
         item because_of  confidence  base_rate
    0  butter      bread        0.75        0.3
    """
    require_columns(pairs.columns, _NEEDED, table="product_pairs")
    require_between(max_q, 0, 1, name="max_q")
    require_count(n, name="n")
    held = _names(basket_items)
    speaks = pairs["antecedent"].isin(held)
    _warn_without_pairs(held, set(pairs.loc[speaks, "antecedent"]))
    is_new = ~pairs["consequent"].isin(held)
    found = pairs.loc[speaks & is_new & (pairs["q"] <= max_q), _NEEDED]
    base_rate = found["n_consequent"] / found["n_baskets"]
    found = found.assign(base_rate=base_rate, gain=found["confidence_low"] - base_rate)
    return _ranked(found[found["gain"] > 0], n)


def _names(basket_items: Iterable[str]) -> list[str]:
    is_list = isinstance(basket_items, Iterable) and not isinstance(basket_items, str)
    names = list(basket_items) if is_list else []
    if not is_list or not all(isinstance(name, str) for name in names):
        raise TypeError(
            _(
                "basket_items is a list of the names that items have in the pairs, such as "
                "['p1', 'p2']: got {given!r}.",
                given=basket_items,
            )
        )
    return list(dict.fromkeys(names))


def _warn_without_pairs(held: list[str], with_pairs: set[str]) -> None:
    without = [name for name in held if name not in with_pairs]
    if without:
        message = _n(
            "{n} of {total} items of the basket is in no pair, so that it speaks for no offer: "
            "{examples}. It is new, rarer than min_support, or written otherwise.",
            "{n} of {total} items of the basket are in no pair, so that they speak for no offer: "
            "{examples}. They are new, rarer than min_support, or written otherwise.",
            len(without),
            total=len(held),
            examples=quoted(without, most=3),
        )
        warn(message, WeakResultWarning)


def _ranked(found: pd.DataFrame, n: int) -> pd.DataFrame:
    order = ["gain", "confidence", "consequent", "antecedent"]
    best_first = found.sort_values(order, ascending=[False, False, True, True])
    n_reasons = best_first.groupby("consequent").size()
    offers = best_first.drop_duplicates("consequent").head(n).reset_index(drop=True)
    return pd.DataFrame(
        {
            "rank": range(1, len(offers) + 1),
            "item": offers["consequent"],
            "because_of": offers["antecedent"],
            **{name: offers[name] for name in ("n_antecedent", "n_both")},
            **{name: offers[name] for name in ("confidence", "confidence_low", "confidence_high")},
            **{name: offers[name] for name in ("base_rate", "gain", "lift", "q")},
            "n_reasons": offers["consequent"].map(n_reasons).astype("int64"),
        }
    )
