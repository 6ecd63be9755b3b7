import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, WeakResultWarning
from custintel.revenue import new_customer_revenue, new_product_revenue, revenue_table


def lines(rows, columns=("customer_id", "ordered_at", "revenue")):
    table = pd.DataFrame(rows, columns=list(columns))
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]).astype("datetime64[us]"))


def column(table, name):
    return dict(zip(map(str, table.index), table[name].tolist(), strict=True))


def test_customers_are_new_in_the_period_of_their_first_purchase(few_orders):
    # Ada and Ben begin in the first quarter, Cleo in the second.
    split = new_customer_revenue(few_orders, as_of="2024-06-30", period="Q")
    assert column(split, "n_customers") == {"2024Q1": 2, "2024Q2": 2}
    assert column(split, "n_new_customers") == {"2024Q1": 2, "2024Q2": 1}
    assert column(split, "new_revenue") == {"2024Q1": 330, "2024Q2": 600}
    assert column(split, "existing_revenue") == {"2024Q1": 0, "2024Q2": 70}
    assert column(split, "new_revenue_share") == pytest.approx({"2024Q1": 1, "2024Q2": 600 / 670})


def test_the_whole_revenue_is_split(odd_orders):
    split = new_customer_revenue(odd_orders, as_of="2024-07-01", period="M")
    whole = revenue_table(odd_orders, as_of="2024-07-01", period="M").loc["total"]
    assert split["revenue"].tolist() == whole.tolist()
    both = split["new_revenue"] + split["existing_revenue"]
    assert both.tolist() == whole.tolist()
    assert list(split.index) == list(whole.index)


def test_a_refund_makes_no_customer_and_lowers_the_revenue_of_its_customer():
    table = lines(
        [
            ("ann", "2023-02-01", 100.0),
            ("ann", "2023-05-01", -40.0),
            ("bob", "2023-03-01", -25.0),  # bought before the data began
            ("bob", "2024-03-01", 10.0),
            ("eve", "2024-03-01", -5.0),  # refunds alone
        ]
    )
    split = new_customer_revenue(table, as_of="2024-12-31")
    assert column(split, "n_customers") == {"2023": 1, "2024": 1}
    assert column(split, "n_new_customers") == {"2023": 1, "2024": 1}
    assert column(split, "new_revenue") == {"2023": 60, "2024": 10}
    assert column(split, "existing_revenue") == {"2023": -25, "2024": -5}


def test_a_zero_amount_is_a_first_purchase():
    table = lines([("ann", "2023-02-01", 0.0), ("ann", "2024-02-01", 10.0)])
    split = new_customer_revenue(table, as_of="2024-12-31")
    assert column(split, "n_new_customers") == {"2023": 1, "2024": 0}
    assert column(split, "existing_revenue") == {"2023": 0, "2024": 10}
    assert split["new_revenue_share"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("first", "warm_up", "marked"),
    [
        ("2022-01-20", "12M", ["2022"]),
        ("2022-02-20", "12M", ["2022", "2023"]),
        ("2022-01-20", "2Y", ["2022", "2023"]),
        ("2022-01-20", "1M", ["2022"]),
    ],
)
def test_periods_in_which_the_data_begin_are_marked(first, warm_up, marked):
    table = lines([("ann", first, 1.0), ("bob", "2024-05-01", 1.0)])
    split = new_customer_revenue(table, as_of="2024-12-31", warm_up=warm_up)
    assert [str(period) for period in split.index[split["is_warm_up"]]] == marked


def test_the_last_period_is_marked_if_it_is_not_over(few_orders):
    partial = new_customer_revenue(few_orders, as_of="2024-06-29", period="M")["is_partial"]
    assert partial.tolist() == [False] * 5 + [True]
    whole = new_customer_revenue(few_orders, as_of="2024-06-30", period="M")["is_partial"]
    assert not whole.any()


def test_without_lines_there_is_no_period(few_orders):
    for table in (few_orders.iloc[:0], few_orders):
        split = new_customer_revenue(table, as_of="2020-01-01")
        assert split.shape == (0, 8)
        assert isinstance(split.index, pd.PeriodIndex)


def test_unusable_arguments_are_refused(few_orders):
    with pytest.raises(ValueError, match="period is one of 'M', 'Q', 'Y'"):
        new_customer_revenue(few_orders, as_of="2024-06-30", period="W")
    with pytest.raises(ValueError, match="warm_up is whole months or years"):
        new_customer_revenue(few_orders, as_of="2024-06-30", warm_up="90D")
    with pytest.raises(SchemaError, match="lacks 'customer_id'"):
        new_customer_revenue(few_orders.drop(columns="customer_id"), as_of="2024-06-30")


@pytest.fixture
def sales():
    """Return sales of an old, a new and an unknown product over three years."""
    rows = [
        ("old", "2022-01-15", 100.0),
        ("new", "2023-06-01", 30.0),
        ("old", "2023-06-01", 70.0),
        ("new", "2024-05-31", 20.0),
        ("new", "2024-06-01", 80.0),
        ("odd", "2024-06-01", 50.0),
        (None, "2024-06-01", 50.0),
    ]
    return lines(rows, columns=("product_id", "ordered_at", "revenue"))


@pytest.fixture
def products():
    return pd.DataFrame(
        {
            "product_id": ["old", "new"],
            "launched_at": pd.to_datetime(["2010-01-01", "2023-06-20"]),
        }
    )


def test_a_product_is_young_for_whole_months_from_its_launch(sales, products):
    with pytest.warns(WeakResultWarning, match="1 product has no launch date.*'odd'.*12.5%"):
        split = new_product_revenue(sales, products, as_of="2024-12-31", window="12M")
    # Launched in June 2023, "new" is young to the end of May 2024.
    assert column(split, "new_revenue") == {"2022": 0, "2023": 30, "2024": 20}
    assert column(split, "undated_revenue") == {"2022": 0, "2023": 0, "2024": 100}
    assert column(split, "revenue") == {"2022": 100, "2023": 100, "2024": 200}
    assert column(split, "new_revenue_share") == pytest.approx(
        {"2022": 0, "2023": 0.3, "2024": 0.1}
    )
    assert column(split, "n_products") == {"2022": 1, "2023": 2, "2024": 2}
    assert column(split, "n_new_products") == {"2022": 0, "2023": 1, "2024": 1}
    assert not split["is_warm_up"].any()


def test_the_first_sale_stands_in_for_the_launch(sales):
    split = new_product_revenue(sales, as_of="2024-12-31", window="12M")
    assert column(split, "new_revenue") == {"2022": 100, "2023": 30, "2024": 70}
    assert column(split, "undated_revenue") == {"2022": 0, "2023": 0, "2024": 50}
    assert column(split, "is_warm_up") == {"2022": True, "2023": False, "2024": False}


def test_sales_ahead_of_the_launch_are_of_a_young_product(sales, products):
    late = products.assign(launched_at=pd.to_datetime(["2010-01-01", "2024-06-01"]))
    with pytest.warns(WeakResultWarning):
        split = new_product_revenue(sales, late, as_of="2024-12-31")
    assert column(split, "new_revenue") == {"2022": 0, "2023": 30, "2024": 100}


def test_refunds_are_netted_and_are_no_sale(sales, products):
    returned = lines([("new", "2024-05-02", -15.0)], columns=sales.columns)
    both = pd.concat([sales[sales["product_id"].isin(["old", "new"])], returned])
    split = new_product_revenue(both, products, as_of="2024-12-31", window="12M")
    assert column(split, "new_revenue")["2024"] == 5
    alone = new_product_revenue(returned, as_of="2024-12-31")
    assert column(alone, "n_products") == {"2024": 0}
    assert column(alone, "undated_revenue") == {"2024": -15}


def test_ids_of_another_type_are_matched(sales, products):
    numbers = {"old": 1, "new": 2}
    known = sales[sales["product_id"].isin(["old", "new"])]
    found = new_product_revenue(
        known.assign(product_id=known["product_id"].map(numbers)),
        products.assign(product_id=["1", "2"]),
        as_of="2024-12-31",
    )
    assert column(found, "new_revenue") == {"2022": 0, "2023": 30, "2024": 100}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: pd.concat([p, p]), "2 products come more than once in 'products'"),
        (lambda p: p.assign(launched_at=["2010", "2023"]), "'launched_at' of 'products' holds"),
        (lambda p: p.assign(launched_at=[2010, 2023]), "'launched_at' of 'products' holds int64"),
        (lambda p: p.drop(columns="launched_at"), "lacks 'launched_at'"),
    ],
)
def test_unusable_products_are_refused(sales, products, change, message):
    with pytest.raises(SchemaError, match=message):
        new_product_revenue(sales, change(products), as_of="2024-12-31")


def test_products_without_any_date_leave_all_undated(sales, products):
    with pytest.warns(WeakResultWarning, match="3 products have no launch date"):
        split = new_product_revenue(sales, products.assign(launched_at=pd.NaT), as_of="2024-12-31")
    assert split["undated_revenue"].tolist() == split["revenue"].tolist()


def test_without_sales_there_is_no_period(sales, products):
    for given in (None, products):
        assert new_product_revenue(sales, given, as_of="2020-01-01").shape == (0, 8)


def test_inputs_are_left_alone(sales, products):
    before = sales.copy(deep=True), products.copy(deep=True)
    with pytest.warns(WeakResultWarning):
        new_product_revenue(sales, products, as_of="2024-12-31")
    pd.testing.assert_frame_equal(sales, before[0])
    pd.testing.assert_frame_equal(products, before[1])


def test_both_equal_their_definition():
    rng = np.random.default_rng(5)
    n = 600
    table = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 60, n).astype(str),
            "product_id": rng.integers(0, 25, n).astype(str),
            "ordered_at": pd.Timestamp("2019-03-10")
            + pd.to_timedelta(rng.integers(0, 1800, n), "D"),
            "revenue": rng.integers(-20, 100, n).astype(float),
        }
    )
    quarter = table["ordered_at"].dt.to_period("Q")
    bought = table[table["revenue"] >= 0]
    first = bought.groupby("customer_id")["ordered_at"].min().dt.to_period("Q")
    is_new = table["customer_id"].map(first).to_numpy() == quarter.to_numpy()
    split = new_customer_revenue(table, as_of="2025-12-31", period="Q")
    expected = table["revenue"].where(is_new, 0.0).groupby(quarter).sum()
    np.testing.assert_allclose(split["new_revenue"].reindex(expected.index), expected, atol=1e-9)
    counts = bought.groupby(quarter)["customer_id"].nunique()
    assert split["n_customers"].reindex(counts.index).tolist() == counts.tolist()
    month = table["ordered_at"].dt.to_period("M")
    launch = bought.groupby("product_id")["ordered_at"].min().dt.to_period("M")
    age = [m.ordinal - launch[p].ordinal for m, p in zip(month, table["product_id"], strict=True)]
    young = table["revenue"].where(np.array(age) < 18, 0.0).groupby(quarter).sum()
    vitality = new_product_revenue(table, as_of="2025-12-31", period="Q", window="18M")
    np.testing.assert_allclose(vitality["new_revenue"].reindex(young.index), young, atol=1e-9)
