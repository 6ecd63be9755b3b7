"""How long customers stay: cohorts by the period of their first purchase."""

from custintel.retention.cohorts import cohort_table

__all__ = ["cohort_table"]
