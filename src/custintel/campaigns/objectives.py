"""Each campaign measured by what it is for: awareness, prospects, loyalty or sales."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame
from custintel._intervals import normal_quantile, wilson_interval
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.campaigns._campaign_rows import uncosted
from custintel.campaigns._message_totals import message_totals, warn_elsewhere
from custintel.campaigns.costs import costs_of, counted_campaigns
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.schemas.headers import plain_words


@dataclass(frozen=True, slots=True)
class _Kpi:
    """A key figure: a rate of contacts, a count of them, an amount, or a cost of one."""

    name: str
    unit: str  # share, contacts or currency
    better: str  # higher or lower
    part: str = ""  # column of the totals of messages
    whole: str = ""


_REACHED = _Kpi("n_reached", "contacts", "higher", part="n_delivered")
_CPM = _Kpi("cpm", "currency", "lower")
_KPIS = {
    "awareness": (
        _REACHED,
        _Kpi("open_rate", "share", "higher", "n_opened", "n_delivered"),
        _Kpi("ctr", "share", "higher", "n_clicked", "n_delivered"),
        _CPM,
    ),
    "prospects": (
        _REACHED,
        _Kpi("request_rate", "share", "higher", "n_information_request", "n_delivered"),
        _Kpi("lead_rate", "share", "higher", "n_lead", "n_delivered"),
        _Kpi("cost_per_lead", "currency", "lower"),
        _Kpi("cost_per_address", "currency", "lower"),
    ),
    "loyalty": (
        _REACHED,
        _Kpi("ctor", "share", "higher", "n_clicked", "n_opened"),
        _Kpi("unsubscribe_rate", "share", "lower", "n_unsubscribed", "n_sent"),
        _Kpi("complaint_rate", "share", "lower", "n_complained", "n_delivered"),
    ),
    "sales": (
        _REACHED,
        _Kpi("conversion_rate", "share", "higher", "n_sale", "n_delivered"),
        _Kpi("revenue", "currency", "higher", part="revenue"),
        _Kpi("cost_per_sale", "currency", "lower"),
    ),
}
# How exports and people write the four.
_WORDS = {
    "awareness": ("brand awareness", "branding", "notoriety", "notoriete", "visibilite", "image"),
    "prospects": ("prospect", "leads", "lead generation", "acquisition", "prospection"),
    "loyalty": ("retention", "loyalty building", "fideliser", "fidelisation", "fidelite"),
    "sales": ("sale", "sell", "selling", "conversion", "vente", "ventes", "vendre"),
}
_OBJECTIVES = {word: name for name, words in _WORDS.items() for word in (name, *words)}
_COSTS = ("cpm", "cost_per_lead", "cost_per_address", "cost_per_sale")


def objective_kpis(campaigns: Frame, events: Frame, *, level: float = 0.95) -> pd.DataFrame:
    """Measure each campaign by the key figures of its objective, and by no others.

    - ``awareness``: contacts reached, open rate, click-through rate, cost per thousand sent;
    - ``prospects``: contacts reached, rates of information requests and of leads, cost per lead
      and per new address;
    - ``loyalty``: contacts reached, click-to-open rate, rates of unsubscriptions and complaints;
    - ``sales``: contacts reached, conversion rate, revenue, cost per sale.

    The figures are those of `email_kpis`, `response_table` and `cost_per_result`. Whether a brand
    is known better is asked in surveys, and whether customers stay is seen in what they buy:
    events of campaigns tell neither.

    Parameters
    ----------
    campaigns : DataFrame
        ``campaign_id``, ``objective``, ``cost`` and, if there is one, ``n_addresses``: new
        addresses that agreed to be written to. Objectives are the four, or usual words for them
        in English and French, such as ``lead generation`` or ``fidélisation``. Of any engine.
    events : DataFrame
        Campaign events: ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and if
        there are any ``is_machine`` and ``revenue``; pandas, polars, DuckDB, PySpark, pyarrow,
        or the path of a Parquet file.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per campaign and key figure: campaigns in their order, figures as above.

        - ``campaign_id`` : str; ``campaign_name`` : str, the id where there is none
        - ``objective`` : str, one of the four
        - ``kpi`` : str; ``unit`` : str, ``share``, ``contacts`` or ``currency``
        - ``value`` : float; NaN if its denominator is 0, or the cost or the number of new
          addresses is not known
        - ``value_low``, ``value_high`` : float, bounds of shares (Wilson) and of costs of a
          result; NaN of counts, of sums and of ``cpm``, which are not estimated
        - ``n``, ``n_of`` : float, numerator and denominator of shares, in contacts; NaN of all
          else
        - ``better`` : str, ``higher`` or ``lower``

    Raises
    ------
    SchemaError
        If a column is missing, no objective is known, a campaign stands in two rows or has a
        negative cost, or an event is not known.
    ValueError
        If `level` is not between 0 and 1.

    Warns
    -----
    SetAsideWarning
        If campaigns have no objective, or another one, and are left out; or events name
        campaigns that are not in the table.
    WeakResultWarning
        If campaigns have no cost, or contacts did something with what was not delivered to
        them.

    Examples
    --------
    >>> campaigns = pd.DataFrame({
    ...     "campaign_id": ["may"], "objective": ["Lead generation"], "cost": [50.0],
    ... })
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "cyd", "dan", "ann", "bob"],
    ...     "event": ["sent"] * 4 + ["lead"] * 2,
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ... })
    >>> objective_kpis(campaigns, events)[["objective", "kpi", "value"]]
       objective               kpi  value
    0  prospects         n_reached    4.0
    1  prospects      request_rate    0.0
    2  prospects         lead_rate    0.5
    3  prospects     cost_per_lead   25.0
    4  prospects  cost_per_address    NaN
    """
    normal_quantile(level)
    counted = counted_campaigns(campaigns, events, "objective")
    objectives = counted["objective"].map(_known_objective)
    _warn_left_out(counted["objective"], objectives.isna())
    counted = counted[objectives.notna()]
    names = counted.index[counted["cost"].isna()]
    if len(names):
        warn(uncosted(names), WeakResultWarning)
    totals = message_totals(events, by="campaign_id").reindex(counted.index, fill_value=0)
    warn_elsewhere(totals)
    costs = costs_of(counted, "campaign_id", level)
    rows = [
        {**_identity(counted, name, str(objectives[name])), **_figure(kpi, each, level)}
        for name in counted.index
        for each in [pd.concat([totals.loc[name], costs.loc[name, list(_bounded(_COSTS))]])]
        for kpi in _KPIS[str(objectives[name])]
    ]
    return pd.DataFrame(rows)


def _known_objective(word: object) -> str | None:
    return _OBJECTIVES.get(plain_words(word)) if isinstance(word, str) else None


def _bounded(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield name
        if name != "cpm":
            yield from (f"{name}_low", f"{name}_high")


def _identity(counted: pd.DataFrame, name: Any, objective: str) -> dict[str, Any]:
    told = counted["campaign_name"].loc[name]
    return {"campaign_id": name, "campaign_name": told, "objective": objective}


def _figure(kpi: _Kpi, figures: "pd.Series[Any]", level: float) -> dict[str, Any]:
    value, low, high, n, n_of = (np.nan,) * 5
    if kpi.whole:
        n, n_of = float(figures[kpi.part]), float(figures[kpi.whole])
        value = n / n_of if n_of else np.nan
        low, high = (float(end) for end in wilson_interval(n, n_of, level))
    elif kpi.part:
        value = float(figures[kpi.part])
    else:
        value, low, high = (
            float(figures.get(f"{kpi.name}{end}", np.nan)) for end in ("", "_low", "_high")
        )
    told = {"kpi": kpi.name, "unit": kpi.unit, "value": value}
    return told | {"value_low": low, "value_high": high, "n": n, "n_of": n_of, "better": kpi.better}


def _warn_left_out(given: "pd.Series[Any]", is_unknown: "pd.Series[bool]") -> None:
    if is_unknown.all():
        raise SchemaError(
            _(
                "No row of 'campaigns' has a known objective: got {found}. There are {known}.",
                found=quoted(given.dropna().unique(), most=3) or _("none"),
                known=quoted(_KPIS),
            )
        )
    if is_unknown.any():
        words = given[is_unknown]
        message = _n(
            "{n} campaign is left out, as its objective is missing, or none of {known}: "
            "{examples}.",
            "{n} campaigns are left out, as their objectives are missing, or none of {known}: "
            "{examples}.",
            len(words),
            known=quoted(_KPIS),
            examples=quoted((f"{name}: {word}" for name, word in words.items()), most=3),
        )
        warn(message, SetAsideWarning)
