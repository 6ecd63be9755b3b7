"""Plots of rankings by uplift show the numbers of their tables."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import targeting_profit_curve, uplift_decile_bars, uplift_gain_curve

PLOTS = [uplift_gain_curve, uplift_decile_bars, targeting_profit_curve]


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draw for good: labels are written then, and warnings about them raised."""
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def curve(n=101, scale=0.05, is_rate=True, kind="qini"):
    share = np.linspace(0, 1, n)
    gain = scale * 4 * share * (1.2 - share)
    return pd.DataFrame(
        {"gain": gain, "gain_low": gain - scale * share, "gain_high": gain + scale * share},
        index=pd.Index(share, name="customer_share"),
    ).assign(random=share * gain[-1], is_rate=is_rate, curve=kind)


def deciles(n=10, scale=0.1, is_rate=True, predicted=1.1):
    uplift = scale * np.linspace(1, -0.5, n)
    return pd.DataFrame(
        {"uplift": uplift, "uplift_low": uplift - scale / 3, "uplift_high": uplift + scale / 3},
        index=pd.Index(np.arange(n) + 1, name="group"),
    ).assign(predicted=uplift * predicted, is_rate=is_rate)


def profits(n=101, scale=1000.0):
    share = np.linspace(0, 1, n)
    profit = scale * 4 * share * (0.9 - share)
    return pd.DataFrame(
        {
            "profit": profit,
            "profit_low": profit - scale * share,
            "profit_high": profit + scale * share,
            "random_profit": share * profit[-1],
            "is_best": np.arange(n) == profit.argmax(),
        },
        index=pd.Index(share, name="customer_share"),
    )


TABLES = dict(zip(PLOTS, (curve, deciles, profits), strict=True))


def test_curve_and_random_line_are_drawn():
    table = curve()
    ax = drawn(uplift_gain_curve(table))
    ranking, random = ax.lines[:2]
    np.testing.assert_allclose(ranking.get_xydata(), table["gain"].reset_index())
    np.testing.assert_allclose(random.get_ydata(), table["random"])
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(table["gain_low"].min())
    assert band[:, 1].max() == pytest.approx(table["gain_high"].max())
    assert ax.get_title("left") == "Qini curve: what treating the best of a ranking adds"
    assert texts(ax.get_legend().get_texts()) == ["This ranking, and interval", "Random order"]
    assert ax.get_ylabel() == "Successes added per customer"
    assert "10%" in texts(ax.get_yticklabels())


def test_curve_of_amounts_is_written_in_numbers():
    ax = drawn(uplift_gain_curve(curve(scale=3.0, is_rate=False, kind="gain")))
    assert ax.get_ylabel() == "Amount added per customer"
    assert ax.get_title("left").startswith("Gain curve")
    assert not any("%" in text for text in texts(ax.get_yticklabels()))


def test_groups_are_bars_with_intervals_and_predictions():
    table = deciles()
    ax = drawn(uplift_decile_bars(table))
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], table["uplift"])
    ends = np.array([segment[:, 1] for segment in ax.collections[0].get_segments()])
    np.testing.assert_allclose(ends, table[["uplift_low", "uplift_high"]])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), table["predicted"])
    assert texts(ax.get_xticklabels()) == [str(group) for group in range(1, 11)]


def test_scores_of_another_scale_are_not_drawn_as_predictions():
    ax = drawn(uplift_decile_bars(deciles(predicted=900)))
    assert texts(ax.get_legend().get_texts()) == ["Observed, and interval"]


def test_group_without_an_arm_is_left_blank():
    table = deciles()
    table.loc[3, ["uplift", "uplift_low", "uplift_high"]] = np.nan
    drawn(uplift_decile_bars(table))
    ax = drawn(uplift_decile_bars(table.assign(uplift=np.nan)))
    assert texts(ax.texts) == ["No group with customers of both arms to show."]


def test_best_share_is_marked_without_its_amount():
    table = profits()
    ax = drawn(targeting_profit_curve(table, currency="USD"))
    assert texts(ax.texts) == ["Best share: 45%"]
    np.testing.assert_allclose(ax.lines[0].get_ydata(), table["profit"])
    marked = ax.lines[-1].get_xydata()[0]
    np.testing.assert_allclose(marked, [0.45, table["profit"].max()])
    assert ax.get_ylabel() == "Profit beyond treating nobody"
    assert any(text.replace("\\", "").startswith("$") for text in texts(ax.get_yticklabels()))


@pytest.mark.parametrize("currency", [None, "EUR", "$x^2$ & <b>"])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 1e9])
def test_currencies_and_sizes_are_drawn(scale, currency):
    drawn(targeting_profit_curve(profits(scale=scale), currency=currency))


@pytest.mark.parametrize("plot", PLOTS)
def test_empty_tables_say_so(plot):
    ax = drawn(plot(TABLES[plot]().head(0)))
    assert texts(ax.texts)[0].startswith("No ")


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("n", [1, 2, 60])
def test_any_number_of_rows_is_drawn_on_the_axes_given(plot, n):
    _, ax = plt.subplots()
    assert drawn(plot(TABLES[plot](n), ax=ax)) is ax
    assert ax.get_title("left")


@pytest.mark.parametrize("plot", PLOTS)
def test_missing_columns_are_named(plot):
    table = TABLES[plot]()
    for column in table.columns:
        with pytest.raises(SchemaError, match=f"lacks '{column}'"):
            plot(table.drop(columns=column))


@pytest.mark.parametrize("plot", PLOTS)
def test_tables_stay_as_they_are(plot):
    table = TABLES[plot]()
    before = table.copy()
    plot(table)
    pd.testing.assert_frame_equal(table, before)


def test_flat_tables_are_drawn():
    drawn(uplift_gain_curve(curve(scale=0.0)))
    drawn(uplift_decile_bars(deciles(scale=0.0, is_rate=False)))
    drawn(targeting_profit_curve(profits(scale=0.0)))
