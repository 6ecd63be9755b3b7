"""``custintel score``: the customers of a day, scored with trained models, for schedulers."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from custintel._checks import quoted
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel.cli._errors import errors_in_one_line, refuse_overwriting, require_places
from custintel.cli._options import (
    Columns,
    Currency,
    Customers,
    DateOrder,
    Decimal,
    ObservedUntil,
    Paths,
    Timezone,
    Touches,
    conventions,
)
from custintel.cli._program import app
from custintel.cli._tables import read_tables, tell

if TYPE_CHECKING:
    import pandas as pd

    from custintel.scoring import Scores, TrainedModel

DRIFTED = 3  # the status of a command that has done its work, and found drift


@app.command(
    help=_(
        "Score the customers in exports of purchases with trained models, for schedulers. "
        "Status 0: the scores are written. 2: something is to be mended, as one line says, and "
        "nothing is written. 3, with --fail-on-drift: the scores are written, and have drifted."
    )
)
def score(  # noqa: PLR0913 - each is an option of the command
    paths: Paths,
    models: Annotated[Path, typer.Option(help=_("Folder of the models of custintel train."))],
    out: Annotated[Path, typer.Option(help=_("The Parquet file to write."))] = Path(
        "scores.parquet"
    ),
    as_of: Annotated[
        str | None,
        typer.Option(help=_("Day to score; by default --observed-until or the last in the data.")),
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
    customers: Customers = None,
    touches: Touches = None,
    observed_until: ObservedUntil = None,
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
            conventions=conventions(currency, decimal, date_order, timezone),
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


def _scores(
    tables: "dict[str, pd.DataFrame]",
    trained: "Mapping[str, TrainedModel]",
    as_of: str | None,
    settings: dict[str, Any],
) -> "dict[str, Scores]":
    from custintel.scoring import score_customers

    transactions = tables["transactions"]
    day = as_of or settings["observed_until"] or transactions["ordered_at"].max()
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


def _refuse_places(read: list[Path], out: Path, drift: Path | None) -> None:
    refuse_overwriting(read, [out] if drift is None else [out, drift])
    if drift is not None and drift.resolve() == out.resolve():
        raise ValueError(_("--out and --drift name the same file, {file}.", file=out))
    require_places(out, drift)


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
