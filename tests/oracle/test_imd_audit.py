"""The printed tables of the IMD case (course "AMR 63", 2019), audited.

The expected figures were derived from the printed ones by hand and by drawing 20,000 sets of
unrounded figures, without this library.
"""

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import load_imd_programs, load_imd_top_customers
from custintel.revenue import (
    GrowthClaim,
    PrintedCagr,
    PrintedShares,
    PrintedTotals,
    amounts_from_index,
    audit_table,
    growth_contributions,
    totals_from_index,
)

WRONG = "Building on Talent"
WITHIN = {  # printed to a tenth of a percent; recomputed from the printed index
    "Program for Executive Development": (0.027, 0.0264),
    "Driving Strategic Innovation": (0.159, 0.1583),
    "Breakthrough Program for Senior Executives": (0.093, 0.0935),
}
GROWTH = {2006: 0.068, 2007: 0.012, 2008: 0.107, 2009: 0.002}


@pytest.fixture(scope="module")
def index():
    return load_imd_programs().pivot_table("revenue_index", "program", "year", sort=False)


@pytest.fixture(scope="module")
def beside():
    return load_imd_programs().drop_duplicates("program").set_index("program")


@pytest.fixture(scope="module")
def programs(index, beside):
    claims = [
        PrintedCagr(beside["cagr"], rounding=0.001),
        PrintedShares(beside["share_2009"], rounding=0.01),
        GrowthClaim(0.003, rounding=0.001, period=2009),
        GrowthClaim(0.10, rounding=0.01),
    ]
    return audit_table(index, rounding=1.0, claims=claims)


@pytest.fixture(scope="module")
def customers():
    printed = load_imd_top_customers()
    shares = printed.pivot_table("revenue_share", "customer", "year", sort=False)
    totals = printed.drop_duplicates("year").set_index("year")["total_share"]
    claims = [PrintedTotals(totals, rounding=0.001)]
    return audit_table(shares, rounding=0.001, claims=claims)


def rows(audit, check):
    return audit.table[audit.table["check"] == check].set_index("item")


def test_one_growth_rate_cannot_be_and_three_agree_within_rounding(programs):
    cagr = rows(programs, "cagr")
    verdicts = cagr["verdict"].value_counts().to_dict()
    assert verdicts == {"agrees": 8, "agrees within rounding": 3, "cannot be": 1}
    assert list(cagr.index[cagr["verdict"] == "cannot be"]) == [WRONG]
    assert [round(cagr.loc[WRONG, end], 4) for end in ("low", "high")] == [0.0086, 0.0111]
    within = cagr[cagr["verdict"] == "agrees within rounding"]
    found = {item: (row["printed"], round(row["recomputed"], 4)) for item, row in within.iterrows()}
    assert found == WITHIN


def test_printed_shares_add_up_to_one(programs):
    assert rows(programs, "share sum").loc["total", ["recomputed", "verdict"]].tolist() == [
        pytest.approx(1.0),
        "agrees",
    ]


def test_growth_of_the_total_behind_the_index(index, beside):
    totals = totals_from_index(index, beside["share_2009"])
    found = dict(zip(totals.index.year, totals["growth"].round(3), strict=True))
    assert {year: found[year] for year in GROWTH} == GROWTH
    assert totals["total"].round(1).tolist() == [100.0, 106.8, 108.0, 119.6, 119.9]
    of_2009 = totals_from_index(index, beside["share_2009"], base=2009)["total"]
    assert of_2009.round(2).tolist() == [83.43, 89.08, 90.14, 99.79, 100.0]


def test_ten_percent_fits_2008_alone(programs):
    tried = programs.claim_periods
    fits = tried[tried["verdict"] != "cannot be"]
    assert fits["period"].dt.year.tolist() == [2008]
    assert len(tried) == 4


def test_the_growth_of_last_year_fits_2009(programs):
    last = programs.table[programs.table["check"] == "growth"].iloc[0]
    assert (last["period"], last["printed"]) == (pd.Period("2009"), 0.003)
    assert last["verdict"] == "agrees within rounding"


def test_unrounded_tables_that_could_have_been_lie_within_the_bounds(index, beside):
    """20,000 draws of index and shares that round to the printed ones."""
    rng = np.random.default_rng(4)
    n, printed = 20_000, index.to_numpy()
    drawn = printed + rng.uniform(-0.5, 0.5, (n, *printed.shape))
    drawn[:, :, 0] = 100
    share = beside["share_2009"].to_numpy() + rng.uniform(-0.005, 0.005, (n, len(printed)))
    share -= (share.sum(axis=1, keepdims=True) - 1) / len(printed)
    # Of those moved to add up to one, the draws that still round to what is printed.
    keep = (np.abs(share - beside["share_2009"].to_numpy()) <= 0.005).all(axis=1)
    share, drawn = share[keep], drawn[keep]
    assert len(share) > 5_000
    total = np.einsum("ni,nip->np", share / drawn[:, :, -1], drawn)
    growth = total[:, 1:] / total[:, :-1] - 1
    bounds = totals_from_index(index, beside["share_2009"]).iloc[1:]
    assert (growth >= bounds["growth_low"].to_numpy()).all()
    assert (growth <= bounds["growth_high"].to_numpy()).all()
    # Twelve errors that all push the same way are rare: draws fill about half of the range.
    filled = np.ptp(growth, axis=0) / (bounds["growth_high"] - bounds["growth_low"])
    assert filled.between(0.35, 0.95).all()


def test_the_index_that_doubled_added_little(index, beside):
    # 100 to 200 in 2006 is the fastest growth of all, on 2.1 of 83.4 parts of the revenue.
    amounts = amounts_from_index(index, beside["share_2009"], base=2009)
    assert amounts.loc["High Performance Leadership"].iloc[0] == pytest.approx(4 * 100 / 190)
    added = growth_contributions(amounts)
    of_2006 = added[added["period"] == pd.Period("2006")].set_index("item")["contribution"]
    assert of_2006["High Performance Leadership"] == pytest.approx(2.105 / 83.43, abs=1e-4)
    assert of_2006.sum() == pytest.approx(0.06775, abs=1e-5)


def test_printed_totals_of_customers_agree_within_rounding(customers):
    table = customers.table
    assert table["recomputed"].round(3).tolist() == [0.167, 0.172, 0.173, 0.181, 0.187]
    assert table["verdict"].tolist() == ["agrees"] * 2 + ["agrees within rounding"] * 3
    # Ten roundings of half a tenth of a percent.
    np.testing.assert_allclose(table["high"] - table["low"], 0.01)


def test_the_panel_of_customers_is_fixed(customers, programs):
    assert customers.panel == "fixed"
    assert "only a lower bound" in customers.summary()[-1]
    assert programs.panel is None


def test_the_findings_are_said(programs):
    assert programs.summary() == [
        "Of 15 printed figures 9 agree, 5 agree within rounding and 1 cannot be.",
        "Growth per year of Building on Talent: 0.1% is printed, but the table allows "
        "0.86% to 1.11% only.",
        "A growth of +10% fits 2008 only.",
    ]
