"""Figures of products, channels, partners, companies and margins against SQL on the export.

What is estimated (intervals, shares drawn together, q, the forecast) has its oracles in the
tests of the analyses; here it is compared with a call on the table as DuckDB reads it, so that
nothing is changed on the way to the page.
"""

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from custintel import affinity, revenue

AS_OF = "2024-12-31"
FEW = "Other (few customers)"

LINES = """
CREATE TABLE lines AS
SELECT "Contact ID" AS customer_id, "Société" AS account_id, order_id, product_id, category,
       channel, partner_id, ordered_at::TIMESTAMP AS ordered_at, ordered_at::DATE AS day,
       revenue::DOUBLE AS revenue, cost::DOUBLE AS cost, discount::DOUBLE AS discount
FROM read_csv($path, all_varchar = true, header = true)
"""

# A group of fewer than five customers joins the others of its kind.
GROUPED = """
WITH named AS (SELECT *, coalesce({by}, '(missing)') AS name FROM lines),
     sizes AS (SELECT name, count(DISTINCT customer_id) FILTER (revenue >= 0) AS n
               FROM named GROUP BY name)
SELECT named.*, CASE WHEN n < 5 THEN '{few}' ELSE name END AS grp
FROM named JOIN sizes USING (name)
"""


class School:
    """The export in DuckDB, and the table that the analyses would be given."""

    def __init__(self, path: Path) -> None:
        self.sql = duckdb.connect()
        self.sql.execute(LINES.replace("$path", f"'{path}'"))
        self.table = self.sql.execute("SELECT * EXCLUDE day FROM lines").df()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.sql.execute(query).fetchall()

    def grouped(self, by: str, columns: str, *, order: str = "sum(revenue) DESC") -> list[Any]:
        source = GROUPED.format(by=by, few=FEW)
        return self.rows(
            f"SELECT grp, {columns} FROM ({source}) GROUP BY grp ORDER BY {order}, grp"
        )


@pytest.fixture(scope="module")
def w(school: Path) -> School:
    return School(school)


@pytest.fixture(scope="module")
def shown(school_page: Any) -> dict[str, float]:
    values = {}
    for key, written in school_page.figures.items():
        assert len(set(written)) == 1, f"{key} is shown with several values: {written}"
        values[key] = float(written[0])
    return values


TOTALS = (
    "count(DISTINCT customer_id) FILTER (revenue >= 0), "
    "count(DISTINCT order_id) FILTER (revenue >= 0), sum(revenue)"
)


def products(w: School) -> dict[str, float]:
    years = "sum(revenue) FILTER (year(day) = 2023), sum(revenue) FILTER (year(day) = 2024)"
    whole, before, after = w.rows(f"SELECT sum(revenue), {years} FROM lines")[0]
    items = w.grouped("product_id", f"{TOTALS}, {years}")
    points = [(row[5] - row[4]) / before for row in items]
    n_fast = sum(row[4] == 0 or row[5] / row[4] > after / before for row in items if row[5] > 0)
    found = {
        "products.growth": after / before - 1,
        "products.best.points": max(points),
        "products.worst.points": min(points),
        "products.n_fast": n_fast,
        "products.n_compared": len(items),
    }
    for rank, (row, point) in enumerate(zip(items, points, strict=True), start=1):
        key = f"products.{rank}"
        found |= {f"{key}.n_customers": row[1], f"{key}.n_orders": row[2], f"{key}.revenue": row[3]}
        found |= {f"{key}.share": row[3] / whole, f"{key}.points": point}
        if row[4] > 0:
            found[f"{key}.growth"] = row[5] / row[4] - 1
    return found


NEW = """
SELECT name, count(*) FROM (
    SELECT customer_id, arg_min(coalesce(channel, '(missing)'), (day, order_id, product_id)) AS name
    FROM lines WHERE revenue >= 0 GROUP BY customer_id) GROUP BY name
"""


def channels(w: School) -> dict[str, float]:
    whole = w.rows("SELECT sum(revenue) FROM lines")[0][0]
    new = dict(w.rows(NEW))
    found = {}
    # One line without a cost leaves its channel without a margin.
    sums = f"{TOTALS}, CASE WHEN count(cost) = count(*) THEN 1 - sum(cost) / sum(revenue) END"
    for rank, row in enumerate(w.grouped("channel", sums), start=1):
        key = f"channels.{rank}"
        found |= {f"{key}.n_customers": row[1], f"{key}.n_orders": row[2], f"{key}.revenue": row[3]}
        found |= {f"{key}.share": row[3] / whole, f"{key}.revenue_per_order": row[3] / row[2]}
        found[f"{key}.n_new_customers"] = new.get(row[0], 0)
        if row[4] is not None:
            found[f"{key}.margin_rate"] = row[4]
    return found


def mix(w: School) -> dict[str, float]:
    cells = revenue.channel_mix(w.table, as_of=AS_OF)
    sure = cells[cells["q"] < 0.05]
    over = sure[sure["lift_low"] > 1].sort_values("lift_low", ascending=False)
    found = {"channels.mix.n_sure": len(sure), "channels.mix.n": len(cells)}
    if len(over):
        ends = {end: over[f"lift{end}"].iloc[0] for end in ("", "_low", "_high")}
        found |= {f"channels.mix.lift{end}": value for end, value in ends.items()}
    return found


def partners(w: School) -> dict[str, float]:
    whole = w.rows("SELECT sum(revenue) FROM lines")[0][0]
    rows = w.grouped("partner_id", TOTALS)
    known = [row for row in rows if row[0] != "(missing)"]
    found = {"partners.n": len(known), "partners.five_share": sum(r[3] for r in known[:5]) / whole}
    for rank, row in enumerate(rows[:15], start=1):
        key = f"partners.{rank}"
        found |= {f"{key}.n_customers": row[1], f"{key}.n_orders": row[2], f"{key}.revenue": row[3]}
        found[f"{key}.share"] = row[3] / whole
    return found


MARGIN = "sum(revenue) FILTER (cost IS NOT NULL), sum(cost), sum(revenue)"


def margins(w: School) -> dict[str, float]:
    counted, cost, whole = w.rows(f"SELECT {MARGIN} FROM lines")[0]
    found = {
        "margins.total": counted - cost,
        "margins.rate": 1 - cost / counted,
        "margins.n_without_cost": w.rows("SELECT count(*) FROM lines WHERE cost IS NULL")[0][0],
        "margins.revenue_without_cost": whole - counted,
    }
    for rank, row in enumerate(w.grouped("product_id", MARGIN), start=1):
        key = f"margins.{rank}"
        found |= {f"{key}.revenue": row[3], f"{key}.cost": row[2], f"{key}.margin": row[1] - row[2]}
        found[f"{key}.rate"] = 1 - row[2] / row[1]
    return found


def discounts(w: School) -> dict[str, float]:
    given = "sum(discount), sum(revenue), count(DISTINCT order_id)"
    taken, charged, n_orders = w.rows(f"SELECT {given} FROM lines WHERE revenue >= 0")[0]
    n_discounted = w.rows(
        "SELECT count(DISTINCT order_id) FROM lines WHERE revenue >= 0 AND discount > 0"
    )[0][0]
    n, n_only = w.rows(
        """WITH orders AS (SELECT customer_id, order_id, max(discount) > 0 AS is_cheap
                           FROM lines WHERE revenue >= 0 GROUP BY ALL)
           SELECT count(*), count(*) FILTER (always) FROM (
               SELECT customer_id, bool_and(is_cheap) AS always FROM orders GROUP BY customer_id)"""
    )[0]
    found = {
        "discounts.share": n_discounted / n_orders,
        "discounts.given": taken,
        "discounts.rate": taken / (taken + charged),
        "discounts.n_only": n_only,
        "discounts.n_customers": n,
    }
    shrunk = affinity.promotion_dependency(w.table, as_of=AS_OF, by="channel")
    bought = "FILTER (revenue >= 0)"
    sums = (
        f"count(DISTINCT order_id) {bought}, sum(discount) {bought} / "
        f"(sum(discount) {bought} + sum(revenue) {bought})"
    )
    order = f"sum(revenue) {bought} DESC"
    for rank, row in enumerate(w.grouped("channel", sums, order=order), start=1):
        key = f"discounts.{rank}"
        found |= {f"{key}.n_orders": row[1], f"{key}.rate": row[2]}
        ends = shrunk.loc[row[0]]
        found |= {f"{key}.share{end}": ends[f"shrunk_share{end}"] for end in ("", "_low", "_high")}
    return found


def accounts(w: School) -> dict[str, float]:
    rows = w.rows(
        f"SELECT account_id, {TOTALS} FROM lines WHERE account_id IS NOT NULL "
        "GROUP BY 1 ORDER BY sum(revenue) DESC, 1"
    )
    whole = sum(row[3] for row in rows)
    paying = [row[3] for row in rows if row[3] > 0]
    found = {
        "accounts.n": len(rows),
        "accounts.cr_1": paying[0] / sum(paying),
        "accounts.cr_10": sum(paying[:10]) / sum(paying),
        "accounts.n_lines_without": w.rows("SELECT count(*) FROM lines WHERE account_id IS NULL")[
            0
        ][0],
    }
    for rank, row in enumerate(rows[:10], start=1):
        key = f"accounts.{rank}"
        found |= {f"{key}.n_people": row[1], f"{key}.n_orders": row[2], f"{key}.revenue": row[3]}
        found[f"{key}.share"] = row[3] / whole
    named = w.table[w.table["account_id"].notna()]
    users = affinity.company_propensity(named, as_of=AS_OF)
    for rank, row in enumerate(users[users["is_heavy"]].head(10).to_dict("records"), start=1):
        key = f"accounts.heavy.{rank}"
        found |= {f"{key}.{name}": row[name] for name in ("n_purchases", "base_share")}
        found[f"{key}.location_quotient"] = row["location_quotient"]
        found |= {f"{key}.share{end}": row[f"shrunk_share{end}"] for end in ("", "_low", "_high")}
    return found


# Who bought A for the first time a year or more ago, did not have B then, and took B within it.
NEXT = """
WITH bought AS (SELECT DISTINCT customer_id, day, order_id, product_id FROM lines
                WHERE revenue >= 0),
     firsts AS (SELECT customer_id, product_id AS a, min({'day': day, 'id': order_id}) AS since
                FROM bought GROUP BY ALL),
     cases AS (SELECT f.customer_id, f.a, p.product_id AS b, f.since.day AS seen_on,
                      g.since AS other
               FROM firsts f CROSS JOIN (SELECT DISTINCT product_id FROM bought) p
               LEFT JOIN firsts g ON g.customer_id = f.customer_id AND g.a = p.product_id
               WHERE f.a <> p.product_id AND (g.since IS NULL OR g.since > f.since)),
     seen AS (SELECT *, coalesce(other.day <= seen_on + INTERVAL 12 MONTH, false) AS follows
              FROM cases WHERE seen_on + INTERVAL 12 MONTH <= DATE '2024-12-31')
SELECT a, b, count(*), count(*) FILTER (follows),
       median(other.day - seen_on) FILTER (follows),
       sum(count(*) FILTER (follows)) OVER (PARTITION BY b) / sum(count(*)) OVER (PARTITION BY b)
FROM seen GROUP BY a, b
"""


def following(w: School) -> dict[str, float]:
    counted = {row[:2]: row[2:] for row in w.rows(NEXT)}
    steps = affinity.next_purchase(
        w.table, as_of=AS_OF, basis="within", horizon="12M", exclude_owned=True
    )
    sure = steps[(steps["q"] < 0.05) & (steps["lift"] > 1)]
    sure = sure.sort_values("lift_low", ascending=False, kind="stable")
    found = {"together.n_other_following": len(sure) - 1}
    for rank, row in enumerate(sure.head(10).to_dict("records"), start=1):
        key = f"together.next.{rank}"
        n, k, days, base = counted[row["antecedent"], row["consequent"]]
        found |= {f"{key}.n_observed": n, f"{key}.n_followed": k, f"{key}.days": days}
        found |= {f"{key}.probability": k / n, f"{key}.base_rate": base}
        low, high = wilson(k, n)
        found |= {f"{key}.probability_low": low, f"{key}.probability_high": high}
    return found


def wilson(successes: int, trials: int) -> tuple[float, float]:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(successes, trials, method="wilson")
    return float(low), float(high)


TOGETHER = """
WITH held AS (SELECT DISTINCT order_id, product_id FROM lines WHERE revenue >= 0),
     sizes AS (SELECT product_id, count(*) AS n FROM held GROUP BY product_id),
     pairs AS (SELECT x.product_id AS a, y.product_id AS b, count(*) AS n
               FROM held x JOIN held y ON x.order_id = y.order_id AND x.product_id < y.product_id
               GROUP BY ALL)
SELECT a, b, pairs.n, x.n, y.n, (SELECT count(DISTINCT order_id) FROM held)
FROM pairs JOIN sizes x ON x.product_id = a JOIN sizes y ON y.product_id = b
"""


def together(w: School) -> dict[str, float]:
    counted = {frozenset(row[:2]): row for row in w.rows(TOGETHER)}
    rules = affinity.product_pairs(w.table, as_of=AS_OF, min_support=10)
    sure = rules[(rules["q"] < 0.05) & (rules["lift"] > 1)].reset_index(drop=True)
    pairs = sure.assign(both=[frozenset(each) for each in sure.iloc[:, :2].to_numpy()])
    bounds = pairs.drop_duplicates("both")
    found: dict[str, float] = {"together.n_pairs": len(bounds)}
    for rank, row in enumerate(bounds.head(10).to_dict("records"), start=1):
        key = f"together.pair.{rank}"
        _a, _b, n, n_a, n_b, n_all = counted[row["both"]]
        found |= {f"{key}.n_both": n, f"{key}.confidence": n / min(n_a, n_b)}
        found[f"{key}.lift"] = n * n_all / (n_a * n_b)
        found |= {f"{key}.lift{end}": row[f"lift{end}"] for end in ("_low", "_high")}
    n_orders, items, single = w.rows(
        "SELECT count(*), avg(n), avg((n = 1)::INT) FROM (SELECT count(DISTINCT product_id) AS n "
        "FROM lines WHERE revenue >= 0 GROUP BY order_id)"
    )[0]
    sizes = affinity.basket_statistics(w.table, as_of=AS_OF).iloc[0]
    return found | {
        "together.n_orders": n_orders,
        "together.items_per_order": items,
        "together.single_item_share": single,
        "together.revenue_per_order": w.rows("SELECT sum(revenue) FROM lines")[0][0] / n_orders,
        "together.revenue_per_order_low": sizes["revenue_per_order_low"],
        "together.revenue_per_order_high": sizes["revenue_per_order_high"],
    }


def outlook(w: School) -> dict[str, float]:
    sold = w.rows(
        "SELECT date_trunc('month', day) AS month, sum(revenue) FROM lines GROUP BY 1 ORDER BY 1"
    )
    months = pd.PeriodIndex([month for month, _ in sold], freq="M")
    table = pd.DataFrame([[amount for _, amount in sold]], index=["total"], columns=months)
    season = revenue.seasonality_table(table)["seasonal_index"]
    forecast = revenue.forecast_sales(table, horizon="12M")
    found = {
        "outlook.season_high": season.max(),
        "outlook.season_low": season.min(),
        "outlook.mae_smoothing": forecast.backtest["mae"].iloc[0],
        "outlook.mae_naive": forecast.backtest["mae"].iloc[1],
        "outlook.total": forecast.total,
        "outlook.total_low": forecast.total_low,
        "outlook.total_high": forecast.total_high,
    }
    if forecast.beats_naive:
        last = sum(amount for _, amount in sold[-12:])
        found |= {"outlook.last_year": last, "outlook.change": forecast.total / last - 1}
    else:  # the last year again
        assert forecast.total == pytest.approx(sum(amount for _, amount in sold[-12:]))
    for month, row in forecast.table.iterrows():
        found |= {f"outlook.{month}": row["forecast"], f"outlook.{month}_low": row["low"]}
        found[f"outlook.{month}_high"] = row["high"]
    return found


PARTS = [products, channels, mix, partners, margins, discounts, accounts]
PARTS += [following, together, outlook]


@pytest.fixture(scope="module")
def checked() -> set[str]:
    """Collect the keys that have been looked at."""
    return set()


@pytest.mark.parametrize("part", PARTS, ids=lambda f: f.__name__)
def test_figures_equal_their_queries(
    part: Any, w: School, shown: dict[str, float], checked: set[str]
) -> None:
    expected = part(w)
    checked |= set(expected)
    assert len(expected) > 3
    found = {key: shown.get(key) for key in expected}
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_no_figure_escapes_these_tests(
    w: School, shown: dict[str, float], checked: set[str]
) -> None:
    sections = {part.__name__ for part in PARTS} | {"more"}
    of_these = {key for key in shown if key.partition(".")[0] in sections}
    looked_at = checked or {key for part in PARTS for key in part(w)}
    assert sorted(of_these - looked_at) == ["more.n"]
    assert shown["more.n"] == 4  # messages, returns, groups held back and attribution
