"""Share of wallet and the allocation rule: what is divided, set aside and refused."""

import numpy as np
import pandas as pd
import pytest

from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.value import share_of_wallet, wallet_allocation


def test_what_is_impossible_is_set_aside_with_its_reason() -> None:
    here = pd.Series({"a": 20.0, "b": 60.0, "c": 5.0, "d": np.nan, "e": -1.0, "g": 1.0})
    everywhere = pd.Series({"a": 100.0, "b": 50.0, "c": 0.0, "d": 10.0, "e": 10.0, "f": 9.0})
    with pytest.warns(SetAsideWarning, match=r"6 rows of 7 .* 'b', 'c', 'd' and 3 more"):
        wallet = share_of_wallet(here, everywhere)
    assert wallet.table.index.to_list() == ["a"]
    assert wallet.table.loc["a", "headroom"] == 80
    assert wallet.set_aside["reason"].to_dict() == {
        "b": "spend above category spend",
        "c": "no category spend",
        "d": "no spend given",
        "e": "negative amount",
        "f": "no spend given",
        "g": "no category spend",
    }
    assert (wallet.total_share, wallet.mean_share) == (0.2, 0.2)


def test_all_of_the_wallet_is_possible() -> None:
    wallet = share_of_wallet(pd.Series({"a": 7.0}), pd.Series({"a": 7.0}))
    assert wallet.total_share == 1.0
    assert wallet.set_aside.empty


def test_labels_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(SchemaError, match="No label of spend"):
        share_of_wallet(pd.Series({"a": 1.0}), pd.Series({"b": 1.0}))
    with pytest.raises(SchemaError, match="several amounts for 'a'"):
        share_of_wallet(pd.Series([1.0, 2.0], index=["a", "a"]), pd.Series({"a": 9.0}))


@pytest.mark.parametrize("tied", [(1, 1, 3), (1, 1, 2), (1.5, 1.5, 3)])
def test_ties_share_alike_however_they_are_written(tied: tuple[float, ...]) -> None:
    found = wallet_allocation(pd.DataFrame([tied], columns=list("xyz")))
    # Ranks 1.5, 1.5 and 3 of 3: (1 − 1.5 / 4) × 2 / 3 twice.
    assert found.respondents.iloc[0].to_list() == pytest.approx([5 / 12, 5 / 12, 1 / 6])


def test_users_and_all_respondents_are_told_apart() -> None:
    ranks = pd.DataFrame({"x": [1, 1, None], "y": [None, 2, None], "z": np.nan})
    with pytest.warns(SetAsideWarning, match="1 respondent of 3 .* '2'"):
        found = wallet_allocation(ranks)
    assert found.n_set_aside == 1
    assert found.brands["n_users"].to_list() == [2, 1, 0]
    assert found.brands["mean_share"].to_list() == pytest.approx([5 / 6, 1 / 6, 0])
    assert found.brands["mean_share_of_users"].iloc[:2].to_list() == pytest.approx([5 / 6, 1 / 3])
    assert np.isnan(found.brands.loc["z", "mean_share_of_users"])


def test_what_is_no_rank_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"2 ranks are not .* '0, x: 0'"):
        wallet_allocation(pd.DataFrame({"x": ["0", "first"], "y": ["2", "1"]}))
    with pytest.raises(SchemaError, match="stands twice"):
        wallet_allocation(pd.DataFrame([[1, 2]], columns=["x", "x"]))


def test_rows_keep_the_order_of_spend_whatever_the_labels() -> None:
    here = pd.Series([1.0, 2.0, 3.0], index=["zoe", 7, "ann"])
    everywhere = pd.Series([6.0, 4.0, 2.0], index=["ann", 7, "zoe"])
    table = share_of_wallet(here, everywhere).table
    assert table.index.to_list() == ["zoe", 7, "ann"]
    assert table["share_of_wallet"].to_list() == [0.5, 0.5, 0.5]


def test_dates_are_no_amounts_and_no_ranks() -> None:
    day = pd.Series({"ann": pd.Timestamp("2024-01-01")})
    with pytest.warns(SetAsideWarning, match="no spend given"):
        assert np.isnan(share_of_wallet(day, day).total_share)
    with pytest.raises(SchemaError, match="1 rank is not a number"):
        wallet_allocation(pd.DataFrame({"ours": day, "theirs": [1]}))


def test_no_ranks_at_all_are_no_brands() -> None:
    assert wallet_allocation(pd.DataFrame()).brands.empty


def test_as_many_respondents_as_brands_keep_their_own_labels() -> None:
    ranks = pd.DataFrame({"ours": [1, 2], "theirs": [2, 1]}, index=["ann", "bob"])
    assert wallet_allocation(ranks).respondents.index.to_list() == ["ann", "bob"]


def test_amounts_and_ranks_have_labels() -> None:
    spend = pd.Series({"ann": 1.0})
    with pytest.raises(TypeError, match=r"^spend is a Series indexed by customer or brand: got l"):
        share_of_wallet([1], [2])
    with pytest.raises(TypeError, match=r"category_spend is a Series .*: got DataFrame"):
        share_of_wallet(spend, spend.to_frame())
    with pytest.raises(TypeError, match=r"ranks is a pandas DataFrame, .*: got Series"):
        wallet_allocation(spend)


def test_ratings_are_told_from_ranks() -> None:
    ratings = pd.DataFrame({"ours": [8, 9], "theirs": [6, 9], "other": [8, None]})
    with pytest.warns(WeakResultWarning, match="No respondent gives rank 1: are these ratings"):
        wallet_allocation(ratings)
    # The first respondent has two favourites, which share ranks 1 and 2; so has the second.
    ranked = wallet_allocation(ratings.rank(axis=1, ascending=False))
    assert ranked.respondents["ours"].to_list() == pytest.approx([5 / 12, 0.5])
