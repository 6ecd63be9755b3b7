"""Boosted trees as a predictive model learns them: their number chosen on held-back folds."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from custintel._intervals import Floats
from custintel._text import translate as _
from custintel.models._labelled_rows import LabelledRows
from custintel.models._logistic_regression import log_loss
from custintel.models._ridge_learner import HeldBack

# Modest: customers are few and noisy, and slow learning forgives.
_LEARNING_RATE = 0.06
_MOST_LEAVES = 15
_LEAST_IN_A_LEAF = 20
_SHRINKAGE = 1.0
_N_STOPS = 20  # numbers of trees that are tried
# Threads that wait for one another take longer than the work on small tables.
_SMALL = 2_000_000  # values
_N_SHUFFLED = 1000  # rows on which a column's importance is measured


@dataclass(frozen=True, slots=True, eq=False)
class BoostingLearner:
    """Fitted trees: scikit-learn's, or the text of LightGBM's, which holds nothing but numbers."""

    trees: Any
    n_trees: int

    def logits(self, matrix: Floats) -> Floats:
        """Return the log odds of the event."""
        return np.asarray(_staged(self.trees, matrix, [self.n_trees])[0])


def boosting_held_back(
    matrix: Floats,
    rows: LabelledRows,
    fold: NDArray[np.intp],
    *,
    method: str,
    n_trees: int,
    random_state: int,
) -> HeldBack:
    """Return the log odds of each row by trees of the other folds, as many as lose least."""
    stops = sorted({max(round(n_trees * at / _N_STOPS), 1) for at in range(1, _N_STOPS + 1)})
    logits = np.empty((len(stops), len(matrix)))
    for number in range(int(fold.max()) + 1):
        held = fold == number
        trees = _grown(matrix[~held], rows.of(~held), method, n_trees, random_state)
        logits[:, held] = _staged(trees, matrix[held], stops)
    losses = [log_loss(each, rows.outcome, rows.weight) for each in logits]
    best = int(np.argmin(losses))
    return HeldBack(logits[best], stops[best])


def fit_boosting(
    matrix: Floats, rows: LabelledRows, *, method: str, n_trees: int, random_state: int
) -> BoostingLearner:
    """Return the trees of all rows."""
    return BoostingLearner(_grown(matrix, rows, method, n_trees, random_state), n_trees)


def importances(learner: BoostingLearner, matrix: Floats, random_state: int) -> Floats:
    """Return the mean change of the log odds when a column's values change customers."""
    rng = np.random.default_rng(random_state)
    chosen = matrix[rng.permutation(len(matrix))[:_N_SHUFFLED]]
    usual = learner.logits(chosen)
    found = np.empty(matrix.shape[1])
    for at in range(matrix.shape[1]):
        shuffled = chosen.copy()
        shuffled[:, at] = shuffled[rng.permutation(len(chosen)), at]
        found[at] = np.abs(learner.logits(shuffled) - usual).mean()
    return found


def require_lightgbm() -> Any:
    """Return LightGBM, or say how to install it."""
    try:
        import lightgbm
    except ImportError as error:
        raise ImportError(
            _(
                "method='lightgbm' needs the package lightgbm: pip install 'custintel[boost]'. "
                "method='boosting' needs nothing more."
            )
        ) from error
    return lightgbm


def _grown(matrix: Floats, rows: LabelledRows, method: str, n_trees: int, random_state: int) -> Any:
    if method == "lightgbm":
        return _lightgbm_text(matrix, rows, n_trees, random_state)
    trees = HistGradientBoostingClassifier(
        learning_rate=_LEARNING_RATE,
        max_iter=n_trees,
        max_leaf_nodes=_MOST_LEAVES,
        min_samples_leaf=_LEAST_IN_A_LEAF,
        l2_regularization=_SHRINKAGE,
        early_stopping=False,
        random_state=random_state,
    )
    with _threads(matrix):
        return trees.fit(matrix, rows.outcome.astype(np.int64), sample_weight=rows.weight)


def _lightgbm_text(matrix: Floats, rows: LabelledRows, n_trees: int, random_state: int) -> str:
    lightgbm = require_lightgbm()
    settings = {
        "objective": "binary",
        "learning_rate": _LEARNING_RATE,
        "num_leaves": _MOST_LEAVES,
        "min_data_in_leaf": _LEAST_IN_A_LEAF,
        "lambda_l2": _SHRINKAGE,
        "seed": random_state,
        # Otherwise it times both ways of counting, and the numbers depend on the machine.
        "deterministic": True,
        "force_col_wise": True,
        "feature_pre_filter": False,
        "num_threads": _n_threads(matrix) or 0,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(matrix, label=rows.outcome, weight=rows.weight)
    return str(lightgbm.train(settings, data, num_boost_round=n_trees).model_to_string())


def _staged(trees: Any, matrix: Floats, stops: list[int]) -> Floats:
    """Return the log odds after each number of trees in `stops`."""
    if isinstance(trees, str):
        booster = require_lightgbm().Booster(model_str=trees)
        threads = {"num_threads": _n_threads(matrix) or 0}
        return np.array(
            [
                booster.predict(matrix, raw_score=True, num_iteration=stop, **threads)
                for stop in stops
            ]
        )
    with _threads(matrix):
        return _staged_by_sklearn(trees, matrix, stops)


def _staged_by_sklearn(trees: Any, matrix: Floats, stops: list[int]) -> Floats:
    if stops == [trees.n_iter_]:
        return np.asarray(trees.decision_function(matrix), np.float64)[None, :]
    wanted = {stop: at for at, stop in enumerate(stops)}
    found = np.empty((len(stops), len(matrix)))
    for n, logits in enumerate(trees.staged_decision_function(matrix), start=1):
        if n in wanted:
            found[wanted[n]] = np.ravel(logits)
    return found


def _n_threads(matrix: Floats) -> int | None:
    return 1 if matrix.size < _SMALL else None


def _threads(matrix: Floats) -> AbstractContextManager[object]:
    n = _n_threads(matrix)
    return nullcontext() if n is None else threadpool_limits(limits=n, user_api="openmp")
