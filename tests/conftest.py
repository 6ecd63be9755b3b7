"""What all tests share: small tables, optional tools, and a neutral environment."""

import gc
import os
import shutil
import sys
import warnings
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import settings

with warnings.catch_warnings():
    # An oracle whose last release is of 2020: its import alone warns.
    warnings.simplefilter("ignore")
    import lifetimes  # noqa: F401

os.environ["MPLBACKEND"] = "Agg"
os.environ["LC_ALL"] = "C.UTF-8"  # for the programs that tests start

# Two loaded cores make single examples slow now and then; in CI a failure must come back.
settings.register_profile(
    "custintel", deadline=None, derandomize="CI" in os.environ, max_examples=40
)
settings.load_profile("custintel")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that writes the snapshot of the public names anew."""
    parser.addoption(
        "--refresh-api",
        action="store_true",
        help="write tests/contract/api.txt from the code instead of comparing with it",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the collected tests, which live to the end, out of every search for garbage."""
    del session
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _figures_are_closed() -> Iterator[None]:
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def _skip_unless_required(tool: str, reason: str) -> None:
    """Skip, or fail where the variable CUSTINTEL_REQUIRE names the tool (as CI does)."""
    if tool in os.environ.get("CUSTINTEL_REQUIRE", "").split(","):
        pytest.fail(f"{reason}, and CUSTINTEL_REQUIRE asks for {tool}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Return a local Spark session; without Java or pyspark the test is skipped."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        _skip_unless_required("spark", "Java is not installed (Spark 4 needs Java 17)")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        _skip_unless_required("spark", "pyspark is not installed (pip install custintel[spark])")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[1]")
        .appName("custintel tests")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        # Tests ask many questions of few rows: the rest spares what prepares for many rows.
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.python.sql.dataFrameDebugging.enabled", "false")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.autoBroadcastJoinThreshold", "-1")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium or Chrome; without one the test is skipped."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        _skip_unless_required("browser", "no Chromium is installed")
    return found


def _transactions(rows: list[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns)
    ordered_at = pd.to_datetime(table["ordered_at"], format="ISO8601").astype("datetime64[us]")
    return table.assign(ordered_at=ordered_at, currency="EUR")


@pytest.fixture
def few_orders() -> pd.DataFrame:
    """Eight orders of three customers, one line each.

    On 2024-06-30: Ada bought 4 times for 100, Ben 3 times for 300, Cleo once for 600. The
    whole is 1000, of which 2024-01 has 120, 2024-02 has 100, 2024-03 has 110, 2024-05 has
    670. An order of Ada is worth 25 on average, of Ben 100.
    """
    columns = ["order_id", "line_id", "customer_id", "ordered_at", "quantity", "revenue"]
    return _transactions(
        [
            ("1", "1", "ada", "2024-01-10", 1, 20.0),
            ("2", "1", "ben", "2024-01-15", 2, 100.0),
            ("3", "1", "ben", "2024-02-14", 1, 100.0),
            ("4", "1", "ada", "2024-03-10", 1, 10.0),
            ("5", "1", "ben", "2024-03-15", 1, 100.0),
            ("6", "1", "ada", "2024-05-10", 1, 30.0),
            ("7", "1", "cleo", "2024-05-20", 6, 600.0),
            ("8", "1", "ada", "2024-05-31", 2, 40.0),
        ],
        columns,
    )


@pytest.fixture
def odd_orders() -> pd.DataFrame:
    """Eight rows with everything that the rules of counting decide.

    Ada: two orders on one day (one purchase day), of which one is a gift of amount zero, and
    one at the last second of the last day of June. Ben: an order of 80 and its refund of 30
    two weeks later, which is not a purchase. Cleo: two identical rows, an order just after
    midnight on 1 July. Up to 2024-06-30 the net revenue is Ada 60, Ben 50, Cleo 40.
    """
    columns = ["order_id", "line_id", "customer_id", "ordered_at", "quantity", "revenue"]
    return _transactions(
        [
            ("1", "1", "ada", "2024-04-01T09:00:00", 1, 50.0),
            ("2", "1", "ada", "2024-04-01T17:30:00", 1, 0.0),
            ("3", "1", "ada", "2024-06-30T23:59:59", 1, 10.0),
            ("4", "1", "ben", "2024-05-01T12:00:00", 4, 80.0),
            ("5", "1", "ben", "2024-05-15T12:00:00", 1, -30.0),
            ("6", "1", "cleo", "2024-02-29T08:00:00", 1, 20.0),
            ("7", "1", "cleo", "2024-02-29T08:00:00", 1, 20.0),
            ("8", "1", "cleo", "2024-07-01T00:00:01", 1, 70.0),
        ],
        columns,
    )


@pytest.fixture
def order_lines() -> pd.DataFrame:
    """Five orders of eight lines, with product, category and channel.

    Revenue by category: books 60, music 75, in all 135; by channel: web 95, shop 40. Order 1
    has two lines of music, order 3 a line of each, order 4 two lines of books.
    """
    columns = [
        *("order_id", "line_id", "customer_id", "ordered_at", "product_id"),
        *("category", "channel", "quantity", "revenue"),
    ]
    return _transactions(
        [
            ("1", "1", "ada", "2023-11-05", "cd-1", "music", "web", 1, 15.0),
            ("1", "2", "ada", "2023-11-05", "cd-2", "music", "web", 1, 15.0),
            ("2", "1", "ben", "2023-12-24", "cd-1", "music", "shop", 2, 30.0),
            ("3", "1", "ada", "2024-01-05", "book-1", "books", "web", 1, 20.0),
            ("3", "2", "ada", "2024-01-05", "cd-2", "music", "web", 1, 15.0),
            ("4", "1", "cleo", "2024-02-10", "book-1", "books", "web", 1, 20.0),
            ("4", "2", "cleo", "2024-02-10", "book-2", "books", "web", 1, 10.0),
            ("5", "1", "ben", "2024-03-01", "gift", "books", "shop", 1, 10.0),
        ],
        columns,
    )
