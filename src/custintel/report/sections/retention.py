"""Cohorts: who comes back, and when."""

import pandas as pd
from markupsafe import Markup

from custintel import _formats as formats
from custintel._text import translate as _
from custintel.plots import cohort_heatmap
from custintel.report._elements import (
    Block,
    Figure,
    Note,
    Section,
    Table,
    chart,
    count,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.groups import SMALLEST_GROUP

_FAR = {"M": 6, "Q": 4, "Y": 2}  # periods after the first purchase that the sentence looks at
_MOST_COHORTS = 24


def retention_section(analysis: Analysis) -> Section:
    """Tell what share of new customers bought again, by time since their first purchase."""
    cohorts = analysis.cohorts
    shown = cohorts[cohorts["n_customers"] >= SMALLEST_GROUP]
    latest = sorted(shown["cohort"].unique())[-_MOST_COHORTS:]
    blocks: list[Block] = []
    if latest:
        blocks.append(chart(cohort_heatmap(shown[shown["cohort"].isin(latest)])))
    n_small = cohorts["cohort"].nunique() - shown["cohort"].nunique()
    if n_small:
        blocks.append(
            Note(
                sentence_plural(
                    "One cohort of fewer than five customers is not drawn.",
                    "{n} cohorts of fewer than five customers are not drawn.",
                    n_small,
                    n=count("retention.n_small", n_small),
                )
            )
        )
    n_early = shown["cohort"].nunique() - len(latest)
    if n_early:
        blocks.append(
            Note(
                sentence_plural(
                    "One earlier cohort is not drawn.",
                    "{n} earlier cohorts are not drawn.",
                    n_early,
                    n=count("retention.n_early", n_early),
                )
            )
        )
    rates = _rates(cohorts)
    if len(rates) > 1:
        blocks.append(_table(rates, analysis.cohort_period))
    return Section("retention", _("Retention"), _opening(analysis, rates), blocks)


def _rates(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Return the rate by time since the first purchase, over the cohorts seen long enough."""
    complete = cohorts[cohorts["is_complete"]]
    sums = complete.groupby("period_number")[["n_customers", "n_active"]].sum()
    sums = sums[sums["n_customers"] >= SMALLEST_GROUP]
    return sums.assign(rate=sums["n_active"] / sums["n_customers"])


def _opening(analysis: Analysis, rates: pd.DataFrame) -> Markup:
    once = float((analysis.history["frequency"] == 0).mean())
    fields = {"once": share("retention.once_share", once)}
    far = min(_FAR[analysis.cohort_period], int(rates.index.max()) if len(rates) else 0)
    if far < 2:
        return sentence(
            "{once} of the customers have bought on one day only; no cohort has been observed "
            "long enough yet to say how many come back.",
            **fields,
        )
    fields["next"] = share("retention.rate.1", float(rates["rate"].loc[1]))
    fields["far"] = share(f"retention.rate.{far}", float(rates["rate"].loc[far]))
    told = {
        "M": sentence(
            "a month after their first purchase {next} of a cohort buy, and {n} months after it "
            "{far}",
            n=far,
            **fields,
        ),
        "Q": sentence(
            "a quarter after their first purchase {next} of a cohort buy, and {n} quarters after "
            "it {far}",
            n=far,
            **fields,
        ),
        "Y": sentence(
            "a year after their first purchase {next} of a cohort buy, and {n} years after it "
            "{far}",
            n=far,
            **fields,
        ),
    }[analysis.cohort_period]
    if once > 0.5:
        return sentence(
            "Most customers have not come back ({once} have bought on one day only): {told}.",
            told=told,
            once=fields["once"],
        )
    return sentence(
        "Most customers have come back ({once} have bought on one day only): {told}.",
        told=told,
        once=fields["once"],
    )


def _table(rates: pd.DataFrame, period: str) -> Table:
    names = {
        "M": _("Months after the first purchase"),
        "Q": _("Quarters after the first purchase"),
        "Y": _("Years after the first purchase"),
    }
    rows: list[list[Figure | Markup | str]] = []
    for number, row in rates.iloc[1:13].iterrows():
        rows.append(
            [
                formats.number(float(str(number))),
                count(f"retention.n_customers.{number}", row["n_customers"]),
                count(f"retention.n_active.{number}", row["n_active"]),
                share(f"retention.rate.{number}", row["rate"]),
            ]
        )
    headings = [names[period], _("Customers observed"), _("Who bought"), _("Share")]
    return Table(_("Customers who buy again, all cohorts together"), headings, rows)
