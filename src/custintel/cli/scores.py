"""``custintel train`` and ``custintel score``: models for schedulers."""

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from custintel._checks import quoted
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.cli._errors import errors_in_one_line, refuse_overwriting
from custintel.cli._options import Columns, Currency, DateOrder, Decimal, Timezone
from custintel.cli._program import app
from custintel.cli._tables import read_tables, tell
from custintel.errors import WeakResultWarning

if TYPE_CHECKING:
    import pandas as pd

    from custintel.scoring import Scores, TrainedModel

DRIFTED = 3  # the status of a command that has done its work, and found drift
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

_Paths = Annotated[list[Path], typer.Argument(metavar="PATH…", help=_("Exports of purchases."))]
_Customers = Annotated[
    Path | None, typer.Option(help=_("Export of customers, for --attribute and --population."))
]
_Touches = Annotated[
    Path | None, typer.Option(help=_("Log of contacts of customers with marketing."))
]
_ObservedUntil = Annotated[
    str | None,
    typer.Option(help=_("Last day that the exports cover; by default that of the last purchase.")),
]


@app.command(help=_("Train a model on exports of purchases, test it, and keep it in a folder."))
def train(  # noqa: PLR0913 - each is an option of the command
    paths: _Paths,
    models: Annotated[Path, typer.Option(help=_("Folder of the models, one folder each."))],
    window: Annotated[str, typer.Option(help=_("Days that features look at, such as 12M."))],
    horizon: Annotated[str, typer.Option(help=_("Days to foretell, such as 6M."))],
    gap: Annotated[
        str | None, typer.Option(help=_("Days between them, such as 2W; by default none."))
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help=_("Name of the model; by default churn, or propensity.")),
    ] = None,
    category: Annotated[
        str | None, typer.Option(help=_("Foretell who buys this category, instead of churn."))
    ] = None,
    product: Annotated[
        str | None, typer.Option(help=_("Foretell who buys this product, instead of churn."))
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help=_("Foretell who buys in this channel, instead of churn."))
    ] = None,
    method: Annotated[
        str | None, typer.Option(help=_("logistic, boosting or lightgbm; by default logistic."))
    ] = None,
    purchase_model: Annotated[
        bool, typer.Option(help=_("Add features of a purchase model, fitted on every day."))
    ] = False,
    as_of: Annotated[
        list[str] | None,
        typer.Option(help=_("A day to learn from, given twice or more; by default found.")),
    ] = None,
    population: Annotated[
        str, typer.Option(help=_("bought_in_window, ever_bought or known."))
    ] = "bought_in_window",
    customers: _Customers = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help=_("Column of --customers among the features."))
    ] = None,
    touches: _Touches = None,
    observed_until: _ObservedUntil = None,
    currency: Currency = None,
    column: Columns = None,
    decimal: Decimal = None,
    date_order: DateOrder = None,
    timezone: Timezone = None,
) -> None:
    """Train a model on exports of purchases, test it, and keep it in a folder."""
    with errors_in_one_line():
        wanted = {"product_id": product, "category": category, "channel": channel}
        conditions = {key: value for key, value in wanted.items() if value is not None}
        name = _checked_name(name or ("propensity" if conditions else "churn"))
        tables = read_tables(
            paths,
            {"customers": customers, "touches": touches},
            columns=column,
            conventions=_conventions(currency, decimal, date_order, timezone),
        )
        settings = {
            "window": window,
            "horizon": horizon,
            "gap": gap,
            "population": population,
            "attributes": tuple(attribute or ()),
            "observed_until": observed_until,
        }
        trained = _train(
            tables,
            settings,
            name=name,
            conditions=conditions,
            method=method,
            days=as_of,
            with_purchase_model=purchase_model,
        )
        trained.save(models / name)
        tell(_("Wrote {folder}", folder=models / name))


@app.command(
    help=_(
        "Score the customers in exports of purchases with trained models, for schedulers. "
        "Status 0: the scores are written. 2: something is to be mended, as one line says, and "
        "nothing is written. 3, with --fail-on-drift: the scores are written, and have drifted."
    )
)
def score(  # noqa: PLR0913 - each is an option of the command
    paths: _Paths,
    models: Annotated[Path, typer.Option(help=_("Folder of the models of custintel train."))],
    out: Annotated[Path, typer.Option(help=_("The Parquet file to write."))] = Path(
        "scores.parquet"
    ),
    as_of: Annotated[
        str | None, typer.Option(help=_("Last day observed; by default the last in the data."))
    ] = None,
    drift: Annotated[
        Path | None, typer.Option(help=_("CSV file to write the drift of every column to."))
    ] = None,
    drift_limit: Annotated[
        float, typer.Option(help=_("Stability index from which a column has drifted."))
    ] = 0.25,
    fail_on_drift: Annotated[
        bool,
        typer.Option(
            "--fail-on-drift",
            help=_("End with status 3 if scores or features drifted, unless expected."),
        ),
    ] = False,
    expect_drift: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help=_("Feature that may drift, such as tenure_days; 'features' means all of them."),
        ),
    ] = None,
    customers: _Customers = None,
    touches: _Touches = None,
    observed_until: _ObservedUntil = None,
    currency: Currency = None,
    column: Columns = None,
    decimal: Decimal = None,
    date_order: DateOrder = None,
    timezone: Timezone = None,
) -> None:
    """Score the customers in exports of purchases with trained models, for schedulers."""
    with errors_in_one_line():
        from custintel.scoring import combined_scores, load_models, write_scores

        read = [path for path in (*paths, customers, touches) if path is not None]
        _refuse_places(read, out, drift)
        trained = load_models(models)
        _tell_models(trained)
        _require_known(expect_drift, trained)
        tables = read_tables(
            paths,
            {"customers": customers, "touches": touches},
            columns=column,
            conventions=_conventions(currency, decimal, date_order, timezone),
        )
        settings = {"drift_limit": drift_limit, "observed_until": observed_until}
        scores = _scores(tables, trained, as_of, settings)
        table = combined_scores(scores)
        # The scores come last: where the drift cannot be written, the old scores stay.
        if drift is not None:
            _write_drift(scores, drift)
            tell(_("Wrote the drift to {file}", file=drift))
        write_scores(table, out)
        tell(_wrote(len(table), out))
    if fail_on_drift and _drifted(scores, expect_drift or []):
        raise typer.Exit(DRIFTED)


def _train(  # noqa: PLR0913 - what is asked for on the command line
    tables: "dict[str, pd.DataFrame]",
    settings: dict[str, Any],
    *,
    name: str,
    conditions: dict[str, str],
    method: str | None,
    days: list[str] | None,
    with_purchase_model: bool,
) -> "TrainedModel":
    from custintel.models import ChurnModel, ModifiedBetaGeoModel, PropensityModel
    from custintel.scoring import train_model, training_days
    from custintel.tables import PurchaseLabel

    kind = PropensityModel if conditions else ChurnModel
    model = kind() if method is None else kind(method=method)
    spans = {key: settings[key] for key in ("window", "horizon", "gap", "observed_until")}
    cuts = days or [*training_days(tables["transactions"], **spans)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", WeakResultWarning)
        trained = train_model(
            tables,
            model,
            as_of=cuts,
            label={"buys": PurchaseLabel(**conditions)} if conditions else "is_churned",
            purchase_model=ModifiedBetaGeoModel() if with_purchase_model else None,
            **settings,
        )
    told = [str(each.message) for each in caught if issubclass(each.category, WeakResultWarning)]
    tell(
        _(
            "{name}: trained as of {days} on {n} rows, {events} of them with the event",
            name=name,
            days=", ".join(f"{day:%Y-%m-%d}" for day in trained.trained_as_of),
            n=trained.n_rows,
            events=trained.n_events,
        )
    )
    for remark in (*dict.fromkeys(told), *trained.validation.remarks()):
        tell(f"{name}: {remark}")
    return trained


def _scores(
    tables: "dict[str, pd.DataFrame]",
    trained: "Mapping[str, TrainedModel]",
    as_of: str | None,
    settings: dict[str, Any],
) -> "dict[str, Scores]":
    from custintel.scoring import score_customers

    transactions = tables["transactions"]
    day = transactions["ordered_at"].max() if as_of is None else as_of
    n_known = transactions["customer_id"].nunique()
    scores = {}
    for name, model in trained.items():
        found = scores[name] = score_customers(tables, model, as_of=day, **settings)
        tell(
            _(
                "{name}: scored {n} of {known} customers as of {day:%Y-%m-%d}, for "
                "{start:%Y-%m-%d} to {end:%Y-%m-%d}",
                name=name,
                n=len(found.table),
                known=n_known,
                day=found.as_of,
                start=found.labels_from,
                end=found.labels_until,
            )
        )
        for remark in found.remarks:
            tell(f"{name}: {remark}")
    return scores


def _conventions(
    currency: str | None, decimal: str | None, date_order: str | None, timezone: str | None
) -> dict[str, str | None]:
    return {
        "currency": currency,
        "decimal": decimal,
        "date_order": date_order,
        "timezone": timezone,
    }


def _checked_name(name: str) -> str:
    # It becomes a folder, and the beginning of the names of columns.
    if not _NAME.fullmatch(name):
        raise ValueError(
            _(
                "--name takes letters, digits, '_' and '-', such as churn_6m: got {name!r}.",
                name=name,
            )
        )
    return name


def _refuse_places(read: list[Path], out: Path, drift: Path | None) -> None:
    refuse_overwriting(read, [out] if drift is None else [out, drift])
    if drift is not None and drift.resolve() == out.resolve():
        raise ValueError(_("--out and --drift name the same file, {file}.", file=out))


def _tell_models(trained: "Mapping[str, TrainedModel]") -> None:
    tell(
        _n(
            "Loaded {n} model: {names}",
            "Loaded {n} models: {names}",
            len(trained),
            names=", ".join(trained),
        )
    )


def _wrote(n: int, out: Path) -> str:
    return _n("Wrote {n} customer to {file}", "Wrote {n} customers to {file}", n, file=out)


def _require_known(expected: list[str] | None, trained: "Mapping[str, TrainedModel]") -> None:
    known = {name for each in trained.values() for name in each.features}
    unknown = [name for name in expected or [] if name not in {"features", "probability", *known}]
    if unknown:
        raise ValueError(
            _(
                "--expect-drift names features of the models, 'features' for all of them, or "
                "'probability': got {unknown}; there are {known}.",
                unknown=quoted(unknown, most=3),
                known=quoted(sorted(known), most=6),
            )
        )


def _drifted(scores: "Mapping[str, Scores]", expected: list[str]) -> bool:
    """Return whether a column has drifted that was not expected to."""
    for each in scores.values():
        drift = each.drift
        is_expected = drift.index.isin(expected)
        if "features" in expected:
            is_expected |= (drift["kind"] == "feature").to_numpy()
        if (drift["is_drifted"].to_numpy() & ~is_expected).any():
            return True
    return False


def _write_drift(scores: "Mapping[str, Scores]", path: Path) -> None:
    import pandas as pd

    from custintel.decisions._spreadsheet_cells import neutral
    from custintel.scoring._whole_files import replacing

    table = pd.concat({name: each.drift for name, each in scores.items()}, names=["model"])
    with replacing(path) as place:
        neutral(table.reset_index()).to_csv(place, index=False, encoding="utf-8")
