"""Who is to be contacted today, by which rule and why; and who is not, though due."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd

from custintel._checks import quoted, require_columns, require_type
from custintel._frames import Frame, as_narwhals, lazy, to_pandas
from custintel._text import translate as _
from custintel._time import Day, Span, as_day, window_start
from custintel.campaigns import _due_dates as dates
from custintel.campaigns._do_not_contact import held_back, sendings
from custintel.campaigns.closed_loops import CustomerRecords
from custintel.campaigns.trigger_rules import (
    BirthdayRule,
    ContactLimit,
    NoAnswerRule,
    PurchaseRule,
    StageRule,
    StockRule,
    TriggerRule,
)
from custintel.errors import SchemaError

_ABOUT_CUSTOMERS = ("birth_date", "email_opt_out", "email_bounced_at")


@dataclass(frozen=True, slots=True, eq=False)
class DueTriggers:
    """Who is to be contacted, and who is not, though a rule says so.

    Parameters
    ----------
    due : DataFrame
        One row per contact to make: ``rank`` (int, from 1), ``customer_id``, ``rule``,
        ``campaign_id``, ``due_on`` (datetime) and ``why``, in words.
    held_back : DataFrame
        The same columns but ``rank``, of customers who are due and must not, or need not, be
        written to, and the ``reason``: ``"opted out"``, ``"complained"``, ``"unsubscribed"``,
        ``"bounced"`` (for good), ``"not a known customer"`` or ``"contact limit"``.
    n_already_sent : int
        Contacts that were due and have been made.
    as_of : Timestamp
        Day of the list.

    Examples
    --------
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann"], "birth_date": pd.to_datetime(["1990-05-14"]),
    ... })
    >>> listed = due_triggers([BirthdayRule("birthday", "B")], customers, as_of="2024-05-14")
    >>> listed.due[["customer_id", "why"]].values.tolist()
    [['ann', 'birthday on 14 May 2024']]
    """

    due: pd.DataFrame
    held_back: pd.DataFrame
    n_already_sent: int
    as_of: pd.Timestamp

    def by_day(self) -> pd.DataFrame:
        """Count who is due, and who is held back, by rule and day.

        Returns
        -------
        DataFrame
            One row per rule and day with a customer: rules in order of rank, then days.

            - ``rule`` : str
            - ``due_on`` : datetime
            - ``n_due``, ``n_held_back`` : int, customers
        """
        key = ["rule", "due_on"]
        listed = [self.due.assign(n_due=1, n_held_back=0)]
        listed += [self.held_back.assign(n_due=0, n_held_back=1)]
        rows = pd.concat([table[[*key, "n_due", "n_held_back"]] for table in listed])
        counted = rows.groupby(key, sort=False).sum().reset_index()
        places = {rule: place for place, rule in enumerate(counted["rule"].unique())}
        place = counted["rule"].map(places)
        ordered = counted.assign(place=place).sort_values(["place", "due_on"], ignore_index=True)
        return ordered.drop(columns="place")

    def plot(self, *, ax=None):  # type: ignore[no-untyped-def]
        """Draw who is due by rule and day; see `custintel.plots.due_trigger_heatmap`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.campaign_times import due_trigger_heatmap

        return due_trigger_heatmap(self.by_day(), ax=ax)


def due_triggers(
    rules: Sequence[TriggerRule],
    customers: Frame,
    records: CustomerRecords | None = None,
    *,
    as_of: Day,
    window: str = "1D",
    limit: ContactLimit | None = None,
) -> DueTriggers:
    """List who is to be contacted by rules such as birthdays, purchases, stages, no answers.

    A customer is listed once per rule. The rank goes by the order of `rules`, so put what
    matters most first; within a rule by the day due, earliest first, then by ``customer_id``.
    Who has opted out, unsubscribed, complained or bounced for good, and who would be written to
    more often than `limit` allows, is listed apart, with the reason. What the campaign of a
    rule has sent since the day due is not due again.

    Parameters
    ----------
    rules : sequence
        Of `BirthdayRule`, `PurchaseRule`, `StageRule`, `NoAnswerRule`, `StockRule`, in order of
        importance; each with a name of its own.
    customers : DataFrame
        ``customer_id`` and, if there are any, ``birth_date`` (for birthdays),
        ``email_opt_out``, ``email_bounced_at``; of any engine.
    records : CustomerRecords, optional
        What the rules need: transactions for purchases and stocks, leads for stages, events
        for no answers. With events, what was sent already is known, and who unsubscribed,
        complained or bounced. Of any engine.
    as_of : date-like
        Day of the list; the whole of it is observed.
    window : str, default="1D"
        Days that the list is for, up to `as_of`: as long as the time between two lists, so that
        nobody is missed. A stock is due from its first day to its deadline.
    limit : ContactLimit, optional
        How often a customer may be written to; contacts on the list count too, by rank.

    Returns
    -------
    DueTriggers
        ``due``, ``held_back``, ``n_already_sent`` and ``as_of``.

    Raises
    ------
    SchemaError
        If a column is missing, a customer stands in two rows, or an event is not known.
    TypeError
        If `rules` holds something else, or `limit` is none.
    ValueError
        If two rules have one name, a rule needs a record that is not given, or `as_of` or
        `window` is not one.

    Examples
    --------
    >>> customers = pd.DataFrame({"customer_id": ["ann", "bob"], "email_opt_out": [False, True]})
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob"],
    ...     "ordered_at": pd.to_datetime(["2024-01-31", "2024-01-30"]),
    ...     "revenue": 449.0,
    ... })
    >>> listed = due_triggers(
    ...     [PurchaseRule("call", "CALL", after="1M")],
    ...     customers,
    ...     CustomerRecords(transactions=transactions),
    ...     as_of="2024-02-29",
    ... )
    >>> listed.due[["customer_id", "why"]].values.tolist()
    [['ann', '1M after the first purchase, on 31 Jan 2024']]
    >>> listed.held_back[["customer_id", "reason"]].values.tolist()
    [['bob', 'opted out']]
    """
    last = as_day(as_of)
    first = window_start(last, Span.parse(window))
    given = CustomerRecords() if records is None else records
    require_type(given, CustomerRecords, name="records", what=_("a CustomerRecords"))
    if limit is not None:
        require_type(limit, ContactLimit, name="limit", what=_("a ContactLimit"))
    _check_rules(rules, given)
    people = _read_customers(customers, birthdays=any(isinstance(r, BirthdayRule) for r in rules))
    every = [
        _due_by(rule, people, given, (first, last)).assign(
            place=place, rule=rule.name, campaign_id=rule.campaign_id
        )
        for place, rule in enumerate(rules)
    ]
    found = _ranked(every)
    sent = sendings(given.events, [rule.campaign_id for rule in rules], last)
    was_sent = _was_sent(found, sent)
    waiting = found[~was_sent].reset_index(drop=True)
    reasons = held_back(waiting["customer_id"], people, given.events, last, limit)
    columns = ["customer_id", "rule", "campaign_id", "due_on", "why"]
    due = waiting.loc[reasons == "", columns].reset_index(drop=True)
    due.insert(0, "rank", range(1, len(due) + 1))
    apart = waiting[columns].assign(reason=reasons)[reasons != ""].reset_index(drop=True)
    return DueTriggers(due, apart, int(was_sent.sum()), last)


def _due_by(
    rule: TriggerRule,
    people: pd.DataFrame,
    records: CustomerRecords,
    days: tuple[pd.Timestamp, pd.Timestamp],
) -> pd.DataFrame:
    first, last = days
    if isinstance(rule, BirthdayRule):
        found: pd.DataFrame = dates.of_birthdays(rule, people, pd.date_range(first, last))
        return found
    if isinstance(rule, PurchaseRule):
        return dates.of_purchases(rule, records.transactions, first, last)
    if isinstance(rule, StageRule):
        return dates.of_stages(rule, records.leads, first, last)
    if isinstance(rule, NoAnswerRule):
        return dates.of_no_answers(rule, records.events, first, last)
    refusals = held_back(people["customer_id"], people, records.events, last, None)
    return dates.of_stock(
        rule, records.transactions, last, people.loc[refusals == "", "customer_id"]
    )


def _ranked(every: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all rules by rank, each customer once per rule, on the earliest day."""
    filled = [rows for rows in every if len(rows)] or every[:1]
    rows = pd.concat(filled, ignore_index=True)
    # A lead without a name sorts last.
    ids = rows["customer_id"].map(lambda each: "" if pd.isna(each) else str(each))
    ordered = rows.assign(id=ids, is_unknown=rows["customer_id"].isna()).sort_values(
        ["place", "due_on", "is_unknown", "id"], kind="stable"
    )
    is_again = ordered.duplicated(["place", "id"]) & ~ordered["is_unknown"]
    return pd.DataFrame(ordered[~is_again]).reset_index(drop=True)


def _was_sent(found: pd.DataFrame, sent: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether the campaign of each row has written to its customer since the day due."""
    key = ["campaign_id", "customer_id"]
    joined = found[[*key, "due_on"]].merge(sent, on=key, how="left")
    return (joined["sent_on"] >= joined["due_on"]).astype(bool)


def _read_customers(customers: Frame, *, birthdays: bool) -> pd.DataFrame:
    present = as_narwhals(customers).collect_schema().names()
    if birthdays:
        require_columns(present, ["birth_date"], table="customers")
    told = [name for name in _ABOUT_CUSTOMERS if name in present]
    table = to_pandas(lazy(customers, ["customer_id", *told], table="customers"))
    table["customer_id"] = table["customer_id"].astype(object)
    repeated = table.loc[table["customer_id"].duplicated(), "customer_id"]
    if len(repeated):
        raise SchemaError(
            _(
                "Table 'customers' has one row per customer_id; {n} rows come again: {examples}. "
                "Make it with custintel.tables.build_customers(raw).",
                n=len(repeated),
                examples=quoted(repeated, most=3),
            )
        )
    if birthdays:
        table["birth_date"] = _birth_dates(table["birth_date"])
    return table


def _birth_dates(column: "pd.Series[Any]") -> "pd.Series[Any]":
    is_day = column.dtype.kind == "M" or column.isna().all()
    if not is_day and not pd.api.types.infer_dtype(column, skipna=True).startswith("date"):
        raise SchemaError(
            _(
                "Column 'birth_date' of 'customers' holds {kind}; it needs dates: "
                "pd.to_datetime(customers['birth_date']).",
                kind=column.dtype,
            )
        )
    return pd.to_datetime(column).astype("datetime64[us]").dt.normalize()


def _check_rules(rules: Sequence[TriggerRule], records: CustomerRecords) -> None:
    what = _("a list of rules such as BirthdayRule")
    require_type(rules, (list, tuple), name="rules", what=what)
    for rule in rules:
        require_type(rule, get_args(TriggerRule), name="rules", what=what)
    names = pd.Series([rule.name for rule in rules], dtype=object)
    if names.empty or names.duplicated().any():
        raise ValueError(
            _(
                "rules holds one rule or more, each with a name of its own: got {names}.",
                names=quoted(names, most=6) or _("none"),
            )
        )
    needed = {PurchaseRule: "transactions", StockRule: "transactions"}
    needed |= {StageRule: "leads", NoAnswerRule: "events"}
    for rule in rules:
        record = needed.get(type(rule))
        if record is not None and getattr(records, record) is None:
            raise ValueError(
                _(
                    "The rule {rule!r} needs {record}: CustomerRecords({record}=…).",
                    rule=rule.name,
                    record=record,
                )
            )
