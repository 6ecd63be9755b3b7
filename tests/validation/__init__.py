"""Models fitted on many simulated data sets: do they end, and do their intervals hold?

`make validate` runs the whole and writes its tables into the docs; a seeded sample of it runs
with the suite.
"""
