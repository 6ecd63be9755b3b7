"""Orders of Cool Pool: the Beamer, hand skimmers with it or after a call, pool covers, returns."""

import numpy as np
import pandas as pd

from custintel.datasets import _cool_pool_facts as facts
from custintel.datasets._cool_pool_funnel import customer_ids
from custintel.datasets._cool_pool_texts import N_DAYS, amounts_written, days_written, numbered

_BEAMER, _SKIMMER, _COVER = range(3)
_RETURNED_WITHIN = 30  # days
_AUTUMN = (facts.AUTUMN_FROM - facts.FIRST_DAY).days


def orders_table(
    buyers: pd.DataFrame, cross_sold: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the order lines as exported; `cross_sold` says who bought a skimmer when called."""
    n = len(buyers)
    with_skimmer = rng.random(n) < facts.SKIMMER_RATE
    is_returned = rng.random(n) < facts.RETURN_RATE
    beamers = buyers.assign(product=_BEAMER, line=1, sign=1)
    skimmers = beamers[with_skimmer].assign(product=_SKIMMER, line=2)
    returns = beamers[is_returned].assign(line=3, sign=-1)
    returns["day"] = returns["day"] + rng.integers(3, _RETURNED_WITHIN, len(returns))
    own = pd.concat([beamers, skimmers, returns])
    own = own.assign(order=own.index)  # of the buyer: one order with all its lines
    later = cross_sold.assign(product=_SKIMMER, line=1, sign=1, campaign=-1, seller=-1)
    autumn = pd.DataFrame(
        {
            "household": rng.choice(buyers["household"], facts.N_COVERS, replace=False),
            "day": rng.integers(_AUTUMN, N_DAYS, facts.N_COVERS),
        }
    ).assign(product=_COVER, line=1, sign=1, campaign=-1, seller=-1)
    further = pd.concat([later, autumn], ignore_index=True)
    further = further.assign(order=len(buyers) + np.arange(len(further)))
    lines = pd.concat([own, further], ignore_index=True)
    lines = lines[lines["day"] < N_DAYS]
    return _written(lines.sort_values(["day", "order", "line"], ignore_index=True))


def _written(lines: pd.DataFrame) -> pd.DataFrame:
    product, sign = lines["product"].to_numpy(), lines["sign"].to_numpy()
    campaigns = pd.Index([*facts.CAMPAIGNS, ""])
    return pd.DataFrame(
        {
            "Order Number": numbered("O", int(lines["order"].max()) + 1, 5).take(
                lines["order"].to_numpy()
            ),
            "Line": lines["line"].astype(str),
            "Customer ID": customer_ids().take(lines["household"].to_numpy()),
            "Order Date": days_written(lines["day"].to_numpy()),
            "Product Code": pd.Index(facts.PRODUCT_CODES).take(product),
            "Category": pd.Index(facts.CATEGORIES).take(product),
            "Quantity": sign.astype(str),
            "Amount": amounts_written(facts.PRICES[product] * sign),
            "Cost": amounts_written(facts.UNIT_COSTS[product] * sign),
            "Campaign ID": campaigns.take(lines["campaign"].to_numpy()),
            "Sales Rep": pd.Index([*facts.REPRESENTATIVES, ""]).take(lines["seller"].to_numpy()),
        }
    )
