"""From enrolments to order lines: channels, coaches, prices, coaching, cancellations."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._intervals import Floats
from custintel.datasets._crm_coaches import draw_teaching
from custintel.datasets._crm_facts import (
    ATTACH_RATES,
    CATEGORIES,
    CATEGORY_OF,
    CHANNELS,
    COACHING,
    COST_SHARES,
    CURRENCY,
    DISCOUNT_RATES,
    FREE_RATE,
    LAST_DAY,
    LONGEST_UNTIL_REFUND,
    PROGRAMMES,
    REFUND_RATE,
    channel_shares,
)
from custintel.datasets._random import draw_from

_DEPTHS = np.array([0.10, 0.15, 0.20])  # of discounts
_FURTHER_SEATS = 0.6  # mean, on orders that a sales representative takes
_COACHING_COST_SHARE = 0.55
_CAMPAIGNS = {"e-mail": "EM", "direct mail": "DM"}  # the channels that run in campaigns
_AMOUNTS = ["quantity", "revenue", "cost", "discount"]
_LINE_COLUMNS = (
    *("order_id", "line_id", "customer_id", "ordered_at", "product_id", "category", "channel"),
    *("quantity", "revenue", "cost", "discount", "currency", "partner_id", "campaign_id"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """One row per enrolment, in the order of time."""

    customer_id: pd.Series
    ordered_at: NDArray[np.datetime64]
    programme: NDArray[np.intp]
    channel: NDArray[np.intp]
    coach: NDArray[np.intp]

    def lines(self, partner_ids: pd.Index, rng: np.random.Generator) -> pd.DataFrame:
        """Return the programmes' lines: the first line of each order."""
        n = len(self.programme)
        offered = pd.DataFrame(PROGRAMMES)
        category = CATEGORY_OF[self.programme]
        quantity = self._quantities(rng)
        listed = offered["unit_price"].to_numpy()[self.programme] * quantity
        discount = np.round(listed * _discount_depths(self.channel, rng), 2)
        table = pd.DataFrame(
            {
                "order_id": "O" + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(7),
                "line_id": "1",
                "customer_id": self.customer_id,
                "ordered_at": self.ordered_at,
                "product_id": pd.Index(offered["product_id"]).take(self.programme),
                "category": pd.Index(CATEGORIES).take(category),
                "channel": pd.Index(CHANNELS).take(self.channel),
                "quantity": quantity,
                "revenue": listed - discount,
                "cost": np.round(listed * COST_SHARES[category], 2),
                "discount": discount,
                "currency": CURRENCY,
                "partner_id": partner_ids.take(self.coach),
            }
        )
        return table.assign(campaign_id=_campaigns(table["channel"], table["ordered_at"]))

    def _quantities(self, rng: np.random.Generator) -> Floats:
        further = rng.poisson(_FURTHER_SEATS, len(self.channel))
        is_by_representative = self.channel == CHANNELS.index("sales representative")
        return np.where(is_by_representative, 1.0 + further, 1.0)


def draw_orders(
    customer_id: pd.Series,
    ordered_at: NDArray[np.datetime64],
    programme: NDArray[np.intp],
    rng: np.random.Generator,
) -> Orders:
    """Draw how and with whom each enrolment takes place."""
    order = np.argsort(ordered_at, kind="stable")
    programme = programme[order]
    channel = draw_from(channel_shares(), programme, rng)
    coach = draw_teaching(CATEGORY_OF[programme], rng)
    customer_id = customer_id.iloc[order].reset_index(drop=True)
    return Orders(customer_id, ordered_at[order], programme, channel, coach)


def with_coaching(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the lines of coaching that is sold with the programmes of `lines`."""
    rate = ATTACH_RATES[pd.Index(CATEGORIES).get_indexer(pd.Index(lines["category"]))]
    sold = lines[rng.random(len(lines)) < rate]
    return sold.assign(
        line_id="2",
        product_id=COACHING.product_id,
        category=COACHING.category,
        quantity=1.0,
        revenue=COACHING.unit_price,
        cost=COACHING.unit_price * _COACHING_COST_SHARE,
        discount=0.0,
    )


def draw_refunds(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the cancellations of `lines` that fall within the export, as negative lines."""
    is_cancelled = (rng.random(len(lines)) < REFUND_RATE) & (lines["revenue"] > 0).to_numpy()
    days = rng.integers(3, LONGEST_UNTIL_REFUND + 1, len(lines)).astype("timedelta64[D]")
    refunds = lines.assign(line_id="3", ordered_at=lines["ordered_at"] + days)
    refunds[_AMOUNTS] = -refunds[_AMOUNTS]
    is_seen = (refunds["ordered_at"] < LAST_DAY + pd.Timedelta(days=1)).to_numpy()
    refunds = refunds[is_cancelled & is_seen]
    # Without this, what was not discounted would be negative zero.
    return refunds.assign(discount=refunds["discount"] + 0.0)


def as_transactions(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return all lines as the canonical table, by time, order and line."""
    lines = pd.concat(parts, ignore_index=True)[list(_LINE_COLUMNS)]
    return lines.sort_values(["ordered_at", "order_id", "line_id"], ignore_index=True)


def _discount_depths(channel: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    n = len(channel)
    depth = _DEPTHS[rng.integers(0, len(_DEPTHS), n)]
    depth = np.where(rng.random(n) < DISCOUNT_RATES[channel], depth, 0.0)
    return np.where(rng.random(n) < FREE_RATE, 1.0, depth)


def _campaigns(channel: pd.Series, ordered_at: pd.Series) -> pd.Series:
    quarter = ordered_at.dt.to_period("Q").astype(str)
    campaign: pd.Series = channel.map(_CAMPAIGNS).str.cat(quarter, sep="-")
    return campaign.where(campaign.notna(), None)
