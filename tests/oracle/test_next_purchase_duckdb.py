"""What follows what, counted in SQL by DuckDB, and what is known of simulated customers."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from custintel._intervals import wilson_interval
from custintel.affinity import next_purchase, transition_table

LEAD = """
    WITH steps AS (
        SELECT product_id AS antecedent,
               lead(product_id) OVER (
                   PARTITION BY customer_id
                   ORDER BY ordered_at::DATE, order_id, product_id
               ) AS consequent
        FROM t WHERE revenue >= 0 AND ordered_at < '2024-01-01'
    )
    SELECT antecedent, consequent, count(*) AS n FROM steps GROUP BY ALL
"""
WITHIN = """
    WITH lines AS (
        SELECT DISTINCT customer_id, order_id, product_id,
               min(ordered_at::DATE) OVER (PARTITION BY customer_id, order_id) AS day
        FROM t WHERE revenue >= 0 AND ordered_at < '2024-01-01'
    ),
    firsts AS (
        SELECT DISTINCT ON (customer_id, product_id) *
        FROM lines ORDER BY customer_id, product_id, day, order_id
    ),
    cases AS (SELECT * FROM firsts WHERE day + INTERVAL 6 MONTH <= DATE '2023-12-31'),
    followed AS (
        SELECT DISTINCT c.customer_id, c.product_id AS antecedent, l.product_id AS consequent
        FROM cases c JOIN lines l USING (customer_id)
        WHERE (l.day, l.order_id) > (c.day, c.order_id) AND l.day <= c.day + INTERVAL 6 MONTH
    )
    SELECT antecedent, consequent, count(*) AS n_followed,
           any_value(n) AS n_observed
    FROM followed JOIN (SELECT product_id AS antecedent, count(*) AS n FROM cases GROUP BY ALL)
        USING (antecedent)
    GROUP BY ALL
"""


def purchases(n=60_000, lines_per_order=1.0, seed=1):
    rng = np.random.default_rng(seed)
    n_orders = int(n / lines_per_order)
    order = np.sort(rng.integers(0, n_orders, n)) if lines_per_order > 1 else np.arange(n)
    customer, day = rng.integers(0, n // 12, n_orders), rng.integers(0, 1461, n_orders)
    seconds = day[order] * 86_400 + rng.integers(0, 86_400, n)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in customer[order]],
            "order_id": [f"o{i}" for i in order],
            "ordered_at": np.datetime64("2020-01-01", "us") + seconds.astype("timedelta64[s]"),
            "product_id": [f"p{i}" for i in rng.zipf(1.6, n) % 40],
            "revenue": rng.choice([10.0, 0.0, -5.0], n, p=[0.9, 0.05, 0.05]),
        }
    ).sample(frac=1, random_state=seed)


def in_sql(query, transactions):
    connection = duckdb.connect()
    connection.register("frame", transactions)
    # DuckDB 1.5 cannot plan some windows over a pandas frame.
    connection.execute("CREATE TABLE t AS SELECT * FROM frame")
    return connection.execute(query).df().set_index(["antecedent", "consequent"]).sort_index()


def test_every_step_is_the_one_that_lead_finds():
    transactions = purchases()
    expected = in_sql(LEAD, transactions)["n"]
    steps = expected[expected.index.get_level_values("consequent").notna()]
    found = next_purchase(transactions, as_of="2023-12-31", repeats="all", min_support=1)
    counts = found.set_index(["antecedent", "consequent"])["n_followed"].sort_index()
    assert len(counts) > 700
    assert counts.to_dict() == steps.to_dict()
    by_antecedent = steps.groupby("antecedent").sum()
    observed = found.drop_duplicates("antecedent").set_index("antecedent")["n_observed"]
    assert observed.to_dict() == by_antecedent.to_dict()
    # The transitions hold the last purchases too.
    transitions = transition_table(transactions, as_of="2023-12-31", n_items=1000)
    ended = transitions[transitions["next_item"] == "(no further purchase)"]
    last = expected[expected.index.get_level_values("consequent").isna()]
    assert ended.set_index("item")["n_transitions"].to_dict() == last.droplevel(1).to_dict()


def test_what_follows_within_half_a_year_is_what_a_join_finds():
    transactions = purchases(lines_per_order=2.5, seed=2)
    expected = in_sql(WITHIN, transactions)
    found = next_purchase(
        transactions, as_of="2023-12-31", basis="within", horizon="6M", min_support=1
    ).set_index(["antecedent", "consequent"])
    assert len(found) > 700
    columns = ["n_followed", "n_observed"]
    pd.testing.assert_frame_equal(
        found[columns].sort_index(), expected[columns], check_index_type=False
    )


TRUE = np.array([[0.1, 0.6, 0.3], [0.5, 0.2, 0.3], [0.25, 0.25, 0.5]])


def walks(n_customers, rng):
    """Customers who go from item to item by the matrix `TRUE`, a day each."""
    steps = rng.integers(5, 40, n_customers)
    rows = []
    for customer, n_steps in enumerate(steps.tolist()):
        state = int(rng.integers(3))
        for step in range(n_steps):
            rows.append((customer, step, "abc"[state]))
            state = int(np.searchsorted(TRUE[state].cumsum(), rng.random()))
    frame = pd.DataFrame(rows, columns=["customer_id", "step", "product_id"])
    at = np.datetime64("2023-01-01", "us") + frame["step"].to_numpy().astype("timedelta64[D]")
    return frame.assign(ordered_at=at, revenue=1.0)


def test_intervals_cover_the_transitions_of_a_known_chain():
    rng = np.random.default_rng(3)
    covered, estimates = [], []
    for _trial in range(60):
        found = next_purchase(
            walks(60, rng), as_of="2023-12-31", repeats="all", min_support=1, level=0.9
        ).set_index(["antecedent", "consequent"])
        row = found.reindex([(a, b) for a in "abc" for b in "abc"])
        true = TRUE.ravel()
        covered.append((row["probability_low"] <= true) & (true <= row["probability_high"]))
        estimates.append(row["probability"])
    assert np.mean(estimates, axis=0) == pytest.approx(TRUE.ravel(), abs=0.01)
    assert 0.85 < np.mean(covered) < 0.97


def tastes(n_customers, rng):
    """Customers who take b after a with a probability of their own, a quarter on average."""
    rows = []
    own = rng.beta(1, 3, n_customers)
    for customer, n_steps in enumerate((1 + rng.poisson(4, n_customers)).tolist()):
        takes_b = rng.random(n_steps) < own[customer]
        items = np.ravel([np.repeat("a", n_steps), np.where(takes_b, "b", "c")], order="F")
        rows += [(customer, step, item) for step, item in enumerate(items)]
    frame = pd.DataFrame(rows, columns=["customer_id", "step", "product_id"])
    at = np.datetime64("2023-01-01", "us") + frame["step"].to_numpy().astype("timedelta64[D]")
    return frame.assign(ordered_at=at, revenue=1.0)


def test_intervals_allow_for_customers_who_differ():
    rng = np.random.default_rng(4)
    trials = [
        next_purchase(tastes(60, rng), as_of="2023-12-31", repeats="all", level=0.9)
        .set_index(["antecedent", "consequent"])
        .loc[("a", "b")]
        for _trial in range(120)
    ]
    covered = [row["probability_low"] <= 0.25 <= row["probability_high"] for row in trials]
    assert 0.83 < np.mean(covered) < 0.97
    # Those of as many cases of different customers would be too short.
    ends = [wilson_interval(row["n_followed"], row["n_observed"], 0.9) for row in trials]
    assert np.mean([low <= 0.25 <= high for low, high in ends]) < 0.83


def slow_and_quick(rng, n=4000):
    """Buyers of a over two years, of whom 30 % take b, about a year later, and 30 % c at once."""
    start = rng.integers(0, 730, n)
    kind = rng.choice(3, n, p=[0.3, 0.3, 0.4])
    wait = np.where(kind == 0, rng.integers(300, 365, n), rng.integers(1, 60, n))
    comes = kind < 2
    customer = np.concatenate([np.arange(n), np.flatnonzero(comes)])
    day = np.concatenate([start, (start + wait)[comes]])
    item = np.concatenate([np.repeat("a", n), np.array(["b", "c", ""])[kind[comes]]])
    ordered_at = np.datetime64("2022-01-01", "us") + day.astype("timedelta64[D]")
    return pd.DataFrame(
        {"customer_id": customer, "ordered_at": ordered_at, "product_id": item, "revenue": 1.0}
    )


def test_whole_windows_are_not_biased_where_all_cases_are():
    transactions = slow_and_quick(np.random.default_rng(5))

    def probabilities(**arguments):
        found = next_purchase(transactions, as_of="2023-12-31", **arguments)
        return found[found["antecedent"] == "a"].set_index("consequent")

    within = probabilities(basis="within", horizon="12M")
    for consequent in "bc":
        row = within.loc[consequent]
        assert row["probability_low"] <= 0.3 <= row["probability_high"]
        assert row["probability"] == pytest.approx(0.3, abs=0.03)
    # Over all cases what comes late is missed; among those who came back it is rarer than c,
    # though each follows half the time that anything does.
    assert within.loc["b", "n_followed"] < 0.2 * within.loc["b", "n_antecedent"]
    back = probabilities()
    assert back.loc["b", "probability"] < 0.42 < 0.5 < back.loc["c", "probability"]


def by_chance(rng, n_customers=250):
    """Customers who differ in how often they come, and buy items without any preference."""
    n_orders = 1 + rng.poisson(rng.gamma(1, 3, n_customers))
    customer = np.repeat(np.arange(n_customers), n_orders)
    day = rng.integers(0, 730, len(customer))
    size = 1 + rng.poisson(1, len(customer))
    order = np.repeat(np.arange(len(customer)), size)
    ordered_at = np.datetime64("2022-01-01", "us") + day[order].astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "customer_id": customer[order],
            "order_id": order,
            "ordered_at": ordered_at,
            "product_id": rng.integers(0, 8, len(order)),
            "revenue": 1.0,
        }
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"repeats": "all"},
        {"basis": "within", "horizon": "6M"},
        {"basis": "within", "horizon": "6M", "exclude_owned": True},
    ],
    ids=str,
)
def test_chance_has_a_lift_of_one_and_is_seldom_taken_for_a_find(arguments):
    rng = np.random.default_rng(6)
    found = [
        next_purchase(by_chance(rng), as_of="2023-12-31", min_support=1, **arguments)
        for _trial in range(20)
    ]
    every = pd.concat(found)
    assert np.exp(np.log(every["lift"]).mean()) == pytest.approx(1, abs=0.06)
    assert (every["p"] < 0.05).mean() < 0.06
    assert sum((trial["q"] < 0.05).any() for trial in found) <= 3
