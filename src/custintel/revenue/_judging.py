"""What printed figures should be, with the ends that the rounding of their table allows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custintel._text import translate as _
from custintel.revenue._growth_rates import cagr, cagr_ends
from custintel.revenue._labelled import labelled_floats, require_items
from custintel.revenue._period_columns import position_of, years_covered
from custintel.revenue._rounding import Amounts, Ends, Rounded, ratio_ends
from custintel.revenue.claims import (
    Claim,
    GrowthClaim,
    PrintedCagr,
    PrintedShares,
    PrintedTotals,
)
from custintel.revenue.implied_totals import require_index, shares_of, totals_implied
from custintel.revenue.periods import TOTAL

_JUDGED = ["recomputed", "low", "high"]


@dataclass(frozen=True, slots=True, eq=False)
class Audited:
    """A printed table, with its totals by period if something is claimed of them."""

    figures: Rounded
    totals: pd.DataFrame

    @property
    def amounts(self) -> pd.DataFrame:
        """Return the printed amounts."""
        return self.figures.printed


def audited(figures: Rounded, claims: list[Claim]) -> Audited:
    """Return a table with its totals: sums, or what an index and its shares imply."""
    if figures.base is None:
        return Audited(figures, _summed(figures))
    is_on_totals = any(
        isinstance(claim, PrintedTotals) or (isinstance(claim, GrowthClaim) and claim.item is None)
        for claim in claims
    )
    return Audited(figures, _implied(figures, claims) if is_on_totals else pd.DataFrame())


def figures_of(claim: Claim, table: Audited) -> pd.DataFrame:
    """Return a row for each figure of a claim; one on growth without a period has several."""
    if isinstance(claim, PrintedCagr):
        return _cagrs(claim, table)
    if isinstance(claim, PrintedTotals):
        return _totals(claim, table)
    if isinstance(claim, PrintedShares):
        return _shares(claim, table)
    return _growths(claim, table)


def _summed(figures: Rounded) -> pd.DataFrame:
    total, low, high = (each.sum() for each in (figures.printed, figures.low, figures.high))
    columns = {"total": total, "total_low": low, "total_high": high}
    return pd.DataFrame(columns).join(_growth(total, low, high))


def _growth(amount: Amounts, low: Amounts, high: Amounts) -> pd.DataFrame:
    """Return the growth over the period before of a series of rounded amounts."""
    ratio = ratio_ends(Ends(low.shift(), high.shift()), Ends(low, high))
    before = amount.shift()
    growth = amount / before.where(before > 0) - 1
    return pd.DataFrame(
        {"growth": growth, "growth_low": ratio.low - 1, "growth_high": ratio.high - 1}
    )


def _implied(figures: Rounded, claims: list[Claim]) -> pd.DataFrame:
    column = next((claim for claim in claims if isinstance(claim, PrintedShares)), None)
    if column is None:
        raise ValueError(
            _(
                "The total of an index cannot be told from it alone. Add the shares of its items "
                "in one period to the claims: PrintedShares(shares, rounding=0.01)."
            )
        )
    shared = _position(column.period, figures.printed)
    require_index(figures, shared=shared)
    shares = shares_of(column.values, figures.printed.index, column.rounding)
    return totals_implied(figures, shares, start=figures.base or 0, shared=shared)


def _position(label: object, amounts: pd.DataFrame) -> int:
    return amounts.shape[1] - 1 if label is None else position_of(amounts, label)


def _rows(claim: Claim, check: str, figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures with what they all have in common, in the columns of an audit."""
    rows = figures.assign(check=check, rounding=float(claim.rounding))
    return rows[["check", "item", "period", "printed", "rounding", *_JUDGED]]


def _cagrs(claim: PrintedCagr, table: Audited) -> pd.DataFrame:
    printed = labelled_floats(claim.values, name="PrintedCagr")
    require_items(printed.index, table.amounts.index, name="PrintedCagr")
    years = years_covered(table.amounts)
    if years == 0:
        raise ValueError(_("Growth rates need two periods or more: this table has one."))
    rate = cagr(table.amounts.iloc[:, 0], table.amounts.iloc[:, -1], years)
    ends = cagr_ends(table.figures.ends(0), table.figures.ends(-1), years)
    judged = pd.DataFrame({"recomputed": rate, "low": ends.low, "high": ends.high})
    figures = judged.reindex(printed.index).assign(
        item=printed.index.to_numpy(), period=table.amounts.columns[-1], printed=printed
    )
    return _rows(claim, "cagr", figures)


def _totals(claim: PrintedTotals, table: Audited) -> pd.DataFrame:
    printed = labelled_floats(claim.values, name="PrintedTotals")
    places = [position_of(table.amounts, label) for label in printed.index]
    judged = table.totals.iloc[places][["total", "total_low", "total_high"]]
    figures = judged.set_axis(_JUDGED, axis=1).assign(
        item=TOTAL, period=table.amounts.columns[places], printed=printed.to_numpy()
    )
    return _rows(claim, "total", figures)


def _shares(claim: PrintedShares, table: Audited) -> pd.DataFrame:
    printed = labelled_floats(claim.values, name="PrintedShares")
    require_items(printed.index, table.amounts.index, name="PrintedShares")
    place = _position(claim.period, table.amounts)
    period = table.amounts.columns[place]
    is_complete = len(printed) == len(table.amounts)
    found = []
    if table.figures.base is None or not is_complete:
        judged = _recomputed_shares(table.figures, place).reindex(printed.index)
        figures = judged.assign(item=printed.index.to_numpy(), period=period, printed=printed)
        found.append(_rows(claim, "share", figures))
    if is_complete:
        half = claim.rounding / 2 * len(printed)
        judged = pd.DataFrame(
            [[printed.sum(), printed.sum() - half, printed.sum() + half]], columns=_JUDGED
        )
        figures = judged.assign(item=TOTAL, period=period, printed=1.0)
        found.append(_rows(claim, "share sum", figures))
    return pd.concat(found)


def _recomputed_shares(figures: Rounded, place: int) -> pd.DataFrame:
    tables = figures.printed, figures.low, figures.high
    amount, low, high = (each.iloc[:, place] for each in tables)
    # A share is monotone in its own amount and in the sum of the others, which are rounded
    # independently: its ends are among the four pairs of theirs.
    own = np.stack([low, low, high, high])
    others = np.stack([low.sum() - low, high.sum() - high] * 2)
    # Some shares beside an index can be compared with nothing.
    is_known = figures.base is None and low.sum() > 0
    corners = own / (own + others) if is_known else np.full(own.shape, np.nan)
    return pd.DataFrame(
        {
            "recomputed": amount / amount.sum() if is_known else np.nan,
            "low": corners.min(axis=0),
            "high": corners.max(axis=0),
        },
        index=amount.index,
    )


def _growths(claim: GrowthClaim, table: Audited) -> pd.DataFrame:
    n_periods = table.amounts.shape[1]
    places = np.arange(1, n_periods)
    if claim.period is not None:
        place = position_of(table.amounts, claim.period)
        places = places[places == place]
    if not len(places):
        raise ValueError(
            _(
                "A claim of growth needs a period and the one before, but {period} is the "
                "first of this table.",
                period=table.amounts.columns[0],
            )
        )
    growth = table.totals if claim.item is None else _growth_of_item(claim.item, table)
    judged = growth.iloc[places][["growth", "growth_low", "growth_high"]]
    figures = judged.set_axis(_JUDGED, axis=1).assign(
        item=np.full(len(places), TOTAL if claim.item is None else claim.item, dtype=object),
        period=table.amounts.columns[places],
        printed=float(claim.growth),
    )
    return _rows(claim, "growth", figures)


def _growth_of_item(item: object, table: Audited) -> pd.DataFrame:
    items = table.amounts.index
    require_items(pd.Index([item]), items, name="GrowthClaim")
    place = list(items).index(item)
    tables = table.figures.printed, table.figures.low, table.figures.high
    return _growth(*(each.iloc[place] for each in tables))
