"""Every score of every customer, for pipelines."""

from pathlib import Path

import pandas as pd

from custintel.report.analysis import Analysis
from custintel.value import value_deciles

USUAL_REPORT = "report.html"
_FROM_HISTORY = {
    "recency": "recency",
    "T": "T",
    "monetary_value": "monetary_value",
    "frequency": "repeat_purchases",
}


def customer_scores(analysis: Analysis) -> pd.DataFrame:
    """Gather all scores of the analysis in one row per customer.

    Parameters
    ----------
    analysis : Analysis
        From `analyse`.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, sorted.

        - ``recency_days``, ``frequency``, ``monetary`` : as in `rfm_table`
        - ``recency_score``, ``frequency_score``, ``monetary_score``, ``segment`` : as in
          `rfm_segments`
        - ``repeat_purchases``, ``recency``, ``T``, ``monetary_value`` : `purchase_history`,
          whose frequency is here called ``repeat_purchases``; days
        - ``probability_alive`` : float, 0-1
        - ``expected_purchases`` and its ``_low``, ``_high`` : within the horizon
        - ``probability_of_none`` and its ``_low``, ``_high`` : of no purchase within the
          horizon, 0-1: the figure to read as churn
        - ``expected_spend`` : float, currency, per purchase
        - ``customer_lifetime_value`` and its ``_low``, ``_high`` : float, currency
        - ``value_decile`` : int, 1 holds the most valuable tenth

        The columns from ``probability_alive`` on are absent if no purchase model could be
        fitted, those from ``expected_spend`` on if no spend model could be.

    Examples
    --------
    >>> from custintel.datasets import load_cdnow
    >>> from custintel.report import analyse, source_from_table
    >>> source = source_from_table(load_cdnow("sample"), name="CDNOW sample")
    >>> scores = customer_scores(analyse(source, as_of="1997-09-30"))
    >>> scores["segment"].loc["0001"], scores["value_decile"].loc["0001"].item()
    ('Champions', 2)
    """
    history = analysis.history[list(_FROM_HISTORY)].rename(columns=_FROM_HISTORY)
    scores = analysis.segmented.join(history)
    if analysis.forecast is None:
        return scores
    scores = scores.join(analysis.forecast.table)
    if analysis.value is None:
        return scores
    values = analysis.value.values
    columns = [name for name in values.table if name != "discounted_purchases"]
    return scores.join(values.table[columns]).join(value_deciles(values))


def scores_beside(report: Path) -> Path:
    """Return where the scores go: named after the report, unless that has the usual name.

    >>> scores_beside(Path("report.html")).name, scores_beside(Path("france.html")).name
    ('customers.parquet', 'france.customers.parquet')
    """
    is_usual = report.name == USUAL_REPORT
    return report.with_name("customers.parquet" if is_usual else f"{report.stem}.customers.parquet")


def write_scores(scores: pd.DataFrame, path: Path) -> None:
    """Write scores to a Parquet file, ``customer_id`` as a column."""
    import duckdb

    table = scores.reset_index()
    categories = table.select_dtypes("category").columns
    table = table.astype(dict.fromkeys(categories, "str"))
    with duckdb.connect() as connection:
        connection.register("scores", table)
        target = str(path).replace("'", "''")
        try:
            connection.execute(f"COPY scores TO '{target}' (FORMAT parquet)")
        except duckdb.IOException as error:
            raise OSError(str(error).splitlines()[0]) from error
