"""How far revenue hangs on few customers."""

from markupsafe import Markup

from custintel._text import translate as _
from custintel.plots import lorenz_curve
from custintel.report._elements import (
    Block,
    Figure,
    Section,
    Table,
    amount,
    chart,
    count,
    decimal,
    sentence,
    sentence_plural,
    share,
)
from custintel.report.analysis import Analysis
from custintel.report.identity import shown_id

_MOST_CUSTOMERS = 10
_FEW = 20  # customers, of whom a fifth or ten would be no summary
_STRONG, _WEAK = 0.7, 0.4  # share of the best fifth above and below which the words change


def concentration_section(analysis: Analysis) -> Section:
    """Tell what share of revenue the best customers bring."""
    if not analysis.revenue.concentration["n_customers"]:
        return Section("concentration", _("Concentration"), _opening(analysis))
    blocks: list[Block] = [
        chart(lorenz_curve(analysis.revenue.curve)),
        _measures(analysis),
        _largest(analysis),
    ]
    return Section("concentration", _("Concentration"), _opening(analysis), blocks)


def _opening(analysis: Analysis) -> Markup:
    measured = analysis.revenue.concentration
    if not measured["n_customers"]:
        return sentence(
            "None of the {n} customers has brought more than was refunded.",
            n=count("customers.n", len(analysis.history)),
        )
    fields = {
        "best": share("concentration.pareto_share", measured["pareto_share"]),
        "ten": share("concentration.cr_10", measured["cr_10"]),
        "first": share("concentration.cr_1", measured["cr_1"]),
    }
    if measured["n_customers"] < _FEW:
        return sentence_plural(
            "The only customer with revenue brought all of it.",
            "With {n} customers every one counts: the largest brought {first} of the revenue.",
            int(measured["n_customers"]),
            n=count("concentration.n", measured["n_customers"]),
            first=fields["first"],
        )
    if measured["pareto_share"] >= _STRONG:
        return sentence(
            "Revenue hangs on few customers: the best fifth brought {best} of it, the ten "
            "largest {ten} and the largest alone {first}.",
            **fields,
        )
    if measured["pareto_share"] >= _WEAK:
        return sentence(
            "The best fifth of the customers brought {best} of the revenue, so keeping them "
            "matters most; the ten largest brought {ten}, the largest alone {first}.",
            **fields,
        )
    return sentence(
        "Revenue is spread widely: the best fifth of the customers brought {best} of it, the "
        "ten largest {ten}, the largest alone {first}.",
        **fields,
    )


def _measures(analysis: Analysis) -> Table:
    measured = analysis.revenue.concentration
    rows: list[list[Figure | Markup | str]] = [
        [_("Customers with revenue"), count("concentration.n", measured["n_customers"])],
        [
            _("Share of the best fifth"),
            share("concentration.pareto_share", measured["pareto_share"]),
        ],
        [_("Share of the ten largest"), share("concentration.cr_10", measured["cr_10"])],
        [_("Share of the largest"), share("concentration.cr_1", measured["cr_1"])],
        [
            _("Gini coefficient (0: all equal, 1: one has all)"),
            decimal("concentration.gini", measured["gini"], 3),
        ],
        [
            _("Herfindahl–Hirschman index (0 to 1)"),
            decimal("concentration.hhi", measured["hhi"], 5),
        ],
    ]
    if measured["n_negative"]:
        negative = count("concentration.n_negative", measured["n_negative"])
        rows.append([_("Customers refunded more than they paid, left out"), negative])
    return Table(_("Concentration of revenue"), [_("Measure"), _("Value")], rows)


def _largest(analysis: Analysis) -> Table:
    customers = analysis.segmented.sort_index().sort_values(
        "monetary", ascending=False, kind="stable"
    )
    total = float(analysis.revenue.concentration["revenue"])
    rows: list[list[Figure | Markup | str]] = []
    for rank, (customer, row) in enumerate(customers.head(_MOST_CUSTOMERS).iterrows(), start=1):
        key = f"concentration.largest.{rank}"
        rows.append(
            [
                shown_id(str(customer), analysis),
                amount(f"{key}.revenue", row["monetary"], analysis.currency),
                share(f"{key}.share", row["monetary"] / total if total else 0.0, 2),
                count(f"{key}.purchases", row["frequency"]),
                count(f"{key}.recency_days", row["recency_days"]),
            ]
        )
    headings = [
        _("Customer"),
        _("Revenue"),
        _("Share"),
        _("Purchases"),
        _("Days since the last"),
    ]
    return Table(_("The largest customers by revenue so far"), headings, rows)
