"""Plots of what is bought together show the numbers of their tables, in the reader's language."""

import gettext
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel._text import catalogue_in_use
from custintel.affinity import (
    attach_rate,
    basket_statistics,
    complementary_offers,
    itemset_rules,
    product_pairs,
)
from custintel.errors import SchemaError
from custintel.plots import attach_bars, basket_size_bars, offer_bars, pair_lifts, pair_matrix

AS_OF = "2024-12-31"
HOSTILE = ["Breakthrough Program for Senior Executives in Energy and Mining", r"$\frac$ & <b>"]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def pairs_of(names, lift=2.0):
    """Return a table of one pair after another among the names."""
    rows = [
        {"antecedent": one, "consequent": other, "n_antecedent": 50 - place, "n_consequent": 40}
        for place, one in enumerate(names)
        for other in names
        if one != other
    ]
    columns = ["antecedent", "consequent", "n_antecedent", "n_consequent"]
    measures = {"lift": lift, "lift_low": lift * 0.8, "lift_high": lift * 1.25, "n_both": 9}
    return pd.DataFrame(rows, columns=columns).assign(**measures)


@pytest.fixture(scope="module")
def transactions():
    baskets = ["bread butter jam"] * 60 + ["bread butter"] * 40 + ["bread"] * 50
    baskets += ["butter"] * 30 + ["milk"] * 100 + ["milk jam"] * 20
    lines = [(str(order), item) for order, held in enumerate(baskets) for item in held.split()]
    return pd.DataFrame(lines, columns=["order_id", "product_id"]).assign(
        ordered_at=pd.Timestamp("2024-03-01"),
        revenue=2.0,
        channel=np.where(np.arange(len(lines)) < 100, "web", "shop"),
    )


@pytest.fixture(scope="module")
def pairs(transactions):
    return product_pairs(transactions, as_of=AS_OF, min_support=10)


def test_each_pair_is_drawn_once_with_its_interval(pairs):
    ax = drawn(pair_lifts(pairs))
    once = pairs[pairs["antecedent"] < pairs["consequent"]]
    assert texts(ax.get_yticklabels()) == [
        f"{row.antecedent}\n+ {row.consequent}" for row in once.itertuples()
    ]
    points = ax.lines[-1]
    assert list(points.get_xdata()) == once["lift"].tolist()
    ends = [[segment[0][0], segment[1][0]] for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, once[["lift_low", "lift_high"]])
    low, high = ax.get_xlim()
    assert low < once["lift_low"].min() < once["lift_high"].max() < high
    assert ax.get_title("left") == "Bought together"
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_rules_name_what_leads_to_what(transactions):
    rules = itemset_rules(transactions, as_of=AS_OF, min_support=10)
    ax = drawn(pair_lifts(rules))
    first = rules.iloc[0]
    label = f"{first['antecedent'][0]} + {first['antecedent'][1]}\n→ {first['consequent']}"
    assert texts(ax.get_yticklabels())[0] == label
    assert len(ax.get_yticklabels()) == 3


def test_of_many_pairs_the_first_fifteen_and_the_title_says_so():
    ax = pair_lifts(pairs_of([f"p{i}" for i in range(60)]))
    assert len(ax.texts) == 15
    assert ax.get_title("left") == "Bought together,\nfirst 15 of 1,770"


def test_lifts_that_differ_much_are_on_a_log_scale():
    table = pairs_of(["a", "b", "c"])
    table.loc[table["antecedent"] == "a", ["lift", "lift_low", "lift_high"]] = [900, 300, 2700]
    ax = drawn(pair_lifts(table))
    assert ax.get_xscale() == "log"
    assert "1,000" in texts(ax.get_xticklabels())
    assert pair_lifts(pairs_of(["a", "b"])).get_xscale() == "linear"


def test_the_matrix_holds_each_lift_in_its_cell(pairs):
    ax = drawn(pair_matrix(pairs))
    names = texts(ax.get_yticklabels())
    assert names == texts(ax.get_xticklabels()) == ["bread", "butter", "milk", "jam"]
    shown = ax.images[0].get_array().filled(np.nan)
    for row in pairs.itertuples():
        cell = shown[names.index(row.antecedent), names.index(row.consequent)]
        assert 2**cell == pytest.approx(row.lift)
    assert np.isfinite(shown).sum() == len(pairs) == len(ax.texts)


def test_of_many_items_the_matrix_shows_the_twenty_most_bought():
    ax = drawn(pair_matrix(pairs_of([f"p{i:02d}" for i in range(30)])))
    assert len(ax.get_yticklabels()) == 20
    assert ax.get_title("left") == "Lift of pairs, 20 most bought of 30 items"
    assert len(ax.texts) == 0


def test_one_direction_of_a_pair_is_enough_for_the_matrix(pairs):
    ax = drawn(pair_matrix(pairs.head(1)))
    assert len(ax.get_yticklabels()) == 2
    assert len(ax.texts) == 1


def test_attach_rates_beside_those_of_other_baskets(transactions):
    rates = attach_rate(transactions, "bread", ["butter", "jam"], as_of=AS_OF)
    ax = drawn(attach_bars(rates))
    assert texts(ax.get_yticklabels()) == ["bread\n+ butter", "bread\n+ jam"]
    assert [bar.get_width() for bar in ax.patches] == rates["attach_rate"].tolist()
    assert list(ax.lines[0].get_xdata()) == rates["other_rate"].tolist()
    assert texts(ax.texts) == ["66.7%", "40.0%"]
    assert texts(ax.get_legend().get_texts()) == ["Baskets without the base"]


def test_a_base_in_every_basket_has_no_mark_beside_it(transactions):
    only = transactions.assign(customer_id="ann")
    rates = attach_rate(only, "bread", "butter", as_of=AS_OF, basket="customer")
    assert texts(drawn(attach_bars(rates)).texts) == ["100.0%"]


def test_offers_beside_their_base_rates(pairs):
    offers = complementary_offers(pairs, ["bread"])
    ax = drawn(offer_bars(offers))
    assert texts(ax.get_yticklabels()) == [f"{item}\n(with bread)" for item in offers["item"]]
    assert list(ax.lines[0].get_xdata()) == offers["base_rate"].tolist()
    assert len(offers) == 2


def test_sizes_of_orders_by_group(transactions):
    table = basket_statistics(transactions, as_of=AS_OF, by="channel")
    ax = drawn(basket_size_bars(table))
    assert texts(ax.get_yticklabels()) == ["shop", "web"]
    assert [bar.get_width() for bar in ax.patches] == table["items_per_order"].tolist()
    share = table["single_item_share"].iloc[0]
    assert ax.texts[0].get_text() == (
        f"{table['items_per_order'].iloc[0]:.2f} ({share:.0%} with one item)"
    )


def test_of_many_groups_those_with_most_orders_and_the_title_says_so():
    table = pd.DataFrame(
        {
            "items_per_order": 2.0,
            "items_per_order_low": np.nan,
            "items_per_order_high": np.nan,
            "single_item_share": 0.5,
            "n_orders": range(25),
        },
        index=[f"g{i:02d}" for i in range(25)],
    )
    ax = drawn(basket_size_bars(table))
    assert texts(ax.get_yticklabels()) == [f"g{i:02d}" for i in range(5, 25)]
    # The first group has no order at all.
    assert ax.get_title("left") == "Items per order, 20 largest of 24"


@pytest.mark.parametrize(
    ("plot", "columns", "message"),
    [
        (
            pair_lifts,
            "antecedent consequent lift lift_low lift_high n_both",
            "Nothing was bought together often enough.",
        ),
        (
            pair_matrix,
            "antecedent consequent lift n_antecedent n_consequent",
            "Nothing was bought together often enough.",
        ),
        (
            attach_bars,
            "base add_on attach_rate attach_rate_low attach_rate_high other_rate",
            "Nothing to show.",
        ),
        (
            offer_bars,
            "item because_of confidence confidence_low confidence_high base_rate",
            "Nothing to show.",
        ),
        (
            basket_size_bars,
            "items_per_order items_per_order_low items_per_order_high single_item_share n_orders",
            "No orders to show.",
        ),
    ],
)
def test_nothing_to_show_is_said_and_missing_columns_are_named(plot, columns, message):
    names = columns.split()
    assert texts(drawn(plot(pd.DataFrame(columns=names))).texts) == [message]
    with pytest.raises(SchemaError, match=f"'{names[-1]}'"):
        plot(pd.DataFrame(columns=names[:-1]))


def test_long_and_hostile_names_fit_and_are_not_formulas():
    table = pairs_of(HOSTILE)
    rules = table.assign(antecedent=[tuple(HOSTILE)] * len(table))
    rates = pd.DataFrame({"base": HOSTILE, "add_on": HOSTILE[::-1], "attach_rate": 0.5})
    rates = rates.assign(attach_rate_low=0.4, attach_rate_high=0.6, other_rate=0.2)
    for ax in (pair_lifts(table), pair_lifts(rules), attach_bars(rates), pair_matrix(table)):
        drawn(ax)
        labels = ax.get_yticklabels()
        assert r"\$" in "".join(texts(labels))
        assert all(len(line) <= 36 for text in texts(labels) for line in text.split("\n"))
        boxes = [label.get_window_extent() for label in labels]
        assert all(box.x0 >= 0 for box in boxes)
        assert len(boxes) == 1 or not boxes[0].overlaps(boxes[1])


def test_numbers_keep_the_language_of_the_call(pairs):
    table = pairs_of(["a", "b", "c"])
    table.loc[table["antecedent"] == "a", ["lift", "lift_low", "lift_high"]] = [900, 300, 27000]
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        lifts, offers = pair_lifts(table), offer_bars(complementary_offers(pairs, ["bread"]))
        matrix = pair_matrix(pairs)
    assert "10\u202f000" in texts(drawn(lifts).get_xticklabels())
    assert texts(drawn(offers).texts)[0] == "66,7\u00a0%"
    assert texts(drawn(matrix).texts)[0].count(",") == 1


@pytest.mark.parametrize("plot", [pair_lifts, pair_matrix])
def test_axes_given_are_drawn_on(plot, pairs):
    _figure, ax = plt.subplots()
    assert plot(pairs, ax=ax) is ax
    assert len(plt.get_fignums()) == 1
