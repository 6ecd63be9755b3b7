"""What a comparison of arms found, with all that is needed to quote it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from custintel._text import mark as N_

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CHI_SQUARE, FISHER = N_("chi_square"), N_("fisher")
WELCH, BOOTSTRAP, PERMUTATION = N_("welch"), N_("bootstrap"), N_("permutation")
RATE_TESTS, MEAN_TESTS = (CHI_SQUARE, FISHER), (WELCH, BOOTSTRAP, PERMUTATION)

MISMATCH = 0.001  # p of the sample ratio, below which the assignment is taken for broken


@dataclass(frozen=True, slots=True, eq=False)  # tables have no single truth value
class ArmComparison:
    """The arms of an experiment beside its control.

    Attributes
    ----------
    table : DataFrame
        Indexed by ``arm``, the control first, then by name. What compares with the control is
        NaN in its own row.

        - ``is_control`` : bool
        - ``is_rate`` : bool, whether the outcome is a rate
        - ``n_customers`` : int, customers in the arm
        - ``n`` : int, customers with an outcome, of whom all figures are
        - ``observed`` : float, mean of the outcome, of a rate in 0-1
        - ``value``, ``value_low``, ``value_high`` : float, the same, after adjustment by the
          covariate if there is one, and its interval: Wilson's of a rate, Student's of a mean;
          NaN for the mean of one customer
        - ``lift``, ``lift_low``, ``lift_high`` : float, ``value`` − that of the control, with
          its interval: Newcombe's of rates, of means that of `test`
        - ``relative_lift``, ``relative_lift_low``, ``relative_lift_high`` : float, ``lift`` ÷
          ``value`` of the control, with the interval of Donner and Zou, of means Fieller's. NaN
          if the control is not above 0; bounds of means NaN if its interval is not; the upper
          one of rates infinite if the control's may be 0
        - ``p`` : float, 0-1, of `test`, two-sided, for this arm alone; NaN with one customer
        - ``p_adjusted`` : float, 0-1, after `correction` for several arms
        - ``is_different`` : bool, whether ``p_adjusted`` is at most `p_limit`
        - ``detectable_lift`` : float, the smallest rise that arms of these sizes find with a
          probability of 80 %, alone and at one look; NaN if there is none
    tests : DataFrame
        One row per treated arm and test that was made, to see what hangs on the choice.

        - ``arm`` : str
        - ``test`` : str
        - ``p`` : float, 0-1
        - ``lift_low``, ``lift_high`` : float
    outcome, control, test : str
        What was compared, with which arm, and by which test: ``"chi_square"``, ``"fisher"``,
        ``"welch"``, ``"bootstrap"`` or ``"permutation"``.
    is_rate : bool
        Whether the outcome is a rate: something that happened or not.
    level : float
        Probability that the intervals aim to cover; those of the lifts aim at more under a
        plan of several looks, so that all looks together cover as much.
    correction : str
        For several arms: ``"holm"``, ``"bonferroni"``, ``"bh"`` or ``"none"``.
    p_limit : float
        What ``p_adjusted`` must not exceed: 1 − `level`, or less under a plan of looks.
    sample_ratio_p : float
        p of the chi-square test that customers are spread over the arms as expected; NaN if
        that was not said.
    covariate : str or None
        What the outcomes are adjusted by.
    variance_reduction : float
        Part of the variance of the outcome that the covariate took away, 0-1: its squared
        correlation within arms. 0 without one.
    n_without_covariate : int
        Customers who had none, and are not adjusted.
    n_missing : int
        Customers without an outcome, left out.
    n_in_two_arms : int
        Customers in several arms, left out.
    """

    table: pd.DataFrame
    tests: pd.DataFrame
    outcome: str
    control: str
    test: str
    is_rate: bool
    level: float
    correction: str
    p_limit: float
    sample_ratio_p: float
    covariate: str | None
    variance_reduction: float
    n_without_covariate: int
    n_missing: int
    n_in_two_arms: int

    @property
    def is_mismatched(self) -> bool:
        """Whether customers are spread over the arms as chance hardly would: do not trust it."""
        return self.sample_ratio_p < MISMATCH

    def summary(self) -> list[str]:
        """Return what was found in sentences: first whether it can be trusted.

        Returns
        -------
        list of str
            Sentences in the active language.

        Examples
        --------
        >>> import pandas as pd
        >>> from custintel.experiments import compare_arms
        >>> results = pd.DataFrame({
        ...     "arm": ["mail"] * 500 + ["none"] * 500,
        ...     "is_buyer": [1] * 100 + [0] * 400 + [1] * 60 + [0] * 440,
        ... })
        >>> for sentence in compare_arms(results, outcome="is_buyer", control="none").summary():
        ...     print(sentence)
        It was not checked whether customers are spread over the arms as planned: give
        expected_shares.
        mail: 20.0% against 12.0% in none, a lift of +8.0 points (+3.5 to +12.5), p = 0.00056:
        a difference.
        """
        from custintel.experiments._comparison_sentences import sentences

        return sentences(self)

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the lifts with their intervals; see `custintel.plots.lift_intervals`.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.
        """
        from custintel.plots.experiments import lift_intervals

        return lift_intervals(self.table, outcome=self.outcome, ax=ax)
