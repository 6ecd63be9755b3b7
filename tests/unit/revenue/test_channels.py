"""What channels bring, against hand-made orders and loops over the definition."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import channel_table, customer_channels

AS_OF = "2024-12-31"


def lines(rows, columns=("customer_id", "ordered_at", "revenue", "channel")):
    table = pd.DataFrame(rows, columns=list(columns))
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"], format="ISO8601"))


@pytest.fixture
def many():
    rng = np.random.default_rng(22)
    n = 800
    revenue = np.round(rng.normal(20, 15, n), 2)
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in rng.integers(0, 60, n)],
            "order_id": [f"o{i}" for i in rng.integers(0, 500, n)],
            "product_id": [f"p{i}" for i in rng.integers(0, 3, n)],
            "ordered_at": pd.Timestamp("2023-06-01") + pd.to_timedelta(rng.integers(0, 40, n), "D"),
            "revenue": revenue,
            "cost": np.round(revenue * 0.6, 2),
            "channel": np.array(["web", "shop", "phone", "fax"])[rng.integers(0, 4, n)],
        }
    )


def by_hand(seen, since, channel):
    """Return the measures of one channel by their definition."""
    in_window = seen[seen["ordered_at"] >= since]
    own = in_window[in_window["channel"] == channel]
    bought = own[own["revenue"] >= 0]
    customers = set(bought["customer_id"])
    elsewhere = in_window[(in_window["channel"] != channel) & (in_window["revenue"] >= 0)]
    n_new = 0
    for _customer, history in seen[seen["revenue"] >= 0].groupby("customer_id"):
        in_order = history.assign(day=history["ordered_at"].dt.normalize()).sort_values(
            ["day", "order_id", "product_id", "channel"]
        )
        first = in_order.iloc[0]
        n_new += first["channel"] == channel and first["ordered_at"] >= since
    return {
        "n_customers": len(customers),
        "n_new_customers": n_new,
        "n_only_customers": len(customers - set(elsewhere["customer_id"])),
        "n_orders": len(set(zip(bought["customer_id"], bought["order_id"], strict=True))),
        "revenue": own["revenue"].sum(),
        "revenue_share": own["revenue"].sum() / in_window["revenue"].sum(),
        "cost": own["cost"].sum(),
        "margin": own["revenue"].sum() - own["cost"].sum(),
    }


@pytest.mark.parametrize(("window", "since"), [(None, "1970-01-01"), ("1M", "2023-06-05")])
def test_measures_equal_their_definition(many, window, since):
    as_of = pd.Timestamp("2023-07-04")
    table = channel_table(many, as_of=as_of, window=window)
    seen = many[many["ordered_at"] < as_of + pd.Timedelta(days=1)]
    assert sorted(table.index) == ["fax", "phone", "shop", "web"]
    for channel, row in table.iterrows():
        expected = by_hand(seen, pd.Timestamp(since), channel)
        assert row[list(expected)].to_dict() == pytest.approx(expected)
        assert row["margin_rate"] == pytest.approx(expected["margin"] / expected["revenue"])
        assert row["revenue_per_order"] == pytest.approx(expected["revenue"] / row["n_orders"])
        assert row["revenue_per_customer"] * row["n_customers"] == pytest.approx(row["revenue"])
    assert table["revenue"].is_monotonic_decreasing


def test_hand_made_orders(order_lines):
    table = channel_table(order_lines, as_of="2024-03-31")
    assert list(table.index) == ["web", "shop"]
    assert table["n_customers"].to_list() == [2, 1]
    assert table["n_orders"].to_list() == [3, 2]
    assert table["revenue"].to_list() == [95.0, 40.0]
    assert table["n_new_customers"].to_list() == [2, 1]
    # No column of costs: their measures are missing, and nothing is warned of.
    assert table[["cost", "margin", "margin_rate", "spend", "roi", "roas"]].isna().all(axis=None)


def test_refunds_are_netted_and_make_no_customer():
    table = channel_table(
        lines([("a", "2024-01-01", 50.0, "web"), ("a", "2024-01-09", -20.0, "shop")]), as_of=AS_OF
    )
    assert table["revenue"].to_dict() == {"web": 50.0, "shop": -20.0}
    assert table["n_customers"].to_dict() == {"web": 1, "shop": 0}
    assert table["n_only_customers"].to_dict() == {"web": 1, "shop": 0}
    assert np.isnan(table.loc["shop", "revenue_per_order"])


def test_first_purchase_of_a_day_is_that_of_the_lowest_order_then_product_then_name():
    columns = ("customer_id", "ordered_at", "revenue", "channel", "order_id", "product_id")
    rows = [
        ("a", "2024-01-01 09:00", 1.0, "web", "o2", "p1"),
        ("a", "2024-01-01 18:00", 1.0, "shop", "o1", "p9"),
        ("b", "2024-01-01", 1.0, "web", "o3", "p2"),
        ("b", "2024-01-01", 1.0, "phone", "o3", "p1"),
        ("c", "2024-01-01", 1.0, "web", "o4", "p1"),
        ("c", "2024-01-01", 1.0, "fax", "o4", "p1"),
        # A refund before the first purchase is no purchase.
        ("d", "2023-12-01", -1.0, "fax", "o5", "p1"),
        ("d", "2024-01-01", 1.0, "web", "o6", "p1"),
    ]
    table = channel_table(lines(rows, columns), as_of=AS_OF)
    assert table["n_new_customers"].to_dict() == {"web": 1, "shop": 1, "phone": 1, "fax": 1}


def test_customers_of_before_the_window_are_not_new():
    rows = [("a", "2023-01-01", 1.0, "web"), ("a", "2024-05-01", 1.0, "web")]
    table = channel_table(lines(rows), as_of=AS_OF, window="12M")
    assert table.loc["web", ["n_customers", "n_new_customers"]].to_list() == [1, 0]


def test_lines_without_a_channel_are_a_row():
    rows = [("a", "2024-05-01", 3.0, None), ("a", "2024-05-01", 2.0, "web")]
    table = channel_table(lines(rows), as_of=AS_OF)
    assert table["revenue"].to_dict() == {"(missing)": 3.0, "web": 2.0}
    assert table["revenue"].sum() == 5.0


def test_a_channel_that_is_called_missing_is_one_with_it():
    rows = [("a", "2024-05-01", 3.0, None), ("b", "2024-05-01", 2.0, "(missing)")]
    table = channel_table(lines(rows), as_of=AS_OF)
    assert table[["n_customers", "n_new_customers", "revenue"]].to_numpy().tolist() == [[2, 2, 5]]


def test_return_on_spend():
    columns = ("customer_id", "ordered_at", "revenue", "channel", "cost")
    rows = [("a", "2024-05-01", 300.0, "web", 100.0), ("b", "2024-05-01", 80.0, "shop", 50.0)]
    transactions = lines(rows, columns)
    with pytest.warns(WeakResultWarning, match=r"Nothing was sold in 1 channel.*'fax'"):
        table = channel_table(transactions, as_of=AS_OF, spend={"web": 50, "fax": 9.0})
    assert table["roi"].to_dict() == pytest.approx(
        {"web": 3, "shop": np.nan, "fax": -1}, nan_ok=True
    )
    assert table.loc["web", "roas"] == 6
    assert table.loc["fax", ["n_customers", "revenue", "margin"]].to_list() == [0, 0, 0]
    series = channel_table(transactions, as_of=AS_OF, spend=pd.Series({"web": 0.0}))
    assert series["spend"].to_dict() == pytest.approx({"web": 0, "shop": np.nan}, nan_ok=True)
    assert series["roi"].isna().all()


def test_spend_without_costs_has_no_return_and_says_so():
    with pytest.warns(WeakResultWarning, match=r"no column 'cost'.*roas"):
        table = channel_table(
            lines([("a", "2024-05-01", 3.0, "web")]), as_of=AS_OF, spend={"web": 1.0}
        )
    assert np.isnan(table.loc["web", "roi"])
    assert table.loc["web", "roas"] == 3


def test_missing_costs_are_counted_and_leave_no_margin():
    columns = ("customer_id", "ordered_at", "revenue", "channel", "cost")
    rows = [
        ("a", "2024-05-01", 30.0, "web", 10.0),
        ("a", "2024-05-01", 30.0, "web", np.nan),
        ("b", "2024-05-01", 20.0, "shop", 5.0),
    ]
    with pytest.warns(WeakResultWarning, match=r"1 channel has no margin, because 1 lines.*'web'"):
        table = channel_table(lines(rows, columns), as_of=AS_OF)
    assert table["n_without_cost"].to_dict() == {"web": 1, "shop": 0}
    assert table["cost"].to_dict() == {"web": 10.0, "shop": 5.0}
    assert table["margin"].to_dict() == pytest.approx({"web": np.nan, "shop": 15.0}, nan_ok=True)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (-1.0, "1 channel of spend has an amount below 0"),
        ("much", "1 figure of spend is missing or not a number"),
        ("12", "1 figure of spend is missing or not a number"),
        (True, "1 figure of spend is missing or not a number"),
        (np.inf, "1 figure of spend is missing or not a number"),
        (None, "1 figure of spend is missing or not a number"),
    ],
)
@pytest.mark.parametrize("of", [dict, pd.Series])
def test_spend_holds_amounts(amount, told, of):
    spend = of({"web": amount})
    with pytest.raises(SchemaError, match=rf"{told}.*'web'"):
        channel_table(lines([("a", "2024-05-01", 3.0, "web")]), as_of=AS_OF, spend=spend)


def test_spend_is_a_mapping_with_one_amount_a_channel():
    transactions = lines([("a", "2024-05-01", 3.0, "web")])
    with pytest.raises(TypeError, match=r"spend is a mapping .*\{'web': 1200.0\}: got 12"):
        channel_table(transactions, as_of=AS_OF, spend=12)
    with pytest.raises(SchemaError, match=r"1 label of spend comes more than once: 'web'"):
        channel_table(transactions, as_of=AS_OF, spend=pd.Series([1.0, 2.0], index=["web", "web"]))


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT])
@pytest.mark.parametrize("by", ["channel", "partner_id"])
def test_spend_of_no_channel_is_refused_and_that_of_missing_ones_has_a_name(nothing, by):
    columns = ("customer_id", "ordered_at", "revenue", by)
    transactions = lines([("a", "2024-05-01", 3.0, None)], columns).assign(cost=1.0)
    with pytest.raises(SchemaError, match=r"without the name of a channel.*'\(missing\)'"):
        channel_table(transactions, as_of=AS_OF, by=by, spend={nothing: 1.0})
    table = channel_table(transactions, as_of=AS_OF, by=by, spend={"(missing)": 1.0})
    assert table["roi"].to_dict() == {"(missing)": 1.0}


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_an_empty_text_is_a_channel_of_its_own_after_nothing(order):
    columns = ("customer_id", "ordered_at", "revenue", "channel", "order_id")
    rows = [
        ("a", "2024-05-01", 3.0, "", "o1"),
        ("a", "2024-05-01", 3.0, None, "o1"),
        ("b", "2024-05-01", 2.0, "", "o2"),
    ]
    sold = lines(rows, columns).iloc[order]
    table = channel_table(sold, as_of=AS_OF)
    assert table["n_new_customers"].to_dict() == {"": 1, "(missing)": 1}
    assert table["n_only_customers"].to_dict() == {"": 1, "(missing)": 0}
    main = customer_channels(sold, pd.Series({"a": "x", "b": "x"}), as_of=AS_OF)
    assert main["channel"].to_dict() == {"a": "(missing)", "b": ""}


def test_no_line_gives_no_row():
    table = channel_table(lines([("a", "2025-05-01", 3.0, "web")]), as_of=AS_OF)
    assert table.empty
    assert "roi" in table.columns


def test_unknown_columns_and_bad_windows_are_named(order_lines):
    with pytest.raises(SchemaError, match=r"'chanel'.*nearest: 'channel'"):
        channel_table(order_lines, as_of=AS_OF, by="chanel")
    with pytest.raises(ValueError, match="A span is a number"):
        channel_table(order_lines, as_of=AS_OF, window="12")


def test_inputs_are_left_alone(order_lines):
    before = order_lines.copy(deep=True)
    channel_table(order_lines, as_of=AS_OF)
    pd.testing.assert_frame_equal(order_lines, before)


@pytest.mark.parametrize("by", ["customer_id", "order_id", "quantity", "is_big"])
def test_every_column_can_name_the_rows(order_lines, by):
    table = channel_table(
        order_lines.assign(is_big=order_lines["revenue"] > 15), as_of=AS_OF, by=by
    )
    assert table.index.name == by
    assert table["revenue"].sum() == order_lines["revenue"].sum()


def test_huge_amounts_and_categories():
    rows = lines([("a", "2024-05-01", 1e300, "web"), ("b", "2024-05-01", 1.0, "shop")])
    table = channel_table(rows.assign(channel=rows["channel"].astype("category")), as_of=AS_OF)
    assert table.loc["web", "revenue_share"] == 1.0
