"""``custintel train`` and ``custintel score``: from exports to a file, as a scheduler runs them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from custintel.cli import app
from custintel.datasets import load_cdnow
from custintel.scoring import load_trained, score_customers

COLUMNS = ["customer_id", "ordered_at", "quantity", "revenue"]
SPANS = ("--window", "6M", "--horizon", "6M")


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "orders.csv"
    table = load_cdnow()[COLUMNS]
    table = table[table["customer_id"] < "1500"]
    table.rename(columns={"revenue": "amount (USD)"}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained(orders: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    models = tmp_path_factory.mktemp("models")
    status, stdout, stderr = run("train", orders, "--models", models, *SPANS)
    assert (status, stdout) == (0, "")
    return models, stderr


@pytest.fixture(scope="module")
def models(trained: tuple[Path, str]) -> Path:
    return trained[0]


def test_training_tells_each_step(trained: tuple[Path, str]) -> None:
    models, log = trained
    validation = load_trained(models / "churn").validation
    first, second, *rest, last = log.splitlines()
    assert first.startswith("Read ")
    assert first.endswith(" 0 set aside")
    assert second.startswith("churn: trained as of 1997-06-30, 1997-12-31 on ")
    assert [line for line in rest if f"on {validation.n} customers" in line]
    assert all(line.startswith("churn: ") for line in rest)
    assert last == f"Wrote {models / 'churn'}"


def test_scores_are_those_of_the_library(orders: Path, models: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "scores.parquet"
    status, stdout, stderr = run("score", orders, "--models", models, "--out", out)
    assert (status, stdout) == (0, "")
    read = pd.read_parquet(out)
    table = load_cdnow()
    table = table[table["customer_id"] < "1500"]
    expected = score_customers(table, load_trained(models / "churn"), as_of="1998-06-30").table
    assert read["customer_id"].tolist() == expected.index.tolist()
    np.testing.assert_allclose(
        read["churn_probability"], expected["probability"], rtol=0, atol=1e-12
    )
    assert read["churn_risk_band"].tolist() == expected["risk_band"].astype(str).tolist()
    assert (read["as_of"] == pd.Timestamp("1998-06-30")).all()
    lines = stderr.splitlines()
    assert lines[0] == "Loaded 1 model: churn"
    assert lines[-1] == f"Wrote {len(expected)} customers to {out}"
    assert f"churn: scored {len(expected)} of " in stderr


def test_the_log_names_nobody(orders: Path, models: Path, tmp_path: Path) -> None:
    people = pd.read_csv(orders, dtype=str)
    people["customer_id"] = "c" + people["customer_id"] + "@example.org"
    odd = people.iloc[[0]].assign(customer_id="eve@example.org")
    odd["amount (USD)"] = "-5"
    path = tmp_path / "people.csv"
    pd.concat([people, odd]).to_csv(path, index=False)
    status, stdout, stderr = run("score", path, "--models", models, "--out", tmp_path / "s.parquet")
    assert status == 0
    assert "example.org" not in stdout + stderr


def test_the_same_input_gives_the_same_bytes(orders: Path, models: Path, tmp_path: Path) -> None:
    shuffled = tmp_path / "shuffled.csv"
    pd.read_csv(orders, dtype=str).sample(frac=1, random_state=1).to_csv(shuffled, index=False)
    written = []
    for path in (orders, orders, shuffled):
        out, drift = tmp_path / "scores.parquet", tmp_path / "drift.csv"
        settings = ("--models", models, "--out", out, "--drift", drift)
        assert run("score", path, *settings)[0] == 0
        written.append((out.read_bytes(), drift.read_bytes()))
    # The order of the rows of an export means nothing either, though sums then round differently.
    assert written[0] == written[1] == written[2]
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "drift.csv",
        "scores.parquet",
        "shuffled.csv",
    ]


def test_several_models_stand_beside_one_another(
    orders: Path, models: Path, tmp_path: Path
) -> None:
    folder, path = tmp_path / "models", tmp_path / "genres.csv"
    shutil.copytree(models, folder)
    table = pd.read_csv(orders, dtype=str)
    table.assign(category=np.where(np.arange(len(table)) % 4, "rock", "jazz")).to_csv(
        path, index=False
    )
    asked = ("--category", "jazz", "--method", "firth", "--name", "jazz")
    status, _stdout, log = run("train", path, "--models", folder, *SPANS, *asked)
    assert status == 0
    assert "jazz: trained as of" in log
    # The second model was trained with a column that the first one had not.
    status, _stdout, log = run("score", path, "--models", folder, "--out", tmp_path / "s.parquet")
    assert status == 0
    assert log.startswith("Loaded 2 models: churn, jazz\n")
    read = pd.read_parquet(tmp_path / "s.parquet")
    assert {"churn_probability", "jazz_probability", "jazz_probability_low"} <= set(read)
    assert "jazz_risk_band" not in read


def test_drift_ends_with_a_status_of_its_own(orders: Path, models: Path, tmp_path: Path) -> None:
    cents, out, drift = tmp_path / "cents.csv", tmp_path / "s.parquet", tmp_path / "d.csv"
    table = pd.read_csv(orders, dtype={"customer_id": str})
    table.assign(**{"amount (USD)": table["amount (USD)"] * 100}).to_csv(cents, index=False)
    settings = ("--models", models, "--out", out, "--drift", drift)
    status, _stdout, stderr = run("score", cents, *settings, "--fail-on-drift")
    assert status == 3
    assert "features have drifted" in stderr
    assert len(pd.read_parquet(out)) > 0
    told = pd.read_csv(drift).set_index("column")
    assert set(told["model"]) == {"churn"}
    assert told.loc["revenue_6m", "is_drifted"]
    assert run("score", cents, *settings)[0] == 0
    assert run("score", cents, *settings, "--fail-on-drift", "--drift-limit", 1000)[0] == 0
    expected = ("--expect-drift", "features")
    is_of_scores = told.loc["probability", "is_drifted"]
    status, _stdout, _stderr = run("score", cents, *settings, "--fail-on-drift", *expected)
    assert status == (3 if is_of_scores else 0)


def test_what_drifts_as_time_goes_by_can_be_expected(
    orders: Path, models: Path, tmp_path: Path
) -> None:
    settings = ("--models", models, "--out", tmp_path / "s.parquet", "--drift", tmp_path / "d.csv")
    assert run("score", orders, *settings, "--fail-on-drift")[0] == 3
    told = pd.read_csv(tmp_path / "d.csv")
    drifted = told.loc[told["is_drifted"], "column"].tolist()
    assert "tenure_days" in drifted
    expected = [part for name in drifted for part in ("--expect-drift", name)]
    assert run("score", orders, *settings, "--fail-on-drift", *expected)[0] == 0
    assert run("score", orders, *settings, "--fail-on-drift", *expected[2:])[0] == 3


def test_a_day_beyond_the_data_is_remarked(orders: Path, models: Path, tmp_path: Path) -> None:
    settings = ("--models", models, "--out", tmp_path / "s.parquet", "--as-of", "1998-08-31")
    status, _stdout, stderr = run("score", orders, *settings)
    assert status == 0
    assert "churn: as_of 1998-08-31 comes after the last day" in stderr
    status, _stdout, stderr = run("score", orders, *settings, "--observed-until", "1998-08-31")
    assert status == 0
    assert "comes after the last day" not in stderr
    out = tmp_path / "alone.parquet"
    alone = ("--models", models, "--out", out, "--observed-until", "1998-08-31")
    assert run("score", orders, *alone)[0] == 0
    assert (pd.read_parquet(out)["as_of"] == pd.Timestamp("1998-08-31")).all()


def test_customers_and_touches_are_read(orders: Path, tmp_path: Path) -> None:
    ids = pd.read_csv(orders, dtype=str)["customer_id"].unique()
    people, touches = tmp_path / "people.csv", tmp_path / "touches.csv"
    country = np.where(np.arange(len(ids)) % 3, "CH", "FR")
    pd.DataFrame({"Kunde": ids, "country": country}).to_csv(people, index=False)
    sent = pd.DataFrame({"customer_id": ids, "channel": "mail", "occurred_at": "1997-03-15"})
    sent.to_csv(touches, index=False)
    read = ("--customers", people, "--touches", touches, "--column", "customers:Kunde=customer_id")
    models = ("--models", tmp_path / "models")
    status, _stdout, stderr = run(
        "train", orders, *models, *SPANS, *read, "--attribute", "country", "--purchase-model"
    )
    assert status == 0, stderr
    assert f"Read {len(ids)} rows of customers: {len(ids)} used, 0 set aside" in stderr
    features = load_trained(tmp_path / "models" / "churn").features
    assert "country" in features
    assert "purchase_model_probability_of_none" in features
    assert any("touch" in name for name in features)
    out = ("--out", tmp_path / "s.parquet")
    assert run("score", orders, *models, *read, *out)[0] == 0
    status, _stdout, stderr = run("score", orders, *models, *out)
    assert status == 2
    assert "'customers'" in stderr


def _newer(models: Path) -> None:
    path = models / "churn" / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**manifest, "format": 99, "version": "9.1"}), "utf-8")


SPOILT_MODELS = {
    "none": (shutil.rmtree, "There is no folder"),
    "empty": (lambda at: shutil.rmtree(at / "churn"), "holds no trained model"),
    "in part": (lambda at: (at / "churn" / "model.json").unlink(), "is incomplete"),
    "newer": (_newer, "9.1, which is newer"),
}


def _in_one_line(
    outcome: tuple[int, str, str], told: str, out: Path, before: bytes = b"old"
) -> None:
    status, stdout, stderr = outcome
    assert (status, stdout) == (2, "")
    errors = [line for line in stderr.splitlines() if line.startswith("custintel: ")]
    assert len(errors) == 1
    assert stderr.splitlines()[-1] == errors[0]
    assert told in errors[0]
    assert out.read_bytes() == before


@pytest.fixture
def out(tmp_path: Path) -> Path:
    path = tmp_path / "scores.parquet"
    path.write_bytes(b"old")
    return path


@pytest.mark.parametrize("case", SPOILT_MODELS)
def test_models_that_cannot_be_read_end_in_one_line(
    case: str, orders: Path, models: Path, tmp_path: Path, out: Path
) -> None:
    spoil, told = SPOILT_MODELS[case]
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    spoil(folder)
    _in_one_line(run("score", orders, "--models", folder, "--out", out), told, out)


HEADER = "customer_id,ordered_at,quantity,amount (USD)\n"
BAD_EXPORTS = {
    "empty": ("", "empty"),
    "no amounts": ("customer_id,ordered_at\na,2024-12-31\n", "revenue"),
    "a column of the training is missing": (
        "customer_id,ordered_at,amount (USD)\na,1998-06-30,5\n",
        "cannot be made",
    ),
    "another currency": (
        "customer_id,ordered_at,quantity,amount (EUR)\na,1998-06-30,1,5\n",
        "trained on amounts in USD, and these are in EUR",
    ),
    "refunds alone": (HEADER + "a,1998-06-30,1,-5\n", "Nobody purchased"),
}


@pytest.mark.parametrize("case", BAD_EXPORTS)
def test_bad_exports_end_in_one_line(case: str, models: Path, tmp_path: Path, out: Path) -> None:
    text, told = BAD_EXPORTS[case]
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    _in_one_line(run("score", path, "--models", models, "--out", out), told, out)


BAD_OPTIONS = {
    "a day that is none": (["--as-of", "soon"], "as_of is a date"),
    "a day before the data": (["--as-of", "1990-01-01"], "Nobody purchased"),
    "a limit of nothing": (["--drift-limit", "0"], "drift_limit is a number above 0"),
    "another currency": (["--currency", "EUR"], "EUR"),
    "a feature that is none": (["--expect-drift", "tenur"], "--expect-drift names features"),
    "a column without a name": (["--column", "x"], "--column takes HEADER=NAME"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_options_end_in_one_line(case: str, orders: Path, models: Path, out: Path) -> None:
    options, told = BAD_OPTIONS[case]
    _in_one_line(run("score", orders, "--models", models, "--out", out, *options), told, out)


def test_nothing_that_is_read_is_overwritten(orders: Path, models: Path, out: Path) -> None:
    before = orders.read_bytes()
    for places in (("--out", orders), ("--out", out, "--drift", orders)):
        _status, _stdout, stderr = run("score", orders, "--models", models, *places)
        assert "would be overwritten" in stderr
        assert orders.read_bytes() == before
    told = "name the same file"
    _in_one_line(run("score", orders, "--models", models, "--out", out, "--drift", out), told, out)


def test_a_place_that_cannot_be_written_is_named(
    orders: Path, models: Path, tmp_path: Path, out: Path
) -> None:
    settings = ("score", orders, "--models", models, "--out", out / "s.parquet")
    _in_one_line(run(*settings), "cannot be written", out)
    assert [each.name for each in tmp_path.iterdir()] == [out.name]


def test_a_place_that_cannot_be_written_is_named_before_the_work(
    orders: Path, tmp_path: Path, out: Path
) -> None:
    status, _stdout, stderr = run("train", orders, "--models", out, *SPANS)
    assert status == 2
    assert stderr.startswith("custintel: ")  # the first line: no file was read
    assert "is a file, no folder" in stderr
    status, _stdout, stderr = run("score", orders, "--models", "none", "--out", tmp_path)
    assert status == 2
    assert "it is a folder" in stderr


def test_amounts_that_name_no_currency_are_remarked(
    orders: Path, models: Path, tmp_path: Path
) -> None:
    path = tmp_path / "unnamed.csv"
    table = pd.read_csv(orders, dtype=str)
    table.rename(columns={"amount (USD)": "amount"}).to_csv(path, index=False)
    status, _stdout, log = run("score", path, "--models", models, "--out", tmp_path / "s.parquet")
    assert status == 0
    assert "trained on amounts in USD; these name no currency" in log


BAD_TRAINING = {
    "too short": (["--window", "12M", "--horizon", "6M"], "--as-of"),
    "no unit": (["--window", "6", "--horizon", "6M"], "A span is a number above zero"),
    "a path for a name": ([*SPANS, "--name", "../x"], "--name takes letters"),
    "an unknown method": ([*SPANS, "--method", "magic"], "--method is one of"),
    "a single day": ([*SPANS, "--as-of", "1997-12-31"], "give two days or more"),
    "a day that is none": ([*SPANS, "--as-of", "soon"], "--as-of is a date"),
    "an unknown population": ([*SPANS, "--population", "all"], "population is one of"),
    "labels that nobody saw": (
        [*SPANS, "--as-of", "1997-06-30", "--as-of", "1998-03-31"],
        "--observed-until",
    ),
    "no column of categories": ([*SPANS, "--category", "jazz"], "category"),
    "a gap that is none": ([*SPANS, "--gap", "soon"], "A span is a number above zero"),
    "a last day that is none": ([*SPANS, "--observed-until", "soon"], "observed_until is a date"),
    "an attribute of no file": ([*SPANS, "--attribute", "country"], "--customers FILE"),
    "customers for nothing": ([*SPANS, "--customers", "x.csv"], "name what it is for"),
}


@pytest.mark.parametrize("case", BAD_TRAINING)
def test_bad_training_ends_in_one_line(case: str, orders: Path, tmp_path: Path) -> None:
    options, told = BAD_TRAINING[case]
    models = tmp_path / "models"
    status, stdout, stderr = run("train", orders, "--models", models, *options)
    assert (status, stdout) == (2, "")
    assert told in stderr.splitlines()[-1]
    assert stderr.splitlines()[-1].startswith("custintel: ")
    assert not models.exists()


def test_the_help_tells_the_statuses() -> None:
    status, stdout, _stderr = run("score", "--help")
    assert status == 0
    told = " ".join(stdout.split())
    for part in ("Status 0: the scores are written", "2: something is to be mended", "3, with"):
        assert part in told


def test_the_installed_command_ends_with_the_status(orders: Path, tmp_path: Path) -> None:
    start = [sys.executable, "-c", "from custintel.cli import app; app()", "score", str(orders)]
    ended = subprocess.run(
        [*start, "--models", "none"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == ["custintel: There is no folder none. Train a model first."]
