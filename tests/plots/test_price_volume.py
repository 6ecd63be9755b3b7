"""The waterfall of effects leads from the revenue before to that after."""

import gettext
import io
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from custintel._text import catalogue_in_use
from custintel.errors import SchemaError
from custintel.plots import price_volume_mix_bars
from custintel.plots._style import BLUE, SKY, VERMILLION
from custintel.revenue import price_volume_mix


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


@pytest.fixture
def effects():
    """Return 450, then +200 volume, +12 price, +60 mix, +80 new, −50 lost: 752; then nothing."""
    rows = [
        ("2023-01-02", "seat", 10, 100.0),
        ("2023-01-02", "box", 10, 300.0),
        ("2023-07-01", "old", 1, 50.0),
        ("2024-01-01", "seat", 12, 132.0),
        ("2024-05-01", "box", 18, 540.0),
        ("2024-05-01", "new", 2, 80.0),
    ]
    table = pd.DataFrame(rows, columns=["ordered_at", "product_id", "quantity", "revenue"])
    table["ordered_at"] = pd.to_datetime(table["ordered_at"])
    return price_volume_mix(table, as_of="2025-06-30")


def test_each_bar_begins_where_the_one_above_ended(effects):
    ax = drawn(price_volume_mix_bars(effects, period=2024, currency="EUR"))
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == [
        pytest.approx(bar)
        for bar in [(0, 450), (450, 200), (650, 12), (662, 60), (722, 80), (802, -50), (0, 752)]
    ]
    assert texts(ax.get_yticklabels()) == [
        *("2023", "Volume", "Price", "Mix", "New items", "Lost items", "2024")
    ]
    assert texts(ax.texts)[:2] == ["€450.00", "+€200.00"]
    assert texts(ax.texts)[-2:] == ["−€50.00", "€752.00"]
    colors = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert colors == [SKY, *[BLUE] * 4, VERMILLION, SKY]


def test_the_last_change_is_drawn_and_marked_if_it_is_not_of_whole_periods(effects):
    ax = drawn(price_volume_mix_bars(effects))
    assert texts(ax.get_yticklabels())[0] == "2024"
    assert ax.get_title("left") == "Why revenue changed (not whole periods)"
    assert price_volume_mix_bars(effects, period="2024").get_title("left") == "Why revenue changed"


def test_refunds_and_lines_without_quantity_are_shown_if_there_are_any(effects):
    some = effects.iloc[:1].assign(refunds=-1000.0, unmeasured=5.0, revenue_after=-243.0)
    ax = drawn(price_volume_mix_bars(some))
    assert texts(ax.get_yticklabels())[-3:-1] == ["Without quantity", "Refunds"]
    low, high = ax.get_xlim()
    assert low < -243
    assert high > 802


def test_amounts_of_billions_fit(effects):
    amounts = effects.columns[:9]
    huge = effects.iloc[:1].copy()
    huge[amounts] *= 1e9
    ax = drawn(price_volume_mix_bars(huge, currency="EUR"))
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(box.x1 <= ax.figure.bbox.width for box in boxes)
    labels = [label.get_window_extent() for label in ax.get_xticklabels()]
    assert not any(a.overlaps(b) for a, b in itertools.pairwise(labels))


def test_sixty_periods_show_one_change(effects):
    months = pd.period_range("2020-01", periods=60, freq="M")
    many = pd.concat([effects.iloc[[0]]] * 60).set_axis(months)
    assert texts(price_volume_mix_bars(many).get_yticklabels())[-1] == "Dec 2024"
    some = price_volume_mix_bars(many, period="2021-03")
    assert texts(some.get_yticklabels())[::6] == ["Feb 2021", "Mar 2021"]


def test_nothing_to_show_is_said(effects):
    assert texts(price_volume_mix_bars(effects.iloc[:0]).texts) == ["No change of revenue to show."]


def test_numbers_keep_the_language_of_the_call(effects):
    with catalogue_in_use(gettext.NullTranslations(), "fr"):
        ax = price_volume_mix_bars(effects, period=2024, currency="EUR")
    assert texts(drawn(ax).texts)[1] == "+200,00\u00a0€"
    assert np.all([text.endswith("€") for text in texts(ax.get_xticklabels())])


def test_axes_given_are_drawn_on(effects):
    _figure, ax = plt.subplots()
    assert price_volume_mix_bars(effects, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_unusable_arguments_are_refused(effects):
    with pytest.raises(SchemaError, match="'mix_effect'"):
        price_volume_mix_bars(effects.drop(columns="mix_effect"))
    with pytest.raises(ValueError, match="1999 is not a period of this table; it has '2024'"):
        price_volume_mix_bars(effects, period=1999)
