"""The company as the unit of analysis: what is said of customers, said of accounts."""

from typing import Any, Literal

import narwhals as nw
import pandas as pd

from custintel._checks import quoted, require_choice
from custintel._frames import Frame
from custintel._lookups import (
    handed_back,
    lines_per_id,
    looked_up,
    read_lookup,
    require_new,
)
from custintel._text import translate as _
from custintel._text import translate_plural as _n
from custintel._warnings import warn
from custintel.errors import SchemaError, SetAsideWarning, WeakResultWarning
from custintel.tables._account_groups import top_of_each


def by_account(
    transactions: Frame,
    customers: Frame,
    *,
    accounts: Frame | None = None,
    roll_up: bool = False,
    without: Literal["keep", "drop"] = "keep",
) -> Any:
    """Make companies the customers: what takes customers then works for companies.

    In the result ``customer_id`` is the company of the person who bought. People without a
    company, or whom `customers` does not know, stand for themselves or are left out; a
    warning counts them.

    Parameters
    ----------
    transactions : DataFrame
        ``customer_id`` and anything else; pandas, polars, DuckDB, PySpark, pyarrow, or the
        path of a Parquet file.
    customers : DataFrame
        ``customer_id`` and ``account_id``, of any engine; read into memory.
    accounts : DataFrame, optional
        ``account_id``, of any engine; companies that it lacks are counted in a warning.
        With `roll_up` it needs ``parent_account_id`` too.
    roll_up : bool, default=False
        Whether subsidiaries count for the company at the top of their group.
    without : {"keep", "drop"}, default="keep"
        ``"keep"`` leaves people without a company as customers of their own, ``"drop"``
        leaves their lines out.

    Returns
    -------
    DataFrame
        The transactions, in a frame of the kind that was given (of a Parquet file: a DuckDB
        relation), with

        - ``customer_id`` : str, the company, or the person's own id
        - ``contact_id`` : str, the person who bought, in a new column
        - ``account_id`` : str, the company, in a new column; missing for people without one
        - all other columns, as they were

    Raises
    ------
    SchemaError
        If a column is missing, a person belongs to two companies, companies own each other
        in a circle, a person without company has the id of a company, or the transactions
        have a ``contact_id`` or an ``account_id`` already.
    ValueError
        If `roll_up` is asked for without `accounts`.

    Examples
    --------
    >>> transactions = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cyd"], "revenue": [10.0, 20.0, 40.0]
    ... })
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "cyd"], "account_id": ["Acme", "Acme", "Bolt"]
    ... })
    >>> companies = by_account(transactions, customers)
    >>> companies.groupby("customer_id")["revenue"].sum().to_dict()
    {'Acme': 30.0, 'Bolt': 40.0}
    >>> companies["contact_id"].tolist()
    ['ann', 'bob', 'cyd']
    """
    require_choice(without, ("keep", "drop"), name="without")
    if roll_up and accounts is None:
        raise ValueError(_("roll_up=True follows parent_account_id: give accounts=… as well."))
    require_new(
        transactions,
        ["contact_id", "account_id"],
        advice=_(
            "Rename it first. If the lines name their company themselves, no table of "
            "customers is needed: rename that column to customer_id."
        ),
    )
    lines = lines_per_id(transactions, "customer_id")
    company = _companies(customers)
    used = company.reindex(lines.index)
    if accounts is not None:
        company = _in_accounts(company, used, accounts, roll_up)
        used = company.reindex(lines.index)
    if without == "keep":
        _refuse_shared_ids(used)
    _warn_without(lines, used, company.index, without)
    return handed_back(_units(transactions, used, without), transactions)


def _companies(customers: Frame) -> "pd.Series[str]":
    """Return the company of each person, missing for those without one."""
    pairs = read_lookup(customers, ["customer_id", "account_id"], table="customers")
    # A person may be listed once with a company and once without: the company is known then.
    pairs = pairs.drop_duplicates().sort_values("account_id", na_position="last", kind="stable")
    named = pairs.dropna(subset="account_id")
    twice = named.loc[named["customer_id"].duplicated(), "customer_id"].unique()
    if len(twice):
        raise SchemaError(
            _n(
                "{n} person of 'customers' belongs to more than one company: {examples}. "
                "Keep one row for each person: custintel.tables.build_customers(raw).",
                "{n} people of 'customers' belong to more than one company: {examples}. "
                "Keep one row for each person: custintel.tables.build_customers(raw).",
                len(twice),
                examples=quoted(twice, most=3),
            )
        )
    return pairs.drop_duplicates("customer_id").set_index("customer_id")["account_id"]


def _in_accounts(
    company: "pd.Series[str]", used: "pd.Series[str]", accounts: Frame, roll_up: bool
) -> "pd.Series[str]":
    """Return the companies after those that `accounts` lacks are told, rolled up if asked."""
    columns = ["account_id", "parent_account_id"] if roll_up else ["account_id"]
    table = read_lookup(accounts, columns, table="accounts")
    top = top_of_each(table) if roll_up else pd.Series(dtype=object)
    rolled = company.map(top).where(company.isin(top.index), company) if roll_up else company
    seen = pd.Index(pd.unique(pd.concat([used.dropna(), rolled.reindex(used.index).dropna()])))
    unknown = seen[~seen.isin(table["account_id"])]
    if len(unknown):
        message = _n(
            "{n} company of these customers is not in 'accounts': {examples}. It stands for "
            "itself.",
            "{n} companies of these customers are not in 'accounts': {examples}. They stand "
            "for themselves.",
            len(unknown),
            examples=quoted(unknown.sort_values(), most=3),
        )
        warn(message, WeakResultWarning)
    return rolled


def _refuse_shared_ids(used: "pd.Series[str]") -> None:
    """Raise if a person who stands alone would be taken for a company."""
    alone = used.index[used.isna()]
    shared = alone[alone.isin(used.dropna())]
    if len(shared):
        raise SchemaError(
            _n(
                "{n} person without a company has the id of a company: {examples}. Make the "
                "ids of people and companies differ, or leave such people out: without='drop'.",
                "{n} people without a company have the id of a company: {examples}. Make the "
                "ids of people and companies differ, or leave such people out: without='drop'.",
                len(shared),
                examples=quoted(shared.sort_values(), most=3),
            )
        )


def _warn_without(
    lines: "pd.Series[int]", used: "pd.Series[str]", known: pd.Index, without: str
) -> None:
    alone = lines[used.isna().to_numpy()]
    if alone.empty:
        return
    is_unknown = ~alone.index.isin(known)
    message = _n(
        "{n:,} of {n_people:,} customers has no company ({n_unknown:,} not in 'customers'), "
        "with {n_lines:,} of {n_all:,} lines: {examples}. {treated}",
        "{n:,} of {n_people:,} customers have no company ({n_unknown:,} not in 'customers'), "
        "with {n_lines:,} of {n_all:,} lines: {examples}. {treated}",
        len(alone),
        n_people=len(lines),
        n_unknown=int(is_unknown.sum()),
        n_lines=int(alone.sum()),
        n_all=int(lines.sum()),
        examples=quoted(alone.index.sort_values(), most=3),
        treated=_("Each stands for itself; without='drop' leaves them out.")
        if without == "keep"
        else _("They are left out; without='keep' lets each stand for itself."),
    )
    category = WeakResultWarning if without == "keep" else SetAsideWarning
    warn(message, category)


def _units(transactions: Frame, used: "pd.Series[str]", without: str) -> nw.LazyFrame[Any]:
    lookup = pd.DataFrame({"customer_id": used.index, "account_id": used.to_numpy()})
    found = looked_up(transactions, lookup, on="customer_id")
    if without == "drop":
        found = found.filter(~nw.col("account_id").is_null())
    order = [*found.collect_schema().names()[:-1], "contact_id", "account_id"]
    return (
        found.with_columns(contact_id=nw.col("customer_id"))
        .with_columns(customer_id=nw.coalesce("account_id", "customer_id"))
        .select(order)
    )
