"""Who was held back from which campaign at random: the file of arms, every row accounted for.

Rules. A row without its campaign, customer or arm is set aside; so is one that says again what
an earlier one does. A customer in several arms of one campaign tells nothing about any of them,
and is set aside from that campaign with all rows.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._checks import quoted
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.schemas import CAMPAIGN_EVENTS, Column, Table, recognise
from custintel.schemas.parsing import Conventions, parse_table
from custintel.schemas.set_aside import all_set_aside, line_index, set_aside_rows
from custintel.tables import BuiltEvents

CONTROL = "control"

ARMS = Table(
    name="arms",
    key=("campaign_id", "customer_id"),
    columns={
        "campaign_id": Column(
            "id",
            N_("campaign that the customer was assigned to; never missing"),
            required=True,
            synonyms=CAMPAIGN_EVENTS.columns["campaign_id"].synonyms,
        ),
        "customer_id": Column(
            "id",
            N_("who was assigned; never missing"),
            required=True,
            synonyms=CAMPAIGN_EVENTS.columns["customer_id"].synonyms,
        ),
        "arm": Column(
            "text",
            N_("what the customer was assigned to at random, such as control; never missing"),
            required=True,
            synonyms=(
                *("group", "variant", "variation", "treatment", "test group", "cell", "split"),
                *("experiment group", "control group", "groupe", "bras", "variante", "cellule"),
            ),
        ),
        "assigned_at": Column(
            "instant",
            N_("when; left out, the start of the campaign"),
            synonyms=(
                *("date", "assigned", "assigned on", "assignment date", "assignment time"),
                *("assigned date", "randomised at", "randomized at", "date d affectation"),
                "affecte le",
            ),
        ),
    },
)


def inspect_arms(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    currency: str | None = None,  # noqa: ARG001 - asked as the tables with amounts are
    date_order: str | None = None,
    timezone: str | None = None,
) -> BuiltEvents:
    """Return the assignments of customers to the arms of campaigns, and the rows set aside."""
    frame = raw.set_axis([str(header) for header in raw.columns], axis="columns")
    frame = frame.set_axis(line_index(raw))
    mapping = recognise(frame.columns, ARMS, columns)
    _require_all([mapping.get(header, header) for header in frame.columns])
    conventions = Conventions(date_order=date_order, timezone=timezone)
    parsed = parse_table(frame, ARMS, mapping, conventions)
    header_of = {name: header for header, name in mapping.items()}
    once, repeated = _apart(
        parsed.table, _is_repeated(parsed.table), header_of, _("repeated assignment")
    )
    key = list(ARMS.key)
    kept, torn = _apart(
        once, once.duplicated(key, keep=False), header_of, _("customer in several arms")
    )
    return BuiltEvents(
        table=kept.reset_index(drop=True),
        set_aside=all_set_aside([parsed.set_aside, repeated, torn]),
        currency=None,
        n_rows=len(raw),
        n_repeated=len(repeated),
        n_identical=0,
    )


def require_control(arms: pd.DataFrame, control: str) -> None:
    """Raise `SchemaError` if nobody is in the arm of those held back."""
    names = sorted(arms["arm"].astype(object).unique())
    if control not in names:
        raise SchemaError(
            _(
                "No customer is in the arm {control!r}; there are {arms}. Say which of them was "
                "held back: control='…'.",
                control=control,
                arms=quoted(names, most=6),
            )
        )


def _require_all(names: list[str]) -> None:
    missing = [name for name in ARMS.required() if name not in names]
    if missing:
        raise SchemaError(
            _(
                "Table 'arms' lacks {missing}; it has {names}. Say which column it is: "
                "columns={{'your name': '{first}'}}.",
                missing=quoted(missing),
                names=quoted(names, most=12),
                first=missing[0],
            )
        )


def _is_repeated(table: pd.DataFrame) -> "pd.Series[bool]":
    return table.duplicated([*ARMS.key, "arm"])


def _apart(
    table: pd.DataFrame, is_aside: "pd.Series[bool]", header_of: Mapping[str, str], reason: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    others = table[is_aside.to_numpy()]
    part = set_aside_rows(
        others.index,
        column=header_of.get("customer_id", "customer_id"),
        values=others["customer_id"],
        reason=reason,
    )
    return table[~is_aside.to_numpy()], part
