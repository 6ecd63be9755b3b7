"""How a predictive model is to be fitted, once it is checked."""

from dataclasses import dataclass
from numbers import Real

from custintel._checks import is_count, require_choice, require_count
from custintel._text import translate as _

CALIBRATIONS = ("sigmoid", "isotonic")
LEAKS = ("refuse", "allow")
TRANSFORMATIONS = ("signed_log", "none")


@dataclass(frozen=True, slots=True)
class OutcomeSettings:
    """The settings of a predictive model, by the names of its parameters."""

    method: str
    penalty: float | None
    calibration: str
    transformation: str
    leaks: str
    min_events: int
    n_folds: int
    n_trees: int
    random_state: int

    def require_valid(self, methods: tuple[str, ...]) -> None:
        """Raise `ValueError` naming a setting that cannot be."""
        require_choice(self.method, methods, name="method")
        require_choice(self.calibration, CALIBRATIONS, name="calibration")
        require_choice(self.transformation, TRANSFORMATIONS, name="transformation")
        require_choice(self.leaks, LEAKS, name="leaks")
        require_count(self.min_events, name="min_events")
        require_count(self.n_trees, name="n_trees")
        if not (is_count(self.n_folds) and self.n_folds >= 2):
            raise ValueError(
                _("n_folds is a whole number, 2 or more: got {value!r}.", value=self.n_folds)
            )
        is_positive = _is_positive(self.penalty)
        if not (self.penalty is None or is_positive):
            raise ValueError(
                _(
                    "penalty is a number above 0, or None to choose it on held-back customers: "
                    "got {value!r}.",
                    value=self.penalty,
                )
            )
        if not (is_count(self.random_state) or self.random_state == 0):
            raise ValueError(
                _(
                    "random_state is a whole number, 0 or more: got {value!r}.",
                    value=self.random_state,
                )
            )


def _is_positive(value: object) -> bool:
    return isinstance(value, Real) and 0 < float(value) < float("inf")
