"""Who will buy a product next: propensity, for thousands of customers or dozens of accounts."""

import dataclasses
import warnings
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from custintel._checks import require_count
from custintel._text import translate as _
from custintel._warnings import warn
from custintel.errors import SchemaError, WeakResultWarning
from custintel.models._few_customers import (
    chosen_method,
    evidence_of_rates,
    has_no_history,
    interval_of,
    learn_from_few,
)
from custintel.models._labelled_rows import LabelledRows, read_labelled_rows, read_labels
from custintel.models._outcome_fit import OutcomeFit, learn
from custintel.models._outcome_model import OutcomeModel
from custintel.models._outcome_settings import OutcomeSettings
from custintel.models._predictor_columns import Predictors, read_predictors
from custintel.models._predictor_design import warn_unseen
from custintel.models._segment_rates import (
    known_segments,
    rates_of,
    segment_labels,
    segment_rates,
    summary_of_rates,
)

_MOST_LEFT_OUT = 1000
_RANGES = ["probability_low", "probability_high"]


class PropensityModel(OutcomeModel):
    """Predict who buys a product or category in the horizon, as a calibrated probability.

    Features and labels come from `custintel.tables.snapshot`; rows may be customers or accounts.
    Columns are read, penalties chosen and probabilities calibrated as by `ChurnModel`.

    How much can be learned depends on the rarer outcome, usually the buyers. By default, from
    `min_events` of them on, a logistic regression of all columns is taken; from 10 on, one of
    the strongest columns alone, one for each ten buyers, with the penalty of Firth (``firth``);
    with fewer, the shrunken rate of the row's segment (``segment_rate``). The latter two give
    intervals; for their worth see `leave_one_out`.

    A row whose numbers are all missing is of a customer without history: it gets the shrunken
    rate of its segment, and is flagged.

    Parameters
    ----------
    method : str, default="auto"
        ``auto`` as above, or one of ``logistic``, ``boosting``, ``lightgbm`` (as in
        `ChurnModel`), ``firth`` and ``segment_rate``.
    segment : str, optional
        Feature whose values are segments, such as a sector, between which the rate of buyers
        may differ. By default all rows are one.
    penalty : float, optional
        As in `ChurnModel`; ``firth`` takes none.
    calibration : {"sigmoid", "isotonic"}, default="sigmoid"
        As in `ChurnModel`; ``firth`` has its own, an intercept under which the mean
        probability is the share of buyers.
    transformation : {"signed_log", "none"}, default="signed_log"
        What regressions do to numbers.
    leaks : {"refuse", "allow"}, default="refuse"
        What to do with a feature that alone tells the outcome too well, as
        `custintel.tables.find_leaks` finds it: an AUC surely above .95.
    min_events : int, default=50
        Fewest rows of the rarer outcome for a method that takes all columns.
    n_folds : int, default=5
        Parts of the customers that are held back in turn, 2 or more.
    n_trees : int, default=200
        Most trees that are tried.
    random_state : int, default=0
        Seed of the folds and the trees.

    Attributes
    ----------
    method_ : str
        The method that was taken.
    rates_ : DataFrame
        What `rates` returns.
    classes_ : ndarray of shape (2,)
        The labels: no purchase, and the purchase.
    features_, texts_, dropped_ : tuple of str
        Columns of the fit; those that hold texts; those that were constant.
    evidence_ : DataFrame
        What `evidence` returns; without numbers from held-back customers for segment rates.
    n_rows_, n_events_ : float
        Rows fitted and those with a purchase, weights counted.
    n_customers_ : int
        Distinct customers.
    n_features_in_, feature_names_in_ : int, ndarray
        As everywhere in scikit-learn; names only of tables.

    References
    ----------
    Firth, D. (1993). Bias reduction of maximum likelihood estimates. Biometrika 80(1), 27-38.

    Puhr, R. et al. (2017). Firth's logistic regression with rare events: accurate effect
    estimates and predictions? Statistics in Medicine 36(14), 2302-2317.

    Gelman, A. et al. (2013). Bayesian Data Analysis, 3rd edition, section 5.3. (The rates.)

    Examples
    --------
    >>> import pandas as pd
    >>> accounts = pd.DataFrame(
    ...     {"sector": ["bank", "bank", "food", "food", "food", "food"], "n_orders": range(6)},
    ...     index=pd.Index([*"ABCDEF"], name="customer_id"),
    ... )
    >>> bought = [True, True, False, False, True, False]
    >>> model = PropensityModel(segment="sector").fit(accounts, bought)
    >>> model.method_
    'segment_rate'
    >>> model.rates()[["n_events", "rate", "shrunk_rate"]].round(2)
             n_events  rate  shrunk_rate
    segment
    bank          2.0  1.00         0.70
    food          1.0  0.25         0.40
    other         0.0   NaN         0.55
    """

    _methods: ClassVar[tuple[str, ...]] = (
        *("auto", "logistic", "boosting", "lightgbm"),
        *("firth", "segment_rate"),
    )

    def __init__(  # noqa: PLR0913 - one setting each, all optional
        self,
        *,
        method: str = "auto",
        segment: str | None = None,
        penalty: float | None = None,
        calibration: str = "sigmoid",
        transformation: str = "signed_log",
        leaks: str = "refuse",
        min_events: int = 50,
        n_folds: int = 5,
        n_trees: int = 200,
        random_state: int = 0,
    ) -> None:
        self.method = method
        self.segment = segment
        self.penalty = penalty
        self.calibration = calibration
        self.transformation = transformation
        self.leaks = leaks
        self.min_events = min_events
        self.n_folds = n_folds
        self.n_trees = n_trees
        self.random_state = random_state

    def probabilities(self, X: pd.DataFrame | ArrayLike) -> pd.DataFrame:
        """Return the probability of a purchase, and how much of a row is known to the model.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            The features of the fit, in any order; other columns are ignored.

        Returns
        -------
        DataFrame
            With the index of `X`.

            - ``probability`` : float, 0-1
            - ``probability_low``, ``probability_high`` : float, 0-1, its 95 % interval; only of
              the methods ``firth`` and ``segment_rate``
            - ``n_unseen`` : int, texts that the fit had not seen, read as any other one
            - ``missing_share`` : float, 0-1, share of the features that are missing
            - ``is_cold_start`` : bool, whether no number is known, so that the probability is
              the rate of the segment

        Raises
        ------
        SchemaError
            If a feature is missing or cannot be read.

        Warns
        -----
        WeakResultWarning
            If there are texts that the fit had not seen.
        """
        return super().probabilities(X)

    def rates(self) -> pd.DataFrame:
        """Return the rate of buyers in each segment of the fit.

        Returns
        -------
        DataFrame
            Indexed by ``segment``, ``all`` if none was named; the last row is of customers
            whose segment is unknown.

            - ``n_rows``, ``n_events`` : float, weights counted
            - ``rate`` : float, 0-1, the share of buyers; NaN for the last row, which has none
            - ``rate_low``, ``rate_high`` : float, 0-1, its exact 95 % interval of Clopper and
              Pearson, which asks for weights that count customers
            - ``shrunk_rate``, ``shrunk_low``, ``shrunk_high`` : float, 0-1, the rate drawn
              towards that of all segments, the more the fewer rows it has, and its interval
        """
        self._require_fitted()
        return self.rates_.copy()

    def summary(self) -> pd.DataFrame:
        """Return what each column that is made from the features counts.

        Returns
        -------
        DataFrame
            Indexed by ``column``, strongest first.

            - ``feature`` : str, what the column is made from
            - ``coefficient`` : float, change of the log odds, before calibration, for one
              standard deviation; 0 for columns that ``firth`` left out, NaN for trees and
              segment rates, which have none
            - ``importance`` : float, the size of the coefficient; for trees the mean change of
              the log odds when the values change customers; for segment rates the standard
              deviation of the segments' log odds among the customers
            - ``is_dropped`` : bool, whether the feature was constant, or not needed
        """
        self._require_fitted()
        if self.fit_ is None:
            return summary_of_rates(self.rates_, self.features_, self.segment)
        return super().summary()

    def leave_one_out(self, X: pd.DataFrame | ArrayLike, y: ArrayLike) -> pd.DataFrame:
        """Return what a model of all other customers says of each, for samples of dozens.

        The method that all rows together ask for is fitted again without each customer in turn,
        columns and penalties chosen anew; the model itself is not changed.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            Features of up to 1,000 customers.
        y : array-like of shape (n_rows,)
            Labels, as in `fit`.

        Returns
        -------
        DataFrame
            With the index of `X`: the columns of `probabilities`, and first

            - ``outcome`` : bool, whether the purchase happened

        Raises
        ------
        SchemaError
            If the data cannot be fitted, or there are more than 1,000 customers.

        Warns
        -----
        WeakResultWarning
            What the fits warn of, each text once.
        """
        predictors = read_predictors(X)
        rows = read_labelled_rows(y, predictors.index, None)
        if rows.n_customers > _MOST_LEFT_OUT:
            raise SchemaError(
                _(
                    "{n} customers, more than the {most} of which each can be left out in turn: "
                    "take sklearn.model_selection.cross_val_predict.",
                    n=rows.n_customers,
                    most=_MOST_LEFT_OUT,
                )
            )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", WeakResultWarning)
            method = clone(self).fit(X, y).method_
            parts = [
                self._without(predictors, rows, rows.group == group, method)
                for group in np.unique(rows.group)
            ]
        for message in dict.fromkeys(str(each.message) for each in caught):
            warn(message, WeakResultWarning)
        places = np.concatenate([np.flatnonzero(rows.group == g) for g in np.unique(rows.group)])
        found = pd.concat(parts).iloc[np.argsort(places)].set_axis(predictors.index)
        outcome = pd.DataFrame({"outcome": rows.outcome == 1}, index=found.index)
        return pd.concat([outcome, found], axis=1)

    def lookalikes(
        self, X: pd.DataFrame | ArrayLike, *, buyers: ArrayLike, n: int = 100
    ) -> pd.DataFrame:
        """Return the customers who have not bought and are most like those who have.

        Likeness is the probability of the model. To rank customers by their likeness to chosen
        ones, with reasons and without labels in time, see `custintel.segmentation.lookalikes`.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_features)
            The features of the fit.
        buyers : array-like of shape (n_rows,)
            True for customers who have the product already: they are left out.
        n : int, default=100
            Most customers to return.

        Returns
        -------
        DataFrame
            With the index of `X`, most probable buyers first, equal ones in the order of `X`:
            the columns of `probabilities`, and first

            - ``rank`` : int, from 1

        Raises
        ------
        SchemaError
            If `buyers` does not belong to `X`, or all or none are buyers.
        ValueError
            If `n` is not a whole number above 0.
        """
        require_count(n, name="n")
        table = self.probabilities(X)
        has_bought, _classes = read_labels(buyers, table.index)
        others = table[has_bought == 0]
        order = np.argsort(-others["probability"].to_numpy(), kind="stable")[:n]
        chosen = others.iloc[order]
        rank = pd.DataFrame({"rank": np.arange(1, len(order) + 1)}, index=chosen.index)
        found: pd.DataFrame = rank.assign(**{str(name): chosen[name].to_numpy() for name in chosen})
        return found

    def _without(
        self, predictors: Predictors, rows: LabelledRows, held: NDArray[np.bool_], method: str
    ) -> pd.DataFrame:
        """Return what a fit to all other rows says of the rows held."""
        part = clone(self)
        part._keep_columns(None, predictors)
        settings = dataclasses.replace(self._settings(), method=method, leaks="allow", min_events=1)
        part._learn(predictors.of(~held), rows.of(~held), settings)
        found: pd.DataFrame = part._probabilities(predictors.of(held))
        return found

    def _learn(self, predictors: Predictors, rows: LabelledRows, settings: OutcomeSettings) -> None:
        self.method_ = chosen_method(rows, settings)
        self.rates_ = segment_rates(segment_labels(predictors, self.segment), rows)
        self.fit_, self.covariance_ = None, None
        if self.method_ == "segment_rate":
            self.evidence_ = evidence_of_rates(rows)
        elif self.method_ == "firth":
            few = learn_from_few(predictors, rows, settings)
            self.fit_, self.evidence_ = few.learned.fit, few.learned.evidence
            self.covariance_ = few.covariance
        else:
            learned = learn(predictors, rows, dataclasses.replace(settings, method=self.method_))
            self.fit_, self.evidence_ = learned.fit, learned.evidence
        self._keep_counts()

    def _probabilities(self, predictors: Predictors) -> pd.DataFrame:
        labels = segment_labels(predictors, self.segment)
        of_segments = rates_of(labels, self.rates_).set_axis(predictors.index)
        is_cold = has_no_history(predictors)
        if self.fit_ is None:
            is_unseen = known_segments(labels, self.rates_) == len(self.rates_) - 1
            unseen = (is_unseen & ~pd.isna(labels)).astype(np.int64)
            warn_unseen(unseen)
            found = of_segments.assign(n_unseen=unseen, missing_share=predictors.missing_share())
            return found.assign(is_cold_start=is_cold)
        found = super()._probabilities(predictors)
        if self.covariance_ is not None:
            ranges = interval_of(self.fit_, self.covariance_, predictors)
            for at, name in enumerate(_RANGES, start=1):
                found.insert(at, name, ranges[name])
        shared = [name for name in ("probability", *_RANGES) if name in found]
        found.loc[is_cold, shared] = of_segments.loc[is_cold, shared].to_numpy()
        return found.assign(is_cold_start=is_cold)

    def _learned_numbers(self) -> dict[str, Any]:
        rates = self.rates_.drop(columns="rate")  # the one that may be NaN, and follows
        return {
            "method": self.method_,
            "fit": None if self.fit_ is None else self.fit_.to_dict(),
            "covariance": None if self.covariance_ is None else self.covariance_.tolist(),
            "rates": rates.reset_index().to_dict(orient="list"),
        }

    def _restore_learned(self, stored: dict[str, Any], trees: object) -> None:
        self.method_ = stored["method"]
        self.fit_ = None if stored["fit"] is None else OutcomeFit.from_dict(stored["fit"], trees)
        covariance = stored["covariance"]
        self.covariance_ = None if covariance is None else np.array(covariance, np.float64)
        rates = pd.DataFrame(stored["rates"]).set_index("segment")
        n = rates["n_rows"]
        rates.insert(2, "rate", rates["n_events"] / n.where(n > 0))
        self.rates_ = rates
