"""Results of an experiment, ranked by scores of the customers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel import _formats as formats
from custintel._checks import quoted, require_columns, require_type
from custintel._frames import Frame, has_column, plain_text, to_pandas
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.experiments._results import TABLE, ArmSums
from custintel.experiments._tallies import Tally
from custintel.experiments.arms import control_first

_FEW_CUSTOMERS, _FEW_OUTCOMES = 30, 10


@dataclass(frozen=True, slots=True, eq=False)
class RankedResults:
    """Customers with a score and an outcome, in the order of their scores, best first.

    Attributes
    ----------
    score, outcome : ndarray
        Of each customer.
    is_treated : ndarray of bool
        Who is not in the control.
    is_rate : bool
        Whether the outcome is 0 or 1.
    """

    score: Floats
    outcome: Floats
    is_treated: NDArray[np.bool_]
    is_rate: bool

    @classmethod
    def of(cls, scores: "pd.Series[float]", sums: ArmSums, control: str) -> "RankedResults":
        """Put scores and results together by customer, and warn of what is left out."""
        arms = control_first(sums.table, plain_text(control)).index
        _require_two(arms)
        customers = to_pandas(sums.lines).set_index("customer")
        score = _known_scores(scores).reindex(customers.index)
        has_score = score.notna().to_numpy()
        _warn_unmatched(customers.index[~has_score], len(customers), len(scores), has_score)
        of_both = customers[has_score]
        is_treated = (of_both["arm"].astype("str") == arms[1]).to_numpy(bool)
        ranked = cls._sorted(
            np.asarray(score[has_score], np.float64),
            np.asarray(of_both["y"], np.float64),
            is_treated,
            is_rate=sums.is_binary,
        )
        ranked._require_something()
        _warn_of_fit(scores)
        ranked._warn_if_few()
        return ranked

    @classmethod
    def _sorted(
        cls, score: Floats, outcome: Floats, is_treated: NDArray[np.bool_], *, is_rate: bool
    ) -> "RankedResults":
        # Arm and outcome put equal scores in an order of their own, not that of the table.
        order = np.lexsort((outcome, is_treated, -score))
        return cls(score[order], outcome[order], is_treated[order], is_rate)

    def tally(self) -> Tally:
        """Return what is met of each arm at each distinct score."""
        return Tally.of_groups(self.sums(self.first_of_ties()))

    def threshold(self, shares: Floats) -> Floats:
        """Return the score of the last customer within each share of the ranking."""
        n = len(self.score)
        last = np.ceil(np.round(shares * n, 9)).astype(np.intp) - 1
        return self.score[np.maximum(last, 0)]

    def first_of_ties(self) -> NDArray[np.intp]:
        """Return the places of the first customers of each score."""
        return np.flatnonzero(np.diff(self.score, prepend=np.inf) != 0)

    def sums(self, starts: NDArray[np.intp]) -> Floats:
        """Return what `Tally.of_groups` takes, of the groups that begin at some places."""
        treated = self.is_treated.astype(float)
        parts = [treated, 1 - treated, treated * self.outcome, (1 - treated) * self.outcome]
        return np.stack([np.add.reduceat(part, starts) for part in parts])

    def _require_something(self) -> None:
        for name, is_in in ((_("treated"), self.is_treated), (_("control"), ~self.is_treated)):
            if not is_in.any():
                raise SchemaError(
                    _(
                        "None of the customers with a score and an outcome is in the {arm} arm.",
                        arm=name,
                    )
                )
        if np.ptp(self.outcome) == 0:
            raise SchemaError(
                _(
                    "The outcome is {value:g} for all {n} customers with a score: there is no "
                    "effect by which to judge a ranking.",
                    value=self.outcome[0],
                    n=len(self.outcome),
                )
            )

    def _warn_if_few(self) -> None:
        arms = (self.outcome[self.is_treated], self.outcome[~self.is_treated])
        least = min(len(arm) for arm in arms)
        rarest = min(_rarer(arm, is_rate=self.is_rate) for arm in arms)
        if least < _FEW_CUSTOMERS or rarest < _FEW_OUTCOMES:
            warn(
                _(
                    "The smaller arm has {n} customers, and an arm has {rarest} with the rarer "
                    "outcome: intervals from so few may be too short.",
                    n=least,
                    rarest=rarest,
                ),
                WeakResultWarning,
            )


def identified(results: Frame) -> Frame:
    """Return results that tell their customers; the index of a pandas frame does."""
    if isinstance(results, pd.DataFrame) and "customer_id" not in results.columns:
        if results.index.nlevels == 1 and results.index.name in (None, "customer_id"):
            return results.rename_axis("customer_id")
        require_columns(results.columns, ["customer_id"], table=TABLE)
    if not has_column(results, "customer_id"):
        raise SchemaError(
            _("Table {table!r} lacks 'customer_id', by which scores are joined.", table=TABLE)
        )
    return results


def _rarer(outcome: Floats, *, is_rate: bool) -> int:
    """Return how many have an outcome, or of rates, how many have the rarer one."""
    n = int(np.count_nonzero(outcome))
    return min(n, len(outcome) - n) if is_rate else n


def _require_two(arms: pd.Index) -> None:
    if len(arms) > 2:
        raise SchemaError(
            _(
                "A ranking is judged by one treated arm and the control; 'experiment_results' has "
                "{arms}. Keep the rows of the control and of one other arm.",
                arms=quoted(arms, most=12),
            )
        )


def _known_scores(scores: "pd.Series[float]") -> "pd.Series[float]":
    require_type(
        scores,
        pd.Series,
        name="scores",
        what=_("a Series with one number per customer, labelled by customer_id"),
        hint=_("An array becomes one with pd.Series(array, index=customers)."),
    )
    dtype = scores.dtype
    is_number = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)
    if not is_number:
        raise SchemaError(_("Scores are numbers: the Series holds {kind}.", kind=dtype))
    values = scores.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(values)
    ids = scores.index.map(plain_text)
    _refuse(ids[wrong], len(ids), _("without a finite score"))
    _refuse(ids[ids.duplicated()].unique(), len(ids), _("more than once among the scores"))
    return pd.Series(values, index=ids)


def _refuse(wrong: pd.Index, total: int, what: str) -> None:
    if len(wrong):
        raise SchemaError(
            _n(
                "{n} of {total} customers is {what}: {examples}.",
                "{n} of {total} customers are {what}, such as {examples}.",
                len(wrong),
                total=total,
                what=what,
                examples=quoted(wrong[:3]),
            )
        )


def _warn_unmatched(
    unscored: pd.Index, n_results: int, n_scores: int, has_score: NDArray[np.bool_]
) -> None:
    n_both = int(has_score.sum())
    if not n_both:
        raise SchemaError(
            _(
                "No customer has both a score and a result. Scores are labelled by customer_id, "
                "as the results are by their column or index of that name: results have "
                "{examples}.",
                examples=quoted(unscored[:3]),
            )
        )
    if n_both < n_results or n_both < n_scores:
        warn(
            _(
                "{unscored} of {n_results} customers with a result have no score, and {without} "
                "of {n_scores} with a score have no result: they are left out.",
                unscored=formats.number(n_results - n_both),
                n_results=formats.number(n_results),
                without=formats.number(n_scores - n_both),
                n_scores=formats.number(n_scores),
            ),
            SetAsideWarning,
        )


def _warn_of_fit(scores: "pd.Series[float]") -> None:
    """Warn of scores that flatter their model: `predict` counts the customers of the fit."""
    n = scores.attrs.get("n_customers_of_fit", 0)
    # Of a part of the scores nobody knows whose they are.
    if n and scores.attrs.get("n_customers") == len(scores):
        warn(
            _n(
                "{n} of {total} customers with a score was in the fit of the model: what they "
                "show flatters it. Score customers it has not seen, or all of them by "
                "custintel.models.out_of_fold_uplift(model, …).",
                "{n} of {total} customers with a score were in the fit of the model: what they "
                "show flatters it. Score customers it has not seen, or all of them by "
                "custintel.models.out_of_fold_uplift(model, …).",
                n,
                n=formats.number(n),
                total=formats.number(len(scores)),
            ),
            WeakResultWarning,
        )
