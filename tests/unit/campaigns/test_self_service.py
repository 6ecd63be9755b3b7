"""Interactions by self-service against others, by hand and against scipy and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from custintel.campaigns import self_service_benefit
from custintel.errors import SchemaError, SetAsideWarning

NINE = pd.Timestamp("2024-02-28 23:00")


def calls(**columns):
    table = pd.DataFrame(
        {
            "channel": ["web"] * 4 + ["phone"] * 3,
            "opened_at": NINE,
            "hours": [1.0, 2.0, 3.0, np.nan, 30.5, 10.0, 24.0],
            "cost": [0.5, 0.5, np.nan, 2.0, 6.0, 9.0, 7.0],
        }
    )
    table["closed_at"] = table["opened_at"] + pd.to_timedelta(table.pop("hours"), unit="h")
    return table.assign(**columns)


def row(table, measure):
    return table[table["measure"] == measure].iloc[0]


def test_times_and_costs_are_those_of_welch():
    table = self_service_benefit(calls(), self_service=["web"])
    for measure, own, other in (
        ("time", [1.0, 2.0, 3.0], [30.5, 10.0, 24.0]),
        ("cost", [0.5, 0.5, 2.0], [6.0, 9.0, 7.0]),
    ):
        found, welch = row(table, measure), stats.ttest_ind(own, other, equal_var=False)
        ends = welch.confidence_interval(0.95)
        bounds = found[["difference_low", "difference_high"]].to_numpy(float)
        np.testing.assert_allclose(bounds, [ends.low, ends.high], rtol=1e-9)
        assert found["p"] == pytest.approx(welch.pvalue)
        assert found["self_service"] == pytest.approx(np.mean(own))
        assert found["total_difference"] == pytest.approx(3 * (np.mean(own) - np.mean(other)))
        assert found["total_difference_high"] == pytest.approx(3 * ends.high)
        one = stats.t.interval(0.95, 2, np.mean(other), stats.sem(other))
        assert found[["traditional_low", "traditional_high"]].tolist() == pytest.approx(one)
        assert found["is_small"]


def test_who_gives_up_has_no_time_and_is_not_served():
    n_web, n_phone = 40, 60
    table = pd.DataFrame(
        {
            "channel": ["web"] * n_web + ["phone"] * n_phone,
            "opened_at": NINE,
            "closed_at": NINE + pd.Timedelta(hours=1),
        }
    )
    gave_up = table.index.isin([0, 1, 2, 50, 51, 52, 53, 54, 55, 56, 57, 58])
    table["abandoned_at"] = table["closed_at"].where(gave_up)
    found = self_service_benefit(table, self_service=["web"])
    assert found["measure"].tolist() == ["time", "completion"]
    assert found["n_self_service"].tolist() == [37, 40]
    done = row(found, "completion")
    ends = confint_proportions_2indep(37, 40, 51, 60, compare="diff", method="newcomb")
    assert done[["difference_low", "difference_high"]].tolist() == pytest.approx(list(ends))
    assert done["total_difference"] == pytest.approx(40 * (37 / 40 - 51 / 60))
    exact = [
        stats.fisher_exact([[37, 3], [51, 9]], alternative=side)[1] for side in ("less", "greater")
    ]
    assert done["p"] == pytest.approx(2 * min(exact))
    assert found["unit"].tolist() == ["hours", "share"]


def test_groups_compare_like_with_like():
    reasons = ["bill", "bill", "fault", "fault", "bill", "bill", None]
    table = self_service_benefit(calls(reason=reasons), self_service=["web"], by="reason")
    assert table["reason"].tolist() == ["bill", "bill", "fault", "fault", "(missing)", "(missing)"]
    bills = table.iloc[0]
    assert bills["difference"] == pytest.approx(1.5 - 20.25)
    # Nobody called about a fault: nothing to compare with.
    assert table.iloc[2][["traditional", "difference", "p"]].isna().all()
    assert table.iloc[2]["self_service"] == 3.0


def test_large_numbers_lose_no_digits():
    table = calls(cost=[1e9, 1e9 + 1, 1e9 + 2, np.nan, 1e9 + 3, 1e9 + 4, 1e9 + 8])
    found = row(self_service_benefit(table, self_service=["web"]), "cost")
    welch = stats.ttest_ind([0, 1, 2], [3, 4, 8], equal_var=False)
    assert found["p"] == pytest.approx(welch.pvalue, rel=1e-6)


def test_what_cannot_be_used_is_counted():
    table = calls()
    table.loc[0, "channel"] = None
    table.loc[1, "closed_at"] = NINE - pd.Timedelta(hours=1)
    before = table.copy(deep=True)
    told = r"2 interactions .*\(1 without a channel, 1 closed before the opening\)"
    with pytest.warns(SetAsideWarning, match=told) as caught:
        found = self_service_benefit(table, self_service=["web"])
    assert caught[0].filename == __file__
    assert found["n_self_service"].tolist() == [1, 1]
    assert found[["difference_low", "p"]].isna().all().all()
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("names", [["chat"], ["web", "phone"], []])
def test_both_kinds_are_needed(names):
    with pytest.raises(ValueError, match="some channels of 'calls', and not all"):
        self_service_benefit(calls(), self_service=names)


def test_faults_are_told():
    with pytest.raises(TypeError, match="self_service is a list of names: got 'web'"):
        self_service_benefit(calls(), self_service="web")
    with pytest.raises(ValueError, match="level"):
        self_service_benefit(calls(), self_service=["web"], level=95)
    with pytest.raises(SchemaError, match="lacks 'closed_at'"):
        self_service_benefit(calls().drop(columns="closed_at"), self_service=["web"])
    texts = calls().astype({"closed_at": "str"})
    with pytest.raises(SchemaError, match=r"'closed_at' of 'calls' holds String.*to_datetime"):
        self_service_benefit(texts, self_service=["web"])
