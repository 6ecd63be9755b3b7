"""What a report reads of campaigns: what was sent, what it cost, what touched the customers."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from custintel._checks import quoted
from custintel._money import currency_code
from custintel._text import translate as _
from custintel.errors import MixedCurrencyError, SchemaError
from custintel.io import inspect_cells
from custintel.io.sources import naming
from custintel.report.campaign_arms import CONTROL, inspect_arms, require_control
from custintel.schemas.set_aside import all_set_aside, reasons
from custintel.tables import (
    BuiltEvents,
    BuiltTable,
    inspect_campaign_events,
    inspect_campaigns,
    inspect_touches,
)

CAMPAIGN_TABLES = ("campaign_events", "campaigns", "touches", "arms")
_INSPECTORS: dict[str, Callable[..., BuiltEvents | BuiltTable]] = {
    "campaign_events": inspect_campaign_events,
    "campaigns": inspect_campaigns,
    "touches": inspect_touches,
    "arms": inspect_arms,
}
_AMOUNTS = ("cost", "budget", "revenue")


@dataclass(frozen=True, slots=True, eq=False)
class CampaignTable:
    """One table of campaigns, every row accounted for.

    ``n_rows`` equals the rows of ``table`` and of ``set_aside`` together.

    Attributes
    ----------
    name : str
        File, without its folder, or what the data are called.
    table : DataFrame
        The canonical table.
    set_aside : DataFrame
        ``source``, ``line``, ``column``, ``value``, ``reason``.
    n_rows : int
        Rows in the file.
    n_identical : int
        Rows used though alike in every column to an earlier one.
    currency : str or None
        ISO 4217 code of its amounts; None if nothing names one.
    has_amounts : bool
        Whether it holds any amount at all.
    """

    name: str
    table: pd.DataFrame
    set_aside: pd.DataFrame
    n_rows: int
    n_identical: int
    currency: str | None
    has_amounts: bool


@dataclass(frozen=True, slots=True, eq=False)
class CampaignSource:
    """The tables of campaigns that a report reads beside the purchases.

    Attributes
    ----------
    campaign_events : CampaignTable or None
        What happened to the contacts of campaigns.
    campaigns : CampaignTable or None
        One row per campaign, with its cost.
    touches : CampaignTable or None
        Contacts of customers with marketing, on any channel.
    arms : CampaignTable or None
        Which customers were held back at random from which campaign.
    control : str
        Arm of those held back.
    """

    campaign_events: CampaignTable | None = None
    campaigns: CampaignTable | None = None
    touches: CampaignTable | None = None
    arms: CampaignTable | None = None
    control: str = CONTROL

    def tables(self) -> dict[str, CampaignTable]:
        """Return the tables that were read, by their canonical names."""
        read = {name: getattr(self, name) for name in CAMPAIGN_TABLES}
        return {name: table for name, table in read.items() if table is not None}


def read_campaign_source(  # noqa: PLR0913 - files, and their conventions
    files: Mapping[str, str | os.PathLike[str]],
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    currency: str | None = None,
    decimal: str | None = None,
    date_order: str | None = None,
    timezone: str | None = None,
    control: str = CONTROL,
) -> CampaignSource:
    """Read exports of campaign events, campaigns, touches and arms, those that there are.

    Customers must have the ids that they have in the purchases.

    Parameters
    ----------
    files : mapping of str to path-like
        File by table: ``"campaign_events"``, ``"campaigns"``, ``"touches"``, ``"arms"``.
        Formats are those of `custintel.io.inspect_cells`. Arms tell who was assigned to what at
        random: ``campaign_id``, ``customer_id``, ``arm`` and, unless it was at the start of the
        campaign, ``assigned_at``.
    columns : mapping of str to mapping, optional
        By table, headers of its file to canonical names, where they are not recognised.
    currency : str, optional
        ISO 4217 code of the amounts, for files that do not name it.
    decimal : {'.', ','}, optional
        Decimal sign of the costs of campaigns; needed only when the numbers do not tell.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    timezone : str, optional
        Time zone whose local time instants with an offset are converted to.
    control : str, default="control"
        Arm of the customers held back. All others of a campaign are taken together.

    Returns
    -------
    CampaignSource
        The tables, and every row that could not be used.

    Raises
    ------
    ReadError
        If a file cannot be read as a table.
    SchemaError
        If a file lacks a column of its table, no row can be used, or nobody was held back.
    MixedCurrencyError
        If a file and the argument name more than one currency.
    ValueError
        If `files` or `columns` name another table.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = "campaign,client,event,date\\nmay,a1,sent,2024-05-02\\nmay,a1,?,2024-05-03\\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "log.csv")
    ...     _ = file.write_text(text)
    ...     read = read_campaign_source({"campaign_events": file})
    >>> log = read.campaign_events
    >>> log.n_rows, len(log.table), log.set_aside["line"].tolist()
    (2, 1, [3])
    """
    _require_known([*files, *(columns or {})])
    if currency is not None:
        currency = currency_code(currency)  # refuse it before reading large files
    read = {}
    for name, path in files.items():
        options: dict[str, Any] = {"date_order": date_order, "timezone": timezone}
        if name == "campaigns":
            options["decimal"] = decimal
        raw = inspect_cells(path)
        with naming(path):
            build = partial(
                _INSPECTORS[name],
                columns=(columns or {}).get(name),
                currency=currency,
                **options,
            )
            read[name] = _table(Path(path).name, build(raw.table), raw.set_aside)
    return _controlled(CampaignSource(**read, control=control))


def campaign_source_from_tables(
    tables: Mapping[str, pd.DataFrame], *, currency: str | None = None, control: str = CONTROL
) -> CampaignSource:
    """Make a report's source of tables of campaigns that are in memory already.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By name: ``"campaign_events"``, ``"campaigns"``, ``"touches"``, those that there are,
        each as for its builder in `custintel.tables`; and ``"arms"``, as for
        `custintel.campaigns.Holdout`.
    currency : str, optional
        ISO 4217 code of the amounts, for data that do not name it.
    control : str, default="control"
        Arm of the customers held back. All others of a campaign are taken together.

    Returns
    -------
    CampaignSource
        The tables, and every row that could not be used.

    Raises
    ------
    SchemaError
        If a column is missing, no row of a table can be used, or nobody was held back.
    ValueError
        If `tables` names another table.

    Examples
    --------
    >>> from custintel.datasets import simulate_campaigns
    >>> simulated = simulate_campaigns(50, random_state=1)
    >>> source = campaign_source_from_tables({"campaigns": simulated.campaigns})
    >>> list(source.tables()), source.campaigns.currency
    (['campaigns'], 'EUR')
    """
    _require_known(tables)
    nothing = pd.DataFrame()
    read = {
        name: _table(name, _INSPECTORS[name](raw, currency=currency), nothing)
        for name, raw in tables.items()
    }
    return _controlled(CampaignSource(**read, control=control))


def require_one_currency(currency: str | None, source: CampaignSource) -> None:
    """Raise `MixedCurrencyError` where campaigns are paid in another currency than purchases."""
    if currency is None:
        currencies = {each.currency for each in source.tables().values()} - {None}
        if len(currencies) < 2:
            return
        raise MixedCurrencyError(
            _(
                "The tables of campaigns are in {codes}. Convert their amounts to one.",
                codes=quoted(sorted(map(str, currencies))),
            )
        )
    for each in source.tables().values():
        if each.has_amounts and each.currency not in (None, currency):
            raise MixedCurrencyError(
                _(
                    "{file}: its amounts are in {code}, the purchases in {currency}. Convert "
                    "them to one.",
                    file=each.name,
                    code=each.currency,
                    currency=currency,
                )
            )


def _controlled(source: CampaignSource) -> CampaignSource:
    if source.arms is not None:
        with naming(source.arms.name):
            require_control(source.arms.table, source.control)
    return source


def _require_known(names: Mapping[str, object] | list[str]) -> None:
    unknown = [name for name in names if name not in CAMPAIGN_TABLES]
    if unknown:
        raise ValueError(
            _(
                "Tables of campaigns are {known}: got {unknown}.",
                known=quoted(CAMPAIGN_TABLES),
                unknown=quoted(unknown, most=3),
            )
        )


def _table(name: str, built: BuiltEvents | BuiltTable, misshapen: pd.DataFrame) -> CampaignTable:
    """Return a table with its account; `misshapen` rows never came to the builder."""
    set_aside = all_set_aside([misshapen, built.set_aside])
    n_rows = built.n_rows + len(misshapen)
    table = built.table
    if table.empty:
        raise SchemaError(
            _(
                "None of the {n} rows can be used: {reasons}. Mend the export, or leave the "
                "file out.",
                n=n_rows,
                reasons=reasons(set_aside),
            )
        )
    named = table["currency"].dropna() if "currency" in table else ()
    return CampaignTable(
        name=name,
        table=table,
        set_aside=set_aside,
        n_rows=n_rows,
        n_identical=built.n_identical if isinstance(built, BuiltEvents) else 0,
        currency=str(next(iter(named))) if len(named) else None,
        has_amounts=any(bool(table[each].notna().any()) for each in _AMOUNTS if each in table),
    )
