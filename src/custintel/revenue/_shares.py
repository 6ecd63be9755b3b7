"""What the shares of customers are shares of, and what names the customers."""

import numpy as np
import pandas as pd

from custintel._text import translate as _
from custintel.errors import SchemaError


def period_totals(amounts: pd.DataFrame, total: float | None) -> "pd.Series[float]":
    """Return what the shares of each period are of: `total`, or what the customers brought.

    Customers with net refunds are not in the sum. It is NaN where nothing was brought.
    """
    if total is None:
        brought = amounts.clip(lower=0).sum()
        return brought.where(brought > 0)
    if not 0 < total < np.inf:
        raise ValueError(_("total is an amount above zero: got {total!r}.", total=total))
    return pd.Series(float(total), index=amounts.columns)


def name_of_index(amounts: pd.DataFrame, taken: tuple[str, ...]) -> str:
    """Return the name for the column of customers, which is not one of those `taken`."""
    name = str(amounts.index.name or "customer_id")
    if name in taken:
        raise SchemaError(
            _(
                "The index of this table is named {name!r}, as a column of the result is. "
                "Name it otherwise: table.rename_axis('customer_id').",
                name=name,
            )
        )
    return name
