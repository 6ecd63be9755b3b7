"""Who stands at the top of each group of companies."""

import itertools
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custintel.errors import SchemaError
from custintel.tables._account_groups import top_of_each

LETTERS = "abcdefghijkl"


def accounts(parents):
    return pd.DataFrame(
        {"account_id": list(parents), "parent_account_id": list(parents.values())}, dtype=object
    )


def test_tops_of_a_small_group():
    table = accounts({"shop": "chain", "chain": "holding", "holding": None, "alone": None})
    assert top_of_each(table).to_dict() == {
        "shop": "holding",
        "chain": "holding",
        "holding": "holding",
        "alone": "alone",
    }


def test_a_company_that_is_its_own_parent_is_at_the_top():
    assert top_of_each(accounts({"a": "a", "b": "a"})).to_dict() == {"a": "a", "b": "a"}


def test_a_parent_without_a_row_is_at_the_top():
    assert top_of_each(accounts({"a": "z"})).to_dict() == {"a": "z", "z": "z"}


def test_no_company_has_no_top():
    assert top_of_each(accounts({})).empty


def test_a_long_chain_ends():
    n = 5000
    names = [str(i) for i in range(n)]
    table = accounts(dict(zip(names, [*names[1:], None], strict=True)))
    assert set(top_of_each(table)) == {str(n - 1)}


@pytest.mark.parametrize(
    ("parents", "n", "circle"),
    [
        ({"a": "b", "b": "a"}, 2, {"a", "b"}),
        ({"a": "b", "b": "c", "c": "a"}, 3, {"a", "b", "c"}),
        ({"x": "a", "a": "b", "b": "c", "c": "d", "d": "a", "e": None}, 5, set("abcd")),
    ],
)
def test_circles_are_named(parents, n, circle):
    with pytest.raises(SchemaError, match=f"^{n} companies of 'accounts' have no top") as error:
        top_of_each(accounts(parents))
    way = re.search(r"circle: (.*?)\.", str(error.value))[1].split(" → ")
    assert set(way) == circle
    assert way[0] == way[-1]
    assert all(parents[child] == owner for child, owner in itertools.pairwise(way))


def test_two_parents_are_refused():
    table = pd.DataFrame({"account_id": ["a", "a"], "parent_account_id": ["b", "c"]})
    with pytest.raises(SchemaError, match=r"1 company .* with different parents: 'a'"):
        top_of_each(table)
    assert top_of_each(pd.concat([table.head(1)] * 2)).to_dict() == {"a": "b", "b": "b"}


def followed(parents, company):
    """Follow one parent after the other; None if that comes back to where it was."""
    seen = []
    while parents.get(company) not in (None, company):
        if company in seen:
            return None
        seen.append(company)
        company = parents[company]
    return company


@given(st.dictionaries(st.sampled_from(LETTERS), st.sampled_from([*LETTERS, None]), min_size=1))
def test_tops_are_those_that_are_found_by_walking(parents):
    expected = {company: followed(parents, company) for company in parents}
    endless = [company for company, top in expected.items() if top is None]
    if endless:
        with pytest.raises(SchemaError, match="in a circle"):
            top_of_each(accounts(parents))
    else:
        found = top_of_each(accounts(parents))
        assert {company: found[company] for company in parents} == expected
