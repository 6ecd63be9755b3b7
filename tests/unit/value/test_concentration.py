"""Concentration of equity where there is little or nothing to share."""

import numpy as np
import pandas as pd
import pytest

from custintel._intervals import Estimates
from custintel.value import LifetimeValues, equity_concentration


def values(worth: list[float]) -> LifetimeValues:
    estimates = Estimates.without_errors(np.array(worth))
    table = pd.DataFrame({"customer_lifetime_value": worth})
    return LifetimeValues(table, "12M", 0.1, None, None, estimates)


def test_one_customer_holds_all() -> None:
    spread = equity_concentration(values([9.0, 0.0, 0.0, 0.0]), top=[0.25])
    assert spread.gini == pytest.approx(0.75)
    assert spread.top.loc[0.25, "equity_share"] == 1
    assert spread.n_customers == 4


def test_no_equity_no_shares() -> None:
    spread = equity_concentration(values([0.0, 0.0]))
    assert np.isnan(spread.gini)
    assert spread.top["equity_share"].isna().all()
    assert spread.curve.empty
    assert "No equity" in spread.plot().texts[0].get_text()


def test_shares_lie_between_nothing_and_all() -> None:
    with pytest.raises(ValueError, match="top"):
        equity_concentration(values([1.0]), top=[20])


def test_the_curve_keeps_its_shape_in_few_points() -> None:
    worth = np.random.default_rng(3).pareto(1.2, 20_000).tolist()
    spread = equity_concentration(values(worth))
    assert len(spread.curve) <= 200
    best = np.sort(worth)[::-1].cumsum() / np.sum(worth)
    drawn = np.interp(
        np.arange(1, 20_001) / 20_000, spread.curve["customer_share"], spread.curve["equity_share"]
    )
    assert np.abs(drawn - best).max() < 0.01


def test_top_is_a_list() -> None:
    with pytest.raises(TypeError, match=r"top is a list of shares, such as \(0\.1,\): got 0\.1"):
        equity_concentration(values([1.0]), top=0.1)
    with pytest.raises(TypeError, match="top is a number between 0 and 1: got 'a'"):
        equity_concentration(values([1.0]), top=["a"])
