"""Drift: whether the customers that are scored still are like those a model was trained on."""

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from custintel._checks import quoted, require_columns, require_count, require_distinct, require_type
from custintel._intervals import Floats
from custintel._significance import q_values
from custintel._text import mark as N_
from custintel._text import translate as _
from custintel.errors import SchemaError
from custintel.evaluation._drift_columns import ColumnBins, is_number

_FORMAT = 1
# The rule of thumb of credit scoring (Siddiqi 2006), which knows no sample size.
_SOME, _MUCH = 0.1, 0.25
_VERDICTS = {"none": N_("no drift"), "some": N_("some drift"), "much": N_("much drift")}
# Half a customer in every bin keeps a bin that one side lacks from an infinite index.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class DriftBins:
    """The bins of every column, fixed by the customers that a model was trained on.

    To be stored beside the model, so that later customers can be compared without those it was
    trained on. Nothing of a single customer is kept but the limits between bins; a category is
    kept as it is written.

    Attributes
    ----------
    columns : tuple of ColumnBins
        One per column.
    n : int
        Customers of the reference.
    """

    columns: tuple[ColumnBins, ...]
    n: int

    def to_json(self) -> str:
        """Return the bins as text, to be read by `from_json`."""
        kept = [asdict(each) for each in self.columns]
        return json.dumps({"format": _FORMAT, "n": self.n, "columns": kept}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "DriftBins":
        """Read bins from the text that `to_json` wrote.

        Parameters
        ----------
        text : str
            As written.

        Returns
        -------
        DriftBins
            The bins.

        Raises
        ------
        SchemaError
            If the text is not of that kind.

        Examples
        --------
        >>> bins = drift_bins(pd.DataFrame({"age": [20.0, 30.0, 40.0]}))
        >>> DriftBins.from_json(bins.to_json()) == bins
        True
        """
        try:
            read = json.loads(text)
            if read["format"] != _FORMAT:
                raise ValueError(read["format"])
            columns = tuple(_column(each) for each in read["columns"])
            return cls(columns, int(read["n"]))
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise SchemaError(
                _(
                    "The text holds no bins of drift of format {format}: {error}. Write it with "
                    "DriftBins.to_json().",
                    format=_FORMAT,
                    error=repr(error),
                )
            ) from error


def drift_bins(reference: pd.DataFrame, *, n_bins: int = 10) -> DriftBins:
    """Divide every column into bins, from the customers that a model was trained on.

    Parameters
    ----------
    reference : DataFrame
        One row per customer: features, and scores if wanted; columns of numbers, flags or
        categories.
    n_bins : int, default=10
        Bins of about equal size per column of numbers, 2 or more; one per number where there are
        no more of them; numbers that agree to seven digits are one. Of categories the 50
        commonest have a bin each, of equally common ones the first by name.

    Returns
    -------
    DriftBins
        The bins, for `drift_table` or to be stored.

    Raises
    ------
    SchemaError
        If there are no rows or no columns, or columns share a name.
    ValueError
        If `n_bins` is below 2.

    Examples
    --------
    >>> bins = drift_bins(pd.DataFrame({"orders": [1, 1, 2, 3, 5, 8, 9, 12]}), n_bins=4)
    >>> bins.columns[0].edges, bins.columns[0].counts
    ((1.0, 3.0, 8.0), (2, 2, 2, 2, 0, 0))
    """
    require_count(n_bins, name="n_bins")
    if n_bins < 2:
        raise ValueError(_("n_bins is 2 or more: got {n_bins}.", n_bins=n_bins))
    _require_table(reference, "reference")
    columns = tuple(
        ColumnBins.of(reference[name].rename(str(name)), n_bins) for name in reference.columns
    )
    return DriftBins(columns, len(reference))


def drift_table(
    reference: pd.DataFrame | DriftBins, current: pd.DataFrame, *, n_bins: int = 10
) -> pd.DataFrame:
    """Compare the customers that are scored with those of the reference, column by column.

    The population stability index of a column is Σ (a − e) · ln(a / e) over its bins, with e and
    a the shares of the reference and of the current customers. The bins are those of the
    reference; customers without a value have a bin of their own, and so have categories that it
    did not know. Half a customer is added to every bin, which keeps the index finite.

    Without any drift the index is not 0: with B bins it is about (B − 1) · (1/n + 1/m) for n and
    m customers, and distributed as chi-squared with B − 1 degrees of freedom times (1/n + 1/m).
    The p-value is from that; the rule of thumb (0.1 and 0.25) cries wolf with few customers and
    sleeps with many. It takes the rows to be independent: compare one cut with another, not
    stacked cuts that repeat the customers.

    Parameters
    ----------
    reference : DataFrame or DriftBins
        Customers that the model was trained on, or their bins as stored.
    current : DataFrame
        Customers that are scored; the same columns, others are ignored.
    n_bins : int, default=10
        As in `drift_bins`; without effect on stored bins.

    Returns
    -------
    DataFrame
        Indexed by ``feature``, in the order of the reference.

        - ``psi`` : float, population stability index, 0 or more
        - ``expected_psi`` : float, what it is on average without drift
        - ``p`` : float, chance of such an index without drift, 0-1
        - ``q`` : float, p corrected for the number of columns (Benjamini and Hochberg 1995)
        - ``rule_of_thumb`` : str, ``no drift`` below 0.1, ``some drift`` below 0.25, else
          ``much drift``, in the language in use
        - ``n_bins`` : int, bins in which there is anybody
        - ``missing_share_reference``, ``missing_share`` : float, without a value, 0-1
        - ``unseen_share`` : float, with a category that has no bin of its own, 0-1
        - ``n_reference``, ``n_current`` : int, customers

    Raises
    ------
    SchemaError
        If a table has no rows, columns are missing or share a name, or numbers have become texts.
    TypeError
        If a table is no DataFrame.
    ValueError
        If `n_bins` is below 2.

    References
    ----------
    Siddiqi, N. (2006). Credit Risk Scorecards. Hoboken: Wiley, chapter 9.

    Yurdakul, B. and Naranjo, J. (2020). Statistical properties of the population stability index.
    Journal of Risk Model Validation 14(4), 89-100.

    Examples
    --------
    >>> reference = pd.DataFrame({"channel": ["web"] * 50 + ["shop"] * 50})
    >>> current = pd.DataFrame({"channel": ["web"] * 80 + ["shop"] * 20})
    >>> drift_table(reference, current)[["psi", "expected_psi", "rule_of_thumb"]].round(3)
               psi  expected_psi rule_of_thumb
    feature
    channel  0.406          0.02    much drift
    """
    bins = reference if isinstance(reference, DriftBins) else drift_bins(reference, n_bins=n_bins)
    _require_table(current, "current")
    require_columns(current.columns, [each.name for each in bins.columns], table="current")
    named = current.set_axis([str(name) for name in current.columns], axis=1)
    rows = [_row(each, named[each.name]) for each in bins.columns]
    index = pd.Index([each.name for each in bins.columns], name="feature")
    found = pd.DataFrame(rows, index=index)
    found.insert(3, "q", q_values(found["p"].to_numpy(np.float64)))
    return found.assign(n_reference=bins.n, n_current=len(current))


def _row(bins: ColumnBins, column: pd.Series) -> dict[str, object]:
    _require_kind(bins, column)
    before, after = np.array(bins.counts, np.float64), bins.count(column)
    n, m = before.sum(), after.sum()
    is_used = before + after > 0
    index = _stability_index(before[is_used], after[is_used])
    n_used, per_degree = int(is_used.sum()), 1 / n + 1 / m
    level = "none" if index < _SOME else "some" if index < _MUCH else "much"
    return {
        "psi": index,
        "expected_psi": (n_used - 1) * per_degree,
        # One bin that holds everybody cannot drift.
        "p": float(chi2.sf(index / per_degree, n_used - 1)) if n_used > 1 else 1.0,
        "rule_of_thumb": _(_VERDICTS[level]),
        "n_bins": n_used,
        "missing_share_reference": before[-1] / n,
        "missing_share": after[-1] / m,
        "unseen_share": after[-2] / m,
    }


def _stability_index(before: Floats, after: Floats) -> float:
    e, a = (before + _HALF) / (before + _HALF).sum(), (after + _HALF) / (after + _HALF).sum()
    return float(((a - e) * np.log(a / e)).sum())


def _require_table(table: object, name: str) -> None:
    require_type(table, pd.DataFrame, name=name, what=_("a pandas DataFrame"))
    assert isinstance(table, pd.DataFrame)
    require_distinct([str(column) for column in table.columns], table=name)
    if table.empty:
        raise SchemaError(
            _("Table {name!r} has no rows or no columns: nothing can be compared.", name=name)
        )


def _require_kind(bins: ColumnBins, column: pd.Series) -> None:
    if bins.is_numeric and not is_number(column) and column.notna().any():
        raise SchemaError(
            _(
                "Column {name!r} held numbers in the reference and now holds {dtype}, such as "
                "{examples}. Build the table as it was built then.",
                name=bins.name,
                dtype=column.dtype,
                examples=quoted(column.dropna().iloc[:3]),
            )
        )


def _column(read: dict[str, object]) -> ColumnBins:
    found = {name: tuple(each) if isinstance(each, list) else each for name, each in read.items()}
    made = ColumnBins(**found)  # type: ignore[arg-type]
    edges = np.array(made.edges, np.float64)
    n_bins = len(edges) + 1 if made.is_numeric else len(made.categories)
    if len(made.counts) != n_bins + 2 or not (np.diff(edges) > 0).all():
        raise ValueError(_("the bins of column {name!r} do not fit together", name=made.name))
    return made
