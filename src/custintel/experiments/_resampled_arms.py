"""Arms of an experiment, resampled from the outcomes that their customers have."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._frames import to_pandas
from custintel.experiments._resampling import Outcomes, Studentized, bootstrapped, permuted
from custintel.experiments._results import ArmSums
from custintel.experiments.comparison import BOOTSTRAP, PERMUTATION


def resampled_arms(
    test: str, sums: ArmSums, arms: pd.Index, theta: float, rng: np.random.Generator
) -> dict[str, list[Studentized | None]]:
    """Return what each arm but the first may differ by from that one, by a resampling `test`.

    Outcomes are adjusted by `theta` times the covariate. Empty for other tests; None for an
    arm where there is one customer in it, or in the first.
    """
    if test not in (BOOTSTRAP, PERMUTATION):
        return {}
    cells = to_pandas(_distinct(sums, theta)).sort_values(["arm", "y"], kind="stable")
    by_arm = {str(arm): part for arm, part in cells.groupby(cells["arm"].astype("str"))}
    control, *treated = (by_arm[str(arm)] for arm in arms)
    return {test: [_resampled(test, each, control, rng) for each in treated]}


def _distinct(sums: ArmSums, theta: float) -> nw.LazyFrame[Any]:
    """Return how many customers of each arm have each outcome."""
    adjusted = sums.lines.with_columns(y=nw.col("y") - theta * (nw.col("x") - sums.x_middle))
    return adjusted.group_by("arm", "y").agg(n=nw.len())


def _resampled(
    test: str, treated: pd.DataFrame, control: pd.DataFrame, rng: np.random.Generator
) -> Studentized | None:
    n_treated, n_control = int(treated["n"].sum()), int(control["n"].sum())
    if min(n_treated, n_control) < 2:
        return None
    if test == BOOTSTRAP:
        one, other = (Outcomes.of(each["y"], each["n"]) for each in (treated, control))
        return bootstrapped(one, other, rng)
    both = pd.concat([treated, control])
    return permuted(Outcomes.of(both["y"], both["n"]), n_treated, rng)
