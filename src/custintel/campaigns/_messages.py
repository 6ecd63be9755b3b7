"""What happened to each contact of each campaign, counted once: what all rates are made of.

A *message* is one contact in one campaign, however often it was sent. Whether an export has
``delivered`` rows at all decides what was delivered, and that is seen only once a campaign is
counted: until then, messages that were sent, bounced and delivered alike stay together.
"""

from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import quoted, require_type
from custintel._frames import Frame, day_number, has_column, lazy, to_pandas
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.schemas.event_words import EVENTS

MISSING = N_("(missing)")
TOTAL = N_("total")

RESPONSES = ("information_request", "lead", "sale")
# Pairs of steps of which one event does not prove the other: who did both.
BOTH = (
    *(("clicked", RESPONSES[0]), (RESPONSES[0], RESPONSES[1]), (RESPONSES[1], RESPONSES[2])),
    *(("clicked", "sale"), ("machine_clicked", "sale")),
)
TIMES = ("hour", "weekday")

_SOME_DAY = pd.Timestamp("1970-01-01").to_pydatetime()
_MESSAGE = ["campaign_id", "customer_id"]
_OF_SENDING = ("sent", "bounced", "delivered")
_MACHINE = {"opened": "machine_opened", "clicked": "machine_clicked"}
_BOUNCES = ("hard", "soft")
_KINDS = (*EVENTS, *_BOUNCES, *_MACHINE.values())
_EVENTS_OF = {
    "sends": "sent",
    "opens": "opened",
    "clicks": "clicked",
    "machine_opens": "machine_opened",
    "machine_clicks": "machine_clicked",
    "information_requests": "information_request",
    "leads": "lead",
    "sales": "sale",
}
COUNTED = (*_EVENTS_OF, "squared_opens", "squared_all_opens", "revenue")


def messages(events: Frame, *, by: str | None) -> nw.LazyFrame[Any]:
    """Return one row per message: its ``group``, flags of what came of it, numbers of events.

    Flags are whole numbers, 0 or 1: ``is_sent``, ``is_bounced``, ``is_hard``, ``is_soft``,
    ``is_delivered``;
    ``n_opened`` and ``n_clicked`` by people, ``n_machine_opened`` and ``n_machine_clicked`` by
    machines alone, ``n_<event>`` of the later ones, ``n_<event>_<event>`` of two, ``n_active``
    if anything at all came of it. ``is_divided`` tells that its events disagree about `by`.
    ``sent_at`` is that of the first ``sent`` row, or without one of the first bounce or delivery.
    """
    is_of_sending = by in TIMES and not has_column(events, by)
    found = per_message(flagged(events, None if is_of_sending else by))
    if not is_of_sending:
        return found
    if by == "hour":
        return found.with_columns(group=nw.col("sent_at").dt.hour())
    # Engines begin their weeks with 0 or 1; pandas has no number for the day of nothing.
    dated = found.with_columns(sending_day=nw.col("sent_at").fill_null(_SOME_DAY))
    weekday = (day_number("sending_day") + 3) % 7 + 1  # 1970 began on a Thursday
    group = nw.when(~nw.col("sent_at").is_null()).then(weekday)
    return dated.with_columns(group=group).drop("sending_day")


def flagged(events: Frame, by: str | None) -> nw.LazyFrame[Any]:
    """Return each event as numbers 0 and 1, one for each kind of event."""
    kind = _("the name of a column of campaign_events, 'hour' or 'weekday'")
    require_type(by, (str, type(None)), name="by", what=kind)
    told = [name for name in ("bounce_type", "is_machine", "revenue") if has_column(events, name)]
    wanted = [*_MESSAGE, "event", "occurred_at", *([by] if by else []), *told]
    found = lazy(events, list(dict.fromkeys(wanted)), table="campaign_events")
    require_known_events(found)
    amount = nw.col("revenue").fill_null(0.0) if "revenue" in told else nw.lit(0.0)
    flags = _flags(told, is_machine(found))
    proves_sending = flags["bounced"] | flags["delivered"]
    return found.select(
        *_MESSAGE,
        _group(found, by).alias("group"),
        nw.when(flags["sent"]).then(nw.col("occurred_at")).alias("sent_at"),
        nw.when(proves_sending).then(nw.col("occurred_at")).alias("proved_at"),
        nw.when(flags["sale"]).then(amount).otherwise(0.0).alias("revenue"),
        *(flags[name].cast(nw.Int32).alias(name) for name in _KINDS),
    )


def is_machine(events: nw.LazyFrame[Any]) -> nw.Expr:
    """Return whether a program made each event; where the export does not say, none did."""
    schema = events.collect_schema()
    if "is_machine" not in schema:
        return nw.lit(value=False)
    # pandas keeps flags beside missing ones as objects.
    if schema["is_machine"] not in (nw.Boolean, nw.Object):
        some = (~nw.col("is_machine").is_null()).cast(nw.Int64).sum().alias("n")
        if not to_pandas(events.select(some))["n"].fillna(0).iloc[0]:
            return nw.lit(value=False)
        raise SchemaError(
            _(
                "Column 'is_machine' of 'campaign_events' holds {kind}; it needs flags, true or "
                "false. Make it with custintel.tables.build_campaign_events(raw).",
                kind=schema["is_machine"],
            )
        )
    return (nw.col("is_machine") == nw.lit(value=True)).fill_null(value=False)


def _flags(told: list[str], machine: nw.Expr) -> dict[str, nw.Expr]:
    event, no = nw.col("event"), nw.lit(value=False)
    bounce = {name: (nw.col("bounce_type") == name).fill_null(value=False) for name in _BOUNCES}
    flags = {name: event == name for name in EVENTS}
    flags |= {by_machine: flags[name] & machine for name, by_machine in _MACHINE.items()}
    flags |= {name: flags[name] & ~machine for name in _MACHINE}
    kinds = bounce if "bounce_type" in told else dict.fromkeys(_BOUNCES, no)
    return flags | {name: flags["bounced"] & is_kind for name, is_kind in kinds.items()}


def _group(events: nw.LazyFrame[Any], by: str | None) -> nw.Expr:
    if by is None:
        return nw.lit(TOTAL)
    # The names of categories have no order of their own.
    is_plain = events.collect_schema()[by] not in (nw.Categorical, nw.Enum)
    return nw.col(by) if is_plain else nw.col(by).cast(nw.String)


def per_message(events: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return one row per message from the flags of its events."""
    column, counted = nw.col, set(_EVENTS_OF.values())
    found = events.group_by(_MESSAGE).agg(
        column("group").min(),
        column("group").max().alias("last_group"),
        column("sent_at").min(),
        column("proved_at").min(),
        column("revenue").sum(),
        *(column(name).sum() if name in counted else column(name).max() for name in _KINDS),
    )
    opens = column("opened"), column("opened") + column("machine_opened")
    return found.select(
        *_MESSAGE,
        "group",
        # Clocks differ: what proves a sending may bear an earlier instant than its own row.
        nw.coalesce("sent_at", "proved_at").alias("sent_at"),
        "revenue",
        *(flag.fill_null(value=False).cast(nw.Int64).alias(name) for name, flag in _told().items()),
        *(column(kind).alias(name) for name, kind in _EVENTS_OF.items()),
        (opens[0] * opens[0]).alias("squared_opens"),
        (opens[1] * opens[1]).alias("squared_all_opens"),
    )


def _told() -> dict[str, nw.Expr]:
    """Return what the numbers of its events tell of a message."""
    has = {name: nw.col(name) > 0 for name in _KINDS}
    by_machine = has["machine_opened"] | has["machine_clicked"]
    # A click proves an opening, even where images are not shown.
    has["opened"] = has["opened"] | has["clicked"]
    has["machine_opened"] = by_machine & ~has["opened"]
    has["machine_clicked"] = has["machine_clicked"] & ~has["clicked"]
    of_contact = (*_MACHINE, *_MACHINE.values(), *RESPONSES, "unsubscribed", "complained")
    active = has["opened"] | by_machine
    for name in (*RESPONSES, "unsubscribed", "complained"):
        active = active | has[name]
    flags = {f"is_{name}": has[name] for name in (*_OF_SENDING, *_BOUNCES)}
    # Where there is neither, pandas takes one nothing for another one.
    flags["is_divided"] = (nw.col("group") != nw.col("last_group")) & ~nw.col("group").is_null()
    flags |= {f"n_{name}": has[name] for name in of_contact}
    flags |= {f"n_{one}_{other}": has[one] & has[other] for one, other in BOTH}
    return flags | {"n_active": active}


def require_known_events(events: nw.LazyFrame[Any]) -> None:
    """Raise `SchemaError` if a word of the column ``event`` is none of the ten."""
    words = to_pandas(events.select("event").unique())["event"]
    unknown = sorted({str(word) for word in words} - set(EVENTS))
    if unknown:
        raise SchemaError(
            _n(
                "{n} word of the column 'event' is none of the ten events: {examples}. Make the "
                "table with custintel.tables.build_campaign_events(raw), which knows the words "
                "of exports; the ten are {known}.",
                "{n} words of the column 'event' are none of the ten events: {examples}. Make "
                "the table with custintel.tables.build_campaign_events(raw), which knows the "
                "words of exports; the ten are {known}.",
                len(unknown),
                examples=quoted(unknown, most=3),
                known=quoted(EVENTS),
            )
        )


def read_events(events: Frame, columns: list[str]) -> nw.LazyFrame[Any]:
    """Return columns of the events, whose words are known; ``is_machine`` as a plain flag."""
    present = [name for name in columns if name != "is_machine"]
    wanted = [*present, *(["is_machine"] if has_column(events, "is_machine") else [])]
    found = lazy(events, list(dict.fromkeys(wanted)), table="campaign_events")
    require_known_events(found)
    return found.with_columns(is_machine=is_machine(found))


def sendings(events: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the events that are sendings: ``sent`` rows, or those that prove one.

    Of a campaign without ``sent`` rows, deliveries and bounces stand for them.
    """
    told = events.filter(nw.col("event").is_in(list(_OF_SENDING)))
    told = told.with_columns(of_sent=(nw.col("event") == "sent").cast(nw.Int32))
    tells = told.group_by("campaign_id").agg(tells_sending=nw.col("of_sent").max())
    joined = told.join(tells, on="campaign_id")
    return joined.filter(nw.col("of_sent") == nw.col("tells_sending"))


def with_delivery(found: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return messages with ``was_delivered``, 0 or 1, and ``was_sent``.

    Of a campaign that tells no delivery, what was sent and did not bounce was delivered.
    """
    column = nw.col
    tells = found.group_by("campaign_id").agg(tells_delivery=column("is_delivered").max())
    not_bounced = (column("is_sent") == 1) & (column("is_bounced") == 0)
    delivered = (column("tells_delivery") == 1) & (column("is_delivered") == 1)
    by_silence = (column("tells_delivery") == 0) & not_bounced
    proof = column("is_sent") + column("is_bounced") + column("is_delivered")
    return found.join(tells, on="campaign_id").with_columns(
        was_delivered=(delivered | by_silence).cast(nw.Int32),
        was_sent=(proof > 0).cast(nw.Int32),
    )
