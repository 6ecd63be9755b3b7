"""Whether groups of customers stay equally long: the log-rank test."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from custintel._intervals import Floats
from custintel._runs import Ints
from custintel._significance import holm
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.retention._durations_read import Durations, read_durations

# A variance below which no ending of a group could have happened in another one, and, as a share
# of the greatest, below which it is rounding.
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalComparison:
    """What the log-rank test found between groups, and between each two of them.

    Attributes
    ----------
    chi_square : float
        Statistic of the test that all groups have the same curve.
    degrees_of_freedom : int
        Groups less one; fewer where groups were never at risk together.
    p : float
        0-1, of that test.
    groups : DataFrame
        Indexed by group.

        - ``n_customers`` : int
        - ``n_ended`` : int, those who left
        - ``n_expected`` : float, how many would have left, were all curves the same
    pairs : DataFrame
        One row per pair of groups.

        - ``group``, ``other`` : str
        - ``chi_square`` : float, of the two alone, 1 degree of freedom
        - ``p`` : float, 0-1; 1 where the two were never at risk together
        - ``p_adjusted`` : float, 0-1, Holm's for all pairs

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration_days": [10, 20, 30, 40, 50, 60],
    ...     "is_ended": True,
    ...     "plan": ["a", "a", "a", "b", "b", "b"],
    ... })
    >>> compare_survival(durations, by="plan").degrees_of_freedom
    1
    """

    chi_square: float
    degrees_of_freedom: int
    p: float
    groups: pd.DataFrame
    pairs: pd.DataFrame


def compare_survival(durations: pd.DataFrame, *, by: str) -> SurvivalComparison:
    """Test by the log-rank test whether groups of customers stay equally long.

    The test compares how many left in each group with how many would have, were the risk of
    all the same at each age. It finds differences that go one way throughout; curves that
    cross may escape it, so look at `custintel.retention.survival_curves` too. A difference
    between customers who chose their group is not what the group does to them.

    Parameters
    ----------
    durations : DataFrame
        As for `custintel.retention.survival_curves`. Rows are taken for independent.
    by : str
        Column with the groups, two or more. Rows without one are a group, ``(missing)``.

    Returns
    -------
    SurvivalComparison
        The test of all groups, and of each pair with Holm's correction.

    Raises
    ------
    SchemaError
        If a column is missing, a duration is not as described, there are fewer than two groups,
        or nobody left.

    References
    ----------
    Mantel, N. (1966). Evaluation of survival data and two new rank order statistics arising in
    its consideration. Cancer Chemotherapy Reports 50(3), 163-170.

    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics 6(2), 65-70.

    Examples
    --------
    >>> import pandas as pd
    >>> durations = pd.DataFrame({
    ...     "duration_days": [10, 20, 30, 40, 50, 60],
    ...     "is_ended": True,
    ...     "plan": ["a", "a", "a", "b", "b", "b"],
    ... })
    >>> comparison = compare_survival(durations, by="plan")
    >>> round(comparison.p, 4)
    0.0246
    >>> comparison.groups["n_expected"].round(2).tolist()
    [1.15, 4.85]
    """
    found = read_durations(durations, by=by)
    n = len(found.names)
    if n < 2 or not found.ended.any():
        raise SchemaError(
            _(
                "The log-rank test compares two groups or more, in which somebody left; column "
                "{by!r} of 'durations' has {n_groups}, and {n_ended} of {n_rows} rows have ended.",
                by=by,
                n_groups=n,
                n_ended=int(found.ended.sum()),
                n_rows=len(found.days),
            )
        )
    chi_square, n_free, p = _log_rank(found)
    rows = []
    for one, other in combinations(range(n), 2):
        two = found.where((found.group == one) | (found.group == other))
        statistic, _n_free, p_two = _log_rank(two)
        rows.append((found.names[one], found.names[other], statistic, p_two))
    pairs = pd.DataFrame(rows, columns=["group", "other", "chi_square", "p"])
    pairs["p_adjusted"] = holm(pairs["p"])
    return SurvivalComparison(chi_square, n_free, p, _expected(found), pairs)


def _log_rank(found: Durations) -> tuple[float, int, float]:
    """Return the statistic, its degrees of freedom and p, by Mantel's hypergeometric variance.

    Groups that are never at risk together tell nothing of each other: they take degrees of
    freedom away, and with none left there is no difference to see.
    """
    times = np.unique(found.days[found.ended])
    parts = [found.of(place) for place in range(len(found.names))]
    at_risk = np.array([_at_risk(part, times) for part in parts], float)
    ended = np.array([_ended_at(part, times) for part in parts], float)
    n, n_ended = at_risk.sum(axis=0), ended.sum(axis=0)
    share = at_risk / n
    excess = (ended - share * n_ended).sum(axis=1)
    weight = n_ended * (n - n_ended) / np.maximum(n - 1, 1)
    variance = np.diag((weight * share).sum(axis=1)) - (weight * share) @ share.T
    n_free, inverse = _inverse(variance)
    if not n_free:
        return 0.0, 0, 1.0
    chi_square = float(excess @ inverse @ excess)
    return chi_square, n_free, float(chdtrc(n_free, chi_square))


def _inverse(variance: Floats) -> tuple[int, Floats]:
    """Return the rank of a variance, and its generalized inverse."""
    values, vectors = np.linalg.eigh(variance)
    is_free = values > _SINGULAR * max(float(values[-1]), 1.0)
    values, vectors = values[is_free], vectors[:, is_free]
    return len(values), np.asarray((vectors / values) @ vectors.T)


def _expected(found: Durations) -> pd.DataFrame:
    """Return how many left in each group, and how many would have at a common risk."""
    times = np.unique(found.days[found.ended])
    all_risk = _at_risk(found, times)
    all_ended = _ended_at(found, times)
    rows = []
    for place in range(len(found.names)):
        part = found.of(place)
        expected = (_at_risk(part, times) * all_ended / all_risk).sum()
        rows.append((len(part.days), int(part.ended.sum()), float(expected)))
    columns = ["n_customers", "n_ended", "n_expected"]
    return pd.DataFrame(rows, columns=columns, index=found.names)


def _at_risk(part: Durations, times: Floats) -> Ints:
    """Return how many are under observation on each day: entered before, and not yet gone."""
    in_by = np.searchsorted(np.sort(part.entered), times, side="left")
    gone_by = np.searchsorted(np.sort(part.days), times, side="left")
    return in_by - gone_by


def _ended_at(part: Durations, times: Floats) -> Ints:
    ends = np.sort(part.days[part.ended])
    return np.searchsorted(ends, times, side="right") - np.searchsorted(ends, times, side="left")
