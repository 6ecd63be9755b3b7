"""What the simulated school spends on marketing."""

import numpy as np
import pandas as pd

from custintel.datasets._crm_facts import CHANNELS, COST_PER_ORDER, FIRST_DAY, LAST_DAY

_NOISE = 0.1  # standard deviation of the logarithm of a month's cost per order


def draw_spend(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``spent_on``, ``channel`` and ``cost``: one row per month and channel."""
    months = pd.period_range(FIRST_DAY, LAST_DAY, freq="M")
    n_orders = (
        pd.crosstab(lines["ordered_at"].dt.to_period("M"), lines["channel"])
        .reindex(index=months, columns=list(CHANNELS), fill_value=0)
        .to_numpy()
    )
    noise = rng.lognormal(-(_NOISE**2) / 2, _NOISE, n_orders.shape)
    first_days = months.start_time.to_numpy().astype("datetime64[us]")
    return pd.DataFrame(
        {
            "spent_on": np.repeat(first_days, len(CHANNELS)),
            "channel": list(CHANNELS) * len(months),
            "cost": np.round(n_orders * COST_PER_ORDER * noise, 2).ravel(),
        }
    )
