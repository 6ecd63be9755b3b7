"""How a prediction moves with a feature, all others left as they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from custintel._checks import require_columns, require_count, require_distinct, require_type
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.evaluation._categories import commonest_first

_MOST_CATEGORIES = 20
_LOWEST, _HIGHEST = 0.05, 0.95


def partial_dependence_table(
    model: Any,
    X: pd.DataFrame,
    features: Sequence[str],
    *,
    n_points: int = 10,
    most_rows: int = 2000,
    random_state: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Average the prediction over the customers while a feature takes value after value.

    Every customer is given each value in turn, all else left as it is (Friedman 2001). The mean
    says how the prediction moves with the feature; the tenth and ninetieth percentile, how much
    customers differ. Where features go together some of these customers cannot exist: read the
    ends with care. It describes the model, not what would happen if the feature were changed.

    Parameters
    ----------
    model : estimator
        Fitted classifier with ``predict_proba``.
    X : DataFrame
        Features of customers.
    features : sequence of str
        Those to look at.
    n_points : int, default=10
        Quantiles of each number, from 5 % to 95 %, at which to predict; of categories the 20
        commonest.
    most_rows : int, default=2000
        Customers, drawn at random from more.
    random_state : int or numpy.random.Generator, default=0
        Seed of the draw.

    Returns
    -------
    DataFrame
        Indexed by ``feature`` and ``point``, from 1.

        - ``value`` : float, of the feature; missing (NaN) for categories
        - ``text`` : str, the value as text
        - ``probability`` : float, mean prediction, 0-1
        - ``tenth_percentile``, ``ninetieth_percentile`` : float, of the customers' predictions
        - ``n_customers`` : int, customers the mean is of

    Raises
    ------
    SchemaError
        If features are not in `X`, share a name, or have no value at all.
    TypeError
        If `X` is no DataFrame.
    ValueError
        If no feature is named, or `n_points` or `most_rows` is not a whole number of 1 or more.

    References
    ----------
    Friedman, J. H. (2001). Greedy function approximation: a gradient boosting machine. Annals of
    Statistics 29(5), 1189-1232, section 8.2.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = pd.DataFrame({"orders": [1.0, 2.0, 3.0, 4.0]})
    >>> model = LogisticRegression().fit(X, [1, 1, 0, 0])
    >>> partial_dependence_table(model, X, ["orders"], n_points=2)["probability"].round(2)
    feature  point
    orders   1        0.81
             2        0.19
    Name: probability, dtype: float64
    """
    require_type(X, pd.DataFrame, name="X", what=_("a pandas DataFrame"))
    require_columns(X.columns, list(features), table="X")
    require_distinct([str(name) for name in X.columns], table="X")
    if not len(features):
        raise ValueError(_("features is empty: name the features to look at."))
    require_count(n_points, name="n_points")
    require_count(most_rows, name="most_rows")
    rng = np.random.default_rng(random_state)
    rows = X
    if len(X) > most_rows:
        rows = X.iloc[np.sort(rng.choice(len(X), most_rows, replace=False))]
    found = []
    for name in features:
        for point, value in enumerate(_grid(X[name], n_points), start=1):
            found.append({"feature": name, "point": point, **_at(model, rows, name, value)})
    return pd.DataFrame(found).set_index(["feature", "point"])


def _at(model: Any, rows: pd.DataFrame, name: str, value: Any) -> dict[str, object]:
    given = pd.Series([value] * len(rows), index=rows.index)
    if not pd.api.types.is_numeric_dtype(rows[name].dtype):
        given = given.astype(rows[name].dtype)
    is_number = pd.api.types.is_numeric_dtype(rows[name].dtype)
    changed = rows.copy(deep=False)
    changed[name] = given
    predicted = np.asarray(model.predict_proba(changed)[:, 1], np.float64)
    return {
        "value": float(value) if is_number else np.nan,
        "text": f"{value:g}" if is_number else str(value),
        "probability": predicted.mean(),
        "tenth_percentile": np.quantile(predicted, 0.1),
        "ninetieth_percentile": np.quantile(predicted, 0.9),
        "n_customers": len(rows),
    }


def _grid(column: pd.Series, n_points: int) -> list[Any]:
    known = column.dropna()
    if known.empty:
        raise SchemaError(
            _("Feature {name!r} has no value at all. Leave it out.", name=str(column.name))
        )
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return commonest_first(known)[:_MOST_CATEGORIES]
    shares = np.linspace(_LOWEST, _HIGHEST, n_points)
    values = np.quantile(known.to_numpy(np.float64), shares, method="inverted_cdf")
    return [float(each) for each in np.unique(values)]
