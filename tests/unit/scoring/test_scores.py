"""Scores: the model's own probabilities of the day, with flags, drift and honest remarks."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from custintel.errors import MixedCurrencyError, SchemaError, SetAsideWarning, WeakResultWarning
from custintel.evaluation import drift_table
from custintel.models import PropensityModel
from custintel.scoring import combined_scores, score_customers, train_model, write_scores
from custintel.tables import snapshot

DAYS = ["1997-06-30", "1997-12-31"]
SPANS = {"window": "6M", "horizon": "6M"}
AS_OF = "1998-06-30"


@pytest.fixture(scope="module")
def scores(cdnow, churn):
    return score_customers(cdnow, churn, as_of=AS_OF)


def test_probabilities_are_those_of_the_model(cdnow, churn, scores):
    features = snapshot(cdnow, as_of=AS_OF, labels=(), **SPANS).features.droplevel("as_of")
    expected = churn.model.predict_proba(features)[:, 1]
    assert scores.table.index.name == "customer_id"
    assert scores.table.index.is_monotonic_increasing
    assert scores.table.index.is_unique
    found = scores.table.loc[features.index, "probability"]
    np.testing.assert_array_equal(found, np.round(expected, 6))


def test_everybody_who_bought_in_the_window_is_scored_once(cdnow, scores):
    bought = cdnow[cdnow["ordered_at"] >= "1998-01-01"]["customer_id"].unique()
    assert sorted(bought) == list(scores.table.index)
    assert (scores.labels_from, scores.labels_until) == (
        pd.Timestamp("1998-07-01"),
        pd.Timestamp("1998-12-31"),
    )


def test_bands_and_deciles_follow_the_probability(scores):
    table = scores.table
    edges = pd.cut(table["probability"], [-1, 1 / 3, 2 / 3, 1], labels=["low", "medium", "high"])
    assert (table["risk_band"].astype(str) == edges.astype(str)).all()
    ranked = table.sort_values("probability", ascending=False)
    assert ranked["decile"].is_monotonic_increasing
    assert set(ranked["decile"]) == set(range(1, 11))
    by_probability = table.groupby("probability")["decile"]
    assert (by_probability.min() == by_probability.max()).all()
    sizes = table["decile"].value_counts()
    assert sizes.max() - sizes.min() <= 2 * table["probability"].value_counts().max()


def test_rows_after_the_day_change_no_score(cdnow, churn):
    # A day whose labels lie in the data: later rows must not be seen.
    before = cdnow[cdnow["ordered_at"] < "1998-05-01"]
    known = score_customers(cdnow, churn, as_of="1998-04-30")
    alone = score_customers(before, churn, as_of="1998-04-30")
    pd.testing.assert_frame_equal(known.table, alone.table)
    pd.testing.assert_frame_equal(known.drift, alone.drift)


def test_drift_is_that_of_the_newest_training_day(cdnow, churn, scores):
    seen = snapshot(cdnow, as_of=[DAYS[1], AS_OF], labels=(), **SPANS)
    # Rounded, since a number on the limit of a bin must not fall beside it by its last digit.
    then, now = (seen.at(day).features.round(8) for day in (DAYS[1], AS_OF))
    expected = drift_table(then, now)
    of_features = scores.drift[scores.drift["kind"] == "feature"]
    pd.testing.assert_frame_equal(
        of_features.drop(columns=["kind", "is_drifted"]), expected, check_names=False
    )
    before = churn.model.predict_proba(seen.at(DAYS[1]).features)[:, [1]]
    of_scores = drift_table(
        pd.DataFrame(before.round(6), columns=["probability"]), scores.table[["probability"]]
    )
    assert scores.drift.index[0] == "probability"
    assert scores.drift["psi"].iloc[0] == of_scores["psi"].iloc[0]
    # The base has aged by half a year, and nobody was added: tenure must have moved.
    assert "tenure_days" in scores.drifted
    drifted = scores.drift[(scores.drift["psi"] >= 0.25) & (scores.drift["q"] < 0.05)]
    assert scores.drifted == tuple(drifted.index)


def test_amounts_in_cents_are_found_to_have_drifted(cdnow, churn):
    cents = cdnow.assign(revenue=cdnow["revenue"] * 100)
    found = score_customers(cents, churn, as_of=AS_OF)
    assert {"revenue_6m", "revenue_ever"} <= set(found.drifted)
    assert found.drift.loc["revenue_6m", "psi"] > 1
    assert any("features have drifted" in remark for remark in found.remarks)


def test_a_limit_decides_what_has_drifted(cdnow, churn):
    assert score_customers(cdnow, churn, as_of=AS_OF, drift_limit=1000).drifted == ()
    for limit in (0, -1, float("nan"), float("inf"), True, "much"):
        with pytest.raises(ValueError, match="drift_limit is a number above 0"):
            score_customers(cdnow, churn, as_of=AS_OF, drift_limit=limit)


def test_remarks_say_when_and_on_what_it_was_validated(churn, scores):
    told = " ".join(scores.remarks)
    assert "Trained as of 1997-06-30, 1997-12-31." in told
    assert f"on {churn.validation.n} customers, {churn.validation.n_events} of them" in told
    assert f"AUC {churn.validation.auc:.3f}" in told
    assert "181 days ago" in told


def test_scores_that_know_the_future_say_so(cdnow, churn):
    told = score_customers(cdnow, churn, as_of="1998-01-31").remarks
    assert any("know some of what they foretell" in each for each in told)
    told = score_customers(cdnow, churn, as_of="1998-06-30").remarks
    assert not any("know some of what they foretell" in each for each in told)


def test_a_day_beyond_the_data_is_warned_of_and_remarked(cdnow, churn):
    with pytest.warns(WeakResultWarning, match="after the last day"):
        found = score_customers(cdnow, churn, as_of="1998-09-30")
    assert any("after the last day" in remark for remark in found.remarks)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        score_customers(cdnow, churn, as_of="1998-09-30", observed_until="1998-09-30")


def test_nobody_in_the_window_is_an_error(cdnow, churn):
    with (
        pytest.warns(WeakResultWarning, match="after the last day"),
        pytest.raises(SchemaError, match="Nobody purchased"),
    ):
        score_customers(cdnow, churn, as_of="2001-01-01")


def test_remarks_name_no_customer(cdnow, churn):
    refund = cdnow.iloc[[0]].assign(customer_id="eve@example.org", revenue=-5.0)
    with pytest.warns(SetAsideWarning, match="eve@example.org"):
        found = score_customers(pd.concat([cdnow, refund]), churn, as_of=AS_OF)
    assert "example.org" not in " ".join(found.remarks)


def test_another_currency_is_refused(cdnow, churn):
    with pytest.raises(MixedCurrencyError, match="trained on amounts in USD, and these are in EUR"):
        score_customers(cdnow.assign(currency="EUR"), churn, as_of=AS_OF)
    unnamed = score_customers(cdnow.drop(columns="currency"), churn, as_of=AS_OF)
    assert len(unnamed.table) == 515
    assert any("these name no currency" in each for each in unnamed.remarks)
    of_unnamed = replace(churn, currency=None)
    found = score_customers(cdnow, of_unnamed, as_of=AS_OF)
    assert any("named no currency; these are in USD" in each for each in found.remarks)
    named = score_customers(cdnow, churn, as_of=AS_OF)
    assert not any("currency" in each for each in named.remarks)


def test_missing_columns_and_tables_are_named(cdnow, churn):
    with pytest.raises(SchemaError, match="lacks 'revenue'"):
        score_customers(cdnow.drop(columns="revenue"), churn, as_of=AS_OF)
    with pytest.raises(SchemaError, match="'transactions' is not given"):
        score_customers({"touches": cdnow}, churn, as_of=AS_OF)
    with pytest.raises(SchemaError, match="features of the training cannot be made: '"):
        score_customers(cdnow.drop(columns=["quantity"]), churn, as_of=AS_OF)
    with pytest.raises(TypeError, match="trained is a TrainedModel"):
        score_customers(cdnow, churn.model, as_of=AS_OF)


def test_further_tables_are_left_alone(cdnow, churn, scores):
    touches = pd.DataFrame(
        {
            "touch_id": ["1"],
            "customer_id": ["0001"],
            "channel": ["mail"],
            "occurred_at": [pd.Timestamp("1998-06-01")],
        }
    )
    found = score_customers({"transactions": cdnow, "touches": touches}, churn, as_of=AS_OF)
    pd.testing.assert_frame_equal(found.table, scores.table)


def test_unseen_categories_are_flagged(cdnow):
    ids = cdnow["customer_id"].unique()
    people = pd.DataFrame(
        {
            "customer_id": ids,
            "country": np.where(np.arange(len(ids)) % 3, "CH", "FR"),
            "updated_at": pd.Timestamp("1997-01-01"),
        }
    )
    tables = {"transactions": cdnow, "customers": people}
    trained = train_model(
        tables,
        PropensityModel(method="logistic"),
        as_of=DAYS,
        label="is_buyer",
        attributes=["country"],
        **SPANS,
    )
    moved = people.assign(country=people["country"].where(people.index % 5 > 0, "IT"))
    with pytest.warns(WeakResultWarning, match="had not seen"):
        found = score_customers({**tables, "customers": moved}, trained, as_of=AS_OF)
    is_italian = set(ids[::5]) & set(found.table.index)
    assert set(found.table.index[found.table["n_unseen"] == 1]) == is_italian
    share = found.drift.loc["country", "unseen_share"]
    assert share == pytest.approx(len(is_italian) / len(found.table))
    assert "country" in found.drifted
    assert any("had not seen" in remark for remark in found.remarks)
    assert "risk_band" not in found.table


def test_models_stand_beside_one_another(cdnow, churn, scores, tmp_path):
    buyers = train_model(
        cdnow,
        PropensityModel(method="segment_rate"),
        as_of=DAYS,
        label="is_buyer",
        population="ever_bought",
        **SPANS,
    )
    other = score_customers(cdnow, buyers, as_of=AS_OF)
    table = combined_scores({"churn": scores, "buyer": other})
    assert len(table) == 2357
    assert list(table.columns[:2]) == ["as_of", "churn_probability"]
    assert table["churn_probability"].notna().sum() == len(scores.table)
    assert table["churn_decile"].dtype == "Int64"
    write_scores(table, tmp_path / "scores.parquet")
    bands = pd.read_parquet(tmp_path / "scores.parquet")["churn_risk_band"]
    assert bands.notna().sum() == len(scores.table)
    of_churn = table["churn_probability"].dropna()
    pd.testing.assert_series_equal(of_churn, scores.table["probability"], check_names=False)
    later = score_customers(cdnow, churn, as_of="1998-05-31")
    with pytest.raises(ValueError, match="several days"):
        combined_scores({"a": scores, "b": later})


def test_the_file_holds_the_table_and_is_the_same_twice(scores, tmp_path):
    table = combined_scores({"churn": scores})
    for name in ("a.parquet", "b.parquet"):
        write_scores(table, tmp_path / "new" / name)
    one, two = ((tmp_path / "new" / name).read_bytes() for name in ("a.parquet", "b.parquet"))
    assert one == two
    assert len(list((tmp_path / "new").iterdir())) == 2
    read = pd.read_parquet(tmp_path / "new" / "a.parquet")
    assert read["customer_id"].tolist() == table.index.tolist()
    assert read["churn_probability"].tolist() == table["churn_probability"].tolist()
    assert read["churn_risk_band"].tolist() == table["churn_risk_band"].astype(str).tolist()


def test_a_file_that_cannot_be_written_leaves_the_old_one(scores, tmp_path, monkeypatch):
    path = tmp_path / "scores.parquet"
    path.write_text("old")

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="cannot be written: No space left on device"):
        write_scores(scores.table, path)
    assert [each.name for each in tmp_path.iterdir()] == ["scores.parquet"]
    assert path.read_text() == "old"
