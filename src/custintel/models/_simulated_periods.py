"""How long simulated customers are observed, counted in periods."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custintel._text import translate as _
from custintel.models._customer_columns import require_count

_MOST_CUSTOMERS = 1_000_000_000


def observed_periods(
    n_customers: int, n_periods: int | ArrayLike, *, least: int
) -> NDArray[np.int64]:
    """Return how many periods each simulated customer is observed, once it is checked."""
    require_count(n_customers, name="n_customers", most=_MOST_CUSTOMERS)
    given = np.asarray(n_periods, dtype=float)
    if given.shape not in ((), (n_customers,)):
        raise ValueError(_("n_periods is one number, or one for each customer simulated."))
    if not ((given == np.floor(given)) & (given >= least) & np.isfinite(given)).all():
        raise ValueError(_("n_periods is whole and {least} or more.", least=least))
    return np.broadcast_to(given, n_customers).astype(np.int64)
