"""`backtest`: what is forecast from what, how it is scored, and which model is chosen."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator

from custintel.datasets import load_cdnow
from custintel.errors import ConvergenceError, SchemaError, SetAsideWarning, WeakResultWarning
from custintel.models import BetaGeoModel, Estimates, GammaGammaModel
from custintel.tables import purchase_history, regularity_history
from custintel.value import Backtest, backtest
from custintel.value._baselines import hiatus, past_rate

CUTS = ["1997-06-30", "1997-09-30", "1997-12-31"]
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "choosing-a-model.md"


class EqualRate(BaseEstimator):
    """Expect the same of all customers: the mean past rate, times a factor."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def fit(self, X: pd.DataFrame) -> "EqualRate":
        self.rate_ = self.factor * X["frequency"].sum() / X["T"].sum()
        return self

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, with_errors: bool = True
    ) -> Estimates:
        days = float(horizon.removesuffix("D"))
        n = len(history)
        return Estimates(np.full(n, self.rate_ * days), np.empty((n, 0)), np.empty((0, 0)))


class OwnRate(EqualRate):
    """Expect each customer's own past rate, times a factor."""

    def expected_purchases(
        self, history: pd.DataFrame, *, horizon: str, with_errors: bool = True
    ) -> Estimates:
        expected = self.factor * past_rate(history, int(horizon.removesuffix("D")))
        return Estimates(expected, np.empty((len(history), 0)), np.empty((0, 0)))


class Refusing(EqualRate):
    """Converge on histories of some ends alone."""

    def __init__(self, ends: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.ends = ends

    def fit(self, X: pd.DataFrame) -> "Refusing":
        if X["T"].max() not in self.ends:
            raise ConvergenceError("everybody is alike")
        super().fit(X)
        return self


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    return load_cdnow("sample")


@pytest.fixture(scope="module")
def trial(cdnow: pd.DataFrame) -> Backtest:
    models = {"low": EqualRate(0.5), "middle": EqualRate(0.75), "high": EqualRate(2.0)}
    return backtest(cdnow, models, cut_dates=CUTS, horizon="13W", as_of="1998-06-30")


def test_actual_purchases_equal_their_definition(trial: Backtest, cdnow: pd.DataFrame) -> None:
    days = cdnow[["customer_id", "ordered_at"]].drop_duplicates()
    for cut in map(pd.Timestamp, CUTS):
        known = set(days.loc[days["ordered_at"] <= cut, "customer_id"])
        after = days[(days["ordered_at"] > cut) & (days["ordered_at"] <= cut + pd.Timedelta("91D"))]
        counted = after[after["customer_id"].isin(known)]["customer_id"].value_counts()
        actual = trial.forecasts.loc[cut, "actual_purchases"]
        assert set(actual.index) == known
        assert actual[actual > 0].to_dict() == counted.to_dict()
        assert set(trial.scores.loc[cut, "actual_purchases"]) == {counted.sum()}


def test_forecasts_rest_on_what_was_known_at_the_cut(trial: Backtest, cdnow: pd.DataFrame) -> None:
    for cut in CUTS:
        history = regularity_history(cdnow, as_of=cut)
        forecasts = trial.forecasts.loc[cut]
        rate = 0.5 * history["frequency"].sum() / history["T"].sum()
        assert forecasts["low"].to_numpy() == pytest.approx(91 * rate)
        assert forecasts["past_rate"].to_numpy() == pytest.approx(past_rate(history, 91))
        assert forecasts["hiatus"].to_numpy() == pytest.approx(hiatus(history, 91))


def test_purchases_after_the_last_holdout_change_nothing(
    trial: Backtest, cdnow: pd.DataFrame
) -> None:
    seen = cdnow[cdnow["ordered_at"] <= "1998-04-01"]
    again = backtest(
        seen,
        {"low": EqualRate(0.5), "middle": EqualRate(0.75), "high": EqualRate(2.0)},
        cut_dates=CUTS[::-1],
        horizon="91D",
        as_of="1998-04-01",
    )
    pd.testing.assert_frame_equal(again.scores, trial.scores)
    pd.testing.assert_frame_equal(again.forecasts, trial.forecasts)


def test_scores_follow_from_the_single_forecasts(trial: Backtest) -> None:
    for (cut, name), row in trial.scores.iterrows():
        each = trial.forecasts.loc[cut]
        error = each[name] - each["actual_purchases"]
        assert row["n_customers"] == len(each)
        assert row["expected_purchases"] == pytest.approx(each[name].sum())
        assert row["total_error_rate"] == pytest.approx(
            error.sum() / each["actual_purchases"].sum()
        )
        assert row["mean_absolute_error"] == pytest.approx(error.abs().mean())
        assert row["mean_squared_error"] == pytest.approx((error**2).mean())


def test_tracking_ends_at_the_scores_and_counts_by_week(
    trial: Backtest, cdnow: pd.DataFrame
) -> None:
    ends = trial.tracking.groupby(["cut_date", "model"], sort=False).last()
    for column in ("actual_purchases", "expected_purchases"):
        assert ends[column].to_numpy() == pytest.approx(trial.scores[column].to_numpy(float))
    cut = pd.Timestamp(CUTS[1])
    weeks = trial.tracking.loc[(cut, "low"), :]
    assert list(weeks.index) == list(pd.date_range(cut + pd.Timedelta("7D"), periods=13, freq="7D"))
    days = cdnow[["customer_id", "ordered_at"]].drop_duplicates()
    for end, actual in weeks["actual_purchases"].items():
        assert actual == ((days["ordered_at"] > cut) & (days["ordered_at"] <= end)).sum()
    linear = weeks["expected_purchases"].iloc[-1] * np.arange(1, 14) / 13
    assert weeks["expected_purchases"].to_numpy() == pytest.approx(linear)


def test_a_last_week_may_be_short(cdnow: pd.DataFrame) -> None:
    short = backtest(
        cdnow, {"one": EqualRate()}, cut_dates=CUTS[:1], horizon="10D", as_of="1998-06-30"
    )
    ends = short.tracking.loc[(CUTS[0], "one"), :].index
    assert list(ends.strftime("%m-%d")) == ["07-07", "07-10"]


def test_the_ranking_is_by_the_mean_over_cuts(trial: Backtest) -> None:
    for criterion in ("mean_squared_error", "mean_absolute_error"):
        ranking = trial.ranking(criterion=criterion)
        means = trial.scores[criterion].groupby("model").mean().sort_values()
        assert list(ranking.index) == list(means.index)
        assert ranking[criterion].to_numpy() == pytest.approx(means.to_numpy())
        assert list(ranking["rank"]) == [1, 2, 3, 4, 5]
    assert ranking["is_baseline"].sum() == 2


def test_the_best_is_chosen_on_earlier_cuts_and_scored_on_the_last(trial: Backtest) -> None:
    best = trial.best()
    earlier = trial.scores.loc[[pd.Timestamp(cut) for cut in CUTS[:-1]]]
    means = earlier["mean_squared_error"].groupby("model").mean()[["low", "middle", "high"]]
    assert best.name == means.idxmin()
    assert best.is_chosen_before
    assert best.chosen_on == tuple(map(pd.Timestamp, CUTS[:-1]))
    assert best.scored_on == pd.Timestamp(CUTS[-1])
    last = trial.scores.loc[best.scored_on, "mean_squared_error"]
    against = best.against_baselines
    assert list(against.index) == ["past_rate", "hiatus"]
    for baseline, row in against.iterrows():
        assert row["difference"] == pytest.approx(last[best.name] - last[baseline])
        assert row["reduction_rate"] == pytest.approx(1 - last[best.name] / last[baseline])
        assert row["difference_low"] < row["difference"] < row["difference_high"]


@pytest.mark.parametrize(("factor", "verdict"), [(0.5, "better"), (2.0, "worse")])
def test_a_verdict_is_given_only_beyond_doubt(
    factor: float, verdict: str, cdnow: pd.DataFrame
) -> None:
    """The past rate is too high on CDNOW: half of it is better, and twice as much worse."""
    one = {"one": OwnRate(factor)}
    many = backtest(cdnow, one, cut_dates=CUTS, horizon="13W", as_of="1998-06-30").best()
    assert many.against_baselines.loc["past_rate", "verdict"] == verdict
    few = cdnow[cdnow["customer_id"].isin(["0001", "0004", "0006", "0021", "0049"])]
    doubt = backtest(few, one, cut_dates=CUTS, horizon="13W", as_of="1998-06-30").best()
    assert doubt.against_baselines.loc["past_rate", "verdict"] == "undecided"


def test_one_model_needs_no_choice_and_two_need_two_cuts(cdnow: pd.DataFrame) -> None:
    def best(models: dict[str, EqualRate], cuts: list[str], horizon: str) -> object:
        trial = backtest(cdnow, models, cut_dates=cuts, horizon=horizon, as_of="1998-06-30")
        return trial.best()

    one, two = {"a": EqualRate()}, {"a": EqualRate(), "b": EqualRate(0.7)}
    assert best(one, CUTS[:1], "13W").is_chosen_before
    with pytest.warns(WeakResultWarning, match="with sight of purchases after 30 Jun 1997"):
        assert not best(two, CUTS[:1], "13W").is_chosen_before
    # The holdout of the first cut reaches 13 weeks beyond the second.
    with pytest.warns(WeakResultWarning, match="because of the cut of 30 Jun 1997:"):
        assert not best(two, CUTS[:2], "26W").is_chosen_before
    assert best(two, [CUTS[0], "1997-12-30"], "26W").is_chosen_before


def test_a_model_that_does_not_converge_is_kept_and_ranked_last(cdnow: pd.DataFrame) -> None:
    ages = [int(regularity_history(cdnow, as_of=cut)["T"].max()) for cut in CUTS]
    models = {"twice": Refusing(tuple(ages[1:])), "never": Refusing(), "rough": EqualRate(9.0)}
    trial = backtest(cdnow, models, cut_dates=CUTS, horizon="13W", as_of="1998-06-30")
    failed = trial.scores.loc[(CUTS[0], "twice")]
    assert failed["reason"] == "everybody is alike"
    assert np.isnan(failed["mean_squared_error"])
    assert trial.forecasts.loc[CUTS[0], "twice"].isna().all()
    assert "twice" not in trial.tracking.loc[CUTS[0]].index.unique("model")
    ranking = trial.ranking()
    assert list(ranking.index[-2:]) == ["twice", "never"]
    assert ranking["n_failed"].to_list() == [0, 0, 0, 1, 3]
    assert trial.best().name == "rough"


def test_no_model_to_choose_is_an_error(cdnow: pd.DataFrame) -> None:
    ages = [int(regularity_history(cdnow, as_of=cut)["T"].max()) for cut in CUTS]
    for models, told in [
        ({"a": Refusing()}, "at the last cut, 1997-12-31. everybody is alike"),
        ({"a": Refusing((ages[2],)), "b": Refusing()}, "and at an earlier one"),
    ]:
        trial = backtest(cdnow, models, cut_dates=CUTS, horizon="13W", as_of="1998-06-30")
        with pytest.raises(ConvergenceError, match=re.escape(told)):
            trial.best()


def test_the_baselines_by_hand() -> None:
    history = pd.DataFrame(
        {
            "frequency": [0, 0, 4, 4, 4, 1],
            "recency": [0, 0, 80, 50, 70, 50],
            "T": [0, 100, 100, 100, 100, 100],
            "longest_pause": [0, 0, 30, 30, 30, 50],
        }
    )
    assert past_rate(history, 50).tolist() == [0, 0, 2, 2, 2, 0.5]
    # Silent for 20, 50, 30 and 50 days: only longer than ever before is unusual.
    assert hiatus(history, 50).tolist() == [0, 0, 2, 0, 2, 0.5]


def test_a_holdout_beyond_the_data_is_refused(cdnow: pd.DataFrame) -> None:
    told = r"182 days after 2 of 3 cuts, such as 1998-03-31.*Take cuts up to 1997-12-30"
    with pytest.raises(ValueError, match=told):
        backtest(
            cdnow,
            {"a": EqualRate()},
            cut_dates=["1997-06-30", "1998-01-31", "1998-03-31"],
            horizon="26W",
            as_of="1998-06-30",
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cut_dates": "1997-06-30"}, "cut_dates is a list"),
        ({"cut_dates": []}, "cut_dates is a list"),
        ({"cut_dates": ["30/06/1997"]}, "cut_dates is a date"),
        ({"models": {}}, "models names the models"),
        ({"models": [EqualRate()]}, "models names the models"),
        ({"models": {"hiatus": EqualRate()}}, "'hiatus', 'past_rate': got 'hiatus'"),
        ({"models": {1: EqualRate()}}, "got '1'"),
        ({"horizon": "26"}, "a number above zero with its unit"),
        ({"level": 95}, "level lies between 0 and 1"),
    ],
)
def test_arguments_are_checked(
    change: dict[str, object], told: str, few_orders: pd.DataFrame
) -> None:
    given = {"models": {"a": EqualRate()}, "cut_dates": ["2024-03-31"], "horizon": "4W"} | change
    with pytest.raises(ValueError, match=told):
        backtest(few_orders, given.pop("models"), as_of="2024-06-30", **given)


def test_a_cut_before_every_purchase_is_refused(few_orders: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match="on or before the cut 2023-12-31"):
        backtest(
            few_orders,
            {"a": EqualRate()},
            cut_dates=["2024-03-31", "2023-12-31"],
            horizon="4W",
            as_of="2024-06-30",
        )


def test_forecasts_that_are_no_numbers_are_refused(few_orders: pd.DataFrame) -> None:
    for factor in (-1.0, np.nan):
        with pytest.raises(ValueError, match=r"'a'.*for 2 of 2 customers, such as 'ada', 'ben'"):
            backtest(
                few_orders,
                {"a": EqualRate(factor)},
                cut_dates=["2024-03-31"],
                horizon="4W",
                as_of="2024-06-30",
            )


def test_customers_with_refunds_alone_are_told_of_once_a_cut(odd_orders: pd.DataFrame) -> None:
    refund = odd_orders.iloc[:1].assign(customer_id="dan", revenue=-5.0)
    orders = pd.concat([odd_orders, refund], ignore_index=True)
    with pytest.warns(SetAsideWarning, match="'dan'") as caught:
        backtest(
            orders,
            {"a": EqualRate()},
            cut_dates=["2024-04-30", "2024-05-31"],
            horizon="4W",
            as_of="2024-06-30",
        )
    assert len(caught) == 2


def test_models_and_transactions_are_left_alone(few_orders: pd.DataFrame) -> None:
    before, model = few_orders.copy(deep=True), EqualRate()
    backtest(few_orders, {"a": model}, cut_dates=["2024-03-31"], horizon="4W", as_of="2024-06-30")
    pd.testing.assert_frame_equal(few_orders, before)
    assert not hasattr(model, "rate_")


def test_plots_show_the_cut_and_the_model_asked_for(trial: Backtest) -> None:
    lines = trial.plot(cut_date=CUTS[0]).get_lines()
    assert len(lines) == 6
    assert lines[0].get_ydata()[-1] == trial.scores.loc[(CUTS[0], "low"), "actual_purchases"]
    assert trial.plot_calibration("hiatus").containers
    with pytest.raises(ValueError, match="model is one of 'low'"):
        trial.plot_calibration("none")
    with pytest.raises(ValueError, match="cut_date is one of"):
        trial.plot(cut_date="1997-07-01")


def test_the_table_in_the_guide_is_what_its_code_gives() -> None:
    text = GUIDE.read_text("utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    exec(compile(blocks[0], GUIDE.name, "exec"), names)
    shown = names["shown"]
    assert isinstance(shown, pd.DataFrame)
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    header, *body = [[cell.strip() for cell in row] for row in rows if "---" not in row[0]]
    assert header[2:] == [f"`{name}`" for name in shown.columns]
    assert len(body) == len(shown)
    for cells, ((cut, model), row) in zip(body, shown.iterrows(), strict=True):
        assert cells[:2] == [f"{cut:%Y-%m-%d}", model]
        # A maximum found elsewhere may differ in the last place that is shown.
        last_place = [10.0 ** -len(cell.partition(".")[2]) for cell in cells[2:]]
        for cell, value, place in zip(cells[2:], row, last_place, strict=True):
            assert float(cell) == pytest.approx(value, abs=1.001 * place)


def test_models_with_covariates_find_them_at_every_cut():
    transactions = load_cdnow("sample")
    customers = pd.Index(transactions["customer_id"].unique(), name="customer_id")
    is_even = pd.DataFrame({"is_even": customers.str[-1].isin([*"02468"])}, index=customers)
    arguments = {"cut_dates": ["1997-09-30"], "horizon": "8W", "as_of": "1998-06-30"}
    models = {"with": BetaGeoModel(transaction_covariates=["is_even"])}
    trial = backtest(transactions, models, covariates=is_even, **arguments)
    history = purchase_history(transactions, as_of="1997-09-30").join(is_even)
    alone = models["with"].fit(history).expected_purchases(history, horizon="56D")
    assert trial.forecasts["with"].to_numpy() == pytest.approx(alone.value, rel=1e-9)
    with pytest.raises(SchemaError, match="is missing or infinite for 1 of"):
        backtest(transactions, models, covariates=is_even.iloc[1:], **arguments)
    with pytest.raises(SchemaError, match="several rows for one customer"):
        backtest(transactions, models, covariates=is_even.iloc[[0, 0]], **arguments)
    with pytest.raises(SchemaError, match="'T', which the purchase history has too"):
        backtest(transactions, models, covariates=is_even.assign(T=1), **arguments)


def test_days_without_data_are_not_days_without_purchases(cdnow: pd.DataFrame) -> None:
    told = "last purchase in the data is of 1998-06-30, .* 182 days after the cut 1998-06-30"
    with pytest.raises(SchemaError, match=told):
        backtest(
            cdnow,
            {"one": EqualRate()},
            cut_dates=["1998-06-30"],
            horizon="26W",
            as_of="1998-12-31",
        )


def test_a_holdout_of_new_customers_alone_is_one() -> None:
    orders = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "bob"],
            "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-20", "2024-02-10"]),
            "revenue": 1.0,
        }
    )
    trial = backtest(
        orders, {"one": EqualRate()}, cut_dates=["2024-01-31"], horizon="4W", as_of="2024-02-28"
    )
    assert (trial.scores["actual_purchases"] == 0).all()


def test_models_and_covariates_have_their_kinds(cdnow: pd.DataFrame) -> None:
    asked = {"cut_dates": CUTS, "horizon": "13W", "as_of": "1998-06-30"}
    with pytest.raises(TypeError, match=r"'spend' is a BetaGeoModel, .*: got GammaGammaModel"):
        backtest(cdnow, {"spend": GammaGammaModel()}, **asked)
    with pytest.raises(TypeError, match=r"covariates is a pandas DataFrame, .*: got 'm'"):
        backtest(cdnow, {"one": EqualRate()}, covariates="m", **asked)
