"""What customers buy, through whom, at what margin: as far as the export tells."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from custintel.affinity import (
    basket_statistics,
    company_propensity,
    next_purchase,
    product_pairs,
    promotion_dependency,
)
from custintel.errors import CustintelError
from custintel.report.assumptions import Assumptions
from custintel.report.named_groups import (
    MISSING,
    is_filled,
    with_few_merged,
    with_shown_names,
)
from custintel.revenue import (
    SalesForecast,
    channel_mix,
    channel_table,
    concentration_table,
    forecast_sales,
    growth_contributions,
    margin_table,
    partner_table,
    portfolio_matrix,
    revenue_table,
    seasonality_table,
)

SIGNIFICANT = 0.05  # largest q of what is shown as more than chance
FEWEST_MONTHS = 24  # whole ones, from which a season can be told
_MOST_PRODUCTS = 15  # that a table has room for; of more, their categories are shown
_MOST_ITEMS_OF_COMPANIES = 30  # each takes a fraction of a second
_FEWEST_TOGETHER = 10  # orders
_PER_TEN_THOUSAND = 10_000  # orders, of which at least one holds a pair that is listed
# Time to buy what comes next, by the months of purchases that it takes to see enough of it.
_FOLLOWING = ((24, "12M"), (12, "6M"), (6, "3M"))


@dataclass(frozen=True, slots=True, eq=False)
class ItemResults:
    """What the items of one column have brought, and how they grow."""

    by: str
    totals: pd.DataFrame  # `channel_table` of the items
    growth: pd.DataFrame | None  # contributions between the last two whole years, if there are
    portfolio: pd.DataFrame | None  # likewise; of two items or more


@dataclass(frozen=True, slots=True, eq=False)
class TogetherResults:
    """What is bought together and next, in pairs that chance does not explain."""

    by: str
    baskets: pd.Series
    pairs: pd.DataFrame
    following: pd.DataFrame
    horizon: str | None  # None: too short a time to see what follows
    n_without_item: int  # purchase lines


@dataclass(frozen=True, slots=True, eq=False)
class ChannelResults:
    """What each channel has brought, and what sells through it."""

    totals: pd.DataFrame
    mix: pd.DataFrame | None  # of two channels and two items or more


@dataclass(frozen=True, slots=True, eq=False)
class AccountResults:
    """What companies have brought, and what they take more of than others do."""

    totals: pd.DataFrame
    concentration: pd.Series
    heavy: pd.DataFrame | None  # surest first; None: no items, or too many
    by: str | None  # column of their items
    n_lines_without: int


@dataclass(frozen=True, slots=True, eq=False)
class MarginResults:
    """What remains of the revenue after the cost of the goods."""

    total: pd.Series
    items: pd.DataFrame | None
    by: str | None


@dataclass(frozen=True, slots=True, eq=False)
class DiscountResults:
    """How much is bought at a discount."""

    total: pd.Series
    groups: pd.DataFrame | None
    by: str | None


@dataclass(frozen=True, slots=True, eq=False)
class OutlookResults:
    """The season of sales, and sales to come."""

    seasons: pd.DataFrame
    forecast: SalesForecast


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """The analyses that need more than who bought, when and for how much.

    A part is None where the export does not tell; `reasons` then says why, by the name of the
    part, unless a column is simply not there.
    """

    products: ItemResults | None = None
    together: TogetherResults | None = None
    channels: ChannelResults | None = None
    accounts: AccountResults | None = None
    partners: pd.DataFrame | None = None
    margins: MarginResults | None = None
    discounts: DiscountResults | None = None
    outlook: OutlookResults | None = None
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Purchases:
    """What all parts start from."""

    seen: pd.DataFrame  # names as shown
    day: pd.Timestamp
    level: float
    items: str | None  # column of the items that a table has room for
    whole_months: pd.DataFrame

    def merged(self, *columns: str) -> pd.DataFrame:
        """Return the purchases with small values of `columns` as one."""
        merged = self.seen
        for column in columns:
            merged = with_few_merged(merged, column)
        return merged


def examine(
    seen: pd.DataFrame, day: pd.Timestamp, whole_months: pd.DataFrame, assumptions: Assumptions
) -> Activity:
    """Make each analysis that the columns of the purchases allow."""
    named = ["product_id", "category", "channel", "partner_id", "account_id"]
    filled = [column for column in named if is_filled(seen, column)]
    shown = with_shown_names(seen, filled, assumptions)
    purchases = _Purchases(shown, day, assumptions.level, _items(shown, filled), whole_months)
    parts: dict[str, tuple[bool, Callable[[_Purchases], Any]]] = {
        "products": (purchases.items is not None, _products),
        "together": (purchases.items is not None, _together),
        "channels": ("channel" in filled, _channels),
        "accounts": ("account_id" in filled, _accounts),
        "partners": ("partner_id" in filled, _partners),
        "margins": (_has_numbers(seen, "cost"), _margins),
        "discounts": (_has_numbers(seen, "discount"), _discounts),
        "outlook": (whole_months.shape[1] >= FEWEST_MONTHS, _outlook),
    }
    made: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for name, (is_possible, make) in parts.items():
        if not is_possible:
            continue
        try:
            made[name] = make(purchases)
        except (CustintelError, ValueError) as error:
            reasons[name] = str(error)
    return Activity(**made, reasons=reasons)


def _items(shown: pd.DataFrame, filled: list[str]) -> str | None:
    """Choose the column of items: products if there is room for them, else their categories."""
    if "product_id" not in filled:
        return "category" if "category" in filled else None
    is_short = shown["product_id"].nunique() <= _MOST_PRODUCTS
    return "product_id" if is_short or "category" not in filled else "category"


def _has_numbers(seen: pd.DataFrame, column: str) -> bool:
    return column in seen and bool(seen[column].notna().any())


def _products(purchases: _Purchases) -> ItemResults:
    by = str(purchases.items)
    bought = purchases.merged(by)
    years = revenue_table(bought, as_of=purchases.day, by=by, period="Y", partial="drop")
    compared = years.iloc[:, -2:]
    grows = compared.shape[1] == 2 and bool((compared.sum() > 0).all())
    return ItemResults(
        by=by,
        totals=channel_table(bought, as_of=purchases.day, by=by),
        growth=growth_contributions(compared) if grows else None,
        portfolio=portfolio_matrix(compared) if grows and len(compared) > 1 else None,
    )


def _together(purchases: _Purchases) -> TogetherResults:
    seen, day = purchases.seen, purchases.day
    by = "product_id" if is_filled(seen, "product_id") else "category"
    bought = seen[seen["revenue"] >= 0]
    known = bought[bought[by].notna()]
    told_apart = seen if by == "product_id" else seen.assign(product_id=seen[by])
    baskets = basket_statistics(told_apart, as_of=day, level=purchases.level).iloc[0]
    least = max(_FEWEST_TOGETHER, -(-int(baskets["n_orders"]) // _PER_TEN_THOUSAND))
    order = ["customer_id", "order_id"]
    has_pairs = bool(known.drop_duplicates([*order, by]).duplicated(order).any())
    months = (day.to_period("M") - seen["ordered_at"].min().to_period("M")).n + 1
    horizon = next((span for needed, span in _FOLLOWING if months >= needed), None)
    pairs = following = pd.DataFrame()
    if has_pairs:
        pairs = product_pairs(bought, as_of=day, min_support=least, by=by, level=purchases.level)
    if horizon is not None:
        following = next_purchase(
            seen,
            as_of=day,
            by=by,
            basis="within",
            horizon=horizon,
            exclude_owned=True,
            level=purchases.level,
        )
    return TogetherResults(
        by=by,
        baskets=baskets,
        pairs=_each_once(_beyond_chance(pairs)),
        following=_surest_first(_beyond_chance(following)),
        horizon=horizon,
        n_without_item=len(bought) - len(known),
    )


def _beyond_chance(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of two known items that chance does not explain."""
    if rules.empty:
        return rules
    are_known = (rules[["antecedent", "consequent"]] != MISSING).all(axis=1)
    return rules[are_known & (rules["q"] < SIGNIFICANT) & (rules["lift"] > 1)]


def _each_once(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return each pair in the direction that is more certain to be followed."""
    if pairs.empty:
        return pairs
    ordered = pairs.sort_values("confidence", ascending=False, kind="stable")
    sides = ordered[["antecedent", "consequent"]].to_numpy()
    names = pd.Series([tuple(sorted(pair)) for pair in sides], index=ordered.index)
    return pairs.loc[names[~names.duplicated()].index.sort_values()]


def _surest_first(following: pd.DataFrame) -> pd.DataFrame:
    if following.empty:
        return following
    return following.sort_values("lift_low", ascending=False, kind="stable")


def _channels(purchases: _Purchases) -> ChannelResults:
    bought = purchases.merged("channel")
    totals = channel_table(bought, as_of=purchases.day)
    mix = None
    items = purchases.items
    if items is not None and len(totals) > 1:
        both = purchases.merged("channel", items)
        if len(both[items].unique()) > 1:
            mix = channel_mix(both, as_of=purchases.day, rows=items, level=purchases.level)
    return ChannelResults(totals, mix)


def _partners(purchases: _Purchases) -> pd.DataFrame:
    bought = purchases.merged("partner_id")
    return partner_table(bought, as_of=purchases.day, level=purchases.level)


def _accounts(purchases: _Purchases) -> AccountResults:
    known = purchases.seen[purchases.seen["account_id"].notna()]
    totals = channel_table(known, as_of=purchases.day, by="account_id")
    whole = totals[["revenue"]].set_axis(pd.PeriodIndex([purchases.day], freq="Y"), axis=1)
    by = next(
        (
            column
            for column in ("category", "product_id")
            if is_filled(known, column) and known[column].nunique() <= _MOST_ITEMS_OF_COMPANIES
        ),
        None,
    )
    heavy = None
    if by is not None:
        users = company_propensity(known, as_of=purchases.day, by=by, level=purchases.level)
        heavy = users[users["is_heavy"]]
    return AccountResults(
        totals=totals,
        concentration=concentration_table(whole, top=(1, 10)).iloc[0],
        heavy=heavy,
        by=by,
        n_lines_without=len(purchases.seen) - len(known),
    )


def _grouping(purchases: _Purchases) -> str | None:
    """Choose what margins and discounts are told apart by."""
    if purchases.items is not None:
        return purchases.items
    return "channel" if is_filled(purchases.seen, "channel") else None


def _margins(purchases: _Purchases) -> MarginResults:
    total = margin_table(purchases.seen, as_of=purchases.day).iloc[0]
    by = _grouping(purchases)
    if by is None:
        return MarginResults(total, None, None)
    return MarginResults(total, margin_table(purchases.merged(by), as_of=purchases.day, by=by), by)


def _discounts(purchases: _Purchases) -> DiscountResults:
    day, level = purchases.day, purchases.level
    everything = purchases.seen.assign(all_purchases="")
    total = promotion_dependency(everything, as_of=day, by="all_purchases", level=level).iloc[0]
    by = "channel" if is_filled(purchases.seen, "channel") else purchases.items
    if by is None:
        return DiscountResults(total, None, None)
    groups = promotion_dependency(purchases.merged(by), as_of=day, by=by, level=level)
    ordered = groups.sort_values("revenue", ascending=False, kind="stable")
    return DiscountResults(total, ordered, by)


def _outlook(purchases: _Purchases) -> OutlookResults:
    months = purchases.whole_months
    return OutlookResults(
        seasons=seasonality_table(months, level=purchases.level),
        forecast=forecast_sales(months, horizon="12M", level=purchases.level),
    )
