"""A column that stands in a table twice is refused at the door, whatever the engine."""

import duckdb
import pandas as pd
import pyarrow
import pytest

from custintel._checks import require_columns
from custintel.campaigns import email_kpis
from custintel.errors import SchemaError
from custintel.tables import add_columns, purchase_history

EVENTS = pd.DataFrame(
    [["may", "ann", "sent", pd.Timestamp("2024-05-02"), "opened"]],
    columns=["campaign_id", "customer_id", "event", "occurred_at", "event"],
)
TOLD = "has several columns named 'event'"


def polars_plan():
    """A plan may name two columns alike; a polars frame may not."""
    import polars as pl

    plan = pl.LazyFrame({name: ["x"] for name in ("campaign_id", "customer_id", "event", "other")})
    return plan.select("campaign_id", "customer_id", "event", pl.col("other").alias("event"))


def polars_refuses_at_once():
    """Old versions of polars took the first column and said nothing."""
    import polars as pl

    try:
        polars_plan().collect_schema()
    except pl.exceptions.DuplicateError:
        return True
    return False


def arrow_table():
    columns = [pyarrow.array(EVENTS.iloc[:, at]) for at in range(EVENTS.shape[1])]
    return pyarrow.table(columns, names=list(EVENTS.columns))


def duckdb_relation():
    return duckdb.sql("SELECT 'may' AS campaign_id, 'ann' AS customer_id, 'a' AS event, 1 AS event")


@pytest.mark.parametrize("make", [lambda: EVENTS, arrow_table, duckdb_relation])
def test_events_with_a_column_twice_are_refused(make):
    with pytest.raises(SchemaError, match=TOLD):
        email_kpis(make())


def test_a_plan_of_polars_with_a_column_twice_is_refused():
    if not polars_refuses_at_once():
        pytest.skip("this version of polars does not tell")
    with pytest.raises(SchemaError, match=r"more than one column of a name.* 'event'"):
        email_kpis(polars_plan())


def test_transactions_and_lookups_are_refused_alike():
    lines = pd.DataFrame([["a", 1.0, 2.0]], columns=["customer_id", "revenue", "revenue"])
    with pytest.raises(SchemaError, match="'revenue'"):
        purchase_history(lines, as_of="2024-12-31")
    people = pd.DataFrame([["a", "x", "y"]], columns=["customer_id", "note", "note"])
    with pytest.raises(SchemaError, match="'note'"):
        add_columns(lines.iloc[:, :2], people, on="customer_id", columns="note")


def test_every_doubled_name_is_told():
    names = ["a", "b", "a", "b", "b", "c"]
    with pytest.raises(SchemaError, match="several columns named 'a', 'b'"):
        require_columns(names, ["a", "b", "c"], table="other")


def test_only_columns_that_are_asked_for_matter_to_small_tables():
    require_columns(["a", "b", "b"], ["a"], table="other")
