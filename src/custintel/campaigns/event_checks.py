"""What does not add up in a log of campaign events, and how it is treated."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame, day_number, has_column, lazy, number_of_day, opened, to_pandas
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.campaigns._messages import messages, read_events, with_delivery

_KEYS = ["campaign_id", "customer_id"]
_SENDING = ("sent", "bounced", "delivered")
_TREATMENTS = {
    "before_send": N_("counted: clocks of systems differ"),
    "without_sending": N_("in no rate; responses and revenue are counted"),
    "without_delivery": N_("in no rate; responses and revenue are counted"),
    "click_without_open": N_("normal, where images are off: the click proves an opening"),
    "repeated": N_("contacts count once; numbers of events and revenue are too high"),
    "negative_revenue": N_("added up as it is: refunds belong to the transactions"),
    "after_as_of": N_("left out by functions with as_of; counted by all others"),
    "unknown_contact": N_("counted; columns of customers are missing"),
    "unknown_campaign": N_("counted; columns of campaigns are missing"),
}


@dataclass(frozen=True, slots=True, eq=False)
class EventChecks:
    """What does not add up in a log of campaign events.

    Parameters
    ----------
    table : DataFrame
        Indexed by ``check``, one row for each that could be made: ``n_events``, ``n_contacts``,
        ``n_campaigns``, ``examples`` (up to three, ``contact @ campaign``) and ``treatment``,
        what the other functions do with them. Of unknown campaigns the contacts, and of unknown
        contacts the campaigns, are not counted but missing.
    found : DataFrame
        What was found: ``check``, ``campaign_id``, ``customer_id``, ``event``,
        ``occurred_at`` (the first) and ``n_events``; of unknown contacts and campaigns one row
        each, where the columns that several values stand in are missing.
    n_events : int
        Events looked at.
    """

    table: pd.DataFrame
    found: pd.DataFrame
    n_events: int


def check_events(
    events: Frame,
    *,
    campaigns: Frame | None = None,
    customers: Frame | None = None,
    as_of: Day | None = None,
) -> EventChecks:
    """Look for what does not add up in a log of campaign events, count it and hand it back.

    Nothing is changed: the table says how the other functions treat what is found.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and if there are any
        ``link`` and ``revenue``; pandas, polars, DuckDB, PySpark, pyarrow, or the path of a
        Parquet file.
    campaigns : DataFrame, optional
        With ``campaign_id``, of any engine: events of other campaigns are found.
    customers : DataFrame, optional
        With ``customer_id``, of any engine: events of other contacts are found.
    as_of : date-like, optional
        Last day that the log should tell of: later events are found.

    Returns
    -------
    EventChecks
        The counts and what was found, by check:

        - ``before_send`` : earlier than the contact's first sending of that campaign; bounces
          and deliveries too, where a ``sent`` row tells of it
        - ``without_sending`` : of contacts who were never sent the campaign, where it tells of
          sendings at all
        - ``without_delivery`` : of contacts who were sent it but did not get it
        - ``click_without_open`` : the first click of contacts whose opening is not in the log
        - ``repeated`` : the same contact, campaign, event, instant and link again
        - ``negative_revenue`` : amounts below 0
        - ``after_as_of``, ``unknown_contact``, ``unknown_campaign`` : where the argument is given

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If `as_of` is not a date.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "ann", "eve"],
    ...     "event": ["sent", "clicked", "clicked"],
    ...     "occurred_at": pd.to_datetime(["2024-05-02", "2024-05-01", "2024-05-03"]),
    ... })
    >>> checks = check_events(events)
    >>> checks.table["n_events"][["before_send", "without_sending", "click_without_open"]].to_dict()
    {'before_send': 1, 'without_sending': 1, 'click_without_open': 2}
    >>> checks.found["customer_id"].tolist()
    ['ann', 'eve', 'ann', 'eve']
    """
    events = opened(events)
    told = [name for name in ("link", "revenue") if has_column(events, name)]
    read = read_events(events, [*_KEYS, "event", "occurred_at", *told])
    placed = read.join(_places(events), on=_KEYS)
    parts = _against(placed, _rules(told, as_of))
    parts["click_without_open"] = _clicks_without_open(read)
    parts["repeated"] = _repeated(read, told)
    for check, column, known in (
        ("unknown_contact", "customer_id", customers),
        ("unknown_campaign", "campaign_id", campaigns),
    ):
        if known is not None:
            parts[check] = _unknown(read, column, known)
    checks = [name for name in _TREATMENTS if name in parts]
    found = pd.concat([parts[name].assign(check=name) for name in checks])
    columns = ["check", *_KEYS, "event", "occurred_at", "n_events"]
    place = found["check"].map({name: i for i, name in enumerate(checks)})
    order = ["place", *_KEYS, "occurred_at", "event"]
    found = found.assign(place=place).sort_values(order, ignore_index=True)[columns]
    n_events = int(to_pandas(read.select(nw.len().alias("n")))["n"].iloc[0])
    return EventChecks(table=_table(found, checks), found=found, n_events=n_events)


def _places(events: Frame) -> nw.LazyFrame[Any]:
    """Return of each message when it was sent, and whether it was sent and delivered at all."""
    found = with_delivery(messages(events, by=None))
    campaigns = found.group_by("campaign_id").agg(is_told=nw.col("was_sent").max())
    columns = ["sent_at", "was_sent", "was_delivered"]
    return found.select(*_KEYS, *columns).join(campaigns, on="campaign_id")


def _rules(told: list[str], as_of: Day | None) -> dict[str, nw.Expr]:
    column = nw.col
    later = ~column("event").is_in(list(_SENDING))
    rules = {
        "before_send": column("occurred_at") < column("sent_at"),
        "without_sending": later & (column("was_sent") == 0) & (column("is_told") == 1),
        "without_delivery": later & (column("was_sent") == 1) & (column("was_delivered") == 0),
    }
    if "revenue" in told:
        rules["negative_revenue"] = column("revenue") < 0
    if as_of is not None:
        rules["after_as_of"] = day_number("occurred_at") > number_of_day(as_day(as_of))
    return rules


def _against(placed: nw.LazyFrame[Any], rules: dict[str, nw.Expr]) -> dict[str, pd.DataFrame]:
    """Return the events against each rule; the engine goes through them all but once."""
    flags = {name: rule.fill_null(value=False).cast(nw.Int32) for name, rule in rules.items()}
    flagged = placed.select(*_KEYS, "event", "occurred_at", **flags)
    is_found = nw.sum_horizontal(*(nw.col(name) for name in rules)) > 0
    found = to_pandas(flagged.filter(is_found)).assign(n_events=1)
    return {name: _typed(found[found[name] == 1]) for name in rules}


def _clicks_without_open(read: nw.LazyFrame[Any]) -> pd.DataFrame:
    clicks, opens = (read.filter(nw.col("event") == kind) for kind in ("clicked", "opened"))
    first = clicks.group_by(_KEYS).agg(nw.col("occurred_at").min(), n_events=nw.len())
    found = first.join(opens.select(*_KEYS).unique(), on=_KEYS, how="anti")
    return _typed(to_pandas(found).assign(event="clicked"))


def _repeated(read: nw.LazyFrame[Any], told: list[str]) -> pd.DataFrame:
    same = [*_KEYS, "event", "occurred_at", *(["link"] if "link" in told else [])]
    again = read.group_by(same).agg(n=nw.len()).filter(nw.col("n") > 1)
    found = to_pandas(again)
    return _typed(found.assign(n_events=found["n"] - 1))


def _unknown(read: nw.LazyFrame[Any], column: str, table: Frame) -> pd.DataFrame:
    name = "customers" if column == "customer_id" else "campaigns"
    known = set(to_pandas(lazy(table, [column], table=name))[column].astype("str"))
    per_id = read.group_by(column).agg(nw.col("occurred_at").min(), n_events=nw.len())
    found = to_pandas(per_id)
    return _typed(found[~found[column].astype("str").isin(known)])


def _typed(found: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the one form that all engines give; what they do not tell is missing."""
    texts = [*_KEYS, "event"]
    told = {
        # On pandas 2 text is made of objects, and nothing would become a text by a cast.
        name: found[name].astype("str") if name in found else pd.Series(None, found.index, "object")
        for name in texts
    }
    typed = found.assign(**told)[[*texts, "occurred_at", "n_events"]]
    return typed.astype({"occurred_at": "datetime64[us]", "n_events": "int64"})


def _table(found: pd.DataFrame, checks: list[str]) -> pd.DataFrame:
    rows = []
    for check in checks:
        part = found[found["check"] == check]
        named = part[_KEYS].fillna("?").head(3)
        shown = [_("{contact} @ {campaign}", contact=c, campaign=m) for m, c in named.to_numpy()]
        rows.append(
            {
                "check": check,
                "n_events": int(part["n_events"].sum()),
                "n_contacts": _n_different(part["customer_id"]),
                "n_campaigns": _n_different(part["campaign_id"]),
                "examples": quoted(shown),
                "treatment": _(_TREATMENTS[check]),
            }
        )
    whole = {"n_contacts": "Int64", "n_campaigns": "Int64"}
    return pd.DataFrame(rows).astype(whole).set_index("check")


def _n_different(ids: "pd.Series[str]") -> object:
    """Return how many ids there are; missing where what was found does not tell them."""
    return pd.NA if ids.isna().any() else ids.nunique()
