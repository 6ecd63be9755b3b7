"""The key figures of e-mail campaigns, each rate with what it is a part of."""

from typing import Literal

import numpy as np
import pandas as pd

from custintel._checks import require_choice
from custintel._frames import Frame
from custintel._intervals import normal_quantile
from custintel.campaigns._message_totals import message_totals, warn_elsewhere, with_interval


def email_kpis(  # noqa: PLR0913 - the events, the groups, and the field's rival conventions
    events: Frame,
    *,
    by: str | None = "campaign_id",
    unsubscribe_base: Literal["sent", "delivered"] = "sent",
    conversion_base: Literal["delivered", "clicked"] = "delivered",
    opens: Literal["unique", "total"] = "unique",
    machine: Literal["apart", "counted"] = "apart",
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure e-mail campaigns: deliveries, bounces, opens, clicks, unsubscriptions, sales.

    A contact counts once per campaign, however often he or she was sent it; give each issue of
    a newsletter its own ``campaign_id``. Rates are of those delivered, so that what came of
    messages not delivered is in none of them; ``n_elsewhere`` counts it. An open rate says who
    loaded the images: privacy protection loads them unread, and who blocks them reads unseen.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at``, the column `by`, and
        if there are any ``bounce_type`` and ``is_machine``; pandas, polars, DuckDB, PySpark,
        pyarrow, or the path of a Parquet file. Of a campaign without ``delivered`` rows, all
        that was sent and did not bounce was delivered; a bounce or a delivery proves a sending,
        and a click an opening. What bounced first and arrived later was delivered.
    by : str, optional
        Column whose values become the rows: ``"campaign_id"``, ``"arm"``, and after
        `custintel.tables.add_columns` campaign_type, channel, segment …; ``"hour"`` (0-23) and
        ``"weekday"`` (1 is Monday) are those of the contact's first sending, unless `events`
        has a column of that name. A value on any event of a contact in a campaign is that of
        all of them. None: one row, ``total``. For links, see `link_clicks`.
    unsubscribe_base : {"sent", "delivered"}, default="sent"
        What unsubscriptions are a share of: tools differ.
    conversion_base : {"delivered", "clicked"}, default="delivered"
        What conversions, contacts with a sale, are a share of; of those who clicked, only they
        count.
    opens : {"unique", "total"}, default="unique"
        Whether ``open_rate`` counts contacts, or all their openings: then it is a mean, which
        may be above 1, and its interval is the normal one.
    machine : {"apart", "counted"}, default="apart"
        Whether opens and clicks of programs (``is_machine``), such as privacy protection and
        link filters, are set apart or counted like people's, as tools do that cannot tell.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in order of name, ``(missing)`` last. Contacts, each once a campaign:

        - ``n_sent``, ``n_bounced``, ``n_hard_bounced``, ``n_soft_bounced``, ``n_delivered`` :
          int; bounces of a kind that the export does not tell are in ``n_bounced`` alone
        - ``n_opened``, ``n_clicked`` : int, with machines only if they are counted
        - ``n_machine_opened``, ``n_machine_clicked`` : int, machines alone did
        - ``n_unsubscribed``, ``n_complained``, ``n_converted`` : int
        - ``n_elsewhere`` : int, something came of it, though it was not delivered
        - ``opens``, ``clicks``, ``machine_opens``, ``machine_clicks`` : int, events, of all;
          ``opens`` and ``clicks`` with machines only if they are counted

        Rates, 0-1, each with its Wilson interval in ``<rate>_low`` and ``<rate>_high``; NaN
        where the denominator is 0:

        - ``delivery_rate`` : ``n_delivered`` ÷ ``n_sent``; no inbox placement, which nobody sees
        - ``bounce_rate``, ``hard_bounce_rate``, ``soft_bounce_rate`` : ÷ ``n_sent``; the latter
          two NaN where no bounce tells its kind
        - ``open_rate`` : ``n_opened`` ÷ ``n_delivered``; with ``opens="total"``, opens of those
          delivered ÷ ``n_delivered``
        - ``ctr`` : ``n_clicked`` ÷ ``n_delivered``
        - ``ctor`` : ``n_clicked`` ÷ ``n_opened``, in French *taux de réactivité*
        - ``unsubscribe_rate`` : ``n_unsubscribed`` ÷ `unsubscribe_base`
        - ``complaint_rate`` : ``n_complained`` ÷ ``n_delivered``
        - ``conversion_rate`` : ``n_converted`` ÷ `conversion_base`

    Raises
    ------
    SchemaError
        If a column is missing, a word of ``event`` is not known, or `by` has several values for
        one contact in one campaign.
    ValueError
        If a convention or `level` is not as described.

    Warns
    -----
    WeakResultWarning
        If contacts did something with what was not delivered to them.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.

    Unsubscriptions are divided by those delivered in Campaign Monitor's benchmarks, by those
    sent in Emailnetworks' and Critical Impact's definitions; the *taux de réactivité* is that
    of Mailingreport.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "campaign_id": "may",
    ...     "customer_id": ["ann", "bob", "cleo", "dan", "dan", "ann", "bob", "ann"],
    ...     "event": ["sent"] * 4 + ["bounced", "opened", "opened", "clicked"],
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ... })
    >>> email_kpis(events)[["n_sent", "n_delivered", "delivery_rate", "ctor"]]
                 n_sent  n_delivered  delivery_rate  ctor
    campaign_id
    may               4            3           0.75   0.5
    """
    require_choice(unsubscribe_base, ("sent", "delivered"), name="unsubscribe_base")
    require_choice(conversion_base, ("delivered", "clicked"), name="conversion_base")
    require_choice(opens, ("unique", "total"), name="opens")
    require_choice(machine, ("apart", "counted"), name="machine")
    normal_quantile(level)
    totals = message_totals(events, by=by)
    warn_elsewhere(totals)
    table = _counts(totals, with_machines=machine == "counted", of_clicked=conversion_base)
    rates = _rates(table, level, bases=(unsubscribe_base, conversion_base))
    if opens == "total":
        prefix = "all_opens" if machine == "counted" else "opens"
        rates |= _mean_opens(totals, prefix, level)
    return pd.DataFrame({**{str(name): table[name] for name in table}, **rates})


def _counts(totals: pd.DataFrame, *, with_machines: bool, of_clicked: str) -> pd.DataFrame:
    by_machine = int(with_machines)
    converted = totals["n_sale"]
    if of_clicked == "clicked":
        converted = totals["n_clicked_sale"] + by_machine * totals["n_machine_clicked_sale"]
    same = ["n_sent", "n_bounced", "n_hard", "n_soft", "n_delivered"]
    named = {"n_hard": "n_hard_bounced", "n_soft": "n_soft_bounced"}
    counts = {named.get(name, name): totals[name] for name in same}
    for name in ("opened", "clicked"):
        counts[f"n_{name}"] = totals[f"n_{name}"] + by_machine * totals[f"n_machine_{name}"]
    last = ("machine_opened", "machine_clicked", "unsubscribed", "complained")
    counts |= {f"n_{name}": totals[f"n_{name}"] for name in last}
    counts |= {"n_converted": converted, "n_elsewhere": totals["n_elsewhere"]}
    for name in ("opens", "clicks"):
        counts[name] = totals[name] + by_machine * totals[f"machine_{name}"]
    return pd.DataFrame(
        counts | {name: totals[name] for name in ("machine_opens", "machine_clicks")}
    )


def _rates(
    table: pd.DataFrame, level: float, *, bases: tuple[str, str]
) -> dict[str, "pd.Series[float]"]:
    parts = {
        "delivery_rate": ("delivered", "sent"),
        "bounce_rate": ("bounced", "sent"),
        "hard_bounce_rate": ("hard_bounced", "sent"),
        "soft_bounce_rate": ("soft_bounced", "sent"),
        "open_rate": ("opened", "delivered"),
        "ctr": ("clicked", "delivered"),
        "ctor": ("clicked", "opened"),
        "unsubscribe_rate": ("unsubscribed", bases[0]),
        "complaint_rate": ("complained", "delivered"),
        "conversion_rate": ("converted", bases[1]),
    }
    rates: dict[str, pd.Series[float]] = {}
    for name, (part, whole) in parts.items():
        rates |= with_interval(name, table[f"n_{part}"], table[f"n_{whole}"], level)
    tells = (table["n_hard_bounced"] + table["n_soft_bounced"] > 0) | (table["n_bounced"] == 0)
    of_kind = [name for name in rates if name.startswith(("hard_", "soft_"))]
    return rates | {name: rates[name].where(tells) for name in of_kind}


def _mean_opens(totals: pd.DataFrame, prefix: str, level: float) -> dict[str, "pd.Series[float]"]:
    """Return the opens per contact delivered; the interval of one contact is missing."""
    n = totals["n_delivered"].where(totals["n_delivered"] > 0).astype(float)
    mean = totals[f"own_{prefix}"] / n
    variance = (totals[f"squared_{prefix}"] / n - mean**2).clip(lower=0.0)
    half = normal_quantile(level) * np.sqrt(variance / (n - 1).where(n > 1))
    return {
        "open_rate": mean,
        "open_rate_low": (mean - half).clip(lower=0.0),
        "open_rate_high": mean + half,
    }
