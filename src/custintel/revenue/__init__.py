"""Revenue by period, its growth, and its concentration on few customers."""

from custintel.revenue.concentration import concentration_curve, concentration_table
from custintel.revenue.growth import growth_table, index_table
from custintel.revenue.largest import top_customers
from custintel.revenue.periods import revenue_table

__all__ = [
    "concentration_curve",
    "concentration_table",
    "growth_table",
    "index_table",
    "revenue_table",
    "top_customers",
]
