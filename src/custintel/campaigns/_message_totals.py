"""What became of the messages of each group: the counts that all rates are made of."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._frames import Frame, has_column, to_pandas
from custintel._intervals import wilson_interval
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.campaigns._messages import COUNTED, MISSING, RESPONSES, TIMES, messages
from custintel.errors import SchemaError, WeakResultWarning

_NOT_SUMMED = ("customer_id", "sent_at")
_OF_SENDING = ["is_sent", "is_bounced", "is_hard", "is_soft", "is_delivered"]
_KEYS = ["group", "campaign_id", *_OF_SENDING]


def message_totals(events: Frame, *, by: str | None) -> pd.DataFrame:
    """Return what became of the messages of each group, indexed by `by`, in order of name.

    Whole numbers of messages: ``n_sent``, ``n_bounced``, ``n_hard``, ``n_soft``,
    ``n_delivered``. Of those delivered: ``n_opened``, ``n_machine_opened`` (by machines alone),
    ``n_clicked``, ``n_machine_clicked``, ``n_information_request``, ``n_lead``, ``n_sale``,
    ``n_unsubscribed``, ``n_complained``, and of two of them ``n_<one>_<other>``. Delivered or
    not: ``all_<response>``. ``n_elsewhere``: something came of it, but it was not delivered.

    Of events, wherever: ``sends``, ``opens``, ``clicks``, ``machine_opens``,
    ``machine_clicks``, ``information_requests``, ``leads``, ``sales`` and the ``revenue`` of
    these. Of delivered messages: ``own_opens``, ``own_all_opens``, and their sums of squares.
    """
    is_whole = by in TIMES and not has_column(events, by or "")
    return totals(messages(events, by=by), by=by, is_whole=is_whole)


def totals(found: nw.LazyFrame[Any], *, by: str | None, is_whole: bool = False) -> pd.DataFrame:
    """Return the totals of messages by their ``group``."""
    counted = _counted(found, by)
    counted["group"] = labels(counted["group"], is_whole=is_whole)
    summed = _settled(counted).groupby("group", sort=False).sum()
    return in_order(summed).rename_axis(by)


def _counted(found: nw.LazyFrame[Any], by: str | None) -> pd.DataFrame:
    """Return the messages of each group and campaign that were sent and received alike."""
    names = found.collect_schema().names()
    sums = [name for name in names if name not in [*_KEYS, *_NOT_SUMMED]]
    grouped = found.group_by(_KEYS)
    counted = to_pandas(grouped.agg(n=nw.len(), **{name: nw.col(name).sum() for name in sums}))
    require_one_value(int(counted["is_divided"].sum()), by)
    whole = [name for name in counted if name not in {"group", "campaign_id", "revenue"}]
    return counted.astype(dict.fromkeys(whole, "int64") | {"revenue": float})


def _settled(counted: pd.DataFrame) -> pd.DataFrame:
    """Return the counts by group, once each campaign tells what was delivered."""
    tells_delivery = counted.groupby("campaign_id")["is_delivered"].transform("max") > 0
    # A bounce and a delivery prove a sending.
    is_sent = counted[["is_sent", "is_bounced", "is_delivered"]].any(axis=1)
    not_bounced = (counted["is_sent"] > 0) & (counted["is_bounced"] == 0)
    is_delivered = (counted["is_delivered"] > 0).where(tells_delivery, not_bounced)
    # What bounced at first and was delivered later was delivered.
    is_bounced = (counted["is_bounced"] > 0) & ~is_delivered
    n = counted["n"]
    counts = {
        "n_sent": n.where(is_sent, 0),
        "n_bounced": n.where(is_bounced, 0),
        "n_hard": n.where(is_bounced & (counted["is_hard"] > 0), 0),
        "n_soft": n.where(is_bounced & (counted["is_soft"] > 0) & (counted["is_hard"] == 0), 0),
        "n_delivered": n.where(is_delivered, 0),
        "n_elsewhere": counted["n_active"].where(~is_delivered, 0),
    }
    names = [str(name) for name in counted]
    of_delivered = [name for name in names if name.startswith("n_") and name != "n_active"]
    counts |= {name: counted[name].where(is_delivered, 0) for name in of_delivered}
    counts |= {f"all_{name}": counted[f"n_{name}"] for name in RESPONSES}
    all_opens = counted["opens"] + counted["machine_opens"]
    counts["own_opens"] = counted["opens"].where(is_delivered, 0)
    counts["own_all_opens"] = all_opens.where(is_delivered, 0)
    events = counted[list(COUNTED)]
    squares = [name for name in COUNTED if name.startswith("squared")]
    own = events[squares].where(is_delivered, 0)
    return pd.DataFrame({"group": counted["group"], **counts, **events.assign(**own)})


def labels(values: "pd.Series[Any]", *, is_whole: bool = False) -> "pd.Series[Any]":
    """Return the names of groups as plain Python objects, ``(missing)`` where there is none."""
    # Every engine has its own type of text and of nothing; some give whole numbers as floats.
    known = values.notna().to_numpy(bool)
    are_numbers = is_whole or pd.api.types.is_float_dtype(values)
    named = [
        MISSING if not is_known else _plain(value) if are_numbers else value
        for value, is_known in zip(values.to_list(), known, strict=True)
    ]
    return pd.Series(named, values.index, dtype=object)


def _plain(value: float) -> object:
    return int(value) if float(value).is_integer() else value


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in the order of its index: numbers by size, texts by name, missing last."""
    index = [value.item() if isinstance(value, np.generic) else value for value in table.index]
    is_text = any(isinstance(value, str) and value != MISSING for value in index)
    key = str if is_text else _itself
    known = [place for place, value in enumerate(index) if value != MISSING]
    known.sort(key=lambda place: key(index[place]))
    missing = [place for place, value in enumerate(index) if value == MISSING]
    # By place: flags as labels would be taken for a choice of rows.
    return table.set_axis(pd.Index(index)).iloc[[*known, *missing]]


def _itself(value: Any) -> Any:
    return value


def with_interval(
    name: str, successes: "pd.Series[int]", trials: "pd.Series[int]", level: float
) -> dict[str, "pd.Series[float]"]:
    """Return a rate and the bounds of its Wilson interval, as columns; NaN without a trial."""
    low, high = wilson_interval(successes, trials, level)
    bounds = {f"{name}_low": low, f"{name}_high": high}
    columns = {end: pd.Series(value, trials.index) for end, value in bounds.items()}
    return {name: successes / trials.where(trials > 0), **columns}


def warn_elsewhere(table: pd.DataFrame) -> None:
    """Warn the caller of the calling function of what came of messages not delivered."""
    n = int(table["n_elsewhere"].sum())
    if n:
        message = _n(
            "{shown} contact of a campaign opened, clicked or responded though nothing was "
            "delivered, and is in no rate. See custintel.campaigns.check_events(events).",
            "{shown} contacts of campaigns opened, clicked or responded though nothing was "
            "delivered, and are in no rate. See custintel.campaigns.check_events(events).",
            n,
            shown=formats.number(n),
        )
        warn(message, WeakResultWarning)


def require_other_name(by: str | None, columns: Sequence[str]) -> None:
    """Raise `SchemaError` if the groups would be a column of the name of another one."""
    if by in columns:
        raise SchemaError(
            _(
                "The result has a column {by!r} of its own, so that no group can be called so. "
                "Rename that of the events first.",
                by=by,
            )
        )


def require_one_value(n_divided: int, by: str | None) -> None:
    if n_divided:
        raise SchemaError(
            _(
                "Column {by!r} has several values for one contact in one campaign ({n} times), "
                "so that a sending has no value of its own. For links, use "
                "custintel.campaigns.link_clicks(events).",
                by=by,
                n=n_divided,
            )
        )
