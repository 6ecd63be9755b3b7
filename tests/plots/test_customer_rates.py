"""Plots of retention show the numbers of their tables."""

import io

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError
from custintel.plots import (
    inactivity_lines,
    retention_lines,
    second_purchase_lines,
    survival_lines,
)


def texts(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    ax.figure.savefig(io.BytesIO(), format="png")
    return ax


def rates(n_groups=1, settled=True):
    years = pd.period_range("2021", "2024", freq="Y")
    table = pd.DataFrame(
        {
            "group": np.repeat([f"g{i}" for i in range(n_groups)], 4),
            "period": years.take(np.tile(np.arange(4), n_groups)),
            "retention_rate": np.tile([np.nan, 0.5, 0.6, 0.4], n_groups),
            "is_settled": settled,
        }
    )
    return table.assign(
        retention_rate_low=table["retention_rate"] - 0.1,
        retention_rate_high=table["retention_rate"] + 0.1,
    )


def test_rates_are_drawn_where_they_are_known():
    ax = drawn(retention_lines(rates()))
    assert ax.get_lines()[0].get_ydata().tolist() == [0.5, 0.6, 0.4]
    ends = [path.vertices[:, 1].tolist() for path in ax.collections[0].get_paths()]
    np.testing.assert_allclose(ends, [[0.4, 0.6], [0.5, 0.7], [0.3, 0.5]])
    assert texts(ax.get_xticklabels()) == ["2022", "2023", "2024"]
    assert ax.get_legend() is None


def test_many_groups_are_told_and_unsettled_periods_hollow():
    ax = drawn(retention_lines(rates(n_groups=6, settled=False)))
    assert len(ax.get_lines()) == 4
    assert "(4 of 6 groups)" in ax.get_title(loc="left")
    assert texts(ax.get_legend().get_texts()) == ["g0", "g1", "g2", "g3"]
    hollow = [each for each in ax.collections if len(each.get_offsets()) == 3]
    assert all(each.get_facecolor()[0].tolist() == [1, 1, 1, 1] for each in hollow[-1:])


@pytest.fixture
def windows():
    return pd.DataFrame(
        {
            "window_days": [30, 91, 183],
            "return_rate": [0.4, 0.2, 0.05],
            "return_rate_low": [0.35, 0.15, 0.02],
            "return_rate_high": [0.45, 0.25, 0.1],
            "is_followed": [True, True, False],
            "is_chosen": [False, True, False],
        },
        index=["1M", "3M", "6M"],
    )


def test_the_chosen_window_is_named(windows):
    ax = drawn(inactivity_lines(windows))
    assert texts(ax.texts) == ["3M: 20%"]
    assert ax.get_lines()[1].get_xdata() == [91, 91]
    assert "hollow" in ax.get_xlabel()
    none = drawn(inactivity_lines(windows.assign(is_chosen=False, is_followed=True)))
    assert not none.texts
    assert none.get_xlabel() == "Days without a purchase"


def curves(groups=("a", "b")):
    parts = [
        pd.DataFrame(
            {
                "group": group,
                "days": [0.0, 100.0, 300.0],
                "n_at_risk": [40, 40, 20],
                "survival": [1.0, 0.75, 0.375],
                "survival_low": [1.0, 0.6, 0.2],
                "survival_high": [1.0, 0.9, 0.6],
            }
        )
        for group in groups
    ]
    return pd.concat(parts, ignore_index=True)


def test_steps_and_customers_at_risk():
    ax = drawn(survival_lines(curves()))
    assert ax.get_lines()[0].get_ydata().tolist() == [1, 0.75, 0.375]
    assert ax.get_lines()[0].get_drawstyle() == "steps-post"
    ticks = [tick for tick in ax.get_xticks() if 0 <= tick <= ax.get_xlim()[1]]
    counts = ["40" if tick <= 100 else "20" for tick in ticks]
    assert texts(ax.texts) == [*counts, *counts, "At risk"]
    assert texts(ax.get_legend().get_texts()) == ["a", "b"]
    assert "(4 of 5 groups)" in survival_lines(curves("abcde")).get_title(loc="left")


def test_second_purchases_start_at_nothing():
    curve = (
        curves()
        .query("days > 0")
        .rename(columns=lambda name: name.replace("survival", "second_share"))
    )
    ax = drawn(second_purchase_lines(curve))
    assert ax.get_lines()[0].get_ydata().tolist() == [0, 0.75, 0.375]
    assert texts(ax.get_legend().get_texts()) == ["a", "b"]


def test_empty_tables_say_so_and_missing_columns_are_named(windows):
    second = curves().rename(columns=lambda name: name.replace("survival", "second_share"))
    plots = {
        retention_lines: rates(),
        inactivity_lines: windows,
        survival_lines: curves(),
        second_purchase_lines: second,
    }
    for plot, table in plots.items():
        assert len(drawn(plot(table[:0])).texts) == 1
        with pytest.raises(SchemaError, match="lacks"):
            plot(table.drop(columns=table.columns[1]))


def test_nobody_is_said_to_be_gone_who_stays_after_the_last_ending():
    lasting = pd.DataFrame({"group": "lasting", "days": [0.0], "n_at_risk": [30]})
    lasting = lasting.assign(survival=1.0, survival_low=1.0, survival_high=1.0)
    table = pd.concat([curves(), lasting], ignore_index=True)
    told = [text.get_text() for text in survival_lines(table).texts]
    assert "30" in told
    assert "0" not in told
