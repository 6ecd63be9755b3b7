"""The one currency of a table: from its cells, its headers or the caller, never mixed."""

from collections.abc import Sequence

import pandas as pd

from custintel._money import currency_code
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.errors import MixedCurrencyError, SchemaError


def one_currency(
    table: pd.DataFrame, currency: str | None, *, amounts: Sequence[str], name: str
) -> str | None:
    """Return the currency of all `amounts`; blank cells are in the one given, if any is.

    Rows without an amount need no currency. None means that nothing names one.
    """
    given = None if currency is None else currency_code(currency)
    if "currency" not in table:
        return given
    counts = table["currency"].value_counts(sort=True)
    named = {str(code): int(n) for code, n in counts.items()}
    if len({*named, *([given] if given else [])}) > 1:
        raise MixedCurrencyError(_mixed(named, given))
    present = [column for column in amounts if column in table]
    has_amount = table[present].notna().any(axis="columns")
    unnamed = int((has_amount & table["currency"].isna()).sum())
    if unnamed and named and given is None:
        raise SchemaError(
            _(
                "{n} of {n_rows} rows of {name!r} have no currency, the others are in "
                "{code}. If they are in it too, say so: currency={code!r}.",
                n=unnamed,
                n_rows=len(table),
                name=name,
                code=next(iter(named)),
            )
        )
    return given or next(iter(named), None)


def in_currency(table: pd.DataFrame, code: str | None) -> pd.DataFrame:
    """Return the table with `code` on every row, and without the column if there is none."""
    rest = table.drop(columns="currency", errors="ignore")
    return rest if code is None else rest.assign(currency=code)


def _mixed(named: dict[str, int], given: str | None) -> str:
    return _(
        "The amounts are in several currencies: {counts}{argument}. Convert them to one, or "
        "build one table for each.",
        counts=", ".join(
            _n("{n} row in {code}", "{n} rows in {code}", n, code=code) for code, n in named.items()
        ),
        argument=_(", and currency={given!r} was given", given=given) if given else "",
    )
