"""Plots of habits show the numbers of the tables, in the reader's language."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.affinity import category_breadth, company_propensity, promotion_dependency
from custintel.errors import SchemaError
from custintel.plots import breadth_bars, promotion_bars, propensity_heatmap

AS_OF = "2024-12-31"
LONG = "Breakthrough Program for Senior Executives in Energy and Mining"
HOSTILE = r"$\frac$ & <b>"


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def orders(n_companies=6, categories=("a", "b", "c", LONG, HOSTILE), n=900):
    """Draw orders; the company 1 takes the first category above all."""
    rng = np.random.default_rng(3)
    company = rng.integers(0, n_companies, n)
    category = rng.choice(np.array(categories, dtype=object), n)
    category[(company == 1) & (rng.random(n) < 0.6)] = categories[0]
    return pd.DataFrame(
        {
            "customer_id": rng.integers(0, 300, n),
            "account_id": company,
            "ordered_at": pd.Timestamp("2024-05-01"),
            "category": category,
            "revenue": 10.0,
            "discount": rng.choice([0.0, 1.0], n, p=[0.7, 0.3]),
        }
    )


@pytest.fixture(scope="module")
def propensity():
    return company_propensity(orders(), as_of=AS_OF)


@pytest.fixture(scope="module")
def dependency():
    return promotion_dependency(orders(), as_of=AS_OF, by="category")


@pytest.fixture(scope="module")
def breadth():
    return category_breadth(orders(), as_of=AS_OF)


def test_shades_are_the_location_quotients_and_finds_are_framed(propensity):
    ax = drawn(propensity_heatmap(propensity))
    shown = np.asarray(ax.images[0].get_array())
    quotients = propensity["location_quotient"].to_numpy()
    np.testing.assert_allclose(np.sort(2.0 ** shown[np.isfinite(shown)]), np.sort(quotients))
    assert shown[0, 0] == np.log2(propensity.loc[0, "location_quotient"])
    assert texts(ax.get_yticklabels())[0] == "1"
    assert texts(ax.get_xticklabels())[0] == "a"
    assert len(ax.patches) == (propensity["q"] <= 0.05).sum() >= 1
    assert ax.patches[0].get_xy() == pytest.approx((-0.46, -0.44))
    n = [int(text.replace(",", "")) for text in texts(ax.texts)]
    assert sum(n) == propensity["n_purchases"].sum()
    assert ax.get_title("left") == "Who buys more of what than others do"


def test_the_scale_is_symmetric_around_one(propensity):
    image = drawn(propensity_heatmap(propensity)).images[0]
    assert image.norm.vmin == -image.norm.vmax
    halves = texts(image.colorbar.ax.get_yticklabels())
    assert {"0.50", "1.00", "2.0"} <= set(halves)


def test_what_was_never_bought_is_grey_and_zero(propensity):
    without = propensity.drop(index=propensity.index[-1])
    ax = drawn(propensity_heatmap(without))
    assert texts(ax.texts).count("0") == 1
    assert np.isnan(np.asarray(ax.images[0].get_array().filled(np.nan))).sum() == 1


def test_of_sixty_companies_the_fifteen_surest_are_drawn():
    many = orders(60, tuple(f"item {i}" for i in range(12)), 6000)
    table = company_propensity(many, as_of=AS_OF)
    ax = drawn(propensity_heatmap(table))
    assert ax.images[0].get_array().shape == (15, 8)
    surest = list(dict.fromkeys(table["account_id"]))[:15]
    assert texts(ax.get_yticklabels()) == surest
    assert ax.get_title("left").endswith(",\n15 × 8 surest of 60 × 12")


def test_bars_are_the_shrunk_shares_beside_the_observed_ones(dependency):
    ax = drawn(promotion_bars(dependency))
    rows = dependency.sort_values("shrunk_share", ascending=False)
    assert [bar.get_width() for bar in ax.patches] == rows["shrunk_share"].tolist()
    assert ax.lines[0].get_xdata().tolist() == rows["discounted_share"].tolist()
    segments = np.array(ax.collections[0].get_segments())[:, :, 0]
    np.testing.assert_allclose(segments, rows[["shrunk_share_low", "shrunk_share_high"]])
    assert texts(ax.texts)[0].endswith(f"({rows['n_orders'].iloc[0]} orders)")
    assert ax.get_title("left") == "Orders at a discount"


def test_of_many_rows_those_with_most_orders_are_drawn():
    table = promotion_dependency(orders(n=400), as_of=AS_OF)
    ax = drawn(promotion_bars(table))
    assert len(ax.patches) == 20
    assert ax.get_title("left") == f"Orders at a discount, 20 largest of {len(table)}"
    names = [int(name) for name in texts(ax.get_yticklabels())]
    chosen = table.set_axis(table.index.astype(int)).loc[names]
    assert chosen["n_orders"].min() >= table["n_orders"].nlargest(20).min()


def test_no_discount_at_all_is_drawn():
    table = promotion_dependency(orders().assign(discount=0.0), as_of=AS_OF, by="category")
    ax = drawn(promotion_bars(table))
    assert ax.lines[0].get_xdata().tolist() == [0.0] * 5


def test_a_single_order_is_not_several():
    ax = drawn(promotion_bars(promotion_dependency(orders(n=1), as_of=AS_OF)))
    assert texts(ax.texts)[0].endswith("(1 order)")


def test_bars_are_the_categories_beside_those_expected(breadth):
    ax = drawn(breadth_bars(breadth))
    assert [bar.get_height() for bar in ax.patches] == breadth["mean_categories"].tolist()
    assert ax.lines[0].get_ydata().tolist() == breadth["expected_categories"].tolist()
    assert texts(ax.get_xticklabels()) == [str(n) for n in breadth.index]
    assert ax.get_title("left") == "How many categories customers buy"


def test_sixty_numbers_of_orders_say_how_many_are_drawn(breadth):
    row = breadth.iloc[[1]]
    many = pd.concat([row] * 60).set_axis(range(1, 61))
    ax = drawn(breadth_bars(many))
    assert len(ax.patches) == 20
    assert ax.get_title("left").endswith("first 20 of 60 rows")


def test_one_customer_has_no_interval():
    table = category_breadth(orders(n=1), as_of=AS_OF)
    assert table["mean_categories_low"].isna().all()
    ax = drawn(breadth_bars(table))
    assert len(ax.patches) == 1
    assert not len(ax.collections[0].get_segments())


@pytest.fixture
def plots_and_tables(propensity, dependency, breadth):
    return [
        (propensity_heatmap, propensity, "'q'"),
        (promotion_bars, dependency, "'shrunk_share'"),
        (breadth_bars, breadth, "'expected_categories'"),
    ]


def test_one_row_none_and_missing_columns(plots_and_tables):
    for draw, table, column in plots_and_tables:
        assert drawn(draw(table.iloc[:1])).get_title("left")
        assert texts(drawn(draw(table.iloc[:0])).texts) == ["No purchase to show."]
        with pytest.raises(SchemaError, match=column):
            draw(table.drop(columns=column.strip("'")))


def test_long_and_hostile_names_fit_and_are_not_formulas(propensity, dependency):
    for ax in (propensity_heatmap(propensity), promotion_bars(dependency)):
        drawn(ax)
        # Of an axis of numbers, some ticks lie beyond its end and are not shown.
        named = ax.get_xticklabels() if ax.images else []
        labels = [*named, *ax.get_yticklabels(), ax.xaxis.label, ax._left_title]
        assert any(r"\$\frac\$ & <b>" in name for name in texts(labels))
        figure = ax.figure.get_window_extent()
        boxes = [label.get_window_extent() for label in labels]
        assert all(box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.x1 for box in boxes)


def test_numbers_are_in_the_language_of_the_call(propensity, dependency, breadth):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        heatmap, promotion = propensity_heatmap(propensity), promotion_bars(dependency)
        categories = breadth_bars(breadth.iloc[:1])
    assert "1,00" in texts(drawn(heatmap).images[0].colorbar.ax.get_yticklabels())
    assert "\u00a0%" in texts(drawn(promotion).texts)[0]
    assert "0,5" in texts(drawn(categories).get_yticklabels())


def test_axes_given_are_drawn_on_and_tables_left_alone(plots_and_tables):
    for draw, table, _column in plots_and_tables:
        before = table.copy(deep=True)
        _figure, ax = plt.subplots()
        assert draw(table, ax=ax) is ax
        pd.testing.assert_frame_equal(table, before)
    assert len(plt.get_fignums()) == 3
