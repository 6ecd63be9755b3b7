"""Donations by year, the data set on which the BG/BB model was published."""

import pandas as pd

from custintel.datasets._files import dataset_path


def load_donations() -> pd.DataFrame:
    """Return how often and when last 11,104 donors gave again in six years.

    The donors first gave to a non-profit organisation in 1995; each of the years 1996 to 2001
    is an occasion on which they gave again or not. Donors with the same frequency and recency
    are one row: every figure about donors is weighted by ``n_donors``.

    Returns
    -------
    DataFrame
        One row per pattern, 22 in all.

        - ``frequency`` : int, years with a gift after 1995, 0 to 6
        - ``recency`` : int, last year with a gift, counted in years from 1995; 0 if none.
          In years, not in days as in `custintel.tables.purchase_history`
        - ``n_periods`` : int, years in which a gift was possible: 6
        - ``n_donors`` : int, donors with this pattern

    References
    ----------
    Fader, P. S., Hardie, B. G. S. and Shang, J. (2010), "Customer-base analysis in a
    discrete-time noncontractual setting", Marketing Science 29(6), 1086-1108.

    Examples
    --------
    >>> from custintel.datasets import load_donations
    >>> donations = load_donations()
    >>> int(donations["n_donors"].sum())
    11104
    >>> never_again = donations["frequency"] == 0
    >>> int(donations.loc[never_again, "n_donors"].iloc[0])
    3464
    """
    return pd.read_csv(dataset_path("donations.csv"))
