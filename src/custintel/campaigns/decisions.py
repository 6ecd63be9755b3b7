"""Whether a campaign is worth another run."""

from typing import Any

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import require_between, require_columns
from custintel._text import mark as N_
from custintel._text import translate as _

GO, NO_GO, UNCLEAR = N_("go"), N_("no-go"), N_("unclear")
_HIGHEST_HURDLE = 1e6


def campaign_decision(roi: pd.DataFrame, *, hurdle: float = 0.0) -> pd.DataFrame:
    """Decide on each campaign, go or no-go, from its return and how sure that is.

    Of incremental revenue the interval decides: go if all of it lies above the hurdle, no-go if
    all of it lies below, else unclear. Attributed revenue has none, and is more than the
    campaign caused as far as customers would have bought anyway. So no-go is sound if not even
    all of it reaches the hurdle; a go holds only if enough of the revenue would not have come
    without the campaign, and ``needed_share`` says how much.

    Parameters
    ----------
    roi : DataFrame
        From `campaign_roi`.
    hurdle : float, default=0.0
        Return that the campaign must earn, −1 or more: 0 for its cost, 0.2 for a fifth beyond.

    Returns
    -------
    DataFrame
        Indexed by ``campaign_id``, in the order of `roi`.

        - ``campaign_name``, ``revenue_is`` : str
        - ``romi``, ``romi_low``, ``romi_high`` : float, as given
        - ``hurdle`` : float
        - ``needed_share`` : float, (1 + `hurdle`) × cost ÷ margin: part of the attributed
          margin that the campaign must have caused; above 1 if all of it does not do. NaN
          without a margin above 0, and of incremental revenue
        - ``decision`` : str, ``"go"``, ``"no-go"`` or ``"unclear"``
        - ``reason`` : str, one sentence

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueError
        If `hurdle` is below −1.

    Examples
    --------
    >>> roi = pd.DataFrame({
    ...     "campaign_name": ["Spring"],
    ...     "revenue_is": ["attributed"],
    ...     "margin": [30_000.0],
    ...     "cost": [10_000.0],
    ...     "romi": [2.0],
    ...     "romi_low": [None],
    ...     "romi_high": [None],
    ...     "reason": [""],
    ... }, index=["spring"])
    >>> decided = campaign_decision(roi)
    >>> decided["decision"].tolist(), decided["needed_share"].round(3).tolist()
    (['go'], [0.333])
    >>> print(decided["reason"].iloc[0])
    The return of 200.0% clears the hurdle of 0.0%, provided that at least 33.3% of the
    attributed margin would not have come anyway.
    """
    needed = ["campaign_name", "revenue_is", "margin", "cost", "reason"]
    bounds = ["romi", "romi_low", "romi_high"]
    require_columns(roi.columns, [*needed, *bounds], table="campaign_roi")
    require_between(hurdle, -1, _HIGHEST_HURDLE, name="hurdle")
    table = roi[["campaign_name", "revenue_is"]].copy()
    table[bounds] = roi[bounds].astype(float)
    is_attributed = roi["revenue_is"] == "attributed"
    margin = roi["margin"].astype(float)
    share = (1 + hurdle) * roi["cost"].astype(float) / margin.where(margin > 0)
    table["hurdle"] = float(hurdle)
    table["needed_share"] = share.where(is_attributed)
    decisions = _decisions(table, is_attributed.to_numpy(), hurdle)
    table["decision"] = decisions
    table["reason"] = [
        _sentence(decision, row, str(why))
        for decision, (_i, row), why in zip(decisions, table.iterrows(), roi["reason"], strict=True)
    ]
    return table


def _decisions(
    table: pd.DataFrame, is_attributed: "np.typing.NDArray[np.bool_]", hurdle: float
) -> list[str]:
    """Return go if the lower end clears the hurdle, no-go if the upper one does not reach it."""
    low = np.where(is_attributed, table["romi"], table["romi_low"])
    high = np.where(is_attributed, table["romi"], table["romi_high"])
    return list(np.select([low > hurdle, high < hurdle], [GO, NO_GO], default=UNCLEAR))


def _sentence(decision: str, row: "pd.Series[Any]", why: str) -> str:
    if pd.isna(row["romi"]):
        return _("There is no return to decide on: {reason}.", reason=_(why) if why else _("none"))
    figures = {name: formats.percent(float(row[name])) for name in ("romi", "hurdle")}
    if row["revenue_is"] == "attributed":
        return _of_attributed(decision, figures, float(row["needed_share"]))
    if pd.isna(row["romi_low"]):
        reason = _(why) if why else _("none")
        return _("The return of {romi} has no interval: {reason}.", reason=reason, **figures)
    figures["interval"] = formats.interval(
        formats.percent(float(row["romi_low"])), formats.percent(float(row["romi_high"]))
    )
    texts = {
        GO: N_("The return of {romi}, {interval}, lies above the hurdle of {hurdle}."),
        NO_GO: N_("The return of {romi}, {interval}, lies below the hurdle of {hurdle}."),
        UNCLEAR: N_(
            "The return of {romi} may lie on either side of the hurdle of {hurdle}: {interval}. "
            "Reach or hold back more customers next time."
        ),
    }
    return _(texts[decision], **figures)


def _of_attributed(decision: str, figures: dict[str, str], needed: float) -> str:
    if decision == GO:
        return _(
            "The return of {romi} clears the hurdle of {hurdle}, provided that at least {share} "
            "of the attributed margin would not have come anyway.",
            share=formats.percent(needed),
            **figures,
        )
    if decision == NO_GO:
        return _(
            "The return of {romi} misses the hurdle of {hurdle}, even if all of the attributed "
            "revenue is taken for the campaign's.",
            **figures,
        )
    return _("The return of {romi} just meets the hurdle of {hurdle}.", **figures)
