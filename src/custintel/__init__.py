"""Customer intelligence from any CRM export.

The packages load when they are first used: ``import custintel`` itself costs little more
than pandas, and loads neither matplotlib nor DuckDB.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from custintel import (
        affinity,
        attribution,
        campaigns,
        datasets,
        decisions,
        errors,
        evaluation,
        experiments,
        io,
        models,
        plots,
        projects,
        report,
        retention,
        revenue,
        scoring,
        segmentation,
        tables,
        value,
    )

__all__ = [
    "affinity",
    "attribution",
    "campaigns",
    "datasets",
    "decisions",
    "errors",
    "evaluation",
    "experiments",
    "io",
    "models",
    "plots",
    "projects",
    "report",
    "retention",
    "revenue",
    "scoring",
    "segmentation",
    "tables",
    "value",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> "ModuleType":
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
