"""What later customers are compared with, and how far they have moved from it."""

from dataclasses import replace

import numpy as np
import pandas as pd

from custintel.evaluation import DriftBins, drift_bins, drift_table

SCORE = "probability"
SCORE_DECIMALS = 6  # as scores are shown
# As many as a category needs to be a column of the models; fewer customers could be recognised.
_FEWEST_OF_CATEGORY = 10
# With many customers any index is significant, with few any index is large: both are asked for.
_SIGNIFICANT = 0.05


def reference_bins(table: pd.DataFrame) -> DriftBins:
    """Return the bins of a table, without the names of categories that few customers share."""
    bins = drift_bins(table)
    columns = []
    for each in bins.columns:
        common = [n >= _FEWEST_OF_CATEGORY for n in each.counts[: len(each.categories)]]
        kept = tuple(name for name, keep in zip(each.categories, common, strict=True) if keep)
        if len(kept) == len(each.categories):
            columns.append(each)
            continue
        *named, others, missing = each.counts
        counts = [n for n, keep in zip(named, common, strict=True) if keep]
        rest = others + sum(named) - sum(counts)
        columns.append(replace(each, categories=kept, counts=(*counts, rest, missing)))
    return DriftBins(tuple(columns), bins.n)


def drift_of(
    features: pd.DataFrame,
    probability: pd.Series,
    *,
    feature_bins: DriftBins,
    score_bins: DriftBins,
    limit: float,
) -> pd.DataFrame:
    """Return the drift of the scores, then of every feature, and which of it is above a limit."""
    scores = drift_table(score_bins, probability.to_frame(SCORE))
    table = pd.concat([scores, drift_table(feature_bins, features)])
    kinds = ["score", *["feature"] * (len(table) - 1)]
    table.insert(0, "kind", kinds)
    q = table["q"].to_numpy(np.float64)
    is_drifted = (table["psi"].to_numpy(np.float64) >= limit) & (q < _SIGNIFICANT)
    table.insert(1, "is_drifted", is_drifted)
    return table.rename_axis("column")
