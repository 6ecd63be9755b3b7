"""What products, channels, partners and companies are called in a report that is passed on."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.report.assumptions import Assumptions
from custintel.report.groups import SMALLEST_GROUP
from custintel.report.identity import holds_address, looks_personal, printable

FEW_CUSTOMERS = N_("Other (few customers)")
MISSING = N_("(missing)")  # as the analyses name what has no value

# How a value that looks like personal data is numbered instead; others are shown.
_NUMBERED = {
    "product_id": N_("product no. {n}"),
    "category": N_("category no. {n}"),
    "channel": N_("channel no. {n}"),
    "partner_id": N_("partner no. {n}"),
    "account_id": N_("company no. {n}"),
    "campaign_id": N_("campaign no. {n}"),
    "campaign_name": N_("campaign no. {n}"),
    "campaign_type": N_("type no. {n}"),
}
# Products and channels have names of several words, as people do.
_ARE_PARTIES = ("partner_id", "account_id")


def is_filled(transactions: pd.DataFrame, column: str) -> bool:
    """Tell whether a column is there and has a value other than blanks."""
    if column not in transactions:
        return False
    return bool(_as_text(transactions[column]).notna().any())


def with_shown_names(
    transactions: pd.DataFrame, columns: list[str], assumptions: Assumptions
) -> pd.DataFrame:
    """Return the purchases with the values of `columns` as the report shows them.

    Values that look like personal data give way to numbers in the order of the names. Blank
    cells are missing.
    """
    shown = {}
    for column in columns:
        text = _as_text(transactions[column])
        hides = _hides(column, assumptions)
        personal = sorted(value for value in text.dropna().unique() if hides(value))
        numbers = {value: at for at, value in enumerate(personal, start=1)}
        pattern = _NUMBERED[column]
        names = {
            value: _(pattern, n=numbers[value]) if value in numbers else printable(value)
            for value in text.dropna().unique()
        }
        shown[column] = text.map(names)
    return transactions.assign(**shown)


def with_few_merged(transactions: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the purchases with the values of `column` that fewer than five bought as one.

    If these have fewer than five customers together, the value with the fewest of the others
    joins them.

    >>> bought = pd.DataFrame({"customer_id": [*"abcdefgh"], "revenue": 1.0})
    >>> bought["channel"] = ["web"] * 5 + ["shop"] * 2 + ["fair"]
    >>> with_few_merged(bought, "channel")["channel"].unique().tolist()
    ['Other (few customers)']
    """
    value = transactions[column].fillna(MISSING)
    merged = few_as_one(value, transactions["customer_id"], counted=transactions["revenue"] >= 0)
    return transactions.assign(**{column: merged})


def few_as_one(
    values: "pd.Series[Any]", customers: "pd.Series[Any]", *, counted: "pd.Series[bool]"
) -> "pd.Series[Any]":
    """Return the values, those that fewer than five customers have in `counted` rows as one.

    If these have fewer than five customers together, the value with the fewest of the others
    joins them.
    """
    sizes = customers[counted].groupby(values[counted]).nunique()
    sizes = sizes.reindex(sorted(values.unique()), fill_value=0)
    few = list(sizes.index[sizes < SMALLEST_GROUP])
    if not few:
        return values
    together = customers[counted & values.isin(few)].nunique()
    others = sizes.drop(few).sort_values(kind="stable")
    if together < SMALLEST_GROUP and len(others):
        few.append(others.index[0])
    return values.where(~values.isin(few), FEW_CUSTOMERS)


def _as_text(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return values as text without blanks around, missing where there is none."""
    text = values.astype(object).where(values.notna())
    text = text.map(lambda value: str(value).strip(), na_action="ignore")
    return text.where(text != "")


def _hides(column: str, assumptions: Assumptions) -> Callable[[str], bool]:
    if assumptions.show_personal_data:
        return lambda _value: False
    return looks_personal if column in _ARE_PARTIES else holds_address
