"""CDNOW as canonical transactions: nothing lost, nothing made up."""

import pandas as pd
import pytest

from custintel.datasets import dataset_path, load_cdnow

# Counted by hand in the source files; revenue added up with exact decimals.
PUBLISHED = {
    "sample": {"rows": 6919, "customers": 2357, "zero": 8, "identical": 21},
    "master": {"rows": 69659, "customers": 23570, "zero": 80, "identical": 255},
}


@pytest.fixture(scope="module", params=["sample", "master"])
def which(request):
    return request.param


@pytest.fixture(scope="module")
def transactions(which):
    return load_cdnow(which)


def test_every_row_of_the_source_is_there(which, transactions):
    assert len(transactions) == PUBLISHED[which]["rows"]
    assert transactions["customer_id"].nunique() == PUBLISHED[which]["customers"]


def test_zero_amounts_and_identical_rows_are_kept(which, transactions):
    bought = transactions[["customer_id", "ordered_at", "quantity", "revenue"]]
    assert (transactions["revenue"] == 0).sum() == PUBLISHED[which]["zero"]
    assert bought.duplicated().sum() == PUBLISHED[which]["identical"]


def test_values_equal_the_file(which, transactions):
    raw = pd.read_csv(dataset_path(f"cdnow_{which}.csv"), dtype=str)
    assert transactions["customer_id"].tolist() == raw["customer_id"].tolist()
    assert transactions["revenue"].tolist() == raw["revenue"].astype(float).tolist()
    assert transactions["quantity"].astype(int).tolist() == raw["quantity"].astype(int).tolist()
    assert transactions["ordered_at"].dt.strftime("%Y-%m-%d").tolist() == raw["ordered_at"].tolist()


def test_order_lines_have_a_key_and_a_currency(transactions):
    assert not transactions.duplicated(["order_id", "line_id"]).any()
    assert set(transactions["currency"]) == {"USD"}


def test_sample_is_part_of_the_whole():
    bought = ["ordered_at", "quantity", "revenue"]
    sample = load_cdnow("sample").groupby("master_id")[bought].agg(list)
    whole = load_cdnow("master").groupby("customer_id")[bought].agg(list)
    assert sample.equals(whole.loc[sample.index].rename_axis("master_id"))


def test_unknown_part_is_refused():
    with pytest.raises(ValueError, match="'sample', 'master'"):
        load_cdnow("holdout")
