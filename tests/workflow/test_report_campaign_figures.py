"""Figures of campaigns, experiments, returns and attribution against SQL on the exports.

Rates, sums and credits are worked out anew: by DuckDB on the raw files, Wilson's intervals by
statsmodels, paths and the seven methods in a few lines of their own, the Markov chain by a
matrix of each channel left out. The intervals of credits have their oracles in the tests of
attribution; here they are compared with a call on the tables as DuckDB reads them.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, fisher_exact, ttest_ind
from scipy.stats.contingency import chi2_contingency, expected_freq
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from custintel.attribution import attribute

AS_OF = "2024-11-30"
OTHER = "Other (few customers)"
ANNUAL = 30_000
DAY = 86_400

LOAD = """
CREATE TABLE p AS SELECT *, ordered_at::TIMESTAMP AS moment, revenue::DOUBLE AS amount,
    cost::DOUBLE AS goods FROM read_csv('{purchases}', all_varchar = true)
    WHERE ordered_at::DATE <= DATE '{as_of}';
CREATE TABLE c AS SELECT campaign_id, channel, campaign_type AS kind, starts_at::DATE AS begun,
    "Coût (€)"::DOUBLE AS cost, budget::DOUBLE AS budget
    FROM read_csv('{campaigns}', all_varchar = true) WHERE campaign_id <> 'M998';
CREATE TABLE every_event AS SELECT * FROM read_csv('{campaign_events}', all_varchar = true)
    WHERE event_id NOT IN ('E1', 'E2', 'E3');
CREATE TABLE e AS SELECT event_id, e.campaign_id, customer_id, event, bounce_type,
    occurred_at::TIMESTAMP AS moment, is_machine::BOOLEAN AS machine,
    coalesce(kind, '(missing)') AS kind
    FROM every_event e LEFT JOIN c USING (campaign_id)
    WHERE occurred_at::DATE <= DATE '{as_of}';
CREATE TABLE t AS SELECT touch_id, customer_id, channel, occurred_at::TIMESTAMP AS moment,
    cost::DOUBLE AS cost
    FROM read_csv('{touches}', all_varchar = true, ignore_errors = true)
    WHERE touch_id NOT IN ('T1', 'T2') AND occurred_at::DATE <= DATE '{as_of}';
CREATE TABLE arms AS FROM read_csv('{arms}', all_varchar = true, null_padding = true);
CREATE TABLE every_arm AS
    SELECT DISTINCT campaign_id, customer_id, "Variant" AS arm, assigned_at::DATE AS day
    FROM arms
    WHERE customer_id IS NOT NULL AND "Variant" IS NOT NULL
    QUALIFY count(DISTINCT "Variant") OVER (PARTITION BY campaign_id, customer_id) = 1;
CREATE TABLE a AS SELECT campaign_id, customer_id, arm = 'control' AS held_back,
    coalesce(day, begun) AS day, coalesce(day, begun) + 29 <= DATE '{as_of}' AS is_over
    FROM every_arm LEFT JOIN c USING (campaign_id)
    WHERE day IS NULL OR day <= DATE '{as_of}';
"""

# One row per contact and campaign that wrote to somebody.
MESSAGES = """
CREATE TABLE m AS
WITH flags AS (
    SELECT campaign_id, any_value(kind) AS kind, customer_id,
           bool_or(event = 'sent') AS was_sent, bool_or(event = 'bounced') AS bounced,
           bool_or(event = 'delivered') AS arrived,
           bool_or(event IN ('opened', 'clicked') AND NOT machine) AS opened,
           bool_or(event = 'clicked' AND NOT machine) AS clicked,
           bool_or(event IN ('opened', 'clicked') AND machine) AS machine_opened,
           bool_or(event = 'clicked' AND machine) AS machine_clicked,
           bool_or(event = 'information_request') AS information_request,
           bool_or(event = 'lead') AS lead, bool_or(event = 'sale') AS sale,
           bool_or(event = 'unsubscribed') AS unsubscribed,
           bool_or(event = 'complained') AS complained
    FROM e GROUP BY campaign_id, customer_id),
campaigns AS (
    SELECT campaign_id, bool_or(arrived) AS tells,
           bool_or(was_sent OR bounced OR arrived) AS wrote,
           bool_or(opened OR machine_opened) AS tracked FROM flags GROUP BY 1)
SELECT *, was_sent OR bounced OR arrived AS sent,
       CASE WHEN tells THEN arrived ELSE was_sent AND NOT bounced END AS delivered
FROM flags JOIN campaigns USING (campaign_id) WHERE wrote
"""


class Shop:
    """The exports in DuckDB."""

    def __init__(self, shop: Any) -> None:
        self.sql = duckdb.connect()
        paths = {name: str(path) for name, path in shop.about.items()}
        for statement in LOAD.format(purchases=shop.purchases, as_of=AS_OF, **paths).split(";"):
            self.sql.execute(statement) if statement.strip() else None
        self.sql.execute(MESSAGES)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.sql.execute(query).fetchall()

    def one(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def table(self, query: str) -> pd.DataFrame:
        return self.sql.execute(query).df()

    def group(self, name: str, pairs: str) -> None:
        """Make a table of the group of each value, from pairs of value and customer."""
        members: dict[str, set[str]] = defaultdict(set)
        for value, customer in self.rows(pairs):
            members[value].add(customer)
        few = sorted(value for value, people in members.items() if len(people) < 5)
        others = sorted(
            (len(people), value) for value, people in members.items() if value not in few
        )
        if few and others and len(set().union(*(members[value] for value in few))) < 5:
            few.append(others[0][1])
        groups = pd.DataFrame({"value": list(members)})
        groups["grp"] = groups["value"].where(~groups["value"].isin(few), OTHER)
        self.sql.register(f"{name}_frame", groups)
        self.sql.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name}_frame")


@pytest.fixture(scope="module")
def w(shop: Any) -> Shop:
    return Shop(shop)


@pytest.fixture(scope="module")
def shown(shop_page: Any) -> dict[str, float]:
    values = {}
    for key, written in shop_page.figures.items():
        assert len(set(written)) == 1, f"{key} is shown with several values: {written}"
        values[key] = float(written[0])
    return values


def rated(key: str, n: int, of: int) -> dict[str, float]:
    """Return a rate with its Wilson interval; nothing where there is nothing to divide by."""
    if not of:
        return {}
    low, high = proportion_confint(n, of, method="wilson")
    return {key: n / of, f"{key}_low": low, f"{key}_high": high}


COUNTS = """
    count(*) FILTER (sent) AS sent, count(*) FILTER (delivered) AS delivered,
    count(*) FILTER (delivered AND opened) AS opened,
    count(*) FILTER (delivered AND clicked) AS clicked,
    count(*) FILTER (delivered AND machine_opened AND NOT opened) AS machine_opened,
    count(*) FILTER (delivered AND machine_clicked AND NOT clicked) AS machine_clicked,
    count(*) FILTER (delivered AND sale) AS sale,
    count(*) FILTER (delivered AND unsubscribed) AS unsubscribed,
    count(*) FILTER (delivered AND complained) AS complained,
    bool_or(opened OR machine_opened) AS tracked
"""


def campaigns(w: Shop) -> dict[str, float]:
    total = w.table(f"SELECT {COUNTS} FROM m WHERE tracked").to_dict("records")[0]
    contacts = "FROM m WHERE tracked AND sent"
    n_contacts = w.one(f"SELECT count(DISTINCT customer_id) {contacts}")
    known = f"{contacts} AND customer_id IN (SELECT customer_id FROM p)"
    n_known = w.one(f"SELECT count(DISTINCT customer_id) {known}")
    wrote = w.one("SELECT count(DISTINCT campaign_id) FROM m")
    tracked = w.one("SELECT count(DISTINCT campaign_id) FROM m WHERE tracked")
    return {
        "campaigns.n": tracked,
        "campaigns.n_untracked": wrote - tracked,
        "campaigns.n_without": w.one("SELECT count(DISTINCT campaign_id) FROM e") - wrote,
        "campaigns.n_contacts": n_contacts,
        "campaigns.n_known": n_known,
        "campaigns.known_share": n_known / n_contacts,
        "campaigns.n_sent": total["sent"],
        "campaigns.delivery_rate": total["delivered"] / total["sent"],
        "campaigns.open_rate": total["opened"] / total["delivered"],
        "campaigns.ctr": total["clicked"] / total["delivered"],
        "campaigns.conversion_rate": total["sale"] / total["delivered"],
        "campaigns.n_machine_opened": total["machine_opened"],
        "campaigns.n_machine_clicked": total["machine_clicked"],
    }


def funnel(w: Shop) -> dict[str, float]:
    steps = ["sent", "delivered", "opened", "clicked", "information_request", "lead", "sale"]
    found: dict[str, float] = {}
    for before, step in zip(["", *steps], steps, strict=False):
        among = "sent" if step == "sent" else "delivered"
        reached = f"count(*) FILTER ({among} AND {step})"
        first = (
            "true" if not before else f"{before} AND {'sent' if before == 'sent' else 'delivered'}"
        )
        n, n_before, n_both, n_delivered = w.rows(
            f"SELECT {reached}, count(*) FILTER ({first}), "
            f"count(*) FILTER ({first} AND {among} AND {step}), count(*) FILTER (delivered) "
            "FROM m WHERE tracked"
        )[0]
        key = f"campaigns.funnel.{step}"
        found[f"{key}.n"] = n
        if before:
            found[f"{key}.share_of_previous"] = n_both / n_before
        if step not in ("sent", "delivered"):
            found |= rated(f"{key}.share_of_delivered", n, n_delivered)
    return found


def rates_of(key: str, row: dict[str, Any], names: Iterable[str]) -> dict[str, float]:
    parts = {
        "open_rate": ("opened", "delivered"),
        "ctr": ("clicked", "delivered"),
        "ctor": ("clicked", "opened"),
        "conversion_rate": ("sale", "delivered"),
        "unsubscribe_rate": ("unsubscribed", "sent"),
        "complaint_rate": ("complained", "delivered"),
    }
    found: dict[str, float] = {}
    for name in names:
        if row["tracked"] or name not in ("open_rate", "ctr", "ctor"):
            found |= rated(f"{key}.{name}", row[parts[name][0]], row[parts[name][1]])
    return found


GROUPED = """
SELECT grp, {counts} FROM m JOIN {groups} ON m.{by} = {groups}.value
GROUP BY grp ORDER BY sent DESC, grp = '(missing)', grp
"""


def kinds(w: Shop) -> dict[str, float]:
    w.group("kinds", "SELECT DISTINCT kind, customer_id FROM m WHERE sent")
    rows = w.table(GROUPED.format(counts=COUNTS, groups="kinds", by="kind")).to_dict("records")
    found: dict[str, float] = {}
    names = ("open_rate", "ctr", "ctor", "conversion_rate", "unsubscribe_rate", "complaint_rate")
    for rank, row in enumerate(rows, start=1):
        key = f"campaigns.kind.{rank}"
        found |= {
            f"{key}.n_sent": row["sent"],
            f"{key}.delivery_rate": row["delivered"] / row["sent"],
        }
        found |= rates_of(key, row, names)
    return found


def single_campaigns(w: Shop) -> dict[str, float]:
    w.group("ids", "SELECT DISTINCT campaign_id, customer_id FROM m WHERE sent")
    rows = w.table(GROUPED.format(counts=COUNTS, groups="ids", by="campaign_id")).to_dict("records")
    found: dict[str, float] = {}
    for rank, row in enumerate(rows[:15], start=1):
        key = f"campaigns.top.{rank}"
        found[f"{key}.n_sent"] = row["sent"]
        found |= rates_of(key, row, ("open_rate", "ctr", "conversion_rate"))
    return found


def pressure(w: Shop) -> dict[str, float]:
    per_contact = (
        "SELECT customer_id, count(*) FILTER "
        f"(moment::DATE > DATE '{AS_OF}' - 30) AS n FROM e WHERE event = 'sent' GROUP BY 1"
    )
    n, n_sent, n_above = w.rows(
        f"SELECT count(*), sum(n), count(*) FILTER (n > 8) FROM ({per_contact})"
    )[0]
    return {
        "campaigns.pressure.days": 30,
        "campaigns.pressure.most": 8,
        "campaigns.pressure.n": n,
        "campaigns.pressure.n_sent": n_sent,
        "campaigns.pressure.n_above": n_above,
        "campaigns.pressure.share_above": n_above / n,
    }


OWED = "('confirmation', 'account_statement', 'satisfaction_survey')"
REFUSED = """
WITH asked AS (SELECT * FROM e WHERE kind NOT IN {owed} AND campaign_id IN
               (SELECT campaign_id FROM m)),
     refusals AS (SELECT customer_id, min(moment) AS since FROM asked WHERE {refusal} GROUP BY 1)
SELECT count(*), count(DISTINCT customer_id), count(DISTINCT campaign_id)
FROM asked JOIN refusals USING (customer_id) WHERE event = 'sent' AND moment > since
"""


def consent(w: Shop) -> dict[str, float]:
    rules = {
        "after_unsubscription": "event = 'unsubscribed'",
        "after_hard_bounce": "event = 'bounced' AND bounce_type = 'hard'",
        "after_complaint": "event = 'complained'",
    }
    found: dict[str, float] = {}
    for rule, refusal in rules.items():
        counts = w.rows(REFUSED.format(owed=OWED, refusal=refusal))[0]
        names = ("n_sendings", "n_contacts", "n_campaigns")
        found |= {f"campaigns.consent.{rule}.{n}": c for n, c in zip(names, counts, strict=True)}
    delivered, complained, owed = w.rows(
        f"SELECT count(*) FILTER (delivered AND NOT owed), "
        "count(*) FILTER (delivered AND complained AND NOT owed), count(*) FILTER (sent AND owed) "
        f"FROM (SELECT *, kind IN {OWED} AS owed FROM m)"
    )[0]
    rate = complained / delivered
    return found | {
        "campaigns.consent.n_delivered": delivered,
        "campaigns.consent.n_complained": complained,
        "campaigns.consent.n_kept_out": owed,
        "campaigns.consent.limit": 0.003 if rate >= 0.003 else 0.001,
        **rated("campaigns.consent.complaint_rate", complained, delivered),
    }


def checks(w: Shop) -> dict[str, float]:
    clicks = (
        "FROM e x WHERE event = 'clicked' AND NOT EXISTS (SELECT 1 FROM e y WHERE y.event = "
        "'opened' AND y.campaign_id = x.campaign_id AND y.customer_id = x.customer_id)"
    )
    n = "count(*), count(DISTINCT customer_id), count(DISTINCT campaign_id)"
    events, contacts, ids = w.rows(f"SELECT {n} {clicks}")[0]
    strangers = "FROM e WHERE campaign_id NOT IN (SELECT campaign_id FROM c)"
    key = "campaigns.check"
    return {
        f"{key}.click_without_open.n_events": events,
        f"{key}.click_without_open.n_contacts": contacts,
        f"{key}.click_without_open.n_campaigns": ids,
        f"{key}.unknown_campaign.n_events": w.one(f"SELECT count(*) {strangers}"),
        f"{key}.unknown_campaign.n_campaigns": w.one(
            f"SELECT count(DISTINCT campaign_id) {strangers}"
        ),
    }


COMPARED = """
CREATE OR REPLACE TABLE outcomes AS
WITH orders AS (
    SELECT customer_id, order_id, min(moment)::DATE AS day, bool_or(amount >= 0) AS bought,
           sum(amount) AS revenue, sum(amount - goods) AS margin FROM p GROUP BY ALL),
enough AS (
    SELECT campaign_id FROM a WHERE is_over GROUP BY 1
    HAVING count(*) FILTER (held_back) >= 5 AND count(*) FILTER (NOT held_back) >= 5)
SELECT a.campaign_id, a.customer_id, held_back, coalesce(bool_or(bought), false)::INT AS bought,
       coalesce(sum(revenue), 0) AS revenue, coalesce(sum(margin), 0) AS margin
FROM a JOIN enough USING (campaign_id) LEFT JOIN orders o ON o.customer_id = a.customer_id
     AND o.day BETWEEN a.day AND a.day + 29
WHERE is_over GROUP BY ALL
"""


def welch(members: pd.DataFrame, outcome: str) -> dict[str, float]:
    """Return both means, their difference with its bounds, and p."""
    reached, held_back = (
        members.loc[members["held_back"] == which, outcome].astype(float) for which in (False, True)
    )
    test = ttest_ind(reached, held_back, equal_var=False)
    low, high = test.confidence_interval(0.95)
    means = {"reached": reached.mean(), "held_back": held_back.mean()}
    lift = reached.mean() - held_back.mean()
    return means | {"lift": lift, "low": low, "high": high, "p": test.pvalue, "n": len(reached)}


def shares(members: pd.DataFrame) -> dict[str, float]:
    """Return both shares of buyers, their difference with Newcombe's bounds, and p."""
    counts = members.groupby("held_back")["bought"].agg(["sum", "size"])
    (x, n), (y, m) = counts.loc[False], counts.loc[True]
    table = [[x, n - x], [y, m - y]]
    p = chi2_contingency(table, correction=False).pvalue
    if expected_freq(table).min() < 5:
        tails = (fisher_exact(table, alternative=each).pvalue for each in ("less", "greater"))
        p = min(1.0, 2 * min(tails))
    low, high = confint_proportions_2indep(x, n, y, m, method="newcomb")
    return {"reached": x / n, "held_back": y / m, "low": low, "high": high, "p": p, "m": m}


def experiments(w: Shop) -> dict[str, float]:
    w.sql.execute(COMPARED)
    found: dict[str, float] = {}
    rows = {}
    for name, members in w.table("SELECT * FROM outcomes").groupby("campaign_id"):
        rows[name] = (shares(members), welch(members, "revenue"))
    q_bought, q_revenue = (
        multipletests([row[at]["p"] for row in rows.values()], method="fdr_bh")[1] for at in (0, 1)
    )
    qs = dict(zip(rows, zip(q_bought, q_revenue, strict=True), strict=True))
    added = {name: row[1]["lift"] * row[1]["n"] for name, row in rows.items()}
    for rank, name in enumerate(sorted(rows, key=lambda each: -added[each]), start=1):
        key, (bought, revenue) = f"experiments.{rank}", rows[name]
        n = revenue["n"]
        found |= {f"{key}.n_reached": n, f"{key}.n_held_back": bought["m"]}
        found |= {f"{key}.bought": bought["reached"], f"{key}.points_low": bought["low"]}
        found |= {f"{key}.bought_held_back": bought["held_back"]}
        found |= {f"{key}.points": bought["reached"] - bought["held_back"]}
        found |= {f"{key}.points_high": bought["high"], f"{key}.bought_q": qs[name][0]}
        found |= {f"{key}.revenue": revenue["reached"], f"{key}.added": added[name]}
        found |= {f"{key}.revenue_held_back": revenue["held_back"]}
        found |= {f"{key}.added_low": n * revenue["low"], f"{key}.added_high": n * revenue["high"]}
        found[f"{key}.revenue_q"] = qs[name][1]
    lifts = np.array([row[1]["lift"] for row in rows.values()])
    is_told = q_revenue <= 0.05
    sizes = w.table(
        "SELECT count(*) FILTER (held_back) AS few, count(*) FILTER (NOT held_back) AS many "
        "FROM a WHERE is_over GROUP BY campaign_id"
    )
    lesser = sizes.min(axis=1)
    assert len(rows) == (lesser >= 5).sum()
    return found | {
        "experiments.n": len(rows),
        "experiments.n_more": (is_told & (lifts > 0)).sum(),
        "experiments.n_less": (is_told & (lifts < 0)).sum(),
        "experiments.n_same": (~is_told).sum(),
        "experiments.n_bought": (q_bought <= 0.05).sum(),
        "experiments.days": 30,
        "experiments.held_back_share": 0.2,
        "experiments.n_open": w.one("SELECT count(*) FROM a WHERE NOT is_over"),
        "experiments.n_undated": w.one("SELECT count(*) FROM a WHERE day IS NULL"),
        "experiments.n_one_group": (lesser == 0).sum(),
        "experiments.n_small": ((lesser > 0) & (lesser < 5)).sum(),
        "experiments.fewest": 5,
    }


def returns_of_tested(w: Shop) -> dict[str, float]:
    w.sql.execute(COMPARED)
    table = w.table("SELECT outcomes.*, cost FROM outcomes JOIN c USING (campaign_id)")
    found: dict[str, float] = {"returns.tested.days": 30}
    costs = table.groupby("campaign_id")["cost"].first().dropna().sort_values(ascending=False)
    for rank, (name, cost) in enumerate(costs.items(), start=1):
        key, members = f"returns.tested.{rank}", table[table["campaign_id"] == name]
        margin = welch(members, "margin")
        n = margin["n"]
        found |= {f"{key}.cost": cost, f"{key}.n_reached": n}
        found[f"{key}.n_held_back"] = members["held_back"].sum()
        for end, part in {"": "lift", "_low": "low", "_high": "high"}.items():
            found[f"{key}.margin{end}"] = n * margin[part]
            found[f"{key}.romi{end}"] = n * margin[part] / cost - 1
    return found | {"returns.tested.n": len(costs)}


TESTED = """(SELECT DISTINCT campaign_id FROM outcomes JOIN c USING (campaign_id)
             WHERE cost IS NOT NULL)"""
# A sale is an order of a customer that names a campaign, from the day that this one begins.
CREDITED = """
CREATE OR REPLACE TABLE earned AS
WITH sales AS (
    SELECT campaign_id, customer_id, order_id, min(moment)::DATE AS day,
           bool_or(amount >= 0) AS bought, sum(amount) AS revenue, sum(goods) AS goods
    FROM p WHERE campaign_id IS NOT NULL GROUP BY ALL)
SELECT c.campaign_id, kind, cost, kind IN {owed} AS owed, count(*) FILTER (bought) AS n_sales,
       coalesce(sum(revenue), 0) AS revenue, coalesce(sum(revenue - goods), 0) AS margin
FROM c LEFT JOIN sales s ON s.campaign_id = c.campaign_id AND s.day >= c.begun
WHERE cost IS NOT NULL AND begun <= DATE '{as_of}' GROUP BY ALL
"""
EARNED = """
SELECT coalesce(grp, {by}) AS name, sum(cost) AS cost, sum(n_sales) AS n_sales,
       sum(revenue) AS revenue, sum(margin) AS margin, bool_and(owed) AS owed,
       bool_or(campaign_id IN {tested}) AS is_tested
FROM earned LEFT JOIN {groups} ON earned.{by} = {groups}.value
WHERE '{by}' = 'kind' OR campaign_id NOT IN {tested}
GROUP BY name ORDER BY name = '{other}', cost DESC, name
"""


def returns(w: Shop) -> dict[str, float]:
    w.sql.execute(CREDITED.format(owed=OWED, as_of=AS_OF))
    credited = "FROM p LEFT JOIN c USING (campaign_id) WHERE campaign_id IS NOT NULL"
    w.group("bought_kinds", f"SELECT DISTINCT kind, customer_id {credited}")
    w.sql.execute(COMPARED)
    alone = f"{credited} AND campaign_id NOT IN {TESTED}"
    w.group("bought_ids", f"SELECT DISTINCT campaign_id, customer_id {alone}")
    n, cost, n_sales, margin = w.rows(
        "SELECT count(*), sum(cost), sum(n_sales), sum(margin) FROM earned"
    )[0]
    found = {
        "returns.n": n,
        "returns.cost": cost,
        "returns.n_sales": n_sales,
        "returns.margin": margin,
        "returns.romi": margin / cost - 1,
    }
    assert margin < cost  # the sentence that is shown then
    for part, by in (("kind", "kind"), ("top", "campaign_id")):
        groups = "bought_kinds" if part == "kind" else "bought_ids"
        query = EARNED.format(by=by, groups=groups, other=OTHER, tested=TESTED)
        rows = w.table(query).to_dict("records")
        others = [row for row in rows if row["name"] == OTHER]
        known = [row for row in rows if row["name"] != OTHER]
        for rank, row in enumerate([*known[: 15 - len(others)], *others], start=1):
            key = f"returns.{part}.{rank}"
            found |= {
                f"{key}.{name}": row[name] for name in ("cost", "n_sales", "revenue", "margin")
            }
            found[f"{key}.romi"] = row["margin"] / row["cost"] - 1
            if row["margin"] > 0 and not row["owed"] and not row["is_tested"]:
                found[f"{key}.needed_share"] = row["cost"] / row["margin"]
    return found


RESULTS = """
WITH answers AS (
    SELECT campaign_id, customer_id, bool_or(event IN ('sent', 'bounced', 'delivered')) AS sent,
           bool_or(event IN ('information_request', 'lead', 'sale')) AS response,
           bool_or(event = 'lead') AS lead, bool_or(event = 'sale') AS sale
    FROM e GROUP BY ALL)
SELECT coalesce(grp, kind) AS name, (SELECT sum(cost) FROM earned x LEFT JOIN reached g
           ON x.kind = g.value WHERE coalesce(g.grp, x.kind) = coalesce(reached.grp, earned.kind)),
       count(*) FILTER (sent), count(*) FILTER (response), count(*) FILTER (lead),
       count(*) FILTER (sale)
FROM earned LEFT JOIN reached ON earned.kind = reached.value LEFT JOIN answers USING (campaign_id)
GROUP BY ALL ORDER BY 2 DESC
"""


def results(w: Shop) -> dict[str, float]:
    w.sql.execute(CREDITED.format(owed=OWED, as_of=AS_OF))
    w.group("reached", "SELECT DISTINCT kind, customer_id FROM e JOIN earned USING (kind)")
    found: dict[str, float] = {}
    for rank, (_kind, cost, sent, *counts) in enumerate(w.rows(RESULTS), start=1):
        key = f"returns.result.{rank}"
        if sent:
            found[f"{key}.cpm"] = 1000 * cost / sent
        named = zip(
            ("response", "lead", "sale"), ("responses", "leads", "sales"), counts, strict=True
        )
        for result, plural, n in named:
            found[f"{key}.n_{plural}"] = n
            if not n:
                continue
            low, high = garwood(n)
            if sent:
                low, high = (sent * end for end in proportion_confint(n, sent, method="wilson"))
            ends = {"": cost / n, "_low": cost / high, "_high": cost / low}
            found |= {f"{key}.{result}.cost{end}": value for end, value in ends.items()}
    return found


def garwood(n: int) -> tuple[float, float]:
    return chi2.ppf(0.025, 2 * n) / 2, chi2.ppf(0.975, 2 * n + 2) / 2


def budgets(w: Shop) -> dict[str, float]:
    begun = f"FROM c WHERE begun <= DATE '{AS_OF}'"
    n, planned, spent, n_over = w.rows(
        "SELECT count(*), sum(budget), sum(cost), count(*) FILTER (cost > budget) "
        f"{begun} AND cost IS NOT NULL AND budget IS NOT NULL"
    )[0]
    n_year, committed = w.rows(
        f"SELECT count(*), sum(coalesce(cost, budget)) {begun} AND year(begun) = 2024"
    )[0]
    assert committed < ANNUAL  # the sentence that is shown then
    return {
        "returns.budget.n": n,
        "returns.budget.planned": planned,
        "returns.budget.spent": spent,
        "returns.budget.n_over": n_over,
        "returns.budget.n_year": n_year,
        "returns.budget.committed": committed,
        "returns.budget.annual": ANNUAL,
        "returns.budget.annual_share": committed / ANNUAL,
        "returns.budget.left": ANNUAL - committed,
    }


class Journeys:
    """Paths of touches, worked out one customer at a time."""

    def __init__(self, w: Shop) -> None:
        since = w.one("SELECT min(moment)::DATE FROM t")
        orders = w.rows(
            "SELECT customer_id, epoch(min(moment)), sum(amount), bool_or(amount >= 0) FROM p "
            f"WHERE moment >= DATE '{since}' GROUP BY customer_id, order_id ORDER BY 2"
        )
        self.bought = [row for row in orders if row[3] and row[2] >= 0]
        self.n_refunded = len(orders) - len(self.bought)
        touches: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for customer, at, channel in w.rows(
            "SELECT customer_id, epoch(moment), channel FROM t ORDER BY moment, touch_id, channel"
        ):
            touches[customer].append((at, channel))
        self.converting: list[tuple[list[str], list[float], float]] = []  # path, ages, revenue
        self.nulls: list[list[str]] = []
        buys: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for customer, at, revenue, _bought in self.bought:
            buys[customer].append((at, revenue))
        for customer in {*touches, *buys}:
            self._follow(touches[customer], buys[customer])

    def _follow(self, touches: list[tuple[float, str]], buys: list[tuple[float, float]]) -> None:
        left = touches
        for at in sorted({each for each, _revenue in buys}):
            before = [touch for touch in left if touch[0] <= at]
            left = left[len(before) :]
            near = [touch for touch in before if touch[0] >= at - 30 * DAY]
            early = [channel for _at, channel in before[: len(before) - len(near)]]
            if early:
                self.nulls.append(early)
            ages = [(at - when) / DAY for when, _channel in near]
            for revenue in (revenue for when, revenue in buys if when == at):
                self.converting.append(([channel for _at, channel in near], ages, revenue))
        if left:
            self.nulls.append([channel for _at, channel in left])

    def touched(self) -> list[tuple[list[str], list[float], float]]:
        return [each for each in self.converting if each[0]]


def parts(method: str, path: list[str], ages: list[float]) -> list[float]:
    """Return the part of each touch of a path."""
    n = len(path)
    if method == "first":
        return [1.0, *[0.0] * (n - 1)]
    if method == "last":
        return [*[0.0] * (n - 1), 1.0]
    if method == "linear":
        return [1 / n] * n
    if method == "position":
        ends = {1: [1.0], 2: [0.5, 0.5]}
        return ends.get(n) or [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
    if method == "time_decay":
        weights = [0.5 ** (age / 7) for age in ages]
        return [weight / sum(weights) for weight in weights]
    distinct = set(path)
    return [
        1 / len(distinct) if channel not in path[:at] else 0.0 for at, channel in enumerate(path)
    ]


def markov(journeys: Journeys, channels: list[str]) -> dict[str, float]:
    """Return the share of each channel by its removal from a chain of first order."""
    states = ["start", *channels, "sold", "none"]
    counts = pd.DataFrame(0.0, index=states, columns=states)
    ended = [(path, "sold") for path, _ages, _revenue in journeys.touched()]
    for path, end in [*ended, *((path, "none") for path in journeys.nulls)]:
        for one, other in zip(["start", *path], [*path, end], strict=True):
            counts.loc[one, other] += 1
    moves = counts.loc[["start", *channels]]
    moves = moves.div(moves.sum(axis=1), axis=0)

    def sold(without: str | None) -> float:
        kept = ["start", *(each for each in channels if each != without)]
        inner = moves.loc[kept, kept].to_numpy()
        return float(np.linalg.solve(np.eye(len(kept)) - inner, moves.loc[kept, "sold"])[0])

    effects = {each: 1 - sold(each) / sold(None) for each in channels}
    return {each: effect / sum(effects.values()) for each, effect in effects.items()}


METHODS = ("first", "last", "linear", "position", "time_decay", "markov", "shapley")


def attribution(w: Shop) -> dict[str, float]:
    journeys = Journeys(w)
    touched = journeys.touched()
    channels = [row[0] for row in w.rows("SELECT DISTINCT channel FROM t")]
    credit = {method: dict.fromkeys(channels, 0.0) for method in METHODS}
    value = dict.fromkeys(channels, 0.0)
    for path, ages, revenue in touched:
        for method in METHODS:
            if method == "markov":
                continue
            for channel, part in zip(path, parts(method, path, ages), strict=True):
                credit[method][channel] += part
                value[channel] += part * revenue * (method == "shapley")
    shares = markov(journeys, channels)
    credit["markov"] = {channel: share * len(touched) for channel, share in shares.items()}
    order = sorted(channels, key=lambda each: -sum(credit[method][each] for method in METHODS))
    n, n_untouched = len(journeys.bought), len(journeys.bought) - len(touched)
    of_first = [credit[method][order[0]] / len(touched) for method in METHODS]
    found = {
        "attribution.n": n,
        "attribution.n_touched": len(touched),
        "attribution.touched_share": len(touched) / n,
        "attribution.days": 30,
        "attribution.n_methods": 7,
        "attribution.n_refunded": journeys.n_refunded,
        "attribution.first_low": min(of_first),
        "attribution.first_high": max(of_first),
    }
    bounds = attribute(
        w.table("SELECT touch_id, customer_id, channel, moment AS occurred_at FROM t"),
        w.table(
            "SELECT customer_id, min(moment) AS occurred_at, sum(amount) AS revenue FROM p "
            "WHERE moment >= (SELECT min(moment)::DATE FROM t) GROUP BY customer_id, order_id "
            "HAVING sum(amount) >= 0 AND bool_or(amount >= 0)"
        ),
        method="shapley",
        as_of=AS_OF,
    )
    costs = dict(w.rows("SELECT channel, sum(cost) FROM t GROUP BY 1"))
    for rank, channel in enumerate(order, start=1):
        key = f"attribution.{rank}"
        found |= {f"{key}.{method}": credit[method][channel] for method in METHODS}
        found |= {
            f"{key}.shapley{end}": bounds.loc[channel, f"conversions{end}"]
            for end in ("_low", "_high")
        }
        every = [credit[method][channel] for method in METHODS]
        found |= {f"{key}.methods_low": min(every), f"{key}.methods_high": max(every)}
        found[f"{key}.share"] = credit["shapley"][channel] / len(touched)
        found |= {f"{key}.value": value[channel], f"{key}.cost": costs[channel]}
        found[f"{key}.cost_per_conversion"] = costs[channel] / credit["shapley"][channel]
    last = f"attribution.{len(channels) + 1}"
    found |= {f"{last}.{method}": n_untouched for method in METHODS}
    found[f"{last}.value"] = sum(revenue for path, _a, revenue in journeys.converting if not path)
    return found


def reading(w: Shop) -> dict[str, float]:
    after = {
        "campaign_events": f"FROM every_event WHERE occurred_at::DATE > DATE '{AS_OF}'",
    }
    n_events = w.one("SELECT count(*) FROM every_event")
    n_late = w.one(f"SELECT count(*) {after['campaign_events']}")
    n_campaigns = w.one("SELECT count(*) FROM c")
    found: dict[str, float] = {}
    for name, used, aside, late in (
        ("campaign_events", n_events, 3, n_late),
        ("campaigns", n_campaigns, 1, 0),
    ):
        key = f"reading.{name}"
        found |= {f"{key}.n_rows": used + aside, f"{key}.n_used": used}
        found |= {f"{key}.n_set_aside": aside, f"{key}.n_after": late, f"{key}.n_identical": 0}
        found |= {f"{key}.set_aside.{at}": 1 for at in range(aside)}
    return found


PARTS = [campaigns, funnel, kinds, single_campaigns, pressure, consent, checks]
PARTS += [experiments, returns_of_tested, returns, results, budgets, attribution, reading]


@pytest.fixture(scope="module")
def checked() -> set[str]:
    """Collect the keys that have been looked at."""
    return set()


@pytest.mark.parametrize("part", PARTS, ids=lambda f: f.__name__)
def test_figures_equal_their_queries(
    part: Any, w: Shop, shown: dict[str, float], checked: set[str]
) -> None:
    expected = part(w)
    checked |= set(expected)
    assert len(expected) > 3
    found = {key: shown.get(key) for key in expected}
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_touches_are_accounted_for(w: Shop, shop: Any, shown: dict[str, float]) -> None:
    n_lines = len(shop.about["touches"].read_text().splitlines())
    assert shown["reading.touches.n_rows"] == n_lines - 1
    assert shown["reading.touches.n_set_aside"] == 2
    assert shown["reading.touches.n_used"] == n_lines - 3
    assert shown["reading.touches.n_after"] == n_lines - 3 - w.one("SELECT count(*) FROM t")


def test_arms_are_accounted_for(w: Shop, shop: Any, shown: dict[str, float]) -> None:
    n_rows = len(shop.about["arms"].read_text().splitlines()) - 1
    of_arms = {key: value for key, value in shown.items() if key.startswith("reading.arms.")}
    reasons = [of_arms.pop(key) for key in sorted(of_arms) if ".set_aside." in key]
    assert sorted(reasons) == [1, 1, 1, 1, 2]
    assert of_arms == {
        "reading.arms.n_rows": n_rows,
        "reading.arms.n_set_aside": 6,
        "reading.arms.n_used": n_rows - 6,
        "reading.arms.n_after": w.one(f"SELECT count(*) FROM every_arm WHERE day > DATE '{AS_OF}'"),
        "reading.arms.n_identical": 0,
    }
    assert of_arms["reading.arms.n_used"] == w.one("SELECT count(*) FROM every_arm")


def test_no_figure_escapes_these_tests(w: Shop, shown: dict[str, float], checked: set[str]) -> None:
    sections = ("campaigns.", "experiments.", "returns.", "attribution.")
    of_these = {key for key in shown if key.startswith(sections)}
    of_these |= {key for key in shown if key.startswith("reading.campaign")}
    looked_at = checked or {key for part in PARTS for key in part(w)}
    assert sorted(of_these ^ looked_at) == []
