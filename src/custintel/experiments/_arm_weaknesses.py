"""What a reader must know before believing a comparison of arms."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted
from custintel._intervals import Floats, normal_quantile
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.experiments._arm_tests import both
from custintel.experiments._moments import Moments, skewness_of_lifts
from custintel.experiments._sample_ratio import missing_ratio_p
from custintel.experiments.comparison import MEAN_TESTS, MISMATCH, WELCH, ArmComparison

_DOMINANT = 0.25  # of the variance, in one customer
_FEW = 50  # customers in an arm, below which its skewness is not known
_UNEVEN = 4 / 3  # times as often as it should, a bound may miss on its side


def weaknesses(found: ArmComparison, sums: pd.DataFrame, moments: Moments) -> Iterator[str]:
    """Yield the doubts about a comparison whose arms have `sums`, the control first."""
    if found.is_mismatched:
        yield _(
            "Customers are not spread over the arms as planned: {arms}. Do not trust the lifts "
            "before it is known why.",
            arms=_counts(found.table["n_customers"]),
        )
    if missing_ratio_p(sums["n_customers"], sums["n"]) < MISMATCH:
        yield _(
            "Outcomes are missing more often in some arms than in others: the arms may no longer "
            "be alike. Find out why, or fill in what is known of these customers."
        )
    if found.covariate is not None and _differs(moments):
        yield _(
            "The covariate {covariate!r} differs between the arms, as it hardly would if it was "
            "recorded before the experiment. Take one that was.",
            covariate=found.covariate,
        )
    yield from _of_spread(found, sums, moments)


def _of_spread(found: ArmComparison, sums: pd.DataFrame, moments: Moments) -> Iterator[str]:
    alone = found.table.index[found.table["n"] < 2]
    if len(alone) and found.test in MEAN_TESTS:
        yield _n(
            "{n} arm has one customer, so that nothing can be said about its mean: {arms}.",
            "{n} arms have one customer each, so that nothing can be said about their means: "
            "{arms}.",
            len(alone),
            arms=quoted(alone, most=3),
        )
    total = float(moments.squares.sum())
    if total == 0:
        yield _(
            "The outcome {outcome!r} does not vary within any arm. Check that it is the right "
            "column.",
            outcome=found.outcome,
        )
    elif not found.is_rate:
        yield from _of_tails(found, sums, total)


def _of_tails(found: ArmComparison, sums: pd.DataFrame, total: float) -> Iterator[str]:
    share = float(sums["largest"].max()) ** 2 / total
    if sums["n"].min() < _FEW:
        return
    if share > _DOMINANT:
        yield _(
            "One customer alone makes {share} of the variance of {outcome!r}, so that its mean "
            "hangs on chance. Look at that customer, or compare amounts cut off at a limit that "
            "was fixed beforehand.",
            share=formats.percent(min(share, 1.0), 0),
            outcome=found.outcome,
        )
    tail = (1 - found.level) / 2
    missed = tail + _missed_more(skewness_of_lifts(sums), found.level)
    worst = int(np.argmax(missed))
    if found.test == WELCH and missed[worst] > _UNEVEN * tail:
        yield _(
            "{outcome!r} is so skewed, and the arms so unequal in size, that one bound of the lift "
            "of {arm!r} would miss in about {missed} of experiments rather than {tail}. Compare "
            "with test='permutation'.",
            outcome=found.outcome,
            arm=str(found.table.index[1 + worst]),
            missed=formats.percent(min(float(missed[worst]), 1.0)),
            tail=formats.percent(tail),
        )


def _missed_more(skewness: Floats, level: float) -> Floats:
    """Return how much more often one bound by Student's t misses (Hall 1992, section 2.6)."""
    z = normal_quantile(level)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.abs(skewness) * (2 * z**2 + 1) * density / 6)


def _differs(moments: Moments) -> bool:
    control, treated = both(moments.covariates())
    return bool((treated.p(control) < MISMATCH).any())


def _counts(n_customers: "pd.Series[int]") -> str:
    told = [_("{arm} {n}", arm=repr(arm), n=formats.number(n)) for arm, n in n_customers.items()]
    return ", ".join(told[:12])
