"""How a snapshot is made: every source at every cut, put together by customer."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted, require_choice
from custintel._frames import Frame, number_of_day, to_pandas
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.tables._feature_tables import EVER, EXPORT, YEAR_BEFORE, Feature, FeatureTable
from custintel.tables._features_of_transactions import transaction_features, transaction_lines
from custintel.tables._purchase_model_features import (
    purchase_model_features,
    require_purchase_model,
)
from custintel.tables._snapshot_customers import (
    POPULATIONS,
    attributes_of,
    population_of,
    read_customers,
    warn_unknown_since,
)
from custintel.tables._snapshot_cuts import Cut
from custintel.tables._snapshot_labels import labels_of, require_label_columns, warn_of_nobody
from custintel.tables._snapshot_plan import Plan
from custintel.tables._snapshot_sources import Sources, tables_by_name
from custintel.tables.future_use import require_known_at


@dataclass(frozen=True, slots=True, eq=False)
class MadeSnapshot:
    """The tables of a snapshot."""

    features: pd.DataFrame
    labels: pd.DataFrame
    dictionary: pd.DataFrame
    days: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class _OneCut:
    """What one cut gives, indexed by ``customer_id``."""

    features: pd.DataFrame
    labels: pd.DataFrame
    described: tuple[Feature, ...]
    with_refunds_alone: pd.Index

    def n_without_purchase(self) -> int:
        return int((self.features[f"n_purchase_days_{EVER}"] == 0).sum())


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotMaker:
    """The tables of a snapshot, read and checked, and what is asked of them."""

    plan: Plan
    transactions: Frame
    lines: nw.LazyFrame[Any]
    sources: Sources
    customers: pd.DataFrame | None
    attributes: tuple[str, ...]
    population: str
    purchase_model: Any

    @classmethod
    def of(
        cls,
        tables: Frame | Mapping[str, Frame],
        plan: Plan,
        *,
        purchase_model: Any,
        population: str,
        attributes: Sequence[str],
    ) -> "SnapshotMaker":
        """Read the tables; refuse what cannot be made of them."""
        require_choice(population, POPULATIONS, name="population")
        if purchase_model is not None:
            require_purchase_model(purchase_model)
            if plan.horizon is None:
                raise ValueError(_("purchase_model needs a horizon to foresee, such as '6M'."))
        if isinstance(attributes, str):
            attributes = (attributes,)
        given = tables_by_name(tables)
        lines = transaction_lines(given["transactions"])
        require_label_columns(lines, plan.labels)
        customers = read_customers(
            given.get("customers"), attributes=attributes, population=population
        )
        return cls(
            plan=plan,
            transactions=given["transactions"],
            lines=lines,
            sources=Sources.read(given),
            customers=customers,
            attributes=tuple(attributes),
            population=population,
            purchase_model=purchase_model,
        )

    def require_observed(self, observed_until: pd.Timestamp | None) -> None:
        """Refuse labels that look beyond the last day observed; warn of a cut beyond it."""
        last_row = self._last_day()
        last = last_row if observed_until is None else observed_until
        self.plan.require_observed(last)
        newest = self.plan.cuts[-1].as_of
        if newest > last:
            warn(
                _(
                    "as_of {day:%Y-%m-%d} comes after the last day of 'transactions', "
                    "{last:%Y-%m-%d}: customers look quieter than they are if later days are "
                    "missing. If nothing happened since, say so: observed_until='{day:%Y-%m-%d}'.",
                    day=newest,
                    last=last,
                ),
                WeakResultWarning,
            )

    def _last_day(self) -> pd.Timestamp:
        last = to_pandas(self.lines.select(nw.col("day").max().alias("last")))["last"]
        if last.isna().all():
            raise SchemaError(_("Table 'transactions' is empty: there is nobody to look at."))
        return pd.Timestamp(int(last.iloc[0]), unit="D")

    def made(self) -> MadeSnapshot:
        """Return the tables of all cuts, stacked."""
        cuts = {cut.as_of: self._at(cut) for cut in self.plan.cuts}
        days = self.plan.table().assign(
            n_customers=[len(each.features) for each in cuts.values()],
            n_without_purchase=[each.n_without_purchase() for each in cuts.values()],
        )
        newest = cuts[self.plan.cuts[-1].as_of]
        labels = _stacked({day: each.labels for day, each in cuts.items()})
        self._require_attributes_known({day: each.features.index for day, each in cuts.items()})
        _warn_of_refunds_alone(newest.with_refunds_alone)
        warn_of_nobody(labels, self.plan.labels)
        if self.population == "known" and self.customers is not None:
            warn_unknown_since(self.customers)
        return MadeSnapshot(
            features=_stacked({day: each.features for day, each in cuts.items()}),
            labels=labels,
            dictionary=self._dictionary(newest.described),
            days=days,
        )

    def _at(self, cut: Cut) -> _OneCut:
        bought = transaction_features(self.lines, cut, season=self.plan.season(cut))
        who = population_of(self.population, cut, bought.values, self.customers)
        tables = [bought, *self.sources.features(cut), *self._model_features(cut)]
        parts = [table.of(who) for table in tables]
        described = tuple(feature for table in tables for feature in table.features)
        if self.attributes and self.customers is not None:
            parts.append(attributes_of(self.customers, who, self.attributes))
            described += tuple(_attribute(name) for name in self.attributes)
        features = pd.concat(parts, axis="columns")
        _require_distinct(features)
        never = bought.values[f"n_purchase_days_{EVER}"] == 0
        left_out = bought.values.index[never].difference(who)
        return _OneCut(features, self._labels(cut, who), described, left_out)

    def _require_attributes_known(self, cuts: Mapping[pd.Timestamp, pd.Index]) -> None:
        """Refuse attributes that are later than a cut; warn once of those that may be."""
        if not self.attributes or self.customers is None:
            return
        is_told = False
        for day, who in cuts.items():
            rows = self.customers.loc[self.customers.index.intersection(who)]
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                require_known_at(rows, self.attributes, day)
            if told and not is_told:
                warn(told[0].message)
            is_told = is_told or bool(told)

    def _model_features(self, cut: Cut) -> list[FeatureTable]:
        if self.purchase_model is None:
            return []
        after = self.plan.label_days[cut.as_of]
        return [purchase_model_features(self.purchase_model, self.transactions, cut, after)]

    def _labels(self, cut: Cut, who: pd.Index) -> pd.DataFrame:
        if not self.plan.labels:
            return pd.DataFrame(index=who)
        return labels_of(self.lines, self.plan.label_days[cut.as_of], who, self.plan.labels)

    def _dictionary(self, described: Sequence[Feature]) -> pd.DataFrame:
        newest = self.plan.cuts[-1]
        offsets = {span: float(day - newest.last_day) for span, day in newest.first_days.items()}
        season = self.plan.season(newest)
        if season is not None:
            offsets[YEAR_BEFORE] = float(number_of_day(season.first) - newest.last_day)
        columns = {
            "table": [each.table for each in described],
            "meaning": [_(each.meaning) for each in described],
            "unit": [_(each.unit) for each in described],
            "span": [each.span for each in described],
            "first_day_offset": [offsets.get(each.span, np.nan) for each in described],
        }
        return pd.DataFrame(
            columns, index=pd.Index([each.name for each in described], name="feature")
        )


def _attribute(name: str) -> Feature:
    meaning = N_("as the table of customers says when it is exported")
    return Feature(name, "customers", meaning, N_("as exported"), span=EXPORT, without=np.nan)


def _stacked(cuts: Mapping[pd.Timestamp, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(cuts, names=["as_of", "customer_id"])


def _require_distinct(features: pd.DataFrame) -> None:
    twice = features.columns[features.columns.duplicated()]
    if len(twice):
        raise ValueError(
            _(
                "attributes have names of features: {names}. Rename these columns of 'customers'.",
                names=quoted(twice, most=3),
            )
        )


def _warn_of_refunds_alone(customers: pd.Index) -> None:
    if len(customers):
        warn(
            _n(
                "{n} customer has refunds but no purchase, and is left out: {examples}.",
                "{n} customers have refunds but no purchase, and are left out: {examples}.",
                len(customers),
                examples=quoted(customers, most=3),
            ),
            SetAsideWarning,
        )
