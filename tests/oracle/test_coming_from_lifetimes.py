"""The page "Coming from lifetimes": what it shows runs, and what it claims to be equal is.

Blocks are named by whose they are. A line ``# ours equals theirs to 1e-8`` is a claim about the
values of that block and the one before it. What lifetimes can no longer do on pandas 3 is run
where the oldest supported packages are tested.
"""

import ast
import importlib
import re
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custintel.errors import WeakResultWarning
from custintel.tables import purchase_history, purchase_holdout

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "coming-from-lifetimes.md"
TEXT = PAGE.read_text("utf-8")
BLOCK = re.compile(r'^```python title="([^"]+)"\n(.*?)^```', re.DOTALL | re.MULTILINE)
CLAIM = re.compile(r"^# ours equals theirs to (\S+)$", re.MULTILINE)
OURS, THEIRS, ON_PANDAS_2 = "custintel", "lifetimes", "lifetimes, pandas 2"
IS_PANDAS_3 = int(pd.__version__.partition(".")[0]) >= 3
START, *EXAMPLES = TEXT.partition("## Side by side")[2].split("\n### ")


def title(example):
    return example.partition("\n")[0]


def run(block, names):
    """Run a block of one of the packages; lifetimes may warn of anything, ours of weakness."""
    whose, code = block
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", WeakResultWarning if whose == OURS else Warning)
        exec(compile(code, PAGE.name, "exec"), names)


def start_afresh():
    import matplotlib.pyplot as plt

    plt.close("all")  # lifetimes draws on the figure that is open


@pytest.fixture(scope="module")
def start():
    names = {}
    for block in BLOCK.findall(START):
        run(block, names)
    return names


@pytest.mark.parametrize("example", EXAMPLES, ids=title)
def test_both_give_the_same(example, start, tmp_path, monkeypatch):
    blocks = BLOCK.findall(example)
    if IS_PANDAS_3 and any(whose == ON_PANDAS_2 for whose, _ in blocks):
        pytest.skip("lifetimes 0.11.3 fails here on pandas 3")
    monkeypatch.chdir(tmp_path)
    names = dict(start)
    for block in blocks:
        start_afresh()
        run(block, names)
        if block[0] == OURS:
            (tolerance,) = CLAIM.findall(block[1])
            ours, theirs = (np.asarray(names.pop(side), float) for side in ("ours", "theirs"))
            assert ours.size > 0
            np.testing.assert_allclose(ours, theirs, rtol=float(tolerance))


def test_every_example_sets_both_against_each_other():
    assert len(EXAMPLES) >= 15
    for example in EXAMPLES:
        sides = [whose for whose, _ in BLOCK.findall(example)]
        assert sides, title(example)
        assert all(side in (THEIRS, ON_PANDAS_2) for side in sides[::2]), title(example)
        assert all(side == OURS for side in sides[1::2]), title(example)
        assert len(sides) % 2 == 0, title(example)


def public_names_of_lifetimes():
    """Return what lifetimes offers, read from its source: importing all of it may fail."""
    package = Path(find_spec("lifetimes").origin).parent
    names = set()
    for source in package.rglob("*.py"):
        tree = ast.parse(source.read_text("utf-8"))
        names |= {each.name for each in definitions(tree)}
    return names - {"coalesce", "forceAspect"}  # not in plotting.__all__


def definitions(node):
    """Return the public functions, classes and methods of a module, and what fit() sets."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    for each in ast.iter_child_nodes(node):
        if isinstance(each, kinds) and not each.name.startswith("_"):
            yield each
            if isinstance(each, ast.ClassDef):
                yield from definitions(each)


@pytest.mark.parametrize("name", sorted(public_names_of_lifetimes()))
def test_every_public_name_of_lifetimes_is_mapped(name):
    tables = TEXT.partition("## What is called how")[2].partition("## What differs")[0]
    assert re.search(rf"`{name}[`(]", tables)


def test_the_names_were_found():
    assert {"BetaGeoFitter", "save_model", "plot_history_alive"} <= public_names_of_lifetimes()


NAMED = sorted(set(re.findall(r"`(models|tables|value|plots|datasets|errors)\.(\w+)", TEXT)))


@pytest.mark.parametrize(("room", "name"), NAMED, ids=".".join)
def test_every_name_of_ours_exists(room, name):
    module = importlib.import_module(f"custintel.{room}")
    assert hasattr(module, name)


def test_names_of_ours_were_found():
    assert len(NAMED) >= 20


def test_the_matrix_is_off_by_as_much_as_the_page_says(start):
    claimed = int(re.search(r"up to (\d+) times on the data below", TEXT)[1])
    ratio = start["fitter"].variance_matrix_ / start["model"].covariance_
    assert ratio.to_numpy().max() == pytest.approx(claimed, abs=0.5)


def test_the_last_day_differs_as_the_page_says():
    rows = [("a", "2024-01-01T08:00", 1.0), ("a", "2024-01-31T09:00", 1.0)]
    later = [("a", "2024-02-10T08:00", 1.0)]
    theirs = their_split(rows + later)
    ours = purchase_holdout(table(rows + later), calibration_end="2024-01-31", as_of="2024-02-28")
    assert theirs[["frequency_cal", "frequency_holdout"]].iloc[0].tolist() == [0, 2]
    assert ours[["frequency", "holdout_purchases"]].iloc[0].tolist() == [1, 1]


def test_refunds_differ_as_the_page_says():
    rows = [("a", "2024-01-01", 50.0), ("a", "2024-01-05", 80.0), ("a", "2024-01-20", -30.0)]
    theirs = lifetimes_utils().summary_data_from_transaction_data(
        table(rows), "customer_id", "ordered_at", "revenue", observation_period_end="2024-01-31"
    )
    ours = purchase_history(table(rows), as_of="2024-01-31")
    assert theirs[["frequency", "monetary_value"]].iloc[0].tolist() == [2, 25]
    assert ours[["frequency", "monetary_value"]].iloc[0].tolist() == [1, 50]


def table(rows):
    found = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    return found.assign(ordered_at=pd.to_datetime(found["ordered_at"], format="ISO8601"))


def their_split(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lifetimes_utils().calibration_and_holdout_data(
            table(rows), "customer_id", "ordered_at", "2024-01-31", "2024-02-28",
            monetary_value_col="revenue",
        )  # fmt: skip


def lifetimes_utils():
    from lifetimes import utils

    return utils


BROKEN = {
    "summaries by month": """
from lifetimes.utils import summary_data_from_transaction_data
summary_data_from_transaction_data(transactions, "customer_id", "ordered_at", freq="M")
""",
    "`plot_history_alive`": """
from lifetimes.plotting import plot_history_alive
own = transactions[transactions["customer_id"] == "0001"]
plot_history_alive(fitter, 300, own, "ordered_at")
""",
    "`plot_expected_repeat_purchases`": """
from lifetimes.plotting import plot_expected_repeat_purchases
plot_expected_repeat_purchases(fitter)
""",
    "the generator of transactions": """
from lifetimes.generate_data import beta_geometric_nbd_model_transactional_data
beta_geometric_nbd_model_transactional_data(100, 0.24, 4.4, 0.8, 2.4, size=10)
""",
    "`generate_new_data` of a BG/BB fitter": """
from lifetimes import BetaGeoBetaBinomFitter
donors = BetaGeoBetaBinomFitter().fit([0, 1, 2, 3, 1], [0, 1, 3, 3, 2], [3, 3, 3, 3, 3])
donors.generate_new_data()
""",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_the_page_calls_broken_is(what, start):
    assert what in " ".join(TEXT.split())
    with pytest.raises((AttributeError, TypeError, ValueError)):
        run((THEIRS, BROKEN[what]), dict(start))
