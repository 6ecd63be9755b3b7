"""What holds of every snapshot: features do not know the days to come, labels know no others."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custintel._time import Span, window_end, window_start
from custintel.tables import Snapshot, snapshot

CUT = pd.Timestamp("2024-06-30")
START = CUT - pd.Timedelta(days=400)
AHEAD = {"gap": "10D", "horizon": "30D"}
FIRST_LABEL, LAST_LABEL = 11, 40  # days after the cut
MONEY = ("revenue_", "refunds_", "discount_", "mean_order_value_")

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
pytestmark = pytest.mark.filterwarnings("ignore::custintel.errors.SetAsideWarning")


def rows_of(days: st.SearchStrategy[int], *, least: int, most: int) -> st.SearchStrategy[list]:
    """Lines as tuples: customer, day after the cut, amount, and a number for all the rest."""
    amounts = st.integers(-2_000, 6_000).map(lambda cents: cents / 100)
    line = st.tuples(st.sampled_from("abc"), days, amounts, st.integers(0, 59))
    return st.lists(line, min_size=least, max_size=most)


seen_rows = rows_of(st.integers(-399, 0), least=1, most=25)
later_rows = rows_of(st.integers(1, 80), least=1, most=8)


def frame(rows: list[tuple[str, int, float, int]]) -> pd.DataFrame:
    customers, days, amounts, more = (list(each) for each in zip(*rows, strict=True))
    other = np.array(more)
    return pd.DataFrame(
        {
            "customer_id": customers,
            "order_id": [f"o{n % 20}" for n in other],
            "ordered_at": CUT + pd.to_timedelta(days, unit="D") + pd.Timedelta(hours=23),
            "revenue": amounts,
            "product_id": [f"p{n % 7}" for n in other],
            "category": np.where(other % 5 == 0, None, np.where(other % 2, "x", "y")),
            "channel": np.where(other % 3 == 0, "web", "shop"),
            "quantity": (other % 4).astype(float),
            "discount": (other % 6 == 0) * 1.5,
        }
    )


# Somebody bought in every snapshot, on every kind of day; nobody is the only one.
ALWAYS = [("d", -380, 10.0, 1), ("d", -3, 20.0, 2), ("d", 0, 5.0, 3)]


def fast(lines: pd.DataFrame) -> pl.DataFrame:
    """Return lines as the engine whose snapshots of small tables are the fastest."""
    cells = {name: lines[name].to_list() for name in lines}
    # Instants of which none has come are instants all the same.
    types = {name: pl.Datetime("us") for name in lines if lines[name].dtype.kind == "M"}
    return pl.DataFrame(
        {name: [None if pd.isna(cell) else cell for cell in each] for name, each in cells.items()},
        schema_overrides=types,
    )


def events(
    rows: list[tuple[str, int, float, int]], *, ends_until: pd.Timestamp = pd.Timestamp.max
) -> dict[str, pl.DataFrame]:
    """Return what happened to customers besides, one row for each in every table.

    Cases that end later than a day have not ended.
    """
    lines = frame(rows)
    who, at, n = (lines[["customer_id"]], lines["ordered_at"], np.array([row[3] for row in rows]))
    ended = at + pd.to_timedelta(n, unit="D")
    ended = ended.where(ended < ends_until)
    campaign = [f"k{each % 4}" for each in n]
    tables = {
        "touches": {"channel": lines["channel"], "occurred_at": at, "campaign_id": campaign},
        "campaign_events": {
            "campaign_id": campaign,
            "event": np.array(["sent", "opened", "clicked", "bounced", "unsubscribed"])[n % 5],
            "occurred_at": at,
        },
        "cases": {
            "opened_at": at,
            "answered_at": at + pd.Timedelta(hours=5),
            "abandoned_at": ended.where(n % 3 == 0),
            "closed_at": ended.where(n % 3 == 1),
            "reason": lines["category"],
            "cost": n * 1.0,
        },
        "surveys": {"answered_at": at, "score": n * 1.0, "survey_id": campaign},
        "web_events": {"occurred_at": at, "page": campaign, "search_term": lines["category"]},
    }
    return {name: fast(who.assign(**each)) for name, each in tables.items()}


def taken(rows: list, more: Mapping[str, pl.DataFrame] | None = None) -> Snapshot:
    return snapshot(
        {"transactions": fast(frame(ALWAYS + rows)), **(more or {})},
        as_of=CUT,
        window="12M",
        labels=["is_churned", "n_purchases", "revenue"],
        population="ever_bought",
        observed_until=CUT + pd.Timedelta(days=90),
        **AHEAD,
    )


@few
@given(seen_rows, later_rows, seen_rows, later_rows)
def test_features_do_not_change_with_rows_of_later_days(
    rows: list, later: list, happened: list, happened_later: list
) -> None:
    known = ALWAYS + happened
    before = taken(rows, events(known, ends_until=CUT + pd.Timedelta(days=1)))
    after = taken(rows + later, events(known + happened_later))
    # Sums in another order of rows may differ in their last bit.
    pd.testing.assert_frame_equal(before.features, after.features, rtol=1e-12, atol=1e-12)
    pd.testing.assert_frame_equal(before.dictionary, after.dictionary)
    assert len(set(before.dictionary["table"])) == 1 + len(events(ALWAYS))


@few
@given(seen_rows)
def test_rows_of_the_day_itself_count(rows: list) -> None:
    today = ("a", 0, 7.0, 4)
    known = [*rows, ("a", -1, 1.0, 4)]
    before = taken(known, events(ALWAYS)).features.droplevel("as_of")
    after = taken([*known, today], events([*ALWAYS, today])).features.droplevel("as_of")
    counts = ["n_lines_12m", "n_touches_1m", "n_clicks_1m", "n_cases_1m"]
    counts += ["n_survey_answers_1m", "n_web_events_1m"]
    gained = (after - before).loc["a", counts]
    assert gained.to_list() == [1, 1, 0, 1, 1, 1]
    assert after.loc["a", "is_unsubscribed"] > before.loc["a", "is_unsubscribed"]
    assert after.loc["a", "recency_days"] == 0


@few
@given(seen_rows, later_rows)
def test_labels_change_through_rows_of_their_own_days_alone(rows: list, later: list) -> None:
    own = [row for row in later if FIRST_LABEL <= row[1] <= LAST_LABEL]
    pd.testing.assert_frame_equal(taken(rows + later).labels, taken(rows + own).labels)
    more_before = [*rows, *((who, -5, 30.0, n) for who, _day, _amount, n in later)]
    without = taken(more_before).labels
    assert without["is_churned"].all()
    assert not without[["n_purchases", "revenue"]].any(axis=None)


def test_the_first_and_the_last_day_of_the_labels_count() -> None:
    days = {"a": FIRST_LABEL - 1, "b": FIRST_LABEL, "c": LAST_LABEL, "e": LAST_LABEL + 1}
    rows = [(who, day, 0.0, 1) for who, each in days.items() for day in (-1, each)]
    is_churned = taken(rows).label("is_churned").droplevel("as_of")
    assert is_churned.to_dict() == {"a": True, "b": False, "c": False, "d": True, "e": True}


@few
@given(seen_rows, later_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list, later: list, chance) -> None:
    shuffled = rows + later
    chance.shuffle(shuffled)
    one, other = taken(rows + later), taken(shuffled)
    pd.testing.assert_frame_equal(one.features, other.features, rtol=1e-9, atol=1e-9)
    pd.testing.assert_frame_equal(one.labels, other.labels, rtol=1e-9, atol=1e-9)


@few
@given(seen_rows, st.sampled_from([0.25, 8.0, 1024.0]))
def test_money_alone_scales_with_the_currency(rows: list, rate: float) -> None:
    """Rates are powers of two, so that no digit is lost."""
    lines = frame(ALWAYS + rows)
    other = lines.assign(revenue=lines["revenue"] * rate, discount=lines["discount"] * rate)
    one, scaled = (
        snapshot(fast(each), as_of=CUT, window="12M", labels=(), population="ever_bought", **AHEAD)
        for each in (lines, other)
    )
    money = [name for name in one.features if name.startswith(MONEY)]
    assert set(one.dictionary.index[one.dictionary["unit"] == "currency"]) == set(money)
    expected = one.features.copy()
    expected[money] *= rate
    pd.testing.assert_frame_equal(scaled.features, expected, rtol=1e-9, atol=1e-9)


@given(
    st.dates(pd.Timestamp("1996-01-01").date(), pd.Timestamp("2030-12-31").date()),
    st.sampled_from(["1M", "3M", "12M", "1Y", "2W", "45D", "1.5M"]),
)
def test_horizons_that_follow_each_other_share_no_day_and_leave_none_out(
    day: object, text: str
) -> None:
    span, last = Span.parse(text), pd.Timestamp(day)
    following = [last]
    for _each in range(4):
        following.append(window_end(following[-1], span))
    lengths = np.diff([pd.Timestamp(each).toordinal() for each in following])
    nominal = span.to("D")
    assert (abs(lengths - nominal) <= 3.5).all()
    if last.is_month_end and text in {"1M", "3M", "12M", "1Y"}:
        assert all(each.is_month_end for each in following)
        # The window that ends with a horizon is the horizon.
        assert window_start(following[1], span) == last + pd.Timedelta(days=1)
