"""The table of products: one row per product.

Only ``product_id`` is required.
"""

from collections.abc import Mapping

import pandas as pd

from custintel._checks import quoted
from custintel._text import translate as _
from custintel.errors import MixedCurrencyError
from custintel.schemas.parsing import Conventions
from custintel.schemas.products import PRODUCTS
from custintel.tables._keyed_tables import BuiltTable, inspect_keyed
from custintel.tables._raw_frames import usable_rows


def build_products(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> pd.DataFrame:
    """Build the canonical table of products.

    Rows that cannot be used are left out, and one `SetAsideWarning` says how many and why;
    `inspect_products` takes the same arguments and returns them too. Of rows with one id and
    different values, the first one stays.

    Parameters
    ----------
    raw : DataFrame
        One row per product, as a shop exports its catalogue: texts, typed values or both.
        Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to; naive ones are taken
        to be local.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    decimal : {'.', ','}, optional
        Decimal sign of numbers; needed only when they do not tell, as ``1,250`` alone.

    Returns
    -------
    DataFrame
        One row per product, in the order of `raw`; canonical columns first, those that
        `raw` has.

        - ``product_id`` : str, never missing, each once
        - ``product_name``, ``category`` : str
        - ``launched_at`` : datetime64[us], local time without zone
        - ``unit_price`` : float, in ``currency``
        - ``currency`` : str, if a column or the header of the price names it
        - ``source_system``, ``source_id`` : str
        - all other columns of `raw`

    Raises
    ------
    SchemaError
        If `product_id` is missing, two headers claim one column, or no row can be used.
    MixedCurrencyError
        If the rows and headers name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or instants have
        a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({"SKU": ["p1"], "Title": ["Desk"], "Price (EUR)": ["129.50"]})
    >>> build_products(raw).values.tolist()
    [['p1', 'Desk', 129.5, 'EUR']]
    """
    built = inspect_products(
        raw, columns=columns, timezone=timezone, date_order=date_order, decimal=decimal
    )
    return usable_rows(built.table, built.set_aside, built.n_rows, name="products")


def inspect_products(
    raw: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
) -> BuiltTable:
    """Build the canonical table of products and account for every row.

    The same as `build_products`, with what that one leaves out or warns about.

    Parameters
    ----------
    raw : DataFrame
        One row per product; see `build_products`. Never changed.
    columns : mapping of str to str, optional
        Your headers to canonical names, where they are not recognised.
    timezone : str, optional
        Time zone whose local time aware instants are converted to.
    date_order : {'DMY', 'MDY', 'YMD'}, optional
        Order of day, month and year; needed only when the dates do not tell.
    decimal : {'.', ','}, optional
        Decimal sign of numbers; needed only when they do not tell, as ``1,250`` alone.

    Returns
    -------
    BuiltTable
        The table, described in `build_products`, which may be empty here; the rows set
        aside; and the counts of repeated and of conflicting rows.

    Raises
    ------
    SchemaError
        If `product_id` is missing, or two headers claim one column.
    MixedCurrencyError
        If the rows and headers name more than one currency.
    AmbiguousDateError
        If neither the values nor `date_order` tell whether day or month comes first.
    ReadError
        If neither the values nor `decimal` tell what the decimal sign is, or instants have
        a time zone and `timezone` is not given.

    Examples
    --------
    >>> raw = pd.DataFrame({"SKU": ["p1", "p1", ""], "Title": ["Desk", "Desk", "Lamp"]})
    >>> built = inspect_products(raw)
    >>> built.n_rows, len(built.table), built.n_repeated
    (3, 1, 1)
    """
    conventions = Conventions(decimal=decimal, date_order=date_order, timezone=timezone)
    built = inspect_keyed(raw, PRODUCTS, columns=columns, conventions=conventions)
    _require_one_currency(built.table)
    return built


def _require_one_currency(table: pd.DataFrame) -> None:
    codes = set(table["currency"].dropna()) if "currency" in table else set()
    if len(codes) > 1:
        raise MixedCurrencyError(
            _(
                "The prices of 'products' are in several currencies: {codes}. Convert them to "
                "one, or build one table for each.",
                codes=quoted(sorted(codes)),
            )
        )
