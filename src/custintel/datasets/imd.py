"""The printed tables of the case on a business school's open programmes."""

import pandas as pd

from custintel.datasets._files import dataset_path

_YEARS = ["2005", "2006", "2007", "2008", "2009"]
_TOTAL = "Total Top 10 customers"


def load_imd_programs() -> pd.DataFrame:
    """Return the revenue index of twelve open programmes, 2005 to 2009, as printed.

    The printed growth rates and shares come along, errors included: *Building on Talent* is
    printed with a growth of 0.1 % a year, where its index gives 0.99 %. The source prints
    per cent; rates and shares are returned in 0-1, so its 0.1 % is 0.001.

    Returns
    -------
    DataFrame
        One row per programme and year, 60 in all, programmes in the printed order.

        - ``program`` : str, name of the programme
        - ``year`` : int, 2005 to 2009
        - ``revenue_index`` : float, revenue of the year, that of 2005 being 100; printed
          without decimals, so within 0.5
        - ``cagr`` : float, printed compound annual growth rate from 2005 to 2009, the same in
          each of the programme's rows; within 0.0005
        - ``share_2009`` : float, printed share of the twelve programmes' revenue in 2009, the
          same in each of the programme's rows; within 0.005

    Examples
    --------
    >>> from custintel.datasets import load_imd_programs
    >>> programs = load_imd_programs()
    >>> talent = programs[programs["program"] == "Building on Talent"]
    >>> talent["revenue_index"].tolist()
    [100.0, 78.0, 99.0, 96.0, 104.0]
    >>> float(talent["cagr"].iloc[0])
    0.001
    """
    printed = pd.read_csv(dataset_path("imd_programs.csv"))
    printed["cagr"] = _from_percent(printed.pop("cagr_percent"))
    printed["share_2009"] = _from_percent(printed.pop("share_2009_percent"))
    long = _one_row_per_year(
        printed, names=["program", "cagr", "share_2009"], value="revenue_index"
    )
    return long[["program", "year", "revenue_index", "cagr", "share_2009"]]


def load_imd_top_customers() -> pd.DataFrame:
    """Return the revenue shares of ten corporate customers, 2005 to 2009, as printed.

    The ten are the same customers in every year. Their printed total comes along: in 2007,
    2008 and 2009 it differs from the sum of the ten printed shares. The source prints per
    cent; shares are returned in 0-1.

    Returns
    -------
    DataFrame
        One row per customer and year, 50 in all, customers in the printed order.

        - ``customer`` : str, ``"Customer 1"`` to ``"Customer 10"``
        - ``year`` : int, 2005 to 2009
        - ``revenue_share`` : float, share of the school's revenue in the year, in 0-1; within
          0.0005
        - ``total_share`` : float, printed share of the ten together in the year, in 0-1, the
          same in each of the year's rows

    Examples
    --------
    >>> from custintel.datasets import load_imd_top_customers
    >>> shares = load_imd_top_customers()
    >>> in_2008 = shares[shares["year"] == 2008]
    >>> round(float(in_2008["revenue_share"].sum()), 3), float(in_2008["total_share"].iloc[0])
    (0.181, 0.179)
    """
    printed = pd.read_csv(dataset_path("imd_top_customers.csv"))
    long = _one_row_per_year(printed, names=["customer"], value="revenue_share")
    long["revenue_share"] = _from_percent(long["revenue_share"])
    is_total = long["customer"] == _TOTAL
    totals = long[is_total].set_index("year")["revenue_share"]
    shares = long[~is_total].reset_index(drop=True)
    return shares.assign(total_share=shares["year"].map(totals))


def _one_row_per_year(printed: pd.DataFrame, *, names: list[str], value: str) -> pd.DataFrame:
    """Turn a table with one column per year into one row per item and year, items in order."""
    long = printed.melt(names, _YEARS, "year", value, ignore_index=False)
    long = long.sort_index(kind="stable").reset_index(drop=True)
    return long.astype({"year": "int64", value: "float64"})


def _from_percent(printed: pd.Series) -> pd.Series:
    # 2.7 / 100 is 0.027000000000000003; what was printed with one decimal has three here.
    return (printed / 100).round(3)
