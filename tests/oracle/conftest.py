"""Oracles: lifetimes, which was last released in 2020, is imported once with its warnings."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import lifetimes  # noqa: F401
