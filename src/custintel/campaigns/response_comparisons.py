"""Who responds more: those written to by one medium, or by another."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from custintel._checks import quoted, require_choice, require_type
from custintel._frames import Frame, has_column, opened, to_pandas
from custintel._intervals import Floats, normal_quantile
from custintel._significance import q_values
from custintel._text import translate as _
from custintel.campaigns._clustered_rates import Common, Compared, Totals, compared
from custintel.campaigns._message_totals import in_order, labels, require_one_value
from custintel.campaigns._messages import RESPONSES, TIMES, messages, with_delivery

_FEW = 5  # responses, or their absence, to be expected: below, the test is rough
_COLUMN = nw.col


def compare_response(
    events: Frame,
    *,
    by: str,
    baseline: object,
    outcome: Literal["response", "information_request", "lead", "sale"] = "response",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the response of groups, such as those written to online, with that of a baseline.

    A claim such as "-50 % of returns on the Internet" can mean two things, and both are here: a
    ratio of 0.5, or 50 points less. It agrees with the data if it lies between the bounds. What
    makes groups differ is not only how they were written to, but also who was: only a random
    split, as `custintel.experiments.compare_arms` takes it, tells these apart.

    Parameters
    ----------
    events : DataFrame
        ``campaign_id``, ``customer_id``, ``event``, ``occurred_at`` and the column `by`; pandas,
        polars, DuckDB, PySpark, pyarrow, or the path of a Parquet file. Of a campaign without
        ``delivered`` rows, all that was sent and did not bounce was delivered.
    by : str
        Column whose values are the groups, such as a ``medium`` that is ``online`` or
        ``offline``, brought to the events by `custintel.tables.add_columns`.
    baseline : str, number or bool
        The value of `by` that the others are compared with.
    outcome : {"response", "information_request", "lead", "sale"}, default="response"
        What counts; a response is any of the other three.
    level : float, default=0.95
        Probability that the intervals aim to cover, between 0 and 1.

    Returns
    -------
    DataFrame
        Indexed by `by`, in order of name, ``(missing)`` last; without the baseline.

        - ``n_contacts`` : int, contacts delivered to; ``n_common``, of these, those delivered
          to by the baseline too
        - ``n_delivered``, ``n_responded`` : int, messages, each contact once a campaign
        - ``response_rate``, ``response_rate_low``, ``response_rate_high`` : float, 0-1,
          ``n_responded`` ÷ ``n_delivered``; NaN, like all that follows from it, if nothing was
          delivered
        - ``baseline_delivered``, ``baseline_responded`` : int, and ``baseline_rate``,
          ``baseline_rate_low``, ``baseline_rate_high`` : float, the same of the baseline
        - ``difference``, ``difference_low``, ``difference_high`` : float, -1 to 1, rate less
          that of the baseline
        - ``ratio``, ``ratio_low``, ``ratio_high`` : float, rate ÷ that of the baseline; NaN if
          neither has a response, infinite if the baseline has none, as is ``ratio_high`` if it
          may have none
        - ``p`` : float, 0-1, two-sided, that the rates are equal
        - ``q`` : float, 0-1, adjusted for all rows of the table (Benjamini-Hochberg)
        - ``is_small`` : bool, whether less than five responses, or contacts without, are to be
          expected of one of the two if the rates are equal, so that ``p`` is rough

    Raises
    ------
    SchemaError
        If a column is missing, a word of ``event`` is not known, or `by` has several values for
        one contact in one campaign.
    ValueError
        If nothing was delivered to the baseline, there is no other group, or `outcome` or
        `level` is not as described.

    Notes
    -----
    Contacts may have been written to several times, and in both groups: the variances are those
    of sums by contact. An interval of a rate is Wilson's, for as many independent messages as
    would vary as much; the two are combined by the method of variance estimates recovery. Of
    contacts written to once, the difference has the interval of Newcombe (1998) and the test
    is Pearson's; of contacts written to once in each group, it is McNemar's.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine 17, 873-890.

    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine 27, 1693-1702.

    Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the
    normal mean and standard deviation. Statistical Methods in Medical Research 21, 347-359.

    Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small
    expected number of positive counts estimated from survey data. Survey Methodology 24,
    193-201.

    Examples
    --------
    >>> contacts = [f"c{i}" for i in range(400)]
    >>> events = pd.DataFrame({
    ...     "campaign_id": ["mail"] * 200 + ["letter"] * 200 + ["mail"] * 10 + ["letter"] * 20,
    ...     "customer_id": contacts + contacts[:10] + contacts[200:220],
    ...     "event": ["sent"] * 400 + ["lead"] * 30,
    ...     "occurred_at": pd.Timestamp("2024-05-02"),
    ... })
    >>> events["medium"] = events["campaign_id"].map({"mail": "online", "letter": "offline"})
    >>> table = compare_response(events, by="medium", baseline="offline")
    >>> table[["response_rate", "baseline_rate", "ratio", "ratio_low", "ratio_high"]].round(2)
            response_rate  baseline_rate  ratio  ratio_low  ratio_high
    medium
    online           0.05            0.1    0.5       0.24        1.03
    """
    require_type(by, str, name="by", what=_("the name of a column"))
    require_choice(outcome, ("response", *RESPONSES), name="outcome")
    normal_quantile(level)
    contacts = _per_contact(opened(events), by, outcome)
    is_whole = by in TIMES and not has_column(events, by)
    totals = _totals(contacts, by, is_whole=is_whole)
    raw = _raw_baseline(totals, baseline, by)
    products = _products(contacts, raw, is_whole=is_whole).reindex(totals.index, fill_value=0.0)
    is_baseline = totals.index == baseline
    groups = in_order(totals[~is_baseline]).rename_axis(by)
    repeated = totals[is_baseline].iloc[[0] * len(groups)]
    return _table(groups, repeated, products.reindex(groups.index), level)


def _per_contact(events: Frame, by: str, outcome: str) -> nw.LazyFrame[Any]:
    """Return the messages and responses of each contact in each group."""
    counted = RESPONSES if outcome == "response" else (outcome,)
    n_outcomes = sum((_COLUMN(f"n_{name}") for name in counted), nw.lit(0))
    responded = (n_outcomes > 0).cast(nw.Int64)
    found = with_delivery(messages(events, by=by))
    n = _COLUMN("was_delivered").cast(nw.Int64)
    flags = found.select("group", "customer_id", "is_divided", trials=n, successes=n * responded)
    return flags.group_by("group", "customer_id").agg(
        *(_COLUMN(name).sum() for name in ("is_divided", "trials", "successes"))
    )


def _totals(contacts: nw.LazyFrame[Any], by: str, *, is_whole: bool) -> pd.DataFrame:
    n, y = _COLUMN("trials"), _COLUMN("successes")
    flagged = contacts.with_columns(n_contacts=(n > 0).cast(nw.Int64), nn=n * n, ny=n * y, yy=y * y)
    sums = ["is_divided", "n_contacts", "trials", "successes", "nn", "ny", "yy"]
    table = to_pandas(flagged.group_by("group").agg(*(_COLUMN(name).sum() for name in sums)))
    require_one_value(int(table["is_divided"].sum()), by)
    names = labels(table["group"], is_whole=is_whole)
    plain = [value.item() if isinstance(value, np.generic) else value for value in table["group"]]
    raw = pd.Series(plain, table.index, dtype=object)
    return table[sums[1:]].astype(float).assign(raw=raw).set_index(pd.Index(names, dtype=object))


def _raw_baseline(totals: pd.DataFrame, baseline: object, by: str) -> object:
    """Return the value of the baseline as the engine knows it."""
    is_baseline = totals.index == baseline
    told = totals.index[totals["trials"] > 0]
    is_known = is_baseline.any() and totals.loc[is_baseline, "raw"].notna().all()
    if not is_known or baseline not in told or len(totals) < 2:
        raise ValueError(
            _(
                "baseline is one of two values or more of {by!r} to which something was "
                "delivered: got {baseline!r}, there are {known}.",
                by=by,
                baseline=baseline,
                known=quoted(told, most=8) or _("none"),
            )
        )
    found: object = totals.loc[is_baseline, "raw"].iloc[0]
    return found


def _products(contacts: nw.LazyFrame[Any], raw: Any, *, is_whole: bool) -> pd.DataFrame:
    """Return sums over the contacts of each group who are in the baseline too, by group."""
    there = contacts.filter(_COLUMN("group") == raw, _COLUMN("trials") > 0)
    there = there.select("customer_id", m=_COLUMN("trials"), z=_COLUMN("successes"))
    both = contacts.filter(_COLUMN("trials") > 0).join(there, on="customer_id")
    n, y, m, z = (_COLUMN(name) for name in ("trials", "successes", "m", "z"))
    products = both.with_columns(yz=y * z, ym=y * m, nz=n * z, nm=n * m)
    sums = {name: _COLUMN(name).sum() for name in ("yz", "ym", "nz", "nm")}
    found = to_pandas(products.group_by("group").agg(n_common=nw.len(), **sums))
    names = pd.Index(labels(found.pop("group"), is_whole=is_whole), dtype=object)
    return found.astype(float).set_index(names)


def _table(
    groups: pd.DataFrame, baseline: pd.DataFrame, products: pd.DataFrame, level: float
) -> pd.DataFrame:
    one, other = _as_totals(groups), _as_totals(baseline)
    shared = [products[name].to_numpy() for name in ("yz", "ym", "nz", "nm")]
    found = compared(one, other, Common(*shared), level)
    columns = {
        "n_contacts": groups["n_contacts"].astype("int64"),
        "n_common": products["n_common"].astype("int64"),
        "n_delivered": groups["trials"].astype("int64"),
        "n_responded": groups["successes"].astype("int64"),
        **_rate("response_rate", one, level),
        "baseline_delivered": other.trials.astype("int64"),
        "baseline_responded": other.successes.astype("int64"),
        **_rate("baseline_rate", other, level),
        **_comparison(found),
        "is_small": _fewest(one, other) < _FEW,
    }
    return pd.DataFrame(columns, index=groups.index)


def _as_totals(table: pd.DataFrame) -> Totals:
    names = ("n_contacts", "trials", "successes", "nn", "ny", "yy")
    return Totals(*(table[name].to_numpy(float) for name in names))


def _rate(name: str, totals: Totals, level: float) -> dict[str, Any]:
    bounds = totals.interval(level)
    return {name: totals.rate(), f"{name}_low": bounds.low, f"{name}_high": bounds.high}


def _comparison(found: Compared) -> dict[str, Any]:
    return {
        "difference": found.difference,
        "difference_low": found.difference_bounds.low,
        "difference_high": found.difference_bounds.high,
        "ratio": found.ratio,
        "ratio_low": found.ratio_bounds.low,
        "ratio_high": found.ratio_bounds.high,
        "p": found.p,
        "q": q_values(found.p),
    }


def _fewest(one: Totals, other: Totals) -> Floats:
    """Return the fewest responses, or absences of one, to be expected of equal rates."""
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (one.successes + other.successes) / (one.trials + other.trials)
    rarer = np.minimum(pooled, 1 - pooled)
    return np.asarray(rarer * np.minimum(one.n_effective(), other.n_effective()))
