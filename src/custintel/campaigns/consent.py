"""Who was written to in spite of having refused."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from custintel._checks import require_columns
from custintel._frames import Frame, as_narwhals, has_column, lazy, to_pandas
from custintel._intervals import normal_quantile, wilson_interval
from custintel.campaigns._message_totals import message_totals
from custintel.campaigns._messages import read_events, sendings

_COLUMNS = ["campaign_id", "customer_id", "event", "occurred_at"]
RULES = ("opted_out", "after_unsubscription", "after_hard_bounce", "after_complaint")
# Google's guidelines for senders: keep below the first, never reach the second.
_HIGH, _TOO_HIGH = 0.001, 0.003


@dataclass(frozen=True, slots=True, eq=False)
class ConsentCheck:
    """Sendings to contacts who had refused them, and how many complained.

    Parameters
    ----------
    table : DataFrame
        Indexed by ``rule``, four rows: ``n_sendings``, ``n_contacts`` and ``n_campaigns`` of
        those against the rule.
    sendings : DataFrame
        One row per sending and rule that it is against: ``customer_id``, ``campaign_id``,
        ``sent_at``, ``rule``, ``since`` (the instant of the refusal; missing of ``opted_out``,
        which tables do not date).
    n_delivered, n_complained : int
        Contacts of campaigns, each once per campaign.
    complaint_rate, complaint_rate_low, complaint_rate_high : float
        ``n_complained`` ÷ ``n_delivered``, 0-1, with its Wilson interval; NaN without a delivery.
    verdict : str
        ``"fine"`` below 0.1 %, ``"high"`` from there on, ``"too high"`` from 0.3 %, or
        ``"unknown"`` without a delivery.
    level : float
        Probability that the interval aims to cover.
    """

    table: pd.DataFrame
    sendings: pd.DataFrame
    n_delivered: int
    n_complained: int
    complaint_rate: float
    complaint_rate_low: float
    complaint_rate_high: float
    verdict: str
    level: float


def consent_check(
    events: Frame, customers: Frame | None = None, *, level: float = 0.95
) -> ConsentCheck:
    """Find sendings to contacts who had opted out, unsubscribed, bounced or complained.

    A refusal holds from its instant on, for all campaigns, as no table tells of a new consent.
    Confirmations and statements need none: leave them out first, by `marketing_events`. The
    check finds what the tables show, and is no proof of a legal basis.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, and ``bounce_type`` if there
        is one, without which no bounce is hard; pandas, polars, DuckDB, PySpark, pyarrow, or the
        path of a Parquet file. Of a campaign without ``sent`` rows, deliveries and bounces count
        as sendings.
    customers : DataFrame, optional
        One row per ``customer_id``, with ``email_opt_out`` (flag) and ``email_bounced_at`` if
        there are any, of any engine. An opt-out has no date: of contacts who have opted out but
        never unsubscribed in `events`, every sending is against the rule ``opted_out``, those
        before it too. A bounce that is dated by its day alone holds from the day after.
    level : float, default=0.95
        Probability that the interval aims to cover, between 0 and 1.

    Returns
    -------
    ConsentCheck
        The sendings against each rule, and the complaint rate with its verdict.

    Raises
    ------
    SchemaError
        If a column is missing, or a word of ``event`` is not known.
    ValueError
        If `level` is not between 0 and 1.

    References
    ----------
    Google. Email sender guidelines (2024): keep the rate of spam reports below 0.1 %, and never
    at 0.3 % or above. Their rate is of mail that reached inboxes, a smaller number than that
    delivered: the rate here is the lower one.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["m1", "m1", "m2"],
    ...     "customer_id": "ann",
    ...     "event": ["sent", "unsubscribed", "sent"],
    ...     "occurred_at": pd.to_datetime(["2024-05-02", "2024-05-03", "2024-06-01"]),
    ... })
    >>> check = consent_check(events)
    >>> check.table["n_sendings"].to_dict()
    {'opted_out': 0, 'after_unsubscription': 1, 'after_hard_bounce': 0, 'after_complaint': 0}
    >>> check.sendings[["customer_id", "campaign_id", "rule"]]
      customer_id campaign_id                  rule
    0         ann          m2  after_unsubscription
    """
    normal_quantile(level)
    refusals = _refusals(events, customers)
    against = _against(events, refusals)
    totals = message_totals(events, by=None)
    n_delivered, n_complained = (int(totals[f"n_{k}"].sum()) for k in ("delivered", "complained"))
    low, high = wilson_interval(n_complained, n_delivered, level)
    rate = n_complained / n_delivered if n_delivered else float("nan")
    rules = against.groupby("rule")
    table = pd.DataFrame(
        {
            "n_sendings": rules.size(),
            "n_contacts": rules["customer_id"].nunique(),
            "n_campaigns": rules["campaign_id"].nunique(),
        }
    )
    table = table.reindex(pd.Index(RULES, name="rule"), fill_value=0).astype("int64")
    return ConsentCheck(
        table=table,
        sendings=against,
        n_delivered=n_delivered,
        n_complained=n_complained,
        complaint_rate=rate,
        complaint_rate_low=float(low),
        complaint_rate_high=float(high),
        verdict=_verdict(rate),
        level=level,
    )


def _verdict(rate: float) -> str:
    if rate != rate:
        return "unknown"
    return "too high" if rate >= _TOO_HIGH else "high" if rate >= _HIGH else "fine"


def _refusals(events: Frame, customers: Frame | None) -> pd.DataFrame:
    """Return who refused, by which rule, and since when."""
    told = ["bounce_type"] if has_column(events, "bounce_type") else []
    found = read_events(events, [*_COLUMNS, *told])
    event = nw.col("event")
    is_hard = (nw.col("bounce_type") == "hard").fill_null(value=False) if told else nw.lit(False)
    kinds = {
        "after_unsubscription": event == "unsubscribed",
        "after_hard_bounce": (event == "bounced") & is_hard,
        "after_complaint": event == "complained",
    }
    parts = [_first(found.filter(is_kind), rule) for rule, is_kind in kinds.items()]
    if customers is not None:
        unsubscribed = set(parts[0]["customer_id"])
        parts += _of_customers(customers, unsubscribed)
    refusals = pd.concat([part for part in parts if len(part)] or parts[:1])
    # The flag of a bounce in the customers and the bounce itself are one refusal.
    first = refusals.groupby(["customer_id", "rule"])["since"].min()
    return first.reset_index()


def _first(found: nw.LazyFrame[Any], rule: str) -> pd.DataFrame:
    first = to_pandas(found.group_by("customer_id").agg(since=nw.col("occurred_at").min()))
    return first.astype({"customer_id": "str", "since": "datetime64[us]"}).assign(rule=rule)


def _of_customers(customers: Frame, unsubscribed: set[str]) -> list[pd.DataFrame]:
    names = as_narwhals(customers).collect_schema().names()
    require_columns(names, ["customer_id"], table="customers")
    told = [name for name in ("email_opt_out", "email_bounced_at") if name in names]
    known = to_pandas(lazy(customers, ["customer_id", *told], table="customers"))
    known["customer_id"] = known["customer_id"].astype("str")
    parts = []
    if "email_opt_out" in told:
        has_opted = known["email_opt_out"].astype("boolean").fillna(False).astype(bool)
        opted = known.loc[has_opted & ~known["customer_id"].isin(unsubscribed), ["customer_id"]]
        parts.append(opted.assign(since=pd.Timestamp("NaT"), rule="opted_out"))
    if "email_bounced_at" in told:
        dated = known.dropna(subset="email_bounced_at")
        since = _whole_day(dated["email_bounced_at"].astype("datetime64[us]"))
        bounced = pd.DataFrame({"customer_id": dated["customer_id"], "since": since})
        parts.append(bounced.assign(rule="after_hard_bounce"))
    typed = {"since": "datetime64[us]"}
    return [part.astype(typed) for part in parts]


def _whole_day(instants: "pd.Series[pd.Timestamp]") -> "pd.Series[pd.Timestamp]":
    """Return the end of the day where only a day is told: its own sending may be what bounced."""
    is_day = instants == instants.dt.normalize()
    last = instants + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
    return instants.where(~is_day, last)


def _against(events: Frame, refusals: pd.DataFrame) -> pd.DataFrame:
    """Return the sendings after a refusal, of the contacts who refused."""
    sent = sendings(read_events(events, _COLUMNS)).select(
        "customer_id", "campaign_id", sent_at=nw.col("occurred_at")
    )
    refused = refusals["customer_id"].unique().tolist()
    known = to_pandas(sent.filter(nw.col("customer_id").is_in(refused)))
    known = known.astype({"customer_id": "str", "campaign_id": "str", "sent_at": "datetime64[us]"})
    pairs = known.merge(refusals, on="customer_id")
    # Nothing says when a contact opted out.
    is_against = (pairs["sent_at"] > pairs["since"]) | pairs["since"].isna()
    order = ["customer_id", "sent_at", "campaign_id", "rule"]
    return pairs[is_against].sort_values(order, ignore_index=True)[[*order, "since"]]
