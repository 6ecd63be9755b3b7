"""Temporal validation: a model fitted on the past, tested on what was then the future."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from custintel._checks import quoted, require_between, require_type
from custintel._intervals import Floats
from custintel._ranks import auc
from custintel._text import translate as _
from custintel._time import Day, as_day
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.evaluation._baselines import Baseline, best_baselines
from custintel.evaluation._comparisons import Compared
from custintel.evaluation._predictions import Flags, read_outcome, read_predictions
from custintel.evaluation.calibration import calibration_table
from custintel.evaluation.gains import gains_table
from custintel.tables.snapshots import Snapshot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEWEST_EVENTS = 50
_N_BASELINES = 3
_MODEL, _BASE_RATE, _PURCHASE_MODEL = "model", "base_rate", "purchase_model"
_NO_PURCHASE = "purchase_model_probability_of_none"
_CHURN, _NO_GAP = "is_churned", "0D"


@dataclass(frozen=True, slots=True, eq=False)
class TemporalValidation:
    """How well a model foretold days that it could not have seen.

    Attributes
    ----------
    metrics : DataFrame
        Indexed by ``predictor``: ``"model"``; the best features alone, as
        ``"recency_days alone"``; ``"purchase_model"`` where there is one, and no gap, whose days
        it would foretell too; what was given as `scores`; ``"base_rate"``. Each measure has its
        ``_low`` and ``_high``.

        - ``kind`` : str, ``model``, ``baseline``, ``purchase_model``, ``score`` or ``base_rate``
        - ``is_best_baseline`` : bool, the feature that was best on the training cuts
        - ``train_auc`` : float, on the training cuts; missing where nothing was fitted on them
        - ``auc`` : float, 0-1; bounds after DeLong on the logit scale, missing where the AUC is
          0 or 1 or a single customer had one of the outcomes
        - ``average_precision`` : float, 0-1; bounds from a bootstrap of customers
        - ``brier``, ``log_loss`` : float, lower is better
        - ``calibration_slope``, ``calibration_intercept`` : float, missing without a line
        - ``calibration_in_the_large`` : float, intercept of the line with slope 1
        - ``top_decile_lift`` : float, event rate of the first tenth by that of all
    gain : DataFrame
        Indexed by ``against`` (the best baseline; the purchase model; the scores) and
        ``measure``: ``model``, ``other``, and ``gain`` of the model, above 0 where it is
        better, with ``gain_low`` and ``gain_high``: of the same customers, after DeLong for the
        AUC, from a bootstrap for the average precision, of paired differences for the losses.
    deciles : DataFrame
        Of the model, as `gains_table` gives it, in tenths; fewer groups for fewer customers.
    calibration : DataFrame
        Of the model, as `calibration_table` gives it.
    predictions : DataFrame
        Indexed as the snapshot: ``outcome`` and a column of probabilities per predictor.
    model : estimator
        The clone that was fitted and tested.
    label : str
        What was foretold.
    best_baseline : str
        The predictor that was best of the single features on the training cuts.
    train_as_of : tuple of Timestamp
        Cuts of the training.
    test_as_of : Timestamp
        Cut of the test.
    n_train, n_train_events, n_test, n_events : int
        Rows and events of training, customers and events of the test.
    n_seen : int
        Customers of the test who are in the training too, at earlier cuts. That is as it is when
        a model is used, so they stay.
    is_weak : bool
        Whether the rarer outcome came fewer than 50 times in the test.
    level : float
        Of the intervals.
    """

    metrics: pd.DataFrame
    gain: pd.DataFrame
    deciles: pd.DataFrame
    calibration: pd.DataFrame
    predictions: pd.DataFrame
    model: Any
    label: str
    best_baseline: str
    train_as_of: tuple[pd.Timestamp, ...]
    test_as_of: pd.Timestamp
    n_train: int
    n_train_events: int
    n_test: int
    n_events: int
    n_seen: int
    is_weak: bool
    level: float

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the share of events among the first customers.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on; see `custintel.plots.gains_curve`.
        """
        from custintel.plots.predictions import gains_curve

        return gains_curve(self.deciles, ax=ax)


def temporal_validation(  # noqa: PLR0913 - a model, its test, and what stands beside it
    model: Any,
    snapshot: Snapshot,
    *,
    label: str,
    test_as_of: Day | None = None,
    scores: pd.DataFrame | Mapping[str, "pd.Series[float]"] | None = None,
    level: float = 0.95,
    random_state: int | np.random.Generator = 0,
) -> TemporalValidation:
    """Fit a model on earlier cuts, and test it on a later one, beside simpler predictions.

    The model is cloned and fitted on the cuts whose labels had ended on the day of the test, so
    that it knows nothing that was not known then. Its probabilities for the customers of that day
    are compared with what came, and with simpler predictions of the same customers: each feature
    alone, turned into a probability on the training cuts, where the best one is chosen as well;
    the probability of no purchase of the snapshot's purchase model; and the base rate.

    A model that is not clearly better than one feature alone (`gain`) is not worth its keep.

    Parameters
    ----------
    model : estimator
        A scikit-learn classifier with ``predict_proba``, such as `custintel.models.ChurnModel`;
        unfitted, or fitted anew.
    snapshot : Snapshot
        Of two cuts or more, such that labels of one end on or before the day of another.
    label : str
        Column of the labels to foretell, with 0 and 1, such as ``"is_churned"``.
    test_as_of : date-like, optional
        Cut to test on; by default the last one.
    scores : DataFrame or mapping of str to Series, optional
        Further probabilities of the same event by name, indexed as the snapshot or by
        ``customer_id``, of all customers of the test.
    level : float, default=0.95
        Probability that each interval aims to cover, between 0 and 1.
    random_state : int or numpy.random.Generator, default=0
        Seed of the bootstrap (200 resamples) and of the folds for categories.

    Returns
    -------
    TemporalValidation
        Measures of every predictor, gains of the model over the others, its deciles and
        calibration.

    Raises
    ------
    SchemaError
        If only one of the outcomes occurs in training or test, or scores are missing.
    TypeError
        If `snapshot` is none, or `scores` are no Series by name.
    ValueError
        If there is no such label or cut, or no cut whose labels end in time.

    Warns
    -----
    WeakResultWarning
        If the rarer outcome comes fewer than 50 times in the test.

    References
    ----------
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two
    or more correlated receiver operating characteristic curves. Biometrics 44, 837-845.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.tables import snapshot
    >>> seen = snapshot(
    ...     load_cdnow(),
    ...     as_of=["1997-06-30", "1997-12-31"],
    ...     window="6M",
    ...     horizon="6M",
    ...     population="ever_bought",
    ... )
    >>> few = ["n_purchase_days_6m", "revenue_6m", "recency_days"]
    >>> found = temporal_validation(
    ...     make_pipeline(StandardScaler(), LogisticRegression()),
    ...     replace(seen, features=seen.features[few]),
    ...     label="is_churned",
    ... )
    >>> found.n_test, found.n_events
    (2357, 1842)
    >>> bool(found.metrics.loc["model", "auc"] > 0.7)
    True
    """
    require_type(snapshot, Snapshot, name="snapshot", what=_("a Snapshot"))
    require_between(level, 0, 1, name="level", open_ends=True)
    require_type(
        {} if scores is None else scores,
        (pd.DataFrame, Mapping),
        name="scores",
        what=_("a DataFrame, or a mapping of names to Series"),
    )
    rng = np.random.default_rng(random_state)
    halves = _Halves.of(snapshot, label, test_as_of)
    baselines = best_baselines(halves.train.features, halves.train_event, n=_N_BASELINES, rng=rng)
    fitted = clone(model).fit(halves.train.features, halves.train_event.astype(np.int64))
    predictions = _predictions(fitted, halves, baselines, label, scores)
    kinds = _kinds(predictions, baselines)
    compared = Compared.of(predictions, halves.test_event, level=level, rng=rng)
    best = _alone(baselines[0].name)
    metrics = compared.metrics()
    train_auc = {_alone(each.name): each.train_auc for each in baselines}
    train_auc[_MODEL] = auc(_probability(fitted, halves.train.features), halves.train_event)
    metrics.insert(0, "kind", [kinds[name] for name in metrics.index])
    metrics.insert(1, "is_best_baseline", metrics.index == best)
    metrics.insert(2, "train_auc", metrics.index.map(train_auc).astype(np.float64))
    others = [best, *(name for name, kind in kinds.items() if kind in {_PURCHASE_MODEL, "score"})]
    gains = {name: compared.gains(_MODEL, name) for name in others}
    outcome, of_model = halves.test_event, predictions[_MODEL]
    n_groups = min(10, len(outcome))
    return TemporalValidation(
        metrics=metrics,
        gain=pd.concat(gains, names=["against"]),
        deciles=gains_table(outcome, of_model, n_groups=n_groups, level=level),
        calibration=calibration_table(outcome, of_model, level=level),
        predictions=pd.DataFrame(
            {"outcome": outcome, **predictions}, index=halves.test.features.index
        ),
        model=fitted,
        label=label,
        best_baseline=best,
        level=level,
        **halves.facts(),
    )


@dataclass(frozen=True, slots=True)
class _Halves:
    train: Snapshot
    test: Snapshot
    train_event: Flags
    test_event: Flags

    @classmethod
    def of(cls, snapshot: Snapshot, label: str, test_as_of: Day | None) -> "_Halves":
        snapshot.label(label)
        days = snapshot.days
        day = days.index.max() if test_as_of is None else as_day(test_as_of)
        test = snapshot.at(day)
        in_time = days.index[(days["labels_until"] <= day) & (days.index < day)]
        if in_time.empty:
            raise ValueError(_no_training(days, day))
        is_train = snapshot.features.index.get_level_values("as_of").isin(in_time)
        train = Snapshot(
            features=snapshot.features[is_train],
            labels=snapshot.labels[is_train],
            dictionary=snapshot.dictionary,
            days=days.loc[in_time],
            window=snapshot.window,
            gap=snapshot.gap,
            horizon=snapshot.horizon,
        )
        return cls(train, test, read_outcome(train.label(label)), read_outcome(test.label(label)))

    def facts(self) -> dict[str, Any]:
        """Return what the result says of training and test, and warn if the test is small."""
        seen = self.train.features.index.get_level_values("customer_id")
        tested = self.test.features.index.get_level_values("customer_id")
        n, n_events = len(tested), int(self.test_event.sum())
        fewest = min(n_events, n - n_events)
        if fewest < _FEWEST_EVENTS:
            warn(
                _(
                    "The rarer outcome came {fewest} times among the {n} customers of the test: "
                    "with fewer than {least} no measure says much. Test on a cut with more "
                    "customers, or take a longer horizon.",
                    fewest=fewest,
                    n=n,
                    least=_FEWEST_EVENTS,
                ),
                WeakResultWarning,
            )
        return {
            "train_as_of": tuple(self.train.days.index),
            "test_as_of": self.test.days.index[0],
            "n_train": len(seen),
            "n_train_events": int(self.train_event.sum()),
            "n_test": n,
            "n_events": n_events,
            "n_seen": int(tested.isin(seen).sum()),
            "is_weak": fewest < _FEWEST_EVENTS,
        }


def _predictions(
    fitted: Any,
    halves: _Halves,
    baselines: list[Baseline],
    label: str,
    scores: pd.DataFrame | Mapping[str, "pd.Series[float]"] | None,
) -> dict[str, Floats]:
    features = halves.test.features
    found = {_MODEL: _probability(fitted, features)}
    for each in baselines:
        found[_alone(each.name)] = each.fitted.probability(features[each.name])
    if _foretold_by_purchases(halves.test, label):
        found[_PURCHASE_MODEL] = features[_NO_PURCHASE].to_numpy(np.float64)
    for name in () if scores is None else scores:
        if str(name) in {*found, _BASE_RATE}:
            raise ValueError(_("The scores named {name!r} need another name.", name=name))
        given = _scores_of_test(scores[name], features.index, str(name))  # type: ignore[index]
        found[str(name)] = read_predictions(halves.test_event, given).probability
    found[_BASE_RATE] = np.full(len(features), halves.train_event.mean())
    return found


def _foretold_by_purchases(test: Snapshot, label: str) -> bool:
    """Return whether the probability of no purchase in the days after the cut is the label's."""
    # Its days begin after the cut: with a gap they are more than those of the label.
    if label != _CHURN or _NO_PURCHASE not in test.features or test.gap != _NO_GAP:
        return False
    return bool(test.features[_NO_PURCHASE].notna().all())


def _kinds(predictions: Mapping[str, Floats], baselines: list[Baseline]) -> dict[str, str]:
    alone = {_alone(each.name) for each in baselines}
    own = {_MODEL, _BASE_RATE, _PURCHASE_MODEL}
    return {
        name: name if name in own else "baseline" if name in alone else "score"
        for name in predictions
    }


def _scores_of_test(given: "pd.Series[float]", index: pd.Index, name: str) -> Floats:
    require_type(given, pd.Series, name=f"scores[{name!r}]", what=_("a pandas Series"))
    labels = index if given.index.nlevels > 1 else index.get_level_values("customer_id")
    if given.index.has_duplicates:
        raise SchemaError(
            _("The scores named {name!r} have several rows for a customer. Keep one.", name=name)
        )
    found = given.reindex(labels)
    is_missing = found.isna().to_numpy()
    if is_missing.any():
        raise SchemaError(
            _(
                "The scores named {name!r} lack {n} of the {total} customers of the test, such as "
                "{examples}. Score all of them.",
                name=name,
                n=int(is_missing.sum()),
                total=len(found),
                examples=quoted(index.get_level_values("customer_id")[is_missing][:3]),
            )
        )
    return np.asarray(found.to_numpy(np.float64), np.float64)


def _probability(fitted: Any, features: pd.DataFrame) -> Floats:
    return np.asarray(fitted.predict_proba(features)[:, 1], np.float64)


def _alone(feature: str) -> str:
    return f"{feature} alone"


def _no_training(days: pd.DataFrame, day: pd.Timestamp) -> str:
    ends = quoted((f"{each:%Y-%m-%d}" for each in days["labels_until"]), most=6)
    return _(
        "No cut has labels that end on or before {day:%Y-%m-%d}, the day of the test: they end on "
        "{ends}. Take an earlier cut into the snapshot, a horizon before the test.",
        day=day,
        ends=ends,
    )
