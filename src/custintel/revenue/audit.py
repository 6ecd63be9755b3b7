"""The audit of a printed table: can the figures that are printed together all be true?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from custintel._checks import require_type
from custintel._text import translate as _
from custintel.revenue._audit_sentences import sentences
from custintel.revenue._judging import audited, figures_of
from custintel.revenue._panels import panel_of
from custintel.revenue._period_columns import by_period
from custintel.revenue._rounding import (
    AGREES,
    CANNOT,
    UNKNOWN,
    WITHIN,
    require_base,
    rounded,
    verdicts,
)
from custintel.revenue.claims import (
    Claim,
    GrowthClaim,
    PrintedCagr,
    PrintedShares,
    PrintedTotals,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BEST_FIRST = [AGREES, WITHIN, CANNOT, UNKNOWN]


@dataclass(frozen=True, slots=True, eq=False)
class TableAudit:
    """The verdict on each figure that is printed beside a table.

    Attributes
    ----------
    table : DataFrame
        One row per printed figure, in the order of the claims.

        - ``check`` : str, ``"cagr"``, ``"total"``, ``"share"``, ``"share sum"`` (of which the
          printed figure is 1, exactly) or ``"growth"``
        - ``item`` : the item, or ``"total"``
        - ``period`` : Period that the figure is of; for a CAGR the last one; for a claim
          without a period the one that it fits best
        - ``printed`` : float, the figure as printed
        - ``rounding`` : float, the unit of its last printed place
        - ``recomputed`` : float, what the printed table gives; NaN where that has no growth
        - ``low``, ``high`` : float, ends of what the unrounded table may give, which are
          hard: nothing outside is possible. NaN where nothing can be told
        - ``verdict`` : str, ``"agrees"``: equal when rounded as printed; ``"agrees within
          rounding"``: some unrounded table gives the printed figure; ``"cannot be"``: none
          does; ``"not judged"``: growth on an amount that was not above zero, growth per year
          to one that was below zero, or a share where the total may not be, or some of the
          shares beside an index
    claim_periods : DataFrame
        The same columns, with a row for each claim without a period and each period that it
        was tried on.
    panel : {"fixed", "per_period"} or None
        How the items were chosen, if their order tells: ``"per_period"``, the largest of each
        period, or ``"fixed"``, the same in all periods, such as the ten with the largest
        mean. The total of a fixed panel is only a lower bound of the share of each period's
        largest. None for an index, fewer than three items, or another order.
    """

    table: pd.DataFrame
    claim_periods: pd.DataFrame
    panel: Literal["fixed", "per_period"] | None

    def summary(self) -> list[str]:
        """Return the findings in sentences: the counts, what cannot be, the claims, the panel.

        Returns
        -------
        list of str
            Sentences in the active language.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({2023: [60.0, 40.0], 2024: [70.0, 41.0]}, index=["a", "b"])
        >>> claims = [PrintedTotals({2023: 100.0, 2024: 113.0}, rounding=1.0)]
        >>> for sentence in audit_table(table, rounding=1.0, claims=claims).summary():
        ...     print(sentence)
        Of 2 printed figures 1 agrees, 0 agree within rounding and 1 cannot be.
        Total of 2024: 113 is printed, but the table allows 110.0 to 112.0 only.
        """
        return sentences(self.table, self.claim_periods, self.panel)

    def plot(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the printed figures against what rounding allows.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Drawn on if given; otherwise a new figure is made.

        Returns
        -------
        matplotlib Axes
            The axes drawn on.

        Examples
        --------
        >>> import pandas as pd
        >>> table = pd.DataFrame({2023: [60.0, 40.0], 2024: [70.0, 41.0]}, index=["a", "b"])
        >>> claims = [PrintedTotals({2024: 113.0}, rounding=1.0)]
        >>> ax = audit_table(table, rounding=1.0, claims=claims).plot()
        >>> [label.get_text() for label in ax.get_yticklabels()]
        ['Total 2024']
        """
        from custintel.plots import audit_intervals

        return audit_intervals(self.table, ax=ax)


def audit_table(
    table: pd.DataFrame,
    *,
    rounding: float,
    claims: Sequence[Claim],
    is_index: bool | None = None,
) -> TableAudit:
    """Check what is printed beside a table against the table, as its rounding allows.

    Printed figures are rounded, so growth rates, totals and shares that are computed from
    them differ from the printed ones, which were computed before rounding. Each printed
    figure of a table stands for an interval of half a unit to each side. From these follows
    the exact interval of each rate, total and share; a printed one is possible if its own
    interval meets that, ends included.

    Parameters
    ----------
    table : DataFrame
        Items (index) × periods (columns), as printed. Columns are a `PeriodIndex`, or labels
        such as 2005, "2005Q1", "2005-03".
    rounding : float
        The unit to which the table was rounded: 1.0 for whole numbers, 1000 for thousands.
    claims : sequence of PrintedCagr, PrintedTotals, PrintedShares or GrowthClaim
        What is printed beside the table, and in the text about it.
    is_index : bool, optional
        Whether the table holds index numbers, which do not add up: its base period of exact
        100s was not rounded, and its totals follow from `PrintedShares`, as in
        `totals_from_index`. By default it is one if its first period is 100 throughout.

    Returns
    -------
    TableAudit
        One row per printed figure with its verdict, and the findings in sentences.

    Raises
    ------
    SchemaError
        If items or periods repeat, an amount is missing or not a number, a claim names
        something that the table lacks, or shares of an index do not cover its items.
    TypeError
        If one of `claims` is something else.
    ValueError
        If there is no claim, `rounding` is not above zero, growth is claimed of a table of
        one period or of its first one, or a claim on the total of an index comes without
        shares that add up to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.DataFrame({2005: [100, 100], 2009: [104, 111]}, index=["talent", "executives"])
    >>> cagr = PrintedCagr({"talent": 0.001, "executives": 0.027}, rounding=0.001)
    >>> audit = audit_table(index, rounding=1.0, claims=[cagr])
    >>> audit.table[["item", "printed", "recomputed", "low", "high", "verdict"]].round(4)
             item  printed  recomputed     low    high                 verdict
    0      talent    0.001      0.0099  0.0086  0.0111               cannot be
    1  executives    0.027      0.0264  0.0253  0.0276  agrees within rounding
    """
    given = _checked(claims)
    figures = rounded(by_period(table), rounding, is_index=is_index)
    if is_index:
        require_base(figures)
    judged = audited(figures, given)
    tables = [_judged(figures_of(claim, judged)) for claim in given]
    is_open = [isinstance(claim, GrowthClaim) and claim.period is None for claim in given]
    tried = [each for each, open_claim in zip(tables, is_open, strict=True) if open_claim]
    rows = [
        _best(each) if open_claim else each
        for each, open_claim in zip(tables, is_open, strict=True)
    ]
    return TableAudit(
        pd.concat(rows, ignore_index=True),
        pd.concat(tried, ignore_index=True) if tried else tables[0].iloc[:0],
        panel_of(figures.printed) if figures.base is None else None,
    )


def _checked(claims: Sequence[Claim]) -> list[Claim]:
    kinds = (PrintedCagr, PrintedTotals, PrintedShares, GrowthClaim)
    what = _("a sequence of PrintedCagr, PrintedTotals, PrintedShares or GrowthClaim")
    require_type(claims, Sequence, name="claims", what=what)
    for claim in claims:
        require_type(claim, kinds, name="claims", what=what)
    if not claims:
        raise ValueError(_("claims is empty, so there is nothing to audit. Name one or more."))
    return list(claims)


def _judged(figures: pd.DataFrame) -> pd.DataFrame:
    # The whole is 1 whatever the shares were rounded to.
    is_exact = figures["check"] == "share sum"
    return figures.assign(verdict=verdicts(figures, is_exact=is_exact)).reset_index(drop=True)


def _best(tried: pd.DataFrame) -> pd.DataFrame:
    """Return the row of the period that a claim fits best, the latest of equal ones."""
    place = tried["verdict"].map(_BEST_FIRST.index)
    distance = (tried["printed"] - tried["recomputed"]).abs()
    order = pd.DataFrame({"place": place, "distance": distance.round(12), "late": -tried.index})
    return tried.loc[[order.sort_values(["place", "distance", "late"]).index[0]]]
