"""Purchases at CDNOW, the data set on which most purchase models were published."""

import pandas as pd

from custintel._checks import require_choice
from custintel.datasets._files import dataset_path
from custintel.tables import build_transactions


def load_cdnow(which: str = "sample") -> pd.DataFrame:
    """Return the purchases at CDNOW, a web store for music, as canonical transactions.

    The customers bought for the first time in the first quarter of 1997 and are followed to
    30 June 1998. The published models were estimated on the sample, up to 30 September 1997.
    Purchases of amount zero and rows that repeat another are kept, as in the literature.

    Parameters
    ----------
    which : {"sample", "master"}, default "sample"
        The one-in-ten sample, of 6,919 rows and 2,357 customers, or the whole cohort, of
        69,659 rows and 23,570 customers.

    Returns
    -------
    DataFrame
        One row per order line, in the order of the source.

        - ``order_id`` : str, the source has none, so each row is an order
        - ``line_id`` : str, number of the line within the order
        - ``customer_id`` : str, ``"0001"`` to ``"2357"`` in the sample; ``"00001"`` to
          ``"23570"`` in the whole
        - ``ordered_at`` : datetime, the day; the time is unknown and stands at midnight
        - ``quantity`` : float, number of CDs, >= 1
        - ``revenue`` : float, US dollars, >= 0
        - ``currency`` : str, ``"USD"``
        - ``master_id`` : str, in the sample only: the customer's id in the whole

    Raises
    ------
    ValueError
        If `which` is neither ``"sample"`` nor ``"master"``.

    References
    ----------
    Fader, P. S. and Hardie, B. G. S. (2001), "Forecasting repeat sales at CDNOW: a case
    study", Interfaces 31(3), S94-S107.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> transactions = load_cdnow()
    >>> len(transactions), transactions["customer_id"].nunique()
    (6919, 2357)
    >>> round(float(transactions["revenue"].sum()), 2)
    244091.94
    """
    require_choice(which, ("sample", "master"), name="which")
    raw = pd.read_csv(
        dataset_path(f"cdnow_{which}.csv"),
        dtype={"customer_id": str, "master_id": str},
        parse_dates=["ordered_at"],
    )
    return build_transactions(raw, currency="USD")
