"""What a model was trained to foretell, and from what: the features of later customers likewise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from custintel import models
from custintel._checks import quoted, require_type
from custintel._frames import Frame
from custintel._text import translate as _
from custintel._time import Day
from custintel.errors import SchemaError
from custintel.tables import PurchaseLabel, Snapshot, snapshot

_TRANSACTIONS = "transactions"


@dataclass(frozen=True, slots=True)
class SnapshotSettings:
    """How the features and the label of a trained model are made, by `custintel.tables.snapshot`.

    A purchase model among them is kept unfitted: each day it is fitted anew on the purchases
    that the day had seen, as it was for the cuts of the training, so that its features mean the
    same. Its estimates of the training are kept nowhere.

    Attributes
    ----------
    label : str
        Name of the label that is foretold.
    meaning : str or PurchaseLabel
        What it stands for: a usual label such as ``"is_churned"``, or a condition.
    window : str
        Length of the days that the features look at, such as ``12M``.
    horizon : str
        Length of the days of the label.
    gap : str or None
        Length of the days between them; None for none.
    population : str
        Who is a customer, as in `custintel.tables.snapshot`.
    attributes : tuple of str
        Columns of ``customers`` among the features.
    tables : tuple of str
        Names of the tables that the features come from.
    purchase_model : estimator or None
        Unfitted; tells features too.
    """

    label: str
    meaning: str | PurchaseLabel
    window: str
    horizon: str
    gap: str | None
    population: str
    attributes: tuple[str, ...]
    tables: tuple[str, ...]
    purchase_model: Any

    def labelled(
        self,
        tables: Frame | Mapping[str, Frame],
        as_of: Day | Iterable[Day],
        *,
        observed_until: Day | None = None,
    ) -> Snapshot:
        """Return features and labels of days to learn from.

        Parameters
        ----------
        tables : DataFrame or mapping of str to DataFrame
            As for `custintel.tables.snapshot`.
        as_of : date-like or iterable of date-like
            The days.
        observed_until : date-like, optional
            Last day that the transactions cover. By default that of their last row.

        Returns
        -------
        Snapshot
            With the one label.

        Examples
        --------
        >>> from custintel.datasets import load_cdnow
        >>> settings = SnapshotSettings(
        ...     label="is_churned",
        ...     meaning="is_churned",
        ...     window="6M",
        ...     horizon="6M",
        ...     gap=None,
        ...     population="bought_in_window",
        ...     attributes=(),
        ...     tables=("transactions",),
        ...     purchase_model=None,
        ... )
        >>> len(settings.labelled(load_cdnow(), "1997-12-31").labels)
        619
        """
        return self._snapshot(tables, as_of, {self.label: self.meaning}, observed_until)

    def unlabelled(
        self,
        tables: Frame | Mapping[str, Frame],
        as_of: Day,
        *,
        observed_until: Day | None = None,
    ) -> Snapshot:
        """Return the features of a day to score, whose labels are yet to come.

        Parameters
        ----------
        tables : DataFrame or mapping of str to DataFrame
            Those of the training; others are left out.
        as_of : date-like
            The day.
        observed_until : date-like, optional
            Last day that the transactions cover. By default that of their last row.

        Returns
        -------
        Snapshot
            Without labels; its ``days`` say which days the label is about.

        Raises
        ------
        SchemaError
            If a table of the training is missing.

        Examples
        --------
        >>> from custintel.datasets import load_cdnow
        >>> settings = SnapshotSettings(
        ...     label="is_churned",
        ...     meaning="is_churned",
        ...     window="6M",
        ...     horizon="6M",
        ...     gap=None,
        ...     population="bought_in_window",
        ...     attributes=(),
        ...     tables=("transactions",),
        ...     purchase_model=None,
        ... )
        >>> len(settings.unlabelled(load_cdnow(), "1998-06-30").features)
        515
        """
        given = names_of_tables(tables)
        lacking = [name for name in self.tables if name not in given]
        if lacking:
            raise SchemaError(
                _(
                    "The model was trained on features of {known}, and {lacking} is not given: "
                    "give the same tables.",
                    known=quoted(self.tables),
                    lacking=quoted(lacking),
                )
            )
        if isinstance(tables, Mapping):
            # Further tables would become features that the model does not know.
            tables = {name: tables[name] for name in self.tables}
        return self._snapshot(tables, as_of, {}, observed_until)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain texts and lists, to be read by `from_dict`."""
        plain = ("label", "window", "horizon", "gap", "population")
        return {
            **{name: getattr(self, name) for name in plain},
            "meaning": self.meaning if isinstance(self.meaning, str) else self.meaning.conditions,
            "attributes": [*self.attributes],
            "tables": [*self.tables],
            "purchase_model": _described(self.purchase_model),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "SnapshotSettings":
        """Return the settings that `to_dict` described.

        Parameters
        ----------
        stored : mapping
            As written.

        Returns
        -------
        SnapshotSettings
            The settings, with an unfitted purchase model.

        Raises
        ------
        KeyError, TypeError, ValueError
            If something is missing or impossible.

        Examples
        --------
        >>> from custintel.models import BetaGeoModel
        >>> settings = SnapshotSettings(
        ...     label="is_churned",
        ...     meaning="is_churned",
        ...     window="12M",
        ...     horizon="6M",
        ...     gap=None,
        ...     population="bought_in_window",
        ...     attributes=(),
        ...     tables=("transactions",),
        ...     purchase_model=BetaGeoModel(penalty=0.01),
        ... )
        >>> SnapshotSettings.from_dict(settings.to_dict()).purchase_model
        BetaGeoModel(penalty=0.01)
        """
        meaning = stored["meaning"]
        return cls(
            label=stored["label"],
            meaning=meaning if isinstance(meaning, str) else PurchaseLabel(**meaning),
            window=stored["window"],
            horizon=stored["horizon"],
            gap=stored["gap"],
            population=stored["population"],
            attributes=tuple(stored["attributes"]),
            tables=tuple(stored["tables"]),
            purchase_model=_made_again(stored["purchase_model"]),
        )

    def _snapshot(
        self,
        tables: Frame | Mapping[str, Frame],
        as_of: Day | Iterable[Day],
        labels: Mapping[str, str | PurchaseLabel],
        observed_until: Day | None,
    ) -> Snapshot:
        return snapshot(
            tables,
            as_of=as_of,
            window=self.window,
            horizon=self.horizon,
            gap=self.gap,
            labels=labels,
            purchase_model=self.purchase_model,
            population=self.population,  # type: ignore[arg-type]
            attributes=self.attributes,
            observed_until=observed_until,
        )


def names_of_tables(tables: Frame | Mapping[str, Frame]) -> tuple[str, ...]:
    """Return the names of tables; a frame alone is the transactions."""
    return tuple(map(str, tables)) if isinstance(tables, Mapping) else (_TRANSACTIONS,)


def transactions_of(tables: Frame | Mapping[str, Frame]) -> Frame:
    """Return the transactions among tables; a frame alone is that."""
    if not isinstance(tables, Mapping):
        return tables
    if _TRANSACTIONS not in tables:
        raise SchemaError(
            _("There is no table 'transactions': got {given}.", given=quoted(tables) or _("none"))
        )
    found: Frame = tables[_TRANSACTIONS]
    return found


def label_by_name(
    label: str | Mapping[str, str | PurchaseLabel],
) -> Mapping[str, str | PurchaseLabel]:
    """Return the one label that is asked for, by its name."""
    require_type(
        label,
        (str, Mapping),
        name="label",
        what=_("the name of a usual label, or a mapping of one name to its meaning"),
    )
    named: Mapping[str, str | PurchaseLabel] = {label: label} if isinstance(label, str) else label
    if len(named) != 1:
        raise ValueError(
            _("A model foretells one label: got {names}.", names=quoted(named) or _("none"))
        )
    return named


def _described(model: Any) -> dict[str, Any] | None:
    if model is None:
        return None
    name = type(model).__name__
    if getattr(models, name, None) is not type(model):
        raise ValueError(
            _(
                "A model is saved with a purchase model of custintel.models alone: got {name}.",
                name=name,
            )
        )
    return {"model": name, "settings": model.get_params(deep=False)}


def _made_again(stored: Mapping[str, Any] | None) -> Any:
    if stored is None:
        return None
    kind: Any = (
        getattr(models, stored["model"], None) if stored["model"] in models.__all__ else None
    )
    if not hasattr(kind, "probability_of_none"):
        raise ValueError(_("{name!r} is no purchase model", name=stored["model"]))
    return kind(**stored["settings"])
