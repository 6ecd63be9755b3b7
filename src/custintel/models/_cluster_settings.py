"""The settings of a clustering, checked once for all that use them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from numbers import Real
from typing import Any

import numpy as np

from custintel._checks import require_choice, require_type
from custintel._text import translate as _
from custintel.models._cluster_features import DEFAULT_FEATURES
from custintel.models._cluster_fits import METHODS, ClusterSearch
from custintel.models._customer_columns import require_count

TRANSFORMS = ("log", "yeo_johnson", "none")
MOST_CLUSTERS = 100
_MOST_STARTS = 1000
_MOST_SEED = 2**32 - 1


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """What `CustomerClusters` was told."""

    n_clusters: int
    method: str
    features: Sequence[str] | None
    transform: str
    gamma: float
    n_starts: int
    random_state: int

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        require_cluster_count(self.n_clusters, name="n_clusters")
        require_choice(self.method, METHODS, name="method")
        require_choice(self.transform, TRANSFORMS, name="transform")
        require_count(self.n_starts, name="n_starts", most=_MOST_STARTS)
        require_type(self.gamma, Real, name="gamma", what=_("a number above 0"))
        if not (np.isfinite(self.gamma) and self.gamma > 0):
            raise ValueError(_("gamma is a number above 0: got {value!r}.", value=self.gamma))
        _require_seed(self.random_state)
        if self.features is not None:
            _require_names(self.features)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns to cluster by."""
        return DEFAULT_FEATURES if self.features is None else tuple(self.features)

    @property
    def table(self) -> str:
        """What the table is called in messages."""
        return "rfm_table" if self.features is None else "customers"

    def search(self, n_clusters: int | None = None) -> ClusterSearch:
        """Return how clusters are to be looked for, if told so in another number."""
        return ClusterSearch(
            self.method,
            int(self.n_clusters if n_clusters is None else n_clusters),
            int(self.n_starts),
            float(self.gamma),
            int(self.random_state),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings in types that JSON knows."""
        plain = {
            "n_clusters": int(self.n_clusters),
            "features": None if self.features is None else list(self.features),
            "gamma": float(self.gamma),
            "n_starts": int(self.n_starts),
            "random_state": int(self.random_state),
        }
        return asdict(self) | plain


SETTINGS = tuple(field.name for field in fields(ClusterSettings))


def require_cluster_count(value: int, *, name: str) -> int:
    """Return a number of clusters, once it is checked."""
    if require_count(value, name=name, most=MOST_CLUSTERS) == 1:
        raise ValueError(_("{name} is 2 or more: one cluster is all customers.", name=name))
    return int(value)


def _require_seed(value: object) -> None:
    is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not (is_whole and 0 <= value <= _MOST_SEED):  # type: ignore[operator]
        raise ValueError(
            _("random_state is a whole number of 0 or more: got {value!r}.", value=value)
        )


def _require_names(features: object) -> None:
    is_list = isinstance(features, Sequence) and not isinstance(features, str)
    if not (is_list and features and all(isinstance(name, str) for name in features)):  # type: ignore[attr-defined]
        raise ValueError(
            _(
                "features is a list of columns, such as ['recency_days', 'frequency']: "
                "got {value!r}.",
                value=features,
            )
        )
    names = list(features)  # type: ignore[call-overload]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(_("features names {names} more than once.", names=", ".join(repeated)))
