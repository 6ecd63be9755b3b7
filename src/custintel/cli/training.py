"""``custintel train``: models from exports, tested on days that they had not seen."""

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from custintel._checks import require_choice
from custintel._text import translate as _
from custintel.cli._errors import errors_in_one_line, require_places
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
from custintel.errors import WeakResultWarning

if TYPE_CHECKING:
    import pandas as pd

    from custintel.models import ChurnModel, PropensityModel
    from custintel.scoring import TrainedModel

_FEWEST_DAYS = 2
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@app.command(help=_("Train a model on exports of purchases, test it, and keep it in a folder."))
def train(  # noqa: PLR0913 - each is an option of the command
    paths: Paths,
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
        str | None,
        typer.Option(
            help=_(
                "logistic, boosting or lightgbm, by default logistic; of who buys something also "
                "auto, the default, firth or segment_rate."
            )
        ),
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
    customers: Customers = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help=_("Column of --customers among the features."))
    ] = None,
    touches: Touches = None,
    observed_until: ObservedUntil = None,
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
        days = _checked_days(as_of)
        model = _new_model(has_conditions=bool(conditions), method=method)
        _require_spans(window, horizon, *([] if gap in (None, "0D") else [gap]))
        _require_customers(customers, attribute, population)
        require_places(models / name / "manifest.json")
        tables = read_tables(
            paths,
            {"customers": customers, "touches": touches},
            columns=column,
            conventions=conventions(currency, decimal, date_order, timezone),
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
            model=model,
            conditions=conditions,
            days=days,
            with_purchase_model=purchase_model,
        )
        _keep(trained, models / name)


def _train(  # noqa: PLR0913 - what is asked for on the command line
    tables: "dict[str, pd.DataFrame]",
    settings: dict[str, Any],
    *,
    name: str,
    model: "ChurnModel | PropensityModel",
    conditions: dict[str, str],
    days: "list[pd.Timestamp] | None",
    with_purchase_model: bool,
) -> "TrainedModel":
    from custintel.models import ModifiedBetaGeoModel
    from custintel.scoring import train_model, training_days
    from custintel.tables import PurchaseLabel

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


def _keep(trained: "TrainedModel", folder: Path) -> None:
    from custintel.scoring._model_folder import is_model_folder

    was_there = is_model_folder(folder)
    trained.save(folder)
    if was_there:
        tell(_("Replaced the model in {folder}", folder=folder))
    else:
        tell(_("Wrote {folder}", folder=folder))


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


def _checked_days(days: list[str] | None) -> "list[pd.Timestamp] | None":
    """Return the days to learn from; None where they are to be found."""
    from custintel._time import as_day

    if not days:
        return None
    found = [as_day(day, name="--as-of") for day in days]
    if len(set(found)) < _FEWEST_DAYS:
        raise ValueError(
            _(
                "--as-of names a day to learn from, and the newest one is for the test: give two "
                "days or more, or none to have them found.",
            )
        )
    return found


def _new_model(*, has_conditions: bool, method: str | None) -> "ChurnModel | PropensityModel":
    from custintel.models import ChurnModel, PropensityModel
    from custintel.models._boosting_learner import require_lightgbm
    from custintel.models._stored_outcomes import skops_io

    kind = PropensityModel if has_conditions else ChurnModel
    if method is None:
        return kind()
    # A fit checks it too, when all files have been read.
    require_choice(method, kind._methods, name="--method")
    if method == "boosting":
        skops_io()
    if method == "lightgbm":
        require_lightgbm()
    return kind(method=method)


def _require_customers(
    customers: Path | None, attributes: list[str] | None, population: str
) -> None:
    """Refuse a file of customers that nothing needs, and the want of one that something does."""
    if customers is None and (attributes or population == "known"):
        raise ValueError(_("--attribute and --population known need a file: --customers FILE."))
    if customers is not None and not attributes and population != "known":
        raise ValueError(
            _("--customers is read for --attribute or --population known: name what it is for.")
        )


def _require_spans(*spans: str) -> None:
    """Refuse lengths that are none before files are read."""
    from custintel._time import Span

    for span in spans:
        Span.parse(span)
