"""Companies that buy more of something than others do."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from custintel._shrinkage import shrunk_rates
from custintel.affinity import company_propensity
from custintel.datasets import simulate_crm
from custintel.errors import SchemaError, SetAsideWarning
from custintel.tables import by_account

AS_OF = "2024-12-31"


@pytest.fixture
def transactions():
    rng = np.random.default_rng(6)
    n = 600
    account = rng.integers(0, 12, n)
    category = np.where((account == 3) & (rng.random(n) < 0.7), "a", rng.choice(list("abcd"), n))
    return pd.DataFrame(
        {
            "account_id": account.astype(str),
            "order_id": rng.integers(0, 300, n).astype(str),
            "ordered_at": pd.Timestamp("2024-05-01"),
            "revenue": rng.choice([10.0, 30.0, -10.0], n, p=[0.5, 0.4, 0.1]),
            "category": category,
        }
    )


def test_every_figure_is_that_of_its_definition(transactions):
    table = company_propensity(transactions, as_of=AS_OF)
    bought = transactions[transactions["revenue"] >= 0]
    purchases = bought.drop_duplicates(["account_id", "order_id", "category"])
    n, n_units, n_items = len(purchases), 12, 4
    assert table["n_purchases"].sum() == n
    p = []
    for row in table.itertuples():
        of_unit = purchases[purchases["account_id"] == row.account_id]
        of_item = purchases[purchases["category"] == row.category]
        both = (of_unit["category"] == row.category).sum()
        assert (row.n_purchases, row.n_all) == (both, len(of_unit))
        assert row.base_share == pytest.approx(len(of_item) / n)
        assert row.location_quotient == pytest.approx(both / len(of_unit) / (len(of_item) / n))
        cells = [
            [both, len(of_unit) - both],
            [len(of_item) - both, n - len(of_unit) - len(of_item) + both],
        ]
        p.append(fisher_exact(cells, alternative="greater").pvalue)
        paid = transactions[transactions["account_id"] == row.account_id]
        held = paid[paid["category"] == row.category]["revenue"].sum()
        assert row.revenue == pytest.approx(held)
        assert row.revenue_share == pytest.approx(held / paid["revenue"].sum())
    assert table["p"].tolist() == pytest.approx(p, rel=1e-8)
    padded = np.append(p, np.ones(n_units * n_items - len(p)))
    assert table["q"].tolist() == pytest.approx(false_discovery_control(padded)[: len(p)].tolist())


def test_shares_are_drawn_towards_those_of_all_companies(transactions):
    table = company_propensity(transactions, as_of=AS_OF)
    sizes = table.drop_duplicates("account_id").set_index("account_id")["n_all"]
    of_a = table[table["category"] == "a"].set_index("account_id")
    counts = of_a["n_purchases"].reindex(sizes.index, fill_value=0)
    expected = pd.Series(shrunk_rates(counts, sizes).value, sizes.index)
    assert of_a["shrunk_share"].tolist() == pytest.approx(expected[of_a.index].tolist())


def test_the_planted_heavy_user_leads(transactions):
    table = company_propensity(transactions, as_of=AS_OF)
    assert table.loc[0, ["account_id", "category"]].tolist() == ["3", "a"]
    assert table.loc[0, "is_heavy"]
    assert table["is_heavy"].sum() <= 2


def test_chance_alone_brings_few_heavy_users():
    rng = np.random.default_rng(9)
    found = []
    for _ in range(40):
        lines = pd.DataFrame(
            {
                "account_id": rng.integers(0, 30, 500).astype(str),
                "ordered_at": pd.Timestamp("2024-05-01"),
                "revenue": 1.0,
                "category": rng.choice(list("abcdef"), 500),
            }
        )
        found.append(company_propensity(lines, as_of=AS_OF)["is_heavy"].any())
    assert np.mean(found) <= 0.1


def heavy_companies(seed):
    crm = simulate_crm(300, random_state=seed)
    with pytest.warns(SetAsideWarning, match="have no company"):
        sold = by_account(crm.transactions, crm.customers, without="drop")
    table = company_propensity(sold, as_of=crm.as_of, unit="customer_id")
    heavy = table[table["is_heavy"]]
    favourite = crm.truth.accounts.set_index("account_id")["favourite_category"]
    return heavy.assign(favourite=favourite.reindex(heavy["customer_id"]).to_numpy())


def test_companies_of_the_simulated_school_have_their_favourites():
    heavy = pd.concat([heavy_companies(seed) for seed in (1, 2, 3)])
    assert len(heavy) >= 5
    # Three companies in ten have one of four, so that chance would find one in thirteen.
    assert (heavy["favourite"] == heavy["category"]).mean() >= 0.8
    assert (heavy["location_quotient"] > 1).all()


def test_lines_without_company_are_counted_and_without_item_are_a_row(transactions):
    transactions.loc[:4, "account_id"] = None
    transactions.loc[10:30, "category"] = None
    with pytest.warns(SetAsideWarning, match="5 of 600 lines have no account_id"):
        table = company_propensity(transactions, as_of=AS_OF)
    assert "(missing)" in set(table["category"])
    assert table.groupby("account_id")["share"].sum().tolist() == pytest.approx([1.0] * 12)


def test_bad_input_is_refused(transactions):
    with pytest.raises(SchemaError, match="has no purchase with a account_id"):
        company_propensity(transactions, as_of="2001-01-01")
    with pytest.raises(ValueError, match="the same column"):
        company_propensity(transactions, as_of=AS_OF, by="category", unit="category")
    with pytest.raises(SchemaError, match="lacks 'sector'"):
        company_propensity(transactions, as_of=AS_OF, unit="sector")


def test_orders_of_one_number_are_one_for_each_customer(transactions):
    people = transactions.assign(customer_id=[f"c{i % 7}" for i in range(len(transactions))])
    bought = people[people["revenue"] >= 0]
    of_whom = bought[["account_id", "customer_id", "order_id", "category"]].drop_duplicates()
    expected = of_whom.groupby(["account_id", "category"]).size()
    found = company_propensity(people, as_of=AS_OF).set_index(["account_id", "category"])
    assert found["n_purchases"].to_dict() == expected.to_dict()
    assert len(of_whom) > len(of_whom.drop(columns="customer_id").drop_duplicates())


def test_amounts_that_cannot_be_added_up_are_refused(transactions):
    with pytest.raises(SchemaError, match=r"600 lines .* have a revenue beyond 1e\+30"):
        company_propensity(transactions.assign(revenue=1e308), as_of=AS_OF)
