"""Customers as they were on a day, and what they did afterwards: the only way into predictions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from custintel._checks import quoted
from custintel._frames import Frame
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel.tables._snapshot_making import SnapshotMaker
from custintel.tables._snapshot_plan import NO_GAP, Plan
from custintel.tables.purchase_labels import PurchaseLabel

_DAY = "as_of"


@dataclass(frozen=True, slots=True, eq=False)  # tables have no single truth value
class Snapshot:
    """What was known of each customer on a day, and what the days after it brought.

    Made by `snapshot`. Cuts, the days at which customers are looked at, are stacked: a customer
    has a row for each cut at which they were one.

    Attributes
    ----------
    features : DataFrame
        Indexed by ``as_of`` and ``customer_id``, sorted; a column of floats per feature, which
        knows nothing after the day ``as_of``, and one per attribute asked for.
    labels : DataFrame
        Same index; a column per label. No column if no label was asked for.
    dictionary : DataFrame
        Indexed by ``feature``, in the order of the columns.

        - ``table`` : str, where it comes from
        - ``meaning`` : str, what it says, in the language in use
        - ``unit`` : str, such as ``days`` or ``0-1``
        - ``span`` : str, which days it looks at: a length that ends with ``as_of``, such as
          ``12m``; or ``ever``, ``year_before``, ``export``
        - ``first_day_offset`` : float, days from ``as_of`` to the first day looked at, at the
          newest cut: 0 or less; NaN without a first day
    days : DataFrame
        Indexed by ``as_of``, one row per cut.

        - ``features_from`` : datetime, first day of the window
        - ``labels_from``, ``labels_until`` : datetime, first and last day of the labels; missing
          without a horizon
        - ``n_customers`` : int, rows of the cut
        - ``n_without_purchase`` : int, those of them without any purchase up to the day; above 0
          for the population ``"known"`` alone
    window : str
        Length of the days that the features look at, such as ``12M``.
    gap : str
        Days left out between features and labels, such as ``0D``.
    horizon : str or None
        Length of the days that the labels look at; None without any.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> seen = snapshot(load_cdnow(), as_of="1997-09-30", window="6M", horizon="6M")
    >>> seen.label("is_churned").value_counts().to_dict()
    {False: 386, True: 342}
    """

    features: pd.DataFrame
    labels: pd.DataFrame
    dictionary: pd.DataFrame
    days: pd.DataFrame
    window: str
    gap: str
    horizon: str | None

    def at(self, as_of: Day) -> "Snapshot":
        """Return the snapshot of one of the cuts, with the same two levels of the index.

        Parameters
        ----------
        as_of : date-like
            The day of the cut.

        Returns
        -------
        Snapshot
            Its rows of ``features``, ``labels`` and ``days``.

        Raises
        ------
        ValueError
            If there is no such cut.
        """
        day = as_day(as_of)
        if day not in self.days.index:
            known = quoted((f"{each:%Y-%m-%d}" for each in self.days.index), most=6)
            raise ValueError(
                _("as_of is one of {known}: got {day:%Y-%m-%d}.", known=known, day=day)
            )
        rows = self.features.index.get_level_values(_DAY) == day
        return replace(
            self,
            features=self.features[rows],
            labels=self.labels[rows],
            days=self.days.loc[[day]],
        )

    def label(self, name: str) -> pd.Series:
        """Return one label of each customer and cut.

        Parameters
        ----------
        name : str
            Name of the label, such as ``"is_churned"``.

        Returns
        -------
        Series
            Indexed by ``as_of`` and ``customer_id``.

        Raises
        ------
        ValueError
            If the snapshot has no such label.
        """
        if name not in self.labels:
            raise ValueError(
                _(
                    "The snapshot has no label {name!r}; it has {labels}. Ask for it: "
                    "snapshot(…, labels=[{name!r}]).",
                    name=name,
                    labels=quoted(self.labels.columns) or _("none"),
                )
            )
        return self.labels[name]


def snapshot(  # noqa: PLR0913 - one setting each, most optional
    tables: Frame | Mapping[str, Frame],
    *,
    as_of: Day | Iterable[Day],
    window: str,
    horizon: str | None = None,
    gap: str | None = None,
    labels: str | Iterable[str] | Mapping[str, str | PurchaseLabel] | None = ("is_churned",),
    purchase_model: Any = None,
    population: Literal["bought_in_window", "ever_bought", "known"] = "bought_in_window",
    attributes: Sequence[str] = (),
    observed_until: Day | None = None,
) -> Snapshot:
    """Describe each customer as of a day, and what the days after that day brought.

    Features see every row up to and including the day ``as_of``, and nothing after it. Labels
    see the days after ``as_of`` + `gap`, up to ``as_of`` + `gap` + `horizon`, and nothing else.
    A model learns from earlier cuts, whose labels are known, and scores the customers of a cut
    whose labels are yet to come: ask for both with the same arguments, and for ``labels=()`` to
    score.

    A purchase is a line with an amount of 0 or more; a line below 0 is a refund: it lowers the
    revenue of its day, and is never a purchase. Customers with refunds alone are left out, unless
    the population is ``"known"`` and they are; a warning counts them at the newest cut.

    Parameters
    ----------
    tables : DataFrame or mapping of str to DataFrame
        The transactions, or tables by their names: ``transactions`` (``customer_id``,
        ``ordered_at``, ``revenue``; also read where they exist: ``order_id``, ``product_id``,
        ``category``, ``channel``, ``quantity``, ``discount``), ``customers``, and further
        sources of features: ``touches``, ``campaign_events``, ``cases``, ``surveys``,
        ``web_events``, as `custintel.tables` builds them. Each is a frame of pandas, polars,
        DuckDB, PySpark or pyarrow, or the path of a Parquet file.
    as_of : date-like or iterable of date-like
        The day of the cut, the whole of which is seen; several are stacked.
    window : str
        Length of the days that features look at, which end with ``as_of``, such as ``"12M"``;
        months are calendar ones. Features look at its second half, last quarter and last
        twelfth too, in whole days. Those that end in ``_ever``, recency, tenure and the gaps
        between purchases look at every day before.
    horizon : str, optional
        Length of the days of the labels, such as ``"6M"``; months are calendar ones. Needed for
        labels and for `purchase_model`. With it, and a window of ``12M`` or longer (in days
        366, as in a leap year), features tell of the same days a year earlier.
    gap : str, optional
        Length of the days between features and labels, such as ``"2W"``: the time that acting on
        a prediction takes. By default none.
    labels : iterable of str, or mapping, default=("is_churned",)
        What to foresee: ``"is_churned"`` (no purchase), ``"is_buyer"`` (a purchase),
        ``"n_purchases"`` (days with a purchase), ``"revenue"`` (net of the refunds of these
        days); or your own names, each with one of these or a `PurchaseLabel`. ``()`` or None
        gives features alone.
    purchase_model : estimator, optional
        An unfitted model, such as `custintel.models.ModifiedBetaGeoModel`. A clone of it is
        fitted at each cut on the purchases up to it, and tells three features.
    population : {"bought_in_window", "ever_bought", "known"}, default="bought_in_window"
        Who is a customer on the day: who purchased within the window, at any time before, or
        is also known from ``created_at`` of the customers without any purchase yet.
    attributes : sequence of str, default=()
        Columns of ``customers`` to add as they are, which is as of the export: a warning says
        so, unless ``updated_at`` shows that they are no later than the cut.
    observed_until : date-like, optional
        Last day that the transactions cover. By default that of their last row.

    Returns
    -------
    Snapshot
        Features, labels, and what they are.

    Raises
    ------
    SchemaError
        If a column or a table is missing, labels look at days not yet observed, or nobody was
        a customer.
    LeakError
        If an attribute is later than a cut, or filled once a relation has ended.
    MixedCurrencyError
        If the revenue is in several currencies.
    ValueError, TypeError
        If an argument is not what is described here.

    Warns
    -----
    SetAsideWarning
        If customers have refunds alone, or no ``created_at`` where it decides who is known.
    WeakResultWarning
        If a cut comes after the last day observed, nobody meets a `PurchaseLabel`, or
        attributes may be later than a cut.

    Examples
    --------
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann", "bob", "ann"],
    ...     "ordered_at": pd.to_datetime(
    ...         ["2024-01-10", "2024-02-20", "2024-05-30", "2024-06-10", "2024-08-01"]
    ...     ),
    ...     "revenue": [20.0, 30.0, 50.0, -10.0, 25.0],
    ... })
    >>> seen = snapshot(
    ...     transactions, as_of="2024-06-30", window="6M", horizon="3M", observed_until="2024-09-30"
    ... )
    >>> seen.features[["n_purchase_days_6m", "revenue_6m", "recency_days"]]
                            n_purchase_days_6m  revenue_6m  recency_days
    as_of      customer_id
    2024-06-30 ann                         2.0        70.0          31.0
               bob                         1.0        20.0         131.0
    >>> seen.label("is_churned").tolist()
    [False, True]
    >>> seen.dictionary.loc["revenue_6m", "meaning"]
    'amount bought, less refunds'
    >>> float(seen.dictionary.loc["revenue_6m", "first_day_offset"])
    -181.0
    """
    plan = Plan.read(as_of, window=window, gap=gap, horizon=horizon, labels=labels)
    maker = SnapshotMaker.of(
        tables, plan, purchase_model=purchase_model, population=population, attributes=attributes
    )
    maker.require_observed(
        None if observed_until is None else as_day(observed_until, name="observed_until")
    )
    made = maker.made()
    return Snapshot(
        features=made.features,
        labels=made.labels,
        dictionary=made.dictionary,
        days=made.days,
        window=str(plan.window),
        gap=NO_GAP if plan.gap is None else str(plan.gap),
        horizon=None if plan.horizon is None else str(plan.horizon),
    )
