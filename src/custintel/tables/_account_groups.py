"""Groups of companies: who stands at the top of each."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted
from custintel._text import translate_plural as _n
from custintel.errors import SchemaError


def top_of_each(accounts: pd.DataFrame) -> "pd.Series[str]":
    """Return the company at the top of the group of each one, itself if no other owns it.

    Companies that are named as a parent only are there too. A company that is its own
    parent is at the top, as some systems write it.
    """
    pairs = accounts[["account_id", "parent_account_id"]].drop_duplicates()
    _refuse_two_parents(pairs)
    parents = pairs["parent_account_id"]
    names = pd.Index(pd.unique(pd.concat([pairs["account_id"], parents.dropna()])))
    parent = np.arange(len(names))
    owned = pairs[parents.notna()]
    parent[names.get_indexer(pd.Index(owned["account_id"]))] = names.get_indexer(
        pd.Index(owned["parent_account_id"])
    )
    top = _followed(parent)
    _refuse_cycles(parent, top, names)
    return pd.Series(names.take(top), names)


def _followed(parent: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the parent's parent and so on, to the end; each round doubles the way."""
    top = parent
    for _round in range(len(parent).bit_length()):
        top = top[top]
    return top


def _refuse_two_parents(pairs: pd.DataFrame) -> None:
    twice = pairs.loc[pairs["account_id"].duplicated(), "account_id"].unique()
    if len(twice):
        raise SchemaError(
            _n(
                "{n} company of 'accounts' has more than one row, with different parents: "
                "{examples}. Keep one row for each: custintel.tables.build_accounts(raw).",
                "{n} companies of 'accounts' have more than one row, with different parents: "
                "{examples}. Keep one row for each: custintel.tables.build_accounts(raw).",
                len(twice),
                examples=quoted(twice, most=3),
            )
        )


def _refuse_cycles(parent: NDArray[np.intp], top: NDArray[np.intp], names: pd.Index) -> None:
    in_circle = np.flatnonzero(parent[top] != top)
    if not len(in_circle):
        return
    # As many steps as there are companies lead into the circle; then once round it.
    start = here = int(top[in_circle[0]])
    way = [here]
    while (here := int(parent[here])) != start:
        way.append(here)
    raise SchemaError(
        _n(
            "{n} company of 'accounts' has no top, since companies own each other in a circle: "
            "{circle}. Correct parent_account_id, or leave roll_up out.",
            "{n} companies of 'accounts' have no top, since companies own each other in a "
            "circle: {circle}. Correct parent_account_id, or leave roll_up out.",
            len(in_circle),
            circle=" → ".join(str(names[i]) for i in [*way, start]),
        )
    )
