"""Transactions drawn from purchase models whose parameters are known."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custintel._checks import quoted, require_choice
from custintel._intervals import Floats
from custintel._text import translate as _
from custintel._time import Span
from custintel.datasets._random import seed_of
from custintel.models._arrivals import draw_arrivals
from custintel.models._beta_geo_process import draw_beta_geo
from custintel.models._process import DrawnPurchases

# Estimates on the CDNOW sample, time in weeks, amounts in US dollars: Fader, Hardie & Lee
# (2005) for BG/NBD and Pareto/NBD, Fader & Hardie (2013) for the amounts.
_CDNOW = {
    "bg_nbd": {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259},
    "pareto_nbd": {"r": 0.5532, "alpha": 10.5763, "s": 0.6063, "beta": 11.6715},
}
_CDNOW_SPEND = {"p": 6.25, "q": 3.74, "v": 15.44}
_FIRST_DAY = np.datetime64("2024-01-01", "us")
_ARRIVALS_END = 0.25  # of the period: the last first purchase
_SECONDS_PER_WEEK = 7 * 86_400
_BLOCK = 50_000  # customers drawn at once, from a random stream of their own


def simulate_transactions(
    n_customers: int,
    *,
    process: str = "bg_nbd",
    parameters: Mapping[str, float] | None = None,
    spend: Mapping[str, float] | None = None,
    duration: str = "78W",
    random_state: int | np.random.Generator,
) -> pd.DataFrame:
    """Draw transactions from a purchase process with known parameters.

    The period begins on 1 January 2024. Customers make their first purchase at a random time
    in its first quarter, then purchase and leave as the process says. Amounts follow the
    gamma-gamma model, independently of the number of purchases.

    Parameters
    ----------
    n_customers : int
        Number of customers, 1 or more.
    process : {"bg_nbd", "pareto_nbd"}, default="bg_nbd"
        Purchase process. In ``"bg_nbd"`` customers may leave after each repeat purchase, in
        ``"pareto_nbd"`` at any time.
    parameters : mapping of str to float, optional
        Parameters of the process, with time in weeks: r, alpha, a and b, or r, alpha, s and
        beta. The estimates on the CDNOW sample by default.
    spend : mapping of str to float, optional
        Parameters p, q and v of the gamma-gamma model; the estimates on the CDNOW sample by
        default.
    duration : str, default="78W"
        Length of the period, with its unit.
    random_state : int or numpy.random.Generator
        The same number gives the same transactions.

    Returns
    -------
    DataFrame
        A canonical transactions table, by customer and time.

        - ``order_id`` : str, the customer and the number of the purchase
        - ``line_id`` : str, ``"1"``
        - ``customer_id`` : str
        - ``ordered_at`` : datetime, to the second
        - ``revenue`` : float, rounded to cents, at least one cent; no currency is given

    Examples
    --------
    >>> transactions = simulate_transactions(3, random_state=8)
    >>> transactions[["order_id", "ordered_at", "revenue"]].head(3)
      order_id          ordered_at  revenue
    0      1-1 2024-03-13 23:24:55    21.79
    1      1-2 2024-06-12 09:30:25    16.56
    2      2-1 2024-02-11 10:37:16    20.18
    """
    simulation = _simulation(n_customers, process, parameters, spend, duration)
    blocks = [_canonical(block) for block in simulation.blocks(seed_of(random_state))]
    return pd.concat(blocks, ignore_index=True)


def simulate_transactions_to_parquet(  # noqa: PLR0913 - as above, and where to
    path: str | os.PathLike[str],
    n_customers: int,
    *,
    process: str = "bg_nbd",
    parameters: Mapping[str, float] | None = None,
    spend: Mapping[str, float] | None = None,
    duration: str = "78W",
    random_state: int | np.random.Generator,
) -> Path:
    """Write what `simulate_transactions` draws to a Parquet file, in bounded memory.

    Blocks of customers are drawn one after the other and kept in a temporary database beside
    the file until all are there.

    Parameters
    ----------
    path : path-like
        File to write; an existing one is replaced.
    n_customers : int
        Number of customers, 1 or more.
    process : {"bg_nbd", "pareto_nbd"}, default="bg_nbd"
        Purchase process; see `simulate_transactions`.
    parameters : mapping of str to float, optional
        Parameters of the process, with time in weeks; see `simulate_transactions`.
    spend : mapping of str to float, optional
        Parameters p, q and v of the gamma-gamma model.
    duration : str, default="78W"
        Length of the period, with its unit.
    random_state : int or numpy.random.Generator
        The same number gives the same transactions as `simulate_transactions`.

    Returns
    -------
    Path
        The file written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = simulate_transactions_to_parquet(
    ...         Path(folder, "transactions.parquet"), 100, random_state=1
    ...     )
    ...     file.exists()
    True
    """
    import duckdb

    simulation = _simulation(n_customers, process, parameters, spend, duration)
    target = Path(path)
    with (
        TemporaryDirectory(dir=target.parent, prefix=".simulation-") as folder,
        duckdb.connect(Path(folder, "purchases.duckdb")) as connection,
    ):
        connection.execute("SET memory_limit = '1GB'")
        connection.execute(_CREATE)
        for block in simulation.blocks(seed_of(random_state)):
            connection.register("block", _block_numbers(block))
            connection.execute("INSERT INTO purchases SELECT * FROM block")
            connection.unregister("block")
        connection.execute(_COPY, [str(target)])
    return target


_CREATE = "CREATE TABLE purchases (customer BIGINT, purchase INT, second BIGINT, cents BIGINT)"
_COPY = f"""
    COPY (
        SELECT
            customer::VARCHAR || '-' || purchase::VARCHAR AS order_id,
            '1' AS line_id,
            customer::VARCHAR AS customer_id,
            TIMESTAMP '{_FIRST_DAY}' + to_seconds(second) AS ordered_at,
            cents / 100.0::DOUBLE AS revenue
        FROM purchases
    ) TO $1 (FORMAT parquet, COMPRESSION zstd)
"""


@dataclass(frozen=True, slots=True)
class _Block:
    """Purchases of some customers, in the order of customers and time."""

    customer: NDArray[np.int64]  # numbered from 1 over all blocks
    purchase: NDArray[np.int64]  # numbered from 1 for each customer
    second: NDArray[np.int64]  # since the beginning of the period
    cents: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Simulation:
    """What is drawn; the random numbers are all that is missing."""

    n_customers: int
    process: str
    parameters: Floats
    spend: Floats
    weeks: float

    def blocks(self, seed: int) -> Iterator[_Block]:
        """Yield all customers, block by block."""
        for number, first in enumerate(range(0, self.n_customers, _BLOCK)):
            n = min(_BLOCK, self.n_customers - first)
            # Each block has its own stream: what is drawn does not depend on what was before.
            stream = np.random.SeedSequence(seed, spawn_key=(number,))
            yield self._draw(first, n, np.random.default_rng(stream))

    def _draw(self, first: int, n: int, rng: np.random.Generator) -> _Block:
        arrival = rng.random(n) * _ARRIVALS_END * self.weeks
        drawn = _PROCESSES[self.process](self.parameters, self.weeks - arrival, rng)
        last_second = int(self.weeks * _SECONDS_PER_WEEK) - 1
        second = (arrival[drawn.customer] + drawn.time) * _SECONDS_PER_WEEK
        p, q, v = self.spend
        amount_rate = rng.gamma(q, 1 / v, n)
        amount = rng.gamma(p, size=len(drawn.time)) / amount_rate[drawn.customer]
        starts = np.searchsorted(drawn.customer, np.arange(n))
        return _Block(
            customer=drawn.customer + (first + 1),
            purchase=np.arange(len(drawn.time)) - starts[drawn.customer] + 1,
            second=np.minimum(second.astype(np.int64), last_second),
            cents=np.maximum(np.rint(amount * 100), 1).astype(np.int64),
        )


def _draw_pareto_nbd(
    parameters: Floats, observed_for: Floats, rng: np.random.Generator
) -> DrawnPurchases:
    """Draw customers who purchase at gamma rates and leave after a time that is Pareto."""
    r, alpha, s, beta = parameters
    n = len(observed_for)
    rate = rng.gamma(r, 1 / alpha, n)
    with np.errstate(divide="ignore"):  # a rate of leaving that rounds to 0: never
        stays_for = rng.exponential(size=n) / rng.gamma(s, 1 / beta, n)
    active_for = np.minimum(stays_for, observed_for)
    n_purchases = rng.poisson(rate * active_for)
    return draw_arrivals(n_purchases, n_purchases, active_for, rng)


_PROCESSES: dict[str, Callable[[Floats, Floats, np.random.Generator], DrawnPurchases]] = {
    "bg_nbd": draw_beta_geo,
    "pareto_nbd": _draw_pareto_nbd,
}


def _simulation(
    n_customers: int,
    process: str,
    parameters: Mapping[str, float] | None,
    spend: Mapping[str, float] | None,
    duration: str,
) -> _Simulation:
    require_choice(process, _PROCESSES, name="process")
    if n_customers < 1:
        raise ValueError(_("n_customers is 1 or more: got {n}.", n=n_customers))
    return _Simulation(
        n_customers=n_customers,
        process=process,
        parameters=_values(parameters, _CDNOW[process], name="parameters"),
        spend=_values(spend, _CDNOW_SPEND, name="spend"),
        weeks=Span.parse(duration).to("W"),
    )


def _values(given: Mapping[str, float] | None, usual: dict[str, float], *, name: str) -> Floats:
    """Return the parameters in the order of the usual ones."""
    chosen = usual if given is None else given
    if set(chosen) != set(usual):
        raise ValueError(
            _(
                "{name} are {expected}: got {found}.",
                name=name,
                expected=quoted(usual),
                found=quoted(chosen),
            )
        )
    values = np.array([chosen[key] for key in usual], dtype=float)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError(
            _("{name} are finite numbers above zero: got {found}.", name=name, found=dict(chosen))
        )
    return values


def _block_numbers(block: _Block) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": block.customer,
            "purchase": block.purchase,
            "second": block.second,
            "cents": block.cents,
        }
    )


def _canonical(block: _Block) -> pd.DataFrame:
    """Return a block as rows of the canonical transactions table."""
    customer = pd.Series(block.customer).astype(str)
    return pd.DataFrame(
        {
            "order_id": customer + "-" + pd.Series(block.purchase).astype(str),
            "line_id": "1",
            "customer_id": customer,
            "ordered_at": _FIRST_DAY + block.second.astype("timedelta64[s]"),
            "revenue": block.cents / 100,
        }
    )
