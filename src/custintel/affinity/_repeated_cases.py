"""How much the cases of the same customers tell: less than as many of others.

Someone who always buys the same fills a table with cases that are alike. The design effect is
the variance of a share, as customers are drawn rather than cases, over that of as many cases
of different customers; the number of cases is divided by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from custintel._intervals import Floats
from custintel._runs import Ints, starts_of_runs
from custintel.affinity._following import Sums

# (Pair, customer) cells that are worked on at once, in a dozen arrays.
_BLOCK = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RepeatedCases:
    """Cases and what followed them, by customer.

    ``followed`` has the key (antecedent × n_consequents + consequent) × n_customers + customer,
    ``cases`` the key antecedent × n_customers + customer.
    """

    followed: Sums
    cases: Sums
    n_consequents: int
    n_customers: int

    def design_effects(self) -> Sums:
        """Return the design effect of each pair's share, at least 1.

        Where all cases were followed, nothing tells how alike those of a customer are: they
        are then taken to say no more than one.
        """
        pairs, k, squares_of_k, products = self._moments()
        antecedent = self.cases.keys // self.n_customers
        n = self.cases.by(antecedent)
        squares = Sums(antecedent, self.cases.values**2).by(antecedent)
        customers = np.diff(starts_of_runs(antecedent), append=len(antecedent))
        at = np.searchsorted(n.keys, pairs // self.n_consequents)
        total, n_customers = n.values[at], customers[at]
        share = k / total
        # The sum over customers of (k − share × n)², those with k = 0 included.
        spread = squares_of_k - 2 * share * products + share**2 * squares.values[at]
        if_independent = total * share * (1 - share)
        effect = squares.values[at] / total
        is_known = (if_independent > 1e-9 * k) & (n_customers > 1)
        # Both variances are those of samples: of customers, and of cases.
        spread *= n_customers / np.maximum(n_customers - 1, 1) * (total - 1) / total
        np.divide(spread, if_independent, out=effect, where=is_known)
        return Sums(pairs, np.maximum(effect, 1.0))

    def _moments(self) -> tuple[Ints, Floats, Floats, Floats]:
        """Return the pairs, and over their customers the sums of k, k² and k × n."""
        parts = [self._moments_of(block) for block in self._blocks()]
        pairs, k, squares, products = (np.concatenate(each) for each in zip(*parts, strict=True))
        return pairs, k, squares, products

    def _moments_of(self, block: slice) -> tuple[Ints, Floats, Floats, Floats]:
        pair, customer = np.divmod(self.followed.keys[block], self.n_customers)
        k = self.followed.values[block]
        case = pair // self.n_consequents * self.n_customers + customer
        n = self.cases.values[np.searchsorted(self.cases.keys, case)]
        starts = starts_of_runs(pair)
        if not len(starts):
            return pair, k, k, k
        of_k, of_squares, of_products = (
            np.add.reduceat(each, starts) for each in (k, k * k, k * n)
        )
        return pair[starts], of_k, of_squares, of_products

    def _blocks(self) -> Iterator[slice]:
        """Yield runs of keys of whole pairs."""
        keys = self.followed.keys
        first_of_pair = keys[_BLOCK::_BLOCK] // self.n_customers * self.n_customers
        cuts = np.searchsorted(keys, first_of_pair).tolist()
        for start, stop in pairwise([0, *cuts, len(keys)]):
            yield slice(start, stop)
