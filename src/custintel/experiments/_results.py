"""Results of an experiment, one row per customer, added up by arm on the engine they are on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from custintel import _formats as formats
from custintel._checks import quoted
from custintel._frames import Frame, as_narwhals, has_column, is_missing, lazy, text_id, to_pandas
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning

TABLE = "experiment_results"
_LARGEST = 1e30  # nobody's outcome; cubes of it can still be added up
_SUMS = ["y", "yy", "yyy", "x", "xx", "xy"]


@dataclass(frozen=True, slots=True, eq=False)
class ArmSums:
    """What the outcomes of each arm add up to, and what was left out.

    ``table`` has a row per arm (and per look, if asked for), as two or one columns of text and
    numbers: ``n_customers`` in it, ``n`` with an outcome, ``n_without_covariate`` of these, the
    ``largest`` distance from the middle, and the sums of outcome and covariate, of their
    squares, cubes and products, around `y_middle` and `x_middle`. ``lines`` are the customers
    with an outcome: ``customer`` (empty without ids), ``arm``, ``y`` and ``x``.
    """

    table: pd.DataFrame
    y_middle: float
    x_middle: float
    is_binary: bool
    n_in_two_arms: int
    lines: nw.LazyFrame[Any]


def read_results(
    results: Frame, outcome: str, *, covariate: str | None = None, by: Sequence[str] = ("arm",)
) -> ArmSums:
    """Check the results, set aside who is in two arms or in none, and add the others up."""
    frame = _with_ids_as_column(results)
    lines = _lines(frame, outcome, covariate, by)
    lines, n_in_two_arms = _in_one_arm(lines, has_id=has_column(frame, "customer_id"), by=by)
    ranges = to_pandas(_ranges(lines)).iloc[0]
    _require_numbers(lines, ranges, {"y": outcome, "x": covariate})
    middles = {name: _middle(ranges[f"{name}_sum"], ranges[f"{name}_known"]) for name in "yx"}
    known = lines.filter(~nw.col("y").is_null())
    table = to_pandas(_sums(lines, middles, by))
    for name in by:
        table[name] = table[name].astype("str")
    counts = ["n_customers", "n", "n_without_covariate"]
    table[counts] = table[counts].astype("int64")
    table[[*_SUMS, "largest"]] = table[[*_SUMS, "largest"]].astype(float).fillna(0.0)
    _warn_missing(table, outcome)
    return ArmSums(
        table=table.sort_values(list(by), ignore_index=True),
        y_middle=middles["y"],
        x_middle=middles["x"],
        is_binary=bool(ranges["n_other"] == 0),
        n_in_two_arms=n_in_two_arms,
        lines=known.select("customer", "arm", "y", nw.col("x").fill_null(middles["x"])),
    )


def _with_ids_as_column(results: Frame) -> Frame:
    # Tables with one row per customer have the ids as their index.
    is_indexed = isinstance(results, pd.DataFrame) and results.index.name == "customer_id"
    return results.reset_index() if is_indexed else results


def _lines(
    frame: Frame, outcome: str, covariate: str | None, by: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Return arm, outcome, covariate and id as ``arm``, ``y``, ``x`` and ``customer``."""
    ids = ["customer_id"] if has_column(frame, "customer_id") else []
    numbers = [outcome] if covariate is None else [outcome, covariate]
    _require_apart([*by, *ids], numbers)
    columns = [*by, *ids, *numbers]
    given = as_narwhals(frame).collect_schema()
    found = lazy(frame, columns, table=TABLE)
    schema = found.collect_schema()
    for name in numbers:
        _require_numeric(name, given[name])
    selected = {"y": _number(outcome, schema[outcome])}
    selected["x"] = nw.lit(0.0) if covariate is None else _number(covariate, schema[covariate])
    selected |= {name: _label(name, schema[name]) for name in by}
    selected["customer"] = nw.col("customer_id") if ids else nw.lit("")
    return found.select(**selected)


def _require_apart(names: Sequence[str], numbers: Sequence[str]) -> None:
    given = [*names, *numbers]
    repeated = sorted({name for name in numbers if given.count(name) > 1})
    if repeated:
        raise ValueError(
            _(
                "The outcome and the covariate are columns of their own: {columns} comes twice.",
                columns=quoted(repeated),
            )
        )


def _require_numeric(name: str, dtype: nw.dtypes.DType) -> None:
    if not (dtype.is_numeric() or dtype == nw.Boolean or dtype == nw.Object):
        raise SchemaError(
            _(
                "Column {name!r} of 'experiment_results' holds {kind}; it needs numbers, or True "
                "and False. Convert it first.",
                name=name,
                kind=dtype,
            )
        )


def _number(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return a column as floats, null where missing."""
    return nw.when(~is_missing(name, dtype)).then(nw.col(name).cast(nw.Float64))


def _label(name: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Return a column of labels as text, the same from every engine."""
    if dtype == nw.Boolean:
        known = nw.when(nw.col(name)).then(nw.lit("True")).otherwise(nw.lit("False"))
        return nw.when(~nw.col(name).is_null()).then(known)
    text = text_id(name, dtype)
    return nw.col(name) if text is None else text


def _in_one_arm(
    lines: nw.LazyFrame[Any], *, has_id: bool, by: Sequence[str]
) -> tuple[nw.LazyFrame[Any], int]:
    """Return the customers that are in one arm, and the number of those in several."""
    is_known = ~nw.any_horizontal(*(nw.col(name).is_null() for name in by), ignore_nulls=False)
    counted = lines.select(n=nw.len(), n_known=is_known.cast(nw.Int64).sum())
    n_rows, n_known = (int(each) for each in to_pandas(counted).fillna(0).iloc[0])
    _require_some(n_known)
    if n_known < n_rows:
        warn(_without_label(n_rows - n_known, n_rows, by), SetAsideWarning)
    lines = lines.filter(is_known)
    if not has_id:
        return lines, 0
    by_customer = lines.group_by("customer").agg(
        n=nw.len(), first=nw.col("arm").min(), last=nw.col("arm").max()
    )
    several = by_customer.filter(nw.col("n") > 1)
    _require_one_row(several.filter(nw.col("first") == nw.col("last")))
    torn = several.filter(nw.col("first") != nw.col("last")).select("customer")
    ids = to_pandas(torn)["customer"]
    if not len(ids):
        return lines, 0
    warn(_in_two_arms(sorted(ids)), SetAsideWarning)
    return lines.join(torn, on="customer", how="anti"), len(ids)


def _require_some(n: int) -> None:
    if not n:
        raise SchemaError(
            _("Table 'experiment_results' has no row with an arm: there is nothing to compare.")
        )


def _require_one_row(repeated: nw.LazyFrame[Any]) -> None:
    ids = sorted(to_pandas(repeated.select("customer"))["customer"])
    if ids:
        raise SchemaError(
            _n(
                "{n} customer of 'experiment_results' has several rows: {examples}. Add its "
                "outcomes up first, to one row per customer.",
                "{n} customers of 'experiment_results' have several rows: {examples}. Add their "
                "outcomes up first, to one row per customer.",
                len(ids),
                examples=quoted(ids, most=3),
            )
        )


def _without_label(n: int, n_rows: int, by: Sequence[str]) -> str:
    return _n(
        "{n} of {total} rows of 'experiment_results' has no {columns}, and is left out.",
        "{n} of {total} rows of 'experiment_results' have no {columns}, and are left out.",
        n,
        n=formats.number(n),
        total=formats.number(n_rows),
        columns=quoted(by),
    )


def _in_two_arms(ids: Sequence[str]) -> str:
    return _n(
        "{n} customer is in several arms, and is left out: {examples}. More than a few would mean "
        "that the assignment failed.",
        "{n} customers are in several arms, and are left out: {examples}. More than a few would "
        "mean that the assignment failed.",
        len(ids),
        examples=quoted(ids, most=3),
    )


def _ranges(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    y, x = nw.col("y"), nw.col("x")
    return lines.select(
        y_known=(~y.is_null()).cast(nw.Int64).sum(),
        x_known=(~x.is_null()).cast(nw.Int64).sum(),
        y_sum=_within(y).sum(),
        x_sum=_within(x).sum(),
        y_huge=_is_huge(y).cast(nw.Int64).sum(),
        x_huge=_is_huge(x).cast(nw.Int64).sum(),
        n_other=((y != 0) & (y != 1)).cast(nw.Int64).sum(),
    )


def _is_huge(number: nw.Expr) -> nw.Expr:
    return number.abs() > _LARGEST


def _within(number: nw.Expr) -> nw.Expr:
    # Engines meet infinity in their own ways; such columns are refused anyway.
    return nw.when(~_is_huge(number)).then(number)


def _require_numbers(
    lines: nw.LazyFrame[Any], ranges: "pd.Series[Any]", names: dict[str, str | None]
) -> None:
    for column, name in names.items():
        n = int(ranges[f"{column}_huge"])
        if n:
            found = to_pandas(lines.filter(_is_huge(nw.col(column))).select(column).head(3))
            raise SchemaError(
                _n(
                    "{n} row of 'experiment_results' has a {name!r} that is infinite or beyond "
                    "{most:.0e}: {examples}. Mend it first.",
                    "{n} rows of 'experiment_results' have a {name!r} that is infinite or beyond "
                    "{most:.0e}: {examples}. Mend them first.",
                    n,
                    name=name,
                    most=_LARGEST,
                    examples=quoted(found[column]),
                )
            )


def _middle(total: float, n: int) -> float:
    return float(total) / int(n) if n else 0.0


def _sums(
    lines: nw.LazyFrame[Any], middles: dict[str, float], by: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Add up around the middle of all, so that large outcomes lose no digits."""
    known = (~nw.col("y").is_null()).cast(nw.Int64)
    # Who has no covariate is not adjusted: the middle stands for it.
    x = (nw.col("x") - middles["x"]).fill_null(0.0) * known
    is_bare = nw.col("x").is_null() & ~nw.col("y").is_null()
    away = lines.select(
        *by,
        n_customers=nw.lit(1),
        n=known,
        n_without_covariate=is_bare.cast(nw.Int64),
        y=nw.col("y") - middles["y"],
        x=x,
    )
    y, x = nw.col("y"), nw.col("x")
    powers = away.with_columns(yy=y * y, yyy=y * y * y, xx=x * x, xy=y * x, largest=y.abs())
    added = ["n_customers", "n", "n_without_covariate", *_SUMS]
    return powers.group_by(*by).agg(
        nw.col("largest").max(), *(nw.col(name).sum() for name in added)
    )


def _warn_missing(table: pd.DataFrame, outcome: str) -> None:
    by_arm = table.groupby("arm")[["n_customers", "n"]].sum()
    missing = by_arm["n_customers"] - by_arm["n"]
    n = int(missing.sum())
    if n:
        told = [
            _("{arm} {n}", arm=repr(arm), n=formats.number(each))
            for arm, each in missing[missing > 0].items()
        ]
        warn(
            _n(
                "{n} customer has no {outcome!r}, and is left out: {arms}.",
                "{n} customers have no {outcome!r}, and are left out: {arms}.",
                n,
                n=formats.number(n),
                outcome=outcome,
                arms=", ".join(told[:12]),
            ),
            SetAsideWarning,
        )
