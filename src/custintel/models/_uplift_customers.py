"""The customers of an experiment as uplift models read them: features, outcome and arm."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custintel._checks import quoted
from custintel._frames import plain_text
from custintel._intervals import Floats
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError
from custintel.models._customer_columns import CustomerColumns
from custintel.models._history import read_weights

_MOST = 1e30  # nobody's features or outcomes; squares of them can still be added up


@dataclass(frozen=True, slots=True, eq=False)
class ExperimentCustomers:
    """Customers of two arms, once they are checked.

    Attributes
    ----------
    features : DataFrame
        What was known of each before.
    outcome : ndarray
        What came of each.
    is_treated : ndarray of bool
        Who is not in the control.
    weight : ndarray or None
        How many customers each row stands for; None for one.
    arms : tuple of str
        The control and the treated arm.
    is_binary : bool
        Whether the outcome is 0 or 1.
    """

    features: pd.DataFrame
    outcome: Floats
    is_treated: NDArray[np.bool_]
    weight: Floats | None
    arms: tuple[str, str]
    is_binary: bool

    def of(self, treated: bool) -> NDArray[np.intp]:
        """Return the rows of one arm."""
        return np.flatnonzero(self.is_treated == treated)

    def summary(self) -> pd.DataFrame:
        """Return the number of customers and the mean outcome of each arm."""
        weight = np.ones(len(self.outcome)) if self.weight is None else self.weight
        rows = [self.of(treated) for treated in (False, True)]
        return pd.DataFrame(
            {
                "is_control": [True, False],
                "n_customers": [round(float(weight[row].sum())) for row in rows],
                "mean_outcome": [
                    float(np.average(self.outcome[row], weights=weight[row])) for row in rows
                ],
            },
            index=pd.Index(self.arms, name="arm"),
        )


def read_experiment(
    features: pd.DataFrame,
    outcome: ArrayLike,
    arm: ArrayLike,
    control: object,
    sample_weight: ArrayLike | None,
    *,
    only_numbers: bool,
) -> ExperimentCustomers:
    """Check features, outcomes and arms, and that they are of the same customers."""
    features_of(features, list(features.columns) if isinstance(features, pd.DataFrame) else ())
    if only_numbers:
        numbers_of(features)  # all at once, so that an error counts the customers of both arms
    y = _numbers(_beside(outcome, features.index, name="y"))
    labels = _labels(_beside(arm, features.index, name="arm"))
    arms = _two_arms(labels, plain_text(control))
    weight = read_weights(sample_weight, len(features))
    is_treated = labels == arms[1]
    for name, is_in in zip(arms, (~is_treated, is_treated), strict=True):
        if weight is not None and not weight[is_in].any():
            raise ValueError(_("All customers of arm {arm!r} have a weight of 0.", arm=name))
    is_binary = bool(np.isin(y, (0.0, 1.0)).all())
    if (y == y[0]).all():
        raise SchemaError(
            _(
                "The outcome is {value:g} for all {n} customers: there is no effect to learn. Take "
                "an outcome that some have and some have not.",
                value=y[0],
                n=len(y),
            )
        )
    return ExperimentCustomers(features, y, is_treated, weight, arms, is_binary)


def features_of(features: pd.DataFrame, names: Sequence[Hashable]) -> pd.DataFrame:
    """Return the columns `names` of a table of features, in this order, once it is checked."""
    if isinstance(features, pd.DataFrame) and not names:
        raise SchemaError(_("Table 'features' has no column: give what is known of customers."))
    columns = _columns(features)
    columns.require(*(str(name) for name in names))
    chosen = features[list(names)]
    for name in chosen.select_dtypes("number").columns:
        size = np.abs(chosen[name].to_numpy(dtype=float, na_value=np.nan))
        columns.refuse(
            size > _MOST,
            N_("{column} is infinite or beyond {most:.0e}"),
            column=name,
            most=_MOST,
        )
    return chosen


def numbers_of(features: pd.DataFrame) -> Floats:
    """Return features as an array of finite numbers."""
    columns = _columns(features)
    return np.column_stack([columns.numbers(str(name)) for name in features.columns])


def _columns(features: pd.DataFrame) -> CustomerColumns:
    return CustomerColumns(
        features,
        "features",
        _(
            "Fill in or leave out these customers, and make texts numbers; or give an estimator "
            "that does, such as a scikit-learn Pipeline."
        ),
    )


def _beside(given: ArrayLike, index: pd.Index, *, name: str) -> pd.Series:
    """Return one value per customer, once it is sure whose they are."""
    if isinstance(given, pd.Series):
        if len(given) == len(index) and not given.index.equals(index):
            raise SchemaError(
                _(
                    "The labels of {name} are not those of the features, so that its values "
                    "belong to other customers. Align them first: {name}.reindex(features.index).",
                    name=name,
                )
            )
        values = given
    else:
        values = pd.Series(np.asarray(given))
    if len(values) != len(index):
        raise SchemaError(
            _(
                "{name} has {n} values for {total} customers: give one for each row of features.",
                name=name,
                n=len(values),
                total=len(index),
            )
        )
    return values.set_axis(index).rename(name)


def _numbers(outcome: pd.Series) -> Floats:
    dtype = outcome.dtype
    if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_complex_dtype(dtype):
        raise SchemaError(
            _("The outcome y holds {kind}, not numbers or True and False.", kind=dtype)
        )
    values: Floats = outcome.to_numpy(dtype=float, na_value=np.nan)
    _refuse(outcome, ~(np.abs(values) <= _MOST), _("an outcome"))
    return values


def _labels(arm: pd.Series) -> "NDArray[np.object_]":
    is_missing = arm.isna().to_numpy()
    _refuse(arm, is_missing, _("an arm"))
    return arm.map(plain_text).to_numpy(dtype=object)


def _refuse(column: pd.Series, is_wrong: NDArray[np.bool_], what: str) -> None:
    n = int(np.count_nonzero(is_wrong))
    if n:
        raise SchemaError(
            _n(
                "{n} of {total} customers is without {what} that can be used: {customers}. Leave "
                "it out of features, y and arm.",
                "{n} of {total} customers are without {what} that can be used, such as "
                "{customers}. Leave them out of features, y and arm.",
                n,
                total=len(column),
                what=what,
                customers=quoted(column.index[is_wrong][:3]),
            )
        )


def _two_arms(labels: "NDArray[np.object_]", control: str) -> tuple[str, str]:
    present = sorted(set(labels))
    others = [name for name in present if name != control]
    if len(others) == len(present):
        raise SchemaError(
            _(
                "No customer is in the control {control!r}; arm holds {arms}. Check its spelling.",
                control=control,
                arms=quoted(present, most=12),
            )
        )
    if len(others) != 1:
        raise SchemaError(
            _n(
                "arm holds the control and {n} other arm: an effect is learned from two arms.",
                "arm holds the control and {n} other arms: an effect is learned from two arms, "
                "one treatment at a time. Keep the rows of the control and of one other.",
                len(others),
            )
        )
    return control, others[0]
