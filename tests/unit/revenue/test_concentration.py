import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.revenue import concentration_curve, concentration_table, revenue_table


def of(amounts, **arguments):
    """Return the measures of one period with these amounts."""
    names = [f"c{i}" for i in range(len(amounts))]
    table = pd.DataFrame({2024: amounts}, index=names, dtype=float)
    return concentration_table(table, **arguments).iloc[0]


@pytest.mark.parametrize(
    ("shares", "hhi"),
    [
        ([70, 30], 0.58),  # 5,800 on the scale to 10,000
        ([30, 30, 20, 20], 0.26),
        ([25, 25, 25, 25], 0.25),
        ([7], 1.0),
    ],
)
def test_hhi_of_known_markets(shares, hhi):
    assert of(shares)["hhi"] == pytest.approx(hhi)


def test_ratios_of_the_largest():
    measures = of([40, 10, 30, 20], top=(1, 3, 10))
    assert measures[["cr_1", "cr_3", "cr_10"]].tolist() == pytest.approx([0.4, 0.9, 1.0])


@pytest.mark.parametrize(
    ("pareto", "share"),
    [(0.2, 0.4), (0.3, 0.55), (0.5, 0.8), (1.0, 1.0), (0.0, 0.0)],
)
def test_a_part_of_a_customer_counts_in_proportion(pareto, share):
    # Five customers with 40, 30, 20, 10, 0.001: 30 % of them are one and a half.
    assert of([40, 30, 20, 10, 0.001], pareto=pareto)["pareto_share"] == pytest.approx(
        share, abs=1e-4
    )


def test_equal_customers_are_not_concentrated():
    measures = of([3.0] * 8)
    assert measures["gini"] == pytest.approx(0, abs=1e-12)
    assert measures["pareto_share"] == pytest.approx(0.2)


def test_customers_without_revenue_are_not_counted():
    pd.testing.assert_series_equal(of([70, 0, 30, 0]), of([70, 30]))


def test_net_refunds_are_left_out_and_counted():
    measures = of([70, 30, -15, -5])
    assert measures[["n_customers", "revenue", "n_negative", "net_refunds"]].tolist() == [
        2,
        100,
        2,
        -20,
    ]
    assert measures["hhi"] == pytest.approx(0.58)


@pytest.mark.parametrize("amounts", [[], [0.0], [-5.0, -1.0]])
def test_without_a_customer_the_shares_are_missing(amounts):
    measures = of(amounts)
    assert measures["n_customers"] == 0
    assert measures[["cr_1", "cr_10", "hhi", "gini", "pareto_share"]].isna().all()
    assert measures["net_refunds"] == sum(amounts)


def test_one_row_per_period_in_order(few_orders):
    table = revenue_table(few_orders, as_of="2024-06-30", by="customer_id", period="Q")
    measures = concentration_table(table[table.columns[::-1]])
    assert [str(period) for period in measures.index] == ["2024Q1", "2024Q2"]
    assert measures.index.name == "period"
    # First quarter: Ben 300, Ada 30. Second: Cleo 600, Ada 70.
    assert measures["cr_1"].tolist() == pytest.approx([300 / 330, 600 / 670])
    assert measures["n_customers"].tolist() == [2, 2]


def test_no_period_gives_no_row():
    assert len(concentration_table(pd.DataFrame(index=["a"]))) == 0


@pytest.mark.parametrize("top", [[0], [1.5], [-1], (True,), [1, np.True_], ["3"]])
def test_top_holds_counts(top):
    with pytest.raises(ValueError, match="top holds whole numbers"):
        of([1, 2], top=top)


def test_counts_may_be_numbers_of_numpy():
    assert of([70, 30], top=np.array([1]))["cr_1"] == pytest.approx(0.7)


def test_pareto_is_a_part():
    with pytest.raises(ValueError, match="pareto lies between 0 and 1"):
        of([1, 2], pareto=20)


def test_curve_goes_from_nothing_to_all_best_first():
    table = pd.DataFrame({2023: [10, 0, -3], 2024: [0, 30, 0]}, index=list("abc"))
    curve = concentration_curve(table)
    assert curve["customer_share"].tolist() == [0, 0.5, 1]
    assert curve["revenue_share"].tolist() == [0, 0.75, 1]
    alone = concentration_curve(table, period=2023)
    assert alone.to_numpy().tolist() == [[0, 0], [1, 1]]


def test_long_curves_are_thinned_without_moving():
    revenue = np.random.default_rng(0).pareto(1.1, 30_000) + 0.01
    table = pd.DataFrame({2024: revenue}, index=np.arange(len(revenue)))
    curve = concentration_curve(table)
    assert len(curve) <= 200
    whole = np.concatenate([[0], np.sort(revenue)[::-1].cumsum() / revenue.sum()])
    at = np.linspace(0, 1, len(whole))
    drawn = np.interp(at, curve["customer_share"], curve["revenue_share"])
    assert np.abs(drawn - whole).max() < 0.01
    assert curve.iloc[0].tolist() == [0, 0]
    assert curve.iloc[-1].tolist() == [1, 1]


def test_curve_of_no_revenue_is_empty():
    curve = concentration_curve(pd.DataFrame({2024: [0.0, -1.0]}, index=["a", "b"]))
    assert curve.empty
    assert list(curve.columns) == ["customer_share", "revenue_share"]


def test_curve_of_an_unknown_period_or_repeated_customer():
    with pytest.raises(ValueError, match="2020 is not a period"):
        concentration_curve(pd.DataFrame({2024: [1.0]}), period=2020)
    with pytest.raises(SchemaError, match="more than once: 'a'"):
        concentration_curve(pd.DataFrame({2024: [1.0, 2.0]}, index=["a", "a"]))
