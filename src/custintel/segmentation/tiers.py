"""Tiers of customers by value: A, B, C, deciles, or any other parts."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import require_choice
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.segmentation._by_customer import Series, amounts_by_customer

_SHARES = {"customers": (0.2, 0.3, 0.5), "value": (0.8, 0.15, 0.05)}
_ROUNDING = 1e-9


def value_tiers(
    values: Series,
    *,
    of: Literal["customers", "value"] = "customers",
    shares: Sequence[float] | None = None,
    names: Sequence[str] = ("A", "B", "C"),
) -> pd.DataFrame:
    """Part customers into tiers, from the most to the least valuable.

    Two conventions share the name ABC analysis. Tiers of ``"customers"`` hold given parts of
    all customers: what the best 20 % bring is then the finding. Tiers of ``"value"`` bring
    given parts of all value, as in inventory control (A items make 80 % of the turnover):
    how few customers these are is then the finding.

    Parameters
    ----------
    values : Series
        What each customer brings, in one currency, indexed by ``customer_id``:
        ``rfm_table(…)["monetary"]``, or lifetime values.
    of : {"customers", "value"}, default="customers"
        What the tiers are shares of. By ``"value"``, a customer with whom the bound is
        crossed belongs to the better tier, so that the largest customer is always in the
        first one; customers worth nothing or less are in the last.
    shares : sequence of float, optional
        Size of each tier, best first, adding up to 1. By default 20, 30 and 50 % of the
        customers, or 80, 15 and 5 % of the value. Sizes in customers are rounded to the
        nearest. Ten times 0.1 makes deciles.
    names : sequence of str, default=("A", "B", "C")
        Name of each tier, best first.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, in the order of `values`. `segment_table` sums the tiers
        up.

        - ``value`` : float, in the currency of `values`
        - ``rank`` : int, from 1, the most valuable; equal customers are ranked by id
        - ``customer_share`` : float, 0-1, part of all customers down to this one
        - ``value_share`` : float, part of all value above zero that they bring; NaN if there
          is none
        - ``tier`` : category, one of `names`, best first

    Raises
    ------
    SchemaError
        If a customer repeats, a value is missing or not a number, or tiers of value are
        asked for and no customer is worth more than zero.
    ValueError
        If `shares` do not go with `names`, are not above zero or do not add up to 1.

    References
    ----------
    Dickie, H. F. (1951). ABC inventory analysis shoots for dollars, not pennies. Factory
    Management and Maintenance 109(7), 92-94.

    Examples
    --------
    >>> import pandas as pd
    >>> spend = pd.Series({"ann": 900.0, "bob": 60.0, "eve": 25.0, "joe": 15.0, "kim": 0.0})
    >>> value_tiers(spend)["tier"].to_dict()
    {'ann': 'A', 'bob': 'B', 'eve': 'B', 'joe': 'C', 'kim': 'C'}
    >>> value_tiers(spend, of="value")[["value_share", "tier"]]
                 value_share tier
    customer_id
    ann                0.900    A
    bob                0.960    B
    eve                0.985    C
    joe                1.000    C
    kim                1.000    C
    """
    require_choice(of, tuple(_SHARES), name="of")
    sizes = np.asarray(_SHARES[of] if shares is None else shares, dtype=float)
    _require_parts(sizes, list(names))
    amounts = amounts_by_customer(values, name="values")
    order = np.lexsort((amounts.index.to_numpy(object).astype(str), -amounts.round(4).to_numpy()))
    ordered = _ranked(amounts.iloc[order])
    bounds = np.cumsum(sizes)[:-1]
    if of == "customers":
        # The middle of a customer decides, which rounds each bound to the nearest customer.
        reached = ordered["customer_share"].to_numpy() - 0.5 / max(len(ordered), 1)
        place = np.searchsorted(bounds + _ROUNDING, reached, side="left")
    else:
        place = _by_value(ordered, bounds)
    tiers = pd.Index([str(name) for name in names], dtype=object)
    ordered["tier"] = pd.Categorical.from_codes(place, tiers, ordered=True)
    return ordered.loc[amounts.index]


def _ranked(amounts: "pd.Series[float]") -> pd.DataFrame:
    rank = np.arange(1, len(amounts) + 1)
    positive = amounts.clip(lower=0)
    whole = positive.sum()
    return pd.DataFrame(
        {
            "value": amounts,
            "rank": rank,
            "customer_share": rank / max(len(amounts), 1),
            "value_share": positive.cumsum() / (whole if whole > 0 else np.nan),
        }
    )


def _by_value(ordered: pd.DataFrame, bounds: NDArray[np.float64]) -> NDArray[np.intp]:
    amounts = ordered["value"].to_numpy()
    if not (amounts > 0).any():
        raise SchemaError(
            _(
                "No customer is worth more than zero, so that tiers of value have no meaning. "
                "Take of='customers'."
            )
        )
    before = np.append(0.0, ordered["value_share"].to_numpy()[:-1])
    # A bound that is reached, but for rounding, is not to be crossed again.
    place = np.searchsorted(bounds - _ROUNDING, before, side="right")
    return np.where(amounts > 0, place, len(bounds))


def _require_parts(sizes: NDArray[np.float64], names: list[str]) -> None:
    if len(sizes) != len(names) or len(set(map(str, names))) < len(names):
        raise ValueError(
            _(
                "shares and names describe the same tiers, each once: got {n} shares and the "
                "names {names}.",
                n=len(sizes),
                names=names,
            )
        )
    if not ((sizes > 0).all() and abs(sizes.sum() - 1) < 1e-6):
        raise ValueError(
            _(
                "shares are parts above zero that add up to 1: got {shares}, which make {sum:g}.",
                shares=sizes.tolist(),
                sum=sizes.sum(),
            )
        )
