"""The findings of an audit in sentences."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.revenue._rounding import AGREES, CANNOT, UNKNOWN, WITHIN
from custintel.revenue.periods import TOTAL

_NAMES = {
    "cagr": N_("Growth per year of {item}"),
    "total": N_("Total of {period}"),
    "share": N_("Share of {item} in {period}"),
    "share sum": N_("Sum of the shares of {period}"),
    "growth": N_("Growth of {item} in {period}"),
}
_MOST_NAMED = 5
_CLAIM = ["item", "printed", "rounding"]


def sentences(table: pd.DataFrame, tried: pd.DataFrame, panel: str | None) -> list[str]:
    """Return the counts, what cannot be, what the claims fit, and what the panel means."""
    found = [_counts(table)]
    wrong = table[(table["verdict"] == CANNOT) & ~_key(table).isin(_fit_nowhere(tried))]
    found += [_impossible(row) for row in wrong.head(_MOST_NAMED).to_dict("records")]
    if len(wrong) > _MOST_NAMED:
        found.append(
            _n(
                "{n} more figure cannot be.",
                "{n} more figures cannot be.",
                len(wrong) - _MOST_NAMED,
            )
        )
    found += [_fits(claim) for _claim, claim in tried.groupby(_CLAIM, sort=False)]
    rateless = table.loc[(table["check"] == "cagr") & (table["verdict"] == UNKNOWN), "item"]
    if len(rateless):
        found.append(
            _n(
                "{n} item has no growth per year, as its first amount is not above zero, or its "
                "last is below: {items}.",
                "{n} items have no growth per year, as their first amounts are not above zero, "
                "or their last are below: {items}.",
                len(rateless),
                items=quoted(rateless, most=_MOST_NAMED),
            )
        )
    if panel == "fixed" and len(table):
        found.append(
            _(
                "The items are the same in all periods, not the largest of each. If there are "
                "others beside them, their total is only a lower bound of what as many largest "
                "of a period make up."
            )
        )
    return found


def _key(figures: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(figures[["check", *_CLAIM]])


def _fit_nowhere(tried: pd.DataFrame) -> pd.MultiIndex:
    """Return the claims that are told to fit no period, which is said once."""
    claims = _key(tried)
    return claims[~claims.isin(_key(tried[tried["verdict"].isin([AGREES, WITHIN])]))]


def _counts(table: pd.DataFrame) -> str:
    n = {verdict: int((table["verdict"] == verdict).sum()) for verdict in (WITHIN, CANNOT, UNKNOWN)}
    agrees = int((table["verdict"] == AGREES).sum())
    said = _n(
        "Of {n_all} printed figures {n} agrees, {n_within} agree within rounding and "
        "{n_cannot} cannot be.",
        "Of {n_all} printed figures {n} agree, {n_within} agree within rounding and "
        "{n_cannot} cannot be.",
        agrees,
        n_all=len(table),
        n_within=n[WITHIN],
        n_cannot=n[CANNOT],
    )
    if not n[UNKNOWN]:
        return said
    unknown = _n("{n} could not be judged.", "{n} could not be judged.", n[UNKNOWN])
    return f"{said} {unknown}"


def _impossible(row: dict[Hashable, Any]) -> str:
    if row["check"] == "share sum":
        return _(
            "The shares of {period} add up to {found}, and before rounding to {low} to {high}: "
            "not to 100 %.",
            period=formats.period(row["period"]),
            found=_written(row, "recomputed"),
            low=_written(row, "low"),
            high=_written(row, "high"),
        )
    return _(
        "{what}: {printed} is printed, but the table allows {low} to {high} only.",
        what=_name(row),
        printed=_written(row, "printed"),
        low=_written(row, "low", more=1),
        high=_written(row, "high", more=1),
    )


def _name(row: dict[Hashable, Any]) -> str:
    item = _("the total") if row["item"] == TOTAL else row["item"]
    return _(_NAMES[row["check"]], item=item, period=formats.period(row["period"]))


def _fits(claim: pd.DataFrame) -> str:
    row = claim.iloc[0].to_dict()
    fits = claim.loc[claim["verdict"].isin([AGREES, WITHIN]), "period"]
    growth = _written(row, "printed")
    unjudged = claim.loc[claim["verdict"] == UNKNOWN, "period"]
    if len(unjudged) == len(claim):
        said = _(
            "A growth of {growth} could be judged in no period: none follows an amount above zero.",
            growth=growth,
        )
    elif fits.empty:
        said = _("A growth of {growth} fits no period.", growth=growth)
    else:
        said = _("A growth of {growth} fits {periods} only.", growth=growth, periods=_listed(fits))
    if 0 < len(unjudged) < len(claim):
        limits = _(
            "There is no growth to judge in {periods}, after an amount not above zero.",
            periods=_listed(unjudged),
        )
        said = f"{said} {limits}"
    return said if row["item"] == TOTAL else f"{row['item']}: {said}"


def _listed(periods: "pd.Series[Any]") -> str:
    return ", ".join(formats.period(period) for period in periods)


def _written(row: dict[Hashable, Any], column: str, *, more: int = 0) -> str:
    """Write a figure with the decimals that it is printed with, or some more."""
    if row["check"] == "total":
        return formats.number(row[column], formats.decimals_of(row["rounding"]) + more)
    write = formats.signed_percent if row["check"] == "growth" else formats.percent
    return write(row[column], formats.decimals_of(row["rounding"] * 100) + more)
