"""Every figure of the report against DuckDB queries that start from the export itself.

Nothing here calls the library's analyses: the file is parsed in SQL, the models' formulas are
written again (the expectation as an integral, by quadrature), and their parameters are checked
against lifetimes' fits.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from lifetimes import (
    BetaGeoFitter,
    GammaGammaFitter,
    ModifiedBetaGeoFitter,
    ParetoNBDFitter,
)

from custintel.report import Analysis

AS_OF = "1998-05-15"
EARLIER, CUT = "1997-06-17", "1997-11-30"  # thirds of the 499 days since 1997-01-01
MARGIN, DISCOUNT, MONTHS = 0.35, 0.1, 12

LINES = """
CREATE TABLE lines AS
SELECT customer, try_strptime(day, '%d/%m/%Y')::DATE AS day,
       TRY_CAST(replace(replace(amount, chr(160), ''), ',', '.') AS DOUBLE) AS revenue
FROM read_csv($path, delim = ';', header = false, skip = 1, all_varchar = true,
              names = ['customer', 'day', 'amount'], ignore_errors = true);
CREATE TABLE used AS
SELECT * FROM lines WHERE customer <> '' AND day IS NOT NULL AND revenue IS NOT NULL;
CREATE TABLE seen AS SELECT * FROM used WHERE day <= $as_of::DATE;
"""

HISTORY = """
WITH buying AS (SELECT DISTINCT customer, day FROM seen WHERE revenue >= 0 AND day <= '{end}'),
     whole AS (SELECT customer, min(day) AS first, max(day) AS last, count(*) - 1 AS x
               FROM buying GROUP BY customer),
     placed AS (
        SELECT s.customer, s.revenue, coalesce(b.day, w.first) AS day
        FROM (SELECT * FROM seen WHERE day <= '{end}') s
        ASOF LEFT JOIN buying b ON s.customer = b.customer AND s.day >= b.day
        JOIN whole w ON w.customer = s.customer)
SELECT w.customer, w.x, w.last - w.first AS t_x, DATE '{end}' - w.first AS T,
       CASE WHEN w.x = 0 THEN 0
            ELSE (SELECT sum(revenue) FROM placed p
                  WHERE p.customer = w.customer AND p.day > w.first) / w.x END AS m
FROM whole w
"""

# The definition of the rank: how many are below, and half of those that are equal.
SCORED = """
CREATE TABLE scored AS
WITH rfm AS (
    SELECT customer, $as_of::DATE - max(day) FILTER (revenue >= 0) AS recency_days,
           count(*) FILTER (revenue >= 0) AS frequency, sum(revenue) AS monetary
    FROM seen GROUP BY customer HAVING count(*) FILTER (revenue >= 0) > 0),
n AS (SELECT count(*) AS n FROM rfm),
ranked AS (
    SELECT rfm.*, n,
        (rank() OVER (ORDER BY recency_days DESC)
         + count(*) OVER (PARTITION BY recency_days) / 2.0 - 0.5 - 0.5) AS r,
        (rank() OVER (ORDER BY frequency)
         + count(*) OVER (PARTITION BY frequency) / 2.0 - 0.5 - 0.5) AS f,
        (rank() OVER (ORDER BY monetary)
         + count(*) OVER (PARTITION BY monetary) / 2.0 - 0.5 - 0.5) AS m
    FROM rfm, n)
SELECT customer, recency_days, frequency, monetary, ceil(5 * r / n)::INT AS r,
       floor((ceil(5 * f / n) + ceil(5 * m / n)) / 2 + 0.5)::INT AS v
FROM ranked
"""

SEGMENTS = {  # recency score: segments for value scores 1 to 5
    5: ["New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"],
    4: ["Promising", "Potential loyalists", "Potential loyalists", "Loyal customers", "Champions"],
    3: [*["About to sleep"] * 2, "Need attention", "Loyal customers", "Loyal customers"],
    2: [*["Hibernating"] * 2, *["At risk"] * 3],
    1: ["Lost", "Lost", "At risk", "Can't lose them", "Can't lose them"],
}

# E[Y(t)] of a living customer is the integral over p of (1 - (c / (c + p t))^(r + x)) / p under
# Beta(a, b + x), c = alpha + T; p = u^(1/a) takes the singularity at 0 away.
EXPECTED = """
WITH ages AS (SELECT DISTINCT x, T / 7.0 AS age FROM history),
     grid AS (SELECT pow(u, 1 / {a}) AS p, w FROM nodes),
     whole AS (
        SELECT x, age, month, sum(
            w * pow(1 - p, {b} + x - 1) / {a}
            * (1 - pow(({alpha} + age) / ({alpha} + age + p * t), {r} + x)) / p)
            * exp(lgamma({a} + {b} + x) - lgamma({a}) - lgamma({b} + x)) AS alive
        FROM ages, times, grid GROUP BY x, age, month),
     steps AS (
        SELECT x, age, alive
                 - coalesce(lag(alive) OVER (PARTITION BY x, age ORDER BY month), 0) AS y,
               month, max(CASE WHEN month = {n} THEN alive END) OVER (PARTITION BY x, age) AS alive
        FROM whole),
     ages_valued AS (
        SELECT x, age, sum(y * pow(1 + {d}, -(month - 0.5) / 12)) AS discounted,
               any_value(alive) AS undiscounted
        FROM steps GROUP BY x, age)
SELECT customer, h.x, h.m, p_alive, p_alive * discounted AS discounted,
       p_alive * undiscounted AS purchases,
       CASE WHEN h.x = 0 THEN {p} * {v} / ({q} - 1)
            ELSE {p} * ({v} + h.x * h.m) / ({p} * h.x + {q} - 1) END AS spend
FROM (SELECT *, CASE WHEN x = 0 THEN 1 ELSE 1 / (1 + {a} / ({b} + x - 1)
             * pow(({alpha} + T / 7.0) / ({alpha} + t_x / 7.0), {r} + x)) END AS p_alive
      FROM history) h
JOIN ages_valued g ON g.x = h.x AND g.age = h.T / 7.0
ORDER BY customer
"""


# The log-likelihoods as the papers print them.
LIKELIHOODS = {
    "BG/NBD": (
        ("r", "alpha", "a", "b"),
        """SELECT sum(lgamma({r} + x) - lgamma({r}) + {r} * ln({alpha}) + lgamma({b} + x)
           - lgamma({b}) + lgamma({a} + {b}) - lgamma({a} + {b} + x)
           - ({r} + x) * ln({alpha} + T / 7.0) + CASE WHEN x = 0 THEN 0 ELSE
             ln(1 + {a} / ({b} + x - 1)
                * pow(({alpha} + T / 7.0) / ({alpha} + t_x / 7.0), {r} + x)) END) FROM history""",
    ),
    "gamma-gamma": (
        ("p", "q", "v"),
        """SELECT sum(lgamma({p} * x + {q}) - lgamma({p} * x) - lgamma({q}) + {q} * ln({v})
           + ({p} * x - 1) * ln(m) + {p} * x * ln(x) - ({p} * x + {q}) * ln(x * m + {v}))
           FROM history WHERE x > 0 AND m > 0""",
    ),
}


class Warehouse:
    """The export in DuckDB, and the report worked out from it."""

    def __init__(self, path: Path) -> None:
        self.sql = duckdb.connect()
        readable = path.with_name("utf-8.csv")  # DuckDB reads no cp1252
        readable.write_text(path.read_bytes().decode("cp1252"), encoding="utf-8", newline="")
        self.sql.execute(LINES.replace("$path", f"'{readable}'").replace("$as_of", f"'{AS_OF}'"))
        self.sql.execute(SCORED.replace("$as_of", f"'{AS_OF}'"))
        grid = [(r, v, name) for r, row in SEGMENTS.items() for v, name in enumerate(row, 1)]
        self.sql.execute("CREATE TABLE grid (r INT, v INT, segment TEXT)")
        self.sql.executemany("INSERT INTO grid VALUES (?, ?, ?)", grid)
        self.sql.execute(
            "CREATE VIEW segmented AS SELECT s.*, g.segment, CASE WHEN count(*) OVER "
            "(PARTITION BY g.segment) < 5 THEN 'Other (small segments)' ELSE g.segment END AS grp "
            "FROM scored s JOIN grid g USING (r, v)"
        )
        self.sql.execute("CREATE TABLE history AS " + HISTORY.format(end=AS_OF))
        nodes, weights = np.polynomial.legendre.leggauss(200)
        self.sql.register("node_frame", pd.DataFrame({"u": (nodes + 1) / 2, "w": weights / 2}))
        self.sql.execute("CREATE TABLE nodes AS SELECT * FROM node_frame")

    def one(self, query: str) -> Any:
        """Return the one value of a query."""
        return self.sql.execute(query).fetchone()[0]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.sql.execute(query).fetchall()

    def log_covariance(self, model: str, estimates: dict[str, float]) -> np.ndarray:
        """Invert the curvature of the log-likelihood by the log parameters, by differences."""
        names, query = LIKELIHOODS[model]
        step = 2e-3

        def at(*moves: int) -> float:
            shift = np.zeros(len(names))
            for move in moves:
                shift[abs(move) - 1] += np.sign(move) * step
            values = np.array([estimates[name] for name in names]) * np.exp(shift)
            return float(self.one(query.format(**dict(zip(names, values, strict=True)))))

        curvature = [
            [
                (at(i, j) - at(i, -j) - at(-i, j) + at(-i, -j)) / (4 * step**2)
                for j in range(1, len(names) + 1)
            ]
            for i in range(1, len(names) + 1)
        ]
        return np.linalg.inv(-np.array(curvature))

    def expected(self, parameters: dict[str, float], days: list[float]) -> pd.DataFrame:
        """Value the customers of `history` for the ends, in days, of steps."""
        self.sql.execute("CREATE OR REPLACE TABLE times (month INT, t DOUBLE)")
        self.sql.executemany(
            "INSERT INTO times VALUES (?, ?)", [(k, day / 7) for k, day in enumerate(days, 1)]
        )
        query = EXPECTED.format(**parameters, d=DISCOUNT, n=len(days))
        return self.sql.execute(query).df().set_index("customer")


@pytest.fixture(scope="module")
def warehouse(export: Path) -> Warehouse:
    return Warehouse(export)


@pytest.fixture(scope="module")
def shown(page: Any) -> Iterator[dict[str, float]]:
    """The figures of the page, each of which must be shown with one value throughout."""
    values = {}
    for key, written in page.figures.items():
        assert len(set(written)) == 1, f"{key} is shown with several values: {written}"
        values[key] = float(written[0])
    return values


@pytest.fixture(scope="module")
def estimates(shown: dict[str, float]) -> dict[str, float]:
    names = {"r": "BG/NBD.r", "alpha": "BG/NBD.alpha", "a": "BG/NBD.a", "b": "BG/NBD.b"}
    names |= {letter: f"gamma-gamma.{letter}" for letter in "pqv"}
    return {name: shown[f"model.{key}"] for name, key in names.items()}


MONTH_ENDS = [365.25 / 12 * k for k in range(1, MONTHS + 1)]


def reading(w: Warehouse) -> dict[str, float]:
    n_used = w.one("SELECT count(*) FROM used")
    identical = w.one(
        "SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM used GROUP BY customer, day, revenue)"
    )
    alone = w.one(
        "SELECT count(*) FROM (SELECT 1 FROM seen GROUP BY customer HAVING max(revenue) < 0)"
    )
    return ({"reading.n_refunded_alone": alone} if alone else {}) | {
        "reading.n_rows": n_used + 4,  # the four rows that the export was spoilt with
        "reading.n_set_aside": 4,
        "reading.n_used": n_used,
        "reading.set_aside_share": 4 / (n_used + 4),
        **{f"reading.set_aside.{at}": 1 for at in range(4)},
        "reading.n_after": n_used - w.one("SELECT count(*) FROM seen"),
        "reading.n_refunds": w.one("SELECT count(*) FROM used WHERE revenue < 0"),
        "reading.n_zero_amounts": w.one("SELECT count(*) FROM used WHERE revenue = 0"),
        "reading.n_identical": identical,
    }


def revenue(w: Warehouse) -> dict[str, float]:
    total = w.one("SELECT sum(revenue) FROM seen")
    found = {
        "customers.n": w.one("SELECT count(DISTINCT customer) FROM seen WHERE revenue >= 0"),
        "customers.repeat_share": w.one("SELECT avg((x > 0)::INT) FROM history"),
        "purchases.n": w.one("SELECT count(*) FROM seen WHERE revenue >= 0"),
        "revenue.total": total,
    }
    found["revenue.per_purchase"] = total / found["purchases.n"]
    spans = {"recent": ("1998-02-01", "1998-04-30"), "before": ("1997-02-01", "1997-04-30")}
    sums = {
        name: w.one(f"SELECT sum(revenue) FROM seen WHERE day BETWEEN '{first}' AND '{last}'")
        for name, (first, last) in spans.items()
    }
    found |= {
        "revenue.recent": sums["recent"],
        "revenue.change": sums["recent"] / sums["before"] - 1,
    }
    quarters = w.rows(
        "SELECT year(day) || 'Q' || quarter(day), sum(revenue) FROM seen GROUP BY 1 ORDER BY 1"
    )
    for (name, amount), (_, before) in zip(quarters, [(None, None), *quarters], strict=False):
        found[f"revenue.{name}"] = amount
        if before is not None and name != "1998Q2":  # cut at 15 May: not compared
            found[f"revenue.{name}.growth"] = amount / before - 1
    return found


def concentration(w: Warehouse) -> dict[str, float]:
    w.sql.execute(
        "CREATE OR REPLACE TABLE paying AS SELECT customer, sum(revenue) AS m FROM seen "
        "GROUP BY customer HAVING sum(revenue) > 0"
    )
    n, total = w.rows("SELECT count(*), sum(m) FROM paying")[0]
    best = w.rows("SELECT m FROM paying ORDER BY m DESC")
    whole, part = int(n // 5), n / 5 - n // 5
    fifth = sum(m for (m,) in best[:whole]) + part * best[whole][0]
    negative = w.one(
        "SELECT count(*) FROM (SELECT 1 FROM seen GROUP BY customer HAVING sum(revenue) < 0)"
    )
    found = {
        "concentration.n": n,
        "concentration.pareto_share": fifth / total,
        "concentration.cr_10": sum(m for (m,) in best[:10]) / total,
        "concentration.cr_1": best[0][0] / total,
        "concentration.hhi": w.one(f"SELECT sum(pow(m / {total}, 2)) FROM paying"),
        # Half the mean absolute difference of all pairs, over the mean.
        "concentration.gini": w.one("SELECT sum(abs(a.m - b.m)) FROM paying a, paying b")
        / (2 * n * total),
    }
    if negative:
        found["concentration.n_negative"] = negative
    largest = w.rows(
        "SELECT monetary, frequency, recency_days FROM scored ORDER BY monetary DESC, customer"
    )
    for rank, (monetary, frequency, recency) in enumerate(largest[:10], start=1):
        key = f"concentration.largest.{rank}"
        found |= {f"{key}.revenue": monetary, f"{key}.share": monetary / total}
        found |= {f"{key}.purchases": frequency, f"{key}.recency_days": recency}
    return found


def segments(w: Warehouse) -> dict[str, float]:
    n, total = w.rows("SELECT count(*), sum(monetary) FROM segmented")[0]
    found = {}
    for name, size, money, recency, frequency in w.rows(
        "SELECT grp, count(*), sum(monetary), median(recency_days), avg(frequency) "
        "FROM segmented GROUP BY grp"
    ):
        found |= {
            f"segments.{name}.n_customers": size,
            f"segments.{name}.customer_share": size / n,
            f"segments.{name}.revenue": money,
            f"segments.{name}.revenue_share": money / total,
            f"segments.{name}.recency_days": recency,
            f"segments.{name}.frequency": frequency,
        }
    best = w.rows(
        "SELECT count(*), sum(monetary) FROM segmented "
        "WHERE segment IN ('Champions', 'Loyal customers')"
    )[0]
    leaving = w.rows(
        "SELECT count(*), sum(monetary) FROM segmented "
        "WHERE segment IN ('At risk', 'Can''t lose them')"
    )[0]
    return found | {
        "segments.best.customer_share": best[0] / n,
        "segments.best.revenue_share": best[1] / total,
        "segments.leaving.n_customers": leaving[0],
        "segments.leaving.revenue": leaving[1],
    }


def retention(w: Warehouse) -> dict[str, float]:
    """Cohorts by month of the first purchase; a month that as_of cuts is not counted."""
    found = {"retention.once_share": w.one("SELECT avg((x = 0)::INT) FROM history")}
    for number, size, active in w.rows(
        """WITH months AS (SELECT DISTINCT customer, date_trunc('month', day) AS month
                           FROM seen WHERE revenue >= 0),
                cohorts AS (SELECT customer, min(month) AS cohort FROM months GROUP BY customer),
                ages AS (SELECT unnest(generate_series(1, 12)) AS k),
                cells AS (SELECT k, customer, cohort + to_months(k::INT) AS month
                          FROM cohorts, ages)
           SELECT k, count(*), count(m.customer) FROM cells c
           LEFT JOIN months m ON m.customer = c.customer AND m.month = c.month
           WHERE last_day(c.month) <= '1998-05-15' GROUP BY k ORDER BY k"""
    ):
        found |= {
            f"retention.n_customers.{number}": size,
            f"retention.n_active.{number}": active,
            f"retention.rate.{number}": active / size,
        }
    return found


def more(w: Warehouse) -> dict[str, float]:
    """Not there: six columns, exports about campaigns, and two years from January 1997 on."""
    first, last = w.rows("SELECT min(day), max(day) FROM seen")[0]
    assert (first.isoformat(), last.isoformat()) >= ("1997-01-01", "1998-05-01")
    return {"more.n": 11, "more.months_needed": 24, "more.n_months": 16}


@pytest.mark.parametrize(
    "part", [reading, revenue, concentration, segments, retention, more], ids=lambda f: f.__name__
)
def test_observed_figures_equal_their_queries(
    part: Any, warehouse: Warehouse, shown: dict[str, float]
) -> None:
    expected = part(warehouse)
    found = {key: shown.get(key) for key in expected}
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.fixture(scope="module")
def oracle(warehouse: Warehouse) -> dict[str, Any]:
    """lifetimes' fits on the history that DuckDB worked out."""
    history = warehouse.sql.execute("SELECT * FROM history ORDER BY customer").df()
    repeat = history[(history["x"] > 0) & (history["m"] > 0)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        purchases = BetaGeoFitter().fit(history["x"], history["t_x"] / 7, history["T"] / 7)
        spend = GammaGammaFitter().fit(repeat["x"], repeat["m"])
    return {"purchases": purchases, "spend": spend, "n_spend": len(repeat), "repeat": repeat}


def test_parameters_equal_lifetimes_fits(
    oracle: dict[str, Any], estimates: dict[str, float]
) -> None:
    fitted = {**oracle["purchases"].params_, **oracle["spend"].params_}
    assert estimates == pytest.approx({name: fitted[name] for name in estimates}, rel=2e-3)


def test_parameter_intervals_follow_from_lifetimes_standard_errors(
    oracle: dict[str, Any], shown: dict[str, float]
) -> None:
    for model, fitter in (("BG/NBD", oracle["purchases"]), ("gamma-gamma", oracle["spend"])):
        for name, row in fitter.summary.iterrows():
            spread = np.exp(1.959964 * row["se(coef)"] / row["coef"])
            key = f"model.{model}.{name}"
            assert shown[f"{key}_low"] == pytest.approx(row["coef"] / spread, rel=0.02)
            assert shown[f"{key}_high"] == pytest.approx(row["coef"] * spread, rel=0.02)


def test_the_correlation_shown_is_that_of_the_data(
    oracle: dict[str, Any], shown: dict[str, float]
) -> None:
    keys = [key for key in shown if "correlation" in key]
    r = oracle["repeat"]["x"].corr(oracle["repeat"]["m"])
    half = 1.959964 / np.sqrt(oracle["n_spend"] - 3)
    bounds = np.tanh([np.arctanh(r) - half, np.arctanh(r), np.arctanh(r) + half])
    assert sorted(shown[key] for key in keys) == pytest.approx(sorted(bounds), rel=1e-6)


FITTERS = {"BG/NBD": BetaGeoFitter, "MBG/NBD": ModifiedBetaGeoFitter, "Pareto/NBD": ParetoNBDFitter}

PAUSES = """
WITH days AS (SELECT DISTINCT customer, day FROM seen WHERE revenue >= 0 AND day <= '{end}'),
     pauses AS (SELECT customer, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS pause
                FROM days)
SELECT customer, coalesce(max(pause), 0) AS longest FROM pauses GROUP BY customer
"""


def histories_at(w: Warehouse, cut: str) -> pd.DataFrame:
    """Return the histories at a cut, longest pauses, and purchases of as many days after."""
    history = w.sql.execute(HISTORY.format(end=cut)).df().set_index("customer").sort_index()
    pauses = w.sql.execute(PAUSES.format(end=cut)).df().set_index("customer")["longest"]
    days = (pd.Timestamp(AS_OF) - pd.Timestamp(CUT)).days
    bought = (
        w.sql.execute(
            "SELECT customer, count(DISTINCT day) AS n FROM seen WHERE revenue >= 0 "
            f"AND day > '{cut}' AND day <= DATE '{cut}' + {days} GROUP BY customer"
        )
        .df()
        .set_index("customer")["n"]
    )
    return history.assign(longest=pauses, actual=bought.reindex(history.index, fill_value=0))


def lifetimes_forecast(name: str, history: pd.DataFrame, days: int) -> pd.Series:
    columns = history["x"], history["t_x"] / 7, history["T"] / 7
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = FITTERS[name]().fit(*columns)
        up_to = fitted.conditional_expected_number_of_purchases_up_to_time
        return pd.Series(np.asarray(up_to(days / 7, *columns)), index=history.index)


@pytest.fixture(scope="module")
def days() -> int:
    return (pd.Timestamp(AS_OF) - pd.Timestamp(CUT)).days


def test_the_model_is_the_best_of_the_earlier_cut(
    warehouse: Warehouse, shown: dict[str, float], analysis: Analysis, days: int
) -> None:
    history = histories_at(warehouse, EARLIER)
    errors = {
        name: float(((lifetimes_forecast(name, history, days) - history["actual"]) ** 2).mean())
        for name in FITTERS
    }
    assert shown["model.n_models"] == len(FITTERS)
    assert analysis.test is not None
    assert analysis.forecast is not None
    assert analysis.test.choice.name == analysis.forecast.name == min(errors, key=errors.get)


def test_the_rules_equal_their_definitions(
    warehouse: Warehouse, shown: dict[str, float], analysis: Analysis, days: int
) -> None:
    history = histories_at(warehouse, CUT)
    assert analysis.test is not None
    model = lifetimes_forecast(analysis.test.choice.name, history, days)
    past_rate = (history["x"] / history["T"] * days).where(history["T"] > 0, 0.0)
    silence = history["T"] - history["t_x"]
    hiatus = past_rate.where(silence <= history["longest"], 0.0)
    squared = (model - history["actual"]) ** 2
    for name, rule in (("past_rate", past_rate), ("hiatus", hiatus)):
        others = (rule - history["actual"]) ** 2
        gap = squared - others
        half = 1.959964 * gap.std() / np.sqrt(len(gap))
        key = f"model.rule.{name}"
        assert shown[f"{key}.baseline_error"] == pytest.approx(others.mean(), rel=1e-9)
        assert shown[f"{key}.model_error"] == pytest.approx(squared.mean(), rel=1e-3)
        change = squared.mean() / others.mean() - 1
        assert shown[f"{key}.change"] == pytest.approx(change, rel=5e-3)
        assert shown[f"{key}.difference_low"] == pytest.approx(gap.mean() - half, rel=5e-3)
        assert shown[f"{key}.difference_high"] == pytest.approx(gap.mean() + half, rel=5e-3)


def test_the_holdout_equals_its_queries(
    warehouse: Warehouse, shown: dict[str, float], analysis: Analysis, days: int
) -> None:
    history = histories_at(warehouse, CUT)
    assert analysis.test is not None
    customers = history.assign(
        purchases=lifetimes_forecast(analysis.test.choice.name, history, days)
    )
    assert shown["model.holdout_days"] == days
    assert shown["model.actual"] == customers["actual"].sum()
    assert shown["model.expected"] == pytest.approx(customers["purchases"].sum(), abs=1)
    error = customers["purchases"].sum() / customers["actual"].sum() - 1
    assert shown["model.error"] == pytest.approx(error, abs=2e-3)
    for x, group in customers.groupby(customers["x"].clip(upper=7)):
        assert shown[f"model.class.{x}.n_customers"] == len(group)
        assert shown[f"model.class.{x}.actual"] == group["actual"].sum()
        assert shown[f"model.class.{x}.expected"] == pytest.approx(
            group["purchases"].sum(), rel=5e-3
        )


@pytest.fixture(scope="module")
def valued(warehouse: Warehouse, estimates: dict[str, float]) -> pd.DataFrame:
    """Each customer's value, by quadrature in SQL with the parameters that the page shows."""
    customers = warehouse.expected(estimates, MONTH_ENDS)
    scores = warehouse.sql.execute("SELECT * FROM segmented").df().set_index("customer")
    joined = customers.join(scores.drop(columns=["m"], errors="ignore"))
    worth = joined["discounted"] * joined["spend"] * MARGIN
    order = worth.sort_index().sort_values(ascending=False, kind="stable").index
    decile = pd.Series(np.arange(len(order)) * 10 // len(order) + 1, index=order)
    return joined.assign(value=worth, decile=decile)


def test_equity_equals_its_quadrature(valued: pd.DataFrame, shown: dict[str, float]) -> None:
    total = valued["value"].sum()
    expected = {"equity.total": total}
    for kind, column in (("segment", "grp"), ("decile", "decile")):
        for name, group in valued.groupby(column):
            key = f"equity.{kind}.{name}"
            expected[f"{key}.n_customers"] = len(group)
            expected[f"{key}.equity"] = group["value"].sum()
            expected[f"{key}.equity_share"] = group["value"].sum() / total
    by_segment = valued.groupby("grp")["value"].sum()
    expected["equity.best_share"] = by_segment.max() / total
    assert {key: shown[key] for key in expected} == pytest.approx(expected, rel=1e-6)


def test_lists_of_customers_equal_their_queries(
    valued: pd.DataFrame, shown: dict[str, float]
) -> None:
    ordered = valued.sort_index()
    best = ordered.sort_values("value", ascending=False, kind="stable").head(10)
    n_fifth = round(0.2 * len(valued))
    fifth = ordered.sort_values("monetary", ascending=False, kind="stable").head(n_fifth)
    at_risk = fifth[fifth["p_alive"] < 0.5]
    expected = {
        "customers.n_best": 10,
        "customers.best_value": best["value"].sum(),
        "customers.best_share": best["value"].sum() / valued["value"].sum(),
        "customers.n_at_risk": len(at_risk),
        "customers.at_risk_revenue": at_risk["monetary"].sum(),
    }
    for rank, row in enumerate(best.itertuples(), start=1):
        key = f"customers.best.{rank}"
        expected[f"{key}.revenue"] = row.monetary
        expected[f"{key}.probability_alive"] = row.p_alive
        expected[f"{key}.value"] = row.value
    for rank, row in enumerate(at_risk.head(10).itertuples(), start=1):
        key = f"customers.at_risk.{rank}"
        expected[f"{key}.revenue"] = row.monetary
        expected[f"{key}.purchases"] = row.frequency
        expected[f"{key}.recency_days"] = row.recency_days
        expected[f"{key}.probability_alive"] = row.p_alive
    assert {key: shown[key] for key in expected} == pytest.approx(expected, rel=1e-6)


def test_intervals_of_value_follow_from_the_covariance(
    warehouse: Warehouse,
    valued: pd.DataFrame,
    estimates: dict[str, float],
    shown: dict[str, float],
) -> None:
    """The delta method again: SQL's values and likelihoods at shifted parameters."""
    names = list(estimates)
    covariance = np.zeros((7, 7))
    covariance[:4, :4] = warehouse.log_covariance("BG/NBD", estimates)
    covariance[4:, 4:] = warehouse.log_covariance("gamma-gamma", estimates)
    slopes, step = [], 1e-3
    for name in names:
        up, down = (
            warehouse.expected({**estimates, name: estimates[name] * factor}, MONTH_ENDS)
            for factor in (np.exp(step), np.exp(-step))
        )
        change = (up["discounted"] * up["spend"] - down["discounted"] * down["spend"]) * MARGIN
        slopes.append(change / (2 * step))
    jacobian = pd.concat(slopes, axis=1).set_axis(names, axis=1)
    groups = {"equity.total": pd.Series(True, index=valued.index)}
    for kind, column in (("segment", "grp"), ("decile", "decile")):
        for name in valued[column].unique():
            groups[f"equity.{kind}.{name}.equity"] = valued[column] == name
    best = valued.sort_index().sort_values("value", ascending=False, kind="stable").head(10)
    for rank, customer in enumerate(best.index, start=1):
        groups[f"customers.best.{rank}.value"] = pd.Series(valued.index == customer, valued.index)
    for key, members in groups.items():
        slope = jacobian[members].sum().to_numpy()
        worth = valued.loc[members, "value"].sum()
        spread = np.exp(1.959964 * np.sqrt(slope @ covariance @ slope) / worth)
        assert shown[f"{key}_low"] == pytest.approx(worth / spread, rel=1e-3), key
        assert shown[f"{key}_high"] == pytest.approx(worth * spread, rel=1e-3), key


def modelled(valued: pd.DataFrame) -> set[str]:
    """Name every figure that the tests of models and values above look at."""
    keys = {f"model.{name}" for name in ("holdout_days", "expected", "actual", "error")}
    keys.add("model.n_models")
    for rule in ("past_rate", "hiatus"):
        keys |= {f"model.rule.{rule}.{each}_error" for each in ("baseline", "model")}
        keys |= {f"model.rule.{rule}.difference_{end}" for end in ("low", "high")}
        keys.add(f"model.rule.{rule}.change")
    keys |= {"equity.total", "equity.total_low", "equity.total_high", "equity.best_share"}
    keys |= {f"customers.{name}" for name in ("n_best", "best_value", "best_share")}
    keys |= {"customers.n_at_risk", "customers.at_risk_revenue"}
    parameters = [f"BG/NBD.{name}" for name in ("r", "alpha", "a", "b")]
    parameters += [f"gamma-gamma.{name}" for name in ("p", "q", "v", "spend_frequency_correlation")]
    groups = [f"segment.{name}" for name in valued["grp"].unique()]
    groups += [f"decile.{name}" for name in range(1, 11)]
    ends = ("", "_low", "_high")
    keys |= {f"model.{name}{end}" for name in parameters for end in ends}
    for x in range(8):
        keys |= {f"model.class.{x}.{name}" for name in ("n_customers", "actual", "expected")}
    for group in groups:
        keys |= {f"equity.{group}.{name}" for name in ("n_customers", "equity_share")}
        keys |= {f"equity.{group}.equity{end}" for end in ends}
    for rank in range(1, 11):
        keys |= {f"customers.best.{rank}.value{end}" for end in ends}
        for name in ("revenue", "probability_alive"):
            keys |= {f"customers.{kind}.{rank}.{name}" for kind in ("best", "at_risk")}
        keys |= {f"customers.at_risk.{rank}.{name}" for name in ("purchases", "recency_days")}
    return keys


def test_no_figure_escapes_these_tests(
    warehouse: Warehouse, valued: pd.DataFrame, shown: dict[str, float]
) -> None:
    checked = modelled(valued)
    for part in (reading, revenue, concentration, segments, retention, more):
        checked |= set(part(warehouse))
    assert sorted(set(shown) - checked) == []
    assert sorted(checked - set(shown)) == []


def test_the_scores_file_holds_every_customer(
    warehouse: Warehouse, valued: pd.DataFrame, files: Any, analysis: Analysis
) -> None:
    scores = duckdb.sql(f"SELECT * FROM '{files.customers}'").df().set_index("customer_id")
    assert sorted(scores.index) == sorted(valued.index)
    ordered = scores.loc[valued.index]
    pairs = {
        "monetary": "monetary",
        "recency_days": "recency_days",
        "frequency": "frequency",
        "repeat_purchases": "x",
        "monetary_value": "m",
        "probability_alive": "p_alive",
        "expected_purchases": "purchases",
        "expected_spend": "spend",
        "customer_lifetime_value": "value",
        "value_decile": "decile",
    }
    for ours, theirs in pairs.items():
        assert ordered[ours].to_numpy() == pytest.approx(valued[theirs].to_numpy(), rel=1e-6), ours
    assert ordered["segment"].to_list() == valued["segment"].to_list()
