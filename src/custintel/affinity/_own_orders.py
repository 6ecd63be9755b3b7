"""What an order is: the lines of one customer with one ``order_id``.

Two systems may use the same number, and a table of theirs then has it for two customers: that
makes two orders, here as in all of the library.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def own_orders(customer: Ints, order: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the order of each line, and the customer and the name of each order.

    Customers and names are numbered from 0, and so are the orders returned.

    >>> of_line, owner, name = own_orders(np.array([0, 1, 0]), np.array([0, 0, 0]))
    >>> of_line.tolist(), owner.tolist(), name.tolist()
    ([0, 1, 0], [0, 1], [0, 0])
    """
    n_names = int(order.max(initial=-1)) + 1
    owner = np.empty(n_names, np.int64)
    owner[order] = customer
    if (owner[order] == customer).all():
        return order, owner, np.arange(n_names)
    of_line, found = pd.factorize(customer * n_names + order)
    return of_line, found // n_names, found % n_names
