"""`alive_path`: each day's number is what the model says of the history as of that day."""

import numpy as np
import pandas as pd
import pytest

from custintel.datasets import load_cdnow
from custintel.errors import WeakResultWarning
from custintel.models import BetaGeoModel
from custintel.tables import regularity_history
from custintel.value.alive import _daily_history, _purchase_days_of, alive_path


@pytest.fixture(scope="module")
def model() -> BetaGeoModel:
    return BetaGeoModel.from_parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)


@pytest.mark.parametrize("customer", ["0001", "1516"])
def test_path_equals_the_history_of_each_day(customer: str, model: BetaGeoModel) -> None:
    own = load_cdnow().query("customer_id == @customer")
    path = alive_path(load_cdnow(), model, customer_id=customer, as_of="1998-06-30")
    bought = set(own["ordered_at"])
    assert path.index[0] == min(bought)
    assert path.index[-1] == pd.Timestamp("1998-06-30")
    assert set(path.index[path["is_purchase"]]) == bought
    for day, row in path[path["frequency"] > 0].iloc[::29].iterrows():
        history = regularity_history(own, as_of=day)
        assert row["frequency"] == history["frequency"].item()
        alive = model.probability_alive(history).item()
        assert row["probability_alive"] == pytest.approx(alive, rel=1e-12)


def test_daily_history_is_that_of_the_table(odd_orders: pd.DataFrame) -> None:
    end = pd.Timestamp("2024-07-31")
    days = _purchase_days_of(odd_orders, "cleo", end)
    last = int((end - pd.Timestamp("1970-01-01")).days)
    own = odd_orders[odd_orders["customer_id"] == "cleo"]
    history = _daily_history(days, last)
    for age, row in history.loc[[0, 1, 60, 122, 123, 124, len(history) - 1]].iterrows():
        as_of = pd.Timestamp("2024-02-29") + pd.Timedelta(days=int(age))
        table = regularity_history(own, as_of=as_of).drop(columns="monetary_value")
        assert row.to_list() == pytest.approx(table.loc["cleo"].to_list(), abs=1e-12)


def test_silence_lowers_it_and_a_purchase_restores_it(model: BetaGeoModel) -> None:
    path = alive_path(load_cdnow(), model, customer_id="1516", as_of="1998-06-30")
    alive, is_purchase = path["probability_alive"], path["is_purchase"]
    change = alive.diff()
    repeats = path["frequency"].to_numpy() > 0
    silent = repeats & ~is_purchase.to_numpy()
    assert (change[silent] < 0).all()
    assert (alive[~repeats] == 1).all()
    restored = repeats & is_purchase.to_numpy() & (path["frequency"].to_numpy() > 1)
    assert restored.sum() >= 3
    # After a pause of weeks, as here; a purchase after a day also is an occasion to leave.
    pauses = np.diff(path.index[is_purchase.to_numpy()]) > np.timedelta64(30, "D")
    after_pauses = path.index[is_purchase.to_numpy()][1:][pauses]
    assert len(after_pauses) >= 1
    assert (change[after_pauses[path.loc[after_pauses, "frequency"] > 1]] > 0).all()


def test_a_customer_without_purchase_is_an_error(
    odd_orders: pd.DataFrame, model: BetaGeoModel
) -> None:
    for customer, as_of in [("nobody", "2024-06-30"), ("ben", "2024-04-30")]:
        with pytest.raises(ValueError, match=f"'{customer}' has no purchase on or before"):
            alive_path(odd_orders, model, customer_id=customer, as_of=as_of)


def test_refunds_and_later_rows_are_no_purchases(
    odd_orders: pd.DataFrame, model: BetaGeoModel
) -> None:
    with pytest.warns(WeakResultWarning, match="'ben' is 1 on all 61 days, by assumption"):
        path = alive_path(odd_orders, model, customer_id="ben", as_of="2024-06-30")
    assert path["is_purchase"].sum() == 1
    assert (path["frequency"] == 0).all()
